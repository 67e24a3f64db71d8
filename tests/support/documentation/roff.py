"""Text as roff, in the macros of man(7): what is written is what is read, whatever it begins with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ESCAPES = {
    "\\": r"\(rs",
    "-": r"\-",  # else a typographic hyphen, which no shell takes
    "'": r"\(aq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
}
_SPECIAL = re.compile(r"[\\'`^~-]|[^\x00-\x7f]")
_WORD = re.compile(r"(?<![\w-])(--?[a-z][a-z-]*)(?![\w-])")
LONGEST = 80
"""Bytes of a line of running text at the most, where words allow; mandoc warns of longer ones."""


def escaped(text: str) -> str:
    """Return a text that stands for itself anywhere in a line, but for its first character; see `line`."""
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0]) or f"\\[u{ord(found[0]):04X}]", text)


def line(text: str) -> str:
    """Return a line of text that is no request, whatever it begins with; `text` is escaped."""
    return rf"\&{text}" if text.startswith((".", "'", " ")) else text


def prose(text: str) -> str:
    """Return a paragraph of plain text as lines, a new one for each sentence; options in it are bold."""
    lines: list[str] = []
    now = ""
    for word in map(_marked, text.split()):
        if now and len(now) + len(word) >= LONGEST:
            lines.append(now)
            now = ""
        now = f"{now} {word}" if now else word
        if word.endswith((".", "?", "!")):
            lines.append(now)
            now = ""
    return "\n".join(line(one) for one in [*lines, now] if one)


def _marked(text: str) -> str:
    parts = _WORD.split(text)
    return "".join(bold(part) if number % 2 else escaped(part) for number, part in enumerate(parts))


def bold(text: str) -> str:
    """Return a text in bold."""
    return rf"\fB{escaped(text)}\fR"


def italic(text: str) -> str:
    """Return a text in italics, as what stands for another one."""
    return rf"\fI{escaped(text)}\fR"


def quoted(text: str) -> str:
    """Return an argument of a macro."""
    return '"{}"'.format(escaped(text).replace('"', r"\(dq"))


def title(name: str, date: str, source: str, manual: str) -> str:
    """Return the head of a page of section 1."""
    # Words stay whole, and lines ragged: an option that is broken, or pulled apart, is hard to find and to copy.
    return f'.TH {quoted(name.upper())} 1 "{date}" {quoted(source)} {quoted(manual)}\n.nh\n.ad l'


def section(name: str, *parts: str) -> str:
    """Return a section."""
    return "\n".join([f".SH {name.upper()}", *parts])


def subsection(name: str, *parts: str) -> str:
    """Return a part of a section."""
    return "\n".join([f".SS {quoted(name)}", *parts])


def tagged(tag: str, text: str) -> str:
    """Return an entry of a list: `tag` is roff, `text` is plain."""
    return "\n".join([".TP", line(tag), prose(text)])


def paragraphs(texts: Iterable[str]) -> str:
    """Return paragraphs of plain text."""
    return "\n.PP\n".join(map(prose, texts))


def examples(commands: Iterable[tuple[str, str]]) -> str:
    """Return commands, and what each does."""
    return "\n.PP\n".join(_example(command, meaning) for command, meaning in commands)


def _example(command: str, meaning: str) -> str:
    told = [prose(f"{meaning[0].upper()}{meaning[1:]}:")] if meaning else []
    return "\n".join([*told, ".RS 4", ".nf", line(escaped(command)), ".fi", ".RE"])
