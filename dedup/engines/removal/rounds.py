"""Rounds in which all removals of a corpus are judged where they stand, and decided anew: what both engines share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.resolve.corpus.removals import GOES, HELD, RETAINED, UNSETTLED
from dedup.text.arrays import among

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDS = 8
"""Rounds after which another run may remove more."""
COMPARED = ("paragraph", "witness", "how", "differs")
"""What of a removal decides whether it may go from where it stands."""


def keep_unsettled(removals: NDArray[np.void], held: NDArray[np.int64], begins: NDArray[np.int64]) -> None:
    """Keep as they were the removals whose rounds do not converge once others of their document are gone.

    Args:
        removals: with what became of them.
        held: paragraphs that were held back in earlier rounds.
        begins: number of the first paragraph of each document, and the number of paragraphs; int64.
    """
    unsettled = np.flatnonzero(removals["state"] == UNSETTLED)
    begun = np.zeros(len(begins), bool)
    begun[documents_of(removals[removals["state"] == GOES], begins)] = True
    later = unsettled[begun[documents_of(removals[unsettled], begins)]]
    removals["state"][later] = np.where(among(removals["paragraph"][later].astype(np.int64), held), HELD, RETAINED)


def number_blocks_on(wanted: NDArray[np.void], going: NDArray[np.void], begins: NDArray[np.int64]) -> None:
    """Number the blocks of further removals on from those of their documents that go already."""
    number = np.zeros(len(begins) - 1, np.int64)
    np.maximum.at(number, documents_of(going, begins), going["block"].astype(np.int64) + 1)
    wanted["block"] += np.where(wanted["block"] >= 0, number[documents_of(wanted, begins)], 0).astype(np.int32)


def documents_of(removals: NDArray[np.void], begins: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of the document of each removal."""
    found: NDArray[np.int64] = np.searchsorted(begins, removals["paragraph"], side="right") - 1
    return found
