"""Runs of a case on each engine, and what came of them, in a form in which they can be compared."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from dedup.engines.run import run
from dedup.formats.files.reader import Reader
from dedup.model.errors import DedupError
from dedup.model.job import Cluster, Job
from dedup.model.settings import Settings
from tests.support.fake_kernel import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conformance.cases import Case


@dataclass(frozen=True)
class Result:
    """What came of a run."""

    text: bytes | None
    log: tuple[bytes, ...] | None
    """All lines but those that open and close outputs, which are cut otherwise."""
    counts: dict[str, Any] | None
    problems: tuple[tuple[str, str, str], ...]
    code: int | None
    error: tuple[str, str, str] | None
    """What the run ended with, if it did not come to its end."""


def locally(case: Case, directory: Path, workers: int) -> Result:
    """Run a case on this machine."""
    output, log = directory / f"local-{workers}.jsonl", directory / f"local-{workers}.log"
    return _run(case, directory, output, log, {"workers": workers})


def on_spark(case: Case, directory: Path, *, single: bool = False, recorder: Recorder | None = None) -> Result:
    """Run a case on the session that there is."""
    output = directory / ("spark.jsonl" if single else "spark")
    log = directory / ("spark-log.jsonl" if single else "spark-log")
    return _run(case, directory, output, log, {}, recorder=recorder, spark=True)


def _run(
    case: Case,
    directory: Path,
    output: Path,
    log: Path,
    more: dict[str, Any],
    *,
    recorder: Recorder | None = None,
    spark: bool = False,
) -> Result:
    asked = {"output": output, "removed": log, **more, **case.job}
    cluster = Cluster(None, None, (), str(output), str(log) if asked["removed"] else None) if spark else None
    recorder = recorder or Recorder()
    job = Job(
        inputs=tuple(str(directory / name) for name in case.named),
        against=tuple(str(directory / name) for name in case.references),
        settings=Settings(scope="corpus", **case.settings),
        cluster=cluster,
        **asked,
    )
    outcome = error = None
    try:
        outcome = run(job, recorder)
    except DedupError as failure:
        error = _told(failure)
    hidden = [path.name for path in directory.iterdir() if path.name.startswith(".dedup")]
    assert not hidden, hidden
    return Result(
        text=_content(output),
        log=None if (lines := _content(log)) is None else tuple(_entries(lines)),
        # How many pairs are compared is the engine's own affair: one asks as it goes, the other one ahead.
        counts=None if outcome is None else asdict(outcome.counts) | {"comparisons": 0},
        problems=tuple(map(_told, recorder.problems)),
        code=None if outcome is None else int(outcome.exit_code),
        error=error,
    )


def _told(error: DedupError) -> tuple[str, str, str]:
    return error.said, error.place, error.hint


def _entries(lines: bytes) -> Iterator[bytes]:
    return (line for line in lines.splitlines() if not line.startswith((b'{"open"', b'{"close"')))


def _content(path: Path) -> bytes | None:
    """Return what is in a file, or in all files of a directory in the order of their names; None: there is neither."""
    if path.is_dir():
        return b"".join(_read(part) for part in sorted(path.iterdir()))
    return _read(path) if path.exists() else None


def _read(path: Path) -> bytes:
    with Reader.open(path, str(path)) as reader:
        return b"".join(iter(reader.read, b""))


def closes(log: bytes) -> list[dict[str, Any]]:
    """Return what a log says at the end of each output."""
    return [json.loads(line) for line in log.splitlines() if line.startswith(b'{"close"')]
