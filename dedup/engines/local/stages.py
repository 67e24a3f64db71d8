"""The stages of scope ``corpus`` between the passes: which copy stays (``--keep``), candidates, verdicts, outcome.

    fingerprint (workers) → spool → exact copies → bands → candidates → verdicts (workers) → leaders → outcome

Memory holds some numbers for each paragraph; texts and band keys stay on disk.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from dedup.engines.local.spool_columns import CorpusDecision
from dedup.fingerprint.exact_copies import first_copies, index_type
from dedup.model.containment import attempt
from dedup.resolve.corpus.distinct import DistinctParagraphs
from dedup.resolve.corpus.kept_near import NearDuplicates, kept_near
from dedup.resolve.corpus.leaders import Leaders
from dedup.resolve.corpus.removals import Classes, outcome, removal_type
from dedup.resolve.corpus.short_paragraphs import CorpusParagraphs
from dedup.text.arrays import among

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray

    from dedup.engines.local.clustering import Clustering
    from dedup.engines.local.corpus_trace import CorpusTrace
    from dedup.engines.local.spool import Spool
    from dedup.model.containment import Fault
    from dedup.model.outcome import Events
    from dedup.model.settings import Settings

Result = TypeVar("Result")
_BYTES_A_PARAGRAPH = 64
"""Memory for a paragraph while exact copies are sought."""


class CorpusStages:
    """Decides about a corpus whose fingerprints are in a spool.

    Args:
        spool: of `COLUMNS`.
        settings: what counts as superfluous.
        clustering: decides which of the different paragraphs are kept.
        max_memory: bytes that all of it aims to stay below.
        events: is told how far it has come.

    Attributes:
        trace: takes down what is forgotten otherwise; None: it is not needed.
    """

    def __init__(
        self, spool: Spool, settings: Settings, clustering: Clustering, *, max_memory: int, events: Events
    ) -> None:
        self.spool = spool
        self.settings = settings
        self.max_memory = max_memory
        self.events = events
        self._clustering = clustering
        self.trace: CorpusTrace | None = None
        self._stages: list[tuple[Fault, str]] = []

    def _attempt(self, function: Callable[[], Result], kept: str, otherwise: Callable[[], Result]) -> Result:
        """Return what a stage comes to; where a kernel raises, something else, and note what was kept as it is."""

        def failed(fault: Fault) -> Result:
            self._stages.append((fault, kept))
            return otherwise()

        return attempt(function, failed)

    def decide(self, references: int, *, explain: bool = False) -> CorpusDecision:
        """Run the stages behind fingerprinting.

        Args:
            references: the first so many documents stay.
            explain: also name near-duplicates that stay.

        Raises:
            OutputError: the spool cannot be read.
            DedupError: a worker died.
        """
        begins, corpus = self._read(references)
        classes, removals = self._decided(corpus)
        near = self._near(classes.first, removals, len(corpus.owner)) if explain else NearDuplicates.empty()
        if self.trace is not None:
            self.trace.clustered(classes.first, self._leaders)
        return self._decision(removals, begins, corpus, near, classes.first)

    def _read(self, references: int) -> tuple[NDArray[np.int64], DistinctParagraphs]:
        """Return the number of the first paragraph of each document, and the paragraphs of the spool."""
        pieces = self.spool.pieces("documents")
        counts = np.concatenate([np.empty(0, np.int32), *(some["paragraphs"] for some in pieces)])
        begins = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
        owner = self._owners(int(begins[-1]))
        document = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        return begins, DistinctParagraphs(document, owner, *self._different(owner), int(begins[references]))

    def _near(self, first: NDArray[np.int64], removals: NDArray[np.void], number: int) -> NearDuplicates:
        """Return the near-duplicates that stay; `first`: number of the first paragraph of each that was clustered."""
        kinds_of = partial(self._clustering.kinds, self._population)
        return self._attempt(
            lambda: kept_near(first, self._leaders, removals, number, self.settings, kinds_of=kinds_of),
            "near-duplicates that are kept are not explained",
            NearDuplicates.empty,
        )

    def _decision(
        self,
        removals: NDArray[np.void],
        begins: NDArray[np.int64],
        corpus: DistinctParagraphs,
        near: NearDuplicates,
        first: NDArray[np.int64],
    ) -> CorpusDecision:
        """Return what was decided; `first`: number of the first paragraph of each that was clustered."""
        faults = [
            fault._replace(later=int(first[fault.later]), earlier=int(first[fault.earlier]))
            for fault in dict.fromkeys(self._clustering.faults)
        ]
        if unnamed := self._clustering.unnamed:
            kept = f"{len(unnamed):,} groups of paragraphs that share a band are not compared for that"
            self._stages.insert(0, (unnamed[0], kept))
        compared, unexamined = self._leaders.compared, self._clustering.unexamined
        del self._leaders  # its pairs are many
        return CorpusDecision(removals, begins, compared, unexamined, corpus, near, faults, self._stages)

    def decide_again(self, corpus: DistinctParagraphs, gone: NDArray[np.int64]) -> NDArray[np.void]:
        """Return what another run would remove, were some paragraphs gone.

        The different paragraphs are decided about once: which of them are kept does not depend on what becomes of those
        that go.

        Args:
            corpus: as it was decided about.
            gone: the paragraphs; int64, ascending.
        """
        stages = list(self._stages)
        left = corpus.without(gone)
        classes = self._classes.among(left.first[self._classes.first])
        removals = self._outcome(self._corpus(left.paragraphs), classes, left.paragraphs.fixed)
        self._stages[:] = stages  # what raises has been told of
        return left.in_corpus(removals, corpus)

    def _decided(self, corpus: DistinctParagraphs) -> tuple[Classes, NDArray[np.void]]:
        """Return what was decided about the different paragraphs, and what goes."""
        paragraph, place, fixed = corpus.paragraph, corpus.place, corpus.fixed
        words = self.spool.whole("row-words")[place]
        chosen = np.flatnonzero(words >= self.settings.min_words)
        ranked = chosen[self._rank(paragraph[chosen], place[chosen], fixed)]
        self._population = self._clustering.population(place[ranked])
        self._leaders = Leaders(len(ranked), int(np.count_nonzero(paragraph[ranked] < fixed)))
        every = self._corpus(corpus)
        without = np.zeros(len(ranked), bool)
        kept = "paragraphs that are alike are kept as they are, but for exact copies"
        while True:
            self._attempt(
                partial(self._clustering.cluster, self._leaders, self._population, without),
                kept,
                self._leaders.keep_undecided,
            )
            self._classes = Classes(paragraph[ranked], self._leaders.witness, self._leaders.verdicts())
            removals = self._outcome(every, self._classes, fixed)
            if self.settings.keep != "none":
                return self._classes, removals
            # With boilerplate gone, those that stay are others than were compared.
            gone = without | (among(self._classes.first, removals["paragraph"]) & self._leaders.kept)
            if np.array_equal(gone, without):
                return self._classes, removals
            without, kept = gone, "paragraphs that are alike are not compared once more, with boilerplate gone"

    def _outcome(self, corpus: CorpusParagraphs, classes: Classes, fixed: int) -> NDArray[np.void]:
        """Return the removals; where a kernel raises, those without short paragraphs, and where it does again, none."""
        number = len(corpus.owner)

        def of_long_ones() -> NDArray[np.void]:
            long = corpus._replace(short=np.zeros(number, bool))
            kept = "nothing is removed"
            return self._attempt(
                lambda: self._removals(long, classes, fixed), kept, lambda: np.empty(0, removal_type(number))
            )

        kept = "short paragraphs are kept as they are"
        return self._attempt(lambda: self._removals(corpus, classes, fixed), kept, of_long_ones)

    def _removals(self, corpus: CorpusParagraphs, classes: Classes, fixed: int) -> NDArray[np.void]:
        return outcome(corpus, classes, self.settings, fixed)

    def _corpus(self, corpus: DistinctParagraphs) -> CorpusParagraphs:
        """Return all paragraphs as the outcome wants them; one that was not fingerprinted counts as short."""
        document, owner, paragraph, place, _ = corpus
        words = self.spool.whole("row-words")[place]
        every, plain = np.zeros(len(owner), np.int32), np.zeros(len(owner), np.int32)
        every[paragraph] = words
        digits = np.bitwise_count(self.spool.whole("row-numbers"))[place]
        plain[paragraph] = np.maximum(words - digits.astype(np.int32), 0)
        return CorpusParagraphs(document, owner, plain[owner], every[owner] < self.settings.min_words)

    def _owners(self, number: int) -> NDArray[Any]:
        """Return the first paragraph with the same bytes, for each paragraph."""
        self.events.progress(0, number, "exact copies", "paragraphs")
        parts = 1
        while number * _BYTES_A_PARAGRAPH // parts > max(self.max_memory // 8, 1 << 24):
            parts *= 2
        owner = np.arange(number, dtype=index_type(number))
        for part in range(parts):
            copies, firsts = first_copies(self.spool.pieces("digests"), number, parts, part)
            owner[copies] = firsts
            self.events.progress(number * (part + 1) // parts, number, "exact copies", "paragraphs")
        return owner

    def _different(self, owner: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first occurrence of each different paragraph, ascending, and the place of its row."""
        return np.unique(owner[self.spool.whole("row-paragraph")], return_index=True)

    def _rank(self, paragraph: NDArray[np.int64], place: NDArray[np.int64], fixed: int) -> NDArray[np.int64]:
        """Return the order in which paragraphs stay: references first, then as asked."""
        column = {"richest": "row-content", "longest": "row-length"}.get(self.settings.keep)
        if column is None:
            return np.arange(len(paragraph))
        reference = paragraph < fixed
        size = self.spool.take(column, place)
        order: NDArray[np.int64] = np.lexsort((paragraph, np.where(reference, 0, -size), ~reference))
        return order
