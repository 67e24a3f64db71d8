"""The plan of scope ``corpus`` on DataFrames: the same stages as `dedup.engines.local.stages`, around the same kernels.

    fingerprint → exact copies → same words → bands → candidates → verdicts → decision → outcome

Texts are not shuffled, but for those that are compared. No stage depends on how anything is partitioned: paragraphs
have numbers that follow from their documents' (`dedup.engines.spark.stages.frames.numbered`), and every choice among
rows is made by these numbers.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dedup.engines.spark.stages.corpus import Corpus
from dedup.engines.spark.stages.decisions import Decisions, by_document
from dedup.engines.spark.stages.faults import of_documents
from dedup.engines.spark.stages.fingerprints import PLACES, SHEET, places, sheets
from dedup.engines.spark.stages.frames import INDEX_BITS, CheckpointStore, over, require, row_count, values
from dedup.engines.spark.stages.plan import Plan
from dedup.engines.spark.stages.settle import Settling
from dedup.fingerprint.banding import choose_banding
from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.model.outcome import Events
    from dedup.model.settings import Settings


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
    return _Run(settings, CheckpointStore(checkpoint_dir), events).decide(documents, told=told, size=size)


class _Run:
    """Decides, judges, and decides again; see `decide`."""

    def __init__(self, settings: Settings, store: CheckpointStore, events: Events | None) -> None:
        self._settings = settings
        self._store = store
        self._events = events
        self._turn = 0
        """How often it was decided again."""

    def decide(self, documents: DataFrame, *, told: bool, size: int | None) -> Decisions:
        from pyspark.sql import functions as f

        if size is None:
            (size,) = values(documents, f.sum(f.octet_length("text")))
        choice = choose_banding(self._settings.threshold, int(size))
        if self._events is not None:
            self._events.progress(0, None, "reading", "rows")
        wanted = ["document", "text", "fixed"]
        if self._settings.within is not None:
            if "salt" not in documents.columns:
                raise UsageError("documents are to be compared within groups, and have no column 'salt'")
            wanted.append("salt")
        made = documents.select(*wanted).mapInArrow(over(sheets, self._settings, choice.banding), SHEET)
        made = self._store.keep(made, "sheets")
        faults = [of_documents(made)]
        every = made.filter(f.col("document").isNotNull()).select("document", "fixed", "spans", "digests")
        number, references, paragraphs, fixed = _counted(every)
        limit = references << INDEX_BITS
        places_ = self._store.keep(every.mapInArrow(over(places), PLACES), "places")
        corpus = Corpus(places_, made.filter(f.col("paragraph").isNotNull()), limit)
        plan = Plan(corpus, self._settings, self._store, self._events)
        gone = plan.gone()
        texts, spans = documents.select("document", "text"), every.select("document", "spans")
        settled = Settling(texts, spans, self._settings, self._store, partial(self._again, plan)).of(gone)
        counts = {
            "documents": number - references,
            "references": references,
            "paragraphs": paragraphs - fixed,
            "fixed": fixed,
            "different": row_count(plan.classes),
            "removed": settled.number,
            "comparisons": plan.clustering.comparisons,
            "unexamined": plan.clustering.unexamined(),
            "rounds": plan.clustering.rounds,
        }
        faults += plan.clustering.faults
        return Decisions(
            by_document(settled.removals, corpus, plan.classes, told=told),
            counts,
            choice.describe(),
            self._store,
            [each for each in faults if each.number],
        )

    def _again(self, plan: Plan, gone: DataFrame) -> DataFrame:
        """Return what another run would remove, were some paragraphs gone."""
        self._turn += 1
        return self._store.keep(plan.gone_again(gone, self._store.part(f"again-{self._turn}")), "removals")


def _counted(every: DataFrame) -> tuple[int, int, int, int]:
    """Return the numbers of documents, of references, and of the paragraphs of both."""
    from pyspark.sql import functions as f

    fixed, size = f.col("fixed"), f.octet_length("digests")
    number, references, last, first, paragraphs, theirs = values(
        every,
        f.count(f.lit(1)),
        f.count(f.when(fixed, f.lit(1))),
        f.max(f.when(fixed, f.col("document"))),
        f.coalesce(f.min(f.when(~fixed, f.col("document"))), f.lit(1 << 62)),
        f.sum(size),
        f.sum(f.when(fixed, size)),
    )
    if references and first < last:
        raise UsageError("a reference comes after another document; nothing was decided")
    return int(number), int(last) + 1 if references else 0, int(paragraphs) // 16, int(theirs) // 16
