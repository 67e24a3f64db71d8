"""Rules about numbers: the same figures in another way of writing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.language.data_files import words
from dedup.language.numbers import dates, decimal_value, magnitude, numbers, same_day, same_number, word_value
from dedup.language.spelling import plain, same_unit
from dedup.text.token_chars import is_numeric

if TYPE_CHECKING:
    from dedup.language.numbers import Number, Value
    from dedup.verdict.gap import GapContext, Paragraph


_AROUND = 40
"""Characters around a token in which the rest of its number or date may stand."""

_DAY = 3
"""Words of a day's date."""

DIGITS = re.compile(r"\d+")

_ORDINALS = frozenset(words("ordinal_endings"))
"""What makes a figure the number of a place in a row, and not another one."""


def equal_numbers(context: GapContext) -> None:
    """Numbers and days that the witness has there, too, in another form; numbers that it has in words."""
    candidate, left = context.candidate, context.candidate_words
    if not any(is_numeric(candidate.chars[i]) or word_value(word) is not None for i, word in left.items()):
        return
    if not candidate.text or not context.witness.text:
        return
    gap = context.gap
    first, last = candidate.span(gap.candidate_start)[0], candidate.span(gap.candidate_end - 1)[1]
    low = max(0, first - _AROUND)
    text = candidate.text[low : last + _AROUND]
    _match_dates(context, text, low)
    numbers_in_gap = numbers(_window(context.witness, gap.witness_start, gap.witness_end))
    values_in_gap = [number.value for number in numbers_in_gap if not number.share]
    _match_numbers(context, text, low, (first - low, last - low), numbers_in_gap)
    _match_number_words(context, values_in_gap)
    _match_repeated(context)


def _match_dates(context: GapContext, text: str, low: int) -> None:
    """Ignore dates in a text, which begins at `low`, that the witness has there in the same order."""
    known = dates(_surroundings(context.witness, context.gap.witness_start, context.gap.witness_end))
    for date in dates(text) if known else []:
        same = next((k for k, other in enumerate(known) if same_day(other, date)), None)
        if same is not None:
            del known[: same + 1]  # in order: from one day to another
            _ignore_span(context, low + date.start, low + date.end)


def _match_numbers(context: GapContext, text: str, low: int, edge: tuple[int, int], inner: list[Number]) -> None:
    """Ignore numbers that the witness has there in the same order, or in words.

    Args:
        context: the gap.
        text: the text of the gap, and some around it.
        low: where it begins in the candidate.
        edge: where the gap begins and ends in it.
        inner: the numbers of the witness in the gap; those that are matched are taken out.
    """
    witness, gap = context.witness, context.gap
    around = numbers(_window(witness, max(gap.witness_start - 1, 0), min(gap.witness_end + 1, len(witness.chars))))
    in_words = [value for token in context.witness_words.values() if (value := word_value(token)) is not None]
    for number in numbers(text, *edge):
        # A number that begins before the gap is compared with the whole of the other one.
        others = inner if number.start >= edge[0] and number.end <= edge[1] else around
        same = next((k for k, other in enumerate(others) if same_number(other, number)), None)
        if same is not None:
            del others[: same + 1]  # in order: "2 and 3" is not "3 and 2"
        if same is not None or (number.value in in_words and not number.share):
            _ignore_span(context, low + number.start, low + number.end)


def _match_number_words(context: GapContext, values: list[Value]) -> None:
    """Ignore number words whose value the witness has there in figures."""
    for i, token in list(context.candidate_words.items()):
        value = word_value(token)
        if value is not None and value in values:
            numerals = [j for j in context.witness_words if is_numeric(context.witness.chars[j])]
            context.ignore_tokens([i], numerals[:1])


def _surroundings(paragraph: Paragraph, first: int, last: int) -> str:
    """Return the text of some tokens, and of those beside them that may belong to one day."""
    if not paragraph.chars:
        return ""
    low, high = max(first - _DAY, 0), min(last + _DAY, len(paragraph.chars))
    return paragraph.text[paragraph.span(low)[0] : paragraph.span(high - 1)[1]]


def _match_repeated(context: GapContext) -> None:
    """“One (1)": the number in words, just before."""
    before = context.gap.candidate_start - 1
    value = word_value(context.candidate.token(before)) if before >= 0 else None
    for i, token in list(context.candidate_words.items()):
        if value is not None and decimal_value(token) == value:
            context.ignore_tokens([i])


def _ignore_span(context: GapContext, start: int, end: int) -> None:
    """Ignore what is left of the gap between two characters of the candidate."""
    text, span = context.candidate.text, context.candidate.span
    inside = [i for i in context.candidate_words if start <= span(i)[0] < end]
    # "23h30" is not the number 23.
    inside = [i for i in inside if not any(map(str.isdigit, text[end : span(i)[1]]))]
    # "4K" and "4G" are not one number: what is written together with it must be there, too.
    rests = {"", *context.witness_words.values(), *map(_letters_of, context.witness_words.values())}
    inside = [i for i in inside if len(DIGITS.findall(context.candidate_words[i])) <= 1 and not _lettered(context, i)]
    context.ignore_tokens([i for i in inside if _letters_of(context.candidate_words[i]) in rests])


def _lettered(context: GapContext, index: int) -> bool:
    """Return True if the witness has a figure with a letter there, where this one has none: "1B" and "1"."""
    words, numeral = set(context.candidate_words.values()), context.candidate_words[index]
    others = context.witness_words.values()
    if not numeral.isdigit() or numeral in others:
        return False
    letters = {_letters_of(token) for token in others if DIGITS.findall(token) == [numeral]}
    return any(magnitude(each) is None for each in letters - _ORDINALS - words)


def _letters_of(token: str) -> str:
    return "".join(c for c in token if not c.isdigit()) if any(map(str.isdigit, token)) else ""


def _window(paragraph: Paragraph, first: int, last: int) -> str:
    """Return the text of some tokens and a little around it, as far as a number may reach."""
    if not paragraph.chars or first >= last:
        return ""
    low, high = paragraph.span(first)[0], paragraph.span(last - 1)[1]
    while low > 0 and (paragraph.text[low - 1].isdigit() or paragraph.text[low - 1] in ".,:’'"):
        low -= 1
    while high < len(paragraph.text) and (paragraph.text[high].isdigit() or paragraph.text[high] in ".,:’'"):
        high += 1
    return paragraph.text[low:high]


def magnitudes(context: GapContext) -> None:
    """“Million” and “mln”: what multiplies a number, as a word and for short."""
    for i, token in list(context.candidate_words.items()):
        times = magnitude(token)
        same = next((j for j, other in context.witness_words.items() if times and magnitude(other) == times), None)
        if same is not None:
            context.ignore_tokens([i], [same])


def unit_beside(context: GapContext) -> None:
    """“$5” and “5 dollars”: the unit stands on the number's other side."""
    gap, witness, candidate = context.gap, context.witness, context.candidate
    if context.witness_words or len(context.candidate_words) != 1:
        return
    i, token = next(iter(context.candidate_words.items()))
    for number, there in ((gap.candidate_start - 1, gap.witness_start - 2), (gap.candidate_end, gap.witness_start + 1)):
        if not (0 <= number < len(candidate.chars) and 0 <= there < len(witness.chars)):
            continue
        if is_numeric(candidate.chars[number]) and same_unit(plain(witness.token(there)), token):
            context.ignore_tokens([i])
