"""The paragraphs of a document that stay, and where they stand in what is left of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.text.arrays import Ints


def staying(spans: NDArray[np.int32], gone: Ints) -> Ints:
    """Return the paragraphs that stay; int64, (n, 2)."""
    stays = np.ones(len(spans), bool)
    stays[gone] = False
    return spans[stays].astype(np.int64)


def moved(wanted: Ints, bounds: Ints | Sequence[tuple[int, int]]) -> Ints:
    """Return where some paragraphs stand when regions between them have left the text; int64, (n, 2)."""
    bounds = np.asarray(bounds, np.int64).reshape(-1, 2)
    before = np.concatenate(([0], np.cumsum(bounds[:, 1] - bounds[:, 0])))
    here: Ints = wanted - before[np.searchsorted(bounds[:, 0], wanted[:, 0], side="right")][:, None]
    return here
