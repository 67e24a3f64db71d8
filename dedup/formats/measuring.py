"""How much of each document of a part repeats, counted in what comes of the part; only where it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.model.containment import attempt
from dedup.model.repetition import BeforeAfter
from dedup.text.repetition import repetition

if TYPE_CHECKING:
    from dedup.formats.parts import PartResult
    from dedup.model.containment import Fault
    from dedup.model.repetition import Shares


def measure(result: PartResult, place: str, text: str, left: str) -> None:
    """Count a document in what comes of its part; one that cannot be measured is told of, and not counted.

    Args:
        result: what comes of the part.
        place: of the document, in messages.
        text: the document.
        left: what is left of it.
    """

    def both() -> tuple[Shares, Shares] | None:
        before = repetition(text)
        return before, before if left == text else repetition(left)

    def failed(fault: Fault) -> None:
        result.problems.append(fault.as_error(place, "how much of it repeats is not counted"))

    if result.repetition is None:
        result.repetition = BeforeAfter()
    if (found := attempt(both, failed)) is not None:
        result.repetition.before.take(found[0])
        result.repetition.after.take(found[1])
