"""Several segments as one: look-ups find the same in it, and read one file where they read many.

Days keep their numbers, and paragraphs theirs within a day; so what refers to them stays as it is. Columns of
paragraphs follow each other, and those that are sorted are merged; of the same digest, key or run that of the earlier
day comes first. Blocks of texts are copied as they are.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.index.checking import file_problems
from dedup.index.manifest import SegmentEntry
from dedup.index.segment import TEXTS
from dedup.index.sorted_tables import PIECE, SortedTable, merged

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from dedup.index.segment import Segment
    from dedup.index.sorted_tables import Rows
    from dedup.index.store import IndexStore, SegmentWriter
    from dedup.text.arrays import Ints

    Span = tuple[int, int]

_READ = 1 << 20


def compact(store: IndexStore) -> bool:
    """Merge all segments of an index into one.

    Returns:
        False if the old ones may be in use, and they are still there.

    Raises:
        DamagedError: one is damaged; the index is as it was.
        OutputError: the index cannot be written; it is as it was.
    """
    entries = store.manifest.segments
    with store.changing():
        entry = written(store, entries, {day.number for day in store.manifest.days})
        return store.replace(replace(store.manifest, segments=(entry,)))


def written(store: IndexStore, entries: Sequence[SegmentEntry], numbers: Collection[int]) -> SegmentEntry:
    """Write some days of some segments as a segment.

    Args:
        store: has them.
        entries: in order of their days.
        numbers: of the days.

    Raises:
        DamagedError: one of the old ones is damaged.
        OutputError: the new one cannot be written.
    """
    writer = store.begin()
    sources: list[_Source] = []
    end = _End(0, 0, 0)
    for entry in entries:
        segment = store.segment(entry)
        for problem in file_problems(segment.directory, entry):
            raise problem
        sources.append(_Source(segment, entry, numbers, end))
        end = sources[-1].end
    _Merger(sources, writer, 0 if store.manifest.options["exact"] else store.banding.bands).write()
    writer.finish()
    days = tuple(day for entry in entries for day in entry.days if day.number in numbers)
    return SegmentEntry(writer.path.name, days, writer.files)


class _End(NamedTuple):
    """How many paragraphs, kept ones and files come before."""

    paragraphs: int
    kept: int
    files: int


class _Source:
    """Some days of a segment, and their places in another one.

    Args:
        segment, entry: the segment.
        numbers: of the days.
        before: what comes before them there.

    Attributes:
        days: they.
        end: what comes before what follows.
    """

    def __init__(self, segment: Segment, entry: SegmentEntry, numbers: Collection[int], before: _End) -> None:
        self.segment = segment
        self.days = [
            (placed, day) for placed, day in zip(segment.days, entry.days, strict=True) if day.number in numbers
        ]
        kept = segment.column("kept_paragraph")
        self._begins = np.array([placed.begin for placed in segment.days], np.int64)
        self._kept_begins = np.searchsorted(kept, self._begins.astype(np.uint32))
        self._chosen = np.array([day.number in numbers for day in entry.days])
        sizes = np.where(self._chosen, [day.paragraphs for day in entry.days], 0)
        kept_sizes = np.where(self._chosen, np.diff(self._kept_begins, append=len(kept)), 0)
        files = np.where(self._chosen, [len(day.files) for day in entry.days], 0)
        self._shifts = before.paragraphs + np.cumsum(sizes) - sizes - self._begins
        self._kept_shifts = before.kept + np.cumsum(kept_sizes) - kept_sizes - self._kept_begins
        theirs = np.array([placed.file for placed in segment.days], np.int64)
        self._file_shifts = before.files + np.cumsum(files) - files - theirs
        self.end = _End(
            *(int(start + some.sum()) for start, some in zip(before, (sizes, kept_sizes, files), strict=True))
        )

    def paragraphs(self, local: NDArray[Any]) -> Ints:
        """Return the new numbers of some paragraphs, or -1 for those of other days."""
        return self._moved(local, self._begins, self._shifts)

    def kept(self, places: NDArray[Any]) -> Ints:
        """Return the new places of some that are kept, or -1 for those of other days."""
        return self._moved(places, self._kept_begins, self._kept_shifts)

    def _moved(self, local: NDArray[Any], begins: Ints, shifts: Ints) -> Ints:
        day = np.searchsorted(begins, local.astype(np.int64), side="right") - 1
        found: Ints = np.where(self._chosen[day], local + shifts[day], -1)
        return found

    def paragraph_spans(self) -> list[Span]:
        """Return where the paragraphs of each day are."""
        return [(placed.begin, placed.begin + day.paragraphs) for placed, day in self.days]

    def spans_in(self, name: str) -> list[Span]:
        """Return where each day is in a column of paragraphs that ascend."""
        edges = np.array(self.paragraph_spans(), np.uint32).reshape(-1, 2)
        found = np.searchsorted(self.segment.column(name), edges)
        return [(int(begin), int(end)) for begin, end in found]

    def documents(self) -> Iterator[NDArray[np.void]]:
        """Yield the documents of each day, with the new numbers of their files."""
        number = {placed.number: place for place, placed in enumerate(self.segment.days)}
        for placed, day in self.days:
            found = self.segment.column("documents")[placed.document : placed.document + day.documents].copy()
            found["file"] += self._file_shifts[number[placed.number]]
            yield found


def _pieces(column: NDArray[Any], spans: Sequence[Span]) -> Iterator[NDArray[Any]]:
    for begin, end in spans:
        for start in range(begin, end, PIECE):
            yield column[start : min(start + PIECE, end)]


class _Merger:
    """Writes the columns of several sources as those of one segment."""

    def __init__(self, sources: Sequence[_Source], writer: SegmentWriter, bands: int) -> None:
        self._sources = sources
        self._writer = writer
        self._bands = bands

    def write(self) -> None:
        """Write all of them."""
        total, kept, _ = self._sources[-1].end
        number = sum(day.documents for source in self._sources for _, day in source.days)
        pieces = (piece for source in self._sources for piece in source.documents())
        self._writer.column("documents", pieces, number)
        for name in ("digests", "spans", "flags", "gone"):
            self._follow((name,), total, lambda source: source.paragraph_spans())
        for names in (("gone_paragraph", "gone_witness"), ("want_paragraph", "want_witness", "want_verdict")):
            self._follow_in(names)
        kept_names = ("kept_paragraph", "kept_key", "kept_numbers", "kept_bits", "kept_words", "kept_size")
        self._follow_in(kept_names)
        tables = [_classes(source) for source in self._sources]
        classes = sum(
            end - begin
            for source in self._sources
            for name in ("want_paragraph", "kept_paragraph")
            for begin, end in source.spans_in(name)
        )
        self._writer.together(("class_digest", "class_paragraph"), merged(tables, 64), classes)
        by_key = merged([_keys(source) for source in self._sources], 64)
        self._writer.column("by_key", (places for _, places in by_key), kept)
        self._writer.bands(self._all_bands(), self._bands, kept)
        self._write_runs()
        self._write_texts()

    def _follow(self, names: Sequence[str], number: int, spans: Callable[[_Source], list[Span]]) -> None:
        """Write columns of which each source's come one after the other."""
        for name in names:
            moved = name.endswith("_paragraph")
            pieces = (
                source.paragraphs(piece) if moved else piece
                for source in self._sources
                for piece in _pieces(source.segment.column(name), spans(source))
            )
            self._writer.column(name, pieces, number)

    def _follow_in(self, names: Sequence[str]) -> None:
        """Write columns of which the first one has paragraphs that ascend."""

        def spans(source: _Source) -> list[Span]:
            return source.spans_in(names[0])

        number = sum(end - begin for source in self._sources for begin, end in spans(source))
        self._follow(names, number, spans)

    def _all_bands(self) -> Iterator[Rows]:
        for band in range(self._bands):
            yield from merged([_band(source, band) for source in self._sources], 32)

    def _write_runs(self) -> None:
        names = ("run_hash", "run_paragraphs", "run_rounds")
        number = 0
        for source in self._sources:
            every = source.segment.column("run_paragraphs")
            for piece in _pieces(every, [(0, len(every))]):
                number += int(np.count_nonzero(source.paragraphs(piece[:, 0]) >= 0))
        self._writer.together(names, merged([_runs(source) for source in self._sources], 64), number)

    def _write_texts(self) -> None:
        first: list[NDArray[np.int64]] = []
        at = [np.zeros(1, np.int64)]

        def pieces() -> Iterator[bytes]:
            for source in self._sources:
                for begin, end in source.spans_in("kept_paragraph"):
                    if begin == end:
                        continue
                    blocks = _blocks(source.segment, begin, end)
                    theirs = source.segment.column("block_at")[blocks.start : blocks.stop + 1]
                    first.append(source.kept(source.segment.column("block_first")[blocks]))
                    at.append(theirs[1:] - theirs[:1] + at[-1][-1:])
                    yield from _bytes(source.segment, int(theirs[0]), int(theirs[-1]))

        self._writer.copy(TEXTS, pieces())
        columns = {"block_first": np.concatenate([np.empty(0, np.int64), *first]), "block_at": np.concatenate(at)}
        self._writer.columns(columns)


def _classes(source: _Source) -> SortedTable:
    digest, paragraph = (source.segment.column(name) for name in ("class_digest", "class_paragraph"))

    def rows(some: slice) -> Rows:
        moved = source.paragraphs(paragraph[some])
        return digest[some][moved >= 0], moved[moved >= 0]

    return SortedTable(len(digest), digest.__getitem__, rows)


def _keys(source: _Source) -> SortedTable:
    key, by_key = (source.segment.column(name) for name in ("kept_key", "by_key"))

    def rows(some: slice) -> Rows:
        moved = source.kept(by_key[some])
        return key[by_key[some]][moved >= 0], moved[moved >= 0]

    return SortedTable(len(key), lambda place: key[by_key[place]], rows)


def _band(source: _Source, band: int) -> SortedTable:
    keys, kept = source.segment.band(band)

    def rows(some: slice) -> Rows:
        moved = source.kept(kept[some])
        return keys[some][moved >= 0], moved[moved >= 0]

    return SortedTable(len(keys), keys.__getitem__, rows)


def _runs(source: _Source) -> SortedTable:
    hashes, runs, rounds = (source.segment.column(name) for name in ("run_hash", "run_paragraphs", "run_rounds"))

    def rows(some: slice) -> Rows:
        moved = source.paragraphs(runs[some].ravel()).reshape(-1, 3)
        chosen = moved[:, 0] >= 0
        return hashes[some][chosen], moved[chosen], rounds[some][chosen]

    return SortedTable(len(hashes), hashes.__getitem__, rows)


def _blocks(segment: Segment, begin: int, end: int) -> slice:
    """Return which blocks have the texts of some that are kept: those of a day, which has blocks of its own.

    Raises:
        DamagedError: it has none of its own.
    """
    first = segment.column("block_first")
    low, high = (int(place) for place in np.searchsorted(first, np.array([begin, end], np.uint32)))
    edges = [*first[low : low + 1].tolist(), *first[high : high + 1].tolist()]
    if begin < end and (low == len(first) or edges[0] != begin or (high < len(first) and edges[-1] != end)):
        raise segment.damaged("block_first.npy", "has a block with texts of two days")
    return slice(low, high)


def _bytes(segment: Segment, begin: int, end: int) -> Iterator[bytes]:
    with (segment.directory / TEXTS).open("rb") as file:
        file.seek(begin)
        for piece in iter(partial(file.read, _READ), b""):
            yield piece[: end - begin]
            begin += len(piece)
            if begin >= end:
                return
