"""Rules about attribution: who says so, news agencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.language.phrases import AGENCIES, VERBS, attributions, by_first
from dedup.language.wordlists import FUNCTION, SAYING, SOURCES, SPEAKERS, TURNING
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import begins_clause, is_capital
from dedup.verdict.rules.page_furniture import is_bounded
from dedup.verdict.rules.phrases import runs

if TYPE_CHECKING:
    from dedup.verdict.gap import GapContext, Paragraph


_ATTRIBUTION = 7
"""Words of an attribution."""

_CONTENT = 2
"""Words of content in it: who says so."""

_ARABIC = "\u0600"

_OPEN = "([（【"

_DASHES = "-–—/|:"


def attribution_phrase(context: GapContext) -> None:
    """“He said that”, as a phrase of a closed list, where a clause begins."""
    for run in runs(context.candidate_words, by_first(attributions)):
        if begins_clause(context.candidate, run[0]):
            context.ignore_tokens(run)


def attribution(context: GapContext) -> None:
    """“He said”, “the new mother wrote”: who says what both say, unless it is named."""
    left = context.candidate_words
    _said_otherwise(context)
    if not 0 < len(left) <= _ATTRIBUTION or not any(token in SAYING for token in left.values()):
        return
    content = [i for i, token in left.items() if token not in FUNCTION and token not in SAYING]
    if len(content) > _CONTENT or any(_telling(context.candidate, i) for i in left):
        return
    if is_bounded(context) or _leads(context, content):
        context.protects_words = not any(_is_inverted(context.candidate, i) for i in left)
        context.ignore_all()


def _said_otherwise(context: GapContext) -> None:
    """Ignore a verb of saying in place of another one: "said" and "added"."""
    candidate, after = context.candidate, context.gap.candidate_end
    if len(context.candidate_words) != 1 or len(context.witness_words) != 1:
        return
    verbs = {*context.candidate_words.values(), *context.witness_words.values()}
    if not verbs <= VERBS:
        return
    # In Arabic the verb comes before who says so.
    first = min(verbs)[0] >= _ARABIC and begins_clause(candidate, context.gap.candidate_start)
    if first or begins_clause(candidate, after) or candidate.token(after) in FUNCTION:
        context.ignore_tokens(list(context.candidate_words), list(context.witness_words))


def _leads(context: GapContext, content: list[int]) -> bool:
    """Return True if the gap opens with who speaks, without a name: "the spokesman said", but not "Miller said"."""
    text, span = context.candidate.text, context.candidate.span
    left = context.candidate_words
    if not text or not all(text[span(i)[0]].islower() or _is_source(left[i]) for i in content):
        return False
    last = [token for _, token in sorted(context.candidate_words.items())][-3:]
    return (
        not context.witness_words
        and context.gap.candidate_start <= 1
        and not SAYING.isdisjoint(last)
        and not context.at_end
    )


def _telling(paragraph: Paragraph, index: int) -> bool:
    """Return True if a token is a number, a name, or turns a statement."""
    token = paragraph.token(index)
    named = is_capital(paragraph, index) and not _is_source(token)
    return is_numeric(paragraph.chars[index]) or named or (token in TURNING and not _is_inverted(paragraph, index))


def _is_source(token: str) -> bool:
    return token in SOURCES or token in SPEAKERS


def _is_inverted(paragraph: Paragraph, index: int) -> bool:
    """Return True for the "t" of "a-t-il dit", which is no negation."""
    start, end = paragraph.span(index)
    return start > 0 and paragraph.text[start - 1 : end + 1].casefold() == "-t-"


def news_agency(context: GapContext) -> None:
    """“(Reuters) -": who distributes the report."""
    left, text, span = context.candidate_words, context.candidate.text, context.candidate.span
    if context.witness_words or not text or not left or not all(token in AGENCIES for token in left.values()):
        return
    before, after = (
        text[: span(min(left))[0]].rstrip()[-1:],
        text[span(max(left))[1] :].lstrip()[:1],
    )
    enclosed = before and before in _OPEN
    dashed = (context.at_start and after and after in _DASHES) or (context.at_end and before and before in _DASHES)
    if enclosed or dashed:
        context.ignore_all()
