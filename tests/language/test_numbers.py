"""Numbers and days say the same however they are written, and nothing that was not written."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dedup.language.accents import plain
from dedup.language.numbers import Number, dates, magnitude, numbers, same_day, same_number, word_value
from dedup.language.wordlists import MONTHS, magnitudes, number_words

SEPARATORS = [",", ".", "'", "’", " ", "\u00a0", "\u202f", "٬", ""]
NATIVE = {"arab": "٠١٢٣٤٥٦٧٨٩", "deva": "०१२३४५६७८९", "wide": "０１２３４５６７８９"}
DAYS = st.dates(dt.date(1000, 1, 1), dt.date(2999, 12, 31))
NAMES = [name for month in MONTHS for name in month.split()]


def grouped(value: int, separator: str) -> str:
    """Write a number in groups of three digits."""
    return f"{value:,}".replace(",", separator)


def only(text: str) -> Number:
    """Return the one number of a text."""
    (number,) = numbers(text)
    return number


@given(st.integers(0, 10**12), st.sampled_from(SEPARATORS), st.sampled_from(["", "rund ", "около "]))
def test_an_integer_is_read_back(value: int, separator: str, before: str) -> None:
    text = before + grouped(value, separator)
    number = only(text)
    assert (number.value, number.step) == (value, 1.0)
    assert text[number.start : number.end] == grouped(value, separator)


@given(st.integers(0, 10**6), st.sampled_from(sorted(NATIVE)))
def test_digits_of_any_script_are_read(value: int, script: str) -> None:
    assert only(str(value).translate(str.maketrans("0123456789", NATIVE[script]))).value == value


@given(
    st.integers(0, 10**9),
    st.text("0123456789", min_size=1, max_size=6),
    st.sampled_from([".,", ",.", " .", " ,", "’."]),
)
def test_a_fraction_is_read_back(whole: int, digits: str, marks: str) -> None:
    """Three digits behind the only mark of a number are thousands, as long as no zero stands before it."""
    written = grouped(whole, marks[0]) + marks[1] + digits
    number = only(written)
    if len(digits) == 3 and 0 < whole < 1000:
        assert (number.value, number.step) == (float(f"{whole}{digits}"), 1.0)
    else:
        assert math.isclose(number.value, float(f"{whole}.{digits}"), rel_tol=1e-15)
        assert number.step == 10.0 ** -len(digits)


@pytest.mark.parametrize("written", ["12,50,000", "1,23,45,678", "1,00,000"])
def test_groups_of_two_are_read(written: str) -> None:
    assert only(written).value == int(written.replace(",", ""))


@given(st.integers(1, 999), st.sampled_from(sorted(magnitudes())), st.sampled_from(["", " "]))
@example(1, "බිලියන", "")  # a script of India's, of another layout
@example(1, "mílíọ̀nù", " ")  # a mark that does not compose with its letter
def test_a_word_multiplies(value: int, word: str, space: str) -> None:
    assert only(f"{value}{space}{word}").value == pytest.approx(value * magnitudes()[word])
    assert magnitude(word) == magnitude(plain(word)) == magnitudes()[word]


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.sampled_from(SEPARATORS), st.sampled_from(SEPARATORS))
def test_two_integers_are_never_the_same_number(one: int, other: int, here: str, there: str) -> None:
    assert same_number(only(grouped(one, here)), only(grouped(other, there))) is (one == other)


@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(1, 4))
def test_a_coarser_form_is_the_same_and_a_finer_one_is_not(value: int, digits: int, fewer: int) -> None:
    """Rounded by the last digit, and only where that is worth less than a tenth of the number."""
    fine = only(f"{value}.{7:0{digits}d}")
    coarse_digits = max(digits - fewer, 1)
    assume(3 not in {digits, coarse_digits})  # "1.001" is read as thousands
    coarse = only(f"{fine.value:.{coarse_digits}f}")
    if coarse.step < 0.1 * max(coarse.value, 1):
        assert same_number(fine, coarse)
    if coarse.value != fine.value:
        assert not same_number(coarse, fine)
    further = only(f"{fine.value + 2 * coarse.step:.{coarse_digits}f}")
    assert not same_number(fine, further)


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 23), st.integers(0, 59))
def test_times_of_day_are_not_rounded(hour: int, minute: int, other_hour: int, other_minute: int) -> None:
    one, other = only(f"{hour}:{minute:02d}"), only(f"{other_hour}:{other_minute:02d}")
    assert same_number(one, other) is ((hour, minute) == (other_hour, other_minute))


@given(st.sampled_from(sorted(number_words())))
def test_number_words_have_values_with_and_without_accents(word: str) -> None:
    assert word_value(word) == number_words()[word]
    assert word_value(plain(word)) is not None


@pytest.mark.parametrize(
    "form",
    [
        "{d:%d.%m.%Y}", "{d.day}.{d.month}.{d.year}", "{d:%Y-%m-%d}", "{d:%Y/%m/%d}", "{d.year}年{d.month}月{d.day}日",
        "{d:%d/%m/%Y}", "{d:%m/%d/%Y}", "{d:%d-%m-%Y}",
    ],
)  # fmt: skip
@given(day=DAYS)
def test_a_day_in_figures_is_read_back(form: str, day: dt.date) -> None:
    text = "am " + form.format(d=day) + " um"
    (found,) = dates(text)
    assert (day.year, day.month, day.day) in found.days
    assert len(found.days) == 1 or "/" in form or "-" in form


@given(
    DAYS,
    st.sampled_from(["{d} {m} {y}", "{d}. {m} {y}", "{d} de {m} de {y}", "{m} {d}, {y}", "{m} {d} {y}"]),
    st.data(),
)
def test_a_day_with_a_name_is_read_back(day: dt.date, form: str, data: st.DataObject) -> None:
    # Two letters may be another word, and are two letters without their vowel signs.
    name = data.draw(st.sampled_from([n for n in MONTHS[day.month - 1].split() if len(plain(n)) > 2]))
    text = form.format(d=day.day, m=data.draw(st.sampled_from([name, name.title(), plain(name)])), y=day.year)
    assert (day.year, day.month, day.day) in {reading for date in dates(text) for reading in date.days}


@given(DAYS, DAYS, st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m/%d/%Y", "%Y-%m-%d"]))
def test_two_days_in_one_form_are_the_same_only_if_they_are(one: dt.date, other: dt.date, form: str) -> None:
    """However they may be read: 03/04 is not 04/03."""
    (theirs,), (ours,) = dates(one.strftime(form)), dates(other.strftime(form))
    ambiguous = len(theirs.days) != len(ours.days)
    assert same_day(theirs, ours) is (one == other) or ambiguous


@pytest.mark.parametrize("text", ["", "no day", "1/2", "13/13/2021", "99.99.2021", "3 foo 2021", "12:30", "1.2.3.4.5"])
def test_what_is_no_day(text: str) -> None:
    assert [date for date in dates(text) if date.end - date.start == len(text)] == []


@given(st.text(max_size=60))
def test_any_text_has_numbers_and_days_within_it(text: str) -> None:
    spans = [(number.start, number.end) for number in numbers(text)] + [(day.start, day.end) for day in dates(text)]
    assert all(0 <= start < end <= len(text) for start, end in spans)


def test_each_month_has_its_number() -> None:
    """By each of its names, in all languages."""
    for name in NAMES:
        if len(name) > 2:
            assert len(dates(f"3 {name} 2021")) >= 1, name
