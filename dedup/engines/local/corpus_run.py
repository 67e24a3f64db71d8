"""A run over a whole corpus: everything is read once to decide, and once more to write."""

from __future__ import annotations

from array import array
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from dedup.engines.local.beside import Beside
from dedup.engines.local.clustering import Clustering
from dedup.engines.local.expected import Limit, tell_forecast
from dedup.engines.local.first_pass import fill, scan, seen_digests
from dedup.engines.local.limits import cores
from dedup.engines.local.memory import affordable_workers, free_memory, keep_what_is_freed, most_used
from dedup.engines.local.references import check_read, check_texts
from dedup.engines.local.settling import settled_removals
from dedup.engines.local.spool import Spool
from dedup.engines.local.spool_columns import COLUMNS
from dedup.engines.local.spooled_decisions import SpooledDecisions
from dedup.engines.local.stages import CorpusStages
from dedup.engines.local.stored_parts import with_data, without_data
from dedup.engines.local.unwrapped import Copies, sizes
from dedup.engines.local.work_directory import input_name
from dedup.engines.local.workers import INLINE_TASKS, WorkerPool
from dedup.engines.reading import ReadProgress, changed, copy_source
from dedup.engines.removal.settle import is_settled, settle
from dedup.engines.removal.task_decisions import AGAIN_FAULT
from dedup.fingerprint.banding import choose_banding
from dedup.formats.inputs import Inputs
from dedup.formats.parts import TASK_BYTES, PartKind, task_bytes, tasks
from dedup.model.errors import InternalError
from dedup.model.settings import ALGORITHM
from dedup.native.kernels import describe
from dedup.resolve.corpus.kept_near import NearDuplicates

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from contextlib import ExitStack
    from pathlib import Path
    from typing import Any, BinaryIO

    from numpy.typing import NDArray

    from dedup.engines.local.corpus_trace import CorpusTrace
    from dedup.engines.local.spool_columns import CorpusDecision
    from dedup.engines.local.stored_parts import StoredPart
    from dedup.engines.removal.settle import Settled
    from dedup.engines.removal.task_decisions import TaskDecisions, WitnessLocation
    from dedup.fingerprint.minhash import Banding
    from dedup.formats.files.discover import Source
    from dedup.formats.parts import Part, Work
    from dedup.formats.plan import IOPlan
    from dedup.model.job import Job
    from dedup.model.outcome import Events

Result = TypeVar("Result")
_BYTES_A_SLOT = 200


class TwoPassRun:
    """Both readings of a corpus.

    Args:
        job: what is asked for.
        layout: its inputs and references.
        work: what workers are to do.
        events: is told how far it has come.
        stack: lets go of temporary files at the end.
        stdin: read for ``-``; None: the process's.

    Attributes:
        sources: the inputs, where those that can be read only once are replaced by a copy.
        workers: processes that may be used.
        references: documents that stay and are not written.
        fixed: paragraphs of these.
        silent_references: files of references that hold no text.
        bad_references: records of references that could not be read.
        trace: takes down what is forgotten otherwise; None: it is not needed. To be set before all is read.
    """

    def __init__(
        self, job: Job, layout: IOPlan, work: Work, events: Events, *, stack: ExitStack, stdin: BinaryIO | None
    ) -> None:
        self._job = job
        self._layout = layout
        self._work = work
        self._events = events
        self._stack = stack
        self._stdin = stdin
        self._free = free_memory()
        self._max_memory = job.max_memory or max(1, self._free.free // 2)
        self.workers = job.workers or affordable_workers(self._max_memory, cores())
        self.sources: list[Source] = layout.sources
        self._references: list[Source] = layout.references
        self.references = self.fixed = self.silent_references = self.bad_references = 0
        self.trace: CorpusTrace | None = None
        self._decisions: SpooledDecisions | None = None
        self._first = self._tasks = self._rounds_before = 0
        self._number = 0
        """Of the copy that was made last."""
        self._states = array("q")
        """Of each input, a hash of what tells that it has changed; 0 where it has no status."""

    def prepare(self) -> CorpusDecision:
        """Read everything and decide.

        Raises:
            UsageError: the work directory belongs to another run.
            InputError: something that can be read only once cannot be read or kept.
            OutputError: there is no room for temporary files.
            DedupError: a worker died.
        """
        self._spool = Spool(self._job.work_dir, self._identity(), COLUMNS)
        self._stack.callback(self._spool.close)
        if damaged := self._spool.damaged:
            what = f"{damaged:,} portions that an earlier run left in {self._spool.place} are damaged"
            self._events.note(f"{what}, and are done again", important=True)
        self._copy_once()
        size, unwrapped = sizes([*self._references, *self.sources])
        banding = self._banding(size)
        self._events.note(f"computed by {describe()}")
        limit = Limit(self._max_memory, self._job.max_memory is not None, self._free)
        tell_forecast((size, unwrapped), self._spool.directory, self.workers, limit, self._events)
        self._beside = Beside(apart=self.workers > 1 and unwrapped > INLINE_TASKS * TASK_BYTES)
        self._stack.callback(self._beside.close)
        self._copies = Copies(self._next_copy, self._beside)
        self._beside.start()
        keep_what_is_freed()
        self._fill(banding, size)
        self._tasks = self._spool.tasks
        self.references = int(self._spool.sizes("documents")[: self._first].sum())
        stages = self._stages(banding)
        stages.trace = self.trace
        decided = self._settled(stages, stages.decide(self.references, explain=self._job.explain))
        if more := decided.near.more:
            shown = f"the first {len(decided.near.shown):,} near-duplicates that say something new are explained"
            self._events.note(f"{shown}; {more:,} more are counted in the summary, by what was found first")
        self.fixed = int(decided.begins[self.references])
        self._decisions = self._told(decided, told=bool(self._work.log or self._job.explain or self._job.mark))
        return decided

    def _banding(self, size: int) -> Banding:
        """Return how signatures are cut for so many bytes of text."""
        choice = choose_banding(self._job.settings.threshold, size)
        self._events.note(choice.describe())
        return choice.banding

    def _stages(self, banding: Banding) -> CorpusStages:
        settings, spool = self._job.settings, self._spool
        clustering = Clustering(spool, settings, banding, self._pool, self._events)
        return CorpusStages(spool, settings, clustering, max_memory=self._max_memory, events=self._events)

    def _told(self, decided: CorpusDecision, *, told: bool) -> SpooledDecisions:
        """Return what was decided, for the second reading; `told`: with the witnesses."""
        return SpooledDecisions(self._spool, decided, [*self._references, *self.sources], told=told)

    def _settled(self, stages: CorpusStages, decided: CorpusDecision) -> CorpusDecision:
        """Return the decisions with what becomes of each removal where it stands."""

        def judge(removals: NDArray[np.void]) -> Iterator[Settled]:
            some = decided._replace(removals=removals, near=NearDuplicates.empty())
            self._decisions = SpooledDecisions(self._spool, some, [], told=False)
            inputs = self.inputs(self.sources, joined=not self._layout.per_file)
            progress = ReadProgress(self.sources, self._events, stage="judging")
            function = partial(_settle, self._work)
            shared = self._shared(tasks(inputs.parts()))
            found = self._pool.map(function, shared, weight=_weight, is_trivial=is_settled, sent=_without_data)
            self._stack.callback(found.close)
            for (task, _), settled in found:
                for part in task:
                    progress.update(part)
                    inputs.status.pop(part.source, None)
                progress.report()
                yield settled
            self._decisions = None  # which would keep the removals in memory while they are set aside

        def set_aside(removals: NDArray[np.void]) -> Callable[[], NDArray[np.void]]:
            self._spool.keep("removals", removals)
            return partial(self._spool.kept, "removals")

        again = partial(stages.decide_again, decided.corpus)
        waiting = [decided.removals]
        decided = decided._replace(removals=np.empty(0, waiting[0].dtype))
        retained = None if self.trace is None else self.trace.settled
        settled = settled_removals(
            waiting.pop(), decided.begins, judge, again, set_aside, least=self._rounds_before, retained=retained
        )
        return decided._replace(removals=settled)

    def faults(self) -> Iterator[tuple[int, InternalError]]:
        """Yield the faults that were contained while all was decided, each with the number of its document.

        Documents are counted from the first one of the inputs; below 0 where it is none of these.
        """
        assert self._decisions is not None  # noqa: S101 - prepared by now
        parts = self._spool.whole("parts")["again"][: self._spool.sizes("parts")[: self._first].sum()]
        if number := int(np.count_nonzero(parts & AGAIN_FAULT)):
            kept = f"nothing was compared with a document, or more, of {number} parts of the references"
            yield -1, InternalError("while they were read", kept, place=self._references[0].name)
        for document, error in self._decisions.faults(keep_texts=self._work.keep_texts):
            yield max(document - self.references, -1), error

    def located(self, paragraphs: NDArray[np.int64]) -> list[WitnessLocation]:
        """Return where some paragraphs stand, by their numbers in the corpus, and their texts."""
        assert self._decisions is not None  # noqa: S101 - prepared by now
        return self._decisions.located(paragraphs)

    def words_at(self, place: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the number of words of paragraphs, by the places of their rows in the spool."""
        return self._spool.take("row-words", place).astype(np.int64)

    def check_unchanged(self) -> None:
        """See, before anything is written, whether the inputs are what they were when they were read.

        The second reading compares their bytes, but by then outputs may have been written.

        Raises:
            InputError: one has changed.
        """
        for source, state in zip(self.sources, self._states, strict=True):
            if source.remote is not None:
                source.remote.check_unchanged()
            if state and source.path is not None:
                try:
                    now = _state(source.path.stat())
                except OSError:
                    now = 0
                if now != state:
                    raise changed(source.name)

    def results(
        self,
        found: Iterable[list[Part] | None],
        carry_out: Callable[[Work, tuple[list[Part], TaskDecisions]], list[Result]],
    ) -> Generator[tuple[list[Part], list[Result]], None, None]:
        """Carry out what was decided: yield each task with what came of it.

        Args:
            found: the tasks, as they were in the first reading.
            carry_out: what workers do with each: `dedup.engines.removal.second_pass.write` or `decide_documents`.
        """
        shared = self._pool.map(partial(carry_out, self._work), self._shared(found), weight=_weight)
        return ((task, result) for (task, _), result in shared)

    def _shared(self, found: Iterable[list[Part] | None]) -> Iterator[Any]:
        assert self._decisions is not None  # noqa: S101 - prepared by now
        number, name = self._first, ""
        for task in found:
            if task is not None:
                if number >= self._tasks:
                    raise changed(task[0].name)
                yield task, self._decisions.for_task(number)
                name = task[-1].name
                number += 1
        if number < self._tasks:
            raise changed(name)

    def stage(self, *, whole: bool) -> None:
        """Prepare what is to be kept of the run beside its output; `whole`: nothing of it was left out."""

    def commit(self, *, whole: bool) -> None:
        """Keep it: the output is there; `whole`: all of it."""

    def discard(self) -> None:
        """Remove what was kept in case the run would not come to its end: it has."""
        used = most_used([*self._pool.processes, *self._beside.processes])
        if used is not None and used > self._max_memory:
            told = f"about {used >> 20} MB of memory were used, more than the {self._max_memory >> 20} MB"
            self._events.note(f"{told} of --max-memory", important=self._job.max_memory is not None)
        self._spool.discard()

    def inputs(self, sources: Sequence[Source], *, joined: bool, stdin: BinaryIO | None = None) -> Inputs:
        """Return what reads some of the inputs, once more."""
        codec, unwrap = self._work.codec, self._copies.unwrap
        return Inputs(sources, self._job, codec, joined=joined, stdin=stdin, unwrap=unwrap)

    def _next_copy(self) -> Path:
        self._number += 1
        return self._spool.directory / input_name(self._number)

    def _identity(self) -> dict[str, Any]:
        """Return what a killed run must have in common with this one to be gone on with."""
        job = self._job

        def told(source: Source) -> list[Any]:
            if source.remote is not None:
                return [str(source.remote), source.size, source.remote.state()]  # without a signature
            if source.path is None or source.size is None or source.kept is not None:
                return [source.name]
            try:
                status = source.path.stat()
            except OSError:  # it has vanished since it was found, which is told when it is read
                return [source.name]
            return [str(source.path.absolute()), status.st_size, status.st_mtime_ns]

        codec = self._work.codec.name
        return {
            "version": ALGORITHM,
            "settings": job.settings.fingerprint(),
            "options": [
                job.text_field,
                job.delimiter,
                codec,
                job.format,
                job.max_document,
                job.mark,
                job.binary_as_text,
                job.html and [job.html, str(job.output_path)],
            ],
            "inputs": [told(source) for source in self._layout.sources],
            "references": [told(source) for source in self._layout.references],
        }

    def _copy_once(self) -> None:
        """Copy what can be read only once into the spool."""

        def lasting(source: Source) -> Source:
            if not source.once and source.kept is None:
                return source
            path = self._next_copy()
            copy_source(source, path, self._stdin)
            return replace(source, path=path, size=path.stat().st_size, kept=None)

        self._references = [lasting(source) for source in self._references]
        self.sources = [lasting(source) for source in self._layout.sources]

    def _fill(self, banding: Banding, size: int) -> None:
        slots = min(max(size // _BYTES_A_SLOT, 1 << 16), max(self._max_memory // 256, 1 << 16))
        seen = seen_digests(self._spool, slots)
        self._pool = WorkerPool(self.workers, seen)
        self._stack.callback(self._pool.close)
        # Only what decides is asked about a document for the first time; problems are told when it is written.
        work = replace(self._work, log=False, diff=False, explain=False, measure=False)
        progress = ReadProgress([*self._references, *self.sources], self._events, stage="reading")
        self._first = 0
        for sources, reference in ((self._references, True), (self.sources, False)):
            joined = not reference and not self._layout.per_file
            inputs = self.inputs(sources, joined=joined)
            found = (task for task in tasks(inputs.parts()) if task is not None)
            shift = 0 if reference else len(self._references)
            each = fill(self._spool, found, self._first, partial(scan, work, banding, seen, shift), self._pool)
            self._stack.callback(each.close)
            for task in each:
                self._first += reference
                for part in task:
                    progress.update(part)
                    if part.kind is PartKind.END:
                        status = inputs.status.pop(part.source, None)
                        if not reference:
                            self._states.append(_state(status) if status is not None else 0)
                progress.report()
            self._spool.sync()
            if reference:
                check_read(self._references, inputs, self._events)
                self.bad_references, silent = check_texts(self._references, self._spool, self._first, self._events)
                self.silent_references = len(silent)


def _state(status: os.stat_result) -> int:
    """Return a number that changes when a file is written to or replaced; never 0."""
    return hash((status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)) or 1


def _weight(shared: tuple[list[Part], TaskDecisions]) -> int:
    return task_bytes(shared[0])


def _without_data(shared: tuple[list[Part], TaskDecisions]) -> tuple[list[Part | StoredPart], TaskDecisions]:
    return without_data(shared[0]), shared[1]


def _settle(work: Work, sent: tuple[list[Part | StoredPart], TaskDecisions]) -> Settled:
    """Judge the removals of a task; runs in a worker."""
    return settle(work, (with_data(sent[0]), sent[1]))
