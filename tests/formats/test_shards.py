"""One output in shards: all of it, none too large, no document in two of them, and all there or none."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup.formats.files.atomic import AtomicFile, ChangedError
from dedup.formats.files.documents import Documents
from dedup.formats.files.reader import Reader
from dedup.formats.files.shards import ShardedOutput, ShardNames
from dedup.model.errors import UsageError
from tests.support.cli_inprocess import run
from tests.support.cli_process import OTHER, SENTENCE

if TYPE_CHECKING:
    from tests.support.cli_process import Command

PATTERN = "part-{:05}.jsonl"
posix = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def unpacked(path: Path) -> bytes:
    with Reader.open(path, str(path)) as reader:
        return b"".join(iter(reader.read, b""))


def shards(directory: Path, pattern: str = PATTERN) -> list[bytes]:
    """Return what the shards hold, in order; there are no others."""
    names = ShardNames(directory / pattern)
    found = [path for path in directory.iterdir() if names.has(path)]
    assert sorted(found) == sorted(names.place(number) for number in range(len(found)))
    return [unpacked(names.place(number)) for number in range(len(found))]


def records(*texts: str) -> bytes:
    return b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts)


TEXTS = st.lists(
    st.lists(st.sampled_from([SENTENCE, OTHER, "Short.", "", "ä" * 200]), max_size=6).map("\n".join), max_size=8
)
PLAIN = st.sampled_from([SENTENCE, f"{OTHER}\n{SENTENCE}\n{OTHER}\n", "", "\n", "x\n\n"]).map(str.encode)
RECORDS = TEXTS.map(lambda texts: records(*texts))
FILES = st.lists(
    st.tuples(st.just("jsonl"), RECORDS, st.booleans()) | st.tuples(st.just("txt"), PLAIN, st.booleans()),
    min_size=1,
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    given_files=FILES,
    size=st.integers(1, 2000),
    suffix=st.sampled_from(["", ".gz", ".zst", ".bz2", ".xz"]),
    more=st.sampled_from(["", "--empty drop", "--max-document 150", "--max-removed 1", "--scope corpus", "--mark"]),
)
def test_shards_are_the_output_cut_between_documents(
    given_files: list[tuple[str, bytes, bool]], size: int, suffix: str, more: str, tmp_path: Path
) -> None:
    """One after the other they are the output in one piece; of more than one document, none is above the size."""
    place = tmp_path / str(next(NUMBERS))
    place.mkdir()
    os.chdir(place)
    names = [f"{number}.{kind}" for number, (kind, _, _) in enumerate(given_files)]
    for name, (_, data, ended) in zip(names, given_files, strict=True):
        (place / name).write_bytes(data if ended else data.removesuffix(b"\n"))
    log = [] if "--mark" in more else ["--removed", "log"]
    whole = run([*more.split(), *log, "-o", "whole.jsonl", *names])
    logged = (place / "log").read_bytes() if log else b""
    done = run([*more.split(), *log, "-o", PATTERN + suffix, "--shard-size", str(size), *names])
    assert (whole.code, whole.stderr) == (done.code, done.stderr)
    found = shards(place, PATTERN + suffix)
    assert b"".join(found) == (place / "whole.jsonl").read_bytes()
    assert not log or (place / "log").read_bytes() == logged
    texts = {data for kind, data, _ in given_files if kind == "txt"}
    for number, shard in enumerate(found):
        assert shard or len(found) == 1
        if len(shard) > size:
            assert is_one(shard, texts), shard
        assert shard.endswith(b"\n") or number == len(found) - 1
    if not any(kind == "txt" for kind, _, _ in given_files):
        for shard in found:
            assert all(json.loads(line) for line in shard.splitlines())
    if log:
        packed = b"".join(ShardNames(place / (PATTERN + suffix)).place(n).read_bytes() for n in range(len(found)))
        restored = run(["-q", "--restore", "log"], packed)
        assert (restored.code, restored.stderr) == (0, b"")
        joined = b""
        for _, data, ended in given_files:
            piece = data if ended else data.removesuffix(b"\n")
            joined += b"\n" * (piece != b"" and joined != b"" and not joined.endswith(b"\n")) + piece
        assert restored.stdout == joined


def is_one(shard: bytes, texts: set[bytes]) -> bool:
    """Return True if a shard is one document, with or without its line end."""
    if shard.count(b"\n") <= 1:
        return True
    return any(text.startswith(shard[:20]) and len(shard) <= len(text) + 1 for text in texts)


PIECES = st.lists(st.tuples(st.sampled_from([*Documents]), st.lists(st.text("ab-", max_size=9).map(str.encode))))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=PIECES, size=st.integers(1, 30))
def test_whatever_comes_is_written_in_order(
    pieces: list[tuple[Documents, list[bytes]]], size: int, tmp_path: Path
) -> None:
    """Also what no reader gives; and a shard of more than the size is one document, or one of unknown length."""
    place = tmp_path / str(next(NUMBERS))
    place.mkdir()
    output = ShardedOutput(ShardNames(place / PATTERN), size)
    whole = b""
    for kind, lines in pieces:
        data = b"\n" if kind is Documents.JOINT else b"".join(line + b"\n" for line in lines)
        output.coming(kind)
        output.write(0, data, changed=False, compressed=None)
        whole += data
    output.end_input(0, failed=False, compressed=None)
    output.finish()
    assert output.check() == output.commit() == []
    output.abort()
    found = shards(place)
    assert b"".join(found) == whole
    if all(kind is Documents.LINES for kind, _ in pieces):
        for one, after in itertools.pairwise(found):
            assert len(one) <= size or one.count(b"\n") == 1
            assert len(one) + after.index(b"\n") + 1 > size, "the next document would have found room"


def test_a_document_in_pieces_stays_whole(tmp_path: Path) -> None:
    """A line above --max-document comes in pieces: it has a shard of its own, however long it is."""
    long = b'{"text": "' + b"x" * (3 << 20) + b'"}\n'
    (tmp_path / "a.jsonl").write_bytes(records("one", "two") + long + long + records("three"))
    (tmp_path / "b.txt").write_bytes(b"line\n" * (1 << 19))
    size = str(len(long) + 100)
    assert run(["-q", "--max-document", "1M", "-o", PATTERN, "--shard-size", size, "a.jsonl", "b.txt"]).code == 2
    assert shards(tmp_path) == [
        records("one", "two"),
        long,
        long + records("three"),
        b"line\n" * (1 << 19),
    ]


@pytest.mark.parametrize("kind", [Documents.LINES, Documents.ONE])
def test_a_line_end_between_two_inputs_finds_room(kind: Documents, tmp_path: Path) -> None:
    """It goes with the document that lacks it, and is reckoned with; if nothing is left of that, it stands for it."""
    output = ShardedOutput(ShardNames(tmp_path / PATTERN), 4)
    for source, (how, data) in enumerate(
        [
            (kind, b"a\n"),
            (kind, b"bb"),  # with its line end it would not find room behind the first one
            (Documents.JOINT, b"\n"),
            (kind, b"c"),  # in one shard with its line end, which fills it
            (Documents.JOINT, b"\n" * 0),
            (Documents.JOINT, b"\n"),
            (kind, b"ddd\n"),
            (kind, b""),
            (Documents.JOINT, b"\n"),  # of what has gone as a whole
            (kind, b"e\n"),
        ]
    ):
        output.coming(how)
        output.write(source, data, changed=False, compressed=None)
    output.end_input(9, failed=False, compressed=None)
    output.finish()
    output.commit()
    output.abort()
    assert shards(tmp_path) == [b"a\n", b"bb\n", b"c\n", b"ddd\n", b"\ne\n"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_workers_make_no_difference(workers: str, tmp_path: Path) -> None:
    texts = [f"{SENTENCE} {n}\n{OTHER}\n{SENTENCE} {n}" for n in range(12_000)]
    (tmp_path / "a.jsonl").write_bytes(records(*texts))
    assert run(["-q", "--workers", workers, "-o", PATTERN, "--shard-size", "100K", "a.jsonl"]).code == 0
    found = shards(tmp_path)
    assert all(100 * 1024 - 500 < len(shard) <= 100 * 1024 for shard in found[:-1])
    assert b"".join(found).count(b"\n") == 12_000


def test_a_directory_is_read_into_shards(tmp_path: Path) -> None:
    """What is joined on standard output is joined in shards, be it found in a directory or named in a list."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_bytes(records("one", "two"))
    (tmp_path / "in" / "b.jsonl").write_bytes(records("three"))
    assert run(["-q", "-o", PATTERN, "--shard-size", "20", "in"]).code == 0
    assert shards(tmp_path) == [records("one"), records("two"), records("three")]
    (tmp_path / "list").write_bytes(b"in/b.jsonl\nin/a.jsonl\n")
    assert run(["-q", "-o", "of-list-{0}.jsonl", "--shard-size", "1G", "--files-from", "list"]).code == 0
    assert shards(tmp_path, "of-list-{0}.jsonl") == [records("three", "one", "two")]


def test_an_output_of_nothing_is_one_empty_shard(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"")
    assert run(["-q", "-o", f"{PATTERN}.gz", "--shard-size", "1M", "a.jsonl"]).code == 0
    assert shards(tmp_path, f"{PATTERN}.gz") == [b""]


@pytest.mark.parametrize(
    "pattern",
    [
        *("part.jsonl", "{}-{}.jsonl", "{:05}{{{}}}", "{0.real}.jsonl", "{0[0]}", "{1}", "{name}", "{:x}", "{:,}"),
        *("{:{}}", "{!r}", "{!r:05}", "{:3}", "{:>5}", "{:00}", "{:0999999999}", "{:5.1f}", "{", "}", "{:05", "{}/a"),
        *("{}/", "x/{:05}/"),
    ],
)
def test_a_pattern_with_anything_but_one_number_is_refused(pattern: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(records("one"))
    done = run(["-o", pattern, "--shard-size", "1M", "a.jsonl"])
    assert (done.code, done.stdout) == (2, b"")
    assert b"; nothing was read or written. Hint: " in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{}", "7"),
        ("{0}", "7"),
        ("{:d}.txt", "7.txt"),
        ("a-{:02}.jsonl", "a-07.jsonl"),
        ("{{{:05d}}}", "{00007}"),
        ("é{0:03}é", "é007é"),
    ],
)
def test_names_of_shards(pattern: str, name: str) -> None:
    names = ShardNames(Path("d{}") / pattern)
    assert names.place(7) == Path("d{}") / name
    assert names.has(names.place(7))
    assert names.has(names.place(123456789))
    for other in (f"x{name}", f"{name}x", name.replace("7", "x"), name.replace("7", "٣"), pattern):
        assert not names.has(Path("d{}") / other) or other.isdigit()


def test_old_shards_are_not_mixed_with_new_ones(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(records("one"))
    for old in ("part-00009.jsonl", "part-3.jsonl"):
        (tmp_path / old).write_bytes(b"old")
        done = run(["-o", PATTERN, "--shard-size", "1M", "a.jsonl", "none"])
        assert done.stderr.startswith(f"dedup: {old}: is there already, and would be taken for a shard".encode())
        assert (done.code, (tmp_path / old).read_bytes()) == (2, b"old")
        (tmp_path / old).unlink()
    (tmp_path / "part-x.jsonl").write_bytes(b"no number")
    assert run(["-q", "-o", PATTERN, "--shard-size", "1M", "a.jsonl"]).code == 0


def test_other_outputs_may_not_be_called_like_shards(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(records("one"))
    for option in ("--removed", "--stats"):
        done = run(["-o", PATTERN, "--shard-size", "1M", option, "part-00001.jsonl", "a.jsonl"])
        assert done.code == 2
        assert b"part-00001.jsonl: would be taken for a shard; nothing was read or written" in done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_a_table_is_not_cut(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,text\n1,one\n2,two\n")
    done = run(["-o", "part-{}.csv", "--shard-size", "1M", "a.csv"])
    assert done.code == 2
    assert b"a.csv: CSV cannot be written in shards" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["a"], "--shard-size is for files, and needs --output"),
        (["-o", "-", "a"], "--shard-size is for files, and needs --output"),
        (["--in-place", "a"], "--shard-size is for files, and needs --output"),
        (["--check", "a"], "--shard-size is for files, and needs --output"),
        (["--restore", "log", "-o", "x", "a"], "--restore and --shard-size do not go together"),
        (["--scope", "corpus", "--engine", "spark", "-o", "x", "a"], "--shard-size cannot be done on Spark"),
        (["-o", "none/part-{}", "a"], "none: no such file or directory; nothing was read or written"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments: list[str], what: str) -> None:
    done = run(["--shard-size", "1M", *arguments])
    assert (done.code, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(f"dedup: {what}")


def test_a_dry_run_writes_no_shards(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(records("one"))
    assert run(["-n", "-o", PATTERN, "--shard-size", "1M", "a.jsonl"]).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_a_limit_that_is_passed_leaves_no_shard(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(records(f"{SENTENCE}\n{SENTENCE}") * 9)
    assert run(["-o", PATTERN, "--shard-size", "1", "--max-removed", "0.1", "a.jsonl"]).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_an_input_that_breaks_off_leaves_no_shard(tmp_path: Path) -> None:
    import gzip

    (tmp_path / "a.jsonl").write_bytes(records("one", "two"))
    data = b"".join(records(os.urandom(500).hex()) for _ in range(8000))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(data)[:-100])
    done = run(["-o", PATTERN, "--shard-size", "1M", "a.jsonl", "b.jsonl.gz"])
    assert done.code == 2
    assert b"an input could not be read to its end; no shard was written" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "b.jsonl.gz"]


def _output(place: Path, number: int = 4) -> ShardedOutput:
    output = ShardedOutput(ShardNames(place / PATTERN), 1)
    output.coming(Documents.LINES)
    output.write(0, b"".join(b"%d\n" % n for n in range(number)), changed=False, compressed=None)
    output.end_input(0, failed=False, compressed=None)
    output.finish()
    return output


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("full"), ChangedError("changed")])
@pytest.mark.parametrize("before", [True, False])
def test_an_end_while_names_are_given_leaves_none(
    error: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, before: bool
) -> None:
    """Of those that have their names by then, none stays, whether the step that failed was done or not."""
    output = _output(tmp_path)
    commit, done = AtomicFile.commit, itertools.count(1)

    def failing(self: AtomicFile) -> None:
        if next(done) < 3:
            commit(self)
            return
        if not before:
            commit(self)
        raise error

    monkeypatch.setattr(AtomicFile, "commit", failing)
    with pytest.raises((KeyboardInterrupt, OSError, ChangedError)):
        output.commit()
    output.abort()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("checked", [True, False])
def test_what_another_program_has_made_meanwhile_stays(tmp_path: Path, *, checked: bool) -> None:
    output = _output(tmp_path)
    (tmp_path / "part-00002.jsonl").write_bytes(b"another's")
    with pytest.raises(ChangedError, match="made by another program"):
        (output.check if checked else output.commit)()
    output.abort()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("part-00002.jsonl", b"another's")]


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_killed_leaves_no_shard(dedup: Command, number: int) -> None:
    """Nothing has its name before the end: a process that is killed leaves hidden files, if any."""
    here = dedup.directory
    arguments = ("-q", "-o", "part-{:05}.jsonl.zst", "--shard-size", "10K", "--workers", "1", "-")
    process = dedup.start(*arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    while len(list(here.glob(".dedup-*.tmp"))) < 4:
        assert process.poll() is None
        process.stdin.write(records(SENTENCE, OTHER) * 50)
        process.stdin.flush()
    process.send_signal(number)
    process.wait(30)
    assert not list(here.glob("part-*"))
    if number == signal.SIGTERM:
        assert not list(here.glob(".dedup-*.tmp"))
    (here / "a.jsonl").write_bytes(records("one"))
    assert dedup(*arguments[:-1], "a.jsonl").code == 0
    assert unpacked(here / "part-00000.jsonl.zst") == records("one")


def test_a_disk_that_is_full_leaves_no_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jsonl").write_bytes(records("one", "two", "three"))
    finish, done = AtomicFile.finish, itertools.count(1)

    def full(self: AtomicFile) -> None:
        if next(done) == 2:
            raise self._given_up(OSError(28, "No space left on device"))
        finish(self)

    monkeypatch.setattr(AtomicFile, "finish", full)
    done_run = run(["-o", PATTERN, "--shard-size", "20", "a.jsonl"])
    assert done_run.code == 2
    assert b"no space left on device" in done_run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_a_job_that_makes_no_sense_is_refused() -> None:
    from tests.support.fake_kernel import run_files

    with pytest.raises(UsageError, match="shard_size is 0"):
        run_files("a", output=Path(PATTERN), shard_size=0)
    with pytest.raises(UsageError, match="no pattern for their names"):
        run_files("a", shard_size=5)
