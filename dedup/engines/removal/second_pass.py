"""The second pass over a corpus: what was decided about a task, carried out on its bytes; runs in workers."""

from __future__ import annotations

import zlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.engines.contained import reading_fault
from dedup.engines.reading import changed
from dedup.engines.removal.explained import decision_of, kept_near_of
from dedup.engines.removal.reparse import settle_cuts
from dedup.engines.removal.task_decisions import AGAIN_FAULT, REASONS, Document, edges_of
from dedup.formats.edits import FORMATS, LocatedDocument, carry_out, left_as_it_is, read_documents
from dedup.formats.parts import PartResult, Record
from dedup.model.containment import Fault, attempt, itself, one_by_one
from dedup.model.decisions import Decision, held
from dedup.text.arrays import batches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.engines.removal.reparse import CutDocument
    from dedup.engines.removal.task_decisions import TaskDecisions
    from dedup.formats.parts import Part, Work
    from dedup.model.decisions import KeptNear

BATCH = 1 << 19
"""Characters that are split again together."""


def write(work: Work, task: tuple[list[Part], TaskDecisions]) -> list[PartResult]:
    """Carry out what was decided about a task.

    Returns:
        What came of each part, in their order.

    Raises:
        InputError: the input is not what it was in the first pass.
    """
    parts, decided = task
    begun = begun_task(work, parts, decided)
    cut_documents(work, changed_documents(work, parts, begun, decided))
    for found, fault in begun.faults.values():
        left_as_it_is(work, found, fault)
    return begun.results


def _is_reported(work: Work) -> bool:
    """Return True if a cut needs more than its bytes and counts."""
    return bool(work.log or work.diff or work.explain or work.mark or work.empty != "keep")


def decide_documents(work: Work, task: tuple[list[Part], TaskDecisions]) -> list[Decision]:
    """Say what was decided about each document of a task, in order.

    Raises:
        InputError: the input is not what it was in the first pass.
    """
    parts, decided = task
    begun = begun_task(work, parts, decided)
    documents = changed_documents(work, parts, begun, decided)
    out = [Decision(paragraphs) for paragraphs in decided.documents["paragraphs"].tolist()]
    for some in batches([len(document.located.record.text) for document in documents], BATCH):
        for document, decision in zip(documents[some], _decisions_of(work, documents[some]), strict=True):
            out[document.number] = replace(decision, paragraphs=out[document.number].paragraphs)
    for number, (_, fault) in begun.faults.items():
        out[number] = replace(out[number], fault=fault)
    return out


def cut_documents(work: Work, documents: list[Document]) -> None:
    """Carry out what was decided about some documents, each into what came of its part."""
    told = _is_reported(work)
    for some in batches([len(document.located.record.text) for document in documents], BATCH):
        _carry_out(work, documents[some], told=told)


class BegunTask(NamedTuple):
    """What comes of a task before anything is cut.

    Attributes:
        results: what comes of each part.
        again: documents that were read again for that.
        faults: documents with which a kernel raises while they are read, by their numbers within the task.
    """

    results: list[PartResult]
    again: dict[tuple[int, int], Record]
    faults: dict[int, tuple[LocatedDocument, Fault]]


def begun_task(work: Work, parts: list[Part], decided: TaskDecisions) -> BegunTask:
    """Begin a task."""
    results: list[PartResult] = []
    again: dict[tuple[int, int], Record] = {}
    faults: dict[int, tuple[LocatedDocument, Fault]] = {}
    paragraphs = np.bincount(decided.documents["part"], decided.documents["paragraphs"], minlength=len(parts)).astype(
        int
    )
    for number, part in enumerate(parts):
        seen = decided.parts[number]
        if len(part.data) != seen["size"] or zlib.crc32(part.data) != seen["check"]:
            raise changed(part.name)
        if seen["again"]:
            (result,), found = read_documents(work, [part])
            again |= {(number, one.record.start): one.record for one in found}
            if seen["again"] & AGAIN_FAULT:
                faults |= _faults(work, decided, number, found)
        else:
            result = PartResult()
            result.counts.documents, result.counts.invalid_utf8 = int(seen["documents"]), int(seen["invalid"])
        result.counts.paragraphs = int(paragraphs[number])
        results.append(result)
    return BegunTask(results, again, faults)


def _faults(
    work: Work, decided: TaskDecisions, part: int, found: list[LocatedDocument]
) -> dict[int, tuple[LocatedDocument, Fault]]:
    """Return the documents of a part that have no paragraphs because a kernel raised, and what it raises again."""
    mine = (decided.documents["part"] == part) & (decided.documents["paragraphs"] == 0)
    starts = {one.record.start: one for one in found}
    out: dict[int, tuple[LocatedDocument, Fault]] = {}
    for number in np.flatnonzero(mine).tolist():
        one = starts.get(int(decided.documents["start"][number]))
        if one is not None and (fault := reading_fault(one.record.text, work.settings)) is not None:
            out[number] = one, fault
    return out


def changed_documents(work: Work, parts: list[Part], begun: BegunTask, decided: TaskDecisions) -> list[Document]:
    """Return the documents from which something goes, or of which something is told; with marks, all of them."""
    begins, ends, low, high = edges_of(decided)
    near = [np.searchsorted(decided.near["paragraph"], edge) for edge in (begins, ends)]
    chosen = np.arange(len(begins)) if work.mark else np.flatnonzero((high > low) | (near[1] > near[0]))
    # As lists: there may be a great many documents of one paragraph each.
    columns = [decided.documents[name][chosen].tolist() for name in ("part", "start", "end", "line")]
    edges = [each[chosen].tolist() for each in (low, high, begins, ends, *near)]
    out = []
    for number, place, start, end, line, first, last, begin, stop, *told in zip(
        chosen.tolist(), *columns, *edges, strict=True
    ):
        part = parts[place]
        record: Record | Fault | None = begun.again.get((place, start)) if begun.again else None
        if record is None:
            record = attempt(partial(FORMATS[part.kind].record, part, start, end, line or 1, work), itself)
        if isinstance(record, Fault):
            begun.faults[number] = (
                LocatedDocument(part, begun.results[place], Record(start, end, line or 1, "")),
                record,
            )
            continue
        found = LocatedDocument(part, begun.results[place], record)
        witnesses = decided.witnesses[first:last] if decided.witnesses else ()
        going, here = decided.removals[first:last], slice(*told)
        spans = decided.spans[begin:stop]
        out.append(Document(found, number, spans, going, begin, witnesses, decided.near[here], decided.beside[here]))
    return out


def _carry_out(work: Work, documents: list[Document], *, told: bool) -> None:
    """Cut some documents, each so that what is left of it has just the paragraphs that stay."""
    if told:
        carry_out(work, [document.located for document in documents], _decisions_of(work, documents))
        return
    for document, one in zip(documents, one_by_one(partial(settle_cuts, work), documents, _beside), strict=True):
        counts = document.located.result.counts
        fault = one if isinstance(one, Fault) else None
        if one is None:
            counts.stays(len(document.removals))
            counts.unsettled += 1
        elif not isinstance(one, Fault):
            counts.stays(len(one.held_back().removals))
            if len(one.document.removals):
                fault = attempt(partial(_cut_out, work, one), itself)
        if fault is not None:
            left_as_it_is(work, document.located, fault)


def _beside(_: Document, fault: Fault) -> Fault:
    return fault


def _decisions_of(work: Work, documents: list[Document]) -> list[Decision]:
    """Return the decisions about some documents, to be reported; their paragraphs are counted already."""
    decided = one_by_one(partial(_decided, work), documents, lambda _, fault: Decision(0, fault=fault))
    return [
        replace(decision, kept_near=_near(work, document)) if len(document.near) else decision
        for document, decision in zip(documents, decided, strict=True)
    ]


def _decided(work: Work, documents: Sequence[Document]) -> list[Decision]:
    """Return what becomes of some documents."""
    decided = []
    for document, one in zip(documents, settle_cuts(work, documents), strict=True):
        decision = Decision(0, unsettled=True) if one is None else decision_of(one.document)
        stays = document if one is None else one.held_back()
        if len(stays.removals):
            decision = replace(decision, held_back=held(decision_of(stays).removals))
        decided.append(decision)
    return decided


def _near(work: Work, document: Document) -> tuple[KeptNear, ...]:
    """Return the near-duplicates of a document that stay; to explain them changes nothing else, even if it raises."""

    def failed(fault: Fault) -> tuple[KeptNear, ...]:
        left_as_it_is(work, document.located, fault, "near-duplicates that are kept are not explained")
        return ()

    return attempt(lambda: tuple(kept_near_of(document, work.settings)), failed)


def _cut_out(work: Work, cut: CutDocument) -> None:
    """Cut a document where removals are not reported: its bytes and counts only."""
    document, gone, left = cut.document, cut.regions, cut.left
    part, result, record = document.located
    offsets = FORMATS[part.kind].locate(part, record, [edge for region in gone for edge in region], work)
    if offsets is None:  # the long way round says what is wrong
        carry_out(work, [document.located], [decision_of(document)])
        return
    pairs = zip(offsets[::2], offsets[1::2], strict=True)
    cuts = [(record.start + start, record.start + end) for start, end in pairs]
    reasons = [REASONS[reason].value for reason in document.removals["reason"].tolist()]
    emptied = not left.strip()
    # From here on nothing raises.
    result.cuts += cuts
    result.counts.went(reasons, emptied=emptied)
