"""The words of some paragraphs, for the verdict."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from dedup.fingerprint.words import words_of
from dedup.text.arrays import batches
from dedup.text.characters import fold, normalise
from dedup.text.hashing import span_hashes
from dedup.text.long_texts import BATCH
from dedup.text.signs import in_one_form
from dedup.verdict.code import is_code
from dedup.verdict.gap import Paragraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Texts:
    """Some paragraphs: their words, as the verdict wants them.

    Args:
        texts: of each paragraph; UTF-8.
        chars: a character for each word, of each paragraph.
    """

    def __init__(self, texts: Sequence[bytes], chars: Sequence[str]) -> None:
        self._chars = chars
        # Of a text that is normalised already every place is known.
        self._texts = [text if text.isascii() else normalise(text) for text in map(_decoded, texts)]
        lengths = np.array([len(text) for text in self._texts], np.int64)
        slices = list(batches(lengths.tolist(), BATCH))
        parts = [words_of(self._texts[chosen]) for chosen in slices]
        sizes = np.concatenate([np.empty(0, np.int64), *(np.diff(part.offsets) for part in parts)])
        self._begins = np.concatenate(([0], np.cumsum(sizes)))
        self._offsets: list[int] = self._begins.tolist()
        self._hashes = np.concatenate([np.empty(0, np.uint64), *(part.hashes for part in parts)])
        # Where each text begins among those with which it was read.
        begins = [np.cumsum(lengths[chosen] + 1) - lengths[chosen] - 1 for chosen in slices]
        shift = np.repeat(np.concatenate([np.empty(0, np.int64), *begins]), sizes)
        self._spans = np.concatenate([np.empty((0, 2), np.int64), *(part.spans() for part in parts)]) - shift[:, None]
        self._sides: dict[int, Paragraph] = {}

    def keys(self) -> NDArray[np.uint64]:
        """Return a hash of each text's words; see `dedup.shingling.keys`."""
        return span_hashes(self._hashes, self._begins[:-1], self._begins[1:])

    def equal(self, one: int, other: int) -> bool:
        """Return True if two texts have the same words, whatever their hashes are; code the same characters."""
        sizes = [self._offsets[index + 1] - self._offsets[index] for index in (one, other)]
        if sizes[0] != sizes[1]:
            return False
        theirs, ours = self.paragraph(one), self.paragraph(other)
        return theirs.text == ours.text if is_code(ours.text) else theirs.words() == ours.words()

    def paragraph(self, index: int) -> Paragraph:
        """Return a text's tokens as the verdict wants them."""
        if index not in self._sides:
            chosen = slice(self._offsets[index], self._offsets[index + 1])
            text = self._texts[index]
            words = _Words(text, self._spans[chosen])
            hashes = self._hashes[chosen].tobytes()
            self._sides[index] = Paragraph(self._chars[index], hashes, words.token, text, words.span, words.all)
        return self._sides[index]


class _Words:
    """The words of a text.

    Args:
        text: it.
        spans: first character of each word, and first after it; int64. Few of them are ever asked for.
    """

    def __init__(self, text: str, spans: NDArray[np.int64]) -> None:
        self._is_ascii = text.isascii()
        self._text = text.lower() if self._is_ascii else text
        # A single number of an array costs three times as much as one of a view of its memory.
        self._edges = spans.reshape(-1).data
        self._all: list[str] | None = None

    def span(self, index: int) -> tuple[int, int]:
        """Return where a word stands."""
        at = 2 * index
        return self._edges[at], self._edges[at + 1]

    def token(self, index: int) -> str:
        """Return a word, folded."""
        at = 2 * index
        word = self._text[self._edges[at] : self._edges[at + 1]]
        return word if self._is_ascii else folded(word)

    def all(self) -> list[str]:
        """Return all words, folded; they are kept, as a witness is asked for them again and again."""
        if self._all is None:
            edges = self._edges.tolist()
            words = [self._text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
            self._all = words if self._is_ascii else list(map(folded, words))
        return self._all


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogatepass")


@lru_cache(maxsize=1 << 14)
def folded(word: str) -> str:
    """Return what a word folds to."""
    return word.lower() if word.isascii() else in_one_form(fold(word))
