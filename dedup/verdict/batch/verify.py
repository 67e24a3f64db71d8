"""Verdicts on a batch of candidate pairs: prefilters in C++ and NumPy decide most, the rules the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import LCSseq

from dedup.model.differences import Difference
from dedup.verdict.batch.alignments import ParagraphChars, align_all, char_differences, concatenate_chars
from dedup.verdict.batch.new_numbers import NumberTable
from dedup.verdict.batch.same_words import surely_same_words
from dedup.verdict.batch.texts import Texts
from dedup.verdict.compare import NUMBERS_EXPLAINED, Verdict, confirm, least_common, provisional_verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from dedup.model.settings import Settings
    from dedup.verdict.batch.alignments import Aligned

NOT, FOLDED, ALIGNED = 0, 1, 2
"""How a candidate is covered: not at all; by the same words; by aligned words."""


class Verdicts(NamedTuple):
    """Verdicts on pairs; arrays of one length.

    Attributes:
        how: `NOT`, `FOLDED` or `ALIGNED`; int8.
        similarity: of the tokens, 0-1; 0 if too little is common; float32.
        coverage: share of the later one's tokens that the earlier one has; 0 if the characters decided; float32.
        kind: how the two differ, see `dedup.model.differences.Difference`; int16.
    """

    how: NDArray[np.int8]
    similarity: NDArray[np.float32]
    coverage: NDArray[np.float32]
    kind: NDArray[np.int16]


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


def verify(
    paragraphs: Paragraphs,
    later: NDArray[np.int64],
    earlier: NDArray[np.int64],
    settings: Settings,
    *,
    prefilter: bool = True,
) -> Verdicts:
    """Decide for each pair of paragraphs whether the earlier one makes the later one superfluous.

    Args:
        paragraphs: the paragraphs.
        later: index of each pair's candidate, which may be removed; int64.
        earlier: index of each pair's witness, which would stay; int64.
        settings: the threshold and the guard.
        prefilter: decide what can be decided without the rules; else apply the rules to all similar pairs.
    """
    chars = concatenate_chars(paragraphs.chars)
    number = len(later)
    similarity, coverage = (np.zeros(number, np.float32) for _ in range(2))
    verdicts = Verdicts(np.zeros(number, np.int8), similarity, coverage, np.zeros(number, np.int16))
    candidate_sizes, witness_sizes = chars.sizes[later], chars.sizes[earlier]
    common = _common(chars.strings, later, earlier)
    same_chars = (common == candidate_sizes) & (common == witness_sizes)
    # Different words may share a hash: that the words are the same is confirmed on the texts.
    same_keys = same_chars & (paragraphs.keys[later] == paragraphs.keys[earlier])
    same = _surely_same_words(paragraphs, later, earlier, same_keys)
    verdicts.how[same], verdicts.similarity[same], verdicts.coverage[same] = FOLDED, 1, 1
    near = np.flatnonzero(~same_chars & (common >= _least(witness_sizes, candidate_sizes, settings)))
    verdicts.similarity[near] = 2 * common[near] / (candidate_sizes + witness_sizes)[near]  # as far as characters show
    left = np.concatenate((np.flatnonzero(same_chars & ~same), near))
    kind = verdicts.kind
    prefilter = prefilter and settings.guard != "off"
    if prefilter:
        kind[near] = _too_many_numbers(chars, earlier[near], later[near])
        left = left[kind[left] == 0]
    aligned = align_all(chars, earlier[left], later[left])
    if prefilter:
        kind[left] = char_differences(aligned, chars, settings)
        aligned = aligned.picked(np.flatnonzero(kind[left] == 0))
        left = left[kind[left] == 0]
    same_keys = same_keys[left]
    _verify_texts(verdicts, left, aligned, paragraphs, same_keys=same_keys, settings=settings, prefilter=prefilter)
    return verdicts


def _surely_same_words(
    paragraphs: Paragraphs, later: NDArray[np.int64], earlier: NDArray[np.int64], where: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which pairs surely have the same words; False where `where` is False."""
    pairs = np.flatnonzero(where)
    needed, index = np.unique(np.stack((later[pairs], earlier[pairs])), return_inverse=True)
    texts = paragraphs.texts(needed.tolist())
    same = np.zeros(len(where), bool)
    same[pairs] = [surely_same_words(texts[a], texts[b]) for a, b in zip(*index.reshape(2, -1).tolist(), strict=True)]
    return same


def _verify_texts(
    verdicts: Verdicts,
    pairs: NDArray[np.int64],
    aligned: Aligned,
    paragraphs: Paragraphs,
    *,
    same_keys: NDArray[np.bool_],
    settings: Settings,
    prefilter: bool,
) -> None:
    """Decide about the pairs that only their texts decide.

    Args:
        verdicts: verdicts on all pairs; those on the pairs at hand are written into them.
        pairs: indices of the pairs at hand; int64.
        aligned: their alignments.
        paragraphs: the paragraphs.
        same_keys: which of them have the same characters and keys, and perhaps the same words; bool.
        settings: the threshold and the guard.
        prefilter: apply the prefilter first.
    """
    how, similarity, coverage, kind = verdicts
    needed, index = np.unique(np.stack((aligned.witness, aligned.candidate)), return_inverse=True)
    witness, candidate = index.reshape(2, -1)
    aligned = aligned._replace(witness=witness, candidate=candidate)
    texts = Texts(paragraphs.texts(needed.tolist()), [paragraphs.chars[i] for i in needed.tolist()])
    certain = (texts.agree(aligned) & prefilter).tolist()  # the characters have shown that they are similar
    if prefilter and settings.guard == "strict":
        kind[pairs] = texts.certain_differences(aligned)
    undecided = np.flatnonzero(same_keys | (kind[pairs] == 0))
    if settings.within is not None:
        # Band keys have 32 bits: paragraphs of different groups may share one.
        groups = paragraphs.keys[needed] ^ texts.keys()
        undecided = undecided[(groups[witness] == groups[candidate])[undecided]]
    provisional: list[tuple[int, Verdict]] = []
    for i, alignment in zip(undecided.tolist(), aligned.alignments(undecided), strict=True):
        pair, indices = pairs[i], (int(witness[i]), int(candidate[i]))
        if same_keys[i] and texts.equal(*indices):
            how[pair], similarity[pair], coverage[pair] = FOLDED, 1, 1
        elif not settings.exact and not kind[pair]:
            both = texts.paragraph(indices[0]), texts.paragraph(indices[1])
            provisional.append((i, provisional_verdict(*both, alignment, settings, certain=certain[i])))
    covered = np.array([i for i, verdict in provisional if verdict.covered], np.int64)
    exact = set(covered[texts.exact(witness[covered], candidate[covered])].tolist())
    for i, verdict in provisional:
        pair, final = pairs[i], verdict
        if verdict.covered and i not in exact:
            both = texts.paragraph(int(witness[i])), texts.paragraph(int(candidate[i]))
            final = confirm(verdict, *both, settings)
        how[pair] = ALIGNED if final.covered else NOT
        similarity[pair], coverage[pair], kind[pair] = final.similarity, final.coverage, final.kind


def _too_many_numbers(
    chars: ParagraphChars, witness: NDArray[np.int64], candidate: NDArray[np.int64]
) -> NDArray[np.int16]:
    """Return `Difference.NUMBER` for each pair whose witness lacks more numbers than rules may ignore; else 0."""
    many = NumberTable(chars).lacking(witness, candidate) > NUMBERS_EXPLAINED
    return np.where(many, np.int16(Difference.NUMBER), np.int16(0))


def _least(
    witness_sizes: NDArray[np.int64], candidate_sizes: NDArray[np.int64], settings: Settings
) -> NDArray[np.float64]:
    """Return how many common words pairs of these sizes need to be worth aligning."""
    if settings.exact:
        return np.full(len(candidate_sizes), np.inf)
    if settings.guard == "off":
        return settings.threshold * (candidate_sizes + witness_sizes) / 2
    least: NDArray[np.float64] = least_common(witness_sizes, candidate_sizes, settings)
    return least


def _common(chars: Sequence[str], first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the length of the longest common subsequence of the words of each pair, or seldom a little more."""
    lengths = process.cpdist(
        [chars[i] for i in first.tolist()],
        [chars[i] for i in second.tolist()],
        scorer=LCSseq.similarity,
        dtype=np.int32,
        workers=1,
    )
    return lengths.astype(np.int64)
