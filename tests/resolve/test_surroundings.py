"""What stays for the sake of what stays beside it: sentences, lists, tables and headings are not torn apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import clean_documents
from dedup.resolve.outline import Outline
from dedup.resolve.surroundings import EMPTY, Surroundings
from dedup.text.paragraphs import split
from tests.support import strategies

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

NEWS = "Nobody on the island had expected the ferry to be back before the end of March."
"""A paragraph that neither runs on nor belongs to anything."""
OTHERS = [
    "Another paper reports on the storm that tore off the door, and on the night that the crew spent on the pier.",
    "A third one asks who will pay for the repairs, now that the insurers have said that they will certainly not.",
]
MIN_WORDS = 8


class Case(NamedTuple):
    """Some paragraphs, numbers of those that are to go, and of those of them that have to stay."""

    paragraphs: Sequence[str]
    gone: set[int]
    stay: set[int]
    end: str = "\n\n"
    renumbered: Collection[int] = ()


def surroundings(
    paragraphs: Sequence[str],
    end: str = "\n\n",
    renumbered: Collection[int] = (),
    min_words: int = MIN_WORDS,
    witnesses: Mapping[int, int] = EMPTY,
) -> Surroundings:
    """Return how some paragraphs look to their neighbours."""
    spans, at = [], 0
    for paragraph in paragraphs:
        spans.append((at, at + len(paragraph)))
        at += len(paragraph) + len(end)
    return Surroundings(Outline.of(end.join(paragraphs), spans), min_words, renumbered, witnesses)


def is_button(heading: str) -> bool:
    """Return True if a heading is one by its capitals only, as buttons have them as well."""
    return heading.upper() == heading != heading.lower() and not heading.startswith(("*", "_", "#"))


def check(case: Case) -> None:
    """Check which of a case's paragraphs have to stay."""
    found = surroundings(case.paragraphs, case.end, case.renumbered).retained(case.gone)
    assert found == case.stay


# Sentences that run on ------------------------------------------------------------------------------------------------

TORN = {
    "english": (
        "The harbour master said on Friday that the old ferry",
        "will sail again as soon as its door is mended.",
    ),
    "german": ("Der Hafenmeister sagte am Freitag, dass die alte Fähre", "wieder fährt, sobald das Tor geflickt ist."),
    "russian": ("Начальник порта сказал в пятницу, что старый паром", "снова выйдет в море, когда починят ворота."),
    "ukrainian": ("Начальник порту сказав у п'ятницю, що старий пором", "знову вийде в море, щойно полагодять браму."),
    "greek": ("Ο λιμενάρχης είπε την Παρασκευή ότι το παλιό πλοίο", "θα ταξιδέψει ξανά μόλις φτιαχτεί η πόρτα του."),
    "armenian": ("Նավահանգստի պետն ուրբաթ օրն ասաց, որ հին լաստանավը", "նորից ծով դուրս կգա, հենց դուռը նորոգվի։"),
    "chinese": ("港务局长在星期五告诉记者（当时渡轮正在修理", "船门也还没有装好）渡轮很快就会恢复航行。"),
    "japanese": ("港長は金曜日に記者たちの前で「古い渡し船は", "扉が直りしだいまた海に出る」と話した。"),
    "arabic": (
        "قال مدير الميناء يوم الجمعة أمام الصحفيين «إن العبارة القديمة",
        "ستبحر من جديد حالما يتم إصلاح بابها».",
    ),
    "persian": ("مدیر بندر روز جمعه به خبرنگاران گفت (کشتی قدیمی هنوز", "در تعمیرگاه بود) که سفرها دوباره آغاز می‌شود."),
}
WHOLE = {
    "english": ("The harbour master said so on Friday.", "The old ferry will sail again as soon as it can."),
    "german": ("Der Hafenmeister sagte das am Freitag.", "Die alte Fähre fährt wieder, sobald es geht."),
    "russian": ("Начальник порта сказал это в пятницу.", "Старый паром снова выйдет в море, когда сможет."),
    "greek": ("Ο λιμενάρχης το είπε την Παρασκευή.", "Το παλιό πλοίο θα ταξιδέψει ξανά μόλις μπορέσει."),
    "chinese": ("港务局长在星期五告诉了记者（当时正在修理）。", "渡轮很快就会恢复航行（船门已经装好）。"),
    "japanese": ("港長は金曜日に「船は直る」と話した。", "「また海に出る」と古い渡し船の船長も言った。"),
    "arabic": ("قال مدير الميناء ذلك يوم الجمعة.", "ستبحر العبارة القديمة من جديد حالما يمكن ذلك."),
    "hindi": ("बंदरगाह के अधिकारी ने शुक्रवार को यह कहा।", "पुरानी नाव जल्द ही फिर से चलने लगेगी और सब आएँगे।"),
    "thai": ("นายท่าเรือกล่าวเมื่อวันศุกร์ว่าเรือเก่ากำลังซ่อมอยู่", "เรือข้ามฟากจะกลับมาเดินเรืออีกครั้งในเร็ววันนี้"),
}


@pytest.mark.parametrize("halves", TORN.values(), ids=TORN)
@pytest.mark.parametrize("going", [0, 1])
@pytest.mark.parametrize("end", ["\n", "\n\n"])
def test_half_of_a_sentence_stays_beside_its_other_half(halves: tuple[str, str], going: int, end: str) -> None:
    """Whichever half is to go: by small letters, or by a bracket or quotation that is open."""
    check(Case([NEWS, *halves, NEWS], {1 + going}, {1 + going}, end))


BROKEN_OFF = {
    "english": (
        "The Council orders that the rules for all of the ferries be printed by the",
        "Harbour Office in Sund.",
    ),
    "german": (
        "Der Rat ordnet an, dass die Regeln für alle Fähren gedruckt werden von der",
        "Hafenverwaltung in Sund.",
    ),
    "spanish": ("El Consejo ordena que las reglas de todos los barcos se impriman por la", "Oficina del Puerto."),
    "dutch": ("De raad besluit dat de regels voor alle veerboten worden gedrukt door de", "Havendienst van Sund."),
    "russian": ("Совет постановляет напечатать правила для всех паромов в типографии на", "Острове."),
}


@pytest.mark.parametrize("halves", BROKEN_OFF.values(), ids=BROKEN_OFF)
@pytest.mark.parametrize("going", [1, 2])
def test_a_sentence_that_breaks_off_stays_with_what_follows(halves: tuple[str, str], going: int) -> None:
    """By its last word, though a capital and a blank line follow."""
    check(Case([NEWS, *halves, NEWS], {going}, {going}))


@pytest.mark.parametrize("halves", TORN.values(), ids=TORN)
def test_a_whole_sentence_goes_in_two_halves(halves: tuple[str, str]) -> None:
    """Nothing of it stays to be torn."""
    check(Case([NEWS, *halves, NEWS], {1, 2}, set()))


@pytest.mark.parametrize("both", WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("going", [0, 1])
def test_whole_sentences_go_from_one_another(both: tuple[str, str], going: int) -> None:
    """In scripts with and without capitals and full stops."""
    check(Case([NEWS, *both, NEWS], {1 + going}, set()))


@pytest.mark.parametrize(
    "paragraphs",
    [
        [
            "The crane lifted the bow door, which weighs some nine tonnes,",
            "and two divers, who had waited on the quay since the morning,",
            "guided it into its hinges.",
        ],
        [
            "Кран поднял носовые ворота, которые весят около девяти тонн,",
            "и два водолаза, ждавшие на причале с самого утра,",
            "направили их в петли.",
        ],
        [
            "Ο γερανός σήκωσε την πόρτα, που ζυγίζει κάπου εννέα τόνους,",
            "και δύο δύτες, που περίμεναν στην προβλήτα από το πρωί,",
            "την οδήγησαν στους μεντεσέδες.",
        ],
    ],
    ids=["english", "russian", "greek"],
)
def test_one_that_stays_brings_back_what_runs_into_it(paragraphs: list[str]) -> None:
    """So a sentence over three paragraphs of which the last one stays is whole."""
    check(Case([NEWS, *paragraphs], {0, 1, 2}, {1, 2}))


def test_a_copy_does_not_go_on_with_its_original() -> None:
    """However open its end is, and however small its beginning."""
    line = "and so on, and so on, until the last of the boats was in"
    check(Case([NEWS, line, line], {2}, set()))
    check(Case([NEWS, line, line], {1}, set()))


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("Photograph by the harbour office, taken from the tower", "all rights reserved by the town of Sund"),
        ("Снимок пресс-службы порта, сделан с маяка", "все права принадлежат городу Сунд"),
        ("Φωτογραφία του λιμεναρχείου από τον φάρο", "όλα τα δικαιώματα ανήκουν στην πόλη"),
    ],
    ids=["english", "russian", "greek"],
)
def test_what_keeps_two_lines_apart_that_would_read_as_one_stays(above: str, below: str) -> None:
    """Where a line end is all that is left between them; a blank line keeps them apart by itself."""
    check(Case([above, NEWS, below], {1}, {1}, "\n"))
    check(Case([above, NEWS, below], {1}, set(), "\n\n"))
    check(Case([f"{above}.", NEWS, below], {1}, set(), "\n"))
    check(Case([above, NEWS, below.capitalize()], {1}, set(), "\n"))


# Lead-ins -------------------------------------------------------------------------------------------------------------

LEADS = {
    "english": (
        "Whoever wants to go aboard on Monday needs three things:",
        ["- a ticket", "- a passport", "- patience"],
    ),
    "russian": ("Тому, кто хочет подняться на борт в понедельник, нужно:", ["- билет", "- паспорт", "- терпение"]),
    "greek": ("Όποιος θέλει να επιβιβαστεί τη Δευτέρα χρειάζεται:", ["- εισιτήριο", "- διαβατήριο", "- υπομονή"]),
    "arabic": ("يحتاج كل من يريد الصعود إلى السفينة يوم الاثنين إلى:", ["- تذكرة", "- جواز سفر", "- صبر"]),
    "hebrew": ("מי שרוצה לעלות על הסיפון ביום שני צריך להביא איתו:", ["- כרטיס", "- דרכון", "- סבלנות"]),
    "hindi": ("सोमवार को जहाज़ पर चढ़ने वालों को ये तीन चीज़ें चाहिए:", ["- टिकट", "- पासपोर्ट", "- धीरज"]),
    "chinese": ("星期一想上船的人需要准备以下三样东西：", ["・船票", "・护照", "・耐心"]),
    "thai": ("ผู้ที่ต้องการขึ้นเรือในวันจันทร์ต้องเตรียมสิ่งต่อไปนี้:", ["- ตั๋ว", "- หนังสือเดินทาง", "- ความอดทน"]),
}


@pytest.mark.parametrize(("lead", "entries"), LEADS.values(), ids=LEADS)
def test_a_lead_in_stays_with_what_it_announces(lead: str, entries: list[str]) -> None:
    """It goes with all of it, and none of it goes from under it."""
    whole = [NEWS, lead, *entries]
    check(Case(whole, {1}, {1}))
    check(Case(whole, {1, 2, 3, 4}, set()))
    check(Case(whole, {2, 3, 4}, {2, 3, 4}))
    check(Case([*whole, NEWS], {1, 2, 3, 4}, set()))


@pytest.mark.parametrize(
    ("lead", "sentence"),
    [
        ("More about the island:", "The ferry to Sund sails again from Monday, the office said."),
        ("Ещё об острове:", "Паром в Сунд снова ходит с понедельника, сообщили в порту."),
        ("Περισσότερα για το νησί:", "Το πλοίο ταξιδεύει ξανά από τη Δευτέρα, είπε το λιμεναρχείο."),
        ("更多关于小岛的消息：", "港务局星期五说，开往松德的渡轮将从星期一起恢复航行。"),
    ],
    ids=["english", "russian", "greek", "chinese"],
)
def test_a_colon_announces_whatever_stands_below_it(lead: str, sentence: str) -> None:
    """The first paragraph only; one that stands elsewhere in the document is not what is announced here."""
    for body in (sentence, f"“{sentence}”", f"> {sentence}"):
        check(Case([lead, body, NEWS], {1}, {1}))
        check(Case([lead, body, NEWS], {2}, set()))
    some = surroundings([sentence, lead, sentence, NEWS], witnesses={2: 0})
    assert some.retained({2}) == set()


QUESTIONS = {
    "english": ("When does the ferry sail again?", "On Monday, if the tide and the door allow it."),
    "russian": ("Когда паром снова выйдет в море?", "В понедельник, если позволят прилив и ворота."),
    "greek": ("Πότε θα ταξιδέψει ξανά το πλοίο;", "Τη Δευτέρα, αν το επιτρέψουν η παλίρροια και η πόρτα."),
    "arabic": ("متى تبحر العبارة من جديد؟", "يوم الاثنين إذا سمح المد بذلك."),
    "chinese": ("渡轮什么时候再开？", "如果潮水允许，就在星期一。"),
}


@pytest.mark.parametrize("both", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize("going", [1, 2])
def test_a_question_and_its_answer_stay_together(both: tuple[str, str], going: int) -> None:
    check(Case([NEWS, *both, NEWS], {going}, {going}))
    check(Case([NEWS, *both, NEWS], {1, 2}, set()))


CLAUSES = {
    "english": ("Having seen the report of the harbour office;", "Having heard the master of the ferry;"),
    "french": ("Nous, maire de l'île, par la grâce des électeurs,", "Vu le rapport de la capitainerie;"),
    "russian": ("Рассмотрев доклад начальника порта;", "Выслушав капитана парома,"),
    "arabic": ("بعد الاطلاع على تقرير الميناء؛", "وبعد سماع قبطان العبارة،"),
    "chinese": ("审议了港务局的报告；", "听取了船长的意见，"),
}


@pytest.mark.parametrize("both", CLAUSES.values(), ids=CLAUSES)
@pytest.mark.parametrize("going", [1, 2])
def test_the_clauses_of_one_sentence_stay_together(both: tuple[str, str], going: int) -> None:
    """Whatever the next one begins with."""
    check(Case([NEWS, *both, NEWS], {going}, {going}))


# Headings -------------------------------------------------------------------------------------------------------------

HEADINGS = [
    "## The new bow door", "**Das neue Bugtor**", "__Новые ворота__", "НОВЫЕ ВОРОТА ПАРОМА", "Η ΝΕΑ ΠΟΡΤΑ ΤΟΥ ΠΛΟΙΟΥ",
    "3.2 The new bow door", "## 新しい扉", "**الباب الجديد**", "# ประตูใหม่", "**नया दरवाज़ा**:",
]  # fmt: skip


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_stays_with_its_section(heading: str) -> None:
    """It goes where all of that goes, too, and it does not hold back what stands before it."""
    check(Case([NEWS, heading, NEWS], {1}, {1}))
    check(Case([NEWS, heading, OTHERS[0], NEWS], {1, 2}, {1} if is_button(heading) else {1, 2}))
    check(Case([NEWS, heading, NEWS], {1, 2}, set()))
    check(Case([NEWS, heading, NEWS, "# Fares", NEWS], {1, 2}, set()))
    check(Case([NEWS, heading, NEWS], {0}, set()))
    check(Case([NEWS, heading], {1}, set()))


@pytest.mark.parametrize("heading", HEADINGS)
def test_no_heading_stays_without_text(heading: str) -> None:
    """The first paragraph of its section stays with it; a line in capitals may be a button."""
    stay = set() if is_button(heading) else {2}
    check(Case([NEWS, heading, OTHERS[0], OTHERS[1], "# Fares", NEWS], {2, 3}, stay))
    check(Case([NEWS, heading, OTHERS[0], OTHERS[1]], {2, 3}, stay))
    check(Case([NEWS, heading, OTHERS[0], OTHERS[1]], {3}, set()))
    check(Case([heading, OTHERS[0], OTHERS[1]], {1, 2}, {1} if heading.endswith(":") else set()))


@pytest.mark.parametrize("lines", [["In force since Monday"], ["and its lamp", "1 June"], ["15. Doors and Lamps."]])
def test_no_heading_of_several_lines_stays_without_text(lines: list[str]) -> None:
    """Nor one with a note or a date below it; nor a numbered one that ends as a sentence ends."""
    heading = ["## The new bow door", *lines] if "15" not in lines[0] else lines
    number = len(heading)
    check(Case([NEWS, *heading, OTHERS[0], OTHERS[1], "# Fares", NEWS], {number + 1, number + 2}, {number + 1}))


@pytest.mark.parametrize("rule", ["===============", "---------------", "~~~~~~~~~~~~~", "^^^^^^^^^^^^^^^^^"])
def test_a_line_that_is_underlined_is_a_heading(rule: str) -> None:
    """By a rule of about its length: a short one, or a blank line before it, rules off what stands above."""
    title = "Jos ovi aukeaa"
    check(Case([NEWS, title, rule, OTHERS[0], NEWS], {1, 2}, {1, 2}, "\n"))
    check(Case([NEWS, title, rule, OTHERS[0], NEWS], {3}, {3}, "\n"))
    check(Case([NEWS, title, rule[:3], OTHERS[0], NEWS], {1, 2}, set(), "\n"))
    check(Case([NEWS, title, rule, OTHERS[0], NEWS], {1, 2}, set(), "\n\n"))


@pytest.mark.parametrize(
    ("above", "below", "stays"),
    [("#", "##", {0}), ("##", "##", set()), ("##", "#", set()), ("###", "#", set()), ("##", "######", {0})],
)
def test_a_heading_stays_over_deeper_ones_only(above: str, below: str, stays: set[int]) -> None:
    """Under one that is as high, another section begins."""
    check(Case([f"{above} The ship", f"{below} Её ворота", NEWS], {0}, stays))


def test_headings_without_marks_stand_deeper_than_those_with_marks() -> None:
    check(Case(["## The ship", "**Her door**", NEWS], {0}, {0}))
    check(Case(["**Her door**", "## The ship", NEWS], {0}, set()))
    check(Case(["**Her door**", "THE CAPTAIN OF THE SHIP", NEWS], {0}, {0}))
    check(Case(["THE CAPTAIN OF THE SHIP", "**Her door**", NEWS], {0}, set()))


@pytest.mark.parametrize(
    "text",
    [
        "THE FERRY SAILS AGAIN FROM MONDAY.",
        "**Bold** is only the first of these words",
        "ПАРОМ СНОВА ИДЁТ!",
        "## " * 80,
    ],
)
def test_sentences_and_long_lines_are_no_headings(text: str) -> None:
    check(Case([NEWS, text, NEWS], {1}, set()))


# Lists ----------------------------------------------------------------------------------------------------------------

LISTS = {
    "english": ["- life jackets for all", "- two flares", "- one lamp"],
    "russian": ["- спасательные жилеты", "- две ракеты", "- один фонарь"],
    "greek": ["* σωσίβια για όλους", "* δύο φωτοβολίδες", "* ένα φανάρι"],
    "arabic": ["- سترات نجاة للجميع", "- شعلتان", "- مصباح واحد"],
    "hindi": ["- सबके लिए जैकेट", "- दो मशालें", "- एक दीपक"],
    "chinese": ["・救生衣", "・两枚信号弹", "・一盏灯"],
    "thai": ["- เสื้อชูชีพ", "- พลุสองลูก", "- โคมไฟหนึ่งดวง"],
    "numbered": ["1. Life jackets", "2. Flares", "3. A lamp"],
    "lettered": ["a) Life jackets", "b) Flares", "c) A lamp"],
    "clauses": ["- the door must be closed;", "- the crew must be aboard;", "- the lamp must be lit."],
}


@pytest.mark.parametrize("entries", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("gone", [{1}, {2}, {3}, {1, 2}, {2, 3}, {1, 3}])
@pytest.mark.parametrize("end", ["\n", "\n\n"])
def test_a_list_stays_whole_where_one_entry_stays(entries: list[str], gone: set[int], end: str) -> None:
    check(Case([NEWS, *entries, NEWS], gone, gone, end))


@pytest.mark.parametrize("entries", LISTS.values(), ids=LISTS)
def test_a_whole_list_goes(entries: list[str]) -> None:
    check(Case([NEWS, *entries, NEWS], {1, 2, 3}, set()))


SENTENCES = {
    "english": [
        "- The door was mended by two divers from the mainland.",
        "- Tickets bought before the storm stay valid.",
    ],
    "russian": ["- Ворота починили два водолаза с материка.", "- Билеты, купленные до бури, остаются в силе."],
    "greek": ["- Την πόρτα την έφτιαξαν δύο δύτες.", "- Τα παλιά εισιτήρια ισχύουν ακόμα για όλους."],
    "chinese": ["・船门是由两名来自大陆的潜水员修好的。", "・暴风雨之前购买的船票仍然有效。"],
    "hindi": ["- दरवाज़ा दो गोताखोरों ने मिलकर ठीक किया।", "- तूफ़ान से पहले के टिकट अब भी चलेंगे।"],
    "numbered": ["1. The door was mended by two divers.", "2. Tickets bought before the storm stay valid."],
}


@pytest.mark.parametrize("entries", SENTENCES.values(), ids=SENTENCES)
@pytest.mark.parametrize("going", [1, 2])
def test_a_short_list_of_sentences_stays_whole_as_well(entries: list[str], going: int) -> None:
    check(Case([NEWS, *entries, NEWS], {going}, {going}))
    check(Case([NEWS, *entries, NEWS], {1, 2}, set()))


SERIES = {
    "paragraphs": "({}) The door of the ferry is mended.",
    "exercises": "**{})** Say when and where the ferry sails.",
    "articles": "Artículo {}.- Las puertas del barco quedan ya reparadas.",
    "signs": "§ {} Die Fähre fährt am Montag wieder.",
    "raised": "<sup>{}</sup> Le bac repart lundi avec la marée.",
    "notes": "[^{}]: The harbour office said so on Friday.",
    "chinese": "第{}条 船门已经修好。",
    "korean": "제{}조 두 잠수부가 배의 앞문을 모두 고쳤다.",
    "arabic": "المادة {} أصلح الغواصان باب العبارة القديمة.",
}


@pytest.mark.parametrize("pattern", SERIES.values(), ids=SERIES)
def test_a_short_series_stays_whole_and_of_a_long_one_most_decide(pattern: str) -> None:
    """With other paragraphs between its entries."""
    for number, gone, stay in ((3, {1}, {1}), (3, {0, 2}, {0, 2}), (9, {1}, {1}), (9, set(range(5)), set())):
        entries = [text for i in range(number) for text in (pattern.format(i + 1), OTHERS[0])]
        check(Case([NEWS, *entries], {2 * i + 1 for i in gone}, {2 * i + 1 for i in stay}))


def test_a_series_begins_with_each_first_number() -> None:
    """However many other notices with their own lists stand in the document."""
    entry = "{}. The door of the old ferry is mended."
    paragraphs = [text for _ in range(4) for text in (entry.format(1), OTHERS[0], entry.format(2), OTHERS[1])]
    check(Case(paragraphs, {0, 4, 6}, {0}))


def test_entries_of_two_sections_are_no_series() -> None:
    """Unless they name what they number."""
    for entry, stay in (("1) The old door is mended now.", set()), ("Art. 1 Die Tür ist wieder repariert.", {2})):
        paragraphs = ["## The ship", NEWS, entry, "## Her door", NEWS, entry.replace("1", "2"), NEWS]
        check(Case(paragraphs, {2}, stay))


def test_a_series_that_stands_twice_goes_once() -> None:
    entries = ["1. Life jackets", "2. Flares", "3. A lamp"]
    witnesses = {4: 1, 5: 2, 6: 3}
    assert surroundings([NEWS, *entries, *entries, NEWS], witnesses=witnesses).retained({4, 5, 6}) == set()
    assert surroundings([NEWS, *entries, NEWS, *entries], witnesses={5: 1, 6: 2, 7: 3}).retained({5, 6, 7}) == set()


# Tables, fences, rows, cells ------------------------------------------------------------------------------------------

TABLES = [
    "| From | To |\n|---|---|\n| Sund | Holm |",
    "| Откуда | Куда |\n| Сунд | Хольм |", "| 出发 | 到达 |\n| 松德 | 霍尔姆 |",
    "| من | إلى |", "```\nsail --to sund\n```", "~~~\nплыть\n~~~",
]  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_a_table_or_a_code_block_and_what_it_belongs_to_stay_together(table: str) -> None:
    """Both go, or none; where nothing stands before it, it goes."""
    check(Case([NEWS, table, NEWS], {1}, {1}))
    check(Case([NEWS, table, NEWS], {0, 1}, set()))
    check(Case([table, NEWS], {0}, set()))
    check(Case([NEWS, table], {0}, {0}))


ROWS = {
    "english": ["Sund    08:15    open", "Holm    09:40    open", "Vik    11:05    closed"],
    "russian": ["Сунд    08:15    открыт", "Хольм    09:40    открыт", "Вик    11:05    закрыт"],
    "arabic": ["سوند    08:15    مفتوح", "هولم    09:40    مفتوح", "فيك    11:05    مغلق"],
    "chinese": ["松德\t08:15\t开放", "霍尔姆\t09:40\t开放", "维克\t11:05\t关闭"],
    "thai": ["ซุนด์  08:15  เปิด", "โฮล์ม  09:40  เปิด", "วิก  11:05  ปิด"],
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("going", [1, 2, 3])
def test_a_row_of_columns_stays_among_others(rows: list[str], going: int) -> None:
    """With one gap it is no row, and without another row beside it nothing is torn."""
    check(Case([NEWS, *rows, NEWS], {going}, {going}, "\n"))
    check(Case([NEWS, *rows, NEWS], {1, 2, 3}, set(), "\n"))
    check(Case([NEWS, rows[0], NEWS], {1}, set(), "\n"))


def test_a_line_with_one_gap_is_no_row() -> None:
    """Two sentences with two spaces between them are none."""
    lines = [
        "The door is mended.  The crew is aboard.",
        "The lamp is lit.  The tide is in.",
        "All is well.  They sail.",
    ]
    check(Case(lines, {1}, set(), "\n"))


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("Single ticket to Holm", "12.50 €"),
        ("Билет до Хольма", "450 ₽"),
        ("Εισιτήριο για Χολμ", "12,50"),
        ("تذكرة إلى هولم", "٤٥"),
        ("到霍尔姆的单程票", "90 元"),
        ("ตั๋วเที่ยวเดียวไปโฮล์ม", "450"),
    ],
    ids=["english", "russian", "greek", "arabic", "chinese", "thai"],
)
def test_a_cell_stays_beside_its_figure(name: str, figure: str) -> None:
    """On the line before or after it; not behind a blank line, nor if it is a sentence."""
    check(Case([NEWS, name, figure, NEWS], {1}, {1}, "\n"))
    check(Case([NEWS, figure, name, NEWS], {2}, {2}, "\n"))
    check(Case([NEWS, name, figure, NEWS], {1}, set(), "\n\n"))
    check(Case([NEWS, f"{name}.", figure, NEWS], {1}, set(), "\n"))
    check(Case([NEWS, name, NEWS], {1}, set(), "\n"))


def test_the_long_cell_of_a_column_stays() -> None:
    """A column has one cell a line; a title over a text, and a text with a full stop, are none."""
    cells = ["Sund", "harbour office", "The crew, two divers and whoever else has a lamp", "Holm", "town hall"]
    check(Case([NEWS, *cells, NEWS], {3}, {3}, "\n"))
    check(Case([NEWS, *cells, NEWS], {3}, set(), "\n\n"))
    check(Case([NEWS, cells[0], cells[2], NEWS], {2}, set(), "\n"))
    check(Case([NEWS, *cells[:2], f"{cells[2]}.", *cells[3:], NEWS], {3}, set(), "\n"))


def test_what_is_indented_under_a_line_stays_with_it() -> None:
    """A text with a full stop ends by itself."""
    day, match = "Monday 13 June", "    20.00  Sund v Holm"
    text = f"{NEWS}\n{day}\n{match}\n\n{NEWS}"
    spans = [(0, len(NEWS)), (text.index(day), text.index(match) - 1), (text.index("20.00"), text.index(match) + 22)]
    spans.append((len(text) - len(NEWS), len(text)))
    assert Surroundings(Outline.of(text, spans), MIN_WORDS).retained({2}) == {2}
    assert Surroundings(Outline.of(text, spans), MIN_WORDS).retained({1}) == {1}
    assert Surroundings(Outline.of(text, spans), MIN_WORDS).retained({1, 2}) == set()


def test_an_entry_with_a_list_of_its_own_stays_with_it() -> None:
    """By the indentation of the list, also behind a blank line."""
    text = f"{NEWS}\n\n1. 翻拌的手法是\n\n   * 先用右手拿刮刀从盆中心插入底部。\n\n{NEWS}"
    spans = split(text)
    assert len(spans) == 4
    assert Surroundings(Outline.of(text, spans), MIN_WORDS).retained({2}) == {2}
    assert Surroundings(Outline.of(text, spans), MIN_WORDS).retained({1}) == {1}
    assert Surroundings(Outline.of(text, spans), MIN_WORDS).retained({1, 2}) == set()


def test_a_container_and_its_text_stay_together() -> None:
    check(Case(["::: tip Note", NEWS, ":::", OTHERS[0]], {1}, {1}, "\n"))
    check(Case([OTHERS[0], "::: tip Note", NEWS, ":::"], {1, 2, 3}, set(), "\n"))


def test_bold_text_that_goes_on_is_not_torn() -> None:
    """Over a paragraph, or to a line that has the closing sign alone."""
    check(Case([NEWS, "**The Minister of Ferries", "Maja Holm**", NEWS], {1}, {1}))
    check(Case([NEWS, "**The Minister of Ferries", "Maja Holm**", NEWS], {2}, {2}))
    check(Case([NEWS, "**Rules of the harbour for all ferries", "**", NEWS], {1}, {1}))
    check(Case([NEWS, "Rules of the harbour for all ferries.", "**", NEWS], {1}, set(), "\n"))


# Hard wraps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("going", [1, 2])
def test_a_line_with_an_open_end_runs_on_where_prose_is_wrapped(going: int) -> None:
    """Whatever the next line begins with; elsewhere such lines are titles."""
    lines = ["The Council orders that the present Ordinance of Sund", "Harbour be published on Monday."]
    wrapped = "Nobody on the island had expected the ferry\nto be back before March."
    check(Case([NEWS, *lines, wrapped], {going}, {going}, "\n"))
    check(Case([NEWS, *lines, wrapped], {going}, set(), "\n\n"))
    check(Case([NEWS, *lines, NEWS], {going}, set(), "\n"))
    check(Case([NEWS, *lines, wrapped], {going, 3}, set(), "\n"))


# Short paragraphs and rules -------------------------------------------------------------------------------------------

SHORT = ["Home and garden", "Спорт", "Πολιτισμός", "ثقافة وسفر", "旅行"]


def test_short_paragraphs_stay_beside_a_long_one_that_stays() -> None:
    """They were to go for its sake; with another long one among them they go for that."""
    first, second = TORN["english"]
    check(Case([first, second, *SHORT, NEWS], {1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6}))
    check(Case([first, second, *SHORT, NEWS], {1, 2, 3, 4, 5, 6, 7}, {1}))


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("The ferry sails again from Monday on", " then"),
        ("Паром снова выходит в море с понедельника", ", сказали"),
        ("تبحر العبارة من جديد يوم الاثنين القادم", " صباحا"),
        ("渡轮星期一又开", "了"),
        ("かなのふねです", "よ"),
    ],
)
def test_words_are_counted_and_characters_in_scripts_without_spaces(text: str, last: str) -> None:
    """With its last one, each of these has just enough."""
    first, second = TORN["english"]
    check(Case([first, second, text, NEWS], {1, 2}, {1, 2}))
    check(Case([first, second, text + last, NEWS], {1, 2}, {1}))


def test_what_rules_off_a_paragraph_stays_with_it() -> None:
    """Signs without a word are looked through, and go with what stands before them only."""
    first, second = TORN["english"]
    check(Case([first, "***", second, "---", "* * *", NEWS], {2, 3, 4}, {2, 3, 4}))
    check(Case([NEWS, "***", NEWS, "---", "* * *", NEWS], {2, 3, 4}, set()))
    check(Case([NEWS, "***", NEWS], {1}, set()))


def test_none_goes_where_no_long_one_could_go_without_the_short_ones() -> None:
    """Else another run would find other short ones beside those that stay."""
    first, second = TORN["english"]
    some = surroundings([NEWS, *SHORT, first, second])
    assert some.allowed({1, 2, 3}, 3) == {1, 2, 3}
    assert some.allowed({1, 2, 3}, 4) == set()
    assert some.allowed({0, 1, 2, 3}, 5) == {0, 1, 2, 3}
    assert some.allowed({0, 1, 7}, 3) == {0, 1}


def test_another_run_wants_short_ones_only_in_a_row_and_none_over_what_stays() -> None:
    """When what they went with is gone."""
    some = surroundings([*SHORT, "Print", NEWS, "Share", NEWS, "Subscribe", NEWS, "Search"])
    first = len(SHORT)
    assert first >= 2
    menu = set(range(first + 1))
    assert some.wanted_again(menu) == menu - {first}
    assert some.wanted_again({*menu, first + 1}) == {*menu, first + 1}
    assert some.wanted_again({*menu, first + 1, first + 2}) == {*menu, first + 1}
    assert some.wanted_again({first + 2, first + 4, first + 6}) == set()
    assert some.wanted_again({first + 5, first + 6}) == {first + 5, first + 6}


def test_a_rule_that_goes_hides_nobody_from_what_stays_before_it() -> None:
    """What stands behind it is asked as if it were not there."""
    first, second = TORN["english"]
    check(Case([first, "***", second, NEWS], {1, 2, 3}, {2}))


@pytest.mark.parametrize("title", ["Tickets and fares", "7. Билеты и тарифы", "# Fahrkarten", "運賃と切符について"])
def test_an_underlined_heading_goes_with_its_underline_only(title: str) -> None:
    """The line would rule off another text."""
    text = "\n".join([NEWS, "", title, "-" * len(title), "", NEWS, "", OTHERS[0]])
    spans = [list(span) for span in split(text)]
    assert len(spans) == 5
    beside = Surroundings(Outline.of(text, spans), MIN_WORDS)
    assert beside.retained({1, 3}) == {1, 3}
    assert beside.retained({1, 2, 3}) == set()


def test_a_number_alone_is_the_heading_of_those_that_are_numbered_below_it() -> None:
    """And no entry of their list."""
    for number in ("1.F.", "2.3."):
        one, two = f"{number}1. {OTHERS[0]}", f"{number}2. {OTHERS[1]}"
        check(Case([NEWS, number, one, two], {0, 1}, {1}))
        assert 1 in surroundings([number, one, two, NEWS]).retained({1, 2})


@pytest.mark.parametrize(
    "heading", ["10 § Changing the rules", "§ 10 Änderung der Satzung", "Article 10 Changing the rules"]
)
def test_a_section_that_is_called_one_is_no_entry_of_the_list_before_it(heading: str) -> None:
    """It keeps its first paragraph, right behind an entry as well; an entry between entries is none."""
    lists = ["8. the budget is settled;", "9. the chair is elected;"]
    check(Case([*lists, heading, *OTHERS], {3, 4}, {3}))
    check(Case([*lists, "10. the rules are changed", *OTHERS], {3, 4}, set()))


@pytest.mark.parametrize("link", ["[The ferry](https://ferry.example/)", "[![](boat.png)](boat.html)"])
def test_a_heading_of_a_corpus_stays_over_links_that_stay(link: str) -> None:
    """And with the first of them; not what looks like a button, nor a heading that stands again in the document."""
    check(Case([NEWS, "## Related links", link, "[The pier](https://pier.example/)", NEWS], {1, 2}, {1, 2}))
    check(Case([NEWS, "RELATED LINKS", link, "[The pier](https://pier.example/)", NEWS], {1, 2}, set()))
    some = surroundings([NEWS, "## Related links", link, NEWS], witnesses={1: 0})
    assert some.retained({1}) == set()


# Promises -------------------------------------------------------------------------------------------------------------

PARAGRAPHS = st.one_of(
    st.sampled_from(
        [
            NEWS,
            *SHORT,
            *HEADINGS,
            *TABLES,
            "***",
            "---",
            "12.50 €",
            "450",
            *(text for some in (TORN, WHOLE) for both in some.values() for text in both),
            *(text for lead, entries in LEADS.values() for text in (lead, *entries)),
            *(text for some in (LISTS, SENTENCES, ROWS) for texts in some.values() for text in texts),
        ]
    ),
    st.builds(
        strategies.prose,
        st.randoms(use_true_random=False),
        st.integers(1, 20),
        st.sampled_from(list(strategies.SCRIPTS)),
    ),
)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[Surroundings, set[int], int]:
    paragraphs = draw(st.lists(PARAGRAPHS, min_size=1, max_size=14))
    numbers = st.sets(st.integers(0, len(paragraphs) - 1))
    gone = draw(numbers)
    some = surroundings(paragraphs, draw(st.sampled_from(["\n", "\n\n", "\r\n"])), gone & draw(numbers))
    return some, gone, len(paragraphs)


@given(_cases())
def test_some_of_those_that_go_are_retained_once_and_for_all(case: tuple[Surroundings, set[int], int]) -> None:
    """Asked again about those that still go, it retains nothing more; and where all or none go, nothing."""
    some, gone, number = case
    stay = some.retained(gone)
    assert stay <= gone
    assert some.retained(gone - stay) == set()
    assert some.retained(set()) == some.retained(set(range(number))) == set()
    assert some.allowed(gone, len(gone)) <= gone - stay


@given(_cases())
def test_it_does_not_matter_how_the_removals_are_given(case: tuple[Surroundings, set[int], int]) -> None:
    """Nor what was asked before."""
    some, gone, _ = case
    found = some.retained(sorted(gone))
    assert some.retained(sorted(gone, reverse=True)) == some.retained(gone) == found


# End to end -----------------------------------------------------------------------------------------------------------


def cleaned(*documents: str, **settings: Any) -> list[str]:
    """Return what is left of a corpus."""
    return [one.text for one in clean_documents(documents, scope="corpus", **settings)]


@pytest.mark.parametrize("halves", TORN.values(), ids=TORN)
def test_no_torn_sentence_results(halves: tuple[str, str]) -> None:
    """Half of one stands elsewhere; it stays where the other half stays, and goes where all of it goes."""
    first, second = halves
    documents = [f"{OTHERS[0]}\n\n{second}", f"{first}\n\n{second}\n\n{OTHERS[1]}"]
    assert cleaned(*documents) == documents
    assert cleaned(*documents, f"{first}\n\n{second}") == [*documents, ""]


@pytest.mark.parametrize("lists", LISTS.values(), ids=LISTS)
def test_a_list_of_a_corpus_stays_whole(lists: list[str]) -> None:
    """Some of its entries stand in another list, too; another document with the whole list loses it."""
    lead = "Before the first voyage after the storm these things were brought aboard the old ferry:"
    whole = "\n".join([lead, *lists])
    other = "\n".join([OTHERS[0], *lists[:2], "- [A lamp, or whatever there is](http://a.b/c)"])
    assert cleaned(other, whole, min_words=1) == [other, whole]
    assert cleaned(whole, f"{OTHERS[1]}\n{whole}") == [whole, OTHERS[1]]


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_a_row_of_a_table_of_a_corpus_stays(rows: list[str]) -> None:
    """One that stands in another table, too."""
    documents = ["\n".join([OTHERS[0], rows[1]]), "\n".join([OTHERS[1], *rows])]
    assert cleaned(*documents, min_words=1) == documents
    twice = "\n".join([NEWS, *rows])
    assert cleaned(*documents[1:], twice, min_words=1) == [documents[1], NEWS]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_a_corpus_stays_under_what_is_new(table: str) -> None:
    """It goes with what it belongs to."""
    documents = [f"{OTHERS[0]}\n\n{table}", f"{OTHERS[1]}\n\n{table}"]
    assert cleaned(*documents, min_words=1) == documents
    assert cleaned(*documents, f"{documents[1]}\n\n{NEWS}", min_words=1) == [*documents, NEWS]


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_of_a_corpus_stays_over_what_is_new(heading: str) -> None:
    """Both go together."""
    documents = [f"{heading}\n\n{OTHERS[0]}", f"{heading}\n\n{OTHERS[1]}"]
    assert cleaned(*documents, min_words=1) == documents
    assert cleaned(*documents, f"{documents[1]}\n\n# Fares\n\n{NEWS}", min_words=1) == [
        *documents,
        f"# Fares\n\n{NEWS}",
    ]
