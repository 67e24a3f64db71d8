"""The life of one paragraph, from how it was read to what became of it, as plain data for people to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dedup.model.explanation import Standing
    from dedup.model.settings import Settings

LARGEST = 200_000
"""Characters of a document up to which other settings are tried on it."""
MOST_CANDIDATES = 5
"""Candidates that are told of one by one."""


class Ignored(NamedTuple):
    """Words of a gap that a rule has set aside, as they are written."""

    rule: str
    words: str
    beside: str
    """The witness's."""


class GapLife(NamedTuple):
    """One place in which two paragraphs differ."""

    words: str
    """The paragraph's, as they are written; empty where it lacks something."""
    beside: str
    """The witness's."""
    ignored: tuple[Ignored, ...]
    new: tuple[str, ...]
    """Words that are new; none: nothing is."""
    kinds: tuple[str, ...]
    """Names of `dedup.model.differences.Difference`: of what kinds that is which is new, or else what differs."""


class PairLife(NamedTuple):
    """Two paragraphs compared."""

    covered: bool
    similarity: float
    coverage: float
    kinds: tuple[str, ...]
    gaps: tuple[GapLife, ...]
    """Those that were examined; none where the two have too little in common, or the same words."""
    new: tuple[tuple[int, int], ...]
    """Characters of the paragraph's words that are new."""


@dataclass(frozen=True)
class Candidate:
    """Another paragraph that this one was compared with, or might have been."""

    at: Standing
    text: str
    same: bool
    """It has the same words."""
    votes: int | None
    """Runs of words that both have; None: not counted, as it was found in another way."""
    went: bool
    """It has gone itself."""
    apart: str
    """Why the two are about different things whatever they say (`dedup.resolve.document.blocks.Matcher.why_apart`), or
    nothing."""
    pair: PairLife | None
    """What the rules say; None where they are not asked: `same`, or `apart`."""
    compared: bool = True
    """The run has compared the two; else it had decided by then."""


class Change(NamedTuple):
    """Other settings under which the paragraph would have another fate."""

    option: str
    """As on the command line: ``--threshold 0.7``."""
    tried: bool
    """The document was decided about with them; else only the pair was compared."""


@dataclass(frozen=True)
class Life:
    """All that is known of one paragraph.

    Attributes:
        at: where it stands.
        last: its last line; None in a file of many documents.
        document: name or id of the document.
        paragraphs: of the document.
        start, end: its characters, in the document.
        words: it has.
        key: hash of its words, in order.
        lines: of which it was put together; `why_joined` says why, if more than one.
        in_document: lines of the document that are not blank.
        went: it goes.
        reason: as the run tells it (`dedup.model.explanation.Explanation.reason`); for one that stays and of which the
            run tells nothing, why it does: ``only``, ``wordless``, ``short``, ``exact``, ``unique``, ``unlike``,
            ``apart``, ``source``, `dedup.resolve.document.trace.MEANT` and the like, ``neighbours``, ``fault``.
        detail: says more of the reason, in a word.
        witness: what it goes for, or is nearest to; None: nothing.
        witness_text: its words.
        others: further witnesses, which cover it together.
        pair: how it compares with its witness; None: the same words, or no single witness.
        similarity, coverage: as the run tells them; None where it does not.
        block: paragraphs of the block in which it goes, or 0.
        documents: for boilerplate: in how many it stands.
        went_for_it: paragraphs of the document that went for this one.
        candidates: the best ones.
        more: candidates that are not told of.
        changes: what would change it.
        changes_tried: other settings were tried, on the document or the pair.
        settings: under which all this is.
    """

    at: Standing
    last: int | None
    document: str
    paragraphs: int
    start: int
    end: int
    text: str
    words: int
    key: str
    lines: int
    why_joined: str
    in_document: int
    went: bool
    reason: str
    detail: str
    witness: Standing | None
    witness_text: str
    others: tuple[Standing, ...]
    pair: PairLife | None
    similarity: float | None
    coverage: float | None
    block: int
    documents: int | None
    went_for_it: int
    candidates: tuple[Candidate, ...]
    more: int
    changes: tuple[Change, ...]
    changes_tried: bool
    settings: Settings
