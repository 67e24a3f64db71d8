"""Inputs that can be read only once, and files that change while a run goes on: nothing is lost, and it is told."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from dedup.engines.run import restore
from dedup.formats import jsonl
from dedup.formats.files.atomic import AtomicFile, ChangedError
from dedup.formats.files.reader import Reader
from dedup.model.errors import ExitCode, InputError, OutputError, RestoreError, UsageError
from dedup.model.settings import Settings
from tests.support.cli_process import CLEANED, REPEATED, TIMEOUT, Command
from tests.support.fake_kernel import Recorder, run_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

SCOPES = ("document", "corpus")
TWICE = (["--on-error", "fail"], ["--max-removed", "0.9"], ["--scope", "corpus", "--on-error", "fail"])
QUIET = ("--isolated", "-q")


@contextmanager
def _pipe(data: bytes) -> Iterator[int]:
    """Yield the reading end of a pipe into which a thread writes."""
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as stream:
            stream.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield reading
    finally:
        os.close(reading)
        thread.join(TIMEOUT)


def _text(name: str) -> str:
    """Return a text that repeats itself, and nothing that is in another one."""
    return REPEATED.replace("bridge", name).replace("ferry", name)


# --- read only once ---------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("more", TWICE, ids=lambda more: more[-1])
@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0", "/dev/fd/PIPE", "fifo"])
def test_what_can_be_read_only_once_is_kept_for_a_second_reading(dedup: Command, more: list[str], name: str) -> None:
    """A pipe under any name gives what a file gives, where it has to be read twice."""
    with _pipe(REPEATED.encode()) as pipe:
        named = name.replace("PIPE", str(pipe))
        thread = None
        if name == "fifo":
            fifo = dedup.directory / "fifo"
            os.mkfifo(fifo)
            thread = threading.Thread(target=fifo.write_bytes, args=(REPEATED.encode(),), daemon=True)
            thread.start()
        done = dedup(*QUIET, *more, named, "-o", "out", stdin=REPEATED.encode(), pass_fds=(pipe,))
        if thread is not None:
            thread.join(TIMEOUT)
    assert (done.code, done.stderr) == (0, "")
    assert (dedup.directory / "out").read_bytes() == CLEANED.encode()


@posix
@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_a_socket_is_read_like_a_pipe(dedup: Command, name: str) -> None:
    """Standard input may be a socket, which cannot be opened by its name."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = dedup.start(
            *QUIET, "--max-removed", "0.9", name, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        theirs.close()
        ours.sendall(REPEATED.encode())
        ours.shutdown(socket.SHUT_WR)
        out, err = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, out, err) == (0, CLEANED.encode(), b"")


@posix
@pytest.mark.parametrize("more", [[], *TWICE], ids=lambda more: more[-1] if more else "")
@pytest.mark.parametrize("names", [("-", "/dev/stdin"), ("/dev/fd/0", "/dev/stdin"), ("fifo", "./fifo")])
def test_one_stream_under_two_names_is_refused(dedup: Command, more: list[str], names: tuple[str, str]) -> None:
    """What the first one reads, the second one would lack."""
    os.mkfifo(dedup.directory / "fifo")
    done = dedup(*QUIET, *more, *names, "-o", "out", stdin=REPEATED.encode())
    assert done.code == 2
    assert "is the same stream as" in done.stderr
    assert "nothing was read or written" in done.stderr
    assert not (dedup.directory / "out").exists()


@posix
def test_a_reference_is_no_other_name_of_an_input(dedup: Command) -> None:
    """Nor of standard input."""
    done = dedup(*QUIET, "--scope", "corpus", "--against", "/dev/stdin", "-", stdin=REPEATED.encode())
    assert done.code == 2
    assert "is the same stream as" in done.stderr


@linux
@pytest.mark.parametrize("scope", SCOPES)
def test_a_file_that_says_that_it_is_empty_is_read_all_the_same(dedup: Command, scope: str) -> None:
    """Files of /proc have no size, and may say something else when they are read again."""
    done = dedup(*QUIET, "--scope", scope, "--max-removed", "1", "--format", "text", "/proc/self/limits")
    assert (done.code, done.stderr) == (0, "")
    assert b"Max open files" in done.stdout


@posix
def test_restoring_from_pipes(dedup: Command) -> None:
    """The log and the cleaned text may be pipes; not both the same one."""
    cleaned = dedup(*QUIET, "--removed", "log", "-", stdin=REPEATED.encode()).stdout
    with _pipe((dedup.directory / "log").read_bytes()) as log:
        done = dedup(*QUIET, "--restore", f"/dev/fd/{log}", "-", stdin=cleaned, pass_fds=(log,))
    assert (done.code, done.stdout, done.stderr) == (0, REPEATED.encode(), "")
    with _pipe(cleaned) as text:
        done = dedup(*QUIET, "--restore", "log", f"/dev/fd/{text}", pass_fds=(text,))
    assert (done.code, done.stdout, done.stderr) == (0, REPEATED.encode(), "")
    done = dedup(*QUIET, "--restore", "/dev/stdin", "-", stdin=cleaned)
    assert (done.code, done.stdout) == (2, b"")
    assert "log and text are both standard input; nothing was restored" in done.stderr


# --- changed meanwhile ------------------------------------------------------------------------------------------------


def _append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"appended\n")


def _rewrite(path: Path) -> None:
    """Change a letter, with the size and the time of before."""
    status = path.stat()
    path.write_bytes(path.read_bytes().replace(b"a", b"e", 1))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    status = path.stat()
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


CHANGES = (_append, _rewrite, _replace)


def _before_commit(monkeypatch: pytest.MonkeyPatch, path: Path, change: Callable[[Path], None], step: str) -> None:
    """Change a file before it is replaced: before the outputs are looked at, or after the log is there."""
    todo = [path]
    plain = getattr(AtomicFile, step)

    def patched(self: AtomicFile) -> None:
        if self.path == path and todo:
            change(todo.pop())
        plain(self)

    monkeypatch.setattr(AtomicFile, step, patched)


@posix
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("step", ["finish", "check", "commit"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("logged", [True, False])
def test_a_file_that_has_changed_is_not_replaced(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scope: Any,
    step: str,
    change: Callable[[Path], None],
    *,
    logged: bool,
) -> None:
    """It keeps all that was written to it, is reported, and neither counts nor log speak of it; others are done."""
    top = tmp_path / "top"
    top.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (top / name).write_text(_text(name), encoding="utf-8")
    before = {path.name: path.read_bytes() for path in top.iterdir()}
    _before_commit(monkeypatch, top / "b.txt", change, step if logged else "commit")
    log = tmp_path / "log"
    settings = Settings(scope=scope)
    _, outcome, recorder = run_files(top, in_place=True, removed=log if logged else None, settings=settings)
    assert outcome.exit_code == ExitCode.ERROR
    assert [problem.place for problem in recorder.problems] == [str(top / "b.txt")]
    assert isinstance(recorder.problems[0], ChangedError)
    left = {path.name: path.read_bytes() for path in top.iterdir() if path.name != "other"}
    assert sorted(left) == ["a.txt", "b.txt", "c.txt"]  # no temporary file
    assert len(left["b.txt"]) >= len(before["b.txt"])
    assert len(left["a.txt"]) < len(before["a.txt"])
    assert (outcome.counts.removed, outcome.counts.changed, outcome.counts.errors) == (2, 2, 1)
    assert outcome.counts.bytes_in - outcome.counts.bytes_out == sum(
        len(before[name]) - len(left[name]) for name in ("a.txt", "c.txt")
    )
    if logged:
        assert b"b.txt" not in log.read_bytes()
        restore(str(top), log, None, Recorder(), in_place=True)
        assert {name: (top / name).read_bytes() for name in before} == before | {"b.txt": left["b.txt"]}


def test_hard_links_of_one_file_are_both_cleaned(tmp_path: Path) -> None:
    """That one name of a file is replaced is no change of what the other one says."""
    (tmp_path / "a.txt").write_text(REPEATED, encoding="utf-8")
    os.link(tmp_path / "a.txt", tmp_path / "b.txt")
    _, outcome, recorder = run_files(tmp_path, in_place=True)
    assert (recorder.problems, outcome.exit_code) == ([], ExitCode.OK)
    assert (tmp_path / "a.txt").read_text() == (tmp_path / "b.txt").read_text() == CLEANED


@pytest.mark.parametrize("there", [True, False])
def test_an_output_that_another_program_has_written_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    """What is there at the end and was not at the beginning belongs to somebody else; the log is not written either."""
    (tmp_path / "a.txt").write_text(REPEATED, encoding="utf-8")
    out = tmp_path / "out.txt"
    if there:
        out.write_bytes(b"old")
    _before_commit(monkeypatch, out, _append, "check")
    with pytest.raises(OutputError, match="by another program meanwhile; it was not replaced"):
        run_files(tmp_path / "a.txt", output=out, removed=tmp_path / "log")
    assert out.read_bytes() == (b"old" if there else b"") + b"appended\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "out.txt"]


def test_a_file_that_changes_while_it_is_restored_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In place, alone and in a tree; and it is told how many of the tree were restored."""
    names = ("a.txt", "b.txt", "c.txt")
    top, log = tmp_path / "top", tmp_path / "log"
    top.mkdir()
    for name in names:
        (top / name).write_text(REPEATED, encoding="utf-8")
    run_files(top, in_place=True, removed=log)
    _before_commit(monkeypatch, top / "b.txt", _append, "commit")
    with pytest.raises(OutputError, match="not replaced; 1 file was restored before that, completely, and 2 not"):
        restore(str(top), log, None, Recorder(), in_place=True)
    texts = [(top / name).read_text() for name in names]
    assert texts == [REPEATED, CLEANED + "appended\n", CLEANED]
    _before_commit(monkeypatch, top / "c.txt", _append, "commit")
    with pytest.raises(OutputError, match="changed by another program"):
        restore(str(top / "c.txt"), log, None, Recorder(), in_place=True)
    assert (top / "c.txt").read_text() == CLEANED + "appended\n"


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("change", [_append, _rewrite, lambda path: os.truncate(path, 40)])
def test_inputs_that_change_between_two_readings_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: Any, change: Callable[[Path], None]
) -> None:
    """What was decided holds for what was read; nothing is written, and that is said."""
    file, out = tmp_path / "a.txt", tmp_path / "out"
    file.write_text(REPEATED, encoding="utf-8")
    todo = [file]

    def checked(*_: object) -> None:
        if todo:
            change(todo.pop())

    monkeypatch.setattr("dedup.engines.local.run.check_removed", checked)
    with pytest.raises(InputError, match="has changed since this run began to read it; no output was written"):
        run_files(file, output=out, max_removed=0.9, settings=Settings(scope=scope))
    assert not out.exists()


def test_a_change_that_is_seen_late_says_what_was_replaced_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In scope corpus, after some files have been replaced: that none was would be untrue."""
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text(_text(str(number)), encoding="utf-8")
    _before_commit(monkeypatch, tmp_path / "1.txt", lambda _: _append(tmp_path / "3.txt"), "commit")
    monkeypatch.setattr("dedup.formats.parts._TASK_PARTS", 2)
    with pytest.raises(InputError, match="3 files were replaced before that, completely, and the others were not"):
        run_files(tmp_path, in_place=True, settings=Settings(scope="corpus"))
    sizes = [len((tmp_path / f"{number}.txt").read_bytes()) for number in range(5)]
    assert [size < len(REPEATED) - 20 for size in sizes] == [True, True, True, False, False]


def test_a_file_that_is_cut_short_while_it_is_read_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of it is not taken for all of it: it is reported, and neither written elsewhere nor replaced."""
    file = tmp_path / "a.jsonl"
    line = json.dumps({"text": REPEATED}).encode() + b"\n"
    monkeypatch.setattr(jsonl, "TASK_BYTES", 4 * len(line))
    plain = Reader.read

    def read(self: Any, size: int) -> bytes:
        data = plain(self, size)
        os.truncate(file, 100)
        return data

    monkeypatch.setattr(Reader, "read", read)
    file.write_bytes(line * 40)
    with pytest.raises(OutputError, match="could not be read to its end; the output was not written"):
        run_files(file, output=tmp_path / "out")
    file.write_bytes(line * 40)
    _, outcome, recorder = run_files(file, in_place=True, removed=tmp_path / "log")
    assert "was cut short while it was being read" in recorder.problems[0].what
    assert (outcome.exit_code, outcome.counts.removed) == (ExitCode.ERROR, 0)
    assert file.read_bytes() == (line * 40)[:100]
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


@pytest.mark.parametrize("scope", SCOPES)
def test_a_file_that_vanishes_is_reported_and_the_others_are_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: Any
) -> None:
    """Between the listing of a directory and the reading of its files."""
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(_text(name), encoding="utf-8")
    plain = os.path.realpath

    def gone(path: Any, **more: Any) -> str:
        (tmp_path / "b.txt").unlink(missing_ok=True)
        return str(plain(path, **more))

    monkeypatch.setattr("dedup.formats.plan.os.path.realpath", gone)
    _, outcome, recorder = run_files(tmp_path, in_place=True, settings=Settings(scope=scope))
    assert [(problem.place, problem.what) for problem in recorder.problems] == [
        (str(tmp_path / "b.txt"), "no such file or directory")
    ]
    assert (outcome.exit_code, outcome.counts.files, outcome.counts.removed) == (ExitCode.ERROR, 2, 2)


# --- a tree is checked before it is written ---------------------------------------------------------------------------


@pytest.mark.parametrize("in_place", [True, False])
def test_a_log_with_one_damaged_entry_restores_nothing(tmp_path: Path, *, in_place: bool) -> None:
    """Every entry is checked before the first file is written."""
    top, log, out = tmp_path / "top", tmp_path / "log", tmp_path / "out"
    top.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (top / name).write_text(_text(name), encoding="utf-8")
    run_files(top, in_place=True, removed=log)
    left = {path.name: path.read_bytes() for path in top.iterdir()}
    lines = log.read_bytes().splitlines(keepends=True)
    damaged = [line.replace(b"repairs", b"repaint") if b"c.txt" in line else line for line in lines]
    assert damaged != lines
    log.write_bytes(b"".join(damaged))
    with pytest.raises(RestoreError, match=r"the log has been changed.*; nothing was restored"):
        restore(str(top), log, None if in_place else out, Recorder(), in_place=in_place)
    assert {path.name: path.read_bytes() for path in top.iterdir()} == left
    assert not out.exists()


def test_a_pipe_cannot_be_restored_in_place(tmp_path: Path) -> None:
    """It would be written to for ever."""
    if os.name == "nt":
        return
    (tmp_path / "a.txt").write_text(REPEATED, encoding="utf-8")
    run_files(tmp_path / "a.txt", removed=tmp_path / "log")
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(UsageError, match="not a regular file"):
        restore(str(tmp_path / "fifo"), tmp_path / "log", None, Recorder(), in_place=True)
