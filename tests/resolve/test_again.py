"""Who is looked at again: see `dedup.resolve.corpus.again`."""

from __future__ import annotations

import numpy as np

from dedup.resolve.corpus.again import RecheckQueue


def flags(*places: int, number: int = 6) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return as many flags, of which those at some places are set."""
    out = np.zeros(number, bool)
    out[list(places)] = True
    return out


def test_all_are_looked_at_once_where_nothing_is_named() -> None:
    """The first look is at all that stay; if it names nothing, it is the last one."""
    looked = RecheckQueue(6)
    some, fresh = looked.next(flags(0, 1, 2, 3, 4, 5))
    assert some.tolist() == fresh.tolist() == [0, 1, 2, 3, 4, 5]
    looked.record_check(flags(1, 2), added=False)
    assert not len(looked.next(flags(0, 1, 2, 3, 4, 5))[0])


def test_large_buckets_are_asked_again_until_they_name_nothing() -> None:
    """Of those that are left in them."""
    looked = RecheckQueue(6)
    looked.next(flags(0, 1, 2, 3, 4, 5))
    looked.record_check(flags(1, 2, 3), added=True)
    some, fresh = looked.next(flags(0, 1, 3, 5))
    assert some.tolist() == [1, 3]
    assert fresh.tolist() == [0, 1]
    looked.record_check(flags(0, number=2), added=False)
    assert not len(looked.next(flags(0, 1, 3, 5))[0])


def test_one_that_left_a_large_bucket_is_seen_once() -> None:
    """A look at all that are left in large buckets, which names nothing new, is the last one."""
    looked = RecheckQueue(6)
    looked.next(flags(0, 1, 2, 3, 4, 5))
    looked.record_check(flags(1, 2, 3), added=False)
    some, _ = looked.next(flags(0, 1, 3, 4, 5))
    assert some.tolist() == [1, 3]
    looked.record_check(flags(0, 1, number=2), added=False)
    assert not len(looked.next(flags(0, 1, 3, 4, 5))[0])


def test_one_that_came_back_is_looked_at_among_all() -> None:
    """And once that has named nothing, it is one of those that are known."""
    looked = RecheckQueue(6)
    looked.next(flags(0, 1, 2, 3))
    looked.record_check(flags(number=4), added=True)
    some, fresh = looked.next(flags(0, 1, 3, 5))
    assert some[fresh].tolist() == [5]
    assert some.tolist() == [0, 1, 3, 5]
    looked.record_check(flags(number=4), added=False)
    assert not len(looked.next(flags(0, 1, 3, 5))[0])


def test_who_was_away_while_another_came_back_is_looked_at_when_it_returns() -> None:
    """The pair of these two has not been named yet."""
    looked = RecheckQueue(6)
    looked.next(flags(0, 1, 2, 3))
    looked.record_check(flags(number=4), added=True)
    looked.next(flags(0, 1, 5))
    looked.record_check(flags(number=3), added=True)
    some, fresh = looked.next(flags(0, 1, 2, 5))
    assert some[fresh].tolist() == [2]


def test_large_buckets_are_asked_again_when_somebody_has_left_them() -> None:
    """Whoever stood between two of their members hid that pair."""
    looked = RecheckQueue(6)
    looked.next(flags(0, 1, 2, 3, 4, 5))
    looked.record_check(flags(1, 2, 3), added=False)
    assert not len(looked.next(flags(0, 1, 2, 3))[0])
    assert looked.next(flags(0, 1, 3, 4, 5))[0].tolist() == [1, 3]
