"""The native kernel reads the forms of paragraphs as the Python does, which is the specification."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup.language.wordlists import FUNCTION, MARKING, ORDINALS
from dedup.native import kernels
from dedup.resolve import native_forms, outline
from dedup.resolve.native_forms import COUNTED, form_reader, read_forms
from dedup.resolve.outline import Outline
from dedup.resolve.paragraph_forms import form_of
from tests.support import strategies

if TYPE_CHECKING:
    from collections.abc import Sequence

NATIVE = kernels.native()
pytestmark = pytest.mark.skipif(NATIVE is None, reason="the native kernels are not at work")

WORD = re.compile(r"\w+")
LEAST = (1, 2, 8, 21, 40, COUNTED - 1, COUNTED)
SIGNS = """
1 2 3 4.1 12.3.4 (a) b) [7] iv. XII) § §§ № ¶ 第十二条 제3조 一、 （二） 2bis 3° 1º 1/2 ² Ⅳ ٣. ก. <sup>1</sup> [^1] 1\\.
- * + • · – — ・ ● # ## ####### > >>
| || ** __ *** ``` ~~~ === --- ::: ] ]( ) ( [ [x](y) ![](z) : ： ； ; , . ! ? … 。 ؟ ।
“ ” „ « » ‘ ’ ' " 「 」 『 』 【 】 （ ） ] { } < > \\ / = _ ¬ ‐ \u00ad 《 》 〈 〉
"""
SOME = """
Article ARTIKEL Straße STRASSE İstanbul ıssız ǅungla ŉ ſo ﬁn Σίσυφος ΛΟΓΟΣ Война мир 中文 ภาษา かな 한국어 العربية עברית
http www.x.y x y A é e\u0301 \u0301 \u0e34 \u200d 👍🏽 ♂ 12:30 €5 50% 1,000 e.g. COVID-19
ª ⓐ Ⓐ 𝐀 \U00020000 \U000e0041 \0
"""
MARKS = SIGNS.split()
BLANKS = [*" \t\xa0\u3000\u2009\u200b\ufeff\x1c\x1f\x85\v\f", "  ", "   ", " ", " ", " "]
WORDS = [
    *sorted(MARKING)[::9],
    *sorted(ORDINALS)[::60],
    *sorted(FUNCTION)[::30],
    *SOME.split(),
    "and a sentence that has some more words than a title has, for it goes on and on without an end",
    "A" * 24,
    "9" * 13,
    "ab cd ef gh ij kl mn op qr st uv wx yz of",
]
PIECES = st.one_of(st.sampled_from(MARKS), st.sampled_from(BLANKS), st.sampled_from(WORDS))
HOSTILE = st.lists(PIECES, min_size=1, max_size=24).map("".join)
SPACED = st.lists(st.one_of(st.sampled_from(MARKS), st.sampled_from(WORDS)), min_size=1, max_size=16).map(" ".join)
LONG = st.tuples(HOSTILE, st.integers(1, 120), SPACED).map(lambda each: each[0] * each[1] + each[2])
REPEATED = st.tuples(st.sampled_from([*MARKS, *BLANKS]), st.integers(1, 700), HOSTILE).map(lambda x: x[0] * x[1] + x[2])
WHOLE = strategies.documents().map(lambda text: text.encode(errors="replace").decode())
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def joined(paragraphs: Sequence[str]) -> tuple[str, list[list[int]]]:
    """Return a document of some paragraphs, with their first characters and the first ones behind them."""
    spans, at = [], 1
    for paragraph in paragraphs:
        spans.append([at, at + len(paragraph)])
        at += len(paragraph) + 1
    return "\n" + "\n".join(paragraphs), spans


def check_same(paragraphs: Sequence[str]) -> None:
    """Check that the kernel reads some paragraphs, and that what it reads is what the Python does."""
    form_reader()
    text, spans = joined(paragraphs)
    read = read_forms(text, spans)
    assert read is not None
    bodies = [paragraph.strip() for paragraph in paragraphs]
    assert read.numbers == [number for number, body in enumerate(bodies) if WORD.search(body)]
    for number, form, words in zip(read.numbers, read.forms, read.words, strict=True):
        body = bodies[number]
        assert form == form_of(body), body
        for least in LEAST:
            assert (words >= least) == outline._has_words(body, least), (body, least)


@settings(max_examples=600)
@given(st.lists(st.one_of(HOSTILE, SPACED, LONG, REPEATED, ANY, WHOLE), max_size=8))
@example([])
@example([""])
@example([" ", "> a", ">\xa0\nb", "> > 1. A"])
@example(["**a**:", "**a", "****a", "*a*", "__a__", "** a**", "a**b**c**"])
@example(["a" * 200, "a" * 201, "é" * 200, "é" * 201, "中" * 40, "中" * 41, "A" * 100, "A" * 101])
@example([" a" * COUNTED, " a" * (COUNTED - 1), "a" + " " * 200, "a" + " " * 190, "中" * COUNTED, "-a" * COUNTED])
@example(["(" + "a" * 598, "(" + "a" * 599, "(" + "a" * 600, "é" * 599 + ")", "é" * 600 + ")"])
@example(["- " * 5000 + "a", "-" * 5000 + "a", "| a " * 4000 + "|", "[" * 5000 + "a](", "[a](b)" * 900 + "c"])
def test_any_paragraphs_have_the_same_forms(paragraphs: list[str]) -> None:
    """Whatever they begin and end with, in whatever script, however long."""
    check_same(paragraphs)


@pytest.mark.parametrize(
    ("begin", "repeated", "end"),
    [
        ("", "a ", "of"),
        ("A", " A", ""),
        ("1.", " Ab", "."),
        ("1.", " 中", "."),
        ("1.", " 2.", ""),
        ("Article", " 1", ""),
        ("Article", " ", "1. A"),
        ("", "1", ""),
        ("1", "-", "1"),
        ("1", "1a", "b"),
        ("Ab", "c", ": d"),
        ("ABC.", ")", ""),
        ("Abc,", ")", ""),
        ("ABC.", ") ", ""),
        ("", "(", "a"),
        ("", "(", "1. A"),
        ("", "#", " a"),
        ("# ", "a", ""),
        ("# ", "é", ""),
        ("|", " a |", ""),
        ("a", "  b", ""),
        ("a  b  c ", "d", ""),
        ("**a**", " b", "**"),
        ("", "**", "a"),
        ("[", "a", "](b)"),
        ("[a](", "b", ")"),
        ("", "中", ""),
        ("(", "é", ""),
        ("", "é", ")"),
    ],
)
def test_every_limit_is_the_same(begin: str, repeated: str, end: str) -> None:
    """So many of something, and one more."""
    numbers = [*range(50), 66, *range(98, 103), *range(190, 205), *range(592, 604), *range(990, 1005)]
    check_same([begin + repeated * number + end for number in numbers])


def test_every_listed_word_is_the_same() -> None:
    """In front of a number, and at the end of what goes on."""
    words = sorted(MARKING | ORDINALS | FUNCTION)
    for shape in ("{} 1. A", "{} 1", "{}. B", "{}, c", "1. {}", "d d d d d d d d d {}", "**{}**", "{} {}"):
        for form in (str, str.upper, str.title):
            check_same([shape.format(form(word), form(word)) for word in words])


def test_every_character_is_the_same() -> None:
    """At the beginning, behind a number, between words and at the end; of those that are alike, one."""
    table = np.frombuffer(native_forms._table(*letters()), "<u2")
    listed = {ord(sign) for each in native_forms._expressions().values() for sign in each.pattern if sign > "\x7f"}
    codes = [code for _, some in groupby(range(len(table)), table.__getitem__) for code in list(some)[:1]]
    signs = [chr(code) for code in {*codes, *listed} if not 0xD800 <= code < 0xE000]
    for shape in ("{}b C", "{} b", "{}1. B", "A{}", "1{} B", "1.{}B", "a {} b: c", "B B{}", "A  {}  9  9", "3{}3"):
        check_same([shape.format(sign) for sign in signs])


def test_the_table_says_what_the_python_at_hand_says() -> None:
    """What is asked of many characters at once is what each one says."""
    table = np.frombuffer(native_forms._table(*letters()), "<u2").tolist()
    space, word, decimal = map(re.compile, (r"\s", r"\w", r"\d"))
    for code, bits in enumerate(table):
        sign = chr(code)
        wanted = [
            (native_forms._SPACE, sign.isspace()),
            (native_forms._SPACE, space.match(sign) is not None),
            (native_forms._WORD, word.match(sign) is not None),
            (native_forms._WORD, sign.isalnum() or sign == "_"),
            (native_forms._DECIMAL, decimal.match(sign) is not None),
            (native_forms._ALPHA, sign.isalpha()),
            (native_forms._DIGIT, sign.isdigit()),
            (native_forms._LOWER, sign.islower()),
            (native_forms._RAISED, sign.upper() != sign),
            (native_forms._LOWERED, sign.lower() != sign),
        ]
        assert all((bits & bit > 0) == flag for bit, flag in wanted), hex(code)


def letters() -> tuple[str, str]:
    """Return what the table is made of."""
    every = native_forms._all_letters()
    return every, native_forms._in_pieces(every, native_forms._has_case)


@given(st.lists(st.one_of(HOSTILE, SPACED, LONG), max_size=8), st.data())
def test_outlines_are_the_same(paragraphs: list[str], data: st.DataObject) -> None:
    """With what was read natively and without, of a whole document and of what is left of it."""
    form_reader()
    text, spans = joined(paragraphs)
    stay = sorted(data.draw(st.sets(st.sampled_from(range(len(spans))))) if spans else ())
    left, rest = joined([paragraphs[number] for number in stay])
    with pytest.MonkeyPatch.context() as patch:
        found = [Outline.of(text, spans), Outline.of(text, spans).of_rest(left, rest, stay)]
        patch.setattr(outline, "read_forms", lambda *_: None)
        wanted = [Outline.of(text, spans), Outline.of(left, rest)]
    for one, other in zip(found, wanted, strict=True):
        assert (one.numbers, one.bodies, one.forms) == (other.numbers, other.bodies, other.forms)
        assert (one.levels, one.underlined) == (other.levels, other.underlined)
        for least in (*LEAST, COUNTED + 1, 200):
            places = range(len(one.numbers))
            assert [one.has_words(i, least) for i in places] == [other.has_words(i, least) for i in places]


def test_what_is_no_utf8_is_left_to_the_python() -> None:
    """A surrogate that stands alone is in no bytes that the kernel reads."""
    form_reader()
    assert read_forms("1. A \ud800", [[0, 6]]) is None
    assert Outline.of("1. A \ud800", [[0, 6]]).forms == [form_of("1. A \ud800")]


def test_what_raises_is_left_to_the_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel is only quicker."""

    def failing() -> None:
        raise RuntimeError

    failing.cache_info = form_reader.cache_info  # type: ignore[attr-defined]
    form_reader()
    monkeypatch.setattr(native_forms, "form_reader", failing)
    assert read_forms("1. A", [[0, 4]]) is None
    assert Outline.of("1. A", [[0, 4]]).forms == [form_of("1. A")]


@pytest.mark.parametrize("spans", [[[0, 6]], [[3, 5], [0, 1]], [[2, 1]], [[0, 1 << 40]], [[0, 1], [2]]])
@pytest.mark.parametrize("text", ["1. A\n", "1. é\n"])
def test_paragraphs_of_another_text_are_refused(text: str, spans: list[list[int]]) -> None:
    """They are not within it, or in another order than it."""
    flat = np.array([place for span in spans for place in span], "<u8").tobytes()
    with pytest.raises(ValueError, match="not within the text"):
        form_reader().read(text, flat)


@pytest.mark.parametrize(
    "pattern", [r"a*?", r"(?i:a)", r"\Aa", r"(?:a?)*", r"(a)(b)(c)", r"(?<=a+)b", r"a{x}", r"(", r"[a"]
)
def test_expressions_that_are_not_known_are_refused(pattern: str) -> None:
    """None is read as another one than it is."""
    assert NATIVE is not None
    every = {name: (each.pattern, False) for name, each in native_forms._expressions().items()}
    table = native_forms._table(*letters()).tobytes()
    lists, signs = (dict[str, str](), set[str](), set[str]()), ("", "", "", "")
    with pytest.raises(ValueError, match=r"not known|repeated|groups|look behind"):
        NATIVE.FormReader(table, {}, lists, signs, every | {"first": (pattern, False)})
    with pytest.raises(ValueError, match="no expression"):
        NATIVE.FormReader(table, {}, lists, signs, {})
    with pytest.raises(ValueError, match="all code points"):
        NATIVE.FormReader(table[2:], {}, lists, signs, every)
