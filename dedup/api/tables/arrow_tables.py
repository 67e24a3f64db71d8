"""Tables of Arrow, and whatever gives itself out as one: read as Arrow, given back as what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dedup.api.tables import arrow_columns
from dedup.api.tables.arrow_columns import ArrowColumn, built
from dedup.api.tables.containers import no_nulls, split_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dedup.api.tables.containers import Field, Value


class ArrowTable:
    """A table of Arrow.

    Args:
        table: the table.
        give_back: makes a table what the caller's one was.
    """

    def __init__(self, table: Any, give_back: Callable[[Any], Any]) -> None:
        self.names = table.schema.names
        self._table = table
        self._give_back = give_back
        self._number = -1

    def text_column(self, name: str, *, may_be_null: bool) -> ArrowColumn:
        """Return the column with the texts; see `Container`."""
        schema = self._table.schema
        texts = self._names_of_texts()
        self._number, path = split_path(self.names, name, texts)
        if may_be_null and not schema.field(self._number).nullable:
            raise no_nulls(name)
        return ArrowColumn(self._table.column(self._number), name, path, texts, may_be_null=may_be_null)

    def _names_of_texts(self) -> list[str]:
        return arrow_columns.text_names(self._table.schema)

    def plain_values(self, number: int) -> Iterator[Any]:
        """Yield the values of a column; see `Container`."""
        return arrow_columns.plain_values(self._table.column(number))

    def replaced(self, column: ArrowColumn, changes: Mapping[int, Value], dropped: Sequence[int]) -> Any:
        """Return the table with some texts changed and some rows dropped; see `Container`."""
        table = self._table
        if changes:
            table = table.set_column(self._number, table.schema.field(self._number), column.replaced(changes))
        if dropped:
            table = without_rows(table, dropped)
        return self._give_back(table)

    def table_of(self, fields: Sequence[Field], columns: Mapping[str, list[Any]]) -> Any:
        """Return a new table; see `Container`."""
        return self._give_back(new_table(fields, columns))


def new_table(fields: Sequence[Field], columns: Mapping[str, list[Any]]) -> Any:
    """Return a table of Arrow; see `Container.table_of`."""
    arrays = {field.name: built(field.kind, columns[field.name]) for field in fields}
    schema = pa.schema([pa.field(field.name, arrays[field.name].type) for field in fields])
    return pa.table(arrays, schema=schema)


def without_rows(table: Any, dropped: Sequence[int]) -> Any:
    """Return a table without some rows, which are in ascending order."""
    mask = np.ones(len(table), bool)
    mask[list(dropped)] = False
    try:
        return table.filter(pa.array(mask))
    except pa.ArrowNotImplementedError:  # a column of a type that Arrow can but slice, such as views of strings
        edges = zip([-1, *dropped], [*dropped, len(table)], strict=True)
        runs = [table.slice(before + 1, after - before - 1) for before, after in edges if after > before + 1]
        return pa.concat_tables(runs) if runs else table.slice(0, 0)


def as_it_is(table: Any) -> Any:
    """Return a table."""
    return table


def as_batch(table: Any) -> Any:
    """Return a table as one batch."""
    arrays = [
        column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays([pa.array([], column.type), *column.chunks])
        for column in table.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def as_reader(table: Any) -> Any:
    """Return a table as a stream of its batches."""
    return table.to_reader()
