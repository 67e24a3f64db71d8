"""Candidate pairs: paragraphs that agree on a band of their signatures and pass the sieves.

The result is defined by the paragraphs that are kept, in the order in which they stay:

    for each paragraph of a bucket:
        candidates = the first of those kept before it, the last of them, and the last of them with the same numbers

So a small bucket gives all of its pairs, and of a large one, which is what a template or a menu leaves, the rest is
counted as not examined. What comes later makes no difference, and neither does what is not kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.text.arrays import distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.model.settings import Settings

FIRST, LAST = 5, 3
"""With how many of those kept before it in a bucket a paragraph is paired, from either end."""
KEPT, ASKS = 1, 2
"""Flags of a paragraph: others may go for it; pairs of it with those kept before it are wanted."""
MOST = 48
"""Candidates of a paragraph: those that share most bands with it."""
NUMBERS_EXPLAINED = 3
"""Numbers that a witness may lack: a marker in front, one written another way; see `dedup.verdict.compare`."""
_DEVIATIONS = 2.5
"""Standard deviations that the estimate of a resemblance may be off: one pair of 160 is, at the very worst."""
_TOGETHER = 1 << 21
"""Pairs that are put together at a time."""
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)


class Features(NamedTuple):
    """What the sieves know about each paragraph, in the order in which paragraphs stay; arrays of one length.

    Attributes:
        words: tokens; int32.
        numbers: mask of its numbers; uint64.
        bits: 128 bits of its signature; uint64, shape (paragraphs, 2).
    """

    words: NDArray[np.int32]
    numbers: NDArray[np.uint64]
    bits: NDArray[np.uint64]


class Bucketed(NamedTuple):
    """What one band has to say.

    Attributes:
        pairs: pairs that pass the sieves, as later << 32 | earlier; uint64, each once, ascending.
        unexamined: pairs in large buckets that were left out.
    """

    pairs: NDArray[np.uint64]
    unexamined: int


class Candidates(NamedTuple):
    """Pairs worth aligning, sorted by `later` and falling votes.

    Attributes:
        later: the one that may go; int64.
        earlier: the one it may go for; int64.
        votes: bands that they share; int64.
        unexamined: pairs in large buckets, or beyond the most candidates, that were left out.
    """

    later: NDArray[np.int64]
    earlier: NDArray[np.int64]
    votes: NDArray[np.int64]
    unexamined: int


def candidates(bands: Iterable[Bucketed], number: int) -> Candidates:
    """Put together what the bands say about so many paragraphs.

    Every band's votes are counted before any pair is dropped, so that the order in which they come, and how many
    at a time, make no difference. Pairs are looked at in ranges of the later paragraph: of all of them in memory are
    only those that are kept, if the bands' own arrays are not.
    """
    found: list[NDArray[np.uint64]] = []
    unexamined = 0
    for band in bands:
        unexamined += band.unexamined
        found.append(band.pairs)
    parts = [best(*_voted(some)) for some in _ranges(found, 0, number)]
    unexamined += sum(part.unexamined for part in parts)
    none = np.empty(0, np.uint64), np.empty(0, np.int64)
    pairs, votes = (np.concatenate([none[side], *(part[side] for part in parts)]) for side in (0, 1))
    return Candidates((pairs >> _SHIFT).astype(np.int64), (pairs & _LOW).astype(np.int64), votes, unexamined)


class Best(NamedTuple):
    """The pairs of some paragraphs that are kept.

    Attributes:
        pairs: sorted by the later one, falling votes and the earlier one; uint64.
        votes: of each; int64.
        unexamined: pairs that were dropped.
    """

    pairs: NDArray[np.uint64]
    votes: NDArray[np.int64]
    unexamined: int


def best(pairs: NDArray[np.uint64], votes: NDArray[np.int64]) -> Best:
    """Keep the candidates of each paragraph that share most bands with it, earlier ones first, and no more than `MOST`.

    Args:
        pairs: as later << 32 | earlier, each once, ascending; uint64.
        votes: bands that each shares; int64.
    """
    later = (pairs >> _SHIFT).astype(np.int64)
    order = np.lexsort((-votes, later))
    # Within a paragraph's pairs places have changed, but where they begin has not.
    beyond = np.arange(len(later)) - np.searchsorted(later, later) >= MOST
    kept = order[~beyond]
    return Best(pairs[kept], votes[kept], int(np.count_nonzero(beyond)))


def _ranges(found: list[NDArray[np.uint64]], low: int, high: int) -> Iterator[list[NDArray[np.uint64]]]:
    """Yield the pairs of each band in ranges of later paragraphs, with so many pairs as are put together at a time."""
    edges = np.array([low << 32, high << 32], np.uint64)
    some = [pairs[slice(*np.searchsorted(pairs, edges).tolist())] for pairs in found]
    if sum(len(pairs) for pairs in some) <= _TOGETHER or high - low <= 1:
        yield some
        return
    middle = (low + high) // 2
    yield from _ranges(some, low, middle)
    yield from _ranges(some, middle, high)


def _voted(found: list[NDArray[np.uint64]]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return each pair once, ascending, and how often it was found."""
    every = np.concatenate([np.empty(0, np.uint64), *found])
    every.sort(kind="stable")  # which merges what is sorted already
    begins = np.ones(len(every), bool)
    begins[1:] = every[1:] != every[:-1]
    heads = np.flatnonzero(begins)
    return every[heads], np.diff(heads, append=len(every))


def bucketed(keys: NDArray[np.uint32], flags: NDArray[np.uint8], features: Features, settings: Settings) -> Bucketed:
    """Find the pairs of paragraphs that agree on one band and are worth aligning.

    Args:
        keys: the band's key of each paragraph; uint32.
        flags: of each, `KEPT` and `ASKS`; uint8.
        features: for the sieves.
        settings: the threshold and the guard.
    """
    member = in_company(keys, flags)
    group = np.cumsum(np.diff(keys[member], prepend=keys[member[:1]]) != 0)
    of_members = Features._make(column[member] for column in features)
    return grouped(member.astype(np.uint64), group, flags[member], of_members, settings)


def in_company(keys: NDArray[np.uint32], flags: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the members of all buckets of a band in which one that is kept and another that asks are.

    Args:
        keys: the band's key of each paragraph; uint32.
        flags: of each, `KEPT` and `ASKS`; those without any are passed over; uint8.

    Returns:
        Those of one bucket together and ascending; int64.
    """
    some = np.flatnonzero(flags)
    some = some[np.argsort(keys[some], kind="stable")]
    heads = np.flatnonzero(np.diff(keys[some].astype(np.int64), prepend=-1))
    sizes = np.diff(heads, append=len(some))
    every = np.bitwise_or.reduceat(flags[some], heads) if len(some) else flags[:0]
    found: NDArray[np.int64] = some[np.repeat((sizes > 1) & (every == KEPT | ASKS), sizes)]
    return found


def grouped(
    member: NDArray[np.uint64],
    group: NDArray[np.int64],
    flags: NDArray[np.uint8],
    features: Features,
    settings: Settings,
    *,
    before: int = 0,
) -> Bucketed:
    """Find the pairs within buckets that are worth aligning.

    Args:
        member: paragraphs, those of one bucket together and ascending; uint64.
        group: the bucket of each, ascending; int64.
        flags: of each, `KEPT` and `ASKS`; uint8.
        features: of each, for the sieves.
        settings: the threshold and the guard.
        before: of the first bucket, how many that are kept are not given: pairs with them count as left out.
    """
    rows, asks = np.arange(len(member)), (flags & ASKS) > 0
    order = np.lexsort((rows, features.numbers, group))
    numbers = features.numbers[order]
    change = (np.diff(group[order]) > 0) | (numbers[1:] != numbers[:-1])
    alike = np.cumsum(np.concatenate(([False], change))[: len(order)])
    parts = [_named(rows, flags, group, (FIRST, LAST)), _named(order, flags[order], alike, (0, LAST))]
    every = distinct(np.concatenate(parts))
    later, earlier = (every >> _SHIFT).astype(np.int64), (every & _LOW).astype(np.int64)
    counts = _kept_before(flags, group)
    unexamined = int(counts[asks].sum()) - len(every)
    if before and len(group):
        unexamined += before * int(np.count_nonzero(asks & (group == group[0]) & (counts > 0)))
    fits = passes(every, features, settings)
    pairs = member[later[fits]] << _SHIFT | member[earlier[fits]]
    pairs.sort()
    return Bucketed(pairs, unexamined)


def _kept_before(flags: NDArray[np.uint8], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many are kept before each row in its group; rows of one group are together."""
    is_kept = (flags & KEPT > 0).astype(np.int64)
    counts = np.cumsum(is_kept) - is_kept
    heads = np.flatnonzero(np.diff(group, prepend=-1))
    found: NDArray[np.int64] = counts - np.repeat(counts[heads], np.diff(heads, append=len(group)))
    return found


def _named(
    order: NDArray[np.int64], flags: NDArray[np.uint8], group: NDArray[np.int64], ends: tuple[int, int]
) -> NDArray[np.uint64]:
    """Return pairs of rows that ask with the first and the last ones that are kept before them in a group.

    Args:
        order: rows, those of one group together and ascending; int64.
        flags: of these.
        group: of these.
        ends: how many, from either end.
    """
    kept = order[(flags & KEPT) > 0]
    asking = np.flatnonzero(flags & ASKS)
    end = np.searchsorted(np.flatnonzero(flags & KEPT), asking)
    rows, begin = order[asking], end - _kept_before(flags, group)[asking]
    out = [np.empty(0, np.uint64)]
    for step in range(sum(ends)):
        place = begin + step if step < ends[0] else end - 1 - (step - ends[0])
        there = np.flatnonzero((place >= begin) & (place < end))
        out.append(rows[there].astype(np.uint64) << _SHIFT | kept[place[there]].astype(np.uint64))
    return np.concatenate(out)


def passes(pairs: NDArray[np.uint64], features: Features, settings: Settings) -> NDArray[np.bool_]:
    """Return which pairs may pass the verdict, by lengths, numbers and the estimate of their resemblance."""
    later, earlier = (pairs >> np.uint64(32)).astype(np.int64), (pairs & _LOW).astype(np.int64)
    theirs, ours = features.words[earlier], features.words[later]
    # What both have in common, in order, is at most the shorter one.
    fits: NDArray[np.bool_] = theirs >= settings.threshold * np.minimum(ours, (ours + theirs) / 2)
    if settings.guard == "off":
        fits &= 2 * np.minimum(ours, theirs) >= settings.threshold * (ours + theirs)
    else:
        missing = features.numbers[later] & ~features.numbers[earlier]
        fits &= np.bitwise_count(missing) <= NUMBERS_EXPLAINED
    differing = np.bitwise_count(features.bits[later] ^ features.bits[earlier]).sum(axis=1)
    fits &= differing <= most_differing(settings.threshold)
    return fits


def resemblance(threshold: float) -> float:
    """Return the least resemblance of the shingles of two texts of this similarity, as far as it can be expected.

    Of ``n`` tokens each, ``threshold * n`` are common; where those that differ stand one by one, each spoils two
    shingles of two tokens, so that ``2 * threshold - 1`` of the shingles are left, out of ``3 - 2 * threshold``.
    """
    return max(0.0, 2 * threshold - 1) / (3 - 2 * threshold)


def most_differing(threshold: float) -> int:
    """Return how many of 128 bits may differ in a pair of the least resemblance: two and a half deviations more."""
    share = (1 - resemblance(threshold)) / 2
    return int(128 * share + _DEVIATIONS * (128 * share * (1 - share)) ** 0.5)
