"""The columns of a spool, and what was decided in terms of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.fingerprint.table import ROW
from dedup.resolve.corpus.removals import GOES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from numpy.typing import NDArray

    from dedup.engines.local.spool import Spool
    from dedup.model.containment import Fault
    from dedup.resolve.corpus.distinct import DistinctParagraphs
    from dedup.resolve.corpus.kept_near import NearDuplicates


COLUMNS: dict[str, np.dtype[Any]] = {
    "parts": np.dtype(
        [
            ("check", "<u4"),
            ("documents", "<i4"),
            ("invalid", "<i4"),
            ("again", "<i4"),
            ("size", "<i8"),
            ("source", "<i4"),
        ]
    ),
    "documents": np.dtype(
        [("part", "<i4"), ("source", "<i4"), ("paragraphs", "<i4"), ("line", "<i4"), ("start", "<i8"), ("end", "<i8")]
    ),
    "spans": np.dtype(("<i4", (2,))),
    "digests": np.dtype(("<u8", (2,))),
    **{f"row-{field}": ROW[field] for field in ROW.names or ()},
    "bands": np.dtype("<u4"),
    "texts": np.dtype("u1"),
    "letters": np.dtype("<u4"),
}
"""The spool's columns. Parts of inputs: CRC of the bytes, documents found, those that do not decode, whether a part is
read again for its problems (`dedup.engines.removal.task_decisions.AGAIN_PROBLEM`), bytes, input (-1: a line end between
two of them). Documents: their part within
the task, input, paragraphs, line, and bytes within the part. Then what `dedup.fingerprint.table.FingerprintTable` has,
numbers and places counted from the beginning of the corpus."""


class CorpusDecision(NamedTuple):
    """What was decided about a corpus.

    Attributes:
        removals: in order of the paragraphs; see `dedup.resolve.corpus.removals.removal_type`.
        begins: number of the first paragraph of each document, and the number of paragraphs; int64.
        comparisons: pairs that were aligned.
        unexamined: pairs that share a band and were not.
    """

    removals: NDArray[np.void]
    begins: NDArray[np.int64]
    comparisons: int
    unexamined: int
    corpus: DistinctParagraphs
    near: NearDuplicates
    """Near-duplicates that stay, only with `Job.explain`."""
    faults: list[PairFault]
    """Pairs with which a kernel raised, and that stay, both of them."""
    stages: list[tuple[Fault, str]]
    """What was raised about more than a pair, and what is kept as it is for that."""

    @property
    def removed(self) -> int:
        """Paragraphs that go, once it has been judged what becomes of each removal."""
        return int(np.count_nonzero(self.removals["state"] == GOES))

    def texts(self, spool: Spool, paragraphs: NDArray[np.int64]) -> Iterator[str]:
        """Yield the texts of different paragraphs that have enough words to go by themselves."""
        place = self.corpus.place[np.searchsorted(self.corpus.paragraph, self.corpus.owner[paragraphs])]
        at, sizes = (spool.take(f"row-{name}", place).tolist() for name in ("text_at", "text_size"))
        for start, size in zip(at, sizes, strict=True):
            yield spool.read("texts", start, size).tobytes().decode("utf-8", "surrogatepass")


class PairFault(NamedTuple):
    """A pair of paragraphs with which a kernel raised.

    Attributes:
        later, earlier: their numbers in the corpus; of one that stands several times, that of the first.
        fault: what was raised.
    """

    later: int
    earlier: int
    fault: Fault
