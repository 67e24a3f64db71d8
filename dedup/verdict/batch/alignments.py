"""Alignments of many pairs of paragraphs, in columns, and what their token characters show without the texts.

`align_all` is `dedup.verdict.compare.align` for a batch; `char_differences` applies `dedup.verdict.compare.is_similar`,
and finds insertions that are certainly new.
"""

from __future__ import annotations

from functools import cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq

from dedup.model.differences import Difference
from dedup.text.arrays import ranges
from dedup.verdict.batch.token_sets import attribution_chars, uninformative_chars
from dedup.verdict.compare import MAX_ALIGNMENT_CELLS, MIN_RUN, WORDS_PER_PIECE, Alignment
from dedup.verdict.context import in_front
from dedup.verdict.gap import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.model.settings import Settings
    from dedup.text.arrays import Flags, Ints


_CODE_POINTS = 0x110000


class ParagraphChars(NamedTuple):
    """The words of some paragraphs as characters.

    Attributes:
        strings: one string per paragraph; see `dedup.text.token_chars`.
        codes: the code points of all of them, concatenated; uint32.
        offsets: where each paragraph begins in `codes`, and its length; int64.
    """

    strings: Sequence[str]
    codes: NDArray[np.uint32]
    offsets: Ints

    @property
    def sizes(self) -> Ints:
        """Words of each paragraph; int64."""
        sizes: Ints = np.diff(self.offsets)
        return sizes


def concatenate_chars(strings: Sequence[str]) -> ParagraphChars:
    """Return the words of some paragraphs, in one array as well."""
    offsets = np.concatenate(([0], np.cumsum([len(string) for string in strings], dtype=np.int64)))
    return ParagraphChars(strings, np.frombuffer("".join(strings).encode("utf-32-le"), np.uint32), offsets)


class Aligned(NamedTuple):
    """Alignments of pairs; the runs and gaps of one pair are contiguous and in order.

    Attributes:
        witness: index of each pair's paragraph that would stay; int64.
        candidate: index of the one that may be removed.
        run_begins: the first run of each pair, and the number of runs; int64.
        runs: start in the witness, start in the candidate, and length of each common run; int64, shape (3, runs).
        gap_begins: the first gap of each pair, and the number of gaps; int64.
        gaps: start and end in the witness, start and end in the candidate; int64, shape (4, gaps).
    """

    witness: Ints
    candidate: Ints
    run_begins: Ints
    runs: Ints
    gap_begins: Ints
    gaps: Ints

    @property
    def run_pairs(self) -> Ints:
        """The pair that each run belongs to; int64."""
        return _owners(self.run_begins)

    @property
    def gap_pairs(self) -> Ints:
        """The pair that each gap belongs to; int64."""
        return _owners(self.gap_begins)

    @property
    def common(self) -> Ints:
        """Number of common words, in order, of each pair; int64."""
        return _sums(self.run_pairs, self.runs[2], len(self.witness))

    def picked(self, chosen: Ints) -> Aligned:
        """Return the pairs at some indices."""
        run_sizes, gap_sizes = np.diff(self.run_begins)[chosen], np.diff(self.gap_begins)[chosen]
        return Aligned(
            self.witness[chosen],
            self.candidate[chosen],
            _begins(run_sizes),
            self.runs[:, ranges(self.run_begins[chosen], run_sizes)],
            _begins(gap_sizes),
            self.gaps[:, ranges(self.gap_begins[chosen], gap_sizes)],
        )

    def alignments(self, chosen: Ints) -> list[Alignment]:
        """Return the alignments at some indices as objects."""
        part = self.picked(chosen)
        runs = list(map(tuple, part.runs.T.tolist()))
        gaps = [Gap(*gap) for gap in part.gaps.T.tolist()]
        edges = [list(pairwise(begins.tolist())) for begins in (part.gap_begins, part.run_begins)]
        return [
            Alignment(gaps[a:b], runs[c:d], common)
            for (a, b), (c, d), common in zip(*edges, part.common.tolist(), strict=True)
        ]


def align_all(chars: ParagraphChars, witness: Ints, candidate: Ints) -> Aligned:
    """Align pairs of paragraphs, given by two indices, by the longest common subsequence of their words."""
    strings, sizes = chars.strings, chars.sizes
    too_large = sizes[witness] * sizes[candidate] > MAX_ALIGNMENT_CELLS
    blocks: list[Any] = [
        [(len(strings[a]), len(strings[b]), 0)] if skip else LCSseq.opcodes(strings[a], strings[b]).as_matching_blocks()
        for a, b, skip in zip(witness.tolist(), candidate.tolist(), too_large.tolist(), strict=True)
    ]
    # The last block of each pair is empty and marks its end.
    counts = np.array([len(each) for each in blocks], np.int64)
    flat = np.fromiter(chain.from_iterable(chain.from_iterable(blocks)), np.int64, 3 * int(counts.sum()))
    a, b, size = flat.reshape(-1, 3).T
    begins = _begins(counts)
    before_a, before_b = np.zeros(len(a), np.int64), np.zeros(len(b), np.int64)
    before_a[1:], before_b[1:] = (a + size)[:-1], (b + size)[:-1]
    before_a[begins[:-1]] = before_b[begins[:-1]] = 0
    is_gap = (a > before_a) | (b > before_b)
    is_run = size > 0
    return Aligned(
        witness,
        candidate,
        _counted(is_run, begins),
        np.stack((a[is_run], b[is_run], size[is_run])),
        _counted(is_gap, begins),
        np.stack((before_a[is_gap], a[is_gap], before_b[is_gap], b[is_gap])),
    )


def char_differences(aligned: Aligned, chars: ParagraphChars, settings: Settings) -> NDArray[np.int16]:
    """Return for each pair the kind of what is certainly new by the token characters alone; 0 where undecided."""
    common = aligned.common
    incomplete = common < chars.sizes[aligned.candidate]
    kinds = np.zeros(len(common), np.int16)
    new = ~_are_similar(aligned, common, chars, settings)
    if settings.guard == "strict":
        new |= _has_new_insertion(aligned, chars)
    kinds[incomplete & new] = Difference.WORDS
    return kinds


def _are_similar(aligned: Aligned, common: Ints, chars: ParagraphChars, settings: Settings) -> Flags:
    """Return for each pair what `dedup.verdict.compare.is_similar` returns."""
    number = len(aligned.witness)
    witness_sizes, candidate_sizes = chars.sizes[aligned.witness], chars.sizes[aligned.candidate]
    similar: Flags = 2 * common >= settings.threshold * (witness_sizes + candidate_sizes)
    witness_start, witness_end, start, end = aligned.gaps
    gap_pairs = aligned.gap_pairs
    if settings.guard == "strict":
        surplus = _sums(gap_pairs, np.abs(witness_end - witness_start - end + start), number)
        similar |= surplus <= (1 - settings.threshold) * (witness_sizes + candidate_sizes)
    size = aligned.runs[2]
    in_long_runs = _sums(aligned.run_pairs, np.where(size >= MIN_RUN, size, 0), number)
    is_replacement = (start > 0) & (end < candidate_sizes[gap_pairs]) & (witness_end > witness_start)
    pieces = np.bincount(gap_pairs[is_replacement], minlength=number)
    in_pieces = pieces <= 1 + candidate_sizes // WORDS_PER_PIECE
    similar |= (in_long_runs >= settings.threshold * candidate_sizes) & in_pieces
    return similar


def _has_new_insertion(aligned: Aligned, chars: ParagraphChars) -> Flags:
    """Return for each pair whether the candidate has an insertion that is certainly new.

    An insertion is new unless a rule of `dedup.verdict.rules` may ignore it: function words, attribution, a link, a
    numeral after the same number in words, words that stand elsewhere. Insertions at either end, and replacements, are
    left to the verdict.
    """
    witness_start, witness_end, start, end = aligned.gaps
    pairs = aligned.gap_pairs
    inner = (start > 0) & (end < chars.sizes[aligned.candidate[pairs]])
    insertions = np.flatnonzero((witness_start == witness_end) & inner)
    sizes = (end - start)[insertions]
    first = chars.offsets[aligned.candidate[pairs[insertions]]] + start[insertions]
    codes = chars.codes[ranges(first, sizes)]
    owner = np.repeat(np.arange(len(insertions)), sizes)
    has_content = np.bincount(owner[~_table(uninformative_chars())[codes]], minlength=len(insertions)) > 0
    attributed = np.bincount(owner[_table(attribution_chars())[codes]], minlength=len(insertions)) > 0
    is_numeral = (sizes == 1) & (chars.codes[first] & 1 == 1)
    new = np.zeros(len(aligned.witness), bool)
    for gap in insertions[has_content & ~attributed & ~is_numeral].tolist():
        pair = pairs[gap]
        candidate = chars.strings[aligned.candidate[pair]]
        moved = candidate[start[gap] : end[gap]] in chars.strings[aligned.witness[pair]]
        new[pair] = new[pair] or not (moved or in_front(candidate, Gap(0, 0, start[gap], end[gap])))
    return new


@cache
def _table(chars: frozenset[str]) -> Flags:
    """Return a lookup table of a set of token characters, by code point."""
    table = np.zeros(_CODE_POINTS, bool)
    table[[ord(char) for char in chars]] = True
    return table


def _begins(sizes: Ints) -> Ints:
    return np.concatenate(([0], np.cumsum(sizes)))


def _counted(kept: Flags, edges: Ints) -> Ints:
    """Return where the kept items of each pair begin, given where all of its items do."""
    counts: Ints = _begins(kept.astype(np.int64))[edges]
    return counts


def _owners(begins: Ints) -> Ints:
    return np.repeat(np.arange(len(begins) - 1), np.diff(begins))


def _sums(owners: Ints, values: Ints, number: int) -> Ints:
    return np.bincount(owners, values, minlength=number).astype(np.int64)
