"""Sets of words as token characters: function words, uninformative words, words of attribution."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedup.fingerprint.fingerprint import function_words, words_of
from dedup.language.phrases import put_in
from dedup.language.wordlists import ENTITIES, LINKS, SAYING
from dedup.text.characters import fold
from dedup.text.token_chars import decode_chars, encode_tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray


@cache
def function_word_chars() -> frozenset[str]:
    """Return the characters of function words; see `dedup.text.token_chars`."""
    return _chars(function_words())


@cache
def uninformative_chars() -> frozenset[str]:
    """Return the characters of words that add nothing, or may add nothing, where they are inserted."""
    return function_word_chars() | _chars(words_of(sorted(put_in())).hashes)


@cache
def attribution_chars() -> frozenset[str]:
    """Return the characters of verbs of saying, and of the words that links are made of."""
    return _chars(words_of(sorted(fold(word) for word in SAYING | LINKS | ENTITIES)).hashes)


def _chars(hashes: NDArray[np.uint64]) -> frozenset[str]:
    return frozenset(decode_chars(encode_tokens(hashes, np.zeros(len(hashes), bool)).astype("<u4").tobytes()))
