"""Accident or meant: for each rule a small document, and the like of it that goes the other way."""

from __future__ import annotations

import random

import pytest

from dedup.model.decisions import Reason
from dedup.model.settings import Settings
from dedup.resolve.document.decide import decide
from tests.support import strategies


def filler(number: int, seed: int = 1, size: int = 22) -> list[str]:
    """Make up paragraphs of running text that have nothing in common."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    return [strategies.prose(rng, size) for _ in range(number)]


def gone(lines: list[str], settings: Settings | None = None) -> list[int]:
    """Return the numbers of the paragraphs that go."""
    (decision,) = decide(["\n\n".join(lines) + "\n"], settings or Settings())
    assert decision.paragraphs == len(lines)
    return [removal.paragraph for removal in decision.removals]


CLAUSE = "The keeper may end this agreement at the close of any month by a letter to the other side."
NOTICE = "Prices include breakfast, towels, the use of the garden and one parking space for each room."


# Introduced


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Garden room", "Tower room"),
        ("**Hotel at the mill**", "**Hotel at the lake**"),
        ("What does the garden room cost?", "And what is there to say about the tower?"),
        ("Guests who stay in the north wing should know:", "For all those in the southern part of the house:"),
        (
            "The garden room has two beds and a view of the old mill.",
            "The tower room has three beds and a view of the old sea.",
        ),
    ],
    ids=["labels", "bold", "questions", "colons", "template"],
)
def test_text_under_names_of_its_own_stays(first: str, second: str) -> None:
    """What stands again under another name was written for it."""
    text = filler(3)
    assert gone([text[0], first, NOTICE, text[1], second, NOTICE, text[2]]) == []


def test_text_behind_running_text_goes() -> None:
    """The same text without names before it is a copy."""
    text = filler(5)
    assert gone([text[0], text[1], NOTICE, text[2], text[3], NOTICE, text[4]]) == [5]


def test_text_under_the_same_name_goes_with_it() -> None:
    """A box that stands again with its own name is a copy, name and all."""
    text = filler(4)
    box = ["Garden room", NOTICE, "Book it by telephone on any weekday, or at the desk in the hall."]
    assert gone([text[0], *box, text[1], text[2], *box, text[3]]) == [6, 7, 8]


def test_fields_of_one_name_introduce() -> None:
    """Behind "Purpose: this" and "Purpose: that" stands the text of each."""
    text = filler(3)
    lines = [text[0], "Purpose: counting visitors.", NOTICE, text[1], "Purpose: sending letters.", NOTICE, text[2]]
    assert gone(lines) == []
    other = [line.replace("Purpose: sending letters.", filler(1, 7)[0]) for line in lines]
    assert gone(other) == [5]


def test_short_clause_in_sections_with_headings_stays() -> None:
    """Each section has its clause, wherever it stands in the section."""
    text = filler(5)
    lines = ["# Rent", text[0], text[1], CLAUSE, text[2], "# Lease", text[3], text[4], CLAUSE]
    assert gone(lines) == []
    assert gone([line for line in lines if line != "# Lease"]) == [7]


def test_what_follows_on_a_meant_repeat_stays_with_it() -> None:
    """After an entry that stays its neighbours are not torn off."""
    text = filler(2)
    entry = ["Opening hours", "Every day from the morning bell until the lamps are lit along the quay", NOTICE]
    assert gone([text[0], "North wing", *entry, text[1], "South wing", *entry]) == []
    order = [entry[0], entry[2], entry[1]]
    assert gone([text[0], "North wing", *entry, text[1], "South wing", *order]) == []


def test_sections_on_one_pattern_stay() -> None:
    """Several sections of the same few sentences under names made alike are as many texts."""
    lines = [filler(1)[0]]
    for name in ("Oak", "Elm", "Ash"):
        lines += [f"Table made of {name}", NOTICE, CLAUSE]
    assert gone(lines) == []


# Parts of lists, verse


def test_entry_of_a_list_stays() -> None:
    """The same bullet in two lists of different things is an entry of each."""
    bullet = "- Two strong ropes of ten metres each and a bag to carry them in"
    text = filler(3)
    first = ["- A lamp with fresh batteries for the night", bullet, "- Bread for three days on the road"]
    second = ["- A warm coat", bullet, "- A book of songs for the evening"]
    assert gone([text[0], *first, text[1], *second, text[2]]) == []


def test_list_as_a_whole_goes() -> None:
    """The very list again, right behind itself, is a copy."""
    text = filler(2)
    items = [f"- {line}" for line in filler(4, 5, 12)]
    assert gone([text[0], *items, *items, text[1]]) == [5, 6, 7, 8]


VERSE = [
    "The morning came with silver on the bay",
    "And all the sails were folded at the pier",
    "A woman sang of someone gone away",
    "Whose name the wind would carry year by year",
    "The gulls went round the tower of the town",
    "And every bell was waiting for the noon",
    "The fishermen had let their baskets down",
    "And drank their coffee slowly to her tune",
]
REFRAIN = [
    "O roll the barrel down the hill to me, my love",
    "And roll it softly over stone and over sand",
    "For what the sea has taken none of us shall have",
]


def test_refrain_stays() -> None:
    """In a text that is all short lines, lines that come again are a refrain."""
    assert gone([*VERSE[:3], f"{VERSE[3]}.", *REFRAIN, *VERSE[4:7], f"{VERSE[7]}.", *REFRAIN]) == []


def test_lines_between_prose_go() -> None:
    """The same lines among paragraphs of an article are a teaser that was caught twice."""
    text = filler(8)
    lines = [
        text[0],
        text[1],
        *(f"{line}." for line in REFRAIN),
        *text[2:6],
        *(f"{line}." for line in REFRAIN),
        *text[6:],
    ]
    assert gone(lines) == [9, 10, 11]


# Furniture

MENU = ["Home", "News", "Sport", "Weather", "Contact us", "Imprint"]


def test_menu_above_and_below_goes() -> None:
    """A run of short lines that are no sentences, the same in the same order, is a menu."""
    lines = [*MENU, *filler(5), *MENU]
    assert gone(lines) == list(range(11, 17))
    (decision,) = decide(["\n".join(lines)], Settings())
    assert {removal.reason for removal in decision.removals} == {Reason.BLOCK}


@pytest.mark.parametrize(
    "lines",
    [
        ["10:00", "11:30", "12:45", "14:00", "15:30", "16:00"],
        ["Yes.", "No.", "Why?", "Because.", "Oh!", "Never."],
        ["Home", "Home", "News", "News", "Home", "News"],
    ],
    ids=["figures", "sentences", "few"],
)
def test_short_lines_that_are_no_menu_stay(lines: list[str]) -> None:
    """Times, answers in a dialogue, and two words in turn may stand again."""
    assert gone([*lines, *filler(5), *lines]) == []


def test_menu_stays_only_under_names_made_alike() -> None:
    """What stands above a menu does not matter, unless it names two menus; five prose lines are no menu."""
    text = filler(5)
    assert gone(["Skip to the text", *MENU, *text, "Read by many", *MENU]) == list(range(13, 19))
    names = ("Main navigation of the site", "Footer navigation of the site")
    assert gone([names[0], *MENU, *text, names[1], *MENU]) == []
    lines = [f"{line}." for line in VERSE[:5]]
    assert gone([names[0], *lines, *text, names[1], *lines]) == []


@pytest.mark.parametrize("line", ["Sail, hoist", "Парус поднять", "帆を上げる", "ارفع الشراع"])
def test_menu_with_a_line_of_its_own_stays(line: str) -> None:
    """Of two lists in which hardly one line differs, each is a list of its own."""
    text = filler(5)
    assert gone([*MENU, *text, *MENU[:3], line, *MENU[3:]]) == []
    assert gone([*MENU, *text, *MENU[:2], *MENU[3:]]) == []


def test_part_of_what_repeats_stays() -> None:
    """Where a part of a repetition has to stay, all of its lines do: the header of a table stands over its rows."""
    head = ["Name of the boat", "Where it lies", "Who may take it out", "Deposit"]
    rows = [f"{name} {number}" for number in range(3) for name in ("Tern", "Gull", "Plover", "Dunlin")]
    lines = [line for start in range(0, 12, 4) for line in (*head, *rows[start : start + 4])]
    assert gone([*lines, *filler(2)]) == []


def test_contents_are_not_the_headings_they_announce() -> None:
    """Titles that stand in a row at first, and then each over a text of its own, are no copies."""
    titles = [f"{line} and what came afterwards" for line in VERSE[:4]]
    text = filler(9)
    lines = [text[0], *titles, text[1]]
    for index, title in enumerate(titles):
        lines += [title, *text[2 + index : 3 + index]]
    assert gone(lines) == []
    assert gone([text[0], *titles, *text[1:4], *titles, *text[4:]]) == list(range(8, 12))


def test_two_short_lines_are_no_menu() -> None:
    """A pair of short lines is not enough."""
    assert gone([*MENU[:2], *filler(3), *MENU[:2], *filler(2, 3)]) == []


# Whole pages and bodies


def test_page_pasted_again_goes_with_all_its_headings() -> None:
    """Title, byline, headings and text, a second time: nothing of it stays."""
    text = filler(6)
    page = ["Storm over the bay", "By our own reporter", text[0], text[1], "## After the storm", text[2], text[3]]
    assert gone([*page, *page]) == list(range(7, 14))


def test_body_after_another_lead_goes() -> None:
    """The body without its first paragraph, behind something else."""
    lead, other, *body = filler(10, 2, 45)
    assert gone([lead, *body, other, *body]) == list(range(10, 18))


def test_body_under_two_lines_goes() -> None:
    """No line above it explains why a long text stands twice, unless it is made like the one above the original."""
    body = filler(8, 6, 45)
    lines = ["The morning edition", *body, "Posted by a reader", *body]
    assert gone(lines) == list(range(10, 18))
    other = filler(8, 8, 45)
    assert gone([*other, "Licence of the oak boat", *body, filler(1)[0], "Licence of the elm boat", *body]) == []


def test_body_with_news_in_it_keeps_the_news() -> None:
    """A paragraph of the copy that says something else stays, between those that go."""
    lead, *body = filler(8, 3, 45)
    copy = [*body[:3], body[3].replace(" ", " 1987 ", 1), *body[4:]]
    assert gone([lead, *body, *copy]) == [8, 9, 10, 12, 13, 14]


def test_body_three_times_leaves_one() -> None:
    """Each copy is compared with what stays."""
    body = filler(6, 4, 40)
    (decision,) = decide(["\n".join([*body, *body, *body])], Settings())
    assert [r.paragraph for r in decision.removals] == list(range(6, 18))
    assert [r.witnesses[0].paragraph for r in decision.removals] == [*range(6), *range(6)]
    assert {r.block for r in decision.removals} == {0, 1}


def test_each_paragraph_twice_goes() -> None:
    """A copy that follows on its original, paragraph by paragraph, needs no other evidence."""
    body = filler(5)
    assert gone([line for line in body for _ in range(2)]) == [1, 3, 5, 7, 9]


def test_rules_between_copied_paragraphs_go_with_them() -> None:
    """Lines without a word that stand in the copy as in the original go, too."""
    text = filler(6)
    body = [text[0], "---", text[1], text[2], "***", text[3]]
    assert gone([*body, text[4], *body, text[5]]) == list(range(7, 13))


# Alone


def test_heading_and_table_row_alone_stay() -> None:
    """One repeated line that is no running text is structure."""
    text = filler(6)
    heading = "## What visitors say about the long walk along the northern shore of the lake"
    assert gone([text[0], heading, text[1], text[2], heading, text[3]]) == []
    row = "| Oak | a tree of the northern woods that lives for several centuries | 20 |"
    assert gone([text[0], row, text[1], text[2], row, text[3]]) == []


def test_guard_off_looks_at_likeness_alone() -> None:
    """Without a guard no structure saves a long paragraph; short ones still stay."""
    text = filler(3)
    lines = [text[0], "Garden room", NOTICE, text[1], "Tower room", NOTICE, text[2]]
    assert gone(lines, Settings(guard="off")) == [5]
    assert gone(["Read more", text[0], "Read more", text[1]], Settings(guard="off")) == []


def test_exact_takes_only_what_is_equal() -> None:
    """A word left out keeps a paragraph under `exact`; another case and punctuation do not."""
    text = filler(5)
    less = text[0].replace(text[0].split()[5] + " ", "")
    loud = text[1].upper().replace(",", " –")
    lines = [*text[:3], less, *text[3:], loud]
    assert gone(lines) == [3, 6]
    assert gone(lines, Settings(exact=True)) == [6]
