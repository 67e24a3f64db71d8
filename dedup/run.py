"""One run from end to end: what is asked for (`Job`) to what was done (`Outcome`); also the way back (`restore`)."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dedup.engines.local import default_workers, map_ordered, stopped_by_signals
from dedup.errors import DedupError, ExitCode, InputError, OutputError, UsageError
from dedup.formats.codec import Codec
from dedup.formats.discover import Found, Source, discover, same_file
from dedup.formats.edit import process
from dedup.formats.inputs import Inputs
from dedup.formats.outputs import FileOutput, NoOutput, Output, StdoutOutput, TreeOutput, targets
from dedup.formats.parts import Done, Kind, Part, Work, task_bytes, tasks
from dedup.job import STDIN, Counts, Events, Job, Outcome

if TYPE_CHECKING:
    from dedup.formats.log import LogWriter, Section


def run(job: Job, events: Events, *, stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> Outcome:
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

    Returns:
        The counts, and the exit code: ERROR when something was reported through `Events.problem`, else FOUND when the
        mode is ``check`` or ``diff`` and something would go, else OK.

    Raises:
        UsageError: the parts of the job do not fit together; nothing was read or written.
        InputError: with ``on_error="fail"``, the first input problem; nothing was written. For that, all inputs are
            read twice, and standard input is kept in a temporary file.
        OutputError: an output could not be written; it is as it was before.
        BrokenPipeError: whoever reads standard output (or what `Events.diff` writes to) went away; worker processes
            have ended and files that go elsewhere (the removal log) are complete.
        KeyboardInterrupt: SIGINT; also SIGTERM and SIGHUP, which are treated alike. Temporary files are gone.
    """
    with stopped_by_signals(), ExitStack() as stack:
        return _Run(job, events, stdin, stdout, stack).run()


def restore(
    cleaned: str,
    log: Path,
    output: Path | None,
    events: Events,
    *,
    in_place: bool = False,
    stdin: BinaryIO | None = None,
    stdout: BinaryIO | None = None,
) -> Outcome:
    """Put back what a run took out: cleaned text and removal log give the original bytes.

    Nothing is written before it is known to be the original: every digest in the log is checked.

    Args:
        cleaned: a cleaned file, a cleaned directory, or ``-``.
        log: the removal log of that run.
        output: file or directory; None or ``Path("-")``: standard output (not for a directory).
        events: is told progress.
        in_place: write over `cleaned` itself.
        stdin: read for ``-``; None: the process's standard input.
        stdout: see `run`.

    Raises:
        RestoreError: log and text do not belong together, or the log is not whole; nothing was written.
        UsageError, InputError, OutputError, BrokenPipeError, KeyboardInterrupt: as in `run`.
    """
    from dedup.formats.restore import restore_file, restore_tree  # noqa: PLC0415 - rarely needed

    output = None if output == Path(STDIN) else output
    if in_place and (output is not None or cleaned == STDIN):
        raise UsageError("--in-place writes over the input itself", hint="leave out --output, and name a file")
    with stopped_by_signals():
        if cleaned != STDIN and Path(cleaned).is_dir():
            if output is None and not in_place:
                raise UsageError("a directory cannot go to standard output", hint="use --output DIR or --in-place")
            counts = restore_tree(Path(cleaned), log, None if in_place else output, events)
        else:
            path = None if cleaned == STDIN else Path(cleaned)
            counts = restore_file(path, log, path if in_place else output, events, stdin=stdin, stdout=stdout)
    return Outcome(counts, ExitCode.OK)


class _Run:
    """One run; see `run`."""

    def __init__(
        self, job: Job, events: Events, stdin: BinaryIO | None, stdout: BinaryIO | None, stack: ExitStack
    ) -> None:
        self._job = job
        self._events = events
        self._stdin = stdin
        self._stdout = stdout
        self._stack = stack
        self._output_path = None if job.output == Path(STDIN) else job.output
        self._codec = Codec(job.encoding)
        self._counts = Counts()
        self._strict = job.on_error == "fail"
        self._gone: BrokenPipeError | None = None
        self._log: LogWriter | None = None
        self._section: Section | None = None
        self._check_usage()

    def _check_usage(self) -> None:
        job = self._job
        if job.in_place and job.mode != "clean":
            raise UsageError(f"--in-place does not go with mode {job.mode}", hint="leave one of them out")
        if job.in_place and (self._output_path is not None or STDIN in job.inputs):
            raise UsageError("--in-place writes over the inputs themselves", hint="leave out --output, and name files")
        if self._output_path is not None and job.mode != "clean":
            raise UsageError(f"mode {job.mode} writes no text, so there is no use for --output", hint="leave it out")
        if not job.text_field:
            raise UsageError("the name of the field is empty", hint="name it as in --field text")

    def run(self) -> Outcome:
        job = self._job
        found = discover(job.inputs, job.include, job.stdin_name, self._problem)
        sources = _once(found.sources) if job.in_place else found.sources
        per_file = self._per_file(found)
        destinations = self._destinations(sources, per_file=per_file)
        self._refuse_overwriting(sources, destinations)
        if self._strict:
            self._validate(sources)
        output = self._open_output(sources, destinations)
        self._stack.callback(output.abort)
        if job.removed is not None:
            from dedup.formats.log import LogWriter  # noqa: PLC0415 - most runs keep no log

            self._log = LogWriter(job.removed, job.settings, job.text_field, self._codec.name)
            self._stack.callback(self._log.abort)
        inputs = self._inputs(sources, joined=not per_file)
        work = Work(
            job.settings,
            tuple(job.text_field.split(".")),
            self._codec,
            job.max_document,
            log=job.removed is not None,
            diff=job.mode == "diff",
            explain=job.explain,
        )
        if self._log is not None and not per_file:
            name = sources[0].relative if len(sources) == 1 else STDIN
            compressed = isinstance(output, FileOutput) and output.compressed
            self._section = self._log.section(name, compressed=compressed, always=True)
        self._consume(inputs, work, sources, output, per_file=per_file)
        self._close(output, per_file=per_file)
        return Outcome(self._counts, self._exit_code())

    def _per_file(self, found: Found) -> bool:
        """Say whether each input is an output (and a section of the log) of its own, rather than all one stream."""
        job, output = self._job, self._output_path
        if output is not None and (found.tree or output.is_dir()):
            if any(source.path is None for source in found.sources):
                raise UsageError("standard input cannot go to a directory", hint="use --output FILE")
            return True
        return job.in_place or job.mode != "clean"

    def _destinations(self, sources: list[Source], *, per_file: bool) -> list[Path]:
        """Return where the text goes: a file for each source, one for all, or none."""
        if self._job.in_place:
            return [source.path for source in sources if source.path is not None]
        if self._output_path is None:
            return []
        if not per_file:
            return [self._output_path]
        if self._output_path.exists() and not self._output_path.is_dir():
            what = "is a file; a directory among the inputs needs a directory; nothing was written"
            raise OutputError(what, place=str(self._output_path))
        return targets(sources, self._output_path)

    def _refuse_overwriting(self, sources: list[Source], destinations: list[Path]) -> None:
        """Refuse outputs that are inputs, before anything is read.

        Raises:
            UsageError: an output or the log is one of the inputs, or lies in a directory that is read.
        """
        job = self._job
        inputs = {os.path.realpath(source.path): source for source in sources if source.path is not None}
        if not job.in_place:
            for path in destinations:
                if (source := inputs.get(os.path.realpath(path))) or (source := _same_as(path, sources)):
                    what = f"output and input are the same file; {source.name} was not changed"
                    raise UsageError(what, place=str(path), hint="use --in-place")
            if job.mode == "clean" and not destinations and (source := _stdout_is(sources, self._stdout)):
                what = "input and standard output are the same file"
                raise UsageError(what, place=source.name, hint="write elsewhere, or use --in-place")
            top = self._output_path
            for given in job.inputs if top is not None else ():
                if top is not None and given != STDIN and Path(given).is_dir() and _inside(top, Path(given)):
                    what = f"the output lies in {given}, which is read; nothing was written"
                    raise UsageError(what, place=str(top), hint="choose a place outside")
        if job.removed is not None:
            if os.path.realpath(job.removed) in inputs or _same_as(job.removed, sources):
                raise UsageError("the removal log is one of the inputs; nothing was written", place=str(job.removed))
            if any(same_file(job.removed, path) for path in destinations):
                raise UsageError("removal log and output are the same file", place=str(job.removed))

    def _open_output(self, sources: list[Source], destinations: list[Path]) -> Output:
        job = self._job
        if job.mode != "clean":
            return NoOutput()
        if job.in_place:
            # With a log, no file changes before the log is there: else what is gone from it could be lost.
            return TreeOutput(destinations, keep_unchanged=True, together=job.removed is not None)
        if self._output_path is None:
            return StdoutOutput(self._stdout)
        if destinations == [self._output_path]:
            return FileOutput(self._output_path)
        return TreeOutput(destinations, keep_unchanged=False, together=False)

    def _inputs(self, sources: list[Source], *, joined: bool) -> Inputs:
        job = self._job
        if self._stdin is not None and self._strict:
            self._stdin.seek(0)
        return Inputs(sources, job.format, self._codec, job.max_document, joined=joined, stdin=self._stdin)
