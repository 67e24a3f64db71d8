"""Sets of words as token characters: function words, uninformative words, words of attribution."""

from __future__ import annotations

from functools import cache
from string import ascii_lowercase
from typing import TYPE_CHECKING

import numpy as np

from dedup.fingerprint.fingerprint import function_words, words_of
from dedup.language.phrases import put_in
from dedup.language.wordlists import ENTITIES, LINKS, MARKING, ORDINALS, SAYING, SUFFIXES
from dedup.text.characters import fold
from dedup.text.token_chars import decode_chars, encode_tokens
from dedup.verdict.rules.marker_forms import roman_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray


_NUMERALS = frozenset((*ascii_lowercase, "ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii"))
"""What stands in front of the entries of a list within a sentence: "(a)", "(ii)"."""


@cache
def function_word_chars() -> frozenset[str]:
    """Return the characters of function words; see `dedup.text.token_chars`."""
    return _chars(function_words())


@cache
def uninformative_chars() -> frozenset[str]:
    """Return the characters of words that add nothing, or may add nothing, where they are inserted."""
    return function_word_chars() | _chars(words_of(sorted(put_in() | SUFFIXES | _NUMERALS)).hashes)


@cache
def attribution_chars() -> frozenset[str]:
    """Return the characters of verbs of saying, and of the words that links are made of."""
    return _chars(words_of(sorted(fold(word) for word in SAYING | LINKS | ENTITIES)).hashes)


@cache
def marker_hashes() -> NDArray[np.uint64]:
    """Return the hashes of words of markers that have more than three bytes, ascending; see `marker_forms`."""
    return np.unique(words_of(sorted({*MARKING, *ORDINALS, *SUFFIXES, *roman_numbers()})).hashes)


def _chars(hashes: NDArray[np.uint64]) -> frozenset[str]:
    return frozenset(decode_chars(encode_tokens(hashes, np.zeros(len(hashes), bool)).astype("<u4").tobytes()))
