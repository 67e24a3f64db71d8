"""The lines of a document that hold something to read: where they stand, whether they touch, what they look like.

A line ends at LF, CRLF, CR, NEL, VT, FF, U+2028 or U+2029.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dedup.text.characters import CLASS_MASK, IGNORE, class_table
from dedup.text.line_forms import line_form

if TYPE_CHECKING:
    from dedup.text.line_forms import LineForm

LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
LINE_END = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")

_LINE = re.compile("[^\n\r\v\f\x85\u2028\u2029]+")


class Line(NamedTuple):
    """A line.

    Attributes:
        start: its first character within the document.
        end: its line end.
        text: the whole of it.
        form: what it looks like.
        follows: a single line end, and no blank line, stands between the line before and this one.
    """

    start: int
    end: int
    text: str
    form: LineForm
    follows: bool


def lines(text: str) -> list[Line]:
    """Return the lines of a document that show something: not just spaces and what is not there for the reader."""
    classes = class_table().data
    out: list[Line] = []
    last = -1
    for found in _LINE.finditer(text):
        line = found.group()
        if all(classes[ord(character)] & CLASS_MASK >= IGNORE for character in line):
            continue
        start, end = found.span()
        follows = last >= 0 and (start == last + 1 or text[last:start] == "\r\n")
        out.append(Line(start, end, line, line_form(line), follows))
        last = end
    return out
