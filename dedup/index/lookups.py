"""What an index knows about what a run asks for, many at a time: in sorted order, so that each page is read once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.candidates.buckets import FIRST, LAST, Features
from dedup.index.columns import ALWAYS, DAY_BITS, DOCUMENT, SHORT, VERDICT, WANTED
from dedup.text.arrays import among, distinct, ranges
from dedup.text.characters import mix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.index.segment import Segment
    from dedup.text.arrays import Flags, Ints

_TOGETHER = 1 << 20
"""Members of buckets that are looked at together, about."""


class Known(NamedTuple):
    """What is known of some digests.

    Attributes:
        id: the first paragraph with each, or -1; int64.
        witness: what it goes for, or -1; int64.
        verdict: on these two; `dedup.index.columns.VERDICT`.
    """

    id: Ints
    witness: Ints
    verdict: NDArray[np.void]


class Documents(NamedTuple):
    """Documents of earlier days, in order.

    Attributes:
        ids: numbers of all their paragraphs; int64.
        counts: paragraphs of each; int64.
        digests, spans, flags, gone: of all paragraphs; see `dedup.index.columns`.
        documents: file and line of each; `dedup.index.columns.DOCUMENT`.
        days: name of the day of each.
        files: name of the file of each.
    """

    ids: Ints
    counts: Ints
    digests: NDArray[np.uint64]
    spans: NDArray[np.int32]
    flags: NDArray[np.uint8]
    gone: NDArray[np.uint8]
    documents: NDArray[np.void]
    days: list[str]
    files: list[str]

    @classmethod
    def none(cls) -> Documents:
        """Return no documents."""
        return cls(
            np.empty(0, np.int64),
            np.empty(0, np.int64),
            np.empty((0, 2), np.uint64),
            np.empty((0, 2), np.int32),
            np.empty(0, np.uint8),
            np.empty(0, np.uint8),
            np.empty(0, DOCUMENT),
            [],
            [],
        )


class Lookups:
    """Looks through segments.

    What has gone for a paragraph of a day that is not there any more counts as unknown: nothing that is left of the
    texts says it. So does what is a copy of such a paragraph; see `dedup.index.forgetting`.

    Args:
        segments: in order of their days.
        before: only days with a smaller number are seen; None: all are.
    """

    def __init__(self, segments: Sequence[Segment], before: int | None = None) -> None:
        if before is not None:
            segments = [segment.until(before) for segment in segments if segment.days[0].number < before]
        self._segments = segments
        days = np.array([day.number for segment in segments for day in segment.days], np.int64)
        # Numbers begin at 1 and are never given again: one that is missing is that of a forgotten day.
        self._days = days if len(days) and days[-1] != len(days) else None
        """The numbers of all days, where some were forgotten."""

    @property
    def rounds(self) -> int:
        """The last round in which something went, on any day."""
        return max((segment.rounds for segment in self._segments), default=0)

    def known(self, digests: NDArray[np.uint64]) -> Known:
        """Return what is known of some digests; uint64, shape (digests, 2)."""
        number = len(digests)
        found = Known(np.full(number, -1), np.full(number, -1), np.zeros(number, VERDICT))
        order = np.argsort(digests[:, 1], kind="stable")
        for segment in self._segments:
            rows = order[found.id[order] < 0]
            paragraph = _paragraphs_with(segment, digests[rows], partial(self._counts, segment))
            rows, paragraph = rows[paragraph >= 0], paragraph[paragraph >= 0]
            found.id[rows] = segment.ids(paragraph)
            place = _places(segment.column("want_paragraph"), paragraph)
            rows, place = rows[place >= 0], place[place >= 0]
            found.witness[rows] = segment.column("want_witness")[place]
            found.verdict[rows] = segment.column("want_verdict")[place]
        return found

    def _counts(self, segment: Segment, paragraphs: Ints) -> Flags:
        """Return which of some classes are seen, and are kept or go for what is there; `paragraphs`: of a segment."""
        counts = _seen(segment, paragraphs)
        if self._days is not None:
            place = _places(segment.column("want_paragraph"), paragraphs)
            counts[place >= 0] &= self._there(segment.column("want_witness")[place[place >= 0]])
        return counts

    def _there(self, ids: Ints) -> Flags:
        """Return which of some paragraphs are of days that were not forgotten."""
        return np.ones(len(ids), bool) if self._days is None else among(ids >> DAY_BITS, self._days)

    def _without_text(self, segment: Segment, paragraphs: Ints) -> Flags:
        """Return which short paragraphs of a segment went for one of a day that was forgotten."""
        found = np.zeros(len(paragraphs), bool)
        if self._days is not None:
            place = _places(segment.column("gone_paragraph"), paragraphs)
            found[place >= 0] = ~self._there(segment.column("gone_witness")[place[place >= 0]])
        return found

    def first_of_keys(self, keys: NDArray[np.uint64]) -> Ints:
        """Return the first kept paragraph with each key, or -1; int64."""
        found = np.full(len(keys), -1)
        order = np.argsort(keys)
        for segment in self._segments:
            rows = order[found[order] < 0]
            kept, by_key = segment.column("kept_key"), segment.column("by_key")
            if not len(kept):
                continue
            place = np.searchsorted(kept, keys[rows], sorter=by_key)
            place[place == len(by_key)] = 0
            first = by_key[place]
            # Of equal keys the first one comes first: if that is not seen, none is.
            hit = (kept[first] == keys[rows]) & (first < segment.kept_seen)
            found[rows[hit]] = segment.ids(segment.column("kept_paragraph")[first[hit]])
        return found

    def bucket(self, band: int, keys: NDArray[np.uint32]) -> tuple[Ints, NDArray[np.uint32]]:
        """Return those in the buckets of a band that candidates may be among; see `dedup.candidates.buckets`.

        With what comes after them they name the same candidates as with all that are left out here: they are the first
        of each bucket, the last, and the last with each mask of numbers.

        Args:
            band: its number.
            keys: of the buckets; ascending, each once; uint32.

        Returns:
            Their numbers, int64, and the key of each.
        """
        sizes = np.zeros(len(keys), np.int64)
        spans = []
        for segment in self._segments:
            there, _ = segment.band(band)
            low, high = (np.searchsorted(there, keys, side=side) for side in ("left", "right"))
            sizes += high - low
            spans.append((low, high))
        found = [self._named(band, some, [(low[some], high[some]) for low, high in spans]) for some in _portions(sizes)]
        ids = np.concatenate([np.empty(0, np.int64), *(one for one, _ in found)])
        return ids, keys[np.concatenate([np.empty(0, np.int64), *(other for _, other in found)])]

    def _named(self, band: int, some: Ints, spans: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
        """Return the members of some buckets that may be named, and the bucket of each."""
        groups, ids, numbers = [], [], []
        for segment, (low, high) in zip(self._segments, spans, strict=True):
            kept = segment.band(band)[1][ranges(low, high - low)]
            group = np.repeat(np.arange(len(some)), high - low)
            if segment.seen is not None:
                is_seen = kept < segment.kept_seen
                kept, group = kept[is_seen], group[is_seen]
            groups.append(group)
            ids.append(segment.ids(segment.column("kept_paragraph")[kept]))
            numbers.append(segment.column("kept_numbers")[kept])
        group, id_, mask = (np.concatenate(each) for each in (groups, ids, numbers))
        order = np.lexsort((id_, group))
        group, id_, mask = group[order], id_[order], mask[order]
        from_first, from_last = _ranks(group)
        chosen = (from_first < FIRST) | (from_last < LAST)
        alike = np.lexsort((id_, mask, group))
        change = (np.diff(group[alike]) != 0) | (mask[alike][1:] != mask[alike][:-1])
        _, last = _ranks(np.cumsum(np.concatenate(([False], change))[: len(alike)]))
        chosen[alike[last < LAST]] = True
        return id_[chosen], some[group[chosen]]

    def features(self, ids: Ints) -> tuple[NDArray[np.uint64], Features]:
        """Return keys and features of kept paragraphs, given their numbers, ascending."""
        keys = np.zeros(len(ids), np.uint64)
        words, numbers = np.zeros(len(ids), np.int32), np.zeros(len(ids), np.uint64)
        bits = np.zeros((len(ids), 2), np.uint64)
        for segment, rows, kept in self._kept(ids):
            for name, column in (("key", keys), ("words", words), ("numbers", numbers), ("bits", bits)):
                column[rows] = segment.column(f"kept_{name}")[kept]
        return keys, Features(words, numbers, bits)

    def texts(self, ids: Ints) -> list[bytes]:
        """Return the texts of kept paragraphs, given their numbers, ascending."""
        found = [b""] * len(ids)
        for segment, rows, kept in self._kept(ids):
            for row, text in zip(rows.tolist(), segment.texts(kept), strict=True):
                found[row] = text
        return found

    def _kept(self, ids: Ints) -> Iterator[tuple[Segment, Ints, Ints]]:
        """Yield each segment with those of its own among some paragraphs, and their places among its kept ones."""
        for segment in self._segments:
            local = segment.local(ids)
            rows = np.flatnonzero(local >= 0)
            if len(rows):
                yield segment, rows, np.searchsorted(segment.column("kept_paragraph"), local[rows].astype(np.uint32))

    def documents(self, ids: Ints) -> Documents:
        """Return the documents in which some paragraphs stand.

        A paragraph that has gone for one of a forgotten day has a digest that no other one has.
        """
        parts: list[Documents] = []
        for segment in self._segments:
            local = segment.local(ids)
            chosen = distinct(segment.documents_of(local[local >= 0]))
            if not len(chosen):
                continue
            paragraphs = segment.paragraphs_of(chosen)
            documents = segment.column("documents")[chosen]
            day = np.searchsorted([day.document for day in segment.days], chosen, side="right") - 1
            days = [segment.days[number] for number in day.tolist()]
            digests, spans, flags, gone = (
                segment.column(name)[paragraphs] for name in ("digests", "spans", "flags", "gone")
            )
            files = [one.files[file - one.file] for one, file in zip(days, documents["file"].tolist(), strict=True)]
            counts = documents["paragraphs"].astype(np.int64)
            own, names = segment.ids(paragraphs), [one.name for one in days]
            if self._days is not None:
                digests = self._own_digests(digests, own, flags, self._without_text(segment, paragraphs))
            parts.append(Documents(own, counts, digests, spans, flags, gone, documents, names, files))
        return _together(parts)

    def _own_digests(
        self, digests: NDArray[np.uint64], ids: Ints, flags: NDArray[np.uint8], without_text: Flags
    ) -> NDArray[np.uint64]:
        """Return digests of some paragraphs, with one of its own for each that nothing that is left says."""
        wanted = np.flatnonzero((flags & (SHORT | WANTED)) == WANTED)
        first = self.known(digests[wanted]).id
        without_text[wanted] |= (first < 0) | (first > ids[wanted])
        digests = digests.copy()
        digests[without_text] = mix(np.stack((ids, ~ids), axis=1).astype(np.uint64))[without_text]
        return digests

    def runs(self, hashes: NDArray[np.uint64], turn: int) -> Ints:
        """Return the first run of three short paragraphs with each hash that stands in a round: its paragraphs, or -1.

        Args:
            hashes: ascending; uint64.
            turn: the round, from 1 on.

        Returns:
            int64, shape (hashes, 3).
        """
        found = np.full((len(hashes), 3), -1)
        for segment in self._segments:
            there = segment.column("run_hash")
            rows = np.flatnonzero(found[:, 0] < 0)
            low, high = (np.searchsorted(there, hashes[rows], side=side) for side in ("left", "right"))
            place, row = ranges(low, high - low), np.repeat(rows, high - low)
            first, until = segment.column("run_rounds")[place].T
            stands = (first <= turn) & ((turn < until) | (until == ALWAYS))
            place, row = place[stands], row[stands]
            paragraphs = segment.column("run_paragraphs")[place].astype(np.int64)
            counts = _seen(segment, paragraphs[:, 0])
            counts &= ~self._without_text(segment, paragraphs.ravel()).reshape(-1, 3).any(axis=1)
            paragraphs, row = paragraphs[counts], row[counts]
            heads = np.flatnonzero(np.diff(row, prepend=-1))
            found[row[heads]] = segment.ids(paragraphs[heads].ravel()).reshape(-1, 3)
        return found

    def in_place_of(self, ids: Ints) -> Ints:
        """Return what stays in place of short paragraphs that went, or -1 for those that stay; int64.

        What was on a day that was forgotten does not stay anywhere: -1, too.
        """
        found = np.full(len(ids), -1)
        for segment in self._segments:
            local = segment.local(ids)
            rows = np.flatnonzero(local >= 0)
            place = _places(segment.column("gone_paragraph"), local[rows])
            found[rows[place >= 0]] = segment.column("gone_witness")[place[place >= 0]]
        return np.where(self._there(found), found, -1)


def _together(parts: list[Documents]) -> Documents:
    every = [Documents.none(), *parts]
    return Documents(
        np.concatenate([part.ids for part in every]),
        np.concatenate([part.counts for part in every]),
        np.concatenate([part.digests for part in every]),
        np.concatenate([part.spans for part in every]),
        np.concatenate([part.flags for part in every]),
        np.concatenate([part.gone for part in every]),
        np.concatenate([part.documents for part in every]),
        [name for part in every for name in part.days],
        [name for part in every for name in part.files],
    )


def _places(ascending: NDArray[np.unsignedinteger], wanted: Ints) -> Ints:
    """Return where values are among others, or -1."""
    if not len(ascending):
        return np.full(len(wanted), -1)
    wanted = wanted.astype(ascending.dtype)  # of another type, all of the others would be copied
    place = np.searchsorted(ascending, wanted)
    place[place == len(ascending)] = 0
    found: Ints = np.where(ascending[place] == wanted, place, -1)
    return found


def _seen(segment: Segment, paragraphs: Ints) -> Flags:
    """Return which of some paragraphs of a segment are seen."""
    seen: Flags = np.ones(len(paragraphs), bool) if segment.seen is None else paragraphs < segment.seen
    return seen


def _paragraphs_with(segment: Segment, digests: NDArray[np.uint64], counts: Callable[[Ints], Flags]) -> Ints:
    """Return the first paragraphs of a segment with some digests that are classes, and count; or -1."""
    there, paragraphs = segment.column("class_digest"), segment.column("class_paragraph")
    found = np.full(len(digests), -1)
    place = np.searchsorted(there, digests[:, 1])
    rows = np.arange(len(digests))
    while True:  # once, but where the second halves of different digests agree, and where the first one does not count
        inside = place < len(there)
        rows, place = rows[inside], place[inside]
        alike = there[place] == digests[rows, 1]
        rows, place = rows[alike], place[alike]
        if not len(rows):
            return found
        here = paragraphs[place].astype(np.int64)
        same = (segment.column("digests")[here, 0] == digests[rows, 0]) & counts(here)
        found[rows[same]] = here[same]
        rows, place = rows[~same], place[~same] + 1


def _portions(sizes: Ints) -> Iterator[Ints]:
    """Yield the places of buckets that have members, so many at a time that they have no more than can be held."""
    some = np.flatnonzero(sizes)
    portion = np.cumsum(sizes[some]) // _TOGETHER
    for number in distinct(portion):
        yield some[portion == number]


def _ranks(group: Ints) -> tuple[Ints, Ints]:
    """Return how many of its group come before each, and how many after it; those of a group are together."""
    heads = np.flatnonzero(np.diff(group, prepend=-1))
    sizes = np.diff(heads, append=len(group))
    before = np.arange(len(group)) - np.repeat(heads, sizes)
    return before, np.repeat(sizes, sizes) - 1 - before
