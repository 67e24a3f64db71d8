"""What reports are made from: counts that add up, a sample that is one, and words that are marked where they differ."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.model.explanation import Explanation, Standing
from dedup.report.findings.findings import Findings
from dedup.report.findings.repeated import MostRepeated
from dedup.report.findings.sample import StratifiedSample
from dedup.report.word_marks import differing_words, pieces
from tests.support.cli_inprocess import run

if TYPE_CHECKING:
    from pathlib import Path

BODY = "The old ferry to the island leaves the harbour at seven in the morning and comes back at noon."
OTHER = "A second paragraph of this article says something that no other paragraph says, at some length."


def found(number: int, witness: str = BODY, **more: object) -> Explanation:
    """Return a removal from document `number`."""
    members: dict[str, object] = {
        "at": Standing("a.jsonl", number, 1, f"site-{number % 3}.example"),
        "document": f"a.jsonl:{number}",
        "removed": True,
        "reason": "exact",
        "text": witness,
        "witness": witness,
        "beside": Standing("a.jsonl", 1),
        "similarity": 1.0,
        "coverage": 1.0,
    }
    return Explanation(**{**members, **more})  # type: ignore[arg-type]


@given(st.lists(st.sampled_from("abcd"), max_size=200), st.integers(1, 30), st.integers())
def test_a_sample_has_what_it_is_asked_for_of_every_stratum(items: list[str], most: int, seed: int) -> None:
    """No stratum is left out as long as there is room for one of each, nothing twice, and all in order."""
    sample: StratifiedSample[int] = StratifiedSample(most, seed)
    for number, stratum in enumerate(items):
        if (place := sample.wants(stratum)) is not None:
            sample.put(stratum, place, number)
    strata = sample.strata()
    numbers = Counter(items)
    assert {one.name: one.number for one in strata} == numbers
    assert sum(len(one.drawn) for one in strata) == min(most, len(items))
    for one in strata:
        assert one.drawn == sorted(set(one.drawn))
        assert {items[number] for number in one.drawn} <= {one.name}
        assert len(one.drawn) >= min(numbers[str(one.name)], most // len(numbers))


def test_a_sample_is_drawn_by_its_seed() -> None:
    """The same seed draws the same, another one something else, and every item may be drawn."""

    def drawn(seed: int) -> list[int]:
        sample: StratifiedSample[int] = StratifiedSample(10, seed)
        for number in range(100):
            if (place := sample.wants("")) is not None:
                sample.put("", place, number)
        return sample.strata()[0].drawn

    assert drawn(1) == drawn(1) != drawn(2)
    assert len({number for seed in range(100) for number in drawn(seed)}) == 100


def test_repeated_paragraphs_are_counted_by_documents_and_sites() -> None:
    """Several removals from one document are of one document."""
    repeated = MostRepeated()
    for number in (1, 1, 2, 3, 4):
        repeated.add(found(number))
    repeated.add(found(5, OTHER))
    first, second = repeated.top(5)
    assert (first.text, first.removed, first.documents, len(first.sites)) == (BODY, 5, 4, 3)
    assert (second.text, second.removed, second.documents) == (OTHER, 1, 1)
    assert repeated.missed == 0


def test_rare_paragraphs_are_forgotten_and_frequent_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are too many to be counted it is said how many removals a count may lack."""
    monkeypatch.setattr("dedup.report.findings.repeated._MOST", 10)
    repeated = MostRepeated()
    for number in range(200):
        repeated.add(found(number, BODY if number % 2 else f"{OTHER} {number}"))
    top = repeated.top(1)[0]
    assert top.text == BODY
    assert top.removed == 100
    assert 0 < repeated.missed < 100


def test_findings_add_up() -> None:
    """Each finding is counted once; what was not aligned is not in the histogram."""
    findings = Findings()
    findings.add(found(1))
    findings.add(found(2, reason="near", text=f"{BODY} too", similarity=0.951, kinds=("markup", "order")))
    findings.add(found(3, removed=False, reason="new", text=OTHER, similarity=0.8, kinds=("number",)))
    assert (findings.removed, findings.stayed) == (2, 1)
    assert findings.reasons == {"exact": 1, "near": 1, "new": 1}
    assert findings.kinds == {(True, "markup"): 1, (True, "order"): 1, (False, "number"): 1}
    assert (sum(findings.similarities[True]), findings.similarities[True][95]) == (1, 1)
    assert (sum(findings.similarities[False]), findings.similarities[False][80]) == (1, 1)
    assert [stratum.number for stratum in findings.sampled()] == [1, 1, 1]


def test_words_that_differ_are_marked_on_both_sides() -> None:
    text, witness = "Sales rose seven per cent, it said.", "Sales ROSE by eight per cent"
    gone, new = differing_words(text, witness)
    assert [text[a:b] for a, b in gone] == ["seven", "it said"]
    assert [witness[a:b] for a, b in new] == ["by eight"]


def test_a_script_without_spaces_is_marked_by_its_characters() -> None:
    gone, _ = differing_words("東京は今日も雨です", "東京は明日も雨です")
    assert gone == [(3, 4)]


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_of_a_marked_text_are_the_text(text: str, witness: str) -> None:
    """Whatever is marked, nothing is lost or doubled."""
    gone, new = differing_words(text, witness)
    for whole, spans in ((text, gone), (witness, new)):
        assert "".join(piece for piece, _ in pieces(whole, spans)) == whole
        assert all(piece for piece, _ in pieces(whole, spans))


def test_the_command_writes_a_report(tmp_path: Path) -> None:
    """With the run's findings, where they stand, and the site that the record names."""
    records = [{"url": "https://one.example/a", "text": f"{BODY}\n{OTHER}\n{BODY}"}]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    report = tmp_path / "report.json"
    done = run(["--quiet", "--check", "--report", str(report), str(source)])
    assert done.code == 1
    told = json.loads(report.read_bytes())
    [one] = told["findings"]
    assert one["at"] == {"file": str(source), "line": 1, "paragraph": 2, "site": "one.example"}
    assert one["witness"]["paragraph"] == 0
    assert told["reasons"] == {"exact": 1}
    # A report is written over, and nothing else is.
    assert run(["--quiet", "--check", "--report", str(report), str(source)]).code == 1
    report.write_text("notes of my own")
    done = run(["--quiet", "--check", "--report", str(report), str(source)])
    assert (done.code, report.read_text()) == (2, "notes of my own")
    assert "is no report of this program" in done.stderr.decode()


@pytest.mark.parametrize("name", ["report", "report.txt"])
def test_a_report_whose_name_says_nothing_is_refused(tmp_path: Path, name: str) -> None:
    source = tmp_path / "in.txt"
    source.write_text(BODY)
    done = run(["--check", "--report", str(tmp_path / name), str(source)])
    assert done.code == 2
    assert "choose a name that ends with" in done.stderr.decode()


def test_a_report_is_not_written_over_an_input(tmp_path: Path) -> None:
    source = tmp_path / "in.json"
    source.write_text("")
    done = run(["--check", "--report", str(source), str(source)])
    assert done.code == 2
    assert "the file of the report is one of the inputs" in done.stderr.decode()
