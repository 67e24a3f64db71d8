"""Short paragraphs inside repeated blocks: the headline of a syndicated story, the items of a menu.

A short paragraph goes only where it stands, letter by letter, at the same place as in an earlier document: beside a
paragraph that goes, as beside that one's witness; or in a row of at least three short ones that stood in the same order
before. The last one of a row stays where what follows it stays: it may be its heading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.text.characters import mix

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from dedup.text.arrays import Flags, Ints


SLICE = 1 << 20
"""Paragraphs processed at once, to bound memory; it does not affect the result."""
RUN_LENGTH = 3
"""Minimum length of a run of short paragraphs that may be a menu."""


class CorpusParagraphs(NamedTuple):
    """The paragraphs of a corpus in order; arrays of one length.

    Attributes:
        document: number of the document; int32, ascending.
        owner: the first paragraph with the same bytes; int32 or int64.
        words: tokens without those that hold a digit; int32.
        short: too short to go by itself; bool. A paragraph without any word is short, too.
    """

    document: NDArray[np.int32]
    owner: NDArray[Any]
    words: NDArray[np.int32]
    short: Flags


def with_short_paragraphs(
    corpus: CorpusParagraphs,
    gone: Flags,
    witness: Ints,
    min_words: int,
    fixed: int = 0,
    *,
    asked: Callable[[Ints], None] | None = None,
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return which paragraphs are removed, short ones included, and the witness of each.

    Args:
        corpus: the paragraphs.
        gone: those that go by themselves; bool.
        witness: the paragraph that each of them goes for; int64.
        min_words: tokens that make a paragraph long.
        fixed: the first so many paragraphs stay.
        asked: see `with_short_runs`.
    """
    gone, witness = gone.copy(), witness.copy()
    links = np.full(len(gone), -1, witness.dtype)
    _link_neighbours(corpus, gone, witness, links, 1)
    _link_neighbours(corpus, gone, witness, links, -1)
    also = np.zeros(len(gone), bool)
    return with_short_runs(corpus, gone, witness, min_words, fixed, also=also, links=links, asked=asked)


def with_short_runs(
    corpus: CorpusParagraphs,
    gone: Flags,
    witness: Ints,
    min_words: int,
    fixed: int,
    *,
    also: Flags,
    links: Ints | None = None,
    asked: Callable[[Ints], None] | None = None,
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Repeat this where others are removed as well: what they separated may be a run now.

    Args:
        corpus: the paragraphs.
        gone: those that go, as `with_short_paragraphs` has said; bool.
        witness: the paragraph that each of them goes for; int64.
        min_words: tokens that make a paragraph long.
        fixed: the first so many paragraphs stay.
        also: those that go besides, and are not among the former; bool.
        links: what each paragraph would go for if it stood in a row; None: nothing is known.
        asked: is told the runs that are looked for: their paragraphs; int64, shape (runs, 3).
    """
    gone, witness = gone.copy(), witness.copy()
    links = np.full(len(gone), -1, witness.dtype) if links is None else links
    stood = StandingRuns.of(corpus, gone | also)
    while True:
        out = gone | also
        _link_short_runs(corpus, out, links, stood, min_words, asked=asked)
        links[:fixed] = -1
        going = without_heads(corpus.document, corpus.short, out, links)
        if not len(going):
            return gone, witness
        gone[going] = True
        witness[going] = links[going]
        # What is left stands in other rows: the second cleaning would look at those.
        links[:] = -1


def _link_neighbours(corpus: CorpusParagraphs, gone: Flags, witness: Ints, links: Ints, step: int) -> None:
    """Link short paragraphs that follow (step 1) or precede (-1) one that goes, as they do its witness."""
    document, owner, number = corpus.document, corpus.owner, len(gone)
    start = 0
    while start < number:
        stop = int(np.searchsorted(document, document[min(start + SLICE, number) - 1], side="right"))
        some = slice(start, stop)
        there, source, origin = neighbours_to_check(document[some], gone[some], witness[some], corpus.short[some], step)
        there += start
        start = stop
        inside = np.clip(origin, 0, number - 1)
        fits = (origin == inside) & (document[inside] == document[source]) & (owner[inside] == owner[there])
        linked = contiguous(there, fits & (origin < there) & (links[there] < 0), step)
        links[there[linked]] = origin[linked]


def neighbours_to_check(
    document: NDArray[Any], gone: Flags, witness: NDArray[Any], short: Flags, step: int
) -> tuple[Ints, NDArray[Any], NDArray[Any]]:
    """Return the short paragraphs kept right after (step 1) or before (-1) a removed one, or adjacent to such.

    Args:
        document: number of the document of each paragraph; whole documents in order.
        gone: those that go by themselves; bool.
        witness: the paragraph that each of them goes for, by numbers in which neighbours are one apart.
        short: too short to go by itself; bool.
        step: which side is looked at.

    Returns:
        Their indices, ascending; the witness of the one that goes; and what stands as far from that witness, on the
        same side, if it is in the same document.
    """
    there = np.flatnonzero(short & ~gone)
    # Runs of short ones that stay: what stands right beside a run is long, or goes.
    breaks = there[1:] != there[:-1] + 1
    if step > 0:
        ends = np.flatnonzero(np.concatenate(([True], breaks))[: len(there)])
        sizes = np.diff(ends, append=len(there))
    else:
        ends = np.flatnonzero(np.append(breaks, True)[: len(there)])
        sizes = np.diff(ends, prepend=-1)
    nearest = np.repeat(there[ends] - step, sizes)
    inside = np.clip(nearest, 0, max(len(gone) - 1, 0))
    fits = (nearest == inside) & gone[inside] & (document[inside] == document[there])
    there, nearest = there[fits], nearest[fits]
    source = witness[nearest]
    return there, source, source + (there - nearest)


def contiguous(there: Ints, fits: Flags, step: int) -> Flags:
    """Return which neighbours are linked: those that fit, if all between them and the removed paragraph fit.

    Args:
        there: their indices, ascending.
        fits: whether what stands beside the witness is the same, letter by letter; bool.
        step: which side is looked at.
    """
    if step < 0:
        return contiguous(-there[::-1], fits[::-1], 1)[::-1]
    # Between two runs something goes, so that they do not touch.
    begins = np.flatnonzero(np.concatenate(([True], there[1:] != there[:-1] + 1))[: len(there)])
    misses = np.concatenate(([0], np.cumsum(~fits)))
    linked: Flags = misses[1:] == np.repeat(misses[begins], np.diff(np.append(begins, len(there))))
    return linked


class StandingRuns(NamedTuple):
    """The runs of three short paragraphs of a corpus, of each the one that stands first.

    Attributes:
        values: hashes of what they say, ascending; uint64.
        paragraphs: their paragraphs; int64, shape (runs, 3).
    """

    values: NDArray[np.uint64]
    paragraphs: NDArray[np.int64]

    @classmethod
    def of(cls, corpus: CorpusParagraphs, gone: Flags) -> StandingRuns:
        """Return those of what is left of a corpus when some paragraphs are gone."""
        left, _, at = runs_of_short(corpus.document, gone, corpus.short)
        values, first = np.unique(_run_values(corpus.owner[left], at), return_index=True)
        return cls(values, left[at[first][:, None] + np.arange(RUN_LENGTH)])

    def find(self, values: NDArray[np.uint64]) -> Ints:
        """Return which run has each of some hashes, or -1."""
        place = np.searchsorted(self.values, values)
        place[place == len(self.values)] = 0
        if not len(self.values):
            return np.full(len(values), -1)
        found: Ints = np.where(self.values[place] == values, place, -1)
        return found


def _run_values(owner: NDArray[Any], at: Ints) -> NDArray[np.uint64]:
    """Return a hash of each run of three among short paragraphs of these owners."""
    values = np.zeros(len(at), np.uint64)
    for step in range(RUN_LENGTH):
        values = mix(values + owner[at + step].astype(np.uint64))
    return values


def _link_short_runs(
    corpus: CorpusParagraphs,
    gone: Flags,
    links: Ints,
    stood: StandingRuns,
    min_words: int,
    *,
    asked: Callable[[Ints], None] | None,
) -> None:
    """Link short paragraphs in a run that an earlier document has."""
    left, rank, at = runs_of_short(corpus.document, gone, corpus.short)
    owner = corpus.owner[left]
    if asked is not None:
        asked(left[at[:, None] + np.arange(RUN_LENGTH)])
    found = stood.find(_run_values(owner, at))
    at, found = at[found >= 0], found[found >= 0]
    sources = stood.paragraphs[found]
    fits = corpus.document[sources[:, 0]] < corpus.document[left[at]]
    for step in range(RUN_LENGTH):
        fits &= corpus.owner[sources[:, step]] == owner[at + step]
    link_runs(corpus.document, corpus.words, links, (left, rank, at[fits]), sources[fits], min_words=min_words)


def runs_of_short(document: NDArray[Any], gone: Flags, short: Flags) -> tuple[Ints, Ints, Ints]:
    """Find the runs of three short paragraphs among those kept; arrays are of whole documents in order.

    Returns:
        The short paragraphs that are left; where each stands among all that is left; and which of the former begin a
        row, as their places among them.
    """
    stays = np.flatnonzero(~gone)
    # Where each stands among all that is left: in a row, if nothing long stands between.
    rank: Ints = np.flatnonzero(short[stays])
    left = stays[rank]
    last = RUN_LENGTH - 1
    begins = (rank[last:] == rank[: len(rank) - last] + last) & (
        document[left[last:]] == document[left[: len(left) - last]]
    )
    return left, rank, np.flatnonzero(begins)


def link_runs(
    document: NDArray[Any],
    words: NDArray[np.int32],
    links: NDArray[Any],
    found: tuple[Ints, Ints, Ints],
    sources: NDArray[Any],
    *,
    min_words: int,
) -> None:
    """Link the paragraphs of runs that an earlier document has, if they have enough words.

    Args:
        document: of each paragraph; whole documents in order.
        words: tokens without those that hold a digit.
        links: what each paragraph goes for, or -1; those of -1 are filled in.
        found: as `runs_of_short` says it, of rows only those that stood before.
        sources: the paragraphs of the row that stood first, of each; shape (rows, 3).
        min_words: tokens that make a paragraph long.
    """
    left, rank, at = found
    row = np.full(len(left), -1, links.dtype)
    for step in range(RUN_LENGTH - 1, -1, -1):
        row[at + step] = sources[:, step]
    chosen = (row >= 0) & (links[left] < 0) & _say_enough(row >= 0, rank, document[left], words[left], min_words)
    links[left[chosen]] = row[chosen]


def _say_enough(
    member: Flags, rank: NDArray[Any], document: NDArray[np.int32], words: NDArray[np.int32], min_words: int
) -> Flags:
    """Return which rows say enough not to agree by chance: twice the words of a paragraph that may go by itself."""
    begins = member.copy()
    begins[1:] &= ~(member[:-1] & (document[1:] == document[:-1]) & (rank[1:] == rank[:-1] + 1))
    row = np.cumsum(begins) - 1
    said = np.bincount(row[member], words[member], minlength=int(row[-1]) + 2 if len(row) else 1)
    enough: Flags = member & (said[np.maximum(row, 0)] >= 2 * min_words)
    return enough


def without_heads(document: NDArray[Any], short: Flags, gone: Flags, links: NDArray[Any]) -> Ints:
    """Return the linked paragraphs to remove: all but the last one of a run that heads something kept.

    A row is what stands together when all that has gone is gone. Right behind its last one anything may be headed by
    it; where something has gone from between, only a long paragraph may. Arrays are of whole documents in order.
    """
    left = np.flatnonzero(~gone)
    at = np.flatnonzero(links[left] >= 0)
    linked, following = left[at], np.append(left, len(gone))[at + 1]
    last = np.minimum(following, len(gone) - 1)
    onward = (following < len(gone)) & (document[last] == document[linked])
    head = onward & (links[last] < 0) & ((following == linked + 1) | ~short[last])
    going: Ints = linked[~head]
    return going


def follow_to_kept(gone: Flags, witness: Ints, document: NDArray[Any] | None = None) -> Ints:
    """Follow witnesses that were removed for the same bytes elsewhere to ones that are kept.

    Args:
        gone: those that go; bool.
        witness: the paragraph that each of them goes for; int64.
        document: of each paragraph: only witnesses in the paragraph's own document are followed, as what becomes of
            another one is not known yet; None: all are.
    """
    moving = np.flatnonzero(gone)
    while True:
        moving = moving[gone[witness[moving]]]
        if document is not None:
            moving = moving[document[witness[moving]] == document[moving]]
        if not len(moving):
            return witness
        witness[moving] = witness[witness[moving]]
