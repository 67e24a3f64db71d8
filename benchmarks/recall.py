"""How many of all pairs of similar paragraphs a run leaves behind, beside other tools' usual rules.

    python benchmarks/recall.py --corpus news.jsonl --peers-env DIR --cache DIR

A sample of a corpus is compared pair by pair (`lib/brute_force.py`). A tool has found a pair if not both of its
paragraphs are still there afterwards; which ones are is taken from their places, never from their text. The program
runs with ``--guard off``: the question is what it finds, not what it holds back because it says something new.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.competitors.tools import RULES, Peers
from benchmarks.lib import brute_force
from benchmarks.lib.pairs import dedup, fail, table
from benchmarks.lib.plots import bars, save
from dedup.text import paragraphs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

MIN_WORDS = 8
HEAD = [
    "corpus",
    "at least",
    "tool",
    "equal pairs",
    "found",
    "only near pairs",
    "found",
    "taken out",
    "unlike any left",
]


class Recall(NamedTuple):
    """What one tool left of the pairs of one sample.

    Attributes:
        corpus: the corpus's name.
        threshold: how similar the pairs are, at the least.
        tool: what was run.
        equal: pairs with the same tokens, before.
        equal_left: those of which both paragraphs are still there.
        near: pairs that are only similar, before.
        near_left: likewise.
        gone: paragraphs taken out, of those that are long enough.
    alone: those of them that are similar to none that is left.
        note: why there are no figures; empty where there are.
    """

    corpus: str
    threshold: float
    tool: str
    equal: int
    equal_left: int
    near: int
    near_left: int
    gone: int
    alone: int
    note: str = ""

    def cells(self) -> list[str]:
        """Return the row of the table."""
        found = [
            str(self.equal),
            self.note or share(self.equal, self.equal_left),
            str(self.near),
            self.note or share(self.near, self.near_left),
        ]
        taken = [str(self.gone), str(self.alone)]
        return [self.corpus, f"{self.threshold:g}", self.tool, *found, *([self.note] * 2 if self.note else taken)]


def share(found: int, left: int) -> str:
    """Return the share of pairs of which not both are left, cut off after the second digit of the percentage."""
    return f"{int((found - left) / found * 10_000) / 100:.2f} %" if found else "-"


def measure(
    corpus: Path, field: str, number: int, thresholds: list[float], *, peers: Peers, cache: Path | None
) -> list[Recall]:
    """Sample a corpus, find all its pairs, and run every tool over it.

    Args:
        corpus: JSON lines.
        field: where the text is in a record.
        number: how many paragraphs to sample.
        thresholds: how similar pairs have to be; the program runs once with each of them.
        peers: where the other tools are; they keep their own threshold.
        cache: where the pairs are kept for the next time, if anywhere.
    """
    taken = brute_force.sample(corpus, field, number, MIN_WORDS)
    found = cached(taken, min(thresholds), cache, corpus.stem)
    rows: list[Recall] = []

    def add(tool: str, threshold: float, stays: Flags | str) -> None:
        rows.append(_row(Recall(corpus.name, threshold, tool, 0, 0, 0, 0, 0, 0), found, np.array(taken.long), stays))

    with tempfile.TemporaryDirectory() as folder:
        for threshold in thresholds:
            add("dedup", threshold, run_tool(taken, Path(folder), threshold))
        lines, records = _written(taken, Path(folder))
        for rule in RULES:
            kept = _stays(peers.kept(rule, records if rule.records else lines, Path(folder)), len(taken.places))
            for threshold in thresholds:
                add(peers.titled(rule), threshold, kept)
    return sorted(rows, key=lambda row: thresholds.index(row.threshold))


def _stays(kept: list[int] | str, number: int) -> Flags | str:
    if isinstance(kept, str):
        return kept
    stays = np.zeros(number, bool)
    stays[kept] = True
    return stays


def _row(empty: Recall, found: brute_force.Pairs, long: Flags, stays: Flags | str) -> Recall:
    equal, near = found.left(long, empty.threshold)
    row = empty._replace(equal=equal, near=near)
    if isinstance(stays, str):
        return row._replace(note=stays)
    gone = long & ~stays
    equal_left, near_left = found.left(long & stays, empty.threshold)
    alone = found.alone(stays, gone, empty.threshold)
    return row._replace(equal_left=equal_left, near_left=near_left, gone=int(gone.sum()), alone=alone)


def cached(taken: brute_force.Sample, threshold: float, cache: Path | None, name: str) -> brute_force.Pairs:
    """Return all pairs of a sample, from a file if they were found before."""
    if cache is None:
        return brute_force.find(taken.tokens, threshold)
    digest = hashlib.blake2b(repr(threshold).encode(), digest_size=8)
    for tokens in taken.tokens:
        digest.update(tokens.tobytes() + b"|")
    path = cache / f"pairs-{name}-{len(taken.places)}-{digest.hexdigest()}.npz"
    if path.exists():
        with np.load(path) as kept:
            return brute_force.Pairs(**kept)
    found = brute_force.find(taken.tokens, threshold)
    cache.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, group=found.group, first=found.first, second=found.second, similarity=found.similarity)
    return found


def run_tool(taken: brute_force.Sample, folder: Path, threshold: float, scope: str = "corpus") -> Flags:
    """Run the program over the sample and return which of its paragraphs stay."""
    source, log, out = folder / "sample.jsonl", folder / "log.jsonl", folder / "out.jsonl"
    with source.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(record) + "\n" for record in taken.records)
    command = [*dedup(), "--isolated", "--quiet", "--scope", scope, "--guard", "off", "--threshold", f"{threshold:g}"]
    command += ["--min-words", str(MIN_WORDS), "--format", "jsonl", "--removed", str(log), str(source)]
    with out.open("wb") as file:
        done = subprocess.run(command, stdout=file, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        fail(command, done.returncode, done.stderr)
    gone = set()
    with log.open(encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            if "paragraph" in entry and "held" not in entry:
                gone.add(brute_force.Place(entry["document"]["line"] - 1, entry["paragraph"]))
    check(taken, gone, out)
    log.unlink()
    return np.array([place not in gone for place in taken.places], bool)


def check(taken: brute_force.Sample, gone: set[brute_force.Place], out: Path) -> None:
    """Raise if the program's output is anything else than the paragraphs that its log leaves."""
    written = {}
    with out.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            written[record["id"]] = record["text"]
    for number, record in enumerate(taken.records):
        parts, at = [], 0
        for place, (start, end) in enumerate(paragraphs.split(record["text"])):
            if brute_force.Place(number, place) in gone:
                parts.append(record["text"][at:start])
                at = end
        left = "".join(parts) + record["text"][at:]
        if _shown(left) != _shown(written.get(record["id"], "")):
            raise AssertionError(f"record {number}: the output is not what the log leaves")


def _shown(text: str) -> str:
    """Return what is to be seen of a text; separators leave with the paragraphs."""
    return "".join(char for char in "".join(text.split()) if char.isprintable())


def _written(taken: brute_force.Sample, folder: Path) -> tuple[Path, Path]:
    """Write the paragraphs for the other tools: one a line, and as records."""
    lines, records = folder / "lines.txt", folder / "records.jsonl"
    texts = [" ".join(text.splitlines()) for text in taken.texts]
    lines.write_text("".join(text + "\n" for text in texts), encoding="utf-8", newline="\n")
    with records.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(
            json.dumps({"id": str(number), "text": text}, ensure_ascii=False) + "\n"
            for number, text in enumerate(texts)
        )
    with records.open("rb") as source, gzip.open(f"{records}.gz", "wb", compresslevel=1) as packed:
        packed.write(source.read())
    return lines, records


def report(rows: list[Recall], number: int) -> str:
    """Return text and table."""
    said = (
        f"About {number} paragraphs of at least {MIN_WORDS} words, of whole documents from the start and from the "
        "middle of each corpus; every pair of them was compared. A pair is found if not both of its paragraphs are "
        "left. Unlike any left: taken out although none that stays is that similar. "
        "`dedup` ran with `--guard off` and the threshold of the row, the others with their usual rules."
    )
    return said + "\n\n" + table(HEAD, [row.cells() for row in rows])


def plot(rows: list[Recall]) -> str:
    """Return bars: of the pairs that are only similar, by the lowest threshold, the share found in all corpora."""
    least = min(row.threshold for row in rows)
    found: dict[str, list[Recall]] = {}
    for row in rows:
        if row.threshold == least and not row.note and row.near:
            found.setdefault(row.tool, []).append(row)
    shares = [
        (tool, 100 * statistics.fmean(1 - row.near_left / row.near for row in own)) for tool, own in found.items()
    ]
    said = f"Pairs similar by {least:g} or more, not equal: share found (mean of the corpora)"
    return bars(said, [(tool, value, f"{int(value * 100) / 100:.2f} %") for tool, value in shares])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, action="append", required=True, help="JSON lines; several times")
    parser.add_argument("--field", default="text", help="[text]")
    parser.add_argument("--sample", type=int, default=20_000, help="paragraphs of each corpus [20000]")
    parser.add_argument("--threshold", type=float, action="append", help="several times [0.8 0.85]")
    parser.add_argument("--peers-env", type=Path, help="a virtual environment with the other tools")
    parser.add_argument("--cache", type=Path, help="where pairs are kept for the next time")
    parser.add_argument("--into", type=Path, help="write the table and the plots into this folder")
    options = parser.parse_args()
    peers = Peers(options.peers_env)
    rows: list[Recall] = []
    for corpus in options.corpus:
        thresholds = options.threshold or [0.8, 0.85]
        found = measure(corpus, options.field, options.sample, thresholds, peers=peers, cache=options.cache)
        for row in found:
            print("  ".join(row.cells()), flush=True)
        rows += found
    text = report(rows, options.sample)
    print("\n" + text)
    if options.into:
        save(options.into, "recall", text, {"recall": plot(rows)})


if __name__ == "__main__":
    main()
