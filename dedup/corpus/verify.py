"""Verdicts on a batch of candidate pairs: most are settled by one alignment in C++, the rest by the document's verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import LCSseq

from dedup.characters import text_of
from dedup.corpus.fingerprint import BATCH, words_of
from dedup.verdict import Side, compare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.settings import Settings
    from dedup.shingling import Words

NOT, FOLDED, ALIGNED = 0, 1, 2
"""How a paragraph is covered: not at all; by the same tokens; by tokens aligned one by one."""
_FIRST_CHARACTER = 0x100
_CHARACTER_BITS = 20
_SURROGATES = 0xD800, 0x800


class Verdicts(NamedTuple):
    """What came of each pair; arrays of one length.

    Attributes:
        how: `NOT`, `FOLDED` or `ALIGNED`; int8.
        similarity: of the tokens, 0-1; 0 where a look at what is common settled it; float32.
        coverage: share of the later one's tokens that the earlier one has; likewise.
    """

    how: NDArray[np.int8]
    similarity: NDArray[np.float32]
    coverage: NDArray[np.float32]


def verify(texts: Sequence[str], later: NDArray[np.int64], earlier: NDArray[np.int64], settings: Settings) -> Verdicts:
    """Align pairs of texts and decide for each whether the second makes the first superfluous.

    Args:
        texts: the paragraphs.
        later: index of the text that may go, for each pair; int64.
        earlier: index of the one that would stay; int64.
        settings: the threshold and the guard.
    """
    tokens = _Tokens(texts)
    how = np.zeros(len(later), np.int8)
    ours, theirs = tokens.sizes[later], tokens.sizes[earlier]
    common = tokens.common(later, earlier)
    same = (common == ours) & (common == theirs)
    for pair in np.flatnonzero(same).tolist():
        if tokens.equal(int(later[pair]), int(earlier[pair])):
            how[pair] = FOLDED
    similarity, coverage = (np.ones(len(later), np.float32) for _ in range(2))
    similarity[how == NOT] = coverage[how == NOT] = 0
    if settings.exact:
        return Verdicts(how, similarity, coverage)
    least = settings.threshold * np.minimum(ours, (ours + theirs) / 2)
    if settings.guard == "off":
        least = settings.threshold * (ours + theirs) / 2
    for pair in np.flatnonzero((how == NOT) & (common >= least)).tolist():
        verdict = compare(tokens.side(int(earlier[pair])), tokens.side(int(later[pair])), settings)
        how[pair] = ALIGNED if verdict.covered else NOT
        similarity[pair], coverage[pair] = verdict.similarity, verdict.coverage
    return Verdicts(how, similarity, coverage)


class _Tokens:
    """The tokens of some texts, in batches that fit the cache."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._batches: list[Words] = []
        self._batch: list[int] = []
        self._first: list[int] = []
        self._starts: list[int] = []
        for first, part in _parts(texts):
            start = 0
            for text in part:
                self._batch.append(len(self._batches))
                self._first.append(first)
                self._starts.append(start)
                start += len(text) + 1
            self._batches.append(words_of(part))
        sizes = [np.diff(words.offsets) for words in self._batches]
        self.sizes: NDArray[np.int64] = np.concatenate(sizes) if sizes else np.empty(0, np.int64)
        self._sides: dict[int, Side] = {}
        self._spellings: dict[int, tuple[str, NDArray[np.int64]]] = {}

    def common(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the length of the longest common subsequence of the tokens of each pair, or seldom a little more."""
        if not len(one):
            return np.empty(0, np.int64)
        # A character for each word: an alignment of strings is the fastest there is. Two words in a million share one,
        # so that a little too much may seem to be common; what that lets through is looked at again.
        number = np.concatenate([words.hashes for words in self._batches]) >> np.uint64(64 - _CHARACTER_BITS)
        number += np.uint64(_FIRST_CHARACTER)
        number[number >= _SURROGATES[0]] += np.uint64(_SURROGATES[1])
        letters = number.astype("<u4").tobytes().decode("utf-32-le")
        ends = np.cumsum(self.sizes)
        rows = [letters[a:b] for a, b in zip((ends - self.sizes).tolist(), ends.tolist(), strict=True)]
        found = process.cpdist(
            [rows[i] for i in one.tolist()],
            [rows[i] for i in other.tolist()],
            scorer=LCSseq.similarity,
            dtype=np.int32,
            workers=1,
        )
        return found.astype(np.int64)

    def _range(self, index: int) -> tuple[Words, int, int]:
        words = self._batches[self._batch[index]]
        row = index - self._first[index]
        return words, int(words.offsets[row]), int(words.offsets[row + 1])

    def equal(self, one: int, other: int) -> bool:
        """Tell whether two texts of equal token hashes have the same tokens, letter by letter."""
        if self._texts[one] == self._texts[other]:
            return True
        return self._spelled(one) == self._spelled(other)

    def _spelled(self, index: int) -> tuple[str, list[int]]:
        """Return the letters of all tokens of a text, and where the tokens begin."""
        words, low, high = self._range(index)
        letters, ends = self._letters(self._batch[index])
        first = int(ends[low - 1]) if low else 0
        return letters[first : int(ends[high - 1]) if high else 0], (ends[low:high] - first).tolist()

    def _letters(self, batch: int) -> tuple[str, NDArray[np.int64]]:
        """Return the letters of all tokens of a batch without what stands between, and where each token ends."""
        if batch not in self._spellings:
            words = self._batches[batch]
            lengths = words.ends - words.starts
            ends = np.cumsum(lengths)
            at = np.repeat(words.starts - (ends - lengths), lengths) + np.arange(int(lengths.sum()))
            self._spellings[batch] = text_of(words.codes[at]), ends
        return self._spellings[batch]

    def side(self, index: int) -> Side:
        """Return a text's tokens as the verdict wants them."""
        if index not in self._sides:
            words, low, high = self._range(index)
            text, start = self._texts[index], self._starts[index]

            def shown(i: int) -> tuple[str, str]:
                first, last = words.span(low + i)
                return text[max(first - start - 1, 0) : first - start], text[first - start : last - start]

            folded = words.folded
            bounds = list(zip(words.starts[low:high].tolist(), words.ends[low:high].tolist(), strict=True))

            def token(i: int) -> str:
                first, last = bounds[i]
                return folded[first:last]

            self._sides[index] = Side(words.hashes[low:high].tolist(), words.numeric[low:high].tolist(), token, shown)
        return self._sides[index]


def _parts(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Cut the texts into batches; yield the number of the first one with each."""
    part: list[str] = []
    first = size = 0
    for number, text in enumerate(texts):
        part.append(text)
        size += len(text)
        if size >= BATCH:
            yield first, part
            part, first, size = [], number + 1, 0
    if part:
        yield first, part
