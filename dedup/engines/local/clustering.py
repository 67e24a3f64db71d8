"""Which of the different paragraphs of a spool are kept, and which go for one of these: bands, candidates, verdicts.

Memory holds some numbers for each paragraph; texts and band keys stay on disk.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dedup.candidates.buckets import ASKS, KEPT, candidates
from dedup.engines.local.population import Population
from dedup.engines.local.slices import PairSlice, band_members, bucket_bands, verify_pairs
from dedup.engines.local.spool import load_array
from dedup.engines.local.spool_columns import PairFault
from dedup.engines.local.workers import WorkerPool
from dedup.resolve.corpus.leaders import TURNS, find_kept
from dedup.resolve.corpus.same_keys import SameKeys
from dedup.verdict.batch.verify import FOLDED, Verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.candidates.buckets import Bucketed, Candidates
    from dedup.engines.local.spool import Spool
    from dedup.fingerprint.minhash import Banding
    from dedup.model.containment import Fault
    from dedup.model.outcome import Events
    from dedup.model.settings import Settings
    from dedup.resolve.corpus.leaders import Leaders
    from dedup.text.arrays import Flags, Ints

_WORTH_STARTING, _WORTH_SHARING = 50_000, 2000
"""Paragraphs from which on workers are started for the bands, and from which on those that are there share them."""
_PAIRS_HELD = 1 << 21
"""Pairs that bands have named from which on they are put on disk."""
_MOST_PAIRS, _FEWEST_PAIRS = 4000, 500
"""Pairs of a task. Towards the end of a round they get fewer, so that no worker has long to wait for another one."""


class Clustering:
    """Clusters the different paragraphs that have words enough to go by themselves; see `Leaders`.

    Args:
        spool: of `dedup.engines.local.spool_columns.COLUMNS`.
        settings: what counts as superfluous.
        banding: how the signatures were cut.
        pool: worker processes.
        events: is told how far it has come.

    Attributes:
        faults: pairs with which a kernel raised, by their places among the paragraphs.
        unnamed: what was raised about the buckets of all bands, the time that most was.
        unexamined: pairs that share a band and were not looked at.
    """

    def __init__(self, spool: Spool, settings: Settings, banding: Banding, pool: WorkerPool, events: Events) -> None:
        self._spool = spool
        self._settings = settings
        self._banding = banding
        self._pool = pool
        self._events = events
        self._slices = np.empty((0, 2), np.int64)
        self.faults: list[PairFault] = []
        self.unnamed: list[Fault] = []
        self.unexamined = 0

    def cluster(self, leaders: Leaders, population: Population, without: Flags) -> None:
        """Decide which paragraphs are kept.

        Args:
            leaders: is given the candidates, and decides.
            population: the paragraphs.
            without: paragraphs that go as boilerplate: of those that stay it is asked once more what they would be
                compared with if these were gone; bool.
        """
        keys = SameKeys(population.keys())
        every = np.ones(len(population), bool)

        def compare(later: Ints, earlier: Ints) -> Verdicts:
            self._events.progress(leaders.compared - len(later), None, "verdicts", "pairs")
            return self._verified(later, earlier, population)

        if self._settings.exact:
            self._note(find_kept(leaders, every, lambda kept, _: keys.pairs(kept), compare))
            return
        self._slices = population.keep_features()
        named = _Named(self, leaders.fixed, without)
        self._note(
            find_kept(
                leaders, every, lambda kept, changed: _joined(keys.pairs(kept), named.after(kept, changed)), compare
            )
        )
        # Of those that go for the same words nothing more was asked.
        asks = leaders.verdicts().how != FOLDED
        asks[: population.before] = False
        self.unexamined = self.candidates(leaders.kept, asks).unexamined

    def _note(self, unsettled: int) -> None:
        if unsettled:
            what = f"{unsettled:,} paragraphs in crowds of near-copies might be decided otherwise after {TURNS} turns"
            self._events.note(f"{what}: a second run may remove more of them", important=True)

    def population(self, place: Ints) -> Population:
        """Return the paragraphs whose rows are at some places of the spool, in the order in which they stay."""
        return Population(self._spool, self._banding, place)

    def kinds(self, population: Population, later: Ints, earlier: Ints) -> NDArray[np.int16]:
        """Return of what kind that is which is new in pairs that do not cover."""
        return self._verified(later, earlier, population, sieve=False).kind if len(later) else np.zeros(0, np.int16)

    def candidates(self, kept: Flags, asks: Flags) -> Candidates:
        """Return the pairs of some paragraphs with those that are kept before them; see `dedup.candidates.buckets`."""
        flags = np.where(kept, KEPT, 0) | np.where(asks, ASKS, 0)
        self._spool.keep("flags", flags.astype(np.uint8))
        return candidates(self._bucketed(len(flags)), len(flags))

    def beside(self, changed: Flags) -> Flags:
        """Return which paragraphs have changed, or share a bucket with one that has."""
        self._spool.keep("flags", np.where(changed, KEPT, ASKS).astype(np.uint8))
        work = partial(band_members, os.fspath(self._spool.directory), self._slices)
        found = changed.copy()
        for _, members in self._shared(len(changed)).map(work, range(self._banding.bands)):
            found[members] = True
        return found

    def _shared(self, number: int) -> WorkerPool:
        """Return the processes that look through bands of so many paragraphs: this one, where there is little to do."""
        least = _WORTH_SHARING if self._pool.started else _WORTH_STARTING
        return self._pool if number > least else WorkerPool(1)

    def _bucketed(self, number: int) -> Iterator[Bucketed]:
        """Yield what each band says about so many paragraphs."""
        work = partial(bucket_bands, self._settings, os.fspath(self._spool.directory), self._slices)
        held = 0
        unnamed: list[Fault] = []
        for band, (result, faults) in self._shared(number).map(work, range(self._banding.bands)):
            unnamed += faults
            self._events.progress(band, self._banding.bands, "candidates", "bands")
            held += len(result.pairs)
            if held <= _PAIRS_HELD or not len(result.pairs):
                yield result
                continue
            self._spool.keep(f"pairs-{band}", result.pairs)
            yield result._replace(pairs=load_array(os.fspath(self._spool.directory), f"pairs-{band}"))
        self.unnamed = max(self.unnamed, unnamed, key=len)

    def _verified(self, later: Ints, earlier: Ints, population: Population, *, sieve: bool = True) -> Verdicts:
        texts, letters = (os.fspath(self._spool.path(name)) for name in ("texts", "letters"))
        task = partial(verify_pairs, self._settings, texts, letters, sieve=sieve)
        found: list[Verdicts] = []
        done = 0
        for pairs, (verdicts, faults) in self._pool.map(task, self._tasks(later, earlier, population)):
            found.append(verdicts)
            self.faults += [
                PairFault(int(later[done + one.place]), int(earlier[done + one.place]), one.fault) for one in faults
            ]
            done += len(pairs.later)
        return Verdicts(*(np.concatenate(arrays) for arrays in zip(*found, strict=True)))

    def _tasks(self, later: Ints, earlier: Ints, population: Population) -> Iterator[PairSlice]:
        start = 0
        while start < len(later):
            stop = start + _share(len(later) - start, self._pool.started)
            both = np.stack((later[start:stop], earlier[start:stop]))
            needed, index = np.unique(both, return_inverse=True)
            index = index.reshape(both.shape)
            yield PairSlice(population.rows(needed), index[0], index[1])
            start = stop


class _Named:
    """The candidates that bands name: of all paragraphs at first, and then of those for which something has changed.

    Args:
        clustering: looks through the bands.
        fixed: the first so many have no candidates.
        without: see `Clustering.cluster`.
    """

    def __init__(self, clustering: Clustering, fixed: int, without: Flags) -> None:
        self._clustering = clustering
        self._fixed = fixed
        self._without = without
        self._pairs = np.empty(0, np.int64), np.empty(0, np.int64)

    def after(self, kept: Flags, changed: Flags) -> tuple[Ints, Ints]:
        """Return the candidates among those that are kept, given which have changed since the last time."""
        asks = changed.copy() if changed.all() else self._clustering.beside(changed)
        asks[: self._fixed] = False
        found = self._clustering.candidates(kept, asks)
        others = ~asks[self._pairs[0]]
        parts = [(self._pairs[0][others], self._pairs[1][others]), (found.later, found.earlier)]
        if self._without.any():
            more = self._clustering.candidates(kept & ~self._without, asks & ~self._without)
            parts.append((more.later, more.earlier))
        self._pairs = _joined(*parts)
        return self._pairs


def _joined(*parts: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    later, earlier = (np.concatenate([part[side] for part in parts]) for side in (0, 1))
    return later, earlier


def _share(left: int, workers: int) -> int:
    """Return how many of the pairs that are left make the next task, for so many workers; 0: none are there."""
    if not workers:
        return _MOST_PAIRS
    return min(max(left // (2 * workers), _FEWEST_PAIRS), _MOST_PAIRS)
