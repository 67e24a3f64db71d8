"""The native kernels find the pairs of a band that the Python finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.candidates import buckets, native_buckets
from dedup.candidates.buckets import ASKS, KEPT, Bucketed, Features
from dedup.model.settings import Settings
from dedup.native import kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytestmark = pytest.mark.skipif(kernels.native() is None, reason="the native kernels are not there")
SETTINGS = Settings(scope="corpus"), Settings(scope="corpus", guard="off", threshold=0.7), Settings(threshold=1.0)


Band = tuple["NDArray[np.uint32]", "NDArray[np.uint8]", Features]


@st.composite
def bands(draw: st.DrawFn) -> Band:
    """Return keys, most of which several paragraphs have, flags of the paragraphs, and features."""
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    number, kinds = draw(st.integers(0, 120)), draw(st.integers(1, 40))
    keys = rng.integers(0, 1 << 32, kinds, np.uint32)[rng.integers(0, kinds, number) * rng.integers(0, 2, number)]
    asks = rng.random(number) < draw(st.sampled_from((0, 0.05, 0.5, 1)))
    kept = rng.random(number) < draw(st.sampled_from((0, 0.05, 0.5, 1)))
    masks = rng.integers(0, 1 << 64, 5, np.uint64, endpoint=False) >> rng.integers(54, 63, 5, np.uint64)
    numbers = masks[rng.integers(0, 5, number)]
    words = rng.integers(5, 5 + draw(st.integers(1, 12)), number, np.int32)
    bits = np.where(rng.random((number, 2)) < 0.5, *(np.uint64(side) for side in (2**20 - 1, 2**55 - 1)))
    return keys, (KEPT * kept + ASKS * asks).astype(np.uint8), Features(words, numbers, bits)


def check_same(found: Bucketed, expected: Bucketed) -> None:
    """Fail unless both are the same, arrays and types of the pairs, too."""
    assert found.pairs.tolist() == expected.pairs.tolist()
    assert found.pairs.dtype == expected.pairs.dtype
    assert found.unexamined == expected.unexamined


@given(bands(), st.sampled_from(SETTINGS))
def test_a_band_has_the_same_pairs(band: Band, settings: Settings) -> None:
    """With small buckets and large ones, whoever is kept and whoever asks."""
    check_same(native_buckets.bucketed(*band, settings), buckets.bucketed(*band, settings))
    keys, flags, _ = band
    members, expected = (side.in_company(keys, flags) for side in (native_buckets, buckets))
    assert members.tolist() == expected.tolist()
    assert members.dtype == expected.dtype


@given(bands(), st.sampled_from(SETTINGS), st.sampled_from((0, 3)), st.tuples(st.integers(0, 5), st.integers(0, 5)))
def test_buckets_have_the_same_pairs(band: Band, settings: Settings, before: int, looks: tuple[int, int]) -> None:
    """Also where the first one goes on, and with other limits."""
    keys, flags, features = band
    member = np.argsort(keys, kind="stable")
    _, group = np.unique(keys[member], return_inverse=True)
    of_members = Features._make(column[member] for column in features)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(buckets, "FIRST", looks[0])
        patch.setattr(buckets, "LAST", looks[1])
        arguments: Any = (member.astype(np.uint64), group, flags[member], of_members, settings)
        expected = buckets.grouped(*arguments, before=before)
        check_same(native_buckets.grouped(*arguments, before=before), expected)


def test_the_python_takes_over_where_the_kernel_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does where there is none."""
    keys = np.array([5, 5, 9], np.uint32)
    flags = np.full(3, KEPT | ASKS, np.uint8)
    features = Features(np.full(3, 6, np.int32), np.zeros(3, np.uint64), np.zeros((3, 2), np.uint64))
    expected = buckets.bucketed(keys, flags, features, SETTINGS[0])
    assert expected.pairs.tolist() == [1 << 32]

    def raising(*_: Any) -> Any:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(native_buckets, "_pairs", raising)
        check_same(native_buckets.bucketed(keys, flags, features, SETTINGS[0]), expected)
        group = np.array([0, 0, 1])
        found = native_buckets.grouped(np.arange(3, dtype=np.uint64), group, flags, features, SETTINGS[0])
        assert found.pairs.tolist() == [1 << 32]
    with monkeypatch.context() as patch:
        patch.setattr(native_buckets, "_bytes", raising)
        assert native_buckets.in_company(keys, flags).tolist() == [0, 1]
    monkeypatch.setenv(kernels.VARIABLE, "0")
    check_same(native_buckets.bucketed(keys, flags, features, SETTINGS[0]), expected)
    assert native_buckets.in_company(keys, flags).tolist() == [0, 1]


def test_what_does_not_fit_is_refused() -> None:
    """The boundary does not trust its caller."""
    module = kernels.native()
    assert module is not None
    for keys, flags in ((b"abc", b""), (b"abcd", b""), (b"abcd", b"12")):
        with pytest.raises(ValueError, match=r"array|other paragraphs"):
            module.in_company(keys, flags)
    one = bytes(8)
    features = (one[:4], one, one + one)
    for members, some in (
        ((one, one + one, b"1"), features),
        ((one, one, b"12"), features),
        ((one, one, b""), features),
        ((one, one, b"1"), (one, one, one + one)),
        ((one, one, b"1"), (one[:4], one, one)),
    ):
        with pytest.raises(ValueError, match="other paragraphs"):
            module.bucket_pairs(members, some, (0.8, False, 3, 9), (5, 3), 0)
    assert module.bucket_pairs((one, one, b"1"), features, (0.8, False, 3, 9), (5, 3), 0) == (b"", 0)
    assert module.bucket_pairs((b"", b"", b""), (b"", b"", b""), (0.8, False, 3, 9), (5, 3), 0) == (b"", 0)
