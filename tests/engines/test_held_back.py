"""What would have gone, and stays because what is left would be read as other paragraphs: counted, told and logged."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from dedup import clean_documents
from dedup.engines.removal import reparse
from dedup.engines.run import restore
from dedup.model.settings import Settings
from dedup.resolve.document import decide
from tests.support.cli_inprocess import run
from tests.support.fake_kernel import Recorder, run_bytes, run_files

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CORPUS = Settings(scope="corpus")
NOTICE = "The reading room of the old library stays closed on Monday for the yearly count."
# Without the notice both rows would be one table.
TABLE = f"| Fares 5 |\n{NOTICE}\n| Taxes 7 |"
TEXTS = [NOTICE, TABLE, f"Something of its own that nobody else has said so far.\n\n{NOTICE}"]
DATA = b"".join(json.dumps({"id": n, "text": text}).encode() + b"\n" for n, text in enumerate(TEXTS))


def entries(log: Path, kind: str) -> list[dict[str, Any]]:
    """Return the lines of a log that begin with a key."""
    found = (json.loads(line) for line in log.read_bytes().splitlines())
    return [entry for entry in found if next(iter(entry)) == kind]


def test_what_is_held_back_is_counted_whoever_asks(tmp_path: Path) -> None:
    """The figures say how many paragraphs of how many documents are held back, with a log and without."""
    for removed in (None, tmp_path / "log.jsonl"):
        out, outcome, _ = run_bytes(DATA, settings=CORPUS, format="jsonl", removed=removed)
        assert [json.loads(line)["text"] for line in out.splitlines()] == [*TEXTS[:2], TEXTS[2].split("\n\n")[0]]
        assert (outcome.counts.held_back, outcome.counts.holding) == (1, 1)
        assert (outcome.counts.removed, outcome.counts.kept) == (1, 5)


def test_the_summary_tells_what_is_held_back() -> None:
    """One sentence of the summary names the paragraphs and the documents."""
    done = run(["--isolated", "--scope", "corpus", "--format", "jsonl"], DATA)
    assert b"1 paragraph in 1 document held back: what is left would be read differently." in done.stderr


def test_what_is_held_back_is_explained(tmp_path: Path) -> None:
    """With -v one reads which paragraph is held back, why, and which one it would have gone for."""
    (tmp_path / "in.jsonl").write_bytes(DATA)
    _, outcome, told = run_files(tmp_path / "in.jsonl", settings=CORPUS, explain=True)
    held = [one for one in told.explanations if one.reason == "held"]
    assert [(one.text, one.witness, one.removed) for one in held] == [(NOTICE, NOTICE, False)]
    assert held[0].at.place == f"{tmp_path / 'in.jsonl'}:2"
    assert outcome.counts.kept_near == 0
    done = run(["--isolated", "--scope", "corpus", "--format", "jsonl", "-v"], DATA)
    assert b"<stdin>:2: kept, held back: what is left would be read differently (similarity 1.00" in done.stderr


def test_the_log_has_what_is_held_back_and_restoring_skips_it(tmp_path: Path) -> None:
    """A line of its own names the paragraph and its witness; it is no removal, and the log gives the input back."""
    log = tmp_path / "log.jsonl"
    out, _, _ = run_bytes(DATA, settings=CORPUS, format="jsonl", removed=log, stdin_name="in.jsonl")
    (held,) = entries(log, "held")
    assert held["held"] == "split"
    assert held["document"] == {"file": "in.jsonl", "line": 2, "id": 1}
    assert (held["paragraph"], held["text"], held["reason"]) == (1, NOTICE, "exact")
    assert held["witnesses"] == [{"paragraph": 0, "document": {"file": "in.jsonl", "line": 1}}]
    assert DATA[held["at"] :][held["span"]["start"] : held["span"]["end"]] == NOTICE.encode()
    assert "cut" not in held
    assert entries(log, "end") == [{"end": 1}]
    back = io.BytesIO()
    restore("-", log, None, Recorder(), stdin=io.BytesIO(out), stdout=back)
    assert back.getvalue() == DATA


def test_a_tree_is_restored_where_all_of_a_file_is_held_back(tmp_path: Path) -> None:
    """A file from which nothing went, and of which something is logged, stays as it is when its tree is restored."""
    tree, clean = tmp_path / "in", tmp_path / "out"
    tree.mkdir()
    for number, text in enumerate(TEXTS):
        (tree / f"{number}.txt").write_text(text)
    log = tmp_path / "log.jsonl"
    run_files(tree, settings=CORPUS, removed=log, output=clean)
    assert len(entries(log, "held")) == 1
    assert (clean / "1.txt").read_text() == TABLE
    restore(str(clean), log, None, Recorder(), in_place=True)
    assert [(clean / f"{number}.txt").read_text() for number in range(3)] == TEXTS


def test_marks_tell_what_is_held_back_beside_what_would_go() -> None:
    """What is held back stands in a field of its own, so that whoever carries the marks out cuts nothing of it."""
    out, outcome, _ = run_bytes(DATA, settings=CORPUS, format="jsonl", mark=True)
    records = [json.loads(line) for line in out.splitlines()]
    assert [len(record["dedup"]) for record in records] == [0, 0, 1]
    assert [len(record.get("dedup_held", ())) for record in records] == [0, 1, 0]
    (mark,) = records[1]["dedup_held"]
    assert TABLE[mark["start"] : mark["end"]] == NOTICE
    assert mark["cut"]["start"] == mark["cut"]["end"]
    assert outcome.counts.held_back == 1


def test_the_library_tells_what_is_held_back() -> None:
    """Each document names what is held back, and its text still has it."""
    done = list(clean_documents(TEXTS, scope="corpus"))
    assert [len(one.held_back) for one in done] == [0, 1, 0]
    (held,) = done[1].held_back
    assert (held.text, held.witnesses[0].document, held.cut_start) == (NOTICE, 0, held.cut_end)
    assert done[1].text == TABLE


def test_all_of_a_document_that_does_not_settle_is_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rounds do not come to rest, what had been decided in either scope is counted as held back."""
    notice = f"{NOTICE} It will be open again on Tuesday morning."
    text = f"{notice}\n\nSomething of its own that nobody else has said so far.\n\n{notice}"
    with monkeypatch.context() as patch:
        patch.setattr(decide, "ROUNDS", 0)
        (decision,) = decide.decide([text], Settings())
        assert decision.unsettled
        assert not decision.removals
        assert [(one.paragraph, one.cut_start == one.cut_end) for one in decision.held_back] == [(2, True)]
        _, outcome, _ = run_bytes(text.encode(), format="text")
        assert (outcome.counts.unsettled, outcome.counts.held_back, outcome.counts.holding) == (1, 1, 1)
    monkeypatch.setattr(reparse, "_ROUNDS", 0)
    _, outcome, _ = run_bytes(DATA, settings=CORPUS, format="jsonl")
    assert (outcome.counts.unsettled, outcome.counts.held_back, outcome.counts.holding) == (2, 2, 2)


def test_what_fits_once_the_others_are_gone_is_not_held_back() -> None:
    """What another run would cut is cut at once: the second one removes nothing, and holds back the same."""
    rows = "\n".join(f"| Row {n} | {n} |\n{NOTICE}" for n in range(6))
    texts = [NOTICE, f"{rows}\n\n{NOTICE}\n\nAn end of the page that has words enough to stay by itself.\n{NOTICE}"]
    data = b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts)
    out, first, _ = run_bytes(data, settings=CORPUS, format="jsonl")
    again, second, _ = run_bytes(out, settings=CORPUS, format="jsonl")
    assert again == out
    assert first.counts.removed > 0
    assert (second.counts.removed, second.counts.held_back) == (0, first.counts.held_back)
