"""The verdicts of a round of deciding, kept on disk for the next one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.engines.local.spool import load_array
from dedup.verdict.batch.verify import Verdicts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.engines.local.spool import Spool
    from dedup.resolve.corpus.leaders import Leaders
    from dedup.text.arrays import Ints

_NAME = "known"
_KNOWN = np.dtype(
    [("later", "<i8"), ("earlier", "<i8"), ("how", "i1"), ("similarity", "<f4"), ("coverage", "<f4"), ("kind", "<i2")]
)
"""A pair, by the places of the rows of both in the spool, and its verdict."""


class KnownVerdicts(NamedTuple):
    """Keeps the verdicts of one round at a time.

    Attributes:
        spool: in which they are kept.
    """

    spool: Spool

    def keep(self, leaders: Leaders, place: NDArray[np.int64]) -> None:
        """Keep all that is known, in place of what was kept before; `place`: of the row of each paragraph.

        Raises:
            OutputError: there is no room.
        """
        later, earlier, verdicts = leaders.known()
        known = np.empty(len(later), _KNOWN)
        known["later"], known["earlier"] = place[later], place[earlier]
        for name, column in verdicts._asdict().items():
            known[name] = column
        self.spool.keep(_NAME, known)

    def among(self, place: NDArray[np.int64]) -> tuple[Ints, Ints, Verdicts]:
        """Return what is known of pairs of some paragraphs, in the order in which they stay now."""
        known = load_array(os.fspath(self.spool.directory), _NAME)
        number = np.full(self.spool.total("row-key"), -1, np.int64)
        number[place] = np.arange(len(place))
        later, earlier = number[known["later"]], number[known["earlier"]]
        kept = (earlier >= 0) & (earlier < later)
        return later[kept], earlier[kept], Verdicts(*(known[name][kept] for name in Verdicts._fields))
