"""From classes to paragraphs: which of all go, short ones, rows and boilerplate included."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.corpus.leaders import GOES, STAYS
from dedup.corpus.outcome import Classes, outcome
from dedup.corpus.shorts import Corpus
from dedup.corpus.verify import Verdicts
from dedup.spark.frames import column, document_of, over, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    from dedup.settings import Settings

REMOVALS = (
    "paragraph bigint, witness bigint, similarity float, coverage float, block int, documents int, "
    "reason tinyint, how tinyint, differs smallint"
)
_MOST = 1 << 18


class _Known(NamedTuple):
    """What `dedup.corpus.leaders.Leaders` has to say to an outcome."""

    status: NDArray[np.int8]
    witness: NDArray[np.int64]
    verdicts: Verdicts

    def verdict(self, going: NDArray[np.int32]) -> Verdicts:
        return Verdicts(*(each[going] for each in self.verdicts))


def removals(paragraphs: DataFrame, settings: Settings, fixed: int) -> DataFrame:
    """Return what goes, as `REMOVALS`.

    Args:
        paragraphs: paragraph, owner, plain, short, witness (of its owner, or -1), how, similarity, coverage, kind.
        settings: which copies stay.
        fixed: number of the first paragraph that may go.
    """
    one = paragraphs.repartition(1).sortWithinPartitions("paragraph")
    return one.mapInArrow(over(_whole, settings, fixed), REMOVALS)


def _whole(settings: Settings, fixed: int, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa  # noqa: PLC0415

    pieces = [batch for batch in batches if batch.num_rows]
    if not pieces:
        return
    table = pa.Table.from_batches(pieces)
    number, own = column(table, "paragraph"), column(table, "owner")
    owner = np.searchsorted(number, own)
    document = document_of(number)
    dense = np.cumsum(np.concatenate(([False], document[1:] != document[:-1]))).astype(np.int32)
    short = column(table, "short", bool)
    corpus = Corpus(dense, owner, column(table, "plain", np.int32), short)
    first = np.flatnonzero((owner == np.arange(len(owner))) & ~short)
    goes = column(table, "witness")[first]
    kinds = {"how": np.int8, "similarity": np.float32, "coverage": np.float32, "kind": np.int16}
    verdicts = Verdicts(*(column(table, name, kind)[first] for name, kind in kinds.items()))
    witness = np.searchsorted(number[first], goes)
    known = _Known(np.where(goes >= 0, GOES, STAYS).astype(np.int8), np.where(goes >= 0, witness, -1), verdicts)
    found = outcome(corpus, Classes(first, known), settings, int(np.searchsorted(number, fixed)))
    for start in range(0, len(found), _MOST):
        some = found[start : start + _MOST]
        types = {"similarity": "f4", "coverage": "f4", "block": "i4", "documents": "i4", "reason": "i1", "how": "i1"}
        yield record(
            paragraph=number[some["paragraph"]],
            witness=number[some["witness"]],
            **{name: some[name].astype(kind) for name, kind in types.items()},
            differs=some["differs"].astype("i2"),
        )
