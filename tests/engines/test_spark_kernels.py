"""What is defined without saying who computes it, in which order or how many at a time; held against plain loops."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import accumulate, islice, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.candidates import buckets as buckets_module
from dedup.candidates.buckets import MOST, Bucketed, Features, candidates, grouped
from dedup.model.settings import Settings
from dedup.resolve.corpus import leaders as leaders_module
from dedup.resolve.corpus.leaders import GOES, Leaders
from dedup.verdict.batch.verify import ALIGNED, NOT, Verdicts

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
    pack = np.array(sorted(later << 32 | earlier for later, earlier in pairs), np.uint64)
    return Bucketed(pack, np.empty(0, np.int64), 0)


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
    kept = {(later, earlier) for later, earlier, _ in expected}
    dropped = {(later, earlier) for later in votes for earlier in votes[later]} - kept
    assert np.flatnonzero(found.crowded).tolist() == sorted({side for pair in dropped for side in pair})
    assert found.unexamined == sum(max(0, len(each) - MOST) for each in votes.values())


# --- huge buckets are cut ---------------------------------------------------------------------------------------------


@st.composite
def _sorted_band(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Draw the keys of a band, in order, with the numbers of the paragraphs."""
    sizes = draw(st.lists(st.integers(1, 70), min_size=1, max_size=6))
    paragraphs = iter(random.Random(draw(st.integers(0, 2**32))).sample(range(10_000), sum(sizes)))  # noqa: S311
    return [(key, one) for key, size in enumerate(sizes) for one in sorted(islice(paragraphs, size))]


@given(_sorted_band(), st.lists(st.integers(1, 40), min_size=1, max_size=8), st.integers(9, 40), st.integers(0, 2**32))
def test_a_bucket_is_cut_at_the_same_members_however_it_comes(
    band: list[tuple[int, int]], steps: list[int], huge: int, seed: int
) -> None:
    """One machine has whole buckets; a task has batches, and holds no more than a piece of a bucket."""
    pa = pytest.importorskip("pyarrow")
    from dedup.engines.spark.stages import candidates as spark_module

    value, paragraph = (np.array(side) for side in zip(*band, strict=True))
    number = len(band)
    rng = np.random.default_rng(seed)
    masks = rng.integers(0, 4, number).astype(np.uint64)
    features = Features(np.full(number, 9, np.int32), masks, np.zeros((number, 2), np.uint64))
    columns = {
        "bucket": value.astype(np.int64),
        "rank": np.zeros(number, np.int32),
        "paragraph": paragraph.astype(np.int64),
        "words": features.words,
        "numbers": masks.view(np.int64),
        "bits0": np.zeros(number, np.int64),
        "bits1": np.zeros(number, np.int64),
    }
    table = pa.RecordBatch.from_pydict({name: pa.array(held) for name, held in columns.items()})
    cuts = [*accumulate(steps, initial=0), number]
    batches = [table.slice(start, max(0, stop - start)) for start, stop in pairwise(cuts)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(buckets_module, "HUGE", huge)
        patch.setattr(spark_module, "HUGE", huge)
        at_once = grouped(np.arange(number, dtype=np.uint64), value, features, Settings())
        held = [len(piece) for piece, _ in spark_module.whole(batches, "bucket", huge)]
        rows = [row for found in spark_module.buckets(Settings(), batches) for row in found.to_pylist()]
    assert sum(held) == number
    assert max(held) <= huge + max(batch.num_rows for batch in batches)
    expected = {(int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in at_once.pairs}
    assert {(int(paragraph[one]), int(paragraph[other])) for one, other in expected} == {
        (row["later"], row["earlier"]) for row in rows if row["earlier"] >= 0
    }
    crowd = {row["later"] for row in rows if row["later"] >= 0 and row["earlier"] < 0}
    assert crowd == set(paragraph[at_once.crowded].tolist())
    assert sum(row["votes"] for row in rows if row["later"] < 0) == at_once.unexamined
    place = np.arange(number) - np.searchsorted(value, value)
    assert all(place[one] // huge == place[other] // huge for one, other in expected)
    sizes = np.bincount(value).tolist()
    every_pair = sum(size * (size - 1) // 2 for size in sizes)
    # Every pair passes the sieves here: a witness may lack two numbers, and there are no more.
    assert len(expected) + at_once.unexamined == every_pair


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
    while len((pairs := leaders.next_pairs())[0]):
        some = list(zip(*(side.tolist() for side in pairs), strict=True))
        asked += some
        leaders.record(_verdicts(some, covering))


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
        leaders.add_verdicts(*_sides(told), _verdicts(told, covering))
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
