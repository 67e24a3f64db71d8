"""Buckets of a band, held against what is said of them: who is paired with whom, and how many pairs are left out."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.candidates import buckets, native_buckets
from dedup.candidates.buckets import ASKS, KEPT, Bucketed, Features
from dedup.model.settings import Settings
from tests.support.naive_leaders import Looks, named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from numpy.typing import NDArray

CORPUS = Settings(scope="corpus")
ENGINES = pytest.mark.parametrize("engine", [buckets, native_buckets], ids=["python", "native"])
LOOKS = st.sampled_from(
    (Looks(buckets.FIRST, buckets.LAST, 0), Looks(0, 1, 0), Looks(2, 0, 0), Looks(1, 1, 0), Looks(1, 4, 0))
)


class Band(NamedTuple):
    """A band.

    Attributes:
        keys: of each paragraph; uint32.
        flags: of each; uint8.
        numbers: masks of each, which no sieve looks at; uint64.
    """

    keys: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    numbers: NDArray[np.uint64]

    @property
    def features(self) -> Features:
        """What lets all pairs through the sieves."""
        number = len(self.keys)
        return Features(np.full(number, 20, np.int32), self.numbers, np.zeros((number, 2), np.uint64))


@st.composite
def bands(draw: st.DrawFn) -> Band:
    """Return a band with small buckets and crowded ones, in which not all are kept, and not all ask."""
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    number, kinds = draw(st.integers(0, 80)), draw(st.sampled_from((1, 3, 20)))
    flags = rng.choice(
        np.array(draw(st.sampled_from(([3], [0, 1, 2, 3], [1, 2], [3, 1], [2, 2, 2, 3]))), np.uint8), number
    )
    keys = (rng.integers(0, kinds, number) * 0x0800_0001).astype(np.uint32)
    return Band(keys, flags, rng.integers(0, draw(st.sampled_from((1, 3, 8))), number).astype(np.uint64))


@contextmanager
def looking(looks: Looks) -> Iterator[None]:
    """Have buckets looked at with other limits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(buckets, "FIRST", looks.first)
        patch.setattr(buckets, "LAST", looks.last)
        yield


def said(found: Bucketed) -> tuple[list[int], int]:
    """Return what a band says in values that can be compared."""
    return found.pairs.tolist(), found.unexamined


@ENGINES
@given(band=bands(), looks=LOOKS)
def test_each_that_asks_is_paired_with_some_of_those_kept_before_it(
    engine: ModuleType, band: Band, looks: Looks
) -> None:
    """The first ones of its bucket, the last ones, and the last ones with the same numbers; others are counted."""
    pairs, unexamined = [], 0
    before: list[tuple[int, int, int]] = []
    for place, (key, flag, mask) in enumerate(zip(*(column.tolist() for column in band), strict=True)):
        if flag & ASKS:
            some = named(key, mask, before, looks)
            pairs += [place << 32 | one for one in sorted(some)]
            unexamined += sum(theirs == key for _, theirs, _ in before) - len(some)
        if flag & KEPT:
            before.append((place, key, mask))
    with looking(looks):
        found = engine.bucketed(band.keys, band.flags, band.features, CORPUS)
    assert said(found) == (pairs, unexamined)


@ENGINES
@given(band=bands())
def test_members_are_those_of_buckets_that_may_have_pairs(engine: ModuleType, band: Band) -> None:
    """One of them is kept, another one asks; those that are neither are in no bucket."""
    of: dict[int, list[int]] = {}
    for place in np.flatnonzero(band.flags).tolist():
        of.setdefault(int(band.keys[place]), []).append(place)
    expected = [
        place
        for _, places in sorted(of.items())
        for place in places
        if len(places) > 1 and np.bitwise_or.reduce(band.flags[places]) == KEPT | ASKS
    ]
    assert engine.in_company(band.keys, band.flags).tolist() == expected


@ENGINES
@given(band=bands(), looks=LOOKS, data=st.data())
def test_a_bucket_that_is_looked_at_in_pieces_says_the_same(
    engine: ModuleType, band: Band, looks: Looks, data: st.DataObject
) -> None:
    """Where from piece to piece those are carried on that may still be named, and the others are counted."""
    number = len(band.keys)
    cuts = sorted(data.draw(st.lists(st.integers(0, number), max_size=4)))
    pairs: list[int] = []
    unexamined = 0
    with looking(looks):
        group = np.zeros(number, np.int64)
        whole = engine.grouped(np.arange(number, dtype=np.uint64), group, band.flags, band.features, CORPUS)
        for begin, end in zip([0, *cuts], [*cuts, number], strict=True):
            kept = np.flatnonzero(band.flags[:begin] & KEPT)
            carried = np.unique(
                np.concatenate(
                    [
                        kept[: looks.first],
                        _last(kept, looks.last),
                        *(_last(kept[band.numbers[kept] == mask], looks.last) for mask in np.unique(band.numbers)),
                    ]
                )
            )
            rows = np.concatenate((carried, np.arange(begin, end)))
            flags = np.concatenate((np.full(len(carried), KEPT, np.uint8), band.flags[begin:end]))
            found = engine.grouped(
                rows.astype(np.uint64),
                group[rows],
                flags,
                Features._make(column[rows] for column in band.features),
                CORPUS,
                before=len(kept) - len(carried),
            )
            pairs += found.pairs.tolist()
            unexamined += found.unexamined
    assert (sorted(pairs), unexamined) == said(whole)


def _last(some: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    return some[max(len(some) - number, 0) :]
