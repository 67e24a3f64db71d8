"""Signatures and bands: the same bits as datasketch's, and the recall that the formula says."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.candidates.votes import BAND_WIDTH, BANDING
from dedup.fingerprint import minhash
from dedup.fingerprint.banding import LARGE, MOST_ROWS, RECALL, choose_banding, predicted
from dedup.fingerprint.minhash import Banding, band_keys, signatures
from dedup.shingling import shingles, tokenise
from tests.support import oracle, strategies

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.text.arrays import Hashes, Ints


def flat(sets: list[list[int]]) -> tuple[Hashes, Ints]:
    """Return sets of shingle hashes as the kernels want them."""
    offsets = np.cumsum([0, *map(len, sets)], dtype=np.int64)
    return np.array([h for s in sets for h in s], np.uint64), offsets


def reference(hashes: list[int], num_perm: int, seed: int) -> list[int]:
    """Return the signature that datasketch makes of 32-bit hash values."""
    signed = MinHash(num_perm=num_perm, seed=seed, scheme="affine32", hashfunc=lambda value: value)
    for value in hashes:
        signed.update(value & 0xFFFFFFFF)
    return [int(value) for value in signed.hashvalues]


@given(
    st.lists(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20), min_size=1, max_size=5),
    st.sampled_from([1, 7, 128]),
    st.integers(0, 2**31),
)
@example([[0], [2**32 - 1], [2**32], [2**64 - 1, 0]], 128, 1)
def test_signatures_are_those_of_datasketch(sets: list[list[int]], num_perm: int, seed: int) -> None:
    """Bit by bit, for any hashes, of which the lower half counts."""
    signed = signatures(*flat(sets), num_perm, seed)
    assert signed.dtype == np.uint32
    assert signed.T.tolist() == [reference(hashes, num_perm, seed) for hashes in sets]


def test_many_paragraphs_are_signed_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many paragraphs are signed in one go does not matter."""
    rng = random.Random(2)  # noqa: S311 - not for secrets
    hashes, offsets = flat([[rng.getrandbits(64) for _ in range(rng.randint(1, 9))] for _ in range(50)])
    whole = signatures(hashes, offsets, 16)
    for size in (1, 7, 49, 50, 51):
        monkeypatch.setattr(minhash, "_SLICE", size)
        assert (signatures(hashes, offsets, 16) == whole).all()


def test_seed_is_pinned() -> None:
    """The first permutations are these ones: signatures may be stored."""
    first, second = minhash.permutations(4)
    signed = signatures(*flat([[1, 2, 3]]), 4)[:, 0].tolist()
    assert (first.tolist(), second.tolist(), signed) == PINNED


PINNED: tuple[list[int], list[int], list[int]] = (
    [3582191691, 4270784983, 1892572953, 3715639441],
    [491263, 550290313, 1298508491, 4290846341],
    [63217260, 131247162, 308645290, 1412089388],
)


@given(st.lists(st.lists(st.integers(0, 3), min_size=12, max_size=12), min_size=1, max_size=6))
def test_band_keys_are_equal_just_where_bands_are(columns: list[list[int]]) -> None:
    """One key for every band of every paragraph; equal rows at another band are another key."""
    banding = Banding(4, 3)
    found = band_keys(np.array(columns, np.uint32).T.copy(), banding).T.tolist()
    meaning = [[(b, *column[3 * b : 3 * b + 3]) for b in range(4)] for column in columns]
    pairs = {
        (key, band) for keys, bands in zip(found, meaning, strict=True) for key, band in zip(keys, bands, strict=True)
    }
    assert len({key for key, _ in pairs}) == len({band for _, band in pairs}) == len(pairs)


@pytest.mark.parametrize(
    ("bands", "rows", "at", "recall"), [(32, 4, 0.5, 0.8732), (9, 13, 0.8, 0.3989), (1, 1, 0.3, 0.3)]
)
def test_recall_is_the_published_formula(bands: int, rows: int, at: float, recall: float) -> None:
    """1 - (1 - s^rows)^bands."""
    assert Banding(bands, rows).recall(at) == pytest.approx(recall, abs=1e-4)
    assert Banding(bands, rows).recall(0.0) == 0.0
    assert Banding(bands, rows).recall(1.0) == 1.0
    assert Banding(bands, rows).num_perm == bands * rows


@given(st.floats(0.01, 1.0), st.sampled_from([0, LARGE - 1]))
def test_choice_has_the_longest_bands_that_do(threshold: float, size: int) -> None:
    """The choice fits, reaches the recall wherever any banding does, and no longer band reaches it, too."""
    chosen, recall = choose_banding(threshold, size)
    assert 1 <= chosen.num_perm <= 128
    reaching = [r for r in range(1, MOST_ROWS + 1) if predicted(Banding(128 // r, r), threshold) >= RECALL]
    assert chosen.rows == max(reaching, default=1)
    assert chosen.bands == 128 // chosen.rows
    assert recall == predicted(chosen, threshold)


@given(st.floats(0.01, 1.0))
def test_in_a_large_corpus_bands_are_longer(threshold: float) -> None:
    """By one row, with as few bands as do; where these are too many, or bands are long enough, all is as ever."""
    usual, (chosen, recall) = choose_banding(threshold, 0), choose_banding(threshold, LARGE)
    if chosen == usual.banding:
        most = 384 // (chosen.rows + 1)
        assert chosen.rows == MOST_ROWS or predicted(Banding(most, chosen.rows + 1), threshold) < RECALL
        return
    assert chosen.rows == usual.banding.rows + 1
    assert chosen.num_perm <= 384
    assert recall == predicted(chosen, threshold) >= RECALL
    assert chosen.bands == 1 or predicted(Banding(chosen.bands - 1, chosen.rows), threshold) < RECALL


def changed(rng: random.Random, words: list[str], share: float) -> list[str]:
    """Return the words with a share of them replaced."""
    return [strategies.word(rng, "latin") if rng.random() < share else word for word in words]


def signed_and_banded(paragraphs: list[list[str]]) -> tuple[NDArray[np.uint32], Hashes]:
    """Return signatures and band keys of some paragraphs."""
    text = "\n".join(" ".join(words) for words in paragraphs)
    sizes = np.array([len(" ".join(words)) + 1 for words in paragraphs])
    ends = np.cumsum(sizes) - 1
    signed = signatures(*shingles(tokenise(text, ends - sizes + 1, ends), BAND_WIDTH), BANDING.num_perm)
    return signed, band_keys(signed, BANDING)


def test_measured_recall_is_the_predicted_one() -> None:
    """Of planted pairs, as many share a band as their resemblances say, within five standard deviations."""
    rng = random.Random(19)  # noqa: S311 - not for secrets
    for share in (0.02, 0.06, 0.12, 0.2, 0.3):
        firsts = [strategies.sentence_words(rng, "latin", 40) for _ in range(300)]
        pairs = [words for first in firsts for words in (first, changed(rng, first, share))]
        _, banded = signed_and_banded(pairs)
        found = sum((banded[:, i] == banded[:, i + 1]).any() for i in range(0, len(pairs), 2))
        shared = [
            oracle.jaccard(oracle.shingles(pairs[i], BAND_WIDTH), oracle.shingles(pairs[i + 1], BAND_WIDTH))
            for i in range(0, len(pairs), 2)
        ]
        predicted = [BANDING.recall(s) for s in shared]
        spread = sum(p * (1 - p) for p in predicted) ** 0.5
        assert abs(found - sum(predicted)) <= 5 * spread + 1


def test_signatures_estimate_the_resemblance() -> None:
    """The share of equal entries is the share of common shingles, within five standard errors of their mean."""
    rng = random.Random(29)  # noqa: S311 - not for secrets
    firsts = [strategies.sentence_words(rng, "latin", 30) for _ in range(200)]
    pairs = [words for first in firsts for words in (first, changed(rng, first, 0.1))]
    signed, _ = signed_and_banded(pairs)
    estimated = np.mean([(signed[:, i] == signed[:, i + 1]).mean() for i in range(0, len(pairs), 2)])
    true = np.mean(
        [
            oracle.jaccard(oracle.shingles(a, 2), oracle.shingles(b, 2))
            for a, b in zip(pairs[::2], pairs[1::2], strict=True)
        ]
    )
    assert abs(estimated - true) < 5 * 0.5 / (200 * BANDING.num_perm) ** 0.5


def test_banding_finds_near_duplicates_and_little_else() -> None:
    """At word similarity 0.85 nearly all pairs are found; unrelated paragraphs of one vocabulary seldom meet."""
    rng = random.Random(31)  # noqa: S311 - not for secrets
    words = strategies.sentence_words(rng, "latin", 400)
    paragraphs = [rng.choices(words, k=40) for _ in range(400)]
    _, banded = signed_and_banded(paragraphs)
    meetings = sum(len(keys) - len(np.unique(keys)) for keys in banded)
    assert meetings <= 8
    assert BANDING.recall(0.5) > 0.85
