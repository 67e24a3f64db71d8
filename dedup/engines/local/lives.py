"""The lives of the paragraphs of a document, told from the decision about it and from what it was decided by."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.formats.edits import lines_of
from dedup.model.decisions import Removal
from dedup.model.explanation import Standing
from dedup.model.life import MOST_CANDIDATES, Candidate, Life
from dedup.resolve.document.examined import examine
from dedup.shingling import keys, tokenise
from dedup.text.line_forms import LineForm
from dedup.text.lines import lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dedup.formats.edits import LocatedDocument
    from dedup.formats.parts import Work
    from dedup.model.decisions import Decision, KeptNear, Witness
    from dedup.model.life import Change, PairLife

_JOINED = {LineForm.FENCE: "fence", LineForm.TABLE: "table"}


class Why(NamedTuple):
    """Why a paragraph stays of which the run tells nothing: see `dedup.model.life.Life.reason`."""

    reason: str
    detail: str = ""
    witness: tuple[Standing, str] | None = None
    """What it would have gone for, and its words."""


class Facts(NamedTuple):
    """What is known of one paragraph besides the decision."""

    why: Why
    candidates: list[Candidate]
    """Best first, those that are told of."""
    more: int
    went_for_it: int


@dataclass(frozen=True)
class Told:
    """A document of which lives are told.

    Attributes:
        work: what is asked for.
        located: the document.
        spans: (start, end) of its paragraphs.
        decision: about it.
        facts: returns what is known of a paragraph, by its number.
        changes: returns what would change its fate, and whether that was tried.
    """

    work: Work
    located: LocatedDocument
    spans: Sequence[tuple[int, int]]
    decision: Decision
    facts: Callable[[int], Facts]
    changes: Callable[[int, PairLife | None], tuple[tuple[Change, ...], bool]]

    @cached_property
    def line_of(self) -> Callable[[int], int]:
        """What tells the line of a position in the text."""
        return lines_of(self.work, self.located)

    def standing(self, number: int) -> Standing:
        """Return where a paragraph stands."""
        line = self.line_of(self.spans[number][0])
        return Standing(self.located.part.name, line, number, self.located.record.site)

    def text(self, number: int) -> str:
        """Return the text of a paragraph."""
        start, end = self.spans[number]
        return self.located.record.text[start:end]

    def last_line(self) -> int:
        """Return the line on which the text ends."""
        return self.line_of(max(len(self.located.record.text) - 1, 0))

    def is_on(self, number: int, line: int) -> bool:
        """Return True if a paragraph stands on a line of the text."""
        start, end = self.spans[number]
        return self.line_of(start) <= line <= self.line_of(max(start, end - 1))

    def lives(self, chosen: Sequence[int], *, changes: bool) -> Iterator[Life]:
        """Yield the lives of some paragraphs; `changes`: with what would change them."""
        text = self.located.record.text
        starts, ends = np.array(self.spans, np.int64).reshape(-1, 2).T
        words = tokenise(text, starts, ends)
        sizes, hashes = np.diff(words.offsets).tolist(), keys(words).tolist()
        how = _Told(
            self if changes else replace(self, changes=_untried),
            Counter(one.block for one in self.decision.removals if one.block is not None),
        )
        for number in chosen:
            yield how.life(number, sizes[number], f"{hashes[number]:016x}")


def _untried(_: int, __: PairLife | None) -> tuple[tuple[Change, ...], bool]:
    return (), False


class _Told:
    """Tells lives of one document."""

    def __init__(self, told: Told, blocks: Mapping[int, int]) -> None:
        self._told = told
        self._blocks = blocks
        decision = told.decision
        self._gone = {one.paragraph: one for one in decision.removals}
        self._near = {one.paragraph: one for one in decision.kept_near}
        self._held = {one.paragraph: one for one in decision.held_back}
        self._lines = lines(told.located.record.text)
        self._numbered = told.located.part.numbered

    def life(self, number: int, words: int, key: str) -> Life:
        """Return the life of a paragraph."""
        told, record = self._told, self._told.located.record
        facts = told.facts(number)
        run = self._gone.get(number) or self._near.get(number) or self._held.get(number)
        went = number in self._gone
        reason, detail = self._reason(number, facts.why)
        at, text = told.standing(number), told.text(number)
        witness, witness_text, others = self._witness(run, facts.why)
        pair = None
        if witness is not None and not others and witness_text != text and words:
            pair = examine(witness_text, text, told.work.settings)
        changes, tried = told.changes(number, pair)
        start, end = told.spans[number]
        number_of_lines, why_joined = self._joined(start, end)
        return Life(
            at=at,
            last=None if self._numbered else told.line_of(max(start, end - 1)),
            document=told.located.part.place(record.line) if record.id is None else str(record.id),
            paragraphs=len(told.spans),
            start=start,
            end=end,
            text=text,
            words=words,
            key=key,
            lines=number_of_lines,
            why_joined=why_joined,
            in_document=len(self._lines),
            went=went,
            reason=reason,
            detail=detail,
            witness=witness,
            witness_text=witness_text,
            others=others,
            pair=pair,
            similarity=None if run is None else run.similarity,
            coverage=None if run is None else run.coverage,
            block=self._block(number),
            documents=self._gone[number].documents if went else None,
            went_for_it=facts.went_for_it,
            candidates=tuple(facts.candidates),
            more=facts.more,
            changes=changes,
            changes_tried=tried,
            settings=told.work.settings,
        )

    def _reason(self, number: int, why: Why) -> tuple[str, str]:
        if number in self._gone:
            return self._gone[number].reason.value, ""
        if self._told.decision.fault is not None:
            return "fault", ""
        if number in self._held:
            return "held", "unsettled" if self._told.decision.unsettled else ""
        return ("new", "") if number in self._near else (why.reason, why.detail)

    def _block(self, number: int) -> int:
        block = self._gone[number].block if number in self._gone else None
        return 0 if block is None else self._blocks[block]

    def _witness(self, run: Removal | KeptNear | None, why: Why) -> tuple[Standing | None, str, tuple[Standing, ...]]:
        """Return what a paragraph goes for, or is nearest to; its text; and further ones."""
        if run is None:
            return (None, "", ()) if why.witness is None else (*why.witness, ())
        witnesses = list(run.witnesses) if isinstance(run, Removal) else [run.witness]
        if not witnesses:
            return None, "", ()
        first, *others = witnesses
        return self._standing(first), self._text(first), tuple(map(self._standing, others))

    def _standing(self, witness: Witness) -> Standing:
        if witness.elsewhere is not None:
            return Standing(witness.elsewhere.name, witness.elsewhere.line, witness.paragraph)
        return self._told.standing(witness.paragraph)

    def _text(self, witness: Witness) -> str:
        return self._told.text(witness.paragraph) if witness.elsewhere is None else witness.elsewhere.text

    def _joined(self, start: int, end: int) -> tuple[int, str]:
        """Return of how many lines a paragraph was put together, and why, in a word."""
        mine = [line for line in self._lines if start <= line.start < end]
        if len(mine) <= 1:
            return len(mine), ""
        why = _JOINED.get(mine[0].form)
        return len(mine), why or ("blank" if self._told.work.settings.split == "blank" else "wrapped")


def best_first(candidates: Sequence[int]) -> tuple[list[int], int]:
    """Return the candidates that are told of, and how many are not."""
    return list(candidates[:MOST_CANDIDATES]), max(len(candidates) - MOST_CANDIDATES, 0)
