"""Where the time of ``--scope corpus`` goes: the processor's time of a run with one worker, stage by stage.

    python benchmarks/profile_stages.py --corpus news.jsonl --corpus terms.jsonl

The functions that are the stages are wrapped with a clock, each in a process of its own for each corpus; what one of
them spends in another one counts for that other one alone. What is left over is what lies between them: numbers of
paragraphs, copies sought by digest, the spool.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.lib.pairs import table
from benchmarks.lib.plots import bars, save

if TYPE_CHECKING:
    from collections.abc import Callable

STAGES = {
    "read the records": [
        "dedup.formats.jsonl:records",
        "dedup.formats.jsonl:record",
        "dedup.engines.local.first_pass:read_encoded",
    ],
    "split into paragraphs": [f"dedup.fingerprint.fingerprint:{name}" for name in ("split_together", "split_encoded")],
    "digests": ["dedup.fingerprint.python_batch:_digests", "dedup.fingerprint.native_batch:NativeBatch._digests"],
    "tokens, hashed": [
        "dedup.fingerprint.python_batch:words_of",
        "dedup.fingerprint.native_batch:tokens_within",
    ],
    "signatures": ["dedup.fingerprint.python_batch:signatures"],
    "shingles, letters, numbers, band keys": [
        "dedup.fingerprint.python_batch:_rows",
        "dedup.fingerprint.native_batch:NativeBatch.rows",
    ],
    "candidates": [f"dedup.engines.local.clustering:{name}" for name in ("candidates", "bucket_bands", "band_members")],
    "verdicts": ["dedup.engines.local.clustering:verify_pairs"],
    "who stays": ["dedup.engines.local.clustering:find_kept"],
    "blocks, short paragraphs": ["dedup.engines.local.stages:outcome"],
    "copies by digest": ["dedup.engines.local.stages:CorpusStages._owners"],
    "spool": [f"dedup.engines.local.spool:Spool.{name}" for name in ("append", "read", "take")],
    "cut and write": ["dedup.engines.removal.second_pass:write"],
}
REST = "what lies between"
START = "start: Python, numpy, this package"


class Clock:
    """Processor time of some functions, each without that of the others it calls."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._within: list[str] = []
        self._since = time.process_time()

    def turn(self, to: str | None) -> None:
        """Count what has passed for whoever was at work, and go on for another one; None: for the one before."""
        now = time.process_time()
        self.spent[self._within[-1] if self._within else REST] += now - self._since
        self._since = now
        if to is None:
            self._within.pop()
        else:
            self._within.append(to)

    def wrap(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with the clock on it."""

        def timed(*arguments: Any, **named: Any) -> Any:
            self.turn(stage)
            try:
                return function(*arguments, **named)
            finally:
                self.turn(None)

        return timed


def profile(corpus: Path, field: str) -> dict[str, float]:
    """Run the command in this process; return the seconds of each stage."""
    clock = Clock()
    for stage, places in STAGES.items():
        for place in places:
            module, _, path = place.partition(":")
            *within, name = path.split(".")
            home: Any = import_module(module)
            for outer in within:
                home = getattr(home, outer)
            setattr(home, name, clock.wrap(stage, getattr(home, name)))
    from dedup.engines.run import run
    from dedup.model.job import Job  # counted as the start
    from dedup.model.outcome import NullEvents
    from dedup.model.settings import Settings

    started = time.process_time()
    clock.turn(REST)
    clock.spent.clear()
    job = Job((str(corpus),), Settings(scope="corpus"), text_field=field, workers=1, output=Path(os.devnull))
    run(job, NullEvents())
    clock.turn(None)
    return {START: started, **clock.spent}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, action="append", required=True, help="JSON lines; several times")
    parser.add_argument("--field", default="text", help="[text]")
    parser.add_argument("--runs", type=int, default=3, help="of which the quickest counts [3]")
    parser.add_argument("--into", type=Path, help="write the table and the plots into this folder")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        print(json.dumps(profile(options.corpus[0], options.field)))
        return
    again = [sys.executable, __file__, "--once", "--field", options.field, "--corpus"]
    found = {}
    for corpus in options.corpus:
        runs = [json.loads(subprocess.check_output([*again, str(corpus)])) for _ in range(options.runs)]
        found[corpus] = min(runs, key=lambda run: sum(run.values()))
        print(f"{corpus.name}: {sum(found[corpus].values()):.2f} s", flush=True)
    text = report(found)
    print("\n" + text)
    if options.into:
        plots = {f"profile_stages-{corpus.stem}": plot(corpus, spent) for corpus, spent in found.items()}
        save(options.into, "profile_stages", text, plots)


def report(found: dict[Path, dict[str, float]]) -> str:
    """Return text and table."""
    said = (
        "Processor time of `dedup --scope corpus --workers 1`, all in one process; the seconds, and what share of the "
        "whole that is. More workers share all but the last three stages, and candidates by bands."
    )
    rows = []
    for stage in (START, *STAGES, REST):
        each = [(spent.get(stage, 0.0), sum(spent.values())) for spent in found.values()]
        rows.append([stage, *(cell for some, all_ in each for cell in (f"{some:.2f} s", f"{100 * some / all_:.0f} %"))])
    head = ["stage", *(cell for corpus in found for cell in (f"{corpus.name}, {_size(corpus)}", "share"))]
    rows.append(["together", *(cell for spent in found.values() for cell in (f"{sum(spent.values()):.2f} s", ""))])
    return said + "\n\n" + table(head, rows)


def _size(corpus: Path) -> str:
    return f"{corpus.stat().st_size / 1e6:.0f} MB"


def plot(corpus: Path, spent: dict[str, float]) -> str:
    """Return the stages as bars."""
    rows = [(stage, spent.get(stage, 0.0), f"{spent.get(stage, 0.0):.2f} s") for stage in (START, *STAGES, REST)]
    return bars(f"Where the time goes: {corpus.name}, {_size(corpus)}", rows)


if __name__ == "__main__":
    main()
