"""Candidate pairs of a batch of documents in which the later paragraph certainly says something new.

By the native kernels, for all pairs at once. What they say of a pair is what `dedup.verdict.compare.compare` would say,
which is not asked then; of the others they say nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.native.kernels import native
from dedup.text.token_chars import encode_tokens
from dedup.verdict.batch import native_sieve
from dedup.verdict.batch.native_sieve import Letters
from dedup.verdict.compare import NUMBERS_EXPLAINED, least_common

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.candidates.votes import Pairs
    from dedup.model.settings import Settings
    from dedup.shingling import Words
    from dedup.text.arrays import Flags, Ints


def surely_new(pairs: Pairs, words: Words, text_of: Callable[[int], str], settings: Settings) -> Flags:
    """Return in which pairs the later paragraph certainly says something that the earlier one does not say.

    Args:
        pairs: of the paragraphs of the batch.
        words: theirs.
        text_of: returns the text of a paragraph.
        settings: the threshold and the guard.
    """
    later, earlier = pairs.later, pairs.earlier
    if native() is None or not len(later):
        return np.zeros(len(later), bool)
    codes = encode_tokens(words.hashes, words.numeric).astype("<u4", copy=False)
    letters = Letters(codes.tobytes(), words.offsets.astype("<u8").tobytes())
    sizes = np.diff(words.offsets)
    new: Flags = native_sieve.common(letters, earlier, later) < least_common(sizes[earlier], sizes[later], settings)
    if settings.guard != "off":
        left = np.flatnonzero(~new)
        new[left] = native_sieve.numbers_lacking(letters, earlier[left], later[left]) > NUMBERS_EXPLAINED
    if settings.guard == "strict":
        left = np.flatnonzero(~new)
        new[left] = _by_sieve(codes, words.offsets, text_of, earlier[left], later[left])
    return new


def _by_sieve(codes: Ints, offsets: Ints, text_of: Callable[[int], str], earlier: Ints, later: Ints) -> Flags:
    needed, index = np.unique(np.stack((earlier, later)), return_inverse=True)
    edges = zip(offsets[needed].tolist(), offsets[needed + 1].tolist(), strict=True)
    chars = [codes[first:last].tobytes().decode("utf-32-le", "surrogatepass") for first, last in edges]
    texts = [text_of(number).encode("utf-8", "surrogatepass") for number in needed.tolist()]
    return native_sieve.settled(chars, texts, *index.reshape(2, -1))
