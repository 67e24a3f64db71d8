"""What the command says about Spark: what it refuses, what it lacks, and how it takes what Spark says."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dedup.cli import main
from dedup.engines.spark_session import failure, settings_of
from dedup.errors import InputError, UsageError
from tests.face import REPEATED

if TYPE_CHECKING:
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
        (("--format", "parquet"), "Parquet is read by --engine spark only"),
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
        "rooms = ('pyspark', 'pyarrow', 'dedup.spark', 'dedup.engines.spark'); "
        "sys.exit(any(name.startswith(rooms) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, "--quiet", *args, article], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_settings_of_spark_may_hold_equals_signs() -> None:
    assert settings_of(("a=b=c", " d =")) == {"a": "b=c", "d": ""}
    with pytest.raises(UsageError):
        settings_of(("=b",))


def test_an_error_of_ours_in_a_task_stays_what_it_was() -> None:
    said = "Job aborted\n  File x\ndedup.errors.InputError: a.txt: is damaged. Hint: fetch it again.\n\n\tat org.apache"
    error = failure(said)
    assert isinstance(error, InputError)
    assert (error.what, error.hint) == ("a.txt: is damaged", "fetch it again")


def test_any_other_error_is_told_by_the_line_that_says_most() -> None:
    error = failure(
        "Job aborted due to stage failure\n\tat x\nCaused by: java.lang.OutOfMemoryError: Java heap space\n"
    )
    assert "OutOfMemoryError: Java heap space" in error.what
    assert "nothing was written" in error.what
