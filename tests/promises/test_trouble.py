"""Text made for trouble: no word, number or mark, however odd, stops a kernel or lets another one go for it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import clean, clean_documents
from dedup.language.accents import plain
from dedup.language.numbers import decimal_value, numbers, same_number
from dedup.language.wordlists import magnitudes, number_words
from dedup.model.settings import Settings
from dedup.resolve.document.pair import find_new_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.api.documents import SettingArguments
    from dedup.model.settings import Scope

MARKS = ("\u0323\u0301", "\u0301", "\u064b\u0651", "\u05b4", "\u0bcd", "\u20dd", "\ufe0f", "\u3099", "\u0338")
DIGITS = (
    "²",
    "³",
    "₄",
    "①",
    "⒓",
    "➂",
    "½",
    "⅚",
    "Ⅳ",
    "ⅻ",
    "٣",
    "٣٫٥",
    "१२",
    "۴",
    "𝟗",
    "㊿",
    "㈣",
    "万",
    "七",
    "༳",
    "፳",
    "𒐕",
)
NUMBERS = (
    "1" * 4400,
    "2" * 4400,
    "9" * 310,
    "1,250",
    "1,250.5",
    "0.125",
    "1." + "3" * 400,
    "0." + "0" * 400 + "1",
    "7:45",
    "1" * 20 + ":30",
    "1,234,567,890,123,456,789",
    "1'000",
    "12.03.2021",
    "0.0.0000",
    "99/99/9999",
    "31 feb 2021",
    "1st",
    "-0",
    "−5",
    "$-3",
    "½%",
    "1²",
    "²1",
    "1e400",
    "0x1F",
    "１２",
    "4K",
)
SIGNS = (
    "\u202e",
    "\u2066",
    "\u200d",
    "\u200b",
    "\u00ad",
    "\ufeff",
    "\u061c",
    "\ud800",
    "\udc80",
    "\udcff\udcfe",
    "👩\u200d👧\u200d👦",
    "🇩🇪",
    "👍🏽",
    "1\ufe0f\u20e3",
    "\U000e0001",
    "\0",
    "\x1b[31m",
    "™",
    "℃",
    "—",
    "-",
    "|",
    "…",
    "[1](x)",
    "<b>",
    "&amp;",
    "§",
    "²)",
)
WORDS = (
    "not",
    "no",
    "a",
    "of",
    "Mr",
    "million",
    "mln",
    "万",
    "one",
    "zwei",
    "u.s.",
    "İ",
    "ß",
    "ı",
    "ſ",
    "ǆ",
    "ﬃ",
    "ﷺ",
    "ฺ",
    "がぎ",
    "한",
    "ᄒ",
    "ـ",
    "لا",
    "يقول",
)
TROUBLE = (*MARKS, *DIGITS, *NUMBERS, *SIGNS, *WORDS, "")
SENTENCE = "the council agreed on monday to close the old bridge by the river for repairs that take until the spring"
SETTINGS = (
    Settings(),
    Settings(threshold=0.6),
    Settings(guard="numbers"),
    Settings(guard="off"),
    Settings(min_words=1),
)


def variant(rng: random.Random, tokens: Sequence[str]) -> str:
    """Return the sentence with some tokens put into it, behind or within its words or in their places."""
    words = SENTENCE.split(" ")
    for token in tokens:
        at = rng.choice((0, len(words) - 1, rng.randrange(len(words))))
        words[at] = rng.choice(
            (f"{words[at]} {token}", f"{token} {words[at]}", token, f"{words[at]}{token}", f"{words[at]}.{token}")
        )
    return " ".join(words)


def chosen(settings: Settings, scope: Scope = "document") -> SettingArguments:
    """Return settings as the library takes them."""
    figures: SettingArguments = {"threshold": settings.threshold, "min_words": settings.min_words}
    return {**figures, "guard": settings.guard, "scope": scope}


TOKENS = st.lists(st.sampled_from(TROUBLE) | st.text(max_size=3), max_size=4)
DOCUMENTS = st.builds(
    lambda seed, many: [variant(random.Random(seed + i), tokens) for i, tokens in enumerate(many)],  # noqa: S311
    st.integers(0, 1 << 32),
    st.lists(TOKENS, min_size=2, max_size=5),
)


@given(DOCUMENTS, st.sampled_from(SETTINGS))
def test_a_document_of_odd_words_is_cleaned(texts: list[str], settings: Settings) -> None:
    """Whatever a document's near-duplicates have in them, it is cleaned, and a second time nothing goes."""
    cleaned = clean("\n\n".join(texts), explain=True, **chosen(settings))
    assert cleaned.fault is None
    assert not clean(cleaned.text, **chosen(settings)).removed


@given(DOCUMENTS, st.sampled_from(SETTINGS))
def test_a_corpus_of_odd_words_is_cleaned(texts: list[str], settings: Settings) -> None:
    """Whatever near-duplicates in other documents have in them, all are cleaned, the first one stays as it is."""
    cleaned = list(clean_documents(texts, explain=True, **chosen(settings, "corpus")))
    assert len(cleaned) == len(texts)
    assert not any(one.fault for one in cleaned)
    assert all(one.kept + one.removed == one.paragraphs for one in cleaned)


@given(DOCUMENTS, st.sampled_from(SETTINGS))
def test_two_texts_of_odd_words_are_compared(texts: list[str], settings: Settings) -> None:
    """Whatever two near-duplicates have in them, what is new in one of them is found, and stands in it."""
    found = find_new_words(texts[0], texts[1], settings)
    assert all(0 <= start < end <= len(texts[1]) for start, end in found.spans)


@given(st.text(min_size=1))
def test_no_token_is_plain_nothing(token: str) -> None:
    """A token without its accents is never the empty string."""
    assert plain(token)


@given(st.integers(0, 10**40), st.integers(1, 10**9))
def test_numbers_that_differ_are_never_the_same(one: int, more: int) -> None:
    """Two whole numbers are the same only where they are, however many digits they have."""
    (theirs,), (ours,) = numbers(str(one)), numbers(f"{one + more:,}")
    assert not same_number(theirs, ours)
    (again,) = numbers(f"{one:,}")
    assert same_number(theirs, again)


@pytest.mark.parametrize("written", ["{}", "{}.5", "1,{}", "{}:30", "{} million"])
def test_a_number_too_long_to_be_read_is_like_no_other(written: str) -> None:
    """Of numbers with more digits than can be read none says what another one says."""
    (theirs,), (ours,) = numbers(written.format("1" * 5000))[-1:], numbers(written.format("2" * 5000))[-1:]
    assert not same_number(theirs, ours)


@pytest.mark.parametrize("token", ["²", "①", "½", "Ⅳ", "一", "x", "", "1" * 5000])
def test_what_is_no_decimal_number_has_no_value(token: str) -> None:
    """Superscript digits, fractions and the like are not read as figures."""
    assert decimal_value(token) is None


def test_words_that_multiply_do_so_by_whole_numbers() -> None:
    """What multiplies a number leaves it exact; no number word comes near what a float cannot tell apart."""
    assert all(value == int(value) for value in magnitudes().values())
    assert max(number_words().values()) < 10**15
