"""Sessions of Spark for the conformance tests: made once for a module, and ended with it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUIRED = os.environ.get("DEDUP_REQUIRE_SPARK", "") not in ("", "0")
"""Where Spark has to be there: a test that would be skipped fails."""


ALL = os.environ.get("DEDUP_CONFORMANCE") == "all"
"""Where all is asked for: else some of what takes long is not even collected, as another test has most of it."""
of_all = pytest.mark.skipif(not ALL, reason="takes long, and others have most of it: DEDUP_CONFORMANCE=all runs it")


def require_spark() -> Any:
    """Return PySpark; without it, or without Java, skip the test, or fail where neither may be missing."""
    import shutil  # only where Spark is asked for

    try:
        import pyspark
    except ImportError:
        _missing("PySpark is not installed")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        _missing("there is no Java")
    return pyspark


def _missing(what: str) -> None:
    if REQUIRED:
        pytest.fail(what)
    pytest.skip(what)


def session(master: str, **conf: str) -> Any:
    """Start Spark with little memory, and files cut into many splits."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master(master).appName("dedup-conformance")
    usual = {
        "spark.ui.enabled": "false",
        # Small data: compiling costs more than it saves.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.memory": "1g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "3",
        "spark.default.parallelism": "3",
        "spark.sql.files.maxPartitionBytes": "64k",
        "spark.sql.files.openCostInBytes": "0",
        "spark.log.level": "ERROR",
    }
    for key, value in {**usual, **{key.replace("_", "."): value for key, value in conf.items()}}.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Yield a session of two threads on this machine."""
    require_spark()
    found = session("local[2]")
    yield found
    found.stop()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the output into many parts."""
    monkeypatch.setattr("dedup.engines.spark.run.PART_BYTES", (1 << 14, 1 << 14))
