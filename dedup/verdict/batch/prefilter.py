"""A glance at many pairs at once: in which of them does a word or a number certainly say something new?

Most pairs that only look alike differ in a number, or in a word that is nothing like the one in its place. What
`dedup.verdict.additions.examine` would find after asking all rules, is seen here for all stretches of a batch. What is
claimed here holds whatever the rules find; where they might find something, nothing is claimed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.model.differences import Difference
from dedup.verdict.batch.gaps import Vocabulary
from dedup.verdict.batch.new_numbers import other_amount, other_code, other_figure
from dedup.verdict.batch.new_words import other_word
from dedup.verdict.gap import LIMIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.verdict.batch.gaps import Stretches, Tokens

GLANCE = 12
"""Tokens of the witness that can be taken in at a glance."""


def certainly_new(found: Stretches, tokens: Tokens) -> NDArray[np.int16]:
    """Return for each stretch of what kind is what is certainly new, as a `Difference`; 0 where that is open."""
    kinds = np.zeros(len(found.pair), np.int16)
    theirs, ours = found.a1 - found.a0, found.b1 - found.b0
    kinds[ours > LIMIT] = Difference.WORDS
    few = np.flatnonzero((theirs <= GLANCE) & (ours <= LIMIT))
    if not len(few):
        return kinds
    some = found.picked(few)
    vocabulary = Vocabulary(some, tokens)
    kinds[few[other_word(some, tokens, vocabulary)]] = Difference.WORDS
    kinds[few[other_figure(some, tokens, vocabulary)]] = Difference.NUMBER
    kinds[few[other_code(some, tokens, vocabulary)]] = Difference.NUMBER
    few = few[~np.isin(found.pair[few], found.pair[kinds > 0])]
    kinds[few[other_amount(found.picked(few), tokens)]] = Difference.NUMBER
    return kinds
