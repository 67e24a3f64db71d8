"""The decisions for one task of the second pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.model.decisions import Reason
from dedup.model.differences import WRITING, Difference
from dedup.resolve.corpus.removals import BLOCK, BOILERPLATE, EXACT, NEAR
from dedup.verdict.batch.verify import ALIGNED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.formats.edits import LocatedDocument
    from dedup.model.settings import Settings
    from dedup.text.arrays import Ints

AGAIN_PROBLEM, AGAIN_FAULT = 1, 2
"""What there is to tell about a part: records that hold no text; a document with which a kernel raised, which has no
paragraphs here. They are bits."""
REASONS = {EXACT: Reason.EXACT, NEAR: Reason.NEAR, BLOCK: Reason.BLOCK, BOILERPLATE: Reason.BOILERPLATE}


class Edges(NamedTuple):
    """What of a task belongs to each of its documents: where its paragraphs and removals begin, and where they end."""

    begins: Ints
    ends: Ints
    low: Ints
    high: Ints


def edges_of(decided: TaskDecisions) -> Edges:
    """Return what of a task belongs to each of its documents."""
    ends = np.cumsum(decided.documents["paragraphs"], dtype=np.int64)
    begins = ends - decided.documents["paragraphs"]
    return Edges(begins, ends, *(np.searchsorted(decided.removals["paragraph"], edge) for edge in (begins, ends)))


class WitnessLocation(NamedTuple):
    """The location of a witness."""

    document: int
    """Number of its document within the task, or -1 for one outside of it."""
    paragraph: int
    """Number in its document."""
    start: int
    end: int
    """Characters in its document."""
    file: str
    name: str
    line: int | None
    text: str | None
    """None where it is the removed paragraph's own."""
    day: str | None = None
    """The day of an index; None: it is of this run."""


class TaskDecisions(NamedTuple):
    """The decisions for one task.

    Attributes:
        parts, documents, spans: the task's entries of these columns of the spool.
        removals: what goes, with paragraphs and witnesses counted from the task's first paragraph; see
            `dedup.resolve.corpus.removals.removal_type`.
        witnesses: one for each removal if they are reported, else none.
        near: near-duplicates that stay and are to be told of, likewise; see `dedup.resolve.corpus.kept_near.near_type`.
        beside: where the paragraph stands that each of them is like.
    """

    parts: NDArray[np.void]
    documents: NDArray[np.void]
    spans: NDArray[np.int32]
    removals: NDArray[np.void]
    witnesses: list[WitnessLocation]
    near: NDArray[np.void]
    beside: list[WitnessLocation]


class Document(NamedTuple):
    """A document from which something goes, or about which there is something to tell."""

    located: LocatedDocument
    number: int
    spans: NDArray[np.int32]
    removals: NDArray[np.void]
    first: int
    """Number of its first paragraph in the task."""
    witnesses: Sequence[WitnessLocation]
    near: NDArray[np.void]
    beside: Sequence[WitnessLocation]


def removed_numbers(document: Document) -> list[int]:
    """Return the numbers of the paragraphs that go, within their document; ascending."""
    gone: list[int] = (document.removals["paragraph"] - document.first).tolist()
    return gone


def is_judged(settings: Settings) -> bool:
    """Return True if it matters where a removal stands; else similarity alone decides, or boilerplate goes anywhere."""
    return settings.guard != "off" and settings.keep != "none"


def repeated(removals: NDArray[np.void], first: int, number: int) -> NDArray[np.bool_]:
    """Return which removals have their witness in the same document, of so many paragraphs from `first` on."""
    witness = removals["witness"].astype(np.int64) - first
    found: NDArray[np.bool_] = (witness >= 0) & (witness < number) & (removals["reason"] != BOILERPLATE)
    return found


def is_renumbered(removals: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return which removals have another number or letter in front of them than their witness."""
    found: NDArray[np.bool_] = removals["differs"] & int(Difference.MARKER) > 0
    return found


def is_near(removals: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return which removals are other texts than their witness, be it in one word."""
    found: NDArray[np.bool_] = removals["how"] == ALIGNED
    return found


def is_reworded(removals: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return which removals differ in words from their witness, rather than in how these are written."""
    found: NDArray[np.bool_] = removals["differs"] & ~int(WRITING) > 0
    return found
