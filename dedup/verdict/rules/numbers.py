"""Rules about numbers: the same figures in another way of writing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.language.data_files import words
from dedup.language.numbers import dates, decimal_value, magnitude, numbers, same_day, same_number, word_value
from dedup.language.spelling import plain, same_unit
from dedup.model.differences import Difference
from dedup.text.token_chars import is_numeric

if TYPE_CHECKING:
    from dedup.verdict.gap import Side, Stretch


_AROUND = 40
"""Characters around a token in which the rest of its number or date may stand."""

_DAY = 3
"""Words of a day's date."""

DIGITS = re.compile(r"\d+")

_ORDINALS = frozenset(words("ordinal_endings"))
"""What makes a figure the number of a place in a row, and not another one."""


def same_figures(stretch: Stretch) -> None:
    """Numbers and days that the witness has there, too, in another form; numbers that it has in words."""
    paragraph, witness, gap = stretch.paragraph, stretch.witness, stretch.gap
    numeric = [i for i in stretch.ours if is_numeric(paragraph.letters[i]) or word_value(stretch.ours[i]) is not None]
    if not numeric or not paragraph.text or not witness.text:
        return
    there = _window(witness, max(gap.a0 - 1, 0), min(gap.a1 + 1, len(witness.letters)))
    low = max(0, paragraph.span(gap.b0)[0] - _AROUND)
    here = paragraph.text[low : paragraph.span(gap.b1 - 1)[1] + _AROUND]
    known = dates(_surroundings(witness, gap.a0, gap.a1))
    for date in dates(here) if known else []:
        same = next((k for k, other in enumerate(known) if same_day(other, date)), None)
        if same is not None:
            del known[: same + 1]  # in order: from one day to another
            _within(stretch, low + date.start, low + date.end)
    edge = paragraph.span(gap.b0)[0] - low, paragraph.span(gap.b1 - 1)[1] - low
    inner = numbers(_window(witness, gap.a0, gap.a1))
    words = [value for token in stretch.theirs.values() if (value := word_value(token)) is not None]
    whole, beside = numbers(there), [number.value for number in inner]
    for number in numbers(here, *edge):
        # A number of which the beginning is common is held against the whole of the other one.
        others = inner if number.start >= edge[0] and number.end <= edge[1] else whole
        found = next((k for k, other in enumerate(others) if same_number(other, number)), None)
        if found is not None:
            del others[: found + 1]  # in order: "2 and 3" is not "3 and 2"
        if found is not None or number.value in words:
            _within(stretch, low + number.start, low + number.end)
    for i, token in list(stretch.ours.items()):
        value = word_value(token)
        if value is not None and value in beside:
            stretch.set_aside([i], Difference.FORMAT, [j for j in stretch.theirs if is_numeric(witness.letters[j])][:1])
    _said_twice(stretch)


def _surroundings(side: Side, first: int, last: int) -> str:
    """Return the text of some tokens, and of those beside them that may belong to one day."""
    if not side.letters:
        return ""
    low, high = max(first - _DAY, 0), min(last + _DAY, len(side.letters))
    return side.text[side.span(low)[0] : side.span(high - 1)[1]]


def _said_twice(stretch: Stretch) -> None:
    """“One (1)": the number in words, just before."""
    before = stretch.gap.b0 - 1
    value = word_value(stretch.paragraph.token(before)) if before >= 0 else None
    for i, token in list(stretch.ours.items()):
        if value is not None and decimal_value(token) == value:
            stretch.set_aside([i], Difference.FORMAT)


def _within(stretch: Stretch, start: int, end: int) -> None:
    """Set aside what of the stretch stands in some characters of the paragraph."""
    text, span = stretch.paragraph.text, stretch.paragraph.span
    inside = [i for i in stretch.ours if start <= span(i)[0] < end]
    # "23h30" is not said by whoever says 23.
    inside = [i for i in inside if not any(map(str.isdigit, text[end : span(i)[1]]))]
    # "4K" and "4G" are not one number: what is written together with it must be there, too.
    rests = {"", *stretch.theirs.values(), *map(_letters_of, stretch.theirs.values())}
    inside = [i for i in inside if len(DIGITS.findall(stretch.ours[i])) <= 1 and not _lettered(stretch, i)]
    stretch.set_aside([i for i in inside if _letters_of(stretch.ours[i]) in rests], Difference.FORMAT)


def _lettered(stretch: Stretch, index: int) -> bool:
    """Tell whether the witness has a figure with a letter there, where this one has none: "1B" and "1"."""
    mine, figure = set(stretch.ours.values()), stretch.ours[index]
    if not figure.isdigit() or figure in stretch.theirs.values():
        return False
    theirs = [token for token in stretch.theirs.values() if DIGITS.findall(token) == [figure]]
    letters = {_letters_of(token) for token in theirs} - _ORDINALS - mine
    return any(magnitude(each) is None for each in letters)


def _letters_of(token: str) -> str:
    return "".join(c for c in token if not c.isdigit()) if any(map(str.isdigit, token)) else ""


def _window(side: Side, first: int, last: int) -> str:
    """Return the text of some tokens and a little around it, as far as a number may reach."""
    if not side.letters or first >= last:
        return ""
    low, high = side.span(first)[0], side.span(last - 1)[1]
    while low > 0 and (side.text[low - 1].isdigit() or side.text[low - 1] in ".,:’'"):
        low -= 1
    while high < len(side.text) and (side.text[high].isdigit() or side.text[high] in ".,:’'"):
        high += 1
    return side.text[low:high]


def magnitudes(stretch: Stretch) -> None:
    """“Million” and “mln”: what multiplies a number, as a word and for short."""
    for i, token in list(stretch.ours.items()):
        times = magnitude(token)
        same = next((j for j, other in stretch.theirs.items() if times and magnitude(other) == times), None)
        if same is not None:
            stretch.set_aside([i], Difference.FORMAT, [same])


def unit_beside(stretch: Stretch) -> None:
    """“$5” and “5 dollars”: the unit stands on the number's other side."""
    gap, witness, paragraph = stretch.gap, stretch.witness, stretch.paragraph
    if stretch.theirs or len(stretch.ours) != 1:
        return
    i, token = next(iter(stretch.ours.items()))
    for number, there in ((gap.b0 - 1, gap.a0 - 2), (gap.b1, gap.a0 + 1)):
        if not (0 <= number < len(paragraph.letters) and 0 <= there < len(witness.letters)):
            continue
        if is_numeric(paragraph.letters[number]) and same_unit(plain(witness.token(there)), token):
            stretch.set_aside([i], Difference.SPELLING)
