"""What is defined without saying who computes it, in which order or how many at a time; held against plain loops."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.corpus import buckets as buckets_module
from dedup.corpus import leaders as leaders_module
from dedup.corpus.buckets import MOST, Bucketed, candidates
from dedup.corpus.leaders import GOES, Leaders
from dedup.corpus.verify import ALIGNED, NOT, Verdicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Pair = tuple[int, int]


# --- which candidates are kept ----------------------------------------------------------------------------------------


@st.composite
def _named(draw: st.DrawFn) -> tuple[int, list[set[Pair]]]:
    number = draw(st.integers(1, 90))
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - not for secrets
    share = draw(st.sampled_from([0.1, 0.6, 1.0]))
    bands = draw(st.integers(0, 5))
    every = [(later, earlier) for later in range(number) for earlier in range(later)]
    return number, [{pair for pair in every if rng.random() < share} for _ in range(bands)]


def _band(pairs: set[Pair]) -> Bucketed:
    packed = np.array(sorted(later << 32 | earlier for later, earlier in pairs), np.uint64)
    return Bucketed(packed, np.empty(0, np.int64), 0)


@given(_named(), st.integers(1, 300))
def test_the_best_candidates_are_kept_however_many_come_at_a_time(
    named: tuple[int, list[set[Pair]]], together: int
) -> None:
    """Votes of all bands are counted before anything is dropped; what is dropped is counted."""
    number, bands = named
    votes: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for pairs in bands:
        for later, earlier in pairs:
            votes[later][earlier] += 1
    expected = [
        (later, earlier, votes[later][earlier])
        for later in sorted(votes)
        for earlier in sorted(votes[later], key=lambda e: (-votes[later][e], e))[:MOST]
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(buckets_module, "_TOGETHER", together)
        found = candidates((_band(pairs) for pairs in bands), number)
    assert list(zip(found.later.tolist(), found.earlier.tolist(), found.votes.tolist(), strict=True)) == expected
    assert np.flatnonzero(found.crowded).tolist() == sorted(later for later in votes if len(votes[later]) > MOST)
    assert found.unexamined == sum(max(0, len(each) - MOST) for each in votes.values())


# --- who stays --------------------------------------------------------------------------------------------------------


def one_by_one(number: int, fixed: int, pairs: Sequence[Pair], covering: set[Pair]) -> dict[int, int]:
    """Return what each that goes goes for: the definition, word for word."""
    goes: dict[int, int] = {}
    for later in range(fixed, number):
        for candidate in (earlier for other, earlier in pairs if other == later):
            if (later, candidate) not in covering:
                continue
            instead = goes.get(candidate, candidate)
            if (later, instead) in covering:
                goes[later] = instead
                break
    return goes


@st.composite
def _relations(draw: st.DrawFn) -> tuple[int, int, list[Pair], set[Pair]]:
    number = draw(st.integers(1, 25))
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - not for secrets
    density, share = draw(st.sampled_from([0.1, 0.4, 0.8, 0.95])), draw(st.sampled_from([0.1, 0.3, 0.6, 1.0]))
    every = [(later, earlier) for later in range(number) for earlier in range(later)]
    covering = {pair for pair in every if rng.random() < density}
    chosen = [pair for pair in every if rng.random() < share]
    rng.shuffle(chosen)
    return number, draw(st.integers(0, number // 3)), chosen, covering


def _settled(leaders: Leaders, covering: set[Pair], asked: list[Pair]) -> None:
    while len((pairs := leaders.ask())[0]):
        some = list(zip(*(side.tolist() for side in pairs), strict=True))
        asked += some
        leaders.answer(_verdicts(some, covering))


def _verdicts(pairs: Sequence[Pair], covering: set[Pair]) -> Verdicts:
    how = np.array([ALIGNED if pair in covering else NOT for pair in pairs], np.int8)
    share = np.array([(later * 31 + earlier) % 97 / 97 for later, earlier in pairs], np.float32)
    return Verdicts(how, share, share, np.zeros(len(pairs), np.int16))


def _sides(pairs: Sequence[Pair]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.array([pair[0] for pair in pairs], np.int64), np.array([pair[1] for pair in pairs], np.int64)


def _goes(leaders: Leaders) -> dict[int, int]:
    assert (leaders.witness[leaders.status != GOES] == -1).all()
    return {later: int(leaders.witness[later]) for later in np.flatnonzero(leaders.status == GOES).tolist()}


@given(_relations(), st.integers(1, 64), st.integers(1, 3), st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 2**32))
def test_who_goes_does_not_depend_on_what_is_asked_when(
    relation: tuple[int, int, list[Pair], set[Pair]], tries: int, parts: int, known: float, seed: int
) -> None:
    """One who asks for what he needs, and one who knows everything beforehand, come to what the definition says."""
    number, fixed, pairs, covering = relation
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    told = [(l, e) for l in range(number) for e in range(l) if rng.random() < known]  # noqa: E741 - later
    leaders, asked = Leaders(number, fixed), list[tuple[int, int]]()
    if told:
        leaders.know(*_sides(told), _verdicts(told, covering))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leaders_module, "_FIRST_TRIES", tries)
        for part in range(parts):
            some = pairs[part * len(pairs) // parts : (part + 1) * len(pairs) // parts]
            leaders.add(*_sides(some))
            _settled(leaders, covering, asked)
    goes = _goes(leaders)
    assert goes == one_by_one(number, fixed, pairs, covering)
    assert len(set(asked)) == len(asked) == leaders.compared
    assert not set(asked) & set(told)
    going = np.array(sorted(goes), np.int64)
    expected = _verdicts([(later, goes[later]) for later in going.tolist()], covering)
    found = leaders.verdict(going)
    assert [each.tolist() for each in found] == [each.tolist() for each in expected]
