"""CSV and TSV: a row is a record, the first one names the columns, and the value in one column is the document.

Rows are found as RFC 4180 has them, with any kind of line end and any sign between values. Nothing is written anew:
what goes is cut out of the value's own bytes, so quotes, spaces and line ends stay. A row that is not as the others are
(ragged; text behind a closing quote) is reported and passes through.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, islice
from typing import TYPE_CHECKING, NamedTuple

from dedup.formats.files.encoding import says_wide
from dedup.formats.grouping import HOST, URL_FIELD, group_of
from dedup.formats.names import TABLE
from dedup.formats.parts import (
    TASK_BYTES,
    Format,
    Part,
    PartBuilder,
    PartKind,
    PartResult,
    Record,
    Work,
    filled,
    rest,
    too_large,
)
from dedup.formats.table_rows import (
    begin_of_rows,
    end_of_rows,
    first_row,
    is_quoted,
    is_sound,
    line_ends,
    plain,
    row_at,
    values,
)
from dedup.model.errors import InputError
from dedup.native.kernels import native

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.formats.files.reader import Reader
    from dedup.formats.parts import Encoded

DELIMITERS = ",", ";", "\t", "|"
"""Signs between values that are told by the first row."""
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

    def table(self) -> tuple[int, int, int]:
        """Return what the native kernels have to know."""
        return ord(self.delimiter), len(self.names), self.column


def read(reader: Reader, builder: PartBuilder) -> Iterator[Part | None]:
    """Yield parts of whole rows as they come; None before a read that has to wait.

    Memory: about a megabyte, or the longest row up to the limit; what is behind a row above it passes through unread.

    Raises:
        InputError: the input cannot be read, or has no column of the name that is asked for.
    """
    data, wanted, whole = b"", TASK_BYTES, False
    while data or not whole:
        data, whole = yield from filled(reader, data, wanted)
        if not data:
            return
        if builder.detail is None:
            builder.detail = _dialect(data, builder, whole=whole or len(data) > builder.limit)
        end = lines = 0
        if builder.detail is not None:
            begin = 0 if builder.offset else begin_of_rows(data)
            end, lines = end_of_rows(data, begin, builder.detail.delimiter, whole=whole)
        if end:
            yield builder.part(FORMAT, data[:end], reader)
            builder.line += lines
            data, wanted = data[end:], TASK_BYTES
        elif whole or len(data) > builder.limit:
            yield from _unread(data, reader, builder, whole=whole)
            return
        else:
            wanted = 2 * len(data)  # so that a long row is not looked at again and again


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
        if (names := _names(data, sign, builder.encoding, whole=whole))
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


def _names(data: bytes, delimiter: str, encoding: str, *, whole: bool) -> tuple[str, ...]:
    """Return the names in the first row; none where it is not whole."""
    row = first_row(data, delimiter, whole=whole)
    return () if row is None else tuple(_told(value, encoding) for _, value in values(row, delimiter))


def _told(value: bytes, encoding: str) -> str:
    """Return a value that is shown or compared, and not brought back to bytes."""
    return plain(value).decode(encoding, "replace")


def _rows(part: Part) -> Iterator[tuple[int, int, int]]:
    """Yield where the rows of a part begin and end, without their line ends, and the number of each one's line.

    Neither the names of the columns nor blank lines.
    """
    data, at, delimiter = part.data, _behind_names(part), part.detail.delimiter
    line = part.line + line_ends(data, 0, at)
    while at < len(data):
        found = row_at(data, at, len(data), delimiter)
        assert found is not None  # noqa: S101 - a part is made of whole rows
        if found[0] > at:
            yield at, found[0], line
        line += line_ends(data, at, found[1])
        at = found[1]


def _behind_names(part: Part) -> int:
    """Return where the first row begins that does not name the columns."""
    if part.offset:
        return 0
    found = row_at(part.data, begin_of_rows(part.data), len(part.data), part.detail.delimiter)
    assert found is not None  # noqa: S101 - a part is made of whole rows
    return found[1]


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
    found = [value for _, value in islice(values(row, dialect.delimiter), columns + 1)]
    if len(found) != columns:
        number = len(found) if len(found) < columns else f"more than {columns}"
        what = f"the row has {number} values, and the table {columns} columns"
        raise InputError(f"{what}; it passes through unchanged", place=place)
    value = found[dialect.column]
    if not is_sound(value):
        raise InputError("text stands behind a closing quotation mark; it passes through unchanged", place=place)
    try:
        text, valid = work.codec.decode(plain(value))
    except UnicodeError as error:
        hint = "name the encoding with --encoding"
        raise InputError(f"not {work.codec.name} ({error})", place=place, hint=hint) from None
    within = work.settings.within
    told = {
        name: _told(each, work.codec.name)
        for name, each in zip(dialect.names, found, strict=True)
        if name in (_ID, URL_FIELD) or within is not None
    }
    group = None if within is None else group_of(told, within)
    site = group_of(told, HOST) if work.explain else None
    return Record(start, end, line, text, told.get(_ID), group, site), valid


def _encoded(part: Part, work: Work) -> Encoded | None:
    """Return the texts of a part, by the native kernels; see `Format`."""
    from dedup.text.long_texts import LONG  # with numpy, which who calls this has

    module, dialect = native(), part.detail
    if module is None:
        return None
    limit, begin = min(work.max_document, LONG), _behind_names(part)
    found: Encoded | None = module.read_rows(part.data, begin, dialect.table(), limit)
    return found


def locate(part: Part, record: Record, positions: Sequence[int], work: Work) -> list[int] | None:
    """Translate ascending positions in the text to offsets in the row's bytes; see `Codec.offsets`."""
    dialect: Dialect = part.detail
    row, kernels = part.data[record.start : record.end], native()
    if kernels is not None and work.codec.name == "utf-8":
        # The same, sooner; what is odd is left to what follows.
        found: list[int] | None = kernels.locate_in_row(row, dialect.table(), list(positions))
        if found is not None:
            return found
    begin, value = next(islice(values(row, dialect.delimiter), dialect.column, None))
    if not is_quoted(value):
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
    *TABLE,
    read=read,
    records=records,
    record=record,
    locate=locate,
    numbered=True,
    joins=False,
    single=_single,
    encoded=_encoded,
)
