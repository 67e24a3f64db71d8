"""The sieve in Rust before the verdicts, with the tables of words that it goes by: see `native/src/sieve.rs`.

It settles pairs in which something is certainly new, whatever the rules have to say; without it they settle all.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.fingerprint.native_batch import kernels_with
from dedup.language.numbers import months, values
from dedup.language.spelling import VOWELS, beginnings, known_spellings, misread, plain, plain_units, respelt
from dedup.language.wordlists import LINKS, SAYING
from dedup.native import kernels
from dedup.text.arrays import uint64_bytes
from dedup.verdict.compare import MAX_ALIGNMENT_CELLS
from dedup.verdict.gap import MAX_GAP
from dedup.verdict.rules.marker_forms import MARKER_JOINT, MARKER_OPENING, MAX_TOKENS, marker_words
from dedup.verdict.rules.order import FEWEST, MOVED
from dedup.verdict.rules.registry import listed_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from dedup.native._kernels import Sieve
    from dedup.text.arrays import Flags, Ints

_RULE, _SAYING, _LINK, _NUMBER, _MONTH, _UNIT, _MARKER, _SPELT = (1 << bit for bit in range(8))
"""What is known of a word; `native/src/vocabulary.rs` has the same."""
_FEWEST = 500
"""Pairs from which on it takes longer to ask the rules than to put the tables together, where they are not yet."""
_COMPOSED_BELOW = 0x2000
"""Characters above it are taken as they are by `plain`."""


class Letters(NamedTuple):
    """The words of some paragraphs as characters, as the crate takes them.

    Attributes:
        codes: the code points of all of them, little-endian, of 32 bits.
        offsets: where each paragraph begins among them, and their number; likewise, of 64 bits.
    """

    codes: bytes
    offsets: bytes


def concatenated(chars: Sequence[str]) -> Letters:
    """Return the words of some paragraphs for the crate."""
    offsets = np.cumsum([0, *map(len, chars)]).astype("<u8")
    return Letters("".join(chars).encode("utf-32-le", "surrogatepass"), offsets.tobytes())


def common(letters: Letters, first: Ints, second: Ints) -> Ints:
    """Return the length of the longest common subsequence of the words of each pair."""
    return _whole(_module().common(letters, (uint64_bytes(first), uint64_bytes(second))))


def numbers_lacking(letters: Letters, witness: Ints, candidate: Ints) -> Ints:
    """Return for each pair how many different numbers of the candidate the witness lacks."""
    return _whole(_module().numbers_lacking(letters, (uint64_bytes(witness), uint64_bytes(candidate))))


def settled(chars: Sequence[str], texts: Sequence[bytes], witness: Ints, candidate: Ints) -> Flags:
    """Return in which pairs the candidate certainly says something new.

    Args:
        chars: the words of some paragraphs, as characters.
        texts: their texts; UTF-8.
        witness: index of each pair's paragraph that would stay; int64.
        candidate: index of the one that may be removed.
    """
    if len(witness) < _FEWEST and not sieve_with.cache_info().currsize:
        return np.zeros(len(witness), bool)
    sieve = sieve_with(kernels.instructions())
    found = sieve.settled(
        concatenated(chars), texts, (uint64_bytes(witness), uint64_bytes(candidate)), MAX_ALIGNMENT_CELLS
    )
    return np.frombuffer(found, bool)


@cache
def sieve_with(instructions: str) -> Sieve:
    """Return the sieve, with kernels that use some instructions."""
    accented = {code: bare for code in range(_COMPOSED_BELOW) if (bare := _without(chr(code))) != chr(code)}
    found: Sieve = _module().Sieve(
        kernels_with(instructions),
        _known(),
        accented,
        {ord(letter): ord(one) for letter, one in beginnings().items()},
        tuple("".join(sorted(signs)) for signs in (misread(), respelt(), VOWELS, MARKER_OPENING, MARKER_JOINT)),
        (MAX_GAP, MAX_TOKENS, MOVED, FEWEST),
    )
    return found


def _module() -> ModuleType:
    module = kernels.native()
    assert module is not None  # noqa: S101 - the caller's part
    return module


def _known() -> dict[str, int]:
    """Return what is known of each listed word, by `plain`."""
    found: dict[str, int] = {}
    for flag, words in (
        (_RULE, listed_words()),
        (_SAYING, SAYING),
        (_LINK, LINKS),
        (_NUMBER, values()),
        (_MONTH, months()),
        (_UNIT, plain_units()),
        (_MARKER, marker_words()),
        (_SPELT, known_spellings()),
    ):
        for word in map(plain, words):
            found[word] = found.get(word, 0) | flag
    return found


def _without(char: str) -> str:
    """Return what `plain` leaves of a character within a word: nothing of a mark."""
    return plain(f"a{char}")[1:]


def _whole(found: bytearray) -> Ints:
    return np.frombuffer(found, "<i8")
