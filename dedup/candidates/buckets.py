"""Candidate pairs: paragraphs that agree on a band of their signatures and pass the sieves.

A small bucket gives all of its pairs. In a large one, which is what a template or a menu leaves, each member is paired
with the bucket's first members, with its neighbours in order, and with its neighbours among those with the same
numbers; the rest is counted as not examined, and `leaders` asks again for those that stay. A huge one is cut, in the
order of staying, into large ones, so that it need not be in memory at once; the ones that stay in each meet when they
are asked for again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.text.arrays import among, distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.model.settings import Settings

SMALL = 8
"""Members up to which a bucket gives all its pairs."""
HUGE = 1 << 18
"""Members up to which a bucket is looked at as one."""
NEIGHBOURS = 3
FIRST = 2
MOST = 48
"""Candidates of a paragraph: those that share most bands with it."""
NUMBERS_EXPLAINED = 3
"""Numbers that a witness may lack: a marker in front, one written another way; see `dedup.verdict.compare`."""
_DEVIATIONS = 2.5
"""Standard deviations that the estimate of a resemblance may be off: one pair of 160 is, at the very worst."""
_TOGETHER = 1 << 21
"""Pairs that are put together at a time."""
_SLOT_BITS = 20
"""Bits of a band's key by which most of those that are in no bucket asked for are passed over."""
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
        crowded: paragraphs in large buckets; int64.
        unexamined: pairs in large buckets that were left out.
    """

    pairs: NDArray[np.uint64]
    crowded: NDArray[np.int64]
    unexamined: int


class Candidates(NamedTuple):
    """Pairs worth aligning, sorted by `later` and falling votes.

    Attributes:
        later: the one that may go; int64.
        earlier: the one it may go for; int64.
        votes: bands that they share; int64.
        crowded: paragraphs of which not every pair was examined; bool, one for each paragraph.
        unexamined: pairs in large buckets, or beyond the most candidates, that were left out.
    """

    later: NDArray[np.int64]
    earlier: NDArray[np.int64]
    votes: NDArray[np.int64]
    crowded: NDArray[np.bool_]
    unexamined: int


def candidates(bands: Iterable[Bucketed], number: int) -> Candidates:
    """Put together what the bands say about so many paragraphs.

    Every band's votes are counted before any pair is dropped, so that the order in which they come, and how many
    at a time, make no difference. Pairs are looked at in ranges of the later paragraph: of all of them in memory are
    only those that are kept, if the bands' own arrays are not.
    """
    crowded = np.zeros(number, bool)
    found: list[NDArray[np.uint64]] = []
    unexamined = 0
    for band in bands:
        unexamined += band.unexamined
        crowded[band.crowded] = True
        found.append(band.pairs)
    parts = [best(*_voted(some)) for some in _ranges(found, 0, number)]
    for part in parts:
        crowded[part.over] = True
        unexamined += part.unexamined
    none = np.empty(0, np.uint64), np.empty(0, np.int64)
    pairs, votes = (np.concatenate([none[side], *(part[side] for part in parts)]) for side in (0, 1))
    return Candidates((pairs >> _SHIFT).astype(np.int64), (pairs & _LOW).astype(np.int64), votes, crowded, unexamined)


class Best(NamedTuple):
    """The pairs of some paragraphs that are kept.

    Attributes:
        pairs: sorted by the later one, falling votes and the earlier one; uint64.
        votes: of each; int64.
        over: both sides of those that were dropped, maybe more than once; int64.
        unexamined: pairs that were dropped.
    """

    pairs: NDArray[np.uint64]
    votes: NDArray[np.int64]
    over: NDArray[np.int64]
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
    dropped = pairs[order[beyond]]
    over = np.concatenate((dropped >> _SHIFT, dropped & _LOW)).astype(np.int64)
    return Best(pairs[kept], votes[kept], over, len(dropped))


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


def bucketed(keys: NDArray[np.uint32], features: Features, settings: Settings) -> Bucketed:
    """Find the pairs of paragraphs that agree on one band and are worth aligning.

    Args:
        keys: the band's key of each paragraph; uint32.
        features: for the sieves.
        settings: the threshold and the guard.
    """
    company = _in_company(keys)
    both = (keys[company].astype(np.uint64) << np.uint64(32)) | company.astype(np.uint64)
    both.sort()
    follows = np.zeros(len(both) + 1, bool)
    follows[1:-1] = (both[1:] ^ both[:-1]) <= _LOW
    inside = np.flatnonzero(follows[1:] | follows[:-1])
    return grouped(both[inside] & _LOW, np.cumsum(~follows[inside]) - 1, features, settings)


def bucketed_with(
    keys: NDArray[np.uint32], fresh: NDArray[np.int64], features: Features, settings: Settings
) -> Bucketed:
    """Do as `bucketed` does with those buckets of a band in which one of some paragraphs is.

    Args:
        keys: the band's key of each paragraph; uint32.
        fresh: paragraphs, ascending; int64. All that share a bucket with none of these have been looked at.
        features: for the sieves.
        settings: the threshold and the guard.
    """
    if len(fresh) == len(keys):
        return bucketed(keys, features, settings)
    shift = np.uint32(32 - _SLOT_BITS)
    slots = np.zeros(1 << _SLOT_BITS, bool)
    slots[keys[fresh] >> shift] = True
    some = np.flatnonzero(slots[keys >> shift])
    some = some[among(keys[some], keys[fresh])]
    chosen = Features(features.words[some], features.numbers[some], features.bits[some])
    found = bucketed(keys[some], chosen, settings)
    index = some.astype(np.uint64)
    pairs = index[(found.pairs >> _SHIFT).astype(np.int64)] << _SHIFT | index[(found.pairs & _LOW).astype(np.int64)]
    return Bucketed(pairs, some[found.crowded], found.unexamined)


def grouped(
    member: NDArray[np.uint64], group: NDArray[np.int64], features: Features, settings: Settings, *, before: int = 0
) -> Bucketed:
    """Find the pairs within buckets that are worth aligning.

    Args:
        member: paragraphs, those of one bucket together and ascending; uint64.
        group: the bucket of each, from 0, ascending; int64.
        features: of the paragraphs, for the sieves.
        settings: the threshold and the guard.
        before: members of the first bucket that are not given, because they were looked at before; a multiple of
            `HUGE`, and pairs with them count as left out.
    """
    crowded, left_out = np.empty(0, np.int64), 0
    count = np.bincount(group, minlength=1)
    are_large = count > SMALL
    are_large[0] |= before > 0
    large = are_large[group]
    pairs = [_neighbours(member, group, SMALL - 1, ~large)]
    if large.any():
        crowded = member[large].astype(np.int64)
        pairs.append(_large(member[large], _cut(group, count)[large], features))
        every_pair = int((count * (count - 1) // 2)[are_large].sum()) + before * int(count[0])
        left_out = every_pair - len(pairs[-1])
    every = np.concatenate(pairs)
    passing = every[passes(every, features, settings)]
    passing.sort()
    return Bucketed(passing, crowded, left_out)


def _cut(group: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number groups anew, with huge ones cut."""
    if int(count.max()) <= HUGE:
        return group
    begins = (np.arange(len(group)) - np.searchsorted(group, group)) % HUGE == 0
    return np.cumsum(begins) - 1


def _in_company(keys: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return the places of all keys that may stand more than once, ascending: counting is cheaper than sorting."""
    bits = min(max(2 * len(keys), 1).bit_length(), 32)
    slots = (keys >> np.uint32(32 - bits)).astype(np.int64)
    return np.flatnonzero(np.bincount(slots, minlength=1)[slots] > 1)


def _large(member: NDArray[np.uint64], group: NDArray[np.int64], features: Features) -> NDArray[np.uint64]:
    """Return the pairs of the large buckets, each once."""
    heads = np.searchsorted(group, group)
    out = [_neighbours(member, group, NEIGHBOURS, None)]
    for step in range(FIRST):
        place = heads + step
        behind = np.flatnonzero(place < np.arange(len(member)))
        out.append((member[behind] << np.uint64(32)) | member[place[behind]])
    order = np.lexsort((member, features.numbers[member.astype(np.int64)], group))
    out.append(_neighbours(member[order], group[order], NEIGHBOURS, None))
    return distinct(np.concatenate(out))


def _neighbours(
    member: NDArray[np.uint64], group: NDArray[np.int64], reach: int, chosen: NDArray[np.bool_] | None
) -> NDArray[np.uint64]:
    """Return the pairs of members of one group that stand at most so far apart."""
    out = [np.empty(0, np.uint64)]
    for step in range(1, reach + 1):
        same = group[step:] == group[:-step]
        if chosen is not None:
            same = same & chosen[step:]
        at = np.flatnonzero(same)
        if not len(at):
            break
        one, other = member[at], member[at + step]
        out.append((np.maximum(one, other) << np.uint64(32)) | np.minimum(one, other))
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
