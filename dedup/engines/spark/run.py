"""A run over a corpus on Apache Spark, which gives the bytes that the local engine gives.

    list → count lines → number → decide (`dedup.engines.spark.stages`) → lines meet what goes → write beside → commit

The driver holds a few numbers for each file and split, never for each document.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dedup.engines.spark.session import is_remote, session
from dedup.formats.edits import LEFT
from dedup.formats.files.compression import PACKED
from dedup.formats.files.encoding import Codec
from dedup.formats.foreign import named
from dedup.formats.parts import Work
from dedup.formats.plan_checks import refuse_kind
from dedup.formats.registry import by_suffix
from dedup.model.compatibility import ROWS_JOB, SPARK_JOB, refuse
from dedup.model.errors import DedupError, InputError, UsageError
from dedup.model.outcome import Counts, Outcome, check_removed, check_sums, exit_code, nothing_read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack

    from pyspark.sql import DataFrame, SparkSession

    from dedup.engines.spark.columns import Rows
    from dedup.engines.spark.commit import OutputNaming, Staged, Target
    from dedup.engines.spark.connect import Direct
    from dedup.engines.spark.files import File
    from dedup.engines.spark.rows import Numbered, Table
    from dedup.engines.spark.stages.decisions import Decisions
    from dedup.engines.spark.stages.faults import Faults
    from dedup.engines.spark.write import Plan
    from dedup.formats.detect import WrongKindError
    from dedup.formats.parts import Format
    from dedup.model.job import Cluster, Job
    from dedup.model.outcome import Events

PART_BYTES = (16 << 20, 128 << 20)
"""Bytes of input that a part of the output is made of, at the least and, unless there are too many, at the most."""
_SOME_PARTS = 1000
"""Parts up to which they are small."""
_MOST_PARTS = 99_999
"""Parts whose names are in order, with five digits."""
_TOLD = 1000
"""Problems that are told one by one."""


def run_on_spark(job: Job, events: Events, stack: ExitStack, kind: type[SparkRun]) -> Outcome:
    """Do what `job` asks, on Spark; see `dedup.engines.run.run`; `kind`: of run.

    Raises:
        UsageError: this cannot be done on Spark; nothing was read.
        MissingDependencyError: PySpark or Java is not there.
        InputError: as in `run`; also for a file that cannot be unpacked to its end.
        OutputError: the output cannot be written; nothing is there that was not.
        DedupError: more would go than may, or Spark failed; nothing was written.
    """
    cluster = job.cluster
    assert cluster is not None  # noqa: S101 - who calls this has looked
    refuse(SPARK_JOB, job)
    spark = stack.enter_context(session(cluster))
    return kind(spark, job, cluster, events, stack).run()


class SparkRun:
    """One run on Spark.

    Args:
        spark: the session.
        job: what is asked for.
        cluster: likewise, of Spark.
        events: is told how far it has come.
        stack: lets go of what is held, at the end.
    """

    def __init__(self, spark: SparkSession, job: Job, cluster: Cluster, events: Events, stack: ExitStack) -> None:
        from dedup.engines.spark.progress import Watch  # only with the extra

        self._spark = spark
        self._job = job
        self._cluster = cluster
        self._events = Watch(spark, events)
        self._stack = stack
        self._counts = Counts()
        self._shrinkage = self._edits = 0
        self._naming: OutputNaming | None = None
        self._codec = Codec(job.encoding)
        self._work = Work.of(job, self._codec, log=cluster.removed is not None)
        self._told = self._work.log or self._work.mark
        """Witnesses are told of."""
        if job.explain:
            events.note("on Spark, removals are not explained one by one; --removed LOG holds all of them")

    def run(self) -> Outcome:
        """Read, decide, and write everything; see `run_on_spark`."""
        from dedup.engines.spark.read import number  # only with the extra
        from dedup.engines.spark.write import chunks

        references, files = self._files()
        if not files and self._counts.errors:
            # An output that is there but empty would block the next run.
            return Outcome(self._counts, exit_code(self._counts, self._job.mode))
        staged = self._staged(files)
        rows: Rows | None = None
        with self._events.stage("counting"):
            if (kind := _rows_of(files)) is not None:
                rows = self._rows(kind, references, files)
                numbered = rows.numbered
            else:
                numbered = number(
                    self._spark,
                    [*references, *files],
                    len(references),
                    self._codec,
                    asked=self._job.format,
                    binary_as_text=self._job.binary_as_text,
                )
        if references:
            self._check_references(numbered, len(references))
        if self._job.on_error == "fail":
            self._check_records(numbered)
        with self._events.stage("deciding"):
            checkpoints = staged.checkpoints if staged is not None else None
            decisions = self._decided(numbered, rows, _size([*references, *files]), checkpoints)
        self._stack.callback(decisions.release)
        self._tell_faults(decisions.faults, numbered.table)
        paragraphs = int(decisions.counts["paragraphs"])
        check_removed(int(decisions.counts["removed"]), paragraphs, self._job.max_removed)
        plan = self._plan(numbered, told=self._told)
        with self._events.stage("cleaning"):
            if rows is None:
                self._carry_out(chunks(numbered.rows, decisions.removals, numbered.table, self._work, plan), staged)
            else:
                self._carry_out_rows(rows, decisions.removals, plan, staged)
        self._counts.paragraphs = paragraphs
        for name in ("comparisons", "unexamined"):
            setattr(self._counts, name, int(decisions.counts.get(name, 0)))
        self._counts.files = len(files)
        check_sums(self._counts, self._shrinkage)
        if staged is not None and self._naming is not None:
            self._commit(staged, self._naming, plan)
        return Outcome(self._counts, exit_code(self._counts, self._job.mode))

    def _decided(self, numbered: Numbered, rows: Rows | None, size: int, checkpoints: str | None) -> Decisions:
        """Decide what goes.

        Args:
            numbered: the lines of all inputs.
            rows: they, where they are rows that Spark itself reads.
            size: bytes of text, about.
            checkpoints: where what is computed on the way may be kept.
        """
        from dedup.engines.spark.columns import texts
        from dedup.engines.spark.records import documents  # only with the extra
        from dedup.engines.spark.stages.decide import decide

        decisions = decide(
            documents(numbered, self._work) if rows is None else texts(rows, self._work),
            self._job.settings,
            size=size,
            checkpoint_dir=checkpoints,
            told=self._told,
            events=self._events,
        )
        self._events.note(decisions.recall)
        self._events.note(f"{decisions.counts.get('rounds', 0)} rounds of clustering")
        return decisions

    def _files(self) -> tuple[list[File], list[File]]:
        """Return the references and the inputs.

        Raises:
            InputError: a reference is not there; or, with ``on_error="fail"``, an input.
            UsageError: the inputs cannot be read together.
        """
        from dedup.engines.spark.files import find_files  # only with the extra

        job = self._job

        def refuse(error: DedupError) -> None:
            raise InputError(f"{error.what}; nothing was written", place=error.place, hint=error.hint)

        def passed(error: WrongKindError) -> None:
            self._counts.passed[error.foreign.name] += 1
            self._events.note(str(error))

        find = partial(
            find_files,
            self._spark,
            include=job.include,
            asked=job.format,
            exclude=job.exclude,
            binary_as_text=job.binary_as_text,
        )
        references = find(job.against, report=refuse)
        files = find(job.inputs, report=self._problem, passed=passed)
        if self._counts.passed and not files:
            self._problem(nothing_read(self._counts))
        both = {file.uri for file in references} & {file.uri for file in files}
        for file in files:
            if file.uri in both:
                what = "is an input and a reference, and all of it would go; nothing was written"
                raise UsageError(what, place=file.name, hint="leave it out of one of them")
        return references, files

    def _check_references(self, numbered: Numbered, files: int) -> None:
        """Refuse references without any text: nothing would be compared with them, silently.

        Raises:
            InputError: not one record of them has text.
        """
        from dedup.engines.spark.records import references_found  # only with the extra

        found = references_found(numbered, self._work, files)
        self._counts.references, self._counts.bad_references = found.documents, found.bad
        self._counts.silent_references = len(found.silent)
        if numbered.table.fixed and not found.documents:
            what = "no text was found in the references; nothing was written"
            raise InputError(what, place=numbered.table.names[0], hint="name the field of their text with --field")
        for name in found.silent:
            self._events.note(f"the reference {name} holds no text, and nothing is compared with it")

    def _check_records(self, numbered: Numbered) -> None:
        """Read all records once before anything is written.

        Raises:
            InputError: the first problem.
        """
        from dedup.engines.spark.records import first_problem  # only with the extra

        with self._events.stage("looking"):
            problem = first_problem(numbered, self._work)
        if problem is not None:
            raise problem

    def _problem(self, error: DedupError) -> None:
        self._counts.errors += 1
        if self._job.on_error == "fail":
            raise error
        self._events.problem(error)

    def _tell_faults(self, stages: list[Faults], table: Table) -> None:
        """Tell of what kernels raised while all was decided, and count it.

        Raises:
            InternalError: with ``on_error="fail"``, the first one; nothing was written.
        """
        for faults in stages:
            for document, other, fault in faults.told:
                kept = LEFT
                if other >= 0:
                    kept = f"two paragraphs that are alike, here and in {table.place(other)}, are kept as they are"
                error = fault.as_error(table.place(document), kept)
                if self._job.on_error == "fail":
                    raise error.as_end()
                self._events.problem(error)
            if (more := faults.number - len(faults.told)) > 0:
                what = f"{more:,} more internal errors of this kind; what they were about is kept as it is"
                self._events.problem(DedupError(what))
            self._counts.errors += faults.number
            self._counts.faults += faults.number

    def _staged(self, files: list[File]) -> Staged | Direct | None:
        """Open the place where tasks write; None where nothing is to be written."""
        from dedup.engines.spark.commit import OutputNaming, Staged  # only with the extra
        from dedup.engines.spark.connect import Direct

        output, log = self._targets(files)
        if output is None and log is None:
            return None
        self._naming = OutputNaming.of(files, output, log)
        if not is_remote(self._spark):
            return self._stack.enter_context(Staged(self._spark, output, log, self._naming.suffix))
        if (kind := _rows_of(files)) is not None:
            what = f"{kind.what} cannot be written behind Spark Connect by this command; nothing was read"
            raise UsageError(what, hint="use --master")
        return self._stack.enter_context(Direct(self._spark, output, log))

    def _targets(self, files: list[File]) -> tuple[Target | None, Target | None]:
        """Return the output and the removal log, as far as they are written.

        Raises:
            UsageError: one is called what it is not.
        """
        from dedup.engines.spark.commit import Target  # only with the extra

        output = Target(self._cluster.output) if self._cluster.output and self._job.mode == "clean" else None
        log = Target(self._cluster.removed) if self._cluster.removed and self._job.mode != "dry-run" else None
        rows = _rows_of(files)
        for target, name in ((output, "the output"), (log, "the removal log")):
            if target is not None and not (target is output and rows is not None and by_suffix(target.name) is rows):
                refuse_kind(target.place, named(target.name), name)
        return output, log

    def _plan(self, numbered: Numbered, *, told: bool) -> Plan:
        """Cut the output into parts."""
        from dedup.engines.spark.write import Plan  # only with the extra

        least, most = PART_BYTES
        size = min(max(numbered.bytes // _SOME_PARTS, least), most)
        documents = max(numbered.table.lines - numbered.table.fixed, 1)
        naming = self._naming
        most_parts = 1 if naming is not None and naming.is_single else _MOST_PARTS
        parts = min(max(-(-numbered.bytes // size), 1), most_parts, documents)
        stride = -(-documents // parts)
        return Plan(-(-documents // stride), stride, naming.in_log if naming is not None else "", told)

    def _rows(self, kind: Format, references: list[File], files: list[File]) -> Rows:
        """Number the rows of inputs in a format that Spark itself reads.

        Raises:
            UsageError: not all of them are, or what is asked is for lines.
        """
        from dedup.engines.spark.columns import read_rows  # only with the extra

        job = self._job
        twice = len({file.uri for file in files}) < len(files)
        refused = (
            (bool(references) or any(file.kind is not kind for file in files), f"{kind.what} is read by itself"),
            (twice, "an input is named twice"),
        )
        for wrong, what in refused:
            if wrong:
                raise UsageError(f"{what}; nothing was read", place=files[0].name, hint="run these by themselves")
        refuse(ROWS_JOB, job, place=files[0].name)
        return read_rows(self._spark, job.inputs, files, job.text_field)

    def _carry_out_rows(self, rows: Rows, removals: DataFrame, plan: Plan, staged: Staged | Direct | None) -> None:
        """Have the tasks write rows, and add up what they counted."""
        from dedup.engines.spark.columns import cleaned, edits
        from dedup.engines.spark.commit import Staged  # only with the extra
        from dedup.engines.spark.write import COUNTS, LOG

        edited = edits(rows, removals, self._work, plan)
        files = staged if isinstance(staged, Staged) else None  # `_staged` has refused anything else
        if files is not None:
            edited = files.write_edits(edited)
        counts = edited.where(edited["kind"] == COUNTS).select("value").collect()
        self._add_up([bytes(row["value"]) for row in counts])
        if files is not None:
            text = cleaned(rows, edited, plan) if self._cluster.output else None
            files.write_rows(text, rows.data_source, rows.partitions, edited.where(edited["kind"] == LOG))

    def _carry_out(self, rows: DataFrame, staged: Staged | Direct | None) -> None:
        """Have the tasks write, and add up what they counted."""
        from dedup.engines.spark.write import COUNTS  # only with the extra

        if staged is None:
            found = [bytes(row["value"]) for row in rows.where(rows["kind"] == COUNTS).collect()]
        else:
            staged.write(rows)
            found = staged.rows(COUNTS)
        self._add_up(found)

    def _add_up(self, found: list[bytes]) -> None:
        """Add up what tasks counted, and tell what they could not read."""
        from dedup.engines.spark.write import counted  # only with the extra

        told = counted_only = bad = 0
        for task in map(counted, found):
            self._shrinkage += task.shrinkage
            self._edits += task.edits
            self._counts.add(task.counts)
            bad += task.counts.errors
            for problem, more in task.problems[: max(_TOLD - told, 0)]:
                self._events.problem(problem, more=more)
                told += 1
                counted_only += more
        if (left := bad - told - counted_only) > 0:
            self._events.problem(InputError(f"{left:,} more records could not be read as asked"))

    def _commit(self, staged: Staged | Direct, naming: OutputNaming, plan: Plan) -> None:
        """Let the output appear."""
        from dedup.formats.log.entries import end_line, head_line  # most runs keep no log

        head = head_line(self._job.settings, self._job.text_field, self._codec.name)
        staged.commit(naming.part, plan.parts, (head, end_line(self._counts.removed, self._edits)))


def _rows_of(files: Sequence[File]) -> Format | None:
    """Return the format of inputs that Spark itself reads as rows; None: there are none."""
    return next((file.kind for file in files if file.kind.data_source), None)


def _size(files: Sequence[File]) -> int:
    """Return about how many bytes of text there are, as the local engine guesses it."""
    return sum(file.size * (PACKED if file.packed else 1) for file in files)
