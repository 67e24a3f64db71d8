"""Prefilter: find the pairs of a batch in which a word or a number is certainly new, without asking the rules.

Most pairs that are merely similar differ in a number, or in a word that resembles nothing in its place. This finds for
all gaps at once what `dedup.verdict.additions.check_addition` would find one by one. It never contradicts the rules:
where one of them might apply, the gap is left undecided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.model.differences import Difference
from dedup.verdict.batch.gaps import Vocabulary
from dedup.verdict.batch.new_numbers import new_amounts, new_codes, new_figures
from dedup.verdict.batch.new_words import new_words
from dedup.verdict.gap import MAX_GAP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.verdict.batch.gaps import Gaps, TokenTable

MAX_WITNESS_TOKENS = 12
"""Maximum tokens of the witness in a gap that the prefilter looks at."""


def certain_differences(gaps: Gaps, tokens: TokenTable) -> NDArray[np.int16]:
    """Return for each gap the `Difference` that is certainly new in it; 0 where undecided."""
    kinds = np.zeros(len(gaps.pair), np.int16)
    kinds[gaps.candidate_sizes > MAX_GAP] = Difference.WORDS
    small = np.flatnonzero((gaps.witness_sizes <= MAX_WITNESS_TOKENS) & (gaps.candidate_sizes <= MAX_GAP))
    if not len(small):
        return kinds
    checked = gaps.picked(small)
    vocabulary = Vocabulary(checked, tokens)
    kinds[small[new_words(checked, tokens, vocabulary)]] = Difference.WORDS
    kinds[small[new_figures(checked, tokens, vocabulary)]] = Difference.NUMBER
    kinds[small[new_codes(checked, tokens, vocabulary)]] = Difference.NUMBER
    small = small[~np.isin(gaps.pair[small], gaps.pair[kinds > 0])]
    kinds[small[new_amounts(gaps.picked(small), tokens)]] = Difference.NUMBER
    return kinds
