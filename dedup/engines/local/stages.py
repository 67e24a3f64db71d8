"""The stages of scope ``corpus`` between the passes: which copy stays (``--keep``), candidates, verdicts, outcome.

    fingerprint (workers) → spool → exact copies → bands → candidates → verdicts (workers) → leaders → outcome

Memory holds some numbers for each paragraph; texts and band keys stay on disk.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from dedup.candidates.buckets import candidates
from dedup.engines.local.known_verdicts import KnownVerdicts
from dedup.engines.local.slices import Bands, PairSlice, bucket_bands, verify_pairs
from dedup.engines.local.spool import load_array
from dedup.engines.local.spool_columns import CorpusDecision, PairFault
from dedup.engines.local.workers import WorkerPool
from dedup.fingerprint.exact_copies import first_copies, index_type
from dedup.model.containment import attempt
from dedup.resolve.corpus.again import RecheckQueue, SameKeys
from dedup.resolve.corpus.distinct import DistinctParagraphs
from dedup.resolve.corpus.kept_near import NearDuplicates, kept_near
from dedup.resolve.corpus.leaders import GOES, Leaders
from dedup.resolve.corpus.removals import Classes, outcome, removal_type
from dedup.resolve.corpus.short_paragraphs import CorpusParagraphs
from dedup.text.arrays import among
from dedup.verdict.batch.verify import Verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from numpy.typing import NDArray

    from dedup.candidates.buckets import Bucketed
    from dedup.engines.local.spool import Spool
    from dedup.fingerprint.minhash import Banding
    from dedup.model.containment import Fault
    from dedup.model.outcome import Events
    from dedup.model.settings import Settings

Result = TypeVar("Result")
_WORTH_STARTING, _WORTH_SHARING = 50_000, 2000
"""Paragraphs from which on workers are started for the bands, and from which on those that are there share them."""
_PAIRS_HELD = 1 << 21
"""Pairs that bands have named from which on they are put on disk."""
_MOST_PAIRS, _FEWEST_PAIRS = 4000, 500
"""Pairs of a task. Towards the end of a round they get fewer, so that no worker has long to wait for another one."""
_TRAVELLING = ("text_at", "text_size", "letters_at", "words", "key")
"""What of a row a worker needs to know to compare it; see `PairSlice`."""
_BYTES_A_PARAGRAPH = 64
"""Memory for a paragraph while exact copies are sought."""


@dataclass(slots=True)
class _Different:
    """The different paragraphs that have words enough to go by themselves, in the order in which they stay."""

    place: NDArray[np.int64]
    """Places of their rows in the spool."""
    words: NDArray[np.int32]
    leaders: Leaders
    keys: SameKeys
    bands: Bands | None
    """None: only equal words count."""
    looked: RecheckQueue
    unexamined: int = 0

    def left_out(self, pairs: int, *, every: bool) -> None:
        """Take in how many pairs of those in large buckets were left out; `every`: of all such buckets."""
        self.unexamined = pairs if every else max(self.unexamined, pairs)


class _Judged(NamedTuple):
    """What was decided about a corpus, or about what is left of one.

    Attributes:
        removals: see `dedup.resolve.corpus.removals.removal_type`.
        classes: the different paragraphs that have words enough to go by themselves.
        place: places of their rows in the spool; int64.
        compared, unexamined: pairs.
    """

    removals: NDArray[np.void]
    classes: Classes
    place: NDArray[np.int64]
    compared: int
    unexamined: int


@dataclass
class CorpusStages:
    """Decides about a corpus whose fingerprints are in a spool.

    Attributes:
        spool: of `COLUMNS`.
        settings: what counts as superfluous.
        banding: how the signatures were cut.
        pool: worker processes.
        max_memory: bytes that all of it aims to stay below.
        events: is told how far it has come.
    """

    spool: Spool
    settings: Settings
    banding: Banding
    pool: WorkerPool
    max_memory: int
    events: Events
    _faults: list[PairFault] = field(default_factory=list)
    _unnamed: list[Fault] = field(default_factory=list)
    _stages: list[tuple[Fault, str]] = field(default_factory=list)

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
        pieces = self.spool.pieces("documents")
        counts = np.concatenate([np.empty(0, np.int32), *(some["paragraphs"] for some in pieces)])
        begins = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
        number = int(begins[-1])
        owner = self._owners(number)
        document = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        corpus = DistinctParagraphs(document, owner, *self._different(owner), int(begins[references]))
        judged = self._judged(corpus)
        near = NearDuplicates.empty()
        if explain:
            kept = "near-duplicates that are kept are not explained"
            near = self._attempt(
                lambda: kept_near(
                    judged.classes, judged.removals, number, self.settings, partial(self._kinds, judged.place)
                ),
                kept,
                NearDuplicates.empty,
            )
        first = judged.classes.first
        faults = [
            fault._replace(later=int(first[fault.later]), earlier=int(first[fault.earlier]))
            for fault in dict.fromkeys(self._faults)
        ]
        if self._unnamed:
            kept = f"{len(self._unnamed):,} groups of paragraphs that share a band are not compared for that"
            self._stages.insert(0, (self._unnamed[0], kept))
        self._known.keep(judged.classes.leaders, judged.place)
        return CorpusDecision(
            judged.removals, begins, judged.compared, judged.unexamined, corpus, near, faults, self._stages
        )

    def decide_again(self, corpus: DistinctParagraphs, gone: NDArray[np.int64]) -> NDArray[np.void]:
        """Return what another run would remove, were some paragraphs gone.

        Args:
            corpus: as it was decided about.
            gone: the paragraphs; int64, ascending.
        """
        stages, unnamed, faults = list(self._stages), list(self._unnamed), list(self._faults)
        left = corpus.without(gone)
        judged = self._judged(left.paragraphs, again=True)
        self._known.keep(judged.classes.leaders, judged.place)
        # What raises has been told of.
        self._stages[:], self._unnamed[:], self._faults[:] = stages, unnamed, faults
        return left.in_corpus(judged.removals, corpus)

    @property
    def _known(self) -> KnownVerdicts:
        return KnownVerdicts(self.spool)

    def _judged(self, corpus: DistinctParagraphs, *, again: bool = False) -> _Judged:
        """Return what goes from a corpus; `again`: more of it has been decided about."""
        paragraph, place, fixed = corpus.paragraph, corpus.place, corpus.fixed
        words = self.spool.whole("row-words")[place]
        chosen = np.flatnonzero(words >= self.settings.min_words)
        ranked = chosen[self._rank(paragraph[chosen], place[chosen], fixed)]
        stay = int(np.count_nonzero(paragraph[ranked] < fixed))
        kept = "paragraphs that are alike are kept as they are, but for exact copies"
        different = self._attempt(
            lambda: self._decided(place[ranked], words[ranked], stay, again=again),
            kept,
            lambda: self._undecided(place[ranked], words[ranked], stay),
        )
        classes = Classes(paragraph[ranked], different.leaders)
        removals = self._closed(different, classes, self._corpus(corpus, words), fixed)
        return _Judged(removals, classes, place[ranked], different.leaders.compared, different.unexamined)

    def _closed(
        self, different: _Different, classes: Classes, corpus: CorpusParagraphs, fixed: int
    ) -> NDArray[np.void]:
        """Return the removals: with boilerplate gone, those that stay are others than were compared."""
        removals = self._outcome(corpus, classes, fixed)
        leaders = different.leaders
        kept = "paragraphs that are alike are not compared once more, with boilerplate gone"
        while self.settings.keep == "none":
            gone = among(classes.first, removals["paragraph"]) & (leaders.status != GOES)
            if not self._attempt(partial(self._further, different, gone), kept, leaders.keep_undecided):
                break
            removals = self._outcome(corpus, classes, fixed)
        return removals

    def _outcome(self, corpus: CorpusParagraphs, classes: Classes, fixed: int) -> NDArray[np.void]:
        """Return the removals; where a kernel raises, those without short paragraphs, and where it does again, none."""
        number = len(corpus.owner)

        def of_long_ones() -> NDArray[np.void]:
            long = corpus._replace(short=np.zeros(number, bool))
            kept = "nothing is removed"
            return self._attempt(
                lambda: outcome(long, classes, self.settings, fixed), kept, lambda: np.empty(0, removal_type(number))
            )

        kept = "short paragraphs are kept as they are"
        return self._attempt(lambda: outcome(corpus, classes, self.settings, fixed), kept, of_long_ones)

    def _corpus(self, corpus: DistinctParagraphs, words: NDArray[np.int32]) -> CorpusParagraphs:
        """Return all paragraphs as the outcome wants them; one that was not fingerprinted counts as short."""
        document, owner, paragraph, place, _ = corpus
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

    def _decided(self, place: NDArray[np.int64], words: NDArray[np.int32], fixed: int, *, again: bool) -> _Different:
        """Decide which of the different paragraphs stay, given the places of their rows, in the order of staying."""
        keys = SameKeys(self.spool.whole("row-key")[place])
        bands = None if self.settings.exact else Bands(self.spool, self.banding, place)
        leaders = Leaders(len(place), fixed)
        if again:
            leaders.add_verdicts(*self._known.among(place))
        different = _Different(place, words, leaders, keys, bands, RecheckQueue(len(place)))
        self._further(different, np.zeros(len(place), bool))
        return different

    def _undecided(self, place: NDArray[np.int64], words: NDArray[np.int32], fixed: int) -> _Different:
        """Return the different paragraphs, of which all stay."""
        leaders = Leaders(len(place), fixed)
        leaders.keep_undecided()
        keys = SameKeys(np.arange(len(place), dtype=np.uint64))
        return _Different(place, words, leaders, keys, None, RecheckQueue(len(place)))

    def _further(self, different: _Different, also: NDArray[np.bool_]) -> bool:
        """Have those compared that a second run would compare, and decide anew; return False where all are.

        Args:
            different: what was decided so far.
            also: those that go though they stay among the different ones: boilerplate.
        """
        place, leaders, looked = different.place, different.leaders, different.looked
        before = leaders.candidate_count
        while True:
            # Paragraphs of the same words have the same bands: one of them speaks for all. One that went for it, and
            # stays because what it went for goes, is looked at by itself, as it would be in what is left.
            stays = (leaders.status != GOES) & ~also
            if leaders.add(*different.keys.pairs(stays)):
                self._settle(leaders, place)
                continue
            some, fresh = looked.next(stays)
            if different.bands is None or not len(some):
                return leaders.candidate_count > before
            self._keep(different.words[some], place[some], different.bands.of(some), fresh)
            found = candidates(self._bucketed(different.bands, len(some)), len(some))
            added = leaders.add(some[found.later], some[found.earlier])
            different.left_out(found.unexamined, every=len(fresh) == len(some))
            looked.record_check(found.crowded, added=added > 0)
            del found
            self._settle(leaders, place)

    def _keep(
        self, words: NDArray[np.int32], place: NDArray[np.int64], chosen: NDArray[np.int64], fresh: NDArray[np.int64]
    ) -> None:
        """Put what the sieves want to know of some paragraphs where workers find it, and out of memory."""
        self.spool.keep("words", words)
        self.spool.keep("chosen", chosen)
        self.spool.keep("fresh", fresh)
        for name in ("numbers", "bits"):
            self.spool.keep(name, self.spool.whole(f"row-{name}")[place])

    def _bucketed(self, bands: Bands, number: int) -> Iterator[Bucketed]:
        """Yield what each band says about so many paragraphs, of which `_keep` has seen."""
        work = partial(bucket_bands, self.settings, os.fspath(self.spool.directory), bands.slices)
        # Where there is little to do it is done here.
        least = _WORTH_SHARING if self.pool.started else _WORTH_STARTING
        pool = self.pool if number > least else WorkerPool(1)
        held = 0
        for band, (result, faults) in pool.map(work, range(self.banding.bands)):
            self._unnamed += faults
            self.events.progress(band, self.banding.bands, "candidates", "bands")
            held += len(result.pairs)
            if held <= _PAIRS_HELD or not len(result.pairs):
                yield result
                continue
            self.spool.keep(f"pairs-{band}", result.pairs)
            yield result._replace(pairs=load_array(os.fspath(self.spool.directory), f"pairs-{band}"))

    def _settle(self, leaders: Leaders, place: NDArray[np.int64]) -> None:
        """Have all pairs verified that decide anything."""
        done = 0
        while True:
            later, earlier = leaders.next_pairs()
            if not len(later):
                return
            self.events.progress(done, None, "verdicts", "pairs")
            leaders.record(self._verified(later, earlier, place))
            done += len(later)

    def _kinds(
        self, place: NDArray[np.int64], later: NDArray[np.int64], earlier: NDArray[np.int64]
    ) -> NDArray[np.int16]:
        """Return of what kind that is which is new in pairs that do not cover."""
        return self._verified(later, earlier, place, sieve=False).kind if len(later) else np.zeros(0, np.int16)

    def _verified(
        self, later: NDArray[np.int64], earlier: NDArray[np.int64], place: NDArray[np.int64], *, sieve: bool = True
    ) -> Verdicts:
        texts, letters = (os.fspath(self.spool.path(name)) for name in ("texts", "letters"))
        task = partial(verify_pairs, self.settings, texts, letters, sieve=sieve)
        found: list[Verdicts] = []
        done = 0
        for pairs, (verdicts, faults) in self.pool.map(task, self._tasks(later, earlier, place)):
            found.append(verdicts)
            self._faults += [
                PairFault(int(later[done + one.place]), int(earlier[done + one.place]), one.fault) for one in faults
            ]
            done += len(pairs.later)
        return Verdicts(*(np.concatenate(arrays) for arrays in zip(*found, strict=True)))

    def _tasks(
        self, later: NDArray[np.int64], earlier: NDArray[np.int64], place: NDArray[np.int64]
    ) -> Iterator[PairSlice]:
        columns = {name: self.spool.mapped(f"row-{name}") for name in _TRAVELLING}
        start = 0
        while start < len(later):
            stop = start + _share(len(later) - start, self.pool.started)
            both = np.stack((later[start:stop], earlier[start:stop]))
            needed, index = np.unique(both, return_inverse=True)
            index = index.reshape(both.shape)
            rows = {name: column[place[needed]] for name, column in columns.items()}
            yield PairSlice(rows, index[0], index[1])
            start = stop


def _share(left: int, workers: int) -> int:
    """Return how many of the pairs that are left make the next task, for so many workers; 0: none are there."""
    if not workers:
        return _MOST_PAIRS
    return min(max(left // (2 * workers), _FEWEST_PAIRS), _MOST_PAIRS)
