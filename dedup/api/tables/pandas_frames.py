"""Data frames of pandas: objects, strings of either kind, categories, and columns of Arrow."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dedup.api.tables.containers import (
    PIECE,
    checked_items,
    no_text,
    not_alike,
    split_path,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.api.tables.arrow_columns import ArrowColumn
    from dedup.api.tables.containers import Column, Field, Value


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0)


class PandasColumn:
    """A column of objects, strings or categories.

    Args:
        series: the column.
        name: what it is called in messages.

    Raises:
        UsageError: it holds something else.
    """

    def __init__(self, series: Any, name: str) -> None:
        self._series = series
        self._name = name
        if series.dtype != object and not isinstance(series.dtype, (pd.StringDtype, pd.CategoricalDtype)):
            raise no_text(name, series.dtype)
        self._objects = series.to_numpy(dtype=object)
        self._missing = series.isna().to_numpy()
        first = next((one for one, gone in zip(self._objects, self._missing, strict=True) if not gone), None)
        self.holds_lists = series.dtype == object and _is_list(first)

    def values(self) -> Iterator[Value]:
        """Yield the value of each row; see `Column`."""
        for row, (value, gone) in enumerate(zip(self._objects, self._missing, strict=True)):
            if gone:
                yield None
            elif self.holds_lists and _is_list(value):
                yield checked_items(self._name, row, value)
            elif self.holds_lists or not isinstance(value, str):
                raise not_alike(self._name, row, value, lists=self.holds_lists)
            else:
                yield value

    def value(self, row: int) -> Value:
        """Return the value of a row."""
        if self._missing[row]:
            return None
        value = self._objects[row]
        return list(value) if self.holds_lists else str(value)

    def replaced(self, changes: Mapping[int, Value]) -> Any:
        """Return a column with some of its texts changed; what is missing stays missing in its own way."""
        series, rows = self._series, list(changes)
        if isinstance(series.dtype, pd.CategoricalDtype):
            known = series.cat.categories
            new = [one for one in dict.fromkeys(changes.values()) if one is not None and one not in known]
            values = (series.cat.add_categories(new) if new else series).array.copy()
            values[rows] = list(changes.values())
        elif series.dtype == object:
            values = self._objects.copy()
            for row, value in changes.items():
                values[row] = value if not isinstance(value, list) else _alike(self._objects[row], value)
        else:
            values = series.array.copy()
            values[rows] = list(changes.values())
        return pd.Series(values, index=series.index, name=series.name, dtype=values.dtype)


def _alike(before: Any, items: list[Any]) -> Any:
    """Return some items as a list of the same kind as there was."""
    if not isinstance(before, np.ndarray):
        return type(before)(items)
    out = np.empty(len(items), before.dtype)
    out[:] = items
    return out


class PandasTable:
    """A data frame.

    Args:
        frame: the frame; columns that do not change are shared with it.
    """

    def __init__(self, frame: Any) -> None:
        self.names = list(frame.columns)
        self._frame = frame
        self._number = -1

    def text_column(self, name: str, *, may_be_null: bool) -> Column:
        """Return the column with the texts; see `Container`."""
        kinds = self._frame.dtypes.tolist()
        texts = [str(one) for one, kind in zip(self.names, kinds, strict=True) if _may_be_text(kind)]
        self._number, path = split_path(self.names, name, texts)
        series = self._frame.iloc[:, self._number]
        if isinstance(series.dtype, pd.ArrowDtype):
            import pyarrow as pa

            from dedup.api.tables.arrow_columns import ArrowColumn

            whole = pa.chunked_array(series.array.__arrow_array__())
            return ArrowColumn(whole, name, path, texts, may_be_null=may_be_null)
        if path:
            raise no_text(self.names[self._number], series.dtype, f"{name!r} can be found in structs of Arrow alone")
        return PandasColumn(series, name)

    def plain_values(self, number: int) -> Iterator[Any]:
        """Yield the values of a column; see `Container`."""
        series = self._frame.iloc[:, number]
        return chain.from_iterable(
            (None if gone else value for value, gone in zip(piece.tolist(), piece.isna(), strict=True))
            for piece in (series.iloc[begin : begin + PIECE] for begin in range(0, len(series), PIECE))
        )

    def replaced(self, column: PandasColumn | ArrowColumn, changes: Mapping[int, Value], dropped: Sequence[int]) -> Any:
        """Return the frame with some texts changed and some rows dropped; see `Container`."""
        frame = self._frame.copy(deep=False)
        if changes:
            new = column.replaced(changes)
            if not isinstance(new, pd.Series):
                new = pd.Series(pd.arrays.ArrowExtensionArray(new), index=frame.index)
            frame.isetitem(self._number, new)
        if dropped:
            kept = np.ones(len(frame), bool)
            kept[list(dropped)] = False
            frame = frame.iloc[np.flatnonzero(kept)]
        return frame

    def table_of(self, fields: Sequence[Field], columns: Mapping[str, list[Any]]) -> Any:
        """Return a new frame; see `Container`."""
        return pd.DataFrame({field.name: _series(field, columns[field.name]) for field in fields})


def _may_be_text(kind: Any) -> bool:
    """Return True for a type of columns that hold texts, or are likely to."""
    if isinstance(kind, pd.ArrowDtype):
        from dedup.api.tables.arrow_columns import is_text

        return is_text(kind.pyarrow_dtype)
    if isinstance(kind, pd.CategoricalDtype):
        kind = kind.categories.dtype
    return bool(pd.api.types.is_string_dtype(kind))


def _series(field: Field, values: list[Any]) -> Any:
    """Return a column of the table of removals; see `dedup.api.tables.containers.Field`."""
    if field.kind == "int":
        return pd.Series(values, dtype="Int64" if field.optional else "int64")
    if field.kind == "float":
        return pd.Series(values, dtype="float64")
    if field.kind == "str":
        try:
            return pd.Series(values, dtype=pd.Series([""]).dtype)  # objects, or from pandas 3 on strings
        except UnicodeEncodeError:  # strings of Arrow cannot hold a lone surrogate
            pass
    return pd.Series(values, dtype=object)
