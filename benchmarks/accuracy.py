"""Score decisions against labels: pairs of paragraphs, and the golden cases.

    python benchmarks/accuracy.py                                   fixtures/pairs and fixtures/golden
    python benchmarks/accuracy.py --pairs mine.jsonl --worst 20
    python benchmarks/accuracy.py --threshold 0.6 --guard numbers

A pair is a JSON record ``{"a": …, "b": …, "redundant": true, "lang": "en", "kind": "number"}``: both paragraphs stand
in one document, A first; may B go because A stays? What counts most is the last column: new text that was lost.
"""

from __future__ import annotations

import argparse
import collections
import json
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from dedup.model.settings import Settings
from dedup.resolve.document.decide import decide

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support import golden

ROOT = Path(__file__).resolve().parent.parent
HEAD = ("", "pairs", "precision", "recall", "F1", "deleted rightly", "new text lost")


@dataclass
class Score:
    """Decisions beside labels."""

    right: int = 0
    lost: int = 0
    """Paragraphs deleted that say something new."""
    missed: int = 0
    kept: int = 0

    def add(self, *, gone: bool, redundant: bool) -> None:
        """Count one decision."""
        name = ("right" if redundant else "lost") if gone else ("missed" if redundant else "kept")
        setattr(self, name, getattr(self, name) + 1)

    def cells(self, title: str) -> tuple[str, ...]:
        """Return the row of the table."""
        gone, redundant = self.right + self.lost, self.right + self.missed
        precision = self.right / gone if gone else 1.0
        recall = self.right / redundant if redundant else 1.0
        both = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        figures = (f"{value:.2f}" for value in (precision, recall, both))
        total = str(gone + self.missed + self.kept)
        return (title, total, *figures, f"{self.right} of {redundant}", f"{self.lost} of {self.lost + self.kept}")


def main() -> None:
    """Score and print."""
    options = _options()
    settings = Settings(threshold=options.threshold, guard=options.guard, min_words=options.min_words)
    pairs = labelled(options.pairs)
    decisions = decide([f"{pair['a']}\n\n{pair['b']}" for pair in pairs], settings)
    wrong = _pairs(pairs, [bool(decision.removals) for decision in decisions])
    for pair in wrong[: options.worst]:
        print(f"{'missed' if pair['redundant'] else 'LOST'}  {pair.get('lang')} {pair.get('kind')}")
        print(f"   A {pair['a'][:160]}\n   B {pair['b'][:160]}")
    if not options.no_golden:
        _golden()


def labelled(path: Path) -> list[dict[str, Any]]:
    """Read labelled pairs from a file, or from all files of a folder."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def _options() -> argparse.Namespace:
    standard = {field.name: field.default for field in fields(Settings)}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, default=ROOT / "fixtures" / "pairs", help="a file, or a folder")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="show so many wrong decisions, losses first")
    parser.add_argument("--threshold", type=float, default=standard["threshold"])
    parser.add_argument("--guard", choices=("strict", "numbers", "off"), default=standard["guard"])
    parser.add_argument("--min-words", type=int, default=standard["min_words"])
    parser.add_argument("--no-golden", action="store_true", help="score the pairs only")
    return parser.parse_args()


def _pairs(pairs: list[dict[str, Any]], gone: list[bool]) -> list[dict[str, Any]]:
    scores: dict[str, dict[str, Score]] = {
        "kind": collections.defaultdict(Score),
        "lang": collections.defaultdict(Score),
    }
    total, wrong = Score(), []
    for pair, removed in zip(pairs, gone, strict=True):
        redundant = bool(pair["redundant"])
        total.add(gone=removed, redundant=redundant)
        for name, groups in scores.items():
            groups[str(pair.get(name, "?"))].add(gone=removed, redundant=redundant)
        if removed != redundant:
            wrong.append(pair)
    rows = [score.cells(title) for groups in scores.values() for title, score in sorted(groups.items())]
    _table([HEAD, *rows, total.cells("all")])
    return sorted(wrong, key=lambda pair: bool(pair["redundant"]))


def _golden() -> None:
    """Count the golden cases in plain text that come out as they should, through the library alone."""
    cases = [golden.load(path) for path in sorted((ROOT / "fixtures" / "golden").glob("*.txt"))]
    cases = [case for case in cases if not case.flags]
    texts = [case.input.decode("utf-8", "surrogateescape") for case in cases]
    decisions = decide(texts, Settings())
    failed = [
        case.name
        for case, text, decision in zip(cases, texts, decisions, strict=True)
        if decision.apply(text) != case.output.decode("utf-8", "surrogateescape")
    ]
    print(f"\ngolden cases with the default settings: {len(cases) - len(failed)} of {len(cases)} as they should be")
    for name in failed:
        print(f"   {name}")


def _table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


if __name__ == "__main__":
    main()
