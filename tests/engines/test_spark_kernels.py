"""What is defined without saying who computes it, in which order or how many at a time; held against plain loops."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import accumulate, islice, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.candidates import buckets as buckets_module
from dedup.candidates.buckets import ASKS, FIRST, KEPT, LAST, MOST, Bucketed, candidates, grouped
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
    return Bucketed(pack, 0)


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
    assert found.unexamined == sum(max(0, len(each) - MOST) for each in votes.values())


# --- buckets come in pieces -------------------------------------------------------------------------------------------


@st.composite
def _sorted_band(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Draw the keys of a band, in order, with the numbers of the paragraphs."""
    sizes = draw(st.lists(st.integers(1, 70), min_size=1, max_size=6))
    paragraphs = iter(random.Random(draw(st.integers(0, 2**32))).sample(range(10_000), sum(sizes)))  # noqa: S311
    return [(key, one) for key, size in enumerate(sizes) for one in sorted(islice(paragraphs, size))]


def _paired(band: Sequence[tuple[int, int]], flags: Sequence[int], masks: Sequence[int]) -> tuple[set[Pair], int]:
    """Return the pairs of a band, and how many are left out: the definition, word for word."""
    pairs, left_out = set(), 0
    kept: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (key, paragraph), flag, mask in zip(band, flags, masks, strict=True):
        before = kept[key]
        if flag & ASKS:
            alike = [one for one, other in before if other == mask]
            named = {*(one for one, _ in (*before[:FIRST], *before[-LAST:])), *alike[-LAST:]}
            pairs |= {(paragraph, one) for one in named}
            left_out += len(before) - len(named)
        if flag & KEPT:
            before.append((paragraph, mask))
    return pairs, left_out


@given(
    _sorted_band(),
    st.lists(st.integers(0, 40), max_size=8),
    st.integers(1, 60),
    st.sampled_from([1, 3, 8]),
    st.integers(0, 2**32),
)
def test_a_bucket_names_the_same_pairs_in_however_many_pieces_it_comes(
    band: list[tuple[int, int]], steps: list[int], together: int, kinds: int, seed: int
) -> None:
    """A task has batches, and holds no more of a bucket than some rows and what these may be paired with."""
    pa = pytest.importorskip("pyarrow")
    from dedup.engines.spark.stages import candidates as spark_module

    value, paragraph = (np.array(side) for side in zip(*band, strict=True))
    number = len(band)
    rng = np.random.default_rng(seed)
    masks = rng.integers(0, kinds, number)
    flags = rng.choice([KEPT, ASKS, KEPT | ASKS], number, p=rng.dirichlet([1] * 3))
    blank = np.zeros(number, np.int64)
    columns = {"bucket": value, "rank": blank, "paragraph": paragraph, "flags": flags, "words": blank + 9}
    columns |= {"numbers": masks, "bits0": blank, "bits1": blank}
    types = {name: kind for name, kind in map(str.split, spark_module.KEYS.split(", "))}  # noqa: C416 - of two names
    arrays = {name: pa.array(held, {"int": "int32", "bigint": "int64"}[types[name]]) for name, held in columns.items()}
    fields = [pa.field(name, held.type, nullable=name != "flags") for name, held in arrays.items()]
    table = pa.RecordBatch.from_arrays(list(arrays.values()), schema=pa.schema(fields))
    cuts = [*(cut for cut in accumulate(steps, initial=0) if cut < number), number]
    batches = [table.slice(start, stop - start) for start, stop in pairwise(cuts)]
    held = []

    def counted(member: NDArray[np.uint64], *rest: Any, **more: Any) -> Bucketed:
        held.append(len(member))
        return grouped(member, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spark_module, "_TOGETHER", together)
        patch.setattr(spark_module, "grouped", counted)
        rows = [row for found in spark_module.buckets(Settings(), batches) for row in found.to_pylist()]
    carried = FIRST + LAST + LAST * kinds
    assert max(held) <= carried + max(together, carried) + max(batch.num_rows for batch in batches)
    pairs = [(row["later"], row["earlier"]) for row in rows if row["later"] >= 0]
    wanted, left_out = _paired(band, flags.tolist(), masks.tolist())
    # Every pair passes the sieves here: a witness may lack three numbers, and there are no more.
    assert sorted(pairs) == sorted(wanted)
    assert sum(row["votes"] for row in rows if row["later"] < 0) == left_out


# --- which paragraphs are kept ----------------------------------------------------------------------------------------


def one_by_one(number: int, fixed: int, pairs: Sequence[Pair], covering: set[Pair]) -> dict[int, int]:
    """Return what each that goes goes for: the definition, word for word."""
    goes: dict[int, int] = {}
    for later in range(fixed, number):
        for candidate in (earlier for other, earlier in pairs if other == later):
            if candidate not in goes and (later, candidate) in covering:
                goes[later] = candidate
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


def _verdicts(pairs: Sequence[Pair], covering: set[Pair]) -> Verdicts:
    how = np.array([ALIGNED if pair in covering else NOT for pair in pairs], np.int8)
    share = np.array([(later * 31 + earlier) % 97 / 97 for later, earlier in pairs], np.float32)
    return Verdicts(how, share, share, np.zeros(len(pairs), np.int16))


def _sides(pairs: Sequence[Pair]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.array([pair[0] for pair in pairs], np.int64), np.array([pair[1] for pair in pairs], np.int64)


@given(_relations(), st.integers(1, 64), st.integers(0, 3), st.integers(0, 2**32))
def test_what_goes_depends_on_the_candidates_alone(
    relation: tuple[int, int, list[Pair], set[Pair]], tries: int, guesses: int, seed: int
) -> None:
    """Candidates of earlier guesses change nothing, but that no pair is compared twice."""
    number, fixed, pairs, covering = relation
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    leaders, asked = Leaders(number, fixed), list[tuple[int, int]]()
    lists = [rng.sample(pairs, rng.randint(0, len(pairs))) for _ in range(guesses)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leaders_module, "_FIRST_TRIES", tries)
        for some in [*lists, pairs]:
            leaders.set_candidates(*_sides(some))
            while len((wanted := leaders.next_pairs())[0]):
                here = list(zip(*(side.tolist() for side in wanted), strict=True))
                asked += here
                leaders.record(_verdicts(here, covering))
    goes = {later: int(leaders.witness[later]) for later in np.flatnonzero(leaders.status == GOES).tolist()}
    assert goes == one_by_one(number, fixed, pairs, covering)
    assert (leaders.witness[leaders.status != GOES] == -1).all()
    assert len(set(asked)) == len(asked) == leaders.compared
    expected = _verdicts([(later, goes.get(later, 0)) for later in range(number)], covering)
    expected.how[[later not in goes for later in range(number)]] = NOT
    found = leaders.verdicts()
    assert found.how.tolist() == expected.how.tolist()
    assert found.similarity.tolist() == np.where(expected.how > NOT, expected.similarity, 0).tolist()


@given(_relations(), st.integers(0, 2**32))
def test_a_task_decides_as_one_machine_does(relation: tuple[int, int, list[Pair], set[Pair]], seed: int) -> None:
    """Whatever numbers paragraphs have, and in whichever order rows come; a pair may be named twice."""
    pa = pytest.importorskip("pyarrow")
    from dedup.engines.spark.stages.resolve import decide

    number, fixed, pairs, covering = relation
    rng = np.random.default_rng(seed)
    numbers = rng.choice(1000, number, replace=False)  # not in the order of staying, which may be another one
    listed = [(place, pair) for place, pair in enumerate(pairs) if pair in covering and pair[0] >= fixed]
    listed += [(place + len(pairs), pair) for place, pair in listed[::3]]
    listed = [listed[at] for at in rng.permutation(len(listed))]
    later, earlier = _sides([pair for _, pair in listed])
    found = decide(
        pa.table(
            {
                "later": numbers[later],
                "earlier": numbers[earlier],
                "place": np.array([place for place, _ in listed], np.int32),
                **_verdicts([pair for _, pair in listed], covering)._asdict(),
            }
        )
    )
    goes = one_by_one(number, fixed, pairs, covering)
    figures = _verdicts(list(goes.items()), covering).similarity.tolist()
    expected = {
        (int(numbers[paragraph]), int(numbers[witness]), figure)
        for (paragraph, witness), figure in zip(goes.items(), figures, strict=True)
    }
    assert {(row["paragraph"], row["witness"], row["similarity"]) for row in found.to_pylist()} == expected
