"""What becomes of the findings of a run: judged by a baseline, collected for reports, told as annotations."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Protocol

from dedup.model.errors import ExitCode

if TYPE_CHECKING:
    from dedup.model.explanation import Explanation
    from dedup.model.job import Job
    from dedup.report.annotations import Service
    from dedup.report.findings.findings import Findings


class Note(Protocol):
    """Tells people something."""

    def __call__(self, text: str, *, important: bool = False) -> None:
        """Tell it."""


class Checked(AbstractContextManager["Checked"]):
    """Takes the findings of a run one by one, and knows what of them is new.

    Args:
        job: what the run does.
        findings: collects them for reports; None: there are none.
        annotate: write annotations for this service at the end.
        update: the baseline is to be written.

    Raises:
        InputError, OutputError: the baseline cannot be read, or written; nothing has been read or written.
    """

    def __init__(
        self, job: Job, findings: Findings | None = None, *, annotate: Service | None = None, update: bool = False
    ) -> None:
        self._stack = ExitStack()
        self._annotate = annotate
        self._baseline = None
        if findings is None and annotate is not None:
            from dedup.report.findings.findings import Findings  # numpy

            findings = Findings()
        self._findings = findings
        if job.baseline is not None:
            from dedup.report.baseline.accepted import Baseline  # most checks have none

            self._baseline = self._stack.enter_context(Baseline(job.baseline, job.settings.scope, update=update))

    def take(self, found: Explanation) -> Explanation:
        """Take the next finding; return it as it is to be told."""
        if self._baseline is not None:
            found = self._baseline.judge(found)
        if self._findings is not None:
            self._findings.add(found)
        return found

    def end(self, code: ExitCode, note: Note) -> ExitCode:
        """Tell what there is to tell, and return what the run ends with; a baseline may make it better.

        Raises:
            OutputError: the baseline or the annotations cannot be written.
        """
        if self._baseline is not None:
            note(self._baseline.end(complete=code is not ExitCode.ERROR), important=True)
            if code is ExitCode.FOUND and not self._baseline.new:
                code = ExitCode.OK
        if self._annotate is not None and self._findings is not None:
            from dedup.report.annotations import write
            from dedup.report.reporter import silence

            try:
                write(self._findings, self._annotate)
            except BrokenPipeError:
                silence(1)  # the reader has enough; what was found stands
        return code

    def __exit__(self, *_: object) -> None:
        """Leave the baseline as it was, where a new one was not written to its end."""
        self._stack.close()
