"""How lines end and begin: the same for one string and for a whole batch of lines, in all scripts."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.text.continuity import (
    CAPITAL,
    CLOSER,
    FINAL,
    HYPHEN,
    OPENER,
    PLAIN,
    SENTENCE_ENDS,
    SMALL,
    begins_small,
    closes,
    edge_table,
    ends_openly,
    is_spaceless,
    last_sign,
    open_end,
    unclosed,
)
from tests.support import strategies

ENDED = {
    "latin": "The tide came in.",
    "cyrillic": "Паром отошёл от пристани!",
    "greek": "Το καράβι έφυγε από το λιμάνι.",
    "arabic": "متى تصل السفينة؟",
    "urdu": "جہاز بندرگاہ سے روانہ ہوا۔",
    "hindi": "नाव घाट पर लौट आई।",
    "amharic": "መርከቡ ከወደብ ወጣ።",
    "han": "船在早上离开了港口。",
    "kana": "船は朝に港を出た！",
}
OPEN = {
    "latin": "The tide came in and",
    "cyrillic": "Паром отошёл от пристани и",
    "greek": "Το καράβι έφυγε από το",
    "armenian": "Նավը մեկնեց",
    "georgian": "გემი გავიდა ნავსადგურიდან და",
    "arabic": "غادرت السفينة الميناء في",
    "hebrew": "הספינה עזבה את",
    "hindi": "नाव घाट पर",
    "han": "船在早上离开了",
    "thai": "เรือออกจากท่า",
    "comma": "The tide came in,",
    "digit": "The tide came in at 7",
}


def ends_sentence(text: str) -> bool:
    """Return True if a text ends as a sentence ends, rather than a clause."""
    return last_sign(text) in SENTENCE_ENDS


@pytest.mark.parametrize("text", ENDED.values(), ids=ENDED)
@pytest.mark.parametrize("closing", ["", "”", "»", "」", ")", "**", "  ", "”)\n"])
def test_a_final_sign_ends_a_sentence_in_every_script(text: str, closing: str) -> None:
    """Also in front of quotation marks, brackets and spaces."""
    assert not ends_openly(text + closing)
    assert ends_sentence(text + closing)


@pytest.mark.parametrize("text", ["Նավը մեկնեց նավահանգստից։", "នាវាបានចាកចេញ។", "གྲུ་ཐོན་སོང་།"])
def test_full_stops_of_armenian_khmer_and_tibetan_end_a_sentence(text: str) -> None:
    assert not ends_openly(text)
    assert ends_sentence(text)


@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN)
@pytest.mark.parametrize("closing", ["", "”", "»", ")", "*", " \t"])
def test_without_a_final_sign_an_end_is_open(text: str, closing: str) -> None:
    """In scripts with and without capitals, behind a comma, behind a number."""
    assert ends_openly(text + closing)
    assert not ends_sentence(text + closing)


@pytest.mark.parametrize("sign", [":", "：", ";", "；", "؛", "}", ">"])
def test_a_clause_that_others_may_follow_is_not_open_and_no_sentence(sign: str) -> None:
    """A colon announces what follows; it does not end what was said."""
    assert not ends_openly(f"The boats are{sign}")
    assert not ends_sentence(f"The boats are{sign}")


def test_nothing_is_neither_open_nor_ended() -> None:
    """Nor are spaces alone; closing signs alone are looked at themselves."""
    for text in ("", "  \n"):
        assert not ends_openly(text)
        assert not ends_sentence(text)
        assert not begins_small(text)
    assert ends_openly("”")
    assert not ends_sentence("”")


SMALL_BEGINNINGS = [
    "and the tide", "über das Wasser", "и паром отошёл", "και το καράβι", "և նավը", "ßa", "ıslak kumlar", "ŉ boot",
    "ⅎa", "ꭰa",
]  # fmt: skip
OTHER_BEGINNINGS = [
    "The tide", "Über das Wasser", "И паром отошёл", "Και το καράβι", "Նավը մեկնեց", "İstanbul",
    "غادرت السفينة", "הספינה עזבה", "नाव घाट पर", "船在早上", "เรือออกจากท่า", "7 boats", "- a boat", "http://a.b",
    "https://a.b", "www.a.b", "www", "",
]  # fmt: skip


@pytest.mark.parametrize("opening", ["", "“", "«", "(", "¿", "*", "  “(", "(((("])
@pytest.mark.parametrize("text", SMALL_BEGINNINGS)
def test_what_goes_on_begins_small_in_scripts_with_capitals(text: str, opening: str) -> None:
    """Quotation marks and brackets before it are looked through."""
    assert begins_small(opening + text)


@pytest.mark.parametrize("opening", ["", "“", "«", "("])
@pytest.mark.parametrize("text", [text for text in OTHER_BEGINNINGS if text != "www"])
def test_what_begins_anew_or_has_no_case_does_not_begin_small(text: str, opening: str) -> None:
    """Nor do addresses, numbers and list entries."""
    assert not begins_small(opening + text)


def test_georgian_does_not_begin_small() -> None:
    """Its capitals are for headlines only: every sentence begins like every other word."""
    assert not begins_small("გემი გავიდა")
    assert edge_table()[ord("გ")] & PLAIN


def test_no_more_than_four_signs_are_looked_through() -> None:
    """At either end."""
    assert not begins_small("(((((and")
    assert not ends_openly("gone." + ")" * 4)
    assert ends_openly("gone." + ")" * 5)


def test_only_a_few_hundred_characters_of_an_end_are_looked_at() -> None:
    """A blank tail of any length costs nothing and says nothing."""
    assert not ends_openly("The tide came in and" + " " * 600)
    assert ends_openly("The tide came in and" + " " * 500)
    assert not begins_small(" " * 600 + "and")
    assert not unclosed("(" + "a" * 600)
    assert not closes("a" * 600 + ")")


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("She said (and he heard", "end"),
        ("She said (and he heard) it", ""),
        ("and he heard) it", "beginning"),
        ("„Мы отплываем завтра", "end"),
        ("«Мы отплываем завтра, — сказал он", "end"),
        ("сказал он, — и не вернёмся»", "beginning"),
        ("他说：「明天早上", "end"),
        ("我们就出发」他说", "beginning"),
        ("船は（明日の朝に", "end"),
        ("港を出る）そうだ", "beginning"),
        ("قال «سنبحر غدا", "end"),
        ("ولن نعود»", "beginning"),
        ("a) b) c) (d", "beginning end"),
        ("no sign at all", ""),
        ("one ] too many [and one", "beginning end"),
    ],
)
def test_brackets_and_quotations_may_be_open_at_an_end_and_closed_at_a_beginning(text: str, sides: str) -> None:
    assert unclosed(text) == ("end" in sides)
    assert closes(text) == ("beginning" in sides)


def test_scripts_without_spaces_are_told() -> None:
    """Of their words each character counts."""
    assert all(map(is_spaceless, ["船", "かな", "เรือ"]))
    assert not any(map(is_spaceless, ["boat", "лодка", "سفينة", "배", "नाव"]))


def test_every_character_is_small_or_capital_or_without_case() -> None:
    """At most one of the three, and no sign that is looked through ends a sentence, but for those that do both."""
    table = edge_table()
    letters = [table & bit > 0 for bit in (SMALL, CAPITAL, PLAIN)]
    for first, second in itertools.combinations(letters, 2):
        assert not (first & second).any()
    signs = [table & bit > 0 for bit in (FINAL, HYPHEN)]
    assert not (signs[0] & signs[1]).any()
    assert not (signs[0] & (table & (CLOSER | OPENER) > 0)).any()
    for text, bit in (("aßıяωև", SMALL), ("AİЯΩԱ", CAPITAL), ("船นا가न", PLAIN)):
        assert all(table[ord(char)] & bit for char in text)


_SIGNS = "\"'“”«»„()[]（）「」『』【】*_¿¡.!?…。！？؟۔।։;:：؛,，、-\u00ad\u2010¬{}<>〉 \t\u3000"
_WORDS = ["http", "https://a.b", "www.", "www", "and", "Well", "ﬁ", "ß", "İ", "ı", "7", "½", "😀", "\u0301", "−", "%"]
SPACES = st.text(st.sampled_from(" \t\u00a0\u3000"), max_size=2)
PIECES = st.one_of(
    st.text(st.sampled_from(_SIGNS), max_size=6),
    st.sampled_from([*_WORDS, *OPEN.values(), *ENDED.values(), *SMALL_BEGINNINGS, *OTHER_BEGINNINGS]),
    *(st.text(st.sampled_from(kind.first + kind.second), max_size=4) for kind in strategies.SCRIPTS.values()),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
)
LINES = st.lists(PIECES, min_size=1, max_size=4).map("".join)


@given(LINES)
def test_a_broken_word_is_an_open_end(line: str) -> None:
    """Whatever else stands at a line's ends."""
    is_open, broken = open_end(line.strip() or "a")
    assert is_open or not broken


@given(LINES)
def test_a_line_ends_openly_unless_its_last_sign_is_final(line: str) -> None:
    """Without spaces among the signs that close it, a line's end is asked as a text's end is."""
    line = "".join(line.split()) or "a"
    assert open_end(line)[0] == ends_openly(line)


def _breaks_a_word(line: str) -> bool:
    return open_end(line)[1]


def test_a_hyphen_behind_a_letter_breaks_a_word() -> None:
    """A dash behind a space, a number or nothing does not."""
    broken = (
        "the quay of the har-",
        "der Kai des Ha\u00ad",
        "причал старой га\u2010",
        "το παλιό λι¬",
        "船が港-",
        "har-”",
    )
    assert all(map(_breaks_a_word, broken))
    assert not any(map(_breaks_a_word, ["the quay -", "pages 12-", "-", "the quay –", "the quay."]))
