"""A run that is killed at any moment leaves an index that opens, and a day that can be done again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from dedup.index.manifest import read_manifest
from tests.support.cli_process import COMMAND, TIMEOUT, environment
from tests.support.indexes import add, assert_sound, jsonl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.indexes import Day

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
DAYS = 4
KILLS = int(os.environ.get("DEDUP_TEST_KILLS", "6"))
"""Runs that are killed at any moment, and as many that are killed while they commit."""


def started(index: Path, source: Path, *options: str | Path) -> subprocess.Popen[bytes]:
    """Start a run over a day."""
    output, log = index.parent / "killed.out", index.parent / "killed.log"
    arguments = ["-q", "--isolated", "--workers", "1", "--index", index, "-o", output, "--removed", log, *options]
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments), str(source)],
        env=environment(),
        cwd=index.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def killed(process: subprocess.Popen[bytes], moment: Callable[[], bool], pause: float = 0.0) -> bool:
    """Kill a run when a moment has come, and a pause; return False if it was at its end before."""
    end = time.monotonic() + TIMEOUT
    while not moment() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.001)
    time.sleep(pause)
    process.kill()
    return process.wait(TIMEOUT) == -signal.SIGKILL


def numbers(index: Path) -> list[int]:
    """Return the numbers of the days that an index has."""
    manifest = read_manifest(index)
    assert manifest is not None
    return [day.number for day in manifest.days]


@pytest.fixture(scope="module")
def fifth(
    made_index: tuple[Path, list[Day]], articles: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> Day:
    """Return what the fifth day leaves."""
    index = tmp_path_factory.mktemp("fifth") / "news.index"
    shutil.copytree(made_index[0], index)
    return add(index, "day5", articles[DAYS])


def seen_again(index: Path, articles: list[list[str]], fifth: Day) -> None:
    """See that an index opens and is sound, with the fifth day or without it, and do that day again."""
    found = numbers(index)
    assert found in ([1, 2, 3, 4], [1, 2, 3, 4, 5])
    assert_sound(index)
    if len(found) > DAYS:  # the output was there before
        assert (index.parent / "killed.out").read_bytes() == fifth.output
        assert (index.parent / "killed.log").read_bytes() == fifth.log
    again = jsonl(index.parent / "day5.jsonl", articles[DAYS])
    process = started(index, again)
    assert process.wait(TIMEOUT) == 0
    assert (index.parent / "killed.out").read_bytes() == fifth.output
    assert (index.parent / "killed.log").read_bytes() == fifth.log
    assert numbers(index) == [1, 2, 3, 4, 5]
    assert len(list((index / "segments").iterdir())) == DAYS + 1
    assert not list(index.glob(".dedup-*"))
    assert_sound(index)


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_at_any_moment(index: Path, articles: list[list[str]], fifth: Day, number: int) -> None:
    """Before it reads, while it reads, decides or writes."""
    rng = random.Random(number)  # noqa: S311 - not for secrets
    source = jsonl(index.parent / "day5.jsonl", articles[DAYS])
    begin = time.monotonic()
    process = started(index, source)
    lasts = rng.uniform(0.1, 2)
    killed(process, lambda: time.monotonic() > begin + lasts)
    seen_again(index, articles, fifth)


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_while_it_commits(index: Path, articles: list[list[str]], fifth: Day, number: int) -> None:
    """From the moment on at which the segment is begun."""
    rng = random.Random(number)  # noqa: S311 - not for secrets
    source = jsonl(index.parent / "day5.jsonl", articles[DAYS])
    process = started(index, source)
    begun = index / "segments"
    killed(
        process, lambda: len(list(begun.iterdir())) > DAYS, rng.choice([0, rng.uniform(0, 0.05), rng.uniform(0, 0.2)])
    )
    seen_again(index, articles, fifth)


def test_a_killed_run_goes_on_in_its_directory(index: Path, articles: list[list[str]], fifth: Day) -> None:
    """With ``--work-dir`` it need not read all again, and what it had of earlier days is of no account."""
    work, source = index.parent / "work", jsonl(index.parent / "day5.jsonl", articles[DAYS])
    journal = work / "dedup-spool" / "journal"
    assert killed(started(index, source, "--work-dir", work), lambda: journal.exists() and journal.stat().st_size > 0)
    assert journal.exists()
    # This one may be at its end before it is killed.
    killed(started(index, source, "--work-dir", work), lambda: len(list((index / "segments").iterdir())) > DAYS)
    process = started(index, source, "--work-dir", work)
    assert process.wait(TIMEOUT) == 0
    assert (index.parent / "killed.out").read_bytes() == fifth.output
    assert (index.parent / "killed.log").read_bytes() == fifth.log
    assert numbers(index) == [1, 2, 3, 4, 5]
    assert_sound(index)
