"""The measuring tools work, and the labelled pairs hold the floor. No time is asserted anywhere."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from benchmarks.accuracy import Score, labelled
from benchmarks.lib.synthetic import KINDS, SCRIPTS, articles
from benchmarks.sample_removals import beside, drawn, marked
from dedup.model.settings import Settings
from dedup.resolve.document.decide import decide

ROOT = Path(__file__).resolve().parent.parent.parent
PAIRS = labelled(ROOT / "fixtures" / "pairs")

# Floors on the labelled pairs: they are raised when the program gets better, and never lowered.
MOST_LOST = 0
LEAST_RECALL = 0.58


def test_pairs_are_labelled_and_of_many_kinds() -> None:
    """Every pair has its label; languages and kinds are many, and no pair stands twice."""
    fields = {"id", "lang", "kind", "redundant", "a", "b"}
    assert all(pair.keys() == fields and isinstance(pair["redundant"], bool) for pair in PAIRS)
    assert len({(pair["a"], pair["b"]) for pair in PAIRS}) == len(PAIRS) >= 700
    assert len({pair["lang"] for pair in PAIRS}) >= 16
    assert len({pair["kind"] for pair in PAIRS}) >= 40


def test_pairs_hold_the_floor() -> None:
    """No text that says something new is lost, and what says nothing new goes often enough."""
    score = Score()
    decisions = decide([f"{pair['a']}\n\n{pair['b']}" for pair in PAIRS], Settings())
    for pair, decision in zip(PAIRS, decisions, strict=True):
        score.add(gone=bool(decision.removals), redundant=pair["redundant"])
    assert score.lost <= MOST_LOST
    assert score.right / (score.right + score.missed) >= LEAST_RECALL


def test_first_paragraph_of_a_pair_stays() -> None:
    """What goes is the later paragraph, never the earlier one."""
    for pair, decision in zip(PAIRS, decide([f"{p['a']}\n\n{p['b']}" for p in PAIRS], Settings()), strict=True):
        assert decision.apply(f"{pair['a']}\n\n{pair['b']}").startswith(pair["a"])


def test_synthetic_corpus_is_the_same_everywhere() -> None:
    """Two measurements on two machines are measurements of the same text."""
    records = list(articles(60_000, seed=7))
    digest = hashlib.sha256("\n".join(record["text"] for record in records).encode()).hexdigest()
    assert records == list(articles(60_000, seed=7))
    assert digest[:16] == "4ab52d81228a75ef"


def test_synthetic_corpus_has_every_kind_and_script() -> None:
    """Doubled bodies, near copies and plain articles come in all scripts."""
    records = list(articles(600_000, seed=7))
    assert {record["kind"] for record in records} == set(KINDS)
    assert {record["id"].partition("-")[0] for record in records} == set(SCRIPTS)


def test_accuracy_runs_from_the_command_line() -> None:
    """The tool prints a line for everything, losses first."""
    command = [sys.executable, "benchmarks/accuracy.py", "--worst", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert f"all  {len(PAIRS)}" in " ".join(done.stdout.split()).replace("all ", "all  ")


def test_speed_is_measured_on_a_small_corpus(tmp_path: Path) -> None:
    """The speed benchmark goes through on a small corpus and fills in its place on a page."""
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- benchmark: begin -->\nold\n<!-- benchmark: end -->\nafter\n")
    command = [sys.executable, "benchmarks/document_speed.py", "--size", "0.05", "--runs", "1", "--write", str(page)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- benchmark: begin -->\n\nTaken with")
    assert text.endswith("<!-- benchmark: end -->\nafter\n")
    assert "old" not in text


def test_near_duplicates_are_shown_beside_their_witness(tmp_path: Path) -> None:
    """Of a log only near-duplicates are drawn, as many as asked for, with what differs marked on either side."""
    text = "The museum of clocks opens on Sundays, too, and shows two hundred exhibits.\n"
    less = text.replace(" of clocks", "")
    source, log = tmp_path / "a.txt", tmp_path / "log.jsonl"
    source.write_text(f"{text}\n{less}\n{text}", encoding="utf-8")
    command = [sys.executable, "-m", "dedup", "--isolated", "--quiet", "--scope", "corpus", "--removed", str(log)]
    subprocess.run([*command, str(source)], check=True, capture_output=True)
    (entry,) = drawn([log], 5, 1)
    shown = beside(entry)
    assert "differs: less" in shown
    assert "A The museum [-of clocks -]opens" in " ".join(shown.split())
    assert f"B {less.strip()}" in shown
    assert marked("one two three", "one 2 three four") == ("one [-two-] three", "one {+2+} three{+ four+}")
