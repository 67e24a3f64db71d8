"""The tables behind `dedup.text.characters`, as ``tools/make_unicode.py`` wrote them for one version of Unicode.

They lie in a file of little-endian 32-bit integers, which is read in a fraction of the time that a module of the same
tables takes: how many class runs, folds and numbers of expansions there are; where each run of code points of one
class starts; the classes; the folds, as first, last, step and distance; the expansions, as code point, length and what
it expands to.
"""

from __future__ import annotations

import pathlib
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = "18.0.0"


class Tables(NamedTuple):
    """The tables, each as int32.

    Attributes:
        starts: first code point of each run of one class.
        classes: the class, and perhaps a flag, of each run.
        folds: shape (folds, 4): first and last code point, step, and the distance to what they fold to.
        expansions: code point, length, and as many code points, one expansion after the other.
    """

    starts: NDArray[np.int32]
    classes: NDArray[np.int32]
    folds: NDArray[np.int32]
    expansions: NDArray[np.int32]


@cache
def tables() -> Tables:
    """Read the tables."""
    path = pathlib.Path(__file__).parent / "data" / f"unicode-{VERSION}.bin"
    data = np.frombuffer(path.read_bytes(), np.dtype("<i4"))
    runs, folds, rest = data[:3].tolist()
    ends = np.cumsum([3, runs, runs, 4 * folds, rest])
    starts, classes, flat, expansions = (data[a:b] for a, b in pairwise(ends.tolist()))
    return Tables(starts, classes, flat.reshape(-1, 4), expansions)


def expansions() -> dict[str, str]:
    """Return the characters that fold to several, with what they fold to."""
    numbers = tables().expansions.tolist()
    out: dict[str, str] = {}
    at = 0
    while at < len(numbers):
        length = numbers[at + 1]
        out[chr(numbers[at])] = "".join(map(chr, numbers[at + 2 : at + 2 + length]))
        at += 2 + length
    return out
