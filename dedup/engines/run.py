"""One run from end to end: what is asked for (`Job`) to what was done (`Outcome`); also the way back (`restore`)."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.engines.local.run import LocalRun
from dedup.engines.signals import stopped_by_signals
from dedup.formats.files.name_list import with_list
from dedup.model.errors import ExitCode, UsageError
from dedup.model.job import STDIN
from dedup.model.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from dedup.engines.spark.run import SparkRun
    from dedup.model.figures import Figures
    from dedup.model.job import Job
    from dedup.model.life import Life
    from dedup.model.outcome import Events


def run(
    job: Job,
    events: Events,
    *,
    stdin: BinaryIO | None = None,
    stdout: BinaryIO | None = None,
    figures: Figures | None = None,
) -> Outcome:
    """Do what `job` asks.

    Order of the inputs is the order of everything: of the output, of the log and of the events. An input that cannot
    be read, or a record without text, is reported and counted, the rest goes on. A text that goes to one stream with
    others is followed by a line end if it lacks one and more text comes.

    Args:
        job: inputs, settings and where the result goes. ``output`` ``Path("-")`` is standard output, like None. With a
            directory among the inputs, `output` is a directory: the same tree appears there, unchanged files too. With
            files only, an existing directory takes them by name.
        events: is told problems, explanations, diffs and progress while the run goes on.
        stdin: read for ``-``; None: the process's standard input.
        stdout: cleaned text goes here when nothing else is named; None: the process's standard output.
        figures: takes down the counts of each input; not on Spark, which knows of none.

    Returns:
        The counts, and the exit code: ERROR when something was reported through `Events.problem`, else FOUND when the
        mode is ``check`` or ``diff`` and something would go, else OK.

    Raises:
        UsageError: the parts of the job do not fit together; nothing was read or written.
        InputError: the list of inputs cannot be read; or, with ``on_error="fail"``, the first input problem; nothing
            was written. For that, and for `Job.max_removed`, all inputs are read twice, and standard input is kept in
            a temporary file.
        DedupError: more would go than `Job.max_removed` allows; nothing was written.
        OutputError: an output could not be written; it is as it was before.
        BrokenPipeError: the reader of standard output (or of what `Events.diff` writes to) is gone; worker processes
            have ended and files that go elsewhere (the removal log) are complete.
        KeyboardInterrupt: SIGINT; also SIGTERM and SIGHUP, which are treated alike. Temporary files are gone.
    """
    with stopped_by_signals(), ExitStack() as stack:
        if job.cluster is not None:
            from dedup.engines.spark.run import run_on_spark  # needs PySpark

            return run_on_spark(job, events, stack, spark_run_of(job))
        if job.since is not None:
            from dedup.formats.files.git_changes import with_changes  # most runs do not ask git

            job = with_changes(job)
        return LocalRun(with_list(job, stdin), events, stdin, stdout, stack, figures=figures).run()


def explain(
    job: Job,
    given: str,
    events: Events,
    told: Callable[[Life], None],
    *,
    stdin: BinaryIO | None = None,
    changes: bool = True,
) -> None:
    """Tell the lives of some paragraphs: all is read and decided as `run` does with mode ``check``; nothing is written.

    In scope ``document`` no other document is read than those that are asked about.

    Args:
        job: inputs and settings.
        given: ``FILE``, one of the inputs; ``FILE:LINE``, a line of a text or the record on that line; or
            ``FILE:LINE:N``, its N-th paragraph.
        events: is told problems and progress.
        told: is given one life after the other.
        stdin: see `run`.
        changes: also try other settings, to tell what would change the outcome.

    Raises:
        UsageError: the file is not among the inputs, or the parts of the job do not fit together.
        InputError: the file cannot be read, or there is nothing at the line.
        KeyboardInterrupt: as in `run`.
    """
    from dedup.engines.local.life_run import LifeRun  # few runs tell lives

    with stopped_by_signals(), ExitStack() as stack:
        for life in LifeRun(with_list(job, stdin), given, events, stdin, stack, changes=changes).lives():
            told(life)


def spark_run_of(job: Job) -> type[SparkRun]:
    """Return what runs on Spark."""
    if job.index is not None:
        from dedup.engines.indexed_spark.run import IndexedSparkRun

        return IndexedSparkRun
    from dedup.engines.spark.run import SparkRun

    return SparkRun


def restore(
    cleaned: str,
    log: Path | str,
    output: Path | str | None,
    events: Events,
    *,
    in_place: bool = False,
    into_directory: bool = False,
    stdin: BinaryIO | None = None,
    stdout: BinaryIO | None = None,
) -> Outcome:
    """Put back what a run took out: cleaned text and removal log give the original bytes.

    Nothing is written before it is known to be the original: every digest in the log is checked.

    Args:
        cleaned: a cleaned file, its address, a cleaned directory, or ``-``.
        log: the removal log of that run; as a string, its address.
        output: file or directory (as a string, its address); None or ``Path("-")``: standard output (not for a
            directory).
        events: is told progress.
        in_place: write over `cleaned` itself.
        into_directory: `output` is a directory, to be made if need be; a file goes into it by its name.
        stdin: read for ``-``; None: the process's standard input.
        stdout: see `run`.

    Raises:
        RestoreError: log and text do not belong together, or the log is not whole; nothing was written.
        UsageError, InputError, OutputError, BrokenPipeError, KeyboardInterrupt: as in `run`.
    """
    from dedup.formats.files.links import check_inside  # rarely needed
    from dedup.formats.files.outputs import make_parent
    from dedup.formats.files.places import input_place, output_place
    from dedup.formats.log.restore import restore_file, restore_tree

    place = None if cleaned == STDIN else input_place(cleaned)
    into = None if output == Path(STDIN) else output_place(output)
    if in_place and (into is not None or not isinstance(place, Path)):
        raise UsageError("--in-place writes over the input itself", hint="leave out --output, and name a file")
    with stopped_by_signals():
        log_place = input_place(str(log))
        if place is not None and place.is_dir():
            if into is None and not in_place:
                raise UsageError("a directory cannot go to standard output", hint="use --output DIR or --in-place")
            if not isinstance(place, Path) or not (into is None or isinstance(into, Path)):
                what = "a directory is restored on this machine only; nothing was restored"
                raise UsageError(
                    what, place=str(place), hint="copy it here first, and name a directory of this machine"
                )
            counts = restore_tree(place, log_place, into, events)
        else:
            if into is not None and place is not None and (into_directory or into.is_dir()):
                check_inside(into / place.name, into)
                into /= place.name
                make_parent(into)
            counts = restore_file(place, log_place, place if in_place else into, events, stdin=stdin, stdout=stdout)
    return Outcome(counts, ExitCode.OK)
