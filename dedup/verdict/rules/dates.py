"""Rules about dates: weekdays, months, ordinal numbers of days."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from dedup.language.data_files import words
from dedup.language.numbers import dates, month_number
from dedup.language.phrases import FEIRA, WEEKDAYS
from dedup.text.token_chars import is_numeric

if TYPE_CHECKING:
    from dedup.verdict.gap import GapContext


_NEAR = 40
"""Characters in which the rest of a date stands."""

DAYS = frozenset(words("day_signs"))
"""What stands behind the number of a day."""

_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)\Z")


def weekday(context: GapContext) -> None:
    """The day of the week, beside a day that is named in full and was one."""
    text, span = context.candidate.text, context.candidate.span
    found = [i for i, token in context.candidate_words.items() if token in WEEKDAYS]
    if not found or not text or any(token in WEEKDAYS for token in context.witness_words.values()):
        return
    low = max(0, span(found[0])[0] - _NEAR)
    for day in dates(text[low : span(found[-1])[1] + _NEAR]):
        if _weekday(day.first) == WEEKDAYS[context.candidate_words[found[0]]] and len(day.days) == 1:
            behind = [i for i in (found[0] + 1,) if context.candidate_words.get(i) == FEIRA]
            context.ignore_tokens([found[0], *behind])
            return


def _weekday(day: tuple[int, int, int]) -> int | None:
    try:
        return date(*day).weekday()
    except ValueError:
        return None


def month(context: GapContext) -> None:
    """“Jan" and “January", beside a number; “Samstag" and “Sonnabend"."""
    for i, token in list(context.candidate_words.items()) if context.witness_words else ():
        day = WEEKDAYS.get(token)
        same_day = next(
            (j for j, other in context.witness_words.items() if day is not None and WEEKDAYS.get(other) == day), None
        )
        if same_day is not None:
            context.ignore_tokens([i], [same_day])
        if token in DAYS and i and is_numeric(context.candidate.chars[i - 1]):
            context.ignore_tokens([i], [j for j, other in context.witness_words.items() if other in DAYS])
        number = month_number(token)
        beside = (j for j in (i - 1, i + 1) if 0 <= j < len(context.candidate.chars))
        if number is None or not any(is_numeric(context.candidate.chars[j]) for j in beside):
            continue
        for j, other in list(context.witness_words.items()):
            if month_number(other) == number and (other.startswith(token) or token.startswith(other)):
                context.ignore_tokens([i], [j])
                break


def ordinal(context: GapContext) -> None:
    """“May 3rd" and “May 3"."""
    for i, token in list(context.candidate_words.items()) if context.witness_words else ():
        found = None if token.isalpha() or token.isdigit() else _ORDINAL.match(token)
        same = [j for j, other in context.witness_words.items() if other == found.group(1)] if found else []
        if same:
            context.ignore_tokens([i], same[:1])
