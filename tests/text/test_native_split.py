"""The native kernel splits texts as the Python does, which is the specification."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.native import kernels
from dedup.text.characters import class_table
from dedup.text.continuity import edge_table
from dedup.text.long_texts import split_texts
from dedup.text.paragraphs import split
from dedup.text.utf8_paragraphs import EncodedTexts, encoded, split_encoded
from tests.support import strategies
from tests.support.line_texts import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.model.settings import Split

NATIVE = kernels.native()
pytestmark = pytest.mark.skipif(NATIVE is None, reason="the native kernels are not at work")

READINGS: list[Split] = ["auto", "line", "blank"]
SIGNS = [
    *"\n\n\n\r\v\f\x85\u2028\u2029\x1c  \t\xa0\u3000\u200b\ufeff\0|`~-*+•·#.)(][_>",
    "\r\n",
    "```",
    "~~~",
    "| a |",
    "##",
]
LETTERS = [
    *'aAzZßÉéжЖǅʼﬁⅠ1²٣一漢ก・（）。!,"”»',
    "http",
    "www.",
    "\ud800",
    "\udcff",
    "and a line that is not over yet ",
]
PIECES = st.sampled_from([*SIGNS, *LETTERS])
HOSTILE = st.lists(PIECES, max_size=60).map("".join)


def check_same(some: Sequence[str], how: Split) -> None:
    """Check that both kernels find the same paragraphs, and that places in bytes are those of the characters."""
    data = encoded(some)
    paragraphs = split_encoded(data, how)
    found = np.split(paragraphs.spans, np.cumsum(paragraphs.counts)[:-1]) if some else []
    for text, spans in zip(some, found, strict=True):
        assert split(text, how) == list(map(tuple, spans.tolist())), (how, text)
    owners = np.repeat(np.arange(len(some)), paragraphs.counts).tolist()
    pieces = [data.data[start:end].decode("utf-8", "surrogatepass") for start, end in paragraphs.edges.tolist()]
    wanted = [some[owner][a:b] for owner, (a, b) in zip(owners, paragraphs.spans.tolist(), strict=True)]
    assert pieces == wanted


@given(st.lists(st.one_of(texts(), texts(), strategies.documents(), HOSTILE, st.text(st.characters())), max_size=4))
@example([])
@example([""])
@example(["\n", "", "\r"])
@example(["a\r", "\nb", "```", "c\n```"])
@example(["| a |\n| b |", "#" * 7 + " a\nb", "##é\nb", "##é" + " and a line that goes on, as it has to" * 3 + "\nb"])
@example(["this line is indented at its end, and goes on with small letters" + " " * 150 + "\nin the next one"])
def test_any_texts_have_the_same_paragraphs(some: list[str]) -> None:
    """Whatever the lines look like, wherever they end, and whatever stands beside them in a batch."""
    for how in READINGS:
        check_same(some, how)


def test_every_character_is_the_same() -> None:
    """At the beginning and at the end of a line, behind the signs of a heading, and between capitals."""
    known = (edge_table() > 0) | (class_table() > 0)
    known[0x3400:0x9FFF] = known[0xAC00:0xD7A3] = False  # by the ten thousand, and all alike
    edges = np.flatnonzero(np.diff(known.astype(np.int8)) != 0)
    known[edges] = known[edges + 1] = known[:0x3400] = known[::199] = True
    codes = [chr(code) for code in np.flatnonzero(known).tolist()]
    assert len(codes) > 20_000
    line = "so it is that this line runs on and on until it is full of"
    shouted = "SO IT IS THAT THIS LINE RUNS ON AND ON UNTIL IT IS FULL OF"
    for some in (
        [f"{line}\n{c}{line}" for c in codes],
        [f"{line} {c}\n{line}\n{line}{c}\n{line}" for c in codes],
        [f"##{c}\n{line}\n{line}" for c in codes],
        [f"{shouted} A{c}\nB{c}{shouted}" for c in codes],
        [f"{c} x\n{line}\n\n{c}\n{line}" for c in codes],
    ):
        check_same(some, "auto")


def _line(width: int, first: str, end: str) -> str:
    """Make up a line of so many characters, with a first word and an end."""
    filled = first + " " + "word is " * (width // 8 + 1)
    return f"{filled[: max(width - len(end), 1)].rstrip()}{'x' * width}"[: max(width - len(end), 1)] + end


def test_each_width_is_the_same() -> None:
    """On either side of each share and limit: ragged and filled lines, long words, narrow and wide lines."""
    some = [
        f"{_line(width, 'word', end)}\n{_line(other, begin + 'b' * (word - 1), 'x')}"
        for other in (40, 50, 100, 160)
        for width in {*range(22, other + 2, 3), 39, 40, 41, 45, 50, 80, 90, 159, 160, 161}
        for word in (1, 4, 5, 9, 10, 11, 38, 39, 40, 41)
        for end, begin in (("x", "b"), (".", "b"), ("y-", "b"), ("x", "B"))
    ]
    assert len(some) > 5000
    some += [
        f"{_line(width, 'w' * word, 'x')}\n{_line(60, 'b' * other, 'x')}\n{_line(60, 'B' * other, '.')}"
        for width in (60, 100)
        for word in (38, 39, 40, 41)
        for other in (4, 38, 39, 40, 41)
    ]
    check_same(some, "auto")


def test_what_surrounds_a_sentence_that_runs_on_is_the_same() -> None:
    """Lines beside it that are filled or not, end or not, begin with capitals, and are indented; spaces behind them."""
    sentence = f"{_line(60, 'This', 'x')}\n{_line(60, 'goes', 'x')}"
    some = [
        f"{_line(60 - less, 'So', end)}\n{sentence}\n{indent}{_line(width, begin, '.')}"
        for less in range(14)
        for end in ("x", ".", ".”", ",")
        for width in (20, 60, 66, 67)
        for begin in ("Capital", "small", "http://a", "www.b", "123")
        for indent in ("", " ", "  ")
    ]
    some += [
        f"{_line(width, 'word', 'x')}{' ' * spaces}\n{' ' * indent}{_line(60, 'word', 'x')}"
        for width in (60, 150, 160)
        for spaces in (0, 1, 38, 39, 40, 41, 49, 50, 51, 140, 141)
        for indent in (0, 1, 39, 40, 41, 99, 100, 101, 140, 141)
    ]
    signs = "\"'”’»«)]）」』】*_“‘„(（[「『【¿¡.!?…。-\u00ad‐¬"
    some += [
        f"{_line(60, 'word', 'x')}{sign * number}{last}\n{sign * other}{begin}{_line(58, 'b', 'x')}"
        for sign in signs
        for number in range(7)
        for other in range(7)
        for last, begin in (("", "b"), (".", "b"), ("", "B"))
    ]
    check_same(some, "auto")


def test_scripts_without_spaces_are_the_same() -> None:
    """All lines of a run filled, or but one; of each width; so many of them with an end."""
    some = [
        "\n".join(
            ("漢字" * wide)[: wide - 1] + ("。" if number < ended else "の")
            for number, wide in enumerate([width] * lines + [last])
        )
        for width in (16, 17, 18, 19, 39, 40, 78, 79, 80, 81, 159, 160)
        for lines in range(1, 7)
        for ended in range(5)
        for last in (4, width - 1, width, width + 1)
    ]
    check_same(some, "auto")
    check_same([text.replace("漢", "ก ").replace("字", "ขค") for text in some], "auto")


SINGLE = "-*+•·‣▪▫◦●○■□►➢➤✓✔–—※・|#_=~`."
MARKERS = [*SINGLE, "1", "12", "123", "1234", "a", "ab", "iv", "xviii", "xviiix", "一", "十二", "१२", "1.5"]


def test_entries_tables_and_fences_are_the_same() -> None:
    """Each way in which a line may begin, before and behind lines that may have been wrapped."""
    line = _line(60, "word", "x")
    signs = ("", ".", ")", "]", "）", ":", "..", "|", "``", "~~", "##")
    some = [
        f"{line}\n{before}{marker}{sign}{space}{rest}\n{line}\n{before}{marker}{sign}{space}{rest}"
        for before in ("", " ", "(", "[", "（", "#", "#####")
        for marker in MARKERS
        for sign in signs
        for space in ("", " ", "\u3000")
        for rest in ("", "x", "- - -", marker, f"{line} |", "|")
    ]
    assert len(some) > 20_000
    # So far behind spaces or tabs, on either side, a sign is not looked for.
    for gap in (" ", "\t", "\u3000"):
        for before, behind in itertools.product((0, 38, 39, 40, 41, 42), repeat=2):
            edges = gap * before, gap * behind
            some += [f"{edges[0]}{sign}{edges[1]}\n" * 2 for sign in ("| a |", "```", "~~~ b", "|")]
    for how in READINGS:
        check_same(some, how)


def test_very_long_texts_are_split_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those are cut before they are split, by either."""
    monkeypatch.setattr("dedup.text.long_texts.LONG", 60)
    monkeypatch.setattr("dedup.text.long_texts.BATCH", 50)
    some = ["é one\n\ntwo\n" * 30, "short", "", "```\na\n" * 20, "x" * 100]
    found = []
    for least in (0, 1 << 30):
        monkeypatch.setattr("dedup.text.long_texts.WORTH_A_TABLE", least)
        found.append([spans.tolist() for spans in split_texts(some, "auto")])
    assert found[0] == found[1]


def test_what_does_not_fit_is_refused() -> None:
    """The boundary does not trust its caller: an exception, and nothing worse."""
    assert NATIVE is not None
    for table in (b"", bytes(0x110000), bytes(2 * 0x110000 + 1)):
        with pytest.raises(ValueError, match=r"array|table"):
            NATIVE.Splitter(table)
    made = NATIVE.Splitter(bytes(2 * 0x110000))
    edge = [number.to_bytes(8, "little") for number in (0, 1, 3, 2**64 - 1)]
    for documents in (edge[0], edge[1] + edge[0], edge[0] + edge[2], edge[0] + edge[3], b"\0" * 15):
        with pytest.raises(ValueError, match=r"array|within"):
            made.split(b"ab", documents, "auto")
    with pytest.raises(ValueError, match="no reading"):
        made.split(b"ab", edge[0] + edge[1], "words")


@given(st.binary(max_size=60), st.sampled_from(READINGS))
def test_bytes_that_are_no_utf8_harm_nothing(data: bytes, how: Split) -> None:
    """They are nothing that Python would hand over; something is computed, or an exception raised."""
    with contextlib.suppress(RuntimeError):
        split_encoded(EncodedTexts(data, np.array([[0, len(data)]])), how)
