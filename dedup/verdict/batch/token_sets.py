"""Sets of words as token characters: function words, uninformative words, words of attribution."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedup.fingerprint.words import function_words, words_of
from dedup.language.phrases import put_in
from dedup.language.wordlists import ENTITIES, LINKS, MARKING, ORDINALS, SAYING, SOURCES, SPEAKERS, SUFFIXES
from dedup.text.characters import fold
from dedup.text.token_chars import decode_chars, encode_tokens
from dedup.verdict.rules.enumerators import numerals
from dedup.verdict.rules.marker_forms import roman_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray


@cache
def function_word_chars() -> frozenset[str]:
    """Return the characters of function words; see `dedup.text.token_chars`."""
    return _chars(function_words())


@cache
def uninformative_chars() -> frozenset[str]:
    """Return the characters of words that add nothing, or may add nothing, where they are inserted."""
    return function_word_chars() | _chars(words_of(sorted(put_in() | SUFFIXES | numerals())).hashes)


@cache
def attribution_chars() -> frozenset[str]:
    """Return the characters of verbs of saying, of sources, and of the words that links are made of."""
    return _chars(words_of(sorted(fold(word) for word in SAYING | SOURCES | SPEAKERS | LINKS | ENTITIES)).hashes)


@cache
def marker_hashes() -> NDArray[np.uint64]:
    """Return the hashes of words of markers that have more than three bytes, ascending; see `marker_forms`."""
    return np.unique(words_of(sorted({*MARKING, *ORDINALS, *SUFFIXES, *roman_numbers()})).hashes)


def _chars(hashes: NDArray[np.uint64]) -> frozenset[str]:
    return frozenset(decode_chars(encode_tokens(hashes, np.zeros(len(hashes), bool)).astype("<u4").tobytes()))
