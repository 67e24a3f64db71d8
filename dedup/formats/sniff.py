"""Which format an input is in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.formats.codec import says_wide
from dedup.formats.compression import Reader, bare_name
from dedup.formats.parts import Kind

if TYPE_CHECKING:
    from dedup.job import Format

BY_SUFFIX = {
    ".jsonl": Kind.JSONL,
    ".ndjson": Kind.JSONL,
    ".txt": Kind.TEXT,
    ".text": Kind.TEXT,
    ".md": Kind.TEXT,
}
PEEK = 1 << 20
"""Bytes looked at, at most, to tell the format."""

_BOM = b"\xef\xbb\xbf"
_OBJECT_BEGINS = re.compile(rb'\s*\{\s*"(?:[^"\\]|\\.){0,200}"\s*:')


def sniff(asked: Format, name: str, reader: Reader) -> Kind:
    """Tell the format: as asked, else by the name (but for ``.gz`` etc.), else by the first line that is not blank.

    A line that is a JSON object means JSON lines, even if the object lacks the text: as a line of text it could be
    taken for a repeated paragraph, as a record it passes through and is reported. Of a line longer than `PEEK` the
    beginning tells. Anything else is text.

    Raises:
        InputError: the input cannot be read.
    """
    if asked != "auto":
        return Kind(asked)
    lower = bare_name(name.lower())
    for suffix, kind in BY_SUFFIX.items():
        if lower.endswith(suffix):
            return kind
    return Kind.JSONL if _is_record(_first_line(reader)) else Kind.TEXT


def _first_line(reader: Reader) -> bytes:
    """Return the first line that is not blank, or as much of it as may be looked at."""
    have = -1
    while True:
        head = reader.peek(have + 1)
        if says_wide(head) and b"{" in head[2:8]:
            return b"{}"  # records that cannot be read, but must not be taken for lines of text
        begin = head.removeprefix(_BOM).lstrip(b" \t\r\n")
        if begin and not begin.startswith(b"{"):
            return b""  # certainly text; there is no need to wait for the rest of the line
        line, newline, _ = begin.partition(b"\n")
        if newline or len(head) >= PEEK or len(head) <= have:
            return line
        have = len(head)


def _is_record(line: bytes) -> bool:
    if not _OBJECT_BEGINS.match(line):
        return line.strip() == b"{}"
    if len(line) >= PEEK - len(_BOM):
        return True
    from dedup.formats.jsonl import is_object  # noqa: PLC0415 - most runs are told by the name

    return is_object(line)
