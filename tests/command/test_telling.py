"""`--explain` and `--review` as commands: what is refused, what a terminal shows, and the keys of a review."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import struct
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.cli_inprocess import run
from tests.support.cli_process import TIMEOUT

if TYPE_CHECKING:
    from tests.support.cli_process import Command

SENTENCE = "The keeper of the old lighthouse rings the bell whenever fog comes in from the sea"
TEXT = "".join(f"{SENTENCE}{end}\n\n" for end in (".", ".", " at 5.", " at 6."))
RECORDS = "".join(json.dumps({"text": f"{SENTENCE}, {n} years old.\n{SENTENCE}.\n"}) + "\n" for n in (7, 8))
FULL = Path("/dev/full")
HOSTILE = f"{SENTENCE} \x1b]0;owned\x07 \u202e."


def test_a_line_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TEXT, "utf-8")
    done = run(["--isolated", "--explain", f"{path}:5"])
    shown = " ".join(done.stdout.decode().split())
    assert (done.code, done.stderr) == (0, b"")
    assert "a.txt:5: paragraph 3 of 4" in shown
    assert "stays: it says something new: a number" in shown
    assert run(["--isolated", "--explain", f"{path}:5", str(path)]).stdout == done.stdout
    assert run(["--isolated", "--explain", str(path)]).stdout.count(b": paragraph ") == 4


def test_a_record_is_explained_and_one_of_its_paragraphs(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(RECORDS, "utf-8")
    for scope in ("document", "corpus"):
        flags = ["--isolated", "--workers", "1", "--scope", scope]
        done = run([*flags, "--explain", f"{path}:2", str(path)])
        assert done.stdout.count(b"a.jsonl:2: paragraph ") == 2, done.stderr
        done = run([*flags, "--explain", f"{path}:2:2", str(path)])
        assert b"paragraph 2 of 2" in done.stdout
        assert (b"goes: an exact repeat" if scope == "corpus" else b"stays") in done.stdout or b"goes" in done.stdout


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("a.txt:9", "ends at line"),
        ("a.txt:2", "this line is in no paragraph"),
        ("a.txt:0", "counted from 1"),
        ("b.txt", "not among the inputs"),
        ("b.txt:3", "not among the inputs"),
        ("a.jsonl:3", "no record with a text at line 3"),
        ("a.jsonl:1:7", "the record has 2 paragraphs"),
        ("empty.txt", "there is no paragraph"),
        ("a.txt:1:1", "files of many documents"),
    ],
)
@pytest.mark.parametrize("scope", ["document", "corpus"])
def test_a_place_at_which_there_is_nothing_is_one_line(given: str, told: str, scope: str, tmp_path: Path) -> None:
    for name, text in (("a.txt", TEXT), ("a.jsonl", RECORDS), ("empty.txt", "")):
        (tmp_path / name).write_text(text, "utf-8")
    done = run(["--isolated", "--workers", "1", "--scope", scope, "--explain", str(tmp_path / given), str(tmp_path)])
    assert (done.code, done.stdout) == (2, b"")
    assert done.stderr.decode().count("\n") == 1
    assert told in done.stderr.decode()


def test_a_file_that_is_not_there_is_told_of_once(tmp_path: Path) -> None:
    done = run(["--isolated", "--explain", str(tmp_path / "none.txt:3")])
    assert (done.code, done.stderr.count(b"\n")) == (2, 1)
    assert b"no such file" in done.stderr


def test_a_colon_in_a_name_is_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a:5"
    path.write_text(TEXT, "utf-8")
    assert b"paragraph 1 of 4" in run(["--isolated", "--explain", str(path)]).stdout
    assert b"paragraph 2 of 4" in run(["--isolated", "--explain", f"{path}:3"]).stdout


@pytest.mark.parametrize(
    "other", ["--check", "--diff", "-n", "--in-place", "--mark", "--stats=x", "--removed=x", "-o=x"]
)
def test_what_tells_of_decisions_goes_with_nothing_that_cleans(other: str) -> None:
    for option in ("--explain=x", "--review=3"):
        done = run(["--isolated", option, other, "x"])
        assert (done.code, b"do not go together" in done.stderr) == (2, True)
    assert b"is for --review" in run(["--isolated", "--answers", "x", "y"]).stderr


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_line(dedup: Command) -> None:
    (dedup.directory / "a.txt").write_text(TEXT, "utf-8")
    for flags in (["--explain", "a.txt"], ["-q", "--review", "3", "a.txt"]):
        with FULL.open("wb") as full:
            process = dedup.start("--isolated", *flags, stdout=full, stderr=subprocess.PIPE)
            _, told = process.communicate(timeout=TIMEOUT)
        assert process.returncode == 2
        assert told.count(b"\n") == 1
        assert b"<stdout>: no space left on device; what is told there is not complete" in told


def test_hostile_text_is_harmless_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"{HOSTILE}\n\n{HOSTILE} 9\n\n{HOSTILE}\n", "utf-8")
    shown = run(["--isolated", "--explain", str(path)]).stdout.decode()
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert "\\x1b]0;owned" in shown


def test_what_is_long_goes_through_the_pager_on_a_terminal(dedup: Command) -> None:
    (dedup.directory / "a.txt").write_text(TEXT * 3, "utf-8")
    env = {"PAGER": "sed s/^/PAGED/", "COLUMNS": "80"}
    done = dedup.on_terminal("--explain", "a.txt", stdout=True, env=env)
    assert done.code == 0
    assert done.stderr.count("PAGED") == done.stderr.count("\n") > 40
    for more, env_more in ((["--no-pager"], {}), ([], {"DEDUP_PAGER": "cat"}), ([], {"PAGER": "no-such-pager"})):
        plain = dedup.on_terminal("--explain", "a.txt", *more, stdout=True, env={**env, **env_more})
        assert "PAGED" not in plain.stderr
        assert plain.stderr == done.stderr.replace("PAGED", "")
    assert b"PAGED" not in dedup("--explain", "a.txt", env=env).stdout
    assert "PAGED" not in dedup.on_terminal("--explain", "a.txt:1", stdout=True, env=env).stderr


class Asked(NamedTuple):
    """A review that has begun on a terminal."""

    process: subprocess.Popen[bytes]
    screen: int

    def until(self, text: str, times: int = 1) -> str:
        """Read what is shown until it has a text so many times."""
        shown, end = b"", time.monotonic() + TIMEOUT / 4
        while shown.decode(errors="replace").count(text) < times:
            ready, _, _ = select.select([self.screen], [], [], max(end - time.monotonic(), 0))
            assert ready, shown
            shown += os.read(self.screen, 1 << 16)
        return shown.decode(errors="replace")

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self.screen, keys.encode())

    def rest(self) -> str:
        """Read to the end, and wait for it."""
        shown = b""
        with contextlib.suppress(OSError):  # EIO: the other side is closed
            while select.select([self.screen], [], [], TIMEOUT / 4)[0] and (piece := os.read(self.screen, 1 << 16)):
                shown += piece
        self.process.wait(TIMEOUT)
        os.close(self.screen)
        return shown.decode(errors="replace")


def begin(dedup: Command, *flags: str) -> Asked:
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))
    text = "\n\n".join(f"{SENTENCE} on {n} nights{HOSTILE[len(SENTENCE) :]}" for n in range(2, 8))
    (dedup.directory / "a.txt").write_text(text, "utf-8")
    screen, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    process = dedup.start(
        *("--isolated", "--review", "4", "--answers", "answers.jsonl", *flags, "a.txt"),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    return Asked(process, screen)


def answers(dedup: Command) -> list[bool | None]:
    lines = (dedup.directory / "answers.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["redundant"] for line in lines]


def test_a_review_on_a_terminal_is_answered_with_keys(dedup: Command) -> None:
    """Yes, no, back and no again, unsure, an unknown key, and the end; the next run asks the rest."""
    asked = begin(dedup)
    shown = asked.until("q end")
    assert "1 of 4" in shown
    assert "\\x1b]0;owned" in shown
    asked.press("y")
    asked.until("q end")
    asked.press("b")
    asked.until("q end")
    asked.press("n")
    asked.until("q end")
    asked.press("xu")
    asked.until("q end")
    asked.press("q")
    shown = asked.rest()
    assert asked.process.returncode == 0
    assert answers(dedup) == [True, False, None]
    assert "4 decisions of 5 drawn (seed 1), 1 answered, 1 unsure, 2 open" in " ".join(shown.split())
    asked = begin(dedup)
    assert "3 of 4" in asked.until("q end")
    asked.press("n")
    asked.until("q end")
    asked.press("n")
    assert "3 answered, 1 unsure, 0 open" in " ".join(asked.rest().split())


def test_an_interrupt_keeps_what_was_answered(dedup: Command) -> None:
    asked = begin(dedup)
    asked.until("q end")
    asked.press("n")
    asked.until("q end")
    os.kill(asked.process.pid, signal.SIGINT)  # what ^C sends; the terminal here is not the process's own
    shown = asked.rest()
    assert asked.process.returncode == 130
    assert "Traceback" not in shown
    assert answers(dedup) == [False]


def test_a_kill_loses_no_answer(dedup: Command) -> None:
    asked = begin(dedup)
    asked.until("q end")
    asked.press("n")
    asked.until("q end")
    asked.process.kill()
    asked.rest()
    assert answers(dedup) == [False]


def test_a_pair_is_shown_anew_when_the_size_changes(dedup: Command) -> None:
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    asked = begin(dedup, "--color", "never")
    assert f"\n{'-' * 100}\r" in "\n" + asked.until("q end")
    fcntl.ioctl(asked.screen, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 60, 0, 0))
    os.kill(asked.process.pid, signal.SIGWINCH)
    shown = asked.until("q end")
    assert f"{'-' * 60}\r" in shown
    assert "-" * 61 not in shown
    asked.press("q")
    asked.rest()


def test_a_review_on_a_terminal_needs_a_file_for_its_answers(dedup: Command) -> None:
    (dedup.directory / "a.txt").write_text(TEXT, "utf-8")
    done = dedup.on_terminal("--review", "3", "a.txt", stdin=None)
    assert done.code == 2
    assert "add --answers FILE" in done.stderr
