"""Runs that tell of decisions one by one and write nothing else: ``--explain`` and ``--review``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dedup.model.errors import ExitCode

if TYPE_CHECKING:
    from dedup.command.parser import Request
    from dedup.model.life import Life
    from dedup.report.terminal import Terminal


def tell_decisions(request: Request, terminal: Terminal) -> int:
    """Do what is asked for, and return the exit status."""
    return _explain(request, terminal) if request.lives_of is not None else _review(request, terminal)


def _explain(request: Request, terminal: Terminal) -> int:
    from dedup.engines.run import explain
    from dedup.report.lives import render
    from dedup.report.pager import paged
    from dedup.report.reporter import Reporter

    assert request.lives_of is not None  # noqa: S101 - the caller has asked
    reporter = Reporter(
        terminal, "check", quiet=request.quiet, progress=request.progress, text_to_stdout=True, debug=request.debug
    )
    with reporter, paged(terminal, sys.stdout, wanted=not request.no_pager) as write:
        first = True

        def told(life: Life) -> None:
            nonlocal first
            write(("" if first else "\n") + render(life, terminal.stdout, terminal.width))
            first = False

        explain(request.job, request.lives_of, reporter, told)
    return ExitCode.ERROR if reporter.failed else ExitCode.OK


def _review(request: Request, terminal: Terminal) -> int:
    raise NotImplementedError
