"""Lists of texts, whose items are paragraphs: what goes are whole items, and the others stay as they are."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.api.tables.containers import Items
    from dedup.model.results import RemovedParagraph

SEPARATOR = "\n\n"
"""Stands between items where they are decided about; with ``split="blank"`` none of them is a part of its neighbour."""


def joined(items: Sequence[str | None]) -> str:
    """Return the document that a list is decided about as; an item that is missing is empty there."""
    return SEPARATOR.join(item or "" for item in items)


def starts(items: Sequence[str | None]) -> list[int]:
    """Return where each item begins in the document."""
    return list(accumulate((len(item or "") + len(SEPARATOR) for item in items), initial=0))[:-1]


def item_at(begins: Sequence[int], place: int) -> int:
    """Return the number of the item that a place of the document is in."""
    return max(bisect_right(begins, place) - 1, 0)


def without(items: Items, removals: Sequence[RemovedParagraph]) -> tuple[Items, list[RemovedParagraph]]:
    """Return what is left of a list, and what of the removals could be done.

    An item of several paragraphs goes if all of them do, and stays as a whole otherwise; so does one with a paragraph
    that reaches into an item that stays (a block of code may stand in several). Of the removals that are returned
    `paragraph` is the number of the (first) item, and cuts are without what stands between items: of one item they are
    all of it.
    """
    text, begins = joined(items), starts(items)
    reach = [(item_at(begins, one.start), item_at(begins, max(one.end - 1, one.start))) for one in removals]
    gone = _gone(items, begins, text, removals, reach)
    done: list[RemovedParagraph] = []
    for number, (one, (first, last)) in enumerate(zip(removals, reach, strict=True)):
        if first not in gone:
            continue
        begin = done[-1].end if done and reach[number - 1][1] == first else begins[first]
        is_last = number + 1 == len(reach) or reach[number + 1][0] != last
        end = begins[last] + len(items[last] or "") if is_last else one.end
        done.append(replace(one, paragraph=first, cut_start=begin, cut_end=end))
    return [item for number, item in enumerate(items) if number not in gone], done


def _gone(
    items: Items,
    begins: Sequence[int],
    text: str,
    removals: Sequence[RemovedParagraph],
    reach: Sequence[tuple[int, int]],
) -> set[int]:
    """Return the numbers of the items that can go as a whole."""
    covered: dict[int, list[tuple[int, int]]] = {}
    for one, (first, last) in zip(removals, reach, strict=True):
        for item in range(first, last + 1):
            covered.setdefault(item, []).append((one.start, one.end))
    gone = {
        item
        for item, spans in covered.items()
        if (own := items[item]) is not None and _is_covered(text, begins[item], len(own), spans)
    }
    while True:
        stay = {
            item
            for first, last in reach
            if not gone.issuperset(range(first, last + 1))
            for item in range(first, last + 1)
        }
        if not gone & stay:
            return gone
        gone -= stay


def _is_covered(text: str, begin: int, length: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Return True if nothing but white space of an item lies outside of some spans, which are in order."""
    at, end = begin, begin + length
    for start, stop in spans:
        if start > at and text[at:start].strip():
            return False
        at = max(at, stop)
    return not text[at:end].strip()
