"""Parquet goes through Spark as records go through one machine, and every other column stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dedup.engines.run import run
from dedup.model.errors import DedupError
from dedup.model.job import Cluster, Job
from dedup.model.settings import Settings
from tests.conformance.cases import articles
from tests.support.fake_kernel import Recorder

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.spark


def _job(directory: Path, texts: str, **more: Any) -> Job:
    cluster = Cluster(None, None, (), str(directory / "out"), str(directory / "log"))
    return Job(inputs=(texts,), settings=Settings(scope="corpus"), output=directory / "out", cluster=cluster, **more)


def _locally(directory: Path, texts: list[str | None]) -> tuple[list[str | None], int]:
    """Return what one machine makes of texts, and how many paragraphs go."""
    path = directory / "local.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    done = directory / "local-out.jsonl"
    outcome = run(Job(inputs=(str(path),), settings=Settings(scope="corpus"), output=done), Recorder())
    return [json.loads(line)["text"] for line in done.read_text(encoding="utf-8").splitlines()], outcome.counts.removed


@pytest.mark.usefixtures("small_parts")
def test_texts_are_cleaned_and_every_other_column_stays(spark: Any, tmp_path: Path) -> None:
    texts: list[str | None] = [*articles(11, 60), None, "", *articles(12, 30)]
    kinds = "id bigint, text string, day string, tags array<string>, page struct<a:int,b:double>, when timestamp"
    rows = [
        (number, text, "mon" if number < 50 else "tue", ["x", str(number)], (number, number / 7), None)
        for number, text in enumerate(texts)
    ]
    top = tmp_path / "in"
    spark.createDataFrame(rows, kinds).coalesce(1).sortWithinPartitions("id").write.partitionBy("day").parquet(str(top))
    expected, removed = _locally(tmp_path, texts)
    recorder = Recorder()
    outcome = run(_job(tmp_path, str(top)), recorder)
    found = spark.read.parquet(str(tmp_path / "out")).orderBy("id").collect()
    assert [row["text"] for row in found] == expected
    assert [(row["id"], row["day"], row["tags"], tuple(row["page"]), row["when"]) for row in found] == [
        (number, day, tags, page, when) for number, _, day, tags, page, when in rows
    ]
    assert sorted(path.name for path in (tmp_path / "out").glob("day=*")) == ["day=mon", "day=tue"]
    assert outcome.counts.removed == removed > 20
    assert outcome.counts.paragraphs == outcome.counts.kept + removed
    assert (recorder.problems, int(outcome.exit_code)) == ([], 0)
    assert outcome.counts.documents == len(texts)
    log = b"".join(path.read_bytes() for path in sorted((tmp_path / "log").iterdir())).splitlines()
    assert json.loads(log[-1]) == {"end": removed}
    for line in log[1:-1]:
        entry = json.loads(line)
        name, row = entry["document"]["file"].rsplit(":", 1)
        assert name.startswith("day=")
        assert int(row) > 0
        assert any(entry["text"] in (text or "") for text in texts)
    assert len(log) == removed + 2


def test_any_name_of_parquet_is_read(spark: Any, tmp_path: Path) -> None:
    texts: list[str | None] = [*articles(11, 9), *articles(11, 9)]
    spark.createDataFrame([(text,) for text in texts], "text string").coalesce(1).write.parquet(str(tmp_path / "in"))
    [part] = (tmp_path / "in").glob("*.parquet")
    part.rename(part.with_suffix(".pq"))
    expected, removed = _locally(tmp_path, texts)
    outcome = run(_job(tmp_path, str(tmp_path / "in")), Recorder())
    assert [row["text"] for row in spark.read.parquet(str(tmp_path / "out")).collect()] == expected
    assert outcome.counts.removed == removed > 0


@pytest.mark.parametrize(("more", "said"), [({"text_field": "body"}, "no column 'body'"), ({"mark": True}, "--mark")])
def test_what_parquet_does_not_have_is_refused(spark: Any, tmp_path: Path, more: dict[str, Any], said: str) -> None:
    spark.createDataFrame([("a",)], "text string").write.parquet(str(tmp_path / "in"))
    job = _job(tmp_path, str(tmp_path / "in"), **more)
    if "mark" in more:
        job = Job(
            inputs=job.inputs,
            settings=job.settings,
            cluster=Cluster(output=str(tmp_path / "out")),
            output=tmp_path / "out",
            mark=True,
        )
    with pytest.raises(DedupError, match=said):
        run(job, Recorder())
    assert not (tmp_path / "out").exists()
