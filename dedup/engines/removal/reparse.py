"""What can be cut from a document so that what is left is read as just the paragraphs that stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.engines.removal.byte_cuts import LEAST, each_a_line, moved, reads_alike, staying
from dedup.engines.removal.task_decisions import removed_numbers
from dedup.model.decisions import without
from dedup.text.long_texts import split_texts
from dedup.text.paragraphs import LINE_END, regions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.engines.removal.task_decisions import Document
    from dedup.formats.parts import Work
    from dedup.model.settings import Split


_PATIENCE = 3

_ROUNDS = 12
"""Times that something is left in its place before the whole document is."""


class CutDocument(NamedTuple):
    """What leaves a document."""

    document: Document
    regions: list[tuple[int, int]]
    """The paragraphs that go, and a separator of each, in order; those that touch are one."""
    left: str


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


def _attempted(
    work: Work, documents: Sequence[Document], settled: Sequence[CutDocument | None]
) -> list[CutDocument | None]:
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
    text = document.located.record.text
    cut = regions(text, document.spans.tolist(), removed_numbers(document)) if len(document.removals) else []
    return CutDocument(document, cut, without(text, cut))


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
        text = document.located.record.text
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
