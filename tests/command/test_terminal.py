"""The command on a real (pseudo-)terminal: what is coloured, what is drawn, and what can never reach the screen."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.report.screen import Screen
from tests.support.cli_process import CLEANED, REPEATED, SENTENCE

if TYPE_CHECKING:
    from tests.support.cli_process import Command, Ended

pytest.importorskip("pty")

ESCAPE = "\x1b"
HOSTILE = f"[/x] \x1b]0;owned\x07 [bold]\x9b2J \u202e{SENTENCE} [link=file:///]"
NEAR = "The minister said on Friday that the new line to the coast will cost 120 million and open in five years."
TWIN = NEAR.replace("120", "550")


def plain(shown: str) -> str:
    return re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", shown)


def test_the_summary_is_a_coloured_table(dedup: Command) -> None:
    done = dedup.on_terminal(stdin=REPEATED.encode())
    assert (0, CLEANED.encode()) == (done.code, done.stdout)
    assert ESCAPE in done.stderr
    assert re.search(r"removed +1 +1 exact", plain(done.stderr))
    assert re.search(r"paragraphs +3 +in 1 file", plain(done.stderr))


@pytest.mark.parametrize(
    ("env", "flags"),
    [({"NO_COLOR": "1"}, []), ({}, ["--color", "never"]), ({"TERM": "dumb"}, []), ({"DEDUP_COLOR": "never"}, [])],
)
def test_without_colour_there_is_no_escape_sequence_at_all(
    dedup: Command, env: dict[str, str], flags: list[str]
) -> None:
    done = dedup.on_terminal("-v", "--progress", *flags, stdin=REPEATED.encode(), env=env)
    assert done.code == 0
    assert ESCAPE not in done.stderr
    assert "exact" in done.stderr


@pytest.mark.parametrize(("env", "flags"), [({"FORCE_COLOR": "1"}, []), ({"NO_COLOR": "1"}, ["--color", "always"])])
def test_colour_can_be_forced_through_a_pipe(dedup: Command, env: dict[str, str], flags: list[str]) -> None:
    done = dedup("--diff", "-v", *flags, stdin=REPEATED.encode(), env=env)
    assert b"\x1b[31m-" in done.stdout
    assert ESCAPE in done.stderr


def test_colour_is_decided_for_each_stream(dedup: Command) -> None:
    """Messages go to a terminal, the diff to a pipe: it stays a patch."""
    done = dedup.on_terminal("--diff", stdin=REPEATED.encode())
    assert done.code == 1
    assert b"\x1b" not in done.stdout
    assert f"-{SENTENCE}\n".encode() in done.stdout
    assert ESCAPE in done.stderr


def test_a_diff_on_a_terminal_is_coloured(dedup: Command) -> None:
    done = dedup.on_terminal("--diff", "-q", stdin=REPEATED.encode(), stdout=True)
    assert f"\x1b[31m-{SENTENCE}\x1b[0m\r\n" in done.stderr


def test_hostile_text_cannot_reach_the_terminal(dedup: Command) -> None:
    text = f"{HOSTILE}\nA line between them.\n{HOSTILE}\n"
    for flags, stdout in ((["-v"], False), (["--diff", "-v"], True), (["--diff", "--color", "never"], True)):
        done = dedup.on_terminal(*flags, stdin=text.encode(), stdout=stdout)
        assert done.code in (0, 1)
        shown = plain(done.stderr)
        assert "[/x] \\x1b]0;owned\\x07 [bold]\\x9b2J" in shown
        assert not set("\x1b\x07\x9b\u202e") & set(shown)
        if flags == ["-v"]:
            assert text.replace(f"between them.\n{HOSTILE}\n", "between them.\n").encode() == done.stdout


def shown_lines(done: Ended) -> list[str]:
    """Return the lines on the screen, without what the summary draws in colour."""
    return plain(done.stderr).replace("\r\n", "\n").split("\n")


def test_cleaned_text_cannot_steer_the_terminal(dedup: Command) -> None:
    """On a terminal it is shown, with everything visible; in a pipe the same text is there byte for byte."""
    scripts = "\tTabs and \u0939\u093f\u0928\u094d\u200d\u0926\u0940, \u05d0, stay.\r"
    text = f"{HOSTILE}\n{scripts}\nA line\rover it.\x85\x7f\n".encode() + b"caf\xe9 \x80\n"
    done = dedup.on_terminal("-q", stdin=text, stdout=True)
    assert done.code == 0
    assert shown_lines(done)[:4] == [
        f"[/x] \\x1b]0;owned\\x07 [bold]\\x9b2J \\u202e{SENTENCE} [link=file:///]",
        scripts,
        "A line\\x0dover it.\\x85\\x7f",
        "caf\\xe9 \\x80",
    ]
    assert dedup("-q", stdin=text).stdout == text


def test_restored_text_cannot_steer_the_terminal(dedup: Command) -> None:
    text = f"{HOSTILE}\nA line between them.\n{HOSTILE}\n".encode()
    (dedup.directory / "a.txt").write_bytes(text)
    dedup("-q", "-o", "b.txt", "--removed", "log", "a.txt")
    done = dedup.on_terminal("--restore", "log", "b.txt", stdout=True)
    assert done.code == 0
    assert done.stderr.count("\\x1b]0;owned\\x07") == 2
    assert not set("\x1b\x07\x9b\u202e") & set(plain(done.stderr))
    assert dedup("--restore", "log", "b.txt").stdout == text


def test_settings_cannot_steer_the_terminal(dedup: Command) -> None:
    done = dedup.on_terminal("--show-config", "--field", "a\x1b[2J\u202e", "--include", "\x9b", stdout=True)
    assert done.code == 0
    assert '"a\\u001b[2J\\u202e"' in done.stderr
    assert not set("\x1b\x9b\u202e") & set(done.stderr)


@given(
    st.lists(
        st.binary(max_size=6) | st.sampled_from([b"\r", b"\n", b"\r\n", b"\xe2\x80", b"\xae", b"\x1b["]), max_size=8
    )
)
def test_it_does_not_matter_in_which_pieces_text_comes(pieces: list[bytes]) -> None:
    """The screen gets the same, without any control but line ends and tabs, and with all that is harmless."""
    shown = []
    for some in (pieces, [b"".join(pieces)]):
        to = io.BytesIO()
        screen = Screen(to)
        for piece in some:
            assert screen.write(piece) == len(piece)
        screen.finish()
        shown.append(to.getvalue().decode())
    assert shown[0] == shown[1]
    assert not re.search(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u202e]|\r(?!\n)", shown[0])
    whole = b"".join(pieces).decode(errors="surrogateescape")
    assert shown[0].count("\n") == whole.count("\n")
    assert [c for c in shown[0] if c.isalpha() and ord(c) > 0x100] == [
        c for c in whole if c.isalpha() and ord(c) > 0x100
    ]


def test_hostile_names_cannot_reach_the_terminal(dedup: Command) -> None:
    name = "a\x1b[2J\u202e[bold].txt"
    (dedup.directory / name).write_text(REPEATED)
    done = dedup.on_terminal("-v", "--check", name, f"missing-{name}")
    assert done.code == 2
    assert "a\\x1b[2J\\u202e[bold].txt" in plain(done.stderr)
    assert not set("\x1b\u202e") & set(plain(done.stderr))


def test_a_terminal_too_narrow_for_the_table_gets_the_line(dedup: Command) -> None:
    assert "dedup" in plain(dedup.on_terminal(stdin=REPEATED.encode(), env={"COLUMNS": "50"}).stderr)
    done = dedup.on_terminal(stdin=REPEATED.encode(), env={"COLUMNS": "20"})
    lines = plain(done.stderr).splitlines()  # before it, progress, where the machine is slow
    assert lines[-1] == "1 file, 3 paragraphs: 2 kept, 1 removed (1 exact)."


def test_verbose_explains_what_goes_and_what_stays(dedup: Command) -> None:
    text = f"{NEAR}\n{SENTENCE}\nSomething else stands here, and is said only once.\n{SENTENCE}\n{TWIN}\n"
    done = dedup("-v", "--stdin-name", "a.txt", stdin=text.encode())
    assert text.replace(f"once.\n{SENTENCE}\n", "once.\n").encode() == done.stdout
    assert "a.txt:4: removed, an exact repeat (similarity 1.00, coverage 1.00)\n" in done.stderr
    assert "    kept: a.txt:2, the same words\n" in done.stderr
    assert "a.txt:5: kept, it says something new" in done.stderr
    assert "will cost [+550+] million" in done.stderr


RECORD = json.dumps({"text": REPEATED}).encode() + b"\n"
SLOW = (RECORD * 500, RECORD * 500, b"")
"""Standard input that is open for longer than the second after which progress is shown."""


def test_progress_is_drawn_on_a_terminal_and_taken_away(dedup: Command) -> None:
    done = dedup.on_terminal("-o", "out.jsonl", "--format", "jsonl", stdin=SLOW)
    assert done.code == 0
    assert re.search(r"(kB|MB) read, [\d.]+ .B/s", plain(done.stderr))
    assert done.stderr.count("\x1b[?25h") == done.stderr.count("\x1b[?25l") > 0


@pytest.mark.parametrize("flags", [["--no-progress"], ["-q"]])
def test_progress_can_be_forbidden(dedup: Command, flags: list[str]) -> None:
    done = dedup.on_terminal("-o", "out.jsonl", "--format", "jsonl", *flags, stdin=SLOW)
    assert done.code == 0
    assert " read, " not in done.stderr
    assert "\x1b[?25l" not in done.stderr


def test_progress_without_colour_is_plain_lines(dedup: Command) -> None:
    done = dedup.on_terminal("-o", "out.jsonl", "--format", "jsonl", "--color", "never", stdin=SLOW)
    assert done.code == 0
    assert re.search(r"^[\d.]+ .B read, [\d.]+ .B/s\r$", done.stderr, re.MULTILINE)
    assert ESCAPE not in done.stderr


def test_json_lines_on_a_terminal(dedup: Command) -> None:
    line = json.dumps({"text": REPEATED})
    done = dedup.on_terminal("--format", "jsonl", stdin=f"{line}\nnot json\n".encode())
    assert done.code == 2
    assert "<stdin>:2: " in plain(done.stderr)
    assert json.loads(done.stdout.splitlines()[0])["text"] == CLEANED
