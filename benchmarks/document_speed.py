"""Measure dedup against simple yardsticks on the same machine, in the same minute, on the same text.

    python benchmarks/document_speed.py                          a synthetic corpus of 20 MB
    python benchmarks/document_speed.py --size 85 --runs 7
    python benchmarks/document_speed.py --corpus news.jsonl      a corpus of your own
    python benchmarks/document_speed.py --write docs/performance.md

Seconds depend on the machine; ratios less so. Each ratio is taken within one pair of runs, one directly after the
other, so that whatever else the machine does weighs on both; the order within a pair alternates. Standard library
only, besides the package itself.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.lib.pairs import Row, dedup, insert, pairs, table, write_lines
from benchmarks.lib.synthetic import write

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = ROOT / "fixtures" / "articles" / "doubled.txt"


HEAD = ["command", "yardstick", "ratio, least", "ratio, median", "command", "yardstick", "peak memory"]


def main() -> None:
    """Measure and print."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        rows = list(_startup(options.runs * 3))
        for row in rows:
            print("  ".join(row.cells()), flush=True)
        corpus, described = _corpus(options, Path(folder))
        row = _throughput(corpus, options.field, Path(folder), options.runs)
        print("  ".join(row.cells()), flush=True)
        rows.append(row)
        stages = [] if options.no_stages else _stages(corpus, options.field)
    text = _report(rows, stages, described, options.runs)
    print("\n" + text)
    if options.write:
        insert(options.write, text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=float, default=20, help="millions of characters of the synthetic corpus [20]")
    parser.add_argument("--corpus", type=Path, help="JSON lines to measure on instead")
    parser.add_argument("--field", default="text", help="the field that holds the text [text]")
    parser.add_argument(
        "--runs", type=int, default=5, help="pairs of runs; start-up is measured three times as often [5]"
    )
    parser.add_argument("--no-stages", action="store_true", help="leave the stages out")
    parser.add_argument("--write", type=Path, help="put the tables into this page, between the benchmark comments")
    return parser.parse_args()


def _corpus(options: argparse.Namespace, folder: Path) -> tuple[Path, str]:
    if options.corpus:
        path = options.corpus.resolve()
        return path, f"{path.name}, {path.stat().st_size / 1e6:.0f} MB"
    path = folder / "corpus.jsonl"
    count = write(path, int(options.size * 1e6))
    return path, f"a synthetic corpus, {count} records, {path.stat().st_size / 1e6:.0f} MB"


def _startup(runs: int) -> list[Row]:
    python, command = [sys.executable], dedup()
    return [
        pairs(
            "one article through a pipe",
            command,
            "`import numpy`",
            [*python, "-c", "import numpy"],
            runs=runs,
            stdin=ARTICLE,
        ),
        pairs("`dedup --help`", [*command, "--help"], "`python -c pass`", [*python, "-c", "pass"], runs=runs),
        pairs("`dedup --version`", [*command, "--version"], "`python -c pass`", [*python, "-c", "pass"], runs=runs),
    ]


def _throughput(corpus: Path, field: str, folder: Path, runs: int) -> Row:
    lines = folder / "lines.txt"
    write_lines(corpus, field, lines)
    awk = shutil.which("mawk") or shutil.which("awk")
    if awk is None:
        sys.exit("benchmark: neither mawk nor awk is there")
    ours = [*dedup(), "--isolated", "--quiet", "--format", "jsonl", "--field", field, str(corpus)]
    name = Path(awk).name
    return pairs("JSON lines, document scope", ours, f"`{name} '!s[$0]++'`", [awk, "!s[$0]++", str(lines)], runs=runs)


def _stages(corpus: Path, field: str) -> list[list[str]]:
    """Measure the kernels in a process of their own, so that this one stays small."""
    command = [sys.executable, str(Path(__file__).with_name("kernel_timings.py")), str(corpus), field]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"stages: not measured: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return []
    rows: list[list[str]] = json.loads(done.stdout)
    return rows


def _report(rows: list[Row], stages: list[list[str]], corpus: str, runs: int) -> str:
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "rapidfuzz", "paradedup"))
    taken = (
        f"Taken with `python benchmarks/document_speed.py`: {runs} pairs of runs, {corpus}. {machine}, {packages}. "
        "Read the ratios rather than the seconds."
    )
    parts = [taken, table(HEAD, [row.cells() for row in rows])]
    if stages:
        parts.append(table(["stage", "ns a character", "beside it"], stages))
    return "\n\n".join(parts)


if __name__ == "__main__":
    main()
