"""From documents to edits, whatever their format: what a worker reads, what is cut from it, and why."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from dedup.formats import jsonl_edits
from dedup.formats.files.encoding import printable
from dedup.formats.parts import PartResult, TooLargeError
from dedup.model.containment import attempt, itself
from dedup.model.decisions import Removal, Witness
from dedup.model.errors import InputError
from dedup.model.explanation import Explanation, Standing
from dedup.model.outcome import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dedup.formats.parts import Format, Part, Piece, Record, Work
    from dedup.model.containment import Fault
    from dedup.model.decisions import Decision, KeptNear

_CR, _LF = b"\r", b"\n"
LEFT = "the document is kept as it is"
"""What is told of a document with which a kernel raises."""


class LocatedDocument(NamedTuple):
    """A document that can be judged, and where it came from."""

    part: Part
    result: PartResult
    """What comes of the part."""
    record: Record


def read_documents(work: Work, task: Sequence[Part]) -> tuple[list[PartResult], list[LocatedDocument]]:
    """Read a task.

    Returns:
        What came of each part so far (problems, counts of documents), in their order; and all documents, in order.
    """
    results: list[PartResult] = []
    found: list[LocatedDocument] = []
    for part in task:
        result = PartResult()
        results.append(result)
        if part.format is not None:
            found.extend(LocatedDocument(part, result, one) for one in _records(part, part.format, work, result))
        elif part.without_text:
            result.counts.without_text[part.without_text] += 1
        elif part.problem is not None:
            result.problems.append(part.problem)
            result.counts.documents += 1
            result.counts.too_large += isinstance(part.problem, TooLargeError)
    return results, found


def _records(part: Part, form: Format, work: Work, result: PartResult) -> list[Record]:
    """Return the documents of a part; one that cannot be read for a fault of this program is told of."""

    def each(fault: Fault) -> list[Record]:
        result.counts, result.problems = Counts(), []
        if form.single is not None:
            return list(chain.from_iterable(_alone(one, form, at, work, result) for one, at in form.single(part)))
        return _unread(part, result, fault)

    return attempt(lambda: form.records(part, work, result), each)


def _alone(one: Part, form: Format, at: int, work: Work, result: PartResult) -> list[Record]:
    """Return the document of a part that begins at a place in a larger one."""
    mine = PartResult()
    found = attempt(lambda: form.records(one, work, mine), lambda fault: _unread(one, mine, fault))
    result.counts.add(mine.counts)
    result.problems += mine.problems
    return [replace(record, start=at + record.start, end=at + record.end) for record in found]


def _unread(part: Part, result: PartResult, fault: Fault) -> list[Record]:
    """Tell of a part that holds one document, which cannot be read; return no documents."""
    result.counts.documents = 1
    result.problems = [fault.as_error(part.place(part.line), LEFT)]
    return []


def carry_out(work: Work, found: Sequence[LocatedDocument], decisions: Sequence[Decision]) -> None:
    """Write what was decided about each document into what came of its part."""
    for one, decision in zip(found, decisions, strict=True):
        cuts = len(one.result.cuts)
        _carry_out(work, one, decision)
        if work.measure:
            from dedup.formats.measuring import measure  # most runs measure nothing

            is_cut = len(one.result.cuts) > cuts and not work.mark
            text = one.record.text
            place = one.part.place(one.record.line)
            measure(one.result, place, text, decision.apply(text) if is_cut else text)


def _carry_out(work: Work, one: LocatedDocument, decision: Decision) -> None:
    """Write what was decided about a document into what came of its part."""
    counts = one.result.counts
    counts.paragraphs += decision.paragraphs
    counts.comparisons += decision.comparisons
    if decision.fault is not None:
        left_as_it_is(work, one, decision.fault)
        return
    if decision.removals or decision.kept_near or decision.held_back or work.mark:
        fault = attempt(partial(_Edit(work, one).apply, decision), itself)
        if fault is not None:
            left_as_it_is(work, one, fault)
            return
    counts.unsettled += decision.unsettled
    counts.stays(len(decision.held_back))
    counts.stayed([kept.kinds for kept in decision.kept_near])


def left_as_it_is(work: Work, one: LocatedDocument, fault: Fault, kept: str = LEFT) -> None:
    """Tell of a document with which a kernel raised; `kept`: what was kept as it is."""
    place = one.part.place(one.record.line)
    one.result.problems.append(fault.as_error(place, kept, [one.record.text] if work.keep_texts else ()))


def lines_of(work: Work, one: LocatedDocument) -> Callable[[int], int]:
    """Return what tells the line of a position in a document's text, as explanations do."""
    return _Edit(work, one)._line  # noqa: SLF001 - of this module


class _Change(NamedTuple):
    """What becomes of a document; the fields are those of `dedup.formats.parts.PartResult`."""

    cuts: list[tuple[int, int]]
    insertions: dict[int, bytes]
    log: bytes = b""
    edits: int = 0
    diff: bytes = b""


class _Edit:
    """One document from which something goes, or about which there is something to tell."""

    def __init__(self, work: Work, found: LocatedDocument) -> None:
        self._work = work
        self._part, self._result, self._record = found
        assert self._part.format is not None  # noqa: S101 - it holds the record
        self._format = self._part.format
        self._line_starts: list[int] | None = None

    def apply(self, decision: Decision) -> None:
        """Write the document's share into what came of its part: all of it, or, where something raises, nothing."""
        change = self._mark(decision) if self._work.mark else self._remove(decision)
        if change is None:
            what = f"cannot be cut byte for byte in {self._work.codec.name}; it passes through unchanged"
            hint = "convert it to UTF-8 first"
            self._result.problems.append(InputError(what, place=self._name(), hint=hint))
            return
        explanations = attempt(partial(self._explanations, decision), self._unexplained) if self._work.explain else []
        emptied = jsonl_edits.is_left_empty(self._record.text, decision)
        # From here on nothing raises.
        result = self._result
        result.cuts += change.cuts
        result.insertions.update(change.insertions)
        result.log += change.log
        result.edits += change.edits
        result.diff += change.diff
        result.explanations += explanations
        if change.cuts:
            result.counts.went([removal.reason.value for removal in decision.removals], emptied=emptied)

    def _mark(self, decision: Decision) -> _Change | None:
        """Return the field that says what would go; None where its place cannot be found."""
        assert self._format.end_of_members is not None  # noqa: S101 - else the record was told of when it was read
        end = self._format.end_of_members(self._part, self._record, self._work)
        if end is None:
            return None
        at = self._record.start + end
        return _Change([(at, at)], {at: jsonl_edits.member(decision)})

    def _remove(self, decision: Decision) -> _Change | None:
        """Return what goes; None where it cannot be cut out."""
        held = self._held(decision.held_back)
        if not decision.removals:
            return _Change([], {}, held)
        where = self._locate(decision.removals)
        if where is None:
            return None
        cuts = self._cuts(decision.removals, where)
        if cuts is None:
            return None
        region, put = None, b""
        empty = self._work.empty
        if empty != "keep" and not jsonl_edits.is_left_empty(self._record.text, decision):
            empty = "keep"
        if self._format.numbered and empty == "drop":
            region = jsonl_edits.whole_line(self._part, self._record)
        elif self._format.literal is not None and empty == "null":
            put, region = jsonl_edits.NULL, self._format.literal(self._part, self._record, self._work)
            if region is None:
                return None
        pieces = list(jsonl_edits.pieces(region, cuts, put)) if region else self._amended(cuts)
        base = self._record.start
        going = [(base + start, base + end) for start, end in ([region] if region else cuts)]
        insertions = {base + region[0]: put} if region and put else {}
        if pieces and not region:
            going = sorted([*going, *((base + one.start, base + one.end) for one in pieces)])
            insertions = {base + one.start: one.put for one in pieces}
        log, edits = b"", 0
        if self._work.log:
            from dedup.formats.log.entries import Entries, removal_lines  # most runs keep no log

            edits = len(pieces)
            entries = Entries.of(self._record.text, decision.removals, where, cuts)
            log = removal_lines(self._work, self._part, self._record, entries, pieces)
        return _Change(going, insertions, held + log, edits, self._diff(decision.removals) if self._work.diff else b"")

    def _amended(self, cuts: list[tuple[int, int]]) -> list[Piece]:
        """Return what else changes in the document's own bytes when these cuts leave them."""
        return [] if self._format.amend is None else self._format.amend(self._part, self._record, cuts, self._work)

    def _held(self, removals: Sequence[Removal]) -> bytes:
        """Return the log's lines for what is held back; none if its place in the document's bytes cannot be told."""
        if not self._work.log or not removals or (where := self._locate(removals)) is None:
            return b""
        from dedup.formats.log.entries import Entries, held_lines  # most runs keep no log

        return held_lines(self._part, self._record, Entries.of(self._record.text, removals, where))

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
                *(end for one in removal.witnesses if one.elsewhere is None for end in (one.start, one.end)),
            )
        }
        positions = sorted(wanted)
        offsets = self._format.locate(self._part, self._record, positions, self._work)
        return None if offsets is None else dict(zip(positions, offsets, strict=True))

    def _cuts(self, removals: Sequence[Removal], where: dict[int, int]) -> list[tuple[int, int]] | None:
        """Return what goes, within the document's own bytes; None where it cannot be cut out."""
        cuts: list[tuple[int, int]] | None
        if self._format.removed is None:
            cuts = [(where[removal.cut_start], where[removal.cut_end]) for removal in removals]
        else:
            spans = [(one.start, one.end, one.cut_start, one.cut_end) for one in removals]
            cuts = self._format.removed(self._part, self._record, spans, self._work)
        before = 0
        for start, end in cuts or ():
            if not before <= start < end:
                raise RuntimeError(f"{self._name()}: contradicting cuts; this is a bug")
            before = end
        return cuts

    def _diff(self, removals: Sequence[Removal]) -> bytes:
        from dedup.formats.unified_diff import unified  # only where a diff is asked for

        cuts = [(removal.cut_start, removal.cut_end) for removal in removals]
        encode = printable if self._format.numbered else self._work.codec.encode_line
        return unified(self._record.text, cuts, self._name(), encode)

    def _explanations(self, decision: Decision) -> list[Explanation]:
        told: list[Removal | KeptNear] = [*decision.removals, *decision.kept_near, *decision.held_back]
        return [self._explained(one) for one in sorted(told, key=lambda one: one.start)]

    def _unexplained(self, fault: Fault) -> list[Explanation]:
        """Tell that nothing is explained; to explain what goes changes nothing else, even if it raises."""
        left_as_it_is(
            self._work, LocatedDocument(self._part, self._result, self._record), fault, "what goes is not explained"
        )
        return []

    def _explained(self, one: Removal | KeptNear) -> Explanation:
        witness = one.witnesses[0] if isinstance(one, Removal) else one.witness
        goes = isinstance(one, Removal) and one.cut_start < one.cut_end
        return Explanation(
            at=self._standing(one),
            document=self._name() if self._record.id is None else str(self._record.id),
            removed=goes,
            reason=(one.reason.value if goes else "held") if isinstance(one, Removal) else "new",
            text=self._text(one),
            witness=self._text(witness),
            beside=self._standing(witness),
            similarity=one.similarity,
            coverage=one.coverage,
            new=() if isinstance(one, Removal) else tuple((a - one.start, b - one.start) for a, b in one.new),
            documents=one.documents if isinstance(one, Removal) else None,
            kinds=one.differs if isinstance(one, Removal) else one.kinds,
            elsewhere=witness.elsewhere is not None,
            block=one.block if isinstance(one, Removal) else None,
            numbered=self._format.numbered,
            end_line=None if self._format.numbered or self._format.written != "plain" else self._line(one.end),
            together=isinstance(one, Removal) and len(one.witnesses) > 1,
        )

    def _text(self, span: Removal | KeptNear | Witness) -> str:
        if isinstance(span, Witness) and span.elsewhere is not None:
            return span.elsewhere.text
        return self._record.text[span.start : span.end]

    def _name(self) -> str:
        """Return the name of the document: its file, and in a file of many its line."""
        return self._part.place(self._record.line)

    def _standing(self, one: Removal | KeptNear | Witness) -> Standing:
        if isinstance(one, Witness) and (other := one.elsewhere) is not None:
            return Standing(other.name, other.line, one.paragraph)
        return Standing(self._part.name, self._line(one.start), one.paragraph, self._record.site)

    def _line(self, position: int) -> int:
        """Return the line of a position in the text; in a file of many documents the document's line."""
        if self._format.numbered:
            return self._record.line
        if self._format.written != "plain":
            found = self._format.locate(self._part, self._record, [position], self._work)
            before = self._part.data[: found[0] if found else 0]
            return before.count(_LF) + before.count(_CR) - before.count(_CR + _LF) + 1
        if self._line_starts is None:
            # As an editor counts: LF, CRLF, or CR.
            self._line_starts = [match.end() for match in re.finditer(r"\r\n?|\n", self._record.text)]
        return bisect_right(self._line_starts, position) + 1
