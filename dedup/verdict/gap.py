"""A gap of an alignment, the two paragraphs around it, and the state of its examination.

A gap is what an alignment leaves between two runs of equal words: some words of the witness, the paragraph that stays,
against some of the candidate, the paragraph that may be removed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dedup.language.spelling import plain
from dedup.language.wordlists import TURNING
from dedup.model.differences import Difference
from dedup.text.signs import is_sign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


MAX_GAP = 60
"""Maximum tokens of a gap that is searched for variants; a longer one is another text."""


class Finding(NamedTuple):
    """Result of the examination of a gap.

    Attributes:
        new: indices of the candidate's tokens that say something new.
        kind: how the two differ; if anything is new, of which kinds that is.
        grammar: number of function words that were ignored in place of other ones.
    """

    new: list[int]
    kind: Difference
    grammar: int = 0


class SetAside(NamedTuple):
    """Words of a gap that one rule has ignored, as indices of tokens on either side."""

    rule: str
    candidate: tuple[int, ...]
    witness: tuple[int, ...]


class Examined(NamedTuple):
    """What became of one gap: what rules have ignored, one after the other, and what was found."""

    gap: Gap
    ignored: tuple[SetAside, ...]
    finding: Finding


class Paragraph(NamedTuple):
    """One paragraph of a comparison.

    Attributes:
        chars: a character for each token, the same for the same token, odd for a token with a digit; see
            `dedup.text.token_chars`.
        hashes: token hashes, in order, eight bytes each.
        token: returns a folded token by its index; called only for the tokens that differ.
        text: the paragraph as written; empty if unknown.
        span: returns the characters of a token in the text.
        words: returns all folded tokens, in order.
        watch: of a candidate: is told of each gap that is examined; None: it is not needed.
    """

    chars: str
    hashes: bytes
    token: Callable[[int], str]
    text: str
    span: Callable[[int], tuple[int, int]]
    words: Callable[[], Sequence[str]]
    watch: Callable[[Examined], None] | None = None


class Gap(NamedTuple):
    """Some tokens of the witness against some of the candidate, as half-open ranges; one of them may be empty."""

    witness_start: int
    witness_end: int
    candidate_start: int
    candidate_end: int

    @property
    def witness_size(self) -> int:
        """Number of tokens of the witness."""
        return self.witness_end - self.witness_start

    @property
    def candidate_size(self) -> int:
        """Number of tokens of the candidate."""
        return self.candidate_end - self.candidate_start

    @property
    def witness_range(self) -> range:
        """Indices of the tokens of the witness."""
        return range(self.witness_start, self.witness_end)

    @property
    def candidate_range(self) -> range:
        """Indices of the tokens of the candidate."""
        return range(self.candidate_start, self.candidate_end)


class GapContext:
    """A gap under examination: the words not yet ignored on either side, and the kinds of difference found so far.

    Negations, restrictions and signs are ignored only together with the same ones on the other side, unless the current
    rule is about them.

    Attributes:
        witness_words: plain words of the witness that are left, by token index.
        candidate_words: plain words of the candidate that are left, by token index.
        kind: kinds of the differences that were ignored.
        rule_kind: kind of the differences that the current rule ignores.
        protects_words: the current rule may not ignore negations, modal verbs and restrictions.
        protects_signs: the current rule may not ignore signs.
    """

    def __init__(self, gap: Gap, witness: Paragraph, candidate: Paragraph) -> None:
        first = max(gap.witness_start, gap.witness_end - MAX_GAP)
        self.gap = gap
        self.witness = witness
        self.candidate = candidate
        self.witness_words = {i: plain(witness.token(i)) for i in range(first, gap.witness_end)}
        self.candidate_words = {i: plain(candidate.token(i)) for i in gap.candidate_range}
        self.kind = self.rule_kind = Difference.NONE
        self.protects_words = self.protects_signs = True

    @property
    def at_start(self) -> bool:
        """The gap begins the candidate."""
        return self.gap.candidate_start == 0

    @property
    def at_end(self) -> bool:
        """The gap ends the candidate."""
        return self.gap.candidate_end == len(self.candidate.chars)

    @property
    def chars(self) -> str:
        """Characters of the candidate's tokens in the gap; see `Paragraph.chars`."""
        return self.candidate.chars[self.gap.candidate_start : self.gap.candidate_end]

    def ignore_all(self) -> None:
        """Drop all that is left of the candidate."""
        self.ignore_tokens(list(self.candidate_words))

    def ignore_tokens(self, candidate: Sequence[int], witness: Sequence[int] = ()) -> None:
        """Drop tokens of both sides from the words left, except protected ones that differ between the sides."""
        kept = self._protected(self.candidate_words, candidate), self._protected(self.witness_words, witness)
        if sorted(kept[0].values()) != sorted(kept[1].values()):
            candidate = [i for i in candidate if i not in kept[0]]
            witness = [i for i in witness if i not in kept[1]]
        for i in candidate:
            self.candidate_words.pop(i, None)
        for i in witness:
            self.witness_words.pop(i, None)
        if candidate:
            self.kind |= self.rule_kind

    def _protected(self, left: dict[int, str], tokens: Sequence[int]) -> dict[int, str]:
        """Return those of some words that the current rule may not ignore on one side only."""
        words = {i: left[i] for i in tokens if i in left}
        return {
            i: word
            for i, word in words.items()
            if (self.protects_words and word in TURNING) or (self.protects_signs and is_sign(word))
        }
