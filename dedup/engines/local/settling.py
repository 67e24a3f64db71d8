"""Judging all removals of a corpus where they stand, round by round, until another run would remove nothing more.

What stays for its neighbours was counted as gone when the others were decided about. So all is decided again on what is
left: in the numbers of the spool, with all verdicts that are known. Only documents in which another run would ask for
other paragraphs than it was expected to are judged again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.engines.removal.rounds import COMPARED, ROUNDS, documents_of, keep_unsettled, number_blocks_on
from dedup.resolve.corpus.removals import BOILERPLATE, GOES, HELD, RETAINED, UNJUDGED
from dedup.text.arrays import distinct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from dedup.engines.removal.settle import Settled


def settled_removals(
    removals: NDArray[np.void],
    begins: NDArray[np.int64],
    judge: Callable[[NDArray[np.void]], Iterable[Settled]],
    decide_again: Callable[[NDArray[np.int64]], NDArray[np.void]],
    set_aside: Callable[[NDArray[np.void]], Callable[[], NDArray[np.void]]],
    *,
    least: int = 0,
    retained: Callable[[NDArray[np.void]], None] | None = None,
) -> NDArray[np.void]:
    """Return the removals of a corpus with what became of each, and those of further rounds; none that are retained.

    Args:
        removals: in order; see `dedup.resolve.corpus.removals.removal_type`.
        begins: number of the first paragraph of each document, and the number of paragraphs; int64.
        judge: returns what became of all removals, task by task, in order; what is known of one stays as it is.
        decide_again: returns what another run would remove, were these paragraphs gone.
        set_aside: puts removals where they take no memory while this is found out; what it returns brings them back.
        least: rounds in which what was decided before about other documents changes what may go from these.
        retained: is given those that are retained; None: they are not needed.
    """
    before = 0
    asked = np.ones(len(removals), bool)
    held = np.empty(0, np.int64)
    for turn in range(ROUNDS):
        fresh = removals["state"] == UNJUDGED
        found = list(judge(removals))
        removals["state"] = np.concatenate([removals["state"][:0], *(one.states for one in found)])
        asked = np.where(fresh, np.concatenate([asked[:0], *(one.asked for one in found)]), asked)
        goes = removals["state"] == GOES
        removals["round"][fresh & goes] = turn + 1
        keep_unsettled(removals, held, begins)
        follow_witnesses(removals)
        held = distinct(np.append(held, removals["paragraph"][removals["state"] == HELD].astype(np.int64)))
        gone = removals["paragraph"][goes].astype(np.int64)
        if turn + 1 == ROUNDS or (turn and len(gone) == before and turn >= least):
            break  # what another run would remove is known
        before = len(gone)
        expected = removals[asked & ~goes]
        bring_back = set_aside(removals)
        del removals
        wanted = decide_again(gone)
        again = _to_judge_again(expected, wanted, begins)
        removals = bring_back()
        if not again.any() and turn + 1 >= least:
            break
        removals, asked = _with_wanted(removals, asked, wanted, (begins, again))
    if retained is not None:
        retained(removals[removals["state"] == RETAINED])
    told: NDArray[np.void] = removals[removals["state"] != RETAINED]
    return told


def _for_others(removals: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return which removals go for a witness."""
    found: NDArray[np.bool_] = (removals["state"] == GOES) & (removals["reason"] != BOILERPLATE)
    return found


def follow_witnesses(removals: NDArray[np.void]) -> None:
    """Have removals name a witness that stays in place of one that has gone later for the same bytes elsewhere."""
    going = np.flatnonzero(_for_others(removals))
    gone = removals["paragraph"][going]
    while len(gone):
        place = np.searchsorted(gone, removals["witness"])
        place[place == len(gone)] = 0
        passed = (gone[place] == removals["witness"]) & (removals["reason"] != BOILERPLATE)
        if not passed.any():
            return
        for name in ("witness", "source"):
            removals[name][passed] = removals[name][going[place[passed]]]


def _to_judge_again(
    expected: NDArray[np.void], wanted: NDArray[np.void], begins: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which documents have to be judged again: another run would ask for others than was expected."""
    place = np.searchsorted(expected["paragraph"], wanted["paragraph"])
    place[place == len(expected)] = 0
    same = np.full(len(wanted), len(expected) > 0)
    if len(expected):
        for name in COMPARED:
            same &= expected[name][place] == wanted[name]
    missing = np.ones(len(expected), bool)
    missing[place[same]] = False
    again = np.zeros(len(begins) - 1, bool)
    for rows in (wanted[~same], expected[missing]):
        again[documents_of(rows, begins)] = True
    return again


def _with_wanted(
    removals: NDArray[np.void],
    asked: NDArray[np.bool_],
    wanted: NDArray[np.void],
    documents: tuple[NDArray[np.int64], NDArray[np.bool_]],
) -> tuple[NDArray[np.void], NDArray[np.bool_]]:
    """Return the removals with those that another run wants in place of what stayed in some documents.

    Args:
        removals: so far.
        asked: which of them another run was expected to ask for.
        wanted: by another run.
        documents: their begins, and which are to be judged again.
    """
    begins, again = documents
    here = again[documents_of(removals, begins)]
    kept = ~here | (removals["state"] == GOES)
    wanted = wanted[again[documents_of(wanted, begins)]]
    number_blocks_on(wanted, removals[here & (removals["state"] == GOES)], begins)
    rows = np.flatnonzero(kept)
    added = np.searchsorted(removals["paragraph"][rows], wanted["paragraph"]) + np.arange(len(wanted))
    first = np.ones(len(rows) + len(wanted), bool)
    first[added] = False
    every = np.empty(len(first), removals.dtype)
    # Column by column: so only one of them is there twice.
    for name in removals.dtype.names or ():
        every[name][first], every[name][added] = removals[name][rows], wanted[name]
    all_asked = np.ones(len(first), bool)
    all_asked[first] = asked[rows]
    return every, all_asked
