"""Which paragraphs of a corpus are kept, one after the other, as `dedup.resolve.corpus.leaders` says it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Looks(NamedTuple):
    """With how many of those kept before it a paragraph is paired; see `dedup.candidates.buckets`."""

    first: int
    last: int
    most: int


class Corpus(NamedTuple):
    """Paragraphs in the order in which they stay.

    Attributes:
        keys: of each, hash of its words.
        bands: of each band, the key of each.
        numbers: of each, mask of its numbers.
        covers: whether an earlier one covers a later one.
        passes: whether the sieves let a later one and an earlier one through.
        fixed: the first so many are kept in any case.
        without: those that go as boilerplate.
    """

    keys: Sequence[int]
    bands: Sequence[Sequence[int]]
    numbers: Sequence[int]
    covers: Callable[[int, int], bool]
    passes: Callable[[int, int], bool] = lambda *_: True
    fixed: int = 0
    without: Sequence[bool] = ()


def named(key: int, number: int, before: Sequence[tuple[int, int, int]], looks: Looks) -> set[int]:
    """Return with whom a paragraph is paired in a band: `before` are paragraphs with their keys and numbers."""
    bucket = [(place, mask) for place, theirs, mask in before if theirs == key]
    both = [place for place, _ in bucket]
    alike = [place for place, mask in bucket if mask == number]
    return {*both[: looks.first], *_last(both, looks.last), *_last(alike, looks.last)}


def _last(some: Sequence[int], number: int) -> Sequence[int]:
    return some[max(len(some) - number, 0) :]


def best(corpus: Corpus, place: int, kept: Sequence[int], looks: Looks) -> tuple[list[int], int]:
    """Return whom the bands name for a paragraph, the best ones first, and how many pairs are not looked at."""
    votes: Counter[int] = Counter()
    left_out = 0
    for keys in corpus.bands:
        before = [(one, keys[one], corpus.numbers[one]) for one in kept]
        found = named(keys[place], corpus.numbers[place], before, looks)
        left_out += sum(keys[one] == keys[place] for one in kept) - len(found)
        votes.update(one for one in found if corpus.passes(place, one))
    ranked = sorted(votes, key=lambda one: (-votes[one], one))
    return ranked[: looks.most], left_out + len(ranked[looks.most :])


def witnesses(corpus: Corpus, looks: Looks) -> list[int]:
    """Return what each paragraph goes for, or -1, of one paragraph after the other."""
    kept: list[int] = []
    out: list[int] = []
    for place, key in enumerate(corpus.keys):
        candidates = [one for one in kept if corpus.keys[one] == key][:1] + best(corpus, place, kept, looks)[0]
        if corpus.without and not corpus.without[place]:
            candidates += best(corpus, place, [one for one in kept if not corpus.without[one]], looks)[0]
        covering = (one for one in candidates if place >= corpus.fixed and corpus.covers(one, place))
        out.append(next(covering, -1))
        if out[-1] < 0:
            kept.append(place)
    return out
