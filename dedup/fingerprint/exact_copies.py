"""Exact copies: which paragraph is the first with the same digest (made in `dedup.fingerprint.fingerprint`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


def index_type(number: int) -> type[np.signedinteger[Any]]:
    """Return the smallest type that numbers so many paragraphs: half the memory for all but the largest corpora."""
    return np.int32 if number < 1 << 31 else np.int64


def first_of_each(digests: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the places at which digests stand for the first time, ascending: int64.

    Args:
        digests: uint64, shape (paragraphs, 2).
    """
    order, head = _together(np.ascontiguousarray(digests[:, 0]), np.ascontiguousarray(digests[:, 1]))
    first: NDArray[np.int64] = order[head]
    first.sort()
    return first


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
    order, head = _together(high, low)
    firsts = np.empty(len(order), np.int64)
    firsts[order] = order[head][np.cumsum(head) - 1]
    copies = np.flatnonzero(firsts != np.arange(len(firsts)))
    return np.stack((places[copies], places[firsts[copies]]))


def _together(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the order in which equal digests stand together, and which of them are the first ones of their like.

    Sorted by 32 bits, in two turns of counting, which take a third of the time of a comparing sort. What agrees in
    these is nearly always the same; where it is not, all of it is compared.

    Args:
        high: one half of each digest; uint64.
        low: the other half; uint64.

    Returns:
        Places, those of one digest ascending; int64. And whether each is its digest's first one; bool.
    """
    bits = (low >> np.uint64(32)).astype(np.uint32)
    order = np.argsort(bits.astype(np.uint16), kind="stable")
    order = order[np.argsort((bits >> np.uint32(16)).astype(np.uint16)[order], kind="stable")]
    bits = bits[order]
    head = np.ones(len(order), bool)
    head[1:] = bits[1:] != bits[:-1]
    follows = np.flatnonzero(~head)
    odd = follows[_differ(high, low, order, follows)]
    if len(odd):
        group = np.cumsum(head) - 1
        mixed = np.zeros(len(order), bool)
        mixed[group[odd]] = True
        here = np.flatnonzero(mixed[group])
        some = order[here]
        order[here] = some[np.lexsort((some, high[some], low[some]))]
        behind = here[here > 0]
        head[behind] = _differ(high, low, order, behind)
    return order, head


def _differ(
    high: NDArray[np.uint64], low: NDArray[np.uint64], order: NDArray[np.int64], at: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell of which places of an order the digest is not the one before it; all above 0."""
    one, other = order[at], order[at - 1]
    differ: NDArray[np.bool_] = (high[one] != high[other]) | (low[one] != low[other])
    return differ


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
