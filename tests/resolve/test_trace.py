"""A trace takes down what decides, and changes nothing; a pair that is examined is decided about as it is compared."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.model.settings import Guard, Settings
from dedup.resolve.document import resolve as resolving
from dedup.resolve.document.decide import decide, decide_traced
from dedup.resolve.document.examined import examine
from dedup.resolve.document.pair import pair
from tests.support.cli_inprocess import run

PAIRS = Path(__file__).resolve().parent.parent.parent / "fixtures" / "pairs"
SENTENCES = (
    "The keeper of the old lighthouse rings the bell whenever fog comes in from the sea.",
    "The keeper of the old lighthouse rings the bell whenever fog comes in from the lake.",
    "The keeper of the old lighthouse rings the bel whenever fog comes in from the sea.",
    "In the harbour 12 boats wait for the tide, and the pilots for a letter from the town.",
    "In the harbour 13 boats wait for the tide, and the pilots for a letter from the town.",
    "# The bell",
    "Read more",
    "- a short entry",
    "* * *",
    "",
)


@given(st.lists(st.sampled_from(SENTENCES), max_size=14), st.sampled_from(["strict", "numbers", "off"]), st.booleans())
def test_what_is_traced_is_decided_as_ever(lines: list[str], guard: Guard, exact: bool) -> None:  # noqa: FBT001 - drawn
    text, settings = "\n".join(lines), Settings(guard=guard, exact=exact, min_words=6)
    decision, traces = decide_traced(text, settings)
    assert decision == decide([text], settings, explain=True)[0]
    gone = {removal.paragraph for removal in decision.removals}
    if traces and not gone:
        assert len(traces[-1].article) == decision.paragraphs
        repeats = [i for i in range(decision.paragraphs) if not traces[-1].article.is_first_occurrence(i)]
        assert all(i in traces[-1].stays for i in repeats if traces[-1].article.is_eligible(i) and traces[-1].matcher)


def labelled() -> list[tuple[str, str]]:
    lines = [line for file in sorted(PAIRS.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return [(one["a"], one["b"]) for one in map(json.loads, lines[::3])]


@pytest.mark.parametrize("guard", ["strict", "numbers"])
def test_a_pair_is_examined_as_it_is_compared(guard: Guard) -> None:
    """Covered or not; and where something is new, a gap says so, and its words stand in the paragraph."""
    settings = Settings(guard=guard)
    examined = 0
    for a, b in labelled():
        found, verdict = examine(a, b, settings), pair(a, b, settings).verdict(0, 1)
        assert found.covered == verdict.covered
        assert all(b[start:end].strip() == b[start:end] != "" for start, end in found.new)
        if guard == "strict" and not found.covered and found.similarity >= settings.threshold:
            assert found.new
        for gap in found.gaps:
            examined += len(gap.ignored)
            assert not (found.covered and gap.new)
    assert guard != "strict" or examined


def test_a_fault_is_told_and_the_document_said_to_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"{SENTENCES[0]}\n{SENTENCES[0]}\n", "utf-8")
    with patch.object(resolving, "_find_blocks", side_effect=ValueError("planted")):
        done = run(["--isolated", "--explain", str(path)])
    assert done.code == 2
    assert b"internal error" in done.stderr
    assert done.stdout.count(b"stays: an internal error") == 2
