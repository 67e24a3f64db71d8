"""Sets of words as token characters: function words, words without content, words that say who says so."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedup.fingerprint.fingerprint import function_words, words_of
from dedup.language.phrases import put_in
from dedup.language.wordlists import ENTITIES, LINKS, SAYING
from dedup.text.characters import fold
from dedup.text.token_chars import letters_of, string_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


@cache
def function_letters() -> frozenset[str]:
    """Return the letters of the words that say nothing new; see `dedup.text.token_chars`."""
    return _letters(function_words())


@cache
def empty_letters() -> frozenset[str]:
    """Return the letters of the words that say nothing new, or may do so where they are put in."""
    return function_letters() | _letters(words_of(sorted(put_in())).hashes)


@cache
def telling_letters() -> frozenset[str]:
    """Return the letters of the words that tell who says so, and of those that links are made of."""
    return _letters(words_of(sorted(fold(word) for word in SAYING | LINKS | ENTITIES)).hashes)


def _letters(hashes: NDArray[np.uint64]) -> frozenset[str]:
    return frozenset(string_of(letters_of(hashes, np.zeros(len(hashes), bool)).astype("<u4").tobytes()))
