"""The kernels of scope ``corpus``, each held against something slower that is plainly right."""

from __future__ import annotations

import itertools
import pickle
import random
import subprocess
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.candidates.buckets import (
    ASKS,
    FIRST,
    KEPT,
    LAST,
    MOST,
    NUMBERS_EXPLAINED,
    Candidates,
    Features,
    bucketed,
    candidates,
    resemblance,
)
from dedup.engines.local.settling import follow_witnesses
from dedup.fingerprint.exact_copies import first_copies
from dedup.fingerprint.fingerprint import fingerprint
from dedup.fingerprint.minhash import Banding
from dedup.fingerprint.shared_digests import SharedDigestSet
from dedup.fingerprint.words import words_of
from dedup.model.settings import Settings
from dedup.resolve.corpus import leaders as leaders_module
from dedup.resolve.corpus.leaders import GOES, OPEN, STAYS, Leaders, find_kept
from dedup.resolve.corpus.removals import BLOCK, BOILERPLATE, EXACT, NEAR, Classes, outcome
from dedup.resolve.corpus.removals import GOES as REMOVED
from dedup.resolve.corpus.short_paragraphs import CorpusParagraphs, StandingRuns
from dedup.shingling import keys as keys_of
from dedup.text import token_chars as letters_module
from dedup.text.long_texts import split_texts
from dedup.text.paragraphs import split
from dedup.text.token_chars import decode_chars, encode_tokens
from dedup.verdict.batch.verify import ALIGNED, FOLDED, NOT, Paragraphs, Verdicts, verify
from tests.support import oracle, strategies
from tests.verdict.test_compare import COVERED, article

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from dedup.shingling import Words
    from dedup.text.arrays import Flags


BANDING = Banding(32, 4)
SMALL = FIRST + LAST + 1
"""Members up to which a bucket gives all its pairs."""
SCRIPTS = st.sampled_from(["latin"] * 3 + list(strategies.SCRIPTS))
EDITS = st.sampled_from(list(strategies.EDITS))


# --- exact copies -----------------------------------------------------------------------------------------------------

_halves = st.sampled_from([0, 1, 5 << 60, (5 << 60) + 1, 9 << 60, (1 << 64) - 1])
_digests = st.lists(st.tuples(_halves, _halves), min_size=1, max_size=40)


def _copies(digests: Sequence[tuple[int, int]], parts: int, cut: int) -> dict[int, int]:
    pieces = [np.array(digests[i : i + cut], np.uint64) for i in range(0, len(digests), cut)]
    out: dict[int, int] = {}
    for part in range(parts):
        copies, firsts = first_copies(iter(pieces), len(digests), parts, part)
        assert np.array_equal(copies, np.sort(copies))
        assert not out.keys() & set(copies.tolist())
        out.update(zip(copies.tolist(), firsts.tolist(), strict=True))
    return out


@given(_digests, st.integers(1, 9))
def test_a_copy_is_tied_to_the_first_of_the_same_digest(digests: list[tuple[int, int]], cut: int) -> None:
    """Both halves of a digest count, also where the first ones agree; in how many parts they are looked at does not."""
    first: dict[tuple[int, int], int] = {}
    for place, digest in enumerate(digests):
        first.setdefault(digest, place)
    expected = {place: first[digest] for place, digest in enumerate(digests) if first[digest] != place}
    for parts in (1, 2, 8):
        assert _copies(digests, parts, cut) == expected


def test_no_paragraph_is_a_copy_in_an_empty_corpus() -> None:
    """Nothing comes of nothing."""
    assert first_copies(iter(()), 0, 1, 0).shape == (2, 0)


# --- what has been fingerprinted --------------------------------------------------------------------------------------


def _wide(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return digests of which the first halves are given."""
    return np.stack((values, values // np.uint64(2)), axis=1)


@given(st.lists(st.sets(st.integers(0, 90), max_size=30), max_size=6), st.booleans())
def test_every_digest_is_new_when_it_comes_first(batches: list[set[int]], scattered: bool) -> None:  # noqa: FBT001 - drawn
    """Nobody is told that a paragraph is known before it was entered; one entered before is known, as a rule."""
    table, entered = SharedDigestSet(64), set[int]()
    for batch in batches:
        values = sorted(2 * n * (0x9E3779B97F4A7C15 if scattered else 1) % (1 << 64) for n in batch)
        new = table.add(_wide(np.array(values, np.uint64))).tolist()
        known = [value in entered for value in values]
        assert not any(k for k, n in zip(new, known, strict=True) if not k and not n)
        assert not scattered or new == [not k for k in known]
        entered |= set(values)


def test_digests_that_want_the_same_slot_are_told_apart() -> None:
    """Neighbours in a table do not hide one another, however many of them there are."""
    table = SharedDigestSet(64)
    crowd = (np.arange(1, 31, dtype=np.uint64) << np.uint64(1)) + np.uint64(7 << 60)
    crowd = _wide(crowd)
    assert table.add(crowd).all()
    # Some found no place near enough, and are new again; none is taken for known before it was there.
    assert int(np.count_nonzero(~table.add(crowd))) >= 8
    assert table.add(crowd + np.array([1 << 40, 0], np.uint64)).all()
    assert table.add(crowd + np.array([0, 1], np.uint64)).all()


def test_a_full_table_takes_nothing_for_known_that_is_not() -> None:
    """Beyond its size a table forgets to recognise, and never invents."""
    table = SharedDigestSet(1)
    rng = np.random.default_rng(1)
    for _ in range(5):
        assert table.add(_wide(np.unique(rng.integers(0, 1 << 63, 20_000, np.uint64) << np.uint64(1)))).all()


def test_a_table_travels() -> None:
    """A forked worker finds the very table that it shares with the others; another one gets one with nothing in it."""
    table = SharedDigestSet(5000)
    values = _wide(np.array([2, 4, 1 << 50], np.uint64))
    assert table.add(values).all()
    assert not pickle.loads(pickle.dumps(table)).add(values).any()  # noqa: S301 - our own
    two = "__import__('numpy').array([[2, 1], [4, 2]], 'u8')"
    code = f"import pickle, sys; print(*pickle.load(sys.stdin.buffer).add({two}))"
    elsewhere = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(table), capture_output=True, check=True)
    assert elsewhere.stdout.split() == [b"True", b"True"]


# --- candidate pairs --------------------------------------------------------------------------------------------------


def _found(bands: Iterable[NDArray[np.uint32]], features: Features, settings: Settings | None = None) -> Candidates:
    """Return the candidates among paragraphs of which each band has a key, if all are kept."""
    chosen = settings or Settings()
    number = len(features.words)
    flags = np.full(number, KEPT | ASKS, np.uint8)
    return candidates((bucketed(keys, flags, features, chosen) for keys in bands), number)


def _alike(number: int) -> Features:
    """Return features that no sieve stops."""
    return Features(np.full(number, 10, np.int32), np.zeros(number, np.uint64), np.zeros((number, 2), np.uint64))


@st.composite
def _small_buckets(draw: st.DrawFn) -> list[list[int]]:
    number = draw(st.integers(1, 24))
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - not for secrets
    bands = []
    for _ in range(draw(st.integers(1, 5))):
        places = [n // rng.randint(1, SMALL) for n in range(number)]
        counts: dict[int, int] = defaultdict(int)
        keys = []
        for place in places:
            counts[place] += 1
            keys.append(place if counts[place] <= SMALL else 1000 + place * 100 + counts[place])
        rng.shuffle(keys)
        bands.append(keys)
    return bands


@given(_small_buckets())
def test_small_buckets_give_all_their_pairs(bands: list[list[int]]) -> None:
    """Whatever shares a band is a candidate, as often as it shares one, best ones first; nothing else is."""
    number = len(bands[0])
    votes: dict[tuple[int, int], int] = defaultdict(int)
    for keys in bands:
        for earlier, later in itertools.combinations(range(number), 2):
            if keys[earlier] == keys[later]:
                votes[later, earlier] += 1
    found = _found((np.array(keys, np.uint32) for keys in bands), _alike(number))
    pairs = list(zip(found.later.tolist(), found.earlier.tolist(), strict=True))
    assert dict(zip(pairs, found.votes.tolist(), strict=True)) == votes
    assert pairs == sorted(pairs, key=lambda pair: (pair[0], -votes[pair], pair[1]))
    assert not found.unexamined


@pytest.mark.parametrize("number", [SMALL + 1, 40, 200])
def test_large_buckets_count_what_they_leave_out(number: int) -> None:
    """Of a crowd those at both ends are candidates, and the others are counted."""
    keys = np.full(number, 7, np.uint32)
    masks = np.uint64(1) << (np.arange(number, dtype=np.uint64) % np.uint64(64))  # the same ones are far apart
    found = _found([keys], _alike(number)._replace(numbers=masks))
    pairs = set(zip(found.later.tolist(), found.earlier.tolist(), strict=True))
    expected = {
        (later, earlier)
        for later in range(number)
        for earlier in range(later)
        if earlier < FIRST or earlier >= later - LAST or (later - earlier) % 64 == 0
    }
    assert pairs == expected
    assert found.unexamined == number * (number - 1) // 2 - len(expected)


def test_large_buckets_pair_those_of_the_same_numbers() -> None:
    """In a table's rows, which differ in their numbers, the same row is found again however far away it is."""
    number = 400
    rng = np.random.default_rng(2)
    masks = np.uint64(1) << rng.permutation(np.repeat(np.arange(40), 10)).astype(np.uint64)
    masks |= masks << np.uint64(20)
    found = _found([np.zeros(number, np.uint32)], _alike(number)._replace(numbers=masks))
    pairs = set(zip(found.later.tolist(), found.earlier.tolist(), strict=True))
    for later in range(number):
        same = np.flatnonzero(masks[:later] == masks[later])[-LAST:].tolist()
        assert {(later, earlier) for earlier in same} <= pairs


def test_only_what_is_kept_is_a_candidate() -> None:
    """And only of those that ask: what goes does not stand between them and the others."""
    number = 60
    flags = np.full(number, ASKS, np.uint8)
    kept = [1, 3, 4, *range(20, 40), 50]
    flags[kept] = KEPT
    flags[30] = KEPT | ASKS
    features = _alike(number)._replace(numbers=np.where(np.arange(number) % 2, 1, 2).astype(np.uint64))
    found = candidates([bucketed(np.zeros(number, np.uint32), flags, features, Settings())], number)
    of = defaultdict(list)
    for later, earlier in zip(found.later.tolist(), found.earlier.tolist(), strict=True):
        of[later].append(earlier)
    assert of[2] == [1]
    assert of[10] == [1, 3, 4]
    assert of[30] == [1, 3, 4, 20, 21, 24, 26, 27, 28, 29]
    assert of[59] == [1, 3, 4, 20, 21, 35, 37, 38, 39, 50]
    assert not {0, 1, 3, 4, 20, 50} & of.keys()
    assert len(of) == sum(flags & ASKS > 0) - 1


def test_a_paragraph_has_no_more_candidates_than_can_be_looked_at() -> None:
    """Where very many share a band, those that share most are kept, and the others are counted."""
    number, bands = 120, 16
    rng = np.random.default_rng(3)
    told = []
    for _ in range(bands):
        keys = rng.permutation(number).astype(np.uint32) + np.uint32(1000)
        members = rng.permutation(number - 1)[: FIRST + LAST]
        keys[members] = keys[number - 1] = 5
        told.append(keys)
    best = 11
    told.append(np.where(np.isin(np.arange(number), [best, number - 1]), 1, np.arange(number) + 10).astype(np.uint32))
    told.append(told[-1])
    shared = {m for keys in told for m in range(number - 1) if keys[m] == keys[number - 1]}
    assert len(shared) > MOST
    found = _found(told, _alike(number))
    mine = found.earlier[found.later == number - 1].tolist()
    assert len(mine) == MOST
    assert best in mine[:3]
    assert found.unexamined == len(shared) - MOST


def _features(texts: Sequence[str], settings: Settings) -> Features:
    sheet = fingerprint(texts, None, settings, BANDING, SharedDigestSet(64))
    rows = sheet.rows
    assert rows["paragraph"].tolist() == list(range(len(texts)))
    return Features(rows["words"], rows["numbers"], rows["bits"])


def _passes(features: Features, settings: Settings) -> bool:
    """Tell whether the second of two paragraphs that share a band becomes a candidate."""
    return len(_found([np.zeros(2, np.uint32)], features, settings).later) == 1


@st.composite
def _edited(draw: st.DrawFn) -> tuple[str, str]:
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - not for secrets
    script = draw(SCRIPTS)
    one = other = strategies.prose(rng, draw(st.integers(4, 45)), script)
    for edit in draw(st.lists(EDITS, max_size=4)):
        other = strategies.EDITS[edit](rng, other)
    pair = (one, other) if draw(st.booleans()) else (other, one)
    return pair[0].replace("\n", " "), pair[1].replace("\n", " ")


@given(_edited(), strategies.settings())
def test_lengths_and_numbers_stop_nothing_that_would_be_covered(pair: tuple[str, str], settings: Settings) -> None:
    """A sieve that looks at numbers of words and at numbers is wrong about none that the verdict would let go."""
    witness, paragraph = pair
    if witness == paragraph or not all(oracle.words(text) for text in pair):
        return
    if not article([witness, paragraph], settings).verdict(0, 1).covered:
        return
    features = _features([witness, paragraph], Settings(split="line", min_words=1))
    same_bits = features._replace(bits=np.zeros((2, 2), np.uint64))
    assert _passes(same_bits, settings)


@pytest.mark.parametrize("name", sorted(COVERED))
def test_what_a_careful_editor_takes_out_is_a_candidate(name: str) -> None:
    """Numbers in front of an entry and numbers written another way are explained, and do not stop a pair."""
    features = _features(list(COVERED[name]), Settings(split="line", min_words=1))
    assert _passes(features._replace(bits=np.zeros((2, 2), np.uint64)), Settings())


@pytest.mark.parametrize(("more", "passes"), [(1, True), (NUMBERS_EXPLAINED, True), (NUMBERS_EXPLAINED + 1, False)])
def test_numbers_that_the_witness_lacks_stop_a_pair(more: int, passes: bool) -> None:  # noqa: FBT001 - a case's value
    """A row of other figures is no candidate, however alike its words are."""
    masks = np.array([1, 1 | ((1 << more) - 1) << 5], np.uint64)
    assert _passes(_alike(2)._replace(numbers=masks), Settings()) == passes
    assert _passes(_alike(2)._replace(numbers=masks), Settings(guard="off"))


@pytest.mark.parametrize("threshold", [0.6, 0.8, 0.9])
def test_the_estimate_of_resemblance_stops_hardly_any_that_would_be_covered(threshold: float) -> None:
    """Of pairs just as alike as the threshold asks, one in 160 may be stopped, and of likelier ones hardly any."""
    rng = random.Random(4)  # noqa: S311 - not for secrets
    settings = Settings(threshold=threshold, split="line", min_words=1)
    looked = stopped = 0
    for _ in range(300):
        one = other = strategies.prose(rng, rng.randint(10, 40))
        for _ in range(rng.randint(1, 4)):
            other = strategies.EDITS[rng.choice(["dropped", "grammar", "slip", "joined", "commas", "upper"])](
                rng, other
            )
        words = [oracle.words(text) for text in (one, other)]
        alike = oracle.jaccard(*(oracle.shingles(each, 2) for each in words))
        if one != other and alike >= resemblance(threshold) and article([one, other], settings).verdict(0, 1).covered:
            looked += 1
            stopped += not _passes(_features([one, other], settings), settings)
    assert looked > 100
    assert stopped <= looked // 100


# --- who stays --------------------------------------------------------------------------------------------------------


class _Judge:
    """Answers by a given relation, and remembers what it was asked.

    Args:
        covers: whether the first one covers the second one.
        batch: pairs that are judged at a time.
    """

    def __init__(self, covers: Callable[[int, int], bool], batch: int = 1 << 30) -> None:
        self._covers = covers
        self._batch = batch
        self.asked: set[tuple[int, int]] = set()
        self.order: list[tuple[int, int]] = []

    def verdicts(self, later: NDArray[np.int64], earlier: NDArray[np.int64]) -> Verdicts:
        """Judge some pairs, none of them twice."""
        how: list[int] = []
        for start in range(0, len(later), self._batch):
            part = slice(start, start + self._batch)
            for pair in zip(later[part].tolist(), earlier[part].tolist(), strict=True):
                assert pair not in self.asked
                assert pair[1] < pair[0]
                self.asked.add(pair)
                self.order.append(pair)
                how.append(ALIGNED if self._covers(pair[1], pair[0]) else NOT)
        share = np.array([0.5 + l % 7 / 20 for l, _ in self.order[-len(how) :]], np.float32)  # noqa: E741 - later
        return Verdicts(np.array(how, np.int8), share, share, np.zeros(len(how), np.int16))


def _settled(leaders: Leaders, judge: _Judge) -> Leaders:
    while True:
        later, earlier = leaders.next_pairs()
        if not len(later):
            return leaders
        leaders.record(judge.verdicts(later, earlier))


def _check(
    leaders: Leaders,
    judge: _Judge,
    covers: Callable[[int, int], bool],
    fixed: int,
    pairs: Sequence[tuple[int, int]],
) -> None:
    """Check what must hold whatever the relation is."""
    status = leaders.status.tolist()
    named = defaultdict(list)
    for later, earlier in pairs:
        named[later].append(earlier)
    assert OPEN not in status
    assert leaders.kept.tolist() == [state == STAYS for state in status]
    assert leaders.compared == len(judge.asked)
    for number, witness in enumerate(leaders.witness.tolist()):
        covering = (one for one in named[number] if status[one] == STAYS and covers(one, number))
        assert witness == (next(covering, -1) if number >= fixed else -1)
        assert (status[number] == GOES) == (witness >= 0)
        assert witness < 0 or (number, witness) in judge.asked
    going = np.flatnonzero(leaders.status == GOES)
    verdicts = leaders.verdicts()
    assert (verdicts.how[going] == ALIGNED).all()
    assert (verdicts.how[leaders.kept] == NOT).all()
    # The figures are those of the pair itself.
    assert np.allclose(verdicts.similarity[going], 0.5 + going % 7 / 20)


@st.composite
def _relations(draw: st.DrawFn) -> tuple[int, set[tuple[int, int]], list[tuple[int, int]], int]:
    number = draw(st.integers(1, 16))
    pairs = [(later, earlier) for later in range(number) for earlier in range(later)]
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - not for secrets
    density, share = draw(st.sampled_from([0.1, 0.4, 0.8])), draw(st.sampled_from([0.2, 0.5, 1.0]))
    covering = {(earlier, later) for later, earlier in pairs if rng.random() < density}
    chosen = [pair for pair in pairs if rng.random() < share]
    order = {pair: rng.random() for pair in chosen}
    return number, covering, sorted(chosen, key=lambda pair: (pair[0], order[pair])), draw(st.integers(0, number // 3))


def _given(leaders: Leaders, pairs: Sequence[tuple[int, int]]) -> Leaders:
    """Have candidates decided about: later and earlier ones."""
    leaders.set_candidates(np.array([p[0] for p in pairs], np.int64), np.array([p[1] for p in pairs], np.int64))
    return leaders


@given(_relations())
def test_who_goes_has_been_held_against_one_who_stays(
    relation: tuple[int, set[tuple[int, int]], list[tuple[int, int]], int],
) -> None:
    """Each goes for the first of its candidates that is kept and covers it; where there is none, it is kept."""
    number, covering, pairs, fixed = relation

    def covers(earlier: int, later: int) -> bool:
        return (earlier, later) in covering

    judge = _Judge(covers)
    whole = _settled(_given(Leaders(number, fixed), pairs), judge)
    _check(whole, judge, covers, fixed, pairs)
    for batch in (1, 3):
        again = _Judge(covers, batch)
        other = _settled(_given(Leaders(number, fixed), pairs), again)
        assert np.array_equal(other.status, whole.status)
        assert np.array_equal(other.witness, whole.witness)
        assert again.order == judge.order


@given(_relations(), st.data())
def test_other_candidates_are_decided_about_anew(
    relation: tuple[int, set[tuple[int, int]], list[tuple[int, int]], int], data: st.DataObject
) -> None:
    """As if they were the first ones; but nothing is asked a second time, however long ago it was a candidate."""
    number, covering, pairs, fixed = relation

    def covers(earlier: int, later: int) -> bool:
        return (earlier, later) in covering

    judge = _Judge(covers)
    leaders = Leaders(number, fixed)
    for _ in range(data.draw(st.integers(1, 4))):
        chosen = data.draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
        some = [pair for pair, is_chosen in zip(pairs, chosen, strict=True) if is_chosen]
        _check(_settled(_given(leaders, some), judge), judge, covers, fixed, some)


def test_the_first_place_of_a_candidate_counts() -> None:
    """One that is named twice is not moved behind others; those of one paragraph need not stand together."""
    pairs = [(3, 1), (2, 0), (3, 0), (3, 1)]
    leaders = _settled(_given(Leaders(4), pairs), judge := _Judge(lambda _, later: later == 3))
    assert leaders.witness.tolist() == [-1, -1, -1, 1]
    assert judge.asked == {(2, 0), (3, 1)}


@given(st.lists(st.integers(0, 4), min_size=1, max_size=30), st.integers(1, 64))
def test_of_families_the_first_one_stays(family: list[int], tries: int) -> None:
    """Where everybody covers his like, it is as if each were held against all that stay before him, one by one."""

    def covers(earlier: int, later: int) -> bool:
        return family[earlier] == family[later]

    number = len(family)
    pairs = [(later, earlier) for later in range(number) for earlier in range(later)]
    found = {one.paragraph: one.witness for one in oracle.all_pairs(number, covers)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leaders_module, "_FIRST_TRIES", tries)
        leaders = _settled(_given(Leaders(number), pairs), judge := _Judge(covers))
    _check(leaders, judge, covers, 0, pairs)
    assert {n: w for n, w in enumerate(leaders.witness.tolist()) if w >= 0} == found


@pytest.mark.parametrize("order", ["chain", "best last", "shuffled"])
def test_a_big_family_costs_a_few_questions_each(order: str) -> None:
    """Hundreds of copies of one text are not compared all with all, however their candidates hang together."""
    number, most = 300, 20
    rng = random.Random(5)  # noqa: S311 - not for secrets
    asked_for: list[int] = []

    def named(kept: Flags, changed: Flags) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        asked_for.append(int(np.count_nonzero(changed)))
        pairs = []
        for later in range(1, number):
            near = np.flatnonzero(kept[:later])[-most:].tolist()
            if order == "chain":
                near.reverse()
            elif order == "shuffled":
                rng.shuffle(near)
            pairs += [(later, earlier) for earlier in near]
        return np.array([p[0] for p in pairs], np.int64), np.array([p[1] for p in pairs], np.int64)

    judge = _Judge(lambda *_: True)
    leaders = Leaders(number)
    find_kept(leaders, np.ones(number, bool), named, judge.verdicts)
    assert leaders.witness.tolist() == [-1] + [0] * (number - 1)
    assert len(judge.asked) <= 15 * number
    assert asked_for[0] == number
    assert len(asked_for) <= 4


def test_nobody_is_asked_where_there_are_no_pairs() -> None:
    """Without candidates everybody stays."""
    leaders = Leaders(3)
    assert not len(leaders.next_pairs()[0])
    assert leaders.status.tolist() == [STAYS] * 3
    assert not len(Leaders(0).next_pairs()[0])


# --- verdicts ---------------------------------------------------------------------------------------------------------


@st.composite
def many_texts(draw: st.DrawFn) -> list[str]:
    """Return some texts in any script, of which some are others, edited."""
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - not for secrets
    texts: list[str] = []
    for _ in range(draw(st.integers(2, 7))):
        if draw(st.booleans()) and texts:
            text = rng.choice(texts)
            for edit in draw(st.lists(EDITS, min_size=1, max_size=3)):
                text = strategies.EDITS[edit](rng, text)
        else:
            text = strategies.prose(rng, draw(st.integers(1, 40)), draw(SCRIPTS))
        texts.append(text.replace("\n", " "))
    return [text for text in texts if oracle.words(text)]


def letter_rows(words: Words) -> list[str]:
    """Return the letters of each paragraph of a batch."""
    return [
        decode_chars(encode_tokens(words.hashes[low:high], words.numeric[low:high]).astype("<u4").tobytes())
        for low, high in itertools.pairwise(words.offsets.tolist())
    ]


def _verdicts(texts: list[str], pairs: list[tuple[int, int]], settings: Settings) -> Verdicts:
    """Judge pairs of texts, of which each names the one that may go first."""
    words = words_of(texts)
    rows = letter_rows(words)
    later, earlier = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    raw = [text.encode("utf-8", "surrogatepass") for text in texts]
    paragraphs = Paragraphs(rows, keys_of(words), lambda needed: [raw[place] for place in needed])
    return verify(paragraphs, later, earlier, settings)


@pytest.mark.parametrize("bits", [None, 3])
@given(texts=many_texts(), settings=strategies.settings())
def test_a_pair_is_judged_as_in_one_document(bits: int | None, texts: list[str], settings: Settings) -> None:
    """The quick look changes no verdict, in any script; where many words share a character in it, nothing more goes."""
    pairs = list(itertools.permutations(range(len(texts)), 2))
    with pytest.MonkeyPatch.context() as patch:
        if bits:
            patch.setattr(letters_module, "_BITS", bits)
            patch.setattr("dedup.verdict.batch.texts.BATCH", 200)
        found = _verdicts(texts, pairs, settings)
    together = article(texts, settings)
    words = [oracle.words(text) for text in texts]
    for number, (later, earlier) in enumerate(pairs):
        how = int(found.how[number])
        if words[later] == words[earlier]:
            assert how == FOLDED
            assert found.similarity[number] == found.coverage[number] == 1
            continue
        assert how != FOLDED
        if settings.exact:
            assert how == NOT
            continue
        judged = together.verdict(earlier, later)
        assert (how == ALIGNED) == judged.covered or (bits and how == NOT), (texts[earlier], texts[later])
        if how == ALIGNED:
            assert found.similarity[number] == pytest.approx(judged.similarity)
            assert found.coverage[number] == pytest.approx(judged.coverage)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("इस बार की नदी में बहुत अधिक पानी आया था", "इस बार का नदी में बहुत अधिक पानी आया था"),
        ("the new rate is 12 3 per hundred from now on", "the new rate is 1 23 per hundred from now on"),
        ("he paid a nice sum for it to the two men", "he paid an ice sum for it to the two men"),
    ],
)
def test_words_that_share_a_character_are_not_the_same(one: str, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two texts have the same words only if they have, letter by letter and mark by mark, each in its place."""
    monkeypatch.setattr(
        "tests.resolve.test_corpus_kernels.encode_tokens", lambda hashes, _: np.full(len(hashes), 300, np.uint32)
    )
    assert oracle.words(one) != oracle.words(other)
    found = _verdicts([one, other], [(1, 0), (0, 1)], Settings())
    assert FOLDED not in found.how


@pytest.mark.parametrize("common", range(10, 20))
@pytest.mark.parametrize("guard", ["off", "numbers"])
def test_the_threshold_itself_is_enough(common: int, guard: Any) -> None:
    """A pair that is just as similar as was asked for passes every stage, whatever floating point makes of it."""
    words = strategies.sentence_words(random.Random(8), "latin", 40)  # noqa: S311 - not for secrets
    one, other = " ".join(words[:20]), " ".join([*words[:common], *words[20 : 40 - common]])
    settings = Settings(threshold=common / 20, guard=guard)
    assert article([one, other], settings).verdict(0, 1).covered
    assert _verdicts([one, other], [(1, 0)], settings).how.tolist() == [ALIGNED]
    sieved = _features([one, other], Settings(split="line", min_words=1))._replace(bits=np.zeros((2, 2), np.uint64))
    assert _passes(sieved, settings)


def test_no_pairs_are_judged_without_a_fuss() -> None:
    """A batch may hold no pairs."""
    assert not len(_verdicts([], [], Settings()).how)
    assert not len(_verdicts(["some text"], [], Settings()).how)


# --- short paragraphs, reasons, blocks --------------------------------------------------------------------------------


def _story(number: int) -> str:
    """Return a long paragraph, another one for each number."""
    return " ".join(f"story{'abcdefghijklmnopqrstuvwxyz'[number]}{place:x}g" for place in range(10, 22))


A, B, C, D = (_story(number) for number in range(4))


class _Went(dict[tuple[int, int], tuple[tuple[int, int], Any]]):
    """What went: (document, paragraph) → the same of its witness, and the removal."""


def _went(documents: list[list[str]], fixed: int = 0, covers: dict[str, str] | None = None, **options: Any) -> _Went:
    """Decide on documents given as lists of paragraphs; of these, equal ones are copies, `covers` has others."""
    settings = Settings(scope="corpus", **options)
    flat = [text for document in documents for text in document]
    where = [(n, i) for n, document in enumerate(documents) for i in range(len(document))]
    first: dict[str, int] = {}
    owner = np.array([first.setdefault(text, place) for place, text in enumerate(flat)], np.int64)
    sizes = np.array([len(text.split()) for text in flat], np.int64)
    plain = np.array([sum(not any(c.isdigit() for c in w) or len(w) > 5 for w in t.split()) for t in flat], np.int64)
    long = [place for text, place in first.items() if len(text.split()) >= settings.min_words]
    stays = sum(len(document) for document in documents[:fixed])
    leaders = Leaders(len(long), sum(place < stays for place in long))
    rank = {flat[place]: number for number, place in enumerate(long)}
    pairs = [(rank[later], rank[earlier]) for later, earlier in (covers or {}).items()]
    if pairs:
        _given(leaders, sorted(pairs))
    _settled(leaders, _Judge(lambda earlier, later: (later, earlier) in pairs))
    document, short = np.array([n for n, _ in where], np.int32), sizes < settings.min_words
    corpus = CorpusParagraphs(document, owner, plain.astype(np.int32), short)
    classes = Classes(np.array(long, np.int64), leaders.witness, leaders.verdicts())
    removals = outcome(corpus, classes, settings, stays)
    removals["state"] = REMOVED
    follow_witnesses(removals)
    assert removals["paragraph"].tolist() == sorted(set(removals["paragraph"].tolist()))
    return _Went({where[r["paragraph"]]: (where[r["witness"]], r) for r in removals})


def _left(documents: list[list[str]], went: _Went) -> list[list[str]]:
    return [[t for i, t in enumerate(d) if (n, i) not in went] for n, d in enumerate(documents)]


def test_a_headline_between_two_that_go_goes() -> None:
    """A short paragraph goes with its neighbours, where it stands between their witnesses as well."""
    went = _went([[A, "Read on", B], [C, A, "Read on", B]])
    assert {key: witness for key, (witness, _) in went.items()} == {(1, 1): (0, 0), (1, 2): (0, 1), (1, 3): (0, 2)}
    assert set(_went([[A, "Read on", B, D], [A, "Read on", B, "x", "y"]])) == {(1, 0), (1, 1), (1, 2)}


def test_another_headline_stays() -> None:
    """It has to be the same, letter by letter, and at the same place."""
    assert set(_went([[A, "Read on", B], [A, "read on", B]])) == {(1, 0), (1, 2)}
    assert set(_went([["Read on", A, B], [A, "Read on", B]])) == {(1, 0), (1, 2)}


def test_a_heading_over_what_stays_stays() -> None:
    """The last short paragraph over one that stays may be its heading; the one before it may not."""
    assert set(_went([[A, "Related", "Weather", C], [A, "Related", "Weather", D]])) == {(1, 0), (1, 1)}
    assert set(_went([[A, "Related", "Weather"], [A, "Related", "Weather"]])) == {(1, 0), (1, 1), (1, 2)}
    assert set(_went([["Weather", A], ["Weather", A]])) == {(1, 0), (1, 1)}
    # So it may where the first text under it goes, and another one is left.
    assert set(_went([["Weather", A], ["Weather", A, D]])) == {(1, 1)}
    assert set(_went([[C, "Weather", A], [C, "Weather", A, D]])) == {(1, 0), (1, 2)}


MENU = ["Home and garden today", "Sport of the week", "Culture and travel abroad", "Local politics and council"]


def test_a_menu_goes() -> None:
    """Three short paragraphs in a row, with words enough, go where they stood in an earlier document like that."""
    went = _went([[*MENU, "x y", A], [B, *MENU]])
    assert set(went) == {(1, 1), (1, 2), (1, 3), (1, 4)}
    assert {r["reason"] for _, r in went.values()} == {BLOCK}
    # Over a text that stays, the last one may be its heading.
    assert set(_went([[*MENU, A], [*MENU, B]])) == {(1, 0), (1, 1), (1, 2)}


def test_a_row_that_stood_between_texts_that_go_is_a_row() -> None:
    """Captions that nothing stands between any more are looked at as a second cleaning would."""
    caption = "Videos of the day"
    between = [A, caption, B, caption, C, caption, A, caption, B, _story(6)]
    documents = [[A, B, C], [D, *[caption] * 8, _story(5)], between]
    went = _went(documents)
    assert _left(documents, went)[2] == [caption, _story(6)]
    assert not _went(_left(documents, went))


def test_a_row_that_stood_before_short_ones_went_is_known() -> None:
    """What goes from an earlier document leaves a row of it known to those behind, however late these have that row."""
    lines = [f"{word} and what else there is" for word in ("Home", "Sport", "Culture", "Politics", "Letters")]
    documents = [["Advertisement", A, B, *lines[:4]], [C, *lines], [D, *lines[2:4], "Advertisement", A, lines[4]]]
    went = _went(documents)
    assert _left(documents, went) == [documents[0], [C, *lines[3:]], [D]]
    assert {key: witness for key, (witness, _) in went.items() if key[0] == 2} == {
        (2, 1): (0, 5),
        (2, 2): (1, 4),
        (2, 3): (0, 0),
        (2, 4): (0, 1),
        (2, 5): (1, 5),
    }
    assert not _went(_left(documents, went))


def test_a_row_is_looked_up_where_none_stood() -> None:
    """Then none is found."""
    corpus = CorpusParagraphs(*(np.zeros(2, dtype) for dtype in (np.int32, np.int64, np.int32, bool)))
    stood = StandingRuns.of(corpus, np.zeros(2, bool))
    assert stood.find(np.array([0, 7], np.uint64)).tolist() == [-1, -1]
    assert stood.find(np.empty(0, np.uint64)).tolist() == []


def test_a_short_row_stays() -> None:
    """Two in a row, a row of few words, and a row of another order agree by chance; so do rows of figures."""
    assert not _went([[*MENU[:2], A], [*MENU[:2], B]])
    assert not _went([["yes", "no", "perhaps", "never"], ["yes", "no", "perhaps", "never"]])
    assert not _went([MENU, [MENU[0], MENU[2], MENU[1], MENU[3]]])
    table = [f"{n} {n + 1} {n + 2} {n + 3} {n + 4} {n + 5}" for n in range(10, 16)]
    assert not _went([table, table])


def test_a_row_in_one_document_stays() -> None:
    """What is said twice in a single document may be a refrain: rows count across documents only."""
    assert not _went([[*MENU, A, *MENU, B]])


def test_references_stay() -> None:
    """Nothing goes from a reference, and what goes for it goes from everybody else."""
    assert set(_went([[A, A], [B], [A, B, C]], fixed=2)) == {(2, 0), (2, 1)}
    assert set(_went([MENU, MENU, MENU], fixed=2)) == {(2, 0), (2, 1), (2, 2), (2, 3)}


def test_blocks_are_numbered_in_each_document() -> None:
    """Runs of two or more that repeat a run of one other place are blocks, from 0 on in every document."""
    went = _went([[A, B, C, D], [A, B, "new", C, D], [B, C, "new", A], [D]])
    blocks = {key: int(r["block"]) for key, (_, r) in went.items()}
    assert blocks == {
        (1, 0): 0,
        (1, 1): 0,
        (1, 3): 1,
        (1, 4): 1,
        (2, 0): 0,
        (2, 1): 0,
        (2, 3): -1,
        (3, 0): -1,
    }
    assert {key: int(r["reason"]) for key, (_, r) in went.items() if r["block"] < 0} == {(2, 3): EXACT, (3, 0): EXACT}


def test_reasons_say_how_it_was_compared() -> None:
    """The same bytes are exact; what was aligned is near, and has the figures of its pair."""
    went = _went([[A], [C, B], [B], [D, A]], covers={B: A})
    assert {key: int(r["reason"]) for key, (_, r) in went.items()} == {(1, 1): NEAR, (2, 0): NEAR, (3, 1): EXACT}
    assert [int(went[key][1]["how"]) for key in sorted(went)] == [ALIGNED, ALIGNED, 0]
    assert float(went[2, 0][1]["similarity"]) < 1 == float(went[3, 1][1]["similarity"])


def test_boilerplate_counts_documents() -> None:
    """It stands in so many documents, not so many times; then no copy stays, and each witness is another copy."""
    documents = [[A, A, C], [A, D], [B, A], [B, B, "x"]]
    went = _went(documents, keep="none", boilerplate=3)
    assert _left(documents, went) == [[C], [D], [B], ["x"]]
    assert {int(r["documents"]) for key, (_, r) in went.items() if key in {(0, 0), (0, 1), (1, 0), (2, 1)}} == {3}
    assert {key for key, (_, r) in went.items() if r["reason"] == BOILERPLATE} == {(0, 0), (0, 1), (1, 0), (2, 1)}
    assert {int(r["documents"]) for key, (_, r) in went.items() if key[0] == 3} == {0}
    flat = {(n, i): text for n, document in enumerate(documents) for i, text in enumerate(document)}
    assert all(flat[key] == flat[witness] and key != witness for key, (witness, _) in went.items())


def test_what_boilerplate_stood_between_is_looked_at_again() -> None:
    """When the last copy of it goes, what is left may be a row; a second cleaning would find it."""
    caption = "Film of the day in the town"
    documents = [[caption, caption, A, caption], [A], [caption, caption, caption]]
    went = _went(documents, keep="none", boilerplate=2)
    assert _left(documents, went)[1] == []
    assert {(0, 2), (1, 0), (2, 0), (2, 1), (2, 2)} <= set(went)
    assert not _went(_left(documents, went), keep="none", boilerplate=2)


def test_boilerplate_of_a_reference_stays_there() -> None:
    """The reference counts as a document, and nothing goes from it."""
    assert set(_went([[A], [A, B], [A, C]], fixed=1, keep="none", boilerplate=3)) == {(1, 0), (2, 0)}


_paragraph = st.sampled_from([A, B, C, D, *MENU, "Read on", "Weather", "12 34 56", "x"])
_caption = st.lists(st.sampled_from([A, B]), max_size=1).map(lambda between: ["Film of the day in the town", *between])
_captioned = st.tuples(st.lists(_caption, min_size=3, max_size=8), st.lists(st.integers(5, 12).map(_story), max_size=1))
_document = st.lists(_paragraph, max_size=9) | _captioned.map(lambda both: [*itertools.chain(*both[0]), *both[1]])


@settings(max_examples=300)
@given(
    st.lists(_document, max_size=6),
    st.sampled_from([{}, {"keep": "none", "boilerplate": 2}, {"keep": "none", "boilerplate": 3}]),
    st.integers(0, 2),
)
def test_a_second_look_removes_nothing(documents: list[list[str]], options: dict[str, Any], fixed: int) -> None:
    """What is left has nothing left to remove, and what goes for another text goes for one that is still there."""
    went = _went(documents, min(fixed, len(documents)), **options)
    assert all(key[0] >= fixed for key in went)
    flat = {(n, i): text for n, document in enumerate(documents) for i, text in enumerate(document)}
    for key, (witness, entry) in went.items():
        assert flat[key] == flat[witness]
        assert (witness in went) == (entry["reason"] == BOILERPLATE and witness[0] >= fixed) or not options
        assert options or witness not in went
    assert not _went(_left(documents, went), min(fixed, len(documents)), **options)


@given(st.lists(_document, max_size=6))
def test_a_short_paragraph_goes_in_company_only(documents: list[list[str]]) -> None:
    """Beside each short one that goes, another one goes; but for the last of a row, which may stay between."""
    went = _went(documents)
    for number, place in went:
        if len(documents[number][place].split()) < Settings().min_words:
            assert any((number, place + step) in went for step in (-1, 1, 2))


@pytest.mark.parametrize("end", ["\n", "\n\n"])
def test_a_long_document_is_read_in_stretches(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document of more than so many characters has the same paragraphs; a line longer than that stays whole."""
    rng = random.Random(11)  # noqa: S311 - not for secrets
    lines = [strategies.prose(rng, rng.randint(3, 30)) for _ in range(60)]
    lines[20] = "word " * 400
    texts = ["a short one", end.join(lines), end.join(lines[:30]), ""]
    wanted = [split(text) for text in texts]
    monkeypatch.setattr("dedup.text.long_texts.LONG", 500)
    assert [list(map(tuple, spans.tolist())) for spans in split_texts(texts, "auto")] == wanted
    sheet = fingerprint(texts, None, Settings(), Banding(32, 4), SharedDigestSet(1000))
    assert sheet.counts.tolist() == [len(spans) for spans in wanted]
    assert list(map(tuple, sheet.spans.tolist())) == [span for spans in wanted for span in spans]
