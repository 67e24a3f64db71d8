"""Runs that tell of decisions one by one and write nothing else: ``--explain`` and ``--review``."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from dedup.formats.files.reader import reason
from dedup.model.errors import ExitCode, OutputError, UsageError
from dedup.report.terminal import sanitise

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.command.parser import Request
    from dedup.model.explanation import Explanation
    from dedup.model.life import Life
    from dedup.report.review.answers import Answers
    from dedup.report.review.pairs import Pair
    from dedup.report.terminal import Terminal


_HOW_TO_LABEL = (
    'dedup: to label what was written: have "redundant" say true where b may go because a stays, false where something '
    "would be lost; then run this again with --answers FILE.\n"
)


def tell_decisions(request: Request, terminal: Terminal) -> int:
    """Do what is asked for, and return the exit status.

    Raises:
        DedupError: what is asked for cannot be read, told or kept.
        BrokenPipeError: the reader of standard output has gone away.
        KeyboardInterrupt: ^C; answers that were given are kept.
    """
    try:
        return _explain(request, terminal) if request.lives_of is not None else _review(request, terminal)
    except BrokenPipeError:
        raise
    except OSError as error:  # of standard output: all other errors are raised where they occur, with their place
        what = f"{reason(error)}; what is told there is not complete"
        raise OutputError(what, place="<stdout>", hint="free some room, or let it go elsewhere") from error


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
    from dedup.engines.run import run
    from dedup.report.reporter import Reporter, tell
    from dedup.report.review.answers import Answers
    from dedup.report.review.draw import Draw
    from dedup.report.review.summary import summary

    assert request.review is not None  # noqa: S101 - the caller has asked
    asked, job = request.review, request.job
    on_screen = terminal.stdin.terminal and terminal.stderr.terminal and not terminal.dumb
    if on_screen and asked.answers is None:
        raise UsageError("a review keeps its answers in a file, and none is named", hint="add --answers FILE")
    _refuse_input(asked.answers, job.named)
    draw = Draw(asked.number, asked.seed)

    def take(found: Explanation) -> Explanation:
        draw.add(found)
        return found

    with Answers(asked.answers) as answers:
        reporter = Reporter(
            terminal,
            "check",
            quiet=request.quiet,
            progress=request.progress,
            text_to_stdout=not on_screen,
            debug=request.debug,
            listener=take,
        )
        with reporter:
            counts = run(job, reporter).counts
        drawn = draw.drawn()
        if on_screen:
            from dedup.report.review.keys import keys
            from dedup.report.review.screen import ask

            try:
                with keys() as key:
                    ask(drawn, answers, terminal, key)
            except KeyboardInterrupt:
                tell(f"\n{_kept(answers)}\n")
                raise
        else:
            _write_open(drawn, answers, terminal)
        if not on_screen and not request.quiet and any(one.identity not in answers.labels for one in drawn):
            tell(_HOW_TO_LABEL)
        missing = max(counts.kept_near - draw.near, 0)
        if not request.quiet:
            tell(summary(draw, drawn, answers.labels, job.settings, missing))
    return ExitCode.ERROR if reporter.failed else ExitCode.OK


def _refuse_input(answers: Path | None, inputs: tuple[str, ...]) -> None:
    """Refuse to add answers to a file that is one of the inputs.

    Raises:
        UsageError: it is.
    """
    if answers is None:
        return
    for name in inputs:
        with suppress(OSError, ValueError):
            if answers.samefile(name):
                raise UsageError("--answers names an input", place=str(answers), hint="name another file")


def _kept(answers: Answers) -> str:
    """Say where the answers are."""
    return f"dedup: {len(answers.labels):,} answers are in {sanitise(str(answers.path))}; the rest is asked next time."


def _write_open(drawn: list[Pair], answers: Answers, terminal: Terminal) -> None:
    """Write the pairs without an answer to standard output, to be labelled.

    Raises:
        OSError: it cannot be written to; `BrokenPipeError` where its reader has gone away.
    """
    from dedup.report.pager import put
    from dedup.report.review.pairs import as_line

    different = {pair.identity: pair for pair in reversed(drawn)}
    for identity, pair in reversed(different.items()):
        if identity not in answers.labels:
            put(sys.stdout, as_line(pair.to_entry(redundant=None), ascii_only=terminal.stdout.terminal))
