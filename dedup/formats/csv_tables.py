"""CSV and TSV: a row is a record, the first one names the columns, and the value in one column is the document.

Rows are found as RFC 4180 has them, with any kind of line end and any sign between values. Nothing is written anew:
what goes is cut out of the value's own bytes, so quotes, spaces and line ends stay. A row that is not as the others are
(ragged; text behind a closing quote) is reported and passes through.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from dataclasses import replace
from functools import cache
from itertools import accumulate, islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from dedup.formats.files.encoding import says_wide
from dedup.formats.files.reader import READ_SIZE, Reader
from dedup.formats.grouping import group_of
from dedup.formats.parts import (
    TASK_BYTES,
    Format,
    Part,
    PartBuilder,
    PartKind,
    PartResult,
    Record,
    Work,
    rest,
    too_large,
)
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from dedup.formats.parts import Encoded

DELIMITERS = ",", ";", "\t", "|"
"""Signs between values that are told by the first row."""
_QUOTE, _PAIR = b'"', b'""'
_QUOTED = re.compile(rb'[^"]*(?:""[^"]*)*')
"""A value between its quotation marks."""
_PIECE = 1 << 16
"""Bytes of a value that are matched together: what has to be remembered for that grows with the marks in it."""
_NAMES_SHOWN = 8
_ID = "id"


class Dialect(NamedTuple):
    """How a table is written, and where its texts are.

    Attributes:
        delimiter: the sign between values.
        names: of the columns.
        column: number of the one with the texts.
    """

    delimiter: str
    names: tuple[str, ...]
    column: int


class _Patterns(NamedTuple):
    """Expressions for a table.

    Attributes:
        end: what ends a value without quotation marks.
        stop: what ends a row, or stands before a value with quotation marks.
    """

    end: re.Pattern[bytes]
    stop: re.Pattern[bytes]


@cache
def _patterns(delimiter: str) -> _Patterns:
    sign = re.escape(delimiter.encode())
    return _Patterns(re.compile(rb"[\r\n" + sign + rb"]"), re.compile(rb"[\r\n]|" + sign + rb'(?=")'))


def read(reader: Reader, builder: PartBuilder) -> Iterator[Part | None]:
    """Yield parts of whole rows as they come; None before a read that has to wait.

    Memory: about a megabyte, or the longest row up to the limit; what is behind a row above it passes through unread.

    Raises:
        InputError: the input cannot be read, or has no column of the name that is asked for.
    """
    data, wanted, whole = b"", TASK_BYTES, False
    while data or not whole:
        data, whole = yield from _filled(reader, data, wanted)
        if not data:
            return
        if builder.detail is None:
            builder.detail = _dialect(data, builder, whole=whole or len(data) > builder.limit)
        end = _end_of_rows(data, builder.detail, whole=whole)
        if end:
            yield builder.part(FORMAT, data[:end], reader)
            builder.line += _line_ends(data[:end])
            data, wanted = data[end:], TASK_BYTES
        elif whole or len(data) > builder.limit:
            yield from _unread(data, reader, builder, whole=whole)
            return
        else:
            wanted = 2 * len(data)  # so that a long row is not looked at again and again


def _filled(reader: Reader, data: bytes, wanted: int) -> Generator[None, None, tuple[bytes, bool]]:
    """Read on until there are so many bytes; return them, and whether that is all. Yield None before a wait."""
    while len(data) < wanted:
        if reader.would_wait():
            yield None
        block = reader.read(READ_SIZE)
        if not block:
            return data, True
        data += block
    return data, False


def _end_of_rows(data: bytes, dialect: Dialect | None, *, whole: bool) -> int:
    """Return where the last whole row of some bytes ends; `whole`: nothing is behind them."""
    if dialect is None:
        return 0
    end, stop = 0, len(data) - (not whole and data.endswith(b"\r"))  # which may be the first half of a line end
    while end < stop and (found := _row_at(data, end, stop, _patterns(dialect.delimiter))) is not None:
        content, behind = found
        if content == behind and not whole:
            break
        end = behind
    return end


def _row_at(data: bytes, at: int, stop: int, patterns: _Patterns) -> tuple[int, int] | None:
    """Return where the row ends that begins at a place, without its line end and with it: the same where it has none.

    None where a quotation mark is not closed before `stop`.
    """
    while True:
        at = _behind_quotes(data, at, stop)
        if at < 0:
            return None
        found = patterns.stop.search(data, at, stop)
        if found is None:
            return stop, stop
        if found.group() in b"\r\n":
            return found.start(), _behind_line_end(data, found.start(), stop)
        at = found.end()


def _behind_quotes(data: bytes, at: int, stop: int) -> int:
    """Return the place behind a value's closing quotation mark; -1 where there is none, `at` where none opens."""
    if not data.startswith(_QUOTE, at):
        return at
    at += 1
    while at < stop:
        found = _QUOTED.match(data, at, min(stop, at + _PIECE))
        assert found is not None  # noqa: S101 - it may be empty
        if found.end() == stop:
            break
        if data[found.end() : found.end() + 1] == _QUOTE and not data.startswith(_PAIR, found.end()):
            return found.end() + 1
        at = found.end() + len(_PAIR) * data.startswith(_PAIR, found.end())
    return -1


def _behind_line_end(data: bytes, at: int, stop: int) -> int:
    size = 2 if data.startswith(b"\r\n", at) else int(data[at : at + 1] in (b"\r", b"\n"))
    return min(at + size, stop)


def _end_of_value(data: bytes, at: int, patterns: _Patterns) -> int:
    """Return where the value ends that begins at a place of a whole row."""
    found = patterns.end.search(data, _behind_quotes(data, at, len(data)))
    return len(data) if found is None else found.start()


def _unread(data: bytes, reader: Reader, builder: PartBuilder, *, whole: bool) -> Iterator[Part]:
    """Pass through, unread, a row without an end, and what is behind it."""
    place = f"{builder.name}:{builder.line}"
    problem: InputError = too_large(place, builder.limit)
    if whole:
        what = "a quotation mark that opens here is never closed; the table passes through unread from here on"
        problem = InputError(what, place=place, hint="close it, or say with --delimiter what stands between values")
    yield from builder.through([data], reader, problem)
    yield from (builder.part(PartKind.THROUGH, piece, reader) for piece in rest(reader))


def _dialect(data: bytes, builder: PartBuilder, *, whole: bool) -> Dialect | None:
    """Return how a table is written, by its first row; None where that is not there yet.

    Raises:
        InputError: it has no column of the name that is asked for, or is written in an encoding that is not read.
    """
    if says_wide(data):
        hint = "convert the file to UTF-8 first"
        raise InputError("CSV in UTF-16 or UTF-32 cannot be read", place=builder.name, hint=hint)
    tables = [
        Dialect(sign, names, names.index(builder.field) if builder.field in names else -1)
        for sign in ([builder.delimiter] if builder.delimiter else DELIMITERS)
        if (names := _names(data, sign, whole=whole))
    ]
    if not tables and not whole:
        return None
    if not tables:
        raise InputError("has no first row that names columns", place=builder.name, hint="its quotes are not closed")
    best = max(tables, key=lambda one: (one.column >= 0, len(one.names)))
    if best.column < 0:
        shown = ", ".join(repr(name) for name in best.names[:_NAMES_SHOWN])
        hint = f"this table has {shown}; name the one with the texts with --field"
        raise InputError(f"no column {builder.field!r}", place=f"{builder.name}:1", hint=hint)
    if best.names.count(builder.field) > 1:
        raise InputError(f"has several columns {builder.field!r}", place=f"{builder.name}:1")
    return best


def _names(data: bytes, delimiter: str, *, whole: bool) -> tuple[str, ...]:
    """Return the names in the first row; none where it is not whole."""
    stop = len(data) - (not whole and data.endswith(b"\r"))
    found = _row_at(data, 0, stop, _patterns(delimiter))
    if found is None or (found[0] == found[1] and not whole):
        return ()
    row = data[: found[0]].removeprefix(BOM_UTF8)
    return tuple(_plain(value).decode("utf-8", "replace") for _, value in _values(row, delimiter))


def _values(row: bytes, delimiter: str) -> Iterator[tuple[int, bytes]]:
    """Yield the values of a row as they are written, and where each begins."""
    at, patterns = 0, _patterns(delimiter)
    while at <= len(row):
        end = _end_of_value(row, at, patterns)
        yield at, row[at:end]
        at = end + 1


def _is_sound(value: bytes) -> bool:
    """Return True unless something stands behind a closing quotation mark."""
    return not value.startswith(_QUOTE) or _behind_quotes(value, 0, len(value)) == len(value)


def _plain(value: bytes) -> bytes:
    """Return a value without its quotes."""
    return value[1:-1].replace(_PAIR, _QUOTE) if value.startswith(_QUOTE) else value


def _line_ends(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _rows(part: Part) -> Iterator[tuple[int, int, int]]:
    """Yield where the rows of a part begin and end, without their line ends, and the number of each one's line.

    Neither the names of the columns nor blank lines.
    """
    data, at, line = part.data, 0, part.line
    patterns = _patterns(part.detail.delimiter)
    while at < len(data):
        found = _row_at(data, at, len(data), patterns)
        assert found is not None  # noqa: S101 - a part is made of whole rows
        if found[0] > at and part.offset + at > 0:
            yield at, found[0], line
        line += _line_ends(data[at : found[1]])
        at = found[1]


def records(part: Part, work: Work, result: PartResult) -> list[Record]:
    """Return the documents of a part; a row that holds none is reported and passes through, a blank one silently."""
    found: list[Record] = []
    for start, end, line in _rows(part):
        result.counts.documents += 1
        try:
            one, valid = _read_row(part, start, end, line, work)
        except InputError as error:
            result.problems.append(error)
            result.counts.too_large += end - start > work.max_document
            continue
        result.counts.invalid_utf8 += not valid
        found.append(one)
    return found


def record(part: Part, start: int, end: int, line: int, work: Work) -> Record:
    """Return a document that `records` has found before, by where it stands."""
    return _read_row(part, start, end, line, work)[0]


def _read_row(part: Part, start: int, end: int, line: int, work: Work) -> tuple[Record, bool]:
    """Return the document of a row, and whether all of its bytes are valid.

    Raises:
        InputError: it has none.
    """
    dialect: Dialect = part.detail
    place = f"{part.name}:{line}"
    if end - start > work.max_document:
        raise too_large(place, work.max_document)
    row = part.data[start:end]
    columns = len(dialect.names)
    values = [value for _, value in islice(_values(row, dialect.delimiter), columns + 1)]
    if len(values) != columns:
        number = len(values) if len(values) < columns else f"more than {columns}"
        what = f"the row has {number} values, and the table {columns} columns"
        raise InputError(f"{what}; it passes through unchanged", place=place)
    value = values[dialect.column]
    if not _is_sound(value):
        raise InputError("text stands behind a closing quotation mark; it passes through unchanged", place=place)
    try:
        text, valid = work.codec.decode(_plain(value))
    except UnicodeError as error:
        hint = "name the encoding with --encoding"
        raise InputError(f"not {work.codec.name} ({error})", place=place, hint=hint) from None
    told = {name: _plain(each).decode("utf-8", "replace") for name, each in zip(dialect.names, values, strict=True)}
    within = work.settings.within
    group = None if within is None else group_of(told, within)
    return Record(start, end, line, text, told.get(_ID), group), valid


def _encoded(part: Part, work: Work) -> Encoded | None:
    """Return the texts of a part; see `Format`."""
    import numpy as np  # who calls this has it, and who reads tables otherwise does without

    from dedup.text.long_texts import LONG

    dialect: Dialect = part.detail
    patterns = _patterns(dialect.delimiter)
    texts: list[bytes] = []
    places: list[int] = []
    for start, end, line in _rows(part):
        value = _value_in(part.data[start:end], dialect, patterns)
        if value is None or end - start > min(work.max_document, LONG):
            return None
        texts.append(_plain(value))
        places += (line - part.line, start, end)
    data = b"".join(texts)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    ends = list(accumulate(map(len, texts), initial=0))
    edges = np.array(list(pairwise(ends)), "<i8")
    return data, edges.tobytes(), np.array(places, "<i8").tobytes()


def _value_in(row: bytes, dialect: Dialect, patterns: _Patterns) -> bytes | None:
    """Return the value with the text, as it is written; None where the row is not as the others are."""
    at, found, last = 0, b"", len(dialect.names) - 1
    for column in range(last + 1):
        end = _end_of_value(row, at, patterns)
        if (end == len(row)) != (column == last):
            return None
        if column == dialect.column:
            found = row[at:end]
        at = end + 1
    return found if _is_sound(found) else None


def locate(part: Part, record: Record, positions: Sequence[int], work: Work) -> list[int] | None:
    """Translate ascending positions in the text to offsets in the row's bytes; see `Codec.offsets`."""
    dialect: Dialect = part.detail
    row = part.data[record.start : record.end]
    begin, value = next(islice(_values(row, dialect.delimiter), dialect.column, None))
    if not value.startswith(_QUOTE):
        offsets = work.codec.offsets(value, record.text, positions)
        return offsets and [begin + offset for offset in offsets]
    within = value[1:-1]
    text, _ = work.codec.decode(within)
    quotes = list(accumulate((sign == '"' for sign in record.text), initial=0))
    offsets = work.codec.offsets(within, text, [position + quotes[position] for position in positions])
    return offsets and [begin + 1 + offset for offset in offsets]


def _single(part: Part) -> Iterator[tuple[Part, int]]:
    """Yield the rows of a part as parts of their own, and where each begins."""
    for start, end, line in _rows(part):
        yield replace(part, data=part.data[start:end], line=line, offset=part.offset + start), start


FORMAT = Format(
    name="csv",
    what="CSV",
    suffixes=(".csv", ".tsv", ".tab"),
    read=read,
    records=records,
    record=record,
    locate=locate,
    numbered=True,
    joins=False,
    single=_single,
    encoded=_encoded,
)
