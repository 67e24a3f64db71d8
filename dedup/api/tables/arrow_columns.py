"""Columns of Arrow: texts are read, and changed, a piece at a time; what does not change is shared."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dedup.api.tables.containers import PIECE, STRUCT, checked_items, missing, no_nulls, no_text
from dedup.model.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.api.tables.containers import Value


def is_text(kind: Any) -> bool:
    """Return True if a type is one of texts."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return any(_is(name, kind) for name in ("string", "large_string", "string_view"))


def _is_list(kind: Any) -> bool:
    names = "list", "large_list", "list_view", "large_list_view"
    return any(_is(name, kind) for name in names) and is_text(kind.value_type)


def _is(name: str, kind: Any) -> bool:
    test = getattr(pa.types, f"is_{name}", None)  # views are younger than the oldest version that is supported
    return test is not None and bool(test(kind))


def _is_sound(scalar: Any) -> bool:
    try:
        scalar.as_py()
    except UnicodeDecodeError:
        return False
    return True


class ArrowColumn:
    """A column of texts, or of structs in which there are texts.

    Args:
        whole: the column.
        name: what it is called in messages.
        path: leads from structs to the texts.
        texts: names of columns that could have been meant.
        may_be_null: whether texts are to become null.

    Raises:
        UsageError: it holds something else.
    """

    def __init__(self, whole: Any, name: str, path: Sequence[str], texts: Sequence[str], *, may_be_null: bool) -> None:
        self.whole = whole
        self.name = name
        self._path: list[int] = []
        kind = whole.type
        for part in path:
            number = kind.get_field_index(part) if pa.types.is_struct(kind) else -1
            if number < 0:
                raise missing(name, texts)
            if may_be_null and not kind.field(number).nullable:
                raise no_nulls(name)
            self._path.append(number)
            kind = kind.field(number).type
        self.holds_lists = _is_list(kind)
        if not self.holds_lists and not is_text(kind):
            raise no_text(name, kind)
        self._chunks = [self._inner(chunk) for chunk in whole.chunks]
        self._ends = list(accumulate(map(len, self._chunks)))

    def _inner(self, chunk: Any) -> Any:
        """Return the texts of some structs; where one is null, its text is, too."""
        for number in self._path:
            chunk = chunk.flatten()[number]
        return chunk

    def values(self) -> Iterator[Value]:
        """Yield the value of each row; see `Column`."""
        row = 0
        for chunk in self._chunks:
            for begin in range(0, len(chunk), PIECE):
                some = self._read(chunk.slice(begin, PIECE), row)
                if self.holds_lists:
                    for number, one in enumerate(some):
                        yield None if one is None else checked_items(self.name, row + number, one)
                else:
                    yield from some
                row += len(some)

    def value(self, row: int) -> Value:
        """Return the value of a row."""
        number = bisect_right(self._ends, row)
        found: Value = self._chunks[number][row - self._ends[number] + len(self._chunks[number])].as_py()
        return found

    def _read(self, piece: Any, row: int) -> list[Any]:
        """Return the values of a few rows.

        Raises:
            InputError: one is no UTF-8.
        """
        try:
            if pa.types.is_dictionary(piece.type):
                return list(piece.dictionary_decode().to_pylist())
            return list(piece.to_pylist())
        except UnicodeDecodeError as error:
            row += next(number for number, scalar in enumerate(piece) if not _is_sound(scalar))
            what = f"column {self.name!r} is of texts, and this one is no UTF-8 ({error})"
            raise InputError(what, place=f"row {row}", hint="decode it first") from None

    def replaced(self, changes: Mapping[int, Value]) -> Any:
        """Return the whole column with some of its texts changed, in the same chunks.

        Raises:
            UsageError: it is a dictionary that has no room for them.
        """
        chunks = []
        rows = iter(sorted(changes))
        row, begin = next(rows, None), 0
        for chunk in self.whole.chunks:
            local: dict[int, Value] = {}
            while row is not None and row < begin + len(chunk):
                local[row - begin] = changes[row]
                row = next(rows, None)
            chunks.append(self._changed(chunk, self._path, local))
            begin += len(chunk)
        return pa.chunked_array(chunks, type=self.whole.type)

    def _changed(self, chunk: Any, path: Sequence[int], changes: Mapping[int, Value]) -> Any:
        if not changes:
            return chunk
        if path:
            parts = [chunk.field(number) for number in range(chunk.type.num_fields)]
            parts[path[0]] = self._changed(parts[path[0]], path[1:], changes)
            return pa.StructArray.from_arrays(parts, fields=list(chunk.type), mask=chunk.is_null())
        if pa.types.is_dictionary(chunk.type):
            return self._in_dictionary(chunk, changes)
        return _rebuilt(chunk, changes)

    def _in_dictionary(self, chunk: Any, changes: Mapping[int, Value]) -> Any:
        """Return a chunk with values added to its dictionary: those that are there keep their places."""
        places = {value: place for place, value in reversed(list(enumerate(chunk.dictionary.to_pylist())))}
        known = len(chunk.dictionary)
        new = [value for value in dict.fromkeys(changes.values()) if value is not None and value not in places]
        places |= {value: known + number for number, value in enumerate(new)}
        try:
            indices = _rebuilt(
                chunk.indices, {row: None if value is None else places[value] for row, value in changes.items()}
            )
        except (pa.ArrowInvalid, OverflowError):
            kind = chunk.type.index_type
            what = f"column {self.name!r} is a dictionary with indices of {kind}, which has no room for what is left"
            raise UsageError(what, hint="cast it to text first") from None
        dictionary = pa.concat_arrays([chunk.dictionary, pa.array(new, type=chunk.type.value_type)])
        return pa.DictionaryArray.from_arrays(indices, dictionary, ordered=chunk.type.ordered)


def _rebuilt(array: Any, changes: Mapping[int, Any]) -> Any:
    """Return an array with some values changed; pieces in which nothing does are not read."""
    grouped: dict[int, list[int]] = {}
    for row in changes:
        grouped.setdefault(row // PIECE, []).append(row)
    pieces = []
    for number, begin in enumerate(range(0, len(array), PIECE)):
        piece = array.slice(begin, PIECE)
        if number in grouped:
            values = piece.to_pylist()
            for row in grouped[number]:
                values[row - begin] = changes[row]
            piece = pa.array(values, type=array.type)
        pieces.append(piece)
    return pa.concat_arrays(pieces)


def text_names(schema: Any) -> list[str]:
    """Return the names of the columns that hold texts."""
    return [field.name for field in schema if is_text(field.type) or _is_list(field.type)]


def plain_values(column: Any) -> Iterator[Any]:
    """Yield the values of a column."""
    pieces = (chunk.slice(begin, PIECE) for chunk in column.chunks for begin in range(0, len(chunk), PIECE))
    return chain.from_iterable(piece.to_pylist() for piece in pieces)


def built(field_kind: str, values: list[Any]) -> Any:
    """Return a column of the table of removals; see `dedup.api.tables.containers.Field`."""
    return pa.array(values, type=_kind(field_kind))


def _kind(name: str) -> Any:
    if name == "strs":
        return pa.list_(pa.string())
    if name == "structs":
        return pa.list_(pa.struct([(field, _kind(kind)) for field, kind in STRUCT.items()]))
    # Of all texts that went there may be more than the 2 GB that a string's offsets reach.
    return {"int": pa.int64(), "float": pa.float64(), "str": pa.large_string()}[name]
