"""What becomes of the removals of a task where they stand: judged before anything is written; runs in workers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.engines.removal.remaining import moved, staying
from dedup.engines.removal.reparse import is_among, settle_cuts
from dedup.engines.removal.second_pass import BATCH, begun_task, changed_documents
from dedup.engines.removal.task_decisions import edges_of, removed_numbers
from dedup.model.containment import Fault, one_by_one
from dedup.model.decisions import without
from dedup.resolve.corpus.removals import GOES, HELD, RETAINED, UNJUDGED, UNSETTLED
from dedup.text.arrays import batches
from dedup.text.paragraphs import regions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.engines.removal.reparse import CutDocument
    from dedup.engines.removal.task_decisions import Document, TaskDecisions
    from dedup.formats.parts import Part, Work


class Settled(NamedTuple):
    """What became of the removals of a task, in their order.

    Attributes:
        states: `dedup.resolve.corpus.removals.UNJUDGED` to `UNSETTLED`; uint8. Those of a document with which a kernel
            raises are left unjudged.
        asked: which of them another run is expected to ask for, once those that go are gone; bool.
    """

    states: NDArray[np.uint8]
    asked: NDArray[np.bool_]


def settle(work: Work, task: tuple[list[Part], TaskDecisions]) -> Settled:
    """Judge the removals of a task that have not been judged.

    Where others of their document go already, they are judged by what these leave, as another run would.

    Raises:
        InputError: the input is not what it was in the first pass.
    """
    parts, decided = task
    states = decided.removals["state"].copy()
    asked = np.ones(len(states), bool)
    states[_emptied(decided)] = GOES
    decided.removals["state"] = states
    for documents in _unjudged(work, parts, decided):
        for document, found in zip(documents, settled_documents(work, documents), strict=True):
            if found is not None:
                at = np.searchsorted(decided.removals["paragraph"], document.removals["paragraph"])
                rows = at[document.removals["state"] == UNJUDGED]
                states[rows], asked[rows] = found
    return Settled(states, asked)


def is_settled(task: tuple[list[Part], TaskDecisions]) -> bool:
    """Return True if no text has to be read to judge the removals of a task."""
    _, decided = task
    return not (decided.removals["state"][~_emptied(decided)] == UNJUDGED).any()


def settled_documents(work: Work, documents: Sequence[Document]) -> list[Settled | None]:
    """Return what became of those removals of some documents that have not been judged; None where a kernel raises."""
    rests = [rest_of(document) for document in documents]
    cuts = one_by_one(partial(settle_cuts, work), rests, _beside)
    out: list[Settled | None] = []
    for document, rest, cut in zip(documents, rests, cuts, strict=True):
        if isinstance(cut, Fault):
            out.append(None)
            continue
        number = len(rest.removals)
        found = None if cut is None else _states(document, rest, cut)
        if cut is None or found is None:
            out.append(Settled(np.full(number, UNSETTLED, np.uint8), np.ones(number, bool)))
        else:
            out.append(Settled(found, cut.asked))
    return out


def _beside(_: Document, fault: Fault) -> CutDocument | Fault | None:
    return fault


def _emptied(decided: TaskDecisions) -> NDArray[np.bool_]:
    """Return the removals of documents from which all goes for others: nothing stays beside them that may need them."""
    edges = edges_of(decided)
    number = edges.high - edges.low
    begins, ends = (np.repeat(each, number) for each in (edges.begins, edges.ends))
    witness = decided.removals["witness"].astype(np.int64)
    to_others = (decided.removals["state"] == UNJUDGED) & ((witness < begins) | (witness >= ends))
    counts = np.concatenate(([0], np.cumsum(to_others)))
    return np.repeat(counts[edges.high] - counts[edges.low] == edges.ends - edges.begins, number)


def _unjudged(work: Work, parts: list[Part], decided: TaskDecisions) -> list[list[Document]]:
    """Return the documents of a task of which removals have not been judged, some at a time."""
    edges = edges_of(decided)
    ends = np.concatenate(([0], np.cumsum(decided.removals["state"] == UNJUDGED)))
    chosen = np.repeat(ends[edges.high] > ends[edges.low], edges.high - edges.low)
    if not chosen.any():
        return []
    begun = begun_task(work, parts, decided)
    some_removals = decided._replace(removals=decided.removals[chosen], near=decided.near[:0])
    documents = changed_documents(replace(work, mark=False), parts, begun, some_removals)
    return [documents[some] for some in batches([len(document.located.record.text) for document in documents], BATCH)]


def rest_of(document: Document) -> Document:
    """Return what is left of a document when those removals have gone that do, with those that have not been judged."""
    state = document.removals["state"]
    if (state == UNJUDGED).all():
        return document
    gone = np.array(removed_numbers(document), np.int64)[state == GOES]
    text = document.located.record.text
    cut = regions(text, document.spans.tolist(), gone.tolist())
    stays = np.delete(np.arange(len(document.spans)), gone)
    removals = document.removals[state == UNJUDGED]
    for name in ("paragraph", "witness"):
        number = removals[name].astype(np.int64) - document.first
        within = (number >= 0) & (number < len(document.spans))
        removals[name][within] = document.first + np.searchsorted(stays, number[within])
    located = document.located
    located = located._replace(record=replace(located.record, text=without(text, cut)))
    spans = moved(staying(document.spans, gone), cut).astype(np.int32)
    return document._replace(located=located, spans=spans, removals=removals, witnesses=())


def _states(document: Document, rest: Document, cut: CutDocument) -> NDArray[np.uint8] | None:
    """Return what became of the removals of a rest; None if what is left depends on whether all is cut at once."""
    goes, wanted = is_among(rest, cut.document), is_among(rest, cut.wanted)
    if rest is not document and goes.any():
        numbers = np.array(removed_numbers(document), np.int64)
        state = document.removals["state"]
        gone = np.sort(np.concatenate((numbers[state == GOES], numbers[state == UNJUDGED][goes])))
        text = document.located.record.text
        if without(text, regions(text, document.spans.tolist(), gone.tolist())) != cut.left:
            return None
    found: NDArray[np.uint8] = np.select([goes, wanted], [GOES, HELD], RETAINED).astype(np.uint8)
    return found
