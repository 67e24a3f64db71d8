"""Whole processes in pairs, and the tables and pages that measurements are written into.

Each ratio is taken within one pair of runs, one directly after the other, so that whatever else the machine does
weighs on both; the order within a pair alternates.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True)
class Run:
    """One run of a command."""

    seconds: float
    peak: int
    """Bytes; of the command or of the largest of its workers; 0 where nobody knows."""


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
        return [
            self.title,
            self.yardstick,
            f"{min(self.ratios):.2f}",
            f"{statistics.median(self.ratios):.2f}",
            seconds(statistics.median(run.seconds for run in ours)),
            seconds(statistics.median(run.seconds for run in theirs)),
            megabytes(max(run.peak for run in ours)),
        ]


def pairs(
    title: str,
    ours: list[str],
    name: str,
    theirs: list[str],
    *,
    runs: int,
    stdin: Path | None = None,
    warm: bool = True,
) -> Row:
    """Run both commands in pairs.

    Args:
        title: what the table calls the first command.
        ours: the first command.
        name: what the table calls the second one.
        theirs: the second command.
        runs: how many pairs; in every other one the second command goes first.
        stdin: what both read from standard input; nothing by default.
        warm: run both once before.
    """
    if warm:
        once(ours, stdin)
        once(theirs, stdin)
    return Row(title, name, tuple(_alternated(ours, theirs, runs, stdin)))


def _alternated(ours: list[str], theirs: list[str], runs: int, stdin: Path | None) -> Iterator[tuple[Run, Run]]:
    for number in range(runs):
        if number % 2:
            second = once(theirs, stdin)
            yield once(ours, stdin), second
        else:
            first = once(ours, stdin)
            yield first, once(theirs, stdin)


def once(command: list[str], stdin: Path | None = None, env: dict[str, str] | None = None) -> Run:
    """Run a command with its output thrown away; end the benchmark if it fails.

    Args:
        command: what to run.
        stdin: what it reads from standard input; nothing by default.
        env: variables that are set for it besides those that are.
    """
    with (stdin or Path(os.devnull)).open("rb") as source:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=source,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=None if env is None else os.environ | env,
        )
        errors = b""
        if process.stderr:
            with process.stderr as pipe:
                errors = pipe.read()
        peak = reap(process)
        taken = time.perf_counter() - begin
    if process.wait():
        fail(command, process.returncode, errors)
    return Run(taken, peak)


def reap(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process and return the peak memory of it or of its largest child, in bytes; 0 where unknown."""
    if not hasattr(os, "wait4"):
        process.wait()
        return 0
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def fail(command: Sequence[str], code: int, errors: bytes) -> None:
    """End the benchmark because a command failed."""
    sys.exit(f"benchmark: {list(command)} ended with {code}: {errors.decode(errors='replace')[-500:]}")


def dedup() -> list[str]:
    """Return the command of this environment's dedup."""
    script = shutil.which("dedup", path=str(Path(sys.executable).parent))
    return [script] if script else [sys.executable, "-m", "dedup"]


def field_of(value: Any, field: str) -> Any:
    """Return what stands at a field's path in a record."""
    for name in field.split("."):
        value = value[name]
    return value


def write_lines(corpus: Path, field: str, to: Path) -> None:
    """Write the texts of a corpus, one paragraph a line."""
    with corpus.open("rb") as records, to.open("w", encoding="utf-8", newline="\n") as out:
        for line in records:
            text = field_of(json.loads(line), field)
            out.writelines(part + "\n" for part in text.splitlines() if part.strip())


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows])


def insert(page: Path, text: str, name: str = "benchmark") -> None:
    """Put text into a page, between the comments ``NAME: begin`` and ``NAME: end``; end the benchmark without them."""
    first, last = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    old = page.read_text(encoding="utf-8")
    before, begin, rest = old.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        sys.exit(f"benchmark: {page} has no lines {first} and {last}; nothing was written")
    page.write_text(f"{before}{first}\n\n{text}\n\n{last}{after}", encoding="utf-8", newline="\n")


def seconds(value: float) -> str:
    """Return a time as tables show it."""
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms"


def megabytes(value: float) -> str:
    """Return a size as tables show it; a question mark for one that is not known."""
    return f"{value / 1e6:.{0 if value >= 1e7 else 1}f} MB" if value else "?"
