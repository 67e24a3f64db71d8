"""The words of some paragraphs, for the verdict."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from dedup.fingerprint.utf8_tokens import placed_tokens
from dedup.text.arrays import batches, ranges
from dedup.text.characters import fold
from dedup.text.hashing import span_hashes
from dedup.text.long_texts import BATCH
from dedup.text.signs import in_one_form
from dedup.verdict.batch.gaps import TokenBytes, TokenTable, collect_gaps
from dedup.verdict.batch.prefilter import certain_differences
from dedup.verdict.code import is_code
from dedup.verdict.gap import Paragraph
from dedup.verdict.rules.markers import marker_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.verdict.batch.alignments import Aligned

_CHAR_BITS = 21
"""Bits of a code point."""
_LOWER = np.frombuffer(bytes(range(256)).lower(), np.uint8)
"""Each byte in small letters, as far as it is ASCII."""


class Texts:
    """Some paragraphs: their words, as the verdict and the glance want them.

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
        self._numeric = np.concatenate([part.numeric for part in parts] or [np.empty(0, bool)])
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

    def certain_differences(self, aligned: Aligned) -> NDArray[np.int16]:
        """Return for each pair of what kind is what is certainly new; 0 where that is open."""
        out = np.zeros(len(aligned.witness), np.int16)
        linked = np.array([b"<" in text or b"[" in text or b"&" in text for text in self._written], bool)
        tracked = np.array([b"utm_" in text for text in self._written], bool)
        imaged = np.array([b"![" in text for text in self._written], bool)
        written = TokenBytes(self._data, self._edges, self._numeric, self._ends, linked, tracked, imaged)
        found = collect_gaps(aligned, self._begins, self._hashes, written)
        tokens = TokenTable(
            self._hashes, written, self._chars, self._words_at, cache(lambda text: marker_size(self.paragraph(text)))
        )
        kinds = certain_differences(found, tokens)
        out[found.pair[kinds > 0]] = kinds[kinds > 0]
        return out

    def _words_at(self, indices: NDArray[np.int64]) -> list[str]:
        """Return folded tokens by their places among all tokens."""
        owners = (np.searchsorted(self._begins, indices, side="right") - 1).tolist()
        spans = zip(owners, *self._spans[indices].T.tolist(), strict=True)
        return [folded(self._decoded(owner)[start:end]) for owner, start, end in spans]

    def _decoded(self, index: int) -> str:
        if index not in self._strings:
            self._strings[index] = self._texts[index].decode("utf-8", "surrogatepass")
        return self._strings[index]

    def agree(self, aligned: Aligned) -> NDArray[np.bool_]:
        """Return for each pair whether tokens of equal characters have equal hashes."""
        pair = aligned.run_pairs
        a, b, sizes = aligned.runs
        a, b = a + self._begins[aligned.witness[pair]], b + self._begins[aligned.candidate[pair]]
        other = self._hashes[ranges(a, sizes)] != self._hashes[ranges(b, sizes)]
        wrong = np.bincount(np.repeat(pair, sizes)[other], minlength=len(aligned.witness))
        agree: NDArray[np.bool_] = wrong == 0
        return agree

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
