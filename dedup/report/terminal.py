"""Where messages go: which streams are terminals, which are coloured, and how foreign text is made harmless."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

ColorChoice = Literal["auto", "always", "never"]
Style = Literal["error", "hint", "removed", "added", "place", "faint", "strong", "hunk"]
DEFAULT_WIDTH = 80

_CODES: dict[Style, str] = {
    "error": "1;31",
    "hint": "36",
    "removed": "31",
    "added": "32",
    "place": "35",
    "faint": "2",
    "strong": "1",
    "hunk": "36",
}


def _harmful() -> dict[int, str]:
    """Map each character that could steer or deceive a terminal to a visible form."""
    table = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}  # ESC, BEL, CSI, OSC, NEL ...
    codes = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]  # direction marks, overrides
    codes += [0x2028, 0x2029, *range(0xFFF9, 0xFFFC)]  # line and paragraph separators; interlinear annotation
    table |= {code: f"\\u{code:04x}" for code in codes}
    table |= {code: f"\\U{code:08x}" for code in range(0xE0000, 0xE0080)}  # tags: invisible text
    table |= {code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)}  # lone surrogates, which cannot be written
    table |= {0xDC00 + byte: f"\\x{byte:02x}" for byte in range(0x80, 0x100)}  # bytes that did not decode
    return table


_BASIC = 0xFFFF
"""Last character of Unicode's basic plane."""
_HARMFUL = _harmful()
_HARMFUL_BUT_TAB = {code: shown for code, shown in _HARMFUL.items() if code != ord("\t")}


def sanitise(text: str, *, keep_tabs: bool = False) -> str:
    r"""Make control characters, escape sequences, direction overrides and undecoded bytes visible and harmless.

    The result has no control character and no line end of any kind, and can be encoded in UTF-8: ``ESC]0;x`` becomes
    ``\x1b]0;x``. Letters and marks of every script, joiners among them, stay as they are.
    """
    return text.translate(_HARMFUL_BUT_TAB if keep_tabs else _HARMFUL)


def escape(text: str) -> str:
    r"""Write each character that `sanitise` makes visible as ``\uXXXX`` or ``\UXXXXXXXX``, as in strings of TOML."""
    return text.translate({code: rf"\u{code:04x}" if code <= _BASIC else rf"\U{code:08x}" for code in _HARMFUL})


@dataclass(frozen=True, slots=True)
class Stream:
    """What one of the standard streams can show."""

    terminal: bool = False
    color: bool = False

    def paint(self, text: str, style: Style) -> str:
        """Return `text`, which must be sanitised, in a style; unchanged where colour is off or the text is empty."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.color and text else text


@dataclass(frozen=True, slots=True)
class Terminal:
    """The standard streams, as this run found them. Made once and passed on; nothing else looks at the environment."""

    stdin: Stream
    stdout: Stream
    stderr: Stream
    width: int = DEFAULT_WIDTH
    dumb: bool = False
    """The terminal can do nothing but print lines."""

    @classmethod
    def detect(cls, color: ColorChoice = "auto", environ: Mapping[str, str] | None = None) -> Terminal:
        """Look at the standard streams of this process, and at the environment.

        Colour is decided for each stream by itself: `color`, else FORCE_COLOR, else NO_COLOR (each unless empty), else
        whether that stream is a terminal that can show it.
        """
        env = os.environ if environ is None else environ
        dumb = env.get("TERM", "") == "dumb"

        def stream(file: Any) -> Stream:
            terminal = _isatty(file)
            return Stream(terminal, wants_color(color, env, terminal=terminal and not dumb))

        return cls(stream(sys.stdin), stream(sys.stdout), stream(sys.stderr), _width(env), dumb)


def wants_color(choice: ColorChoice, env: Mapping[str, str], *, terminal: bool) -> bool:
    """Decide whether a stream is coloured; `terminal` says whether it is a terminal that can show colour."""
    if choice != "auto":
        return choice == "always"
    if env.get("FORCE_COLOR"):
        return True
    if env.get("NO_COLOR"):
        return False
    if os.name == "nt" and not (env.get("WT_SESSION") or env.get("TERM")):
        return False  # the old console shows escape sequences as they are
    return terminal


def _isatty(file: Any) -> bool:
    try:
        return bool(file.isatty())
    except (AttributeError, ValueError):  # closed, or not there at all
        return False


def _width(env: Mapping[str, str]) -> int:
    columns = env.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    for descriptor in (2, 1):
        try:
            width = os.get_terminal_size(descriptor).columns
        except (OSError, ValueError):
            continue
        if width:
            return width
    return DEFAULT_WIDTH
