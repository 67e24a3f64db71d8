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


def bucketed_with(
    keys: NDArray[np.uint32], fresh: NDArray[np.int64], features: Features, settings: Settings
) -> Bucketed:
    """Do as `dedup.candidates.buckets.bucketed_with` does."""
    if native() is None:
        return buckets.bucketed_with(keys, fresh, features, settings)
    # This is only quicker: where it raises, the Python finds the pairs.
    return attempt(
        partial(_bucketed_with, keys, fresh, features, settings),
        lambda _: buckets.bucketed_with(keys, fresh, features, settings),
    )


def grouped(
    member: NDArray[np.uint64], group: NDArray[np.int64], features: Features, settings: Settings, *, before: int = 0
) -> Bucketed:
    """Do as `dedup.candidates.buckets.grouped` does."""
    if native() is None:
        return buckets.grouped(member, group, features, settings, before=before)
    some = _of(member, features)
    return attempt(
        lambda: _pairs((uint64_bytes(member), uint64_bytes(group)), some, settings, before),
        lambda _: buckets.grouped(member, group, features, settings, before=before),
    )


def _bucketed_with(
    keys: NDArray[np.uint32], fresh: NDArray[np.int64], features: Features, settings: Settings
) -> Bucketed:
    module = native()
    assert module is not None  # noqa: S101 - the caller's part
    flags = None
    if len(fresh) < len(keys):
        chosen = np.zeros(len(keys), bool)
        chosen[fresh] = True
        flags = chosen.tobytes()
    member, group = map(bytes, module.in_company(keys.astype("<u4", copy=False).tobytes(), flags))
    return _pairs((member, group), _of(np.frombuffer(member, "<u8"), features), settings, 0)


def _of(member: NDArray[np.uint64], features: Features) -> Features:
    """Return what is known of each member of buckets, in their order."""
    rows = member.astype(np.int64)
    return Features._make(column[rows] for column in features)


def _pairs(members: tuple[bytes, bytes], features: Features, settings: Settings, before: int) -> Bucketed:
    module = native()
    assert module is not None  # noqa: S101 - the caller's part
    pairs, crowded, unexamined = module.bucket_pairs(
        members,
        (features.words.astype("<u4").tobytes(), uint64_bytes(features.numbers), uint64_bytes(features.bits)),
        (settings.threshold, settings.guard == "off", NUMBERS_EXPLAINED, most_differing(settings.threshold)),
        (buckets.SMALL, buckets.HUGE, buckets.NEIGHBOURS, buckets.FIRST),
        before,
    )
    return Bucketed(np.frombuffer(pairs, "<u8"), np.frombuffer(crowded, "<i8"), unexamined)
