"""The paragraphs of a corpus and which of them are the same, and what is left of these when some are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.fingerprint.exact_copies import index_type
from dedup.resolve.near_duplicates import sources

if TYPE_CHECKING:
    from numpy.typing import NDArray


class DistinctParagraphs(NamedTuple):
    """The paragraphs of a corpus, or of what is left of one, in order.

    Attributes:
        document: number of the document of each paragraph; int32, ascending.
        owner: the first paragraph with the same bytes, of each; int32 or int64.
        paragraph: the first paragraph of each different one that was fingerprinted; ascending.
        place: the place of its row in the spool; int64.
        fixed: the first so many paragraphs stay (references).
    """

    document: NDArray[np.int32]
    owner: NDArray[Any]
    paragraph: NDArray[np.int64]
    place: NDArray[np.int64]
    fixed: int

    def without(self, gone: NDArray[np.int64]) -> Rest:
        """Return what is left when some paragraphs are gone, numbered from 0; `gone`: ascending."""
        numbers = np.delete(np.arange(len(self.owner)), gone)
        owner = self.owner[numbers]
        # The first of those that are left speaks for those of the same bytes.
        first = np.full(len(self.owner), -1, index_type(len(self.owner)))
        first[owner[::-1]] = np.arange(len(numbers) - 1, -1, -1)
        here = first[self.paragraph]
        present = np.flatnonzero(here >= 0)
        order = present[np.argsort(here[present], kind="stable")]
        paragraphs = DistinctParagraphs(
            self.document[numbers],
            first[owner],
            here[order].astype(np.int64),
            self.place[order],
            int(np.searchsorted(numbers, self.fixed)),
        )
        return Rest(paragraphs, numbers, first)


class Rest(NamedTuple):
    """What is left of a corpus.

    Attributes:
        paragraphs: they.
        numbers: the number of each in the corpus; int64.
        first: of each paragraph of the corpus that others have the same bytes as, the first of these that is left, or
            -1; int32 or int64.
    """

    paragraphs: DistinctParagraphs
    numbers: NDArray[np.int64]
    first: NDArray[Any]

    def in_corpus(self, removals: NDArray[np.void], corpus: DistinctParagraphs) -> NDArray[np.void]:
        """Return removals of what is left as those of the corpus; see `dedup.resolve.corpus.removals.removal_type`."""
        out = removals.copy()
        for name in ("paragraph", "witness"):
            out[name] = self.numbers[removals[name]]
        origin = corpus.document[out["witness"]]
        out["source"] = sources(origin, out["witness"] - np.searchsorted(corpus.document, origin))
        return out
