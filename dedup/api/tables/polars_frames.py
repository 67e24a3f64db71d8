"""Data frames of Polars, by its own means: Arrow's library is not needed."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import polars as pl

from dedup.api.tables.containers import PIECE, STRUCT, missing, no_text, split_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.api.tables.containers import Field, Value


class PolarsColumn:
    """A column of texts.

    Args:
        series: the texts.
        path: names of the column and of the fields in it that lead to them.
        name: what it is called in messages.

    Raises:
        UsageError: it holds something else.
    """

    def __init__(self, series: pl.Series, path: Sequence[str], name: str) -> None:
        self.path = path
        self._series = series
        kind = series.dtype
        self.holds_lists = kind == pl.List(pl.String)
        if not self.holds_lists and kind not in (pl.String, pl.Categorical):
            raise no_text(name, kind)

    def values(self) -> Iterator[Value]:
        """Yield the value of each row; see `Column`."""
        pieces = (self._series.slice(begin, PIECE) for begin in range(0, len(self._series), PIECE))
        return chain.from_iterable(piece.to_list() for piece in pieces)

    def value(self, row: int) -> Value:
        """Return the value of a row."""
        [found] = self._series.slice(row, 1).to_list()
        return found  # type: ignore[no-any-return]

    def replaced(self, changes: Mapping[int, Value]) -> pl.Series:
        """Return the texts with some of them changed."""
        import numpy as np

        number = len(self._series)
        rows = np.arange(number)
        rows[list(changes)] = np.arange(number, number + len(changes))
        new = pl.Series(self._series.name, list(changes.values()), dtype=self._series.dtype)
        return pl.concat([self._series, new]).gather(rows)


class PolarsTable:
    """A data frame.

    Args:
        frame: the frame.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self.names = frame.columns
        self._frame = frame

    def text_column(self, name: str, *, may_be_null: bool) -> PolarsColumn:  # noqa: ARG002 - all columns here may be
        """Return the column with the texts; see `Container`."""
        schema = self._frame.schema
        texts = [one for one, kind in schema.items() if kind in (pl.String, pl.Categorical, pl.List(pl.String))]
        number, path = split_path(self.names, name, texts)
        series = self._frame.to_series(number)
        for part in path:
            kind = series.dtype
            if not isinstance(kind, pl.Struct) or part not in [field.name for field in kind.fields]:
                raise missing(name, texts)
            series = series.struct.field(part)
        return PolarsColumn(series, [self.names[number], *path], name)

    def plain_values(self, number: int) -> Iterator[Any]:
        """Yield the values of a column; see `Container`."""
        series = self._frame.to_series(number)
        return chain.from_iterable(series.slice(begin, PIECE).to_list() for begin in range(0, len(series), PIECE))

    def replaced(self, column: PolarsColumn, changes: Mapping[int, Value], dropped: Sequence[int]) -> pl.DataFrame:
        """Return the frame with some texts changed and some rows dropped; see `Container`."""
        frame = self._frame.clone()
        if changes:
            first, *inner = column.path
            texts = pl.lit(column.replaced(changes))
            frame = frame.with_columns(_within(pl.col(first), inner, texts) if inner else texts.alias(first))
        if dropped:
            import numpy as np

            kept = np.ones(len(frame), bool)
            kept[list(dropped)] = False
            frame = frame.filter(pl.Series(kept))
        return frame

    def table_of(self, fields: Sequence[Field], columns: Mapping[str, list[Any]]) -> pl.DataFrame:
        """Return a new frame; see `Container`."""
        series = [pl.Series(field.name, columns[field.name], dtype=_kind(field.kind)) for field in fields]
        return pl.DataFrame(series)


def _within(struct: pl.Expr, path: Sequence[str], texts: pl.Expr) -> pl.Expr:
    """Return a struct with the texts in the place that a path leads to."""
    name, *inner = path
    return struct.struct.with_fields((_within(pl.field(name), inner, texts) if inner else texts).alias(name))


def _kind(name: str) -> Any:
    """Return the type of a column of the table of removals; see `dedup.api.tables.containers.Field`."""
    if name == "structs":
        return pl.List(pl.Struct({field: _kind(kind) for field, kind in STRUCT.items()}))
    return {"int": pl.Int64, "float": pl.Float64, "str": pl.String, "strs": pl.List(pl.String)}[name]
