"""All pairs of similar paragraphs of a sample, found without any sketch: what recall is measured against.

Similarity is what the program means by it: twice the longest common subsequence of tokens over all tokens of both.
Every pair is compared, except those whose lengths or whose rarest tokens prove that they cannot be similar enough: of
two paragraphs that share enough tokens in any order, some are among the rarest of both (prefix filtering). So the
result is exact.
"""

from __future__ import annotations

import json
from math import ceil
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

from benchmarks.lib.pairs import field_of
from dedup import shingling
from dedup.text import paragraphs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_SURROGATES = range(0xD800, 0xE000)
_TINY = 1e-9
_MARGIN = 0.01
"""By so much the cutoff handed to rapidfuzz is lower: it drops values that lie just at it."""


class Place(NamedTuple):
    """Where a paragraph of a sample stands."""

    record: int
    paragraph: int


class Sample(NamedTuple):
    """Whole documents of a corpus.

    Attributes:
        records: the documents' ids and texts; an id is the document's number in the sample.
        places: of each paragraph the record and its number there, in order; very short ones are left out.
        texts: these paragraphs.
        tokens: their folded tokens' hashes; uint64.
        long: whether each has as many tokens as were asked for. A shorter one makes no pair, but may be what a longer
            one is like: those of at least half as many tokens are here.
    """

    records: list[dict[str, str]]
    places: list[Place]
    texts: list[str]
    tokens: list[NDArray[np.uint64]]
    long: list[bool]


class Pairs(NamedTuple):
    """All pairs of similar paragraphs, by group: a group's paragraphs have the same tokens.

    Attributes:
        group: each paragraph's group; int64, shape (paragraphs,).
        first: of each pair of groups, the one with the smaller number; int64.
        second: the other one; int64.
        similarity: of each pair; float64.
    """

    group: Ints
    first: Ints
    second: Ints
    similarity: NDArray[np.float64]

    def left(self, stays: NDArray[np.bool_], threshold: float) -> tuple[int, int]:
        """Count the pairs of which both paragraphs stay: those with the same tokens, and those only similar."""
        members = np.bincount(self.group[stays], minlength=int(self.group.max(initial=-1)) + 1)
        same = int((members * (members - 1) // 2).sum())
        enough = self.similarity >= threshold
        return same, int((members[self.first[enough]] * members[self.second[enough]]).sum())

    def alone(self, stays: NDArray[np.bool_], gone: NDArray[np.bool_], threshold: float) -> int:
        """Count the paragraphs of `gone` that are similar to none that stays."""
        groups = int(self.group.max(initial=-1)) + 1
        there = np.bincount(self.group[stays], minlength=groups) > 0
        enough = self.similarity >= threshold
        first, second = self.first[enough], self.second[enough]
        covered = there.copy()
        covered[second[there[first]]] = True
        covered[first[there[second]]] = True
        return int((gone & ~covered[self.group]).sum())


def sample(corpus: Path, field: str, number: int, min_words: int) -> Sample:
    """Take documents from the start of a corpus and as many from its middle.

    Args:
        corpus: JSON lines.
        field: where the text is in a record.
        number: how many paragraphs of at least `min_words` tokens they are to have together; fewer where the corpus
            has no more.
        min_words: likewise.
    """
    taken = Sample([], [], [], [], [])
    with corpus.open("rb") as file:
        first = _take(taken, file, field, (number + 1) // 2, min_words)
        middle = corpus.stat().st_size // 2
        if first < middle:
            file.seek(middle)
            file.readline()
        _take(taken, file, field, number - sum(taken.long), min_words)
    return taken


def _take(taken: Sample, lines: BinaryIO, field: str, number: int, min_words: int) -> int:
    """Add documents until there are so many paragraphs more; return where the corpus was left."""
    while number > 0 and (line := lines.readline()):
        text = field_of(json.loads(line), field)
        record = len(taken.records)
        taken.records.append({"id": str(record), "text": text})
        for place, own, tokens in _paragraphs(text, min_words // 2):
            taken.places.append(Place(record, place))
            taken.texts.append(own)
            taken.tokens.append(tokens)
            taken.long.append(len(tokens) >= min_words)
            number -= taken.long[-1]
    return lines.tell()


def _paragraphs(text: str, least: int) -> list[tuple[int, str, NDArray[np.uint64]]]:
    """Return number, text and token hashes of a document's paragraphs of at least so many tokens."""
    spans = paragraphs.split(text)
    if not spans:
        return []
    starts, ends = np.array(spans).T
    words = shingling.tokenise(text, starts, ends)
    return [
        (number, text[start:end], words.hashes[words.offsets[number] : words.offsets[number + 1]])
        for number, (start, end) in enumerate(spans)
        if words.offsets[number + 1] - words.offsets[number] >= max(least, 1)
    ]


def find(tokens: Sequence[NDArray[np.uint64]], threshold: float) -> Pairs:
    """Find all pairs of token sequences that are at least so similar.

    Args:
        tokens: the sequences; none of them empty.
        threshold: above 0.
    """
    numbers: dict[bytes, int] = {}
    group = np.array([numbers.setdefault(sequence.tobytes(), len(numbers)) for sequence in tokens], np.int64)
    distinct = [np.frombuffer(key, np.uint64) for key in numbers]
    order = np.argsort([len(sequence) for sequence in distinct], kind="stable")
    plain = _letters([distinct[at] for at in order])
    lengths = np.array([len(text) for text in plain], np.int64)
    first, second, similarity = _similar(plain, lengths, _prefixes(plain, threshold), threshold)
    ends = np.sort(np.stack([order[first], order[second]]), axis=0) if len(first) else np.zeros((2, 0), np.int64)
    return Pairs(group, ends[0].astype(np.int64), ends[1].astype(np.int64), similarity)


def _letters(sequences: list[NDArray[np.uint64]]) -> list[str]:
    """Write each token as one character, the same one everywhere."""
    if not sequences:
        return []
    _, numbers = np.unique(np.concatenate(sequences), return_inverse=True)
    codes = numbers.reshape(-1) + 1
    codes = codes + (codes >= _SURROGATES.start) * len(_SURROGATES)
    whole = codes.astype("<u4").tobytes().decode("utf-32-le")
    ends = np.cumsum([len(sequence) for sequence in sequences]).tolist()
    return [whole[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


def _least(length: int, threshold: float) -> int:
    """Return how many tokens a sequence shares with any that is similar enough, at the least."""
    shortest = ceil(length * threshold / (2 - threshold) - _TINY)
    return max(1, ceil(threshold * (length + shortest) / 2 - _TINY))


def _prefixes(plain: list[str], threshold: float) -> list[Ints]:
    """Return the rarest tokens of each sequence, of which two that are similar enough share one at least.

    A token's second occurrence in a sequence counts as another token than its first.
    """
    numbers: dict[tuple[str, int], int] = {}
    bags: list[list[int]] = []
    for text in plain:
        seen: dict[str, int] = {}
        bag = []
        for letter in text:
            seen[letter] = occurrence = seen.get(letter, 0) + 1
            bag.append(numbers.setdefault((letter, occurrence), len(numbers)))
        bags.append(bag)
    how_many = np.bincount(np.concatenate([np.array(bag) for bag in bags])) if bags else np.zeros(0, np.int64)
    rank = np.empty(len(how_many), np.int64)
    rank[np.argsort(how_many, kind="stable")] = np.arange(len(how_many))
    return [np.sort(rank[bag])[: len(bag) - _least(len(bag), threshold) + 1] for bag in bags]


def _similar(
    plain: list[str], lengths: Ints, prefixes: list[Ints], threshold: float
) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Compare each sequence with the shorter ones, and those as long, that share a token of the prefix."""
    owners: dict[int, list[int]] = {}
    firsts: list[Ints] = []
    seconds: list[Ints] = []
    values: list[NDArray[np.float64]] = []
    for number, prefix in enumerate(prefixes):
        shortest = ceil(lengths[number] * threshold / (2 - threshold) - _TINY)
        lowest = int(np.searchsorted(lengths, shortest))
        found = {other for token in prefix.tolist() for other in owners.get(token, ()) if other >= lowest}
        if found:
            others = np.sort(np.fromiter(found, np.int64, len(found)))
            scores = _scores(plain[number], [plain[other] for other in others.tolist()], threshold)
            common = np.rint(scores * (lengths[others] + lengths[number]) / 2)
            exact = 2 * common / (lengths[others] + lengths[number])
            enough = exact >= threshold
            firsts.append(others[enough])
            seconds.append(np.full(int(enough.sum()), number, np.int64))
            values.append(exact[enough])
        for token in prefix.tolist():
            owners.setdefault(token, []).append(number)
    if not firsts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(values)


def _scores(text: str, others: list[str], threshold: float) -> NDArray[np.float64]:
    """Return similarities; perhaps 0 where one is lower than the threshold."""
    scores: NDArray[np.float64] = process.cdist(
        [text], others, scorer=Indel.normalized_similarity, score_cutoff=max(threshold - _MARGIN, 0.0), dtype=np.float64
    )[0]
    return scores
