"""What a command and its workers hold in memory while they run, from Linux's /proc."""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.lib.pairs import fail, reap

PROC = Path("/proc")
EVERY = 0.1


@dataclass
class Watched:
    """One run of a command, watched."""

    seconds: float = 0.0
    largest: int = 0
    """Bytes resident in the largest process at its peak; 0 where nobody knows."""
    together: int = 0
    """Bytes of all processes together at the peak, pages that they share counted once; 0 where nobody knows."""
    written: int = 0
    """Bytes on standard output."""


def watch(command: list[str]) -> Watched:
    """Run a command, throw its output away, and say what it took; end the benchmark if it fails."""
    found = Watched()
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    done = threading.Event()
    sampler = threading.Thread(target=_sample, args=(process.pid, found, done), daemon=True)
    errors = bytearray()
    reader = threading.Thread(target=lambda: errors.extend(process.stderr.read() if process.stderr else b""))
    for thread in (sampler, reader):
        thread.start()
    while process.stdout and (piece := process.stdout.read(1 << 20)):
        found.written += len(piece)
    reader.join()
    peak = reap(process)
    found.seconds = time.perf_counter() - begin
    done.set()
    sampler.join()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()
    if process.returncode:
        fail(command, process.returncode, bytes(errors))
    found.largest = max(found.largest, peak)
    return found


def _sample(root: int, found: Watched, done: threading.Event) -> None:
    while not done.wait(EVERY):
        sizes = [size for each in tree(root) if (size := proportional(each))]
        found.together = max(found.together, sum(sizes))


def tree(root: int) -> list[int]:
    """Return a process and all that descend from it."""
    out, todo = [], [root]
    while todo:
        each = todo.pop()
        out.append(each)
        threads: list[Path] = []
        with suppress(OSError):  # it may be gone by now, and so may each of its threads
            threads = list((PROC / str(each) / "task").iterdir())
        for thread in threads:
            with suppress(OSError):
                todo += [int(child) for child in (thread / "children").read_text(encoding="ascii").split()]
    return out


def proportional(process: int) -> int:
    """Return the bytes of a process, its part of the shared pages only; 0 where nobody knows."""
    with suppress(OSError):
        for line in (PROC / str(process) / "smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
