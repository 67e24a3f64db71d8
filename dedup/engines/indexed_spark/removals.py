"""What was decided about a day on the driver, as the frame by which tasks write it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.engines.indexed_spark.local_frames import in_frames
from dedup.engines.spark.stages.decisions import REMOVAL
from dedup.text.arrays import batches as cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame, SparkSession

    from dedup.engines.local.spool import Spool
    from dedup.engines.local.spool_columns import CorpusDecision
    from dedup.engines.removal.task_decisions import WitnessLocation
    from dedup.text.arrays import Ints

    Witnesses = Callable[[NDArray[np.void]], Iterator[WitnessLocation]]
_REMOVAL = REMOVAL.removesuffix(">") + ",witness_file:string,witness_name:string,witness_line:int,witness_day:string>"
_TOGETHER = 1 << 17
"""Removals of which a frame is made at a time."""
_FIGURES = ("similarity", "coverage", "block", "documents", "reason", "how", "differs", "state")


def removals_frame(
    spark: SparkSession, spool: Spool, decided: CorpusDecision, witnesses: Witnesses, document: Ints
) -> DataFrame:
    """Return the removals of each document; see `dedup.engines.spark.stages.decisions.Decisions`.

    A witness of an earlier day stands in a document below 0, a number for each of these, and has its name with it.

    Args:
        spark: the session.
        spool: has the spans.
        decided: what was decided.
        witnesses: returns where those of some removals stand; documents are counted as in the spool.
        document: number of each document of the spool, as Spark has it.
    """
    removals, begins = decided.removals, decided.begins
    owner = np.searchsorted(begins, removals["paragraph"], side="right") - 1
    heads = np.flatnonzero(np.append(True, owner[1:] != owner[:-1])[: len(owner)])
    edges = np.append(heads, len(owner))
    earlier: dict[tuple[Any, ...], int] = {}

    def table(some: slice) -> pa.Table:
        here = slice(int(edges[some.start]), int(edges[some.stop]))
        paragraph = removals["paragraph"][here].astype(np.int64)
        start, end = spool.take("spans", paragraph).T
        columns: dict[str, Any] = {"paragraph": paragraph - begins[owner[here]], "start": start, "end": end}
        columns |= {name: removals[name][here] for name in _FIGURES}
        columns |= _placed(list(witnesses(removals[here])), document, earlier)
        return _table(columns, document[owner[heads[some]]], edges[some.start : some.stop + 1] - here.start)

    fields = f"document bigint, removals array<{_REMOVAL}>"
    frame, _ = in_frames(spark, map(table, cut(np.diff(edges).tolist(), _TOGETHER)), fields)
    return frame


def _placed(found: list[WitnessLocation], document: Ints, earlier: dict[tuple[Any, ...], int]) -> dict[str, list[Any]]:
    """Return where witnesses stand, column by column; `earlier`: the numbers of documents of earlier days."""
    numbers = [
        int(document[one.document])
        if one.day is None
        else -1 - earlier.setdefault((one.day, one.file, one.line), len(earlier))
        for one in found
    ]
    texts = [None if one.text is None else one.text.encode("utf-8", "surrogatepass") for one in found]
    columns: dict[str, list[Any]] = {"witness_document": numbers, "witness_text": texts}
    for name in ("paragraph", "start", "end"):
        columns[f"witness_{name}"] = [getattr(one, name) for one in found]
    for name in ("file", "name", "line", "day"):
        columns[f"witness_{name}"] = [None if one.day is None else getattr(one, name) for one in found]
    return columns


def _table(given: dict[str, Any], document: Ints, edges: Ints) -> pa.Table:
    """Return removals as a table, a row for each document; `edges`: where its removals begin and end."""
    import pyarrow as pa

    types = {"int": pa.int32(), "bigint": pa.int64(), "float": pa.float32(), "tinyint": pa.int8()}
    types |= {"smallint": pa.int16(), "binary": pa.binary(), "string": pa.string()}
    fields = dict(field.split(":") for field in _REMOVAL.removeprefix("struct<").removesuffix(">").split(","))
    columns = [pa.array(_contiguous(given[name]), types[kind]) for name, kind in fields.items()]
    entries = pa.StructArray.from_arrays(columns, names=list(fields))
    by_document = pa.ListArray.from_arrays(pa.array(edges, pa.int32()), entries)
    return pa.table({"document": pa.array(document, pa.int64()), "removals": by_document})


def _contiguous(values: Any) -> Any:
    return np.ascontiguousarray(values) if isinstance(values, np.ndarray) else values
