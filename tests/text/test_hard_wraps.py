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
from tests.support.line_texts import texts

if TYPE_CHECKING:
    from dedup.model.settings import Split

READINGS = st.sampled_from(["line", "blank", "auto", "auto", "auto"])


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
