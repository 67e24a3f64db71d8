"""A run over one more day: cleaned against all days of an index, and added to it together with its output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.engines.local.corpus_run import TwoPassRun
from dedup.engines.local.indexed_day import IndexedDay
from dedup.engines.local.spooled_decisions import SpooledDecisions

if TYPE_CHECKING:
    from contextlib import ExitStack
    from typing import Any, BinaryIO

    from dedup.engines.local.indexed_stages import IndexedStages
    from dedup.engines.local.spool_columns import CorpusDecision
    from dedup.fingerprint.minhash import Banding
    from dedup.formats.parts import Work
    from dedup.formats.plan import IOPlan
    from dedup.model.job import Job
    from dedup.model.outcome import Events


class IndexedRun(TwoPassRun):
    """Both readings of a day's inputs, and what it adds to an index; see `TwoPassRun` and `IndexedDay`.

    Raises:
        UsageError, InputError, OutputError: see `dedup.index.store.IndexStore`.
    """

    def __init__(
        self, job: Job, layout: IOPlan, work: Work, events: Events, *, stack: ExitStack, stdin: BinaryIO | None
    ) -> None:
        super().__init__(job, layout, work, events, stack=stack, stdin=stdin)
        self._day = IndexedDay(job, events, stack)

    def _identity(self) -> dict[str, Any]:
        return {**super()._identity(), "bands": list(self._day.banding)}

    def prepare(self) -> CorpusDecision:
        """Read everything and decide; see `TwoPassRun.prepare`."""
        self._decided = super().prepare()
        return self._decided

    def _banding(self, size: int) -> Banding:  # noqa: ARG002 - that of the index holds for every day
        return self._day.banding

    def _stages(self, banding: Banding) -> IndexedStages:  # noqa: ARG002 - likewise
        lasting = (one for one in self._layout.sources if one.place is not None and not one.once and one.kept is None)
        stages = self._day.stages(
            self._spool,
            self._pool,
            [source.relative for source in self.sources],
            lasting={source.relative for source in lasting},
            max_memory=self._max_memory,
        )
        self._rounds_before = self._day.rounds_before
        return stages

    def _told(self, decided: CorpusDecision, *, told: bool) -> SpooledDecisions:
        return SpooledDecisions(self._spool, decided, self.sources, told=told, earlier=self._day.told(decided))

    def stage(self, *, whole: bool) -> None:
        """Write what the day adds to the index, which has it not yet; see `IndexedDay.stage`."""
        self._day.stage(self._decided, whole=whole)

    def commit(self, *, whole: bool) -> None:
        """Add the day to the index; see `IndexedDay.commit`."""
        self._day.commit(whole=whole)
