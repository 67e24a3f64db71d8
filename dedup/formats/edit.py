"""What a worker does with a task: read the documents, have them judged, and say what is cut and why."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from dedup.decisions import Decision, KeptNear, Removal, Witness
from dedup.errors import InputError
from dedup.formats import empty, jsonl, marks, text
from dedup.formats.codec import printable
from dedup.formats.parts import Done, Kind, Part, Record, Work
from dedup.job import Explanation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

FORMATS: dict[Kind, ModuleType] = {Kind.TEXT: text, Kind.JSONL: jsonl}
"""Kinds of parts that hold documents, and the module that knows how those stand in them."""


class Found(NamedTuple):
    """A document that can be judged, and where it came from."""

    part: Part
    done: Done
    """What comes of the part."""
    record: Record


def process(work: Work, task: Sequence[Part]) -> list[Done]:
    """Do one task: all its documents are judged in one call of the kernel.

    Returns:
        What came of each part, in their order.

    Raises:
        RuntimeError: the kernel's decisions contradict themselves; a bug.
    """
    dones, found = find(work, task)
    if work.only_check_input or not found:
        return dones
    from dedup.document import decide  # noqa: PLC0415 - numpy and the kernels: only where there is something to judge

    carry_out(work, found, decide([one.record.text for one in found], work.settings, explain=work.explain))
    return dones


def find(work: Work, task: Sequence[Part]) -> tuple[list[Done], list[Found]]:
    """Read a task.

    Returns:
        What came of each part so far (problems, counts of documents), in their order; and all documents, in order.
    """
    dones: list[Done] = []
    found: list[Found] = []
    for part in task:
        done = Done()
        dones.append(done)
        if module := FORMATS.get(part.kind):
            found.extend(Found(part, done, record) for record in module.records(part, work, done))
        elif part.problem is not None:
            done.problems.append(part.problem)
            done.counts.documents += 1
            done.counts.too_large += 1
    return dones, found


def carry_out(work: Work, found: Sequence[Found], decisions: Sequence[Decision]) -> None:
    """Write what was decided about each document into what came of its part.

    Raises:
        RuntimeError: the decisions contradict themselves; a bug.
    """
    for one, decision in zip(found, decisions, strict=True):
        counts = one.done.counts
        counts.paragraphs += decision.paragraphs
        counts.comparisons += decision.comparisons
        counts.unsettled += decision.unsettled
        counts.stays(len(decision.held_back))
        counts.stayed([kept.kinds for kept in decision.kept_near])
        if decision.removals or decision.kept_near or decision.held_back or work.mark:
            _Edit(work, one).apply(decision)


class _Edit:
    """One document from which something goes, or about which there is something to tell."""

    def __init__(self, work: Work, found: Found) -> None:
        self._work = work
        self._part, self._done, self._record = found
        self._numbered = self._part.kind is Kind.JSONL
        self._line_starts: list[int] | None = None

    def apply(self, decision: Decision) -> None:
        """Write the document's share into what came of its part."""
        done = self._mark(decision) if self._work.mark else self._remove(decision)
        if not done:
            what = f"cannot be cut byte for byte in {self._work.codec.name}; it passes through unchanged"
            hint = "convert it to UTF-8 first"
            self._done.problems.append(InputError(what, place=self._name(), hint=hint))
        elif self._work.explain:
            self._explain(decision)

    def _mark(self, decision: Decision) -> bool:
        """Add the field that says what would go; False where its place cannot be found."""
        end = jsonl.end_of_members(self._part, self._record, self._work)
        if end is None:
            return False
        at = self._record.start + end
        self._done.cuts.append((at, at))
        self._done.puts[at] = marks.member(decision)
        self._count(decision)
        return True

    def _remove(self, decision: Decision) -> bool:
        """Take out what goes; False where it cannot be cut out."""
        self._log_held(decision.held_back)
        if not decision.removals:
            return True
        where = self._locate(decision.removals)
        if where is None:
            return False
        cuts = self._cuts(decision.removals, where)
        region, put = None, b""
        if self._numbered and self._work.empty != "keep" and empty.is_left_empty(self._record.text, decision):
            put = empty.NULL if self._work.empty == "null" else b""
            region = self._literal() if put else empty.whole_line(self._part, self._record)
            if region is None:
                return False
        base = self._record.start
        self._done.cuts += [(base + start, base + end) for start, end in ([region] if region else cuts)]
        if region and put:
            self._done.puts[base + region[0]] = put
        self._count(decision)
        if self._work.log:
            from dedup.formats.log import removal_lines  # noqa: PLC0415 - most runs keep no log

            pieces = list(empty.pieces(region, cuts, put)) if region else []
            self._done.edits += len(pieces)
            self._done.log += removal_lines(self._part, self._record, decision, where, pieces, numbered=self._numbered)
        if self._work.diff:
            self._done.diff += self._diff(decision.removals)
        return True

    def _log_held(self, removals: Sequence[Removal]) -> None:
        """Log what is held back, unless its place in the document's bytes cannot be told."""
        if not self._work.log or not removals or (where := self._locate(removals)) is None:
            return
        from dedup.formats.log import held_lines  # noqa: PLC0415 - most runs keep no log

        self._done.log += held_lines(self._part, self._record, removals, where, numbered=self._numbered)

    def _literal(self) -> tuple[int, int] | None:
        """Return where the text's literal stands in the record; None where that cannot be told."""
        ends = jsonl.locate(self._part, self._record, [0, len(self._record.text)], self._work)
        return empty.literal(self._part, self._record, *ends) if ends else None

    def _locate(self, removals: Sequence[Removal]) -> dict[int, int] | None:
        """Map all positions that are needed to offsets in the document's bytes."""
        wanted = {
            position
            for removal in removals
            for position in (
                removal.start,
                removal.end,
                removal.cut_start,
                removal.cut_end,
                *(end for witness in _here(removal) for end in (witness.start, witness.end)),
            )
        }
        positions = sorted(wanted)
        offsets = FORMATS[self._part.kind].locate(self._part, self._record, positions, self._work)
        return None if offsets is None else dict(zip(positions, offsets, strict=True))

    def _cuts(self, removals: Sequence[Removal], where: dict[int, int]) -> list[tuple[int, int]]:
        """Return what goes, within the document's own bytes."""
        cuts = []
        before = 0
        for removal in removals:
            start, end = where[removal.cut_start], where[removal.cut_end]
            if not before <= start < end:
                raise RuntimeError(f"{self._name()}: contradicting cuts; this is a bug")
            cuts.append((start, end))
            before = end
        return cuts

    def _count(self, decision: Decision) -> None:
        reasons = [removal.reason.value for removal in decision.removals]
        self._done.counts.went(reasons, emptied=empty.is_left_empty(self._record.text, decision))

    def _diff(self, removals: Sequence[Removal]) -> bytes:
        from dedup.formats.diff import unified  # noqa: PLC0415 - only where a diff is asked for

        cuts = [(removal.cut_start, removal.cut_end) for removal in removals]
        encode = printable if self._numbered else self._work.codec.encode_line
        return unified(self._record.text, cuts, self._name(), encode)

    def _explain(self, decision: Decision) -> None:
        told: list[Removal | KeptNear] = [*decision.removals, *decision.kept_near, *decision.held_back]
        for one in sorted(told, key=lambda one: one.start):
            witness = one.witnesses[0] if isinstance(one, Removal) else one.witness
            goes = isinstance(one, Removal) and one.cut_start < one.cut_end
            self._done.explanations.append(
                Explanation(
                    place=self._place(one.start),
                    document=self._document(),
                    removed=goes,
                    reason=(one.reason.value if goes else "held") if isinstance(one, Removal) else "new",
                    text=self._text(one),
                    witness=self._text(witness),
                    witness_place=self._witness_place(witness),
                    similarity=one.similarity,
                    coverage=one.coverage,
                    new=() if isinstance(one, Removal) else tuple((a - one.start, b - one.start) for a, b in one.new),
                    documents=one.documents if isinstance(one, Removal) else None,
                    kinds=one.differs if isinstance(one, Removal) else one.kinds,
                )
            )

    def _text(self, span: Removal | KeptNear | Witness) -> str:
        if isinstance(span, Witness) and span.elsewhere is not None:
            return span.elsewhere.text
        return self._record.text[span.start : span.end]

    def _document(self) -> str:
        return self._name() if self._record.id is None else str(self._record.id)

    def _name(self) -> str:
        """Return the name of the document: its file, and in a file of many its line."""
        return f"{self._part.name}:{self._record.line}" if self._numbered else self._part.name

    def _witness_place(self, witness: Witness) -> str:
        if (other := witness.elsewhere) is None:
            return self._place(witness.start)
        return other.name if other.line is None else f"{other.name}:{other.line}"

    def _place(self, position: int) -> str:
        """Return ``FILE:LINE`` of a position in the text; in a file of many documents the document's line."""
        if self._numbered:
            return self._name()
        if self._line_starts is None:
            # As an editor counts: LF, CRLF, or CR.
            self._line_starts = [match.end() for match in re.finditer(r"\r\n?|\n", self._record.text)]
        return f"{self._part.name}:{bisect_right(self._line_starts, position) + 1}"


def _here(removal: Removal) -> list[Witness]:
    """Return the witnesses that stand in the removed paragraph's own document."""
    return [witness for witness in removal.witnesses if witness.elsewhere is None]
