"""The stretches in which pairs of paragraphs differ, for many pairs at once, and the words in them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.language.numbers import months
from dedup.language.phrases import MODALS, VERBS, known
from dedup.language.spelling import plain, same_unit
from dedup.language.wordlists import (
    ENTITIES,
    FUNCTION,
    FURNITURE,
    FURNITURE_PHRASES,
    LINKS,
    MAGNITUDES,
    MONTHS,
    NUMBER_WORDS,
    SAYING,
    SECTION,
    TURNING,
    UNITS,
)
from dedup.text.arrays import ranges
from dedup.verdict.context import in_front
from dedup.verdict.gap import Gap
from dedup.verdict.rules.order import FEWEST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from dedup.verdict.batch.alignments import Aligned

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

KNOWN = frozenset(name for names in MONTHS for name in names.split()).union(
    FUNCTION, ENTITIES, LINKS, TURNING, FURNITURE, FURNITURE_PHRASES, SECTION, UNITS, NUMBER_WORDS, MAGNITUDES
)
"""Words that a rule may have something to say of."""
SHORTEST = 3
"""Letters of a word that is no initial and no number of a section."""
_ROMAN = frozenset("ivxlc")


class Written(NamedTuple):
    """How some tokens are written, one text after the other.

    Attributes:
        data: UTF-8 of all texts, with a byte between each two; uint8.
        edges: first byte of each token, and the first after it; int64, shape (tokens, 2).
        numeric: tokens with a digit; bool.
        ends: first byte after each text; int64.
        linked: texts with a sign that a link, a tag or an entity begins with; bool.
        tracked: texts with an address that says who has sent the reader; bool.
    """

    data: NDArray[np.uint8]
    edges: Ints
    numeric: Flags
    ends: Ints
    linked: Flags
    tracked: Flags


class Tokens(NamedTuple):
    """The tokens of several texts, one after the other.

    Attributes:
        hashes: of each token; uint64.
        written: how they are written.
        letters: the tokens of each text, a character each.
        words: returns folded tokens by their indices.
        marked: returns how many of a text's first tokens are the number of a section or of an entry.
    """

    hashes: NDArray[np.uint64]
    written: Written
    letters: Sequence[str]
    words: Callable[[Ints], list[str]]
    marked: Callable[[int], int]


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
        low: first token of the whole witness; int64.
        high: first token after it.
        witness: the witness, by its number; int64.
        text: the paragraph, likewise.
        at: first token of the stretch within the paragraph; int64.
    """

    pair: Ints
    a0: Ints
    a1: Ints
    b0: Ints
    b1: Ints
    first: Flags
    last: Flags
    low: Ints
    high: Ints
    witness: Ints
    text: Ints
    at: Ints

    def picked(self, some: Ints) -> Stretches:
        """Return some of the stretches."""
        columns: tuple[Any, ...] = self
        return Stretches(*(column[some] for column in columns))


def stretches(aligned: Aligned, begins: Ints) -> Stretches:
    """Gather the stretches of some pairs in which the paragraph has words.

    Args:
        aligned: the pairs.
        begins: the first token of each paragraph, and the number of tokens; int64.
    """
    some = np.flatnonzero(aligned.gaps[3] > aligned.gaps[2])
    a0, a1, b0, b1 = aligned.gaps[:, some]
    pair = aligned.gap_pairs[some]
    witness, paragraph = aligned.witness[pair], aligned.paragraph[pair]
    theirs, ours = begins[witness], begins[paragraph]
    last = b1 == begins[paragraph + 1] - ours
    edges = theirs, begins[witness + 1]
    places = theirs + a0, theirs + a1, ours + b0, ours + b1
    return Stretches(pair, *places, b0 == 0, last, *edges, witness, paragraph, b0)


def perhaps_echo(found: Stretches, stretch: int, tokens: Tokens) -> bool:
    """Return True if a gap that was put in may be a headline, or a word written twice.

    See `dedup.verdict.rules.order.echo`. Such a one has its words elsewhere in the witness, or in other forms.
    """
    if found.a0[stretch] < found.a1[stretch]:
        return False
    letters, at = tokens.letters[found.text[stretch]], int(found.at[stretch])
    size = int(found.b1[stretch] - found.b0[stretch])
    here = letters[at : at + size]
    if here == letters[at + size : at + 2 * size] or (at >= size and here == letters[at - size : at]):
        return True
    if size < FEWEST:
        return False
    return in_front(letters, Gap(0, 0, at, at + size)) or here in tokens.letters[found.witness[stretch]]


class Side:
    """The words of all stretches on one side.

    Attributes:
        tokens: each token, by its place among all tokens; int64.
        words: each token's word, by its number in the vocabulary; int64.
        sizes: tokens of each stretch; int64.
        begins: the first token of each stretch, by its place in these arrays, and how many there are; int64.
    """

    def __init__(self, first: Ints, last: Ints) -> None:
        self.sizes = last - first
        self.begins = np.concatenate(([0], np.cumsum(self.sizes)))
        self.tokens = ranges(first, self.sizes)
        self.words = np.empty(0, np.int64)

    @cached_property
    def stretch(self) -> Ints:
        """The stretch of each token, by its number."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def any(self, flags: Flags) -> Flags:
        """Tell in which stretches a token is flagged."""
        found: Flags = np.bincount(self.stretch[flags], minlength=len(self.sizes)) > 0
        return found

    def of(self, stretch: int) -> list[int]:
        """Return the words of one stretch, by their numbers."""
        words: list[int] = self.words[self.begins[stretch] : self.begins[stretch + 1]].tolist()
        return words


class Vocabulary:
    """The different words of some stretches, and what is known of each.

    Attributes:
        theirs: the witnesses' words.
        ours: the paragraphs' words.
        words: all different words, folded.
        plain: likewise, without accents.
    """

    def __init__(self, found: Stretches, tokens: Tokens) -> None:
        self.theirs, self.ours = Side(found.a0, found.a1), Side(found.b0, found.b1)
        every = np.concatenate((self.theirs.tokens, self.ours.tokens))
        _, first, number = np.unique(tokens.hashes[every], return_index=True, return_inverse=True)
        self.words: Sequence[str] = tokens.words(every[first])
        self.plain = [plain(word) for word in self.words]
        self.theirs.words, self.ours.words = np.split(number, [len(self.theirs.tokens)])

    def told(self, stretch: int) -> tuple[list[str], list[str]]:
        """Return the plain words of one stretch, theirs and ours."""
        theirs, ours = ([self.plain[word] for word in side.of(stretch)] for side in (self.theirs, self.ours))
        return theirs, ours

    @cached_property
    def saying(self) -> Flags:
        """Words that tell who says so."""
        return np.array([word in SAYING for word in self.words], bool)

    @cached_property
    def content(self) -> Flags:
        """Words of content of which no rule knows anything by themselves."""
        return np.array([is_content(word, bare) for word, bare in zip(self.words, self.plain, strict=True)], bool)

    @cached_property
    def figure(self) -> Flags:
        """Numbers that nothing else is written for."""
        return np.array([word.isdigit() and word[0] != "0" for word in self.words], bool)


def is_content(word: str, bare: str) -> bool:
    """Tell whether a word, folded and by `plain`, is one of content of which no rule knows anything by itself."""
    return (
        len(word) >= SHORTEST
        and word.isalpha()
        and word not in KNOWN
        and bare not in months()
        and bare not in known()
        and bare not in VERBS
        and bare not in MODALS
        and not _ROMAN.issuperset(word)
        and not same_unit(bare, bare)
    )
