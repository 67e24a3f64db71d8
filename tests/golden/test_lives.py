"""`--explain` agrees with the run: for every paragraph of every golden case."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from dedup.command import parser
from dedup.engines.run import explain, run
from dedup.model.errors import InputError
from dedup.report.explain import REASONS
from dedup.report.lives import DETAILS, STAYS, render
from dedup.report.terminal import Stream
from tests.golden.test_golden import CASES

if TYPE_CHECKING:
    from dedup.model.errors import DedupError
    from dedup.model.explanation import Explanation
    from dedup.model.job import Job
    from dedup.model.life import Life
    from dedup.model.outcome import Outcome
    from tests.support.golden import Case

WIDTH = 80
TOLD = {"exact", "near", "block", "boilerplate", "new", "held"}
"""Outcomes that the run tells of."""


class Heard:
    """Keeps what a run tells."""

    def __init__(self) -> None:
        self.told: list[Explanation] = []
        self.problems: list[DedupError] = []

    def explained(self, explanation: Explanation) -> None:
        """Keep it."""
        self.told.append(explanation)

    def problem(self, error: DedupError, *, more: int = 0) -> None:
        """Keep it."""
        self.problems += [error] * (1 + more)

    def ignored(self, *_: object, **__: object) -> None:
        """Ignored."""

    diff = progress = note = ignored


def job_of(case: Case) -> Job:
    """Return what a case asks for, as ``--explain`` does."""
    command = parser.build()
    arguments = ["--isolated", *case.flags, "--workers", "1"]
    with command.make_context("dedup", arguments) as context:
        job: Job = command.invoke(context).job
    return replace(job, mode="check", explain=True, empty="keep", mark=False, max_removed=None)


def outcome_of(case: Case) -> tuple[Outcome, dict[tuple[int | None, int], tuple[object, ...]]]:
    """Run a case, and return what the run tells of each paragraph, by its line and number."""
    heard = Heard()
    outcome = run(job_of(case), heard, stdin=io.BytesIO(case.input), stdout=io.BytesIO())
    return outcome, {
        (one.at.line, one.at.paragraph): (one.removed, one.reason, one.beside.place, one.beside.paragraph)
        for one in heard.told
    }


def lives_of(case: Case, *, changes: bool = False) -> list[Life]:
    lives: list[Life] = []
    explain(job_of(case), "-", Heard(), lives.append, stdin=io.BytesIO(case.input), changes=changes)
    return lives


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_life_ends_as_the_run_has_it(case: Case) -> None:
    """Went or stayed, the reason, and the witness; and there is a life for each paragraph."""
    outcome, told = outcome_of(case)
    if not outcome.counts.paragraphs:
        with pytest.raises(InputError):
            lives_of(case)
        return
    lives = lives_of(case)
    assert len(lives) == outcome.counts.paragraphs
    assert sum(life.went for life in lives) == outcome.counts.removed
    for life in lives:
        expected = told.pop((life.at.line, life.at.paragraph), None)
        if expected is None:
            assert not life.went
            assert life.reason not in TOLD, life
        else:
            assert life.witness is not None
            assert (life.went, life.reason, life.witness.place, life.witness.paragraph) == expected
    assert not told


@pytest.mark.parametrize("case", CASES[::7], ids=str)
def test_a_life_is_told_within_the_width_and_says_why(case: Case) -> None:
    """Whatever the outcome is, there are words for it; no line is wider than the terminal; colour adds no words."""
    for life in lives_of(case) if case.input.strip() else ():
        shown = render(life, Stream(), WIDTH)
        assert max(map(cell_len, shown.split("\n"))) <= WIDTH
        assert f"{'goes' if life.went else 'stays'}: " in shown
        assert life.reason in (REASONS if life.went else STAYS)
        assert life.went or life.detail.isdigit() or not life.detail or life.detail in {**STAYS, **DETAILS}
        coloured = re.sub(r"\x1b\[[\d;]*m", "", render(life, Stream(terminal=True, color=True), WIDTH))
        assert re.sub(r"\[[+-]|[+-]\]|\s", "", shown) == re.sub(r"\[[+-]|[+-]\]|\s", "", coloured)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("contents-and-headings", ("meant", "pieces")),
        ("bidders-per-lot-hi", ("meant", "form")),
        ("licence-notices", ("meant", "series")),
        ("release-notes", ("meant", "cells")),
        ("clause-under-two-underlined-headings", ("meant", "subject")),
        ("clause-in-two-sections", ("apart", "entry")),
        ("front-matter-and-headline-en", ("apart", "front-matter")),
        ("comment-headers", ("unlike", "")),
        ("dialogue-short-answers", ("short", "")),
        ("contents-with-links-headings-stay", ("stray", "")),
        ("poem-refrain", ("neighbours", "")),
        ("table-cells-repeat", ("only", "")),
    ],
)
def test_what_stays_without_a_word_says_why(name: str, why: tuple[str, str]) -> None:
    """Of paragraphs of which the run tells nothing, the step that has kept them is named."""
    [case] = [case for case in CASES if case.name == name]
    assert why in {(life.reason, life.detail) for life in lives_of(case)}


def test_what_would_change_an_outcome_does_so() -> None:
    """Each setting that is said to change it is one under which a run decides otherwise."""
    case = next(case for case in CASES if case.name == "doubled-one-number-changed")
    tried = 0
    for life in lives_of(case, changes=True):
        for change in life.changes:
            other = replace(case, flags=(*case.flags, *change.option.split(" ")))
            again = [one for one in lives_of(other) if (one.start, one.end) == (life.start, life.end)]
            assert all(one.went != life.went for one in again)
            tried += len(again)
    assert tried
