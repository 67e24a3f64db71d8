"""The words of some paragraphs, for the verdict."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from dedup.characters import fold
from dedup.corpus.fingerprint import BATCH
from dedup.corpus.glance import Tokens, certainly_new, stretches
from dedup.ranges import batches
from dedup.sides import Side
from dedup.utf8 import placed_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.verdict import Alignment


class Texts:
    """Some paragraphs: their words, as the verdict and the glance want them.

    Args:
        texts: of each paragraph; UTF-8.
        letters: a character for each word, of each paragraph.
    """

    def __init__(self, texts: Sequence[bytes], letters: Sequence[str]) -> None:
        self._texts = texts
        self._letters = letters
        parts = [placed_tokens(texts[some]) for some in batches([len(text) for text in texts], BATCH)]
        sizes = [np.diff(part.offsets) for part in parts]
        self._offsets: list[int] = np.concatenate(([0], np.cumsum(np.concatenate([*sizes, np.empty(0, int)])))).tolist()
        self._hashes = np.concatenate([part.hashes for part in parts] or [np.empty(0, np.uint64)])
        self._spans = np.concatenate([part.spans for part in parts] or [np.empty((0, 2), np.int64)])
        self._alone = np.concatenate([part.alone for part in parts] or [np.empty(0, bool)])
        firsts = accumulate((len(part.offsets) - 1 for part in parts), initial=0)
        self._strings = {
            first + number: text
            for first, part in zip(firsts, parts, strict=False)
            for number, text in part.rewritten.items()
        }
        self._sides: dict[int, Side] = {}

    def certainly_new(self, pairs: Sequence[tuple[int, int]], alignments: Sequence[Alignment]) -> NDArray[np.int16]:
        """Return for each pair of witness and paragraph of what kind is what is certainly new; 0 where that is open."""
        out = np.zeros(len(pairs), np.int16)
        places = [(self._offsets[witness], self._offsets[paragraph], paragraph) for witness, paragraph in pairs]
        marked = [any(sign in text for sign in (b"[", b"<", b"&")) for text in self._texts]
        found = stretches(
            [alignment.gaps for alignment in alignments],
            [(a0, b0, len(self._letters[paragraph]), marked[paragraph]) for a0, b0, paragraph in places],
        )
        kinds = certainly_new(found, Tokens(self._hashes, self._alone, self._word))
        out[found.pair[kinds > 0]] = kinds[kinds > 0]
        return out

    def _word(self, index: int) -> str:
        """Return a folded token by its place among all tokens."""
        text = bisect_right(self._offsets, index) - 1
        start, end = self._spans[index].tolist()
        return folded(self._decoded(text)[start:end])

    def _decoded(self, index: int) -> str:
        if index not in self._strings:
            self._strings[index] = self._texts[index].decode("utf-8", "surrogatepass")
        return self._strings[index]

    def equal(self, one: int, other: int) -> bool:
        """Tell whether two texts of equal words have the same letters, too."""
        return self._words(one) == self._words(other)

    def _words(self, index: int) -> list[str]:
        side = self.side(index)
        return [side.token(i) for i in range(len(side.letters))]

    def side(self, index: int) -> Side:
        """Return a text's tokens as the verdict wants them."""
        if index not in self._sides:
            some = slice(self._offsets[index], self._offsets[index + 1])
            text, spans, known = self._decoded(index), self._spans[some], list[list[int]]()

            def span(i: int) -> tuple[int, int]:
                if not known:  # of many texts nobody asks
                    known.extend((spans[:, 0].tolist(), spans[:, 1].tolist()))
                return known[0][i], known[1][i]

            def token(i: int) -> str:
                start, end = span(i)
                return folded(text[start:end])

            self._sides[index] = Side(self._letters[index], self._hashes[some].tobytes(), token, text, span)
        return self._sides[index]


@lru_cache(maxsize=1 << 14)
def folded(word: str) -> str:
    """Return what a word folds to."""
    return word.lower() if word.isascii() else fold(word)
