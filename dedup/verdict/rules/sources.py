"""Rules about where something is said, or who says it for somebody else, if that has no name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.language.wordlists import FUNCTION, GENITIVES, REPORTING, SAYING, SOURCES, SPEAKERS, TURNING
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import begins_sentence, between

if TYPE_CHECKING:
    from dedup.verdict.gap import GapContext, Paragraph


_AHEAD = 7
"""Words behind a source among which it is said that it speaks."""
_PHRASE = 8
"""Words of a phrase that names a source, at most."""
_COMMAS = frozenset(",،")


def nameless_source(context: GapContext) -> None:
    """“According to the report, …”: at the beginning of a sentence, where both say the same behind the comma."""
    gap, candidate, witness = context.gap, context.candidate, context.witness
    ours = _opening(candidate, gap.candidate_start)
    if ours is None or ours < gap.candidate_end or not _is_source(candidate, gap.candidate_start, gap.candidate_end):
        return
    if gap.witness_size:
        theirs = _opening(witness, gap.witness_start)
        if theirs is None or theirs < gap.witness_end or not _is_source(witness, gap.witness_start, gap.witness_end):
            return
    context.ignore_tokens(list(context.candidate_words), list(context.witness_words))


def _is_source(paragraph: Paragraph, first: int, last: int) -> bool:
    return any(paragraph.token(i) in SOURCES for i in range(first, last))


def _opening(paragraph: Paragraph, index: int) -> int | None:
    """Return where the phrase ends that a token belongs to, if it opens a sentence, names a source and has no name."""
    start = index
    while start > 0 and index - start < _PHRASE and not begins_sentence(paragraph, start):
        start -= 1
    if not paragraph.text or (start and not begins_sentence(paragraph, start)):
        return None
    for i in range(start, min(start + _PHRASE, len(paragraph.chars) - 1)):
        token = paragraph.token(i)
        if token in TURNING or is_numeric(paragraph.chars[i]) or not _is_told(token):
            return None
        if not _COMMAS.isdisjoint(between(paragraph, i + 1)):
            return i + 1
    return None


def _is_told(token: str) -> bool:
    return token in FUNCTION or token in SOURCES or token in SAYING


def speaker(context: GapContext) -> None:
    """“A spokesman for the ministry said”: it is the ministry that says so; likewise the report of it."""
    gap, candidate = context.gap, context.candidate
    left = [candidate.token(i) for i in gap.candidate_range]
    first = gap.candidate_start
    if first and not begins_sentence(candidate, first) and candidate.token(first - 1) in FUNCTION:
        first -= 1  # "The [spokesman of the] ministry"
    if not candidate.text or not begins_sentence(candidate, first) or len(left) > _PHRASE:
        return
    if any(word not in FUNCTION for word in context.witness_words.values()):
        return
    if any(not (word in FUNCTION or word in SPEAKERS or word in SOURCES) or word in TURNING for word in left):
        return
    written = any(word in SOURCES for word in left)
    end = gap.candidate_end
    if left[-1] in SPEAKERS or (left[-1] in FUNCTION and (not written or left[-1] in GENITIVES)):
        ahead = (candidate.token(i) for i in range(end, min(end + _AHEAD, len(candidate.chars))))
        if any(token in SAYING or token in REPORTING for token in ahead):
            context.ignore_tokens(list(context.candidate_words), list(context.witness_words))
