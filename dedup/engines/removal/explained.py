"""Decisions of the second pass as they are told: with spans, witnesses and reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.engines.removal.task_decisions import REASONS, removed_numbers
from dedup.model.decisions import Compared, Comparison, Decision, Elsewhere, KeptNear, Removal, Witness
from dedup.model.differences import Difference
from dedup.resolve.document.pair import find_new_words
from dedup.text.paragraphs import cuts
from dedup.verdict.batch.verify import ALIGNED, FOLDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.engines.removal.task_decisions import Document, WitnessLocation
    from dedup.model.settings import Settings

_COMPARED = {0: Compared.IDENTICAL, FOLDED: Compared.FOLDED, ALIGNED: Compared.ALIGNED}
Figures = tuple[int, int, float, float, int, int, int]
"""Why a paragraph goes and how it compares: the fields `_TOLD` of `dedup.resolve.corpus.removals.removal_type`."""
_TOLD = ("reason", "how", "similarity", "coverage", "block", "documents", "differs")


def decision_of(document: Document) -> Decision:
    """Return what was decided as the document's decision; its paragraphs are counted already."""
    text, gone = document.located.record.text, removed_numbers(document)
    cut = cuts(text, document.spans.tolist(), set(gone))
    witnesses: Sequence[WitnessLocation | None] = document.witnesses or [None] * len(gone)
    removals = []
    for paragraph, (start, end), told, figures in zip(
        gone, document.spans[gone].tolist(), witnesses, compared(document), strict=True
    ):
        beside = (_witness(document, told, text[start:end]),) if told else ()
        how = comparison_of(figures)._asdict()
        removals.append(Removal(paragraph, start, end, *cut[paragraph], witnesses=beside, **how))
    return Decision(0, tuple(removals))


def compared(document: Document) -> Iterator[Figures]:
    """Return what the removals of a document have of how they compare, in order."""
    # As lists: an entry of a structured array takes longer to read than to cut.
    return zip(*[document.removals[name].tolist() for name in _TOLD], strict=True)


def comparison_of(figures: Figures) -> Comparison:
    """Return why a paragraph goes, and how it compares with its witness."""
    reason, how, similarity, coverage, block, documents, differs = figures
    return Comparison(
        REASONS[reason],
        _COMPARED[how],
        similarity,
        coverage,
        block if block >= 0 else None,
        documents or None,
        Difference(differs).names() if differs else (),
    )


def kept_near_of(document: Document, settings: Settings) -> Iterator[KeptNear]:
    """Yield the near-duplicates that stay, with all that is new in them."""
    for entry, place in zip(document.near, document.beside, strict=True):
        paragraph = int(entry["paragraph"]) - document.first
        start, end = document.spans[paragraph].tolist()
        own = document.located.record.text[start:end]
        verdict, spans = find_new_words(place.text or "", own, settings)
        new = tuple((start + a, start + b) for a, b in spans)
        kind = verdict.kind if verdict.new else Difference(int(entry["kind"]))  # words that share a letter
        figures = verdict.similarity, verdict.coverage
        yield KeptNear(paragraph, start, end, _witness(document, place, own), *figures, new, kind.names())


def _witness(document: Document, place: WitnessLocation, own: str) -> Witness:
    if place.document == document.number:
        return Witness(place.paragraph, place.start, place.end)
    elsewhere = Elsewhere(place.file, place.name, place.line, own if place.text is None else place.text, place.day)
    return Witness(place.paragraph, place.start, place.end, elsewhere)
