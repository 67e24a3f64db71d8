"""A glance at many pairs at once: in which of them does a word or a number certainly say something new?

Most pairs that only look alike differ in a number, or in a word that is nothing like the one in its place. What
`dedup.difference.examine` would find after asking all rules, is seen here for all stretches of a batch.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.corpus.fingerprint import words_of
from dedup.lexicon import (
    ENTITIES,
    FUNCTION,
    FURNITURE,
    LINKS,
    MAGNITUDES,
    MONTHS,
    NUMBER_WORDS,
    SAYING,
    SECTION,
    TURNING,
    UNITS,
)
from dedup.phrases import known
from dedup.ranges import ranges
from dedup.sides import Difference
from dedup.spelling import agree, plain, variant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from dedup.sides import Gap

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]


KNOWN = frozenset(name for names in MONTHS for name in names.split()).union(
    FUNCTION, ENTITIES, LINKS, TURNING, FURNITURE, SECTION, UNITS, NUMBER_WORDS, MAGNITUDES
)
"""Words that a rule may have something to say of."""
GLANCE = 4
"""Tokens on either side that can be taken in at a glance."""
SHORTEST = 3
"""Letters of a word that is no initial and no number of a section."""


class Tokens(NamedTuple):
    """The tokens of several texts, one after the other.

    Attributes:
        hashes: of each token; uint64.
        alone: whether it stands between spaces or the like, and no digit is near; bool.
        words: returns folded tokens by their indices.
    """

    hashes: NDArray[np.uint64]
    alone: Flags
    words: Callable[[Ints], list[str]]


class Stretches(NamedTuple):
    """Stretches in which pairs differ; arrays of one length, tokens by their place among all tokens.

    Attributes:
        pair: number of the pair; int64, ascending.
        a0: first token of the witness there; int64.
        a1: first token after it.
        b0: first token of the paragraph there.
        b1: first token after it.
        first: whether the paragraph begins with it; bool.
        last: whether the paragraph ends with it.
    """

    pair: Ints
    a0: Ints
    a1: Ints
    b0: Ints
    b1: Ints
    first: Flags
    last: Flags

    def picked(self, some: Ints) -> Stretches:
        """Return some of the stretches."""
        pair, a0, a1, b0, b1, first, last = self
        return Stretches(pair[some], a0[some], a1[some], b0[some], b1[some], first[some], last[some])


def stretches(gaps: Sequence[Sequence[Gap]], places: Sequence[tuple[int, int, int]]) -> Stretches:
    """Gather the stretches of some pairs in which the paragraph has words.

    Args:
        gaps: those of each pair.
        places: of each pair, the first token of the witness; that of the paragraph; how many the paragraph has.
    """
    rows = [
        (pair, a0 + gap.a0, a0 + gap.a1, b0 + gap.b0, b0 + gap.b1, gap.b0 == 0, gap.b1 == size)
        for pair, (some, (a0, b0, size)) in enumerate(zip(gaps, places, strict=True))
        for gap in some
        if gap.b1 > gap.b0
    ]
    columns = np.array(rows, np.int64).reshape(-1, 7).T
    pair, a0, a1, b0, b1, first, last = columns
    return Stretches(pair, a0, a1, b0, b1, first.astype(bool), last.astype(bool))


def certainly_new(found: Stretches, tokens: Tokens) -> NDArray[np.int16]:
    """Return for each stretch of what kind is what is certainly new, as a `Difference`; 0 where that is open."""
    kinds = np.zeros(len(found.pair), np.int16)
    theirs, ours = found.a1 - found.a0, found.b1 - found.b0
    few = np.flatnonzero((theirs > 0) & (theirs <= GLANCE) & (ours <= GLANCE))
    if not len(few):
        return kinds
    some = found.picked(few)
    vocabulary = _Vocabulary(some, tokens)
    kinds[few[_other_word(some, vocabulary)]] = Difference.WORDS
    kinds[few[_other_figure(some, tokens, vocabulary)]] = Difference.NUMBER
    return kinds


class _Vocabulary:
    """The different words of some stretches, and what is known of each."""

    def __init__(self, found: Stretches, tokens: Tokens) -> None:
        self.theirs = ranges(found.a0, found.a1 - found.a0)
        self.ours = ranges(found.b0, found.b1 - found.b0)
        every = np.concatenate((self.theirs, self.ours))
        _, first, number = np.unique(tokens.hashes[every], return_index=True, return_inverse=True)
        words = tokens.words(every[first])
        self.plain = [plain(word) for word in words]
        self.of_theirs, self.of_ours = number[: len(self.theirs)], number[len(self.theirs) :]
        """Each token's word, by its number."""
        self.saying = np.array([word in SAYING for word in words], bool)
        self.content = np.array(
            [
                len(word) >= SHORTEST and word.isalpha() and word not in KNOWN and bare not in known()
                for word, bare in zip(words, self.plain, strict=True)
            ],
            bool,
        )
        self.figure = np.array([word.isdigit() and word[0] != "0" for word in words], bool)


def _other_figure(found: Stretches, tokens: Tokens, vocabulary: _Vocabulary) -> Flags:
    """Tell where one number stands in another one's place, and no rule has anything to say to that."""
    single = (found.a1 - found.a0 == 1) & (found.b1 - found.b0 == 1) & ~found.first
    theirs = np.cumsum(found.a1 - found.a0) - 1
    ours = np.cumsum(found.b1 - found.b0) - 1
    figures = vocabulary.figure[vocabulary.of_theirs[theirs]] & vocabulary.figure[vocabulary.of_ours[ours]]
    out: Flags = single & figures & tokens.alone[found.a0] & tokens.alone[found.b0]
    inner = out & ~found.last
    out[inner] = ~np.isin(tokens.hashes[found.b0[inner] + 1], _magnitudes())
    return out


@cache
def _magnitudes() -> NDArray[np.uint64]:
    return np.unique(words_of(sorted(MAGNITUDES)).hashes)


def _other_word(found: Stretches, vocabulary: _Vocabulary) -> Flags:
    """Tell where a word of content stands that is nothing like any of the witness's words there."""
    number = len(found.pair)
    sizes = found.b1 - found.b0
    stretch = np.repeat(np.arange(number), sizes)
    content = vocabulary.content[vocabulary.of_ours]
    content[(np.cumsum(sizes) - 1)[found.last]] = False  # perhaps it was cut off
    content &= ~(np.bincount(stretch, vocabulary.saying[vocabulary.of_ours], minlength=number) > 0)[stretch]
    ours = np.flatnonzero(content)
    where = stretch[ours]
    counts = (found.a1 - found.a0)[where]
    begins = np.cumsum(found.a1 - found.a0) - (found.a1 - found.a0)
    theirs = vocabulary.of_theirs[ranges(begins[where], counts)]
    both = np.stack((theirs, np.repeat(vocabulary.of_ours[ours], counts)))
    alike = np.repeat(np.arange(len(ours)), counts)[_alike(both, vocabulary.plain)]
    new = np.ones(len(ours), bool)
    new[alike] = False
    out = np.zeros(number, bool)
    out[where[new]] = True
    return out


def _alike(both: Ints, words: Sequence[str]) -> Flags:
    """Tell which pairs of words, by their numbers, may be taken for the same."""
    different, number = np.unique(both[0] * len(words) + both[1], return_inverse=True)
    one, other = np.divmod(different, len(words))
    pairs = zip(one.tolist(), other.tolist(), strict=True)
    alike: Flags = np.array([_perhaps_same(words[i], words[j]) for i, j in pairs], bool)[number]
    return alike


def _perhaps_same(one: str, other: str) -> bool:
    """Tell whether two words may be taken for the same, the one for short for the other, or for a part of it."""
    return (
        (one[0] == other[0] and len(one) != len(other))
        or one in other
        or other in one
        or variant(one, other)
        or agree(one, other)
    )
