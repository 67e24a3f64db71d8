"""Text to paragraphs and back: lossless under every reading, with separators that neither pile up nor get lost."""

from __future__ import annotations

import random
import re
import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup import clean
from dedup.text.characters import BREAK, CLASS_MASK, class_table
from dedup.text.lines import LINE_ENDS
from dedup.text.long_texts import split_texts
from dedup.text.paragraphs import cuts, regions, split
from tests.support import oracle, strategies

if TYPE_CHECKING:
    from dedup.model.settings import Split

READINGS: tuple[Split, ...] = ("line", "blank", "auto")
TEXTS = (
    strategies.documents()
    | strategies.raw_texts()
    | st.text(st.sampled_from("ab \n\r\x85\u2028`|~-\t\ufeff"), max_size=40)
)


def bodies(text: str, how: Split = "auto") -> list[str]:
    """Return the paragraphs of a text."""
    return [text[start:end] for start, end in split(text, how)]


def prose(number: int, seed: int = 1, sentences_each: tuple[int, int] = (2, 4)) -> list[str]:
    """Make up paragraphs of some sentences each, with words of many lengths."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    out = []
    for _ in range(number):
        sentences = []
        for _ in range(rng.randint(*sentences_each)):
            words = [strategies.word(rng, "latin")[: rng.randint(4, 8)] for _ in range(rng.randint(9, 17))]
            sentences.append(" ".join(words).capitalize() + ".")
        out.append(" ".join(sentences))
    return out


# Lossless


@given(TEXTS, st.sampled_from(READINGS))
@example("", "auto")
@example("\ufeff\n", "auto")
@example("```\na\n```\n```", "auto")
def test_paragraphs_and_separators_are_the_text(text: str, how: Split) -> None:
    """Spans ascend without overlap, hold something to read, and between them stands nothing but space and line ends."""
    spans = split(text, how)
    assert all(start < end for start, end in spans)
    assert all(first[1] < second[0] for first, second in pairwise(spans))
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    between = [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    assert not any(oracle.character(c) not in ("space", "break", "unseen") for c in "".join(between))
    assert all(oracle.line_ends(separator) for separator in between[1:-1])
    for start, end in spans:
        body = text[start:end]
        assert any(oracle.character(c) not in ("space", "break", "unseen") for c in body)
        assert body[0] not in oracle.BREAKS
        assert body[-1] not in oracle.BREAKS
        assert start == 0 or text[start - 1] in oracle.BREAKS
        assert end == len(text) or text[end] in oracle.BREAKS


@given(TEXTS)
def test_lines_are_those_of_the_naive_reading(text: str) -> None:
    """Under ``line``, outside of fences and tables, a paragraph is a line with something to read."""
    lines = [line for line in re.split(f"[{LINE_ENDS}]", text) if not re.match(r"\s*(```|~~~|\|)", line)]
    text = "\n".join(lines)
    assert split(text, "line") == oracle.lines(text)


@given(st.lists(TEXTS, max_size=5), st.sampled_from(READINGS))
def test_a_document_is_split_the_same_in_any_batch(texts: list[str], how: Split) -> None:
    """Neighbours in a batch change nothing, not even an open fence or a narrow one."""
    found = split_texts(texts, how)
    assert [list(map(tuple, spans.tolist())) for spans in found] == [split(text, how) for text in texts]


def test_line_ends_are_the_characters_of_their_class() -> None:
    """Lines are cut by an expression, and every other question about a line end is put to the table."""
    assert set(LINE_ENDS) == {chr(code) for code in np.flatnonzero(class_table() & CLASS_MASK == BREAK)}
    every = "".join(map(chr, range(0x110000)))
    found = split(every, "line")
    assert [every[end] for _, end in found[:-1]] == ["\n", "\x85", "\u2028"]  # the others follow on these


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029", "\v", "\f"], ids=ascii)
def test_every_line_end_ends_a_line(end: str) -> None:
    """Alone and doubled, at the start, in the middle and at the end."""
    text = f"{end}one{end}two {end}{end}  three\t{end}"
    assert bodies(text, "line") == ["one", "two ", "  three\t"]
    assert bodies(text, "blank") == [f"one{end}two ", "  three\t"]
    assert bodies(text) == ["one", "two ", "  three\t"]


@pytest.mark.parametrize("blank", ["", "  ", "\t", "\u3000", "\ufeff", "\u200b", " \u00ad "], ids=ascii)
def test_lines_with_nothing_to_see_are_blank(blank: str) -> None:
    """Spaces of any kind and invisible characters make no paragraph."""
    assert bodies(f"one\n{blank}\ntwo\n{blank}", "blank") == ["one", "two"]


# Hard-wrapped text


@pytest.mark.parametrize("width", [50, 66, 72, 80, 100])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("indent", ["", "    "])
def test_hard_wrapped_text_is_put_together(width: int, seed: int, indent: str) -> None:
    """Lines that break where the next word did not fit are one paragraph, whatever the column.

    Lines that all begin with a capital may be as many paragraphs; so one of them begins with a small letter here.
    """
    paragraphs = prose(12, seed, (4, 9))
    wrapped = ["\n".join(textwrap.wrap(p, width, initial_indent=indent)) for p in paragraphs]
    wrapped = [p for p in wrapped if re.search(r"\w\n[^\W\d_]", p) and re.search(r"\n[a-zäöüé]", p)]
    assert len(wrapped) > 6
    assert bodies("\n\n".join(wrapped) + "\n") == wrapped


def test_hard_wrapped_han_is_put_together() -> None:
    """Text without spaces is wrapped after so many characters."""
    rng = random.Random(4)  # noqa: S311 - not for secrets
    paragraphs = [strategies.prose(rng, rng.randint(12, 30), "han") for _ in range(8)]
    wrapped = ["\n".join(textwrap.wrap(p, 30)) for p in paragraphs]
    assert bodies("\n\n".join(wrapped) + "\n") == wrapped


def test_two_lines_that_nothing_broke_stay_apart_in_wrapped_text() -> None:
    """Where the next word would have fitted, the line was ended by somebody, whatever the rest of the document does."""
    wrapped = ["\n".join(textwrap.wrap(p, 70)) for p in prose(6, 1, (4, 9))]
    pair = [
        "Sent from the office beside the old harbour, in April",
        "a copy of this letter went to each of the keepers of the seven towers",
    ]
    assert bodies("\n\n".join([*wrapped[:3], "\n".join(pair), *wrapped[3:]])) == [*wrapped[:3], *pair, *wrapped[3:]]


def test_title_and_list_in_hard_wrapped_text_stay_apart() -> None:
    """A short line before a blank one is a paragraph of its own, and so is each item of a list."""
    wrapped = ["\n".join(textwrap.wrap(p, 70)) for p in prose(6, 1, (4, 9))]
    items = ["- first of all", "- and second", "- a third one"]
    text = "\n\n".join(["A title", *wrapped[:3], "\n".join(items), *wrapped[3:]])
    assert bodies(text) == ["A title", *wrapped[:3], *items, *wrapped[3:]]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("end", ["\n", "\n\n", "\r\n"])
def test_one_paragraph_a_line_stays_one_a_line(seed: int, end: str) -> None:
    """What is not wrapped is not glued, with blank lines between or without."""
    paragraphs = prose(10, seed)
    assert bodies(end.join(paragraphs) + end) == paragraphs


@pytest.mark.parametrize(
    "lines",
    [
        [f"Item number {n} of the long catalogue, with its price and place" for n in range(12)],
        ["Read more", "Share", "Print", "Home", "News", "Sport", "Weather", "Contact"],
        [p.split(".")[0] + "." for p in prose(20, 3)],
        [f"“{p.split('.')[0][:50]}?” she asked." for p in prose(20, 5)],
        [f"{p[:38].title()}" for p in prose(16, 6)],
    ],
    ids=["catalogue", "menu", "sentences", "dialogue", "titles"],
)
def test_lines_of_lists_and_dialogues_are_not_glued(lines: list[str]) -> None:
    """Short lines that each end by themselves are paragraphs."""
    assert bodies("\n".join(lines)) == lines


# Fences and tables


@pytest.mark.parametrize("how", READINGS)
@pytest.mark.parametrize("mark", ["```", "~~~", "```python", "   ```"])
def test_code_fence_is_one_paragraph(how: Split, mark: str) -> None:
    """With blank lines, repeated lines and bars inside; what stands around is apart."""
    fence = f"{mark}\nx = 1\n\n\nx = 1\n| a |\n{mark.strip()[:3]}"
    assert bodies(f"before\n\n{fence}\n\nafter", how) == ["before", fence, "after"]


@pytest.mark.parametrize("how", ["line", "auto"])
def test_fence_that_never_closes_holds_nothing(how: Split) -> None:
    """One mark alone does not swallow the rest of the document."""
    assert bodies("one\n```\ntwo\n\nthree", how) == ["one", "```", "two", "three"]


@pytest.mark.parametrize("how", READINGS)
def test_table_is_one_paragraph(how: Split) -> None:
    """Rows that touch belong together; another table after a blank line does not."""
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n| 1 | 2 |"
    assert bodies(f"before\n{table}\nafter\n\n{table}\n\n{table}\n", how) == ["before", table, "after", table, table]


# Separators


@st.composite
def _cut(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]], set[int]]:
    ends = st.sampled_from([*strategies.ENDS, "\n\t\n", "\n\n\n\n"])
    number = draw(st.integers(1, 9))
    text = draw(st.sampled_from(["", "\n", " \n"]))
    spans = []
    for place in range(number):
        spans.append((len(text), len(text) + 2))
        text += f"p{place}" + (draw(ends) if place + 1 < number else draw(st.sampled_from(["", "\n", "\n\n", " "])))
    gone = draw(st.sets(st.integers(0, number - 1)))
    return text, spans, gone


@given(_cut())
def test_one_separator_remains_of_several(case: tuple[str, list[tuple[int, int]], set[int]]) -> None:
    """Between two that stay stands one of the separators that stood between them, with as many line ends as any."""
    text, spans, gone = case
    found = cuts(text, spans, gone)
    assert set(found) == gone
    ordered = [found[i] for i in sorted(gone)]
    assert all(first[1] <= second[0] for first, second in pairwise(ordered))
    assert all(found[i][0] <= spans[i][0] and spans[i][1] <= found[i][1] for i in gone)
    out = oracle.without(text, ordered)
    joined = regions(text, spans, sorted(gone))
    assert oracle.without(text, joined) == out
    assert all(first[1] < second[0] for first, second in pairwise(joined))
    stayed = [i for i in range(len(spans)) if i not in gone]
    assert re.findall(r"p\d", out) == [f"p{i}" for i in stayed]
    between = re.split(r"p\d", out)
    separators = [text[: spans[0][0]]] + [text[a[1] : b[0]] for a, b in pairwise(spans)] + [text[spans[-1][1] :]]
    for place, (first, second) in enumerate(pairwise(stayed)):
        choice = separators[first + 1 : second + 1]
        assert between[place + 1] in choice
        assert oracle.line_ends(between[place + 1]) == max(map(oracle.line_ends, choice))
    if stayed and stayed[0] == 0:
        assert between[0] == separators[0]
    if stayed and 0 in gone:
        assert between[0] == separators[0]
    if stayed and stayed[0] == 0 and len(stayed) > 1:
        assert between[-1] == separators[-1]


def test_final_newline_stays_as_it_was() -> None:
    """Where the last paragraph goes, the text ends as it ended."""
    for tail in ("", "\n", "\n\n", "\r\n"):
        text = f"a\n\nb{tail}"
        start, end = cuts(text, [(0, 1), (3, 4)], {1})[1]
        assert text[:start] + text[end:] == f"a{tail}"


def test_nothing_goes_nothing_is_cut() -> None:
    """No paragraph, no cut."""
    assert cuts("a\nb", [(0, 1), (2, 3)], set()) == {}


def test_the_same_line_again_and_again_is_no_wrap() -> None:
    """Lines of one length that begin with a small letter are lines where one of them stands twice."""
    line = "the same long line of more than eight words stands here again"
    text = f"{line}\n" * 40
    assert len(split(text)) == 40
    assert clean(text).text == f"{line}\n"


# Print


RAGGED = {
    "english": [
        "The old ferry to Sund, which lost its bow door in the storm of",
        "February, will be back in service on Monday, the harbour office",
        "said. It has been repaired.",
    ],
    "two lines": [
        "The crew spent the night of the storm on the outer pier, where the",
        "village fed them.",
    ],
    "hyphens": [
        "Der alte Fährmann sagte, dass die Reparatur des gewaltigen Bug-",
        "tores noch vor dem Ende des Winters abgeschlossen sein werde.",
    ],
    "soft hyphens": [
        "Старый паром, потерявший в феврале носовые ворота, снова вый\u00ad",
        "дет в море в понедельник, сообщили в управлении порта Сунда.",
    ],
    "russian": [
        "Старый паром в Сунд, который потерял носовые ворота во время",
        "февральской бури, снова выйдет в море в понедельник утром.",
    ],
    "greek": [
        "Το παλιό πλοίο για το Σουντ, που έχασε την πόρτα του στην",
        "καταιγίδα του Φεβρουαρίου, θα ταξιδέψει ξανά τη Δευτέρα.",
    ],
    "armenian": [
        "Դեպի Սունդ գնացող հին լաստանավը, որը փետրվարի փոթորկի ժամանակ",
        "կորցրել էր իր դուռը, երկուշաբթի օրը նորից ծով դուրս կգա։",
    ],
    "capitals": [
        "THE FERRY IS SOLD AS IT STANDS AND THE HARBOUR OFFICE OF SUND IS",
        "NOT LIABLE FOR ANY DAMAGE THAT IS FOUND AFTER THE DAY OF THE SALE",
        "EXCEPT WHERE THE LAW SAYS SO.",
    ],
    "russian capitals": [
        "ПАРОМ ПРОДАЁТСЯ В ТОМ СОСТОЯНИИ В КОТОРОМ ОН НАХОДИТСЯ И ПОРТ НЕ",
        "НЕСЁТ ОТВЕТСТВЕННОСТИ ЗА НЕИСПРАВНОСТИ НАЙДЕННЫЕ ПОСЛЕ ДНЯ ПРОДАЖИ",
    ],
    "recognised": [
        "Tlie old ferry to Sund , which lost its bow d00r in the stonn of",
        "Februarv, wili be back in service on Monclay , the harbour ofiice",
        "said in a letter.",
    ],
    "arabic": [
        "تعود العبارة القديمة إلى الإبحار نحو سوند ابتداء من صباح يوم",
        "الاثنين المقبل بعد أن فقدت بابها الأمامي في عاصفة شهر فبراير",
        "الماضي كما أعلن مكتب الميناء في رسالة وجهها إلى سكان الجزيرة",
        "كلهم.",
    ],
    "chinese": [
        "开往松德的旧渡轮在二月的暴风雨中失去了船门，港务局星期五",
        "说它将从星期一起恢复航行，暴风雨之前购买的船票在夏天之前",
        "仍然有效，船员们在码头上度过了那个夜晚，全村的人都给他们",
        "送来了热饭和茶水，还有干衣服。",
    ],
}


@pytest.mark.parametrize("lines", RAGGED.values(), ids=RAGGED)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_paragraphs_of_print_are_put_together(lines: list[str], end: str) -> None:
    """Ragged, recognised from a scan, with broken words, of two lines, in capitals; alone and beside another."""
    whole = end.join(lines)
    assert bodies(whole) == [whole]
    assert bodies(f"{whole}{end}{end}{whole}{end}") == [whole, whole]


APART = {
    "list": ["Bring along to the pier on Monday morning", "- a ticket", "- a passport, valid", "- tea"],
    "list in russian": ["Что взять с собой на причал", "- билет на паром", "- паспорт", "- термос с чаем"],
    "verse": ["Row, my brothers, row her home,", "Over the bar and over the foam,", "Home to the lamps of Sund."],
    "verse in greek": ["Τραβάτε, αδέρφια, κουπί,", "Ως το λιμάνι, ως την αυγή,", "Ως τα φανάρια του Σουντ."],
    "verse in arabic": ["جدفوا يا إخوتي حتى الصباح", "نحو الميناء", "حتى نرى مصابيح سوند من بعيد"],
    "address": ["Harbour Office of Sund", "7 Quay of the Old Lamps", "4190 Sund", "Denmark"],
    "address in russian": ["Управление порта Сунд", "Набережная Старых Фонарей, 7", "4190 Сунд"],
    "menu": ["Home", "News from the island", "Sport", "Weather and tides", "Contact"],
    "menu in chinese": ["首页", "岛上新闻", "体育", "天气与潮汐", "联系我们"],
    "menu in thai": ["หน้าแรก", "ข่าวจากเกาะ", "กีฬา", "สภาพอากาศและน้ำขึ้นน้ำลง", "ติดต่อเรา"],
    "menu in small letters": ["home", "news from the island", "sport", "weather and tides", "contact"],
    "menu in capitals": ["HOME", "NEWS FROM THE ISLAND", "SPORT", "WEATHER AND TIDES", "CONTACT"],
}  # fmt: skip


@pytest.mark.parametrize("lines", APART.values(), ids=APART)
def test_lines_that_somebody_ended_are_paragraphs(lines: list[str]) -> None:
    """Of lists, verse, addresses and menus, in any script, also below wrapped text."""
    assert bodies("\n".join(lines)) == lines
    wrapped = "\n".join(RAGGED["english"])
    assert bodies("\n".join([wrapped, "", *lines, "", wrapped])) == [wrapped, *lines, wrapped]
