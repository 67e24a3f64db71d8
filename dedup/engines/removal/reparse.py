"""Which removals are held back: without them, what is left of a document would be split into other paragraphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.engines.removal.admissible import Judgements, admissible, allowed_removals, view, whole_view
from dedup.engines.removal.remaining import moved, staying
from dedup.engines.removal.task_decisions import removed_numbers
from dedup.model.decisions import without
from dedup.resolve.corpus.removals import GOES, HELD, UNJUDGED, UNSETTLED
from dedup.text.arrays import among
from dedup.text.lines import LINE_END
from dedup.text.long_texts import split_texts
from dedup.text.paragraphs import regions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.engines.removal.admissible import View
    from dedup.engines.removal.task_decisions import Document
    from dedup.formats.parts import Work
    from dedup.model.settings import Settings
    from dedup.text.arrays import Ints

_SINGLE_LINE_ROUNDS = 3
"""Rounds after which paragraphs of several lines are retained as well."""
_ROUNDS = 12
"""Rounds after which the whole document is retained."""


class CutDocument(NamedTuple):
    """What leaves a document."""

    document: Document
    """With the removals that are carried out."""
    regions: list[tuple[int, int]]
    """The paragraphs that go, and a separator of each, in order; those that touch are one. In characters."""
    left: str
    wanted: Document
    """With the removals that may be carried out: those that are not are held back."""
    asked: NDArray[np.bool_]
    """Which of all removals another run is expected to ask for, once these are carried out."""

    def held_back(self) -> Document:
        """Return the document with the removals that are held back: what is left would be read as other paragraphs."""
        return with_removals(self.wanted, ~is_among(self.wanted, self.document))


def settle_cuts(work: Work, documents: Sequence[Document]) -> list[CutDocument | None]:
    """Find what can be cut from each document; None where the rounds do not converge.

    Once some paragraphs are gone, others that were retained may be cut after all, as another run would do. So it is
    repeated until nothing more can be cut.
    """
    settled: list[CutDocument | None] = [None] * len(documents)
    active: list[int] = []
    for number, document in enumerate(documents):
        if is_settled(document):
            settled[number] = settled_cut(document)
        else:
            active.append(number)
    judgements = Judgements(work.settings)
    wholes = {number: whole_view(documents[number]) for number in active}
    while active:
        before = [settled[number] for number in active]
        begun = [wholes[number] for number in active]
        judged = _admissible(judgements, work.settings, [documents[number] for number in active], before, begun)
        still_active: list[int] = []
        cuts = Reparse(work, [wanted for wanted, _ in judged], before).run()
        for number, (wanted, asked), cut in zip(active, judged, cuts, strict=True):
            known = settled[number]
            if cut is None:  # another run would leave it alone
                settled[number] = known and known._replace(asked=asked)
                continue
            cuts_more = len(cut.document.removals) > _number_done(known)
            settled[number] = cut._replace(wanted=wanted, asked=asked)
            # Where something has gone, other paragraphs stand beside one another, and another run would ask again.
            if cuts_more and len(cut.document.removals) < len(documents[number].removals):
                still_active.append(number)
        active = still_active
    return settled


def _number_done(cut: CutDocument | None) -> int:
    return 0 if cut is None else len(cut.document.removals)


def _admissible(
    judgements: Judgements,
    settings: Settings,
    documents: Sequence[Document],
    settled: Sequence[CutDocument | None],
    wholes: Sequence[View],
) -> list[tuple[Document, NDArray[np.bool_]]]:
    """Return each document with the removals that may be carried out, given those that are settled.

    And which of all its removals were asked about. `wholes`: the documents as judged before anything had gone.
    """
    done = [is_among(document, cut and cut.document) for document, cut in zip(documents, settled, strict=True)]
    views = [
        whole if cut is None else view(document, flags, cut.left, cut.regions, whole)
        for document, flags, cut, whole in zip(documents, done, settled, wholes, strict=True)
    ]
    allowed = admissible(views, settings, judgements)
    return [
        (
            with_removals(document, allowed_removals(each, flags, found)),
            allowed_removals(each, flags, each.asked) & ~flags,
        )
        for document, flags, found, each in zip(documents, done, allowed, views, strict=True)
    ]


class Reparse:
    """Cuts documents on trial, splits what is left again, and retains paragraphs until both agree.

    Invariant: a document in `cuts` is split, without its regions, into exactly the paragraphs that stay. A document not
    yet there is in `pending` with a subset of its removals that contains those of `settled`; each round takes some
    away, so that it ends there, with no removals, or after `_ROUNDS` rounds undecided.

    Args:
        work: how documents are split.
        documents: with all removals that are wanted.
        settled: a cut of each that is known to hold the invariant, or None; no less is cut.
    """

    def __init__(self, work: Work, documents: Sequence[Document], settled: Sequence[CutDocument | None]) -> None:
        self._how = work.settings.split
        self._settled = settled
        self.cuts: list[CutDocument | None] = []
        self.pending: dict[int, Document] = {}
        for number, (document, sure) in enumerate(zip(documents, settled, strict=True)):
            more = len(document.removals) > _number_done(sure)
            self.cuts.append(None if more else sure or _cut(document))
            if more:
                self.pending[number] = document

    def run(self) -> list[CutDocument | None]:
        """Return the cut of each document; None where the rounds do not converge."""
        for turn in range(_ROUNDS):
            proposed = self.propose()
            self.pending = {}
            for (number, cut), strays in zip(proposed.items(), self.conflicts(list(proposed.values())), strict=True):
                if len(strays):
                    self.retain_neighbours(number, cut, strays, wrapped=turn >= _SINGLE_LINE_ROUNDS)
                else:
                    self.cuts[number] = cut
            if not self.pending:
                break
        return self.cuts

    def propose(self) -> dict[int, CutDocument]:
        """Cut the pending documents; those of which nothing stays have no lines to run together, and are done."""
        proposed = {number: _cut(document) for number, document in self.pending.items()}
        emptied = [number for number, cut in proposed.items() if len(cut.document.removals) == len(cut.document.spans)]
        for number in emptied:
            self.cuts[number] = proposed.pop(number)
        return proposed

    def conflicts(self, proposed: list[CutDocument]) -> list[Ints]:
        """Return, for each cut, the numbers of the staying paragraphs that are not split as such from what is left."""
        removed = [cut.document.removals["paragraph"] - cut.document.first for cut in proposed]
        wanted = [
            moved(staying(cut.document.spans, gone), cut.regions) for cut, gone in zip(proposed, removed, strict=True)
        ]
        strays = [np.empty(0, np.int64) for _ in proposed]
        texts = [cut.left for cut in proposed]
        for index, spans in enumerate(split_texts(texts, self._how)):
            if not np.array_equal(wanted[index], spans):
                every = np.arange(len(proposed[index].document.spans))
                missing = np.delete(every, removed[index])[~among(_keys(wanted[index]), _keys(spans))]
                # Where all are found and others, too, none of them can be relied on.
                strays[index] = missing if len(missing) else every
        return strays

    def retain_neighbours(self, number: int, cut: CutDocument, strays: Ints, *, wrapped: bool) -> None:
        """Leave removals beside some staying paragraphs in place, except for settled ones, and try the rest again.

        With `wrapped`, paragraphs of several lines are retained as well: they may be why the lines of this document are
        taken for wrapped ones.
        """
        document, sure = cut.document, self._settled[number]
        removed = document.removals["paragraph"] - document.first
        stays = np.delete(np.arange(len(document.spans)), removed)
        place = np.searchsorted(stays, removed)
        bounded = np.concatenate(([-1], stays, [-1]))
        goes = ~(among(bounded[place], strays) | among(bounded[place + 1], strays))
        if wrapped:
            text = document.located.record.text
            goes &= [LINE_END.search(text, *span) is None for span in document.spans[removed].tolist()]
        if sure is not None:
            goes |= is_among(document, sure.document)
        document = with_removals(document, goes)
        if sure is not None and len(document.removals) == len(sure.document.removals):
            self.cuts[number] = sure
        elif len(document.removals):
            self.pending[number] = document


def _cut(document: Document) -> CutDocument:
    text = document.located.record.text
    cut = regions(text, document.spans.tolist(), removed_numbers(document)) if len(document.removals) else []
    return CutDocument(document, cut, without(text, cut), document, np.zeros(len(document.removals), bool))


def is_settled(document: Document) -> bool:
    """Return True if all removals of a document have been judged."""
    return len(document.removals) > 0 and bool((document.removals["state"] != UNJUDGED).all())


def settled_cut(document: Document) -> CutDocument | None:
    """Return what leaves a document whose removals have been judged; None where the rounds did not converge."""
    state = document.removals["state"]
    if (state == UNSETTLED).any():
        return None
    wanted = with_removals(document, (state == GOES) | (state == HELD))
    return _cut(with_removals(document, state == GOES))._replace(wanted=wanted)


def is_among(document: Document, other: Document | None) -> NDArray[np.bool_]:
    """Return which removals of a document are among those of another version of it; None has none."""
    if other is None:
        return np.zeros(len(document.removals), bool)
    return among(document.removals["paragraph"], other.removals["paragraph"])


def with_removals(document: Document, chosen: NDArray[np.bool_]) -> Document:
    """Return a document with some of its removals."""
    if chosen.all():
        return document
    witnesses = [document.witnesses[i] for i in np.flatnonzero(chosen).tolist()] if document.witnesses else []
    return document._replace(removals=document.removals[chosen], witnesses=witnesses)


def _keys(spans: Ints) -> Ints:
    """Return one number for each span."""
    keys: Ints = (spans[:, 0] << 32) | spans[:, 1]
    return keys
