"""Predicates on the surroundings of a word, and on the kind of text that a paragraph is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.language.wordlists import FUNCTION

if TYPE_CHECKING:
    from dedup.verdict.gap import Gap, Paragraph


_GLUE = "./@["
"""Characters that tie the token after them to an address or to a reference."""

_LABEL = 14
"""Words of a label, at most."""

_LABEL_CHARACTERS = 40
"""Tokens of one in a script in which each character is a token."""

_LABEL_GRAMMAR = 0.25

_LINKED = 100
"""Tokens of one with the targets of its links."""

_TARGET = re.compile(r"\]\([^()\n]*\)")

BREAKS = frozenset(".!?…,;:–—-()\"'“”„«»。，；：！？、（）「」『』،؛؟।\n")
"""Signs at which a sentence or a clause ends."""

HYPHENS = frozenset("-‐‑")
"""Signs that tie two words to one."""

APOSTROPHES = frozenset("'’ʼ`´")
"""Signs between a letter and the word that it belongs to."""

_TYING = HYPHENS | frozenset("#_=")
"""Signs that tie the token after them to the one before."""

APART = frozenset('.:;,|–—()[]"“”»«!?…\n·•/、。，；：！？（）「」،؛؟۔।॥')
"""Signs that keep what stands on either side apart, in whatever way."""

_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।։;；]\W*\Z")

_STOPS = frozenset(".!?…。！？؟۔।\n")

_BEFORE = 8
"""Characters before a word in which the end of a sentence is looked for."""


def is_name(paragraph: Paragraph, index: int) -> bool:
    """Return True if a token is a name by how it is written: "US", the end of "example.com", the number of a "[2]"."""
    if not paragraph.text:
        return False
    start, end = paragraph.span(index)
    if start and paragraph.text[start - 1] in _GLUE:
        return True
    token = paragraph.text[start:end]
    if len(token) < 2 or not token.isupper():  # noqa: PLR2004 - "A" begins a sentence
        return False
    around = [
        paragraph.text[slice(*paragraph.span(i))] for i in (index - 1, index + 1) if 0 <= i < len(paragraph.chars)
    ]
    return any(other.upper() != other for other in around)


def is_tied(paragraph: Paragraph, index: int) -> bool:
    """Return True if a token is a part of a compound or of an address, and not the first: "up" of "follow-up"."""
    start = paragraph.span(index)[0] if paragraph.text else 0
    return start > 1 and paragraph.text[start - 1] in _TYING and paragraph.text[start - 2].isalnum()


def is_capital(paragraph: Paragraph, index: int) -> bool:
    """Return True if a token is written with a capital where no sentence begins."""
    if not paragraph.text or index == 0:
        return False
    start, _ = paragraph.span(index)
    if not paragraph.text[start].isupper():
        return False
    before = paragraph.text[max(0, start - _BEFORE) : start].rstrip(" \"'“”„«»‘’(*_[")
    return before[-1:] not in ".!?:…\n|–—#"


def is_label(paragraph: Paragraph) -> bool:
    """Return True if a paragraph names something rather than says something: a title, an entry, a caption.

    It is short, ends as no sentence does, and has few words of grammar; in scripts without spaces, where grammar is not
    seen, length alone tells. The targets of links are no part of it.
    """
    size = len(paragraph.chars)
    has_links = "](" in paragraph.text
    if not paragraph.text or size > (_LINKED if has_links else _LABEL_CHARACTERS) or ends(paragraph):
        return False
    shown = [i for i in range(size) if not (has_links and is_in_target(paragraph, i))]
    if len(shown) > _LABEL_CHARACTERS:
        return False
    if 2 * size > len(paragraph.text):
        return True
    return len(shown) <= _LABEL and sum(paragraph.token(i) in FUNCTION for i in shown) <= _LABEL_GRAMMAR * len(shown)


def is_in_target(paragraph: Paragraph, index: int) -> bool:
    """Return True if a token stands in the target of a link or an image."""
    if "](" not in paragraph.text:
        return False
    at = paragraph.span(index)[0]
    return any(found.start() < at < found.end() for found in _TARGET.finditer(paragraph.text))


def ends(paragraph: Paragraph) -> bool:
    """Return True if a paragraph ends as a sentence, or a part of one in a list, does."""
    return _SENTENCE_END.search(paragraph.text[-_BEFORE:]) is not None


def is_title(paragraph: Paragraph, first: int, last: int) -> bool:
    """Return True if all words of content are written with a capital, and some are."""
    if not paragraph.text:
        return False
    words = [paragraph.text[slice(*paragraph.span(i))] for i in range(first, min(last, len(paragraph.chars)))]
    content = [word for word in words if word.casefold() not in FUNCTION]
    return bool(content) and all(word[:1].isupper() for word in content)


def begins_clause(paragraph: Paragraph, index: int) -> bool:
    """Return True if a clause begins with a token: it is the first, or behind a sign, or there is none."""
    if not 0 < index < len(paragraph.chars) or not paragraph.text:
        return index in {0, len(paragraph.chars)}
    return not BREAKS.isdisjoint(between(paragraph, index))


def begins_sentence(paragraph: Paragraph, index: int) -> bool:
    """Return True if a sentence begins with a token: it is the first, or the one before it ended."""
    if not 0 < index < len(paragraph.chars) or not paragraph.text:
        return index == 0
    return not _STOPS.isdisjoint(between(paragraph, index))


def is_apart(paragraph: Paragraph, index: int) -> bool:
    """Return True if a sign stands between a token and the one before it, for all that is known."""
    if not paragraph.text or not 0 < index < len(paragraph.chars):
        return True
    signs = between(paragraph, index)
    return not APART.isdisjoint(signs) or " - " in signs


def between(paragraph: Paragraph, index: int) -> str:
    """Return what stands between a token and the one before it; both are there."""
    return paragraph.text[paragraph.span(index - 1)[1] : paragraph.span(index)[0]]


def in_front(chars: str, gap: Gap) -> bool:
    """Return True if an insertion may as well be at the beginning.

    Where a headline begins with the text's first word, that one may be aligned with either.
    """
    return chars[: gap.candidate_start] == chars[gap.candidate_size : gap.candidate_end]
