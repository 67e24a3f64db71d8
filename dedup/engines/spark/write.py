"""What was decided, carried out on the lines of the inputs: the cleaned text, the removal log and the counts, in tasks.

Lines and what goes from them meet in one shuffle, which brings them into the order of the corpus as well: each task
gets a range of documents, sorted, and gives one part of the output. What it writes is rows of text, each of a kind;
Spark's own writer keeps the kinds apart, in the order in which they come.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pyspark.sql import functions as F  # noqa: N812 - its usual name

from dedup.engines.removal.second_pass import cut_documents
from dedup.engines.removal.task_decisions import Document, WitnessLocation
from dedup.engines.spark.records import groups, parts_of
from dedup.engines.spark.rows import Row, Table
from dedup.engines.spark.stages.frames import batch_of
from dedup.formats.edits import left_as_it_is, read_documents
from dedup.formats.log.writer import Section
from dedup.model.containment import Fault, one_by_one
from dedup.model.errors import InputError, InternalError
from dedup.model.outcome import Counts
from dedup.resolve.corpus.kept_near import NearDuplicates
from dedup.resolve.corpus.removals import removal_type
from dedup.resolve.near_duplicates import sources
from dedup.text.long_texts import split_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    from dedup.formats.edits import LocatedDocument
    from dedup.formats.parts import Part, PartResult, Work
    from dedup.model.errors import DedupError

TEXT, TAIL, LOG, COUNTS = "text", "tail", "log", "counts"
"""Kinds of rows: cleaned text; what is left of the last line of all where that has no line end; lines of the removal
log; what a task counted, as JSON."""
CHUNKS = "kind string, value binary"
"""A row of one kind: bytes that are followed by a line end, or, of `TAIL`, are not."""
_CHUNK = 1 << 20
PROBLEMS = 50
"""Problems of a task, of each kind, that are told; all are counted."""
_REMOVALS, _LINE = 0, 1
_PLAIN = ("paragraph", "similarity", "coverage", "block", "documents", "reason", "how", "differs", "state")
Problem = tuple[str, str, str, str, tuple[str, ...], str]
"""An error on its way to the driver: what, place, hint; of an internal one what was raised, place, what was kept, the
traceback, and the texts that it is about. The last one says whether it is such."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the output is cut into parts.

    Attributes:
        parts: their number.
        stride: documents of a part.
        name: of a part, with a place for its number, as the log is to call it; without one all is one output.
        told: witnesses are told of.
    """

    parts: int
    stride: int
    name: str
    told: bool


def chunks(rows: DataFrame, removals: DataFrame, table: Table, work: Work, plan: Plan) -> DataFrame:
    """Return the output as `CHUNKS`, a part of it in each partition.

    Args:
        rows: of `dedup.engines.spark.read.ROWS`.
        removals: document, removals; as `dedup.engines.spark.stages.decide` gives them.
        table: the inputs.
        work: how documents are read and written.
        plan: how the output is cut.
    """
    together = lines_and_removals(rows, removals, table, plan)
    return together.mapInArrow(partial(_carry_out, table, work, plan), CHUNKS)


def lines_and_removals(rows: DataFrame, removals: DataFrame, table: Table, plan: Plan) -> DataFrame:
    """Bring lines and what goes from them together, each part in its partition, in order, what goes before its line."""
    kinds = dict(removals.dtypes)
    lines = rows.where(F.col("document") >= table.fixed).select(
        "document",
        F.lit(_LINE).alias("kind"),
        "source",
        "line",
        "at",
        "value",
        F.lit(None).cast(kinds["removals"]).alias("removals"),
    )
    nothing = (("source", "int"), ("line", "bigint"), ("at", "bigint"), ("value", "binary"))
    going = removals.select(
        "document",
        F.lit(_REMOVALS).alias("kind"),
        *(F.lit(None).cast(kind).alias(name) for name, kind in nothing),
        "removals",
    )
    place = F.floor((F.col("document") - table.fixed) / plan.stride).cast("int")
    return lines.unionAll(going).repartitionById(plan.parts, place).sortWithinPartitions("document", "kind")


def _carry_out(table: Table, work: Work, plan: Plan, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Write a part of the output; runs in a task."""
    task = _Task(table, work, plan)
    for group in groups(task.rows(batches)):
        yield from task.take(group)
    yield from task.end()


class _Lines:
    """Holds lines of the log until they go out."""

    def __init__(self) -> None:
        self.held: list[bytes] = []

    def write(self, lines: bytes, removals: int = 0, edits: int = 0) -> None:  # noqa: ARG002 - the section counts them
        self.held.append(lines)


class Problems:
    """What a task could not read as asked: the first `PROBLEMS` of each kind, and how many more there were."""

    def __init__(self) -> None:
        self._kinds: dict[str, list[DedupError]] = {}
        self._more: Counter[str] = Counter()
        self._order: list[DedupError] = []

    def add(self, problem: DedupError) -> None:
        """Take note of one."""
        first = self._kinds.setdefault(problem.kind, [])
        if len(first) < PROBLEMS:
            first.append(problem)
            self._order.append(problem)
        else:
            self._more[problem.kind] += 1

    def told(self) -> list[tuple[Problem, int]]:
        """Return each as it travels, and how many more of its kind are counted with it, in the order they came."""
        last = {id(first[-1]): self._more[kind] for kind, first in self._kinds.items()}
        return [(_problem(one), last.get(id(one), 0)) for one in self._order]


class Writer:
    """Carries out what was decided about a range of documents, and counts.

    Args:
        table: the inputs.
        work: how documents are read and written.
        plan: how the output is cut.
    """

    def __init__(self, table: Table, work: Work, plan: Plan) -> None:
        self._table = table
        self._work = work
        self._plan = plan
        self._removals: dict[int, tuple[NDArray[np.void], list[WitnessLocation]]] = {}
        self.counts = Counts()
        self._problems = Problems()
        self._shrinkage = self._edits = 0

    def rows(self, batches: Iterable[pa.RecordBatch]) -> Iterator[Row]:
        """Yield the lines, and keep what goes from each at hand: it stands before the line."""
        for batch in batches:
            columns = {name: batch.column(name).to_pylist() for name in ("document", "kind", *Row._fields[1:])}
            decided = _decided(batch.column("removals"), columns["document"], self._table, told=self._plan.told)
            for place, (kind, document) in enumerate(zip(columns["kind"], columns["document"], strict=True)):
                if kind == _REMOVALS:
                    self._removals[document] = decided(place)
                else:
                    yield Row(document, *(columns[name][place] for name in Row._fields[1:]))

    def cut(self, numbered: list[tuple[Part, int]]) -> list[PartResult]:
        """Return what comes of some parts, given with the number of the first document of each."""
        results, found = read_documents(self._work, [part for part, _ in numbered])
        first = {id(part): number for part, number in numbered}
        chosen: list[tuple[int, LocatedDocument]] = []
        for one in found:
            number = first[id(one.part)] + (one.record.line - one.part.line if one.part.numbered else 0)
            if number in self._removals or self._work.mark:
                chosen.append((number, one))
        how = self._work.settings.split
        texts = [one.record.text for _, one in chosen]
        spans: list[NDArray[np.int64] | Fault] = one_by_one(
            lambda some: split_texts(some, how), texts, lambda _, fault: fault
        )
        nothing: tuple[NDArray[np.void], list[WitnessLocation]] = (np.empty(0, removal_type(0)), [])
        documents = []
        for (number, one), here in zip(chosen, spans, strict=True):
            removals, witnesses = self._removals.pop(number, nothing)
            if isinstance(here, Fault):
                left_as_it_is(self._work, one, here)
                continue
            near = NearDuplicates.empty().shown
            documents.append(Document(one, number, here.astype(np.int32), removals, 0, witnesses, near, []))
        cut_documents(self._work, documents)
        return results

    def count(self, original: bytes, cleaned: bytes, result: PartResult) -> None:
        """Add up what came of a part."""
        result.counts.bytes_in, result.counts.bytes_out = len(original), len(cleaned)
        result.counts.errors = len(result.problems)
        result.counts.faults = sum(isinstance(one, InternalError) for one in result.problems)
        for problem in result.problems:
            self._problems.add(problem)
        self._shrinkage += result.shrinkage
        self._edits += result.edits
        self.counts.add(result.counts)

    def counted(self) -> bytes:
        """Return what was counted, at the end, for `counted`.

        Raises:
            RuntimeError: something was decided about what is not there; a bug.
        """
        if self._removals:
            raise RuntimeError("something was decided about lines that are not there; this is a bug")
        more = {"shrinkage": self._shrinkage, "edits": self._edits, "problems": self._problems.told()}
        return json.dumps({**asdict(self.counts), **more}).encode()


class _Task(Writer):
    """A part of the output, line by line."""

    def __init__(self, table: Table, work: Work, plan: Plan) -> None:
        super().__init__(table, work, plan)
        self._held = bytearray()
        self._log = _Lines()
        self._section: Section | None = None

    def take(self, group: list[Row]) -> Iterator[pa.RecordBatch]:
        """Carry out what was decided about some lines."""
        last = self._table.lines - 1
        if self._table.open and len(group) > 1 and group[-1].document == last:
            yield from self.take(group[:-1])
            group = group[-1:]
        numbered = list(parts_of(group, self._table, self._work.max_document))
        results = self.cut(numbered)
        end = self._table.open and group[-1].document == last
        if end and not self._whole:
            yield from self._flush(whole=True)
        for (part, _), result in zip(numbered, results, strict=True):
            self._add(part, result, joined=not end)
        if end:
            yield _chunk(TAIL, bytes(self._held))
            self._held.clear()
            yield from self._flush(whole=True)
        elif len(self._held) >= _CHUNK:
            yield from self._flush(whole=False)

    @property
    def _whole(self) -> bool:
        """All parts are one output."""
        return self._plan.parts == 1 and "{" not in self._plan.name

    def _add(self, part: Part, result: PartResult, *, joined: bool) -> None:
        """Take in what came of a part."""
        original, cleaned = part.data, result.apply(part.data)
        if not part.numbered and joined and not original.endswith(b"\n"):
            # As between any two inputs; it is no part of a document.
            original, cleaned = original + b"\n", cleaned + b"\n"
        self.count(original, cleaned, result)
        self._held += cleaned
        if self._work.log:
            if self._section is None:
                self._section = self._begun(part)
            self._section.add(original, cleaned, result.log, result.counts.removed, result.edits)

    def _begun(self, part: Part) -> Section:
        """Begin the section of the log that this part of the output is."""
        from pyspark import TaskContext  # there is one in a task

        context = TaskContext.get()
        number = context.partitionId() if context is not None else 0
        tail = self._table.open and not self._whole and part.data[-1:] != b"\n"
        name = self._plan.name.format(self._plan.parts if tail else number)
        return Section(self._log, name, always=True, at=part.at)

    def _flush(self, *, whole: bool) -> Iterator[pa.RecordBatch]:
        """Let go of the text up to the last line end; `whole`: that has to be all of it."""
        end = self._held.rfind(b"\n")
        if whole and end != len(self._held) - 1:
            raise RuntimeError("a part of the output does not end with a line end; this is a bug")
        if end >= 0:
            yield _chunk(TEXT, bytes(self._held[:end]))
            del self._held[: end + 1]
        if whole and self._section is not None:
            self._section.close()
            self._section = None
        if self._log.held:
            yield _chunk(LOG, b"".join(self._log.held).removesuffix(b"\n"))
            self._log.held.clear()

    def end(self) -> Iterator[pa.RecordBatch]:
        """Let go of all that is left."""
        yield from self._flush(whole=True)
        yield _chunk(COUNTS, self.counted())


def _chunk(kind: str, value: bytes) -> pa.RecordBatch:
    return batch_of(CHUNKS, kind=[kind], value=[value])


class Counted(NamedTuple):
    """What a task counted."""

    counts: Counts
    shrinkage: int
    """Bytes by which its lines got shorter."""
    edits: int
    """Lines of the log that are no removals."""
    problems: list[tuple[DedupError, int]]
    """See `Problems.told`."""


def counted(row: bytes) -> Counted:
    """Return what a task counted, from a row of `COUNTS`."""
    found = json.loads(row)
    shrinkage, edits, problems = (found.pop(name) for name in ("shrinkage", "edits", "problems"))
    figures: dict[str, Any] = {
        name: Counter(value) if isinstance(value, dict) else value for name, value in found.items()
    }
    counts = Counts(**figures)
    return Counted(counts, shrinkage, edits, [(_error(problem), more) for problem, more in problems])


def _problem(error: DedupError) -> Problem:
    """Return an error as it travels to the driver."""
    if isinstance(error, InternalError):
        return error.raised, error.place, error.kept, error.trace, error.texts, "internal"
    return error.what, error.place, error.hint, "", (), ""


def _error(problem: Problem) -> DedupError:
    what, place, rest, trace, texts, kind = problem
    if kind:
        return InternalError(what, rest, place=place, trace=trace, texts=tuple(texts))
    return InputError(what, place=place, hint=rest)


def _decided(column: pa.ListArray, documents: list[int], table: Table, *, told: bool) -> Any:
    """Return a function that gives the removals, and places of witnesses, of the document at a place in a batch."""
    entries = column.values
    every = np.zeros(len(entries), removal_type(0))
    for name in _PLAIN:
        every[name] = entries.field(name).to_numpy(zero_copy_only=False)
    offsets = column.offsets.to_pylist()
    # Counted from the document's first paragraph, as the paragraphs are; those of other documents are none of them.
    names = ("witness_document", "witness_paragraph")
    document, paragraph = (entries.field(name).to_numpy(zero_copy_only=False) for name in names)
    own = np.full(len(entries), -1, np.int64)
    own[offsets[0] : offsets[-1]] = np.repeat(np.array(documents, np.int64), np.diff(offsets))
    every["witness"] = np.where(document == own, paragraph, -1)
    every["source"] = sources(np.unique(document, return_inverse=True)[1], paragraph)

    def of(place: int) -> tuple[NDArray[np.void], list[WitnessLocation]]:
        here = slice(offsets[place], offsets[place + 1])
        return every[here], list(_witnesses(entries[here], table)) if told else []

    return of


def _witnesses(entries: pa.StructArray, table: Table) -> Iterator[WitnessLocation]:
    names = ("document", "paragraph", "start", "end")
    columns = [entries.field(f"witness_{name}").to_pylist() for name in names]
    texts, files, shown, lines, days = (
        entries.field(f"witness_{name}").to_pylist()
        if f"witness_{name}" in entries.type.names
        else [None] * len(entries)
        for name in ("text", "file", "name", "line", "day")
    )
    for place, (document, paragraph, start, end) in enumerate(zip(*columns, strict=True)):
        text: Any = texts[place]
        if isinstance(text, bytes):
            text = text.decode("utf-8", "surrogatepass")
        # Of an earlier day, whose files this run does not know, all is told with it.
        its: Any = (files[place], shown[place], lines[place]) if days[place] else _names(table, document)
        file, name, line = its
        yield WitnessLocation(document, paragraph, start, end, file, name, line, text, days[place])


def _names(table: Table, document: int) -> tuple[str, str, int | None]:
    """Return what the file of a document is called in the log and in messages, and the document's line."""
    source = int(np.searchsorted(table.first, document, side="right")) - 1
    number = document - int(table.first[source]) + 1
    name, relative = table.names[source], table.relatives[source]
    if table.rows:
        name, relative = f"{name}:{number}", f"{relative}:{number}"
    return relative, name, number if table.kinds[source].numbered else None
