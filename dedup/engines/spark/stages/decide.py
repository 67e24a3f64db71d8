"""The plan of scope ``corpus`` on DataFrames: the same stages as `dedup.engines.local.stages`, around the same kernels.

    fingerprint → exact copies → same words → bands → candidates → verdicts → components → outcome

Texts are not shuffled, but for those that are compared. No stage depends on how anything is partitioned: paragraphs
have numbers that follow from their documents' (`dedup.engines.spark.stages.frames.numbered`), and every choice among
rows is made by these numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.engines.spark.stages.candidates import candidates
from dedup.engines.spark.stages.decisions import Decisions
from dedup.engines.spark.stages.faults import of_documents, of_pairs
from dedup.engines.spark.stages.fingerprints import PLACES, SHEET, places, sheets
from dedup.engines.spark.stages.frames import (
    INDEX_BITS,
    CheckpointStore,
    document_of,
    index_of,
    null_columns,
    only_paragraphs,
    over,
    require,
    row_count,
    values,
    without_paragraphs,
)
from dedup.engines.spark.stages.outcome import removals
from dedup.engines.spark.stages.resolve import GOING, resolve
from dedup.engines.spark.stages.verdicts import VERDICTS, verdicts
from dedup.fingerprint.banding import choose_banding
from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from dedup.engines.spark.stages.faults import Faults
    from dedup.engines.spark.stages.resolve import Resolved
    from dedup.model.outcome import Events
    from dedup.model.settings import Settings

_FIRST = -(1 << 31)
"""Comes before every rank: references stay before all others."""


def decide(
    documents: DataFrame,
    settings: Settings,
    *,
    checkpoint_dir: str | None = None,
    told: bool = False,
    events: Events | None = None,
    size: int | None = None,
) -> Decisions:
    """Decide what goes from a corpus.

    Args:
        documents: document (bigint: numbers in the order of the corpus, each once), text (binary; UTF-8, lone
            surrogates as they are), fixed (boolean: a reference, which stays; these come first), and with
            `Settings.within` salt (bigint: only documents of the same one are compared).
        settings: what counts as superfluous.
        checkpoint_dir: a path that all of the cluster can write and read, for what is computed between the stages; it
            is left to the caller. None: that is kept on the executors, and the run fails where one is lost.
        told: name the texts of witnesses that are not the paragraph's own.
        events: is told how far it has come.
        size: bytes of the input, about, for the choice of bands; None: those of all texts.

    Raises:
        UsageError: a reference comes after another document, or the salt is missing.
        MissingDependencyError: PySpark is not installed.
    """
    require()
    return _Plan(settings, CheckpointStore(checkpoint_dir), events).decide(documents, told=told, size=size)


class _Plan:
    """Runs the stages; see `decide`."""

    def __init__(self, settings: Settings, store: CheckpointStore, events: Events | None) -> None:
        self._settings = settings
        self._store = store
        self._events = events
        self._comparisons = self._unexamined = self._rounds = self._largest = 0
        self._faults: list[Faults] = []
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

    def decide(self, documents: DataFrame, *, told: bool, size: int | None) -> Decisions:
        from pyspark.sql import functions as f

        if size is None:
            (size,) = values(documents, f.sum(f.octet_length("text")))
        choice = choose_banding(self._settings.threshold, int(size))
        self._tell(0, "reading")
        wanted = ["document", "text", "fixed"]
        if self._settings.within is not None:
            if "salt" not in documents.columns:
                raise UsageError("documents are to be compared within groups, and have no column 'salt'")
            wanted.append("salt")
        made = documents.select(*wanted).mapInArrow(over(sheets, self._settings, choice.banding), SHEET)
        made = self._store.keep(made, "sheets")
        self._faults.append(of_documents(made))
        self._rows = made.filter(f.col("paragraph").isNotNull())
        every = made.filter(f.col("document").isNotNull()).select("document", "fixed", "spans", "digests")
        number, references = self._counted(every)
        limit = references << INDEX_BITS
        places_ = self._store.keep(every.mapInArrow(over(places), PLACES), "places")
        classes = self._different(places_, limit)
        gone = self._gone(places_, classes, limit)
        paragraphs, fixed = values(places_, f.count(f.lit(1)), f.count(f.when(f.col("paragraph") < limit, f.lit(1))))
        counts = {
            "documents": number - references,
            "references": references,
            "paragraphs": paragraphs - fixed,
            "fixed": fixed,
            "different": row_count(classes),
            "removed": row_count(gone),
            "comparisons": self._comparisons,
            "unexamined": self._unexamined,
            "rounds": self._rounds,
            "largest": self._largest,
        }
        by_document = self._by_document(gone, places_, classes, told=told)
        return Decisions(
            by_document, counts, choice.describe(), self._store, [each for each in self._faults if each.number]
        )

    def _gone(self, places_: DataFrame, classes: DataFrame, limit: int) -> DataFrame:
        """Return the removals, one by one."""
        self._tell(0, "verdicts")
        self._further(classes, None, limit)
        gone = self._outcome(places_, classes, limit)
        # With boilerplate gone, those that stay are others than were looked at.
        while self._settings.keep == "none" and self._further(classes, gone.select("paragraph"), limit):
            gone = self._outcome(places_, classes, limit)
        return gone

    def _counted(self, every: DataFrame) -> tuple[int, int]:
        """Return the numbers of documents and of references."""
        from pyspark.sql import functions as f

        fixed = f.col("fixed")
        number, references, last, first = values(
            every,
            f.count(f.lit(1)),
            f.count(f.when(fixed, f.lit(1))),
            f.max(f.when(fixed, f.col("document"))),
            f.coalesce(f.min(f.when(~fixed, f.col("document"))), f.lit(1 << 62)),
        )
        if references and first < last:
            raise UsageError("a reference comes after another document; nothing was decided")
        return int(number), int(last) + 1 if references else 0

    def _different(self, every: DataFrame, limit: int) -> DataFrame:
        """Return each different paragraph once: its first occurrence (paragraph), and what is known of it.

        Of what is known nothing depends on which of several rows it is taken from, so that all of them can be put
        together before anything is shuffled.
        """
        from pyspark.sql import functions as f

        known = {"key": "bigint", "words": "int", "plain": "int", "content": "int", "length": "int"}
        blank = [f.lit(None).cast(kind).alias(name) for name, kind in known.items()]
        together = every.select("high", "low", "paragraph", *blank).unionByName(
            self._rows.select("high", "low", "paragraph", *known)
        )
        least = [f.min(name).alias(name) for name in ("paragraph", *known)]
        classes = together.groupBy("high", "low").agg(*least).withColumn("rank", self._rank(limit))
        return self._store.keep(classes, "classes")

    def _rank(self, limit: int) -> Column:
        """Return what comes before a paragraph's number in the order of staying."""
        from pyspark.sql import functions as f

        column = {"richest": "content", "longest": "length"}.get(self._settings.keep)
        if column is None:
            return f.lit(0)
        return f.when(f.col("paragraph") < limit, f.lit(_FIRST)).otherwise(-f.col(column)).cast("int")

    def _further(self, classes: DataFrame, also: DataFrame | None, limit: int) -> bool:
        """Have those compared that a second run would compare, and decide anew; return False where all are.

        See `dedup.engines.local.stages` and `dedup.resolve.corpus.again`; who goes is in `_going` afterwards.

        Args:
            classes: the different paragraphs.
            also: paragraph: those that go as boilerplate; None: there are none.
            limit: number of the first paragraph that may go.
        """
        from pyspark.sql import functions as f

        long = classes.filter(f.col("words") >= self._settings.min_words)
        if self._going is None:
            self._going = long.filter(f.lit(False)).select(*null_columns(GOING))  # noqa: FBT003 - a column's value
        before = self._turn
        while True:
            stays = without_paragraphs(long, self._going)
            stays = stays if also is None else without_paragraphs(stays, also)
            if self._added(self._same_keys(stays), limit):
                continue
            stays = self._store.keep(stays.select("paragraph", "rank"), "stays")
            if self._settings.exact or not self._looked(stays, limit):
                return self._turn > before

    def _looked(self, stays: DataFrame, limit: int) -> bool:
        """Look at those that are to be looked at next, and have what is new compared; return False where none are."""
        fresh = stays if self._known is None else self._store.keep(without_paragraphs(stays, self._known), "fresh")
        first = bool(row_count(fresh))
        if not first and not row_count(self._changed(stays)):
            return False
        every = not first or self._known is None or row_count(fresh) == row_count(stays)
        some = stays if first or self._crowded is None else only_paragraphs(stays, self._crowded)
        self._tell(self._turn, "candidates")
        from pyspark.sql import functions as f

        features = self._rows.select("paragraph", "words", "numbers", "bits0", "bits1", "bands")
        joined = some.join(features, "paragraph")
        found = candidates(joined, self._settings, self._store, None if every else fresh)
        self._unexamined = found.unexamined if every else max(self._unexamined, found.unexamined)
        others = self._crowded if self._crowded is None or not every else without_paragraphs(self._crowded, some)
        crowded = found.crowded if others is None else found.crowded.unionByName(others).distinct()
        self._crowded = self._store.keep(crowded.select(f.col("paragraph")), "crowded")
        if first:
            self._known = stays.select("paragraph")
        asked = some if every else fresh
        # A look at all of them has seen the buckets as they are now, without those that left, too.
        if not self._added(found.pairs, limit) and (
            every or not row_count(without_paragraphs(self._changed(stays), asked))
        ):
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

    def _added(self, pairs: DataFrame, limit: int) -> bool:
        """Have candidates compared that are new, and decide anew who goes; return False where none is new."""
        from pyspark.sql import functions as f

        if self._listed is not None:
            pairs = pairs.join(self._listed.select("later", "earlier"), ["later", "earlier"], "left_anti")
        pairs = pairs.withColumn("place", f.col("place") + f.lit(self._turn << 8))
        before = self._comparisons
        added = self._compared(pairs, limit)
        if self._comparisons == before:
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

    def _compared(self, pairs: DataFrame, limit: int) -> DataFrame:
        """Have candidates compared, references aside, and return them with their verdicts."""
        from pyspark.sql import functions as f

        pairs = self._store.keep(pairs.filter(f.col("later") >= limit), "pairs")
        number = row_count(pairs)
        self._comparisons += number
        if not number:
            return pairs.select("*", *null_columns(VERDICTS, "later", "earlier", "fault"))
        found = verdicts(pairs, number, self._texts(), self._settings)
        joined = self._store.keep(pairs.join(found, ["later", "earlier"]), "verdicts")
        self._faults.append(of_pairs(joined))
        return joined.drop("fault")

    def _texts(self) -> DataFrame:
        return self._rows.select("paragraph", "key", "letters", "text")

    def _resolved(self, listed: DataFrame) -> Resolved:
        done = resolve(listed.filter("how > 0"), self._texts(), self._settings, self._store)
        self._comparisons += done.compared
        self._rounds += done.rounds
        self._faults += done.faults
        self._largest = max(self._largest, done.largest)
        return done

    def _outcome(self, every: DataFrame, classes: DataFrame, limit: int) -> DataFrame:
        """Return what goes in the end, as far as is decided about the different paragraphs."""
        from pyspark.sql import functions as f

        going = self._going
        assert going is not None  # noqa: S101 - decided by now
        self._tell(0, "outcome")
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
        every = every.select("paragraph", "high", "low").join(of_class, ["high", "low"]).drop("high", "low")
        every = self._store.keep(every, "paragraphs")
        return self._store.keep(removals(every, going, self._settings, limit, self._store), "removals")

    def _by_document(self, gone: DataFrame, every: DataFrame, classes: DataFrame, *, told: bool) -> DataFrame:
        """Return the removals of each document, with the places of paragraphs and witnesses."""
        from pyspark.sql import functions as f

        own = every.select("paragraph", "start", "end")
        theirs = every.select(
            f.col("paragraph").alias("witness"),
            f.col("start").alias("witness_start"),
            f.col("end").alias("witness_end"),
            *(("high", "low") if told else ()),
        )
        placed = gone.join(own, "paragraph").join(theirs, "witness")
        text = f.lit(None).cast("binary")
        if told:
            texts = self._rows.select(f.col("paragraph").alias("owner"), f.col("text").alias("witness_text"))
            owners = classes.select("high", "low", f.col("paragraph").alias("owner"))
            differs = placed.filter("how > 0").select("paragraph", "high", "low")
            told_of = differs.join(owners, ["high", "low"]).join(texts, "owner").select("paragraph", "witness_text")
            placed = placed.join(told_of, "paragraph", "left")
            text = f.col("witness_text")
        entry = f.struct(
            index_of(f.col("paragraph")).alias("paragraph"),
            "start",
            "end",
            document_of(f.col("witness")).alias("witness_document"),
            index_of(f.col("witness")).alias("witness_paragraph"),
            *(
                "witness_start",
                "witness_end",
                "similarity",
                "coverage",
                "block",
                "documents",
                "reason",
                "how",
                "differs",
            ),
            text.alias("witness_text"),
        )
        by = placed.select(document_of(f.col("paragraph")).alias("document"), entry.alias("removal"))
        return by.groupBy("document").agg(f.sort_array(f.collect_list("removal")).alias("removals"))
