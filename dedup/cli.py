"""The command: from the arguments to the exit code; how every run ends, see `dedup.command.ending`."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, cast

from dedup.command.ending import columns, ended, exit_status, explain_failure, flush, reader_is_gone, uncapitalised
from dedup.command.options import OPTIONS
from dedup.engines.local.collector import collect_seldom
from dedup.model.errors import DedupError, ExitCode, InputError, OutputError, UsageError
from dedup.native import kernels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    import click

    from dedup.command.parser import Request
    from dedup.model.job import Job
    from dedup.model.outcome import Outcome
    from dedup.report.checked import Checked
    from dedup.report.reporter import Reporter
    from dedup.report.reports import Reports
    from dedup.report.stats import Stats

HELP_HINT = "'dedup --help' lists the options"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; never raises, and never exits by itself.

    Args:
        argv: the arguments without the program's name; None: those of this process.
    """
    if argv is None:
        collect_seldom()
    return ended(sys.argv[1:] if argv is None else argv, _carried_out, "dedup", for_good=argv is None)


def _carried_out(args: list[str], closed: frozenset[int]) -> int:
    if args in (["--help"], ["-h"]):
        # Asked for alone, the help needs no parser: it is there as fast as Python is.
        from dedup.command.help import render

        sys.stdout.write(render(columns()))
        return ExitCode.OK
    import click

    from dedup.command import parser

    command = parser.build()
    if parser.COMPLETE_VARIABLE in os.environ:
        from click.shell_completion import shell_complete

        asked = os.environ[parser.COMPLETE_VARIABLE]
        return shell_complete(command, {}, parser.PROGRAM, parser.COMPLETE_VARIABLE, asked)
    try:
        with command.make_context(parser.PROGRAM, args, terminal_width=columns()) as context:
            request: Request = command.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        raise _translated(error) from error
    if request.show_config:
        sys.stdout.write(parser.show_config(request))
        return ExitCode.OK
    _check_streams(request, closed)
    kernels.checked()
    return _obey(request)


def _check_streams(request: Request, closed: frozenset[int]) -> None:
    """Refuse to read from or write to a standard stream that was closed before this process began.

    Raises:
        InputError, OutputError: the job would.
    """
    job = request.job
    if 0 in closed and ("-" in job.inputs or job.files_from == "-"):
        raise InputError("standard input is closed", hint="name an INPUT")
    if 1 in closed and (_uses_stdout(job) or request.stats == "-" or request.annotate is not None):
        raise OutputError("standard output is closed", hint="name a file with --output, or --stats")


def _uses_stdout(job: Job) -> bool:
    return job.mode == "diff" or (job.mode == "clean" and job.output is None and not job.in_place)


def _obey(request: Request) -> int:
    """Run what was asked for, and tell about it."""
    from dedup.report.reporter import Reporter
    from dedup.report.terminal import Terminal

    terminal = Terminal.detect(request.color)
    job = request.job
    if job.inputs == ("-",) and terminal.stdin.terminal:
        from dedup.command.help import SHORT

        sys.stderr.write(SHORT)
        return ExitCode.ERROR
    if request.lives_of is not None or request.review is not None:
        from dedup.command.telling import tell_decisions  # few runs tell of decisions one by one

        return tell_decisions(request, terminal)
    saver = None
    if request.debug_dir is not None:
        from dedup.report.saved import Saver

        saver = Saver(request.debug_dir, job.settings)
    with ExitStack() as stack:
        stats, reports = _stats(request, stack), _reports(request, stack)
        checked = _checked(request, stack, reports)
        reporter = Reporter(
            terminal,
            "dry-run" if job.mark else job.mode,  # marks say what would go, too
            quiet=request.quiet,
            progress=request.progress,
            text_to_stdout=_uses_stdout(job),
            verbose=request.verbose,
            long=job.settings.scope == "corpus",
            debug=request.debug,
            saver=saver,
            listener=None if checked is None else checked.take,
            pager=not request.no_pager,
        )
        try:
            code, outcome = _told(request, reporter, stats, on_screen=terminal.stdout.terminal and _uses_stdout(job))
            if checked is not None and outcome is not None:
                code = checked.end(code, reporter.note)
        except BaseException as error:
            if stats is not None:
                _write_failed(stats, reporter, error)
            raise
        code = ExitCode.OK if code is ExitCode.FOUND and request.exit_zero else code
        if reports is not None and outcome is not None:
            reports.write(outcome, code)
        if stats is not None:
            stats.write(code, None if outcome is None else outcome.counts, reporter.problems)
    return code


def _stats(request: Request, stack: ExitStack) -> Stats | None:
    """Return what collects and writes the figures; the stack removes what is not complete."""
    if request.stats is None:
        return None
    from dedup.report.stats import Stats  # most runs keep no figures

    return stack.enter_context(Stats(request.stats, request.job))


def _reports(request: Request, stack: ExitStack) -> Reports | None:
    """Return what collects findings and writes reports; likewise."""
    if not request.job.reports:
        return None
    from dedup.report.reports import Reports  # most runs write none

    return stack.enter_context(Reports(request.job.reports, request.job))


def _checked(request: Request, stack: ExitStack, reports: Reports | None) -> Checked | None:
    """Return what takes findings, and tells new ones from those that a baseline accepts; likewise."""
    if reports is None and request.annotate is None and request.job.baseline is None:
        return None
    from dedup.report.checked import Checked  # most runs do not tell each finding

    findings = None if reports is None else reports.findings
    return stack.enter_context(
        Checked(request.job, findings, annotate=request.annotate, update=request.update_baseline)
    )


def _write_failed(stats: Stats, reporter: Reporter, error: BaseException) -> None:
    """Write the figures of a run that an error has ended; where that fails, too, say so."""
    from dedup.report.reporter import message, tell
    from dedup.report.terminal import Terminal

    if isinstance(error, UsageError) and error.place == stats.place:
        return  # it is about this very file, which is one of the inputs
    try:
        stats.write(exit_status(error), None, reporter.problems, explain_failure(error))
    except (DedupError, OSError) as failure:
        tell(message(explain_failure(failure), Terminal.detect().stderr))


def _told(
    request: Request, reporter: Reporter, stats: Stats | None, *, on_screen: bool
) -> tuple[ExitCode, Outcome | None]:
    """Do what was asked for, and tell its end; no outcome where the reader of standard output has gone away."""
    from dedup.report.reporter import silence

    with reporter:
        try:
            outcome = _work(request, reporter, stats, on_screen=on_screen)
            flush()
        except BrokenPipeError:
            if not reader_is_gone():
                raise
            silence(1)
            # The reader has enough. What was decided by then stands.
            return ExitCode.ERROR if reporter.failed else ExitCode.FOUND if reporter.found else ExitCode.OK, None
        if request.restore is None:
            reporter.summary(outcome)
        return outcome.exit_code, outcome


def _work(request: Request, reporter: Reporter, stats: Stats | None, *, on_screen: bool) -> Outcome:
    """Do what was asked for; `on_screen`: its text goes to a terminal."""
    if not on_screen or request.job.mode == "diff":  # a diff is made harmless where it is painted
        return _done(request, reporter, stats, None)
    from dedup.report.screen import Screen

    screen = Screen(sys.stdout.buffer)
    try:
        return _done(request, reporter, stats, cast("BinaryIO", screen))
    finally:
        screen.finish()


def _done(request: Request, reporter: Reporter, stats: Stats | None, stdout: BinaryIO | None) -> Outcome:
    from dedup.engines.run import restore, run

    job = request.job
    if request.restore is None:
        return run(job, reporter, stdout=stdout, figures=stats)
    return restore(
        job.inputs[0],
        request.restore,
        job.output,
        reporter,
        in_place=job.in_place,
        into_directory=job.into_directory,
        stdout=stdout,
    )


def _translated(error: click.ClickException) -> DedupError:
    """Say what click has to say in this program's form."""
    import click

    if isinstance(error, click.NoSuchOption):
        near = _nearest_option(error.option_name)
        hint = f"Did you mean {near!r}?" if near else HELP_HINT
        return UsageError(f"no such option: {error.option_name!r}", hint=hint)
    if isinstance(error, click.BadParameter):
        return UsageError(uncapitalised(error.message), place=_origin(error), hint=HELP_HINT)
    return UsageError(uncapitalised(error.format_message()), hint=HELP_HINT)


def _nearest_option(written: str) -> str | None:
    """Return the option that was probably meant, by its name or else by one of its values; None if none is near."""
    import difflib

    # Without the dashes, which would make any two options alike.
    name = written.lstrip("-")
    if near := difflib.get_close_matches(name, OPTIONS, n=1):
        return f"--{near[0]}"
    values = {value: option.name for option in OPTIONS.values() for value in option.choices}
    near = difflib.get_close_matches(name, values, n=1, cutoff=0.75)
    return f"--{values[near[0]]} {near[0]}" if near else None


def _origin(error: click.BadParameter) -> str:
    """Name where a bad value was given: the option, or the environment variable."""
    from click.core import ParameterSource

    if error.param is None or error.param.name is None:
        return ""
    if error.ctx is not None and error.ctx.get_parameter_source(error.param.name) is ParameterSource.ENVIRONMENT:
        return OPTIONS[error.param.name.replace("_", "-")].env
    return error.param.opts[-1]
