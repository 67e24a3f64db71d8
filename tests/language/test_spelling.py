"""What is the same word in another spelling, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dedup.language.accents import plain
from dedup.language.spelling import abbreviates, accented_alike, initials, opposed, same_unit, variant
from dedup.language.wordlists import ACCENTED, TURNING, units

LATIN = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=14)
WORDS = st.one_of(
    LATIN,
    st.text("абвгдежзийклмнопрстуфхцчшщыэюяё", min_size=1, max_size=14),
    st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", min_size=1, max_size=10),
    st.text("abcçdefgğhıijklmnoöprsştuüvyzáàâäéèêíñóôúß", min_size=1, max_size=14),
    st.text("가나다라마바사한했않", min_size=1, max_size=8),
    st.text("0123456789", min_size=1, max_size=6),
    st.sampled_from(sorted(TURNING)),
)


@given(st.text(max_size=20))
def test_plain_is_idempotent(token: str) -> None:
    assert plain(plain(token)) == plain(token)


@given(WORDS)
def test_a_plain_word_is_a_variant_of_itself(word: str) -> None:
    assert variant(plain(word), plain(word))
    assert variant(plain(word), plain(word), name=True)
    assert accented_alike(word, word)


@given(WORDS, WORDS, st.booleans())
def test_variants_are_variants_both_ways(one: str, other: str, name: bool) -> None:  # noqa: FBT001 - drawn
    one, other = plain(one), plain(other)
    assert variant(one, other, name=name) is variant(other, one, name=name)


@given(LATIN, st.data())
def test_slips_are_slips_both_ways(word: str, data: st.DataObject) -> None:
    """Also of words that are near each other."""
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from(["", "a", "e", "m", "s", word[place] * 2]))
    other = word[:place] + letter + word[place + 1 :]
    assume(other)
    assert variant(word, other) is variant(other, word)
    if variant(word, other, name=True):
        assert variant(word, other)


@given(st.text("0123456789", min_size=1, max_size=8), st.text("0123456789", min_size=1, max_size=8))
def test_other_digits_are_another_number(one: str, other: str) -> None:
    assert variant(one, other) is (one == other)


@given(st.sampled_from(sorted(TURNING)), WORDS)
def test_words_that_turn_a_statement_are_no_spelling_of_another(turning: str, word: str) -> None:
    assume(plain(word) != turning)
    assert not variant(turning, plain(word))
    assert not variant(plain(word), turning)


@given(LATIN, st.integers(0, 13), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
def test_short_words_have_no_slips(word: str, place: int, letter: str) -> None:
    """A letter more, less or other makes another word of one with up to four letters."""
    other = word[:place] + letter + word[place + 1 :]
    assume(min(len(word), len(other)) < 5 and other != word)
    assert not variant(word, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("apologised", "apologized"), ("colour", "color"), ("centre", "center"), ("licence", "license"),
        ("goverment", "government"), ("definately", "definitely"), ("recieved", "received"), ("cannal", "canal"),
        ("strasse", "straße"), ("burgermeister", "buergermeister"), ("aufwandige", "aufwendige"), ("photo", "foto"),
        ("schiffahrt", "schifffahrt"), ("расказывал", "рассказывал"), ("cornmittee", "committee"),
        ("c0mmittee", "committee"),
        ("profesional", "professional"),
    ],
)  # fmt: skip
def test_spellings_of_one_word(one: str, other: str) -> None:
    assert variant(plain(one), plain(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("house", "horse"), ("women", "woman"), ("begin", "began"), ("county", "country"), ("sacred", "scared"),
        ("painting", "paintings"), ("increase", "decrease"), ("verkaufen", "verlaufen"), ("angenommen", "abgenommen"),
        ("aufgebauten", "abgebauten"), ("приехали", "проехали"), ("закрыли", "открыли"), ("compraron", "compraran"),
        ("biliyor", "bilmiyor"), ("calisiyor", "calismiyor"), ("bilinmektedir", "bilinmemektedir"), ("taza", "tasa"),
        ("kurz", "kurs"), ("clay", "day"), ("استقبال", "استقلال"), ("كاتب", "كتاب"), ("발표했다고", "발표한다고"),
        ("director", "directoru"), ("united", "untied"), ("2021a", "2012a"), ("12", "i2"), ("prescribe", "proscribe"),
    ],
)  # fmt: skip
def test_words_that_are_near_and_others(one: str, other: str) -> None:
    assert not variant(plain(one), plain(other))


@pytest.mark.parametrize(("one", "other"), [("meyer", "meier"), ("hofmann", "hoffmann"), ("marten", "martin")])
def test_a_name_is_another_in_another_spelling(one: str, other: str) -> None:
    assert not variant(one, other, name=True)
    assert variant("mueller", "muller", name=True)


def test_pairs_with_and_without_accents_are_two_words() -> None:
    for pair in ACCENTED:
        one, other = sorted(pair)
        assert plain(one) == plain(other)
        assert not accented_alike(one, other)
        assert not accented_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("größe", "grosse", True), ("élève", "eleve", True), ("perché", "perchè", True),
        ("econômico", "económico", True),
        ("avó", "avô", False), ("bán", "bạn", False), ("nước", "nuoc", False), ("كَتَبَ", "كتبَ", True), ("её", "ее", True),
    ],
)  # fmt: skip
def test_accents(one: str, other: str, alike: bool) -> None:  # noqa: FBT001 - a table
    assert accented_alike(one, other) is alike
    assert accented_alike(other, one) is alike


@given(LATIN, LATIN)
def test_an_abbreviation_is_shorter_and_begins_alike(long: str, short: str) -> None:
    if abbreviates(long, short):
        assert len(short) < len(long)
        assert short[0] == long[0]
        assert not opposed(long, short)


@pytest.mark.parametrize(
    ("long", "short", "yes"),
    [
        ("doktor", "dr", True), ("professor", "prof", True), ("улице", "ул", True), ("senor", "sr", True),
        ("senora", "sr", False), ("mrs", "mr", False), ("madame", "m", False), ("monsieur", "m", True),
        ("beziehungsweise", "bzw", True), ("pfarrer", "prof", False), ("dr", "doktor", False),
    ],
)  # fmt: skip
def test_abbreviations(long: str, short: str, *, yes: bool) -> None:
    assert abbreviates(long, short) is yes


@given(st.sampled_from(sorted(units())), st.sampled_from(sorted(units())))
def test_units_are_the_same_if_they_are_short_for_the_same(one: str, other: str) -> None:
    assert same_unit(plain(one), plain(other)) is (units()[one] == units()[other])


def test_initials() -> None:
    assert initials(["zum", "beispiel"], ["z", "b"])
    assert initials(["united", "states"], ["us"])
    assert not initials(["united", "kingdom"], ["us"])
    assert not initials(["one"], ["o"])
