"""The second pass over a corpus: what was decided about a task, carried out on its bytes; runs in workers."""

from __future__ import annotations

import zlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.containment import Fault, attempt, itself, one_by_one
from dedup.corpus.contained import reading_fault
from dedup.corpus.fingerprint import split_texts
from dedup.corpus.verify import ALIGNED, FOLDED
from dedup.decisions import Compared, Decision, Elsewhere, KeptNear, Removal, Witness, held, without
from dedup.engines.cut import LEAST, REASONS, cut_plainly, each_a_line, edges_of, moved, reads_alike, staying
from dedup.engines.emptied import cut_emptied
from dedup.engines.plan import AGAIN_FAULT
from dedup.formats.edit import FORMATS, Found, carry_out, find, left_as_it_is
from dedup.formats.parts import Done, Record
from dedup.pair import news
from dedup.paragraphs import LINE_END, cuts, regions
from dedup.ranges import batches
from dedup.reading import changed
from dedup.sides import Difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.formats.parts import Part, Work
    from dedup.settings import Settings, Split

_COMPARED = {0: Compared.IDENTICAL, FOLDED: Compared.FOLDED, ALIGNED: Compared.ALIGNED}
_TOLD = ("reason", "how", "similarity", "coverage", "block", "documents", "differs")
BATCH = 1 << 17
"""Characters that are split again together."""
_PATIENCE = 3
_ROUNDS = 12
"""Times that something is left in its place before the whole document is."""


class Place(NamedTuple):
    """Where a witness stands."""

    document: int
    """Number of its document within the task, or -1 for one outside of it."""
    paragraph: int
    """Number in its document."""
    start: int
    end: int
    """Characters in its document."""
    file: str
    name: str
    line: int | None
    text: str | None
    """None where it is the removed paragraph's own."""


class Share(NamedTuple):
    """What belongs to one task.

    Attributes:
        parts, documents, spans: the task's entries of these columns of the spool.
        removals: what goes, with paragraphs counted from the task's first one; see `dedup.corpus.outcome.removal_type`.
        witnesses: one for each removal where somebody is to be told of them, else none.
        near: near-duplicates that stay and are to be told of, likewise; see `dedup.corpus.near.near_type`.
        beside: where the paragraph stands that each of them is like.
    """

    parts: NDArray[np.void]
    documents: NDArray[np.void]
    spans: NDArray[np.int32]
    removals: NDArray[np.void]
    witnesses: list[Place]
    near: NDArray[np.void]
    beside: list[Place]


class Document(NamedTuple):
    """A document from which something goes, or about which there is something to tell."""

    found: Found
    number: int
    spans: NDArray[np.int32]
    removals: NDArray[np.void]
    first: int
    """Number of its first paragraph in the task."""
    witnesses: Sequence[Place]
    near: NDArray[np.void]
    beside: Sequence[Place]


def write(work: Work, task: tuple[list[Part], Share]) -> list[Done]:
    """Carry out what was decided about a task.

    Returns:
        What came of each part, in their order.

    Raises:
        InputError: the input is not what it was in the first pass.
    """
    parts, share = task
    if _is_told(work):
        return _written(work, parts, share, plainly=False)
    # What is done for many at once is only quicker: where that raises, all documents are cut one by one.
    return attempt(
        lambda: _written(work, parts, share, plainly=True), lambda _: _written(work, parts, share, plainly=False)
    )


def _written(work: Work, parts: list[Part], share: Share, *, plainly: bool) -> list[Done]:
    """Return what comes of each part; `plainly`: documents may be cut by their bytes, without being read."""
    begun = _begun(work, parts, share)
    left = None
    if plainly:
        left = cut_plainly(work, parts, begun.dones, share, cut_emptied(work, parts, begun.dones, share), most=BATCH)
    documents = _changed(work, parts, begun, share, only=left)
    cut_documents(work, documents)
    for found, fault in begun.faults.values():
        left_as_it_is(work, found, fault)
    for done in begun.dones if plainly else ():
        done.cuts.sort()  # those by their bytes came first
    return begun.dones


def _is_told(work: Work) -> bool:
    """Tell whether somebody wants to know more of a cut than the bytes and the figures."""
    return bool(work.log or work.diff or work.explain or work.mark or work.empty != "keep")


def decisions(work: Work, task: tuple[list[Part], Share]) -> list[Decision]:
    """Say what was decided about each document of a task, in order.

    Raises:
        InputError: the input is not what it was in the first pass.
    """
    parts, share = task
    begun = _begun(work, parts, share)
    documents = _changed(work, parts, begun, share)
    out = [Decision(paragraphs) for paragraphs in share.documents["paragraphs"].tolist()]
    for some in batches([len(document.found.record.text) for document in documents], BATCH):
        for document, decision in zip(documents[some], _told(work, documents[some]), strict=True):
            out[document.number] = replace(decision, paragraphs=out[document.number].paragraphs)
    for number, (_, fault) in begun.faults.items():
        out[number] = replace(out[number], fault=fault)
    return out


def cut_documents(work: Work, documents: list[Document]) -> None:
    """Carry out what was decided about some documents, each into what came of its part."""
    told = _is_told(work)
    for some in batches([len(document.found.record.text) for document in documents], BATCH):
        _carry_out(work, documents[some], told=told)


class _Begun(NamedTuple):
    """What comes of a task before anything is cut.

    Attributes:
        dones: what comes of each part.
        again: documents that were read again for that.
        faults: documents with which a kernel raises while they are read, by their numbers within the task.
    """

    dones: list[Done]
    again: dict[tuple[int, int], Record]
    faults: dict[int, tuple[Found, Fault]]


def _begun(work: Work, parts: list[Part], share: Share) -> _Begun:
    """Begin a task."""
    dones: list[Done] = []
    again: dict[tuple[int, int], Record] = {}
    faults: dict[int, tuple[Found, Fault]] = {}
    paragraphs = np.bincount(share.documents["part"], share.documents["paragraphs"], minlength=len(parts)).astype(int)
    for number, part in enumerate(parts):
        seen = share.parts[number]
        if len(part.data) != seen["size"] or zlib.crc32(part.data) != seen["check"]:
            raise changed(part.name)
        if seen["again"]:
            (done,), found = find(work, [part])
            again |= {(number, one.record.start): one.record for one in found}
            if seen["again"] & AGAIN_FAULT:
                faults |= _faults(work, share, number, found)
        else:
            done = Done()
            done.counts.documents, done.counts.invalid_utf8 = int(seen["documents"]), int(seen["invalid"])
        done.counts.paragraphs = int(paragraphs[number])
        dones.append(done)
    return _Begun(dones, again, faults)


def _faults(work: Work, share: Share, part: int, found: list[Found]) -> dict[int, tuple[Found, Fault]]:
    """Return the documents of a part that have no paragraphs because a kernel raised, and what it raises again."""
    mine = (share.documents["part"] == part) & (share.documents["paragraphs"] == 0)
    starts = {one.record.start: one for one in found}
    out: dict[int, tuple[Found, Fault]] = {}
    for number in np.flatnonzero(mine).tolist():
        one = starts.get(int(share.documents["start"][number]))
        if one is not None and (fault := reading_fault(one.record.text, work.settings)) is not None:
            out[number] = one, fault
    return out


def _changed(
    work: Work,
    parts: list[Part],
    begun: _Begun,
    share: Share,
    *,
    only: NDArray[np.int64] | None = None,
) -> list[Document]:
    """Return the documents from which something goes, or of which something is told; with marks, all of them.

    With `only`, just those of these numbers.
    """
    begins, ends, low, high = edges_of(share)
    near = [np.searchsorted(share.near["paragraph"], edge) for edge in (begins, ends)]
    chosen = only
    if chosen is None:
        chosen = np.arange(len(begins)) if work.mark else np.flatnonzero((high > low) | (near[1] > near[0]))
    # As lists: there may be a great many documents of one paragraph each.
    columns = [share.documents[name][chosen].tolist() for name in ("part", "start", "end", "line")]
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
            begun.faults[number] = Found(part, begun.dones[place], Record(start, end, line or 1, "")), record
            continue
        found = Found(part, begun.dones[place], record)
        witnesses = share.witnesses[first:last] if share.witnesses else ()
        going, here = share.removals[first:last], slice(*told)
        spans = share.spans[begin:stop]
        out.append(Document(found, number, spans, going, begin, witnesses, share.near[here], share.beside[here]))
    return out


class CutDocument(NamedTuple):
    """What leaves a document."""

    document: Document
    regions: list[tuple[int, int]]
    """The paragraphs that go, and a separator of each, in order; those that touch are one."""
    left: str


def _carry_out(work: Work, documents: list[Document], *, told: bool) -> None:
    """Cut some documents, each so that what is left of it has just the paragraphs that stay."""
    if told:
        carry_out(work, [document.found for document in documents], _told(work, documents))
        return
    for document, one in zip(documents, one_by_one(partial(settle_cuts, work), documents, _beside), strict=True):
        counts = document.found.done.counts
        fault = one if isinstance(one, Fault) else None
        if one is None:
            counts.stays(len(document.removals))
            counts.unsettled += 1
        elif not isinstance(one, Fault):
            counts.stays(len(document.removals) - len(one.document.removals))
            if len(one.document.removals):
                fault = attempt(partial(_cut_out, work, one), itself)
        if fault is not None:
            left_as_it_is(work, document.found, fault)


def _beside(_: Document, fault: Fault) -> Fault:
    return fault


def _told(work: Work, documents: list[Document]) -> list[Decision]:
    """Return what becomes of some documents, for somebody to be told; their paragraphs are counted already."""
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
        if one is None or is_held_back(document, one):
            stays = ~is_among(document, None if one is None else one.document)
            decision = replace(decision, held_back=held(decision_of(with_removals(document, stays)).removals))
        decided.append(decision)
    return decided


def _near(work: Work, document: Document) -> tuple[KeptNear, ...]:
    """Return the near-duplicates of a document that stay; to explain them changes nothing else, even if it raises."""

    def failed(fault: Fault) -> tuple[KeptNear, ...]:
        left_as_it_is(work, document.found, fault, "near-duplicates that are kept are not explained")
        return ()

    return attempt(lambda: tuple(kept_near_of(document, work.settings)), failed)


def settle_cuts(work: Work, documents: Sequence[Document]) -> list[CutDocument | None]:
    """Find what can be cut from each document; None where the attempts do not come to rest.

    Without what goes, lines may come to touch that now seem to be one paragraph. Then what stood between them stays. It
    is tried again once the others are gone, as another run would, until nothing more can be cut.
    """
    out = _attempted(work, documents, [None] * len(documents))
    open_ = [number for number, cut in enumerate(out) if is_held_back(documents[number], cut)]
    while open_:
        tried = _attempted(work, [documents[number] for number in open_], [out[number] for number in open_])
        further: list[int] = []
        for number, cut in zip(open_, tried, strict=True):
            if cut is None:  # another run would leave it alone
                continue
            more = is_held_back(cut.document, out[number])
            out[number] = cut
            if more and is_held_back(documents[number], cut):
                further.append(number)
        open_ = further
    return out


def is_held_back(document: Document, cut: CutDocument | None) -> bool:
    """Return True if a document can be cut, and not all of its removals are carried out."""
    return cut is not None and len(cut.document.removals) < len(document.removals)


def _attempted(work: Work, documents: Sequence[Document], settled: Sequence[CutDocument | None]) -> list[CutDocument | None]:
    """Find what can be cut from each document at one go; None where the attempts do not come to rest.

    Args:
        work: how documents are split.
        documents: with all that may go.
        settled: what is known to be fit to be cut from each; no less is.
    """
    out: list[CutDocument | None] = [None if len(each.removals) else _cut(each) for each in documents]
    left = {number: document for number, document in enumerate(documents) if len(document.removals)}
    for turn in range(_ROUNDS):
        tried = {number: _cut(document) for number, document in left.items()}
        # A document of which nothing stays has no lines to run together.
        gone = {number: cut for number, cut in tried.items() if len(cut.document.removals) == len(cut.document.spans)}
        for number, cut in gone.items():
            out[number] = cut
            del tried[number]
        again: dict[int, Document] = {}
        for (number, cut), odd in zip(tried.items(), _odd(list(tried.values()), work), strict=True):
            if not len(odd):
                out[number] = cut
                continue
            sure = settled[number]
            document = _held_back(cut.document, odd, wrapped=turn >= _PATIENCE, sure=sure)
            if sure is not None and len(document.removals) == len(sure.document.removals):
                out[number] = sure
            elif len(document.removals):
                again[number] = document
        left = again
        if not left:
            break
    return out


def _cut(document: Document) -> CutDocument:
    text = document.found.record.text
    cut = regions(text, document.spans.tolist(), removed_numbers(document)) if len(document.removals) else []
    return CutDocument(document, cut, without(text, cut))


def removed_numbers(document: Document) -> list[int]:
    """Return the numbers of the paragraphs that go, within their document; ascending."""
    gone: list[int] = (document.removals["paragraph"] - document.first).tolist()
    return gone


def _held_back(document: Document, odd: NDArray[np.int64], *, wrapped: bool, sure: CutDocument | None) -> Document:
    """Return the document with what stands beside some paragraphs left in its place, unless it is sure to go.

    With `wrapped`, paragraphs of several lines stay as well: they may be what tells that the lines of this document are
    wrapped.
    """
    gone = document.removals["paragraph"] - document.first
    stays = np.setdiff1d(np.arange(len(document.spans)), gone)
    place = np.searchsorted(stays, gone)
    bounded = np.concatenate(([-1], stays, [-1]))
    goes = ~(np.isin(bounded[place], odd) | np.isin(bounded[place + 1], odd))
    if wrapped:
        text = document.found.record.text
        goes &= [LINE_END.search(text, *span) is None for span in document.spans[gone].tolist()]
    if sure is not None:
        goes |= is_among(document, sure.document)
    return with_removals(document, goes)


def is_among(document: Document, other: Document | None) -> NDArray[np.bool_]:
    """Return which removals of a document another reading of it has as well; None has none."""
    removals = np.empty(0, np.int64) if other is None else other.removals["paragraph"]
    found: NDArray[np.bool_] = np.isin(document.removals["paragraph"], removals)
    return found


def with_removals(document: Document, some: NDArray[np.bool_]) -> Document:
    """Return a document with some of its removals."""
    witnesses = [document.witnesses[i] for i in np.flatnonzero(some).tolist()] if document.witnesses else []
    return document._replace(removals=document.removals[some], witnesses=witnesses)


def _odd(tried: list[CutDocument], work: Work) -> list[NDArray[np.int64]]:
    """Return, for each document, the paragraphs that stay and are not to be found as such in what is left of it."""
    how = work.settings.split
    gone = [cut.document.removals["paragraph"] - cut.document.first for cut in tried]
    wanted = [
        moved(staying(cut.document.spans, going), np.array(cut.regions, np.int64).reshape(-1, 2))
        for cut, going in zip(tried, gone, strict=True)
    ]
    out = [np.empty(0, np.int64) for _ in tried]
    doubtful = [place for place, cut in enumerate(tried) if not _certain(cut.left, wanted[place], how)]
    for place, here in zip(doubtful, split_texts([tried[place].left for place in doubtful], how), strict=True):
        if np.array_equal(wanted[place], here):
            continue
        spans = tried[place].document.spans
        odd = np.setdiff1d(np.arange(len(spans)), gone[place])[~np.isin(_pairs(wanted[place]), _pairs(here))]
        # Where all are to be found and yet others, too, nothing can be said for any of them.
        out[place] = odd if len(odd) else np.arange(len(spans))
    return out


def _certain(left: str, stay: NDArray[np.int64], how: Split) -> bool:
    """Tell whether a text certainly is read as some paragraphs; of a short one that takes as long as splitting it."""
    return len(left) >= LEAST and each_a_line(left, stay) and reads_alike(left, stay, how)


def _pairs(spans: NDArray[np.int64]) -> NDArray[np.int64]:
    joined: NDArray[np.int64] = (spans[:, 0] << 32) | spans[:, 1]
    return joined


def _cut_out(work: Work, cut: CutDocument) -> None:
    """Cut a document where nobody is to be told what goes and why: no more than the bytes and the figures."""
    document, gone, left = cut
    part, done, record = document.found
    offsets = FORMATS[part.kind].locate(part, record, [edge for region in gone for edge in region], work)
    if offsets is None:  # the long way round says what is wrong
        carry_out(work, [document.found], [decision_of(document)])
        return
    pairs = zip(offsets[::2], offsets[1::2], strict=True)
    cuts = [(record.start + start, record.start + end) for start, end in pairs]
    reasons = [REASONS[reason].value for reason in document.removals["reason"].tolist()]
    emptied = not left.strip()
    # From here on nothing raises.
    done.cuts += cuts
    done.counts.went(reasons, emptied=emptied)


def decision_of(document: Document) -> Decision:
    """Return what was decided as the document's decision; its paragraphs are counted already."""
    text, gone = document.found.record.text, removed_numbers(document)
    cut = cuts(text, document.spans.tolist(), set(gone))
    # As lists: an entry of a structured array takes longer to read than to cut.
    columns = [document.removals[name].tolist() for name in _TOLD]
    removals = []
    for number, (paragraph, (start, end), reason, how, similarity, coverage, block, documents, differs) in enumerate(
        zip(gone, document.spans[gone].tolist(), *columns, strict=True)
    ):
        told = document.witnesses[number] if document.witnesses else None
        removals.append(
            Removal(
                paragraph,
                start,
                end,
                *cut[paragraph],
                reason=REASONS[reason],
                compared=_COMPARED[how],
                witnesses=(_witness(document, told, text[start:end]),) if told else (),
                similarity=similarity,
                coverage=coverage,
                block=block if block >= 0 else None,
                documents=documents or None,
                differs=Difference(differs).names() if differs else (),
            )
        )
    return Decision(0, tuple(removals))


def kept_near_of(document: Document, settings: Settings) -> Iterator[KeptNear]:
    """Yield the near-duplicates that stay, with all that is new in them."""
    for entry, place in zip(document.near, document.beside, strict=True):
        paragraph = int(entry["paragraph"]) - document.first
        start, end = document.spans[paragraph].tolist()
        own = document.found.record.text[start:end]
        verdict, spans = news(place.text or "", own, settings)
        new = tuple((start + a, start + b) for a, b in spans)
        kind = verdict.kind if verdict.new else Difference(int(entry["kind"]))  # words that share a letter
        figures = verdict.similarity, verdict.coverage
        yield KeptNear(paragraph, start, end, _witness(document, place, own), *figures, new, kind.names())


def _witness(document: Document, place: Place, own: str) -> Witness:
    if place.document == document.number:
        return Witness(place.paragraph, place.start, place.end)
    elsewhere = Elsewhere(place.file, place.name, place.line, own if place.text is None else place.text)
    return Witness(place.paragraph, place.start, place.end, elsewhere)
