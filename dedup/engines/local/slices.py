"""Slices of the spool that a worker reads by itself: pairs to be judged, bands to be put into buckets."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.candidates.buckets import Features
from dedup.candidates.native_buckets import in_company
from dedup.engines.contained import compared, named
from dedup.engines.local.spool import load_array, read_ranges
from dedup.engines.local.spool_columns import COLUMNS
from dedup.text.token_chars import decode_chars
from dedup.verdict.batch.verify import Paragraphs

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from dedup.candidates.buckets import Bucketed
    from dedup.engines.contained import Pair
    from dedup.engines.local.spool import Spool
    from dedup.fingerprint.minhash import Banding
    from dedup.model.containment import Fault
    from dedup.model.settings import Settings
    from dedup.verdict.batch.verify import Verdicts

LETTER = 4
"""Bytes of a letter."""


class PairSlice(NamedTuple):
    """Pairs of paragraphs that travel to a worker: places of texts and letters, and which is compared with which."""

    rows: dict[str, NDArray[Any]]
    """What is known of each paragraph, by column."""
    later: NDArray[np.int64]
    earlier: NDArray[np.int64]


def verify_pairs(
    settings: Settings, texts: str, letters: str, pairs: PairSlice, *, sieve: bool = True
) -> tuple[Verdicts, list[Pair]]:
    """Compare some pairs, with what the spool has of them; runs in a worker."""
    rows = pairs.rows
    with open(texts, "rb", buffering=0) as file, open(letters, "rb", buffering=0) as short:  # noqa: PTH123 - strings travel well

        def texts_of(needed: list[int]) -> list[bytes]:
            return list(read_ranges(file, rows["text_at"][needed], rows["text_size"][needed], 1, bytes))

        words = list(read_ranges(short, rows["letters_at"], rows["words"], LETTER, decode_chars))
        paragraphs = Paragraphs(words, rows["key"], texts_of)
        return compared(paragraphs, pairs.later, pairs.earlier, settings, sieve=sieve)


class Bands:
    """Where the band keys are in the spool.

    Attributes:
        slices: for each task, where the first band's keys begin, and how many keys a band has there; int64, (tasks, 2).
        chosen: the place of each paragraph's key within a band; int64.
    """

    def __init__(self, spool: Spool, banding: Banding, place: NDArray[np.int64]) -> None:
        sizes = spool.sizes("bands")
        self.slices = np.stack((np.cumsum(sizes) - sizes, sizes // max(banding.bands, 1)), axis=1)
        # Only the rows with enough words have bands; which of those is each paragraph?
        banded = np.cumsum(spool.whole("row-text_size") > 0)
        self.chosen: NDArray[np.int64] = banded[place] - 1


def bucket_bands(
    settings: Settings, directory: str, slices: NDArray[np.int64], band: int
) -> tuple[Bucketed, list[Fault]]:
    """Read a band from the spool and find its pairs; runs in a worker."""
    features = Features._make(load_array(directory, name) for name in Features._fields)
    return named(*_keys(directory, slices, band), features, settings)


def band_members(directory: str, slices: NDArray[np.int64], band: int) -> NDArray[np.int64]:
    """Read a band from the spool and return who shares a bucket with one that is flagged `KEPT`; runs in a worker."""
    return in_company(*_keys(directory, slices, band))


def _keys(directory: str, slices: NDArray[np.int64], band: int) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Return a band's key of each paragraph that is looked at, and its flags; see `Population`."""
    every = read_band(directory, slices, band)
    flags = load_array(directory, "flags")
    earlier, there = load_array(directory, "former")[band], load_array(directory, "there")[band]
    keys = np.concatenate((earlier, every[load_array(directory, "chosen")]))
    if len(there):
        flags = flags.copy()
        flags[: len(there)] *= there
    return keys, flags


def read_band(directory: str, slices: NDArray[np.int64], band: int) -> NDArray[np.uint32]:
    """Return a band's key of each row that has bands."""
    dtype = COLUMNS["bands"]
    as_keys = partial(np.frombuffer, dtype=dtype)
    with open(os.path.join(directory, "bands"), "rb", buffering=0) as file:  # noqa: PTH118, PTH123 - strings travel well
        found = read_ranges(file, slices[:, 0] + band * slices[:, 1], slices[:, 1], dtype.itemsize, as_keys)
        keys: NDArray[np.uint32] = np.concatenate([np.empty(0, dtype), *found])
    return keys
