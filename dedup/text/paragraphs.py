"""From text to paragraphs: spans of it, lossless. Nothing here compares anything.

Three readings: ``line`` takes every line that is not blank as a paragraph; ``blank`` takes the lines between blank
lines together; ``auto`` decides for each run of lines that touch. Most extractors write one paragraph a line, so that
is what ``auto`` assumes, unless lines were hard-wrapped: sentences run on from one to the next, at about the same
column. Then these lines are one paragraph. Under every reading a fenced code block and a table of several rows are one
paragraph each.

A line ends at LF, CRLF, CR, NEL, VT, FF, U+2028 or U+2029. A paragraph's span leaves its line end outside and its
indentation inside.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.text.arrays import ranges
from dedup.text.characters import BREAK, CLASS_MASK, IGNORE, SPACE, classes_of, code_points
from dedup.text.hard_wraps import joined, perhaps_grouped
from dedup.text.lines import Lines, marked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.model.settings import Split
    from dedup.text.arrays import Codes

LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
LINE_END = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")


_INDENT = 9
"""Characters of a line that are looked at one by one: is there anything to read?"""
_PIECE = 1 << 20
"""Characters that are looked at together for line ends."""
_LF, _CR, _NEL, _PS = map(ord, "\n\r\x85\u2029")


class Spans(NamedTuple):
    """The paragraphs of a batch of documents, in order.

    Attributes:
        starts: first character of each paragraph within the batch's text; int64.
        ends: first character after each paragraph; int64.
        documents: number of the document each paragraph stands in; int64, ascending.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    documents: NDArray[np.int64]


def split(text: str, how: Split = "auto") -> list[tuple[int, int]]:
    """Return the paragraphs of one document as (start, end) in characters."""
    codes = code_points(text)
    spans = split_batch(text, codes, np.array([0]), how)
    return list(zip(spans.starts.tolist(), spans.ends.tolist(), strict=True))


def split_batch(text: str, codes: Codes, begins: NDArray[np.int64], how: Split) -> Spans:
    """Return the paragraphs of several documents that stand in one text, one after the other.

    Args:
        text: the documents, each ended by a line end that is not its own (the last one's may be missing).
        codes: the code points of the text.
        begins: first character of each document, ascending; int64, shape (documents,).
        how: the reading.
    """
    starts, ends = _full_lines(codes)
    edges = np.searchsorted(starts, np.append(begins[1:], len(codes) + 1))
    documents = np.repeat(np.arange(len(begins)), np.diff(edges, prepend=0))
    if not len(starts):
        return Spans(starts, ends, documents)
    lines = Lines(text, codes, starts, ends, documents)
    if how == "line":
        lines, mine = lines.of(marked(lines))
    elif how == "auto":
        lines, mine = lines.of(perhaps_grouped(lines))
    else:
        mine = np.ones(len(starts), bool)
    if len(lines.starts):
        last = np.ones(len(starts), bool)
        last[mine] = ~joined(lines, how)
        first = np.concatenate(([True], last[:-1]))
        starts, ends, documents = starts[first], ends[last], documents[first]
    return Spans(starts, ends, documents)


def _full_lines(codes: Codes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the spans of all lines that hold something to read.

    A piece at a time: lines without anything to read, of which a document may have millions, are given up at once.
    """
    starts: list[NDArray[np.int64]] = []
    ends: list[NDArray[np.int64]] = []
    begun = 0  # first character of the line that the pieces so far have not ended
    for at in range(0, len(codes) + 1, _PIECE):
        piece = codes[at : at + _PIECE]
        breaks = np.flatnonzero(_ends_line(piece)) + at
        if at + _PIECE > len(codes):
            breaks = np.append(breaks, len(codes))
        if len(breaks):
            first, last = _full(codes, np.concatenate(([begun], breaks[:-1] + 1)), breaks)
            starts.append(first)
            ends.append(last)
            begun = int(breaks[-1]) + 1
    return np.concatenate(starts), np.concatenate(ends)


def _full(
    codes: Codes, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the lines, of some that follow on one another, that hold something to read."""
    some = starts < ends
    starts, ends = starts[some], ends[some]
    if not len(starts):
        return starts, ends
    # Most lines show something with their first character.
    full = _shows(codes[starts])
    blank = np.flatnonzero(~full)
    for step in range(1, _INDENT):
        places = starts[blank] + step
        blank, places = blank[places < ends[blank]], places[places < ends[blank]]
        shows = _shows(codes[places])
        full[blank[shows]] = True
        blank = blank[~shows]
    if len(blank) and blank[0] == 0:  # the only one that may be longer than a piece
        pieces = range(int(starts[0]), int(ends[0]), _PIECE)
        full[0] = any(_shows(codes[a : min(a + _PIECE, int(ends[0]))]).any() for a in pieces)
        blank = blank[1:]
    if len(blank):
        sizes = ends[blank] - starts[blank]
        shows = _shows(codes[ranges(starts[blank], sizes)])
        full[blank] = np.logical_or.reduceat(shows, np.cumsum(sizes) - sizes)
    return starts[full], ends[full]


def _ends_line(codes: Codes) -> NDArray[np.bool_]:
    """Return which characters are of class `BREAK`: to compare is quicker here than a table."""
    found: NDArray[np.bool_] = (codes - _LF) <= _CR - _LF
    found |= codes == _NEL
    found |= (codes | 1) == _PS  # and the one before
    return found


def _shows(codes: Codes) -> NDArray[np.bool_]:
    """Return which characters show something: the classes of those that do not are the highest ones."""
    return classes_of(codes) & np.uint8(CLASS_MASK) < min(BREAK, SPACE, IGNORE)


def cuts(text: str, spans: Sequence[Sequence[int]], gone: set[int]) -> dict[int, tuple[int, int]]:
    """Return what leaves the text with each paragraph that goes: itself, and one of the separators beside it.

    Of the separators between the two paragraphs that stay on either side one remains, the one with the most line ends;
    so no blank lines pile up and none is lost. Where nothing follows, the text ends as it ended before. Cuts touch,
    but do not overlap.
    """
    out: dict[int, tuple[int, int]] = {}
    for first, stop in _runs(sorted(gone)):
        turn = first + _remaining_separator(text, spans, first, stop)
        for place in range(first, turn):
            out[place] = (spans[place - 1][1], spans[place][1])
        for place in range(turn, stop):
            out[place] = (spans[place][0], spans[place + 1][0] if place + 1 < len(spans) else len(text))
    return out


def regions(text: str, spans: Sequence[Sequence[int]], gone: Sequence[int]) -> list[tuple[int, int]]:
    """Return what leaves the text with all paragraphs that go, in ascending order: `cuts`, joined where they touch."""
    out: list[tuple[int, int]] = []
    for first, stop in _runs(gone):
        turn = first + _remaining_separator(text, spans, first, stop)
        if first < turn:
            out.append((spans[first - 1][1], spans[turn - 1][1]))
        if turn < stop:
            out.append((spans[turn][0], spans[stop][0] if stop < len(spans) else len(text)))
    return out


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the runs of ascending numbers that follow on one another: the first one, and the one after the last."""
    first = stop = -1
    for number in numbers:
        if number != stop:
            if first >= 0:
                yield first, stop
            first = number
        stop = number + 1
    if first >= 0:
        yield first, stop


def _remaining_separator(text: str, spans: Sequence[Sequence[int]], first: int, stop: int) -> int:
    """Return how many of the paragraphs ``first:stop`` take the separator before them along, not the one after."""
    if first == 0:
        return 0
    if stop == len(spans):
        return stop - first
    ends = [count_line_ends(text[spans[i - 1][1] : spans[i][0]]) for i in range(first, stop + 1)]
    return ends.index(max(ends))


@lru_cache(maxsize=64)
def count_line_ends(separator: str) -> int:
    """Return how many line ends there are between two paragraphs; most separators are one of a few."""
    return len(LINE_END.findall(separator))
