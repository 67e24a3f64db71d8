"""Exact copies: which paragraph of the corpus is the first with the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


def index_type(number: int) -> type[np.signedinteger[Any]]:
    """Return the smallest type that numbers so many paragraphs: half the memory for all but the largest corpora."""
    return np.int32 if number < 1 << 31 else np.int64


def first_copies(digests: Iterable[NDArray[np.uint64]], number: int, parts: int, part: int) -> NDArray[np.int64]:
    """Find the copies among the paragraphs whose digests fall into one part of all digests.

    Args:
        digests: of all paragraphs in order, in pieces; uint64, shape (paragraphs, 2) each.
        number: of all paragraphs.
        parts: number of parts, a power of two; each is looked at by itself, so that any number of them fits memory.
        part: which one.

    Returns:
        The copies, ascending, and the first paragraph with the same digest of each: int64, shape (2, copies). A
        paragraph that is itself the first is not among them.
    """
    places, high, low = _chosen(digests, number, parts, part)
    order = np.argsort(high, kind="stable")
    ranked, second = high[order], low[order]
    head = np.ones(len(order), bool)
    head[1:] = ranked[1:] != ranked[:-1]
    odd = ~head
    odd[1:] &= second[1:] != second[:-1]
    odd[:1] = False
    if odd.any():  # half of a digest agrees, and the rest does not: once in a universe, or somebody tried hard
        order = np.lexsort((places, low, high))
        ranked, second = high[order], low[order]
        head[1:] = (ranked[1:] != ranked[:-1]) | (second[1:] != second[:-1])
    members = places[order]
    firsts = members[head][np.cumsum(head) - 1]
    copies = members != firsts
    found = np.stack((members[copies], firsts[copies]))
    return found[:, np.argsort(found[0])]


def _chosen(
    digests: Iterable[NDArray[np.uint64]], number: int, parts: int, part: int
) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the numbers and both halves of the digests of one part."""
    if parts == 1:
        whole = list(digests)
        both = np.concatenate(whole) if whole else np.empty((0, 2), np.uint64)
        return np.arange(number), np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])
    shift = np.uint64(64 - (parts - 1).bit_length())
    places: list[NDArray[np.int64]] = []
    pieces: list[NDArray[np.uint64]] = []
    base = 0
    for piece in digests:
        mine = np.flatnonzero(piece[:, 0] >> shift == part)
        places.append(mine + base)
        pieces.append(piece[mine])
        base += len(piece)
    both = np.concatenate(pieces)
    return np.concatenate(places), np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])
