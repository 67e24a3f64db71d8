"""A DataFrame cleaned from a notebook holds what the command line leaves of the same texts."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from dedup import clean_dataframe
from dedup.model.errors import UsageError
from dedup.model.settings import Settings
from tests.support.both_engines import corpus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("default"), pytest.mark.xdist_group("spark")]


def _plain(texts: Sequence[str]) -> list[str]:
    """Return texts that a column of strings can hold."""
    return [text.encode("utf-8", "replace").decode() for text in texts]


def _locally(texts: Sequence[str], folder: Path, *options: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Return what the command line leaves of some texts, and the entries of its log."""
    path, log = folder / "in.jsonl", folder / "log.jsonl"
    path.write_text("".join(json.dumps({"text": text, "site": f"s{i % 2}"}) + "\n" for i, text in enumerate(texts)))
    command = [sys.executable, "-m", "dedup", "--isolated", "-q", "--scope", "corpus", "--removed", str(log), *options]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=True)
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    return [json.loads(line)["text"] for line in done.stdout.splitlines()], [
        e for e in entries if next(iter(e)) == "document"
    ]


@pytest.mark.parametrize(
    ("flags", "options"),
    [
        ((), {}),
        (
            ("--keep", "none", "--boilerplate", "3", "--within", "site"),
            {"keep": "none", "boilerplate": 3, "within": "site"},
        ),
    ],
    ids=["first", "boilerplate within sites"],
)
def test_rows_hold_what_the_command_line_leaves(
    spark: Any, tmp_path: Path, flags: tuple[str, ...], options: dict[str, Any]
) -> None:
    texts = _plain(corpus(5, 20))
    rows = [(i, f"s{i % 2}", text) for i, text in enumerate(texts)]
    random.Random(3).shuffle(rows)  # noqa: S311 - not for secrets
    frame = spark.createDataFrame(rows, "at int, site string, body string").repartition(5)
    expected, entries = _locally(texts, tmp_path, *flags)
    done = clean_dataframe(frame, "body", order="at", **options)
    found = done.df.collect()
    assert done.df.columns == frame.columns
    assert [row["at"] for row in found] == list(range(len(texts)))
    assert [row["body"] for row in found] == expected
    assert expected != texts
    gone = {(row["document"], row["paragraph"]): row for row in done.removals.collect()}
    assert len(gone) == len(entries) == done.counts["removed"]
    for entry in entries:
        row = gone[entry["document"]["line"] - 1, entry["paragraph"]]
        assert (row["text"], row["reason"], row["compared"]) == (entry["text"], entry["reason"], entry["compared"])
        body = texts[row["document"]].encode()
        assert body[row["span"]["start"] : row["span"]["end"]].decode() == row["text"]
    assert done.counts["documents"] == len(texts)
    done.unpersist()


def test_files_have_an_order_and_other_columns_stay(spark: Any, tmp_path: Path) -> None:
    """Rows that are read from files need no order; bytes stay bytes, nulls null, and partitions columns."""
    texts = [text.encode("utf-8", "surrogateescape") for text in _plain(corpus(6))]
    rows = [(i, "b" if i > 20 else "a", None if i == 7 else bytearray(text)) for i, text in enumerate(texts)]
    frame = spark.createDataFrame(rows, "at int, day string, text binary").orderBy("at").coalesce(1)
    path = str(tmp_path / "rows.parquet")
    frame.write.partitionBy("day").parquet(path)
    read = spark.read.parquet(path)
    done, by_order = (
        clean_dataframe(read),
        clean_dataframe(frame, order=["day", "at"], settings=Settings(scope="corpus")),
    )
    found = [(row["at"], row["day"], row["text"]) for row in done.df.collect()]
    assert found == [(row["at"], row["day"], row["text"]) for row in by_order.df.collect()]
    assert found[7][2] is None
    assert done.counts == by_order.counts
    assert done.counts["removed"] > 0


def test_without_rows(spark: Any) -> None:
    done = clean_dataframe(spark.createDataFrame([], "at int, text string"), order="at")
    assert done.df.count() == done.removals.count() == done.counts["documents"] == 0


def test_what_cannot_be_done_is_refused(spark: Any) -> None:
    frame = spark.createDataFrame([(1, "a text")], "at int, text string")
    for arguments, said in (
        ({}, "order of these rows is not known"),
        ({"order": "at", "text": "body"}, "no column 'body'"),
        ({"order": "at", "text": "at"}, "holds int, not text"),
        ({"order": "at", "within": "site"}, "no column 'site'"),
        ({"order": "at", "settings": Settings()}, "scope 'document'"),
        ({"order": "at", "settings": Settings(scope="corpus"), "keep": "first"}, "keep beside settings"),
    ):
        with pytest.raises(UsageError, match=said):
            clean_dataframe(frame, **arguments)
