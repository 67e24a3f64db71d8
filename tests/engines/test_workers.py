"""The worker pool: in order, bounded, and never hanging."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.engines.local import workers
from dedup.engines.local.memory import default_workers
from dedup.engines.local.workers import map_ordered
from dedup.model.errors import DedupError

if TYPE_CHECKING:
    from collections.abc import Iterator

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")


def _slow_square(number: int) -> tuple[int, int]:
    time.sleep(0.002 * (number % 3))
    return number * number, os.getpid()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_come_in_order(workers: int) -> None:
    results = list(map_ordered(_slow_square, range(40), workers))
    assert [(task, value) for task, (value, _) in results] == [(n, n * n) for n in range(40)]
    elsewhere = {pid for _, (_, pid) in results} - {os.getpid()}
    assert len(elsewhere) == (workers if workers > 1 else 0)


def test_small_input_starts_no_process() -> None:
    assert {pid for _, (_, pid) in map_ordered(_slow_square, range(workers.INLINE_TASKS), 4)} == {os.getpid()}


def test_no_more_processes_are_started_than_there_is_work_for() -> None:
    tasks = range(5)
    assert len({pid for _, (_, pid) in map_ordered(_slow_square, tasks, 1_000_000)}) <= len(tasks)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.none() | st.integers(), max_size=30), st.integers(1, 3))
def test_a_wait_first_gives_out_what_is_under_way(tasks: list[int | None], workers: int) -> None:
    given_out = 0
    asked = 0

    def source() -> Iterator[int | None]:
        nonlocal asked
        for task in tasks:
            asked += task is not None
            yield task
            if task is None:
                assert given_out == asked

    for _ in map_ordered(abs, source(), workers):
        given_out += 1
    assert given_out == len([task for task in tasks if task is not None])


def test_read_ahead_is_bounded() -> None:
    read = 0

    def source() -> Iterator[int]:
        nonlocal read
        for number in range(1000):
            read = number
            yield number

    with closing(map_ordered(_slow_square, source(), 2)) as results:
        for number, _ in zip(range(20), results, strict=False):
            assert read - number <= 4 * 2 + 4
    with closing(map_ordered(_slow_square, source(), 2, weight=lambda _: workers.MAX_IN_FLIGHT)) as results:
        for number, _ in zip(range(20), results, strict=False):
            assert read - number <= workers.INLINE_TASKS + 1


def _die(number: int) -> int:
    if number == 7:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return number


def _fail(number: int) -> int:
    if number == 7:
        raise LookupError("seven")
    return number


@posix
def test_worker_that_dies_is_a_clear_error() -> None:
    with pytest.raises(DedupError, match=r"a worker process was killed .* most likely because memory ran out"):
        list(map_ordered(_die, range(100), 2))


def test_error_in_a_worker_comes_out_here() -> None:
    with pytest.raises(LookupError, match="seven"):
        list(map_ordered(_fail, range(100), 2))
    assert threading.active_count() == 1


@posix
def test_workers_are_gone_when_the_results_are_not_wanted() -> None:
    pids = set()
    with closing(map_ordered(_slow_square, range(1000), 2)) as results:
        for _, (_, pid) in zip(range(10), (result for _, result in results), strict=False):
            pids.add(pid)
    assert pids
    for pid in pids - {os.getpid()}:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


_PARENT = """
import os, sys, time
from dedup.engines.local.workers import map_ordered
from dedup.engines.signals import stopped_by_signals
def work(n):
    time.sleep(0.01)
    return os.getpid()
try:
    with stopped_by_signals():
        for n, (_, pid) in enumerate(map_ordered(work, range(100000), 2)):
            if n < 20:
                print(pid, flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:  # noqa: PTH123 - a zombie has ended, too
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")  # noqa: PTH110 - nothing to gain
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_no_worker_outlives_its_parent(number: str) -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pids = {int(process.stdout.readline()) for _ in range(20)}
        process.send_signal(getattr(signal, number))
        rest = process.stdout.read()  # its end comes only when the workers are gone as well
        process.wait()
    assert len(pids) == 2
    for _ in range(200):
        if not any(map(_alive, pids)):
            break
        time.sleep(0.01)
    assert not any(map(_alive, pids))
    assert (b"interrupted" in rest) == (number != "SIGKILL")


def test_default_is_what_this_process_may_use() -> None:
    assert 1 <= default_workers() <= (os.cpu_count() or 1)
