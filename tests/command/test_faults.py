"""The command where a kernel raises: what it tells, saves and ends with; and on records that once made one raise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dedup.cli import main
from tests.engines.test_containment import POISON, poison
from tests.support.cli_process import OTHER, SENTENCE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_process import Command

BASE = "The council agreed on Monday to close the old bridge {} for repairs that take until the spring of year one.{}"
ONCE = {
    "marks alone": (("again", ""), ("\u0323\u0301", "")),
    "marks alone in the witness": (("\u0323\u0301", ""), ("again", "")),
    "superscript digit": (("", ""), ("", "²")),
    "circled digit": (("", ""), ("", " ➀")),
    "too many digits": (("", " 1.555"), ("", " " + "1" * 4400 + ".555")),
}


@pytest.mark.parametrize("scope", ["document", "corpus"])
def test_records_that_once_ended_a_run_are_cleaned(dedup: Command, scope: str) -> None:
    """Odd tokens and numbers in near-duplicates raise nothing, and the other repeats beside them go."""
    texts = ["\n\n".join([SENTENCE, *(BASE.format(*one) for one in pair), OTHER, SENTENCE]) for pair in ONCE.values()]
    data = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    done = dedup("--isolated", "--scope", scope, stdin=data)
    assert done.code == 0, done.stderr
    assert "internal error" not in done.stderr
    left = [json.loads(line)["text"] for line in done.stdout.splitlines()]
    assert sum(text.count(SENTENCE) for text in left) == (len(texts) if scope == "document" else 1)


def test_long_numbers_that_differ_are_not_one(dedup: Command) -> None:
    """Numbers of sixteen digits that differ in the last one say two things, however they are written."""
    one = f"{SENTENCE[:-1]}, account 9007199254740992 of the town."
    for other in (one.replace("740992", "740993"), one.replace("9007199254740992", "9,007,199,254,740,993")):
        text = f"{one}\n\n{OTHER}\n\n{other}\n".encode()
        assert dedup("--isolated", "--quiet", stdin=text).stdout == text


@pytest.fixture
def poisoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file of two records, with the first of which a kernel raises."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "in.jsonl"
    texts = [f"{word}{SENTENCE}\n{OTHER}\n{SENTENCE}\n{OTHER}\n" for word in (f"{POISON} ", "")]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    poison(monkeypatch, "dedup.resolve.document.decide:resolve")
    return path


def test_a_fault_is_told_counted_and_ends_with_an_error(poisoned: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One line says where and what was kept; the summary counts it; a traceback is shown to nobody who does not ask."""
    assert main(["--isolated", "in.jsonl", "-o", "out.jsonl"]) == 2
    told = capfd.readouterr().err.splitlines()
    assert told[0].startswith("dedup: in.jsonl:1: internal error (IndexError: string index out of range); the document")
    assert "Hint: this is a fault of dedup; please report it" in told[0]
    assert told[1].endswith("1 internal error, and what it was about kept as it is.")
    assert len(told) == 2
    before, after = (path.read_bytes().splitlines() for path in (poisoned, poisoned.with_name("out.jsonl")))
    assert before[0] == after[0]
    assert len(after[1]) < len(before[1])


def test_debug_shows_the_traceback(poisoned: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """With --debug it comes before the message, and the run goes on all the same."""
    assert poisoned.exists()
    assert main(["--isolated", "--debug", "--check", "in.jsonl"]) == 2
    told = capfd.readouterr().err
    assert told.startswith("Traceback (most recent call last):\n")
    assert "in raising\n" in told
    assert told.index("IndexError: string") < told.index("dedup: in.jsonl:1: internal error")


def test_debug_dir_saves_what_it_was_about(poisoned: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A file for each fault holds the text, the settings and the traceback; none that is there is written over."""
    for number in (1, 2):
        assert main(["--isolated", "--check", "--debug-dir", "for/us", "in.jsonl"]) == 2
        assert f"dedup: saved in for/us/internal-error-{number}.json." in capfd.readouterr().err
    saved = sorted((poisoned.parent / "for" / "us").iterdir())
    assert [path.name for path in saved] == ["internal-error-1.json", "internal-error-2.json"]
    found = json.loads(saved[0].read_text(encoding="ascii"))
    assert found["texts"] == [json.loads(poisoned.read_bytes().splitlines()[0])["text"]]
    assert found["place"] == "in.jsonl:1"
    assert found["settings"]["scope"] == "document"
    assert found["traceback"].endswith("IndexError: string index out of range\n")


def test_a_debug_dir_that_cannot_be_written_ends_nothing(poisoned: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It is said once that nothing is saved; the run goes on."""
    assert main(["--isolated", "--debug-dir", "in.jsonl", "in.jsonl", "-o", "out.jsonl"]) == 2
    assert "what the internal error was about was not saved" in capfd.readouterr().err
    assert poisoned.with_name("out.jsonl").exists()
