"""All that is told of a run's findings: its removals, and the near-duplicates that stay."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from dedup.report.findings.maps import MostAffected
from dedup.report.findings.repeated import MostRepeated
from dedup.report.findings.sample import StratifiedSample
from dedup.report.findings.text_fingerprint import fingerprint_of

if TYPE_CHECKING:
    from dedup.model.explanation import Explanation
    from dedup.report.findings.sample import Stratum

SAMPLE = 12_000
"""Findings that are shown one by one."""
SEED = 1
CHARACTERS = 4000
"""Of a paragraph that are kept."""
BINS = 101
"""Of the histogram of similarities: from 0.00 to 1.00."""


class Findings:
    """Takes findings one by one, in the order of the inputs, and holds what reports are made from.

    Memory: bounded by the size of the sample (`SAMPLE` findings of each stratum, each of no more than `CHARACTERS`
    characters beside as many), whatever the number of findings.

    Args:
        most: findings that are drawn to be shown one by one; all of them where there are no more.
        seed: of the sample.

    Attributes:
        removed: removals.
        stayed: near-duplicates that stay, and paragraphs that are held back.
        accepted: of the removals, those that a baseline has.
        reasons: number of findings for each reason; see `Explanation.reason`.
        kinds: number of findings with each kind of difference, apart for those removed (True) and those that stay.
        similarities: number of pairs that were aligned by their similarity in hundredths, likewise apart.
        repeated: the most repeated paragraphs.
        maps: of the documents that repeat themselves most, which paragraph was compared with which.
    """

    def __init__(self, most: int = SAMPLE, seed: int = SEED) -> None:
        self.removed = self.stayed = self.accepted = 0
        self.reasons: Counter[str] = Counter()
        self.kinds: Counter[tuple[bool, str]] = Counter()
        self.similarities = {True: [0] * BINS, False: [0] * BINS}
        self.repeated = MostRepeated()
        self.maps = MostAffected()
        self.seed = seed
        self._sample: StratifiedSample[Explanation] = StratifiedSample(most, seed)

    def add(self, found: Explanation) -> None:
        """Take the next finding."""
        self.reasons[found.reason] += 1
        self.maps.add(found)
        self.kinds.update((found.removed, kind) for kind in found.kinds)
        if found.text != found.witness:
            self.similarities[found.removed][round(100 * min(max(found.similarity, 0.0), 1.0))] += 1
        if found.removed:
            self.removed += 1
            self.repeated.add(found)
        else:
            self.stayed += 1
        # The first kind alone: combinations of kinds would make strata without number.
        stratum = (found.reason, found.kinds[0] if found.kinds else "")
        if found.accepted:
            self.accepted += 1
            stratum = ("accepted", found.reason)  # apart: what is new is not to be crowded out
        if (place := self._sample.wants(stratum)) is not None:
            self._sample.put(stratum, place, _clipped(found))

    def sampled(self) -> list[Stratum[Explanation]]:
        """Return the findings to be shown one by one.

        Strata are named by reason and first kind of difference; those that a baseline has by ``accepted`` and reason.
        """
        return self._sample.strata()


def _clipped(found: Explanation) -> Explanation:
    if len(found.text) <= CHARACTERS and len(found.witness) <= CHARACTERS:
        return found
    new = tuple(span for span in found.new if span[1] <= CHARACTERS)
    text, witness = found.text[:CHARACTERS], found.witness[:CHARACTERS]
    return replace(found, text=text, witness=witness, new=new, fingerprint=fingerprint_of(found))
