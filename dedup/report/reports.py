"""Reports of a run in files of their own (``--report``), each complete or not there."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from dedup.formats.files.atomic import AtomicFile
from dedup.report.findings.findings import Findings
from dedup.report.own_files import refuse_others
from dedup.report.renderers.base import HEAD, MARK, Told
from dedup.report.renderers.registry import renderer_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dedup.model.job import Job
    from dedup.model.outcome import Outcome

_NOT_OURS = "is there, and is no report of this program; nothing was read or written"


class Reports(AbstractContextManager["Reports"]):
    """Collects what a run finds, and writes its reports when it has come to its end.

    A report that is there is written over only if it is one.

    Args:
        places: the files; their names say what is written.
        job: what the run does.

    Attributes:
        findings: takes what is found.

    Raises:
        UsageError: the name of a file says nothing; nothing has been read or written.
        OutputError: a file cannot be written, or is there and something else; likewise.
    """

    def __init__(self, places: Sequence[Path], job: Job) -> None:
        self._job = job
        self._started = datetime.now(timezone.utc)
        self._begun = time.monotonic()
        self.findings = Findings()
        self._renderers = [renderer_of(place.name) for place in places]
        for place in places:
            refuse_others(place, HEAD, lambda head: MARK.encode() in head, _NOT_OURS)
        self._files = [AtomicFile(place) for place in places]

    def write(self, outcome: Outcome, exit_code: int) -> None:
        """Write all reports, and let their files appear.

        Raises:
            OutputError: one cannot be written; those before it are there.
        """
        seconds = time.monotonic() - self._begun
        told = Told(self._job, outcome.counts, self.findings, self._started, seconds, exit_code, outcome.repetition)
        for renderer, file in zip(self._renderers, self._files, strict=True):
            for piece in renderer.render(told):
                file.write(piece)
            file.commit()

    def __exit__(self, *_: object) -> None:
        """Remove what was not written to its end."""
        for file in self._files:
            file.abort()
