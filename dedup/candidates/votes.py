"""Which paragraphs are worth comparing. Finds pairs; decides nothing.

Two ways, both linear in the text. *Votes*: every shingle of a paragraph that stood earlier in the same document votes
for the paragraph in which it stood first; the paragraphs with the most votes are candidates. That sees a short text
inside a longer one, and one whose parts stand in several. *Bands*: in large documents, where many paragraphs share
their shingles with a template, paragraphs that agree on a band of their MinHash signatures are candidates, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.fingerprint.minhash import Banding, band_keys, signatures
from dedup.shingling import shingles
from dedup.text.arrays import ranges
from dedup.text.characters import mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.shingling import Words
    from dedup.text.arrays import Hashes, Ints

LARGE = 2000
"""Paragraphs of a document from which on bands are used beside votes."""
BANDING = Banding(32, 4)
"""Of shingles of two words; finds 995 of 1,000 pairs of real paragraphs at word similarity 0.85 and above."""
BAND_WIDTH = 2
BAND_MOST = 4
"""Candidates that bands add to those with the most votes: the ones with which a paragraph shares most bands."""
_SPREAD = 6
"""Part of the least share of votes that a single candidate must have: what others took before it may be theirs."""
_COMMON = 16
"""Places in a large document from which on a shingle has no vote."""
_SIEVE_BITS = 20
_SIEVE = 1 << _SIEVE_BITS


class Pairs(NamedTuple):
    """Candidate pairs, sorted by `later` and falling votes; arrays of one length."""

    later: Ints
    earlier: Ints
    votes: Ints


def _none() -> Pairs:
    empty = np.empty(0, np.int64)
    return Pairs(empty, empty, empty)


def voting_width(threshold: float) -> int:
    """Return the longest shingle of which two texts of this similarity must share one.

    With a share ``1 - threshold`` of the tokens changed, the unchanged runs between the changes are on the average
    ``threshold / (1 - threshold)`` tokens long.
    """
    return 3 if threshold >= 0.75 else 2 if threshold >= 0.6 else 1  # noqa: PLR2004 - the formula, solved for 3 and 2


def least_share(threshold: float, width: int) -> float:
    """Return the least share of a paragraph's shingles that must have stood earlier for it to be looked at.

    Every changed token spoils at most `width` shingles; a quarter is taken off for shingles that occur twice in one
    paragraph, and for words that were joined or split.
    """
    return 0.75 * max(0.15, 1 - width * (1 - threshold))


def in_large(documents: Ints, eligible: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell for each paragraph whether its document is so large that common runs of words say nothing; bool."""
    large: NDArray[np.bool_] = (np.bincount(documents, eligible) >= LARGE)[documents]
    return large


def by_votes(words: Words, documents: Ints, eligible: NDArray[np.bool_], threshold: float) -> Pairs:
    """Return, for every eligible paragraph, the earlier paragraphs of its document that hold most of its shingles.

    Args:
        words: the batch's tokens.
        documents: number of the document of each paragraph; int64, ascending.
        eligible: paragraphs that may be removed by themselves; bool.
        threshold: least similarity that is asked for.
    """
    width = voting_width(threshold)
    hashes, offsets = shingles(words, width)
    counts = np.diff(offsets)
    owner = np.repeat(np.arange(len(counts)), counts)
    values = mix(hashes ^ mix(documents.astype(np.uint64) + np.uint64(1))[owner])
    repeated = _repeated(values)
    values, owner = values[repeated], owner[repeated]
    first, frequency = _first_owner(values, owner)
    # In a large document, a run of words that occurs everywhere votes for no paragraph; bands find pairs with no other.
    common = (frequency > _COMMON) & in_large(documents, eligible)[owner]
    counts = counts - np.bincount(owner[common], minlength=len(counts))
    voting = (first < owner) & eligible[owner] & ~common
    owner, first = owner[voting], first[voting]
    votes = np.bincount(owner, minlength=len(counts))
    share = least_share(threshold, width)
    enough = (votes >= np.maximum(1, np.ceil(counts * share)))[owner]
    # As every shingle has one vote, no more than this many can have that share of them.
    pairs = _ranked(owner[enough], first[enough], int(1 / share) + 1)
    # Drop candidates whose votes are spread thinly over the document.
    meant = pairs.votes >= counts[pairs.later] * (share / _SPREAD)
    return Pairs(pairs.later[meant], pairs.earlier[meant], pairs.votes[meant])


def _repeated(values: Hashes) -> Ints:
    """Return where values stand that may stand more than once."""
    if len(values) > _SIEVE:
        return np.arange(len(values))
    bits = min((8 * len(values)).bit_length(), _SIEVE_BITS)
    slots = (values >> np.uint64(64 - bits)).astype(np.int64)
    return np.flatnonzero((np.bincount(slots, minlength=1 << bits) > 1)[slots])


def _first_owner(values: Hashes, owner: Ints) -> tuple[Ints, Ints]:
    """Return for every value the owner of its first occurrence, and how often it occurs; owners ascend."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    head = np.concatenate(([True], ranked[1:] != ranked[:-1])) if len(ranked) else np.empty(0, bool)
    group = np.cumsum(head) - 1
    first, frequency = np.empty(len(values), np.int64), np.empty(len(values), np.int64)
    if len(ranked):
        first[order] = owner[order][head][group]
        frequency[order] = np.bincount(group)[group]
    return first, frequency


def _ranked(later: Ints, earlier: Ints, most: int) -> Pairs:
    """Count equal pairs and keep, for each later paragraph, those that were named most often."""
    if not len(later):
        return _none()
    pair, votes = np.unique((later.astype(np.uint64) << np.uint64(32)) | earlier.astype(np.uint64), return_counts=True)
    later, earlier = (pair >> np.uint64(32)).astype(np.int64), (pair & np.uint64(0xFFFFFFFF)).astype(np.int64)
    order = np.lexsort((earlier, -votes, later))
    later, earlier, votes = later[order], earlier[order], votes[order]
    head = np.concatenate(([True], later[1:] != later[:-1]))
    rank = np.arange(len(later)) - np.flatnonzero(head)[np.cumsum(head) - 1]
    kept = rank < most
    return Pairs(later[kept], earlier[kept], votes[kept])


def by_bands(words: Words, documents: Ints, eligible: NDArray[np.bool_]) -> Pairs:
    """Return, for every eligible paragraph, the earlier ones of its document that share most bands of its signature.

    Of each bucket its first member and the one just before are named: a bucket of n near-copies costs some n pairs.
    """
    chosen = np.flatnonzero(eligible)
    if len(chosen) < 2:  # noqa: PLR2004 - a pair
        return _none()
    hashes, offsets = shingles(words, BAND_WIDTH)
    counts = np.diff(offsets)[chosen]
    inner = np.concatenate(([0], np.cumsum(counts)))
    at = ranges(offsets[:-1][chosen], counts)
    banded = band_keys(signatures(hashes[at], inner, BANDING.num_perm), BANDING)
    salt = mix(documents[chosen].astype(np.uint64) + np.uint64(1))
    later: list[Ints] = []
    earlier: list[Ints] = []
    for keys in banded:
        values = mix(keys ^ salt)
        order = np.argsort(values, kind="stable")
        ranked = values[order]
        follows = np.flatnonzero(ranked[1:] == ranked[:-1]) + 1
        head = np.concatenate(([True], ranked[1:] != ranked[:-1]))
        heads = np.flatnonzero(head)[np.cumsum(head) - 1]
        later += [order[follows], order[follows]]
        earlier += [order[follows - 1], order[heads[follows]]]
    pairs = _ranked(np.concatenate(later), np.concatenate(earlier), BAND_MOST)
    return Pairs(chosen[pairs.later], chosen[pairs.earlier], pairs.votes)


def merged(first: Pairs, second: Pairs) -> Pairs:
    """Return the pairs of both, each once, sorted by `later`; those of `first` come first."""
    if not len(second.later):
        return first
    later = np.concatenate((first.later, second.later))
    earlier = np.concatenate((first.earlier, second.earlier))
    votes = np.concatenate((first.votes, second.votes))
    _, kept = np.unique((later.astype(np.uint64) << np.uint64(32)) | earlier.astype(np.uint64), return_index=True)
    kept = np.sort(kept)
    kept = kept[np.argsort(later[kept], kind="stable")]
    return Pairs(later[kept], earlier[kept], votes[kept])
