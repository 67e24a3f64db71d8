"""Which files are neither text nor JSON lines, by their first bytes and by their names.

Nothing is read here: a beginning and a name go in, and what is known of them comes out. The kinds are in
`dedup.formats.foreign_kinds`. Signatures come first; then, what no text in any encoding that keeps ASCII has: many NUL
bytes or control characters; then syntax: JSON, tables. Bytes from 128 on say nothing, for they are the letters of older
encodings, and so do a few NUL bytes in a text.
"""

from __future__ import annotations

import codecs
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from dedup.formats.files.encoding import says_wide
from dedup.formats.files.reader import bare_name
from dedup.formats.foreign_kinds import (
    ARRAY,
    BINARY,
    BY_SUFFIX,
    CSV,
    EBCDIC,
    IN_ZIP,
    JSON,
    JSON_LINES,
    KINDS,
    NOTEBOOK,
    TSV,
    WIDE,
    WIDE_LINES,
    ZIP,
    Foreign,
)

if TYPE_CHECKING:
    from dedup.formats.files.encoding import Codec

HEAD = 1 << 16
"""Bytes that are looked at."""
_CONTROLS = bytes({*range(32), 127} - set(b"\b\t\n\v\f\r\x0e\x0f\x1a\x1b"))
"""Control characters that texts do not have. They do have tabs and feeds, escapes and shifts (ISO 2022), backspaces in
manual pages, and the end-of-file of DOS."""
_FEW = 3
_SHARE = 50
"""Binary is what has three of these characters or more, and one in fifty bytes or more."""
_NULS = b"\0\0\0"
"""Numbers of 32 and more bits have them one after the other, and texts do not."""
_FIRST = rb"(?:[(][?]=)?(\[[^]]+\]|\\x[0-9a-f]{2}|\\0|[^\\\[(.])(?![?*{])"
"""The first item of a pattern, where it is a byte or a class."""
_ZIP_ENTRY = rb"PK\x03\x04.{26}"
_BRACKETS = rb"\s*[\[{]"
_TOO_FAR = 16
"""Bytes before the end of a beginning at which a value is cut off, rather than wrong."""
_NEVER = ("Cc", "Cn", "Co", "Cs")
"""Categories of characters that no text has, but for white space."""
_EBCDIC_LETTERS = bytes(
    number
    for first, last in ((0x81, 0x89), (0x91, 0x99), (0xA2, 0xA9), (0xC1, 0xC9), (0xD1, 0xD9), (0xE2, 0xE9))
    for number in range(first, last + 1)
)
_EBCDIC_SPACE = b"\x40"
_SPACE = re.compile(r"[ \t\r\n]*")
_ROWS = 3
"""Lines that make a table, at the least."""
_CELL = 60
"""Characters of the name of a column, at the most."""
_DATA = r"[\d\s.,:/%$€£+TZ-]*|https?://\S+|true|false|null|NA|[0-9a-fA-F-]{8,}"
"""A cell that is no word: a figure, a date, an address, a truth value."""
_SENTENCE = r"[.!?:\u2026\u3002\uff01\uff1f][\"'\u201d\u2019)]?$"


def named(name: str) -> Foreign | None:
    """Return the kind that a name says, with a suffix of compression or without; None: it says none of these."""
    stem, dot, suffix = bare_name(name.lower()).rpartition(".")
    return BY_SUFFIX.get(f".{suffix}") if dot and stem.rpartition("/")[2] else None


def recognised(head: bytes, codec: Codec, *, whole: bool) -> Foreign | None:
    """Return the kind of what begins so; None: it is text, or nothing that is known.

    Args:
        head: the first `HEAD` bytes, or all of them.
        codec: the encoding that the text is said to be in.
        whole: there is nothing more.
    """
    if (kind := _signed(head)) is not None:
        return kind
    wide = _wide_text(head, codec, whole=whole)
    if wide is None:
        if codec.ascii and (kind := _not_ascii(head)) is not None:
            return kind
        view = head
    else:
        # What looks for syntax looks for ASCII.
        view = wide.encode("utf-8", "replace")
        if (kind := _signed(view)) is not None:
            return kind
    kind = _syntax(view.removeprefix(codecs.BOM_UTF8), whole=whole)
    return WIDE_LINES if kind is JSON_LINES and wide is not None else kind


def is_binary(head: bytes) -> bool:
    """Return True if bytes are no text in any encoding that keeps ASCII."""
    if _NULS in head:
        return True
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls >= _FEW and controls * _SHARE > len(head)


@lru_cache(maxsize=256)
def _signatures(first: int) -> tuple[tuple[bytes, Foreign, bool], ...]:
    """Return the patterns that may begin with a byte: each with its kind, and whether it is weak.

    Most of the table is never compiled, for that would take longer than to read a file.
    """
    return tuple(
        (pattern, kind, weak)
        for kind in KINDS
        for patterns, weak in ((kind.strict, False), (kind.weak, True))
        for pattern in patterns
        if _may_begin(pattern, first)
    )


def _may_begin(pattern: bytes, first: int) -> bool:
    """Return True if what a pattern fits may begin with a byte; in doubt, that it may."""
    match = re.match(_FIRST, pattern, re.DOTALL)
    if match is None:
        return True
    item = match[1]
    if item.startswith(b"["):
        return re.match(item, bytes((first,)), re.DOTALL) is not None
    if item.startswith(b"\\x"):
        return bytes.fromhex(item[2:].decode())[0] == first
    return (0 if item == b"\\0" else item[0]) == first


def _signed(head: bytes) -> Foreign | None:
    """Return the kind whose signature bytes begin with."""
    begin = head.removeprefix(codecs.BOM_UTF8)
    if (stripped := begin.lstrip(b" \t\r\n")) != begin and stripped.startswith((b"<", b"{")):
        begin = stripped
    if not begin:
        return None
    for pattern, kind, weak in _signatures(begin[0]):
        if re.match(pattern, begin, re.DOTALL) and (not weak or is_binary(begin)):
            return _in_zip(begin) if kind is ZIP else kind
    return None


def _in_zip(head: bytes) -> Foreign:
    """Return what a ZIP archive is, by the names in it."""
    begins = [match.end() for match in re.finditer(_ZIP_ENTRY, head, re.DOTALL)]
    for pattern, kind in IN_ZIP:
        compiled = re.compile(pattern, re.DOTALL)
        if any(compiled.match(head, begin) for begin in begins):
            return kind
    return ZIP


def _wide_text(head: bytes, codec: Codec, *, whole: bool) -> str | None:
    """Return text of which the bytes are not ASCII's: by the encoding that is named, or by a byte order mark."""
    names = [codec.name] if not codec.ascii else ["utf-32", "utf-16"] if says_wide(head) else []
    for name in names:
        if name == "utf-32" and codec.ascii and not head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            continue
        try:
            text = codecs.getincrementaldecoder(name)("strict" if codec.ascii else "replace").decode(head, whole)
        except UnicodeError:
            continue
        return text.removeprefix("\ufeff")
    return None


def _not_ascii(head: bytes) -> Foreign | None:
    """Return the kind of what is no text in an encoding that keeps ASCII."""
    if says_wide(head):
        # The mark of an encoding, and bytes that are none of it: such a text is read as it is.
        return BINARY if is_binary(head[4:]) else None
    if b"\0" in head and _is_wide(head):
        return WIDE
    if _is_ebcdic(head):
        return EBCDIC
    return BINARY if is_binary(head) else None


def _is_wide(head: bytes) -> bool:
    """Return True if bytes with NULs among them are characters of 16 or 32 bits.

    One byte in a hundred is NUL, all of them in even places or all in odd ones (as a space or a line end has it, in any
    script), and every character is one that Unicode knows.
    """
    import unicodedata  # few files get as far as here

    some = head[:4096]
    even, odd = some[::2].count(0), some[1::2].count(0)
    if (even + odd) * 100 < len(some):
        return False
    names = ["utf-16-le", "utf-16-be"] if min(even, odd) * 20 <= max(even, odd) else []
    for name in ("utf-32-le", "utf-32-be", *names):
        try:
            text = codecs.getincrementaldecoder(name)().decode(some)
        except UnicodeDecodeError:
            continue
        if len(text) > 1 and not any(unicodedata.category(sign) in _NEVER and sign not in "\n\r\t\f" for sign in text):
            return True
    return False


def _is_ebcdic(head: bytes) -> bool:
    """Return True if bytes are letters of EBCDIC with its spaces between, and without those of ASCII."""
    spaces = head.count(_EBCDIC_SPACE)
    if spaces * 20 < len(head) or head.count(b" ") * 10 > spaces:
        return False
    letters = len(head) - len(head.translate(None, _EBCDIC_LETTERS))
    return letters * 2 > len(head)


def _syntax(text: bytes, *, whole: bool) -> Foreign | None:
    """Return the kind of text whose syntax says that it is more than lines of words."""
    if re.match(_BRACKETS, text):
        return _json(text, whole=whole)
    return _table(text, whole=whole)


def _json(data: bytes, *, whole: bool) -> Foreign | None:
    """Return the kind of what is JSON from its beginning to its end (or to where it is cut off), None if it is not."""
    text = data.decode("utf-8", "replace")
    decoder = json.JSONDecoder(parse_int=float)
    lines = True  # so far, each value is an object and has a line of its own
    at = _after_space(text, 0)
    while at < len(text):
        begin = at
        if text[begin] not in "[{":
            return None
        try:
            _, at = decoder.raw_decode(text, begin)
        except json.JSONDecodeError as error:
            cut_off = error.msg.startswith("Unterminated") or error.pos >= len(text) - _TOO_FAR
            if whole or not cut_off:
                return None
            at = len(text)
        except RecursionError:
            return None
        after = _after_space(text, at)
        ended = after == len(text) or "\n" in text[at:after]
        lines = lines and text[begin] == "{" and ended and "\n" not in text[begin:at].rstrip()
        at = after
    if lines:
        return JSON_LINES
    if '"nbformat"' in text or '"cell_type"' in text:
        return NOTEBOOK
    return ARRAY if data.lstrip().startswith(b"[") else JSON


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _table(data: bytes, *, whole: bool) -> Foreign | None:
    """Return the kind of a table whose columns are set off by tabs, semicolons or commas, None where there is none.

    Prose has commas, too, and may have as many in each line. A table begins with the names of its columns, all rows
    have as many cells, and one column at least holds figures, dates or addresses only, or cells stand in quotes.
    """
    first = data[: data.find(b"\n") + 1]
    sign = next((sign for sign in "\t;," if sign.encode() in first), None)
    if sign is None or not (columns := _columns(first.decode("utf-8", "replace"), sign)):
        return None
    text = data.decode("utf-8", "replace")
    if not whole:
        text = text[: text.rfind("\n") + 1]
    return (TSV if sign == "\t" else CSV) if _is_regular(text, sign, columns, whole=whole) else None


def _columns(line: str, sign: str) -> int:
    """Return the number of columns that a line names; 0: it looks like no line of names."""
    cells = [cell.strip().strip('"') for cell in line.rstrip("\r\n").split(sign)]
    named_all = all(cell and len(cell) <= _CELL and not re.search(_SENTENCE, cell) for cell in cells)
    spaced = sign != "\t" and f"{sign} " in line  # as in prose
    return len(cells) if named_all and not spaced and len(set(cells)) == len(cells) else 0


def _is_regular(text: str, sign: str, columns: int, *, whole: bool) -> bool:
    """Return True if all rows have as many cells as there are columns, and hold data; the last one may be cut off."""
    import csv  # few texts get as far as here

    rows = 0
    cut_off = False
    data = [True] * columns
    is_data = re.compile(_DATA, re.IGNORECASE).fullmatch
    try:
        for row in csv.reader(text.splitlines(keepends=True), delimiter=sign):
            if cut_off:
                return False  # a row that is not the last one has another number of cells
            if not row:
                continue
            rows += 1
            if len(row) != columns:
                cut_off = True
            elif rows > 1:
                data = [known and bool(is_data(cell.strip())) for known, cell in zip(data, row, strict=True)]
    except csv.Error:
        return False
    if rows < _ROWS or (cut_off and whole):
        return False
    return any(data) or f'{sign}"' in text
