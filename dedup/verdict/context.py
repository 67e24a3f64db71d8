"""What stands around a word of a paragraph, and what kind of text a paragraph is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.language.wordlists import FUNCTION

if TYPE_CHECKING:
    from dedup.verdict.gap import Gap, Side


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
