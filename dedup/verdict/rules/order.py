"""Rules about order: what stands elsewhere in the witness."""

from __future__ import annotations

from os.path import commonprefix
from typing import TYPE_CHECKING

from dedup.language.phrases import TIMES
from dedup.language.spelling import plain
from dedup.language.wordlists import FUNCTION, NEGATIONS, SAYING, TURNING
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import between, in_front

if TYPE_CHECKING:
    from dedup.verdict.gap import GapContext, Paragraph


MOVED = 5
"""Words in a row that stand elsewhere in the witness: the order is another one, not what is said."""

_CELLS = 3
"""Bars that separate the cells of a table, more than which a text without one has not."""


def moved_run(context: GapContext) -> None:
    """A run of words that stands elsewhere in the witness; not in a table, where each has its place."""
    gap = context.gap
    if context.candidate.text.count("|") > _CELLS:
        return
    if context.witness_words and len(context.witness_words) >= MOVED:
        return  # two that change places: "the red team beat the blue one"
    if gap.candidate_size >= MOVED and context.chars in context.witness.chars:
        context.ignore_all()


FEWEST, _HEADLINE = 3, 14
"""Words of a headline."""

_TOLD = 2
"""Words of content in it, at least."""

_STEM, _ENDING = 4, 2
"""Letters that a headline's word has in common with the text's, at least, and that it may have besides."""

_PARTING = frozenset(".:!?…–—|*\n。：！？؟।")
"""Signs between a headline and its text; a comma ends no headline: "for members, …"."""


def repeated_headline(context: GapContext) -> None:
    """A headline before its text, or the end of one, that has no word that the text has not."""
    gap, candidate, witness = context.gap, context.candidate, context.witness
    size = gap.candidate_size
    if gap.witness_size or not candidate.text or not FEWEST <= size <= min(_HEADLINE, len(candidate.chars) // 2):
        return
    before = in_front(candidate.chars, gap)
    first = 0 if before else gap.candidate_start
    if not before and not (context.at_end and context.chars in witness.chars):
        return
    inner = size if before else first
    if _PARTING.isdisjoint(between(candidate, inner)):
        return
    if any(_denies_otherwise(candidate, i, witness) for i in range(first, first + size)):
        return
    chars = set(witness.chars)
    content = [i for i in range(first, first + size) if candidate.token(i) not in FUNCTION]
    told = [i for i in content if candidate.chars[i] not in chars]
    if len(content) >= _TOLD and (not told or (before and _in_other_forms(candidate, told, witness))):
        context.ignore_all()


def _denies_otherwise(paragraph: Paragraph, index: int, witness: Paragraph) -> bool:
    """Return True if what turns a word of a headline does not turn it in the text, or the other way round."""
    turning = paragraph.token(index) in TURNING
    if turning and index + 1 < len(paragraph.chars):
        return paragraph.chars[index : index + 2] not in witness.chars
    at = witness.chars.find(paragraph.chars[index])
    if at < 1 or paragraph.token(index) in FUNCTION or witness.token(at - 1) not in NEGATIONS:
        return turning
    return index == 0 or paragraph.chars[index - 1] != witness.chars[at - 1]


def _in_other_forms(paragraph: Paragraph, some: list[int], other: Paragraph) -> bool:
    """Return True if another text has some words with other endings: a headline says "close", its text "closed"."""
    if any(is_numeric(paragraph.chars[i]) or paragraph.token(i) in TURNING for i in some):
        return False
    words = {plain(other.token(i)) for i in range(len(other.chars))}
    return all(any(_inflected(plain(paragraph.token(i)), word) for word in words) for i in some)


def _inflected(one: str, other: str) -> bool:
    common = len(commonprefix((one, other)))  # noqa: RUF071 - characters are meant
    return common >= _STEM and max(len(one), len(other)) - common <= _ENDING


def moved_time_phrase(context: GapContext) -> None:
    """“On Thursday morning", which the witness has elsewhere: when it was is the same."""
    gap, run = context.gap, context.chars
    words = context.candidate_words.values()
    if context.witness_words or len(words) != len(run):  # "from October to December" is not from December to October
        return
    if TIMES.isdisjoint(words) or any(word not in TIMES and word not in FUNCTION for word in words):
        return
    if context.candidate.chars.count(run) != 1 or context.witness.chars.count(run) != 1:
        return
    # "Said on Monday" that something happens, and said that it happens on Monday, are two things.
    places = (context.candidate, gap.candidate_start), (context.witness, context.witness.chars.index(run))
    around = [(paragraph, i) for paragraph, start in places for i in (start - 1, start + len(run))]
    if SAYING.isdisjoint(paragraph.token(i) for paragraph, i in around if 0 <= i < len(paragraph.chars)):
        context.ignore_all()
