"""Verdicts on a batch of candidate pairs: one alignment in C++ settles most, the document's verdict the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import LCSseq

from dedup.corpus.figures import Figures
from dedup.corpus.fingerprint import empty_letters, telling_letters
from dedup.corpus.texts import Texts
from dedup.letters import is_numeric
from dedup.sides import Difference, Gap, in_front
from dedup.verdict import NUMBERS_EXPLAINED, Alignment, align, alike, judge, least_common

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from dedup.settings import Settings

NOT, FOLDED, ALIGNED = 0, 1, 2
"""How a paragraph is covered: not at all; by the same tokens; by tokens aligned one by one."""
_FORGED = 1024
"""Characters from which on different words of the same polynomial hash modulo 2^64 can be made: Thue-Morse words."""


class Verdicts(NamedTuple):
    """What came of each pair; arrays of one length.

    Attributes:
        how: `NOT`, `FOLDED` or `ALIGNED`; int8.
        similarity: of the tokens, 0-1; 0 where too little is common; float32.
        coverage: share of the later one's tokens that the earlier one has; 0 where a look at the letters settled it.
        kind: in what way the two differ, see `dedup.difference.Difference`; int16.
    """

    how: NDArray[np.int8]
    similarity: NDArray[np.float32]
    coverage: NDArray[np.float32]
    kind: NDArray[np.int16]


class Paragraphs(NamedTuple):
    """Some paragraphs, as far as they are known before their texts are read.

    Attributes:
        letters: the words of each, a character each; see `dedup.letters`.
        keys: the hash of the words of each; uint64.
        lengths: characters of each; int32.
        texts: returns the texts of some of them, as UTF-8; asked for those of which the rest does not settle it.
    """

    letters: Sequence[str]
    keys: NDArray[np.uint64]
    lengths: NDArray[np.int32]
    texts: Callable[[list[int]], list[bytes]]


def verify(
    paragraphs: Paragraphs, later: NDArray[np.int64], earlier: NDArray[np.int64], settings: Settings
) -> Verdicts:
    """Align pairs of paragraphs and decide for each whether the second makes the first superfluous.

    Args:
        paragraphs: what is compared.
        later: index of the paragraph that may go, for each pair; int64.
        earlier: index of the one that would stay; int64.
        settings: the threshold and the guard.
    """
    letters, keys, lengths, texts = paragraphs
    how = np.zeros(len(later), np.int8)
    similarity, coverage = (np.zeros(len(later), np.float32) for _ in range(2))
    kind = np.zeros(len(later), np.int16)
    sizes = np.array([len(one) for one in letters], np.int64)
    ours, theirs = sizes[later], sizes[earlier]
    common = _common(letters, later, earlier)
    same = (common == ours) & (common == theirs)
    # The same words by two hashes, word by word and all together. Only of long texts could somebody have made two on
    # purpose that agree in both: there the letters are compared.
    sure = same & (keys[later] == keys[earlier]) & (np.maximum(lengths[later], lengths[earlier]) < _FORGED)
    how[sure], similarity[sure], coverage[sure] = FOLDED, 1, 1
    near = np.flatnonzero(~same & (common >= _least(theirs, ours, settings)))
    similarity[near] = 2 * common[near] / (ours + theirs)[near]  # as far as letters tell
    aligned = _Aligned(letters, settings)
    kind[near] = aligned.previewed(earlier[near], later[near], common[near])
    near = near[kind[near] == 0]
    doubtful = np.flatnonzero(same & ~sure)
    chosen = np.concatenate((doubtful, near))
    needed, index = np.unique(np.stack((earlier[chosen], later[chosen])), return_inverse=True)
    tokens = Texts(texts(needed.tolist()), [letters[i] for i in needed.tolist()])
    pairs = list(zip(*index.reshape(2, -1).tolist(), strict=True))
    alignments = [aligned.of(*pair) for pair in zip(earlier[chosen].tolist(), later[chosen].tolist(), strict=True)]
    certain = tokens.agree(pairs, alignments)
    if settings.guard == "strict":
        kind[chosen] = tokens.certainly_new(pairs, alignments)
    for place, pair in enumerate(chosen.tolist()):
        witness, paragraph = pairs[place]
        if same[pair] and tokens.equal(witness, paragraph):
            how[pair], similarity[pair], coverage[pair] = FOLDED, 1, 1
        elif not settings.exact and not kind[pair]:
            sides = tokens.side(witness), tokens.side(paragraph)
            verdict = judge(*sides, alignments[place], settings, certain=certain[place])
            how[pair] = ALIGNED if verdict.covered else NOT
            similarity[pair], coverage[pair], kind[pair] = verdict.similarity, verdict.coverage, verdict.kind
    return Verdicts(how, similarity, coverage, kind)


def _least(theirs: NDArray[np.int64], ours: NDArray[np.int64], settings: Settings) -> NDArray[np.float64]:
    """Return how many words pairs of paragraphs of these lengths must have in common to be worth aligning."""
    if settings.exact:
        return np.full(len(ours), np.inf)
    least: NDArray[np.float64] = (
        settings.threshold * (ours + theirs) / 2 if settings.guard == "off" else least_common(theirs, ours, settings)
    )
    return least


def _common(letters: Sequence[str], one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the length of the longest common subsequence of the words of each pair, or seldom a little more."""
    found = process.cpdist(
        [letters[i] for i in one.tolist()],
        [letters[i] for i in other.tolist()],
        scorer=LCSseq.similarity,
        dtype=np.int32,
        workers=1,
    )
    return found.astype(np.int64)


class _Aligned:
    """The alignments of some paragraphs' letters, each made once."""

    def __init__(self, letters: Sequence[str], settings: Settings) -> None:
        self._letters = letters
        self._settings = settings
        self._made: dict[tuple[int, int], Alignment] = {}

    def of(self, witness: int, paragraph: int) -> Alignment:
        """Return the alignment of two paragraphs."""
        pair = (witness, paragraph)
        if pair not in self._made:
            self._made[pair] = align(self._letters[witness], self._letters[paragraph])
        return self._made[pair]

    def previewed(
        self, witness: NDArray[np.int64], paragraph: NDArray[np.int64], common: NDArray[np.int64]
    ) -> NDArray[np.int16]:
        """Look at the letters alone: of what kind is what is certainly new? 0 where only the words can tell.

        Args:
            witness: index of the one that would stay, for each pair.
            paragraph: index of the one that may go.
            common: words that both have in common, in order.
        """
        kinds = np.zeros(len(common), np.int16)
        if self._settings.guard == "off" or not len(common):
            return kinds
        kinds[Figures(self._letters).lacking(witness, paragraph) > NUMBERS_EXPLAINED] = Difference.NUMBER
        for place in np.flatnonzero(kinds == 0).tolist():
            kinds[place] = self._preview(int(witness[place]), int(paragraph[place]))
        return kinds

    def _preview(self, witness: int, paragraph: int) -> Difference:
        theirs, ours = self._letters[witness], self._letters[paragraph]
        alignment = self.of(witness, paragraph)
        if not alignment.gaps or alignment.common == len(ours):
            return Difference.NONE
        if not alike(alignment, len(theirs), len(ours), self._settings):
            return Difference.WORDS
        if self._settings.guard == "strict" and _adds(theirs, ours, alignment.gaps):
            return Difference.WORDS
        return Difference.NONE


def _adds(theirs: str, ours: str, gaps: Sequence[Gap]) -> bool:
    """Tell whether words are put in that certainly say something new.

    Words that are put in where the witness has none are new, unless they are such as a rule of `dedup.aside` may set
    aside: grammar, who says so, a link, a number in figures after the same in words, what stands elsewhere. What stands
    at either end, and whatever else differs, is for the verdict to judge.
    """
    grammar, telling = empty_letters(), telling_letters()
    for gap in gaps:
        if gap.a0 != gap.a1 or gap.b0 == 0 or gap.b1 == len(ours):
            continue
        put_in = ours[gap.b0 : gap.b1]
        if put_in in theirs or (len(put_in) == 1 and is_numeric(put_in)) or not telling.isdisjoint(put_in):
            continue
        if any(letter not in grammar for letter in put_in) and not in_front(ours, gap):
            return True
    return False
