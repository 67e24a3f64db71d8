"""A sample of what is too much to be shown: so much of each stratum, drawn by a seed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

Item = TypeVar("Item")


class Stratum(NamedTuple, Generic[Item]):
    """What was drawn of one stratum, in the order in which it came, and of how many."""

    name: Hashable
    drawn: list[Item]
    number: int


class StratifiedSample(Generic[Item]):
    """Draws items of each stratum with equal probability (reservoir sampling, Vitter's algorithm R).

    The same items in the same order, and the same seed, give the same sample. Memory: `most` items of each stratum.

    Args:
        most: items that are drawn in all.
        seed: of the random numbers.
    """

    def __init__(self, most: int, seed: int) -> None:
        self._most = most
        self._random = random.Random(seed)  # noqa: S311 - a sample is no secret
        self._reservoirs: dict[Hashable, list[tuple[int, Item]]] = {}
        self._numbers: dict[Hashable, int] = {}
        self._seen = 0

    def wants(self, stratum: Hashable) -> int | None:
        """Count the next item of a stratum, and return the place it is to be put in; None if it is not drawn."""
        number = self._numbers[stratum] = self._numbers.get(stratum, 0) + 1
        self._seen += 1
        reservoir = self._reservoirs.setdefault(stratum, [])
        if len(reservoir) < self._most:
            return len(reservoir)
        place = self._random.randrange(number)
        return place if place < self._most else None

    def put(self, stratum: Hashable, place: int, item: Item) -> None:
        """Put an item in the place that `wants` has just returned for it."""
        reservoir = self._reservoirs[stratum]
        reservoir[place : place + 1] = [(self._seen, item)]

    def strata(self) -> list[Stratum[Item]]:
        """Return what is drawn: `most` items in all, of each stratum an equal share, or all that it has."""
        left, strata = self._most, []
        rising = sorted(self._reservoirs, key=lambda name: (len(self._reservoirs[name]), str(name)))
        for place, name in enumerate(rising):
            reservoir = self._reservoirs[name]
            share = min(len(reservoir), left // (len(rising) - place))
            left -= share
            # What a reservoir holds is in no order of size or place once it is full: any part of it is a sample.
            drawn = self._random.sample(reservoir, share)
            strata.append(
                Stratum(name, [item for _, item in sorted(drawn, key=lambda each: each[0])], self._numbers[name])
            )
        return strata
