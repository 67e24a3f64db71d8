"""What was decided is explained: in what ways a removal differs from its witness, and what is new in what stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dedup import clean, clean_documents
from dedup.model.decisions import Compared, Decision, Reason, Removal, Witness
from dedup.model.differences import Difference
from dedup.model.settings import Settings
from dedup.resolve.document.rounds import merge_rounds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_process import Command

BRIDGE = "The council closed the old harbour bridge on Monday for repairs that will take until the end of next summer."
SHOPS = "Shops on both sides of the river fear for their trade, and ask the town for help with their rents."
MAYOR = "Another line says that the mayor has promised ferries for all those who live across the water."
SPELT = BRIDGE.replace("harbour", "harbor")
MARKED = f"1. {BRIDGE}"
SHORTER = BRIDGE.replace("for repairs that ", "and it ").replace(" old", "")
NUMBERED = BRIDGE.replace("next summer", "2031")
DENIED = BRIDGE.replace("will take", "will not take")
TEXT = f"{BRIDGE}\n{SHOPS}\n{SPELT}\n{MAYOR}\n{NUMBERED}\n"

BOTH = pytest.mark.parametrize("scope", ["document", "corpus"])


def _removals(log: Path) -> list[dict[str, Any]]:
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return [entry for entry in entries if next(iter(entry)) == "document"]


@BOTH
def test_the_log_says_in_what_ways_a_removal_differs(dedup: Command, scope: str) -> None:
    """Of what was aligned, in both scopes; of an exact repeat nothing is said."""
    text = f"{BRIDGE}\n{SHOPS}\n{SPELT}\n{MAYOR}\nFar apart.\n{SHOPS}\nYet another.\n{MAYOR.upper()}\n"
    done = dedup("--isolated", "--scope", scope, "-q", "--removed", "log.jsonl", "-", stdin=text.encode())
    assert (done.code, done.stderr) == (0, "")
    found = {entry["paragraph"]: entry.get("differs") for entry in _removals(dedup.directory / "log.jsonl")}
    assert found == {2: ["spelling"], 5: None, 7: None}


@BOTH
def test_marks_say_in_what_ways_a_removal_differs(dedup: Command, scope: str) -> None:
    """As the log does."""
    record = json.dumps({"text": f"{BRIDGE}\n{SHOPS}\n{SPELT}\n{MAYOR}\n{SHOPS}"}).encode()
    done = dedup("--isolated", "--scope", scope, "-q", "--mark", "--format", "jsonl", "-", stdin=record + b"\n")
    assert (done.code, done.stderr) == (0, "")
    near, *exact = json.loads(done.stdout)["dedup"]
    assert near["differs"] == ["spelling"]
    assert not any("differs" in mark for mark in exact)


def test_a_guard_that_does_not_look_has_nothing_to_say(dedup: Command) -> None:
    """The key is there all the same: it was aligned."""
    dedup("--isolated", "-q", "--guard", "off", "--removed", "log.jsonl", stdin=TEXT.encode())
    assert [entry["differs"] for entry in _removals(dedup.directory / "log.jsonl")] == [[], []]


def test_verbose_says_of_what_kind_a_difference_is(dedup: Command) -> None:
    """Of what goes, and of what stays."""
    done = dedup("--isolated", "-v", "--stdin-name", "a.txt", stdin=TEXT.encode())
    assert "a.txt:3: removed, a near-duplicate (similarity 0.95, coverage 0.95; differs in spelling)\n" in done.stderr
    assert "a.txt:5: kept, it says something new: a number (similarity 0.92, coverage 0.95)\n" in done.stderr


def test_the_library_carries_the_kinds() -> None:
    """Of removals and of near-duplicates that stay, as names."""
    done = clean(TEXT, explain=True)
    assert [removal.differs for removal in done.removals] == [("spelling",)]
    assert [kept.kinds for kept in done.kept_near] == [("number",)]
    (again,) = clean_documents([f"{BRIDGE}\n{SHOPS}\n{MAYOR}\n{SHOPS}\n{DENIED}"], explain=True)
    assert [removal.differs for removal in again.removals] == [()]
    assert [kept.kinds for kept in again.kept_near] == [("turn",)]


def test_names_are_those_of_what_is_there() -> None:
    """None has no name; several have each their own, in a fixed order."""
    assert Difference.NONE.names() == ()
    assert (Difference.LESS | Difference.SPELLING).names() == ("spelling", "less")
    every = Difference(sum(kind.value for kind in Difference))
    assert len(set(every.names())) == sum(kind.value > 0 for kind in Difference)


def test_a_removal_whose_witness_goes_differs_from_the_new_one() -> None:
    """What takes the witness's place is compared anew, and it is that difference which is told."""
    text = f"{BRIDGE}\n{SPELT}\n{MARKED}"
    spans = [(0, len(BRIDGE))]
    for body in (SPELT, MARKED):
        spans.append((spans[-1][1] + 1, spans[-1][1] + 1 + len(body)))

    def gone(paragraph: int, witness: int, places: list[tuple[int, int]], differs: tuple[str, ...]) -> Decision:
        (start, end), there = places[paragraph], Witness(witness, *places[witness])
        removal = Removal(
            paragraph, start, end, start - 1, end, Reason.NEAR, Compared.ALIGNED, (there,), 0.9, 0.9, differs=differs
        )
        return Decision(len(places), (removal,))

    first = gone(2, 1, spans, ("spelling", "marker"))
    second = gone(1, 0, spans[:2], ("spelling",))
    joined = merge_rounds(text, first, first.apply(text), second, Settings(split="line"))
    assert joined is not None
    assert [(r.paragraph, r.witnesses[0].paragraph, r.differs) for r in joined.removals] == [
        (1, 0, ("spelling",)),
        (2, 0, ("marker",)),
    ]


def test_a_rule_that_goes_with_its_block_is_identical_only_where_its_bytes_are() -> None:
    """A line without words that follows a repeated block may differ in spaces: this is told, with its witness."""
    done = clean(f"{BRIDGE}\n{SHOPS}\n* \n{MAYOR}\n{BRIDGE}\n{SHOPS}\n*\n")
    told = {removal.text: (removal.compared, removal.witnesses[0].text) for removal in done.removals}
    assert told == {BRIDGE: ("identical", BRIDGE), SHOPS: ("identical", SHOPS), "*": ("folded", "* ")}
