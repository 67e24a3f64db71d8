"""What the command says about Spark: what it refuses, what it lacks, and how it takes what Spark says."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dedup.cli import main
from dedup.engines.spark.endpoints import check_master, check_remote
from dedup.engines.spark.session import failure, settings_of
from dedup.model.errors import DedupError, InputError, UsageError
from tests.conformance.conftest import require_spark
from tests.support.cli_process import REPEATED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ON_SPARK = ("--isolated", "--scope", "corpus", "--engine", "spark")


@pytest.fixture
def article(tmp_path: Path) -> str:
    path = tmp_path / "a.txt"
    path.write_text(REPEATED, encoding="utf-8")
    return str(path)


def refused(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    """Return what is said of arguments that are refused."""
    assert main(list(args)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--engine", "spark"), "--engine is for --scope corpus"),
        (("--scope", "corpus", "--master", "local"), "--master is for --engine spark"),
        (("--scope", "corpus", "--remote", "sc://a"), "--remote is for --engine spark"),
        (("--scope", "corpus", "--spark-conf", "a=b"), "--spark-conf is for --engine spark"),
        ((*ON_SPARK, "--workers", "2"), "--workers is for --engine local"),
        ((*ON_SPARK, "--max-memory", "2G"), "--max-memory is for --engine local"),
        ((*ON_SPARK, "--work-dir", "x"), "--work-dir is for --engine local"),
        ((*ON_SPARK, "--master", "local", "--remote", "sc://a"), "--master and --remote do not go together"),
        ((*ON_SPARK, "--in-place"), "--in-place cannot be done on Spark"),
        ((*ON_SPARK, "--diff"), "--diff cannot be done on Spark"),
        (ON_SPARK, "--engine spark does not write to standard output"),
        ((*ON_SPARK, "--output", "x", "--spark-conf", "nonsense"), "--spark-conf: 'nonsense' is no setting of Spark"),
    ],
)
def test_what_has_no_sense_is_refused(
    capsys: pytest.CaptureFixture[str], article: str, args: tuple[str, ...], said: str
) -> None:
    assert said in refused(capsys, *args, article)


def test_without_the_extra_its_name_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, article: str, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = refused(capsys, *ON_SPARK, article, "--output", str(tmp_path / "out"))
    assert "pip install 'paradedup[spark]'" in said
    assert not (tmp_path / "out").exists()


def test_without_java_that_is_what_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, article: str, tmp_path: Path
) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    said = refused(capsys, *ON_SPARK, article, "--output", str(tmp_path / "out"))
    assert "Spark needs Java" in said
    assert "openjdk-17-jre-headless" in said


@pytest.mark.parametrize("args", [(), ("--engine", "local", "--scope", "corpus")])
def test_nothing_of_spark_is_loaded_without_it(article: str, args: tuple[str, ...]) -> None:
    code = (
        "import sys; from dedup.cli import main; main(sys.argv[1:]); "
        "rooms = ('pyspark', 'pyarrow', 'dedup.engines.spark.stages', 'dedup.engines.spark.run'); "
        "sys.exit(any(name.startswith(rooms) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, "--quiet", *args, article], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_settings_of_spark_may_hold_equals_signs() -> None:
    assert settings_of(("a=b=c", " d =")) == {"a": "b=c", "d": ""}
    with pytest.raises(UsageError):
        settings_of(("=b",))


@pytest.fixture
def closed_port() -> int:
    """Return a port of this machine at which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize(
    ("option", "said"),
    [("--master spark", "no Spark master answers at"), ("--remote sc", "no Spark Connect server answers at")],
)
def test_an_address_at_which_nothing_listens_is_told_at_once(
    capsys: pytest.CaptureFixture[str],
    article: str,
    tmp_path: Path,
    closed_port: int,
    *,
    option: str,
    said: str,
) -> None:
    pytest.importorskip("pyspark")
    option, scheme = option.split()
    url = f"{scheme}://127.0.0.1:{closed_port}"
    error = refused(capsys, *ON_SPARK, option, url, "--output", str(tmp_path / "out"), article)
    assert f"{option}: {said}" in error
    assert f"127.0.0.1:{closed_port}" in error
    assert "nothing was read or written" in error
    assert not (tmp_path / "out").exists()


def test_a_server_that_accepts_connections_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("grpc_proxy", "https_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        check_remote(f"sc://127.0.0.1:{port}/;token=x")
        check_master(f"spark://127.0.0.1:{port}")
    with pytest.raises(DedupError, match="no Spark master answers"):
        check_master(f"spark://127.0.0.1:{port}")


def test_of_several_masters_one_has_to_answer(closed_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        check_master(f"spark://127.0.0.1:{closed_port},127.0.0.1:{server.getsockname()[1]}")


@pytest.mark.parametrize("url", ["local[2]", "yarn", "k8s://https://host"])
def test_masters_that_are_no_servers_of_spark_are_not_asked(url: str) -> None:
    check_master(url)


@pytest.mark.parametrize(
    ("check", "url"),
    [
        (check_remote, "http://host"),
        (check_remote, "sc://"),
        (check_remote, "sc://host:70000"),
        (check_master, "spark://host"),
        (check_master, "spark://host:x"),
    ],
)
def test_what_is_no_address_is_refused(check: Callable[[str], None], url: str) -> None:
    with pytest.raises(UsageError):
        check(url)


def test_a_library_that_spark_lacks_for_addresses_is_named() -> None:
    pytest.importorskip("pyspark")
    for said in (
        "java.lang.ClassNotFoundException: Class org.apache.hadoop.fs.s3a.S3AFileSystem not found\n\tat x",
        'org.apache.hadoop.fs.UnsupportedFileSystemException: No FileSystem for scheme "s3a"\n',
    ):
        error = failure(said)
        assert error.what.startswith("Spark has no library for s3a: addresses")
        assert re.search(r"spark\.jars\.packages=org\.apache\.hadoop:hadoop-aws:\d+\.\d+\.\d+ ", error.hint)
    assert "GROUP:NAME:VERSION" in failure('No FileSystem for scheme "gs"').hint


def test_a_context_that_spark_has_given_up_is_told_as_what_it_is() -> None:
    error = failure("java.lang.IllegalStateException: Cannot call methods on a stopped SparkContext.\n\tat x")
    assert "Spark gave up" in error.what
    assert "--master" in error.hint


@pytest.mark.spark
def test_without_any_input_nothing_is_written_and_standard_error_holds_only_messages(tmp_path: Path) -> None:
    require_spark()
    command = [sys.executable, "-m", "dedup", *ON_SPARK, "--master", "local[1]", "--output", str(tmp_path / "out")]
    done = subprocess.run([*command, str(tmp_path / "no.jsonl")], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert not (tmp_path / "out").exists()
    first, second, *more = done.stderr.splitlines()
    assert first.endswith("no.jsonl: no such file or directory.")
    assert second.startswith("0 files")
    assert not more, done.stderr


def test_an_error_of_ours_in_a_task_stays_what_it_was() -> None:
    said = "Job aborted\n  File x\ndedup.model.errors.InputError: a.txt: is damaged. Hint: fetch it again.\n\n\tat org"
    error = failure(said)
    assert isinstance(error, InputError)
    assert (error.what, error.hint) == ("a.txt: is damaged", "fetch it again")


def test_any_other_error_is_told_by_the_line_that_says_most() -> None:
    error = failure(
        "Job aborted due to stage failure\n\tat x\nCaused by: java.lang.OutOfMemoryError: Java heap space\n"
    )
    assert "OutOfMemoryError: Java heap space" in error.what
    assert "nothing was written" in error.said
