"""Numbered lines as records: groups of rows that tasks work on together, the texts in them, and what is wrong."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyspark.sql import functions as F  # noqa: N812 - its usual name

from dedup.engines.spark.rows import Row
from dedup.engines.spark.stages.frames import batch_of
from dedup.formats.edits import read_documents
from dedup.formats.grouping import salt_of
from dedup.formats.parts import TASK_BYTES, Part, PartKind, Work, too_large
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa
    from pyspark.sql import DataFrame

    from dedup.engines.spark.rows import Numbered, Table
    from dedup.formats.parts import Format

_TASK_ROWS = 2000


def rows_of(batch: pa.RecordBatch) -> Iterator[Row]:
    """Yield the rows of a batch of `ROWS`."""
    columns = (batch.column(name).to_pylist() for name in Row._fields)
    return map(Row, *columns)


def groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Cut rows into groups that are worked on together."""
    group: list[Row] = []
    size = 0
    for row in rows:
        group.append(row)
        size += len(row.value)
        if size >= TASK_BYTES or len(group) >= _TASK_ROWS:
            yield group
            group, size = [], 0
    if group:
        yield group


def parts_of(group: Sequence[Row], table: Table, limit: int) -> Iterator[tuple[Part, int]]:
    """Yield rows, which follow one another, as parts like those of the local engine, with their first one's number."""
    start = 0
    while start < len(group):
        row = group[start]
        name, relative = table.names[row.source], table.relatives[row.source]
        if not table.kinds[row.source].in_lines:
            yield _document(row, table.kinds[row.source], (name, relative), limit), row.document
            start += 1
            continue
        stop = start + 1
        while stop < len(group) and group[stop].source == row.source and group[stop].line == row.line + stop - start:
            stop += 1
        ends = b"" if table.open and group[stop - 1].document == table.lines - 1 else b"\n"
        data = b"\n".join([one.value for one in group[start:stop]]) + ends
        yield Part(row.source, table.kinds[row.source], name, relative, data, row.at, row.line), row.document
        start = stop


def _document(row: Row, kind: Format, names: tuple[str, str], limit: int) -> Part:
    """Return a whole document; `names`: as of `Part`."""
    if len(row.value) > limit:
        return Part(row.source, PartKind.THROUGH, *names, row.value, row.at, problem=too_large(names[0], limit))
    return Part(row.source, kind, *names, row.value, row.at)


def documents(numbered: Numbered, work: Work, *, only_found: bool = False) -> DataFrame:
    """Return the texts of all lines: document, text, fixed, and with `Settings.within` salt.

    A line that holds no text has an empty one here: no paragraph stands in it; with `only_found` it is left out.
    """
    kernel = partial(_texts, numbered.table, work, only_found=only_found)
    return numbered.rows.mapInArrow(kernel, _text_fields(work))


def _text_fields(work: Work) -> str:
    return "document bigint, text binary, fixed boolean" + (", salt bigint" if work.settings.within is not None else "")


def _texts(
    table: Table, work: Work, batches: Iterable[pa.RecordBatch], *, only_found: bool
) -> Iterator[pa.RecordBatch]:
    """Take the texts out of lines; runs in a task."""
    for batch in batches:
        for group in groups(rows_of(batch)):
            yield _texts_of(group, table, work, only_found=only_found)


def _texts_of(group: list[Row], table: Table, work: Work, *, only_found: bool) -> pa.RecordBatch:
    texts: dict[int, bytes] = {}
    salts: dict[int, int] = {}
    for part, document in parts_of(group, table, work.max_document):
        _, found = read_documents(work, [part])
        for one in found:
            number = document + (one.record.line - part.line)
            texts[number] = one.record.text.encode("utf-8", "surrogatepass")
            if work.settings.within is not None:
                salts[number] = salt_of(one.record.group, str(number))
    numbers = list(texts) if only_found else [row.document for row in group]
    salt = np.array([salts.get(number, 0) for number in numbers], np.uint64).view(np.int64)
    text, fixed = [texts.get(number, b"") for number in numbers], [number < table.fixed for number in numbers]
    return batch_of(_text_fields(work), document=numbers, text=text, fixed=fixed, salt=salt)


class ReferencesFound(NamedTuple):
    """What the references hold."""

    documents: int
    bad: int
    """Records that could not be read."""
    silent: list[str]
    """Names of files without any text."""


def references_found(numbered: Numbered, work: Work, files: int) -> ReferencesFound:
    """Return what the references hold, which are the first so many of the files."""
    rows = numbered.rows.where(F.col("document") < numbered.table.fixed)
    seen = rows.mapInArrow(partial(_look, numbered.table, work), _SEEN)
    sums = [F.sum("documents").alias("documents"), F.sum("bad").alias("bad"), F.max("texts").alias("texts")]
    found = seen.groupBy("source").agg(*sums).collect()
    with_text = {int(row["source"]) for row in found if row["texts"]}
    silent = [name for number, name in enumerate(numbered.table.names[:files]) if number not in with_text]
    return ReferencesFound(sum(int(row["documents"]) for row in found), sum(int(row["bad"]) for row in found), silent)


def first_problem(numbered: Numbered, work: Work) -> InputError | None:
    """Return what is wrong with the first record that cannot be read as asked; None: all can."""
    rows = numbered.rows.where(F.col("document") >= numbered.table.fixed)
    seen = rows.mapInArrow(partial(_look, numbered.table, work), _SEEN)
    found = seen.where("bad > 0").orderBy("first").limit(1).collect()
    return InputError(found[0]["what"], place=found[0]["place"], hint=found[0]["hint"]) if found else None


_SEEN = (
    "source bigint, documents bigint, texts bigint, bad bigint, first bigint, what string, place string, hint string"
)
"""Of some records of a file: how many can be read, how many have a text, how many cannot be read, and what is wrong
with the first of these."""


def _look(table: Table, work: Work, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """See which records hold a text; runs in a task."""
    for batch in batches:
        for group in groups(rows_of(batch)):
            for part, document in parts_of(group, table, work.max_document):
                (result,), found = read_documents(work, [part])
                first = result.problems[0] if result.problems else InputError("")
                texts = sum(bool(one.record.text.strip()) for one in found)
                counts = {"documents": [len(found)], "texts": [texts], "bad": [len(result.problems)]}
                told = {"first": [document], "what": [first.what], "place": [first.place], "hint": [first.hint]}
                yield batch_of(_SEEN, source=[part.source], **counts, **told)
