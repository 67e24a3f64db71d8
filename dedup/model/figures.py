"""What is taken down of each input while a run goes on, for whoever wants more than the sums at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from dedup.model.outcome import Counts

InputState = Literal["read", "failed", "passed over"]
"""How an input ended: read to its end; not, or not to its end; left alone, as its name says that it is no text."""


class Figures(Protocol):
    """Takes down the counts of inputs, which come one after the other, each piece by piece."""

    workers: int | None
    """Processes that the run may use; a run says it once it has settled on them."""

    def add(self, counts: Counts, problems: int) -> None:
        """Take the counts of the next piece of the input that is being read, and the number of its problems."""

    def end(self, name: str, place: str, state: InputState) -> None:
        """Take the end of that input: its name, and what the log and an output tree call it."""

    def stays(self, number: int) -> None:
        """Take that an input, ended or not, is not replaced after all: nothing has gone from it.

        `number` counts the inputs from 0.
        """
