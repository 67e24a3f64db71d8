"""Relations of DuckDB: evaluated once, and given back in the same connection with the types that they had."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dedup.api.tables.arrow_tables import ArrowTable, new_table
from dedup.api.tables.containers import no_text
from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dedup.api.tables.arrow_columns import ArrowColumn
    from dedup.api.tables.containers import Field

_VIEW = "dedup_view__"
_AS_TEXT = ("UUID", "HUGEINT", "UHUGEINT", "JSON", "TIME WITH TIME ZONE", "BIT", "BIGNUM", "VARINT")
"""Types that Arrow lacks, and whose values are the same again after they were text; so are those of an ENUM."""


class Relation(ArrowTable):
    """A relation.

    Args:
        relation: the relation; it may give other rows, or another order, each time that it is evaluated.

    Raises:
        UsageError: a column is of a type that Arrow lacks.
    """

    def __init__(self, relation: Any) -> None:
        self._relation = relation
        self._kinds = dict(zip(relation.columns, map(str, relation.types), strict=True))
        alike = Counter(name.lower() for name in relation.columns)  # which are the same to DuckDB
        if double := [name for name in relation.columns if alike[name.lower()] > 1]:
            raise UsageError(f"there are several columns {double[0]!r}", hint="give them names of their own")
        probe = self._asked(relation.limit(0), {}).to_arrow_table()
        back = dict(zip(relation.columns, map(str, self._relation_of(probe).types), strict=True))
        self._changed = {name: kind for name, kind in self._kinds.items() if back[name] != kind}
        for name, kind in self._changed.items():
            if kind not in _AS_TEXT and not _is_enum(kind):
                raise UsageError(
                    f"column {name!r} is of type {kind}, which Arrow lacks", hint="cast it, or leave it out"
                )
        super().__init__(self._asked(relation, dict.fromkeys(self._changed, "VARCHAR")).to_arrow_table(), self._again)

    def text_column(self, name: str, *, may_be_null: bool) -> ArrowColumn:
        """Return the column with the texts; see `Container`."""
        if name in self._changed:
            raise no_text(name, self._changed[name])
        return super().text_column(name, may_be_null=may_be_null)

    def _names_of_texts(self) -> list[str]:
        return [name for name in super()._names_of_texts() if name not in self._changed]

    def _asked(self, relation: Any, casts: Mapping[str, str]) -> Any:
        """Return a relation with some columns cast."""
        columns = ", ".join(
            f"CAST({_quoted(name)} AS {casts[name]}) AS {_quoted(name)}" if name in casts else _quoted(name)
            for name in relation.columns
        )
        return relation.project(columns)

    def _again(self, table: Any) -> Any:
        """Return a table of Arrow as a relation with the types of this one."""
        return self._asked(self._relation_of(table), self._changed)

    def _relation_of(self, table: Any) -> Any:
        dedup_rows__ = table  # noqa: F841 - DuckDB finds it by its name
        found = self._relation.query(_VIEW, "SELECT * FROM dedup_rows__")
        self._relation.query(_VIEW, f"DROP VIEW IF EXISTS {_VIEW}")  # before version 2 each call leaves one
        return found

    def table_of(self, fields: Sequence[Field], columns: Mapping[str, list[Any]]) -> Any:
        """Return a new relation; see `Container`."""
        return self._relation_of(new_table(fields, columns))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _is_enum(kind: str) -> bool:
    return kind.startswith("ENUM(") and kind.endswith(")")
