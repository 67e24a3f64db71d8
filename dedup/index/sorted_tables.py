"""Sorted columns of several segments as those of one: in ranges of their keys, so that few entries are in memory."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Rows = tuple[NDArray[Any], ...]

PIECE = 1 << 20
"""Entries that are put together at a time."""


class SortedTable(NamedTuple):
    """Columns in the order of a key.

    Attributes:
        number: of entries.
        key: returns the key of an entry; ascending.
        rows: returns a slice of the columns, of which the first one is the key; some entries may be left out.
    """

    number: int
    key: Callable[[int], Any]
    rows: Callable[[slice], Rows]


def merged(tables: Sequence[SortedTable], bits: int) -> Iterator[Rows]:
    """Yield pieces of the columns of several tables as of one; of one key those of an earlier table come first.

    Args:
        tables: they.
        bits: of a key.
    """
    spans = [(0, table.number) for table in tables]
    for low, high, some in _ranges(tables, spans, 0, 1 << bits):
        if high - low > 1 or sum(end - begin for begin, end in some) <= PIECE:
            parts = [table.rows(slice(*span)) for table, span in zip(tables, some, strict=True)]
            columns = [np.concatenate(each) for each in zip(*parts, strict=True)]
            order = np.argsort(columns[0], kind="stable")
            yield tuple(column[order] for column in columns)
            continue
        for table, (begin, end) in zip(tables, some, strict=True):  # of one key: they are in order
            for start in range(begin, end, PIECE):
                yield table.rows(slice(start, min(start + PIECE, end)))


def _ranges(
    tables: Sequence[SortedTable], spans: list[tuple[int, int]], low: int, high: int
) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Yield ranges of keys, from `low` to below `high`, that have not too many entries; and where these are."""
    total = sum(end - begin for begin, end in spans)
    if not total:
        return
    if total <= PIECE or high - low <= 1:
        yield low, high, spans
        return
    middle = (low + high) // 2
    places = [_place(table, span, middle) for table, span in zip(tables, spans, strict=True)]
    both = list(zip(spans, places, strict=True))
    yield from _ranges(tables, [(begin, place) for (begin, _), place in both], low, middle)
    yield from _ranges(tables, [(place, end) for (_, end), place in both], middle, high)


def _place(table: SortedTable, span: tuple[int, int], value: int) -> int:
    """Return the first of some entries whose key is not below a value."""
    return bisect_left(range(table.number), value, *span, key=lambda place: int(table.key(place)))
