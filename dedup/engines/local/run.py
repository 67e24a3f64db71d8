"""A run on this machine: inputs in, outputs out, in order."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from dedup.engines.local.document_run import process
from dedup.engines.local.memory import default_workers
from dedup.engines.local.pending_removals import PendingRemovals
from dedup.engines.local.run_log import open_log
from dedup.engines.local.workers import map_ordered
from dedup.engines.reading import ReadProgress, changed, spool_source
from dedup.formats.files.atomic import ChangedError
from dedup.formats.files.encoding import Codec
from dedup.formats.inputs import Inputs
from dedup.formats.parts import PartKind, Work, task_bytes, tasks
from dedup.formats.plan import open_output, plan_io
from dedup.formats.unwritable import refuse_unwritable
from dedup.model.errors import DedupError, InputError, InternalError
from dedup.model.outcome import Counts, Outcome, check_removed, check_sums, exit_code, nothing_read
from dedup.model.repetition import BeforeAfter

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from contextlib import ExitStack
    from typing import BinaryIO

    from dedup.engines.local.corpus_run import TwoPassRun
    from dedup.engines.local.run_log import RunLog
    from dedup.formats.files.outputs import Output
    from dedup.formats.parts import Part, PartResult
    from dedup.formats.plan import IOPlan
    from dedup.model.figures import Figures, InputState
    from dedup.model.job import Job
    from dedup.model.outcome import Events


class LocalRun:
    """One run; see `dedup.engines.run.run`.

    Args:
        job: what is asked for.
        events: receives problems, explanations, diffs and progress.
        stdin, stdout: as in `dedup.engines.run.run`.
        stack: releases temporary files and aborts unfinished outputs at the end.
        figures: takes down the counts of each input.
    """

    _plan: IOPlan
    _output: Output
    _progress: ReadProgress

    def __init__(
        self,
        job: Job,
        events: Events,
        stdin: BinaryIO | None,
        stdout: BinaryIO | None,
        stack: ExitStack,
        *,
        figures: Figures | None = None,
    ) -> None:
        self._job = job
        self._events = events
        self._stdin = stdin
        self._stdout = stdout
        self._stack = stack
        self._figures = figures
        self._strict = job.on_error == "fail"
        self._counts = Counts()
        self._repetition = BeforeAfter() if job.reports else None
        self._shrinkage = 0
        self._open_line = False
        """The output so far lacks the end of its last line."""
        self._broken_pipe: BrokenPipeError | None = None
        self._codec = Codec(job.encoding)
        self._corpus_run: TwoPassRun | None = None
        self._checksums: dict[int, int] | None = None
        """Number of an input → checksum of its bytes in the first reading, where `_validate` has read it."""
        self._read_again: dict[int, int] = {}
        self._unwritten: set[int] = set()
        """Inputs with which something cannot be written that is not their text."""
        self._log: RunLog | None = None
        self._pending = PendingRemovals()
        self._whole = True
        """Every input was read to its end, as far as is known, and what is left of it is written."""

    def run(self) -> Outcome:
        """Read, decide, and write everything.

        Raises:
            DedupError: as in `dedup.engines.run.run`; it says what had been written by then.
        """
        self._plan = plan_io(self._job, self._problem, self._stdin, self._stdout)
        self._whole = not self._counts.errors
        for line in self._plan.archive.told if self._plan.archive is not None else ():
            self._events.note(line, important=True)
        is_read_twice = self._read_first()
        self._output = open_output(self._job, self._plan, self._stdout)
        self._stack.callback(self._output.abort)
        self._log = open_log(self._job, self._plan, self._codec)
        if self._log is not None:
            self._stack.callback(self._log.abort)
        self._progress = ReadProgress(self._plan.sources, self._events, stage="cleaning" if is_read_twice else "")
        try:
            return self._write_all()
        except DedupError as error:
            error.undone = self._output.standing() or error.undone
            raise

    def _read_first(self) -> bool:
        """Read all inputs where that is needed before anything is written; return False if it is not."""
        is_corpus = self._job.settings.scope == "corpus"
        validates = self._strict or (self._job.max_removed is not None and not is_corpus)
        if validates:
            sources = [spool_source(source, self._stdin, self._stack) for source in self._plan.sources]
            self._plan = replace(self._plan, sources=sources)
            self._checksums = self._validate()
        if is_corpus:
            refuse_unwritable(self._plan)
            self._corpus_run = self._decide_corpus()
            self._corpus_run.check_unchanged()
        return validates or is_corpus

    def _decide_corpus(self) -> TwoPassRun:
        """Read everything once, and decide what is removed.

        Raises:
            DedupError: more would go than may; nothing was written.
        """
        kind = corpus_run_of(self._job)
        corpus_run = kind(self._job, self._plan, self._work(), self._events, stack=self._stack, stdin=self._stdin)
        decided = corpus_run.prepare()
        self._counts.comparisons = decided.comparisons
        self._counts.unexamined = decided.unexamined
        for name in ("references", "silent_references", "bad_references"):
            setattr(self._counts, name, getattr(corpus_run, name))
        self._counts.kept_near, self._counts.new = decided.near.more, decided.near.kinds
        check_removed(decided.removed, int(decided.begins[-1]) - corpus_run.fixed, self._job.max_removed)
        if self._figures is not None:
            self._figures.workers = corpus_run.workers
        for _, fault in corpus_run.faults():
            self._problem(fault)
        return corpus_run

    def _write_all(self) -> Outcome:
        inputs = self._inputs()
        self._output.seen = inputs.status
        for task, results in self._results(inputs, self._work()):
            for part, result in zip(task, results, strict=True):
                if part.kind is PartKind.END:
                    self._end_input(part, inputs)
                else:
                    self._take(part, result, inputs)
                self._progress.update(part)
            self._to_reader(self._output.flush)
            self._progress.report()
        if self._counts.passed and not self._counts.files:
            self._problem(nothing_read(self._counts))
        check_sums(self._counts, self._shrinkage)
        self._to_reader(self._output.finish)
        if self._log is not None:
            self._log.close()
        if self._corpus_run is not None:
            self._whole = self._whole and bool(self._counts.files) and self._broken_pipe is None
            self._corpus_run.stage(whole=self._whole)
        self._commit()
        if self._corpus_run is not None:
            self._corpus_run.commit(whole=self._whole)
            self._corpus_run.discard()
        if self._broken_pipe is not None:
            raise self._broken_pipe
        return Outcome(self._counts, exit_code(self._counts, self._job.mode), self._repetition)

    def _commit(self) -> None:
        """Rename log and outputs into place, except for a file that has changed since it was read."""
        left = self._output.check()
        if self._strict:
            self._not_replaced(left)  # before anything has appeared
        if self._log is not None and self._counts.files:
            # The log first: else what is gone from a file could be lost.
            self._log.commit()
            left += self._output.commit()
            self._log.forget(source for source, _ in left)
        else:
            left += self._output.commit()
        self._not_replaced(left)

    def _not_replaced(self, files: list[tuple[int, ChangedError]]) -> None:
        """Report files that were not replaced, and count what went from them as kept."""
        for source, error in files:
            self._whole = False
            self._undo(source)
            self._problem(error)

    def _undo(self, source: int) -> None:
        """Count what went from a file in its own place as kept: it is not replaced."""
        self._shrinkage -= self._pending.undo(source, self._counts)
        if self._figures is not None and self._job.in_place:
            self._figures.stays(source)

    def _inputs(self) -> Inputs:
        if self._corpus_run is not None:
            return self._corpus_run.inputs(self._corpus_run.sources, joined=not self._plan.per_file, stdin=self._stdin)
        return Inputs(self._plan.sources, self._job, self._codec, joined=not self._plan.per_file, stdin=self._stdin)

    def _work(self, *, only_check_input: bool = False) -> Work:
        """Return what workers are to do with every part; `only_check_input`: when they see it for the first time."""
        job = self._job
        told = {"log": job.removed is not None, "diff": job.mode == "diff", "explain": job.explain}
        told["measure"] = bool(job.reports) and not only_check_input
        return Work.of(job, self._codec, only_check_input=only_check_input, **told)

    def _results(self, inputs: Inputs, work: Work) -> Generator[tuple[list[Part], list[PartResult]], None, None]:
        if self._corpus_run is not None:
            from dedup.engines.removal.second_pass import write  # numpy and the kernels, as above

            return self._corpus_run.results(tasks(inputs.parts()), write)
        workers = self._job.workers or default_workers()
        if self._figures is not None:
            self._figures.workers = workers
        results = map_ordered(partial(process, work), tasks(inputs.parts()), workers, weight=task_bytes)
        self._stack.callback(results.close)
        return results

    def _validate(self) -> dict[int, int]:
        """Read all inputs once before anything is written, and decide on them if there is a limit to what may go.

        Returns:
            Number of an input → checksum of what was read of it.

        Raises:
            InputError: the first problem, where none is to be passed over.
            DedupError: more would go than may.
        """
        inputs, counts, checks = self._inputs(), Counts(), dict[int, int]()
        progress = ReadProgress(self._plan.sources, self._events, stage="looking")
        work = self._work(only_check_input=self._job.max_removed is None)
        for task, results in self._results(inputs, replace(work, log=False, diff=False, explain=False, measure=False)):
            for part, result in zip(task, results, strict=True):
                counts.add(result.counts)
                checks[part.source] = zlib.crc32(part.data, checks.get(part.source, 0))
                if self._strict:
                    for error in result.problems:
                        raise error.as_end() if isinstance(error, InternalError) else error
                    if part.kind is PartKind.END and part.source in inputs.failures:
                        raise inputs.failures[part.source]
                if part.kind is PartKind.END:
                    inputs.status.pop(part.source, None)
                progress.update(part)
            progress.report()
        check_removed(counts.removed, counts.paragraphs, self._job.max_removed)
        return checks

    def _take(self, part: Part, result: PartResult, inputs: Inputs) -> None:
        """Pass on what came of a part."""
        if part.kind is PartKind.JOINT and self._job.empty == "drop" and not self._open_line:
            self._unjoin(part, result)
        cleaned = result.apply(part.data)
        if cleaned:
            self._open_line = not cleaned.endswith(b"\n")
        self._shrinkage += result.shrinkage
        result.counts.bytes_in = len(part.data)
        result.counts.bytes_out = len(cleaned)
        self._count(part, result)
        if result.repetition is not None and self._repetition is not None:
            self._repetition.add(result.repetition)
        for error in result.problems:
            self._problem(error)
        for explanation in result.explanations:
            self._to_reader(partial(self._events.explained, explanation))
        if result.diff:
            self._to_reader(partial(self._events.diff, result.diff))
        if part.source not in self._unwritten:
            compressed = inputs.compressed.get(part.source)
            with self._unwritable(part.source, inputs):
                self._output.coming(part.documents)
                self._output.write(part.source, cleaned, changed=bool(result.cuts), compressed=compressed)
        if self._log is not None:
            section = self._log.section_of(part.source)
            section.add(part.data, cleaned, result.log, result.counts.removed, result.edits)

    def _count(self, part: Part, result: PartResult) -> None:
        self._counts.add(result.counts)
        if self._figures is not None:
            self._figures.add(result.counts, len(result.problems))
        if self._checksums is not None:
            self._read_again[part.source] = zlib.crc32(part.data, self._read_again.get(part.source, 0))
        if self._job.in_place and result.cuts:
            self._pending.add(part.source, result.counts)

    @contextmanager
    def _unwritable(self, source: int, inputs: Inputs) -> Iterator[None]:
        """Let an input fail by itself where what is written with its texts, other columns, cannot be read."""
        try:
            yield
        except InputError as error:
            if self._corpus_run is not None:
                raise  # what went elsewhere may have its witnesses in there
            inputs.failures[source] = error
            self._unwritten.add(source)

    def _unjoin(self, part: Part, result: PartResult) -> None:
        """Leave out a line end between two inputs where the line that it would end has been dropped."""
        result.cuts.append((0, len(part.data)))
        if self._job.removed is not None:
            from dedup.formats.log.entries import joint_line  # most runs keep no log

            result.log = joint_line(part)
            result.edits = 1

    def _end_input(self, part: Part, inputs: Inputs) -> None:
        source = part.source
        if self._checksums is not None and self._read_again.pop(source, 0) != self._checksums.get(source, 0):
            raise changed(part.name)
        failed = not self._complete(source, inputs)
        if source in inputs.foreign and self._plan.sources[source].below:
            self._output.copy(self._plan.sources[source], source)
        if failed:
            self._undo(source)
        elif self._log is None:
            self._pending.forget(source)
        inputs.status.pop(source, None)
        if self._log is not None:
            self._log.end_input(source, failed=failed)
        if self._figures is not None:
            self._figures.end(part.name, part.relative, _state(source, inputs))

    def _complete(self, source: int, inputs: Inputs) -> bool:
        """Complete the output of an input; return True if that was read to its end."""
        read = self._was_read(source, inputs)
        try:
            with self._unwritable(source, inputs):
                self._output.end_input(source, failed=not read, compressed=inputs.compressed.get(source))
        except ChangedError as error:
            if not self._job.in_place:
                raise
            self._not_replaced([(source, error)])  # there is no log: with one, files are replaced at the end
        if read and source in self._unwritten:  # its end could not be written
            self._counts.files -= 1
            read = self._was_read(source, inputs)
        return read

    def _was_read(self, source: int, inputs: Inputs) -> bool:
        """Return True if an input was read to its end; count it, or report why it was not."""
        failure, passed = inputs.failures.get(source), inputs.passed.get(source)
        if failure is not None:
            self._whole = False
            self._problem(failure)
        elif passed is not None:
            self._counts.passed[passed.foreign.name] += 1
            self._events.note(f"{passed.place}: {passed.what}")
        else:
            self._counts.files += 1
        return failure is None and passed is None

    def _to_reader(self, write: Callable[[], None]) -> None:
        """Write to stdout; on a broken pipe, finish the output files first and re-raise at the end of the run."""
        if self._broken_pipe is not None:
            return
        try:
            write()
        except BrokenPipeError as error:
            if self._log is None and not self._plan.destinations:
                raise
            self._broken_pipe = error

    def _problem(self, error: DedupError) -> None:
        self._counts.errors += 1
        self._counts.faults += isinstance(error, InternalError)
        if self._strict:
            raise error.as_end() if isinstance(error, InternalError) else error
        self._events.problem(error)


def corpus_run_of(job: Job) -> type[TwoPassRun]:
    """Return what reads a whole corpus; it imports numpy and the kernels."""
    if job.index is not None:
        from dedup.engines.local.indexed_run import IndexedRun

        return IndexedRun
    from dedup.engines.local.corpus_run import TwoPassRun

    return TwoPassRun


def _state(source: int, inputs: Inputs) -> InputState:
    """Return how an input has ended."""
    return "failed" if source in inputs.failures else "passed over" if source in inputs.passed else "read"
