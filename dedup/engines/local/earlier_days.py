"""Paragraphs of earlier days among those of a run: what an index has is numbered before what the spool has."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.engines.removal.task_decisions import WitnessLocation
from dedup.fingerprint.exact_copies import first_copies, index_type
from dedup.resolve.corpus.distinct import DistinctParagraphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.index.lookups import Documents, Lookups
    from dedup.text.arrays import Ints


class Joined(NamedTuple):
    """Some documents of earlier days, and behind them those of the spool.

    Attributes:
        earlier: documents of earlier days.
        paragraphs: of all; as those of earlier days have no rows, only paragraphs that the spool has are named.
    """

    earlier: Documents
    paragraphs: DistinctParagraphs

    @property
    def fixed(self) -> int:
        """Paragraphs of earlier days."""
        return self.paragraphs.fixed

    def numbers(self, ids: Ints) -> Ints:
        """Return the numbers here of paragraphs of earlier days, given those across days."""
        found: Ints = np.searchsorted(self.earlier.ids, ids)
        return found

    def number(self, paragraph: NDArray[np.integer]) -> Ints:
        """Return the numbers here of the first paragraphs with the same bytes, given numbers in the spool."""
        found: Ints = self.paragraphs.owner[paragraph + self.fixed].astype(np.int64)
        return found


def joined(earlier: Documents, today: DistinctParagraphs, digests: NDArray[np.uint64]) -> Joined:
    """Put documents of earlier days before those of a spool.

    Args:
        earlier: they.
        today: the paragraphs of the spool.
        digests: of the different ones of these; uint64, shape (different, 2).
    """
    fixed, number = len(earlier.ids), len(earlier.ids) + len(today.owner)
    both = np.concatenate((earlier.digests, digests))
    first = np.arange(len(both))
    copies, firsts = first_copies(iter([both]), len(both), 1, 0)
    first[copies] = firsts
    # Where a paragraph has stood before, that one is the first; else it is the one of today.
    own = np.where(first[fixed:] < fixed, first[fixed:], fixed + today.paragraph)
    owner = np.arange(number, dtype=index_type(number))
    owner[:fixed] = first[:fixed]
    here = fixed + np.arange(len(today.owner))
    here[today.paragraph] = own
    owner[fixed:] = here[today.owner]
    order = np.argsort(own, kind="stable")
    document = np.repeat(np.arange(len(earlier.counts), dtype=np.int32), earlier.counts)
    documents = np.concatenate((document, today.document + np.int32(len(earlier.counts))))
    return Joined(earlier, DistinctParagraphs(documents, owner, own[order], today.place[order], fixed))


class EarlierWitnesses:
    """Witnesses of earlier days, by numbers below 0 in the order in which they were named.

    Args:
        lookups: has what is known of them.
    """

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._numbers: dict[int, int] = {}

    def named(self, ids: Ints) -> Ints:
        """Return the numbers of some, given those across days."""
        some, inverse = np.unique(ids, return_inverse=True)
        own = [self._numbers.setdefault(id_, -1 - len(self._numbers)) for id_ in some.tolist()]
        return np.array(own, np.int64)[inverse]

    def ids(self, numbers: Ints) -> Ints:
        """Return the numbers across days of some that were named."""
        every = np.array(list(self._numbers), np.int64)
        found: Ints = every[-1 - numbers.astype(np.int64)]
        return found

    def followed(self, numbers: Ints) -> Ints:
        """Return what stays in place of some: short ones may have gone after they were named."""
        ids = self.ids(numbers)
        stays = self._lookups.in_place_of(ids)
        return self.named(np.where(stays >= 0, stays, ids))

    def locations(self, numbers: Ints, differ: NDArray[np.bool_]) -> Iterator[WitnessLocation]:
        """Yield where some stand, in order; `differ`: which of them are to be told with their texts."""
        ids, inverse = np.unique(self.ids(numbers), return_inverse=True)
        wanted = np.unique(inverse[differ])
        texts = dict(zip(wanted.tolist(), self._lookups.texts(ids[wanted]), strict=True))
        found = self._lookups.documents(ids)
        at = np.searchsorted(found.ids, ids)
        begins = np.concatenate(([0], np.cumsum(found.counts)))
        document = np.searchsorted(begins, at, side="right") - 1
        starts, ends = found.spans[at].T.tolist()
        lines, within = found.documents["line"][document].tolist(), (at - begins[document]).tolist()
        for place, is_told in zip(inverse.tolist(), differ.tolist(), strict=True):
            file, day = found.files[document[place]], found.days[document[place]]
            text = texts[place].decode("utf-8", "surrogatepass") if is_told else None
            name, line = f"{file} ({day})", lines[place] or None
            yield WitnessLocation(-1, within[place], starts[place], ends[place], file, name, line, text, day)
