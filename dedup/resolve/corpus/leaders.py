"""Leader clustering: each paragraph is compared with some of those kept before it.

Paragraphs are numbered in the order of preference (the first one, or the richest one, first). Given the candidates of
each paragraph, the result is:

    for each paragraph:
        for each candidate, in order:
            if candidate is kept and covers the paragraph:
                remove the paragraph; its witness is the candidate
                break

Which candidates a paragraph has depends in turn on which of those before it are kept. So the result is searched for
from a guess: candidates are found, paragraphs are decided, and so on until what is kept is what the candidates were
found among. There is exactly one such result, as each paragraph depends on those before it only: the order of
comparisons, comparisons in vain and the guess make no difference, and neither does what comes after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.verdict.batch.verify import NOT, Verdicts

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from dedup.text.arrays import Flags, Ints

OPEN, STAYS, GOES = 0, 1, 2
_UNKNOWN = -1
_LOW = np.uint64(0xFFFFFFFF)
TURNS = 64
"""Turns after which the search ends, settled or not: it takes three or four on text that was not made for trouble."""
_FIRST_TRIES = 1
_MOST_TRIES = 64


class Leaders:
    """Leader clustering in rounds: compare the `next_pairs`, `record` the verdicts, until there are no more pairs.

    Args:
        number: number of paragraphs.
        fixed: the first so many are kept in any case (references).

    Attributes:
        fixed: the first so many are kept in any case.
        status: `OPEN`, `STAYS` or `GOES` for each paragraph; int8.
        witness: the paragraph that covers each removed one, or -1; int32.
        compared: number of pairs requested.
    """

    def __init__(self, number: int, fixed: int = 0) -> None:
        self._number = number
        self.fixed = fixed
        self._candidates = _PairTable()
        """The candidate pairs, those of one paragraph together and in order."""
        self._known = _PairTable()
        """Pairs that were candidates before."""
        self._requested = np.empty(0, np.int64)
        self.compared = 0
        self._restart()

    @property
    def kept(self) -> Flags:
        """Which paragraphs are kept as far as is decided."""
        found: Flags = self.status != GOES
        return found

    def _restart(self) -> None:
        self.status = np.zeros(self._number, np.int8)
        self.status[: self.fixed] = STAYS
        self.witness = np.full(self._number, -1, np.int32)
        self._pending = np.arange(len(self._candidates.pairs))
        self._tries = _FIRST_TRIES

    def set_candidates(self, later: NDArray[np.signedinteger[Any]], earlier: NDArray[np.signedinteger[Any]]) -> None:
        """Begin anew with other candidates, the best ones of each later paragraph first; verdicts are remembered."""
        pairs = pack(later, earlier)
        pairs = pairs[(pairs >> np.uint64(32)) >= self.fixed]
        _, first = np.unique(pairs, return_index=True)
        pairs = pairs[np.sort(first)]
        pairs = pairs[np.argsort(pairs >> np.uint64(32), kind="stable")]
        self._known = self._candidates.compared().joined(self._known)
        self._candidates = _PairTable(pairs)
        self._candidates.fill(self._known)
        self._restart()

    def next_pairs(self) -> tuple[Ints, Ints]:
        """Return the pairs to compare next, as later and earlier paragraphs; none when all are decided."""
        self._propagate()
        # Progress is guaranteed: the first undecided paragraph depends only on decided ones.
        self._requested = self._untried_candidates()
        self.compared += len(self._requested)
        self._tries = min(2 * self._tries, _MOST_TRIES)
        return unpack(self._candidates.pairs[self._requested])

    def record(self, verdicts: Verdicts) -> None:
        """Add the verdicts on the pairs last requested."""
        self._candidates.store(self._requested, verdicts)

    def keep_undecided(self) -> None:
        """Keep all undecided paragraphs."""
        self.status[self.status == OPEN] = STAYS

    def verdicts(self) -> Verdicts:
        """Return the verdict on each removed paragraph and its witness; zeros for the others."""
        removed = np.flatnonzero(self.status == GOES)
        found = self._candidates.verdicts(self._candidates.find(pack(removed, self.witness[removed])))
        out = _PairTable(np.zeros(self._number, np.uint64))
        out.how[:] = NOT
        out.store(removed, found)
        return out.verdicts(np.arange(self._number))

    def candidates_of(self, paragraph: int) -> tuple[Ints, Verdicts]:
        """Return the candidates of a paragraph, best first, and the verdicts on them: below 0 where none was needed."""
        rows = np.flatnonzero((self._candidates.pairs >> np.uint64(32)) == paragraph)
        return unpack(self._candidates.pairs[rows])[1], self._candidates.verdicts(rows)

    def near_kept_pairs(self, stays: Flags, threshold: float) -> tuple[Ints, Ints, Verdicts]:
        """Return the kept paragraphs that are similar to an earlier kept one, each with the most similar one.

        Args:
            stays: which paragraphs are kept in the end.
            threshold: minimum similarity.

        Returns:
            The later ones, ascending; for each the earlier one; and the verdicts on these pairs.
        """
        table = self._candidates
        row = np.flatnonzero((table.how == NOT) & (table.similarity >= threshold))
        later, earlier = unpack(table.pairs[row])
        row = row[stays[later] & stays[earlier]]
        later = (table.pairs[row] >> np.uint64(32)).astype(np.int64)
        order = np.argsort(-table.similarity[row], kind="stable")
        _, first = np.unique(later[order], return_index=True)
        best = row[order[first]]
        return *unpack(table.pairs[best]), table.verdicts(best)

    def _propagate(self) -> None:
        """Decide all paragraphs that the known verdicts decide; drop the pairs that can decide nothing more."""
        later, earlier = unpack(self._candidates.pairs[self._pending])
        while True:
            how = self._candidates.how[self._pending]
            possible = (how != NOT) & (self.status[earlier] != GOES)
            if not possible.all():
                later, earlier, how = later[possible], earlier[possible], how[possible]
                self._pending = self._pending[possible]
            starts = _group_starts(later)
            covered = starts[(how[starts] > NOT) & (self.status[earlier[starts]] == STAYS)]
            going = later[covered]
            self.status[going] = GOES
            self.witness[going] = earlier[covered]
            waiting = np.zeros(self._number, bool)
            waiting[later] = True
            staying = (self.status == OPEN) & ~waiting
            self.status[staying] = STAYS
            undecided = self.status[later] == OPEN
            if not undecided.all():
                later, earlier, self._pending = later[undecided], earlier[undecided], self._pending[undecided]
            if not len(going) and not staying.any():
                return

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


def find_kept(
    leaders: Leaders,
    guess: Flags,
    candidates: Callable[[Flags, Flags], tuple[Ints, Ints]],
    compare: Callable[[Ints, Ints], Verdicts],
) -> int:
    """Decide which paragraphs are kept, where what is kept decides which candidates there are.

    Args:
        leaders: decides, given candidates and verdicts.
        guess: which may be kept; whatever it says, the result is the same.
        candidates: returns the candidates of all paragraphs if these are kept, as later and earlier ones, the best ones
            of each later one first. Also given: which are kept now and were not the last time, or the other way round;
            the first time, all.
        compare: returns the verdicts on pairs of a later and an earlier one.

    Returns:
        How many might still be decided otherwise after `TURNS`, as in a crowd in which each has a witness among the
        last ones only. Each that goes has been compared with one that is kept all the same.
    """
    changed = np.ones(len(guess), bool)
    for _ in range(TURNS):
        if not changed.any():
            break
        leaders.set_candidates(*candidates(guess, changed))
        while len((pairs := leaders.next_pairs())[0]):
            leaders.record(compare(*pairs))
        changed = leaders.kept ^ guess
        guess = leaders.kept
    return int(np.count_nonzero(changed))


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

    def compared(self) -> _PairTable:
        """Return the pairs with a verdict."""
        rows = np.flatnonzero(self.how != _UNKNOWN)
        table = _PairTable(self.pairs[rows])
        table.store(np.arange(len(rows)), self.verdicts(rows))
        return table

    def joined(self, other: _PairTable) -> _PairTable:
        """Return the pairs of both."""
        if not len(other.pairs):
            return self
        more = np.flatnonzero(self.find(other.pairs) < 0)
        table = _PairTable(np.concatenate((self.pairs, other.pairs[more])))
        rows = np.arange(len(table.pairs))
        table.store(rows[: len(self.pairs)], self.verdicts(rows[: len(self.pairs)]))
        table.store(rows[len(self.pairs) :], other.verdicts(more))
        return table

    def fill(self, other: _PairTable) -> None:
        """Take the verdicts that another table has."""
        found = other.find(self.pairs)
        present = np.flatnonzero(found >= 0)
        self.store(present, other.verdicts(found[present]))

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
