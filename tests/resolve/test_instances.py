"""Forms that are filled in again, tables, and sections: each with the like of it that goes."""

from __future__ import annotations

import pytest

from tests.resolve.test_intent import CLAUSE, MENU, NOTICE, filler, gone

LONG = filler(7, 31, 50)


# Series


@pytest.mark.parametrize("names", [("Lantern by Ole Brun", "Lantern by Ida Falk", "Lantern by Per Lund")])
def test_long_text_under_three_names_stays(names: tuple[str, ...]) -> None:
    """Three copies are a series, whatever their mass; two are a text that was pasted again."""
    lines = [line for name in names for line in (name, *LONG)]
    assert gone(lines) == []
    two = [line for name in names[:2] for line in (name, *LONG)]
    assert gone(two) == list(range(9, 16))


def test_long_text_three_times_on_end_goes() -> None:
    """Copies that follow one another have no names."""
    assert gone([*LONG, *LONG, *LONG]) == list(range(7, 21))


def test_long_text_between_lines_of_its_own_stays() -> None:
    """Two copies are instances where each stands between lines made alike, before and behind."""
    first = ["Begin of the terms for the oak boat", *LONG, "End of the terms for the oak boat"]
    second = ["Begin of the terms for the elm boat", *LONG, "End of the terms for the elm boat"]
    assert gone([*first, *second]) == []
    assert gone([*first[:-1], filler(1, 5)[0], *second[:-1], filler(1, 6)[0]]) == list(range(10, 17))


@pytest.mark.parametrize(
    "names", [("Harbour", "Mill", "Chapel"), ("Гавань", "Мельница", "Часовня"), ("港口", "磨坊", "教堂")]
)
def test_short_lines_under_three_names_stay(names: tuple[str, ...]) -> None:
    """What stands several times under a name of its own belongs to each of them; between sentences, it does not."""
    head = ["Room and floor", "Who keeps the key", "Opening hours"]
    text = filler(6)
    lines = [line for i, name in enumerate(names) for line in (text[i], name, *head, text[3 + i])]
    assert gone(lines) == []
    assert gone(lines[:12]) == []
    assert gone([text[0], *head, *text[1:3], *head, text[3]]) == [6, 7, 8]


# Forms


@pytest.mark.parametrize(
    "lines",
    [
        ["Nimi", "Anna", "Osasto", "Arkisto", "Huone", "12", "Nimi", "Eero", "Osasto", "Arkisto", "Huone", "14"],
        ["姓名", "王芳", "科室", "内科", "楼层", "三楼", "姓名", "李强", "科室", "内科", "楼层", "三楼"],
        [
            "الاسم",
            "سلمى",
            "القسم",
            "الأرشيف",
            "الطابق",
            "الثاني",
            "الاسم",
            "نادر",
            "القسم",
            "الأرشيف",
            "الطابق",
            "الثاني",
        ],
    ],
    ids=["fi", "zh", "ar"],
)
def test_short_form_filled_in_again_stays(lines: list[str]) -> None:
    """Labels with something else between them are the labels of another form."""
    assert gone(lines) == []


def test_list_under_a_lead_in_of_its_own_stays() -> None:
    """What a colon announces is needed there, though it stood elsewhere."""
    text = filler(4)
    items = [f"– {line}" for line in filler(4, 8, 9)]
    lead = "Dies alles gehört auch zur Ausrüstung der Boote im Winter:"
    assert gone([text[0], text[1], *items, text[2], lead, *items, text[3]]) == []
    assert gone([text[0], text[1], *items, text[2], *items, text[3]]) == [7, 8, 9, 10]


def test_text_pasted_again_with_another_end_goes() -> None:
    """The copy of a whole text begins right behind it; its last paragraph alone is new."""
    first, second = "Tickets stay valid until the end of June.", "Tickets stay valid until the end of July."
    text = filler(2)
    assert gone([*text, first, *text, second]) == [3, 4]


# Tables


@pytest.mark.parametrize("fourth", ["Ely", "Ελευσίνα", "მცხეთა"])
def test_cells_one_a_line_stay(fourth: str) -> None:
    """Names and numbers that come in the same order in the next column are another column."""
    names = ["Ash", "Bree", "Cley", fourth, "Fenn", "Goss", "Hale"]
    rows = [line for column in ("Yes", "No", "Blank") for name in names for line in (name, column, "0")]
    assert gone([*rows, *filler(2)]) == []


def test_rows_between_bars_stay_where_a_menu_goes() -> None:
    """What a program prints is a table, also if it prints the same for another command."""
    table = ["│ # │ stad │", "│ 1 │ Delft │", "│ 2 │ Gouda │", "│ 3 │ Hoorn │", "│ 4 │ Venlo │"]
    first, second = "> lees steden | sorteer", "> toon steden | kies stad"
    assert gone([first, *table, second, *table]) == []
    assert gone([first, *MENU, second, *MENU]) == list(range(8, 14))


# Sections


def rules(*more: str) -> list[str]:
    """Return the rules of a house, a document of sections, with some more paragraphs at its end."""
    text = filler(6, 12)
    heads = ["## 1. The hall", "## 2. The yard", "## 3. The boats", "## 4. The keys", "## 5. The winter"]
    return [line for pair in zip(heads, text, strict=False) for line in pair] + list(more)


def test_sentence_in_two_sections_stays() -> None:
    """In a document of sections a paragraph that comes again belongs to its section."""
    lines = rules(NOTICE, filler(1, 13)[0], filler(1, 14)[0], filler(1, 15)[0], NOTICE)
    assert gone(lines) == []
    assert gone(lines[9:]) == [5]


def test_section_that_stands_again_with_its_heading_goes() -> None:
    """A long section goes as a whole, not without its end; a short one may be said in each part."""
    section = ["## 6. The oars", *filler(6, 16)]
    lines = rules(*section, "## 7. The nets", filler(1, 17)[0], *section)
    assert gone(lines) == list(range(19, 26))
    assert gone([*lines, filler(1, 15)[0]]) == []
    assert gone(rules(*section[:3], "## 7. The nets", filler(1, 17)[0], *section[:3])) == []
    assert gone(rules("## 6. The oars", filler(1, 16)[0], *rules()[4:6])) == []


def test_all_the_text_of_a_section_stays() -> None:
    """No heading is left without its text."""
    text = filler(5)
    lines = ["# Boats", text[0], "# Nets and lines", CLAUSE, "# Oars", text[1], "# Sails", NOTICE, CLAUSE, "# Ropes"]
    assert gone([*lines, text[2], "# Anchors", CLAUSE, "# Lamps", text[3]]) == []
