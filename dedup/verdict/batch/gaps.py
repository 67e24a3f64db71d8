"""The gaps of many aligned pairs at once, in columns, and the words in them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.language.phrases import known
from dedup.language.spelling import plain, same_unit
from dedup.language.wordlists import (
    ENTITIES,
    FUNCTION,
    FURNITURE,
    FURNITURE_PHRASES,
    LINKS,
    MAGNITUDES,
    MARKING,
    NUMBER_WORDS,
    ORDINALS,
    SAYING,
    SUFFIXES,
    TURNING,
    UNITS,
)
from dedup.text.arrays import ranges
from dedup.verdict.batch.token_sets import marker_hashes
from dedup.verdict.context import in_front
from dedup.verdict.gap import Gap
from dedup.verdict.rules.marker_forms import MAX_TOKENS
from dedup.verdict.rules.order import FEWEST
from dedup.verdict.rules.registry import trigger_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from dedup.text.arrays import Flags, Ints
    from dedup.verdict.batch.alignments import Aligned


RULE_WORDS = FUNCTION.union(
    ENTITIES, LINKS, TURNING, FURNITURE, FURNITURE_PHRASES, MARKING, ORDINALS, SUFFIXES, UNITS, NUMBER_WORDS, MAGNITUDES
)
"""Words that a rule may match, or that are no content, besides the triggers of rules."""
MIN_LETTERS = 3
"""Minimum letters of a word that is no initial and no section number."""
_LETTER = 3
"""Maximum bytes of a letter, of any script."""
_ROMAN = frozenset("ivxlcdm")


class TokenBytes(NamedTuple):
    """The bytes of some texts, one after the other, and where their tokens are.

    Attributes:
        data: UTF-8 of all texts, with a byte between each two; uint8.
        edges: first byte of each token, and the first after it; int64, shape (tokens, 2).
        numeric: tokens with a digit; bool.
        ends: first byte after each text; int64.
        linked: texts with a character that begins a link, a tag or an entity; bool.
        tracked: texts with a tracking parameter in an address; bool.
        imaged: texts with an image; bool.
    """

    data: NDArray[np.uint8]
    edges: Ints
    numeric: Flags
    ends: Ints
    linked: Flags
    tracked: Flags
    imaged: Flags


class TokenTable(NamedTuple):
    """The tokens of several texts, one after the other.

    Attributes:
        hashes: of each token; uint64.
        written: their bytes.
        chars: the tokens of each text, a character each.
        words: returns folded tokens by their indices.
        marker_size: returns how many of a text's first tokens are a section or list number.
    """

    hashes: NDArray[np.uint64]
    written: TokenBytes
    chars: Sequence[str]
    words: Callable[[Ints], list[str]]
    marker_size: Callable[[int], int]


class Gaps(NamedTuple):
    """Gaps of many pairs, one row each; tokens are given by their index in the token table.

    Attributes:
        pair: index of the pair; int64, ascending.
        witness_start: first token of the witness in the gap; int64.
        witness_end: one past its last token.
        candidate_start: first token of the candidate in the gap.
        candidate_end: one past its last token.
        at_start: the gap begins the candidate, or has a number that may belong to a marker there; bool.
        at_end: the gap ends the candidate.
        whole_start: first token of the whole witness; int64.
        whole_end: one past its last token.
        witness: index of the witness; int64.
        candidate: index of the candidate.
        offset: first token of the gap, counted from the candidate's beginning; int64.
    """

    pair: Ints
    witness_start: Ints
    witness_end: Ints
    candidate_start: Ints
    candidate_end: Ints
    at_start: Flags
    at_end: Flags
    whole_start: Ints
    whole_end: Ints
    witness: Ints
    candidate: Ints
    offset: Ints

    @property
    def witness_sizes(self) -> Ints:
        """Number of tokens of the witness in each gap; int64."""
        return self.witness_end - self.witness_start

    @property
    def candidate_sizes(self) -> Ints:
        """Number of tokens of the candidate in each gap; int64."""
        return self.candidate_end - self.candidate_start

    def picked(self, chosen: Ints) -> Gaps:
        """Return the gaps at some indices."""
        columns: tuple[Any, ...] = self
        return Gaps(*(column[chosen] for column in columns))


def collect_gaps(aligned: Aligned, begins: Ints, hashes: NDArray[np.uint64], written: TokenBytes) -> Gaps:
    """Collect the gaps in which the candidate has words.

    Args:
        aligned: the aligned pairs.
        begins: the first token of each paragraph, and the number of tokens; int64.
        hashes: of each token; uint64.
        written: their bytes.
    """
    chosen = np.flatnonzero(aligned.gaps[3] > aligned.gaps[2])
    witness_bounds, candidate_bounds = aligned.gaps[:2, chosen], aligned.gaps[2:, chosen]
    pair = aligned.gap_pairs[chosen]
    witness, candidate = aligned.witness[pair], aligned.candidate[pair]
    at_end = candidate_bounds[1] == begins[candidate + 1] - begins[candidate]
    bounds = *(witness_bounds + begins[witness]), *(candidate_bounds + begins[candidate])
    whole = begins[witness], begins[witness + 1]
    offset = candidate_bounds[0]
    at_start = offset == 0
    inner = np.flatnonzero((offset > 0) & (offset < MAX_TOKENS))
    at_start[inner] = _in_markers(begins[candidate[inner]], candidate_bounds[:, inner], hashes, written)
    columns: tuple[Any, ...] = (pair, *bounds, at_start, at_end, *whole, witness, candidate, offset)
    return Gaps(*columns)


def _in_markers(first: Ints, bounds: Ints, hashes: NDArray[np.uint64], written: TokenBytes) -> Flags:
    """Return which gaps have a number of a marker that both have a part of in common: "Section 7" and "Section 8".

    Args:
        first: first token of each paragraph; int64.
        bounds: where its gap begins and ends, counted from there; int64, shape (2, n).
        hashes: of all tokens; uint64.
        written: their bytes.
    """
    figures = np.concatenate(([0], np.cumsum(written.numeric)))
    out: Flags = figures[first + np.minimum(bounds[1], MAX_TOKENS)] > figures[first + bounds[0]]
    chosen = np.flatnonzero(out)
    token, gap = ranges(first[chosen], bounds[0, chosen]), np.repeat(chosen, bounds[0, chosen])
    short = written.edges[token, 1] - written.edges[token, 0] <= _LETTER
    out[gap[~(short | written.numeric[token] | np.isin(hashes[token], marker_hashes()))]] = False
    return out


def may_be_headline(gaps: Gaps, gap: int, tokens: TokenTable) -> bool:
    """Return True if an insertion may be a headline, or a word written twice.

    See `dedup.verdict.rules.order.repeated_headline`. The witness has its words elsewhere, or in other forms.
    """
    if gaps.witness_start[gap] < gaps.witness_end[gap]:
        return False
    chars, start = tokens.chars[gaps.candidate[gap]], int(gaps.offset[gap])
    size = int(gaps.candidate_end[gap] - gaps.candidate_start[gap])
    run = chars[start : start + size]
    if run == chars[start + size : start + 2 * size] or (start >= size and run == chars[start - size : start]):
        return True
    if size < FEWEST:
        return False
    return in_front(chars, Gap(0, 0, start, start + size)) or run in tokens.chars[gaps.witness[gap]]


class GapWords:
    """The words of all gaps, of the witnesses or of the candidates.

    Attributes:
        tokens: each token, by its index in the token table; int64.
        words: each token's word, by its index in the vocabulary; int64.
        sizes: tokens of each gap; int64.
        begins: the first token of each gap, by its index in these arrays, and their number; int64.
    """

    def __init__(self, first: Ints, last: Ints) -> None:
        self.sizes = last - first
        self.begins = np.concatenate(([0], np.cumsum(self.sizes)))
        self.tokens = ranges(first, self.sizes)
        self.words = np.empty(0, np.int64)

    @cached_property
    def gap(self) -> Ints:
        """Index of the gap of each token."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def any(self, flags: Flags) -> Flags:
        """Return for each gap whether one of its tokens is flagged."""
        flagged: Flags = np.bincount(self.gap[flags], minlength=len(self.sizes)) > 0
        return flagged

    def of(self, gap: int) -> list[int]:
        """Return the words of one gap, by their indices in the vocabulary."""
        words: list[int] = self.words[self.begins[gap] : self.begins[gap + 1]].tolist()
        return words


class Vocabulary:
    """The distinct words of some gaps, and their properties.

    Attributes:
        witness: the words of the witnesses.
        candidate: the words of the candidates.
        words: all distinct words, folded.
        plain: likewise, without accents.
    """

    def __init__(self, gaps: Gaps, tokens: TokenTable) -> None:
        self.witness = GapWords(gaps.witness_start, gaps.witness_end)
        self.candidate = GapWords(gaps.candidate_start, gaps.candidate_end)
        indices = np.concatenate((self.witness.tokens, self.candidate.tokens))
        _, first, number = np.unique(tokens.hashes[indices], return_index=True, return_inverse=True)
        self.words: Sequence[str] = tokens.words(indices[first])
        self.plain = [plain(word) for word in self.words]
        self.witness.words, self.candidate.words = np.split(number, [len(self.witness.tokens)])

    def words_in(self, gap: int) -> tuple[list[str], list[str]]:
        """Return the plain words of one gap: the witness's and the candidate's."""
        witness, candidate = ([self.plain[i] for i in words.of(gap)] for words in (self.witness, self.candidate))
        return witness, candidate

    @cached_property
    def saying(self) -> Flags:
        """Verbs of saying."""
        return np.array([word in SAYING for word in self.words], bool)

    @cached_property
    def content(self) -> Flags:
        """Content words that are in no rule's word list."""
        return np.array([is_content(word, bare) for word, bare in zip(self.words, self.plain, strict=True)], bool)

    @cached_property
    def figure(self) -> Flags:
        """Numbers in digits, without leading zeros."""
        return np.array([word.isdigit() and word[0] != "0" for word in self.words], bool)


def is_content(word: str, bare: str) -> bool:
    """Return True for a content word, folded and by `plain`, that is in no rule's word list."""
    return (
        len(word) >= MIN_LETTERS
        and word.isalpha()
        and word not in RULE_WORDS
        and bare not in trigger_words()
        and bare not in known()
        and not _ROMAN.issuperset(word)
        and not same_unit(bare, bare)
    )
