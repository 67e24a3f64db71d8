"""The tokens of texts, with their places, and the hashes of function words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedup.language.wordlists import FUNCTION
from dedup.shingling import tokenise
from dedup.text.characters import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.shingling import Words


def words_of(bodies: Sequence[str], *, placed: bool = True) -> Words:
    """Return the tokens of some texts, as of the paragraphs of a batch; `placed`: see `tokenise`."""
    lengths = np.array([len(body) for body in bodies], np.int64)
    ends = np.cumsum(lengths + 1) - 1
    # Not a line end: some of the texts hold one, and it is no part of a word either.
    return tokenise("\n".join(bodies), ends - lengths, ends, placed=placed)


@cache
def function_words() -> NDArray[np.uint64]:
    """Return the hashes of function words, sorted: uint64."""
    return np.unique(words_of(sorted(fold(word) for word in FUNCTION)).hashes)
