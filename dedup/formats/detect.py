"""Which format an input is in; what is neither text nor JSON lines is refused."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import TYPE_CHECKING

from dedup.formats.foreign import HEAD, named, recognised
from dedup.formats.foreign_kinds import ARRAY, BINARY, CSV, JSON, OOXML, PARQUET, TSV, ZIP, Foreign
from dedup.formats.foreign_kinds import HTML as PAGE
from dedup.formats.foreign_kinds import JSON_LINES as LINES_OF_JSON
from dedup.formats.foreign_kinds import WARC as WEB_ARCHIVE
from dedup.formats.names import INSISTED
from dedup.formats.registry import HTML, JSON_LINES, ROWS, TABLE, TEXT, WARC, by_suffix, format_named
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from dedup.formats.files.encoding import Codec
    from dedup.formats.files.reader import Reader
    from dedup.formats.parts import Format

PEEK = 1 << 20
"""Bytes looked at, at most, to tell the format."""
_OBJECT_BEGINS = re.compile(rb'\s*\{\s*"(?:[^"\\]|\\.){0,200}"\s*:')


class WrongKindError(InputError):
    """An input that is neither text nor JSON lines; nothing of it was read or written.

    Args:
        kind: what it is.
        place: its name in messages.
        by_name: only its name says so.
        within: how it is packed, if it is.

    Attributes:
        foreign: what it is.
        announced: its name says that it is nothing to be read.
    """

    def __init__(self, kind: Foreign, place: str, *, by_name: bool = False, within: str = "", announced: bool) -> None:
        says = f"its name says that it is {kind.what}" if by_name else f"is {kind.what}"
        packed = f", packed with {within}" if within else ""
        super().__init__(f"{says}{packed}; it was not read, and is left as it was", place=place, hint=kind.hint)
        self.foreign = kind
        self.announced = announced


def sniff(
    asked: str,
    name: str,
    place: str,
    reader: Reader,
    codec: Codec,
    *,
    binary_as_text: bool,
    html: bool = False,
) -> Format:
    """Tell the format: as asked, else by the name (but for ``.gz`` etc.), else by the first line that is not blank.

    A line that is a JSON object means JSON lines, even if the object lacks the text: as a line of text it could be
    taken for a repeated paragraph, as a record it passes through and is reported. Of a line longer than `PEEK` the
    beginning tells. What begins as WARC does is WARC, under any name. What is a table for sure is read as one where no
    name says that it is text. Anything else is text, unless it is known to be something else, by what it begins with or
    by its name. ``text`` insists on what is text of some syntax; `binary_as_text` insists on anything.

    Args:
        asked: the format, or ``auto``.
        name: of the input.
        place: its name in messages.
        reader: its bytes; none are used up.
        codec: the encoding of its text.
        binary_as_text: also read as text what is binary.
        html: what is HTML by its name or by its content is read as such.

    Raises:
        WrongKindError: it is neither text nor JSON lines.
        InputError: the input cannot be read.
    """
    kind = format_named(asked) if asked != "auto" else by_suffix(name)
    if kind is HTML and not html:
        kind = None
    says = named(name) if kind is None else None
    if kind is not TEXT and (says is None or says.doubtful) and _is_record(_first_line(reader)):
        return JSON_LINES
    if binary_as_text and kind is not JSON_LINES:
        return TEXT
    # A stream of lines is not made to wait: what there is of it by now has to do.
    head = reader.peek(HEAD, wait=kind is not JSON_LINES)
    found = recognised(head[:HEAD], codec, whole=len(head) < HEAD and not (kind is JSON_LINES and reader.waits))
    if found is LINES_OF_JSON and kind is JSON_LINES:
        found = None
    told = _by_content(found, is_named=kind is not None or says is not None)
    if told is not None and asked in ("auto", told.name) and (html or told is not HTML):
        return told
    # What a table is taken for by its first bytes may be what stands in its first row.
    insisted = (asked == INSISTED or kind not in (None, TEXT, JSON_LINES)) and found is not None and not found.binary
    packed = reader.compressed.name if reader.compressed is not None else ""
    announced = says is not None and not says.doubtful
    if found is not None and not insisted:
        if says is not None and found in (BINARY, ZIP, OOXML):
            found = says  # its name tells more
        raise WrongKindError(found, place, within=packed, announced=announced)
    if says is not None:
        raise WrongKindError(says, place, by_name=True, within=packed, announced=announced)
    return kind or TEXT


_FORMATS = {PARQUET: ROWS, WEB_ARCHIVE: WARC, PAGE: HTML}
"""What is known by its content under any name."""


def _by_content(found: Foreign | None, *, is_named: bool) -> Format | None:
    """Return the format of what is of some kind by its content; None: what that is called decides."""
    if found in (CSV, TSV):
        return None if is_named else TABLE
    return None if found is None else _FORMATS.get(found)


def not_lines(line: bytes, codec: Codec) -> Foreign | None:
    """Return the kind of what begins with a line (or the beginning of one) and is no JSON lines; None: it may be.

    For those who see no more than this line.
    """
    if _is_record(line):
        return None
    if (brackets := line.strip()) in (b"{", b"[", b"[{"):
        return ARRAY if brackets.startswith(b"[") else JSON
    found = recognised(line, codec, whole=False)
    return None if found is LINES_OF_JSON else found


def _first_line(reader: Reader) -> bytes:
    """Return the first line that is not blank, or as much of it as may be looked at."""
    have = -1
    while True:
        head = reader.peek(have + 1)
        begin = head.removeprefix(BOM_UTF8).lstrip(b" \t\r\n")
        if begin and not begin.startswith(b"{"):
            return b""  # certainly text; there is no need to wait for the rest of the line
        line, newline, _ = begin.partition(b"\n")
        if newline or len(head) >= PEEK or len(head) <= have:
            return line
        have = len(head)


def _is_record(line: bytes) -> bool:
    if not _OBJECT_BEGINS.match(line):
        return line.strip() == b"{}"
    if len(line) >= PEEK - len(BOM_UTF8):
        return True
    from dedup.formats.jsonl import is_object  # most runs are told by the name

    return is_object(line)
