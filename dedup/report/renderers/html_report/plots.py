"""Plots of the page as shapes: what is drawn where, in units of their own; the template and the script only draw it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.report.findings.maps import DocumentMap, Point

WIDTH, HALF = 720, 90
"""Of the histogram: its width, and the height above its axis and below."""
_LOGARITHMIC = 50
"""Pairs in one bin from which on counts are drawn as logarithms."""
_BANDS = 5
"""Hundredths that are one row of the table."""
MOST_POINTS = 20_000
"""Points of all maps together."""
_FINEST = 160
"""Cells of a map in a row that can be told from each other on a screen."""
_SHORTEST_RUN = 2


class Bar(NamedTuple):
    """A bar of the histogram: its place, its heights above the axis (removed) and below (kept), and what it says."""

    x: float
    width: float
    up: float
    down: float
    title: str


class Tick(NamedTuple):
    """A place on an axis, and what stands there."""

    at: float
    label: str


class Band(NamedTuple):
    """A row of the histogram as a table."""

    label: str
    removed: int
    kept: int


class Histogram(NamedTuple):
    """Similarities of the pairs that were aligned."""

    bars: list[Bar]
    ticks: list[Tick]
    """Of similarity."""
    levels: list[Tick]
    """Of pairs: heights above and below the axis."""
    threshold: float
    """Place of the threshold."""
    bands: list[Band]
    logarithmic: bool
    pairs: int


def histogram(removed: Sequence[int], kept: Sequence[int], threshold: float) -> Histogram | None:
    """Return the histogram of two columns of counts by hundredths; None where there is nothing in them."""
    used = [number for number in range(len(removed)) if removed[number] or kept[number]]
    if not used:
        return None
    first = min(used[0], int(100 * threshold)) // 10 * 10
    last = len(removed) - 1
    step = WIDTH / (last - first + 1)
    most = max(*removed, *kept)
    logarithmic = most >= _LOGARITHMIC

    def height(count: int) -> float:
        if not count:
            return 0.0
        share = math.log10(1 + count) / math.log10(1 + most) if logarithmic else count / most
        return round(HALF * share, 1)

    bars = [
        Bar(
            round((number - first) * step + 0.5, 2),
            round(step - 1, 2),
            height(removed[number]),
            height(kept[number]),
            f"{number / 100:.2f}: {removed[number]:,} removed, {kept[number]:,} kept",
        )
        for number in used
    ]
    every = 10 if last - first > 40 else 5  # noqa: PLR2004 - so that labels do not touch
    ticks = [
        Tick(round((number - first + 0.5) * step, 1), f"{number / 100:.2f}") for number in range(first, last + 1, every)
    ]
    levels = [Tick(height(count), f"{count:,}") for count in _levels(most, logarithmic=logarithmic)]
    bands = [
        Band(_band(start, last), sum(removed[start : start + _BANDS]), sum(kept[start : start + _BANDS]))
        for start in range(first, last + 1, _BANDS)
    ]
    bands = [band for band in bands if band.removed or band.kept]
    at = round((100 * threshold - first + 0.5) * step, 1)
    return Histogram(bars, ticks, levels, at, bands, logarithmic, sum(removed) + sum(kept))


def _band(start: int, last: int) -> str:
    end = min(start + _BANDS - 1, last)
    return f"{start / 100:.2f}" if end == start else f"{start / 100:.2f}–{end / 100:.2f}"  # noqa: RUF001 - a range


def _levels(most: int, *, logarithmic: bool) -> list[int]:
    if not logarithmic:
        return [most]
    return [10**power for power in range(1, int(math.log10(most)) + 1)][-3:]


class Map(NamedTuple):
    """Which paragraph of one document was compared with which; dots are pairs of numbers, across and down, in a row."""

    name: str
    removed: list[int]
    kept: list[int]
    elsewhere: list[int]
    size: int
    """Paragraphs, as far as they are known."""
    cell: float
    """Side of a dot, in paragraphs."""
    said: str
    """The same in words."""


def maps(found: Sequence[DocumentMap], names: Sequence[str], paragraphs: int | None = None) -> list[Map]:
    """Return the maps of some documents; those behind `MOST_POINTS` are left out.

    Args:
        found: what is known of each.
        names: their names.
        paragraphs: how many each has, where that is known.
    """
    out: list[Map] = []
    points = 0
    for one, name in zip(found, names, strict=True):
        points += len(one.points) + len(one.elsewhere)
        if out and points > MOST_POINTS:
            break
        out.append(_map(one, name, paragraphs))
    return out


def _map(found: DocumentMap, name: str, paragraphs: int | None) -> Map:
    size = found.paragraphs if paragraphs is None else paragraphs
    cell = round(max(1.0, size / _FINEST), 2)
    removed = [at for x, y, is_removed in found.points if is_removed for at in (x, y)]
    kept = [at for x, y, is_removed in found.points if not is_removed for at in (x, y)]
    elsewhere = [at for paragraph in found.elsewhere for at in (paragraph, size)]
    return Map(name, removed, kept, elsewhere, size, cell, _said(found, size, is_known=paragraphs is not None))


def path(dots: Sequence[int], cell: float) -> str:
    """Return dots as a path of SVG."""
    shape = f"h{cell:g}v{cell:g}h-{cell:g}z"
    return "".join(f"M{x} {y}{shape}" for x, y in zip(dots[::2], dots[1::2], strict=True))


def _said(found: DocumentMap, size: int, *, is_known: bool) -> str:
    parts = [f"{found.removed:,} of {'' if is_known else 'at least '}{size:,} paragraphs removed"]
    run = longest_run(found.points)
    if run is not None:
        start, beside, length = run
        one, other = f"{start}–{start + length - 1}", f"{beside}–{beside + length - 1}"  # noqa: RUF001 - ranges
        parts.append(f"longest run: paragraphs {one} repeat {other}")
    if found.elsewhere:
        parts.append(f"{len(found.elsewhere):,} compared with another document")
    if found.missed:
        parts.append(f"{found.missed:,} more are not drawn")
    return "; ".join(parts) + "."


def longest_run(points: Sequence[Point]) -> tuple[int, int, int] | None:
    """Return the longest diagonal: its first paragraph, the one that this repeats, and its length; None: there is none.

    A diagonal is paragraphs in a row that were removed for paragraphs in a row.
    """
    best: tuple[int, int, int] | None = None
    start, length = (0, 0), 0
    before: tuple[int, int] | None = None
    for point in points:
        if not point.removed:
            continue
        here = (point.paragraph, point.beside)
        if before is not None and here == (before[0] + 1, before[1] + 1):
            length += 1
        else:
            start, length = here, 1
        before = here
        if length >= _SHORTEST_RUN and (best is None or length > best[2]):
            best = (*start, length)
    return best
