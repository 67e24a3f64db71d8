"""Lines of JSON, as `dedup.formats.parquet_rows` makes them of a file, written as rows again.

A row group is read again as a whole, and its text column replaced. Schema, metadata, order, sizes of row groups,
compression, dictionaries, statistics and page indexes are those of the file; how large its pages are, Bloom filters and
checksums of pages are not kept.
"""

from __future__ import annotations

import io
import json
import tempfile
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO
from weakref import finalize

import pyarrow as pa
import pyarrow.parquet as pq

from dedup.formats.files.atomic import same_state
from dedup.formats.files.compression import Rewriting
from dedup.formats.files.reader import reason, status_of
from dedup.formats.parquet_json import is_plain, items_of, plain_array
from dedup.formats.parquet_rows import MARKS, ROW, LineTemplate, batches, give_back, opened
from dedup.formats.parquet_schema import as_written
from dedup.model.errors import InputError, OutputError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path

    from dedup.formats.parquet_rows import Column
    from dedup.formats.parts import Unwrapping

_SHORT = (1 << 31) - 1
"""Bytes that an array of any type can hold."""
_IN_MEMORY = 1 << 20
"""Bytes of what is written that are held in memory."""
_OFTEN = 4 << 20
"""Bytes of rows after which memory is given back."""
_SPAN = [("start", pa.int64()), ("end", pa.int64())]
_WITNESS = pa.struct(
    [*_SPAN, ("paragraph", pa.int64()), ("document", pa.struct([("file", pa.string()), ("line", pa.int64())]))]
)
_REMOVAL = pa.struct(
    [
        *_SPAN,
        ("cut", pa.struct(_SPAN)),
        ("reason", pa.string()),
        ("compared", pa.string()),
        ("similarity", pa.float64()),
        ("coverage", pa.float64()),
        ("differs", pa.list_(pa.string())),
        ("block", pa.int64()),
        ("documents", pa.int64()),
        ("witnesses", pa.list_(_WITNESS)),
    ]
)


def rewriting(path: Path, place: str, status: os.stat_result | None, asked: Unwrapping) -> Rewriting:
    """Return what writes the rows of a file, as they are by then, from their lines.

    Args:
        path: the file.
        place: its name in messages.
        status: of the file when it was read.
        asked: what its lines hold.
    """
    return Rewriting("Parquet", partial(_RowPacker, path, place, status, asked))


def _as_it_was(path: Path, place: str, status: os.stat_result | None) -> BinaryIO:
    """Open a file that has not changed since it was read."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(reason(error), place=place) from None
    now = status_of(file)
    if status is None or now is None or same_state(status, now):
        return file
    file.close()
    what = "has changed since this run began to read it"
    raise InputError(what, place=place, hint="run it again when no other program writes to it")


class _RowPacker:
    """Takes lines, and gives a file of Parquet.

    Raises:
        InputError: from every method: the file cannot be read, has been changed since its lines were read, or what
            would be written is not as it is.
    """

    def __init__(self, path: Path, place: str, status: os.stat_result | None, asked: Unwrapping) -> None:
        self._place = place
        self._asked = asked
        self._raw = _as_it_was(path, place, status)
        finalize(self, self._raw.close)  # also where it is given up
        self._source = opened(self._raw, place)
        schema = self._source.schema_arrow
        self._template = LineTemplate(schema, place, asked)
        self._sink = _Sink()
        for name in MARKS if asked.mark else ():
            schema = schema.append(pa.field(name, pa.list_(_REMOVAL)))
        self._schema = schema
        self._writer = pq.ParquetWriter(self._sink, schema, **as_written(self._source, place))
        self._rest = b""
        self._lines: list[tuple[int, bytes]] = []
        self._batches = self._all_batches()
        self._batch: pa.RecordBatch | None = None
        self._first = self._end = 0
        self._ready: list[pa.RecordBatch] = []
        self._passed = 0

    def compress(self, data: bytes, /) -> bytes:
        """Take in lines; return what is ready of the file."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            row = _row_of(line)
            while row >= self._end:
                if not self._next():
                    raise InputError("lines of rows that are not there", place=self._place)
            self._lines.append((row, line))
        return self._sink.take()

    def flush(self) -> bytes:
        """Write what is left; return it."""
        try:
            while self._next():
                pass
            self._writer.close()
        finally:
            self._raw.close()
        return self._sink.take()

    def _all_batches(self) -> Iterator[pa.RecordBatch | None]:
        """Yield all rows, some at a time, and None behind each row group."""
        for group in range(self._source.metadata.num_row_groups):
            yield from batches(self._source, group, self._place)
            yield None

    def _next(self) -> bool:
        """Finish the rows that are at hand, and go on to the next ones; return False at the end."""
        if self._batch is not None:
            self._ready.append(self._edited(self._batch, self._first, self._lines))
            self._batch, self._lines = None, []
            self._give_back(self._ready[-1].nbytes)
        for batch in self._batches:
            if batch is not None:
                self._batch, self._first, self._end = batch, self._end, self._end + batch.num_rows
                return True
            self._write_group()
        return False

    def _write_group(self) -> None:
        """Write the rows that are ready as a row group."""
        table = pa.Table.from_batches(self._ready, self._schema)
        self._ready = []
        if rows := table.num_rows:
            self._writer.write_table(table, row_group_size=rows)
        size = table.nbytes
        del table
        self._give_back(size)

    def _give_back(self, size: int) -> None:
        """Give memory back after so many bytes: what is held of a row group stands between what is not."""
        self._passed += size
        if self._passed >= _OFTEN:
            give_back()
            self._passed = 0

    def _edited(self, batch: pa.RecordBatch, first: int, lines: list[tuple[int, bytes]]) -> pa.RecordBatch:
        """Return rows as their lines have them; those without a line are left out."""
        rows = [row - first for row, _ in lines]
        changed = self._changed(batch, first, lines)
        kept = batch if len(lines) == batch.num_rows else _without_others(batch, rows)
        if not changed:
            return kept
        index = batch.schema.get_field_index(self._template.text.names[0])
        entries = [_parsed(lines[at][1]) for at in changed]
        texts = _replaced(kept.column(index), self._template.text, changed, [self._text_of(entry) for entry in entries])
        columns = [texts if at == index else column for at, column in enumerate(kept.columns)]
        if self._asked.mark:
            marks = dict(zip(changed, entries, strict=True))
            columns += [
                pa.array([marks.get(at, {}).get(name) for at in range(len(lines))], pa.list_(_REMOVAL))
                for name in MARKS
            ]
        return pa.RecordBatch.from_arrays(columns, schema=self._schema)

    def _changed(self, batch: pa.RecordBatch, first: int, lines: list[tuple[int, bytes]]) -> list[int]:
        """Return the numbers of the lines that are not what is made of their rows."""
        changed = []
        at, row = 0, first
        for some in self._template.lines(batch, first):
            for line in some[:-1].split(b"\n"):
                if at < len(lines) and lines[at][0] == row:
                    if lines[at][1] != line:
                        changed.append(at)
                    at += 1
                row += 1
        if at < len(lines):
            raise InputError("more lines than rows", place=self._place)
        return changed

    def _text_of(self, entry: Any) -> str | None:
        for key in self._asked.field.split("."):
            entry = entry[key]
        text: str | None = entry
        return text


def _replaced(old: pa.Array, column: Column, rows: list[int], texts: list[str | None], depth: int = 1) -> pa.Array:
    """Return the values of a column, or of a member of one, with other texts in some rows."""
    if depth < len(column.names):
        import pyarrow.compute as pc  # 10 MB, for what is rare

        at = old.type.get_field_index(column.names[depth])
        members = [pc.struct_field(old, [number]) for number in range(old.type.num_fields)]
        members[at] = _replaced(members[at], column, rows, texts, depth + 1)
        fields = [old.type.field(number) for number in range(old.type.num_fields)]
        return pa.StructArray.from_arrays(members, fields=fields, mask=pc.is_null(old))
    kind = old.type
    if pa.types.is_dictionary(kind):
        old = old.dictionary_decode()
    put = _array(texts, old.type, column)
    pieces: list[pa.Array] = []
    at = 0
    for number, row in enumerate(rows):
        pieces += (old.slice(at, row - at), put.slice(number, 1))
        at = row + 1
    new = pa.concat_arrays([*pieces, old.slice(at)])
    return new.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else new


def _without_others(batch: pa.RecordBatch, rows: list[int]) -> pa.RecordBatch:
    """Return some rows of a batch, in order. Not by `take`, which not all types have."""
    edges = [at for at in range(1, len(rows)) if rows[at] != rows[at - 1] + 1]
    runs = zip([0, *edges], [*edges, len(rows)], strict=True)
    pieces = [batch.slice(rows[start], end - start) for start, end in runs if start < end]
    columns = [
        pa.concat_arrays([piece.column(at) for piece in pieces or [batch.slice(0, 0)]])
        for at in range(batch.num_columns)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _array(texts: list[str | None], kind: pa.DataType, column: Column) -> pa.Array:
    if column.is_list:
        return pa.array([None if text is None else items_of(text) for text in texts], kind)
    raw = [None if text is None else text.encode("utf-8", "surrogateescape") for text in texts]
    # Bytes that are not UTF-8 stay as they were.
    if is_plain(kind) and sum(map(len, filter(None, raw))) <= _SHORT:
        return plain_array(raw, kind)
    return plain_array(raw, pa.large_string()).cast(kind, safe=False)


def _row_of(line: bytes) -> int:
    """Return the number at the beginning of a line, behind ``{"":``."""
    begin = len(ROW) + len('{"":')
    return int(line[begin : line.index(b",", begin)])


def _parsed(line: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(line.decode("utf-8", "surrogateescape"))
    return entry


class _Sink(io.RawIOBase):
    """Takes what is written, until it is fetched; beyond a megabyte on disk, as the rows it is made of are in memory.

    Raises:
        OutputError: there is no room for it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with this
        finalize(self, self._file.close)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            raise OutputError(reason(error), place=tempfile.gettempdir()) from None

    def take(self) -> bytes:
        """Return all that was written since this was asked for last."""
        self._file.seek(0)
        data = self._file.read()
        self._file.seek(0)
        self._file.truncate()
        return data
