"""Which of the different paragraphs are kept, and which go for one of these: candidates, verdicts, decision, in turns.

The counterpart of `dedup.engines.local.clustering`: what is kept is searched for from a guess, until it is what the
candidates were found among. Here the guess is what paragraphs of the same words leave, and only those that do not go
for the same words are compared with others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.candidates.buckets import ASKS, KEPT, MOST
from dedup.engines.spark.stages.candidates import KEYS, apart, candidates, unexamined
from dedup.engines.spark.stages.faults import of_pairs
from dedup.engines.spark.stages.frames import over, row_count, without_paragraphs
from dedup.engines.spark.stages.resolve import resolve
from dedup.engines.spark.stages.verdicts import verdicts
from dedup.resolve.corpus.leaders import TURNS
from dedup.verdict.batch.verify import FOLDED

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.engines.spark.stages.corpus import Corpus
    from dedup.engines.spark.stages.faults import Faults
    from dedup.engines.spark.stages.frames import CheckpointStore
    from dedup.model.outcome import Events
    from dedup.model.settings import Settings

_FEW = 1 << 16
"""Paragraphs whose keys are sent to every task rather than shuffled."""


class Clustering:
    """Clusters the different paragraphs that have words enough to go by themselves.

    Args:
        corpus: what is decided about.
        long: these paragraphs: paragraph, rank and key.
        settings: what counts as superfluous.
        store: keeps what is used more than once.
        events: is told how far it has come.

    Attributes:
        going: those that go, as far as is decided: `dedup.engines.spark.stages.resolve.GOING`.
        comparisons: pairs that were compared.
        rounds: turns that it took.
        faults: what was raised with these pairs.
    """

    def __init__(
        self, corpus: Corpus, long: DataFrame, settings: Settings, store: CheckpointStore, events: Events | None
    ) -> None:
        from pyspark.sql import functions as f

        self._limit = corpus.limit
        self._settings = settings
        self._store = store
        self._events = events
        self.comparisons = self.rounds = 0
        self.faults: list[Faults] = []
        self._known: DataFrame | None = None
        """Verdicts on all pairs that were compared."""
        self._listed: DataFrame | None = None
        """Candidates that bands name and that cover: `dedup.engines.spark.stages.resolve.COVERING`."""
        self._texts = corpus.rows.select("paragraph", "key", "letters", "text")
        features = corpus.rows.select("paragraph", "words", "numbers", "bits0", "bits1", "bands")
        self._long = store.keep(long.select("paragraph", "rank").join(features, "paragraph"), "long")
        several = long.groupBy("key").agg(f.count(f.lit(1)).alias("copies")).filter("copies > 1")
        self._alike = store.keep(long.select("paragraph", "rank", "key").join(several.select("key"), "key"), "alike")
        self._same = self._of_same_keys(self._alike)
        """Candidates of the same key that cover: `COVERING`."""
        figures = ("how", "similarity", "coverage", "kind")
        self.going = self._same.select(f.col("later").alias("paragraph"), f.col("earlier").alias("witness"), *figures)

    def cluster(self, without: DataFrame | None = None, changed: DataFrame | None = None) -> None:
        """Decide which paragraphs are kept.

        Args:
            without: paragraph: those that go as boilerplate; of the others it is asked once more what they would be
                compared with if these were gone.
            changed: paragraph: those of them that were not in it the last time; None: it is the first time.
        """
        if self._settings.exact:
            return  # among those of the same key nothing changes
        last = self.rounds + TURNS
        while changed is None or (self.rounds < last and (number := row_count(changed))):
            if self.rounds:
                self._same = self._of_same_keys(without_paragraphs(self._alike, self.going))
            self.rounds += 1
            if self._events is not None:
                self._events.progress(self.rounds, None, "candidates", "turns")
            self._look(None if changed is None or number > _FEW else changed, without)
            covering = self._same if self._listed is None else self._same.unionByName(self._listed)
            going = resolve(covering, self._store)
            differs = without_paragraphs(going, self.going).unionByName(without_paragraphs(self.going, going))
            changed = self._store.keep(differs.select("paragraph"), "changed")
            self.going = going

    def kept(self) -> DataFrame:
        """Return those that are kept as far as is decided: paragraph."""
        return without_paragraphs(self._long.select("paragraph"), self.going)

    def unexamined(self) -> int:
        """Return the number of pairs that share a band and were not looked at."""
        from pyspark.sql import functions as f

        if self._settings.exact:
            return 0
        # Of those that go for the same words nothing more was asked.
        asks = without_paragraphs(self._long, self.going.filter(f.col("how") == FOLDED))
        return unexamined(self._keys(self._flagged(self._long, asks)), self._settings)

    def _look(self, changed: DataFrame | None, without: DataFrame | None) -> None:
        """Look up the candidates of all for which something may have changed, and have what is new compared.

        Args:
            changed: paragraph: only those that share a bucket with one of these are asked about; None: all are.
            without: see `cluster`.
        """
        from pyspark.sql import functions as f

        asks = self._store.keep(self._asking(changed), "asks")
        number = row_count(asks)
        if not number:
            return
        few = changed is not None and number <= _FEW
        found = candidates(self._asked_keys(self._flagged(self._long, asks), few=few), self._settings)
        if without is not None:
            some = self._flagged(without_paragraphs(self._long, without), asks)
            more = candidates(self._asked_keys(some, few=few), self._settings)
            found = found.unionByName(more.withColumn("place", f.col("place") + MOST))
        covering = self._covering(self._store.keep(found, "candidates"))
        if self._listed is not None:
            others = self._listed.join(asks.withColumnRenamed("paragraph", "later"), "later", "left_anti")
            covering = others.unionByName(covering)
        self._listed = self._store.keep(covering, "listed")

    def _asking(self, changed: DataFrame | None) -> DataFrame:
        """Return those that do not go for the same words; of these, if some have changed, those beside them."""
        from pyspark.sql import functions as f

        folded = self._same.filter(f.col("how") == FOLDED).select(f.col("later").alias("paragraph"))
        asks = without_paragraphs(self._long.filter(f.col("paragraph") >= self._limit), folded)
        if changed is None:
            return asks.select("paragraph")
        # `apart` wants flags, whatever they are.
        keys = self._keys(asks.withColumn("flags", f.lit(ASKS)))
        theirs = self._keys(self._long.join(changed, "paragraph", "left_semi").withColumn("flags", f.lit(KEPT)))
        beside = f.broadcast(theirs.select("bucket").distinct())
        return keys.join(beside, "bucket", "left_semi").select("paragraph").distinct()

    def _flagged(self, some: DataFrame, asks: DataFrame) -> DataFrame:
        """Return paragraphs with the flags of `dedup.candidates.buckets`, less those that have none."""
        from pyspark.sql import functions as f

        gone = self.going.select("paragraph", f.lit(0).alias("kept"))
        asking = asks.select("paragraph", f.lit(ASKS).alias("asks"))
        found = some.join(gone, "paragraph", "left").join(asking, "paragraph", "left")
        flags = f.coalesce("kept", f.lit(KEPT)) + f.coalesce("asks", f.lit(0))
        return found.select(*some.columns, flags.alias("flags")).filter("flags > 0")

    @staticmethod
    def _keys(paragraphs: DataFrame) -> DataFrame:
        return paragraphs.mapInArrow(over(apart), KEYS)

    def _asked_keys(self, flagged: DataFrame, *, few: bool) -> DataFrame:
        """Return the keys of paragraphs; if few ask, of those in a bucket with one of them."""
        from pyspark.sql import functions as f

        keys = self._keys(flagged)
        if not few:
            return keys
        asked = self._keys(flagged.filter(f.col("flags") >= ASKS)).select("bucket").distinct()
        return keys.join(f.broadcast(asked), "bucket", "left_semi").select(*keys.columns)

    def _of_same_keys(self, kept: DataFrame) -> DataFrame:
        """Pair each paragraph with the first of those kept before it with the same key; return those that cover."""
        from pyspark.sql import functions as f

        first = kept.groupBy("key").agg(f.min(f.struct("rank", "paragraph")).alias("first"))
        rank, number = f.col("first.rank"), f.col("first.paragraph")
        behind = (f.col("rank") > rank) | ((f.col("rank") == rank) & (f.col("paragraph") > number))
        pairs = (
            self._alike.join(first, "key")
            .filter(behind & (f.col("paragraph") >= self._limit))
            .select(
                f.col("paragraph").alias("later"),
                number.alias("earlier"),
                f.lit(0).alias("place"),
            )
        )
        return self._store.keep(self._covering(self._store.keep(pairs, "same")), "same")

    def _covering(self, pairs: DataFrame) -> DataFrame:
        """Return the pairs that cover, `COVERING`; those without a verdict are compared first."""
        from pyspark.sql import functions as f

        new = pairs.select("later", "earlier").distinct()
        if self._known is not None:
            new = new.join(self._known.select("later", "earlier"), ["later", "earlier"], "left_anti")
        new = self._store.keep(new, "pairs")
        number = row_count(new)
        self.comparisons += number
        if self._events is not None:
            self._events.progress(self.comparisons, None, "verdicts", "pairs")
        if number or self._known is None:
            found = self._store.keep(verdicts(new, number, self._texts, self._settings), "verdicts")
            self.faults.append(of_pairs(found))
            found = found.drop("fault")
            self._known = found if self._known is None else self._known.unionByName(found)
        return pairs.join(self._known.filter(f.col("how") > 0), ["later", "earlier"])
