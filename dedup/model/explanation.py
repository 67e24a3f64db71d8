"""A removal, or a paragraph that stays and is to be told of, as plain data for people to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Standing(NamedTuple):
    """Where a paragraph stands."""

    file: str
    """The input's name in messages."""
    line: int | None = None
    """In a file of many documents the document's line, else the line that the paragraph begins in; from 1. None: not
    known."""
    paragraph: int = 0
    """Number of the paragraph in its document, from 0."""
    site: str | None = None
    """Host of the document's address, where its record has one (`dedup.formats.grouping.HOST`); of witnesses in other
    documents it is not known."""

    @property
    def place(self) -> str:
        """``FILE:LINE``, or the file alone."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One removal, or one near-duplicate that stays."""

    at: Standing
    """Where the paragraph stands."""
    document: str
    """Name or id of the document."""
    removed: bool
    reason: str
    """``exact``, ``near``, ``block`` or ``boilerplate``; for one that stays ``new``, or ``held`` where it would have
    gone and what is left would be read as other paragraphs."""
    text: str
    witness: str
    """Text of the first witness."""
    beside: Standing
    """Where the first witness stands."""
    similarity: float
    coverage: float
    new: tuple[tuple[int, int], ...] = ()
    """Character spans in `text` of the words that are new."""
    documents: int | None = None
    """For boilerplate: the number of documents that it stands in."""
    kinds: tuple[str, ...] = ()
    """Of a removal, in what ways it differs from its witness; of one that stays, of what kinds that is which is new."""
    elsewhere: bool = False
    """The witness stands in another document."""
    block: int | None = None
    """Of a removal in a repeated block: number of the block in its document, from 0."""
    numbered: bool = False
    """The line of `at` is that of the document, in a file of many; else that of the paragraph."""
    end_line: int | None = None
    """The line that the paragraph ends in, where it is a part of a file of plain text; None: not known."""
    fingerprint: str | None = None
    """Of the whole text (`dedup.report.findings.text_fingerprint`), where `text` is no longer all of it."""
    accepted: bool | None = None
    """A baseline has it; None: there is no baseline, or the paragraph stays."""
    together: bool = False
    """Several witnesses cover it together; the first one alone does not."""
