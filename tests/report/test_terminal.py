"""What goes to a terminal: colour where it is wanted, and nothing foreign that could steer it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.model.errors import InputError
from dedup.report.diff import DiffPainter
from dedup.report.reporter import message
from dedup.report.terminal import Stream, Terminal, sanitise, wants_color

if TYPE_CHECKING:
    from dedup.report.terminal import ColorChoice

MANY = "क्षि \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 ไทย 👩\u200d💻 ï"
OVERRIDES = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.text(st.characters(), max_size=50))
def test_sanitised_text_has_no_control_characters_and_can_be_encoded(text: str) -> None:
    """Surrogates are among what Hypothesis makes here."""
    safe = sanitise(text)
    safe.encode()
    assert not [c for c in safe if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or c in OVERRIDES]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\r\nb\tc", "a\\x0d\\x0ab\\x09c"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("a\u2028b", "a\\u2028b"),
        ("\U000e0041", "\\U000e0041"),
        (b"caf\xe9".decode("utf-8", "surrogateescape"), "caf\\xe9"),
        ("\ud800", "\\ud800"),
        ("[/x] [bold]", "[/x] [bold]"),
        (MANY, MANY),
    ],
)
def test_what_sanitising_shows(text: str, safe: str) -> None:
    assert safe == sanitise(text)


@pytest.mark.parametrize(
    ("choice", "env", "terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": ""}, False, False),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, True),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_who_decides_on_colour(choice: ColorChoice, env: dict[str, str], *, terminal: bool, expected: bool) -> None:
    assert expected == wants_color(choice, {"TERM": "xterm", **env}, terminal=terminal)


def test_streams_that_are_no_terminals_are_found_to_be_none() -> None:
    found = Terminal.detect("auto", {"COLUMNS": "123"})
    assert (Stream(), Stream(), 123, False) == (found.stdout, found.stderr, found.width, found.dumb)
    assert Stream(terminal=False, color=True) == Terminal.detect("always", {}).stderr
    assert Terminal.detect("auto", {"TERM": "dumb"}).dumb


def test_an_error_is_one_harmless_line() -> None:
    error = InputError("what\x1b[2J\nhappened", place="a\x1b.txt:3", hint="do this")
    assert message(error, Stream()) == "dedup: a\\x1b.txt:3: what\\x1b[2J\\x0ahappened. Hint: do this.\n"
    colored = message(error, Stream(terminal=True, color=True))
    assert message(error, Stream()) == re.sub(r"\x1b\[[\d;]*m", "", colored) != colored


PATCH = b"""\
--- a.txt
+++ b.txt
@@ -1,3 +1,2 @@
 kept
--- removed, and not a header
-\x1b[31mred\x1b[0m\r
+\xff
\\ No newline at end of file
"""


def test_a_diff_on_a_pipe_is_the_same_bytes() -> None:
    assert DiffPainter(Stream()).paint(PATCH) == PATCH


def test_a_diff_on_a_terminal_is_harmless_also_without_colour() -> None:
    shown = DiffPainter(Stream(terminal=True)).paint(PATCH)
    expected = PATCH.replace(b"\x1b", b"\\x1b").replace(b"\xff", b"\\xff")
    assert expected == shown


def test_a_diff_is_coloured_by_what_its_lines_are() -> None:
    lines = DiffPainter(Stream(terminal=True, color=True)).paint(PATCH).decode().splitlines()
    codes = [match[1] if (match := re.match(r"\x1b\[(\d+)m", line)) else "" for line in lines]
    assert codes == ["1", "1", "36", "", "31", "31", "32", ""]
    assert lines[5] == "\x1b[31m-\\x1b[31mred\\x1b[0m\x1b[0m"


def test_a_lone_carriage_return_does_not_make_a_line_of_the_diff() -> None:
    piece = b"@@ -1 +0,0 @@\n-old\r+fake\n"
    shown = DiffPainter(Stream(terminal=True, color=True)).paint(piece).decode()
    assert shown.split("\n", 1)[1] == "\x1b[31m-old\\x0d+fake\x1b[0m\n"
