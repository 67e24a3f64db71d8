"""Derive the removals of a corpus, with reasons and blocks, from the decisions about distinct paragraphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.fingerprint.exact_copies import index_type
from dedup.resolve.corpus.short_paragraphs import (
    SLICE,
    CorpusParagraphs,
    follow_to_kept,
    with_short_paragraphs,
    with_short_runs,
)
from dedup.resolve.near_duplicates import sources
from dedup.verdict.batch.verify import ALIGNED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from dedup.model.settings import Settings
    from dedup.verdict.batch.verify import Verdicts

EXACT, NEAR, BLOCK, BOILERPLATE = range(4)
"""Reasons, as numbers; see `dedup.model.decisions.Reason`."""
UNJUDGED, RETAINED, GOES, HELD, UNSETTLED = range(5)
"""What became of a removal where it stands: not asked yet; it stays for its neighbours; it goes; it may go, and is held
back, as what is left would be read as other paragraphs; the rounds of its document did not converge."""


def removal_type(number: int) -> np.dtype[np.void]:
    """Return the type of a removal in a corpus of so many paragraphs.

    A paragraph that goes, and the one it goes for, by their numbers in the corpus; where the latter stands, see
    `dedup.resolve.near_duplicates.sources`; the number of the block in its document, or -1; for boilerplate the number
    of documents it stands in; `EXACT` to `BOILERPLATE`; how it was compared: 0 the same bytes, else
    `dedup.verdict.batch.verify.FOLDED` or
    `ALIGNED`; in what ways it differs, see `dedup.model.differences.Difference`; what became of it, `UNJUDGED` to
    `UNSETTLED`; and the round in which it went, from 1 on, or 0.
    """
    index = index_type(number)
    columns = {"paragraph": index, "witness": index, "source": "<i8", "similarity": "<f4", "coverage": "<f4"}
    columns |= {
        "block": "<i4",
        "documents": "<i4",
        "reason": "u1",
        "how": "u1",
        "differs": "<i2",
        "state": "u1",
        "round": "u1",
    }
    return np.dtype(list(columns.items()))


class Classes(NamedTuple):
    """The distinct paragraphs with enough words to be removed by themselves, in the order of preference.

    Attributes:
        first: number of the first paragraph of each; int64.
        witness: the one that each of them goes for, by its place among them, or -1; int32.
        verdicts: on these pairs.
    """

    first: NDArray[np.int64]
    witness: NDArray[np.int32]
    verdicts: Verdicts

    def among(self, first: NDArray[np.int64]) -> Classes:
        """Return what was decided in terms of what is left of a corpus.

        Args:
            first: number of the first paragraph of each that is left, or -1; int64.
        """
        present = first >= 0
        place = np.append(np.where(present, np.cumsum(present) - 1, -1), -1).astype(np.int32)
        return Classes(first[present], place[self.witness[present]], self.verdicts.some(present))


def outcome(
    corpus: CorpusParagraphs,
    classes: Classes,
    settings: Settings,
    fixed: int,
    *,
    leaving: NDArray[np.bool_] | None = None,
    asked: Callable[[NDArray[np.int64]], None] | None = None,
) -> NDArray[np.void]:
    """Return the removals of a corpus, in order: see `removal_type`.

    Args:
        corpus: all paragraphs.
        classes: the decisions about distinct paragraphs.
        settings: which copies stay.
        fixed: the first so many paragraphs stay (references).
        leaving: which of these are to go by themselves, as was decided before; bool. None: none of them.
        asked: is told the runs of three short paragraphs that are looked for; int64, shape (runs, 3).
    """
    number = len(corpus.owner)
    at = np.full(number, -1, np.int32)
    at[classes.first] = np.arange(len(classes.first), dtype=np.int32)
    member = at[corpus.owner]
    goes = classes.witness >= 0
    # Each class rests on the one it goes for, and else on itself.
    rests = np.where(goes, classes.witness, np.arange(len(goes)))
    resting = np.append(classes.first[rests].astype(corpus.owner.dtype), corpus.owner.dtype.type(-1))
    witness = resting[member]
    witness[:fixed] = -1
    gone = (witness >= 0) & (witness != np.arange(number, dtype=witness.dtype))
    if leaving is not None:
        gone[:fixed] = leaving
    gone, witness = with_short_paragraphs(corpus, gone, witness, settings.min_words, fixed, asked=asked)
    gone[:fixed] = False
    witness = follow_to_kept(gone, witness, None if settings.keep == "none" else corpus.document)
    if settings.keep == "none":
        also = np.zeros(number, bool)
        while True:
            roots = _boilerplate(corpus, gone, witness, int(settings.boilerplate or 0))
            roots = roots[(roots >= fixed) & ~also[roots]]
            if not len(roots):
                break
            also[roots] = True
            gone, witness = with_short_runs(corpus, gone, witness, settings.min_words, fixed, also=also)
            witness = follow_to_kept(gone, witness)
    removals = np.zeros(int(np.count_nonzero(gone)), removal_type(number))
    begin = 0
    for start, stop in _slices(corpus):
        here = np.flatnonzero(gone[start:stop]) + start
        some = removals[begin : begin + len(here)]
        begin += len(here)
        some["paragraph"], some["witness"] = here, witness[here]
        _set_comparison(some, member[here], classes)
        origin = corpus.document[some["witness"]]
        some["source"] = sources(origin, some["witness"] - np.searchsorted(corpus.document, origin))
        number_blocks(some, corpus.document[some["paragraph"]], origin)
    if settings.keep == "none":
        removals = _with_boilerplate(removals, corpus, int(settings.boilerplate or 0), fixed)
    return removals


def _slices(corpus: CorpusParagraphs) -> Iterator[tuple[int, int]]:
    """Yield slices of whole documents."""
    number, start = len(corpus.owner), 0
    while start < number:
        stop = min(start + SLICE, number)
        stop = int(np.searchsorted(corpus.document, corpus.document[stop - 1], side="right"))
        yield start, stop
        start = stop


def _set_comparison(removals: NDArray[np.void], member: NDArray[np.int32], classes: Classes) -> None:
    """Fill in how the removals were compared with their witnesses."""
    removals["similarity"] = removals["coverage"] = 1
    aligned = np.flatnonzero((member >= 0) & np.append(classes.witness >= 0, False)[member])
    verdicts = classes.verdicts.some(member[aligned])
    removals["how"][aligned] = verdicts.how
    removals["similarity"][aligned] = verdicts.similarity
    removals["coverage"][aligned] = verdicts.coverage
    removals["differs"][aligned] = verdicts.kind
    removals["reason"] = np.where(removals["how"] == ALIGNED, NEAR, EXACT)


def number_blocks(removals: NDArray[np.void], document: NDArray[Any], theirs: NDArray[Any]) -> None:
    """Number the blocks of removals, which repeat consecutive paragraphs elsewhere in order, from 0 in each document.

    Args:
        removals: paragraph, witness, block and reason, in order; paragraphs that follow each other are one apart.
        document: of each paragraph that goes.
        theirs: of each witness.
    """
    paragraph, witness = removals["paragraph"], removals["witness"]
    onward = np.zeros(len(removals), bool)
    step = witness[1:] - witness[:-1]
    onward[1:] = (
        (document[1:] == document[:-1])
        & (paragraph[1:] == paragraph[:-1] + 1)
        & (step >= 0)
        & (step <= 2)  # noqa: PLR2004 - one paragraph left out, or two joined
        & (theirs[1:] == theirs[:-1])
    )
    run = np.cumsum(~onward) - 1
    long = (np.bincount(run, minlength=1) > 1)[run] if len(run) else onward
    begins = long & ~onward
    count = np.cumsum(begins)
    heads = np.flatnonzero(np.concatenate(([True], document[1:] != document[:-1]))) if len(run) else run
    before = (count - begins)[heads]
    base = np.repeat(before, np.diff(np.append(heads, len(run))))
    removals["block"] = np.where(long, count - 1 - base, -1)
    removals["reason"][long] = BLOCK


def _boilerplate(
    corpus: CorpusParagraphs, gone: NDArray[np.bool_], witness: NDArray[np.int64], least: int
) -> NDArray[np.int64]:
    """Return the witnesses that occur, themselves or as duplicates, in at least so many documents."""
    paragraphs = np.flatnonzero(gone)
    roots, group = np.unique(witness[paragraphs], return_inverse=True)
    number = _documents(corpus, paragraphs, roots, group)
    boilerplate: NDArray[np.int64] = roots[number >= least]
    return boilerplate


def _documents(
    corpus: CorpusParagraphs, paragraphs: NDArray[np.int64], roots: NDArray[np.int64], group: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count the documents in which each witness or one of its duplicates occurs."""
    groups = np.append(group, np.arange(len(roots)))
    documents = np.append(corpus.document[paragraphs], corpus.document[roots])
    return np.bincount(np.unique(np.stack((groups, documents)), axis=1)[0], minlength=len(roots))


def _with_boilerplate(removals: NDArray[np.void], corpus: CorpusParagraphs, least: int, fixed: int) -> NDArray[np.void]:
    """Remove witnesses as well that occur, themselves or as duplicates, in at least so many documents."""
    witness, first = np.unique(removals["witness"], return_index=True)
    group = np.searchsorted(witness, removals["witness"])
    number = _documents(corpus, removals["paragraph"], witness, group)
    many = number >= least
    hit = many[group]
    removals["documents"][hit] = number[group[hit]]
    removals["reason"][hit] = BOILERPLATE
    removals["block"][hit] = -1
    own = np.flatnonzero(many & (witness >= fixed))
    more = removals[first[own]].copy()
    more["paragraph"], more["witness"] = more["witness"], removals["paragraph"][first[own]]
    every = np.concatenate((removals, more))
    return every[np.argsort(every["paragraph"], kind="stable")]
