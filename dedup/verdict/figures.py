"""Words beside a number that say how it is meant: what bounds it ("at least 80"), and what joins it to the next one.

Which words do that is not listed, as every language has others: of words right before an amount all are taken to, but
for articles, conjunctions, and what names the number ("Article 5").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.language.numbers import word_value
from dedup.language.phrases import TIMES
from dedup.language.spelling import plain
from dedup.language.wordlists import COORDINATING, DETERMINERS, ENTITIES, FUNCTION, SECTION
from dedup.text.signs import is_sign
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import between, is_apart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.verdict.gap import Gap, Paragraph


_FEW = 3
"""Words that bound a number, at most."""
_CHARACTERS = 6
"""Characters that do, in scripts without spaces."""
_SPACELESS = "\u0e00"
_YEAR, _YEARS = 4, range(1700, 2100)
"""Digits of a year, and numbers that are more often years than amounts."""
_NAMING = DETERMINERS | COORDINATING | SECTION | ENTITIES
_DASHES = frozenset("-‐‑–—~")


def bounds(paragraph: Paragraph, first: int, last: int) -> bool:
    """Return True if some words bound the amount that they stand before."""
    if not (first < last < len(paragraph.chars)) or last - first > _CHARACTERS or not _is_amount(paragraph, last):
        return False
    if not paragraph.text or is_apart(paragraph, last):
        return False
    words = [paragraph.token(i) for i in range(first, last)]
    if any(is_numeric(paragraph.chars[i]) for i in range(max(first - 1, 0), last)) or any(map(is_sign, words)):
        return False
    if words[0][0] >= _SPACELESS and not between(paragraph, last):
        return not FUNCTION.issuperset(words)
    return len(words) <= _FEW and not all(_names(word) for word in words)


def _names(word: str) -> bool:
    """Return True for a word that says which number it is rather than how much, and for an article."""
    return word in _NAMING or plain(word) in TIMES


def _is_amount(paragraph: Paragraph, index: int) -> bool:
    """Return True for a number that is no year and no day."""
    token = paragraph.token(index)
    if not is_numeric(paragraph.chars[index]):
        return len(token) > 1 and token not in FUNCTION and word_value(token) is not None
    if token.isdecimal() and len(token) == _YEAR and int(token) in _YEARS:
        return False
    beside = (i for i in (index - 1, index + 1) if 0 <= i < len(paragraph.chars))
    return not any(plain(paragraph.token(i)) in TIMES for i in beside)


def joins_otherwise(gap: Gap, witness: Paragraph, candidate: Paragraph) -> bool:
    """Return True if two numbers are the ends of a range in one paragraph, and two of a list in the other one."""
    if not (gap.candidate_start > 0 and gap.candidate_end < len(candidate.chars) and witness.text and candidate.text):
        return False
    before = gap.candidate_start - 1
    if before > 0 and is_sign(candidate.token(before)):
        before -= 1  # "6° and 7°"
    if not (is_numeric(candidate.chars[before]) and is_numeric(candidate.chars[gap.candidate_end])):
        return False
    theirs = _is_range(witness, gap.witness_start, gap.witness_end)
    ours = _is_range(candidate, gap.candidate_start, gap.candidate_end)
    return theirs is not None and ours is not None and theirs != ours


def _is_range(paragraph: Paragraph, first: int, last: int) -> bool | None:
    """Return whether words between two numbers make a range of them; None if that is not known."""
    if first == last:
        sign = between(paragraph, last).strip()
        return sign in _DASHES if sign in {*_DASHES, ",", "،", "、"} else None
    words: Sequence[str] = [paragraph.token(i) for i in range(first, last)]
    if not COORDINATING.isdisjoint(words):
        return False
    return True if FUNCTION.issuperset(words) else None
