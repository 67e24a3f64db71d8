"""The command on Spark as a process of its own: behind Spark Connect, and interrupted."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.conformance.cases import articles, lines
from tests.conformance.conftest import require_spark

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_process import Command

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


def test_a_run_that_is_interrupted_leaves_nothing(dedup: Command, tmp_path: Path) -> None:
    require_spark()
    (tmp_path / "a.jsonl").write_bytes(lines(articles(22, 400)))
    (tmp_path / "to").mkdir()
    asked = ("--isolated", "--scope", "corpus", "--engine", "spark", "--master", "local[2]", *CONF)
    process = dedup.start(*asked, "a.jsonl", "--output", "to/out", "--removed", "to/log", stderr=subprocess.PIPE)
    end = time.monotonic() + 60
    while not list((tmp_path / "to").glob(".dedup-*/checkpoints/*")) and time.monotonic() < end:
        time.sleep(0.1)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert list((tmp_path / "to").iterdir()) == []
