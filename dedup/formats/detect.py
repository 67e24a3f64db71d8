"""Which format an input is in; what is neither text nor JSON lines is refused."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import TYPE_CHECKING

from dedup.formats.files.reader import Reader, bare_name
from dedup.formats.foreign import HEAD, named, recognised
from dedup.formats.foreign_kinds import ARRAY, BINARY, JSON, JSON_LINES, OOXML, ZIP, Foreign
from dedup.formats.parts import PartKind
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from dedup.formats.files.encoding import Codec
    from dedup.model.job import Format

BY_SUFFIX = {
    ".jsonl": PartKind.JSONL,
    ".ndjson": PartKind.JSONL,
    ".txt": PartKind.TEXT,
    ".text": PartKind.TEXT,
    ".md": PartKind.TEXT,
}
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


def by_suffix(name: str) -> PartKind | None:
    """Return the format that a name says, with a suffix of compression or without; None: it says none that is read."""
    lower = bare_name(name.lower())
    return next((kind for suffix, kind in BY_SUFFIX.items() if lower.endswith(suffix)), None)


def sniff(asked: Format, name: str, place: str, reader: Reader, codec: Codec, *, binary_as_text: bool) -> PartKind:
    """Tell the format: as asked, else by the name (but for ``.gz`` etc.), else by the first line that is not blank.

    A line that is a JSON object means JSON lines, even if the object lacks the text: as a line of text it could be
    taken for a repeated paragraph, as a record it passes through and is reported. Of a line longer than `PEEK` the
    beginning tells. Anything else is text, unless it is known to be something else, by what it begins with or by its
    name. ``text`` insists on what is text of some syntax; `binary_as_text` insists on anything.

    Args:
        asked: the format, or ``auto``.
        name: of the input.
        place: its name in messages.
        reader: its bytes; none are used up.
        codec: the encoding of its text.
        binary_as_text: also read as text what is binary.

    Raises:
        WrongKindError: it is neither text nor JSON lines.
        InputError: the input cannot be read.
    """
    kind = PartKind(asked) if asked != "auto" else by_suffix(name)
    says = named(name) if kind is None else None
    if kind is not PartKind.TEXT and says in (None, JSON) and _is_record(_first_line(reader)):
        return PartKind.JSONL
    if binary_as_text and kind is not PartKind.JSONL:
        return PartKind.TEXT
    # A stream of lines is not made to wait: what there is of it by now has to do.
    head = reader.peek(HEAD, wait=kind is not PartKind.JSONL)
    found = recognised(head[:HEAD], codec, whole=len(head) < HEAD and not (kind is PartKind.JSONL and reader.waits))
    if found is JSON_LINES and kind is PartKind.JSONL:
        found = None
    insisted = asked == "text" and found is not None and not found.binary
    packed = reader.compressed.name if reader.compressed is not None else ""
    announced = says not in (None, JSON)
    if found is not None and not insisted:
        if says is not None and found in (BINARY, ZIP, OOXML):
            found = says  # its name tells more
        raise WrongKindError(found, place, within=packed, announced=announced)
    if says is not None:
        raise WrongKindError(says, place, by_name=True, within=packed, announced=announced)
    return kind or PartKind.TEXT


def not_lines(line: bytes, codec: Codec) -> Foreign | None:
    """Return the kind of what begins with a line (or the beginning of one) and is no JSON lines; None: it may be.

    For those who see no more than this line.
    """
    if _is_record(line):
        return None
    if (brackets := line.strip()) in (b"{", b"[", b"[{"):
        return ARRAY if brackets.startswith(b"[") else JSON
    found = recognised(line, codec, whole=False)
    return None if found is JSON_LINES else found


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
