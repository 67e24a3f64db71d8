"""How far Spark has come, told by the run's own reporter."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dedup.engines.spark.session import is_remote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

    from dedup.model.errors import DedupError
    from dedup.model.explanation import Explanation
    from dedup.model.outcome import Events

_EVERY = 0.5
"""Seconds from one look at the cluster to the next."""


class Watch:
    """Watches a session, and tells the tasks that are done of those that are under way; also the run's `Events`.

    Args:
        spark: the session. Behind Spark Connect nothing can be asked, and only the stages' names are told.
        events: is told.
    """

    def __init__(self, spark: SparkSession, events: Events) -> None:
        self._events = events
        self._lock = threading.Lock()
        self._stage = ""
        self._tracker: Any = None if is_remote(spark) else spark.sparkContext.statusTracker()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Watch while a stage of the run goes on."""
        self.progress(0, None, name, "tasks")
        done = threading.Event()
        watch = threading.Thread(target=self._watch, args=(done,), daemon=True, name="dedup-progress")
        watch.start()
        try:
            yield
        finally:
            done.set()
            watch.join()

    def _watch(self, done: threading.Event) -> None:
        while self._tracker is not None and not done.wait(_EVERY):
            try:
                stages = [self._tracker.getStageInfo(number) for number in self._tracker.getActiveStageIds()]
            except Exception:  # noqa: BLE001 - whatever is wrong with the cluster, the run itself will say it better
                return
            known = [stage for stage in stages if stage is not None]
            if known:
                finished, every = sum(one.numCompletedTasks for one in known), sum(one.numTasks for one in known)
                self.progress(finished, every, self._stage, "tasks")

    def progress(self, done: int, total: int | None, stage: str = "", unit: str = "bytes") -> None:
        """Tell how far a stage has come, from whatever thread."""
        with self._lock:
            self._stage = stage
            self._events.progress(done, total, stage, unit)

    def note(self, text: str, *, important: bool = False) -> None:
        """See `dedup.model.outcome.Events`."""
        with self._lock:
            self._events.note(text, important=important)

    def problem(self, error: DedupError, *, more: int = 0) -> None:
        """See `dedup.model.outcome.Events`."""
        with self._lock:
            self._events.problem(error, more=more)

    def explained(self, explanation: Explanation) -> None:
        """See `dedup.model.outcome.Events`."""
        with self._lock:
            self._events.explained(explanation)

    def diff(self, text: bytes) -> None:
        """See `dedup.model.outcome.Events`."""
        with self._lock:
            self._events.diff(text)
