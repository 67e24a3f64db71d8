"""Which paragraphs of a corpus are to go by what they say: the stages behind fingerprints.

exact copies → same words → bands → candidates → verdicts → components → outcome
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.engines.spark.stages.candidates import candidates
from dedup.engines.spark.stages.faults import of_pairs
from dedup.engines.spark.stages.frames import null_columns, only_paragraphs, row_count, without_paragraphs
from dedup.engines.spark.stages.outcome import removals
from dedup.engines.spark.stages.resolve import GOING, resolve
from dedup.engines.spark.stages.verdicts import VERDICTS, verdicts

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from dedup.engines.spark.stages.corpus import Corpus
    from dedup.engines.spark.stages.faults import Faults
    from dedup.engines.spark.stages.frames import CheckpointStore
    from dedup.engines.spark.stages.resolve import Resolved
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
        comparisons, unexamined, rounds, largest, faults: see `dedup.engines.spark.stages.decisions.Decisions`.
    """

    def __init__(self, corpus: Corpus, settings: Settings, store: CheckpointStore, events: Events | None) -> None:
        self.corpus = corpus
        self._settings = settings
        self._store = store
        self._events = events
        self.comparisons = self.unexamined = self.rounds = self.largest = 0
        self.faults: list[Faults] = []
        self.classes = self._different()
        self._going: DataFrame | None = None
        """Who goes, as far as is decided: `GOING`."""
        self._known: DataFrame | None = None
        self._crowded: DataFrame | None = None
        self._settled: DataFrame | None = None
        """As in `dedup.resolve.corpus.again`: paragraph."""
        self._listed: DataFrame | None = None
        """All candidates so far, with their verdicts."""
        self._turn = 0
        """How often candidates were added: later ones come after those that a paragraph has."""

    def _tell(self, done: int, stage: str) -> None:
        if self._events is not None:
            self._events.progress(done, None, stage, "rows")

    def gone(self) -> DataFrame:
        """Return the removals, one by one: `dedup.engines.spark.stages.outcome.REMOVALS`."""
        self._tell(0, "verdicts")
        self._further(None)
        gone = self._outcome()
        # With boilerplate gone, those that stay are others than were looked at.
        while self._settings.keep == "none" and self._further(gone.select("paragraph")):
            gone = self._outcome()
        return gone

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

    def _further(self, also: DataFrame | None) -> bool:
        """Have those compared that a second run would compare, and decide anew; return False where all are.

        See `dedup.engines.local.stages` and `dedup.resolve.corpus.again`; who goes is in `_going` afterwards.

        Args:
            also: paragraph: those that go as boilerplate; None: there are none.
        """
        from pyspark.sql import functions as f

        long = self.classes.filter(f.col("words") >= self._settings.min_words)
        if self._going is None:
            self._going = long.filter(f.lit(False)).select(*null_columns(GOING))  # noqa: FBT003 - a column's value
        before = self._turn
        while True:
            stays = without_paragraphs(long, self._going)
            stays = stays if also is None else without_paragraphs(stays, also)
            if self._added(self._same_keys(stays)):
                continue
            stays = self._store.keep(stays.select("paragraph", "rank"), "stays")
            if self._settings.exact or not self._looked(stays):
                return self._turn > before

    def _looked(self, stays: DataFrame) -> bool:
        """Look at those that are to be looked at next, and have what is new compared; return False where none are."""
        fresh = stays if self._known is None else self._store.keep(without_paragraphs(stays, self._known), "fresh")
        first = bool(row_count(fresh))
        if not first and not row_count(self._changed(stays)):
            return False
        every = not first or self._known is None or row_count(fresh) == row_count(stays)
        some = stays if first or self._crowded is None else only_paragraphs(stays, self._crowded)
        self._tell(self._turn, "candidates")
        from pyspark.sql import functions as f

        features = self.corpus.rows.select("paragraph", "words", "numbers", "bits0", "bits1", "bands")
        joined = some.join(features, "paragraph")
        found = candidates(joined, self._settings, self._store, None if every else fresh)
        self.unexamined = found.unexamined if every else max(self.unexamined, found.unexamined)
        others = self._crowded if self._crowded is None or not every else without_paragraphs(self._crowded, some)
        crowded = found.crowded if others is None else found.crowded.unionByName(others).distinct()
        self._crowded = self._store.keep(crowded.select(f.col("paragraph")), "crowded")
        if first:
            self._known = stays.select("paragraph")
        asked = some if every else fresh
        # A look at all of them has seen the buckets as they are now, without those that left, too.
        if not self._added(found.pairs) and (every or not row_count(without_paragraphs(self._changed(stays), asked))):
            self._settled = stays.select("paragraph")
        return True

    def _changed(self, stays: DataFrame) -> DataFrame:
        """Return who of those in large buckets stays now, or did when nothing new was named, but not both."""
        if self._crowded is None:
            return stays.select("paragraph").limit(0)
        changed = stays.select("paragraph")
        if self._settled is not None:
            changed = without_paragraphs(changed, self._settled).unionByName(without_paragraphs(self._settled, changed))
        return only_paragraphs(changed, self._crowded)

    def _added(self, pairs: DataFrame) -> bool:
        """Have candidates compared that are new, and decide anew who goes; return False where none is new."""
        from pyspark.sql import functions as f

        if self._listed is not None:
            pairs = pairs.join(self._listed.select("later", "earlier"), ["later", "earlier"], "left_anti")
        pairs = pairs.withColumn("place", f.col("place") + f.lit(self._turn << 8))
        before = self.comparisons
        added = self._compared(pairs)
        if self.comparisons == before:
            return False
        self._turn += 1
        self._listed = added if self._listed is None else self._store.keep(self._listed.unionByName(added), "listed")
        self._going = self._resolved(self._listed).going
        return True

    def _same_keys(self, long: DataFrame) -> DataFrame:
        """Pair each paragraph with the one that stays first among those of the same key."""
        from pyspark.sql import functions as f

        first = f.min(f.struct("rank", "paragraph")).alias("first")
        heads = long.groupBy("key").agg(first, f.count(f.lit(1)).alias("copies")).filter("copies > 1")
        return (
            long.join(heads, "key")
            .filter(f.col("paragraph") != f.col("first.paragraph"))
            .select(
                f.col("paragraph").alias("later"),
                f.col("rank").alias("after"),
                f.col("first.paragraph").alias("earlier"),
                f.col("first.rank").alias("before"),
                f.lit(0).alias("place"),
            )
        )

    def _compared(self, pairs: DataFrame) -> DataFrame:
        """Have candidates compared, references aside, and return them with their verdicts."""
        from pyspark.sql import functions as f

        pairs = self._store.keep(pairs.filter(f.col("later") >= self.corpus.limit), "pairs")
        number = row_count(pairs)
        self.comparisons += number
        if not number:
            return pairs.select("*", *null_columns(VERDICTS, "later", "earlier", "fault"))
        found = verdicts(pairs, number, self._texts(), self._settings)
        joined = self._store.keep(pairs.join(found, ["later", "earlier"]), "verdicts")
        self.faults.append(of_pairs(joined))
        return joined.drop("fault")

    def _texts(self) -> DataFrame:
        return self.corpus.rows.select("paragraph", "key", "letters", "text")

    def _resolved(self, listed: DataFrame) -> Resolved:
        done = resolve(listed.filter("how > 0"), self._texts(), self._settings, self._store)
        self.comparisons += done.compared
        self.rounds += done.rounds
        self.faults += done.faults
        self.largest = max(self.largest, done.largest)
        return done

    def _outcome(self) -> DataFrame:
        """Return what goes in the end, as far as is decided about the different paragraphs."""
        from pyspark.sql import functions as f

        going = self._going
        assert going is not None  # noqa: S101 - decided by now
        self._tell(0, "outcome")
        short = f.coalesce(f.col("words"), f.lit(0)) < self._settings.min_words
        rests = f.when(~short, f.coalesce("witness", "paragraph")).otherwise(f.lit(-1))
        of_class = self.classes.join(going.select("paragraph", "witness"), "paragraph", "left").select(
            "high",
            "low",
            f.col("paragraph").alias("owner"),
            f.coalesce("plain", f.lit(0)).alias("plain"),
            short.alias("short"),
            rests.alias("witness"),
        )
        every = (
            self.corpus.places.select("paragraph", "high", "low").join(of_class, ["high", "low"]).drop("high", "low")
        )
        every = self._store.keep(every, "paragraphs")
        return self._store.keep(removals(every, going, self._settings, self.corpus.limit, self._store), "removals")
