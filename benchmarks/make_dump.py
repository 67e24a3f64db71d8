"""A large synthetic dump with few repeats, quickly made and the same on every machine.

    python benchmarks/make_dump.py dump.jsonl --megabytes 2000

The words are those of `lib/synthetic.py`, drawn many at a time. About 3 % of the paragraphs stood in an earlier
document, 2 % did so but for a word or two.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.lib.synthetic import SCRIPTS, Words, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

VOCABULARY = 60_000
WEIGHTS = (40, 16, 12, 10, 8, 8, 6)
"""How often each script comes, as in `corpus.articles`."""
DOCUMENTS = 400
"""Documents made in one go, in one script."""
REMEMBERED = 100_000
"""Paragraphs of each script that may come again."""
SAME, NEAR = 0.03, 0.02


class Maker:
    """Makes the documents of one script.

    Args:
        script: one of `SCRIPTS`.
        seed: the same seed, the same documents.
    """

    def __init__(self, script: str, seed: int) -> None:
        self._words: Words = vocabulary(script, seed, VOCABULARY)
        self._chances = np.array(self._words.cumulative) / self._words.cumulative[-1]
        self._random = np.random.Generator(np.random.PCG64([seed, list(SCRIPTS).index(script)]))
        self._kept: list[str] = []

    def texts(self) -> list[str]:
        """Return the next documents."""
        sizes = 5 + (self._random.random(DOCUMENTS) * 24).astype(np.int64)
        paragraphs = self._paragraphs(int(sizes.sum()))
        ends = list(accumulate(sizes.tolist()))
        return ["\n".join(paragraphs[end - size : end]) for end, size in zip(ends, sizes.tolist(), strict=True)]

    def _paragraphs(self, number: int) -> list[str]:
        """Return new paragraphs, with earlier ones among them."""
        joint, words = self._words.joint, self._words.words
        # Many short ones and a few long ones, without a function that machines may round in different ways.
        place = self._random.random(number)
        lengths = 6 + (place * place * place * 130).astype(np.int64)
        lengths = lengths if joint else lengths // 2 + 4
        drawn = np.searchsorted(self._chances, self._random.random(int(lengths.sum()))).tolist()
        numerals = self._random.random(len(drawn)) < 0.02
        values = (2 + self._random.random(len(drawn)) * 2400).astype(np.int64)
        text = [words[index] for index in drawn]
        for at in np.flatnonzero(numerals).tolist():
            text[at] = str(values[at])
        ends = list(accumulate(lengths.tolist()))
        stop = "." if joint else "。"
        made = [joint.join(text[end - size : end]) + stop for end, size in zip(ends, lengths.tolist(), strict=True)]
        return self._with_repeats(made)

    def _with_repeats(self, made: list[str]) -> list[str]:
        chance, places = self._random.random(len(made)).tolist(), self._random.random(len(made)).tolist()
        first = len(self._kept)
        for at, (value, place) in enumerate(zip(chance, places, strict=True)):
            if first and value < SAME + NEAR:
                earlier = self._kept[int(place * first)]
                made[at] = earlier if value < SAME else self._changed(earlier)
            elif len(self._kept) < REMEMBERED:
                self._kept.append(made[at])
            else:
                self._kept[int(place * REMEMBERED)] = made[at]
        return made

    def _changed(self, text: str) -> str:
        words = self._words
        parts = text.split(words.joint) if words.joint else list(text)
        for where, what in self._random.random((1 + len(parts) // 40, 2)).tolist():
            parts[int(where * len(parts))] = words.words[int(what * len(words.words))]
        return words.joint.join(parts)


def lines(size: int, seed: int = 1) -> Iterator[bytes]:
    """Yield JSON lines until they have so many bytes together."""
    makers = {script: Maker(script, seed) for script in SCRIPTS}
    random = np.random.Generator(np.random.PCG64(seed))
    limits = np.cumsum(WEIGHTS) / sum(WEIGHTS)
    made = number = 0
    while made < size:
        script = list(SCRIPTS)[int(np.searchsorted(limits, random.random(), side="right"))]
        for text in makers[script].texts():
            number += 1
            line = json.dumps({"id": f"{script}-{number}", "text": text}, ensure_ascii=False).encode() + b"\n"
            made += len(line)
            yield line
            if made >= size:
                break


def write(path: Path, size: int, seed: int = 1) -> None:
    """Write such a dump."""
    with path.open("wb") as file:
        file.writelines(lines(size, seed))


def main() -> None:
    """Write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--megabytes", type=float, default=2000, help="[2000]")
    parser.add_argument("--seed", type=int, default=1, help="[1]")
    options = parser.parse_args()
    write(options.path, int(options.megabytes * 1e6), options.seed)


if __name__ == "__main__":
    main()
