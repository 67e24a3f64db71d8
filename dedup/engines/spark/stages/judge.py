"""Which removals may go from where they stand: the kernel of both engines, around the texts of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.engines.removal.rounds import keep_unsettled, number_blocks_on
from dedup.engines.removal.second_pass import BATCH
from dedup.engines.removal.settle import settled_documents
from dedup.engines.removal.task_decisions import Document
from dedup.engines.spark.stages.frames import document_of, index_of, record
from dedup.engines.spark.stages.outcome import REMOVALS
from dedup.formats.edits import LocatedDocument
from dedup.formats.files.encoding import Codec
from dedup.formats.parts import Part, PartResult, Record, Work
from dedup.formats.registry import WHOLE_DOCUMENT
from dedup.resolve.corpus.kept_near import NearDuplicates
from dedup.resolve.corpus.removals import GOES, UNJUDGED, removal_type
from dedup.resolve.near_duplicates import sources
from dedup.text.arrays import batches as cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

    from dedup.model.settings import Settings
    from dedup.text.arrays import Flags

JUDGED = f"{REMOVALS}, state tinyint, asked boolean"
"""A removal and what became of it, `dedup.resolve.corpus.removals.UNJUDGED` to `UNSETTLED`; and whether another run is
expected to ask for it, once those that go are gone."""
NAMES = tuple(field.split()[0] for field in REMOVALS.split(", "))
_FIGURES = (*NAMES[2:], "state")
"""What does not depend on how paragraphs are numbered."""


def judge(settings: Settings, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Judge the removals of documents that have not been judged; runs in a task.

    Args:
        settings: what counts as superfluous.
        batches: of document, text, spans (int32) and removals (array of `REMOVALS`, state and held, by paragraph).

    Yields:
        Batches of `JUDGED`.
    """
    work = Work(settings, (), Codec("utf-8"), 0)
    for batch in batches:
        found = batch.column("removals")
        offsets = np.array(found.offsets)
        entries = found.values.slice(offsets[0], offsets[-1] - offsets[0])
        columns = {name: _array(entries.field(name)) for name in (*NAMES, "state", "held")}
        removals, asked = _in_documents(columns), np.ones(len(entries), bool)
        _judge(work, _documents(batch, removals, (offsets - offsets[0]).tolist()), columns["held"], asked)
        columns |= {name: removals[name] for name in ("block", "state")}
        told = {name: np.ascontiguousarray(columns[name]) for name in NAMES}
        yield record(**told, state=columns["state"].astype(np.int8), asked=asked)


def _array(values: pa.Array) -> NDArray[Any]:
    found: NDArray[Any] = values.to_numpy(zero_copy_only=False)
    return found


def _in_documents(columns: dict[str, NDArray[Any]]) -> NDArray[np.void]:
    """Return removals with paragraphs counted from the first one of their document; witnesses elsewhere are -1."""
    paragraph, witness = columns["paragraph"], columns["witness"]
    removals = np.zeros(len(paragraph), removal_type(0))
    for name in _FIGURES:
        removals[name] = columns[name]
    origin = document_of(witness)
    removals["paragraph"] = index_of(paragraph)
    removals["witness"] = np.where(origin == document_of(paragraph), index_of(witness), -1)
    removals["source"] = sources(np.unique(origin, return_inverse=True)[1], index_of(witness))
    return removals


def _documents(batch: pa.RecordBatch, removals: NDArray[np.void], edges: list[int]) -> list[Document]:
    """Return documents as their removals are judged: by their texts alone; each numbered by its first removal."""
    near = NearDuplicates.empty().shown
    out = []
    for place, (text, spans) in enumerate(zip(batch.column("text"), batch.column("spans"), strict=True)):
        found = Record(0, 0, 1, text.as_py().decode("utf-8", "surrogatepass"))
        located = LocatedDocument(Part(0, WHOLE_DOCUMENT), PartResult(), found)
        begin, end = edges[place], edges[place + 1]
        there = np.frombuffer(spans.as_py(), "<i4").reshape(-1, 2)
        out.append(Document(located, begin, there, removals[begin:end], 0, (), near, ()))
    return out


def _judge(work: Work, documents: list[Document], held: Flags, asked: Flags) -> None:
    """Write down what became of the removals of some documents, and which of them another run would ask for."""
    for some in cut([len(document.located.record.text) for document in documents], BATCH):
        for document, settled in zip(documents[some], settled_documents(work, documents[some]), strict=True):
            removals, begins = document.removals, np.array([0, len(document.spans)])
            here = slice(document.number, document.number + len(removals))
            fresh = removals["state"] == UNJUDGED
            wanted = removals[fresh]
            number_blocks_on(wanted, removals[removals["state"] == GOES], begins)
            removals["block"][fresh] = wanted["block"]
            if settled is not None:
                removals["state"][fresh], asked[here][fresh] = settled
                keep_unsettled(removals, removals["paragraph"][held[here]], begins)
