"""Output behind Spark Connect, whose clients have no way to file systems: each data set is committed by Spark itself.

There is no renaming from here, and so no single moment at which text and log appear: the log comes first, then the
text, each complete when its ``_SUCCESS`` is there. A last line without a line end gets one.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from dedup.engines.spark.write import LOG, TAIL, TEXT
from dedup.model.errors import DedupError, OutputError, UsageError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from dedup.engines.spark.commit import Target


class Direct(AbstractContextManager["Direct"]):
    """What tasks write, where it is to go; see `dedup.engines.spark.commit.Staged`.

    Args:
        spark: a session of Spark Connect.
        output: where the text goes, if anywhere.
        log: where the removal log goes, if anywhere.

    Raises:
        UsageError: a single file is asked for.
    """

    checkpoints: str | None = None

    def __init__(self, spark: SparkSession, output: Target | None, log: Target | None) -> None:
        for target in (output, log):
            if target is not None and target.single:
                what = "Spark Connect writes directories, not single files; nothing was read"
                raise UsageError(what, place=target.place, hint="end the name with a slash")
        self._spark = spark
        self._output = output
        self._log = log
        self._chunks: DataFrame | None = None

    def write(self, chunks: DataFrame) -> None:
        """Take rows of all kinds; they are kept, so that each is computed once."""
        self._chunks = chunks.persist()

    def rows(self, kind: str) -> list[bytes]:
        """Return all rows of a kind of which there are few."""
        return [bytes(row["value"]) for row in self._of(kind).collect()]

    def commit(self, names: str, parts: int, log_ends: tuple[bytes, bytes]) -> None:  # noqa: ARG002 - Spark names them
        """Write the log, then the text.

        Raises:
            OutputError: there is something in the way.
        """
        from dedup.engines.spark.session import translated  # only with the extra

        begun: list[str] = []
        try:
            with translated():
                if self._log is not None:
                    head, end = (self._one(line.removesuffix(b"\n")) for line in log_ends)
                    rows = head.unionAll(self._of(LOG)).unionAll(end)
                    self._save(rows, self._log, begun)
                if self._output is not None:
                    self._save(self._of(TEXT, TAIL), self._output, begun)
        except DedupError as error:
            # A server's writer appends to its directory while it goes on.
            error.undone = f"what is in {' and '.join(begun)} is not all" if begun else error.undone
            raise

    def _of(self, *kinds: str) -> DataFrame:
        assert self._chunks is not None  # noqa: S101 - written by now
        return self._chunks.where(self._chunks["kind"].isin(*kinds)).select("value")

    def _one(self, value: bytes) -> DataFrame:
        return self._spark.createDataFrame([(bytearray(value),)], "value binary").coalesce(1)

    def _save(self, rows: DataFrame, target: Target, begun: list[str]) -> None:
        from pyspark.errors import AnalysisException  # only with the extra

        begun.append(target.place)
        try:
            rows.select(rows["value"].cast("string")).write.option("lineSep", "\n").text(target.place)
        except AnalysisException as error:
            if error.getCondition() != "PATH_ALREADY_EXISTS":
                raise
            begun.pop()
            what = "is there already; it was not changed"
            raise OutputError(what, place=target.place, hint="name another place, or remove it first") from None

    def __exit__(self, *_: object) -> None:
        """Let go of what was kept."""
        if self._chunks is not None:
            self._chunks.unpersist()
