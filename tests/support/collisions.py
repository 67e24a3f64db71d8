"""Words and sequences of words with equal hashes, and hashes that are made to be worse than they are.

`tools/make_collisions.py` has found the constants.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dedup.fingerprint import words
from dedup.native.kernels import VARIABLE
from dedup.text import hashing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Hash = Callable[[Any, NDArray[np.int64], NDArray[np.int64]], NDArray[np.uint64]]

LETTERS = "dblafadnnihmpbjh", "opiakdgjjflihllc"
"""Two words of one token hash."""
SEQUENCES = (
    (
        "zqyqd zwxsb zcvru zvupf zsnjj zcxem zbdjv zqrsn zwidj zplsl zgbxo ztyug zmqck zqboa zmaxl zravq "
        "zneca zttrx zhoip zgjmq zfugp zfkmw zpvkm zviye zzrjv zmnhc zlshi zvtjq zzpam zscnb zhdug zbejs "
        "zdwyg zwfck zfnlw zsomd zfxgb zuvhk zthcf zidqs zqyyp zwkyf zjgas zvgwa zaeri zawke zognd zrwgg "
        "zxhvz zfnuo zwpzi zrsas"
    ),
    (
        "zqyqd zwxsb zjizf zidoe zxhde zwjav zxxyw zqrsn zotmt zovin zgbxo zisok zmqck zapzo zmyau zravq "
        "zcifc zhcst zhoip zfixx zfugp zvjyb zpvkm zxtoj zcfjs zctms zwmdp zvtjq zzash zscnb zhdug zvyrr "
        "zzgkb zwfck zfnlw zwdep zfxgb zxfeu zthcf zrith zqyyp zmoim zttcf zvgwa zaeri zawke zxjoo zfzuc "
        "zifje zxpri zwpzi znpoz"
    ),
)
"""Two sequences of words of one key; the words in one place have the same letter, too."""
WORST: dict[str, int] = {"constant": 0, "low byte": 0xFF, "high bits": 0xF << 60, "both ends": 0xF << 60 | 0xF}
"""Bits that are left of each token's hash."""


@contextmanager
def hashes_of(bits: int) -> Iterator[None]:
    """Leave only some bits of each token's hash."""
    with _hashed(lambda data, starts, ends: hashing.token_hashes(data, starts, ends) & np.uint64(bits)):
        yield


@contextmanager
def collision(one: str, other: str) -> Iterator[None]:
    """Give a word, folded, the hash of another one."""
    first, second = one.encode(), other.encode()

    def hashed(data: Any, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.uint64]:
        out = hashing.token_hashes(data, starts, ends)
        raw = bytes(data)
        for place, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            if raw[start:end] == second:
                out[place] = token_hash(first)
        return out

    with _hashed(hashed):
        yield


def token_hash(word: bytes) -> int:
    """Return the hash of one word."""
    return int(hashing.token_hashes(word, np.zeros(1, np.int64), np.array([len(word)]))[0])


@contextmanager
def _hashed(replaced: Hash) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        _forget()
        patch.setenv(VARIABLE, "0")  # what is replaced is the Python
        patch.setattr("dedup.shingling.token_hashes", replaced)
        try:
            yield
        finally:
            _forget()


def _forget() -> None:
    """Have the hashes of listed words looked up again."""
    words.function_words.cache_clear()
