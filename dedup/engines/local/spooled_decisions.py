"""The decisions for each task of the second pass, read from the spool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from dedup.engines.removal.task_decisions import TaskDecisions, WitnessLocation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from dedup.engines.local.earlier_days import EarlierWitnesses
    from dedup.engines.local.spool import Spool
    from dedup.engines.local.spool_columns import CorpusDecision
    from dedup.model.errors import InternalError


class NamedInput(Protocol):
    """An input, by its name in messages and by that in the log."""

    @property
    def name(self) -> str:
        """Its name in messages."""

    @property
    def relative(self) -> str:
        """Its name in the log."""


class SpooledDecisions:
    """Reads the decisions for each task of the second pass from the spool.

    Args:
        spool: of `COLUMNS`.
        decided: what was decided.
        sources: all inputs in order, references first.
        told: collect the witnesses.
        earlier: those of earlier days, which have numbers below 0.
    """

    def __init__(
        self,
        spool: Spool,
        decided: CorpusDecision,
        sources: Sequence[NamedInput],
        *,
        told: bool,
        earlier: EarlierWitnesses | None = None,
    ) -> None:
        self._spool = spool
        self._decided = decided
        self._sources = sources
        self._told = told
        self._earlier = earlier
        self._parts, self._documents = (_edges(spool.sizes(name)) for name in ("parts", "documents"))
        # In one piece: of a field among others, each search would make a copy.
        self._removed = np.ascontiguousarray(decided.removals["paragraph"])

    def for_task(self, task: int) -> TaskDecisions:
        """Return the decisions for a task, counted from the first one of the first pass."""
        parts = self._spool.read("parts", *_span(self._parts, task))
        first, number = _span(self._documents, task)
        documents = self._spool.read("documents", first, number)
        begin, end = (int(self._decided.begins[place]) for place in (first, first + number))
        spans = self._spool.read("spans", begin, end - begin)
        mine = slice(*np.searchsorted(self._removed, (begin, end)).tolist())
        removals = self._decided.removals[mine].copy()
        removals["paragraph"] -= begin
        removals["witness"] -= begin
        going = self._decided.removals[mine]
        witnesses = list(self._places(going["witness"], going["how"] > 0, first)) if self._told else []
        every = self._decided.near.shown
        near = every[slice(*np.searchsorted(every["paragraph"], (begin, end)).tolist())].copy()
        beside = list(self._places(near["witness"], np.ones(len(near), bool), first)) if len(near) else []
        near["paragraph"] -= begin
        return TaskDecisions(parts, documents, spans, removals, witnesses, near, beside)

    def located(self, paragraphs: NDArray[np.int64]) -> list[WitnessLocation]:
        """Return the locations of some paragraphs, with their texts; their documents are counted from the first one."""
        return list(self._places(paragraphs, np.ones(len(paragraphs), bool), 0)) if len(paragraphs) else []

    def witnesses(self, removals: NDArray[np.void], *, with_texts: bool) -> Iterator[WitnessLocation]:
        """Yield where the witnesses of some removals stand, documents counted from the first one of all.

        Args:
            removals: some of those that were decided.
            with_texts: with the texts of those that are not the paragraph's own.
        """
        return self._places(removals["witness"], (removals["how"] > 0) & with_texts, 0)

    def faults(self, *, keep_texts: bool) -> Iterator[tuple[int, InternalError]]:
        """Yield what is to be told of what kernels raised while all was decided.

        Each with the number of its document, counted from the first one of all, or -1 where there is none.

        Args:
            keep_texts: with the texts of both.
        """
        for fault, kept in self._decided.stages:
            yield -1, fault.as_error("", kept)
        for pair in self._decided.faults:
            both = np.array([pair.later, pair.earlier])
            here, there = self._places(both, np.ones(2, bool), 0)
            ours, theirs = (one.name if one.line is None else f"{one.name}:{one.line}" for one in (here, there))
            kept = f"two paragraphs that are alike, here and in {theirs}, are kept as they are"
            texts = [one.text for one in (there, here) if one.text is not None] if keep_texts else ()
            yield here.document, pair.fault.as_error(ours, kept, texts)

    def _places(self, paragraphs: NDArray[Any], differ: NDArray[np.bool_], first: int) -> Iterator[WitnessLocation]:
        """Return the locations of some witnesses, in order.

        Args:
            paragraphs: their numbers in the corpus.
            differ: which of them are to be told with their texts.
            first: number of the task's first document.
        """
        is_earlier = paragraphs < 0
        if is_earlier.any():
            assert self._earlier is not None  # noqa: S101 - nothing else has such numbers
            theirs = self._earlier.locations(paragraphs[is_earlier], differ[is_earlier])
            ours = self._places(paragraphs[~is_earlier], differ[~is_earlier], first)
            yield from (next(theirs if is_its else ours) for is_its in is_earlier.tolist())
            return
        spool, begins = self._spool, self._decided.begins
        numbers = np.searchsorted(begins, paragraphs, side="right") - 1
        documents = spool.take("documents", numbers)
        texts = self._decided.texts(spool, paragraphs[differ])
        start, end = spool.take("spans", paragraphs).T.tolist()
        sources = [self._sources[source] for source in documents["source"].tolist()]
        columns = (
            (numbers - first).tolist(),
            (paragraphs - begins[numbers]).tolist(),
            start,
            end,
            [source.relative for source in sources],
            [source.name for source in sources],
            [line or None for line in documents["line"].tolist()],
            [next(texts) if differs else None for differs in differ.tolist()],
        )
        yield from (WitnessLocation(*place) for place in zip(*columns, strict=True))


def _edges(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(sizes)))


def _span(edges: NDArray[np.int64], task: int) -> tuple[int, int]:
    return int(edges[task]), int(edges[task + 1] - edges[task])
