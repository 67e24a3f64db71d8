"""Small indexes, made by the command, and what their days left."""

from __future__ import annotations

import json
import shutil
import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.index_cli import main as index_main
from tests.support.both_engines import corpus
from tests.support.cli_inprocess import run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from tests.support.cli_inprocess import Done


class Day(NamedTuple):
    """What a day left: its output, and its removal log."""

    output: bytes
    log: bytes


def made_days(seed: int, number: int, documents: int = 15) -> list[list[str]]:
    """Return so many days of articles, which repeat each other's."""
    every = corpus(seed, number * documents)
    return [every[day::number] for day in range(number)]


def jsonl(path: Path, texts: Sequence[str]) -> Path:
    """Write texts as JSON lines; return the file."""
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return path


def add(index: Path, name: str, texts: Sequence[str]) -> Day:
    """Clean a day against an index, and add it."""
    top = index.parent
    source, output, log = (top / f"{name}{suffix}.jsonl" for suffix in ("", ".out", ".log"))
    jsonl(source, texts)
    for path in (output, log):
        path.unlink(missing_ok=True)
    options = ["--isolated", "--workers", "1", "-q", "--index", str(index), "-o", str(output), "--removed", str(log)]
    done = run([*options, str(source)])
    assert (done.code, done.stderr) == (0, b"")
    return Day(output.read_bytes(), log.read_bytes())


def built(index: Path, days: Sequence[Sequence[str]], first: int = 1) -> list[Day]:
    """Add days to an index; they are called ``day1``, ``day2``, ..."""
    return [add(index, f"day{number}", texts) for number, texts in enumerate(days, first)]


def copied(index: Path, name: str) -> Path:
    """Return a copy of an index, in a directory of its own with its own inputs."""
    target = index.parent / name / index.name
    shutil.copytree(index, target)
    return target


def looked_after(*arguments: str | Path) -> Done:
    """Run ``dedup-index``."""
    return run([str(argument) for argument in arguments], command=index_main)


def done(*arguments: str | Path) -> str:
    """Run ``dedup-index``, which succeeds and writes nothing to standard output; return what it says."""
    found = looked_after(*arguments)
    assert (found.code, found.stdout) == (0, b""), found.stderr
    return found.stderr.decode()


def assert_sound(index: Path) -> None:
    """See that nothing is damaged in an index."""
    found = looked_after("check", "--deep", index)
    assert found.code == 0, found.stderr.decode()


def removals(day: Day) -> list[dict[str, Any]]:
    """Return the removals of a log."""
    return [entry for line in day.log.splitlines() if "reason" in (entry := json.loads(line))]


def texts_left(day: Day) -> list[str]:
    """Return the texts of an output."""
    return [json.loads(line)["text"] for line in day.output.splitlines()]


def change_column(index: Path, segment: int, name: str, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Path:
    """Change a column of a segment as if it had been written like that; return its file."""
    path = index / "dedup-index.json"
    manifest = json.loads(path.read_bytes())
    entry = manifest["segments"][segment]
    file: Path = index / "segments" / str(entry["name"]) / f"{name}.npy"
    np.save(file, change(np.load(file)))
    data = file.read_bytes()
    entry["files"][file.name] = [zlib.crc32(data), len(data)]
    write_manifest(index, manifest)
    return file


def write_manifest(index: Path, manifest: dict[str, Any]) -> None:
    """Write a manifest with the sum that it is to have."""
    manifest.pop("crc", None)
    manifest["crc"] = zlib.crc32(json.dumps(manifest).encode())
    (index / "dedup-index.json").write_text(json.dumps(manifest), encoding="utf-8")
