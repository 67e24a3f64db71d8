"""Measure dedup against simple yardsticks on the same machine, in the same minute, on the same text.

    python benchmarks/run.py                          a synthetic corpus of 20 MB
    python benchmarks/run.py --size 85 --runs 7
    python benchmarks/run.py --corpus news.jsonl      a corpus of your own
    python benchmarks/run.py --write docs/performance.md

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
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.corpus import write  # noqa: E402 - the path has to be known first

ARTICLE = ROOT / "fixtures" / "articles" / "doubled.txt"
BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"


@dataclass(frozen=True)
class Run:
    """One run of a command."""

    seconds: float
    peak: int
    """Bytes; of the command or of the largest of its workers."""


@dataclass(frozen=True)
class Row:
    """A command beside its yardstick."""

    title: str
    yardstick: str
    runs: tuple[tuple[Run, Run], ...]

    @property
    def ratios(self) -> list[float]:
        """How many times longer the command took, pair by pair."""
        return [ours.seconds / theirs.seconds for ours, theirs in self.runs]

    def cells(self) -> list[str]:
        """Return the row of the table."""
        ours = [run for run, _ in self.runs]
        theirs = [run for _, run in self.runs]
        peak = max(run.peak for run in ours)
        return [
            self.title,
            self.yardstick,
            f"{min(self.ratios):.2f}",
            f"{statistics.median(self.ratios):.2f}",
            _seconds(statistics.median(run.seconds for run in ours)),
            _seconds(statistics.median(run.seconds for run in theirs)),
            f"{peak / 1e6:.0f} MB" if peak else "?",
        ]


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
        _insert(options.write, text)


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
    python, dedup = [sys.executable], _dedup()
    return [
        _pairs(
            "one article through a pipe",
            dedup,
            "`import numpy`",
            [*python, "-c", "import numpy"],
            runs=runs,
            stdin=ARTICLE,
        ),
        _pairs("`dedup --help`", [*dedup, "--help"], "`python -c pass`", [*python, "-c", "pass"], runs=runs),
        _pairs("`dedup --version`", [*dedup, "--version"], "`python -c pass`", [*python, "-c", "pass"], runs=runs),
    ]


def _throughput(corpus: Path, field: str, folder: Path, runs: int) -> Row:
    lines = folder / "lines.txt"
    _paragraphs(corpus, field, lines)
    awk = shutil.which("mawk") or shutil.which("awk")
    if awk is None:
        sys.exit("benchmark: neither mawk nor awk is there")
    ours = [*_dedup(), "--isolated", "--quiet", "--format", "jsonl", "--field", field, str(corpus)]
    name = Path(awk).name
    return _pairs("JSON lines, document scope", ours, f"`{name} '!s[$0]++'`", [awk, "!s[$0]++", str(lines)], runs=runs)


def _paragraphs(corpus: Path, field: str, to: Path) -> None:
    """Write the texts of a corpus, one paragraph a line."""
    with corpus.open("rb") as records, to.open("w", encoding="utf-8", newline="\n") as out:
        for line in records:
            value = json.loads(line)
            for name in field.split("."):
                value = value[name]
            out.writelines(part + "\n" for part in value.splitlines() if part.strip())


def _dedup() -> list[str]:
    script = shutil.which("dedup", path=str(Path(sys.executable).parent))
    return [script] if script else [sys.executable, "-m", "dedup"]


def _pairs(title: str, ours: list[str], name: str, theirs: list[str], *, runs: int, stdin: Path | None = None) -> Row:
    _once(ours, stdin)
    _once(theirs, stdin)
    found = []
    for number in range(runs):
        if number % 2:
            second = _once(theirs, stdin)
            found.append((_once(ours, stdin), second))
        else:
            found.append((_once(ours, stdin), _once(theirs, stdin)))
    return Row(title, name, tuple(found))


def _once(command: list[str], stdin: Path | None = None) -> Run:
    """Run a command with its output thrown away."""
    with (stdin or Path(os.devnull)).open("rb") as source:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = process.stderr.read() if process.stderr else b""
        peak = 0
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        seconds = time.perf_counter() - begin
    if process.wait():
        sys.exit(f"benchmark: {command} ended with {process.returncode}: {errors.decode(errors='replace')[-500:]}")
    return Run(seconds, peak)


def _stages(corpus: Path, field: str) -> list[list[str]]:
    """Measure the kernels in a process of their own, so that this one stays small."""
    command = [sys.executable, str(Path(__file__).with_name("stages.py")), str(corpus), field]
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
        f"Taken with `python benchmarks/run.py`: {runs} pairs of runs, {corpus}. {machine}, {packages}. "
        "Read the ratios rather than the seconds."
    )
    parts = [taken, _table(HEAD, [row.cells() for row in rows])]
    if stages:
        parts.append(_table(["stage", "ns a character", "beside it"], stages))
    return "\n\n".join(parts)


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows])


def _insert(page: Path, text: str) -> None:
    old = page.read_text(encoding="utf-8")
    before, begin, rest = old.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"benchmark: {page} has no lines {BEGIN} and {END}; nothing was written")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8", newline="\n")


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms"


if __name__ == "__main__":
    main()
