"""Where the records of a WARC file begin and end, and what stands in a block of header fields.

Libraries (warcio, fastwarc) tell where a record begins, but not where its fields and its block stand, and they read on
where a record's length is wrong: what they return is then a piece of it, or several records as one. What is cut byte
for byte has to be sure of both.

A record is a version, fields, a blank line, as many bytes as ``Content-Length`` says, and two line ends. It is relied
on only where the next one, or the end of the file, follows. After one that is not so nothing is looked for: what looks
like a record further on may be the content of another one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

HEAD_LIMIT = 1 << 20
"""Bytes of a version and fields; a block of fields above that is none."""
CONTENT_LENGTH = b"content-length"
NO_RECORD = "no record begins"
_BEGIN = b"WARC/"
_ENDING = 4
"""Bytes that follow a block, most often."""
_VERSION = re.compile(rb"WARC/[01]\.\d{1,2}[ \t]{0,16}\r?\n")
_LONGEST_VERSION = 64
_END = re.compile(rb"\n\r?\n")
_LINE_ENDS = re.compile(rb"[\r\n]{0,64}")
"""Line ends between two records: two of them, or as many as have been seen in the wild, and not a gigabyte."""
_FIELD = re.compile(rb"([^\x00-\x20\x7f:]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_LENGTHS = re.compile(rb"^content-length[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE)
"""The fields of that name, as `fields` would find them; most bytes of a header are something else."""
_LENGTH = re.compile(rb"[0-9]{1,18}")
_SHOWN = 40
"""Bytes of a wrong length that are shown."""


class Field(NamedTuple):
    """A header field; offsets are those of its value, without the white space around it."""

    name: bytes
    """In small letters."""
    value: bytes
    start: int
    end: int


class Head(NamedTuple):
    """A record of which the fields have been read."""

    start: int
    block: int
    """Where its block begins."""
    stop: int
    """Where its block ends; that may be behind the data."""


class More(NamedTuple):
    """There are not the bytes to tell."""

    size: int
    """How many it takes, at the least."""


class Unframed(NamedTuple):
    """Where a record begins or ends cannot be told."""

    at: int
    what: str
    """What is wrong there, as a sentence of which the end is the place."""


def head_at(data: bytes, at: int, *, whole: bool) -> Head | More | Unframed:
    """Return the record that begins at a place, or behind line ends that stand there.

    Args:
        data: bytes of a file.
        at: the place.
        whole: the file ends with the data.
    """
    start = line_ends(data, at)
    version = _VERSION.match(data, start)
    if version is None:
        if not whole and len(data) - start < _LONGEST_VERSION:
            return More(len(data) + 1)
        return Unframed(start, NO_RECORD)
    end = _END.search(data, version.end() - 1, start + HEAD_LIMIT)
    if end is None:
        if len(data) - start < HEAD_LIMIT and not whole:
            return More(len(data) + 1)
        large = len(data) - start >= HEAD_LIMIT
        what = f"a header of more than {HEAD_LIMIT} bytes begins" if large else "the file ends within a header, begun"
        return Unframed(start, what)
    length = _length(data, version.end(), end.end())
    return Unframed(start, length) if isinstance(length, str) else Head(start, end.end(), end.end() + length)


def _length(data: bytes, start: int, end: int) -> int | str:
    """Return the bytes of a block, by the fields between two places; else what is wrong with them."""
    found = {match[1].strip() for match in _LENGTHS.finditer(data, start, end)}
    if len(found) != 1:
        return f"there is {'more than one' if found else 'no'} Content-Length in the record"
    [length] = found
    if not _LENGTH.fullmatch(length):
        return f"Content-Length is {length[:_SHOWN].decode('ascii', 'replace')!r} in the record"
    return int(length)


def end_at(data: bytes, head: Head, *, whole: bool) -> int | More | Unframed:
    """Return where the next record begins, or the end of the file."""
    if head.stop > len(data):
        if not whole:
            return More(head.stop + _ENDING + len(_BEGIN))
        return Unframed(head.start, "the file ends before its Content-Length says so, within the record")
    end = line_ends(data, head.stop)
    behind = data[end : end + len(_BEGIN)]
    if behind == _BEGIN or (whole and not behind):
        return end
    if not whole and _BEGIN.startswith(behind):
        return More(len(data) + 1)
    return Unframed(head.start, "Content-Length is wrong, or something else stands behind the block, in the record")


def line_ends(data: bytes, at: int) -> int:
    """Return the place behind line ends; of a great many, behind the first few."""
    found = _LINE_ENDS.match(data, at)
    return at if found is None else found.end()


def block_of_fields(data: bytes, at: int, stop: int) -> tuple[int, int] | None:
    """Return where the fields begin that follow a first line, and where the blank line behind them ends.

    None where there is no such line before `stop`.
    """
    first = data.find(b"\n", at, stop)
    end = _END.search(data, first, min(stop, at + HEAD_LIMIT)) if first >= 0 else None
    return None if end is None else (first + 1, end.end())


def fields(data: bytes, start: int, end: int) -> tuple[list[Field], bool]:
    """Return the fields that stand between two places, and whether nothing else does; folded lines are one value."""
    found: list[Field] = []
    sound = True
    while start < end:
        match = _FIELD.match(data, start, end)
        if match is None:
            behind = data.find(b"\n", start, end) + 1 or end
            sound = sound and not data[start:behind].strip()
            start = behind
            continue
        name, written = match.groups()
        value = written.strip()
        begin = match.start(2) + written.find(value)
        found.append(Field(name.lower(), value, begin, begin + len(value)))
        start = match.end()
    return found, sound
