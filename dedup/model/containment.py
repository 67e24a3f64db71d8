"""A fault of this program stays with what it was about: one document, one pair of paragraphs, one group.

A kernel works on many at once. Where it raises, the batch is halved until the record is found that makes it raise; that
one stays as it is and is told of, and all others are decided as if it were not there. Nothing is spent on this while
nothing raises.

What is no fault of a kernel ends the run as before: errors that the user can act on (`DedupError`), too little memory,
files and pipes (`OSError`), interruptions, and sums that do not agree at the end. What is given to the functions here
must have no effects that are seen before it returns, for it is called again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from dedup.model.errors import DedupError, InternalError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")
PASSED_ON = (DedupError, MemoryError, OSError)
"""What is raised on, whatever it was about."""
_LONGEST = 200
"""Characters of an exception's message that are told: some quote the text that they are about."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a kernel raised.

    Attributes:
        what: type and message of the exception.
        trace: its traceback.
    """

    what: str
    trace: str

    @classmethod
    def of(cls, error: Exception) -> Fault:
        """Return what is to be told of an exception; it travels between processes, as the exception may not."""
        import traceback  # never, if all goes well

        said = str(error)
        said = f"{said[:_LONGEST]}…" if len(said) > _LONGEST else said
        return cls(f"{type(error).__name__}: {said}".rstrip(": "), "".join(traceback.format_exception(error)))

    def as_error(self, place: str, kept: str, texts: Sequence[str] = ()) -> InternalError:
        """Return the error that tells of it.

        Args:
            place: of the document.
            kept: what was kept as it is, as a sentence without its full stop.
            texts: what the kernel was given; to be saved for a report.
        """
        return InternalError(self.what, kept, place=place, trace=self.trace, texts=tuple(texts))


def attempt(function: Callable[[], Result], failed: Callable[[Fault], Result]) -> Result:
    """Return what a function returns, or, where it raises, what `failed` makes of that."""
    try:
        return function()
    except PASSED_ON:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is: this is the one place where faults are contained
        fault = Fault.of(error)
    return failed(fault)


def itself(fault: Fault) -> Fault:
    """Return a fault as what came of an `attempt`."""
    return fault


def in_pieces(
    function: Callable[[Sequence[Item]], Result], items: Sequence[Item], failed: Callable[[Item, Fault], Result]
) -> list[Result]:
    """Return ``[function(items)]``; where that raises, the results for as few pieces of `items` as it takes, in order.

    Args:
        function: must give the same for some items whichever others are with them.
        items: what it is about; any sequence that slices as lists do.
        failed: gives the result for a single item with which `function` raises.
    """

    def halved(fault: Fault) -> list[Result]:
        if len(items) == 1:
            return [failed(items[0], fault)]
        half = len(items) // 2
        return [*in_pieces(function, items[:half], failed), *in_pieces(function, items[half:], failed)]

    if len(items) == 0:
        return [function(items)]
    return attempt(lambda: [function(items)], halved)


def one_by_one(
    function: Callable[[Sequence[Item]], Sequence[Result]],
    items: Sequence[Item],
    failed: Callable[[Item, Fault], Result],
) -> list[Result]:
    """Return ``function(items)``, which has a result for each item; see `in_pieces`."""
    pieces = in_pieces(function, items, lambda item, fault: [failed(item, fault)])
    return [result for piece in pieces for result in piece]
