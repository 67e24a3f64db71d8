"""What a report is made from, and what makes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from dedup.model.job import Job
    from dedup.model.outcome import Counts
    from dedup.model.repetition import BeforeAfter
    from dedup.report.findings.findings import Findings

MARK = "dedup-report"
"""Stands within the first `HEAD` bytes of each report, in whatever way its format allows: only a file that has it is
written over."""
HEAD = 2000


@dataclass(frozen=True)
class Told:
    """A run that has come to its end, as a report tells it."""

    job: Job
    counts: Counts
    findings: Findings
    started: datetime
    seconds: float
    exit_code: int
    repetition: BeforeAfter | None = None
    """How much of the documents repeats within each of them, by the measures of the field; None: not measured."""


class Renderer(NamedTuple):
    """A format of reports.

    Attributes:
        name: for people.
        render: yields the report piece by piece, in UTF-8; scraped text in it is data, whatever it is.
    """

    name: str
    render: Callable[[Told], Iterator[bytes]]
