"""What other settings would do with the pairs that were answered: the library's own comparison, pair by pair."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dedup.resolve.document.pair import pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.model.settings import Guard, Settings
    from dedup.report.review.pairs import Pair

LEAST_ANSWERS = 50
"""Answers below which no setting is recommended."""
THRESHOLDS = (0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
GUARDS: tuple[Guard, ...] = ("strict", "numbers", "off")


class Row(NamedTuple):
    """What one setting does with the answered pairs.

    Attributes:
        lost: pairs that would go, and say something new.
        missed: pairs that would stay, and say nothing new.
        all_lost, all_missed: the same of all decisions, estimated: each pair counts for as many as it was drawn from.
    """

    threshold: float
    guard: Guard
    lost: int
    missed: int
    all_lost: float
    all_missed: float
    now: bool


class Tried(NamedTuple):
    """All rows, and how many pairs they are made from.

    Attributes:
        left_out: pairs that are decided by more than the two texts: they are in no row.
    """

    rows: list[Row]
    pairs: int
    left_out: int

    def better(self) -> Row | None:
        """Return the setting that is better than the present one in one respect and worse in none; None without one."""
        [now] = [row for row in self.rows if row.now]
        least = now.all_lost, now.all_missed
        found = [
            row
            for row in self.rows
            if row.all_lost <= least[0] and row.all_missed <= least[1] and (row.all_lost, row.all_missed) != least
        ]
        return min(found, key=lambda row: (row.all_lost, row.all_missed, row.threshold), default=None)


def tried(labelled: Sequence[tuple[Pair, bool]], weights: Mapping[str, float], settings: Settings) -> Tried:
    """Decide about answered pairs under other settings.

    Thresholds below the present one are not tried: what is less similar than it was not drawn.

    Args:
        labelled: pairs, and whether the later paragraph may go.
        weights: for how many decisions a pair of each stratum stands.
        settings: the present ones.
    """
    usable = [(one, label) for one, label in labelled if goes(one, settings) == one.went]
    rows = []
    for threshold, guard in _grid(settings):
        other = replace(settings, threshold=threshold, guard=guard)
        gone = [(one, label, goes(one, other)) for one, label in usable]
        lost = [one for one, label, goes_ in gone if goes_ and not label]
        missed = [one for one, label, goes_ in gone if not goes_ and label]
        all_lost, all_missed = (sum(weights[one.stratum] for one in some) for some in (lost, missed))
        now = (threshold, guard) == (settings.threshold, settings.guard)
        rows.append(Row(threshold, guard, len(lost), len(missed), all_lost, all_missed, now))
    return Tried(rows, len(usable), len(labelled) - len(usable))


def goes(one: Pair, settings: Settings) -> bool:
    """Return True if the later paragraph would go for the other one, as far as these two go."""
    both = pair(one.a, one.b, settings)
    if both.compare_exactly(0, 1) is not None:
        return True
    return not settings.exact and both.is_eligible(1) and both.verdict(0, 1).covered


def _grid(settings: Settings) -> Iterator[tuple[float, Guard]]:
    for guard in GUARDS:
        for threshold in sorted({*THRESHOLDS, settings.threshold}):
            if threshold >= settings.threshold:
                yield threshold, guard
