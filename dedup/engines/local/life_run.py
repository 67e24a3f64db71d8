"""A run that tells the lives of some paragraphs, and writes nothing: ``--explain FILE:LINE``.

It reads and decides as a run with ``--check`` does, by the same code.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dedup.engines.local.life_place import asked_about, readings
from dedup.formats.edits import LEFT, read_documents
from dedup.formats.files.encoding import Codec
from dedup.formats.inputs import Inputs
from dedup.formats.parts import Work, tasks
from dedup.formats.plan import plan_io
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack
    from typing import BinaryIO

    from dedup.engines.local.life_place import Asked
    from dedup.engines.local.lives import Told
    from dedup.formats.plan import IOPlan
    from dedup.model.errors import DedupError
    from dedup.model.job import Job
    from dedup.model.life import Life
    from dedup.model.outcome import Events


@dataclass
class _Seen:
    """What was seen of the file that is asked about."""

    told: bool = False
    """Some life was told."""
    numbered: bool = False
    documents: int = 0
    paragraphs: int = 0
    """Of the document on the line that is asked for."""
    last: int = 0
    """Line on which the text ends."""


class LifeRun:
    """One run; see `dedup.engines.run.explain`."""

    def __init__(
        self, job: Job, given: str, events: Events, stdin: BinaryIO | None, stack: ExitStack, *, changes: bool
    ) -> None:
        self._changes = changes
        self._job = job
        self._given = given
        self._events = events
        self._stdin = stdin
        self._stack = stack
        self._codec = Codec(job.encoding)
        self._seen = _Seen()

    def lives(self) -> Iterator[Life]:
        """Yield the lives that are asked for, in order.

        Raises:
            UsageError: the file is not among the inputs.
            InputError: there is nothing at the line, or the file cannot be read.
        """
        problems: list[DedupError] = []
        plan = plan_io(self._job, problems.append, self._stdin, None)
        names = [name for name, _ in readings(self._given)]
        for problem in problems:
            if problem.place in names:
                raise problem
        self._asked = asked_about(self._given, plan.sources)
        for problem in problems:
            self._events.problem(problem)
        work = Work.of(self._job, self._codec, explain=True)
        corpus = self._job.settings.scope == "corpus"
        for told in self._of_corpus(plan, work) if corpus else self._of_documents(plan, work):
            yield from self._lives(told)
        if not self._seen.told:
            raise self._nothing()

    def _of_documents(self, plan: IOPlan, work: Work) -> Iterator[Told]:
        """Yield the documents that are asked about: no other one matters."""
        from dedup.engines.local.document_lives import told_document  # numpy and the kernels

        asked = self._asked
        sources = [plan.sources[number] for number in sorted(asked.sources)]
        inputs = Inputs(sources, self._job, self._codec, joined=False, stdin=self._stdin)
        for task in tasks(inputs.parts()):
            for part in task or ():
                self._seen.numbered = self._seen.numbered or part.numbered
                [result], found = read_documents(work, [part])
                for problem in result.problems:
                    self._events.problem(problem)
                for one in found:
                    if not part.numbered or asked.line in (None, one.record.line):
                        yield told_document(work, one)
        self._tell_failures(inputs)

    def _of_corpus(self, plan: IOPlan, work: Work) -> Iterator[Told]:
        """Yield the same, once everything has been read and decided about."""
        from dedup.engines.local.corpus_lives import find_in_task, told_of_corpus  # as above
        from dedup.engines.local.corpus_trace import CorpusTrace
        from dedup.engines.local.run import corpus_run_of

        kind = corpus_run_of(self._job)
        corpus_run = kind(self._job, plan, work, self._events, stack=self._stack, stdin=self._stdin)
        corpus_run.trace = CorpusTrace()
        decided = corpus_run.prepare()
        for _, fault in corpus_run.faults():
            self._events.problem(fault)
        inputs = corpus_run.inputs(corpus_run.sources, joined=False, stdin=self._stdin)
        found = corpus_run.results(tasks(inputs.parts()), partial(find_in_task, self._asked))
        self._stack.callback(found.close)
        first = corpus_run.references
        for task, [here] in found:
            for problem in here.problems:
                self._events.problem(problem)
            for part in task:
                if part.source in self._asked.sources:
                    self._seen.numbered = self._seen.numbered or part.numbered
            for one in here.found:
                yield told_of_corpus(corpus_run, decided, work, (task[one.part], one), first + one.number)
            first += here.documents
        self._tell_failures(inputs, self._asked)
        corpus_run.discard()

    def _lives(self, told: Told) -> Iterator[Life]:
        """Yield the lives of the paragraphs of a document that are asked about."""
        asked, seen = self._asked, self._seen
        numbers = range(len(told.spans))
        if told.decision.fault is not None:
            place = told.located.part.place(told.located.record.line)
            self._events.problem(told.decision.fault.as_error(place, LEFT))
        seen.documents += 1
        seen.paragraphs = len(numbers)
        chosen = list(numbers)
        if told.located.part.numbered:
            if asked.paragraph is not None:
                chosen = [number for number in numbers if number + 1 == asked.paragraph]
        elif asked.line is not None:
            seen.last = told.last_line()
            chosen = [number for number in numbers if told.is_on(number, asked.line)]
            if asked.paragraph is not None and chosen:
                raise InputError("FILE:LINE:N is for files of many documents", place=asked.given, hint="leave :N out")
        for life in told.lives(chosen, changes=self._changes):
            seen.told = True
            yield life

    def _tell_failures(self, inputs: Inputs, asked: Asked | None = None) -> None:
        """Tell of inputs that could not be read; raise where one of them is asked about (None: all are)."""
        failures: dict[int, InputError] = {**inputs.failures, **inputs.passed}
        for number, error in failures.items():
            if asked is None or number in asked.sources:
                raise error
            self._events.problem(error)

    def _nothing(self) -> InputError:
        """Return the error for a place at which there is no paragraph."""
        asked, seen = self._asked, self._seen
        place = asked.given
        if asked.line is None:
            return InputError("there is no paragraph in this file", place=place)
        if seen.numbered:
            if asked.paragraph is not None and seen.documents:
                what = f"the record has {seen.paragraphs:,} paragraphs, and none has the number {asked.paragraph:,}"
                return InputError(what, place=place, hint="paragraphs are counted from 1")
            what = f"there is no record with a text at line {asked.line:,}"
            return InputError(what, place=place, hint="name the line of a record that has one")
        if asked.line > seen.last:
            return InputError(f"the file ends at line {seen.last:,}", place=place, hint="name a line of it")
        return InputError("this line is in no paragraph: nothing is on it to read", place=place, hint="name another")
