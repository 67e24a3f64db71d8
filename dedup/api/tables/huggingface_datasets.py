"""Data sets of Hugging Face: read as Arrow, and given back with their features and their format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.api.tables import arrow_columns
from dedup.api.tables.arrow_columns import ArrowColumn
from dedup.api.tables.arrow_tables import new_table
from dedup.api.tables.containers import split_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.api.tables.containers import Field, Value

_NEW = "dedup_new__"


class DatasetRows:
    """A data set, all of it in memory or mapped from files.

    Args:
        dataset: of `datasets.Dataset`.
    """

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset
        self.names = list(dataset.column_names)
        self._name = ""

    def text_column(self, name: str, *, may_be_null: bool) -> ArrowColumn:
        """Return the column with the texts; see `Container`."""
        texts = arrow_columns.text_names(self._dataset.features.arrow_schema)
        number, path = split_path(self.names, name, texts)
        self._name = self.names[number]
        return ArrowColumn(self._column(self._name), name, path, texts, may_be_null=may_be_null)

    def _column(self, name: str) -> Any:
        """Return a column in the order of the data set, which is not that of its table where rows were selected."""
        return self._dataset.select_columns([name]).with_format("arrow")[:].column(0)

    def plain_values(self, number: int) -> Iterator[Any]:
        """Yield the values of a column; see `Container`."""
        return arrow_columns.plain_values(self._column(self.names[number]))

    def replaced(self, column: ArrowColumn, changes: Mapping[int, Value], dropped: Sequence[int]) -> Any:
        """Return the data set with some texts changed and some rows dropped; see `Container`."""
        dataset, shape = self._dataset, self._dataset.format
        if changes:
            # Its own steps, none of which copies another column, save where rows were selected before.
            dataset = dataset.add_column(_NEW, column.replaced(changes), feature=dataset.features[self._name])
            dataset = dataset.remove_columns([self._name]).rename_column(_NEW, self._name).select_columns(self.names)
        if dropped:
            gone = set(dropped)
            dataset = dataset.select([row for row in range(len(dataset)) if row not in gone])
        return dataset.with_format(
            shape["type"],
            columns=shape["columns"],
            output_all_columns=shape["output_all_columns"],
            **shape["format_kwargs"],
        )

    def table_of(self, fields: Sequence[Field], columns: Mapping[str, list[Any]]) -> Any:
        """Return a new data set; see `Container`."""
        from datasets import Dataset
        from datasets.table import InMemoryTable

        return Dataset(InMemoryTable(new_table(fields, columns)))
