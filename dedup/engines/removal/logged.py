"""Cut a document and make the log's lines from arrays, without an object for each paragraph that goes.

The lines are those that `dedup.formats.edits.carry_out` makes of the document's decision, which is made where more is
reported than the log does.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dedup.engines.removal.explained import compared, comparison_of
from dedup.engines.removal.task_decisions import removed_numbers
from dedup.formats.log.entries import (
    Entries,
    comparison_members,
    document_member,
    entry_rest,
    removal_lines,
    span_member,
    witness_entry,
)
from dedup.model.decisions import Compared
from dedup.text.paragraphs import cuts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dedup.engines.removal.explained import Figures
    from dedup.engines.removal.task_decisions import Document
    from dedup.formats.parts import Work

_CACHED = 1 << 10
"""Comparisons whose text is cached: most repeat."""


def logged_cut(work: Work, document: Document) -> tuple[Iterable[tuple[int, int]], bytes] | None:
    """Return what leaves a document, which has a witness for each removal, within its own bytes; and the log's lines.

    None where it cannot be cut byte for byte.
    """
    part, _, record = document.located
    gone, spans = removed_numbers(document), document.spans.tolist()
    mine = [spans[number] for number in gone]
    going = zip(cuts(record.text, spans, set(gone)).values(), mine, strict=True)
    places = [place for (first, last), (start, end) in going for place in (first, start, end, last)]
    inside = [witness for witness in document.witnesses if witness.document == document.number]
    theirs = sorted({edge for witness in inside for edge in (witness.start, witness.end)})
    assert part.format is not None  # noqa: S101 - it holds the document
    locate, removed = part.format.locate, part.format.removed
    edges, within = locate(part, record, places, work), locate(part, record, theirs, work) if theirs else []
    if edges is None or within is None:
        return None
    if removed is not None:
        going_there = removed(part, record, mine, work)
        if going_there is None:
            return None
        edges[::4], edges[3::4] = map(list, zip(*going_there, strict=True))
    rests = _rests(document, mine, dict(zip(theirs, within, strict=True)))
    log = removal_lines(work, part, record, Entries(gone, mine, edges, list(rests)))
    return zip(edges[::4], edges[3::4], strict=True), log


def _rests(document: Document, spans: list[list[int]], where: Mapping[int, int]) -> Iterator[str]:
    """Yield what the entries end with; `where`: position of a witness in the same text → offset in its bytes."""
    text, number = document.located.record.text, document.number
    for (start, end), witness, figures in zip(spans, document.witnesses, compared(document), strict=True):
        there, paragraph, first, last, file, _, line, told, day = witness
        how, is_same = _compared(figures)
        place = span_member(where[first], where[last]) if there == number else document_member(file, line, day)
        if is_same:
            own = None
        elif there == number:
            own = text[first:last]
        else:
            own = text[start:end] if told is None else told
        yield entry_rest(how, witness_entry(paragraph, place, own))


@lru_cache(_CACHED)
def _compared(figures: Figures) -> tuple[str, bool]:
    """Return how a paragraph compares, from figures of `compared`, in JSON; and whether it is the same characters."""
    found = comparison_of(figures)
    return comparison_members(found), found.compared is Compared.IDENTICAL
