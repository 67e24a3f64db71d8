"""Which paragraph was compared with which other one of its document, for the documents that repeat themselves most."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dedup.model.explanation import Explanation

_MOST = 24
"""Documents that are kept."""
_MOST_POINTS = 4000
"""Findings of a document that are kept; and paragraphs of it that were compared with another document."""


class Point(NamedTuple):
    """A paragraph that was removed, or nearly so, and the one beside which it was looked at; numbers from 0."""

    paragraph: int
    beside: int
    removed: bool


@dataclass(slots=True)
class DocumentMap:
    """The findings of one document, in their order."""

    file: str
    document: str
    removed: int = 0
    repetitions: int = 0
    """Removals for a paragraph of the document itself."""
    points: list[Point] = field(default_factory=list)
    """No more than four thousand."""
    elsewhere: list[int] = field(default_factory=list)
    """Paragraphs that were compared with another document; no more than four thousand."""
    missed: int = 0
    """Findings that are in neither of these."""
    paragraphs: int = 0
    """Paragraphs of the document, as far as they are known: up to the last one that was found or compared."""


class MostAffected:
    """Keeps what was found in the documents of which most was removed for something in the same document.

    All findings of a document have to come in a row. Memory: 25 documents, and of each no more than eight thousand
    findings.
    """

    def __init__(self) -> None:
        self._current: DocumentMap | None = None
        self._number = 0
        self._kept: list[tuple[int, int, DocumentMap]] = []
        """A heap of what has ended: repetitions, number (of two with as many the first one stays), findings."""

    def add(self, found: Explanation) -> None:
        """Take the next finding."""
        current = self._current
        if current is None or (current.file, current.document) != (found.at.file, found.document):
            self._end()
            current = self._current = DocumentMap(found.at.file, found.document)
        current.removed += found.removed
        current.repetitions += found.removed and not found.elsewhere
        paragraph, beside = found.at.paragraph, -1 if found.elsewhere else found.beside.paragraph
        current.paragraphs = max(current.paragraphs, paragraph + 1, beside + 1)
        if found.elsewhere and len(current.elsewhere) < _MOST_POINTS:
            current.elsewhere.append(paragraph)
        elif not found.elsewhere and len(current.points) < _MOST_POINTS:
            current.points.append(Point(paragraph, beside, found.removed))
        else:
            current.missed += 1

    def _end(self) -> None:
        if self._current is None or not self._current.repetitions:
            return
        self._number += 1
        heapq.heappush(self._kept, (self._current.repetitions, -self._number, self._current))
        if len(self._kept) > _MOST:
            heapq.heappop(self._kept)

    def top(self) -> list[DocumentMap]:
        """Return them, the one that repeats itself most first; to be called when all findings are there."""
        self._end()
        self._current = None
        return [kept for _, _, kept in sorted(self._kept, key=lambda entry: entry[:2], reverse=True)]
