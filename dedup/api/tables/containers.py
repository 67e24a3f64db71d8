"""What `clean_table` asks of a table, whatever library it is of, and the errors that all of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dedup.model.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PIECE = 1 << 12
"""Rows that are made Python objects together; no more of them are there at a time."""
_NAMES_SHOWN = 8

Text = str | None
"""A value of a column of texts."""
Items = list[Text]
"""A value of a column of lists, each item of which is a paragraph."""
Value = Text | Items


class Column(Protocol):
    """The texts of a table."""

    holds_lists: bool

    def values(self) -> Iterator[Value]:
        """Yield the value of each row, in order.

        Raises:
            InputError: one is neither a text nor missing.
        """

    def value(self, row: int) -> Value:
        """Return the value of a row; what `values` has yielded for it."""


class Container(Protocol):
    """A table: columns by name, rows in order."""

    @property
    def names(self) -> Sequence[Any]:
        """Names of the columns; those that are no strings have no part in this."""

    def text_column(self, name: str, *, may_be_null: bool) -> Column:
        """Return the column with the texts.

        Args:
            name: its name; or else the dotted path of a field in a column of structs.
            may_be_null: whether texts are to become null.

        Raises:
            UsageError: there is none, or several, or it holds something else; or it cannot have nulls.
        """

    def plain_values(self, number: int) -> Iterator[Any]:
        """Yield the values of the column with this number as Python has them; None where one is missing."""

    def replaced(self, column: Any, changes: Mapping[int, Value], dropped: Sequence[int]) -> Any:
        """Return a table of the same kind, with some values of the column of texts changed and some rows dropped.

        Args:
            column: what `text_column` has returned.
            changes: row → new value.
            dropped: rows that go; ascending.
        """

    def table_of(self, fields: Sequence[Field], columns: Mapping[str, list[Any]]) -> Any:
        """Return a new table of the same kind; see `dedup.api.tables.removals.FIELDS`."""


class Field(NamedTuple):
    """A column of the table of removals.

    Attributes:
        name: its name.
        kind: ``int``, ``float``, ``str``, ``strs`` (a list of them) or ``structs`` (a list of records, by `STRUCT`).
        optional: whether values may be missing.
    """

    name: str
    kind: str
    optional: bool = False


STRUCT = {"document": "int", "reference": "int", "paragraph": "int", "start": "int", "end": "int", "text": "str"}
"""The fields of the records in a column of kind ``structs``; `Field.kind` of each."""


def position(names: Sequence[Any], name: str) -> int | None:
    """Return the number of the column of a name; None where there is none.

    Raises:
        UsageError: there are several.
    """
    found = [number for number, one in enumerate(names) if isinstance(one, str) and one == name]
    if len(found) > 1:
        raise UsageError(f"there are {len(found)} columns {name!r}", hint="give them names of their own")
    return found[0] if found else None


def split_path(names: Sequence[Any], name: str, texts: Sequence[str]) -> tuple[int, list[str]]:
    """Return the number of a column, and the path in it that leads to the texts: none in most.

    Args:
        names: of all columns.
        name: of one, or a dotted path.
        texts: names of columns that hold texts.

    Raises:
        UsageError: there is no such column, or there are several.
    """
    if not isinstance(name, str):
        raise UsageError(f"the column's name is of type {type(name).__name__}", hint="name one column with a str")
    if (found := position(names, name)) is not None:
        return found, []
    first, *path = name.split(".")
    if path and (found := position(names, first)) is not None:
        return found, path
    raise missing(name, texts, empty=not names)


def missing(name: str, texts: Sequence[str], *, empty: bool = False) -> UsageError:
    """Return the error for a column that is not there; `texts`: names of those that hold texts."""
    shown = ", ".join(repr(one) for one in texts[:_NAMES_SHOWN]) + (", …" if len(texts) > _NAMES_SHOWN else "")
    hint = f"columns of text here: {shown}" if texts else "no column here holds text"
    return UsageError(f"there is no column {name!r}", hint="the table has no columns" if empty else hint)


def no_text(name: str, kind: object, hint: str = "cast it to text first") -> UsageError:
    """Return the error for a column of a type that holds no texts."""
    return UsageError(f"column {name!r} holds {kind}, not text", hint=hint)


def no_nulls(name: str) -> UsageError:
    """Return the error for a column that cannot have nulls."""
    return UsageError(f"column {name!r} cannot be null", hint="empty='keep' or 'drop', or declare it nullable")


def not_alike(name: str, row: int, value: object, *, lists: bool) -> InputError:
    """Return the error for a value that is no text; `lists`: for one that is no list of them."""
    what = f"column {name!r} holds no {'list' if lists else 'string'}, but {type(value).__name__}"
    return InputError(what, place=f"row {row}")


def checked_items(name: str, row: int, value: Any) -> Items:
    """Return the items of a list.

    Raises:
        InputError: one is neither a string nor None.
    """
    items = list(value)
    for item in items:
        if item is not None and not isinstance(item, str):
            what = f"column {name!r} holds a list with no string in it, but {type(item).__name__}"
            raise InputError(what, place=f"row {row}")
    return items
