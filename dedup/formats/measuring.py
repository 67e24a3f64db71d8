"""How much of each document of a part repeats, counted in what comes of the part; only where it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.model.repetition import BeforeAfter
from dedup.text.repetition import repetition

if TYPE_CHECKING:
    from dedup.formats.parts import PartResult


def measure(result: PartResult, text: str, left: str) -> None:
    """Count a document in what comes of its part.

    Args:
        result: what comes of the part.
        text: the document.
        left: what is left of it.
    """
    if result.repetition is None:
        result.repetition = BeforeAfter()
    before = repetition(text)
    result.repetition.before.take(before)
    result.repetition.after.take(before if left == text else repetition(left))
