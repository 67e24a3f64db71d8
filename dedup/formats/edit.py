"""What a worker does with a task: read the documents, have them judged, and say what is cut and why."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from dedup.decisions import Decision, KeptNear, Reason, Removal, Witness
from dedup.errors import InputError
from dedup.formats import jsonl, text
from dedup.formats.codec import printable
from dedup.formats.parts import Done, Kind, Part, Record, Work
from dedup.job import Explanation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

_FORMATS: dict[Kind, ModuleType] = {Kind.TEXT: text, Kind.JSONL: jsonl}


def process(work: Work, task: Sequence[Part]) -> list[Done]:
    """Do one task: all its documents are judged in one call of the kernel.

    Returns:
        What came of each part, in their order.

    Raises:
        RuntimeError: the kernel's decisions contradict themselves; a bug.
    """
    out: list[Done] = []
    found: list[tuple[Part, Done, Record]] = []
    for part in task:
        done = Done()
        out.append(done)
        if module := _FORMATS.get(part.kind):
            found.extend((part, done, record) for record in module.records(part, work, done))
        elif part.problem is not None:
            done.problems.append(part.problem)
            done.counts.documents += 1
            done.counts.too_large += 1
    if work.only_check_input or not found:
        return out
    from dedup.document import decide  # noqa: PLC0415 - numpy and the kernels: only where there is something to judge

    decisions = decide([record.text for _, _, record in found], work.settings, explain=work.explain)
    for (part, done, record), decision in zip(found, decisions, strict=True):
        _count(done, decision)
        if decision.removals or decision.kept_near:
            _Edit(work, part, done, record).apply(decision)
    return out


def _count(done: Done, decision: Decision) -> None:
    done.counts.paragraphs += decision.paragraphs
    done.counts.comparisons += decision.comparisons
    done.counts.unsettled += decision.unsettled


class _Edit:
    """One document from which something goes, or about which there is something to tell."""

    def __init__(self, work: Work, part: Part, done: Done, record: Record) -> None:
        self._work = work
        self._part = part
        self._done = done
        self._record = record
        self._numbered = part.kind is Kind.JSONL
        self._line_starts: list[int] | None = None

    def apply(self, decision: Decision) -> None:
        """Write the document's share into what came of its part."""
        if decision.removals and (where := self._locate(decision.removals)):
            self._cut(decision.removals, where)
            if self._work.log:
                from dedup.formats.log import removal_lines  # noqa: PLC0415 - most runs keep no log

                self._done.log += removal_lines(self._part, self._record, decision, where, numbered=self._numbered)
            if self._work.diff:
                self._done.diff += self._diff(decision.removals)
        elif decision.removals:
            what = f"cannot be cut byte for byte in {self._work.codec.name}; it passes through unchanged"
            hint = "convert it to UTF-8 first"
            self._done.problems.append(InputError(what, place=self._name(), hint=hint))
            return
        if self._work.explain:
            self._explain(decision)

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
                *(end for witness in removal.witnesses for end in (witness.start, witness.end)),
            )
        }
        positions = sorted(wanted)
        offsets = _FORMATS[self._part.kind].locate(self._part, self._record, positions, self._work)
        return None if offsets is None else dict(zip(positions, offsets, strict=True))

    def _cut(self, removals: Sequence[Removal], where: dict[int, int]) -> None:
        base = self._record.start
        before = 0
        counts = self._done.counts
        for removal in removals:
            start, end = where[removal.cut_start], where[removal.cut_end]
            if not before <= start < end:
                raise RuntimeError(f"{self._name()}: contradicting cuts; this is a bug")
            self._done.cuts.append((base + start, base + end))
            before = end
            counts.exact += removal.reason is Reason.EXACT
            counts.near += removal.reason is Reason.NEAR
            counts.block += removal.reason is Reason.BLOCK
        counts.changed += 1

    def _diff(self, removals: Sequence[Removal]) -> bytes:
        from dedup.formats.diff import unified  # noqa: PLC0415 - only where a diff is asked for

        cuts = [(removal.cut_start, removal.cut_end) for removal in removals]
        encode = printable if self._numbered else self._work.codec.encode_line
        return unified(self._record.text, cuts, self._name(), encode)

    def _explain(self, decision: Decision) -> None:
        told: list[Removal | KeptNear] = [*decision.removals, *decision.kept_near]
        for one in sorted(told, key=lambda one: one.start):
            witness = one.witnesses[0] if isinstance(one, Removal) else one.witness
            self._done.explanations.append(
                Explanation(
                    place=self._place(one.start),
                    document=self._document(),
                    removed=isinstance(one, Removal),
                    reason=one.reason.value if isinstance(one, Removal) else "new",
                    text=self._text(one),
                    witness=self._text(witness),
                    witness_place=self._place(witness.start),
                    similarity=one.similarity,
                    coverage=one.coverage,
                    new=() if isinstance(one, Removal) else tuple((a - one.start, b - one.start) for a, b in one.new),
                )
            )

    def _text(self, span: Removal | KeptNear | Witness) -> str:
        return self._record.text[span.start : span.end]

    def _document(self) -> str:
        return self._name() if self._record.id is None else str(self._record.id)

    def _name(self) -> str:
        """Return the name of the document: its file, and in a file of many its line."""
        return f"{self._part.name}:{self._record.line}" if self._numbered else self._part.name

    def _place(self, position: int) -> str:
        """Return ``FILE:LINE`` of a position in the text; in a file of many documents the document's line."""
        if self._numbered:
            return self._name()
        if self._line_starts is None:
            # As an editor counts: LF, CRLF, or CR.
            self._line_starts = [match.end() for match in re.finditer(r"\r\n?|\n", self._record.text)]
        return f"{self._part.name}:{bisect_right(self._line_starts, position) + 1}"
