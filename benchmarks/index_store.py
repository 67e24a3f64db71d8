"""An index of made paragraphs: what it takes to write it, day by day, and to look a day up in it.

    python benchmarks/index_store.py DIR [--days 100] [--paragraphs 100000]

A day is looked up in as many segments as there are days, and in one, into which they are merged.

Of a day's paragraphs six of ten stood nowhere before, and four are long ones that are kept, with texts of 300 bytes.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dedup.fingerprint.banding import choose_banding
from dedup.index.building import (
    DayParagraphs,
    NewClasses,
    band_columns,
    class_columns,
    paragraph_columns,
    run_columns,
    short_columns,
)
from dedup.index.columns import DOCUMENT, VERDICT
from dedup.index.compaction import compact
from dedup.index.manifest import DayEntry, Manifest
from dedup.index.store import IndexStore
from dedup.model.settings import Settings
from dedup.text.arrays import distinct

if TYPE_CHECKING:
    from collections.abc import Callable

SETTINGS = Settings(scope="corpus")
BANDING = choose_banding(SETTINGS.threshold, 0).banding
_NEW, _KEPT, _LONG = 6, 4, 10
_A_DOCUMENT = 20
_TEXT = 300


def main() -> None:
    """Build an index, and look a day up in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--paragraphs", type=int, default=100_000)
    asked = parser.parse_args()
    shutil.rmtree(asked.directory, ignore_errors=True)
    begun = time.process_time()
    for day in range(1, asked.days + 1):
        write_day(asked.directory, day, asked.paragraphs)
    written = time.process_time() - begun
    total = asked.days * asked.paragraphs
    size = sum(path.stat().st_size for path in asked.directory.rglob("*.npy"))
    texts = sum(path.stat().st_size for path in asked.directory.rglob("*.zst"))
    figures = {"paragraphs": total, "written": total / written, "bytes": size / total, "text bytes": texts / total}
    figures["looked up"] = apart(look_up, asked.directory, asked.paragraphs)
    figures["merged"] = apart(merge, asked.directory)
    figures["looked up in one"] = apart(look_up, asked.directory, asked.paragraphs)
    print(json.dumps(figures, indent=1))


def apart(function: Callable[..., dict[str, float]], *args: object) -> dict[str, float]:
    """Return what a function returns in a process of its own, with the memory that this took, in MB.

    Of all that is resident, pages that are mapped from files are told apart: the system takes them back when it wants.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, function, args).result()


def _measured(function: Callable[..., dict[str, float]], args: tuple[object, ...]) -> dict[str, float]:
    held: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            held.append(_anonymous())

    watcher = threading.Thread(target=watch)
    watcher.start()
    found = function(*args)
    done.set()
    watcher.join()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return {**found, "memory": most, "of which not mapped": max([*held, _anonymous()])}


def _anonymous() -> int:
    """Return the memory that is not mapped from files, in MB; Linux alone tells it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("RssAnon:")[2].split()[0]) >> 10


def merge(directory: Path) -> dict[str, float]:
    """Merge all segments into one; return how many paragraphs are merged in a second."""
    store = IndexStore(directory, SETTINGS, writes=True)
    begun = time.process_time()
    compact(store)
    seconds = time.process_time() - begun
    paragraphs = sum(day.paragraphs for day in store.manifest.days)
    store.close()
    return {"paragraphs": paragraphs / seconds}


def made(day: int, number: int) -> dict[str, np.ndarray]:
    """Return the digests and band keys of a day's long paragraphs, the same ones whenever they are asked for."""
    rng = np.random.default_rng(day)
    digests = rng.integers(0, 1 << 64, (number, 2), np.uint64, endpoint=False)
    kept = number * _KEPT // _LONG
    bands = rng.integers(0, 1 << 32, (BANDING.bands, kept), np.uint32, endpoint=False)
    bits = rng.integers(0, 1 << 64, (kept, 2), np.uint64, endpoint=False)
    return {"digests": digests, "bands": bands, "bits": bits, "key": bits[:, 0] ^ bits[:, 1]}


def write_day(directory: Path, day: int, number: int) -> None:
    """Add a day."""
    columns = made(day, number)
    new, kept = number * _NEW // _LONG, number * _KEPT // _LONG
    short = np.zeros(number, bool)
    short[new:] = True
    document = np.arange(number, dtype=np.int32) // _A_DOCUMENT
    nothing = np.zeros(number, np.uint8)
    spans = np.zeros((number, 2), np.int32)
    paragraphs = DayParagraphs(document, columns["digests"], spans, short, np.zeros(number, bool), nothing)
    documents = np.zeros(int(document[-1]) + 1, DOCUMENT)
    documents["paragraphs"] = np.bincount(document)
    features = {
        "key": columns["key"],
        "numbers": np.zeros(kept, np.uint64),
        "bits": columns["bits"],
        "words": np.full(kept, 50, np.int32),
    }
    classes = NewClasses(np.arange(kept), np.full(kept, -1), np.zeros(kept, VERDICT), features)
    text = (b"made of words, as they come, " * _TEXT)[: _TEXT * 20]
    with_store = IndexStore(directory, SETTINGS, Manifest.new(SETTINGS, BANDING), writes=True)
    try:
        segment = with_store.begin()
        segment.columns(paragraph_columns(documents, paragraphs))
        segment.columns(run_columns(paragraphs))
        segment.columns(short_columns(np.empty(0, np.int64), np.empty(0, np.int64)))
        segment.columns(class_columns(classes, columns["digests"]))
        bands = columns["bands"]
        segment.bands(band_columns(iter(bands)), *bands.shape)
        segment.columns({"kept_size": np.full(kept, _TEXT, np.uint32)})
        segment.texts(text[i % _TEXT : i % _TEXT + _TEXT] for i in range(kept))
        segment.finish()
        entry = DayEntry(
            day, f"{day}", "2026-01-01T00:00:00+00:00", f"{day}", (f"{day}",), len(documents), number, kept, 0
        )
        with_store.add(segment, entry)
    finally:
        with_store.close()


def look_up(directory: Path, number: int) -> dict[str, float]:
    """Return how many digests and band keys of a new day are looked up in a second; every other digest is known."""
    store = IndexStore(directory, SETTINGS, writes=False)
    known, new = made(1, number)["digests"], made(0, number)
    digests = np.concatenate((known[: number // 2], new["digests"][: number // 2]))
    lookups = store.lookups()
    begun = time.process_time()
    found = lookups.known(digests).id
    middle = time.process_time()
    for band, keys in enumerate(new["bands"]):
        lookups.bucket(band, distinct(keys))
    ended = time.process_time()
    store.close()
    if not np.any(found >= 0):
        raise SystemExit("nothing that is known was found")
    return {"digests": number / (middle - begun), "keys": new["bands"].size / (ended - middle)}


if __name__ == "__main__":
    main()
