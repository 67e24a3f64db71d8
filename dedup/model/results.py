"""What the library gives back: a document after cleaning, and what went from it and why."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dedup.model.decisions import Compared, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dedup.model.containment import Fault
    from dedup.model.decisions import Decision, KeptNear, Removal, Witness

REFERENCES = "references"
"""What the input is called that a corpus is held against."""


@dataclass(frozen=True, slots=True)
class WitnessParagraph:
    """A kept paragraph that makes another one superfluous."""

    paragraph: int
    """Number of the paragraph in its document, from 0."""
    start: int
    """Its first character in the text of its document."""
    end: int
    """The first character after it."""
    text: str
    """The paragraph."""
    document: int | None = None
    """Number of its document, from 0, where that is not the one the removed paragraph stood in."""
    reference: int | None = None
    """Number of the reference, from 0, where it stands in one."""


@dataclass(frozen=True, slots=True)
class RemovedParagraph:
    """One paragraph that went: an entry of the removal log."""

    paragraph: int
    """Number of the paragraph in its document, from 0."""
    start: int
    """Its first character in the text that was given."""
    end: int
    """The first character after it."""
    cut_start: int
    """Start of what left the text: the paragraph and its separator."""
    cut_end: int
    """End of what left the text."""
    text: str
    """The paragraph."""
    reason: Reason
    """Why it went."""
    compared: Compared
    """How it was compared with its witnesses: characters, folded tokens, or tokens one by one."""
    witnesses: tuple[WitnessParagraph, ...]
    """The paragraphs that make it superfluous; of boilerplate, another copy."""
    similarity: float
    """Of the tokens of both, 0 to 1."""
    coverage: float
    """Share of its tokens that the witnesses have, in order, 0 to 1."""
    block: int | None
    """Number of the repeated block in its document; None outside of one."""
    documents: int | None = None
    """For boilerplate: the number of documents that it stands in."""
    differs: tuple[str, ...] = ()
    """Where it was aligned: in what ways it differs from its witnesses, as in the removal log."""


@dataclass(frozen=True, slots=True)
class KeptParagraph:
    """A near-duplicate that stayed, because it says something new."""

    paragraph: int
    """Number of the paragraph in its document, from 0."""
    start: int
    """Its first character in the text that was given."""
    end: int
    """The first character after it."""
    text: str
    """The paragraph."""
    witness: WitnessParagraph
    """The paragraph that it is nearly like."""
    similarity: float
    """Of the tokens of both, 0 to 1."""
    coverage: float
    """Share of its tokens that the witness has, in order, 0 to 1."""
    new: tuple[tuple[int, int], ...]
    """Spans of the words that are new."""
    kinds: tuple[str, ...] = ()
    """Of what kinds that is: ``number``, ``name``, ``turn`` (a negation, a restriction, an opposite) or ``words``."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One document after cleaning."""

    text: str
    """What is left."""
    removals: tuple[RemovedParagraph, ...]
    """In order of position."""
    kept_near: tuple[KeptParagraph, ...]
    """In order of position; only with ``explain=True``."""
    paragraphs: int
    """Paragraphs found: removed and kept ones together."""
    comparisons: int
    """Pairs of paragraphs that were aligned."""
    unsettled: bool
    """The decisions did not come to rest, and the document was left as it is."""
    held_back: tuple[RemovedParagraph, ...]
    """What would have gone, and stays because what is left would be read as other paragraphs; in order of position.
    Their cuts are of no length."""
    fault: Fault | None = field(default=None, kw_only=True)
    """A fault of this library, which was warned of: the document, or the paragraph that it was about, was left as it
    is."""

    @property
    def removed(self) -> int:
        """Number of paragraphs that went."""
        return len(self.removals)

    @property
    def kept(self) -> int:
        """Number of paragraphs that stayed."""
        return self.paragraphs - len(self.removals)

    @property
    def counts(self) -> dict[Reason, int]:
        """Number of removals for each reason; their sum is `removed`."""
        found = Counter(removal.reason for removal in self.removals)
        return {reason: found[reason] for reason in Reason}


@dataclass(frozen=True, slots=True)
class CleanedRecord(Cleaned):
    """One document after cleaning that came as a record."""

    record: Mapping[str, Any]
    """The record with its text cleaned; the very object that came in where nothing went."""


def cleaned(text: str, decision: Decision) -> Cleaned:
    """Return what was decided about a document, spelt out; a fault of this library is warned of."""
    if decision.fault is not None:
        what = f"internal error ({decision.fault.what}); what it was about is kept as it is; Cleaned.fault tells more"
        warnings.warn(what, RuntimeWarning, stacklevel=2)
    return Cleaned(
        text=decision.apply(text),
        removals=tuple(_removed(text, removal) for removal in decision.removals),
        kept_near=tuple(_kept(text, kept) for kept in decision.kept_near),
        paragraphs=decision.paragraphs,
        comparisons=decision.comparisons,
        unsettled=decision.unsettled,
        fault=decision.fault,
        held_back=tuple(_removed(text, removal) for removal in decision.held_back),
    )


def _removed(text: str, removal: Removal) -> RemovedParagraph:
    witnesses = tuple(_witness(text, witness) for witness in removal.witnesses)
    return RemovedParagraph(**removal._asdict() | {"text": text[removal.start : removal.end], "witnesses": witnesses})


def _kept(text: str, kept: KeptNear) -> KeptParagraph:
    witness = _witness(text, kept.witness)
    return KeptParagraph(**_members(kept) | {"text": text[kept.start : kept.end], "witness": witness})


def _members(one: KeptNear | Cleaned) -> dict[str, Any]:
    """Return the fields of something that was decided, by their names, as they are."""
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def _witness(text: str, witness: Witness) -> WitnessParagraph:
    if (other := witness.elsewhere) is not None:
        # Documents of a library call are the lines of one input, which are counted from 1; references those of another.
        number = None if other.line is None else other.line - 1
        places = (None, number) if other.file == REFERENCES else (number, None)
        return WitnessParagraph(witness.paragraph, witness.start, witness.end, other.text, *places)
    return WitnessParagraph(witness.paragraph, witness.start, witness.end, text[witness.start : witness.end])


def with_record(done: Cleaned, record: Mapping[str, Any], field: str) -> CleanedRecord:
    """Return the same with the record that the text came from; `field` is its dotted path there."""
    changed = _replaced(record, field.split("."), done.text) if done.removals else record
    return CleanedRecord(**_members(done), record=changed)


def _replaced(record: Mapping[str, Any], path: Sequence[str], text: str) -> dict[str, Any]:
    """Return a copy of a record, and of the records on the way, with another text; all else is shared."""
    key, *rest = path
    return {**record, key: _replaced(record[key], rest, text) if rest else text}
