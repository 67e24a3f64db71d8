"""Which near-duplicates may go: from running text, in long passages, and where only the writing differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from dedup.resolve.near_duplicates import sources
from dedup.resolve.outline import Outline
from dedup.resolve.surroundings import Surroundings
from dedup.text.paragraphs import split
from tests.resolve.test_surroundings import MIN_WORDS, NEWS, OTHERS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

PROSE = {
    "english": (
        "The ferry will not sail again before the end of March, the harbour master told the paper on Friday evening.",
        "On the pier, some forty people waited in the rain for a bus that the county had promised them an hour before.",
        "The owner of the line has said nothing so far, neither to the crew nor to those who hold a yearly ticket.",
    ),
    "german": (
        "Die Fähre wird nicht vor Ende März wieder fahren, sagte der Hafenmeister der Zeitung am Freitag gegen Abend.",
        "Auf dem Steg warteten etwa vierzig Leute im Regen auf einen Bus, den der Kreis versprochen hatte.",
        "Der Eigner der Linie hat bisher nichts gesagt, weder der Mannschaft noch denen mit einer Jahreskarte.",
    ),
    "russian": (
        "Паром не выйдет в море раньше конца марта, сказал начальник порта газете в пятницу вечером после бури.",
        "На причале около сорока человек ждали под дождём автобуса, который им обещали ещё час назад, но нет.",
        "Владелец линии до сих пор ничего не сказал ни команде, ни тем, у кого на руках билет на весь год вперёд.",
    ),
    "hindi": (
        "बंदरगाह के प्रमुख ने शुक्रवार की शाम अख़बार से कहा कि पुरानी नाव मार्च के अंत से पहले फिर से नहीं चलेगी।",
        "घाट पर लगभग चालीस लोग बारिश में उस बस की राह देखते रहे जिसका वादा ज़िले ने उनसे एक घंटे पहले किया था।",
        "नाव के मालिक ने अब तक कुछ नहीं कहा है, न चालकों से और न उन लोगों से जिनके पास पूरे साल का टिकट पहले से ही है।",
    ),
    "japanese": (
        "港の責任者は金曜日の夜、新聞に対して、古い渡し船は三月の終わりまで再び出ることはないと話した。",
        "桟橋では四十人ほどが雨の中、一時間前に約束されたバスが来るのをずっと待っていた。",
        "航路の持ち主は、乗組員にも一年分の切符を持つ人々にも、これまで何も話していない。",
    ),
    "arabic": (
        "قال مدير الميناء للصحيفة مساء يوم الجمعة إن العبارة القديمة لن تبحر مرة أخرى قبل نهاية شهر مارس بسبب العاصفة.",
        "وعلى الرصيف انتظر نحو أربعين شخصا تحت المطر حافلة وعدتهم بها المحافظة قبل ساعة من ذلك ولم تصل حتى الليل.",
        "ولم يقل مالك الخط شيئا حتى الآن لا للطاقم ولا لمن يحملون تذكرة للسنة كلها وقد دفعوا ثمنها منذ بداية العام.",
    ),
}
"""Texts that go on."""
BESIDE = {
    "a label": "Contributor",
    "an option": "`-v`",
    "an address": "14 Harbour Road",
    "a signature": "Jane Doe, Clerk to the Council",
    "a field": "Source: The Island Paper",
    "a notice of rights": "Copyright (c) Jane Doe. All rights reserved.",
    "a row": "Monday | 7:30 | 9:15 | 11:00",
    "a cell": "450",
    "an entry": "- The ferry that sails on Sundays is an older one and takes no more than six cars.",
}
"""What is no text that goes on."""


def near_retained(
    paragraphs: Sequence[str],
    gone: set[int],
    near: Collection[int],
    passage: Collection[int] = (),
    *,
    reworded: Collection[int] | None = None,
) -> set[int]:
    """Return which paragraphs have to stay if some of those that go are another text than their witness.

    Args:
        paragraphs: of the document.
        gone: those that are to go.
        near: those of them that are another text.
        passage: those of them that go for one document, in its order.
        reworded: those of them that say it in other words; all that are another text if not given.
    """
    text = "\n\n".join(paragraphs)
    spans = [list(span) for span in split(text, "blank")]
    assert len(spans) == len(paragraphs)
    documents = np.array([0 if number in passage else 1 + number for number in sorted(gone)])
    where = dict(zip(sorted(gone), sources(documents, np.array(sorted(gone))).tolist(), strict=True))
    reworded = near if reworded is None else reworded
    return Surroundings(Outline.of(text, spans), MIN_WORDS, near=near, reworded=reworded, sources=where).retained(gone)


@pytest.mark.parametrize("language", PROSE)
def test_in_the_middle_of_a_text_other_words_may_go(language: str) -> None:
    """At its ends as well, and where all of it goes."""
    paragraphs = PROSE[language]
    for gone in ({0}, {1}, {2}, {0, 1}, {1, 2}, {0, 1, 2}):
        assert near_retained(paragraphs, gone, gone) == set()


@pytest.mark.parametrize("language", PROSE)
@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
def test_beside_what_is_no_text_other_words_stay(language: str, beside: str) -> None:
    """What is said of it may be said of something else elsewhere; the same words say the same."""
    one, two, three = PROSE[language]
    assert near_retained([one, beside, two, three], {2}, {2}) == {2}
    assert near_retained([one, two, beside, three], {1}, {1}) == {1}
    assert near_retained([one, two, beside, three], {0, 1}, {1}) == {1}
    assert near_retained([one, two, beside, three], {0, 1}, set()) == set()


def test_what_is_no_text_beside_other_words_stays_with_them() -> None:
    """Without it, they would stand in a text."""
    one, two, three = PROSE["english"]
    assert near_retained([one, "Contributor", two, three], {1, 2}, {2}) == {1, 2}
    assert near_retained([one, two, "Contributor", *OTHERS], {1, 2}, {1}) == {1, 2}
    assert near_retained([one, two, "Contributor", *OTHERS], {1, 2}, set()) == set()


@pytest.mark.parametrize("language", PROSE)
@pytest.mark.parametrize("beside", [text for text in BESIDE.values() if not text.endswith("reserved.")])
def test_in_other_writing_it_is_enough_that_sentences_stand_beside_it(language: str, beside: str) -> None:
    """As where the other text was scanned: the same is said of the same."""
    one, two, three = PROSE[language]
    assert near_retained([beside, one, two, three], {2}, {2}, reworded=()) == set()
    assert near_retained([beside, one, two, three], {2}, {2}) == {2}
    assert near_retained([one, two, beside, three], {1}, {1}, reworded=()) == {1}
    assert near_retained([one, beside, two, three], {1}, {1}, reworded=()) == {1}


def test_text_may_stand_beside_other_words_in_a_long_passage_or_a_heading_after_it() -> None:
    """Further away there may be labels as well; but only if it goes for one document, in its order."""
    passage = [*PROSE["english"], *OTHERS]
    whole, part = set(range(2, 7)), set(range(2, 6))
    before = ["Contributor", NEWS]
    for after in ([], ["## Tickets", "450"], [NEWS, "Contributor"]):
        assert near_retained([*before, *passage, *after], whole, {3, 6}, whole) == set()
        assert near_retained([*before, *passage, *after], whole, {3, 6}) == {3, 6}
        assert near_retained([*before, *passage, *after], whole, {3, 6}, part) == {3, 6}
        assert near_retained([*before, *passage[:4], *after], part, {3, 5}, part) == {3, 5}
    for above in ("Contributor", "## Ferries", "It says:"):
        assert near_retained([above, *passage], set(range(1, 6)), {2, 4}, set(range(1, 6))) >= {2, 4}
    assert near_retained([*before, *passage, "He swore it"], whole, {3}, whole) == {3}


def test_a_passage_keeps_the_order_of_its_document() -> None:
    """A line that goes for an earlier one of the same text goes for another one than its own."""
    passage = [*PROSE["english"], *OTHERS]
    text = "\n\n".join(["Contributor", NEWS, *passage])
    spans = [list(span) for span in split(text, "blank")]
    gone = {2, 3, 4, 5, 6}
    for number, stay in ((6, set[int]()), (2, {5})):
        places = np.array([3, 4, 5, number, 9])
        where = dict(zip(range(2, 7), sources(np.zeros(5, np.int32), places).tolist(), strict=True))
        beside = Surroundings(Outline.of(text, spans), MIN_WORDS, near={5}, reworded={5}, sources=where)
        assert beside.retained(gone) == stay


def test_in_one_document_other_words_may_go_beside_their_witness_only() -> None:
    """A document that says it again elsewhere in other words does so for a reason."""
    one, two, three = PROSE["english"]
    cases = (
        ([two, three, one, f"{one} It did."], 3, 2, set[int]()),
        ([one, two, three, f"{one} It did."], 3, 0, {3}),
        ([two, "Contributor", one, f"{one} It did."], 3, 2, {3}),
        ([f"- {one}", f"- {one} It did.", two], 1, 0, {1}),
    )
    for paragraphs, place, witness, stay in cases:
        text, one_of = "\n\n".join(paragraphs), {place: witness}
        spans = [list(span) for span in split(text)]
        beside = Surroundings(
            Outline.of(text, spans), MIN_WORDS, (), one_of, near={place}, reworded={place}, sources=one_of
        )
        assert beside.retained({place}) == stay


def test_an_entry_in_other_words_stays_if_any_of_its_series_does() -> None:
    """Of the same words, most decide."""
    items = [f"{number}) {text}" for number, text in enumerate([*PROSE["english"], *OTHERS] * 2, 1)]
    assert near_retained(items, set(range(9)), {4}) == {4}
    assert near_retained(items, set(range(9)), set()) == set()
    assert near_retained(items, set(range(10)), {4}) == set()
