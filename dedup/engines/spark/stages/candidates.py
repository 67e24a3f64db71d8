"""Candidate pairs: bands are taken apart, buckets come together sorted, votes are counted, the best pairs are kept."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.candidates.buckets import FIRST, KEPT, LAST, MOST, Features
from dedup.candidates.native_buckets import grouped
from dedup.engines.spark.stages.frames import column, over, record, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa
    from pyspark.sql import DataFrame

    from dedup.model.settings import Settings
    from dedup.text.arrays import Flags, Ints

KEYS = "bucket bigint, rank int, paragraph bigint, flags int, words int, numbers bigint, bits0 bigint, bits1 bigint"
"""`bucket` is the band and its key, in one number: Spark sorts by the first column without looking at the others."""
_OF_EACH = tuple(field.split()[0] for field in KEYS.split(", "))[1:]
PAIRS = "later bigint, earlier bigint, rank int, votes bigint"
"""`rank` comes before the number of the earlier one in the order of staying. -1 twice has the pairs that were left out
for votes."""
_TOGETHER = 1 << 18
"""Rows of buckets that are looked at together, at least."""


def candidates(keys: DataFrame, settings: Settings) -> DataFrame:
    """Find the pairs worth aligning; see `dedup.candidates.buckets`.

    Args:
        keys: `KEYS`, with the flags of `dedup.candidates.buckets`.
        settings: the threshold and the guard.

    Returns:
        later, earlier, place: a paragraph's candidates, counted from 1, best first.
    """
    from pyspark.sql import functions as f

    kept = (f.col("later") >= 0) & (f.col("place") <= MOST)
    return _placed(keys, settings).filter(kept).select("later", "earlier", "place")


def unexamined(keys: DataFrame, settings: Settings) -> int:
    """Count the pairs that `candidates` leaves out: in large buckets, or beyond the most candidates."""
    from pyspark.sql import functions as f

    pair = f.col("later") >= 0
    left_out, beyond = values(
        _placed(keys, settings), f.sum(f.when(~pair, f.col("votes"))), f.count_if(pair & (f.col("place") > MOST))
    )
    return int(left_out) + int(beyond)


def _placed(keys: DataFrame, settings: Settings) -> DataFrame:
    """Return `PAIRS`, each once, with their places among those of the later paragraph."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    together = keys.repartition("bucket").sortWithinPartitions("bucket", "rank", "paragraph")
    said = together.mapInArrow(over(buckets, settings), PAIRS)
    voted = said.groupBy("later", "earlier", "rank").agg(f.sum("votes").alias("votes"))
    best = Window.partitionBy("later").orderBy(f.desc("votes"), "rank", "earlier")
    return voted.withColumn("place", f.row_number().over(best))


def apart(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Take the bands (binary) of paragraphs apart: yield batches of `KEYS`, one for each band."""
    for batch in batches:
        if not batch.num_rows:
            continue
        keys = np.frombuffer(b"".join(one.as_py() for one in batch.column("bands")), "<u4").astype(np.int64)
        keys = keys.reshape(batch.num_rows, -1)
        for band in range(keys.shape[1]):
            yield record(bucket=keys[:, band] | band << 32, **{name: batch.column(name) for name in _OF_EACH})


def buckets(settings: Settings, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Find the pairs of buckets that come sorted, with no more in memory than some rows and what these are paired with.

    Yields:
        Batches of `PAIRS`.
    """
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    carried, before = pa.table({}), 0
    for batch in chain(batches, [None]):
        if batch is not None:
            waiting += [batch] if batch.num_rows else []
            if sum(map(len, waiting)) < max(_TOGETHER, len(carried)):
                continue
        if not waiting:
            continue
        table = pa.Table.from_batches(waiting)
        # Where its bucket does not go on, what is carried is paired with nothing.
        table = pa.concat_tables([carried, table]) if len(carried) else table
        waiting = []
        found, carried, before = _pairs(settings, table, before)
        yield found


def _pairs(settings: Settings, table: pa.Table, before: int) -> tuple[pa.RecordBatch, pa.Table, int]:
    """Find the pairs of some rows of buckets.

    Args:
        settings: the threshold and the guard.
        table: the rows, and before them those that were carried.
        before: how many that are kept in the first bucket are not among these.

    Returns:
        `PAIRS`; the rows to be carried to the next ones; and how many others of their bucket are kept.
    """
    import pyarrow as pa

    group = _groups(table, "bucket")
    flags, numbers = column(table, "flags", np.int32).astype(np.uint8), column(table, "numbers", np.uint64)
    bits = np.stack((column(table, "bits0", np.uint64), column(table, "bits1", np.uint64)), axis=1)
    features = Features(column(table, "words", np.int32), numbers, bits)
    found = grouped(np.arange(len(group), dtype=np.uint64), group, flags, features, settings, before=before)
    later, earlier = (half.astype(np.int64) for half in np.divmod(found.pairs, np.uint64(1 << 32)))
    paragraph, rank = column(table, "paragraph"), column(table, "rank", np.int32)
    told = record(
        later=np.append(paragraph[later], -1),
        earlier=np.append(paragraph[earlier], -1),
        rank=np.append(rank[earlier], np.int32(0)),
        votes=np.append(np.ones(len(later), np.int64), found.unexamined),
    )
    kept = np.flatnonzero((group == group[-1]) & (flags & KEPT > 0))
    needed = kept[_needed(numbers[kept])]
    if group[-1] > group[0]:
        before = 0
    carried, at = table.take(pa.array(needed)), table.schema.get_field_index("flags")
    # These have asked.
    carried = carried.set_column(at, table.schema.field(at), pa.array(np.full(len(needed), KEPT, np.int32)))
    return told, carried, before + len(kept) - len(needed)


def _needed(numbers: np.ndarray[Any, np.dtype[np.uint64]]) -> Flags:
    """Return which of the kept rows of a bucket others may still be paired with, given their numbers."""
    rows = np.arange(len(numbers))
    needed: Flags = (rows < FIRST) | (rows >= len(rows) - LAST)
    order = np.argsort(numbers, kind="stable")
    alike = numbers[order]
    needed[order[np.searchsorted(alike, alike, side="right") - rows <= LAST]] = True
    return needed


def _groups(batch: pa.Table, key: str) -> Ints:
    """Number the runs of rows of the same key, from 0."""
    found = column(batch, key)
    begins = np.zeros(batch.num_rows, bool)
    begins[1:] = found[1:] != found[:-1]
    return np.cumsum(begins)
