"""What Parquet holds is unpacked once in scope corpus, elsewhere, and kept while the run needs it."""

from __future__ import annotations

import errno
import io
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dedup.engines.local import corpus_run, unwrapped
from dedup.engines.local.beside import Beside
from dedup.engines.local.memory import forecast
from dedup.formats.files.discover import Source
from dedup.model.errors import DedupError, InputError
from tests.support.cli_inprocess import Done, run

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
from dedup.formats import parquet_rows  # noqa: E402 - it needs pyarrow

if TYPE_CHECKING:
    from collections.abc import Callable

forks = pytest.mark.skipif(sys.platform != "linux", reason="what is put in place of a function is forked")
SAID = "The harbour master counts every boat that comes home before the storm, and writes their names into a book."
WORDS = "sail rope mast tide wind reef buoy chart wave storm port gull"
ROWS = 2400


def _text(number: int) -> str:
    told = [f"{word}{number * 31 + at}" for at, word in enumerate((WORDS + " ").split() * 12)]
    return f"{' '.join(told)}\n\n{SAID}\n" if number % 3 else f'{" ".join(told)} "{number}"\n'


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start another process for a small file, too."""
    monkeypatch.setattr(corpus_run, "INLINE_TASKS", 0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of three megabytes of text in four row groups."""
    path = tmp_path_factory.mktemp("made") / "a.parquet"
    texts = [None if number % 500 == 7 else _text(number) for number in range(ROWS)]
    table = pa.table({"text": pa.array(texts), "score": pa.array(range(ROWS))})
    pq.write_table(table, path, row_group_size=700, compression="zstd", use_dictionary=False)
    return path


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory for temporary files."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(path))
    return path


def _clean(path: Path, out: Path, *options: str) -> Done:
    return run(["--quiet", "--scope", "corpus", *options, "-o", str(out), str(path)])


@pytest.fixture(scope="module")
def cleaned(made: Path) -> bytes:
    """Return what comes of it when one process does all."""
    out = made.with_name("cleaned.parquet")
    assert _clean(made, out, "--workers", "1").code == 0
    texts = pq.read_table(out).column("text").to_pylist()
    assert sum(SAID in (text or "") for text in texts) == 1
    return out.read_bytes()


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return what comes to hold the rows of each batch that is decoded in this process to be read."""
    rows: list[int] = []
    plain = parquet_rows.batches

    def counting(*args: Any) -> Any:
        for batch in plain(*args):
            rows.append(batch.num_rows)
            yield batch

    monkeypatch.setattr(parquet_rows, "batches", counting)
    return rows


def test_rows_are_decoded_once_to_be_read(
    tmp_path: Path, made: Path, cleaned: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not in this process, where there are others; nothing is left behind."""
    rows = _counted(monkeypatch)
    assert _clean(made, tmp_path / "b.parquet", "--workers", "1").code == 0
    assert sum(rows) == ROWS
    rows.clear()
    assert _clean(made, tmp_path / "c.parquet", "--workers", "2").code == 0
    assert not rows
    assert (tmp_path / "b.parquet").read_bytes() == (tmp_path / "c.parquet").read_bytes() == cleaned
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("kept", [0, 1_500_000])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_there_is_no_room_for_is_not_kept(
    tmp_path: Path, made: Path, cleaned: bytes, monkeypatch: pytest.MonkeyPatch, *, kept: int, workers: str
) -> None:
    """It is unpacked for each reading, to the same end: a small file may hold more than any disk."""
    usage = shutil.disk_usage(tmp_path)._replace(free=kept * unwrapped._SHARE)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    rows = _counted(monkeypatch)
    out = tmp_path / "b.parquet"
    assert _clean(made, out, "--workers", workers).code == 0
    assert out.read_bytes() == cleaned
    assert sum(rows) == (3 * ROWS if workers == "1" else 0)


def test_a_disk_that_is_full_keeps_nothing(tmp_path: Path) -> None:
    """What was kept before can be read, and all that comes behind it is handed on."""

    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            if self.tell():
                raise OSError(errno.ENOSPC, "no space left")
            return super().write(data)

    class Source:
        left = 5

        def read(self, size: int) -> bytes:
            self.left -= 1
            return bytes((self.left,)) * size if self.left >= 0 else b""

        def close(self) -> None:
            pass

    unpacking = unwrapped._Unpacking(Source(), tmp_path / "kept")  # type: ignore[arg-type]
    assert unpacking._file is not None
    unpacking._file.close()
    unpacking._file = Full()  # type: ignore[assignment]
    steps = [unpacking.step() for _ in range(6)]
    assert {step.size for step in steps} == {unwrapped._STEP}
    assert [len(step.data) // unwrapped._STEP for step in steps] == [0, 1, 1, 1, 1, 0]
    assert [step.ended for step in steps] == [False] * 5 + [True]


def test_what_is_kept_is_in_the_forecast(made: Path) -> None:
    """Room for the text once more, and one process; text that is read as it is stored takes neither."""
    lines = made.with_name("a.jsonl")
    lines.write_text('{"text": "a"}\n' * 1000, encoding="utf-8")
    sources = [Source(path, path.name, path.name, path.stat().st_size) for path in (made, lines)]
    size, kept = unwrapped.sizes(sources)
    assert size - kept == lines.stat().st_size
    assert kept >= made.stat().st_size
    plain, more = forecast(size, 2), forecast(size, 2, kept)
    assert more.disk - plain.disk == kept
    assert more.memory - plain.memory == forecast(0, 1).memory
    assert forecast(size, 1, kept).memory == forecast(size, 1).memory


def test_the_log_brings_all_of_it_back(tmp_path: Path, made: Path) -> None:
    """Its offsets are those of the lines as which the rows are read."""
    log, out, back = (tmp_path / name for name in ("log.jsonl", "b.parquet", "c.parquet"))
    assert _clean(made, out, "--workers", "2", "--removed", str(log)).code == 0
    assert run(["--restore", str(log), "-o", str(back), str(out)]).code == 0
    assert pq.read_table(back).equals(pq.read_table(made))


def _written(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"PAR1", b"PAR2", 1))


def _replaced(path: Path) -> None:
    other = path.with_name("other")
    shutil.copy(path, other)
    other.replace(path)


CHANGES: dict[str, Callable[[Path], None]] = {
    "gone": Path.unlink,
    "cut short": lambda path: os.truncate(path, path.stat().st_size // 2),
    "replaced": _replaced,
    "written to": _written,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("when", ["_settled", "check_unchanged", "results"])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_file_that_changes_meanwhile_is_told(
    tmp_path: Path,
    made: Path,
    temporary: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    change: str,
    when: str,
    workers: str,
) -> None:
    """Before it is read again, before anything is written, or then; no output, and no temporary file."""
    path, out = tmp_path / "a.parquet", tmp_path / "b.parquet"
    shutil.copy(made, path)
    plain = getattr(corpus_run.TwoPassRun, when)

    def changing(*args: Any) -> Any:
        CHANGES[change](path)
        return plain(*args)

    monkeypatch.setattr(corpus_run.TwoPassRun, when, changing)
    done = _clean(path, out, "--workers", workers)
    said = done.stderr.decode()
    assert done.code == 2
    assert "a.parquet: has changed since this run began to read it" in said or (change == "gone" and "no such" in said)
    assert said.count("\n") <= 2
    assert not out.exists()
    assert not list(temporary.iterdir())
    assert sorted(tmp_path.iterdir()) == sorted({temporary, path} - ({path} if change == "gone" else set()))


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_damaged_page_is_named(tmp_path: Path, made: Path, temporary: Path, workers: str) -> None:
    """With its row group; in a directory the others are written."""
    (tmp_path / "in").mkdir()
    good, bad = tmp_path / "in" / "a.parquet", tmp_path / "in" / "b.parquet"
    shutil.copy(made, good)
    column = pq.ParquetFile(made).metadata.row_group(2).column(0)
    data = bytearray(made.read_bytes())
    at = column.data_page_offset + column.total_compressed_size // 2
    data[at : at + 64] = bytes(64)
    bad.write_bytes(data)
    out = tmp_path / "out"
    options = ["--quiet", "--scope", "corpus", "--format", "parquet", "--workers", workers]
    done = run([*options, "-o", f"{out}/", str(tmp_path / "in")])
    assert done.code == 2
    assert "b.parquet: is damaged, or no Parquet that can be read, in row group 2" in done.stderr.decode()
    assert [path.name for path in out.iterdir()] == ["a.parquet"]
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_run_that_came_halfway_is_gone_on_with(
    tmp_path: Path, made: Path, cleaned: bytes, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    """Its work directory has the copy, which is made anew, and goes with all else."""
    work, out = tmp_path / "work", tmp_path / "b.parquet"

    def failing(*_: object) -> None:
        raise DedupError("ends here")

    with monkeypatch.context() as patched:
        patched.setattr(corpus_run.TwoPassRun, "_settled", failing)
        assert _clean(made, out, "--workers", workers, "--work-dir", str(work)).code == 2
    assert [path.name for path in (work / "dedup-spool").glob("input-*")] == ["input-1"]
    assert not out.exists()
    assert _clean(made, out, "--workers", workers, "--work-dir", str(work)).code == 0
    assert out.read_bytes() == cleaned
    assert not work.exists()


def _killed(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@forks
@pytest.mark.parametrize("when", ["_unpack", "_pack", "_end"])
def test_a_process_that_is_killed_ends_the_run(
    tmp_path: Path, made: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Told in a line; nothing is written, and nothing waits for ever."""
    monkeypatch.setattr(unwrapped, when, _killed)
    done = _clean(made, tmp_path / "b.parquet", "--workers", "2")
    assert done.code == 2
    assert "a worker process was killed (signal 9)" in done.stderr.decode()
    assert not (tmp_path / "b.parquet").exists()
    assert not list(temporary.iterdir())
    assert not multiprocessing.active_children()


def _number(kept: dict[Any, Any], more: int) -> tuple[int, int]:
    kept["sum"] = kept.get("sum", 0) + more
    if kept["sum"] > 100:
        raise InputError("too much", place="here", hint="less")
    return kept["sum"], os.getpid()


@pytest.mark.parametrize("apart", [True, False])
def test_calls_are_done_one_by_one_in_one_process(*, apart: bool) -> None:
    """What is kept there stays, what is raised is raised here, and the next call is done all the same."""
    beside = Beside(apart=apart)
    try:
        answers = [beside.call(_number, number) for number in (1, 10, 20)]
        assert [answer.value()[0] for answer in answers] == [1, 11, 31]
        assert {answer.value()[1] == os.getpid() for answer in answers} == {not apart}
        wrong, right = beside.call(_number, 1000), beside.call(_number, -1000)
        with pytest.raises(InputError, match="too much") as raised:
            wrong.value()
        assert (raised.value.place, raised.value.hint) == ("here", "less")
        assert right.value()[0] == 31
        while not (last := beside.call(_number, 0)).is_there:
            pass
        assert last.value()[0] == 31
        assert len(beside.processes) == apart
    finally:
        beside.close()
    assert not multiprocessing.active_children()
