"""The fuzzer: what it makes, what it notices, and how small it makes what fails; and a few cases of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.fuzz import broken, smaller, write
from benchmarks.fuzz_cases import Case, made
from benchmarks.fuzz_checks import BrokenPromiseError, Checker
from tests.engines.test_settling import CASES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SEED, MOST = 16, 20
_SMALL = [number for number in range(60) if len(made(SEED, number).documents) <= MOST][:12]


@pytest.mark.parametrize("number", _SMALL)
def test_a_case_breaks_no_promise(number: int, tmp_path: Path) -> None:
    """Whatever is in a corpus of a few documents, what the program promises holds, or it says that it gave up."""
    error = broken(Checker(tmp_path / "case"), made(SEED, number))
    assert error is None, error


def test_a_case_follows_from_its_seed_and_number() -> None:
    """The same ones make the same case, and others make others."""
    cases = [made(seed, number) for seed in (1, 2) for number in range(20)]
    assert cases == [made(seed, number) for seed in (1, 2) for number in range(20)]
    assert len({case.documents for case in cases}) > 30
    assert {case.lines for case in cases} == {case.corpus for case in cases} == {True, False}


def _case(texts: Sequence[str], *options: str) -> Case:
    documents = tuple(json.dumps({"text": text}).encode() + b"\n" for text in texts)
    return Case("0/0", options, lines=True, documents=documents)


TWICE = "A sentence of more than eight words that stands in this corpus twice."


def test_figures_that_do_not_add_up_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A summary that names other reasons than it has removals breaks a promise."""
    case = _case([TWICE, TWICE], "--scope", "corpus")
    assert broken(Checker(tmp_path / "case"), case) is None
    monkeypatch.setattr("dedup.report.summary._reasons", lambda counts: [f"{counts.removed + 1} exact"])
    error = broken(Checker(tmp_path / "case"), case)
    assert error is not None
    assert error.promise == "sums"


def test_a_second_run_that_removes_something_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not decided again what would go of what is left, the fuzzer says so."""
    texts = ["\n".join(lines) for lines in CASES["short ones beside repetitions of one document"]]
    case = _case(texts, "--scope", "corpus")
    assert broken(Checker(tmp_path / "case"), case) is None
    monkeypatch.setattr("dedup.engines.local.settling.ROUNDS", 1)
    error = broken(Checker(tmp_path / "case"), case)
    assert error is not None
    assert error.promise == "idempotent"


def test_what_raises_is_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception from inside of the program is noticed, however it comes out."""

    def fails(*_: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("dedup.engines.local.stages.outcome", fails)
    error = broken(Checker(tmp_path / "case"), _case([TWICE, TWICE], "--scope", "corpus"))
    assert error is not None
    assert error.promise == "no crash"


def test_a_case_is_made_small(tmp_path: Path) -> None:
    """What is not needed to fail is left out: documents, options and lines; what is left is written to be run again."""
    texts = [f"Line {number}.\nAnother one.\nThe end." for number in range(40)]
    case = _case(texts, "--exact", "--scope", "corpus", "--min-words", "3")
    small = smaller(case, lambda other: any(b"Line 17." in one for one in other.documents), seconds=60)
    assert [json.loads(one)["text"].strip() for one in small.documents] == ["Line 17."]
    assert small.options == ("--scope", "corpus")
    place = write(small, BrokenPromiseError("sums", "on purpose"), tmp_path)
    assert (place / "in.jsonl").read_bytes() == small.documents[0]
    assert "dedup --scope corpus in.jsonl" in (place / "told.txt").read_text()
