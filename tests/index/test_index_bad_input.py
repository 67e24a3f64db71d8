"""An index after a power failure, a full disk, a flipped bit or another program; and days that are not whole."""

from __future__ import annotations

import errno
import gzip
import json
import os
import random
import shutil
import subprocess
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from dedup.engines.local.indexed_run import IndexedRun
from dedup.engines.local.run import LocalRun
from dedup.engines.run import run as run_job
from dedup.index import segment, store
from dedup.index.manifest import read_manifest
from dedup.index.store import IndexStore
from dedup.model.job import Job
from dedup.model.settings import Settings
from tests.support.cli_inprocess import run
from tests.support.cli_process import COMMAND, TIMEOUT, environment
from tests.support.fake_kernel import Recorder
from tests.support.indexes import add, assert_sound, built, removals, texts_left, write_manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.cli_inprocess import Done
    from tests.support.cli_process import Command
    from tests.support.indexes import Day

DAYS = 4
CORPUS = Settings(scope="corpus")


def tree(directory: Path) -> dict[str, tuple[bytes, int]]:
    """Return what is in a directory: the bytes of each file, and when it was changed."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def days_of(index: Path) -> list[int]:
    """Return the numbers of the days that an index has."""
    manifest = read_manifest(index)
    return [] if manifest is None else [day.number for day in manifest.days]


def written(path: Path, texts: list[str]) -> Path:
    """Write texts as JSON lines."""
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return path


def clean(index: Path, *arguments: str | Path, stdin: bytes = b"") -> Done:
    """Run the command over an index."""
    return run(["--isolated", "--workers", "1", "--index", str(index), *map(str, arguments)], stdin)


def only_error(done: Done) -> str:
    """Return what was refused: it is one line."""
    told = done.stderr.decode()
    assert done.code == 2, told
    assert done.stdout == b""
    assert "Traceback" not in told
    assert len(told.splitlines()) == 1, told
    return told


@pytest.fixture(scope="module")
def fifth(
    made_index: tuple[Path, list[Day]], articles: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Day]:
    """Return an index that has the fifth day, too, and what that left."""
    index = tmp_path_factory.mktemp("fifth") / "news.index"
    shutil.copytree(made_index[0], index)
    return index, add(index, "day5", articles[DAYS])


# A power failure ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", range(9))
def test_what_a_power_failure_leaves_is_no_part_of_the_index(
    index: Path, articles: list[list[str]], fifth: tuple[Path, Day], cut: int
) -> None:
    """Whatever of a segment was written, and of the manifest: the day comes to the same bytes, and all is cleared."""
    rng = random.Random(cut)  # noqa: S311 - not for secrets
    (name,) = {path.name for path in (fifth[0] / "segments").iterdir()} - {
        path.name for path in (index / "segments").iterdir()
    }
    files = sorted((fifth[0] / "segments" / name).iterdir())
    whole = rng.randrange(len(files)) if cut < 8 else len(files)
    left = index / "segments" / name
    left.mkdir()
    for number, path in enumerate(files[: whole + 1]):
        data = path.read_bytes()
        (left / path.name).write_bytes(data if number < whole else data[: rng.randrange(len(data) + 1)])
    if cut % 2:
        data = (fifth[0] / "dedup-index.json").read_bytes()
        (index / f".dedup-{'0' * 16}.tmp").write_bytes(data[: rng.randrange(len(data) + 1) if cut < 7 else None])
    assert days_of(index) == [1, 2, 3, 4]
    assert add(index, "day5", articles[DAYS]) == fifth[1]
    assert {path.name for path in index.iterdir()} == {"dedup-index.json", "readers.lock", "segments", "writer.lock"}
    assert len(list((index / "segments").iterdir())) == DAYS + 1
    assert_sound(index)


@pytest.mark.parametrize("what", ["directory", "locks", "segment", "manifest"])
def test_an_index_that_was_cut_off_on_its_first_day(tmp_path: Path, articles: list[list[str]], what: str) -> None:
    """There is no manifest yet, and what else there is, is of no day."""
    index, kinds = tmp_path / "new", ["directory", "locks", "segment", "manifest"]
    index.mkdir()
    if what != "directory":
        (index / "segments").mkdir()
        (index / "writer.lock").touch()
        (index / "readers.lock").touch()
    if kinds.index(what) > 1:
        (index / "segments" / "000001-0123abcd").mkdir()
        (index / "segments" / "000001-0123abcd" / "digests.npy").write_bytes(b"\x93NUM")
    if what == "manifest":
        (index / ".dedup-0123456789abcdef.tmp").write_bytes(b'{"dedup_in')
    add(index, "day1", articles[0])
    assert len(list((index / "segments").iterdir())) == 1
    assert_sound(index)


def test_a_full_disk_leaves_everything_as_it_was(
    index: Path, articles: list[list[str]], fifth: tuple[Path, Day], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is full: no output, no log, no segment, and the day can be done again."""
    source, before = written(tmp_path / "day5.jsonl", articles[DAYS]), tree(index)
    write = store._Checked.write
    (name,) = {path.name for path in (fifth[0] / "segments").iterdir()} - {
        path.name for path in (index / "segments").iterdir()
    }
    whole = sum(path.stat().st_size for path in (fifth[0] / "segments" / name).iterdir())
    for limit in (0, 200, 3000, whole - 1):
        size = 0

        def full(self: Any, data: bytes, limit: int = limit) -> int:
            nonlocal size
            size += len(data)
            if size > limit:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write(self, data)

        with monkeypatch.context() as patch:
            patch.setattr(store._Checked, "write", full)
            done = clean(index, "-q", "-o", tmp_path / "out", "--removed", tmp_path / "log", source)
        assert "the index cannot be written (No space left on device)" in only_error(done)
        assert not (tmp_path / "out").exists()
        assert not (tmp_path / "log").exists()
        after = tree(index)
        assert after.pop("readers.lock")[0] == before["readers.lock"][0]
        assert after == {name: state for name, state in before.items() if name != "readers.lock"}
    assert add(index, "day5", articles[DAYS]) == fifth[1]


def test_a_file_system_without_room(
    made_index: tuple[Path, list[Day]], articles: list[list[str]], tmp_path: Path, dedup: Command
) -> None:
    """A real one, if there may be one: one line, and the index opens."""
    small = tmp_path / "small"
    small.mkdir()
    mount = shutil.which("mount")
    size = sum(path.stat().st_blocks * 512 for path in made_index[0].rglob("*")) + (160 << 10)
    command = [mount or "", "-t", "tmpfs", "-o", f"size={size}", "none", str(small)]
    if mount is None or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("needs a file system of its own")
    try:
        index = small / "news.index"
        shutil.copytree(made_index[0], index)
        (small / "ballast").write_bytes(bytes(max(shutil.disk_usage(small).free - (8 << 10), 0)))
        source = written(tmp_path / "day5.jsonl", articles[DAYS])
        done = dedup("-q", "--index", index, "-o", tmp_path / "out", source)
        assert done.code == 2
        assert "No space left on device" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "out").exists()
        assert days_of(index) == [1, 2, 3, 4]
        (small / "ballast").unlink()
        assert dedup("-q", "--index", index, "-o", tmp_path / "out", source).code == 0
    finally:
        subprocess.run(["umount", str(small)], check=False, capture_output=True)


# Bits that have changed -----------------------------------------------------------------------------------------------


def flipped(index: Path, name: str, seed: int) -> Path:
    """Change a bit of a file of some segment; return the file."""
    rng = random.Random(f"{name} {seed}")  # noqa: S311 - not for secrets
    every = sorted(path for path in (index / "segments").glob(f"*/{name}") if path.stat().st_size)
    path = rng.choice(every)
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    return path


def names(index: Path) -> list[str]:
    """Return the names of a segment's files."""
    return sorted(path.name for path in next((index / "segments").iterdir()).iterdir())


def test_a_bit_that_has_changed_is_told_of_or_makes_no_difference(
    made_index: tuple[Path, list[Day]], articles: list[list[str]], fifth: tuple[Path, Day], tmp_path: Path
) -> None:
    """In every file: one line that names it, and nothing is written; or it is not read, and the bytes are the same."""
    source, told = written(tmp_path / "day5.jsonl", articles[DAYS]), 0
    for number, name in enumerate(names(made_index[0])):
        index = tmp_path / f"index{number}"
        shutil.copytree(made_index[0], index)
        path, before = flipped(index, name, 1), days_of(index)
        done = clean(index, "-q", "-o", tmp_path / "out", source)
        if done.code == 0:
            assert (tmp_path / "out").read_bytes() == fifth[1].output
            (tmp_path / "out").unlink()
            continue
        told += 1
        assert str(path) in only_error(done)
        assert not (tmp_path / "out").exists()
        assert days_of(index) == before
    assert told > 15


def test_nothing_goes_for_a_bit_that_was_not_noticed(
    made_index: tuple[Path, list[Day]], articles: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a file too large to be read each day: no traceback, and what goes has stood somewhere before."""
    monkeypatch.setattr(segment, "_CHECKED", 0)
    source, log = written(tmp_path / "day5.jsonl", articles[DAYS]), tmp_path / "log"
    said = "\n".join(text for day in articles for text in day)
    for number, name in enumerate(names(made_index[0])):
        index = tmp_path / f"index{number}"
        shutil.copytree(made_index[0], index)
        flipped(index, name, number)
        done = clean(index, "-q", "-o", tmp_path / "out", "--removed", log, source)
        if done.code:
            assert "dedup-index check" in only_error(done)
            continue
        left = [json.loads(line)["text"] for line in (tmp_path / "out").read_bytes().splitlines()]
        assert len(left) == len(articles[DAYS])
        for line in log.read_bytes().splitlines():
            entry = json.loads(line)
            if entry.get("compared") == "identical":
                assert said.count(json.loads(f'"{entry["text"]}"')) > 1
        (tmp_path / "out").unlink()


@pytest.mark.parametrize("column", ["want_witness", "gone_witness", "class_paragraph", "run_paragraphs", "by_key"])
def test_numbers_that_nobody_has_written_are_not_followed(
    index: Path, articles: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    """A paragraph of a day that does not exist, or behind the last one of its day."""
    monkeypatch.setattr(segment, "_CHECKED", 0)
    for path in (index / "segments").glob(f"*/{column}.npy"):
        data = bytearray(path.read_bytes())
        data[128:] = b"\x7f" * (len(data) - 128)
        path.write_bytes(data)
    done = clean(index, "-q", "-o", tmp_path / "out", written(tmp_path / "day5.jsonl", articles[DAYS]))
    assert "the index is damaged" in only_error(done)


@pytest.mark.parametrize("name", ["digests.npy", "texts.zst", "band_key.npy"])
def test_a_file_of_another_size_is_damaged(
    index: Path, articles: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """However large it is: shorter, longer, or gone."""
    monkeypatch.setattr(segment, "_CHECKED", 0)
    source = written(tmp_path / "day5.jsonl", articles[DAYS])
    files = {path: path.read_bytes() for path in (index / "segments").glob(f"*/{name}")}
    for change in (lambda data: data[:-1], lambda data: data + b"x", None):
        for path, data in files.items():
            if change is None:
                path.unlink()
            else:
                path.write_bytes(change(data))
        assert name in only_error(clean(index, "-q", "-o", tmp_path / "out", source))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"dedup_index": 1}', b'{"dedup_index": "x"}', b"\xff\xfe", None])
def test_a_manifest_that_is_damaged(index: Path, articles: list[list[str]], tmp_path: Path, data: bytes | None) -> None:
    """One line, be it empty, cut off, something else or not there any more; nothing is removed."""
    if data is None:
        (index / "dedup-index.json").unlink()
    else:
        (index / "dedup-index.json").write_bytes(data)
    before = tree(index)
    done = clean(index, "-q", "-o", tmp_path / "out", written(tmp_path / "day5.jsonl", articles[DAYS]))
    assert str(index) in only_error(done)
    assert tree(index) == before


def test_an_index_of_a_newer_version(index: Path, articles: list[list[str]], tmp_path: Path) -> None:
    """It is refused, and nothing in it is touched."""
    manifest = json.loads((index / "dedup-index.json").read_bytes())
    write_manifest(index, {**manifest, "dedup_index": 2})
    before = tree(index)
    done = clean(index, written(tmp_path / "day5.jsonl", articles[DAYS]))
    assert "is an index of format 2, and this program knows format 1" in only_error(done)
    assert tree(index) == before


@pytest.mark.parametrize("what", ["files", "segments", "other segments", "file"])
def test_what_is_no_index_is_left_alone(tmp_path: Path, articles: list[list[str]], what: str) -> None:
    """A directory of somebody's own, even one with a directory of the same name in it, or a file."""
    place = tmp_path / "mine"
    if what == "file":
        place.write_bytes(b"mine")
    else:
        inner = place if what == "files" else place / "segments"
        inner.mkdir(parents=True)
        (inner / "000001-0123abcd").write_bytes(b"mine")
    if what == "other segments":
        (place / "writer.lock").touch()
        (place / "segments" / "notes").mkdir()
    before = tree(place)
    done = clean(place, written(tmp_path / "day.jsonl", articles[0]))
    assert "index" in only_error(done) or "is no directory" in only_error(done)
    assert tree(place) == before


# Others who use it ----------------------------------------------------------------------------------------------------


def test_a_second_writer_is_refused_and_readers_are_not(index: Path, articles: list[list[str]], tmp_path: Path) -> None:
    """While a run writes to the index."""
    source = written(tmp_path / "day5.jsonl", articles[DAYS])
    first = IndexStore(index, CORPUS, writes=True)
    try:
        assert "another run is writing to this index" in only_error(clean(index, source))
        assert clean(index, "--check", "-q", source).code == 1
    finally:
        first.close()
    assert clean(index, "-q", source).code == 0


def test_a_reader_sees_what_was_there_when_it_began(index: Path, articles: list[list[str]]) -> None:
    """A day that is added meanwhile changes nothing for it."""
    reader = IndexStore(index, CORPUS, writes=False)
    try:
        lookups = reader.lookups()
        add(index, "day5", articles[DAYS])
        assert [day.number for day in reader.manifest.days] == [1, 2, 3, 4]
        assert lookups.rounds >= 1
    finally:
        reader.close()
    assert days_of(index) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("mode", ["--check", "--diff", "--dry-run"])
def test_runs_that_write_no_text_write_nothing_to_the_index(
    index: Path, articles: list[list[str]], tmp_path: Path, mode: str
) -> None:
    """Not a file is made or changed, also where there is no lock to take, and none where there is no index."""
    source = written(tmp_path / "day5.jsonl", articles[DAYS])
    for _ in range(2):
        before = tree(index)
        done = clean(index, mode, source)
        assert done.code in (0, 1)
        assert b" to remove (" in done.stderr
        assert tree(index) == before
        (index / "readers.lock").unlink(missing_ok=True)
    assert "there is no index here yet" in only_error(clean(tmp_path / "none", mode, source))
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root")
def test_an_index_that_may_only_be_read(index: Path, articles: list[list[str]], tmp_path: Path) -> None:
    """Runs that write no text read it."""
    source = written(tmp_path / "day5.jsonl", articles[DAYS])
    for path in [index, *index.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert clean(index, "--check", "-q", source).code == 1
        assert "cannot be written" in only_error(clean(index, "-o", tmp_path / "out", source))
    finally:
        for path in [index, *index.rglob("*")]:
            path.chmod(0o755)


def test_a_clock_that_goes_back_changes_no_order(
    tmp_path: Path, articles: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days come one after the other by their numbers."""

    class Back(datetime):
        hour_of = 23

        @classmethod
        def now(cls, tz: Any = None) -> Back:
            cls.hour_of -= 1
            return cls(2001, 2, 3, cls.hour_of, tzinfo=tz)

    usual = built(tmp_path / "usual", articles[:3])
    monkeypatch.setattr("dedup.engines.local.indexed_day.datetime", Back)
    found = built(tmp_path / "back", articles[:3])
    assert found == usual
    manifest = read_manifest(tmp_path / "back")
    assert manifest is not None
    assert [day.number for day in manifest.days] == [1, 2, 3]
    assert [day.time for day in manifest.days] == sorted((day.time for day in manifest.days), reverse=True)
    assert datetime.fromisoformat(manifest.days[0].time).tzinfo == timezone.utc


# Days -----------------------------------------------------------------------------------------------------------------


def test_the_same_day_twice(index: Path, articles: list[list[str]], left: list[Day]) -> None:
    """It is said, the bytes are the same, and the index stays as it is."""
    before, source = tree(index / "segments"), index.parent / "again.jsonl"
    done = clean(index, written(source, articles[2]))
    assert b"again.jsonl: has been in the index since" in done.stderr
    assert b"(day 3); the index stays as it is" in done.stderr
    assert (done.code, done.stdout) == (0, left[2].output)
    assert days_of(index) == [1, 2, 3, 4]
    assert tree(index / "segments") == before


def test_a_day_of_which_files_have_changed(index: Path, tmp_path: Path, articles: list[list[str]]) -> None:
    """It is a day of its own, and one line says so, however many files there are; standard input has no name."""
    source = tmp_path / "in"
    source.mkdir()
    for text in ("first", "second"):
        for name in ("a", "b", "c"):
            written(source / f"{name}.jsonl", [f"{text} {name}", *articles[DAYS]])
        done = clean(index, "-o", tmp_path / f"{text}/", source)
        assert done.code == 0
        assert (done.stderr.count(b"was in the index with other content") == 1) == (text == "second")
    assert b"a.jsonl: was in the index with other content (and so were 2 more): on day 5" in done.stderr
    assert days_of(index) == [1, 2, 3, 4, 5, 6]
    for text in ("first", "second"):
        done = clean(index, "--format", "jsonl", stdin=json.dumps({"text": text}).encode())
        assert b"other content" not in done.stderr
    assert days_of(index) == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--keep", "richest"], "keep is 'richest'"),
        (["--keep", "longest"], "keep is 'longest'"),
        (["--keep", "none", "--boilerplate", "3"], "keep is 'none'"),
        (["--within", "site"], "within is 'site'"),
        (["--against", "ref.jsonl"], "references do not go with an index"),
        (["--scope", "document"], "--index is for --scope corpus"),
        (["--threshold", "0.9"], "was made with other settings (threshold 0.8)"),
        (["--min-words", "9", "--exact"], "was made with other settings (min-words 8, exact False)"),
    ],
)
def test_what_an_index_does_not_go_with(
    index: Path, articles: list[list[str]], tmp_path: Path, options: list[str], what: str
) -> None:
    """One line each, and nothing is touched."""
    before = tree(index)
    written(tmp_path / "ref.jsonl", articles[0])
    options = [str(tmp_path / option) if option.endswith(".jsonl") else option for option in options]
    source = written(tmp_path / "day5.jsonl", articles[DAYS])
    done = run(["--isolated", "--index", str(index), *options, "-o", str(tmp_path / "out"), str(source)])
    assert what in only_error(done)
    after = tree(index)
    for files in (before, after):
        files.pop("readers.lock")
    assert after == before


def test_a_bad_record_passes_through_and_the_day_is_added(
    index: Path, articles: list[list[str]], tmp_path: Path, fifth: tuple[Path, Day]
) -> None:
    """The output is whole, though the run ends with an error: what is bad is in it as it was."""
    source = written(tmp_path / "day5.jsonl", articles[DAYS])
    source.write_bytes(source.read_bytes() + b'{"text": 1}\n{"te\n')
    done = clean(index, "-o", tmp_path / "out", source)
    assert done.code == 2
    assert b"not added" not in done.stderr
    assert (tmp_path / "out").read_bytes() == fifth[1].output + b'{"text": 1}\n{"te\n'
    assert days_of(index) == [1, 2, 3, 4, 5]
    assert_sound(index)


def _cut_off(directory: Path, texts: list[str]) -> list[str | Path]:
    data = gzip.compress(written(directory / "x.jsonl", texts).read_bytes())
    (directory / "cut.jsonl.gz").write_bytes(data[:-20])
    return ["-o", directory / "out/", directory / "day5.jsonl", directory / "cut.jsonl.gz"]


def _missing(directory: Path, _: list[str]) -> list[str | Path]:
    return ["-o", directory / "out/", directory / "day5.jsonl", directory / "none.jsonl"]


def _no_text(directory: Path, _: list[str]) -> list[str | Path]:
    (directory / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    return ["-o", directory / "out/", directory / "day5.jsonl", directory / "photo.png"]


def _too_much(directory: Path, _: list[str]) -> list[str | Path]:
    return ["--max-removed", "0.01", "-o", directory / "out", directory / "day5.jsonl"]


def _strict(directory: Path, _: list[str]) -> list[str | Path]:
    (directory / "bad.jsonl").write_bytes(b'{"te\n')
    return ["--on-error", "fail", "-o", directory / "out/", directory / "day5.jsonl", directory / "bad.jsonl"]


@pytest.mark.parametrize("how", [_cut_off, _missing, _no_text, _too_much, _strict])
def test_a_day_that_is_not_whole_is_not_added(
    index: Path,
    articles: list[list[str]],
    tmp_path: Path,
    fifth: tuple[Path, Day],
    how: Callable[[Path, list[str]], list[str | Path]],
) -> None:
    """An input that is not read to its end, or not there; and it is said, where there is an output nevertheless."""
    written(tmp_path / "day5.jsonl", articles[DAYS])
    done = clean(index, *how(tmp_path, articles[0]))
    assert done.code == 2
    assert (b"so it is not added to the index" in done.stderr) == (tmp_path / "out").exists()
    assert days_of(index) == [1, 2, 3, 4]
    assert add(index, "day5", articles[DAYS]) == fifth[1]


def test_no_input_at_all(index: Path, tmp_path: Path) -> None:
    """An empty directory is an error, and no day."""
    (tmp_path / "empty").mkdir()
    done = clean(index, "-o", tmp_path / "out/", tmp_path / "empty")
    assert done.code == 2
    assert b"Traceback" not in done.stderr
    assert days_of(index) == [1, 2, 3, 4]


def test_a_file_that_is_written_to_meanwhile_is_not_replaced_and_its_day_not_added(
    index: Path, articles: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In place, with a log (all files are replaced at the end) and without one."""
    source = tmp_path / "day5.jsonl"
    for kind, name, removed in ((IndexedRun, "stage", tmp_path / "log"), (LocalRun, "_end_input", None)):
        usual, events = getattr(kind, name), Recorder()

        def meddling(*args: Any, usual: Any = usual, **options: Any) -> None:
            source.write_bytes(source.read_bytes() + b'{"text": "new"}\n')
            usual(*args, **options)

        written(source, articles[DAYS])
        job = Job((str(source),), CORPUS, index=str(index), in_place=True, removed=removed, workers=1)
        with monkeypatch.context() as patch:
            patch.setattr(kind, name, meddling)
            assert run_job(job, events).exit_code == 2
        assert any("so it is not added to the index" in told for told in events.important)
        assert source.read_bytes().endswith(b'{"text": "new"}\n')
        assert days_of(index) == [1, 2, 3, 4]
        assert len(list((index / "segments").iterdir())) == DAYS


def test_a_reader_who_goes_away_leaves_the_day_out(
    index: Path, articles: list[list[str]], tmp_path: Path, fifth: tuple[Path, Day]
) -> None:
    """What it did not take is lost with it, so the day has to be done again."""
    source = written(tmp_path / "day5.jsonl", articles[DAYS])
    arguments = ["--index", str(index), "--workers", "1", "-q", "--removed", str(tmp_path / "log"), str(source)]
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), cwd=tmp_path
    )
    assert process.stdout is not None
    process.stdout.close()
    _, told = process.communicate(timeout=TIMEOUT)
    assert b"Traceback" not in told
    assert days_of(index) == [1, 2, 3, 4]
    assert add(index, "day5", articles[DAYS]) == fifth[1]


def test_wherever_the_output_goes(
    made_index: tuple[Path, list[Day]], articles: list[list[str]], tmp_path: Path, fifth: tuple[Path, Day]
) -> None:
    """Standard output, a file, a directory, several files of a size: the same text, and the day is added."""
    source = written(tmp_path / "day5.jsonl", articles[DAYS])
    ways: list[tuple[str, list[str]]] = [
        ("none", []),
        ("out.jsonl", ["-o", str(tmp_path / "out.jsonl")]),
        ("out/day5.jsonl", ["-o", f"{tmp_path}/out/"]),
        ("part-*.jsonl", ["-o", str(tmp_path / "part-{:03}.jsonl"), "--shard-size", "2k"]),
    ]
    for number, (made, options) in enumerate(ways):
        index = tmp_path / f"{number}.index"
        shutil.copytree(made_index[0], index)
        done = clean(index, "-q", *options, source)
        assert done.code == 0
        found = done.stdout + b"".join(path.read_bytes() for path in sorted(tmp_path.glob(made)))
        assert found == fifth[1].output
        assert days_of(index) == [1, 2, 3, 4, 5]
    assert len(list(tmp_path.glob("part-*.jsonl"))) > 1


def test_the_fifth_day_is_one_that_shows_something(fifth: tuple[Path, Day]) -> None:
    """Much of it has stood on earlier days."""
    found = [entry for entry in removals(fifth[1]) if "day" in entry["witnesses"][0].get("document", {})]
    assert len(found) > 10
    assert any(texts_left(fifth[1]))
