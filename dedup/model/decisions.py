"""What was decided about a document, and why: the one vocabulary of kernels, formats and reports.

All positions are offsets in **characters** of the document's text; formats translate them to bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from dedup.model.containment import Fault


class Reason(str, Enum):
    """Why a paragraph went."""

    EXACT = "exact"
    """Equal to its witness after folding case, form, spacing and punctuation."""
    NEAR = "near"
    """Aligned with its witness, which says all that this one says."""
    BLOCK = "block"
    """Equal to or covered by its witness, as part of a run that repeats an earlier run in order."""
    BOILERPLATE = "boilerplate"
    """Stands in as many documents as was asked for, and no copy is kept; its witness is another copy."""


class Compared(str, Enum):
    """How a paragraph was compared with its witness."""

    IDENTICAL = "identical"
    """The same characters."""
    FOLDED = "folded"
    """The same tokens after folding."""
    ALIGNED = "aligned"
    """Tokens aligned one by one."""


class Elsewhere(NamedTuple):
    """Where a witness of another document stands (scope ``corpus``)."""

    file: str
    """The input's name in the log."""
    name: str
    """The input's name in messages."""
    line: int | None
    """Line of the record, from 1 (JSON lines)."""
    text: str
    """The witness's text."""
    day: str | None = None
    """The day of an index on which it was seen; None: it is of this run."""


class Witness(NamedTuple):
    """A kept paragraph that makes another one superfluous."""

    paragraph: int
    """Number of the paragraph in its document, from 0."""
    start: int
    end: int
    elsewhere: Elsewhere | None = None
    """The document, where it is not the one the removed paragraph stands in."""


class Comparison(NamedTuple):
    """Why a paragraph goes, and how it compares with its witnesses; the fields are those of `Removal`."""

    reason: Reason
    compared: Compared
    similarity: float
    coverage: float
    block: int | None
    documents: int | None
    differs: tuple[str, ...]

    def to_entry(self) -> dict[str, Any]:
        """Return it as the log and the marks have it."""
        entry: dict[str, Any] = {
            "reason": self.reason.value,
            "compared": self.compared.value,
            "similarity": round(self.similarity, 6),
            "coverage": round(self.coverage, 6),
        }
        if self.compared is Compared.ALIGNED:  # nothing else was looked at for differences
            entry["differs"] = list(self.differs)
        if self.block is not None:
            entry["block"] = self.block
        if self.documents is not None:
            entry["documents"] = self.documents
        return entry


class Removal(NamedTuple):
    """One paragraph that goes."""

    paragraph: int
    """Number of the paragraph in its document, from 0."""
    start: int
    """First character of the paragraph."""
    end: int
    """First character after the paragraph."""
    cut_start: int
    """First character of what leaves the text: the paragraph and its separator."""
    cut_end: int
    """First character after what leaves the text. Cuts of one document never overlap; they may touch."""
    reason: Reason
    compared: Compared
    witnesses: tuple[Witness, ...]
    """The kept paragraphs that cover this one, in order; one, or several where a paragraph was merged."""
    similarity: float
    """Token-level similarity with the witness, 0-1."""
    coverage: float
    """Share of this paragraph's tokens that the witness has, in order, 0-1."""
    block: int | None = None
    """Number of the repeated block in its document, from 0; None outside of one."""
    documents: int | None = None
    """For boilerplate: the number of documents that it stands in."""
    differs: tuple[str, ...] = ()
    """Where it was aligned: in what ways it differs from its witnesses; names of
    `dedup.model.differences.Difference`."""

    def comparison(self) -> Comparison:
        """Return why it goes, and how it compares with its witnesses."""
        return Comparison(
            self.reason, self.compared, self.similarity, self.coverage, self.block, self.documents, self.differs
        )


@dataclass(frozen=True, slots=True)
class KeptNear:
    """A near-duplicate that stays, because it says something that its nearest neighbour does not."""

    paragraph: int
    start: int
    end: int
    witness: Witness
    similarity: float
    coverage: float
    new: tuple[tuple[int, int], ...]
    """Character spans, within the document, of the words that are new."""
    kinds: tuple[str, ...] = ()
    """Of what kinds that is which is new; names of `dedup.model.differences.Difference`."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one document."""

    paragraphs: int
    """Paragraphs found: removed and kept ones together."""
    removals: tuple[Removal, ...] = ()
    """In order of position."""
    kept_near: tuple[KeptNear, ...] = ()
    """In order of position; only collected on request."""
    comparisons: int = 0
    """Pairs of paragraphs that were aligned."""
    unsettled: bool = False
    """The rounds of removal did not come to rest; the document was left as it is (counted, reported)."""
    fault: Fault | None = None
    """What a kernel raised; the document was left as it is (counted, reported)."""
    held_back: tuple[Removal, ...] = ()
    """What would have gone, and stays because what is left would be read as other paragraphs, or because the document
    is unsettled; in order of position. Their cuts are of no length."""

    def apply(self, text: str) -> str:
        """Return the text without what was cut."""
        return without(text, ((removal.cut_start, removal.cut_end) for removal in self.removals))


def held(removals: Iterable[Removal]) -> tuple[Removal, ...]:
    """Return removals as ones that are held back: nothing of them leaves the text."""
    return tuple(removal._replace(cut_start=removal.start, cut_end=removal.start, block=None) for removal in removals)


def without(text: str, cuts: Iterable[tuple[int, int]]) -> str:
    """Return a text without some pieces, given in order; the text itself where there are none."""
    kept, at = [], 0
    for start, end in cuts:
        kept.append(text[at:start])
        at = max(at, end)
    if not kept:
        return text
    kept.append(text[at:])
    return "".join(kept)
