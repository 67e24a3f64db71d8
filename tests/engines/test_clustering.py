"""Which of the different paragraphs are kept: the real search, held against one paragraph after the other."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.candidates import buckets
from dedup.engines.local import clustering as clustering_module
from dedup.engines.local.clustering import Clustering
from dedup.engines.local.spool import Spool
from dedup.engines.local.spool_columns import COLUMNS
from dedup.engines.local.workers import WorkerPool
from dedup.fingerprint.minhash import Banding
from dedup.fingerprint.table import ROW
from dedup.model.settings import Settings
from dedup.resolve.corpus import leaders as leaders_module
from dedup.resolve.corpus.leaders import Leaders, find_kept
from dedup.verdict.batch.verify import ALIGNED, FOLDED, NOT, Verdicts
from tests.support.fake_kernel import Recorder
from tests.support.naive_leaders import Corpus, Looks, best, witnesses

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.engines.local.population import Population
    from dedup.text.arrays import Flags, Ints

REAL = Looks(buckets.FIRST, buckets.LAST, buckets.MOST)


class Case(NamedTuple):
    """A corpus, and how it lies in the spool.

    Attributes:
        corpus: the paragraphs.
        place: of each, the place of its row; the row in the middle is one of too few words for bands; int64.
        looks: with how many others each is paired.
    """

    corpus: Corpus
    place: NDArray[np.int64]
    looks: Looks


@st.composite
def cases(draw: st.DrawFn, most: int = 40) -> Case:
    """Return paragraphs many of which share bands, keys and numbers; some cover others, whatever they share."""
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    number, bands = draw(st.integers(0, most)), draw(st.integers(1, 5))
    kinds = draw(st.sampled_from((1, 2, 5, 30)))
    shared = rng.integers(0, kinds, (bands, number)) * 0x0800_0001
    masks = np.array([1, 2, 0b11111, 0b11111 << 3, 0], np.int64)[: draw(st.integers(1, 5))]
    numbers = rng.choice(masks, number)
    keys = rng.integers(0, draw(st.sampled_from((1, 4, 1 << 40))), number)
    covering = rng.random((number, number)) < draw(st.sampled_from((0.05, 0.3, 0.8)))
    without = rng.random(number) < draw(st.sampled_from((0, 0, 0.2)))
    corpus = Corpus(
        keys.tolist(),
        shared.tolist(),
        numbers.tolist(),
        lambda earlier, later: bool(covering[earlier, later]),
        lambda later, earlier: (int(numbers[later]) & ~int(numbers[earlier])).bit_count() <= buckets.NUMBERS_EXPLAINED,
        draw(st.sampled_from((0, 0, number // 4))),
        without.tolist() if without.any() else (),
    )
    small = st.builds(Looks, st.integers(0, 2), st.integers(0, 2), st.integers(1, 6))
    place = rng.permutation(number)
    return Case(corpus, place + (place >= number // 2), draw(st.just(REAL) | small))


class Told(Clustering):
    """Clusters by a given relation, and asks about no pair twice."""

    corpus: Corpus
    asked: set[tuple[int, int]]

    def _verified(self, later: Ints, earlier: Ints, population: Population, *, sieve: bool = True) -> Verdicts:
        assert sieve
        assert len(population) == len(self.corpus.keys)
        how = []
        for one, other in zip(later.tolist(), earlier.tolist(), strict=True):
            assert other < one
            assert (one, other) not in self.asked
            self.asked.add((one, other))
            same = self.corpus.keys[one] == self.corpus.keys[other]
            how.append((FOLDED if same else ALIGNED) if self.corpus.covers(other, one) else NOT)
        share = np.zeros(len(how), np.float32)
        return Verdicts(np.array(how, np.int8), share, share, np.zeros(len(how), np.int16))


def spooled(case: Case) -> Spool:
    """Return a spool of the paragraphs, in two tasks."""
    spool = Spool(None, {}, COLUMNS)
    number, half = len(case.place), len(case.place) // 2
    rows = np.zeros(number + 1, ROW)
    rows["text_size"][case.place], rows["words"][case.place] = 9, 20
    rows["key"][case.place], rows["numbers"][case.place] = case.corpus.keys, case.corpus.numbers
    keys = np.zeros((len(case.corpus.bands), number), np.uint32)
    keys[:, case.place - (case.place > half)] = case.corpus.bands
    for some, columns in ((rows[:half], keys[:, :half]), (rows[half:], keys[:, half:])):
        pieces: dict[str, Any] = {name: np.zeros(0, dtype) for name, dtype in COLUMNS.items()}
        pieces |= {f"row-{field}": some[field] for field in ROW.names or ()}
        spool.append(pieces | {"bands": columns}, 0)
    return spool


def found(case: Case, guess: Flags | None = None, settings: Settings | None = None) -> tuple[Leaders, Told]:
    """Return what the search comes to, from a guess; None: as it begins by itself."""

    def from_there(leaders: Leaders, _: Flags, *others: Any) -> None:
        assert guess is not None
        find_kept(leaders, guess, *others)

    leaders = Leaders(len(case.place), case.corpus.fixed)
    without = np.zeros(len(case.place), bool)
    without[: len(case.corpus.without)] = case.corpus.without
    banding = Banding(len(case.corpus.bands), 4)
    with closing(spooled(case)) as spool, pytest.MonkeyPatch.context() as patch:
        for name, value in zip(("FIRST", "LAST", "MOST"), case.looks, strict=True):
            patch.setattr(buckets, name, value)
        if guess is not None:
            patch.setattr(clustering_module, "find_kept", from_there)
        told = Told(spool, settings or Settings(scope="corpus"), banding, WorkerPool(1), Recorder())
        told.corpus, told.asked = case.corpus, set()
        told.cluster(leaders, told.population(case.place), without)
    return leaders, told


@given(cases())
def test_the_search_comes_to_what_one_paragraph_after_the_other_comes_to(case: Case) -> None:
    """The same paragraphs are kept, the others go for the same ones, and what was not looked at is counted."""
    leaders, told = found(case)
    expected = witnesses(case.corpus, case.looks)
    assert leaders.witness.tolist() == expected
    assert leaders.kept.tolist() == [witness < 0 for witness in expected]
    assert leaders.compared == len(told.asked)
    kept = [place for place, witness in enumerate(expected) if witness < 0]
    keys = case.corpus.keys
    unexamined = [
        best(case.corpus, place, [one for one in kept if one < place], case.looks)[1]
        for place, witness in enumerate(expected)
        if witness < 0 or keys[witness] != keys[place]
    ]
    assert told.unexamined == sum(unexamined)


@given(cases(), st.data())
def test_the_guess_makes_no_difference(case: Case, data: st.DataObject) -> None:
    """Wherever the search begins, it ends at the same paragraphs."""
    number = len(case.place)
    half = np.arange(number) < number // 2
    guess = data.draw(
        st.sampled_from((half, ~half, half & False))
        | st.builds(np.random.default_rng, st.integers(0)).map(lambda rng: rng.random(number) < 0.5)
    )
    leaders, told = found(case)
    other, again = found(case, guess)
    assert other.witness.tolist() == leaders.witness.tolist()
    assert other.verdicts().how.tolist() == leaders.verdicts().how.tolist()
    assert again.unexamined == told.unexamined


@given(cases(), st.data())
def test_what_comes_later_makes_no_difference(case: Case, data: st.DataObject) -> None:
    """What is decided about the first so many paragraphs is the same whether others follow or not."""
    number = data.draw(st.integers(0, len(case.place)))
    corpus = case.corpus
    first = case._replace(
        corpus=corpus._replace(
            keys=corpus.keys[:number],
            bands=[keys[:number] for keys in corpus.bands],
            numbers=corpus.numbers[:number],
            fixed=min(corpus.fixed, number),
            without=corpus.without[:number],
        ),
        place=np.argsort(np.argsort(case.place[:number])),
    )
    first = first._replace(place=first.place + (first.place >= number // 2))
    assert found(first)[0].witness.tolist() == found(case)[0].witness.tolist()[:number]


@given(cases())
def test_the_same_words_alone_count_with_exact(case: Case) -> None:
    """Bands are not looked at."""
    leaders, told = found(case, settings=Settings(scope="corpus", exact=True))
    assert leaders.witness.tolist() == witnesses(case.corpus._replace(bands=(), without=()), case.looks)
    assert told.unexamined == 0


@given(cases())
def test_a_search_that_is_ended_leaves_each_that_goes_one_that_is_kept(case: Case) -> None:
    """After the last turn nothing is settled that the next one might change, and nothing has gone without a witness."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leaders_module, "TURNS", 1)
        leaders, told = found(case)
    going = np.flatnonzero(~leaders.kept).tolist()
    assert all(leaders.kept[leaders.witness[place]] for place in going)
    assert all((place, int(leaders.witness[place])) in told.asked for place in going)
