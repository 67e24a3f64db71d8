"""The paragraphs of a corpus and what is known of the different ones, and what is left of these when some are gone.

It is the counterpart of `dedup.resolve.corpus.distinct`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dedup.engines.spark.stages.frames import INDEX_BITS, document_of, only_paragraphs, without_paragraphs

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.engines.spark.stages.frames import CheckpointStore


class Corpus(NamedTuple):
    """A corpus, or what is left of one.

    Attributes:
        places: `dedup.engines.spark.stages.fingerprints.PLACES`, a row for each paragraph.
        rows: paragraphs of `dedup.engines.spark.stages.fingerprints.SHEET`: each different one at least once, and the
            first of each surely.
        limit: number of the first paragraph that may go.
    """

    places: DataFrame
    rows: DataFrame
    limit: int

    def without(self, gone: DataFrame, classes: DataFrame, store: CheckpointStore) -> Rest:
        """Return what is left when some paragraphs are gone, numbered anew in each document.

        Args:
            gone: paragraph; none of references.
            classes: paragraph: the first of each different one.
            store: keeps what is left.
        """
        from pyspark.sql import Window
        from pyspark.sql import functions as f

        document = document_of(f.col("paragraph"))
        place = f.row_number().over(Window.partitionBy(document).orderBy("paragraph")).cast("bigint") - 1
        left = without_paragraphs(self.places, gone).withColumn("here", f.shiftleft(document, INDEX_BITS) + place)
        left = store.keep(left, "left")
        # The first of those that are left speaks for those of the same bytes.
        first = left.groupBy("high", "low").agg(f.min("here").alias("here"))
        rows = only_paragraphs(self.rows, classes).join(first, ["high", "low"]).drop("paragraph")
        rows = store.keep(rows.withColumnRenamed("here", "paragraph"), "rows")
        places = left.drop("paragraph").withColumnRenamed("here", "paragraph")
        return Rest(Corpus(places, rows, self.limit), left.select("here", "paragraph"))


class Rest(NamedTuple):
    """What is left of a corpus.

    Attributes:
        corpus: it.
        numbers: here, paragraph: the number of each paragraph in what is left, and in the corpus.
    """

    corpus: Corpus
    numbers: DataFrame

    def in_corpus(self, removals: DataFrame) -> DataFrame:
        """Return removals of what is left as those of the corpus: `dedup.engines.spark.stages.outcome.REMOVALS`."""
        columns = removals.columns
        for name in ("paragraph", "witness"):
            number = self.numbers.toDF("here", "number")
            removals = removals.withColumnRenamed(name, "here").join(number, "here").drop("here")
            removals = removals.withColumnRenamed("number", name)
        return removals.select(*columns)
