"""How entries are numbered: what those of one series have in common, and what is no number at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.resolve.entry_markers import marker_kind

SERIES = [
    ("1. The door", "27. The lamp"),
    ("(3) Die Tür", "(12) Die Lampe"),
    ("a) La porte", "c) La lampe"),
    ("iv) La puerta", "xii) La lámpara"),
    ("- b) A porta", "- d) A lâmpada"),
    ("**17)** Say when it sails.", "**2)** Say where it sails."),
    ("<sup>4</sup> Le bac repart.", "<sup>11</sup> Le bac reste."),
    ("[^2]: Nach dem Fahrplan.", "[^10]: Nach der Tafel."),
    ("3.2 The door", "4.11 The lamp"),
    ("§ 5 Die Tür", "§ 12a Die Lampe"),
    ("7 §    Ovi", "12 §    Lamppu"),
    ("2° La porte", "3° La lampe"),
    ("Art. 3 Das Tor", "Art. 14 Die Lampe"),
    ("ARTÍCULO PRIMERO.- Las puertas", "ARTICULO SEGUNDO: La lámpara"),
    ("Artículo 5.- Las puertas", "Articulo 11. La lámpara"),
    ("Статья 3. Ворота", "Статья 14. Фонарь"),
    ("المادة 5 الباب", "المادة 12 المصباح"),
    ("第三条 船门", "第12条 灯"),
    ("제3조 문", "제12조 등불"),
    ("Second, the lamp", "Third, the door"),
]
"""The beginnings of two entries of one series."""


@pytest.mark.parametrize("both", SERIES, ids=[first for first, _ in SERIES])
def test_the_entries_of_a_series_are_numbered_alike(both: tuple[str, str]) -> None:
    """Whatever the number, and whether or not an accent is written."""
    first, second = map(marker_kind, both)
    assert first
    assert first == second


def test_different_series_are_numbered_differently() -> None:
    """By the signs around the number, its parts, and the name of what it numbers."""
    kinds = [marker_kind(text) for text in ("1. x", "1) x", "(1) x", "1.1. x", "a) x", "Art. 1 X", "§ 1 X", "第一条 x")]
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize(
    "text",
    [
        "The ferry sails again from Monday.",
        "Die Fähre fährt am Montag.",
        "Паром снова ходит.",
        "渡轮星期一恢复航行。",
        "เรือข้ามฟากจะกลับมา",
        "G.J. Holm was the first aboard.",
        "12 passengers were aboard.",
        "7.2 passengers a day were aboard.",
        "20.00 Sund v Holm",
        "Articles of trade were aboard.",
        "- life jackets",
        "",
    ],
)
def test_what_is_no_number_of_an_entry(text: str) -> None:
    """Words, initials, amounts, times, bullets."""
    assert marker_kind(text) == ""


@given(st.text(max_size=80))
def test_any_text_is_told(text: str) -> None:
    """And the same text in the same way, whatever stands behind its beginning."""
    assert marker_kind(text) == marker_kind(f"{text}{' x' * 40}"[: len(text)])
