"""Which near-duplicates of a document may be said of something else, and so have to stay.

That two paragraphs say the same does not make one of them a copy. It is one where a whole passage was copied; where
only the writing differs: a letter, a hyphen, markup; and in running text, which says it of what it speaks about
anyway. Among labels, names, entries and figures the same sentence is said of each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.resolve.paragraph_forms import ENTRY, LEADING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from dedup.resolve.outline import Outline

_PASSAGE = 5
"""Paragraphs in a row, each long enough to go by itself, that are known as the same passage."""
_PARAGRAPHS = 32
"""Bits for the number of a paragraph in its document."""
_AROUND = 4
"""Paragraphs beyond the next one on either side that show what kind of text it is."""


def sources(documents: NDArray[Any], paragraphs: NDArray[Any]) -> NDArray[np.int64]:
    """Return numbers that tell the document in which a paragraph stands, and ascend with its number in there; int64."""
    found: NDArray[np.int64] = (documents.astype(np.int64) << _PARAGRAPHS) + paragraphs
    return found


class NearDuplicates(NamedTuple):
    """The near-duplicates of a document that are to go.

    Attributes:
        outline: the document.
        min_words: words of a paragraph that may go by itself.
        places: where they stand.
        reworded: places of those that differ in words, rather than in how these are written.
        sources: where the witness of each paragraph stands that goes, if there are any near-duplicates; see `sources`.
        witnesses: places of the paragraphs of this document that some go for.
    """

    outline: Outline
    min_words: int
    places: frozenset[int]
    reworded: frozenset[int]
    sources: Mapping[int, int]
    witnesses: Mapping[int, int]

    def no_copies(self, runs: Iterable[range]) -> set[int]:
        """Return those that may be no copies, and what has to stay with them; `runs`: of long paragraphs that go."""
        out: set[int] = set()
        for run in runs:
            if near := self.places.intersection(run):
                out |= self._no_copies_in(run, near)
        return out

    def _no_copies_in(self, run: range, near: frozenset[int]) -> set[int]:
        """Return what of a run has to stay, because these near-duplicates are no part of a text that goes on."""
        above, goes_on = run.start - 1, self._goes_on_below(run)
        # What is no text may be continued by the run: a heading, a lead-in, a line of the same verse.
        is_apart = not goes_on and (above < 0 or self._is_text(above))
        if is_apart:
            near -= self._in_passages(run)
        out = self._said_otherwise(near)
        if len(run) == len(self.outline.forms):
            return out
        if is_apart and self._is_in_text(run):
            # What is no text stays with them: without it they would stand in a text.
            return out.union(i for place in near for i in self._no_text_at(place) if i in run)
        return out.union(i for i in near if goes_on or i in self.reworded or not self._is_text(i))

    def _said_otherwise(self, near: frozenset[int]) -> set[int]:
        """Return those of some whose document says it in other words for a reason: not right beside them."""
        forms = self.outline.forms
        return {
            place
            for place in near & self.reworded & self.witnesses.keys()
            if abs(place - self.witnesses[place]) > 1 or forms[place].bits & ENTRY
        }

    def _in_passages(self, run: range) -> set[int]:
        """Return the paragraphs of a run that are in a long passage."""
        out: set[int] = set()
        for passage in self._passages(run):
            if len(passage) >= _PASSAGE:
                out.update(passage)
        return out

    def _passages(self, run: range) -> Iterator[range]:
        """Yield the pieces of a run that go for paragraphs of one document, in their order."""
        first, sources = run.start, self.sources
        for place in run:
            before, here = sources[max(place - 1, first)], sources[place]
            if place > first and not (before < here and before >> _PARAGRAPHS == here >> _PARAGRAPHS):
                yield range(first, place)
                first = place
        yield range(first, run.stop)

    def _goes_on_below(self, run: range) -> bool:
        """Return True if what stays below a run may continue it: the rest of an entry, or no text and no heading."""
        outline, below = self.outline, run.stop
        if below == len(outline.forms):
            return False
        last, following = outline.forms[below - 1].bits, outline.forms[below].bits
        if outline.levels[below] and not following & LEADING:
            return False
        return not self._is_text(below) or last & ENTRY > following & ENTRY

    def _is_in_text(self, run: range) -> bool:
        """Return True if only sentences stand before a run and after it, for some paragraphs."""
        above, below, number = run.start - 1, run.stop, len(self.outline.forms)
        around = [*range(max(above - _AROUND, 0), above + 1), *range(below, min(below + _AROUND + 1, number))]
        return all(map(self.outline.is_prose, around))

    def _no_text_at(self, place: int) -> list[int]:
        """Return a paragraph, and what is no text right beside it; nothing if all of it is."""
        beside = range(max(place - 1, 0), min(place + 2, len(self.outline.forms)))
        other = [i for i in beside if not self._is_text(i)]
        return [place, *other] if other else []

    def _is_text(self, place: int) -> bool:
        """Return True if a paragraph is made of sentences, and long enough to go by itself."""
        return self._is_long(place) and self.outline.is_prose(place)

    def _is_long(self, place: int) -> bool:
        return self.outline.has_words(place, self.min_words)
