"""Verdicts on a batch of candidate pairs: one alignment in C++ settles most, the document's verdict the rest."""

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
"""How a paragraph is covered: not at all; by the same tokens; by tokens aligned one by one."""


class Verdicts(NamedTuple):
    """What came of each pair; arrays of one length.

    Attributes:
        how: `NOT`, `FOLDED` or `ALIGNED`; int8.
        similarity: of the tokens, 0-1; 0 where too little is common; float32.
        coverage: share of the later one's tokens that the earlier one has; 0 where a look at the letters settled it.
        kind: in what way the two differ, see `dedup.verdict.additions.Difference`; int16.
    """

    how: NDArray[np.int8]
    similarity: NDArray[np.float32]
    coverage: NDArray[np.float32]
    kind: NDArray[np.int16]


class Paragraphs(NamedTuple):
    """Some paragraphs, as far as they are known before their texts are read.

    Attributes:
        chars: the words of each, a character each; see `dedup.text.token_chars`.
        keys: the hash of the words of each, with what tells its group, if only paragraphs of a group are compared;
            uint64.
        texts: returns the texts of some of them, as UTF-8; asked for those that may go, and where the rest does not
            settle it.
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
    """Align pairs of paragraphs and decide for each whether the second makes the first superfluous.

    Args:
        paragraphs: what is compared.
        later: index of the paragraph that may go, for each pair; int64.
        earlier: index of the one that would stay; int64.
        settings: the threshold and the guard.
        prefilter: settle what can be seen without the rules; else these are asked about all that is alike enough.
    """
    chars = concatenate_chars(paragraphs.chars)
    number = len(later)
    similarity, coverage = (np.zeros(number, np.float32) for _ in range(2))
    found = Verdicts(np.zeros(number, np.int8), similarity, coverage, np.zeros(number, np.int16))
    candidate_sizes, witness_sizes = chars.sizes[later], chars.sizes[earlier]
    common = _common(chars.strings, later, earlier)
    same = (common == candidate_sizes) & (common == witness_sizes)
    # Of different words all hashes can be made to agree: that they are the same is seen from the texts.
    agree = same & (paragraphs.keys[later] == paragraphs.keys[earlier])
    sure = _surely_same_words(paragraphs, later, earlier, agree)
    found.how[sure], found.similarity[sure], found.coverage[sure] = FOLDED, 1, 1
    near = np.flatnonzero(~same & (common >= _least(witness_sizes, candidate_sizes, settings)))
    found.similarity[near] = 2 * common[near] / (candidate_sizes + witness_sizes)[near]  # as far as letters tell
    chosen = np.concatenate((np.flatnonzero(same & ~sure), near))
    kind = found.kind
    prefilter = prefilter and settings.guard != "off"
    if prefilter:
        kind[near] = _figures(chars, earlier[near], later[near])
        chosen = chosen[kind[chosen] == 0]
    aligned = align_all(chars, earlier[chosen], later[chosen])
    if prefilter:
        kind[chosen] = char_differences(aligned, chars, settings)
        aligned = aligned.picked(np.flatnonzero(kind[chosen] == 0))
        chosen = chosen[kind[chosen] == 0]
    doubtful = agree[chosen]
    _read(found, chosen, aligned, paragraphs=paragraphs, doubtful=doubtful, settings=settings, prefilter=prefilter)
    return found


def _surely_same_words(
    paragraphs: Paragraphs, later: NDArray[np.int64], earlier: NDArray[np.int64], asked: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which of the pairs that are asked about plainly have the same words."""
    at = np.flatnonzero(asked)
    needed, index = np.unique(np.stack((later[at], earlier[at])), return_inverse=True)
    texts = paragraphs.texts(needed.tolist())
    sure = np.zeros(len(asked), bool)
    pairs = zip(*index.reshape(2, -1).tolist(), strict=True)
    sure[at] = [surely_same_words(texts[one], texts[other]) for one, other in pairs]
    return sure


def _read(
    found: Verdicts,
    chosen: NDArray[np.int64],
    aligned: Aligned,
    *,
    paragraphs: Paragraphs,
    doubtful: NDArray[np.bool_],
    settings: Settings,
    prefilter: bool,
) -> None:
    """Decide about the pairs of which only the texts can tell.

    Args:
        found: what is known of all pairs; what is found is written into it.
        chosen: the pairs that are asked about, by their numbers; int64.
        aligned: how they are aligned.
        paragraphs: what is compared.
        doubtful: which of them have the same letters and keys: are they the same words?
        settings: the threshold and the guard.
        prefilter: look at all of them at once before.
    """
    how, similarity, coverage, kind = found
    needed, index = np.unique(np.stack((aligned.witness, aligned.candidate)), return_inverse=True)
    witness, candidate = index.reshape(2, -1)
    aligned = aligned._replace(witness=witness, candidate=candidate)
    tokens = Texts(paragraphs.texts(needed.tolist()), [paragraphs.chars[i] for i in needed.tolist()])
    certain = (tokens.agree(aligned) & prefilter).tolist()  # a look at the letters has seen that they are alike
    if prefilter and settings.guard == "strict":
        kind[chosen] = tokens.certain_differences(aligned)
    open_ = np.flatnonzero(doubtful | (kind[chosen] == 0))
    if settings.within is not None:
        # Bands are keys of 32 bits, on which paragraphs of different groups may agree.
        groups = paragraphs.keys[needed] ^ tokens.keys()
        open_ = open_[(groups[witness] == groups[candidate])[open_]]
    presumed: list[tuple[int, Verdict]] = []
    for place, alignment in zip(open_.tolist(), aligned.alignments(open_), strict=True):
        pair, sides = chosen[place], (int(witness[place]), int(candidate[place]))
        if doubtful[place] and tokens.equal(*sides):
            how[pair], similarity[pair], coverage[pair] = FOLDED, 1, 1
        elif not settings.exact and not kind[pair]:
            both = tokens.paragraph(sides[0]), tokens.paragraph(sides[1])
            presumed.append((place, provisional_verdict(*both, alignment, settings, certain=certain[place])))
    covered = np.array([place for place, verdict in presumed if verdict.covered], np.int64)
    exact = set(covered[tokens.exact(witness[covered], candidate[covered])].tolist())
    for place, verdict in presumed:
        pair, sure = chosen[place], verdict
        if verdict.covered and place not in exact:
            both = tokens.paragraph(int(witness[place])), tokens.paragraph(int(candidate[place]))
            sure = confirm(verdict, *both, settings)
        how[pair] = ALIGNED if sure.covered else NOT
        similarity[pair], coverage[pair], kind[pair] = sure.similarity, sure.coverage, sure.kind


def _figures(chars: ParagraphChars, witness: NDArray[np.int64], candidate: NDArray[np.int64]) -> NDArray[np.int16]:
    """Return for each pair whether the witness lacks more numbers than can be explained, as a kind; 0 where not."""
    many = NumberTable(chars).lacking(witness, candidate) > NUMBERS_EXPLAINED
    return np.where(many, np.int16(Difference.NUMBER), np.int16(0))


def _least(
    witness_sizes: NDArray[np.int64], candidate_sizes: NDArray[np.int64], settings: Settings
) -> NDArray[np.float64]:
    """Return how many words pairs of paragraphs of these lengths must have in common to be worth aligning."""
    if settings.exact:
        return np.full(len(candidate_sizes), np.inf)
    least: NDArray[np.float64] = (
        settings.threshold * (candidate_sizes + witness_sizes) / 2
        if settings.guard == "off"
        else least_common(witness_sizes, candidate_sizes, settings)
    )
    return least


def _common(chars: Sequence[str], one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the length of the longest common subsequence of the words of each pair, or seldom a little more."""
    found = process.cpdist(
        [chars[i] for i in one.tolist()],
        [chars[i] for i in other.tolist()],
        scorer=LCSseq.similarity,
        dtype=np.int32,
        workers=1,
    )
    return found.astype(np.int64)
