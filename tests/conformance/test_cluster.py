"""A real cluster, a master and two workers, gives what one machine gives; also when parts of it fail."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.cases import Case, articles, cases, lines
from tests.conformance.cluster import Standalone
from tests.conformance.conftest import ALL, of_all, require_spark, session
from tests.conformance.engines import locally, on_spark
from tests.support.fake_kernel import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("some_parts")]

_CHOSEN = ("planted", "texts and records", "references") if ALL else ("planted",)
_STAGES = ["counting", "reading", "candidates", "outcome", "cleaning"] if ALL else ["candidates"]
_MEGABYTE = b"A line of text, and more of it.\n" * (1 << 15)
_LARGER = Case("larger", {"a.jsonl": lines(articles(6, 150)), "b.jsonl": lines(articles(7, 150))[:-1]})


@pytest.fixture
def some_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the output into some parts."""
    monkeypatch.setattr("dedup.engines.spark.run.PART_BYTES", (100_000, 100_000))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    require_spark()
    with Standalone(tmp_path_factory.mktemp("cluster")) as found:
        yield found


@pytest.fixture(scope="module")
def spark(cluster: Standalone) -> Iterator[Any]:
    found = session(
        cluster.master,
        spark_executor_memory="600m",
        spark_sql_files_maxPartitionBytes="100k",
        spark_speculation="true",
        spark_speculation_multiplier="1.1",
        spark_speculation_quantile="0.1",
        spark_speculation_minTaskRuntime="200ms",
        spark_task_maxFailures="8",
        spark_excludeOnFailure_enabled="false",
    )
    yield found
    found.stop()


@pytest.mark.parametrize("case", [case for case in cases() if case.name in _CHOSEN], ids=lambda case: case.name)
@pytest.mark.usefixtures("spark")
def test_a_cluster_gives_what_one_machine_gives(case: Case, tmp_path: Path) -> None:
    """With speculation on, so that tasks run twice and one of the two is thrown away."""
    case.put(tmp_path)
    assert on_spark(case, tmp_path) == locally(case, tmp_path, 1)


class Saboteur(Recorder):
    """Does some harm when a stage of the run begins, a little later, once."""

    def __init__(self, stage: str, harm: Callable[[], bool], *, delay: float = 0.3) -> None:
        super().__init__()
        self._stage = stage
        self._harm = harm
        self._delay = delay
        self._thread: threading.Thread | None = None
        self.done = False

    def progress(self, done: int, total: int | None, stage: str = "", unit: str = "bytes") -> None:
        """Take note of the stage."""
        super().progress(done, total, stage, unit)
        if stage == self._stage and self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()

    def _work(self) -> None:
        time.sleep(self._delay)
        end = time.monotonic() + 60
        while not self.done and time.monotonic() < end:
            self.done = self._harm()
            time.sleep(0.05)


def _kill_one(numbers: list[int]) -> bool:
    """Kill the first of some processes; say whether there was one."""
    for number in numbers[:1]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
            return True
    return False


def _lose_shuffles(cluster: Standalone) -> bool:
    """Remove what tasks have written for others to fetch; say whether there was something."""
    lost = 0
    for path in (cluster.directory / "local").rglob("shuffle_*.data"):
        with contextlib.suppress(OSError):
            path.unlink()
            lost += 1
    return bool(lost)


def _survives(cluster: Standalone, directory: Path, saboteur: Saboteur) -> None:
    """Run with some harm done to the cluster: the result is the same."""
    _LARGER.put(directory)
    expected = locally(_LARGER, directory, 1)
    found = on_spark(_LARGER, directory, recorder=saboteur)
    assert saboteur.done
    assert found == expected
    _wait_for_executors(cluster)


def _wait_for_executors(cluster: Standalone) -> None:
    """Wait until what was lost has come back, or the next test would not be hit by what it does."""
    end = time.monotonic() + 30
    while len(cluster.executors()) < cluster.workers and time.monotonic() < end:
        time.sleep(0.2)


@pytest.mark.parametrize("stage", _STAGES)
@pytest.mark.usefixtures("spark")
def test_an_executor_killed_in_any_stage_changes_nothing(cluster: Standalone, tmp_path: Path, stage: str) -> None:
    _survives(cluster, tmp_path, Saboteur(stage, lambda: _kill_one(cluster.executors())))


@of_all
@pytest.mark.usefixtures("spark")
def test_a_python_process_killed_changes_nothing(cluster: Standalone, tmp_path: Path) -> None:
    _survives(cluster, tmp_path, Saboteur("cleaning", lambda: _kill_one(cluster.python_workers()[::-1])))


@pytest.mark.parametrize("stage", ["verdicts", "cleaning"] if ALL else ["verdicts"])
@pytest.mark.usefixtures("spark")
def test_a_shuffle_that_is_lost_changes_nothing(cluster: Standalone, tmp_path: Path, stage: str) -> None:
    _survives(cluster, tmp_path, Saboteur(stage, lambda: _lose_shuffles(cluster), delay=0))


@of_all
@pytest.mark.usefixtures("spark")
def test_a_worker_that_goes_for_good_changes_nothing(cluster: Standalone, tmp_path: Path) -> None:
    def harm() -> bool:
        os.killpg(cluster.processes[-1].pid, signal.SIGKILL)
        return True

    try:
        _LARGER.put(tmp_path)
        saboteur = Saboteur("candidates", harm)
        assert on_spark(_LARGER, tmp_path, recorder=saboteur) == locally(_LARGER, tmp_path, 1)
        assert saboteur.done
    finally:
        cluster.processes.pop().wait(10)
        cluster.add(cluster.workers)
        _wait_for_executors(cluster)


@of_all
@pytest.mark.usefixtures("spark")
def test_where_executors_run_out_of_memory_nothing_is_written(cluster: Standalone, tmp_path: Path) -> None:
    """One file is larger than an executor: each that tries dies of it, until Spark gives up."""
    _LARGER.put(tmp_path)
    case = replace(_LARGER, files={**_LARGER.files, "big.txt": b""})
    with (tmp_path / "big.txt").open("wb") as file:
        for _ in range(900):
            file.write(_MEGABYTE)
    found = on_spark(case, tmp_path)
    assert found.error is not None
    assert "nothing was written" in found.error[0]
    assert (found.text, found.log) == (None, None)
    _wait_for_executors(cluster)
