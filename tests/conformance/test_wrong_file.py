"""What is neither text nor JSON lines is refused on Spark as on one machine."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from dedup.engines.run import run
from dedup.model.errors import DedupError
from dedup.model.job import Cluster, Job
from dedup.model.settings import Settings
from tests.conformance.cases import Case, articles, lines
from tests.conformance.engines import on_spark
from tests.support.cli_process import REPEATED
from tests.support.fake_kernel import Recorder
from tests.support.kinds import samples

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.model.outcome import Outcome

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark")]

NAMES = ("a.zip", "a.parquet", "a.html", "a.json", "b.json", "a.csv", "a.wet", "random", "wide-le")
CONTENT = {sample.name: sample for sample in samples() if sample.name in NAMES}
READ_ELSEWHERE = {"a.csv": "CSV table", "a.wet": "WARC", "a.parquet": "Parquet"}
"""What is read under its own name, or without Spark."""


def _parquet() -> bytes:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    out = io.BytesIO()
    parquet.write_table(pa.table({"text": [REPEATED] * 20}), out, compression="none")
    return out.getvalue()


def _run(top: Path, output: Path, **options: object) -> tuple[Outcome, Recorder]:
    told = Recorder()
    cluster = Cluster(None, None, (), str(output), None)
    job = Job(inputs=(str(top),), settings=Settings(scope="corpus"), cluster=cluster, output=output, **options)  # type: ignore[arg-type]
    return run(job, told), told


@pytest.mark.parametrize("name", NAMES)
def test_what_is_called_lines_or_text_and_is_not_ends_the_run(name: str, tmp_path: Path) -> None:
    """By its first line where Spark cuts it into splits, by its beginning where it is read as one piece."""
    for ending in (".jsonl", ".txt"):
        if (name, ending) == ("a.csv", ".jsonl"):
            continue  # the names of columns are a line like any other that is no record
        (tmp_path / f"a{ending}").write_bytes(_parquet() if name == "a.parquet" else CONTENT[name].data)
        found = on_spark(Case("wrong", {}, inputs=(f"a{ending}",)), tmp_path)
        assert found.error is not None
        assert "nothing was written" in found.error[0]
        told = READ_ELSEWHERE[name] if name in READ_ELSEWHERE else CONTENT[name].told
        assert told is not None
        assert told in found.error[0]
        assert found.text is None


def test_a_directory_is_read_without_what_says_that_it_is_something_else(tmp_path: Path) -> None:
    top = tmp_path / "in"
    top.mkdir()
    (top / "a.jsonl").write_bytes(lines(articles(3, 9)))
    (top / "drafts").mkdir()
    (top / "drafts" / "b.jsonl").write_bytes(lines(articles(4, 9)))
    for name in ("a.zip", "a.html", "a.csv", "a.wet"):
        (top / name).write_bytes(CONTENT[name].data)
    outcome, told = _run(top, tmp_path / "out", include=("*",), exclude=("drafts/",))
    assert (outcome.counts.files, int(outcome.exit_code)) == (1, 0)
    assert outcome.counts.passed == {"ZIP archive": 1, "HTML page": 1, "CSV table": 1, "WARC file": 1}
    assert not told.problems


def test_a_name_that_says_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(REPEATED, encoding="utf-8")
    with pytest.raises(DedupError, match="its name says that it is a CSV table"):
        _run(tmp_path / "a.csv", tmp_path / "out")
    with pytest.raises(DedupError, match="CSV is not read on Spark"):
        _run(tmp_path / "a.csv", tmp_path / "out", format="csv")
    (tmp_path / "a.txt").write_text(REPEATED, encoding="utf-8")
    with pytest.raises(DedupError, match="its name says that it is a Parquet file"):
        _run(tmp_path / "a.txt", tmp_path / "out.parquet")
    with pytest.raises(DedupError, match="is an address"):
        run(
            Job(
                inputs=("https://example.org/a.txt",),
                settings=Settings(scope="corpus"),
                cluster=Cluster(None, None, (), str(tmp_path / "out"), None),
                on_error="fail",
            ),
            Recorder(),
        )
    assert not list(tmp_path.glob("out*"))
