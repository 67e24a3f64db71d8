"""The same word or day in another form, and what a slip or a torn line leaves: rules of `dedup.aside`."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from dedup.letters import is_numeric
from dedup.lexicon import TURNING
from dedup.numbers import dates, month_number
from dedup.phrases import DATIVE, FEIRA, GENITIVE, GERMAN, MODALS, PREPOSITIONS, WEEKDAYS
from dedup.sides import Difference, begins_clause, between
from dedup.spelling import agree

if TYPE_CHECKING:
    from dedup.sides import Side, Stretch

_NEAR = 40
"""Characters in which the rest of a date stands."""
_ENDS = frozenset(".!?…:;。！？：；؟।\"'”»’)]")
DAYS = frozenset("日号號")
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


def doubled(stretch: Stretch) -> None:
    """A word, or a few, written twice in a row by mistake."""
    ours, paragraph, gap = stretch.ours, stretch.paragraph, stretch.gap
    size = gap.b1 - gap.b0
    if stretch.theirs or len(ours) != size or any(len(token) < 2 for token in ours.values()):  # noqa: PLR2004 - letters
        return
    letters = paragraph.letters
    if any(map(is_numeric, letters[gap.b0 : gap.b1])):
        return
    here = [paragraph.token(i) for i in range(gap.b0, gap.b1)]
    for first in (gap.b0 - size, gap.b1):
        there = range(max(first, 0), min(first + size, len(letters)))
        if [paragraph.token(i) for i in there] == here and not _parted(paragraph, min(first, gap.b0), size):
            stretch.set_aside(list(ours), Difference.SPELLING)
            return


def _parted(side: Side, first: int, size: int) -> bool:
    """Tell whether a sign stands between two rows of so many words."""
    if not side.text:
        return True
    return bool(between(side, first + size).strip())


def agreement(stretch: Stretch) -> None:
    """The same word with another ending or article that follows from the words around it, in German and in Arabic."""
    ours, theirs = stretch.ours, stretch.theirs
    for i, token in list(ours.items()) if theirs else ():
        found = next((j for j, other in theirs.items() if agree(other, token)), None)
        if found is None:
            continue
        if token[0] > "\u0600" or (_is_german(stretch) and _agrees(stretch, found, i)):
            stretch.set_aside([i], Difference.GRAMMAR, [found])


def _is_german(stretch: Stretch) -> bool:
    side = stretch.paragraph
    return "ß" in side.text or any(side.token(i) in GERMAN for i in range(len(side.letters)))


def _agrees(stretch: Stretch, theirs: int, ours: int) -> bool:
    """Tell whether an ending is one of agreement: "-es" for "-s" after an article, others of words in small letters."""
    paragraph, witness = stretch.paragraph, stretch.witness
    token, other = stretch.ours[ours], stretch.theirs[theirs]
    if token.endswith("s") and other.endswith("s"):
        return ours > 0 and paragraph.token(ours - 1) in GENITIVE
    if token in (other + "e", other.removesuffix("e")):
        return ours > 0 and paragraph.token(ours - 1) in DATIVE
    small = [_small(paragraph, ours), _small(witness, theirs)]
    first = [begins_clause(paragraph, ours), begins_clause(witness, theirs)]
    # Nouns have capitals: "Lehrer" is not "lehren", and of "Leben" and "Leber" nobody knows.
    return any(small) and all(one or other for one, other in zip(small, first, strict=True))


def _small(side: Side, index: int) -> bool:
    return bool(side.text) and side.text[side.span(index)[0]].islower()


def hanging(stretch: Stretch) -> None:
    """A modal verb at the torn edge of a line that has not the verb it belongs to."""
    side = stretch.paragraph
    if len(stretch.ours) != 1 or not side.text or side.text.rstrip()[-1:] in _ENDS:
        return
    i = next(iter(stretch.ours))
    if side.token(i) not in MODALS or any(other in TURNING for other in stretch.theirs.values()):
        return
    size = len(side.letters)
    behind = i == size - 1 and i > 0 and "," in between(side, i)
    ahead = stretch.at_start and i + 1 < size and side.token(i + 1) in PREPOSITIONS
    if behind or ahead:
        stretch.set_aside([i], Difference.TRUNCATION)
