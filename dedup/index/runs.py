"""Runs of three short paragraphs, by which an index knows what stood in order on earlier days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.resolve.corpus.short_paragraphs import RUN_LENGTH, runs_of_short
from dedup.text.characters import mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.text.arrays import Flags, Ints


def run_hashes(digests: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a hash of each run, of which the second halves of its paragraphs' digests are given; shape (runs, 3)."""
    values = np.zeros(len(digests), np.uint64)
    for step in range(RUN_LENGTH):
        values = mix(values + digests[:, step])
    return values


def standing_runs(document: NDArray[np.int32], short: Flags, gone: Flags) -> Ints:
    """Return the runs of three short paragraphs in what is left of some documents: their paragraphs; (runs, 3)."""
    left, _, at = runs_of_short(document, gone, short)
    found: Ints = left[at[:, None] + np.arange(RUN_LENGTH)]
    return found
