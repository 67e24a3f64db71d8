"""Documents of which nothing stays: a record of one paragraph that stood before, more often than not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.engines.cut import REASONS, edges_of, may_be_plain
from dedup.formats.member import whole
from dedup.ranges import ranges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.engines.write import Share
    from dedup.formats.parts import Done, Part, Work

    Ints = NDArray[np.int64]


def cut_emptied(work: Work, parts: list[Part], dones: list[Done], share: Share) -> Ints:
    """Cut the documents of a task of which nothing stays, by their bytes; return the others that are to be cut.

    Args:
        work: what is to be done; nobody is to be told of it.
        parts: the task.
        dones: what comes of each part; cuts and figures are added.
        share: what was decided about the task.

    Returns:
        Numbers of documents within the task, ascending; int64.
    """
    begins, ends, low, high = edges_of(share)
    going = high - low
    chosen = np.flatnonzero(going)
    emptied = chosen[(going == ends - begins)[chosen]]
    # What stands before the first paragraph would stay.
    emptied = emptied[share.spans[begins[emptied], 0] == 0]
    plain = np.array([may_be_plain(work, part, seen) for part, seen in zip(parts, share.parts, strict=True)], bool)
    emptied = emptied[plain[share.documents["part"][emptied]]]
    places = share.documents["part"][emptied]
    gone = np.zeros(len(emptied), bool)
    columns = [share.documents[name][emptied].tolist() for name in ("start", "end")]
    for at, (place, start, end) in enumerate(zip(places.tolist(), *columns, strict=True)):
        literal = whole(parts[place].data, work.field[0], start, end)
        if literal is not None:
            dones[place].cuts.append(literal)
            gone[at] = True
    emptied, places = emptied[gone], places[gone]
    reasons = share.removals["reason"][ranges(low[emptied], going[emptied])]
    _tally(dones, places, np.repeat(places, going[emptied]), reasons)
    return np.setdiff1d(chosen, emptied, assume_unique=True)


def _tally(dones: list[Done], emptied: NDArray[np.int32], owners: NDArray[np.int32], reasons: NDArray[np.int8]) -> None:
    """Count documents of which nothing stays.

    Args:
        dones: what comes of each part.
        emptied: the part of each document.
        owners: the part of each of their paragraphs.
        reasons: why it goes.
    """
    both = owners.astype(np.int64) * len(REASONS) + reasons
    counts = np.bincount(both, minlength=len(dones) * len(REASONS)).reshape(len(dones), -1).tolist()
    for done, told, number in zip(dones, counts, np.bincount(emptied, minlength=len(dones)).tolist(), strict=True):
        done.counts.tallied(
            {REASONS[reason].value: count for reason, count in enumerate(told)}, changed=number, emptied=number
        )
