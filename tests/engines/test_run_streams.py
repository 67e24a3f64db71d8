"""Whole runs: order, streaming, and every way in which one may be stopped."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from functools import cache
from typing import TYPE_CHECKING

import pytest

from dedup.engines.run import restore, run
from dedup.formats.files import outputs
from dedup.model.errors import ExitCode, OutputError
from dedup.model.job import Job
from tests.support.fake_kernel import Recorder, marked_decide, run_bytes, run_files

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.model.decisions import Decision
    from dedup.model.settings import Settings

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")


pytestmark = pytest.mark.usefixtures("marked_kernel")


@cache
def _records(count: int) -> bytes:
    """Return about 500 bytes a record; every fifth one is changed, and a few are bad."""
    lines = [
        json.dumps(
            {"id": n, "text": f"{n} " + "é" * (n % 40) + "long " * 80 + ("\n% gone" if n % 5 == 0 else "")},
            ensure_ascii=n % 2 == 0,
        )
        if n % 1000
        else "bad"
        for n in range(count)
    ]
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.skipif(sys.platform != "linux", reason="spawned workers do not see this test's kernel")
def test_bytes_log_and_events_are_the_same_for_any_number_of_workers(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(_records(10_000))
    results = []
    for workers in (1, 2, 3):
        log = tmp_path / f"log{workers}"
        out, outcome, recorder = run_files(file, workers=workers, removed=log, explain=True)
        told = ([str(problem) for problem in recorder.problems], recorder.explanations)
        results.append((out, outcome, told, log.read_bytes()))
    assert results[0] == results[1] == results[2]
    assert results[0][1].counts.changed == 2_000 - 10
    back = io.BytesIO()
    restore("-", tmp_path / "log1", None, Recorder(), stdin=io.BytesIO(results[0][0]), stdout=back)
    assert back.getvalue() == file.read_bytes()


@pytest.mark.parametrize("size", [1, 7, 100, 1 << 16])
def test_bytes_are_the_same_for_any_size_of_piece(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    data = _records(200)
    expected = run_bytes(data, format="jsonl")
    monkeypatch.setattr("dedup.formats.jsonl.TASK_BYTES", size)
    monkeypatch.setattr("dedup.formats.parts.TASK_BYTES", size)
    got = run_bytes(data, format="jsonl")
    assert (got[0], got[1]) == (expected[0], expected[1])
    assert [e.place for e in got[2].problems] == [e.place for e in expected[2].problems] == ["<stdin>:1"]


def test_many_small_texts_are_judged_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(300):
        (tmp_path / f"{number:03}.txt").write_bytes(b"a\n% b\n")
    calls: list[int] = []

    def decide(texts: list[str], settings: Settings, *, explain: bool) -> list[Decision]:
        calls.append(len(texts))
        return marked_decide(texts, settings, explain=explain)

    monkeypatch.setattr("dedup.resolve.document.decide.decide", decide)
    assert run_files(tmp_path)[0] == b"a\n" * 300
    assert calls == [300]


_DRIVER = """
import sys
from pathlib import Path
import dedup.resolve.document.decide
from dedup.engines.run import run
from dedup.model.job import Job
from tests.support.fake_kernel import Recorder, marked_decide
dedup.resolve.document.decide.decide = marked_decide
class Events(Recorder):
    def diff(self, text):
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
options = eval(sys.argv[1])
code = 0
try:
    code = run(Job(**options), Events()).exit_code
except BrokenPipeError:
    code = 50
except KeyboardInterrupt:
    code = 130
import os
os._exit(code)
"""


def _start(**options: object) -> subprocess.Popen[bytes]:
    source = "dict(" + ", ".join(f"{key}={value!r}" for key, value in options.items()) + ")"
    source = source.replace("PosixPath", "Path").replace("WindowsPath", "Path")
    command = [sys.executable, "-c", _DRIVER, source]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@posix
def test_output_appears_as_records_are_done() -> None:
    """A record comes out before the next one goes in, before and after the workers have started."""
    with _start(format="jsonl", workers=2) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(2):
            for number in range(3):
                process.stdin.write(b'{"text": "%d\\n%%x"}\n{"te' % number)
                process.stdin.flush()
                assert process.stdout.readline() == b'{"text": "%d"}\n' % number
                process.stdin.write(b'xt": "second"}\n')
                process.stdin.flush()
                assert process.stdout.readline() == b'{"text": "second"}\n'
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait() == ExitCode.OK


@posix
@pytest.mark.parametrize("mode", ["clean", "diff"])
def test_reader_that_goes_away_does_not_take_the_log_with_it(tmp_path: Path, mode: str) -> None:
    file, log = tmp_path / "in.jsonl", tmp_path / "log"
    file.write_bytes(_records(10_000))
    run_files(file, mode="check", removed=tmp_path / "expected")
    with _start(inputs=(str(file),), mode=mode, removed=log, workers=2) as process:
        assert process.stdout is not None
        process.stdout.read(100)
        process.stdout.close()
        assert process.wait() == 50
    assert log.read_bytes() == (tmp_path / "expected").read_bytes()
    with _start(inputs=(str(file),), mode=mode, workers=2) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait() == 50


@posix
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_stopped_run_leaves_inputs_and_outputs_as_they_were(tmp_path: Path, number: str) -> None:
    fifo, out = tmp_path / "fifo.jsonl", tmp_path / "out.jsonl"
    os.mkfifo(fifo)
    out.write_bytes(b"old")
    with _start(inputs=(str(fifo),), output=out, removed=tmp_path / "log", workers=2) as process:
        stream = fifo.open("wb")
        stream.write(_records(10_000))
        stream.flush()
        time.sleep(0.1)
        process.send_signal(getattr(signal, number))
        code = process.wait()
        stream.close()
    assert out.read_bytes() == b"old"
    assert not (tmp_path / "log").exists()
    if number != "SIGKILL":
        assert code == ExitCode.INTERRUPTED
        assert sorted(path.name for path in tmp_path.iterdir()) == ["fifo.jsonl", "out.jsonl"]


class _Full(io.BytesIO):
    def write(self, _: object) -> int:
        raise OSError(28, "No space left on device")


def test_full_disk_behind_standard_output_is_an_output_error() -> None:
    job = Job(inputs=("-",), workers=1)
    with pytest.raises(OutputError, match="no space left on device"):
        run(job, Recorder(), stdin=io.BytesIO(b"a\n"), stdout=_Full())


def test_in_place_changes_nothing_before_the_log_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_bytes(b"a\n% b\n")
    log = tmp_path / "log"

    def commit(_: outputs.TreeOutput) -> None:
        assert log.exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(outputs.TreeOutput, "commit", commit)
    with pytest.raises(KeyboardInterrupt):
        run_files(tmp_path, in_place=True, removed=log)
    assert (tmp_path / "a.txt").read_bytes() == b"a\n% b\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt", "log"]


_MEMORY = """
import resource, sys
import dedup.resolve.document.decide
from dedup.engines.run import run
from dedup.model.job import Job
from tests.support.fake_kernel import Recorder, marked_decide
dedup.resolve.document.decide.decide = marked_decide
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
outcome = run(Job(format=sys.argv[1], max_document=int(sys.argv[2]), workers=1), Recorder())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, outcome.counts, file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured in its own unit elsewhere")
@pytest.mark.parametrize(
    ("kind", "line", "count"),
    [
        ("jsonl", b'{"text": "' + b"a b c " * 100 + b'\\n% x"}\n', 120_000),
        ("jsonl", b"a" * 1_000_000, 80),
        ("jsonl", b"\n" * 1_000_000, 10),
        ("text", b"a" * 1_000_000, 80),
    ],
)
def test_memory_does_not_grow_with_the_input(kind: str, line: bytes, count: int) -> None:
    command = [sys.executable, "-c", _MEMORY, kind, "8000000"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        for _ in range(max(1, count * len(line) // 1_000_000)):
            process.stdin.write(line * max(1, 1_000_000 // len(line)))
        process.stdin.close()
        grown = int(process.stderr.read().split()[0])
    assert grown < 60_000  # kilobytes; the input is 80 megabytes


def test_small_runs_load_only_what_they_use() -> None:
    """What costs start-up time comes in when it is needed."""
    code = "import sys, dedup.engines.run; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    slow = {
        "multiprocessing",
        "concurrent.futures",
        "gzip",
        "tempfile",
        "numpy",
        "importlib.metadata",
        "difflib",
        "shutil",
    }
    assert not slow & set(loaded)


@posix
def test_output_does_not_wait_for_an_input_that_has_not_begun(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\n% b\n")
    with _start(inputs=(str(tmp_path / "a.txt"), "-"), workers=2) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"a\n"
        process.stdin.write(b"c\n% d\n")
        process.stdin.close()
        assert process.stdout.read() == b"c\n"
        assert process.wait() == ExitCode.OK
