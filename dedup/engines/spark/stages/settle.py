"""Judging removals where they stand, round by round, until another run would remove nothing more.

It is the counterpart of `dedup.engines.local.settling`: the same rounds, around the same kernel. Texts are read once
more for each round, and travel only where there is something to judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dedup.engines.removal.rounds import COMPARED, ROUNDS
from dedup.engines.spark.stages.frames import document_of, over, row_count, values
from dedup.engines.spark.stages.judge import JUDGED, NAMES, judge
from dedup.resolve.corpus.removals import BOILERPLATE, GOES, HELD, RETAINED, UNJUDGED

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import Column, DataFrame

    from dedup.engines.spark.stages.frames import CheckpointStore
    from dedup.model.settings import Settings


class Settled(NamedTuple):
    """What became of removals.

    Attributes:
        removals: `JUDGED`, those of further rounds, too; none that are retained.
        number: of those that go.
    """

    removals: DataFrame
    number: int


class Settling:
    """Judges the removals of a corpus.

    Args:
        texts: document and text; only those from which something goes are looked at.
        spans: document and spans (int32), the paragraphs of these.
        settings: what counts as superfluous.
        store: keeps what is used more than once.
        decide_again: returns what another run would remove, were these paragraphs gone; it is kept.
    """

    def __init__(
        self,
        texts: DataFrame,
        spans: DataFrame,
        settings: Settings,
        store: CheckpointStore,
        decide_again: Callable[[DataFrame], DataFrame],
    ) -> None:
        self._texts = texts
        self._spans = spans
        self._settings = settings
        self._store = store
        self._decide_again = decide_again

    def of(self, removals: DataFrame) -> Settled:
        """Return what becomes of removals: see `dedup.engines.local.settling.settled_removals`."""
        from pyspark.sql import functions as f

        state = f.col("state")
        fresh = removals.select(*NAMES, _number(UNJUDGED).alias("state"), f.lit(False).alias("held"))  # noqa: FBT003
        known: DataFrame | None = None
        held: DataFrame | None = None
        before = -1
        for turn in range(ROUNDS):
            judged = self._store.keep(self._judged(fresh), "judged")
            every = judged if known is None else known.unionByName(judged)
            number, going = values(every, f.count(f.lit(1)), f.count_if(state == GOES))
            if not number:
                break
            every = self._followed(every)
            if turn + 1 == ROUNDS or going == before:  # decided again, it would come to the same
                break
            before = going
            here = every.filter(state == HELD).select("paragraph")
            held = here if held is None else held.unionByName(here).distinct()
            wanted = self._decide_again(every.filter(state == GOES).select("paragraph")).select(*NAMES)
            again = self._store.keep(_to_judge_again(every, wanted), "again")
            if not row_count(again):
                break
            known = _among(every, again, "left_anti")
            fresh = _with_wanted(_among(every, again, "left_semi"), _among(wanted, again, "left_semi"), held)
        return Settled(every.filter(state != RETAINED), int(going))

    def _judged(self, removals: DataFrame) -> DataFrame:
        """Judge those that have not been judged."""
        from pyspark.sql import functions as f

        entry = f.struct(*NAMES, "state", "held")
        by = removals.select(document_of(f.col("paragraph")).alias("document"), entry.alias("removal"))
        by = by.groupBy("document").agg(f.sort_array(f.collect_list("removal")).alias("removals"))
        # Texts come last: where few documents are asked for, these are sent to the texts, which stay where they are.
        return self._texts.join(by.join(self._spans, "document"), "document").mapInArrow(
            over(judge, self._settings), JUDGED
        )

    def _followed(self, every: DataFrame) -> DataFrame:
        """Have removals name a witness that stays in place of one that has gone later for the same bytes elsewhere."""
        from pyspark.sql import functions as f

        while True:
            gone = _naming(every).select(f.col("paragraph").alias("witness"), f.col("witness").alias("further"))
            passed = f.when(f.col("reason") != BOILERPLATE, f.col("further"))
            found = self._store.keep(every.join(gone, "witness", "left").withColumn("further", passed), "followed")
            (moving,) = values(found, f.count("further"))
            every = found.withColumn("witness", f.coalesce("further", "witness")).select(*every.columns)
            if not moving:
                return every


def _number(value: int) -> Column:
    from pyspark.sql import functions as f

    return f.lit(value).cast("tinyint")


def _naming(every: DataFrame) -> DataFrame:
    """Return those that go for a witness that stays."""
    from pyspark.sql import functions as f

    return every.filter((f.col("state") == GOES) & (f.col("reason") != BOILERPLATE))


def _among(removals: DataFrame, documents: DataFrame, how: str) -> DataFrame:
    """Return the removals of some documents (`how`: left_semi), or of all others (left_anti)."""
    from pyspark.sql import functions as f

    placed = removals.withColumn("document", document_of(f.col("paragraph")))
    return placed.join(documents, "document", how).drop("document")


def _to_judge_again(every: DataFrame, wanted: DataFrame) -> DataFrame:
    """Return which documents have to be judged again: another run would ask for others than was expected."""
    from pyspark.sql import functions as f

    expected = every.filter(f.col("asked") & (f.col("state") != GOES)).select(*COMPARED)
    both = expected.unionByName(wanted.select(*COMPARED))
    alone = both.groupBy(*COMPARED).agg(f.count(f.lit(1)).alias("sides")).filter("sides = 1")
    return alone.select(document_of(f.col("paragraph")).alias("document")).distinct()


def _with_wanted(removals: DataFrame, wanted: DataFrame, held: DataFrame) -> DataFrame:
    """Return what is to be judged in some documents: what goes there already, and what another run wants besides."""
    from pyspark.sql import functions as f

    going = removals.filter(f.col("state") == GOES).select(*NAMES, "state", f.lit(False).alias("held"))  # noqa: FBT003
    marked = held.withColumn("held", f.lit(True))  # noqa: FBT003 - likewise
    asked = wanted.join(marked, "paragraph", "left").select(
        *NAMES,
        _number(UNJUDGED).alias("state"),
        f.coalesce("held", f.lit(False)).alias("held"),  # noqa: FBT003 - likewise
    )
    return going.unionByName(asked)
