"""How much repeats is measured on the very texts that are read and written, in either scope, however they are read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dedup.engines.run import run
from dedup.model.job import Job
from dedup.model.outcome import NullEvents
from dedup.model.repetition import Repetition
from dedup.model.settings import Settings
from dedup.text.repetition import repetition
from tests.support.fake_kernel import Recorder

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

    from dedup.model.repetition import Shares

BODY = [
    "The old ferry to the island leaves the harbour at seven in the morning. It comes back at noon.",
    "A second paragraph of this article says something that no other paragraph says, at some length.",
    "The third one is about the bridge, which will be closed until the end of March. Nobody lives there.",
]


def measured(texts: list[str]) -> Repetition:
    """Return what there is to be counted in some texts."""
    found = Repetition()
    for text in texts:
        found.take(repetition(text))
    return found


def records(number: int) -> list[str]:
    """Return texts: some repeat themselves, some each other, some nothing; one is empty."""
    out = []
    for each in range(number):
        own = [f"Paragraph number {each} says in so many words what only article {each} has to say."]
        out.append(
            "\n".join([*own, *(BODY if each % 3 == 0 else []), *(BODY if each % 6 == 0 else []), "", "Short", "Short"])
        )
    return [*out, ""]


def reported(source: Path, output: Path, texts: list[str], scope: Literal["document", "corpus"]) -> Job:
    """Return a job that cleans some texts, and reports."""
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return Job(
        inputs=(str(source),),
        settings=Settings(scope=scope),
        output=output,
        explain=True,
        reports=(source.with_name("report.html"),),
        workers=1,
    )


@pytest.mark.parametrize("scope", ["document", "corpus"])
@pytest.mark.parametrize("number", [5, 1000], ids=["few", "many"])
def test_before_and_after_are_those_of_what_is_read_and_written(
    scope: Literal["document", "corpus"], number: int, tmp_path: Path
) -> None:
    """Many records are read another way than few: those of which nothing goes are then not decided about."""
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    texts = records(number)
    job = reported(source, output, texts, scope)
    outcome = run(job, NullEvents())
    assert outcome.repetition is not None
    left = [json.loads(line)["text"] for line in output.read_text(encoding="utf-8").splitlines()]
    assert left != texts
    for found, expected in ((outcome.repetition.before, measured(texts)), (outcome.repetition.after, measured(left))):
        assert (found.documents, found.repeated, found.whole, found.above) == (
            expected.documents,
            expected.repeated,
            expected.whole,
            expected.above,
        )
        assert found.shares == pytest.approx(expected.shares)


def test_marks_leave_the_text_as_it_is(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"text": "\n".join([*BODY, *BODY])}) + "\n", encoding="utf-8")
    job = Job(
        inputs=(str(source),), output=tmp_path / "out.jsonl", mark=True, explain=True, reports=(tmp_path / "r.html",)
    )
    outcome = run(job, NullEvents())
    assert outcome.counts.removed
    assert outcome.repetition is not None
    assert outcome.repetition.after == outcome.repetition.before


def test_nothing_is_measured_without_a_report(tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text("\n".join(BODY), encoding="utf-8")
    assert run(Job(inputs=(str(source),), mode="check"), NullEvents()).repetition is None


@pytest.mark.parametrize("scope", ["document", "corpus"])
@pytest.mark.parametrize("number", [5, 1000], ids=["few", "many"])
def test_a_document_that_cannot_be_measured_is_told_of_and_cleaned(
    scope: Literal["document", "corpus"], number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are measured."""

    def broken(text: str) -> Shares:
        if "only article 3 has" in text:
            raise ValueError("no such luck")
        return repetition(text)

    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    texts = records(number)
    job = reported(source, output, texts, scope)
    run(replace(job, reports=()), NullEvents())
    expected = output.read_bytes()
    monkeypatch.setattr("dedup.formats.measuring.repetition", broken)
    told = Recorder()
    outcome = run(job, told)
    assert outcome.repetition is not None
    expected_before = measured([text for text in texts if "only article 3 has" not in text])
    before = outcome.repetition.before
    assert (before.documents, before.repeated) == (expected_before.documents, expected_before.repeated)
    assert [error.place for error in told.problems] == [f"{source}:4"]
    assert "how much of it repeats is not counted" in told.problems[0].said
    assert (int(outcome.exit_code), outcome.counts.faults) == (2, 1)
    assert output.read_bytes() == expected
