"""Runs without the face, and a kernel whose decisions a test can foresee."""

from __future__ import annotations

import io
import itertools
import random
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import assume

from dedup.engines.run import run
from dedup.formats.files.compression import by_magic
from dedup.model.decisions import Compared, Decision, Elsewhere, Reason, Removal, Witness
from dedup.model.job import Job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.model.errors import DedupError
    from dedup.model.explanation import Explanation
    from dedup.model.outcome import Outcome
    from dedup.model.settings import Settings

MARK = "%"
"""A line that holds it is cut by `marked_decide`, unless it is the first one."""


@dataclass
class Recorder:
    """Keeps what a run tells."""

    problems: list[DedupError] = field(default_factory=list)
    explanations: list[Explanation] = field(default_factory=list)
    diffs: list[bytes] = field(default_factory=list)
    steps: list[tuple[int, int | None]] = field(default_factory=list)
    stages: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    important: list[str] = field(default_factory=list)
    more: int = 0
    """Problems that were counted and not told."""

    def problem(self, error: DedupError, *, more: int = 0) -> None:
        """Keep a problem."""
        self.problems.append(error)
        self.more += more

    def explained(self, explanation: Explanation) -> None:
        """Keep an explanation."""
        self.explanations.append(explanation)

    def diff(self, text: bytes) -> None:
        """Keep a piece of diff."""
        self.diffs.append(text)

    def progress(self, done: int, total: int | None, stage: str = "", unit: str = "bytes") -> None:
        """Keep a step."""
        self.steps.append((done, total))
        if (stage, unit) not in self.stages:
            self.stages.append((stage, unit))

    def note(self, text: str, *, important: bool = False) -> None:
        """Keep a note."""
        self.notes.append(text)
        if important:
            self.important.append(text)


def assume_plain(data: bytes) -> None:
    """Leave out what begins as compressed data do: it is unpacked, or refused as damaged."""
    assume(by_magic(data) is None)


def marked_decide(texts: Sequence[str], settings: Settings, *, explain: bool = False) -> list[Decision]:
    """Cut each marked line but the first one, with its line end; a last line with the line end before it."""
    del settings, explain
    return [_decision(text) for text in texts]


def _decision(text: str) -> Decision:
    lines = [match.span() for match in re.finditer(r"[^\n]*\n|[^\n]+", text)]
    removals: list[Removal] = []
    for number, (start, end) in enumerate(lines):
        if number == 0 or MARK not in text[start:end]:
            continue
        ended = text[end - 1] == "\n"
        bare = end - 1 if ended else end
        taken = bool(removals) and removals[-1].cut_end == start
        cut_start = start if ended or taken else start - 1
        removals.append(
            Removal(
                number,
                start,
                bare,
                cut_start,
                end,
                (Reason.EXACT, Reason.NEAR, Reason.BLOCK)[number % 3],
                Compared.ALIGNED,
                (Witness(0, lines[0][0], lines[0][1]),),
                0.9,
                1.0,
                block=number if number % 3 == 2 else None,
            )
        )
    return Decision(len(lines), tuple(removals))


def any_decide(texts: Sequence[str], settings: Settings, *, explain: bool = False) -> list[Decision]:
    """Cut spans that follow from the text and make no sense, often all of it; witnesses stand in other documents."""
    del settings, explain
    return [_any_decision(text) for text in texts]


def _any_decision(text: str) -> Decision:
    chance = random.Random(ascii(text))  # noqa: S311 - to be the same every time
    ends = sorted({chance.randrange(len(text) + 1) for _ in range(2 * chance.randrange(4))} if text else ())
    if chance.random() < 0.5:
        ends = [0, *ends, len(text)] if text else []
    removals = []
    for number, (start, end) in enumerate(itertools.pairwise(ends)):
        if start == end or (chance.random() < 0.3 and ends[0]):
            continue
        other = Elsewhere("other.jsonl", "top/other.jsonl", number + 1, "another text")
        removals.append(
            Removal(
                number,
                start,
                end,
                start,
                end,
                tuple(Reason)[number % 4],
                Compared.IDENTICAL if number % 2 else Compared.FOLDED,
                (Witness(number, 3, 7, other), Witness(0, 0, len(text))),
                1.0,
                1.0,
                documents=5 if number % 4 == 3 else None,
            )
        )
    return Decision(len(ends), tuple(removals))


def without_any(text: str) -> str:
    """Return what `any_decide` leaves of a text."""
    return _any_decision(text).apply(text)


def without_marked(text: str) -> str:
    """Return what `marked_decide` leaves of a text."""
    return _decision(text).apply(text)


def run_bytes(data: bytes, **options: Any) -> tuple[bytes, Outcome, Recorder]:
    """Run over standard input; return standard output, the outcome and what was told."""
    out, recorder = io.BytesIO(), Recorder()
    options.setdefault("workers", 1)
    outcome = run(Job(**options), recorder, stdin=io.BytesIO(data), stdout=out)
    return out.getvalue(), outcome, recorder


def run_files(*inputs: object, **options: Any) -> tuple[bytes, Outcome, Recorder]:
    """Run over files; return standard output, the outcome and what was told."""
    out, recorder = io.BytesIO(), Recorder()
    options.setdefault("workers", 1)
    outcome = run(Job(inputs=tuple(map(str, inputs)), **options), recorder, stdout=out)
    return out.getvalue(), outcome, recorder
