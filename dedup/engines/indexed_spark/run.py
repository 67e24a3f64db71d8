"""A run over one more day on Spark, which gives the bytes and the index that the local engine gives.

Tasks read, split and fingerprint, judge removals where they stand, and write. The driver takes the fingerprints of the
day into a spool on its own disk and decides with the stages of one machine: a day is a small part of all that the
index has, its decisions ask the index many things, and all of them are answered where that lies. So only the driver
opens the index.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dedup.engines.indexed_spark.removals import removals_frame
from dedup.engines.indexed_spark.settling import Judge
from dedup.engines.local.indexed_day import IndexedDay
from dedup.engines.local.limits import cores
from dedup.engines.local.memory import affordable_workers, free_memory
from dedup.engines.local.settling import settled_removals
from dedup.engines.local.spool import Spool
from dedup.engines.local.spool_columns import COLUMNS
from dedup.engines.local.spooled_decisions import SpooledDecisions
from dedup.engines.local.workers import WorkerPool
from dedup.engines.spark.run import SparkRun
from dedup.engines.spark.session import is_remote
from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    import numpy as np
    from numpy.typing import NDArray
    from pyspark.sql import SparkSession

    from dedup.engines.local.indexed_stages import IndexedStages
    from dedup.engines.local.spool_columns import CorpusDecision
    from dedup.engines.spark.columns import Rows
    from dedup.engines.spark.commit import OutputNaming, Staged
    from dedup.engines.spark.connect import Direct
    from dedup.engines.spark.files import File
    from dedup.engines.spark.rows import Numbered
    from dedup.engines.spark.stages.decisions import Decisions
    from dedup.engines.spark.write import Plan
    from dedup.formats.parts import Format
    from dedup.model.job import Cluster, Job
    from dedup.model.outcome import Events


class IndexedSparkRun(SparkRun):
    """One run on Spark over an index; see `SparkRun` and `IndexedDay`.

    Raises:
        UsageError, InputError, OutputError: see `dedup.index.store.IndexStore`.
    """

    def __init__(self, spark: SparkSession, job: Job, cluster: Cluster, events: Events, stack: ExitStack) -> None:
        super().__init__(spark, job, cluster, events, stack)
        self._day = IndexedDay(job, self._events, stack)
        self._spool = Spool(None, {}, COLUMNS)
        stack.callback(self._spool.close)

    def _files(self) -> tuple[list[File], list[File]]:
        references, files = super()._files()
        self._whole = bool(files) and not self._counts.errors
        self._sources = files
        return references, files

    def _rows(self, kind: Format, references: list[File], files: list[File]) -> Rows:  # noqa: ARG002 - all are refused
        what = f"{kind.what} is not read on Spark with an index; nothing was read"
        raise UsageError(what, place=files[0].name, hint="leave --engine spark out, or write its texts as JSON lines")

    def _decided(self, numbered: Numbered, rows: Rows | None, size: int, checkpoints: str | None) -> Decisions:  # noqa: ARG002 - bands are those of the index, and there are no rows
        from dedup.engines.indexed_spark.fingerprints import fingerprint_into  # only with the extra
        from dedup.engines.spark.records import documents
        from dedup.engines.spark.stages.decisions import Decisions
        from dedup.engines.spark.stages.frames import CheckpointStore

        store = CheckpointStore(checkpoints)
        texts = documents(numbered, self._work, only_found=True)
        spool = self._spool
        found = fingerprint_into(spool, numbered, texts, self._work, banding=self._day.banding, store=store)
        free = free_memory().free // 2
        # Processes may not be forked beside the threads of a client of Spark Connect.
        pool = WorkerPool(1 if is_remote(self._spark) else affordable_workers(free, cores()))
        self._stack.callback(pool.close)
        names = [file.relative for file in self._sources]
        stages = self._day.stages(spool, pool, names, lasting=names, max_memory=free)
        decided = self._settled(stages, Judge(numbered, self._work, spool, found.document))
        self._decision = decided
        told = SpooledDecisions(spool, decided, self._sources, told=True, earlier=self._day.told(decided))
        pool.close()
        counts = {
            "paragraphs": int(decided.begins[-1]),
            "removed": decided.removed,
            "comparisons": decided.comparisons,
            "unexamined": decided.unexamined,
        }
        self._tell_pairs(told)
        witnesses = partial(told.witnesses, with_texts=self._told)
        frame = removals_frame(self._spark, spool, decided, witnesses, found.document)
        return Decisions(frame, counts, "", store, [found.faults] if found.faults.number else [])

    def _tell_pairs(self, told: SpooledDecisions) -> None:
        """Tell of what kernels raised while the driver decided, and count it.

        Raises:
            InternalError: with ``on_error="fail"``, the first one; nothing was written.
        """
        for _, error in told.faults(keep_texts=self._work.keep_texts):
            if self._job.on_error == "fail":
                raise error.as_end()
            self._counts.faults += 1
            self._problem(error)

    def _settled(self, stages: IndexedStages, judge: Judge) -> CorpusDecision:
        """Decide, and say what becomes of each removal where it stands."""
        decided = stages.decide(0)

        def set_aside(removals: NDArray[np.void]) -> Callable[[], NDArray[np.void]]:
            self._spool.keep("removals", removals)
            return partial(self._spool.kept, "removals")

        again = partial(stages.decide_again, decided.corpus)
        least = self._day.rounds_before
        removals = settled_removals(decided.removals, decided.begins, judge, again, set_aside, least=least)
        return decided._replace(removals=removals)

    def _commit(self, staged: Staged | Direct, naming: OutputNaming, plan: Plan) -> None:
        """Let the output appear, and with it the day in the index."""
        self._day.stage(self._decision, whole=self._whole)
        super()._commit(staged, naming, plan)
        self._day.commit(whole=self._whole)
