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

from functools import lru_cache
from typing import TYPE_CHECKING

from dedup.text.hard_wraps import joined
from dedup.text.lines import LINE_END, lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.model.settings import Split


def split(text: str, how: Split = "auto") -> list[tuple[int, int]]:
    """Return the paragraphs of one document as (start, end) in characters."""
    found = lines(text)
    out: list[tuple[int, int]] = []
    first = 0
    for last, goes_on in enumerate(joined(found, how)):
        if not goes_on:
            out.append((found[first].start, found[last].end))
            first = last + 1
    return out


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
