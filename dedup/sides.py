"""The two sides of a comparison, a stretch in which they differ, and what is known of it so far.

A stretch is what an alignment leaves between two runs of equal words: some words of the witness against some of the
paragraph.
"""

from __future__ import annotations

import re
from enum import IntFlag
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from dedup.lexicon import FUNCTION, TURNING
from dedup.signs import is_sign
from dedup.spelling import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIMIT = 60
"""Tokens of a stretch above which nobody looks for variants in it: it is another text."""
_GLUE = "./@["
"""Characters that tie the token after them to an address or to a reference."""
_LABEL = 14
"""Words of a label, at most."""
_LABEL_CHARACTERS = 40
"""Tokens of one in a script in which each character is a token."""
_LABEL_GRAMMAR = 0.25
BREAKS = frozenset(".!?…,;:–—-()\"'“”„«»。，；：！？、（）「」『』،؛؟।\n")
"""Signs at which a sentence or a clause ends."""
HYPHENS = frozenset("-‐‑")
"""Signs that tie two words to one."""
_APART = frozenset('.:;,|–—()[]"“”»«!?…\n·•/、。，；：！？（）「」،؛؟۔।॥')
"""Signs that keep what stands on either side apart, in whatever way."""
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।։;；]\W*\Z")
_BEFORE = 8
"""Characters before a word in which the end of a sentence is looked for."""


class Difference(IntFlag):
    """Of what kind a difference is."""

    NONE = 0
    SPELLING = 1
    FORMAT = 2
    MARKER = 4
    GRAMMAR = 8
    ATTRIBUTION = 16
    FURNITURE = 32
    TRUNCATION = 64
    MARKUP = 128
    ORDER = 256
    LESS = 512
    NUMBER = 1024
    NAME = 2048
    TURN = 4096
    WORDS = 8192

    def names(self) -> tuple[str, ...]:
        """Return the names of the kinds, for logs and reports."""
        return _names(int(self))


@cache
def _names(kinds: int) -> tuple[str, ...]:
    """Return the names of some kinds. There are few sets of them, and every entry of a log has one."""
    return tuple(kind.name.lower() for kind in Difference if kind & kinds and kind.name)


class Side(NamedTuple):
    """One paragraph of a comparison.

    Attributes:
        letters: a character for each token, the same for the same token, odd for a token with a digit; see
            `dedup.letters`.
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


def is_name(side: Side, index: int) -> bool:
    """Tell whether a token is a name by how it is written: "US", the end of "example.com", the number of a "[2]"."""
    if not side.text:
        return False
    start, end = side.span(index)
    if start and side.text[start - 1] in _GLUE:
        return True
    token = side.text[start:end]
    if len(token) < 2 or not token.isupper():  # noqa: PLR2004 - "A" begins a sentence
        return False
    around = [side.text[slice(*side.span(i))] for i in (index - 1, index + 1) if 0 <= i < len(side.letters)]
    return any(other.upper() != other for other in around)


def is_capital(side: Side, index: int) -> bool:
    """Tell whether a token is written with a capital where no sentence begins."""
    if not side.text or index == 0:
        return False
    start, _ = side.span(index)
    if not side.text[start].isupper():
        return False
    before = side.text[max(0, start - _BEFORE) : start].rstrip(" \"'“”„«»‘’(*_[")
    return before[-1:] not in ".!?:…\n|–—#"


def is_label(side: Side) -> bool:
    """Tell whether a paragraph names something rather than says something: a title, an entry, a caption.

    It is short, ends as no sentence does, and has few words of grammar; in scripts without spaces, where grammar is not
    seen, length alone tells.
    """
    if not side.text or len(side.letters) > _LABEL_CHARACTERS or _SENTENCE_END.search(side.text[-_BEFORE:]):
        return False
    if 2 * len(side.letters) > len(side.text):
        return True
    if len(side.letters) > _LABEL:
        return False
    grammar = sum(side.token(i) in FUNCTION for i in range(len(side.letters)))
    return grammar <= _LABEL_GRAMMAR * len(side.letters)


def is_title(side: Side, first: int, last: int) -> bool:
    """Tell whether all words of content are written with a capital, and some are."""
    if not side.text:
        return False
    words = [side.text[slice(*side.span(i))] for i in range(first, min(last, len(side.letters)))]
    content = [word for word in words if word.casefold() not in FUNCTION]
    return bool(content) and all(word[:1].isupper() for word in content)


def begins_clause(side: Side, index: int) -> bool:
    """Tell whether a clause begins with a token: it is the first, or behind a sign, or there is none."""
    if not 0 < index < len(side.letters) or not side.text:
        return index in {0, len(side.letters)}
    return not BREAKS.isdisjoint(between(side, index))


def is_apart(side: Side, index: int) -> bool:
    """Tell whether a sign stands between a token and the one before it, for all that is known."""
    if not side.text or not 0 < index < len(side.letters):
        return True
    signs = between(side, index)
    return not _APART.isdisjoint(signs) or " - " in signs


def between(side: Side, index: int) -> str:
    """Return what stands between a token and the one before it; both are there."""
    return side.text[side.span(index - 1)[1] : side.span(index)[0]]


def in_front(letters: str, gap: Gap) -> bool:
    """Tell whether a stretch that was put in may as well stand at the beginning.

    Where a headline begins with the text's first word, that one may be aligned with either.
    """
    return letters[: gap.b0] == letters[gap.b1 - gap.b0 : gap.b1]
