"""Rows that Spark itself reads and writes: the text is one column, and every other one, those of partitions too, stays.

Rows are numbered by their file and their place in it. Texts meet what goes from them as lines do; what is left of those
that change is kept, and takes the old text's place in a join.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from pyspark.sql import functions as F  # noqa: N812 - its usual name

from dedup.engines.spark.files import escaped
from dedup.engines.spark.records import groups
from dedup.engines.spark.rows import Numbered, Row, Table
from dedup.engines.spark.stages.frames import NUMBER, batch_of
from dedup.engines.spark.write import COUNTS, LOG, TEXT, Plan, Writer, lines_and_removals
from dedup.formats.parts import Part, PartKind, Work, too_large
from dedup.formats.registry import WHOLE_DOCUMENT
from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from dedup.engines.spark.files import File

_TEXTS = "document bigint, text binary, fixed boolean"
_NULL = -1
"""Stands for the place of a text that is not there."""
EDITS = "document bigint, kind string, value binary"
"""What is left of a text that changes (kind `TEXT`); lines of the log; what a task counted."""


@dataclass(frozen=True)
class Rows:
    """The rows of all inputs.

    Attributes:
        frame: all columns, and `NUMBER`.
        column: the text.
        kind: its type.
        partitions: columns that are directories.
        numbered: `dedup.engines.spark.read.ROWS`; `at` is `_NULL` where a row has no text.
        data_source: what Spark calls the format of the files that they are from; empty: they are from none.
    """

    frame: DataFrame
    column: str
    kind: str
    partitions: list[str]
    numbered: Numbered
    data_source: str = ""


def read_rows(spark: SparkSession, inputs: tuple[str, ...], files: Sequence[File], column: str) -> Rows:
    """Number the rows of the inputs, which are all in one format that Spark itself reads.

    Args:
        spark: the session.
        inputs: as given; what lies below a directory keeps the columns that its path holds.
        files: what was found there, in order, each once.
        column: the text.

    Raises:
        UsageError: there is no such column, or it holds no text; or one that this needs for itself.
    """
    data_source = files[0].kind.data_source
    frame = spark.read.format(data_source).option("mergeSchema", "true").load([escaped(given) for given in inputs])
    kinds = dict(frame.dtypes)
    if kinds.get(column) not in ("string", "binary"):
        what = f"holds {kinds[column]}, not text" if column in kinds else f"there is no column {column!r}"
        names = ", ".join(name for name, kind in frame.dtypes if kind == "string")
        raise UsageError(f"{what}; nothing was written", place=inputs[0], hint=f"choose one with --field: {names}")
    if NUMBER in kinds:
        raise UsageError(f"there is a column {NUMBER!r} already", place=inputs[0], hint="give it another name")
    uri = F.col("_metadata.file_path").alias("uri")
    counts = {row["uri"]: row["count"] for row in frame.select(uri).groupBy("uri").count().collect()}
    first = np.concatenate(([0], np.cumsum([counts.get(file.uri, 0) for file in files]))).astype(np.int64)
    shown, relatives = [file.name for file in files], [file.relative for file in files]
    table = Table(shown, relatives, [WHOLE_DOCUMENT] * len(files), first, 0, open=False, rows=True)
    places = [(file.uri, number, int(first[number])) for number, file in enumerate(files)]
    rows = frame.select(
        "*", F.col("_metadata.file_path").alias("__dedup_uri"), F.col("_metadata.row_index").alias("__dedup_row")
    )
    there = spark.createDataFrame(places, "__dedup_uri string, __dedup_source int, __dedup_first bigint")
    rows = rows.join(F.broadcast(there), "__dedup_uri")
    rows = rows.withColumn(NUMBER, F.col("__dedup_first") + F.col("__dedup_row"))
    text = F.col(f"`{column}`").cast("binary")
    lines = rows.select(
        F.col(NUMBER).alias("document"),
        F.col("__dedup_source").alias("source"),
        (F.col("__dedup_row") + 1).alias("line"),
        F.when(text.isNull(), _NULL).otherwise(0).cast("bigint").alias("at"),
        F.coalesce(text, F.lit(b"")).alias("value"),
    )
    whole = rows.select(*(F.col(f"`{name}`") for name in frame.columns), NUMBER)
    size = sum(file.size for file in files)
    numbered, partitions = Numbered(lines, table, size), _partitions(files, frame.columns)
    return Rows(whole, column, kinds[column], partitions, numbered, data_source)


def _partitions(files: Sequence[File], columns: Sequence[str]) -> list[str]:
    """Return the columns that the path of a file holds, outermost first."""
    found = [part.partition("=")[0] for part in files[0].uri.split("/")[:-1] if "=" in part] if files else []
    return [name for name in found if name in columns]


def texts(rows: Rows, work: Work) -> DataFrame:
    """Return the texts of all rows as `dedup.engines.spark.stages` takes them: document, text, fixed."""
    return rows.numbered.rows.mapInArrow(partial(_texts, work), _TEXTS)


def _texts(work: Work, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        numbers, values = batch.column("document"), batch.column("value").to_pylist()
        decoded = [_plain(value) if len(value) <= work.max_document else b"" for value in values]
        yield batch_of(_TEXTS, document=numbers, text=decoded, fixed=[False] * len(values))


def _plain(value: bytes) -> bytes:
    """Return a text as `dedup.engines.spark.stages` takes it: bytes that do not decode are lone surrogates there."""
    try:
        value.decode()
    except UnicodeDecodeError:
        return value.decode("utf-8", "surrogateescape").encode("utf-8", "surrogatepass")
    return value


def edits(rows: Rows, removals: DataFrame, work: Work, plan: Plan) -> DataFrame:
    """Return what comes of the rows: `EDITS`."""
    together = lines_and_removals(rows.numbered.rows, removals, rows.numbered.table, plan)
    return together.mapInArrow(partial(_carry_out, rows.numbered.table, work, plan), EDITS)


class _Task(Writer):
    """Texts of rows, one by one."""

    def __init__(self, table: Table, work: Work, plan: Plan) -> None:
        super().__init__(table, work, plan)
        self._edited: list[tuple[int, bytes]] = []

    def take(self, group: list[Row]) -> Iterator[pa.RecordBatch]:
        """Carry out what was decided about some rows."""
        parts = [(self._part(row), row.document) for row in group if row.at != _NULL]
        self.counts.documents += len(group) - len(parts)  # those whose text is null, which stay as they are
        results = self.cut(parts)
        for (part, document), result in zip(parts, results, strict=True):
            original, cleaned = part.data, result.apply(part.data)
            self.count(original, cleaned, result)
            if result.cuts:
                self._edited.append((document, cleaned))
            if result.log:
                yield batch_of(EDITS, document=[document], kind=[LOG], value=[result.log])
        if self._edited:
            documents, values = zip(*self._edited, strict=True)
            self._edited = []
            yield batch_of(EDITS, document=documents, kind=[TEXT] * len(documents), value=values)

    def _part(self, row: Row) -> Part:
        name = f"{self._table.names[row.source]}:{row.line}"
        relative = f"{self._table.relatives[row.source]}:{row.line}"
        if len(row.value) > self._work.max_document:
            problem = too_large(name, self._work.max_document)
            return Part(row.source, PartKind.THROUGH, name, relative, row.value, problem=problem)
        return Part(row.source, WHOLE_DOCUMENT, name, relative, row.value)

    def end(self) -> Iterator[pa.RecordBatch]:
        """Say what was counted."""
        yield batch_of(EDITS, document=[0], kind=[COUNTS], value=[self.counted()])


def _carry_out(table: Table, work: Work, plan: Plan, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Write what comes of some rows; runs in a task."""
    task = _Task(table, work, plan)
    for group in groups(task.rows(batches)):
        yield from task.take(group)
    yield from task.end()


def cleaned(rows: Rows, edited: DataFrame, plan: Plan) -> DataFrame:
    """Return all rows and columns, in order, with what is left of each text in its place."""
    new = edited.where(F.col("kind") == TEXT).select(
        F.col("document").alias(NUMBER), F.col("value").cast(rows.kind).alias("__dedup_text")
    )
    columns = [
        F.coalesce("__dedup_text", f"`{name}`").alias(name) if name == rows.column else F.col(f"`{name}`")
        for name in rows.frame.columns
        if name != NUMBER
    ]
    place = F.floor(F.col(NUMBER) / plan.stride).cast("int")
    together = rows.frame.join(new, NUMBER, "left").repartitionById(plan.parts, place).sortWithinPartitions(NUMBER)
    return together.select(*columns)
