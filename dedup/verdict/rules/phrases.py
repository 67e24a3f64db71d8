"""Rules about phrases: two wordings of the same, fillers, courtesy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.language.numbers import word_value
from dedup.language.phrases import COURTESY, by_first, fillers, leading, same, wordings
from dedup.language.spelling import plain
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import begins_clause, is_tied

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dedup.language.phrases import Phrase
    from dedup.verdict.gap import GapContext, Paragraph


def same_phrase(context: GapContext) -> None:
    """Phrases that say the same: “do not" and “don't", “over 50" and “more than 50", “USA" and “United States"."""
    if wordings().isdisjoint(context.candidate_words.values()):
        return
    gap = context.gap
    left = around(context.candidate_words, context.candidate, gap.candidate_start, gap.candidate_end)
    witness_left = around(context.witness_words, context.witness, gap.witness_start, gap.witness_end)
    known = [(run, same()[tuple(witness_left[i] for i in run)]) for run in runs(witness_left, by_first(same))]
    for run in runs(left, by_first(same)) if known else ():
        lines = same()[tuple(left[i] for i in run)]
        if context.candidate_words.keys().isdisjoint(run):
            continue
        counted = _before_number(context.candidate, run[-1] + 1)
        for other, others in known:
            # What both have beside the gap is a part of both phrases, or of none.
            level = (run[0] < gap.candidate_start) == (other[0] < gap.witness_start) and (
                run[-1] >= gap.candidate_end
            ) == (other[-1] >= gap.witness_end)
            if level and any(line > 0 or counted for line in lines & others):
                context.ignore_tokens([i for i in run if i in context.candidate_words], other)
                break


def around(left: dict[int, str], paragraph: Paragraph, first: int, last: int) -> dict[int, str]:
    """Return what is left of a gap on one side, and the common words just before and after it."""
    out = {i: plain(paragraph.token(i)) for i in (first - 1,) if i >= 0}
    out.update(left)
    out.update({i: plain(paragraph.token(i)) for i in (last,) if i < len(paragraph.chars)})
    return out


def runs(tokens: dict[int, str], listed: Mapping[str, tuple[Phrase, ...]]) -> Iterator[range]:
    """Return the rows of tokens that are phrases of a list, by their places, the long ones of a place first."""
    for first, token in list(tokens.items()):
        for phrase in listed.get(token, ()):
            if all(tokens.get(first + k) == word for k, word in enumerate(phrase)):
                yield range(first, first + len(phrase))


def _before_number(paragraph: Paragraph, index: int) -> bool:
    """Return True if a number follows, perhaps after one other word."""
    some = range(index, min(index + 2, len(paragraph.chars)))
    return any(is_numeric(paragraph.chars[i]) or word_value(paragraph.token(i)) is not None for i in some)


def filler(context: GapContext) -> None:
    """“However", “therefore", “além disso": what ties a sentence to the one before."""
    listed = by_first(leading)
    for run in (
        () if listed.keys().isdisjoint(context.candidate_words.values()) else runs(context.candidate_words, listed)
    ):
        if is_tied(context.candidate, run[0]):
            continue
        if tuple(map(context.candidate_words.get, run)) in fillers() or begins_clause(context.candidate, run[0]):
            context.ignore_tokens(run)


def courtesy(context: GapContext) -> None:
    """“Mr", “Herr", “Señora", before a name that both have."""
    left, candidate, last = context.candidate_words, context.candidate, context.gap.candidate_end
    if context.witness_words or not left or not all(token in COURTESY for token in left.values()):
        return
    if max(left) + 1 != last or last >= len(candidate.chars) or not candidate.text:
        return
    first = candidate.text[candidate.span(last)[0]]
    if first.isupper() or first.lower() == first.upper():
        context.ignore_all()
