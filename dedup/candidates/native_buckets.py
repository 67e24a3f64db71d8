"""What `dedup.candidates.buckets` finds in a band, by the native kernels where they are there: the same pairs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dedup.candidates import buckets
from dedup.candidates.buckets import NUMBERS_EXPLAINED, Bucketed, Features, most_differing
from dedup.model.containment import attempt
from dedup.native.kernels import native
from dedup.text.arrays import uint64_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.model.settings import Settings


def bucketed(keys: NDArray[np.uint32], flags: NDArray[np.uint8], features: Features, settings: Settings) -> Bucketed:
    """Do as `dedup.candidates.buckets.bucketed` does."""
    if native() is None:
        return buckets.bucketed(keys, flags, features, settings)
    # This is only quicker: where it raises, the Python finds the pairs.
    return attempt(
        partial(_bucketed, keys, flags, features, settings),
        lambda _: buckets.bucketed(keys, flags, features, settings),
    )


def in_company(keys: NDArray[np.uint32], flags: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Do as `dedup.candidates.buckets.in_company` does."""
    module = native()
    if module is None:
        return buckets.in_company(keys, flags)
    return attempt(
        lambda: np.frombuffer(module.in_company(_bytes(keys), flags.tobytes())[0], "<i8"),
        lambda _: buckets.in_company(keys, flags),
    )


def grouped(
    member: NDArray[np.uint64],
    group: NDArray[np.int64],
    flags: NDArray[np.uint8],
    features: Features,
    settings: Settings,
    *,
    before: int = 0,
) -> Bucketed:
    """Do as `dedup.candidates.buckets.grouped` does."""
    if native() is None:
        return buckets.grouped(member, group, flags, features, settings, before=before)
    return attempt(
        lambda: _pairs((uint64_bytes(member), uint64_bytes(group), flags.tobytes()), features, settings, before),
        lambda _: buckets.grouped(member, group, flags, features, settings, before=before),
    )


def _bucketed(keys: NDArray[np.uint32], flags: NDArray[np.uint8], features: Features, settings: Settings) -> Bucketed:
    module = native()
    assert module is not None  # noqa: S101 - the caller's part
    member, group = map(bytes, module.in_company(_bytes(keys), flags.tobytes()))
    rows = np.frombuffer(member, "<u8").astype(np.int64)
    some = Features._make(column[rows] for column in features)
    return _pairs((member, group, flags[rows].tobytes()), some, settings, 0)


def _pairs(members: tuple[bytes, bytes, bytes], features: Features, settings: Settings, before: int) -> Bucketed:
    module = native()
    assert module is not None  # noqa: S101 - the caller's part
    pairs, unexamined = module.bucket_pairs(
        members,
        (features.words.astype("<u4").tobytes(), uint64_bytes(features.numbers), uint64_bytes(features.bits)),
        (settings.threshold, settings.guard == "off", NUMBERS_EXPLAINED, most_differing(settings.threshold)),
        (buckets.FIRST, buckets.LAST),
        before,
    )
    return Bucketed(np.frombuffer(pairs, "<u8"), unexamined)


def _bytes(keys: NDArray[np.uint32]) -> bytes:
    return keys.astype("<u4", copy=False).tobytes()
