"""Measure the kernels one by one, in nanoseconds a character of text; prints JSON rows for ``document_speed.py``.

    python benchmarks/kernel_timings.py corpus.jsonl [FIELD]

The text is cut into batches as a run cuts it. The least of several rounds counts: the question is what the code costs,
not what else the machine was doing.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import shingling
from dedup.fingerprint import minhash
from dedup.fingerprint.words import words_of
from dedup.model.settings import Settings
from dedup.resolve.document import decide
from dedup.text import long_texts

if TYPE_CHECKING:
    from collections.abc import Callable

BATCH = 200_000
MOST = 4_000_000
ROUNDS = 3
WIDTH = 2
PERMUTATIONS = 128


def main() -> None:
    """Measure and print."""
    batches = _batches(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "text")
    characters = sum(len(text) for batch in batches for text in batch)
    rows: list[list[str]] = []

    def row(title: str, seconds: float, beside: str = "") -> None:
        rows.append([title, f"{seconds / characters * 1e9:.1f}", beside])

    seconds, spans = _least(lambda: [long_texts.split_together(batch, "auto") for batch in batches])
    row("split", seconds)
    bodies = [
        [text[start:end] for text, some in zip(batch, found, strict=True) for start, end in some.tolist()]
        for batch, found in zip(batches, spans, strict=True)
    ]
    seconds, words = _least(lambda: [words_of(some) for some in bodies])
    row("tokenise and hash words", seconds)
    row("keys", _least(lambda: [shingling.keys(part) for part in words])[0])
    seconds, shingles = _least(lambda: [shingling.shingles(part, WIDTH) for part in words])
    row(f"shingles of {WIDTH} words", seconds)
    shingles = [(hashes, np.unique(offsets)) for hashes, offsets in shingles]  # paragraphs without words have none
    seconds, _ = _least(lambda: [minhash.signatures(hashes, offsets, PERMUTATIONS) for hashes, offsets in shingles])
    row("signatures", seconds, _datasketch(shingles, characters))
    settings = Settings()
    row("everything, split to decision", _least(lambda: [decide.decide(batch, settings) for batch in batches])[0])
    json.dump(rows, sys.stdout)


def _batches(corpus: Path, field: str) -> list[list[str]]:
    batches: list[list[str]] = [[]]
    size = total = 0
    with corpus.open(encoding="utf-8") as file:
        for line in file:
            value: Any = json.loads(line)
            for name in field.split("."):
                value = value[name]
            if size > BATCH:
                batches.append([])
                size = 0
            batches[-1].append(value)
            size += len(value)
            total += len(value)
            if total > MOST:
                break
    return [batch for batch in batches if batch]


def _least(work: Callable[[], Any]) -> tuple[float, Any]:
    times, result = [], None
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - begin)
    return min(times), result


def _datasketch(shingles: list[tuple[Any, Any]], characters: int) -> str:
    """Say what a loop over datasketch's own MinHash costs for the same signatures, on a part of them."""
    from datasketch import MinHash  # half a second, wanted here only

    hashes, offsets = shingles[0]
    share = len(hashes) / max(sum(len(part) for part, _ in shingles), 1)
    begin = time.perf_counter()
    for first, last in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        sketch = MinHash(num_perm=PERMUTATIONS, hashfunc=int, scheme="affine32")
        sketch.update_batch([int(value) & 0xFFFFFFFF for value in hashes[first:last]])
    seconds = time.perf_counter() - begin
    return f"a loop over datasketch: {seconds / (characters * share) * 1e9:.0f}"


if __name__ == "__main__":
    main()
