"""The stages between the two readings, each against the plainest way to say what it does."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.candidates import buckets
from dedup.candidates.buckets import best
from dedup.resolve.corpus.short_paragraphs import neighbours_to_check, runs_of_short, without_heads

if TYPE_CHECKING:
    from numpy.typing import NDArray

_pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 30), st.integers(1, 40)), max_size=60)


@given(_pairs, st.integers(1, 6))
def test_the_candidates_that_share_most_bands_are_kept(found: list[tuple[int, int, int]], most: int) -> None:
    """Of each paragraph's candidates those with most votes are kept, the earlier one of two that have as many."""
    votes = {(later << 32) | earlier: number for later, earlier, number in found}
    pairs = sorted(votes)
    ranked = sorted(pairs, key=lambda pair: (pair >> 32, -votes[pair], pair))
    place: Counter[int] = Counter()
    kept: list[int] = []
    for pair in ranked:
        if place[pair >> 32] < most:
            kept.append(pair)
        place[pair >> 32] += 1
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(buckets, "MOST", most)
        said = best(np.array(pairs, np.uint64), np.array([votes[pair] for pair in pairs], np.int64))
    assert said.pairs.tolist() == kept
    assert said.votes.tolist() == [votes[pair] for pair in kept]
    assert said.unexamined == len(pairs) - len(kept)


_paragraphs = st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.booleans(), st.booleans()), max_size=30)


def _columns(
    paragraphs: list[tuple[int, bool, bool, bool]],
) -> tuple[NDArray[np.int32], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    """Return documents, who goes, who is short and who is linked, from steps, flags and flags."""
    step, gone, short, linked = (np.array(each, np.int64) for each in zip(*paragraphs, strict=True))
    document = np.cumsum(step // 2).astype(np.int32)
    links = np.where(linked == 1, np.arange(len(step)), -1)
    return document, gone == 1, short == 1, links


@given(_paragraphs.filter(bool), st.sampled_from([1, -1]))
def test_who_stands_beside_what_goes_is_asked(paragraphs: list[tuple[int, bool, bool, bool]], step: int) -> None:
    """A short paragraph is asked about where, up to one that goes, only short ones stand in its document."""
    document, gone, short, _ = _columns(paragraphs)
    witness = np.arange(len(gone)) * 3 + 100
    expected = []
    for place in range(len(gone)):
        at = place
        while 0 <= at < len(gone) and document[at] == document[place] and short[at] and not gone[at]:
            at -= step
        if at != place and 0 <= at < len(gone) and document[at] == document[place] and gone[at]:
            expected.append((place, int(witness[at]), int(witness[at]) + place - at))
    found = neighbours_to_check(document, gone, witness, short, step)
    assert list(zip(*(each.tolist() for each in found), strict=True)) == expected


@given(_paragraphs.filter(bool))
def test_the_last_one_over_what_stays_stays(paragraphs: list[tuple[int, bool, bool, bool]]) -> None:
    """Of the linked paragraphs all go but those that may head the next one that is left."""
    document, gone, short, links = _columns(paragraphs)
    expected = []
    for place in np.flatnonzero(~gone & (links >= 0)).tolist():
        after = next((at for at in range(place + 1, len(gone)) if not gone[at]), None)
        heads = (
            after is not None
            and document[after] == document[place]
            and links[after] < 0
            and (after == place + 1 or not short[after])
        )
        if not heads:
            expected.append(place)
    assert without_heads(document, short, gone, links).tolist() == expected


@given(_paragraphs.filter(bool))
def test_three_short_ones_begin_a_row(paragraphs: list[tuple[int, bool, bool, bool]]) -> None:
    """A row begins where the next two that are left are short as well, and of the same document."""
    document, gone, short, _ = _columns(paragraphs)
    stays = np.flatnonzero(~gone).tolist()
    expected = [
        three[0]
        for three in zip(stays, stays[1:], stays[2:], strict=False)
        if all(short[at] for at in three) and document[three[0]] == document[three[2]]
    ]
    left, rank, at = runs_of_short(document, gone, short)
    assert left.tolist() == [place for place in stays if short[place]]
    assert [stays[place] for place in rank.tolist()] == left.tolist()
    assert left[at].tolist() == expected
