"""Rows of Parquet as lines of JSON, for which only the columns that are asked for are decoded."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from dedup.formats.grouping import HOST, URL_FIELD
from dedup.formats.parquet_json import as_json, dump, is_text
from dedup.model.errors import InputError

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Sequence

    from dedup.formats.parts import Unwrapping

ROW = ""
"""Member of a line with the number of its row, from 0. No column of a name is meant by it."""
MARKS = ("dedup", "dedup_held")
"""Columns that `--mark` adds."""
# Where Arrow was imported before, too; see `dedup.formats.parquet`. Who uses it for itself does not come by here.
pa.set_memory_pool(pa.system_memory_pool())
_BATCH = 256
"""Rows that are decoded together."""
_READ = 1 << 16
"""Bytes of a column that are read together."""
_PIECE = 1 << 18
"""Bytes of rows that are made lines together, about."""
_LARGEST_GROUP = 8 << 30
"""Bytes of a row group, decoded: what is written holds one of them as a whole."""
_ID = "id"
_PLACE, _PLACES = "\x01", re.compile(r'"\\u0001((?:[^"\\]|\\.)*)"')
"""Stands for a value, before a column's name, in a line of which the rest is always the same."""


def opened(file: BinaryIO | io.RawIOBase, place: str) -> pq.ParquetFile:
    """Open a file of Parquet.

    Raises:
        InputError: it is damaged, or encrypted, or its rows cannot be held.
    """
    try:
        # Neither ahead nor a column of a row group at once: memory is bounded by what is decoded.
        found = pq.ParquetFile(file, pre_buffer=False, buffer_size=_READ)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise unreadable(error, place) from None
    for group in range(found.metadata.num_row_groups):
        if (size := found.metadata.row_group(group).total_byte_size) > _LARGEST_GROUP:
            what = f"row group {group} unpacks to {size:,} bytes, and at most {_LARGEST_GROUP:,} are held"
            raise InputError(what, place=place, hint="write it with smaller row groups first")
    return found


def unreadable(error: Exception, place: str, group: int | None = None) -> InputError:
    """Return the error for a file that pyarrow cannot read."""
    said = " ".join(str(error).split()).rstrip(".")
    where = "" if group is None else f", in row group {group}"
    what = f"is damaged, or no Parquet that can be read{where} ({said})"
    return InputError(what, place=place, hint="fetch or write the file again")


class Column:
    """A column, or a member of one.

    Args:
        schema: of the file.
        name: the column's name, dots in it; else dots lead inwards.

    Attributes:
        names: of the column and of the members that lead to it; empty where there is no such column.
        kind: its type.
    """

    def __init__(self, schema: pa.Schema, name: str) -> None:
        self.names: tuple[str, ...] = ()
        self.kind: Any = None
        for names in ((name,), tuple(name.split("."))):
            kind = _kind(schema, names)
            if kind is not None:
                self.names, self.kind = names, kind
                return

    @property
    def path(self) -> str:
        """The name as Parquet has it."""
        return ".".join(self.names)

    @property
    def is_list(self) -> bool:
        """Each value is a list of texts."""
        kinds = pa.types
        return bool(kinds.is_list(self.kind) or kinds.is_large_list(self.kind))

    @property
    def is_text(self) -> bool:
        """Each value is a text, or a list of them."""
        return is_text(self.kind.value_type if self.is_list else self.kind)

    def of(self, batch: pa.RecordBatch) -> pa.Array:
        """Return its values in some rows."""
        found = batch.column(batch.schema.get_field_index(self.names[0]))
        if len(self.names) == 1:
            return found
        import pyarrow.compute as pc  # 10 MB, for what is rare

        return pc.struct_field(found, list(self.names[1:]))


def text_column(schema: pa.Schema, name: str, place: str) -> Column:
    """Return the column with the texts.

    Raises:
        InputError: there is none of the name, or it holds no text, or there are several.
    """
    column = Column(schema, name)
    if column.names and column.is_text and len(schema.get_all_field_indices(column.names[0])) == 1:
        return column
    names = ", ".join(path for path, kind in _leaves(schema) if is_text(kind))
    what = f"column {name!r} holds {column.kind}, not text" if column.names else f"no column {name!r}"
    if column.names and column.is_text:
        what = f"has several columns {name!r}"
    hint = f"name the one with the texts with --field: {names}" if names else "no column of it holds text"
    raise InputError(what, place=place, hint=hint)


def _leaves(fields: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for field in fields:
        if pa.types.is_struct(field.type):
            yield from _leaves(field.type, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name, field.type


def _kind(schema: pa.Schema, names: Sequence[str]) -> Any:
    """Return the type that names lead to; None where they lead nowhere."""
    index = schema.get_all_field_indices(names[0])
    if not index:
        return None
    kind = schema.field(index[0]).type
    for name in names[1:]:
        if not pa.types.is_struct(kind) or (at := kind.get_field_index(name)) < 0:
            return None
        kind = kind.field(at).type
    return kind


class RowLines:
    """The rows of a file as lines of JSON, in order; the same bytes each time.

    Args:
        file: the file; it is read at any place.
        place: its name in messages.
        asked: the columns.

    Raises:
        InputError: see `opened` and `text_column`.
    """

    def __init__(self, file: BinaryIO | io.RawIOBase, place: str, asked: Unwrapping) -> None:
        self._file = opened(file, place)
        self._place = place
        self._template = LineTemplate(self._file.schema_arrow, place, asked)
        self._lines = self._blocks()
        self._left, self._taken = b"", 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, at least one, or ``b""`` at the end.

        Raises:
            InputError: the file is damaged.
        """
        if self._taken >= len(self._left):
            self._left, self._taken = next(self._lines, b""), 0
        data = self._left[self._taken : self._taken + size]
        self._taken += len(data)
        return data

    def _blocks(self) -> Iterator[bytes]:
        row = 0
        for group in range(self._file.metadata.num_row_groups):
            for batch in batches(self._file, group, self._place, self._template.paths):
                yield b"".join(self._template.lines(batch, row))
                row += batch.num_rows
        give_back()


def give_back() -> None:
    """Have the C library give free memory back to the system, where it can: what comes next is of another kind."""
    import ctypes  # numpy has it

    with suppress(OSError, AttributeError):  # no glibc
        ctypes.CDLL(None).malloc_trim(0)


def batches(
    file: pq.ParquetFile, group: int, place: str, paths: Sequence[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a group, some at a time; `paths`: of the columns that are decoded, None: all.

    Raises:
        InputError: it is damaged.
    """
    found = iter(file.iter_batches(_BATCH, [group], paths, use_threads=False))
    while True:
        try:
            batch = next(found, None)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise unreadable(error, place, group) from None
        if batch is None:
            return
        yield batch


class LineTemplate:
    """How a row is written as a line of JSON: its number, the ``id``, what ``--within`` asks for, and the text.

    Args:
        schema: of the file.
        place: its name in messages.
        asked: the columns.

    Attributes:
        text: the column with the texts.
        paths: of all columns that are read.

    Raises:
        InputError: see `text_column`.
    """

    def __init__(self, schema: pa.Schema, place: str, asked: Unwrapping) -> None:
        self.text = text_column(schema, asked.field, place)
        if asked.mark and (taken := [name for name in MARKS if name in schema.names]):
            hint = "take it out, or mark what the file was before"
            raise InputError(f"has a column {taken[0]!r} already", place=place, hint=hint)
        within = URL_FIELD if asked.within == HOST else asked.within
        others = {name: Column(schema, name) for name in (_ID, within) if name and name != asked.field}
        columns = {name: column for name, column in others.items() if column.names} | {asked.field: self.text}
        self.paths = [column.path for column in columns.values()]
        entry: dict[str, Any] = {ROW: f"{_PLACE}{ROW}"}
        for name in columns:
            _put(entry, name.split("."), _PLACE + name)  # what is put where another one leads inwards goes
        pieces = _PLACES.split(dump(entry))
        self._columns = [columns[json.loads(f'"{name}"')] for name in pieces[3::2]]
        self._pieces = [piece.encode() for piece in (*pieces[:-1:2], pieces[-1] + "\n")]

    def lines(self, batch: pa.RecordBatch, row: int) -> Iterator[bytes]:
        """Yield some rows as lines, some at a time, so that little is copied; `row`: the number of the first one."""
        step = max(1, batch.num_rows * _PIECE // max(batch.nbytes, 1))
        for start in range(0, batch.num_rows, step):
            some = batch.slice(start, step)
            numbers = [b"%d" % number for number in range(row + start, row + start + some.num_rows)]
            columns = [as_json(column.of(some), column.kind, is_list=column.is_list) for column in self._columns]
            pieces = [one for each in zip(map(repeat, self._pieces), (numbers, *columns), strict=False) for one in each]
            yield b"".join(chain.from_iterable(zip(*pieces, repeat(self._pieces[-1]), strict=False)))


def _put(entry: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    """Set a member of an object, and of those within it."""
    *outer, last = keys
    for key in outer:
        if not isinstance(entry.get(key), dict):
            entry[key] = {}
        entry = entry[key]
    entry[last] = value
