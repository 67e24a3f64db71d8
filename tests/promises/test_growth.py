"""The work of the kernels grows with the text and no faster: counted in lines of Python, not in seconds."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from dedup.model.settings import Settings
from dedup.resolve.document.decide import decide
from tests.support.both_engines import locally

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

LINES = 240
"""Lines of the smaller text."""
TIMES = 8
"""How many times as long the larger text is."""
GROWTH = 12
"""How many times the steps it may take: a quadratic loop takes 64 times as many."""


def _sentence(number: int) -> str:
    return f"Sentence {number} says what happened on the {number}th day in hall {number * 7} of the old trade fair."


def _alternating(size: int) -> list[str]:
    return [_sentence(number % 2) for number in range(size)]


def _fibonacci(size: int) -> list[str]:
    """A word that repeats at every scale and never periodically."""
    shorter, longer = "a", "ab"
    while len(longer) < size:
        shorter, longer = longer, longer + shorter
    return [_sentence(ord(letter)) for letter in longer[:size]]


def _doubled(size: int) -> list[str]:
    return [_sentence(number % (size // 2)) for number in range(size)]


def _prefixes(size: int) -> list[str]:
    """Blocks that each repeat the ones before and add a line."""
    lines: list[str] = []
    length = 1
    while len(lines) < size:
        lines += map(_sentence, range(length))
        length += 1
    return lines[:size]


def _distinct(size: int) -> list[str]:
    return list(map(_sentence, range(size)))


def _alike(size: int) -> list[str]:
    """Near-duplicates that each say something of their own."""
    return [
        f"The train from platform {number} leaves for the coast at noon on every working day." for number in range(size)
    ]


def _labels(size: int) -> list[str]:
    return ["More", "*", "Letters to us", "12"] * (size // 4)


def _steps(work: Callable[[], Any]) -> int:
    """Return the lines of Python that some work executes."""
    steps = 0

    def count(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal steps
        steps += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps


SHAPES = [_alternating, _fibonacci, _doubled, _prefixes, _distinct, _alike, _labels]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_document_takes_steps_in_proportion_to_its_lines(shape: Callable[[int], list[str]]) -> None:
    small, large = ("\n".join(shape(size)) for size in (LINES, TIMES * LINES))
    for text in (small, large):  # what is cached is computed by now
        decide([text], Settings())
    few, many = (_steps(partial(decide, [text], Settings())) for text in (small, large))
    assert many <= GROWTH * few


@pytest.mark.parametrize("shape", SHAPES)
def test_a_corpus_takes_steps_in_proportion_to_its_documents(shape: Callable[[int], list[str]]) -> None:
    settings = Settings(scope="corpus")
    small, large = (
        ["\n".join(lines[at : at + 4]) for at in range(0, len(lines), 4)]
        for lines in map(shape, (LINES, TIMES * LINES))
    )
    for texts in (small, large):
        locally(texts, settings)
    few, many = (_steps(partial(locally, texts, settings)) for texts in (small, large))
    assert many <= GROWTH * few
