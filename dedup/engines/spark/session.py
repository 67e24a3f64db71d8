"""A session of Spark for a run: found, or made as asked; and what its failures mean to people."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.engines.spark.endpoints import check_master, check_remote
from dedup.engines.spark.stages.frames import INSTALL
from dedup.model import errors
from dedup.model.errors import DedupError, MissingDependencyError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

    from dedup.model.job import Cluster

LOG_LEVEL = "spark.log.level"
_LAST = 4096
"""Bytes of a JVM's standard error that are told if it ends before Spark is up."""
_DEFAULTS = {
    "spark.app.name": "dedup",
    "spark.ui.showConsoleProgress": "false",  # the terminal is the reporter's
    LOG_LEVEL: "ERROR",
    # A batch of records that travels to Python. Spark's own 64 MB would be held several times over in each worker.
    "spark.sql.execution.arrow.maxBytesPerBatch": str(16 << 20),
}
"""Settings of a session that is made here, unless others are given."""
_NEEDED = {
    # The parts of the output are written in the order in which they come; with fewer writers Spark would sort them.
    "spark.sql.maxConcurrentOutputFileWriters": "16",
}
"""Settings of any session while it is used."""
_SUBMITTED = "PYSPARK_GATEWAY_PORT"
"""Set by ``spark-submit``."""
_OURS = re.compile(r"^(?:dedup\.model\.errors\.)?(\w+Error): (.+)$", re.MULTILINE)
_NO_FILE_SYSTEM = re.compile(
    r"No FileSystem for scheme \"?(?P<scheme>\w+)|Class org\.apache\.hadoop\.fs\.(?P<package>\w+)\.\w+ not found"
)
"""What Hadoop says of a scheme that it knows no class for, and of one whose class is not there."""
_ARTIFACTS = {
    "s3a": "org.apache.hadoop:hadoop-aws",
    "s3": "org.apache.hadoop:hadoop-aws",
    "abfs": "org.apache.hadoop:hadoop-azure",
    "abfss": "org.apache.hadoop:hadoop-azure",
    "wasb": "org.apache.hadoop:hadoop-azure",
    "azurebfs": "org.apache.hadoop:hadoop-azure",
}
"""Libraries of Hadoop's own for addresses, in the version of Spark's Hadoop."""


@contextmanager
def session(cluster: Cluster) -> Iterator[SparkSession]:
    """Yield a session as asked; one that was there before (``spark-submit``) is used, and left as it was.

    Raises:
        MissingDependencyError: PySpark is not installed, or there is no Java.
        UsageError: a setting is none.
        DedupError: Spark does not start, or fails in what is done with it.
    """
    conf = settings_of(cluster.conf)
    spark, own = _found(cluster, conf)
    before = {key: spark.conf.get(key, None) for key in _NEEDED}
    try:
        for key, value in _NEEDED.items():
            spark.conf.set(key, value)
        with translated():
            yield spark
    finally:
        if own:
            spark.stop()
        else:
            for key, old in before.items():
                spark.conf.unset(key) if old is None else spark.conf.set(key, old)


def is_remote(spark: SparkSession) -> bool:
    """Return True if a session is one of Spark Connect, which reaches neither the JVM nor its file systems."""
    return type(spark).__module__.startswith("pyspark.sql.connect")


def settings_of(given: tuple[str, ...]) -> dict[str, str]:
    """Return Spark's settings from ``KEY=VALUE``.

    Raises:
        UsageError: one is not of this form.
    """
    settings = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"{one!r} is no setting of Spark", place="--spark-conf", hint="write KEY=VALUE")
        settings[key.strip()] = value
    return settings


def _found(cluster: Cluster, conf: dict[str, str]) -> tuple[SparkSession, bool]:
    sql = _pyspark(connect=cluster.remote is not None)
    running = sql.SparkSession.getActiveSession()
    if running is not None and cluster.master is None and cluster.remote is None:
        for key, value in conf.items():
            running.conf.set(key, value)
        return running, False
    builder = sql.SparkSession.builder
    submitted = cluster.master is None and cluster.remote is None and _SUBMITTED in os.environ
    if not submitted and (cluster.remote or cluster.master or "local").startswith("local"):
        # Else Spark would take whatever python3 is first on the path.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if cluster.remote is not None:
        check_remote(cluster.remote)
        builder = builder.remote(cluster.remote)
    else:
        _check_java()
        if cluster.master is not None:
            check_master(cluster.master)
            builder = builder.master(cluster.master)
    given = conf if cluster.remote is not None else {**_submitted(), **conf}
    for key, value in ({**_DEFAULTS, **given} if cluster.remote is None else given).items():
        builder = builder.config(key, value)
    with translated(starting=True):
        if cluster.remote is None:
            _start_jvm(given, cluster.master)
        return builder.getOrCreate(), True


def _start_jvm(given: dict[str, str], master: str | None) -> None:
    """Start the driver's JVM with its standard error in a temporary file, unless its log was asked for.

    What a JVM writes there before Spark has set its log level (incubator modules, native libraries, host names) is
    noise to the user of this program. If starting fails, the last of it is raised.

    Raises:
        RuntimeError: the JVM ended before Spark was up.
    """
    from pyspark import SparkConf, SparkContext  # only with the extra
    from pyspark.errors import PySparkRuntimeError
    from pyspark.java_gateway import launch_gateway

    if LOG_LEVEL in given or _SUBMITTED in os.environ or SparkContext._gateway is not None:  # noqa: SLF001 - PySpark has no other way to ask
        return
    conf = SparkConf()
    for key, value in {**_DEFAULTS, **given}.items():
        conf.set(key, value)
    if master is not None:
        conf.setMaster(master)
    log = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the JVM
    try:
        gateway = launch_gateway(conf, {"stderr": log})
    except PySparkRuntimeError as error:
        log.seek(max(0, log.tell() - _LAST))
        raise RuntimeError(log.read().decode(errors="replace").strip() or str(error)) from error
    SparkContext(conf=conf, gateway=gateway)


def _submitted() -> dict[str, str]:
    """Return what ``spark-submit`` was given, which goes before what is usual here."""
    if _SUBMITTED not in os.environ:
        return {}
    from pyspark import SparkConf  # only with the extra

    return {key: value for key, value in SparkConf().getAll() if key in _DEFAULTS}


def _pyspark(*, connect: bool) -> Any:
    """Return PySpark's SQL module.

    Raises:
        MissingDependencyError: it is not there, or lacks what it needs.
    """
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
    # It writes whole stack traces of the JVM to standard error, of errors that are told in another way.
    logging.getLogger("DataFrameQueryContextLogger").disabled = True
    try:
        import pyarrow  # noqa: F401, ICN001 - only with the extra; batches travel in it
        from pyspark import sql  # only with the extra

        if connect:
            import grpc  # noqa: F401 - likewise
    except ImportError as error:
        what = f"--engine spark needs a library that is not installed ({error.name or error}); nothing was read"
        raise MissingDependencyError(what, hint=INSTALL) from None
    return sql


def _check_java() -> None:
    """Say that there is no Java before Spark does, in a way that helps.

    Raises:
        MissingDependencyError: there is none.
    """
    home = os.environ.get("JAVA_HOME")
    if home and (Path(home) / "bin" / "java").exists():
        return
    if shutil.which("java") is None:
        what = "Spark needs Java (17 or newer), and none was found; nothing was read"
        hint = "install it (Debian: apt-get install openjdk-17-jre-headless), set JAVA_HOME, or use --remote"
        raise MissingDependencyError(what, hint=hint)


@contextmanager
def translated(*, starting: bool = False) -> Iterator[None]:
    """Turn a failure of Spark into an error that says what went wrong; an error of ours in a task stays that error."""
    from py4j.protocol import Py4JError, Py4JNetworkError  # only with the extra
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        if isinstance(error, Py4JNetworkError):
            what = "the connection to Spark's driver was lost"
            hint = "see what Spark logged; its driver may have run out of memory"
            raise DedupError(what, hint=hint, undone="nothing was written") from error
        raise failure(str(error), starting=starting) from error
    except (RuntimeError, ConnectionError) as error:
        if not starting:
            raise
        raise failure(str(error), starting=True) from error


def failure(text: str, *, starting: bool = False) -> DedupError:
    """Return the error for what Spark says went wrong."""
    for name, told in _OURS.findall(text):
        kind = getattr(errors, name, None)
        if isinstance(kind, type) and issubclass(kind, DedupError):
            what, _, hint = told.partition(" Hint: ")
            return kind(what.rstrip("."), hint=hint.rstrip("."))
    if found := _NO_FILE_SYSTEM.search(text):
        return _no_file_system(found["scheme"] or found["package"])
    if "stopped SparkContext" in text:
        what = "Spark gave up, as after a minute without an answer of its master"
        hint = "check --master, and that it has workers with free cores and memory"
        return DedupError(what, hint=hint, undone="nothing was written")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = next((line for line in lines if "Exception: " in line or "Error: " in line), lines[0] if lines else "")
    what = f"Spark {'did not start' if starting else 'failed'} ({told[:300]})"
    hint = "--debug shows all that Spark says; --spark-conf spark.log.level=INFO makes it say more"
    return DedupError(what, hint=hint, undone="nothing was written")


def _no_file_system(scheme: str) -> DedupError:
    """Return the error for a scheme of addresses that no library at hand can read."""
    what = f"Spark has no library for {scheme}: addresses; nothing was read or written"
    artifact = _ARTIFACTS.get(scheme)
    if artifact is None:
        return DedupError(what, hint="name it with --spark-conf spark.jars.packages=GROUP:NAME:VERSION")
    hint = (
        f"--spark-conf spark.jars.packages={artifact}:{_hadoop_version() or 'VERSION'} fetches it; VERSION is that of "
        "the Hadoop that Spark brings"
    )
    return DedupError(what, hint=hint)


def _hadoop_version() -> str:
    """Return the version of the Hadoop libraries that PySpark brings; empty if there are none."""
    import pyspark  # only with the extra

    names = (Path(pyspark.__file__).parent / "jars").glob("hadoop-client-api-*.jar")
    return next((path.stem.removeprefix("hadoop-client-api-") for path in names), "")
