"""Lines that belong together, against a second reading of the same definitions."""

from __future__ import annotations

import random
import textwrap
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from dedup.text.characters import CLASS_MASK, SPACE, class_table
from dedup.text.paragraphs import split
from tests.support import plain_lines, strategies
from tests.support.line_texts import texts

if TYPE_CHECKING:
    from dedup.model.settings import Split

READINGS = st.sampled_from(["line", "blank", "auto", "auto", "auto"])


@given(texts() | strategies.documents(), READINGS)
@example("a\r\nb\nc", "blank")
@example("```\na\n```", "auto")
@example("\u3000| a |\n\u00a0| b |", "auto")
@example("1. \nand", "blank")
def test_paragraphs_are_those_of_the_plain_reading(text: str, how: Split) -> None:
    """Whatever the lines look like and wherever they end."""
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
