"""Which decisions are asked about: so many of each stratum, drawn by a seed while the run goes on."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from dedup.report.findings.sample import StratifiedSample
from dedup.report.review.pairs import WEIGHTS, pair_of, stratum_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.model.explanation import Explanation
    from dedup.report.review.pairs import Pair

LONGEST = 20_000
"""Characters of a paragraph that can be asked about."""


class Draw:
    """Takes the decisions of a run, in order, and draws some.

    The same decisions in the same order, and the same seed, give the same draw. Memory: no more than `number` decisions
    of each stratum.

    Args:
        number: decisions to be drawn.
        seed: of the random numbers.

    Attributes:
        numbers: decisions of each stratum.
        near: near-duplicates that stay, among all that was taken.
        too_long: decisions that were passed over, for a paragraph of more than `LONGEST` characters.
    """

    def __init__(self, number: int, seed: int) -> None:
        self.number = number
        self.seed = seed
        self.numbers: Counter[str] = Counter()
        self.near = self.too_long = 0
        self._samples: dict[str, StratifiedSample[Pair]] = {}

    def add(self, found: Explanation) -> None:
        """Take the next decision."""
        self.near += found.reason == "new"
        if len(found.text) > LONGEST or len(found.witness) > LONGEST:
            self.too_long += 1
            return
        stratum = stratum_of(found)
        self.numbers[stratum] += 1
        if stratum not in self._samples:
            self._samples[stratum] = StratifiedSample(self.number, self.seed + 1000 * list(WEIGHTS).index(stratum))
        sample = self._samples[stratum]
        if (place := sample.wants(stratum)) is not None:
            sample.put(stratum, place, pair_of(found))

    def drawn(self) -> list[Pair]:
        """Return what is drawn, shuffled: answers up to any point are about some of each stratum."""
        shares = allocation(self.numbers, self.number)
        chooser = random.Random(self.seed)  # noqa: S311 - a sample is no secret
        out: list[Pair] = []
        for stratum in WEIGHTS:
            if shares.get(stratum):
                [found] = self._samples[stratum].strata()
                out += (replace(one, of=found.number) for one in chooser.sample(found.drawn, shares[stratum]))
        chooser.shuffle(out)
        return out


def allocation(numbers: Mapping[str, int], most: int) -> dict[str, int]:
    """Return how many are drawn of each stratum: half of them removals, and by `WEIGHTS`, but one of each at least.

    What one side cannot fill goes to the other one.
    """
    sides = {side: [s for s in WEIGHTS if s.startswith(side) and numbers.get(s)] for side in ("went", "stayed")}
    there = {side: sum(numbers[s] for s in strata) for side, strata in sides.items()}
    went = min(there["went"], max((most + 1) // 2, most - there["stayed"]))
    room = {"went": went, "stayed": min(there["stayed"], most - went)}
    shares: Counter[str] = Counter()
    for side, strata in sides.items():
        for _ in range(room[side]):
            open_ = [s for s in strata if shares[s] < numbers[s]]
            none = [s for s in open_ if not shares[s]]
            shares[max(none or open_, key=lambda s: WEIGHTS[s] / (shares[s] + 1))] += 1
    return dict(shares)
