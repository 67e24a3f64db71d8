"""The paragraphs of a corpus and what is known of the different ones, and what is left of these when some are gone.

It is the counterpart of `dedup.resolve.corpus.distinct`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dedup.engines.spark.stages.frames import INDEX_BITS, document_of, without_paragraphs

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.engines.spark.stages.frames import CheckpointStore


class Corpus(NamedTuple):
    """A corpus.

    Attributes:
        places: `dedup.engines.spark.stages.fingerprints.PLACES`, a row for each paragraph.
        rows: paragraphs of `dedup.engines.spark.stages.fingerprints.SHEET`: each different one at least once, and the
            first of each surely.
        limit: number of the first paragraph that may go.
    """

    places: DataFrame
    rows: DataFrame
    limit: int

    def without(self, gone: DataFrame, store: CheckpointStore) -> Rest:
        """Return what is left when some paragraphs are gone, numbered anew in each document.

        Args:
            gone: paragraph; none of references.
            store: keeps what is left.
        """
        from pyspark.sql import Window
        from pyspark.sql import functions as f

        document = document_of(f.col("paragraph"))
        place = f.row_number().over(Window.partitionBy(document).orderBy("paragraph")).cast("bigint") - 1
        left = without_paragraphs(self.places, gone).withColumn("here", f.shiftleft(document, INDEX_BITS) + place)
        return Rest(store.keep(left.select("here", "paragraph", "high", "low"), "left"))


class Rest(NamedTuple):
    """What is left of a corpus.

    Attributes:
        numbers: here, paragraph: the number of each paragraph in what is left, and in the corpus; high, low: what it
            says.
    """

    numbers: DataFrame

    def places(self) -> DataFrame:
        """Return the paragraphs: paragraph, high and low."""
        from pyspark.sql import functions as f

        return self.numbers.select(f.col("here").alias("paragraph"), "high", "low")

    def decided(self, classes: DataFrame, going: DataFrame, store: CheckpointStore) -> tuple[DataFrame, DataFrame]:
        """Return what was decided about the different paragraphs of the corpus, in terms of what is left.

        Args:
            classes: paragraph (the first of each), high, low, and what else is known.
            going: paragraph and witness, and what else is known; those whose witness is not left stay.
            store: keeps what is used more than once.
        """
        from pyspark.sql import functions as f

        # The first of those that are left speaks for those of the same bytes.
        first = self.numbers.groupBy("high", "low").agg(f.min("here").alias("here"))
        found = store.keep(classes.join(first, ["high", "low"]), "classes")
        columns = going.columns
        for name in ("paragraph", "witness"):
            here = found.select(f.col("paragraph").alias(name), "here")
            going = going.join(here, name).drop(name).withColumnRenamed("here", name)
        going = store.keep(going.select(*columns), "going")
        return found.drop("paragraph").withColumnRenamed("here", "paragraph"), going

    def in_corpus(self, removals: DataFrame) -> DataFrame:
        """Return removals of what is left as those of the corpus: `dedup.engines.spark.stages.outcome.REMOVALS`."""
        columns = removals.columns
        for name in ("paragraph", "witness"):
            number = self.numbers.select("here", "paragraph").toDF("here", "number")
            removals = removals.withColumnRenamed(name, "here").join(number, "here").drop("here")
            removals = removals.withColumnRenamed("number", name)
        return removals.select(*columns)
