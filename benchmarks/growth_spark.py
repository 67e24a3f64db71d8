"""How a run on Spark grows: with the data, and with the workers of a real cluster on this machine.

    python benchmarks/growth_spark.py --megabytes 80 --factors 1 4 8 --workers 1 2 --into docs/scale.md

Starts a standalone cluster (a master, workers of one core each) for every number of workers, and runs the command on a
dump that `make_dump.py` makes. A worker and its executor are bound to a core: else a single one, whose JVM and Python
work side by side, takes two. What is counted comes from Spark's event log: the time between the first job's beginning
and the last one's end, bytes shuffled and spilled. Memory is that of the executors' processes, from /proc. The sizes of
splits and of parts do not change, so that a task sees as much of a large corpus as of a small one. With ``--into`` the
tables take the place of what stands between the markers of a page.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.lib.pairs import table
from benchmarks.make_dump import write
from tests.conformance.cluster import Standalone

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SPLIT = 4 << 20
"""Bytes of a split of the input, and about the bytes of text behind each partition of a shuffle."""
HEAD = [
    "data",
    "workers",
    "paragraphs",
    "run",
    "stages",
    "rate",
    "all tasks",
    "shuffled",
    "a paragraph",
    "kept between stages",
    "spilled",
    "Python process",
    "executor's JVM",
]


@dataclass
class Point:
    """One run.

    Attributes:
        size: bytes of the input.
        workers: workers of the cluster.
        seconds: from the first job's beginning to the last one's end.
        staged: seconds in which a stage was at work.
        shuffled, spilled: bytes, of all tasks together.
        written: bytes that tasks wrote to files: the output, and what is kept between stages.
        python, java: bytes resident in the largest process of each kind, of all executors.
        paragraphs: of the corpus.
        busy: seconds of all tasks together.
        jobs: how many.
    """

    size: int
    workers: int
    seconds: float = 0.0
    staged: float = 0.0
    shuffled: int = 0
    spilled: int = 0
    written: int = 0
    python: int = 0
    java: int = 0
    paragraphs: int = 0
    busy: float = 0.0
    jobs: int = 0
    tasks: Counter[str] = field(default_factory=Counter)

    def cells(self) -> list[str]:
        """Return the row of the table."""
        return [
            f"{self.size / 1e6:.0f} MB",
            str(self.workers),
            f"{self.paragraphs:,}",
            f"{self.seconds:.0f} s",
            f"{self.staged:.0f} s",
            f"{self.size / 1e6 / self.seconds:.2f} MB/s",
            f"{self.busy:.0f} s",
            f"{self.shuffled / 1e6:.0f} MB",
            f"{self.shuffled / max(self.paragraphs, 1):.0f} B",
            f"{self.written / 1e6:.0f} MB",
            f"{self.spilled / 1e6:.0f} MB",
            f"{self.python >> 20} MB",
            f"{self.java >> 20} MB",
        ]


def events(directory: Path) -> Iterator[dict[str, Any]]:
    """Yield what Spark logged."""
    for path in sorted(directory.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            with path.open(encoding="utf-8") as file:
                yield from map(json.loads, file)


def read_events(directory: Path, point: Point) -> None:
    """Enter what Spark logged about a run."""
    begun, ended, stages = [], [], []
    for event in events(directory):
        kind = event["Event"]
        if kind == "SparkListenerJobStart":
            begun.append(event["Submission Time"])
        elif kind == "SparkListenerJobEnd":
            ended.append(event["Completion Time"])
        elif kind == "SparkListenerStageCompleted":
            stages.append((event["Stage Info"]["Submission Time"], event["Stage Info"]["Completion Time"]))
        elif kind == "SparkListenerTaskEnd" and (metrics := event.get("Task Metrics")):
            point.shuffled += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
            point.spilled += metrics["Disk Bytes Spilled"]
            point.written += metrics["Output Metrics"]["Bytes Written"]
            point.busy += metrics["Executor Run Time"] / 1000
            point.tasks[event["Task End Reason"]["Reason"]] += 1
    point.jobs = len(begun)
    point.seconds = (max(ended) - min(begun)) / 1000
    point.staged = union(stages) / 1000


def union(spans: list[tuple[int, int]]) -> int:
    """Return how long at least one of some spans of time lasted."""
    total = until = 0
    for begin, end in sorted(spans):
        total += max(0, end - max(begin, until))
        until = max(until, end)
    return total


def resident(process: int) -> int:
    """Return the bytes that a process has in memory."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def watch(cluster: Standalone, point: Point, done: threading.Event) -> None:
    """Look at the memory of executors now and then."""
    while not done.wait(0.5):
        point.java = max([point.java, *map(resident, cluster.executors())])
        point.python = max([point.python, *map(resident, cluster.python_workers())])


def measure(path: Path, directory: Path, cluster: Standalone, *, memory: str, java: str) -> Point:
    """Run the command over a file, on a cluster."""
    size = path.stat().st_size
    point = Point(size, cluster.workers)
    log = directory / "events"
    log.mkdir()
    conf = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": log.as_uri(),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.executor.memory": memory,
        "spark.sql.files.maxPartitionBytes": str(SPLIT),
        "spark.sql.files.openCostInBytes": "0",
        "spark.sql.shuffle.partitions": str(max(-(-size // SPLIT), 2)),
        # Else small partitions would be put together, and large ones not.
        "spark.sql.adaptive.coalescePartitions.enabled": "false",
    }
    if java:
        conf |= {"spark.driver.extraJavaOptions": java, "spark.executor.extraJavaOptions": java}
    words = [word for key, value in conf.items() for word in ("--spark-conf", f"{key}={value}")]
    command = [sys.executable, "-m", "dedup", "--isolated", "--no-progress", "--scope", "corpus", "--engine", "spark"]
    output = directory / "out"
    done = threading.Event()
    thread = threading.Thread(target=watch, args=(cluster, point, done), daemon=True)
    thread.start()
    env = {**os.environ, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    more = ["--master", cluster.master, *words, str(path), "--output", str(output)]
    ended = subprocess.run([*command, *more], env=env, capture_output=True, text=True, check=False)
    done.set()
    thread.join()
    if ended.returncode:
        sys.exit(f"the run failed:\n{ended.stderr}")
    said = next(line for line in ended.stderr.splitlines() if line.startswith("1 file"))
    point.paragraphs = int(said.partition(" paragraphs")[0].rpartition(" ")[2].replace(",", ""))
    read_events(log, point)
    return point


def report(points: list[Point], memory: str, java: str) -> str:
    """Return the tables."""
    by_size: dict[int, dict[int, Point]] = {}
    for point in points:
        by_size.setdefault(point.size, {})[point.workers] = point
    machine = (
        f"Measured on {time.strftime('%Y-%m-%d')}: {os.cpu_count()} cores, Python {platform.python_version()}, PySpark "
        f"{_version()}; the master, the driver and all workers share this machine. Workers are bound to a core each; "
        f"executors have {memory} of heap, all JVMs {f'`{java}`' if java else 'no options'}; splits and shuffle "
        f"partitions are for {SPLIT >> 20} MB of input each."
    )
    lines = [
        machine,
        "",
        table(HEAD, [point.cells() for point in points]),
        "",
    ]
    for size, found in by_size.items():
        if len(found) > 1:
            least, most = min(found), max(found)
            run, stages = (getattr(found[least], name) / getattr(found[most], name) for name in ("seconds", "staged"))
            lines.append(
                f"- {size / 1e6:.0f} MB: {most} workers are {run:.2f} times as fast as {least}, and {stages:.2f} times "
                "in the stages."
            )
    failed = sum((point.tasks for point in points), Counter[str]()) - Counter({"Success": 1 << 60})
    lines.append(
        f"- {points[0].jobs} to {points[-1].jobs} jobs a run; tasks that failed: {sum(failed.values()) or 'none'}."
    )
    return "\n".join(lines)


def _version() -> str:
    from importlib.metadata import version  # once

    return version("pyspark")


def put_into(page: Path, text: str) -> None:
    """Put text between the markers of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=80, help="of the smallest dump [80]")
    parser.add_argument("--factors", type=int, nargs="+", default=[1, 4, 8], help="[1 4 8]")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="[1 2]")
    parser.add_argument("--memory", default="1g", help="of an executor's heap [1g]")
    parser.add_argument("--java", default="-XX:TieredStopAtLevel=1", help="options of all JVMs [%(default)s]")
    parser.add_argument("--into", type=Path, help="page that has the markers")
    options = parser.parse_args()
    points = []
    with tempfile.TemporaryDirectory() as folder:
        for factor in options.factors:
            path = Path(folder) / f"{factor}.jsonl"
            write(path, int(options.megabytes * factor * 1e6))
            for workers in options.workers:
                with (
                    tempfile.TemporaryDirectory(dir=folder) as own,
                    Standalone(Path(own), workers, "2g", bound=True) as cluster,
                ):
                    points.append(measure(path, Path(own), cluster, memory=options.memory, java=options.java))
                print("  ".join(points[-1].cells()), flush=True)
    text = report(points, options.memory, options.java)
    print("\n" + text)
    if options.into:
        put_into(options.into, text)


if __name__ == "__main__":
    main()
