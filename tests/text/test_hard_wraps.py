"""Lines that belong together: what is told for a whole batch is what is told line by line."""

from __future__ import annotations

import random
import textwrap
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.text.characters import CLASS_MASK, SPACE, class_table, code_points
from dedup.text.hard_wraps import joined
from dedup.text.lines import Lines
from dedup.text.paragraphs import split
from tests.support import oracle, plain_lines, strategies

if TYPE_CHECKING:
    from dedup.model.settings import Split

READINGS = st.sampled_from(["line", "blank", "auto", "auto", "auto"])
_ODD = [
    "```", "~~~ python", "```x", "---", "- - -", "* * *", "|", "||", "| |", "| a | b |", "|a|", "* x", "*  x y", "- -x",
    "*", "* ", "*x*", "**bold** as it is", "1. first", "12) twelfth", "123. long", "1234. no", "1.5 of them", "a) b",
    "A. Name of it", "iv. four", "xviii. more", "(a) and", "(12) or", "[1] note", "# heading", "#no", "> said", "“Well",
    "•", "・点", "（一）點", "१२. दो", "12.", "\ufeffa", "\u00adb", "\u0301c", "_", "=====", "+ + x", "·", "a.",
    "1.\u00a0x",
]  # fmt: skip
_INDENTS = ["", "", "", "", " ", "    ", "\t", "\u00a0", "\u3000", "\x1c", " " * 45]
_TAILS = ["", "", "", " ", "  \t", "\u2003", " " * 50]
_BREAKS = ["\n"] * 8 + ["\n\n", "\n\n\n", "\r\n", "\r\n\r\n", "\r", "\n \n", "\u2028", "\x85", "\v"]


def _wrapped(rng: random.Random, script: str) -> list[str]:
    """Make up the lines of a paragraph that is wrapped, or nearly so."""
    width = rng.choice([17, 18, 24, 39, 40, 41, 60, 72, 119, 120, 121])
    words = strategies.sentence_words(rng, script, rng.randint(6, 60))
    text = rng.choice([str.lower, str.lower, str.capitalize, str.title])(strategies.written(words, script))
    out = textwrap.wrap(text, width, subsequent_indent=rng.choice(["", "", "  "])) or [text]
    if rng.random() < 0.2:
        place = rng.randrange(len(out))
        out[place] = rng.choice([out[0], out[place][: rng.randint(1, 60)] or "x", out[place] + ".", f"- {out[place]}"])
    return out


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a document of wrapped and other lines, lists, tables and fences, with line ends of all kinds."""
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - not for secrets
    script = draw(st.sampled_from(["latin", "latin", "cyrillic", "han", "kana", "thai", "arabic"]))
    tame = draw(st.booleans())
    out: list[str] = []
    for kind in draw(
        st.lists(st.sampled_from(["wrapped"] * 6 + ["odd", "odd", "table", "fence", "short"]), max_size=12)
    ):
        if kind == "wrapped":
            lines = _wrapped(rng, script)
        elif kind == "odd":
            lines = [rng.choice(_ODD) + rng.choice(["", "", " and so on", " |"]) for _ in range(rng.randint(1, 5))]
        elif kind == "table":
            lines = [f"| {strategies.word(rng, script)} | {n} |" for n in range(rng.randint(1, 4))]
        elif kind == "fence":
            lines = ["```", *_wrapped(rng, script), *rng.choice([["```"], ["~~~"], []])]
        else:
            lines = [" ".join(strategies.sentence_words(rng, script, rng.randint(1, 9)))]
        end = rng.choice(_BREAKS)
        for line in lines:
            edges = ("", "") if tame else (rng.choice(_INDENTS), rng.choice(_TAILS))
            out.append(edges[0] + line + edges[1] + (end if tame or rng.random() < 0.9 else rng.choice(_BREAKS)))
        out.append(rng.choice(["", "\n", "\n", "\n\n", "\r\n"]))
    return "".join(out)


def batch(documents: list[str]) -> Lines:
    """Return the lines of some documents."""
    begins = np.cumsum([0, *(len(text) + 1 for text in documents[:-1])])
    found = [(number, *span) for number, text in enumerate(documents) for span in oracle.lines(text)]
    numbers, starts, ends = np.array(found, np.int64).reshape(-1, 3).T
    text = "\n".join(documents)
    return Lines(text, code_points(text), starts + begins[numbers], ends + begins[numbers], numbers)


@given(st.lists(texts() | strategies.documents(), min_size=1, max_size=4), READINGS)
@example(["a\r", "b\nc"], "blank")
@example(["```", "a\n```"], "auto")
def test_lines_are_joined_as_one_by_one(documents: list[str], how: Split) -> None:
    """In any batch, whatever the lines look like and wherever they end."""
    lines = batch(documents)
    if not len(lines.starts):
        return
    ends = joined(lines, how)
    for number, text in enumerate(documents):
        mine = lines.documents == number
        begin = sum(len(before) + 1 for before in documents[:number])
        edges = (lines.ends[mine & ~ends] - begin).tolist()
        assert edges == [end for _, end in plain_lines.split(text, how)]


@given(texts(), READINGS)
def test_paragraphs_are_those_of_the_plain_reading(text: str, how: Split) -> None:
    """Nothing that belongs together escapes the quick look, unless it is indented in a way that it does not know."""
    if not any(odd in text for odd in ("\u00a0", "\u3000", "\u2003", "\x1c", " " * 40)):
        assert split(text, how) == plain_lines.split(text, how)


def test_both_readings_put_wrapped_text_together() -> None:
    """The comparison is about something: hard-wrapped paragraphs do become whole."""
    rng = random.Random(1)  # noqa: S311 - not for secrets
    text = "\n\n".join("\n".join(textwrap.wrap(strategies.prose(rng, 60), 72)) for _ in range(4))
    assert len(plain_lines.split(text, "auto")) == 4
    assert split(text) == plain_lines.split(text, "auto")


def test_spaces_are_what_python_takes_for_spaces() -> None:
    """So lines can be stripped by the classes of their characters."""
    table = class_table() & CLASS_MASK
    assert all((table[code] >= SPACE) == chr(code).isspace() for code in range(0x110000))
