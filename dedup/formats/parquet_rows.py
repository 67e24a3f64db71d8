"""Rows of Parquet as lines of JSON, for which only the columns that are asked for are decoded."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedup.formats.grouping import HOST, URL_FIELD
from dedup.model.errors import InputError

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Sequence

    from dedup.formats.parts import Unwrapping

ROW = ""
"""Member of a line with the number of its row, from 0. No column of a name is meant by it."""
BETWEEN = "\n\n"
"""What stands between the items of a list in the text that they are read as: each is a paragraph."""
MARKS = ("dedup", "dedup_held")
"""Columns that `--mark` adds."""
# Arrow's own pool keeps what is freed, some 50 MB of it; who uses Arrow for itself does not come by here.
pa.set_memory_pool(pa.system_memory_pool())
_BATCH = 256
"""Rows that are decoded together."""
_LARGEST_GROUP = 8 << 30
"""Bytes of a row group, decoded: what is written holds one of them as a whole."""
_ID = "id"
_PLACE, _PLACES = "\x01", re.compile(r'"\\u0001((?:[^"\\]|\\.)*)"')
"""Stands for a value, before a column's name, in a line of which the rest is always the same."""
_ESCAPES = {
    ord("\\"): rb"\\",
    ord('"'): rb"\"",
    ord("\n"): rb"\n",
    ord("\r"): rb"\r",
    ord("\t"): rb"\t",
    ord("\b"): rb"\b",
    ord("\f"): rb"\f",
}
"""Signs, and how `json.dumps` writes them; all others below U+0020 are rare. The backslash comes first."""
_USUAL = set(_ESCAPES)
_SPACE = 0x20
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


def opened(file: BinaryIO | io.RawIOBase, place: str) -> pq.ParquetFile:
    """Open a file of Parquet.

    Raises:
        InputError: it is damaged, or encrypted, or its rows cannot be held.
    """
    try:
        # Without a buffer ahead, memory is bounded by what is decoded.
        found = pq.ParquetFile(file, pre_buffer=False)
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
        return _is_text(self.kind.value_type if self.is_list else self.kind)

    def of(self, batch: pa.RecordBatch) -> pa.Array:
        """Return its values in some rows."""
        found = batch.column(batch.schema.get_field_index(self.names[0]))
        return pc.struct_field(found, list(self.names[1:])) if len(self.names) > 1 else found


def text_column(schema: pa.Schema, name: str, place: str) -> Column:
    """Return the column with the texts.

    Raises:
        InputError: there is none of the name, or it holds no text, or there are several.
    """
    column = Column(schema, name)
    if column.names and column.is_text and len(schema.get_all_field_indices(column.names[0])) == 1:
        return column
    names = ", ".join(path for path, kind in _leaves(schema) if _is_text(kind))
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


def is_bytes(kind: Any) -> bool:
    """Return True for a type whose values are bytes, of which nothing says that they are text."""
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_text(kind: Any) -> bool:
    kinds = pa.types
    if kinds.is_dictionary(kind):
        kind = kind.value_type
    views = [getattr(kinds, name)(kind) for name in ("is_string_view", "is_binary_view") if hasattr(kinds, name)]
    return bool(
        kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_binary(kind) or kinds.is_large_binary(kind)
    ) or any(views)


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
        self._left = b""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, at least one, or ``b""`` at the end.

        Raises:
            InputError: the file is damaged.
        """
        if not self._left:
            self._left = next(self._lines, b"")
        data, self._left = self._left[:size], self._left[size:]
        return data

    def _blocks(self) -> Iterator[bytes]:
        row = 0
        for group in range(self._file.metadata.num_row_groups):
            for batch in batches(self._file, group, self._place, self._template.paths):
                yield self._template.lines(batch, row)
                row += batch.num_rows


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
        pieces = _PLACES.split(_dump(entry))
        self._columns = [columns[json.loads(f'"{name}"')] for name in pieces[3::2]]
        self._pieces = [_scalar(piece.encode()) for piece in (*pieces[:-1:2], pieces[-1] + "\n")]

    def lines(self, batch: pa.RecordBatch, row: int) -> bytes:
        """Return some rows as lines; `row`: the number of the first one."""
        if not batch.num_rows:
            return b""
        numbers = pa.array(range(row, row + batch.num_rows), pa.int64()).cast(pa.string()).cast(pa.large_binary())
        values = [numbers, *(as_json(column.of(batch), column) for column in self._columns)]
        pieces = [piece for pair in zip(self._pieces, values, strict=False) for piece in pair]
        joined = pc.binary_join_element_wise(*pieces, self._pieces[-1], _scalar(b""))
        size = pc.sum(pc.binary_length(joined)).as_py()
        data: bytes = joined.buffers()[2][:size].to_pybytes()
        return data


def _put(entry: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    """Set a member of an object, and of those within it."""
    *outer, last = keys
    for key in outer:
        if not isinstance(entry.get(key), dict):
            entry[key] = {}
        entry = entry[key]
    entry[last] = value


def as_json(values: pa.Array, column: Column) -> pa.Array:
    """Return values as they are written in JSON; arrays of bytes."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if column.kind is not None and not column.is_list and _is_text(values.type):
        return pc.fill_null(_quoted(pc.cast(values, pa.large_binary())), _scalar(b"null"))
    found = _texts_of(values) if column.is_list and column.is_text else _told(values)
    written = [_dump(value).encode("utf-8", "surrogateescape") for value in found]
    return pa.array(written, pa.large_binary())


def _told(values: pa.Array) -> list[Any]:
    try:
        found: list[Any] = values.to_pylist()
    except (ValueError, pa.ArrowException):  # a time that Python has not, bytes that are not UTF-8
        found = [None] * len(values)
    return found


def _quoted(values: pa.Array) -> pa.Array:
    """Return strings as JSON has them, null as null; written as `json.dumps` does without `ensure_ascii`."""
    present = _signs(values)
    if present - _USUAL:
        raw = [None if text is None else _dump(text).encode("utf-8", "surrogateescape") for text in _strings(values)]
        return pa.array(raw, pa.large_binary())
    for sign, escape in _ESCAPES.items():
        if sign in present:
            values = pc.replace_substring(values, bytes((sign,)), escape)
    quote = _scalar(b'"')
    return pc.binary_join_element_wise(quote, values, quote, _scalar(b""))


def _signs(values: pa.Array) -> set[int]:
    """Return the bytes in some values that JSON has to escape."""
    _, offsets, data = values.buffers()
    if not len(values) or data is None:
        return set()
    ends = np.frombuffer(offsets, np.int64)[values.offset :][: len(values) + 1]
    content = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
    present = set(content[content < _SPACE].tolist())
    whole = content.tobytes()
    return present | {sign for sign in b'"\\' if sign in whole}


def _scalar(data: bytes) -> pa.Scalar:
    return pa.scalar(data, pa.large_binary())


def _texts_of(values: pa.Array) -> list[Any]:
    """Return lists as texts; one whose items cannot be told apart again once they are joined stays a list."""
    items = _strings(values.flatten())
    found: list[Any] = []
    at = 0
    for size in pc.list_value_length(values).to_pylist():
        if size is None:
            found.append(None)
            continue
        own, at = items[at : at + size], at + size
        found.append(BETWEEN.join(map(str, own)) if all(map(_is_item, own)) else own)
    return found


def _is_item(item: str | None) -> bool:
    return bool(item) and item is not None and BETWEEN not in item and item[0] != "\n" and item[-1] != "\n"


def items_of(text: str) -> list[str]:
    """Return the items of a list that are left in the text that they were read as."""
    return [item for piece in text.split(BETWEEN) if (item := piece.strip("\n"))]


def _strings(values: pa.Array) -> list[str | None]:
    """Return texts; bytes that are not UTF-8 are surrogates, as `os.fsdecode` makes them."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    try:
        found: list[Any] = values.to_pylist()
    except UnicodeDecodeError:
        found = values.cast(pa.large_binary()).to_pylist()
    return [value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value for value in found]
