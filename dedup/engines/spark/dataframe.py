"""Cleaning a DataFrame from a notebook, or from a job of one's own on Spark: rows in, the same rows out."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.engines.spark.stages.decide import decide
from dedup.engines.spark.stages.frames import NUMBER, CheckpointStore, column, over, record, require
from dedup.model.errors import UsageError
from dedup.model.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

_PLACE = "__dedup_place"
_ROW_BITS = 33
"""Bits of Spark's row numbers that count within a partition."""
_PART_BYTES = 32 << 20
_MOST_PARTS = 10_000
_SPAN = "struct<start:int,end:int>"
ENTRY = (
    f"paragraph int, span {_SPAN}, cut {_SPAN}, text string, before string, after string, reason string, "
    "compared string, similarity double, coverage double, block int, documents int, differs array<string>, "
    f"witnesses array<struct<paragraph:int,span:{_SPAN},document:struct<file:string>,text:string>>"
)
"""What a removal log has of a removal; see docs/removal-log.md."""


@dataclass
class CleanedDataFrame:
    """A corpus after cleaning.

    Attributes:
        df: all rows and columns, in order; the text is what is left of it.
        removals: a row for each paragraph that went. `document` counts the rows from 0, in order; the other columns are
            those of the removal log (`ENTRY`), with places in bytes of UTF-8; the `file` of a witness's document is
            ``row:N``, with N from 1.
        counts: how many documents and paragraphs there were, how many went, and for what reasons; and `faults`:
            internal errors, which are warned of; what they were about is as it was.
    """

    df: DataFrame
    removals: DataFrame
    counts: dict[str, int]
    _store: CheckpointStore = field(repr=False)

    def unpersist(self) -> None:
        """Let go of what executors keep for this; `df` and `removals` are not to be used any more."""
        self._store.release()


def clean_dataframe(
    df: DataFrame,
    text: str = "text",
    *,
    order: str | Column | Sequence[str | Column] | None = None,
    checkpoint_dir: str | None = None,
    settings: Settings | None = None,
    **options: Any,
) -> CleanedDataFrame:
    """Take out of a column of text what repeats, in any row: scope ``corpus`` of the command line, with its decisions.

    Args:
        df: any rows. Those whose text is null stay as they are.
        text: the column, of type string or binary.
        order: what the rows are ordered by, so that the first of several copies is known; it should tell any two rows
            apart. None: the files that they were read from, and their order there.
        checkpoint_dir: a path that all of the cluster can write and read, for what is computed between the stages.
            None: executors keep it, and where one is lost, Spark fails and says so.
        settings: of scope ``corpus``.
        options: the fields of `dedup.Settings`, where no settings are given; `within` names a column here.

    Raises:
        UsageError: the order is not known, or there is no such column, or an option has no sense.
        MissingDependencyError: PySpark is not installed.
    """
    require()
    from pyspark.sql import functions as f  # only with the extra

    from dedup.engines.spark.columns import Rows, cleaned, edits
    from dedup.engines.spark.rows import Numbered, Table
    from dedup.engines.spark.write import LOG, Plan
    from dedup.formats.files.encoding import Codec
    from dedup.formats.parts import Work
    from dedup.formats.registry import WHOLE_DOCUMENT

    chosen = _chosen(settings, options)
    kind = _checked(df, text, chosen)
    store = CheckpointStore(checkpoint_dir)
    rows, number = _numbered(df, order, store)
    value = f.col(f"`{text}`").cast("binary")
    (size,) = rows.agg(f.coalesce(f.sum(f.octet_length(value)), f.lit(0))).collect()[0]
    lines = rows.select(
        f.col(NUMBER).alias("document"),
        f.lit(0).alias("source"),
        (f.col(NUMBER) + 1).alias("line"),
        f.when(value.isNull(), -1).otherwise(0).cast("bigint").alias("at"),
        f.coalesce(value, f.lit(b"")).alias("value"),
    )
    table = Table(["row"], ["row"], [WHOLE_DOCUMENT], np.array([0, number]), 0, open=False, rows=True)
    there = Rows(rows, text, kind, [], Numbered(lines, table, int(size)))
    work = Work(chosen, (text,), Codec("utf-8"), (1 << 31) - 1, log=True)
    decisions = decide(
        _documents(there, chosen, work), chosen, checkpoint_dir=checkpoint_dir, told=True, size=int(size)
    )
    parts = int(min(max(-(-size // _PART_BYTES), 1), _MOST_PARTS, max(number, 1)))
    stride = max(-(-number // parts), 1)
    plan = Plan(max(-(-number // stride), 1), stride, "rows", told=True)
    edited = store.keep(edits(there, decisions.removals, work, plan), "edits")
    logged = edited.where(f.col("kind") == LOG).select(
        "document", f.explode(f.split(f.col("value").cast("string"), "\n")).alias("entry")
    )
    read = logged.select("document", f.from_json("entry", ENTRY).alias("entry")).select("document", "entry.*")
    # An edit that is no removal has no reason, nor has what follows the last line end.
    removals = read.where(f.col("reason").isNotNull())
    decisions.release()
    counts = _counts(edited, decisions.counts, number)
    counts["faults"] += sum(faults.number for faults in decisions.faults)
    if counts["faults"]:
        what = f"{counts['faults']} internal errors; what they were about is kept as it is"
        first = next((fault.what for faults in decisions.faults for _, _, fault in faults.told), "")
        warnings.warn(f"{what} ({first})" if first else what, RuntimeWarning, stacklevel=2)
    return CleanedDataFrame(cleaned(there, edited, plan), removals, counts, store)


def _chosen(settings: Settings | None, options: dict[str, Any]) -> Settings:
    if settings is None:
        return Settings(**{"scope": "corpus", **options})
    if options:
        raise UsageError(f"{', '.join(options)} beside settings", hint="put it into the settings")
    if settings.scope != "corpus":
        raise UsageError("settings are of scope 'document'", hint="Settings(scope='corpus', …)")
    return settings


def _checked(df: DataFrame, text: str, settings: Settings) -> str:
    """Return the type of the column of text.

    Raises:
        UsageError: there is no such column, or it is of another type.
    """
    kinds = dict(df.dtypes)
    for name in (NUMBER, _PLACE):
        if name in kinds:
            raise UsageError(f"there is a column {name!r} already", hint="give it another name")
    if settings.within is not None and settings.within not in kinds:
        raise UsageError(f"there is no column {settings.within!r} to compare within")
    if kinds.get(text) not in ("string", "binary"):
        what = f"column {text!r} holds {kinds[text]}, not text" if text in kinds else f"there is no column {text!r}"
        raise UsageError(what, hint=f"one of {', '.join(name for name in kinds if kinds[name] == 'string')}")
    return str(kinds[text])


def _numbered(df: DataFrame, order: Any, store: CheckpointStore) -> tuple[DataFrame, int]:
    """Return all columns and `NUMBER`, which counts the rows from 0 in their order; and how many there are."""
    from pyspark.sql import functions as f  # only with the extra

    columns = [f.col(f"`{name}`") for name in df.columns]
    by = order if isinstance(order, (list, tuple)) else [order]
    ordered = _as_read(df) if order is None else df.orderBy(*by)
    # Spark numbers rows by partition; kept, that is so for ever. Then each number is what it is from 0.
    kept = store.keep(ordered.select(*columns, f.monotonically_increasing_id().alias(_PLACE)), "rows")
    part = f.shiftright(_PLACE, _ROW_BITS)
    sizes = sorted((row["part"], row["count"]) for row in kept.groupBy(part.alias("part")).count().collect())
    first = np.cumsum([0, *(size for _, size in sizes)], dtype=np.int64).tolist()
    shifts = [(number, begin - (number << _ROW_BITS)) for (number, _), begin in zip(sizes, first[:-1], strict=True)]
    spark = df.sparkSession
    there = spark.createDataFrame(shifts, "__dedup_part bigint, __dedup_shift bigint")
    joined = kept.join(f.broadcast(there), f.shiftright(_PLACE, _ROW_BITS) == f.col("__dedup_part"))
    return joined.select(*columns, (f.col(_PLACE) + f.col("__dedup_shift")).alias(NUMBER)), int(first[-1])


def _as_read(df: DataFrame) -> DataFrame:
    """Return rows in the order of the files that they were read from.

    Raises:
        UsageError: they were not, or what was done to them since has hidden it.
    """
    from pyspark.errors import AnalysisException  # only with the extra
    from pyspark.sql import functions as f

    try:
        placed = df.select(
            "*",
            f.col("_metadata.file_path").alias("__dedup_path"),
            f.col("_metadata.file_block_start").alias("__dedup_block"),
            f.monotonically_increasing_id().alias("__dedup_row"),
        )
        placed.schema  # noqa: B018 - behind Spark Connect nothing is analysed before
    except AnalysisException:
        what = "the order of these rows is not known, and so not which of several copies is the first"
        raise UsageError(what, hint="name columns: order=['date', 'id']") from None
    return placed.orderBy("__dedup_path", "__dedup_block", "__dedup_row")


def _documents(rows: Any, settings: Settings, work: Any) -> DataFrame:
    """Return what `decide` wants to know of the rows."""
    from pyspark.sql import functions as f  # only with the extra

    from dedup.engines.spark.columns import texts

    documents: DataFrame = texts(rows, work)
    if settings.within is None:
        return documents
    group = f.col(f"`{settings.within}`").cast("string").alias("group")
    groups = rows.frame.select(f.col(NUMBER).alias("document"), group)
    salted = groups.mapInArrow(over(_salted), "document bigint, salt bigint")
    return documents.join(salted, "document")


def _salted(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the salts of groups; runs in a task."""
    from dedup.formats.grouping import salt_of  # only with the extra

    for batch in batches:
        numbers = column(batch, "document")
        both = zip(batch.column("group").to_pylist(), numbers.tolist(), strict=True)
        salts = np.array([salt_of(group, str(number)) for group, number in both], np.uint64)
        yield record(document=numbers, salt=salts.view(np.int64))


def _counts(edited: DataFrame, decided: dict[str, int], number: int) -> dict[str, int]:
    from pyspark.sql import functions as f  # only with the extra

    from dedup.engines.spark.write import COUNTS, counted
    from dedup.model.outcome import Counts

    total = Counts()
    for row in edited.where(f.col("kind") == COUNTS).select("value").collect():
        total.add(counted(bytes(row["value"])).counts)
    names = ("changed", "exact", "near", "block", "boilerplate", "bytes_in", "bytes_out", "emptied", "faults")
    whole = {"documents": number, "paragraphs": decided["paragraphs"], "removed": total.removed}
    pairs = {name: decided[name] for name in ("comparisons", "unexamined")}
    return {**whole, **{name: int(getattr(total, name)) for name in names}, **pairs}
