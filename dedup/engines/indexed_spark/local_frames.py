"""Frames of what the driver has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.engines.spark.stages.frames import batch_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession


def table_of(fields: str, **columns: Any) -> pa.Table:
    """Return columns as a table of a schema that is written as Spark's."""
    import pyarrow as pa

    return pa.Table.from_batches([batch_of(fields, **columns)])


def in_frames(spark: SparkSession, tables: Iterable[pa.Table], fields: str) -> tuple[DataFrame, bool]:
    """Return tables as one frame, and whether there is no more than one of them."""
    whole: DataFrame | None = None
    number = 0
    for table in tables:
        frame = spark.createDataFrame(table, fields)
        whole = frame if whole is None else whole.unionAll(frame)
        number += 1
    return spark.createDataFrame([], fields) if whole is None else whole, number <= 1
