"""The words of some paragraphs, for the verdict."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from dedup.fingerprint.utf8_tokens import placed_tokens
from dedup.text.arrays import batches, ranges
from dedup.text.characters import fold
from dedup.text.hashing import span_hashes
from dedup.text.long_texts import BATCH
from dedup.text.signs import in_one_form
from dedup.verdict.code import is_code
from dedup.verdict.gap import Paragraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_CHAR_BITS = 21
"""Bits of a code point."""
_LOWER = np.frombuffer(bytes(range(256)).lower(), np.uint8)
"""Each byte in small letters, as far as it is ASCII."""


class Texts:
    """Some paragraphs: their words, as the verdict wants them.

    Args:
        texts: of each paragraph; UTF-8.
        chars: a character for each word, of each paragraph.
    """

    def __init__(self, texts: Sequence[bytes], chars: Sequence[str]) -> None:
        self._texts = texts
        self._chars = chars
        parts = [placed_tokens(texts[chosen]) for chosen in batches([len(text) for text in texts], BATCH)]
        sizes = [np.diff(part.offsets) for part in parts]
        self._begins = np.concatenate(([0], np.cumsum(np.concatenate([*sizes, np.empty(0, np.int64)]))))
        self._offsets: list[int] = self._begins.tolist()
        self._hashes = np.concatenate([part.hashes for part in parts] or [np.empty(0, np.uint64)])
        self._spans = np.concatenate([part.spans for part in parts] or [np.empty((0, 2), np.int64)])
        firsts = accumulate((len(part.offsets) - 1 for part in parts), initial=0)
        self._strings = {
            first + number: text
            for first, part in zip(firsts, parts, strict=False)
            for number, text in part.rewritten.items()
        }
        # As the verdict reads them.
        self._written = [
            self._strings[place].encode("utf-8", "surrogatepass") if place in self._strings else text
            for place, text in enumerate(texts)
        ]
        written = np.array([len(text) for text in self._written], np.int64)
        self._ends = np.cumsum(written + 1) - 1
        before = self._ends - written
        within = np.concatenate([part.edges for part in parts] or [np.empty((0, 2), np.int64)])
        self._edges = within + np.repeat(before, np.diff(self._begins))[:, None]
        self._data = np.frombuffer(b"\n".join(self._written), np.uint8)
        self._sides: dict[int, Paragraph] = {}

    def _decoded(self, index: int) -> str:
        if index not in self._strings:
            self._strings[index] = self._texts[index].decode("utf-8", "surrogatepass")
        return self._strings[index]

    def exact(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for each pair of texts, by their indices, whether tokens of equal characters are written alike.

        Those that are written alike but for the case of ASCII are the same words; those that are not may be.
        """
        texts = np.concatenate((one, other))
        sizes = np.diff(self._begins)[texts]
        tokens = ranges(self._begins[texts], sizes)
        pairs = np.repeat(np.tile(np.arange(len(one)), 2), sizes)
        chars = np.frombuffer("".join([self._chars[i] for i in texts.tolist()]).encode("utf-32-le"), np.uint32)
        keys = pairs << _CHAR_BITS | chars
        order = np.argsort(keys, kind="stable")
        again = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
        a, b = tokens[order[again]], tokens[order[again + 1]]
        lengths = self._edges[:, 1] - self._edges[:, 0]
        unlike = lengths[a] != lengths[b]
        exact = np.ones(len(one), bool)
        exact[pairs[order[again[unlike]]]] = False
        a, b, owners = a[~unlike], b[~unlike], pairs[order[again[~unlike]]]
        lengths = lengths[a]
        first, second = (_LOWER.take(self._data[ranges(self._edges[chosen, 0], lengths)]) for chosen in (a, b))
        exact[np.repeat(owners, lengths)[first != second]] = False
        return exact

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
            text, spans = self._decoded(index), self._spans[chosen]
            words = _Lowered(text, spans) if text.isascii() else _Words(text, spans)
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
        self._text = text
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
        return folded(self._text[self._edges[at] : self._edges[at + 1]])

    def all(self) -> list[str]:
        """Return all words, folded; they are kept, as a witness is asked for them again and again."""
        if self._all is None:
            edges = self._edges.tolist()
            self._all = self._folded([self._text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)])
        return self._all

    def _folded(self, words: list[str]) -> list[str]:
        return [folded(word) for word in words]


class _Lowered(_Words):
    """The words of a text in ASCII, which is folded at once."""

    def __init__(self, text: str, spans: NDArray[np.int64]) -> None:
        super().__init__(text.lower(), spans)

    def token(self, index: int) -> str:
        """Return a word, folded."""
        at = 2 * index
        return self._text[self._edges[at] : self._edges[at + 1]]

    def _folded(self, words: list[str]) -> list[str]:
        return words


@lru_cache(maxsize=1 << 14)
def folded(word: str) -> str:
    """Return what a word folds to."""
    return word.lower() if word.isascii() else in_one_form(fold(word))
