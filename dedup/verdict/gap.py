"""A gap between two aligned paragraphs, the two themselves, and what is known of the gap so far.

A gap is what an alignment leaves between two runs of equal words: some words of the witness against some of the
paragraph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dedup.language.spelling import plain
from dedup.language.wordlists import TURNING
from dedup.model.differences import Difference
from dedup.text.signs import is_sign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Finding(NamedTuple):
    """What a stretch says.

    Attributes:
        new: tokens of the paragraph that say something new.
        kind: of what kinds the difference is; where anything is new, of what kinds that is.
        grammar: how many words were let pass as grammar in place of others.
    """

    new: list[int]
    kind: Difference
    grammar: int = 0


LIMIT = 60
"""Tokens of a stretch above which nobody looks for variants in it: it is another text."""


class Side(NamedTuple):
    """One paragraph of a comparison.

    Attributes:
        letters: a character for each token, the same for the same token, odd for a token with a digit; see
            `dedup.text.token_chars`.
        hashes: token hashes, in order, eight bytes each.
        token: returns a folded token by its index; called only for the tokens that differ.
        text: the paragraph as it is written; empty where nobody knows.
        span: returns where a token stands in the text.
        words: returns all folded tokens, in order.
    """

    letters: str
    hashes: bytes
    token: Callable[[int], str]
    text: str
    span: Callable[[int], tuple[int, int]]
    words: Callable[[], Sequence[str]]


class Gap(NamedTuple):
    """A stretch in which the two differ: tokens ``a0:a1`` of the witness against ``b0:b1`` of the paragraph."""

    a0: int
    a1: int
    b0: int
    b1: int


class Stretch:
    """A stretch under examination: what is left of it on either side, and what it was found to be so far.

    What turns a statement, and what a sign says, is set aside only together with the same on the other side, unless the
    rule at hand is about just that.

    Attributes:
        holds_words: the rule at hand may set no negation, modal verb or restriction aside.
        holds_signs: it may set no sign aside.
    """

    def __init__(self, gap: Gap, witness: Side, paragraph: Side) -> None:
        self.gap = gap
        self.witness = witness
        self.paragraph = paragraph
        self.theirs = {i: plain(witness.token(i)) for i in range(max(gap.a0, gap.a1 - LIMIT), gap.a1)}
        self.ours = {i: plain(paragraph.token(i)) for i in range(gap.b0, gap.b1)}
        self.kind = Difference.NONE
        self.holds_words = self.holds_signs = True

    @property
    def at_start(self) -> bool:
        """Nothing of the paragraph stands before the stretch."""
        return self.gap.b0 == 0

    @property
    def at_end(self) -> bool:
        """Nothing of the paragraph follows."""
        return self.gap.b1 == len(self.paragraph.letters)

    def set_aside(self, ours: Sequence[int], kind: Difference, theirs: Sequence[int] = ()) -> None:
        """Take words out of what is left; those that are held stay, on both sides."""
        held = self._held(self.ours, ours), self._held(self.theirs, theirs)
        if sorted(held[0].values()) != sorted(held[1].values()):
            ours = [i for i in ours if i not in held[0]]
            theirs = [i for i in theirs if i not in held[1]]
        for i in ours:
            self.ours.pop(i, None)
        for i in theirs:
            self.theirs.pop(i, None)
        if ours:
            self.kind |= kind

    def _held(self, left: dict[int, str], some: Sequence[int]) -> dict[int, str]:
        """Return those of some words that the rule at hand may not set aside by themselves."""
        words = {i: left[i] for i in some if i in left}
        return {
            i: word
            for i, word in words.items()
            if (self.holds_words and word in TURNING) or (self.holds_signs and is_sign(word))
        }
