"""What numbers and dates say, however they are written. Pure functions of a text.

``1,000``, ``1 000``, ``1000`` and ``one thousand`` are one number; ``03.04.2021`` and ``3 April 2021`` one day.
"""

from __future__ import annotations

import math
import re
from functools import cache, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, Union
from unicodedata import category

from dedup.language.accents import plain
from dedup.language.data_files import keyed
from dedup.language.wordlists import MONTHS, magnitudes, number_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction


_NUMBER = re.compile(
    r"(?:\d{1,2}(?:,\d{2}){1,12},\d{3}(?!\d)|\d{1,3}(?:[.,'’٫٬\u00a0\u202f ]\d{3}(?!\d)){1,12}|\d+)(?:[.,٫:]\d+)?"
)
_DATE = re.compile(r"(?<!\d)(\d{1,4})([./\-年]\s?)(\d{1,2})(?:[./\-月]\s?)(\d{1,4})(?!\d)")
_NAMED = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|d')?([^\W\d_][^\s\d.,;:()/]{2,23})\.?,?\s+(?:de\s+|del\s+)?(\d{4})(?!\d)"
)
_NAMED_FIRST = re.compile(r"([^\W\d_][^\s\d.,;:()/]{2,23})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_PARTS = re.compile(r"[-‐‑– ](\d{1,2}/\d{1,2})(?![\d/])")
"""What a mixed number has behind its whole one: "6-1/16", "6 1/4"."""
_INDIC = range(0x0900, 0x0D80, 0x80)
"""Where the scripts of India begin; all are laid out alike."""
_APART, _MARK = re.compile(r"[^\d]+"), re.compile(r"[^\d]")
_MARKS = "".join(f"{chr(block)}-{chr(block + 3)}{chr(block + 0x3A)}-{chr(block + 0x4F)}" for block in _INDIC)
"""Vowel signs and the like, without which a word of these scripts is none."""
_COARSEST = 0.1
"""Share of a number that its last digit may be worth: "5.4" is near enough to 5.38, "1" is not to 1.4."""
_PERHAPS_DATE = re.compile(r"\d[./\-年]|\d{4}")
_WORD = 24
"""Characters in which the word that multiplies a number stands."""
_THREE = 3
_TEN, _MYRIAD = 10, 10_000
_SPACELESS = "\u3000"
_EXACT = 15
"""Digits up to which two numbers that differ are two floating-point numbers, too."""
LONGEST = 200
"""Characters up to which a number is read; its value, multiplied by any word, is far from the largest float."""
_LONGEST_DAY = 31
_YEAR = 4


Value: TypeAlias = Union[float, "Fraction"]
"""What a number says; a fraction where a float could not tell it from the next one."""


class Number(NamedTuple):
    """One number of a text.

    Attributes:
        start: its first character.
        end: first character after it, and after the word that multiplies it ("3.2 million").
        value: what it says, exact: two numbers that differ have two values. NaN, which equals nothing, for one that is
            too long to be read.
        step: the least difference that its digits can tell; 0 where it is no quantity (a time of day).
        fraction: whether it is written with decimals: who writes "18" for 17.5 may mean 18.
        share: the part of one that stands behind it ("1/4" of "6-1/4"), which is no part of its value.
    """

    start: int
    end: int
    value: Value
    step: float
    fraction: bool
    share: str = ""


class Date(NamedTuple):
    """One day in a text.

    Attributes:
        start: its first character.
        end: first character after it.
        days: what it may mean, as (year, month, day).
        first: what it means where the day is written before the month; else all that it may mean.
    """

    start: int
    end: int
    days: frozenset[tuple[int, int, int]]
    first: tuple[int, int, int]


def numbers(text: str, start: int = 0, end: int | None = None) -> list[Number]:
    """Return the numbers of a text that are written with digits, in order: all, or those near a part of it."""
    out = []
    for found in _NUMBER.finditer(text):
        if found.end() + _WORD <= start or (end is not None and found.start() >= end):
            continue
        written = found.group()
        value, step = _value(written) if len(written) <= LONGEST else (math.nan, 0.0)
        fraction = step < 1
        times, size = _times(text, found.end())
        value *= times if isinstance(value, float) else int(times)
        parts = None if size else _PARTS.match(text, found.end())
        share = "" if parts is None else parts.group(1)
        out.append(Number(found.start(), found.end() + size, value, step * times, fraction, share))
    if number_signs().isdisjoint(text):
        return out
    return sorted([*out, *_written_out(text)])


def _written_out(text: str) -> Iterator[Number]:
    """Yield the numbers that are written with several signs for words, as 三百二十."""
    signs = number_signs()
    start = 0
    for is_number, run in groupby(text, signs.__contains__):
        written = "".join(run)
        if is_number and 1 < len(written) <= _WORD:
            value = _said(written)
            if value is not None:
                yield Number(start, start + len(written), value, 0.0, fraction=False)
        start += len(written)


def _said(signs: str) -> float | None:
    """Return what signs for words say together, digits before units or digits alone; None if that is not clear."""
    each = [values().get(sign) or magnitudes().get(sign, 0.0) for sign in signs]
    if max(each) < _TEN:
        return float("".join(str(int(value)) for value in each))
    total = part = digit = 0.0
    last = math.inf
    for value in each:
        if value < _TEN:
            if digit:
                return None
            digit = value
        elif value < _MYRIAD:
            part += (digit or 1) * value
            digit, last = 0.0, value
        else:
            total += (part + digit or 1) * value
            part, digit, last = 0.0, 0.0, value
    # "三百二" may be 320.
    return None if digit and last > _TEN and each[-2] else total + part + digit


@cache
def number_signs() -> frozenset[str]:
    """Return the signs that are words for numbers, in scripts without spaces."""
    return frozenset(word for word in {**values(), **magnitudes()} if len(word) == 1 and word >= _SPACELESS)


@cache
def _following() -> re.Pattern[str]:
    """Return the expression for a word behind a number, with the marks of all words that multiply one."""
    others = {sign for word in magnitudes() for sign in word if category(sign).startswith("M")}
    return re.compile(rf"\s?((?:[^\W\d_]|[{_MARKS}{''.join(sorted(others))}])+)")


def _times(text: str, at: int) -> tuple[float, int]:
    """Return what the word that follows there multiplies the number before it by, and the characters it takes."""
    word = _following().match(text, at, at + _WORD) if text[at : at + 2].strip()[:1].isalnum() else None
    if word is None:
        return 1.0, 0
    times = magnitudes().get(word.group(1).casefold())
    if times is None and word.start(1) == at:  # in scripts without spaces a word is a character
        first = text[at]
        return magnitudes().get(first, 1.0) if not first.isascii() else 1.0, int(first in magnitudes())
    return (times, word.end() - at) if times else (1.0, 0)


def decimal_value(token: str) -> Value | None:
    """Return what a token says that is nothing but digits of the decimal system; None for any other one, as "²"."""
    return _number(token) if token.isdecimal() and len(token) <= LONGEST else None


def _number(whole: str, decimals: str = "") -> Value:
    """Return what some digits say, those before the point and those behind it."""
    if len(whole) + len(decimals) <= _EXACT:
        return float(f"{whole}.{decimals}")
    from fractions import Fraction  # rare, and slow to load

    return Fraction(int(whole + decimals), 10 ** len(decimals))


@lru_cache(maxsize=1 << 14)
def _value(written: str) -> tuple[Value, float]:
    """Return what the digits say, and what the last of them is worth."""
    if written.isdecimal():
        return _number(written), 1.0
    groups = _APART.split(written)
    marks = _MARK.findall(written)
    # "1.250" is read as thousands; "0.125", and the last part of "1,234.567", are not.
    if (
        marks
        and marks[-1] in ".,٫:"
        and (len(groups[-1]) != _THREE or int(groups[0]) == 0 or marks[-1] != marks[0] or marks[-1] == ":")
    ):
        step = 0.0 if marks[-1] == ":" else 10.0 ** -len(groups[-1])
        return _number("".join(groups[:-1]), groups[-1]), step
    return _number("".join(groups)), 1.0


def same_number(theirs: Number, ours: Number) -> bool:
    """Tell whether our number says what theirs says, or a coarser form of it: 5.4 for 5.38."""
    if theirs.value == ours.value:
        return theirs.share == ours.share
    if theirs.share or ours.share or not (ours.fraction and 0 < theirs.step < ours.step):
        return False
    # Ties go either way, and what is stored in binary is a little off.
    most = ours.step * (0.5 + 1e-9)
    return ours.step < _COARSEST * max(float(ours.value), 1) and -most <= theirs.value - ours.value <= most


def word_value(token: str) -> float | None:
    """Return what a number word says, folded or by `plain`, or None."""
    return values().get(token)


@cache
def values() -> dict[str, float]:
    """Return what number words say, folded and by `plain`."""
    return {plain(word): value for word, value in number_words().items()} | number_words()


def magnitude(token: str) -> float | None:
    """Return by how much a word, folded or by `plain`, multiplies the number before it, or None."""
    return _magnitudes().get(token)


@cache
def _magnitudes() -> dict[str, float]:
    return {plain(word): value for word, value in magnitudes().items()} | magnitudes()


def same_day(theirs: Date, ours: Date) -> bool:
    """Tell whether our date may name the day that theirs names.

    "03/04/2021" may be in April or in March. Two dates that are both written so are read in the same way.
    """
    if len(theirs.days) > 1 and len(ours.days) > 1:
        return theirs.first == ours.first
    return bool(theirs.days & ours.days)


def dates(text: str) -> list[Date]:
    """Return the days that a text names in full, in order of kind."""
    out: list[Date] = []
    if not _PERHAPS_DATE.search(text):
        return out
    for found in _DATE.finditer(text):
        one, two, three = int(found.group(1)), int(found.group(3)), int(found.group(4))
        if len(found.group(1)) == _YEAR:
            readings = [(one, two, three)]
        elif len(found.group(4)) in {2, _YEAR}:
            year = three if len(found.group(4)) == _YEAR else 2000 + three
            # With full stops the day comes first everywhere.
            readings = [(year, two, one)] + [(year, one, two)] * (found.group(2)[0] != ".")
        else:
            continue
        out.append(Date(found.start(), found.end(), _possible(readings), readings[0]))
    for find, day, month in ((_NAMED.finditer, 1, 2), (_NAMED_FIRST.finditer, 2, 1)):
        for found in find(text):
            number = months().get(plain(found.group(month).casefold()))
            if number:
                named = int(found.group(3)), number, int(found.group(day))
                out.append(Date(found.start(), found.end(), _possible([named]), named))
    return [date for date in out if date.days]


def _possible(readings: list[tuple[int, int, int]]) -> frozenset[tuple[int, int, int]]:
    return frozenset(r for r in readings if 1 <= r[1] <= 12 and 1 <= r[2] <= _LONGEST_DAY)  # noqa: PLR2004 - months


def month_number(token: str) -> int | None:
    """Return which month a word by `plain` means, or None."""
    return months().get(token)


@cache
def months() -> dict[str, int]:
    """Return the number of each month by its names, whole and short."""
    out = {plain(name): int(number) for number, name in keyed("month_forms")}
    for number, names in enumerate(MONTHS, 1):
        out.update(dict.fromkeys(map(plain, {*names.split(), *names.casefold().split()}), number))
    return out
