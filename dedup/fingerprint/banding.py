"""How signatures are cut into bands for a corpus: enough bands for recall, and no more rows than that allows."""

from __future__ import annotations

from typing import NamedTuple

from dedup.fingerprint.minhash import Banding

RECALL = 0.995
"""Share of the pairs at and above the threshold that is to be found."""
_RUN = 2.25
"""Words that differ in a row, on the average, in near-duplicates that were looked at: people change phrases."""
_STEPS = 40
MOST_ROWS = 8
"""Rows of a band, at the most."""
_USUAL, _MORE = 128, 384
"""Entries of a signature; and at the most, in a corpus so large that chance makes most candidates."""
LARGE = 16 << 30
"""Bytes of text from which on a corpus is that large."""


class Choice(NamedTuple):
    """A banding, and what is expected of it."""

    banding: Banding
    recall: float

    def describe(self) -> str:
        """Return a sentence for people."""
        bands, rows = self.banding
        return (
            f"signatures of {self.banding.num_perm} entries in {bands} bands of {rows} rows: "
            f"predicted recall of pairs at or above the threshold {self.recall:.3f}"
        )


def choose_banding(threshold: float, size: int) -> Choice:
    """Return the banding with the longest bands that still finds what is to be found; one row where none does.

    Longer bands mean fewer accidental candidates, which grow with the square of the corpus: a very large one gets bands
    that are one row longer, and as many of them as the same recall takes, if that is not too many.

    Args:
        threshold: least similarity of a pair.
        size: bytes of text, about.
    """
    for rows in range(MOST_ROWS, 0, -1):
        choice = _choice(_USUAL // rows, rows, threshold)
        if choice.recall >= RECALL:
            break
    if size >= LARGE and rows < MOST_ROWS:
        longer = (_choice(bands, rows + 1, threshold) for bands in range(1, _MORE // (rows + 1) + 1))
        choice = next((other for other in longer if other.recall >= RECALL), choice)
    return choice


def _choice(bands: int, rows: int, threshold: float) -> Choice:
    banding = Banding(bands, rows)
    return Choice(banding, predicted(banding, threshold))


def predicted(banding: Banding, threshold: float) -> float:
    """Return the share of pairs expected to share a band, if similarities spread evenly from the threshold to 1."""
    steps = [threshold + (1 - threshold) * (step + 0.5) / _STEPS for step in range(_STEPS)]
    return sum(banding.recall(expected_resemblance(similarity)) for similarity in steps) / _STEPS


def expected_resemblance(similarity: float) -> float:
    """Return the resemblance of the shingles of two words of two texts of this similarity.

    A run of so many words that differ spoils one shingle more than it has words.
    """
    spoilt = (1 - similarity) * (_RUN + 1) / _RUN
    return max(0.0, 1 - spoilt) / (1 + spoilt)
