"""The removal log of a run on this machine: a section for each output, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.model.job import STDIN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.formats.files.encoding import Codec
    from dedup.formats.log.writer import LogWriter, Section
    from dedup.formats.plan import IOPlan
    from dedup.model.job import Job


class RunLog:
    """Writes the log of a run.

    Args:
        log: the file.
        plan: the inputs, and whether each of them has an output of its own.

    Raises:
        OutputError: from every method: it cannot be written.
    """

    def __init__(self, log: LogWriter, plan: IOPlan) -> None:
        self._log = log
        self._plan = plan
        self._section: Section | None = None
        self._unwritten: set[str] = set()
        """Names of outputs that are in the log and were not written."""
        self.abort = log.abort

    def section_of(self, source: int) -> Section:
        """Return the section that an input belongs to."""
        if self._section is None:
            sources = self._plan.sources
            alone = self._plan.per_file or len(sources) == 1
            name = sources[source].relative if alone else STDIN
            self._section = self._log.section(name, always=not self._plan.per_file)
        return self._section

    def end_input(self, source: int, *, failed: bool) -> None:
        """End the section of an input that has an output of its own; `failed`: which is not written."""
        section = self.section_of(source)
        if self._plan.per_file:
            if failed:
                self._unwritten.add(self._plan.sources[source].relative)
            section.close()
            self._section = None

    def close(self) -> None:
        """End the last section."""
        if self._section is not None:
            self._section.close()

    def commit(self) -> None:
        """Give the log its name."""
        self._log.commit()

    def forget(self, sources: Iterable[int]) -> None:
        """Leave out what the log has of outputs that were not written, these among them."""
        if names := self._unwritten | {self._plan.sources[source].relative for source in sources}:
            self._log.forget(names)


def open_log(job: Job, plan: IOPlan, codec: Codec) -> RunLog | None:
    """Open the log that a job asks for.

    Raises:
        OutputError: it cannot be written.
    """
    if plan.removed is None:
        return None
    from dedup.formats.log.writer import LogWriter  # most runs keep no log

    return RunLog(LogWriter(plan.removed, job.settings, job.text_field, codec.name, job.html), plan)
