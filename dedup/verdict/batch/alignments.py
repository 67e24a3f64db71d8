"""Alignments of many pairs of paragraphs, in columns, and what is seen of them without their texts.

What `dedup.verdict.compare.align` says of one pair is said here of a batch; `preview` is what
`dedup.verdict.compare.alike` says, and which words are certainly put in.
"""

from __future__ import annotations

from functools import cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq

from dedup.model.differences import Difference
from dedup.text.arrays import ranges
from dedup.verdict.batch.token_sets import empty_letters, telling_letters
from dedup.verdict.compare import LONG_RUN, MATRIX, PIECE, Alignment
from dedup.verdict.context import in_front
from dedup.verdict.gap import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.model.settings import Settings

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_LETTERS = 0x110000


class Letters(NamedTuple):
    """The words of some paragraphs, a character each.

    Attributes:
        strings: of each paragraph; see `dedup.text.token_chars`.
        codes: all of them, one paragraph after the other; uint32.
        offsets: where each paragraph's begin, and how many there are; int64.
    """

    strings: Sequence[str]
    codes: NDArray[np.uint32]
    offsets: Ints

    @property
    def sizes(self) -> Ints:
        """Words of each paragraph; int64."""
        sizes: Ints = np.diff(self.offsets)
        return sizes


def letters_in(strings: Sequence[str]) -> Letters:
    """Return the words of some paragraphs in one array, too."""
    offsets = np.concatenate(([0], np.cumsum([len(one) for one in strings], dtype=np.int64)))
    return Letters(strings, np.frombuffer("".join(strings).encode("utf-32-le"), np.uint32), offsets)


class Aligned(NamedTuple):
    """Alignments of pairs; what belongs to one pair stands together and in order.

    Attributes:
        witness: the paragraph that would stay, of each pair; int64.
        paragraph: the one that may go.
        run_begins: the first run of each pair, and the number of runs; int64.
        runs: place in the witness, in the paragraph, and words, of each run that both have; int64, shape (3, runs).
        gap_begins: the first stretch of each pair in which they differ, and the number of stretches; int64.
        gaps: first word and first after it, in the witness and in the paragraph; int64, shape (4, stretches).
    """

    witness: Ints
    paragraph: Ints
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
        """The pair that each stretch belongs to; int64."""
        return _owners(self.gap_begins)

    @property
    def common(self) -> Ints:
        """Words that both have, in order, of each pair; int64."""
        return _sums(self.run_pairs, self.runs[2], len(self.witness))

    def picked(self, some: Ints) -> Aligned:
        """Return some of the pairs."""
        run_sizes, gap_sizes = np.diff(self.run_begins)[some], np.diff(self.gap_begins)[some]
        return Aligned(
            self.witness[some],
            self.paragraph[some],
            _begins(run_sizes),
            self.runs[:, ranges(self.run_begins[some], run_sizes)],
            _begins(gap_sizes),
            self.gaps[:, ranges(self.gap_begins[some], gap_sizes)],
        )

    def alignments(self, some: Ints) -> list[Alignment]:
        """Return some alignments as the verdict wants them."""
        chosen = self.picked(some)
        runs = list(map(tuple, chosen.runs.T.tolist()))
        gaps = [Gap(*gap) for gap in chosen.gaps.T.tolist()]
        edges = [list(pairwise(begins.tolist())) for begins in (chosen.gap_begins, chosen.run_begins)]
        return [
            Alignment(gaps[a:b], runs[c:d], common)
            for (a, b), (c, d), common in zip(*edges, chosen.common.tolist(), strict=True)
        ]


def align_all(letters: Letters, witness: Ints, paragraph: Ints) -> Aligned:
    """Align pairs of paragraphs, given by two indices, by the longest common subsequence of their words."""
    strings, sizes = letters.strings, letters.sizes
    enormous = sizes[witness] * sizes[paragraph] > MATRIX
    blocks: list[Any] = [
        [(len(strings[a]), len(strings[b]), 0)] if far else LCSseq.opcodes(strings[a], strings[b]).as_matching_blocks()
        for a, b, far in zip(witness.tolist(), paragraph.tolist(), enormous.tolist(), strict=True)
    ]
    # The last block of each pair is its end, of no words.
    number = np.array([len(some) for some in blocks], np.int64)
    flat = np.fromiter(chain.from_iterable(chain.from_iterable(blocks)), np.int64, 3 * int(number.sum()))
    a, b, size = flat.reshape(-1, 3).T
    ends = _begins(number)
    before_a, before_b = np.zeros(len(a), np.int64), np.zeros(len(b), np.int64)
    before_a[1:], before_b[1:] = (a + size)[:-1], (b + size)[:-1]
    before_a[ends[:-1]] = before_b[ends[:-1]] = 0
    apart = (a > before_a) | (b > before_b)
    gaps = np.stack((before_a[apart], a[apart], before_b[apart], b[apart]))
    kept = size > 0
    return Aligned(
        witness,
        paragraph,
        _counted(kept, ends),
        np.stack((a[kept], b[kept], size[kept])),
        _counted(apart, ends),
        gaps,
    )


def preview(aligned: Aligned, letters: Letters, settings: Settings) -> NDArray[np.int16]:
    """Look at the letters alone: of what kind is what is certainly new in each pair? 0 where only words can tell."""
    common = aligned.common
    some = common < letters.sizes[aligned.paragraph]
    kinds = np.zeros(len(some), np.int16)
    new = ~_alike(aligned, common, letters, settings)
    if settings.guard == "strict":
        new |= _adds(aligned, letters)
    kinds[some & new] = Difference.WORDS
    return kinds


def _alike(aligned: Aligned, common: Ints, letters: Letters, settings: Settings) -> Flags:
    """Tell of each pair what `dedup.verdict.compare.alike` does."""
    number = len(aligned.witness)
    theirs, ours = letters.sizes[aligned.witness], letters.sizes[aligned.paragraph]
    alike: Flags = 2 * common >= settings.threshold * (theirs + ours)
    a0, a1, b0, b1 = aligned.gaps
    gap_pairs = aligned.gap_pairs
    if settings.guard == "strict":
        apart = _sums(gap_pairs, np.abs(a1 - a0 - b1 + b0), number)
        alike |= apart <= (1 - settings.threshold) * (theirs + ours)
    size = aligned.runs[2]
    long = _sums(aligned.run_pairs, np.where(size >= LONG_RUN, size, 0), number)
    replaced = (b0 > 0) & (b1 < ours[gap_pairs]) & (a1 > a0)
    pieces = np.bincount(gap_pairs[replaced], minlength=number)
    alike |= (long >= settings.threshold * ours) & (pieces <= 1 + ours // PIECE)
    return alike


def _adds(aligned: Aligned, letters: Letters) -> Flags:
    """Tell of each pair whether words are put in that certainly say something new.

    Words that are put in where the witness has none are new, unless they are such as a rule of
    `dedup.verdict.rules.numbers` may set
    aside: grammar, who says so, a link, a number in figures after the same in words, what stands elsewhere. What stands
    at either end, and whatever else differs, is for the verdict to judge.
    """
    a0, a1, b0, b1 = aligned.gaps
    pairs = aligned.gap_pairs
    put_in = np.flatnonzero((a0 == a1) & (b0 > 0) & (b1 < letters.sizes[aligned.paragraph[pairs]]))
    sizes = (b1 - b0)[put_in]
    at = letters.offsets[aligned.paragraph[pairs[put_in]]] + b0[put_in]
    codes = letters.codes[ranges(at, sizes)]
    owner = np.repeat(np.arange(len(put_in)), sizes)
    content = np.bincount(owner[~_table(empty_letters())[codes]], minlength=len(put_in)) > 0
    told = np.bincount(owner[_table(telling_letters())[codes]], minlength=len(put_in)) > 0
    figure = (sizes == 1) & (letters.codes[at] & 1 == 1)
    adds = np.zeros(len(aligned.witness), bool)
    for gap in put_in[content & ~told & ~figure].tolist():
        pair = pairs[gap]
        ours = letters.strings[aligned.paragraph[pair]]
        here = ours[b0[gap] : b1[gap]]
        elsewhere = here in letters.strings[aligned.witness[pair]]
        adds[pair] = adds[pair] or not (elsewhere or in_front(ours, Gap(0, 0, b0[gap], b1[gap])))
    return adds


@cache
def _table(some: frozenset[str]) -> Flags:
    """Return of each letter whether it is one of some."""
    table = np.zeros(_LETTERS, bool)
    table[[ord(letter) for letter in some]] = True
    return table


def _begins(sizes: Ints) -> Ints:
    return np.concatenate(([0], np.cumsum(sizes)))


def _counted(kept: Flags, edges: Ints) -> Ints:
    """Return where what is kept of each pair begins, given where all of it does."""
    counts: Ints = _begins(kept.astype(np.int64))[edges]
    return counts


def _owners(begins: Ints) -> Ints:
    return np.repeat(np.arange(len(begins) - 1), np.diff(begins))


def _sums(owners: Ints, values: Ints, number: int) -> Ints:
    return np.bincount(owners, values, minlength=number).astype(np.int64)
