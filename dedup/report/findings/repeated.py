"""The most repeated paragraphs: how often each was removed, and from how many documents and sites."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.model.explanation import Explanation

_MOST = 1 << 16
"""Paragraphs that are counted at a time."""
_MOST_SITES = 1000
"""Sites of a paragraph that are told apart."""
_CHARACTERS = 1000
"""Of a paragraph that are kept."""


@dataclass(slots=True)
class Repeated:
    """One paragraph that was removed from somewhere for the same witness, again and again."""

    text: str
    """Of the witness; no more than a thousand characters."""
    place: str
    """Where the witness stands."""
    removed: int = 0
    characters: int = 0
    """Of all paragraphs that were removed for it."""
    documents: int = 0
    """From which it was removed."""
    sites: set[str] = field(default_factory=set)
    """From which it was removed, as far as they are known, and no more than a thousand."""
    last: str = ""
    """The document that it was last removed from: all of a document comes in a row."""


class MostRepeated:
    """Counts removals by their witness, and keeps the most frequent ones (lossy counting, Manku and Motwani 2002).

    Memory: 65,536 entries. Where there are more witnesses the rarer half is forgotten.

    Attributes:
        missed: removals that a count may lack at most.
    """

    def __init__(self) -> None:
        self._counted: dict[int, Repeated] = {}
        self.missed = 0

    def add(self, gone: Explanation) -> None:
        """Count a removal."""
        key = hash(gone.witness)
        entry = self._counted.get(key)
        if entry is None:
            if len(self._counted) == _MOST:
                self._forget()
            entry = self._counted[key] = Repeated(gone.witness[:_CHARACTERS], gone.beside.place)
        entry.removed += 1
        entry.characters += len(gone.text)
        document = f"{gone.at.file}\n{gone.document}"
        if document != entry.last:
            entry.documents += 1
            entry.last = document
        if gone.at.site is not None and len(entry.sites) < _MOST_SITES:
            entry.sites.add(gone.at.site)

    def _forget(self) -> None:
        rising = sorted(self._counted.items(), key=lambda item: item[1].removed)
        for key, _ in rising[: _MOST // 2]:
            del self._counted[key]
        self.missed += rising[_MOST // 2 - 1][1].removed

    def largest(self, number: int) -> list[Repeated]:
        """Return those with which most text was removed, the largest first: not rules and labels, as `top` may."""
        return sorted(self._counted.values(), key=lambda entry: (-entry.characters, entry.place))[:number]

    def top(self, number: int) -> list[Repeated]:
        """Return the most frequent ones, the most frequent first."""
        return sorted(self._counted.values(), key=lambda entry: (-entry.removed, entry.place))[:number]
