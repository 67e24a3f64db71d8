"""The stages of scope ``corpus`` over an index: what a day's paragraphs go for, earlier days included.

They come to what `dedup.engines.local.stages` comes to with all days at once. What is decided about a paragraph depends
on what is kept before it, and on the documents in which that stands; so of earlier days only those are looked at that a
day's own paragraphs lead to: by their digests, keys and bands, and short ones by the runs in which they stand.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.engines.local.earlier_days import EarlierWitnesses, joined
from dedup.engines.local.population import Earlier, IndexedPopulation
from dedup.engines.local.slices import Bands, read_band
from dedup.engines.local.stages import CorpusStages
from dedup.index.columns import SHORT, VERDICT, WANTED
from dedup.index.runs import run_hashes
from dedup.resolve.corpus.kept_near import NearDuplicates
from dedup.resolve.corpus.leaders import Leaders
from dedup.resolve.corpus.removals import Classes, outcome
from dedup.text.arrays import among, distinct
from dedup.verdict.batch.verify import Verdicts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.engines.local.clustering import Clustering
    from dedup.engines.local.earlier_days import Joined
    from dedup.engines.local.spool import Spool
    from dedup.engines.local.spool_columns import CorpusDecision
    from dedup.fingerprint.minhash import Banding
    from dedup.index.lookups import Lookups
    from dedup.model.outcome import Events
    from dedup.model.settings import Settings
    from dedup.resolve.corpus.distinct import DistinctParagraphs, Rest
    from dedup.resolve.corpus.short_paragraphs import CorpusParagraphs
    from dedup.text.arrays import Flags, Ints


class DayClasses(NamedTuple):
    """What was decided about the different long paragraphs of a day.

    Attributes:
        row: which of the different paragraphs each is; int64, ascending.
        is_new: no earlier day has it; bool.
        id: the number across days of the one of an earlier day with the same bytes, where that is kept, or -1; int64.
        witness_id: the number across days of what it goes for, or -1; int64.
        witness_row: what it goes for, by its place here, or -1; int64.
        verdict: on these two; `dedup.index.columns.VERDICT`.
    """

    row: Ints
    is_new: Flags
    id: Ints
    witness_id: Ints
    witness_row: Ints
    verdict: NDArray[np.void]

    @property
    def goes(self) -> Flags:
        """Which go for others than the same bytes."""
        found: Flags = (self.witness_id >= 0) | (self.witness_row >= 0)
        return found

    def ids(self) -> Ints:
        """Return the numbers across days of all of earlier days that some go for; ascending."""
        every = np.concatenate((self.id, self.witness_id))
        return distinct(every[every >= 0])


class IndexedStages(CorpusStages):
    """Decides about a day whose fingerprints are in a spool.

    Args:
        spool, settings, clustering, max_memory, events: see `CorpusStages`.
        banding: how the signatures were cut, those of the index, too.
        lookups: what earlier days have.

    Attributes:
        today: the paragraphs of the day.
        classes: what was decided about the long ones.
        witnesses: those of earlier days.
    """

    def __init__(
        self,
        spool: Spool,
        settings: Settings,
        clustering: Clustering,
        *,
        banding: Banding,
        lookups: Lookups,
        max_memory: int,
        events: Events,
    ) -> None:
        super().__init__(spool, settings, clustering, max_memory=max_memory, events=events)
        self._banding = banding
        self._lookups = lookups
        self.witnesses = EarlierWitnesses(lookups)
        self._round = 1
        self._leaving = np.empty(0, bool)
        """Which paragraphs of earlier days, as far as they are left, go by themselves."""
        self._short = np.empty(0, bool)
        """Which of them are short."""
        self._runs: list[Ints] = []
        """The runs of three short paragraphs that were looked for."""

    def decide(self, references: int, *, explain: bool = False) -> CorpusDecision:
        """Run the stages behind fingerprinting; see `CorpusStages.decide`. There are no references."""
        begins, self.today = self._read(references)
        self._digests = self.spool.take("digests", self.today.paragraph)
        self.classes = self._clustered()
        self._ids = self.classes.ids()
        removals = self._with_earlier(np.empty(0, np.int64))
        first = self._first_clustered() if explain or self._clustering.faults else np.empty(0, np.int64)
        near = self._near(first, removals, len(self.today.owner)) if explain else NearDuplicates.empty()
        return self._decision(removals, begins, self.today, near, first)

    def decide_again(
        self,
        corpus: DistinctParagraphs,  # noqa: ARG002 - which documents of earlier days are part of it changes
        gone: Ints,
    ) -> NDArray[np.void]:
        """Return what another run would remove, were some paragraphs gone; see `CorpusStages.decide_again`."""
        stages = list(self._stages)
        self._round += 1
        removals = self._with_earlier(gone)
        self._stages[:] = stages  # what raises has been told of
        return removals

    def short(self) -> Flags:
        """Return which of the day's paragraphs are too short to go by themselves."""
        return super()._corpus(self.today).short

    def _clustered(self) -> DayClasses:
        """Decide about the different long paragraphs."""
        paragraph, place = self.today.paragraph, self.today.place
        row = np.flatnonzero(self.spool.whole("row-words")[place] >= self.settings.min_words)
        known = self._lookups.known(self._digests[row])
        is_new = known.id < 0
        classes = DayClasses(
            row,
            is_new,
            np.where(known.witness < 0, known.id, -1),
            known.witness,
            np.full(len(row), -1),
            known.verdict,
        )
        fresh = np.flatnonzero(is_new)
        self._clustered_rows = paragraph[row[fresh]]
        self._earlier = self._candidates(place[row[fresh]])
        self._population = IndexedPopulation(
            self.spool,
            self._banding,
            place[row[fresh]],
            earlier=self._earlier,
            lookups=self._lookups,
            settings=self.settings,
        )
        before = len(self._earlier.ids)
        self._leaders = Leaders(len(self._population), before)
        kept = "paragraphs that are alike are kept as they are, but for exact copies"
        without = np.zeros(len(self._population), bool)
        cluster = partial(self._clustering.cluster, self._leaders, self._population, without)
        self._attempt(cluster, kept, self._leaders.keep_undecided)
        witness, verdicts = self._leaders.witness[before:].astype(np.int64), self._leaders.verdicts()
        of_earlier, of_today = (witness >= 0) & (witness < before), witness >= before
        classes.witness_id[fresh[of_earlier]] = self._earlier.ids[witness[of_earlier]]
        classes.witness_row[fresh[of_today]] = fresh[witness[of_today] - before]
        for name, column in verdicts._asdict().items():
            classes.verdict[name][fresh] = column[before:]
        return classes

    def _candidates(self, place: Ints) -> Earlier:
        """Return the kept paragraphs of earlier days that may be candidates of some that are new."""
        found = self._lookups.first_of_keys(self.spool.take("row-key", place))
        ids = [found[found >= 0]]
        bands = 0 if self.settings.exact else self._banding.bands
        members: list[tuple[Ints, NDArray[np.uint32]]] = []
        if bands:
            here = Bands(self.spool, self._banding, place)
            for band in range(bands):
                keys = read_band(os.fspath(self.spool.directory), here.slices, band)[here.chosen]
                members.append(self._lookups.bucket(band, distinct(keys)))
        every = distinct(np.concatenate([*ids, *(some for some, _ in members)]))
        band_keys = np.zeros((self._banding.bands, len(every)), np.uint32)
        there = np.zeros(band_keys.shape, bool)
        for band, (some, keys) in enumerate(members):
            at = np.searchsorted(every, some)
            band_keys[band, at], there[band, at] = keys, True
        return Earlier(every, *self._lookups.features(every), band_keys, there)

    def _first_clustered(self) -> Ints:
        """Return the numbers of all that were clustered."""
        return np.concatenate((self.witnesses.named(self._earlier.ids), self._clustered_rows))

    def _with_earlier(self, gone: Ints) -> NDArray[np.void]:
        """Return the removals when some paragraphs are gone; `gone`: ascending."""
        while True:
            every = joined(self._lookups.documents(self._ids), self.today, self._digests)
            rounds = every.earlier.gone
            out = np.flatnonzero((rounds > 0) & (rounds < self._round))
            left = every.paragraphs.without(np.concatenate((out, gone + every.fixed)))
            flags = every.earlier.flags[left.numbers[: left.paragraphs.fixed]]
            self._leaving, self._short, self._runs = (flags & WANTED) > 0, (flags & SHORT) > 0, []
            classes = self._classes_among(every)
            classes = classes.among(left.first[classes.first])
            removals = self._outcome(self._corpus(left.paragraphs), classes, left.paragraphs.fixed)
            missing = self._missing(left, every)
            if not len(missing):
                return self._of_today(left.in_corpus(removals, every.paragraphs), every)
            self._ids = distinct(np.concatenate((self._ids, missing)))

    def _classes_among(self, every: Joined) -> Classes:
        """Return what was decided, in numbers of all paragraphs."""
        # Those that earlier days have kept are copies of these.
        chosen = np.flatnonzero(self.classes.id < 0)
        number = np.full(len(self.classes.row) + 1, -1)
        number[chosen] = np.arange(len(chosen))
        ids = self.classes.ids()
        owner = every.paragraphs.owner
        first = (every.number(self.today.paragraph[self.classes.row[chosen]]), owner[every.numbers(ids)])
        witness = number[self.classes.witness_row[chosen]]
        of_earlier = self.classes.witness_id[chosen]
        at = np.flatnonzero(of_earlier >= 0)
        witness[at] = len(chosen) + np.searchsorted(ids, of_earlier[at])
        verdict = np.concatenate((self.classes.verdict[chosen], np.zeros(len(ids), VERDICT)))
        return Classes(
            np.concatenate(first).astype(np.int64),
            np.concatenate((witness, np.full(len(ids), -1))).astype(np.int32),
            Verdicts(*(np.ascontiguousarray(verdict[name]) for name in Verdicts._fields)),
        )

    def _corpus(self, corpus: DistinctParagraphs) -> CorpusParagraphs:
        found = super()._corpus(corpus)
        found.short[: corpus.fixed] = self._short
        return found

    def _removals(self, corpus: CorpusParagraphs, classes: Classes, fixed: int) -> NDArray[np.void]:
        return outcome(corpus, classes, self.settings, fixed, leaving=self._leaving, asked=self._runs.append)

    def _missing(self, left: Rest, every: Joined) -> Ints:
        """Return paragraphs of documents of earlier days that have runs that were looked for, and are not there."""
        runs = np.concatenate([np.empty((0, 3), np.int64), *self._runs])
        runs = left.numbers[runs[runs[:, 0] >= left.paragraphs.fixed]] - every.fixed
        digests = self.spool.take("digests", runs.ravel())[:, 1].reshape(-1, 3)
        found = self._lookups.runs(distinct(run_hashes(digests)), self._round)[:, 0]
        found = distinct(found[found >= 0])
        return found[~among(found, every.earlier.ids)]

    def _of_today(self, removals: NDArray[np.void], every: Joined) -> NDArray[np.void]:
        """Return removals in numbers of the day's paragraphs; witnesses of earlier days as `EarlierWitnesses` says."""
        removals = removals.copy()
        removals["paragraph"] -= every.fixed
        earlier = removals["witness"] < every.fixed
        names = self.witnesses.named(every.earlier.ids[removals["witness"][earlier]])
        removals["witness"] -= every.fixed
        removals["witness"][earlier] = names
        return removals
