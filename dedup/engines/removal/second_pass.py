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
from dedup.engines.removal.task_decisions import AGAIN_FAULT, REASONS, Document, edges_of, removed_numbers
from dedup.formats.edits import LocatedDocument, carry_out, left_as_it_is, read_documents
from dedup.formats.parts import PartResult, Record
from dedup.model.containment import Fault, attempt, itself, one_by_one
from dedup.model.decisions import Decision, held
from dedup.text.arrays import batches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.engines.removal.reparse import CutDocument
    from dedup.engines.removal.task_decisions import TaskDecisions
    from dedup.formats.parts import Part, Work
    from dedup.model.decisions import KeptNear

BATCH = 1 << 19
"""Characters that are split again together."""
_NAMES = {number: reason.value for number, reason in REASONS.items()}


def write(work: Work, task: tuple[list[Part], TaskDecisions]) -> list[PartResult]:
    """Carry out what was decided about a task.

    Returns:
        What came of each part, in their order.

    Raises:
        InputError: the input is not what it was in the first pass.
    """
    parts, decided = task
    begun = begun_task(work, parts, decided)
    documents = changed_documents(work, parts, begun, decided)
    cut_documents(work, documents)
    if work.measure:
        _measure_others(work, parts, begun, documents)
    for found, fault in begun.faults.values():
        left_as_it_is(work, found, fault)
    return begun.results


def _is_reported(work: Work) -> bool:
    """Return True if a cut needs more than its bytes, its counts and the log's lines."""
    return bool(work.diff or work.explain or work.mark or work.measure or work.empty != "keep")


def _measure_others(work: Work, parts: list[Part], begun: BegunTask, documents: list[Document]) -> None:
    """Count how much repeats in those documents of which nothing is told; they have to be read for that."""
    from dedup.formats.measuring import measure  # most runs measure nothing

    places = {id(result): number for number, result in enumerate(begun.results)}
    told = {(places[id(one.located.result)], one.located.record.start) for one in documents}
    for number, part in enumerate(parts):
        for one in read_documents(work, [part])[1]:
            if (number, one.record.start) not in told:
                place = part.place(one.record.line)
                measure(begun.results[number], place, one.record.text, one.record.text)


def _is_amended(document: Document) -> bool:
    """Return True if more than what is cut may change in a document's bytes."""
    form = document.located.part.format
    return form is not None and form.amend is not None


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
        for document, cut in zip(documents[some], _settled(work, documents[some]), strict=True):
            decision = _decision(work, document, cut)
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
        part, form = parts[place], parts[place].format
        assert form is not None  # noqa: S101 - it holds a document
        record: Record | Fault | None = begun.again.get((place, start)) if begun.again else None
        if record is None:
            record = attempt(partial(form.record, part, start, end, line or 1, work), itself)
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
    for document, cut in zip(documents, _settled(work, documents), strict=True):
        plain = not told and not _is_amended(document)
        if not plain or cut is None or isinstance(cut, Fault) or (work.log and _number_held(cut)):
            carry_out(work, [document.located], [_decision(work, document, cut)])
            continue
        document.located.result.counts.stays(_number_held(cut))
        if len(cut.document.removals) and (fault := attempt(partial(_cut_out, work, cut), itself)) is not None:
            left_as_it_is(work, document.located, fault)


def _settled(work: Work, documents: list[Document]) -> list[CutDocument | Fault | None]:
    """Return what can be cut from each document, None where that does not settle, or what is raised instead."""
    return one_by_one(partial(settle_cuts, work), documents, lambda _, fault: fault)


def _number_held(cut: CutDocument) -> int:
    """Return how many paragraphs of a document are held back."""
    return len(cut.wanted.removals) - len(cut.document.removals)


def _decision(work: Work, document: Document, cut: CutDocument | Fault | None) -> Decision:
    """Return the decision about a document, to be reported; its paragraphs are counted already."""
    if isinstance(cut, Fault):
        decision = Decision(0, fault=cut)
    else:
        decision = attempt(partial(_decided, document, cut), lambda fault: Decision(0, fault=fault))
    return replace(decision, kept_near=_near(work, document)) if len(document.near) else decision


def _decided(document: Document, cut: CutDocument | None) -> Decision:
    """Return what becomes of a document."""
    decision = Decision(0, unsettled=True) if cut is None else decision_of(cut.document)
    stays = document if cut is None else cut.held_back()
    return replace(decision, held_back=held(decision_of(stays).removals)) if len(stays.removals) else decision


def _near(work: Work, document: Document) -> tuple[KeptNear, ...]:
    """Return the near-duplicates of a document that stay; to explain them changes nothing else, even if it raises."""

    def failed(fault: Fault) -> tuple[KeptNear, ...]:
        left_as_it_is(work, document.located, fault, "near-duplicates that are kept are not explained")
        return ()

    return attempt(lambda: tuple(kept_near_of(document, work.settings)), failed)


def _cut_out(work: Work, cut: CutDocument) -> None:
    """Cut a document of which no more is told than in the log: its bytes, its counts, and the log's lines."""
    document = cut.document
    part, result, record = document.located
    gone: Iterable[tuple[int, int]] | None
    log = b""
    if work.log:
        from dedup.engines.removal.logged import logged_cut  # most runs keep no log

        gone, log = logged_cut(work, document) or (None, b"")
    else:
        assert part.format is not None  # noqa: S101 - it holds the document
        if part.format.removed is not None:
            spans = [document.spans[number].tolist() for number in removed_numbers(document)]
            gone = part.format.removed(part, record, spans, work)
        else:
            edges = part.format.locate(part, record, [edge for region in cut.regions for edge in region], work)
            gone = None if edges is None else zip(edges[::2], edges[1::2], strict=True)
    if gone is None:  # the long way round says what is wrong
        carry_out(work, [document.located], [decision_of(document)])
        return
    cuts = [(record.start + start, record.start + end) for start, end in gone]
    reasons = [_NAMES[reason] for reason in document.removals["reason"].tolist()]
    emptied = not cut.left.strip()
    # From here on nothing raises.
    result.cuts += cuts
    result.log += log
    result.counts.went(reasons, emptied=emptied)
