"""A standalone cluster on loopback: a master and workers, started from the PySpark that is installed."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

PATIENCE = 60
"""Seconds in which the cluster has to be up."""


@dataclass
class Standalone:
    """A master, and workers of one core each.

    Args:
        directory: for logs and what the workers keep.
        workers: how many.
        memory: of each.
        bound: bind each worker, and all that it starts, to one of this machine's cores in turn: what announces one core
            has one, as a machine of its own would.
    """

    directory: Path
    workers: int = 2
    memory: str = "1g"
    bound: bool = False
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    port: int = 0

    @property
    def master(self) -> str:
        """The master's URL."""
        return f"spark://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Start everything, and wait until all workers are known to the master."""
        self.port = _free_port()
        master = "org.apache.spark.deploy.master.Master"
        log = self._start(
            "master", master, "--host", "127.0.0.1", "--port", str(self.port), "--webui-port", str(_free_port())
        )
        try:
            _wait_for(log, r"I have been elected leader", 1)
            for number in range(self.workers):
                self.add(number)
            _wait_for(log, r"Registering worker", self.workers)
        except BaseException:
            self.close()
            raise
        return self

    def add(self, number: int) -> None:
        """Start a worker."""
        worker = "org.apache.spark.deploy.worker.Worker"
        place = ("--host", "127.0.0.1", "--webui-port", str(_free_port()), "--work-dir", str(self.directory / "work"))
        with _on_core(number) if self.bound else contextlib.nullcontext():
            self._start(f"worker-{number}", worker, *place, "--cores", "1", "--memory", self.memory, self.master)

    def _start(self, name: str, *command: str) -> Path:
        import pyspark  # only where a cluster is asked for

        home = Path(pyspark.__file__).parent
        env = {
            **os.environ,
            "SPARK_HOME": str(home),
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_NO_DAEMONIZE": "1",
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_LOCAL_DIRS": str(self.directory / "local"),
        }
        log = self.directory / f"{name}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [str(home / "bin" / "spark-class"), *command],
                stdout=file,
                stderr=subprocess.STDOUT,
                env=env,
                start_new_session=True,  # so that it can be ended with all that it has started
            )
        self.processes.append(process)
        return log

    def executors(self) -> list[int]:
        """Return the numbers of the executors' processes."""
        return _children(self.processes[1:], "CoarseGrainedExecutorBackend")

    def python_workers(self) -> list[int]:
        """Return the numbers of the processes in which executors run Python."""
        return _children(self.processes[1:], "pyspark.daemon")

    def close(self) -> None:
        """End everything."""
        for process in reversed(self.processes):
            for number in (signal.SIGTERM, signal.SIGKILL):
                if process.poll() is None:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, number)
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(10)
        self.processes.clear()

    def __exit__(self, *_: object) -> None:
        """End everything."""
        self.close()


@contextlib.contextmanager
def _on_core(number: int) -> Iterator[None]:
    """Have processes that are started meanwhile run on one core; counted from 0, and round and round."""
    before = os.sched_getaffinity(0)
    cores = sorted(before)
    os.sched_setaffinity(0, {cores[number % len(cores)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(log: Path, pattern: str, times: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if len(re.findall(pattern, log.read_text(errors="replace"))) >= times:
            return
        time.sleep(0.2)
    raise TimeoutError(f"{pattern!r} never came:\n{log.read_text(errors='replace')[-4000:]}")


def _children(parents: list[subprocess.Popen[bytes]], wanted: str) -> list[int]:
    """Return the processes with some word in their command that descend from others, by what /proc says."""
    above: dict[int, int] = {}
    commands: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                above[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                commands[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
    tops = {process.pid for process in parents}

    def descends(number: int) -> bool:
        while number in above and number not in tops:
            number = above[number]
        return number in tops

    return sorted(number for number, command in commands.items() if wanted in command and descends(number))
