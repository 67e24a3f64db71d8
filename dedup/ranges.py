"""Runs of indices, for whole batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def ranges(starts: Ints, sizes: Ints) -> Ints:
    """Return the indices of several runs, one run after the other.

    Args:
        starts: the first index of each run; int64.
        sizes: how many indices it has; int64.
    """
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    indices: Ints = np.repeat(starts - (ends - sizes), sizes) + np.arange(total)
    return indices
