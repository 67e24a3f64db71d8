"""Paired speed of ``--scope corpus`` beside programs that compare lines and tools that compare paragraphs.

    python benchmarks/corpus_speed.py --corpus news.jsonl --peers-env DIR

The program reads JSON lines; the others read the same paragraphs in the form they like best: one a line, or records.
Making that form is not timed. Slow tools get the first part of a corpus only, and so does the program in their pairs.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.competitors.tools import LINES, RULES, Peers, Rule
from benchmarks.lib.pairs import (
    Row,
    dedup,
    field_of,
    megabytes,
    pairs,
    seconds,
    table,
    write_lines,
)
from benchmarks.lib.plots import bars, save

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = ["text", "beside", "ratio, least", "ratio, median", "dedup", "the other", "dedup's memory", "the other's"]
TIMED = ("datasketch loop, 2 words", "rensa", "text-dedup", "dolma")
"""Beginnings of the titles of the rules that are timed: width does not change the time much."""
SLOW_RUNS = 3


class Timed(NamedTuple):
    """A tool's pairs of runs on a text, or why there are none."""

    text: str
    peer: str
    row: Row | None
    note: str = ""

    def cells(self) -> list[str]:
        """Return the row of the table."""
        if self.row is None:
            return [self.text, self.peer, *[self.note] * (len(HEAD) - 2)]
        ours, theirs = zip(*self.row.runs, strict=True)
        return [
            self.text,
            self.peer,
            f"{min(self.row.ratios):.2f}",
            f"{statistics.median(self.row.ratios):.2f}",
            *(seconds(statistics.median(run.seconds for run in side)) for side in (ours, theirs)),
            *(megabytes(max(run.peak for run in side)) for side in (ours, theirs)),
        ]


class Forms(NamedTuple):
    """One text in all the forms that are read.

    Attributes:
        title: what tables call it.
        corpus: JSON lines, as the program reads them.
        lines: one paragraph a line.
        rows: one paragraph a record.
        documents: the documents as records with an ``id`` and a ``text``; a file with ``.gz`` added stands beside it.
    """

    title: str
    corpus: Path
    lines: Path
    rows: Path
    documents: Path


def forms(corpus: Path, field: str, folder: Path, most: int | None = None) -> Forms:
    """Write a corpus, or its first records up to a size, in all forms."""
    folder.mkdir()
    source = corpus
    if most is not None and corpus.stat().st_size > most:
        source = folder / corpus.name
        left = most
        with corpus.open("rb") as file, source.open("wb") as out:
            for line in file:
                left -= out.write(line)
                if left <= 0:
                    break
    first = "first " if source != corpus else ""
    made = Forms(
        f"{corpus.name}, {first}{source.stat().st_size / 1e6:.0f} MB",
        source,
        folder / "lines.txt",
        folder / "rows.jsonl",
        folder / "documents.jsonl",
    )
    write_lines(source, field, made.lines)
    with made.lines.open(encoding="utf-8", newline="\n") as lines:
        _records((line.rstrip("\n") for line in lines), made.rows)
    with source.open("rb") as records:
        _records((field_of(json.loads(line), field) for line in records), made.documents)
    packed = made.documents.with_name(made.documents.name + ".gz")
    with made.documents.open("rb") as plain, gzip.open(packed, "wb", compresslevel=1) as out:
        shutil.copyfileobj(plain, out)
    return made


def _records(texts: Iterable[str], to: Path) -> None:
    with to.open("w", encoding="utf-8", newline="\n") as out:
        for number, text in enumerate(texts):
            out.write(json.dumps({"id": str(number), "text": text}, ensure_ascii=False) + "\n")


def measure(corpus: Path, field: str, runs: int, most: int, peers: Peers) -> list[Timed]:
    """Time everything on one corpus.

    Args:
        corpus: JSON lines.
        field: where the text is in a record.
        runs: pairs of runs; fewer for slow tools.
        most: bytes of the corpus that slow tools get.
        peers: where the other tools are.
    """
    found: list[Timed] = []
    with tempfile.TemporaryDirectory() as folder:
        whole = forms(corpus, field, Path(folder) / "whole")
        part = forms(corpus, field, Path(folder) / "part", most)
        for rule in [*LINES, *(rule for rule in RULES if rule.title.startswith(TIMED))]:
            text, title = part if rule.slow else whole, peers.titled(rule)
            if missing := peers.missing(rule):
                found.append(Timed(text.title, title, None, missing))
                continue
            row = _timed(rule, text, field, runs, peers)
            found.append(Timed(text.title, title, row))
            print("  ".join(found[-1].cells()), flush=True)
    return found


def _timed(rule: Rule, text: Forms, field: str, runs: int, peers: Peers) -> Row:
    ours = [*dedup(), "--isolated", "--quiet", "--scope", "corpus", "--format", "jsonl", "--field", field]
    source = text.documents if rule.package == "dolma" else text.rows if rule.records else text.lines
    theirs = [*peers.command(rule, source), *(["--no-output"] if rule.package == "dolma" else [])]
    number = min(runs, SLOW_RUNS) if rule.slow else runs
    return pairs(text.title, [*ours, str(text.corpus)], rule.title, theirs, runs=number, warm=not rule.slow)


def report(found: list[Timed], runs: int) -> str:
    """Return text and table."""
    said = (
        f"`dedup --scope corpus` in {runs} pairs of runs with each ({min(runs, SLOW_RUNS)} with slow ones). A ratio "
        "below 1 means that `dedup` was the quicker one. Memory is that of the largest process. dolma only marks what "
        "repeats; taking it out is another command, which is not timed."
    )
    return said + "\n\n" + table(HEAD, [each.cells() for each in found])


def plot(found: list[Timed]) -> str:
    """Return bars: how many times faster than each other tool, on all corpora."""
    ratios: dict[str, list[float]] = {}
    for each in found:
        if each.row:
            ratios.setdefault(each.peer.replace("`", ""), []).append(statistics.median(each.row.ratios))
    rows = [(peer, 1 / statistics.geometric_mean(own)) for peer, own in ratios.items()]
    said = "How many times faster than ... (geometric mean of the corpora, logarithmic; below 1: slower)"
    return bars(said, [(peer, value, f"{value:.2g}") for peer, value in rows], logarithmic=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, action="append", required=True, help="JSON lines; several times")
    parser.add_argument("--field", default="text", help="[text]")
    parser.add_argument("--runs", type=int, default=5, help="pairs of runs [5]")
    parser.add_argument("--slice", type=float, default=10, help="MB of a corpus that slow tools get [10]")
    parser.add_argument("--peers-env", type=Path, help="a virtual environment with the other tools")
    parser.add_argument("--into", type=Path, help="write the table and the plots into this folder")
    options = parser.parse_args()
    peers = Peers(options.peers_env)
    found: list[Timed] = []
    for corpus in options.corpus:
        found += measure(corpus.resolve(), options.field, options.runs, int(options.slice * 1e6), peers)
    text = report(found, options.runs)
    print("\n" + text)
    if options.into:
        save(options.into, "corpus_speed", text, {"corpus_speed": plot(found)})


if __name__ == "__main__":
    main()
