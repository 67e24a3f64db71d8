"""Which of a corpus's removals may go from where they stand: one judgement for both scopes and engines.

Two questions are asked of a document's text, as it is when the others are gone. Was a repetition within one document
meant? That is what scope ``document`` decides, and so it is asked. And does what stays beside a paragraph run into it,
or belong under it? See `dedup.resolve.surroundings`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dedup.engines.removal.remaining import moved, staying
from dedup.engines.removal.task_decisions import (
    is_judged,
    is_near,
    is_renumbered,
    is_reworded,
    repeated,
)
from dedup.model.decisions import without
from dedup.resolve.document.decide import Repeats, judge_repeats
from dedup.resolve.outline import Outline
from dedup.resolve.surroundings import Surroundings
from dedup.text.paragraphs import regions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    from dedup.engines.removal.task_decisions import Document
    from dedup.model.settings import Settings


@dataclass
class View:
    """A document as it is judged: what is left of it so far.

    Attributes:
        text: what is left.
        spans: (start, end) of each paragraph.
        going: the paragraphs that are to go.
        repeated: those of them whose witness stands in the same document, and that.
        renumbered: those of them that have another number than their witness.
        near: those of them that are another text than it.
        reworded: those of them that differ in words from it.
        sources: where the witness of each stands; none where there is no near one.
        again: others are gone already.
        whole: then, the document before anything had gone, and which of its paragraphs are left.
        expected: those that another run is expected to want, if they are fewer.
    """

    text: str
    spans: list[list[int]]
    going: list[int]
    repeated: dict[int, int]
    renumbered: set[int]
    near: set[int]
    reworded: set[int]
    sources: dict[int, int]
    again: bool
    whole: tuple[View, list[int]] | None = field(default=None, compare=False)
    expected: set[int] | None = field(default=None, compare=False)

    @property
    def asked(self) -> set[int]:
        """The paragraphs that were asked about: all that are to go, unless another run would want fewer."""
        return set(self.going) if self.expected is None else self.expected

    @cached_property
    def outline(self) -> Outline:
        """The paragraphs as they look to one another."""
        if self.whole is None:
            return Outline.of(self.text, self.spans)
        whole, stay = self.whole
        return whole.outline.of_rest(self.text, self.spans, stay)

    def allowed(self, gone: set[int], settings: Settings) -> set[int]:
        """Return which of some paragraphs may go, if all others stay."""
        if not 0 < len(gone) < len(self.spans):  # nothing goes, or nothing stays beside it
            return gone
        beside = Surroundings(
            self.outline,
            settings.min_words,
            self.renumbered,
            self.repeated,
            near=self.near,
            reworded=self.reworded,
            sources=self.sources,
        )
        if self.again:
            self.expected = beside.wanted_again(self.going)
        return beside.allowed(gone & self.asked, len(self.asked))

    def without(self, gone: set[int]) -> tuple[Repeats, NDArray[np.int64]]:
        """Return the repetitions within what is left when some paragraphs are gone, and the numbers of the others."""
        cut = regions(self.text, self.spans, sorted(gone))
        stays = np.delete(np.arange(len(self.spans)), sorted(gone))
        spans = moved(np.array(self.spans)[stays], cut)
        pairs = np.searchsorted(stays, sorted(self.repeated.items()))
        return Repeats(without(self.text, cut), spans, pairs), stays


def whole_view(document: Document) -> View:
    """Return a document as it is judged before anything has gone."""
    return view(document, np.zeros(len(document.removals), bool), document.located.record.text, [])


def view(
    document: Document,
    done: NDArray[np.bool_],
    left: str,
    cut: Sequence[tuple[int, int]],
    whole: View | None = None,
) -> View:
    """Return what is left of a document when some of its removals are done.

    Args:
        document: with all its removals.
        done: which of them are; bool.
        left: the text without them.
        cut: what has left the text for them.
        whole: the document before anything had gone.
    """
    spans: NDArray[np.signedinteger[Any]] = document.spans
    removals, numbers = document.removals, np.arange(len(spans))
    gone = removals["paragraph"].astype(np.int64) - document.first
    witness = removals["witness"].astype(np.int64) - document.first
    within = repeated(removals, document.first, len(spans))
    again = bool(done.any())
    if again:
        numbers = np.delete(numbers, gone[done])
        spans = moved(staying(spans, gone[done]), cut)
        removals, within = removals[~done], within[~done]
        gone, witness = np.searchsorted(numbers, gone[~done]), np.searchsorted(numbers, witness[~done])
    going = gone.tolist()
    near = _chosen(going, is_near(removals))
    return View(
        left,
        spans.tolist(),
        going,
        dict(zip(gone[within].tolist(), witness[within].tolist(), strict=True)),
        _chosen(going, is_renumbered(removals)),
        near,
        _chosen(going, is_reworded(removals)),
        # Only near-duplicates are asked for the passage of which they are parts.
        dict(zip(going, removals["source"].tolist(), strict=True)) if near else {},
        again,
        None if whole is None else (whole, numbers.tolist()),
    )


def _chosen(places: list[int], chosen: NDArray[np.bool_]) -> set[int]:
    return {places[row] for row in np.flatnonzero(chosen).tolist()}


class Judgements:
    """What was judged of repetitions within documents: as long as nothing goes, they are not judged again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[tuple[str, bytes, bytes], set[int]] = {}

    def of(self, documents: Sequence[Repeats]) -> list[set[int]]:
        """Return, for each document, which of these repetitions scope ``document`` removes."""
        keys = [(one.text, one.spans.tobytes(), one.pairs.tobytes()) for one in documents]
        new = [number for number, key in enumerate(keys) if key not in self._known]
        found = judge_repeats([documents[number] for number in new], self._settings)
        self._known.update(zip((keys[number] for number in new), found, strict=True))
        return [self._known[key] for key in keys]


def admissible(views: Sequence[View], settings: Settings, judgements: Judgements | None = None) -> list[set[int]]:
    """Return, for each document, the paragraphs that may go.

    Those whose witness stands in the same document are judged last, by what is left when all others are gone.

    Args:
        views: the documents.
        settings: what counts as superfluous.
        judgements: of what was left of these documents before.
    """
    if not is_judged(settings):
        return [set(each.going) for each in views]
    allowed = [each.allowed(set(each.going) - each.repeated.keys(), settings) for each in views]
    asked = [number for number, each in enumerate(views) if each.repeated]
    left = [views[number].without(allowed[number]) for number in asked]
    judged = (judgements or Judgements(settings)).of([one for one, _ in left])
    for number, (_, stays), found in zip(asked, left, judged, strict=True):
        each = views[number]
        if unmeant := each.repeated.keys() & set(stays[sorted(found)].tolist()):
            allowed[number] = each.allowed((set(each.going) - each.repeated.keys()) | unmeant, settings)
    return allowed


def allowed_removals(view: View, done: NDArray[np.bool_], numbers: set[int]) -> NDArray[np.bool_]:
    """Return which removals of a document may be carried out: those that are done, and those of these paragraphs.

    Args:
        view: what is left of the document, in which the paragraphs are numbered.
        done: the removals that are done; bool.
        numbers: the paragraphs.
    """
    found = done.copy()
    found[~done] = [number in numbers for number in view.going]
    return found
