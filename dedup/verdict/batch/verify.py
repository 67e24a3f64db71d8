"""Verdicts on a batch of candidate pairs: the crate's sieve settles most, where it is there, and the rules the rest."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import LCSseq

from dedup.model.differences import Difference
from dedup.native import kernels
from dedup.verdict.batch import native_sieve
from dedup.verdict.batch.same_words import surely_same_words
from dedup.verdict.batch.texts import Texts
from dedup.verdict.compare import (
    NUMBERS_EXPLAINED,
    align,
    confirm,
    least_common,
    numbers_in,
    provisional_verdict,
    too_many_numbers,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from dedup.model.settings import Settings
    from dedup.text.arrays import Flags, Ints
    from dedup.verdict.batch.native_sieve import Letters

NOT, FOLDED, ALIGNED = 0, 1, 2
"""How a candidate is covered: not at all; by the same words; by aligned words."""
_AT_ONCE = 1 << 10
"""Pairs whose texts are held together."""


class Verdicts(NamedTuple):
    """Verdicts on pairs; arrays of one length.

    Attributes:
        how: `NOT`, `FOLDED` or `ALIGNED`; int8.
        similarity: of the tokens, 0-1; 0 if too little is common; float32.
        coverage: share of the later one's tokens that the earlier one has; 0 if it does not cover it; float32.
        kind: how the two differ, see `dedup.model.differences.Difference`; where it does not cover it, of which kind
            what is new is, and 0 if the sieve was used, which cannot tell; int16.
    """

    how: NDArray[np.int8]
    similarity: NDArray[np.float32]
    coverage: NDArray[np.float32]
    kind: NDArray[np.int16]

    def some(self, where: NDArray[np.bool_] | NDArray[np.signedinteger[Any]]) -> Verdicts:
        """Return those on some of the pairs."""
        return Verdicts(self.how[where], self.similarity[where], self.coverage[where], self.kind[where])


class Paragraphs(NamedTuple):
    """Some paragraphs, with texts that are read on demand.

    Attributes:
        chars: the words of each paragraph as characters; see `dedup.text.token_chars`.
        keys: hash of each paragraph's words, and of its group if only paragraphs of a group are compared; uint64.
        texts: returns the texts at some indices, as UTF-8; called only where characters and keys do not decide.
    """

    chars: Sequence[str]
    keys: NDArray[np.uint64]
    texts: Callable[[list[int]], list[bytes]]


def verify(paragraphs: Paragraphs, later: Ints, earlier: Ints, settings: Settings, *, sieve: bool = True) -> Verdicts:
    """Decide for each pair of paragraphs whether the earlier one makes the later one superfluous.

    Args:
        paragraphs: the paragraphs.
        later: index of each pair's candidate, which may be removed; int64.
        earlier: index of each pair's witness, which would stay; int64.
        settings: the threshold and the guard.
        sieve: use the crate, where it is there, and say nothing of what is new; else apply the rules to all similar
            pairs. Both come to the same verdicts.
    """
    number = len(later)
    similarity, coverage = (np.zeros(number, np.float32) for _ in range(2))
    verdicts = Verdicts(np.zeros(number, np.int8), similarity, coverage, np.zeros(number, np.int16))
    sizes = np.fromiter(map(len, paragraphs.chars), np.int64, len(paragraphs.chars))
    candidate_sizes, witness_sizes = sizes[later], sizes[earlier]
    letters = native_sieve.concatenated(paragraphs.chars) if sieve and kernels.native() is not None else None
    common = _common(paragraphs.chars, letters, later, earlier)
    same_chars = (common == candidate_sizes) & (common == witness_sizes)
    # Different words may share a hash: that the words are the same is confirmed on the texts.
    same_keys = same_chars & (paragraphs.keys[later] == paragraphs.keys[earlier])
    same = _surely_same_words(paragraphs, later, earlier, same_keys)
    verdicts.how[same], verdicts.similarity[same], verdicts.coverage[same] = FOLDED, 1, 1
    near = np.flatnonzero(~same_chars & (common >= _least(witness_sizes, candidate_sizes, settings)))
    verdicts.similarity[near] = 2 * common[near] / (candidate_sizes + witness_sizes)[near]  # as far as characters show
    if settings.guard != "off":
        many = _too_many_numbers(paragraphs.chars, letters, earlier[near], later[near])
        verdicts.kind[near[many]] = Difference.NUMBER
        near = near[~many]
    left = np.concatenate((np.flatnonzero(same_chars & ~same), near))
    for first in range(0, len(left), _AT_ONCE):
        pairs = left[first : first + _AT_ONCE]
        some = _Some.of(paragraphs, earlier[pairs], later[pairs])
        if settings.guard == "strict" and letters is not None:
            chosen = np.flatnonzero(~native_sieve.settled(some.chars, some.texts, some.witness, some.candidate))
            pairs, some = pairs[chosen], some.picked(chosen)
        _verify_by_rules(verdicts, pairs, some, same_keys=same_keys[pairs], settings=settings)
    if sieve:
        verdicts.kind[verdicts.how == NOT] = Difference.NONE
    return verdicts


def _common(chars: Sequence[str], letters: Letters | None, first: Ints, second: Ints) -> Ints:
    """Return the length of the longest common subsequence of the words of each pair, or seldom a little more."""
    if letters is not None:
        return native_sieve.common(letters, first, second)
    lengths = process.cpdist(
        [chars[i] for i in first.tolist()],
        [chars[i] for i in second.tolist()],
        scorer=LCSseq.similarity,
        dtype=np.int32,
        workers=1,
    )
    return lengths.astype(np.int64)


def _too_many_numbers(chars: Sequence[str], letters: Letters | None, witness: Ints, candidate: Ints) -> Flags:
    """Return in which pairs the witness lacks more numbers than rules may ignore."""
    if letters is not None:
        many: Flags = native_sieve.numbers_lacking(letters, witness, candidate) > NUMBERS_EXPLAINED
        return many
    numbers = cache(lambda one: numbers_in(chars[one]))
    pairs = zip(witness.tolist(), candidate.tolist(), strict=True)
    return np.array([too_many_numbers(numbers(one), numbers(other)) for one, other in pairs], bool)


def _surely_same_words(paragraphs: Paragraphs, later: Ints, earlier: Ints, where: Flags) -> Flags:
    """Return which pairs surely have the same words; False where `where` is False."""
    pairs = np.flatnonzero(where)
    needed, index = np.unique(np.stack((later[pairs], earlier[pairs])), return_inverse=True)
    texts = paragraphs.texts(needed.tolist())
    same = np.zeros(len(where), bool)
    same[pairs] = [surely_same_words(texts[a], texts[b]) for a, b in zip(*index.reshape(2, -1).tolist(), strict=True)]
    return same


class _Some(NamedTuple):
    """Pairs whose texts are there.

    Attributes:
        chars: the words of the paragraphs that are in them, as characters.
        keys: their keys; uint64.
        texts: their texts.
        witness: for each pair, the index of its witness among those; int64.
        candidate: likewise of its candidate.
    """

    chars: Sequence[str]
    keys: NDArray[np.uint64]
    texts: Sequence[bytes]
    witness: Ints
    candidate: Ints

    @classmethod
    def of(cls, paragraphs: Paragraphs, witness: Ints, candidate: Ints) -> _Some:
        """Return pairs that are given by the indices of all paragraphs."""
        needed, index = np.unique(np.stack((witness, candidate)), return_inverse=True)
        places = needed.tolist()
        chars = [paragraphs.chars[i] for i in places]
        return cls(chars, paragraphs.keys[needed], paragraphs.texts(places), *index.reshape(2, -1))

    def picked(self, chosen: Ints) -> _Some:
        """Return some of the pairs."""
        paragraphs = Paragraphs(self.chars, self.keys, lambda places: [self.texts[i] for i in places])
        return self.of(paragraphs, self.witness[chosen], self.candidate[chosen])


def _verify_by_rules(verdicts: Verdicts, pairs: Ints, some: _Some, *, same_keys: Flags, settings: Settings) -> None:
    """Decide about the pairs that only the rules decide.

    Args:
        verdicts: verdicts on all pairs; those on the pairs at hand are written into them.
        pairs: indices of the pairs at hand; int64.
        some: these.
        same_keys: which of them have the same characters and keys, and perhaps the same words; bool.
        settings: the threshold and the guard.
    """
    how, similarity, coverage, kind = verdicts
    witness, candidate = some.witness, some.candidate
    texts = Texts(some.texts, some.chars)
    undecided = np.arange(len(pairs))
    if settings.within is not None:
        # Band keys have 32 bits: paragraphs of different groups may share one.
        groups = some.keys ^ texts.keys()
        undecided = np.flatnonzero(groups[witness] == groups[candidate])
    for i in undecided.tolist():
        pair, indices = pairs[i], (int(witness[i]), int(candidate[i]))
        if same_keys[i] and texts.equal(*indices):
            how[pair], similarity[pair], coverage[pair] = FOLDED, 1, 1
        elif not settings.exact:
            both = texts.paragraph(indices[0]), texts.paragraph(indices[1])
            verdict = provisional_verdict(*both, align(both[0].chars, both[1].chars), settings)
            if verdict.covered:
                verdict = confirm(verdict, *both, settings)
            similarity[pair], kind[pair] = verdict.similarity, verdict.kind
            if verdict.covered:
                how[pair], coverage[pair] = ALIGNED, verdict.coverage


def _least(witness_sizes: Ints, candidate_sizes: Ints, settings: Settings) -> NDArray[np.float64]:
    """Return how many common words pairs of these sizes need to be worth aligning."""
    if settings.exact:
        return np.full(len(candidate_sizes), np.inf)
    if settings.guard == "off":
        return settings.threshold * (candidate_sizes + witness_sizes) / 2
    least: NDArray[np.float64] = least_common(witness_sizes, candidate_sizes, settings)
    return least
