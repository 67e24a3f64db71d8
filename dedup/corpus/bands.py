"""How signatures are cut into bands for a corpus of some size: enough bands for recall, long enough ones for speed."""

from __future__ import annotations

from typing import NamedTuple

from dedup.corpus.buckets import resemblance
from dedup.minhash import Banding


class Choice(NamedTuple):
    """A banding, and what is expected of it."""

    banding: Banding
    recall: float

    def told(self) -> str:
        """Return a sentence for people."""
        bands, rows = self.banding
        return f"{bands} bands of {rows} rows: predicted recall {self.recall:.3f}"


def choose_banding(threshold: float, size: int) -> Choice:
    """Choose."""
    banding = Banding(32, 4)
    return Choice(banding, banding.recall(resemblance(threshold)))
