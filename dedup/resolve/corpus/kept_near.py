"""Near-duplicates that are kept because they say something new."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.fingerprint.exact_copies import index_type
from dedup.model.differences import Difference
from dedup.text.arrays import among

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from dedup.model.settings import Settings
    from dedup.resolve.corpus.leaders import Leaders

SHOWN = 1000
"""How many are shown at most; the others are counted."""


class NearDuplicates(NamedTuple):
    """The near-duplicates that stay.

    Attributes:
        shown: the first ones, in order: see `near_type`.
        more: how many there are besides.
        kinds: how many of those say something new of each kind: what was found first, and settled that they stay.
    """

    shown: NDArray[np.void]
    more: int
    kinds: Counter[str]

    @classmethod
    def empty(cls) -> NearDuplicates:
        """Return an empty result: explanations are off."""
        return cls(np.empty(0, near_type(0)), 0, Counter())


def near_type(number: int) -> np.dtype[np.void]:
    """Return the type of a near-duplicate in a corpus of so many paragraphs.

    A paragraph that stays, and the one most like it that stays, too, by their numbers in the corpus; how similar they
    are; of what kinds that is which is new, see `dedup.model.differences.Difference`.
    """
    index = index_type(number)
    return np.dtype([("paragraph", index), ("witness", index), ("similarity", "<f4"), ("kind", "<i2")])


def kept_near(
    first: NDArray[np.int64],
    leaders: Leaders,
    removals: NDArray[Any],
    number: int,
    settings: Settings,
    *,
    kinds_of: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.int16]],
) -> NearDuplicates:
    """Return the near-duplicates that stay among the different paragraphs; of several copies, the first one.

    Args:
        first: number of the first paragraph of each that was clustered; int64.
        leaders: the clustering.
        removals: what goes in the end; see `dedup.resolve.corpus.removals.removal_type`.
        number: of paragraphs in the corpus.
        settings: how similar a near-duplicate is.
        kinds_of: returns of what kind that is which is new, for the later and the earlier ones of some pairs; that they
            stay was settled without it.
    """
    if settings.guard == "off":  # similarity alone decides: what is kept is not near
        return NearDuplicates.empty()
    stays = ~among(first, removals["paragraph"])
    later, earlier, verdicts = leaders.near_kept_pairs(stays, settings.threshold)
    found = np.empty(len(later), near_type(number))
    found["paragraph"], found["witness"] = first[later], first[earlier]
    found["similarity"], found["kind"] = verdicts.similarity, kinds_of(later, earlier)
    found.sort(order="paragraph")
    shown, rest = found[:SHOWN], found[SHOWN:]
    kinds: Counter[str] = Counter()
    for kind, times in zip(*(each.tolist() for each in np.unique(rest["kind"], return_counts=True)), strict=True):
        kinds.update(dict.fromkeys(Difference(kind).names(), times))
    return NearDuplicates(shown, len(rest), kinds)
