"""Which paragraphs of a corpus are to go by what they say: the stages behind fingerprints.

exact copies → same words → bands → candidates → verdicts → decision → outcome
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.engines.spark.stages.clustering import Clustering
from dedup.engines.spark.stages.frames import only_paragraphs, row_count, without_paragraphs
from dedup.engines.spark.stages.outcome import removals

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from dedup.engines.spark.stages.corpus import Corpus
    from dedup.engines.spark.stages.frames import CheckpointStore
    from dedup.model.outcome import Events
    from dedup.model.settings import Settings

_FIRST = -(1 << 31)
"""Comes before every rank: references stay before all others."""


class Plan:
    """Runs the stages behind fingerprinting.

    Args:
        corpus: what is decided about.
        settings: what counts as superfluous.
        store: keeps what is used more than once.
        events: is told how far it has come.

    Attributes:
        classes: each different paragraph once: its first occurrence (paragraph), and what is known of it.
        clustering: which of those with words enough are kept.
    """

    def __init__(self, corpus: Corpus, settings: Settings, store: CheckpointStore, events: Events | None) -> None:
        self.corpus = corpus
        self._settings = settings
        self._store = store
        self._events = events
        self.classes = self._different()
        long = self.classes.filter(self.classes["words"] >= settings.min_words)
        self.clustering = Clustering(corpus, long, settings, store, events)

    def gone(self) -> DataFrame:
        """Return the removals, one by one: `dedup.engines.spark.stages.outcome.REMOVALS`."""
        clustering = self.clustering
        clustering.cluster()
        gone = self._outcome(self.corpus.places, self.classes, clustering.going, self._store)
        without = clustering.going.select("paragraph").limit(0)
        while self._settings.keep == "none":
            # With boilerplate gone, those that stay are others than were compared.
            more = without_paragraphs(only_paragraphs(clustering.kept(), gone), without)
            more = self._store.keep(more, "without")
            if not row_count(more):
                break
            without = without.unionByName(more)
            clustering.cluster(without, more)
            gone = self._outcome(self.corpus.places, self.classes, clustering.going, self._store)
        return gone

    def gone_again(self, gone: DataFrame, store: CheckpointStore) -> DataFrame:
        """Return what another run would remove, were some paragraphs gone.

        The different paragraphs are decided about once: which of them are kept does not depend on what becomes of those
        that go.

        Args:
            gone: paragraph.
            store: keeps what is used for this alone.
        """
        rest = self.corpus.without(gone, store)
        classes, going = rest.decided(self.classes, self.clustering.going, store)
        return rest.in_corpus(self._outcome(rest.places(), classes, going, store))

    def _different(self) -> DataFrame:
        """Return each different paragraph once: its first occurrence (paragraph), and what is known of it.

        Of what is known nothing depends on which of several rows it is taken from, so that all of them can be put
        together before anything is shuffled.
        """
        from pyspark.sql import functions as f

        known = {"key": "bigint", "words": "int", "plain": "int", "content": "int", "length": "int"}
        blank = [f.lit(None).cast(kind).alias(name) for name, kind in known.items()]
        together = self.corpus.places.select("high", "low", "paragraph", *blank).unionByName(
            self.corpus.rows.select("high", "low", "paragraph", *known)
        )
        least = [f.min(name).alias(name) for name in ("paragraph", *known)]
        classes = together.groupBy("high", "low").agg(*least).withColumn("rank", self._rank())
        return self._store.keep(classes, "classes")

    def _rank(self) -> Column:
        """Return what comes before a paragraph's number in the order of staying."""
        from pyspark.sql import functions as f

        column = {"richest": "content", "longest": "length"}.get(self._settings.keep)
        if column is None:
            return f.lit(0)
        return f.when(f.col("paragraph") < self.corpus.limit, f.lit(_FIRST)).otherwise(-f.col(column)).cast("int")

    def _outcome(self, places: DataFrame, classes: DataFrame, going: DataFrame, store: CheckpointStore) -> DataFrame:
        """Return what goes in the end, given what was decided about the different paragraphs."""
        from pyspark.sql import functions as f

        if self._events is not None:
            self._events.progress(0, None, "outcome", "rows")
        short = f.coalesce(f.col("words"), f.lit(0)) < self._settings.min_words
        rests = f.when(~short, f.coalesce("witness", "paragraph")).otherwise(f.lit(-1))
        of_class = classes.join(going.select("paragraph", "witness"), "paragraph", "left").select(
            "high",
            "low",
            f.col("paragraph").alias("owner"),
            f.coalesce("plain", f.lit(0)).alias("plain"),
            short.alias("short"),
            rests.alias("witness"),
        )
        every = places.select("paragraph", "high", "low").join(of_class, ["high", "low"]).drop("high", "low")
        every = store.keep(every, "paragraphs")
        return store.keep(removals(every, going, self._settings, self.corpus.limit, store), "removals")
