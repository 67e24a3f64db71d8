"""Who stays and who goes, once candidate pairs are known: each paragraph is held against those that stay before it.

Paragraphs are numbered in the order in which they stay (the first one, or the richest one, first). One goes if a
paragraph before it, which stays, covers it, and the two were compared directly. Where a candidate goes itself, what it
goes for takes its place. The order in which pairs are compared is fixed, so that the outcome does not depend on who
compares them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.corpus.verify import NOT, Verdicts

if TYPE_CHECKING:
    from numpy.typing import NDArray

OPEN, STAYS, GOES = 0, 1, 2
_UNKNOWN = -1
_LOW = np.uint64(0xFFFFFFFF)
_FIRST_TRIES = 1
_MOST_TRIES = 64


class Leaders:
    """Decides in rounds: `ask` names pairs, `answer` takes the verdicts, until `ask` names none.

    Args:
        number: of paragraphs.
        fixed: the first so many stay whatever they say (references).

    Attributes:
        status: `OPEN`, `STAYS` or `GOES` of each paragraph; int8.
        witness: the one that each goes for, or -1; int32.
        pair: index of the verdict on that pair, or -1; int64.
        compared: pairs that were asked about.
    """

    def __init__(self, number: int, fixed: int = 0) -> None:
        self._number = number
        self._fixed = fixed
        self._pairs = np.empty(0, np.uint64)
        self._known = np.empty(0, np.uint64)
        """The same pairs, sorted, and the place of each."""
        self._order = np.empty(0, np.int64)
        self._rank = np.empty(0, np.int64)
        self._later = self._earlier = np.empty(0, np.int64)
        self._how = np.empty(0, np.int8)
        self._similarity = np.empty(0, np.float32)
        self._coverage = np.empty(0, np.float32)
        self._kind = np.empty(0, np.int16)
        self._asked = np.empty(0, np.int64)
        self._tries = _FIRST_TRIES
        self.compared = 0
        self._restart()

    def _restart(self) -> None:
        self.status = np.zeros(self._number, np.int8)
        self.status[: self._fixed] = STAYS
        self.witness = np.full(self._number, -1, np.int32)
        self.pair = np.full(self._number, -1, np.int64)

    def add(self, later: NDArray[np.int64], earlier: NDArray[np.int64]) -> int:
        """Take candidate pairs in, best ones of each later paragraph first; return how many are new."""
        added = self._insert(_packed(later, earlier))
        if added:
            self._restart()
            self._tries = _FIRST_TRIES
        return added

    def _insert(self, pairs: NDArray[np.uint64]) -> int:
        pairs = pairs[(pairs >> np.uint64(32)) >= self._fixed]
        if not len(pairs):
            return 0
        pairs = pairs[self._found(pairs) < 0]
        _, first = np.unique(pairs, return_index=True)
        pairs = pairs[np.sort(first)]
        if not len(pairs):
            return 0
        begin = int(self._rank.max()) + 1 if len(self._rank) else 0
        every = np.concatenate((self._pairs, pairs))
        rank = np.concatenate((self._rank, begin + np.arange(len(pairs))))
        order = np.lexsort((rank, every >> np.uint64(32)))
        blank = np.zeros(len(pairs), np.float32)
        self._how = np.concatenate((self._how, np.full(len(pairs), _UNKNOWN, np.int8)))[order]
        self._similarity = np.concatenate((self._similarity, blank))[order]
        self._coverage = np.concatenate((self._coverage, blank))[order]
        self._kind = np.concatenate((self._kind, np.zeros(len(pairs), np.int16)))[order]
        self._pairs, self._rank = every[order], rank[order]
        self._order = np.argsort(self._pairs)
        self._known = self._pairs[self._order]
        self._later = (self._pairs >> np.uint64(32)).astype(np.int64)
        self._earlier = (self._pairs & _LOW).astype(np.int64)
        return len(pairs)

    def ask(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pairs to be compared next, as later and earlier ones; none when all is decided."""
        none = np.empty(0, np.int64)
        if not len(self._pairs):
            self.status[self.status == OPEN] = STAYS
            return none, none
        while True:
            self._propagate()
            if self._replace():
                continue
            ahead = self._ahead()
            unknown = self._undecided() & (self._how == _UNKNOWN)
            if not unknown.any():
                # Nobody who waits, waits for ever: the first of them waits for somebody who is decided.
                return none, none
            self._asked = np.union1d(self._chosen(unknown), ahead)
            self.compared += len(self._asked)
            self._tries = min(2 * self._tries, _MOST_TRIES)
            return self._later[self._asked], self._earlier[self._asked]

    def answer(self, verdicts: Verdicts) -> None:
        """Take the verdicts on the pairs last asked about."""
        self._how[self._asked] = verdicts.how
        self._similarity[self._asked] = verdicts.similarity
        self._coverage[self._asked] = verdicts.coverage
        self._kind[self._asked] = verdicts.kind

    def verdict(self, going: NDArray[np.signedinteger[Any]]) -> Verdicts:
        """Return how, how similarly and how far some paragraphs that go are covered by their witnesses."""
        return self._verdicts(self.pair[going])

    def _verdicts(self, at: NDArray[np.int64]) -> Verdicts:
        return Verdicts(self._how[at], self._similarity[at], self._coverage[at], self._kind[at])

    def apart(
        self, stays: NDArray[np.bool_], threshold: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], Verdicts]:
        """Return those who stay beside somebody who is that similar and stays, too: each with the most similar one.

        Args:
            stays: who stays in the end.
            threshold: how similar two must be.

        Returns:
            The later ones, ascending; for each the earlier one; and the verdicts on these pairs.
        """
        at = np.flatnonzero((self._how == NOT) & (self._similarity >= threshold))
        at = at[stays[self._later[at]] & stays[self._earlier[at]]] if len(at) else at
        order = np.lexsort((self._rank[at], -self._similarity[at]))
        _, first = np.unique(self._later[at[order]], return_index=True)
        best = at[order[first]]
        return self._later[best], self._earlier[best], self._verdicts(best)

    def _undecided(self) -> NDArray[np.bool_]:
        """Tell which pairs may still decide somebody: the later one open, the earlier one not gone."""
        live: NDArray[np.bool_] = (self.status[self._later] == OPEN) & (self.status[self._earlier] != GOES)
        live &= self._how != NOT
        return live

    def _propagate(self) -> None:
        """Decide whoever can be decided by what is known."""
        while True:
            live = self._undecided()
            covering = live & (self._how > NOT) & (self.status[self._earlier] == STAYS)
            at = np.flatnonzero(covering)
            going, first = np.unique(self._later[at], return_index=True)
            self.status[going] = GOES
            self.pair[going] = at[first]
            self.witness[going] = self._earlier[at[first]]
            waiting = np.zeros(self._number, bool)
            waiting[self._later[self._undecided()]] = True
            waiting[self._later[self._pending()]] = True
            staying = (self.status == OPEN) & ~waiting
            self.status[staying] = STAYS
            if not len(going) and not staying.any():
                return

    def _pending(self) -> NDArray[np.int64]:
        """Return the pairs whose earlier one has gone for another, with which the later one is not compared yet."""
        gone = (self.status[self._later] == OPEN) & (self.status[self._earlier] == GOES) & (self._how != NOT)
        at = np.flatnonzero(gone)
        missing: NDArray[np.int64] = at[self._found(self._through(at)) < 0]
        return missing

    def _through(self, at: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Return the pairs of the later ones with what the earlier ones go for."""
        return _packed(self._later[at], self.witness[self._earlier[at]])

    def _replace(self) -> int:
        """Pair whoever's candidate has gone with what that one goes for; return how many pairs are new."""
        at = self._pending()
        return self._renumbered(self._through(at)) if len(at) else 0

    def _renumbered(self, pairs: NDArray[np.uint64]) -> int:
        """Insert pairs, and keep what refers to pairs by their place right."""
        held = np.flatnonzero(self.pair >= 0)
        wanted = self._pairs[self.pair[held]]
        added = self._insert(pairs)
        if added:
            self.pair[held] = self._found(wanted)
        return added

    def _ahead(self) -> NDArray[np.int64]:
        """Return pairs of those who wait with what those they wait for will go for, as far as that can be foreseen.

        A covers B, B covers C, C covers D: else D would be compared with A only when it is known that C has gone.
        """
        at = np.flatnonzero((self.status[self._later] == OPEN) & (self._how > NOT))
        target = self._earlier[at]
        gone = self.status[target] == GOES
        target[gone] = self.witness[target[gone]]
        place = self._found(_packed(self._later[at], target))
        hopeful = (place < 0) | (self._how[place] != NOT)
        waiting, first = np.unique(self._later[at[hopeful]], return_index=True)
        root = np.arange(self._number)
        root[waiting] = target[hopeful][first]
        nearest = root[waiting]
        while True:
            further = root[root[waiting]]
            if np.array_equal(further, root[waiting]):
                break
            root[waiting] = further
        beyond = root[waiting] != nearest
        pairs = _packed(waiting[beyond], root[waiting[beyond]])
        if not len(pairs):
            return np.empty(0, np.int64)
        self._renumbered(pairs)
        place = self._found(pairs)
        foreseen: NDArray[np.int64] = place[self._how[place] == _UNKNOWN]
        return foreseen

    def _found(self, pairs: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the place of each pair, or -1 where it is not known."""
        if not len(self._pairs):
            return np.full(len(pairs), -1, np.int64)
        place = np.minimum(np.searchsorted(self._known, pairs), len(self._known) - 1)
        found: NDArray[np.int64] = np.where(self._known[place] == pairs, self._order[place], -1)
        return found

    def _chosen(self, unknown: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the next pairs of everybody who has no witness in prospect."""
        hopeful = np.zeros(self._number, bool)
        live = self._undecided()
        hopeful[self._later[live & (self._how > NOT)]] = True
        wanted = np.flatnonzero(unknown & ~hopeful[self._later])
        later = self._later[wanted]
        return wanted[np.arange(len(later)) - np.searchsorted(later, later) < self._tries]


def _packed(later: NDArray[np.signedinteger[Any]], earlier: NDArray[np.signedinteger[Any]]) -> NDArray[np.uint64]:
    """Return pairs as one number each, in whose order those of one later paragraph stand together."""
    pairs: NDArray[np.uint64] = (later.astype(np.uint64) << np.uint64(32)) | earlier.astype(np.uint64)
    return pairs
