"""Tokens with digits of many paragraphs at once: which of them does a witness lack?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.ranges import ranges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.corpus.aligned import Letters

_CODE = 21
"""Bits of a code point."""


class Figures:
    """The different tokens with digits of each of some paragraphs.

    Args:
        letters: the words of each paragraph.
    """

    def __init__(self, letters: Letters) -> None:
        at = np.flatnonzero(letters.codes & 1)
        owner = np.searchsorted(letters.offsets[1:], at, side="right")
        self._keys = np.unique((owner << _CODE) | letters.codes[at])
        """Number of the paragraph and letter, ascending."""
        self._begins = np.searchsorted(self._keys, np.arange(len(letters.strings) + 1) << _CODE)

    def lacking(self, witness: NDArray[np.int64], paragraph: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return for each pair, given by two indices, how many of the paragraph's the witness lacks."""
        begins = self._begins[paragraph]
        sizes = self._begins[paragraph + 1] - begins
        pair = np.repeat(np.arange(len(sizes)), sizes)
        wanted = (witness[pair] << _CODE) | (self._keys[ranges(begins, sizes)] & ((1 << _CODE) - 1))
        place = np.minimum(np.searchsorted(self._keys, wanted), max(len(self._keys) - 1, 0))
        return np.bincount(pair[self._keys[place] != wanted], minlength=len(sizes))
