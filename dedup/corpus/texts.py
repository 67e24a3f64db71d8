"""The words of some paragraphs, for the verdict."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from dedup.characters import fold
from dedup.corpus.fingerprint import BATCH
from dedup.corpus.glance import Tokens, certainly_new, stretches
from dedup.ranges import batches, ranges
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
        found = stretches(
            [alignment.gaps for alignment in alignments],
            [(a0, b0, len(self._letters[paragraph])) for a0, b0, paragraph in places],
        )
        kinds = certainly_new(found, Tokens(self._hashes, self._alone, self._words_at))
        out[found.pair[kinds > 0]] = kinds[kinds > 0]
        return out

    def _words_at(self, indices: NDArray[np.int64]) -> list[str]:
        """Return folded tokens by their places among all tokens."""
        owners = (np.searchsorted(self._offsets, indices, side="right") - 1).tolist()
        spans = zip(owners, *self._spans[indices].T.tolist(), strict=True)
        return [folded(self._decoded(owner)[start:end]) for owner, start, end in spans]

    def _decoded(self, index: int) -> str:
        if index not in self._strings:
            self._strings[index] = self._texts[index].decode("utf-8", "surrogatepass")
        return self._strings[index]

    def agree(self, pairs: Sequence[tuple[int, int]], alignments: Sequence[Alignment]) -> list[bool]:
        """Tell for each pair of witness and paragraph whether words of equal letters are equal words."""
        begins = self._offsets
        runs = [
            (place, begins[witness] + a, begins[paragraph] + b, size)
            for place, ((witness, paragraph), alignment) in enumerate(zip(pairs, alignments, strict=True))
            for a, b, size in alignment.runs
        ]
        place, a, b, sizes = np.array(runs, np.int64).reshape(-1, 4).T
        other = self._hashes[ranges(a, sizes)] != self._hashes[ranges(b, sizes)]
        wrong = np.bincount(np.repeat(place, sizes)[other], minlength=len(pairs))
        agree: list[bool] = (wrong == 0).tolist()
        return agree

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
            text, spans = self._decoded(index), self._spans[some].T.tolist()
            words = _Lowered(text, *spans) if text.isascii() else _Words(text, *spans)
            self._sides[index] = Side(self._letters[index], self._hashes[some].tobytes(), words.token, text, words.span)
        return self._sides[index]


class _Words:
    """The words of a text.

    Args:
        text: it.
        starts: first character of each word.
        ends: first character after it.
    """

    def __init__(self, text: str, starts: list[int], ends: list[int]) -> None:
        self._text = text
        self._starts = starts
        self._ends = ends

    def span(self, index: int) -> tuple[int, int]:
        """Return where a word stands."""
        return self._starts[index], self._ends[index]

    def token(self, index: int) -> str:
        """Return a word, folded."""
        return folded(self._text[self._starts[index] : self._ends[index]])


class _Lowered(_Words):
    """The words of a text in ASCII, which is folded at once."""

    def __init__(self, text: str, starts: list[int], ends: list[int]) -> None:
        super().__init__(text.lower(), starts, ends)

    def token(self, index: int) -> str:
        """Return a word, folded."""
        return self._text[self._starts[index] : self._ends[index]]


@lru_cache(maxsize=1 << 14)
def folded(word: str) -> str:
    """Return what a word folds to."""
    return word.lower() if word.isascii() else fold(word)
