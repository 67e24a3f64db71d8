"""How a run ends: by itself, by an error, by a reader that went away, by a signal. All with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.cli_process import CLEANED, COMMAND, OTHER, REPEATED, SENTENCE, environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_process import Command

posix = pytest.mark.skipif(os.name == "nt", reason="signals and descriptors as POSIX has them")
SUMMARY = "1 file, 3 paragraphs: 2 kept, 1 removed (1 exact).\n"


def text_file(directory: Path, name: str = "a.txt", text: str = REPEATED) -> Path:
    path = directory / name
    path.write_bytes(text.encode())
    return path


def big(directory: Path, form: str) -> Path:
    """Write far more than a pipe holds, in lines too short to be compared."""
    line = '{{"text": "line {}"}}\n' if form == "jsonl" else "line {}\n"
    return text_file(directory, f"big.{form}", "".join(line.format(n) for n in range(12_000)))


def records(directory: Path) -> Path:
    """Write enough records to keep some workers busy; with "-" after it, the run then waits for standard input."""
    return text_file(directory, "many.jsonl", f'{{"text": "{OTHER}\\n{SENTENCE}\\n{OTHER}"}}\n' * 20_000)


def wait_for(condition: object, process: subprocess.Popen[bytes]) -> None:
    """Wait until a condition (a function) holds, or fail."""
    assert callable(condition)
    limit = time.monotonic() + 20
    while not condition():
        assert process.poll() is None, "the process has ended early"
        assert time.monotonic() < limit, "it does not come to pass"
        time.sleep(0.02)


def children(process: subprocess.Popen[bytes]) -> list[str]:
    """Return the worker processes of a process (Linux only)."""
    path = f"/proc/{process.pid}/task/{process.pid}/children"
    if not os.path.exists(path):  # noqa: PTH110
        pytest.skip("children are looked up in /proc")
    with open(path) as file:  # noqa: PTH123
        return file.read().split()


def alive(pid: str) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_cleaning_ends_with_0_and_text_alone_on_stdout(dedup: Command) -> None:
    done = dedup(stdin=REPEATED.encode())
    assert (0, CLEANED.encode(), SUMMARY) == (done.code, done.stdout, done.stderr)


def test_quiet_says_nothing(dedup: Command) -> None:
    done = dedup("-q", stdin=REPEATED.encode())
    assert (0, CLEANED.encode(), "") == (done.code, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("flags", "text", "code"),
    [
        (["--check"], REPEATED, 1),
        (["--check"], CLEANED, 0),
        (["--diff"], REPEATED, 1),
        (["--diff"], CLEANED, 0),
        (["--check", "--diff"], REPEATED, 1),
        (["--check", "--exit-zero"], REPEATED, 0),
        (["--diff", "--exit-zero"], REPEATED, 0),
        (["-n"], REPEATED, 0),
        ([], REPEATED, 0),
    ],
)
def test_the_exit_status_says_whether_something_was_found(
    dedup: Command, flags: list[str], text: str, code: int
) -> None:
    path = text_file(dedup.directory, text=text)
    done = dedup(*flags, "a.txt")
    assert code == done.code
    assert text.encode() == path.read_bytes()
    if "--diff" in flags:
        assert done.stdout.startswith(b"--- ") is (text == REPEATED)
    elif flags:
        assert done.stdout == b""


def test_modes_say_what_would_be_done(dedup: Command) -> None:
    expected = "1 file, 3 paragraphs: 2 to keep, 1 to remove (1 exact).\n"
    assert expected == dedup("-n", stdin=REPEATED.encode()).stderr
    assert expected == dedup("--check", stdin=REPEATED.encode()).stderr


def test_a_missing_input_is_2_and_the_others_are_done(dedup: Command) -> None:
    text_file(dedup.directory)
    done = dedup("--check", "none.txt", "a.txt")
    assert done.code == 2
    first, *rest = done.stderr.splitlines()
    assert first.startswith("dedup: none.txt: ")
    assert "no such file or directory" in first
    assert "1 to remove" in rest[-1]
    assert "1 error." in rest[-1]


def test_exit_zero_does_not_hide_errors(dedup: Command) -> None:
    assert dedup("--check", "--exit-zero", "none.txt").code == 2


@posix
def test_an_output_that_cannot_be_written_is_2_and_says_so(dedup: Command) -> None:
    text_file(dedup.directory)
    done = dedup("-o", "no/such/directory/out.txt", "a.txt")
    assert (done.code, done.stdout) == (2, b"")
    assert done.stderr.startswith("dedup: no/such/directory")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_an_output_that_is_a_directory_of_another_kind(dedup: Command) -> None:
    text_file(dedup.directory)
    text_file(dedup.directory, "file.txt")
    done = dedup("-o", "file.txt/below.txt", "a.txt")
    assert done.code == 2
    assert "Traceback" not in done.stderr


def test_debug_adds_the_traceback(dedup: Command) -> None:
    args = ("-o", "no/such/directory/out.txt", "-")
    assert "Traceback" not in dedup(*args).stderr
    assert "Traceback" in dedup("--debug", *args).stderr
    assert "Traceback" in dedup(*args, env={"DEDUP_DEBUG": "1"}).stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("args", [["-q"], ["-q", "--diff"], ["--help"], ["--show-config"]])
def test_a_full_disk_behind_stdout_is_2(dedup: Command, args: list[str]) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        process = dedup.start(*args, stdin=subprocess.PIPE, stdout=full, stderr=subprocess.PIPE)
        _, errors = process.communicate(REPEATED.encode(), timeout=30)
    assert process.returncode == 2
    assert b"no space left on device" in errors
    assert errors.count(b"\n") == 1


@posix
@pytest.mark.parametrize("form", ["txt", "jsonl"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_reader_that_has_seen_enough_is_no_error(dedup: Command, form: str, workers: int) -> None:
    source = big(dedup.directory, form)
    script = f"{' '.join(COMMAND)} --workers {workers} {source.name} 2> errors | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, cwd=dedup.directory, env=environment(), check=True, timeout=60
    )
    first, status = done.stdout.decode().splitlines()
    assert "line 0" in first
    assert status == "0"
    assert (dedup.directory / "errors").read_text() == ""


@posix
def test_a_diff_cut_short_has_found_something(dedup: Command) -> None:
    (dedup.directory / "many").mkdir()
    for n in range(300):
        text_file(dedup.directory / "many", f"{n}.txt", REPEATED * 20)
    script = f"{' '.join(COMMAND)} -q --diff many | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, cwd=dedup.directory, env=environment(), check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (1, b"")


@posix
def test_messages_that_nobody_reads_do_not_stop_the_work(dedup: Command) -> None:
    text_file(dedup.directory)
    read, write = os.pipe()
    os.close(read)
    process = dedup.start("-v", "-o", "out.txt", "a.txt", stdout=subprocess.PIPE, stderr=write)
    os.close(write)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert (dedup.directory / "out.txt").read_text() == CLEANED


@posix
@pytest.mark.parametrize(
    ("redirection", "args", "code"),
    [
        ("<&-", "", 2),
        ("<&-", "a.txt", 0),
        (">&-", "a.txt", 2),
        (">&-", "--check a.txt", 1),
        (">&-", "-o out.txt a.txt", 0),
        ("2>&-", "a.txt", 0),
        ("2>&-", "none.txt", 2),
        ("<&- >&- 2>&-", "-o out.txt a.txt", 0),
    ],
)
def test_closed_standard_streams(dedup: Command, redirection: str, args: str, code: int) -> None:
    """Nothing is written into a file that took the number of a closed stream, and nothing is lost without a word."""
    text_file(dedup.directory)
    done = subprocess.run(
        ["bash", "-c", f"{' '.join(COMMAND)} {args} {redirection}"],
        capture_output=True,
        cwd=dedup.directory,
        env=environment(),
        check=False,
        timeout=30,
    )
    assert code == done.returncode
    assert b"Traceback" not in done.stderr
    if "out.txt" in args:
        assert (dedup.directory / "out.txt").read_text() == CLEANED
    if code == 2 and redirection != "2>&-":
        assert done.stderr.startswith(b"dedup: standard ")


SIGNALS = [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)]


@posix
@pytest.mark.parametrize(("name", "code"), SIGNALS)
def test_a_signal_ends_the_run_and_leaves_no_file(dedup: Command, name: str, code: int) -> None:
    """Standard input stays open: the run is in the middle of its work when the signal comes."""
    before = set(os.listdir(dedup.directory))  # noqa: PTH208
    process = dedup.start(
        "-o", "out.jsonl", "--removed", "log.jsonl", "--format", "jsonl", "--workers", "1",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(b'{"text": "%s"}\n' % SENTENCE.encode() * 5000)
    process.stdin.flush()
    wait_for(lambda: set(os.listdir(dedup.directory)) - before, process)  # noqa: PTH208
    os.killpg(process.pid, getattr(signal, name))
    _, errors = process.communicate(timeout=30)
    assert code == process.returncode
    assert errors == b"dedup: interrupted. No file was left half written.\n"
    assert before == set(os.listdir(dedup.directory))  # noqa: PTH208


@posix
@pytest.mark.parametrize(("name", "code"), SIGNALS[:2])
@pytest.mark.parametrize("whole_group", [True, False])
def test_a_signal_ends_the_workers_too(dedup: Command, name: str, code: int, *, whole_group: bool) -> None:
    source = records(dedup.directory)
    before = set(os.listdir(dedup.directory))  # noqa: PTH208
    process = dedup.start(
        "-o", "out.jsonl", "--format", "jsonl", "--workers", "2", source, "-",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_for(lambda: children(process), process)
    workers = children(process)
    if whole_group:
        os.killpg(process.pid, getattr(signal, name))
    else:
        process.send_signal(getattr(signal, name))
    _, errors = process.communicate(timeout=30)
    assert code == process.returncode
    assert errors == b"dedup: interrupted. No file was left half written.\n"
    assert before == set(os.listdir(dedup.directory))  # noqa: PTH208
    limit = time.monotonic() + 10
    while any(alive(worker) for worker in workers):
        assert time.monotonic() < limit, "a worker lives on"
        time.sleep(0.02)


@posix
def test_a_worker_that_dies_is_an_error_and_not_a_closed_pipe(dedup: Command) -> None:
    source = records(dedup.directory)
    process = dedup.start(
        "--format", "jsonl", "--workers", "2", "-q", "-o", "out.jsonl", source, "-",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_for(lambda: children(process), process)
    for worker in children(process):
        os.kill(int(worker), signal.SIGKILL)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert errors.startswith(b"dedup: ")
    assert b"Traceback" not in errors
    assert not (dedup.directory / "out.jsonl").exists()


@posix
def test_a_hangup_that_is_to_be_ignored_is_ignored(dedup: Command) -> None:
    """As under nohup."""
    code = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *COMMAND, "-q", "-o", "out.jsonl", "--format", "jsonl", "--workers", "1"],
        cwd=dedup.directory,
        env=environment(),
        stdin=subprocess.PIPE,
    )
    assert process.stdin is not None
    record = b'{"text": "%s"}\n' % SENTENCE.encode()
    process.stdin.write(record * 5000)
    process.stdin.flush()
    wait_for(lambda: [name for name in os.listdir(dedup.directory) if name not in (".git", "out.jsonl")], process)  # noqa: PTH208
    process.send_signal(signal.SIGHUP)
    process.communicate(record, timeout=30)
    assert process.returncode == 0
    assert record * 5001 == (dedup.directory / "out.jsonl").read_bytes()
