"""Rules about dates: weekdays, months, ordinal numbers of days."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from dedup.language.data_files import words
from dedup.language.numbers import dates, month_number
from dedup.language.phrases import FEIRA, WEEKDAYS
from dedup.model.differences import Difference
from dedup.text.token_chars import is_numeric

if TYPE_CHECKING:
    from dedup.verdict.gap import Stretch


_NEAR = 40
"""Characters in which the rest of a date stands."""

DAYS = frozenset(words("day_signs"))
"""What stands behind the number of a day."""

_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)\Z")


def weekday(stretch: Stretch) -> None:
    """The day of the week, beside a day that is named in full and was one."""
    text, span = stretch.paragraph.text, stretch.paragraph.span
    found = [i for i, token in stretch.ours.items() if token in WEEKDAYS]
    if not found or not text or any(token in WEEKDAYS for token in stretch.theirs.values()):
        return
    low = max(0, span(found[0])[0] - _NEAR)
    for day in dates(text[low : span(found[-1])[1] + _NEAR]):
        if _weekday(day.first) == WEEKDAYS[stretch.ours[found[0]]] and len(day.days) == 1:
            behind = [i for i in (found[0] + 1,) if stretch.ours.get(i) == FEIRA]
            stretch.set_aside([found[0], *behind], Difference.FORMAT)
            return


def _weekday(day: tuple[int, int, int]) -> int | None:
    try:
        return date(*day).weekday()
    except ValueError:
        return None


def month(stretch: Stretch) -> None:
    """“Jan" and “January", beside a number; “Samstag" and “Sonnabend"."""
    for i, token in list(stretch.ours.items()) if stretch.theirs else ():
        day = WEEKDAYS.get(token)
        same_day = next(
            (j for j, other in stretch.theirs.items() if day is not None and WEEKDAYS.get(other) == day), None
        )
        if same_day is not None:
            stretch.set_aside([i], Difference.SPELLING, [same_day])
        if token in DAYS and i and is_numeric(stretch.paragraph.letters[i - 1]):
            stretch.set_aside([i], Difference.SPELLING, [j for j, other in stretch.theirs.items() if other in DAYS])
        number = month_number(token)
        beside = (j for j in (i - 1, i + 1) if 0 <= j < len(stretch.paragraph.letters))
        if number is None or not any(is_numeric(stretch.paragraph.letters[j]) for j in beside):
            continue
        for j, other in list(stretch.theirs.items()):
            if month_number(other) == number and (other.startswith(token) or token.startswith(other)):
                stretch.set_aside([i], Difference.SPELLING, [j])
                break


def ordinal(stretch: Stretch) -> None:
    """“May 3rd" and “May 3"."""
    for i, token in list(stretch.ours.items()) if stretch.theirs else ():
        found = None if token.isalpha() or token.isdigit() else _ORDINAL.match(token)
        same = [j for j, other in stretch.theirs.items() if other == found.group(1)] if found else []
        if same:
            stretch.set_aside([i], Difference.FORMAT, same[:1])
