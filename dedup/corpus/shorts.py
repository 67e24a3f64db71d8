"""Short paragraphs inside repeated blocks: the headline of a syndicated story, the items of a menu.

A short paragraph goes only where it stands, letter by letter, at the same place as in an earlier document: beside a
paragraph that goes, as beside that one's witness; or in a row of at least three short ones that stood in the same order
before. The last one of a row stays where what follows it stays: it may be its heading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.characters import mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

STRETCH = 1 << 20
"""Paragraphs that are looked at together, where that makes no difference, for the memory's sake."""
ROW = 3
"""Short paragraphs in a row that may be a menu."""


class Corpus(NamedTuple):
    """The paragraphs of a corpus in order; arrays of one length.

    Attributes:
        document: number of the document; int32, ascending.
        owner: the first paragraph with the same bytes; int32 or int64.
        words: tokens without those that hold a digit; int32.
        short: too short to go by itself; bool. A paragraph without any word is short, too.
    """

    document: NDArray[np.int32]
    owner: NDArray[Any]
    words: NDArray[np.int32]
    short: Flags


def with_shorts(
    corpus: Corpus, gone: Flags, witness: Ints, min_words: int, fixed: int = 0
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return which paragraphs go, short ones included, and the witness of each of them.

    Args:
        corpus: the paragraphs.
        gone: those that go by themselves; bool.
        witness: the paragraph that each of them goes for; int64.
        min_words: tokens that make a paragraph long.
        fixed: the first so many paragraphs stay.
    """
    gone, witness = gone.copy(), witness.copy()
    links = np.full(len(gone), -1, witness.dtype)
    _beside(corpus, gone, witness, links, 1)
    _beside(corpus, gone, witness, links, -1)
    return with_rows(corpus, gone, witness, min_words, fixed, also=np.zeros(len(gone), bool), links=links)


def with_rows(
    corpus: Corpus, gone: Flags, witness: Ints, min_words: int, fixed: int, *, also: Flags, links: Ints | None = None
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return the same once more, where others go as well: what they stood between may be a row now.

    Args:
        corpus: the paragraphs.
        gone: those that go, as `with_shorts` has said; bool.
        witness: the paragraph that each of them goes for; int64.
        min_words: tokens that make a paragraph long.
        fixed: the first so many paragraphs stay.
        also: those that go besides, and are not among the former; bool.
        links: what each paragraph would go for if it stood in a row; None: nothing is known.
    """
    gone, witness = gone.copy(), witness.copy()
    links = np.full(len(gone), -1, witness.dtype) if links is None else links
    while True:
        out = gone | also
        _in_rows(corpus, out, links, min_words)
        links[:fixed] = -1
        going = _without_heads(corpus, out, links)
        if not len(going):
            return gone, _kept_ones(gone, witness)
        gone[going] = True
        witness[going] = links[going]
        # What is left stands in other rows: the second cleaning would look at those.
        links[:] = -1


def _beside(corpus: Corpus, gone: Flags, witness: Ints, links: Ints, step: int) -> None:
    """Link short paragraphs that follow (step 1) or precede (-1) one that goes, as they do its witness."""
    document, owner = corpus.document, corpus.owner
    # Every paragraph has one neighbour on each side, so that stretches do not get into one another's way.
    for start in range(0, len(gone), STRETCH):
        place = np.flatnonzero(gone[start : start + STRETCH]) + start
        source = witness[place]
        while len(place):
            there, origin = place + step, source + step
            inside = (there >= 0) & (there < len(gone)) & (origin >= 0) & (origin < len(gone))
            place, source, there, origin = place[inside], source[inside], there[inside], origin[inside]
            fits = (document[there] == document[place]) & (document[origin] == document[source])
            fits &= corpus.short[there] & ~gone[there] & (links[there] < 0)
            fits &= (owner[there] == owner[origin]) & (origin < there)
            place, source = there[fits], origin[fits]
            links[place] = source


def _in_rows(corpus: Corpus, gone: Flags, links: Ints, min_words: int) -> None:
    """Link short paragraphs that stand in a row which stood in an earlier document."""
    left = np.flatnonzero(~gone & corpus.short)
    if len(left) < ROW:
        return
    # Where each stands among all that is left: in a row, if nothing long stands between.
    rank = np.cumsum(~gone, dtype=links.dtype)[left]
    document, owner = corpus.document[left], corpus.owner[left]
    begins = (rank[2:] == rank[:-2] + 2) & (document[:-2] == document[2:])
    at = np.flatnonzero(begins)
    values = np.zeros(len(at), np.uint64)
    for step in range(ROW):
        values = mix(values + owner[at + step].astype(np.uint64))
    order = np.argsort(values, kind="stable")
    head = np.ones(len(order), bool)
    head[1:] = values[order][1:] != values[order][:-1]
    first = np.empty(len(at), np.int64)
    first[order] = at[order[head][np.cumsum(head) - 1]] if len(order) else at
    fits = document[first] < document[at]
    for step in range(ROW):
        fits &= owner[first + step] == owner[at + step]
    at, first = at[fits], first[fits]
    row = np.full(len(left), -1, links.dtype)
    for step in range(ROW - 1, -1, -1):
        row[at + step] = left[first + step]
    chosen = (row >= 0) & (links[left] < 0) & _told_enough(row >= 0, rank, document, corpus.words[left], min_words)
    links[left[chosen]] = row[chosen]


def _told_enough(
    member: Flags, rank: NDArray[Any], document: NDArray[np.int32], words: NDArray[np.int32], min_words: int
) -> Flags:
    """Tell which rows say enough not to agree by chance: twice the words of a paragraph that may go by itself."""
    begins = member.copy()
    begins[1:] &= ~(member[:-1] & (document[1:] == document[:-1]) & (rank[1:] == rank[:-1] + 1))
    row = np.cumsum(begins) - 1
    said = np.bincount(row[member], words[member], minlength=int(row[-1]) + 2 if len(row) else 1)
    enough: Flags = member & (said[np.maximum(row, 0)] >= 2 * min_words)
    return enough


def _without_heads(corpus: Corpus, gone: Flags, links: Ints) -> Ints:
    """Return the linked paragraphs that go: all but the last one of a row over something that stays.

    A row is what stands together when all that has gone is gone. Right behind its last one anything may be headed by
    it; where something has gone from between, only a long paragraph may.
    """
    linked = np.flatnonzero((links >= 0) & ~gone)
    following = _following(gone, links.dtype)[linked]
    last = np.minimum(following, len(gone) - 1)
    onward = (following < len(gone)) & (corpus.document[last] == corpus.document[linked])
    head = onward & (links[last] < 0) & ((following == linked + 1) | ~corpus.short[last])
    going: Ints = linked[~head]
    return going


def _following(gone: Flags, index: np.dtype[Any]) -> NDArray[Any]:
    """Return the next paragraph that is left behind each one, or the number of paragraphs."""
    number = len(gone)
    following = np.full(number + 1, number, index)
    following[:-1][~gone] = np.flatnonzero(~gone)
    # From the end on: the least so far.
    np.minimum.accumulate(following[::-1], out=following[::-1])
    return following[1:]


def _kept_ones(gone: Flags, witness: Ints) -> Ints:
    """Follow witnesses that went for the same bytes elsewhere, until they are ones that stay."""
    moving = np.flatnonzero(gone)
    while True:
        moving = moving[gone[witness[moving]]]
        if not len(moving):
            return witness
        witness[moving] = witness[witness[moving]]
