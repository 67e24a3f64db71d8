"""A real cluster, a master and two workers, gives what one machine gives; also when parts of it fail."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.cases import Case, articles, cases, lines
from tests.conformance.cluster import Standalone
from tests.conformance.conftest import require_spark, session
from tests.conformance.engines import Result, locally, on_spark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.spark

_CHOSEN = ("planted", "no line end", "odd bytes", "packed", "texts and records", "references", "boilerplate", "null")


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
        spark_speculation="true",
        spark_speculation_multiplier="1.1",
        spark_speculation_quantile="0.1",
        spark_speculation_minTaskRuntime="1ms",
        spark_task_maxFailures="8",
        spark_excludeOnFailure_enabled="false",
    )
    yield found
    found.stop()


@pytest.mark.parametrize("case", [case for case in cases() if case.name in _CHOSEN], ids=lambda case: case.name)
@pytest.mark.usefixtures("spark", "small_parts")
def test_a_cluster_gives_what_one_machine_gives(case: Case, tmp_path: Path) -> None:
    """With speculation on, so that tasks run twice and one of the two is thrown away."""
    case.put(tmp_path)
    assert on_spark(case, tmp_path) == locally(case, tmp_path, 1)
