"""Candidate pairs: bands are taken apart, buckets come together sorted, votes are counted, the best pairs are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.candidates.buckets import HUGE, MOST, Features
from dedup.candidates.native_buckets import grouped
from dedup.engines.spark.stages.frames import column, over, record, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa
    from pyspark.sql import DataFrame

    from dedup.engines.spark.stages.frames import CheckpointStore
    from dedup.model.settings import Settings

KEYS = "bucket bigint, rank int, paragraph bigint, words int, numbers bigint, bits0 bigint, bits1 bigint"
"""`bucket` is the band and its key, in one number: Spark sorts by the first column without looking at the others."""
PAIRS = "later bigint, after int, earlier bigint, before int, votes bigint"
"""`after` and `before` come before the paragraphs' own numbers in the order of staying. Beside pairs there are marks: a
paragraph in a large bucket has -1 for an earlier one, and -1 twice has the pairs that were left out for votes."""


class CandidatePairs(NamedTuple):
    """What bands have said.

    Attributes:
        pairs: later, after, earlier, before, place: a paragraph's candidates, counted from 1, best first.
        crowded: paragraph: those in large buckets, and both sides of pairs beyond the most candidates.
        unexamined: pairs that were left out.
    """

    pairs: DataFrame
    crowded: DataFrame
    unexamined: int


def candidates(
    paragraphs: DataFrame, settings: Settings, store: CheckpointStore, fresh: DataFrame | None = None
) -> CandidatePairs:
    """Find the pairs worth aligning; see `dedup.candidates.buckets`.

    Args:
        paragraphs: rank, paragraph, words, numbers, bits0, bits1 and bands (binary).
        settings: the threshold and the guard.
        store: keeps what is used twice.
        fresh: paragraph: only buckets in which one of these is are looked at; None: all.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    keys = paragraphs.mapInArrow(over(apart), KEYS)
    if fresh is not None:
        keys = store.keep(keys, "keys")
        asked = keys.join(fresh.select("paragraph"), "paragraph", "left_semi").select("bucket").distinct()
        keys = keys.join(asked, "bucket", "left_semi").select(*(field.split()[0] for field in KEYS.split(", ")))
    together = keys.repartition("bucket").sortWithinPartitions("bucket", "rank", "paragraph")
    said = together.mapInArrow(over(buckets, settings), PAIRS)
    voted = said.groupBy("later", "after", "earlier", "before").agg(f.sum("votes").alias("votes"))
    best = Window.partitionBy("later").orderBy(f.col("earlier") < 0, f.desc("votes"), "before", "earlier")
    told = store.keep(voted.withColumn("place", f.row_number().over(best)), "candidates")
    pair, kept = f.col("earlier") >= 0, f.col("place") <= MOST
    out, beyond = values(
        told, f.sum(f.when(f.col("later") < 0, f.col("votes"))), f.count(f.when(pair & ~kept, f.lit(1)))
    )
    marked = told.filter((f.col("later") >= 0) & ((f.col("earlier") < 0) | (pair & ~kept)))
    beyond_ = told.filter(pair & ~kept).select(f.col("earlier").alias("paragraph"))
    crowded = marked.select(f.col("later").alias("paragraph")).unionByName(beyond_).distinct()
    return CandidatePairs(told.filter(pair & kept).drop("votes"), crowded, int(out) + int(beyond))


def apart(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Take the bands of paragraphs apart: yield batches of `KEYS`, one for each band."""
    for batch in batches:
        if not batch.num_rows:
            continue
        keys = np.frombuffer(b"".join(one.as_py() for one in batch.column("bands")), "<u4").astype(np.int64)
        keys = keys.reshape(batch.num_rows, -1)
        names = ("rank", "paragraph", "words", "numbers", "bits0", "bits1")
        for band in range(keys.shape[1]):
            yield record(bucket=keys[:, band] | band << 32, **{name: batch.column(name) for name in names})


def buckets(settings: Settings, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Find the pairs of buckets that come sorted; yields batches of `PAIRS`."""
    for table, before in whole(batches, "bucket", HUGE):
        group = _groups(table, "bucket")
        bits = np.stack((column(table, "bits0", np.uint64), column(table, "bits1", np.uint64)), axis=1)
        features = Features(column(table, "words", np.int32), column(table, "numbers", np.uint64), bits)
        found = grouped(np.arange(len(group), dtype=np.uint64), group, features, settings, before=before)
        later, earlier = (half.astype(np.int64) for half in np.divmod(found.pairs, np.uint64(1 << 32)))
        paragraph, rank = column(table, "paragraph"), column(table, "rank", np.int32)
        one, crowd = np.ones(len(later), np.int64), found.crowded
        none = np.full(len(crowd), -1, np.int64)
        yield record(
            later=np.concatenate((paragraph[later], paragraph[crowd], [-1])),
            after=np.concatenate((rank[later], rank[crowd], [0])).astype(np.int32),
            earlier=np.concatenate((paragraph[earlier], none, [-1])),
            before=np.concatenate((rank[earlier], np.zeros(len(crowd)), [0])).astype(np.int32),
            votes=np.concatenate((one, np.ones(len(crowd), np.int64), [found.unexamined])),
        )


def whole(batches: Iterable[pa.RecordBatch], key: str, most: int) -> Iterator[tuple[pa.Table, int]]:
    """Cut sorted batches anew, so that rows of the same key are together, as far as there are no more than so many.

    Yields:
        Tables of at least one row, and how many rows of the first one's key were in tables before: a multiple of
        `most`. Nothing more than the rows of one key, up to `most`, is held beside a batch.
    """
    import pyarrow as pa

    pieces: list[pa.RecordBatch] = []
    before = 0
    for batch in batches:
        if not batch.num_rows:
            continue
        goes_on = bool(pieces) and pieces[-1].column(key)[-1] == batch.column(key)[0]
        if pieces and not goes_on:
            yield pa.Table.from_batches(pieces), before
            pieces, before = [], 0
        # The rows of the last key wait for more of them; what comes before is complete.
        last = int(np.searchsorted(group := _groups(batch, key), group[-1]))
        if last:
            yield pa.Table.from_batches([*pieces, batch.slice(0, last)]), before
            pieces, before = [], 0
        pieces.append(batch.slice(last))
        while sum(piece.num_rows for piece in pieces) > most:
            table = pa.Table.from_batches(pieces)
            yield table.slice(0, most), before
            before += most
            pieces = table.slice(most).to_batches()
    if pieces:
        yield pa.Table.from_batches(pieces), before


def _groups(batch: pa.RecordBatch | pa.Table, key: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Number the runs of rows of the same key, from 0."""
    found = column(batch, key)
    begins = np.zeros(batch.num_rows, bool)
    begins[1:] = found[1:] != found[:-1]
    return np.cumsum(begins)
