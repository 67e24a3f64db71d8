"""Cleaning one column of a table, of whatever library: the same table back, and a table of what went."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args

from dedup.api.documents import checked_settings, clean_documents
from dedup.api.tables.containers import position
from dedup.api.tables.list_items import joined, without
from dedup.api.tables.opening import is_table, opened
from dedup.api.tables.removals import FIELDS, Removals
from dedup.formats.grouping import HOST, URL_FIELD
from dedup.model.decisions import Reason
from dedup.model.errors import InputError, UsageError
from dedup.model.job import Empty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from typing_extensions import Unpack  # for the type checker alone; typing has it from 3.11 on

    from dedup.api.documents import SettingArguments
    from dedup.api.tables.containers import Column, Container, Value
    from dedup.model.results import Cleaned, RemovedParagraph
    from dedup.model.settings import Settings

Table = TypeVar("Table")
_FIELD = ""
"""Where the text is in records that are made here: no path of `Settings.within` leads there."""
_COUNTS = (
    "changed",
    *(reason.value for reason in Reason),
    "held_back",
    "emptied",
    "unsettled",
    "comparisons",
    "faults",
)


@dataclass(frozen=True, slots=True)
class CleanedTable(Generic[Table]):
    """A table after cleaning."""

    table: Table
    """The table that was given, with other texts."""
    removals: Table
    """A row for each paragraph that went, in order of document and position; its columns are those of
    `dedup.RemovedParagraph`. `document` counts the rows of the table that was given, from 0."""
    counts: dict[str, int]
    """How many documents (rows) and paragraphs there were; how many paragraphs went (``removed``) and for what reasons;
    how many rows ``changed``, were left empty (``emptied``) or ``unsettled``; and ``faults``, which were warned of."""

    @property
    def paragraphs(self) -> int:
        """Paragraphs found: removed and kept ones together."""
        return self.counts["paragraphs"]

    @property
    def removed(self) -> int:
        """Number of paragraphs that went."""
        return self.counts["removed"]

    @property
    def kept(self) -> int:
        """Number of paragraphs that stayed."""
        return self.paragraphs - self.removed


def clean_table(
    table: Table,
    column: str = "text",
    *,
    empty: Empty = "keep",
    against: Any = (),
    workers: int = 1,
    **settings: Unpack[SettingArguments],
) -> CleanedTable[Table]:
    """Take the repeats out of one column of a table.

    What goes is what `dedup.clean_documents` takes out of the same texts. The result is of the kind that was given: its
    schema, index, metadata, order and all other columns are as they were, and shared where the library can share them.

    Args:
        table: a data frame of pandas or Polars; a table, batch or reader of Arrow (a reader is read to its end); a
            relation of DuckDB (which is evaluated once); a `datasets.Dataset`; or anything else with Arrow's PyCapsule
            interface, which comes back as a table of PyArrow.
        column: name of the column with the texts; or else the dotted path of a field in a column of structs. A text
            that is missing stays as it is. Where the column holds lists of texts, each item is a paragraph.
        empty: what becomes of a row of whose text nothing but white space is left: it is kept, its text becomes null,
            or the row is dropped.
        against: for scope ``corpus``: texts that come before all rows and stay, or a table that has them in `column`.
        workers: for scope ``corpus``: processes that share the work; with 1 all is done in this one.
        **settings: those of `dedup.clean_documents`; ``within`` names a column.

    Raises:
        UsageError: a setting is not known or does not fit; or this is no table, or has no such column of texts.
        InputError: a row of a column of objects holds something else than a text; or, with ``within``, a value that
            cannot be compared.
        OutputError: for scope ``corpus``: there is no room for temporary files.
        MissingDependencyError: PyArrow is needed for this kind of table, and not installed.
    """
    chosen = checked_settings(settings)
    if empty not in get_args(Empty):
        raise UsageError(f"empty is {empty!r}", hint=f"use one of {', '.join(get_args(Empty))}")
    source = opened(table)
    texts = source.text_column(column, may_be_null=empty == "null")
    if texts.holds_lists:
        if settings.get("split", "blank") != "blank":
            what = f"column {column!r} holds lists, whose items are the paragraphs"
            raise UsageError(what, hint="leave split out")
        settings["split"] = "blank"
    references, value_of = _references(against, column, chosen)
    cleaned: Any = clean_documents(
        _documents(source, texts, chosen), field=_FIELD, against=references, workers=workers, **settings
    )
    outcome = _Outcome(texts, Removals(texts.value, value_of, lists=texts.holds_lists), empty)
    with closing(cleaned):
        for row, done in enumerate(cleaned):
            outcome.add(row, done)
    return CleanedTable(
        source.replaced(texts, outcome.changes, outcome.dropped),
        source.table_of(FIELDS, outcome.removals.columns),
        outcome.counts,
    )


class _Outcome:
    """What comes of the rows.

    Args:
        texts: of the rows.
        removals: what went.
        empty: what becomes of a row that is left empty.
    """

    def __init__(self, texts: Column, removals: Removals, empty: Empty) -> None:
        self.changes: dict[int, Value] = {}
        self.dropped: list[int] = []
        self.removals = removals
        self.counts = {"documents": 0, "paragraphs": 0, "removed": 0, **dict.fromkeys(_COUNTS, 0)}
        self._texts = texts
        self._empty = empty

    def add(self, row: int, done: Cleaned) -> None:
        """Add what was decided about a row."""
        counts = self.counts
        counts["documents"] += 1
        counts["paragraphs"] += done.paragraphs
        counts["comparisons"] += done.comparisons
        counts["unsettled"] += done.unsettled
        counts["faults"] += done.fault is not None
        counts["held_back"] += len(done.held_back)
        if not done.removals:
            return
        before = self._texts.value(row)
        after: Value = done.text
        removals: Sequence[RemovedParagraph] = done.removals
        if isinstance(before, list):
            after, removals = without(before, removals)
            counts["held_back"] += len(done.removals) - len(removals)
            if not removals:
                return
        counts["changed"] += 1
        counts["removed"] += len(removals)
        for removal in removals:
            counts[removal.reason.value] += 1
            self.removals.add(row, _document(before), removal)
        self._change(row, after)

    def _change(self, row: int, after: Value) -> None:
        is_empty = not _document(after).strip()
        self.counts["emptied"] += is_empty
        if is_empty and self._empty == "drop":
            self.dropped.append(row)
        else:
            self.changes[row] = None if is_empty and self._empty == "null" else after


def _document(value: Value) -> str:
    """Return what a value is decided about as."""
    return joined(value) if isinstance(value, list) else value or ""


def _documents(source: Container, column: Column, settings: Settings) -> Iterator[Any]:
    """Return the texts of a table, or records where they are compared within groups.

    Raises:
        UsageError: there is no column to compare within; raised by the call itself.
    """
    texts = map(_document, column.values())
    if settings.within is None:
        return texts
    path = URL_FIELD if settings.within == HOST else settings.within
    first, *inner = path.split(".")
    if (number := position(source.names, path)) is None:  # a name may have dots in it
        number, inner = position(source.names, first), []
    if number is None:
        raise UsageError(f"there is no column {path!r} to compare within", hint="name one of this table")
    return (
        {_FIELD: text, first: _nested(inner, value)}
        for text, value in zip(texts, source.plain_values(number), strict=True)
    )


def _nested(path: Sequence[str], value: Any) -> Any:
    """Return a record in which a path leads to a value."""
    for name in reversed(path):
        value = {name: value}
    return value


def _references(against: Any, column: str, settings: Settings) -> tuple[Iterable[Any], Callable[[int], Value] | None]:
    """Return references as `clean_documents` takes them, and what returns the list that one of them was.

    Raises:
        UsageError: they are a table without such a column.
    """
    if isinstance(against, (str, bytes, Mapping)) or (isinstance(against, tuple) and not against):
        return against, None
    if not is_table(against):
        return _strings(against), None
    source = opened(against)
    texts = source.text_column(column, may_be_null=False)
    return _documents(source, texts, settings), texts.value if texts.holds_lists else None


def _strings(against: Iterable[Any]) -> Iterator[str]:
    """Yield references that are texts.

    Raises:
        InputError: one is none.
    """
    for number, one in enumerate(against):
        if not isinstance(one, str):
            what = f"it is no string, but {type(one).__name__}"
            raise InputError(what, place=f"reference {number}", hint="give texts, or a table")
        yield one
