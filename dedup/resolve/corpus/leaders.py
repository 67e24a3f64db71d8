"""Who stays and who goes, once candidate pairs are known: each paragraph is held against those that stay before it.

Paragraphs are numbered in the order in which they stay (the first one, or the richest one, first). What becomes of one
is defined by its candidates alone, in their order: it goes for the first candidate that stays and covers it. A
candidate that covers it but goes itself is replaced, at its place, by what that one goes for: the paragraph goes for
that, if it covers it, too; the two are compared directly. What is asked, when, and what is known besides makes no
difference: anybody who compares what this needs, in any order, comes to the same end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.verdict.batch.verify import NOT, Verdicts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Flags = NDArray[np.bool_]

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
        compared: pairs that were asked about.
    """

    def __init__(self, number: int, fixed: int = 0) -> None:
        self._number = number
        self._fixed = fixed
        self._listed = _Known()
        """The candidates, those of one paragraph together and in their order."""
        self._beside = _Known()
        """Pairs of paragraphs with what their candidates go for, or may be going for."""
        self._asked = np.empty(0, np.uint64)
        self._tries = _FIRST_TRIES
        self.compared = 0
        self._restart()

    @property
    def listed(self) -> int:
        """Number of candidate pairs that were taken in."""
        return len(self._listed.pairs)

    def _restart(self) -> None:
        self.status = np.zeros(self._number, np.int8)
        self.status[: self._fixed] = STAYS
        self.witness = np.full(self._number, -1, np.int32)
        self._live = np.arange(len(self._listed.pairs))
        self._tries = _FIRST_TRIES

    def add(self, later: NDArray[np.signedinteger[Any]], earlier: NDArray[np.signedinteger[Any]]) -> int:
        """Take candidate pairs in, best ones of each later paragraph first; return how many are new.

        Those that were taken in before come first. With new ones, everything is decided anew.
        """
        pairs = packed(later, earlier)
        pairs = pairs[(pairs >> np.uint64(32)) >= self._fixed]
        pairs = pairs[self._listed.places(pairs) < 0]
        _, first = np.unique(pairs, return_index=True)
        pairs = pairs[np.sort(first)]
        if not len(pairs):
            return 0
        every = np.concatenate((self._listed.pairs, pairs))
        order = np.argsort(every >> np.uint64(32), kind="stable")
        self._listed = self._listed.among(every[order], self._beside)
        self._restart()
        return len(pairs)

    def know(self, later: Places, earlier: Places, verdicts: Verdicts) -> None:
        """Take verdicts in that nobody asked for; those on pairs that are not needed do no harm."""
        pairs = packed(later, earlier)
        at = self._listed.places(pairs)
        self._listed.enter(at[at >= 0], _some(verdicts, at >= 0))
        others = pairs[at < 0]
        self._beside = self._beside.among(_together(self._beside.pairs, others))
        self._beside.enter(self._beside.places(others), _some(verdicts, at < 0))

    def ask(self) -> tuple[Places, Places]:
        """Return the pairs to be compared next, as later and earlier ones; none when all is decided."""
        self._propagate()
        wanted = self._listed.pairs[self._chosen()]
        ahead = self._ahead()
        # Nobody who waits, waits for ever: the first of them waits for somebody who is decided.
        self._asked = _together(wanted, ahead)
        self.compared += len(self._asked)
        self._tries = min(2 * self._tries, _MOST_TRIES)
        return unpacked(self._asked)

    def answer(self, verdicts: Verdicts) -> None:
        """Take the verdicts on the pairs last asked about."""
        self.know(*unpacked(self._asked), verdicts)

    def leave(self) -> bool:
        """Let all paragraphs stay that are not decided about, and return False: none is to be compared further."""
        self.status[self.status == OPEN] = STAYS
        return False

    def verdict(self, going: NDArray[np.signedinteger[Any]]) -> Verdicts:
        """Return how, how similarly and how far some paragraphs that go are covered by their witnesses."""
        # What many paragraphs go for stands among them many times: each pair is looked up once, by who goes.
        who = np.flatnonzero(np.bincount(going, minlength=1))
        known = _Known(packed(who, self.witness[who]))
        for source in (self._beside, self._listed):
            at = source.places(known.pairs)
            have = np.flatnonzero(at >= 0)
            known.enter(have, source.verdicts(at[have]))
        place = np.empty(self._number, np.int64)
        place[who] = np.arange(len(who))
        return known.verdicts(place[going])

    def apart(self, stays: Flags, threshold: float) -> tuple[Places, Places, Verdicts]:
        """Return those who stay beside somebody who is that similar and stays, too: each with the most similar one.

        Args:
            stays: who stays in the end.
            threshold: how similar two must be.

        Returns:
            The later ones, ascending; for each the earlier one; and the verdicts on these pairs.
        """
        found = []
        for known in (self._listed, self._beside):
            at = np.flatnonzero((known.how == NOT) & (known.similarity >= threshold))
            later, earlier = unpacked(known.pairs[at])
            at = at[stays[later] & stays[earlier]]
            found.append((known.pairs[at], *known.verdicts(at)))
        pairs, *verdicts = (np.concatenate(both) for both in zip(*found, strict=True))
        later = (pairs >> np.uint64(32)).astype(np.int64)
        order = np.argsort(-verdicts[1], kind="stable")
        _, first = np.unique(later[order], return_index=True)
        best = order[first]
        return *unpacked(pairs[best]), Verdicts(*(each[best] for each in verdicts))

    def _propagate(self) -> None:
        """Decide whoever can be decided by what is known; keep the pairs that may still decide somebody."""
        later, earlier = unpacked(self._listed.pairs[self._live])
        known = self._listed.how[self._live]
        while True:
            how, target = self._replaced(later, earlier, known)
            may = how != NOT
            if not may.all():
                self._live, later, earlier, known, how, target = (
                    each[may] for each in (self._live, later, earlier, known, how, target)
                )
            heads = _heads(later)
            sure = heads[(how[heads] > NOT) & (self.status[target[heads]] == STAYS)]
            going = later[sure]
            self.status[going] = GOES
            self.witness[going] = target[sure]
            waiting = np.zeros(self._number, bool)
            waiting[later] = True
            staying = (self.status == OPEN) & ~waiting
            self.status[staying] = STAYS
            undecided = self.status[later] == OPEN
            if not undecided.all():
                self._live, later, earlier, known = (each[undecided] for each in (self._live, later, earlier, known))
            if not len(going) and not staying.any():
                return

    def _replaced(self, later: Places, earlier: Places, how: NDArray[np.int8]) -> tuple[NDArray[np.int8], Places]:
        """Return how, and by whom, the later ones are covered, with whoever goes replaced by what he goes for."""
        at = np.flatnonzero(how > NOT)
        at = at[self.status[earlier[at]] == GOES]
        if not len(at):
            return how, earlier
        how, target = how.copy(), earlier.copy()
        target[at] = self.witness[earlier[at]]
        how[at] = self._known(packed(later[at], target[at]))
        return how, target

    def _known(self, pairs: NDArray[np.uint64]) -> NDArray[np.int8]:
        """Return what is known of how pairs cover."""
        listed, beside = self._listed.places(pairs), self._beside.places(pairs)
        found = np.full(len(pairs), _UNKNOWN, np.int8)
        found[beside >= 0] = self._beside.how[beside[beside >= 0]]
        found[listed >= 0] = self._listed.how[listed[listed >= 0]]
        return found

    def _chosen(self) -> Places:
        """Return the next candidates of everybody who has no witness in prospect."""
        later = (self._listed.pairs[self._live] >> np.uint64(32)).astype(np.int64)
        unknown = self._listed.how[self._live] == _UNKNOWN
        heads = _heads(later)
        head = np.repeat(heads, np.diff(heads, append=len(later)))
        known = np.cumsum(~unknown)
        # Only those before the first one that covers: the others are asked if that one fails.
        before = unknown & (known == known[head]) & unknown[head]
        chosen: Places = self._live[before & (np.arange(len(later)) - head < self._tries)]
        return chosen

    def _ahead(self) -> NDArray[np.uint64]:
        """Return the unknown pairs of those who wait with what those they wait for go for, as far as can be foreseen.

        A covers B, B covers C, C covers D: else D would be compared with A only when it is known that C has gone.
        """
        later, earlier = unpacked(self._listed.pairs[self._live])
        heads = _heads(later)
        heads = heads[self._listed.how[self._live[heads]] > NOT]
        waiting, nearest = later[heads], earlier[heads]
        root = np.arange(self._number)
        gone = np.flatnonzero(self.status == GOES)
        root[gone] = self.witness[gone]
        root[waiting] = nearest
        while True:
            further = root[root[waiting]]
            if np.array_equal(further, root[waiting]):
                break
            root[waiting] = further
        pairs = packed(waiting, root[waiting])[root[waiting] != nearest]
        foreseen: NDArray[np.uint64] = pairs[self._known(pairs) == _UNKNOWN]
        return foreseen


class _Known:
    """Pairs, and what is known of each: see `Verdicts`, with `how` unknown at first."""

    def __init__(self, pairs: NDArray[np.uint64] | None = None) -> None:
        self.pairs = np.empty(0, np.uint64) if pairs is None else pairs
        number = len(self.pairs)
        self.how = np.full(number, _UNKNOWN, np.int8)
        self.similarity, self._coverage = np.zeros(number, np.float32), np.zeros(number, np.float32)
        self._kind = np.zeros(number, np.int16)
        # Stable, as that is quick where only the pairs of one paragraph are out of order.
        self._order = np.argsort(self.pairs, kind="stable")
        self._sorted = self.pairs[self._order]

    def among(self, pairs: NDArray[np.uint64], other: _Known | None = None) -> _Known:
        """Return these pairs, with what is known of them here, or else there."""
        if len(pairs) == len(self.pairs) and np.array_equal(pairs, self.pairs):
            return self
        known = _Known(pairs)
        for source in (other, self):
            if source is not None:
                at = known.places(source.pairs)
                have = np.flatnonzero(at >= 0)
                known.enter(at[have], source.verdicts(have))
        return known

    def places(self, pairs: NDArray[np.uint64]) -> Places:
        """Return the place of each of some pairs, or -1."""
        if not len(self.pairs):
            return np.full(len(pairs), -1, np.int64)
        place = np.minimum(np.searchsorted(self._sorted, pairs), len(self._sorted) - 1)
        found: Places = np.where(self._sorted[place] == pairs, self._order[place], -1)
        return found

    def enter(self, at: Places, verdicts: Verdicts) -> None:
        """Enter verdicts at some places."""
        self.how[at] = verdicts.how
        self.similarity[at] = verdicts.similarity
        self._coverage[at] = verdicts.coverage
        self._kind[at] = verdicts.kind

    def verdicts(self, at: Places) -> Verdicts:
        """Return what is known at some places."""
        return Verdicts(self.how[at], self.similarity[at], self._coverage[at], self._kind[at])


def _some(verdicts: Verdicts, at: Flags) -> Verdicts:
    return Verdicts(verdicts.how[at], verdicts.similarity[at], verdicts.coverage[at], verdicts.kind[at])


def _together(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return all pairs of two arrays, each once, ascending; both are sorted, or nearly so."""
    every = np.concatenate((one, other))
    every.sort(kind="stable")
    first = np.ones(len(every), bool)
    first[1:] = every[1:] != every[:-1]
    return every[first]


def _heads(later: Places) -> Places:
    """Return where those of each later paragraph begin."""
    begins = np.ones(len(later), bool)
    begins[1:] = later[1:] != later[:-1]
    return np.flatnonzero(begins)


def packed(later: NDArray[np.signedinteger[Any]], earlier: NDArray[np.signedinteger[Any]]) -> NDArray[np.uint64]:
    """Return pairs as one number each, in whose order those of one later paragraph stand together."""
    pairs: NDArray[np.uint64] = (later.astype(np.uint64) << np.uint64(32)) | earlier.astype(np.uint64)
    return pairs


def unpacked(pairs: NDArray[np.uint64]) -> tuple[Places, Places]:
    """Return the later and the earlier ones of packed pairs; int64."""
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & _LOW).astype(np.int64)
