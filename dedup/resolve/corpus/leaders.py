"""Leader clustering: each paragraph is compared with the ones kept before it, given the candidate pairs.

Paragraphs are numbered in the order of preference (the first one, or the richest one, first). The result is defined by
the candidates of each paragraph alone, in their order:

    for each paragraph:
        for each candidate, in order:
            representative = candidate if it is kept, else its witness
            if representative covers the paragraph:
                remove the paragraph; its witness is the representative
                break

The two are always compared directly. Pairs are compared in batches, in any order, and possibly in vain: none of this
changes the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.verdict.batch.verify import NOT, Verdicts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.text.arrays import Flags, Ints


OPEN, STAYS, GOES = 0, 1, 2
_UNKNOWN = -1
_LOW = np.uint64(0xFFFFFFFF)
_FIRST_TRIES = 1
_MOST_TRIES = 64


class Leaders:
    """Leader clustering in rounds: compare the `next_pairs`, `record` the verdicts, until there are no more pairs.

    Args:
        number: number of paragraphs.
        fixed: the first so many are kept in any case (references).

    Attributes:
        status: `OPEN`, `STAYS` or `GOES` for each paragraph; int8.
        witness: the paragraph that covers each removed one, or -1; int32.
        compared: number of pairs requested.
    """

    def __init__(self, number: int, fixed: int = 0) -> None:
        self._number = number
        self._fixed = fixed
        self._candidates = _PairTable()
        """The candidate pairs, those of one paragraph together and in order."""
        self._extra = _PairTable()
        """Pairs of paragraphs with the witnesses, or the likely witnesses, of their candidates."""
        self._requested = np.empty(0, np.uint64)
        self._tries = _FIRST_TRIES
        self.compared = 0
        self._restart()

    @property
    def candidate_count(self) -> int:
        """Number of candidate pairs added."""
        return len(self._candidates.pairs)

    def _restart(self) -> None:
        self.status = np.zeros(self._number, np.int8)
        self.status[: self._fixed] = STAYS
        self.witness = np.full(self._number, -1, np.int32)
        self._pending = np.arange(len(self._candidates.pairs))
        self._tries = _FIRST_TRIES

    def add(self, later: NDArray[np.signedinteger[Any]], earlier: NDArray[np.signedinteger[Any]]) -> int:
        """Add candidate pairs, the best ones of each later paragraph first; return how many are new.

        Those added before come first. If any are new, clustering starts again, with all verdicts known.
        """
        pairs = pack(later, earlier)
        pairs = pairs[(pairs >> np.uint64(32)) >= self._fixed]
        pairs = pairs[self._candidates.find(pairs) < 0]
        _, first = np.unique(pairs, return_index=True)
        pairs = pairs[np.sort(first)]
        if not len(pairs):
            return 0
        merged = np.concatenate((self._candidates.pairs, pairs))
        order = np.argsort(merged >> np.uint64(32), kind="stable")
        self._candidates = self._candidates.select(merged[order], self._extra)
        self._restart()
        return len(pairs)

    def add_verdicts(self, later: Ints, earlier: Ints, verdicts: Verdicts) -> None:
        """Add verdicts, whether requested or not; those on pairs that are not needed do no harm."""
        pairs = pack(later, earlier)
        row = self._candidates.find(pairs)
        is_candidate = row >= 0
        self._candidates.store(row[is_candidate], verdicts.some(is_candidate))
        others = pairs[~is_candidate]
        self._extra = self._extra.select(_union(self._extra.pairs, others))
        self._extra.store(self._extra.find(others), verdicts.some(~is_candidate))

    def known(self) -> tuple[Ints, Ints, Verdicts]:
        """Return all pairs on which there are verdicts, as later and earlier paragraphs, and these."""
        parts = []
        for table in (self._candidates, self._extra):
            rows = np.flatnonzero(table.how != _UNKNOWN)
            parts.append((table.pairs[rows], *table.verdicts(rows)))
        pairs, *verdicts = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        return *unpack(pairs), Verdicts(*verdicts)

    def next_pairs(self) -> tuple[Ints, Ints]:
        """Return the pairs to compare next, as later and earlier paragraphs; none when all are decided."""
        self._propagate()
        untried = self._candidates.pairs[self._untried_candidates()]
        # Progress is guaranteed: the first undecided paragraph depends only on decided ones.
        self._requested = _union(untried, self._transitive_pairs())
        self.compared += len(self._requested)
        self._tries = min(2 * self._tries, _MOST_TRIES)
        return unpack(self._requested)

    def record(self, verdicts: Verdicts) -> None:
        """Add the verdicts on the pairs last requested."""
        self.add_verdicts(*unpack(self._requested), verdicts)

    def keep_undecided(self) -> bool:
        """Keep all undecided paragraphs, and return False: nothing is left to compare."""
        self.status[self.status == OPEN] = STAYS
        return False

    def verdict(self, going: NDArray[np.signedinteger[Any]]) -> Verdicts:
        """Return the verdicts on removed paragraphs and their witnesses."""
        # One paragraph may be asked for many times: look each pair up once.
        removed = np.flatnonzero(np.bincount(going, minlength=1))
        table = _PairTable(pack(removed, self.witness[removed]))
        for source in (self._extra, self._candidates):
            row = source.find(table.pairs)
            present = np.flatnonzero(row >= 0)
            table.store(present, source.verdicts(row[present]))
        place = np.empty(self._number, np.int64)
        place[removed] = np.arange(len(removed))
        return table.verdicts(place[going])

    def near_kept_pairs(self, stays: Flags, threshold: float) -> tuple[Ints, Ints, Verdicts]:
        """Return the kept paragraphs that are similar to an earlier kept one, each with the most similar one.

        Args:
            stays: which paragraphs are kept in the end.
            threshold: minimum similarity.

        Returns:
            The later ones, ascending; for each the earlier one; and the verdicts on these pairs.
        """
        parts = []
        for table in (self._candidates, self._extra):
            row = np.flatnonzero((table.how == NOT) & (table.similarity >= threshold))
            later, earlier = unpack(table.pairs[row])
            row = row[stays[later] & stays[earlier]]
            parts.append((table.pairs[row], *table.verdicts(row)))
        pairs, *verdicts = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        later = (pairs >> np.uint64(32)).astype(np.int64)
        order = np.argsort(-verdicts[1], kind="stable")
        _, first = np.unique(later[order], return_index=True)
        best = order[first]
        return *unpack(pairs[best]), Verdicts(*(column[best] for column in verdicts))

    def _propagate(self) -> None:
        """Decide all paragraphs that the known verdicts decide; drop the pairs that can decide nothing more."""
        later, earlier = unpack(self._candidates.pairs[self._pending])
        while True:
            how, target = self._resolve(later, earlier, self._candidates.how[self._pending])
            possible = how != NOT
            if not possible.all():
                later, earlier, how, target = later[possible], earlier[possible], how[possible], target[possible]
                self._pending = self._pending[possible]
            starts = _group_starts(later)
            covered = starts[(how[starts] > NOT) & (self.status[target[starts]] == STAYS)]
            going = later[covered]
            self.status[going] = GOES
            self.witness[going] = target[covered]
            waiting = np.zeros(self._number, bool)
            waiting[later] = True
            staying = (self.status == OPEN) & ~waiting
            self.status[staying] = STAYS
            undecided = self.status[later] == OPEN
            if not undecided.all():
                later, earlier, self._pending = later[undecided], earlier[undecided], self._pending[undecided]
            if not len(going) and not staying.any():
                return

    def _resolve(self, later: Ints, earlier: Ints, how: NDArray[np.int8]) -> tuple[NDArray[np.int8], Ints]:
        """Resolve each candidate to its current representative; return match type and representative per pair."""
        rows = np.flatnonzero(how > NOT)
        rows = rows[self.status[earlier[rows]] == GOES]
        if not len(rows):
            return how, earlier
        how, target = how.copy(), earlier.copy()
        target[rows] = self.witness[earlier[rows]]
        how[rows] = self._lookup(pack(later[rows], target[rows]))
        return how, target

    def _lookup(self, pairs: NDArray[np.uint64]) -> NDArray[np.int8]:
        """Return the known match type of each pair, or `_UNKNOWN`."""
        how = np.full(len(pairs), _UNKNOWN, np.int8)
        for table in (self._extra, self._candidates):
            row = table.find(pairs)
            how[row >= 0] = table.how[row[row >= 0]]
        return how

    def _untried_candidates(self) -> Ints:
        """Return the next candidates, as rows, of all paragraphs without a prospective witness."""
        later = (self._candidates.pairs[self._pending] >> np.uint64(32)).astype(np.int64)
        unknown = self._candidates.how[self._pending] == _UNKNOWN
        starts = _group_starts(later)
        start = np.repeat(starts, np.diff(starts, append=len(later)))
        known = np.cumsum(~unknown)
        # Only those before the first one that covers: the others are requested if that one fails.
        before = unknown & (known == known[start]) & unknown[start]
        chosen: Ints = self._pending[before & (np.arange(len(later)) - start < self._tries)]
        return chosen

    def _transitive_pairs(self) -> NDArray[np.uint64]:
        """Return the unknown pairs of waiting paragraphs with the likely witnesses of their candidates.

        A covers B, B covers C, C covers D: else D would be compared with A only after C has been removed.
        """
        later, earlier = unpack(self._candidates.pairs[self._pending])
        starts = _group_starts(later)
        starts = starts[self._candidates.how[self._pending[starts]] > NOT]
        waiting, nearest = later[starts], earlier[starts]
        root = np.arange(self._number)
        gone = np.flatnonzero(self.status == GOES)
        root[gone] = self.witness[gone]
        root[waiting] = nearest
        while True:
            further = root[root[waiting]]
            if np.array_equal(further, root[waiting]):
                break
            root[waiting] = further
        pairs = pack(waiting, root[waiting])[root[waiting] != nearest]
        unknown: NDArray[np.uint64] = pairs[self._lookup(pairs) == _UNKNOWN]
        return unknown


class _PairTable:
    """A table of packed pairs and their verdicts (see `Verdicts`); `how` is unknown at first."""

    def __init__(self, pairs: NDArray[np.uint64] | None = None) -> None:
        self.pairs = np.empty(0, np.uint64) if pairs is None else pairs
        number = len(self.pairs)
        self.how = np.full(number, _UNKNOWN, np.int8)
        self.similarity, self._coverage = np.zeros(number, np.float32), np.zeros(number, np.float32)
        self._kind = np.zeros(number, np.int16)
        # Stable sort: fast, as only the pairs of one paragraph are out of order.
        self._order = np.argsort(self.pairs, kind="stable")
        self._sorted = self.pairs[self._order]

    def select(self, pairs: NDArray[np.uint64], other: _PairTable | None = None) -> _PairTable:
        """Return a table of these pairs, with the verdicts of this table, or else of another one."""
        if len(pairs) == len(self.pairs) and np.array_equal(pairs, self.pairs):
            return self
        table = _PairTable(pairs)
        for source in (other, self):
            if source is not None:
                row = table.find(source.pairs)
                present = np.flatnonzero(row >= 0)
                table.store(row[present], source.verdicts(present))
        return table

    def find(self, pairs: NDArray[np.uint64]) -> Ints:
        """Return the row of each pair, or -1."""
        if not len(self.pairs):
            return np.full(len(pairs), -1, np.int64)
        place = np.minimum(np.searchsorted(self._sorted, pairs), len(self._sorted) - 1)
        rows: Ints = np.where(self._sorted[place] == pairs, self._order[place], -1)
        return rows

    def store(self, rows: Ints, verdicts: Verdicts) -> None:
        """Store verdicts in some rows."""
        self.how[rows] = verdicts.how
        self.similarity[rows] = verdicts.similarity
        self._coverage[rows] = verdicts.coverage
        self._kind[rows] = verdicts.kind

    def verdicts(self, rows: Ints) -> Verdicts:
        """Return the verdicts in some rows."""
        return Verdicts(self.how[rows], self.similarity[rows], self._coverage[rows], self._kind[rows])


def _union(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return all pairs of two arrays, each once, ascending; both are sorted, or nearly so."""
    every = np.concatenate((one, other))
    every.sort(kind="stable")
    first = np.ones(len(every), bool)
    first[1:] = every[1:] != every[:-1]
    return every[first]


def _group_starts(later: Ints) -> Ints:
    """Return where those of each later paragraph begin."""
    begins = np.ones(len(later), bool)
    begins[1:] = later[1:] != later[:-1]
    return np.flatnonzero(begins)


def pack(later: NDArray[np.signedinteger[Any]], earlier: NDArray[np.signedinteger[Any]]) -> NDArray[np.uint64]:
    """Return pairs as one number each, in whose order those of one later paragraph stand together."""
    pairs: NDArray[np.uint64] = (later.astype(np.uint64) << np.uint64(32)) | earlier.astype(np.uint64)
    return pairs


def unpack(pairs: NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """Return the later and the earlier ones of packed pairs; int64."""
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & _LOW).astype(np.int64)
