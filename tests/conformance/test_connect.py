"""Behind Spark Connect the same comes out: a server in a process of its own, which the command starts and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.cases import articles, lines
from tests.conformance.conftest import require_spark

if TYPE_CHECKING:
    from pathlib import Path

    from tests.face import Command

pytestmark = pytest.mark.spark
CONF = ("--spark-conf", "spark.ui.enabled=false", "--spark-conf", "spark.sql.shuffle.partitions=2")


def test_the_command_gives_the_same_behind_connect(dedup: Command, tmp_path: Path) -> None:
    require_spark()
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(articles(21, 60)))
    asked = ("--isolated", "--scope", "corpus", path)
    local = dedup(*asked, "--output", "local.jsonl", "--removed", "local.log")
    places = ("--output", tmp_path / "out/", "--removed", tmp_path / "log/")
    remote = dedup(*asked, "--engine", "spark", "--remote", "local[2]", *CONF, *places, timeout=300)
    assert (remote.code, remote.stderr.splitlines()[-1]) == (0, local.stderr.splitlines()[-1])
    assert _whole(tmp_path / "out") == (tmp_path / "local.jsonl").read_bytes()
    found, wanted = (_entries(data) for data in (_whole(tmp_path / "log"), (tmp_path / "local.log").read_bytes()))
    assert found == wanted


def _whole(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(directory.glob("part-*")))


def _entries(log: bytes) -> list[bytes]:
    return [line for line in log.splitlines() if not line.startswith((b'{"open"', b'{"close"'))]
