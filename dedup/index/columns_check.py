"""What holds for the columns of a segment: each is looked through in pieces, so that memory does not grow with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.index.columns import ALWAYS, SHORT, WANTED
from dedup.index.runs import run_hashes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from numpy.typing import NDArray

    from dedup.index.columns import Places
    from dedup.index.manifest import SegmentEntry
    from dedup.index.segment import Segment
    from dedup.text.arrays import Flags

    Part = Callable[[slice], NDArray[Any]]

PIECE = 1 << 20
"""Entries that are looked at together."""
_PARAGRAPHS = ("digests", "spans", "flags", "gone")
_KEPT = ("kept_paragraph", "kept_key", "kept_numbers", "kept_bits", "kept_words", "kept_size", "by_key")
_OF_ONE_LENGTH = (
    _PARAGRAPHS,
    ("gone_paragraph", "gone_witness"),
    ("class_digest", "class_paragraph"),
    ("want_paragraph", "want_witness", "want_verdict"),
    _KEPT,
    ("band_key", "band_kept"),
    ("run_hash", "run_paragraphs", "run_rounds"),
)


class Fault(NamedTuple):
    """A column that is not as it should be.

    Attributes:
        column: its name.
        what: what is the matter.
    """

    column: str
    what: str


def size_faults(segment: Segment, entry: SegmentEntry, bands: int) -> Iterator[Fault]:
    """Yield what does not fit together in the lengths of columns, and with the manifest.

    What is in columns may be looked at only where there is no such fault.

    Raises:
        DamagedError: a file is no column.
    """
    for names in _OF_ONE_LENGTH:
        lengths = [len(segment.column(name)) for name in names]
        for name, length in zip(names, lengths, strict=True):
            if length != lengths[0]:
                yield Fault(name, f"has {length:,} entries where {names[0]} has {lengths[0]:,}")
    yield from _document_faults(segment, entry)
    kept, total = len(segment.column("kept_paragraph")), len(segment.column("band_key"))
    if total != bands * kept:
        yield Fault("band_key", f"has {total:,} entries for {kept:,} kept paragraphs in {bands} bands")
    first, at = segment.column("block_first"), segment.column("block_at")
    if len(at) != len(first) + 1:
        yield Fault("block_at", f"has {len(at):,} entries for {len(first):,} blocks")


def _document_faults(segment: Segment, entry: SegmentEntry) -> Iterator[Fault]:
    documents, total = segment.column("documents"), len(segment.column("digests"))
    number = sum(day.documents for day in entry.days)
    if len(documents) != number:
        yield Fault("documents", f"has {len(documents):,} documents, and the manifest says {number:,}")
        return
    if len(documents) and int(documents["paragraphs"].min()) < 0:
        yield Fault("documents", "has a document of less than no paragraphs")
        return
    begin = file = 0
    for day in entry.days:
        some = documents[begin : begin + day.documents]
        found, begin = int(some["paragraphs"].sum(dtype=np.int64)), begin + day.documents
        if found != day.paragraphs:
            yield Fault(
                "documents", f"has {found:,} paragraphs of day {day.number}, of which there are {day.paragraphs:,}"
            )
        if not ((some["file"] >= file) & (some["file"] < file + len(day.files))).all():
            yield Fault("documents", f"has documents of day {day.number} in files that this day has not")
        file += len(day.files)
    if total != sum(day.paragraphs for day in entry.days):
        yield Fault("digests", f"has {total:,} paragraphs, and the documents have others")


def content_faults(segment: Segment, entry: SegmentEntry) -> Iterator[Fault]:
    """Yield what is wrong in columns whose lengths fit: order, ranges, and what one column says of another."""
    total = len(segment.column("digests"))
    for name in ("gone_paragraph", "want_paragraph", "kept_paragraph"):
        column = segment.column(name)
        if not in_order(column.__getitem__, None, len(column), strictly=True):
            yield Fault(name, "is not in order")
        elif len(column) and int(column[-1]) >= total:
            yield Fault(name, "has a paragraph that is not there")
        else:
            continue
        return
    yield from _paragraph_faults(segment, entry)
    yield from _class_faults(segment, total)
    yield from _kept_faults(segment)
    yield from _run_faults(segment, total)
    yield from _block_faults(segment, entry)


def _paragraph_faults(segment: Segment, entry: SegmentEntry) -> Iterator[Fault]:
    flags, gone, spans = (segment.column(name) for name in ("flags", "gone", "spans"))
    short = 0
    for some in _pieces(len(flags)):
        if (flags[some] > (SHORT | WANTED)).any():
            yield Fault("flags", "has a flag that is none")
        if not ((spans[some, 0] >= 0) & (spans[some, 0] <= spans[some, 1])).all():
            yield Fault("spans", "has a paragraph that ends before it begins")
        short += int(np.count_nonzero((gone[some] > 0) & ((flags[some] & SHORT) > 0)))
    rows = segment.column("gone_paragraph")
    if short != len(rows) or not _all(rows, lambda some: (gone[some] > 0) & ((flags[some] & SHORT) > 0)):
        yield Fault("gone_paragraph", "has other paragraphs than the short ones that went")
    kept = segment.column("kept_paragraph")
    for placed, day in zip(segment.days, entry.days, strict=True):
        edges = np.array([placed.begin, placed.begin + day.paragraphs], np.uint32)
        number = int(np.diff(np.searchsorted(kept, edges))[0])
        removed = int(np.count_nonzero(gone[placed.begin : placed.begin + day.paragraphs]))
        if number != day.kept:
            yield Fault("kept_paragraph", f"has {number:,} of day {day.number}, and the manifest says {day.kept:,}")
        if removed != day.removed:
            yield Fault("gone", f"has {removed:,} of day {day.number} removed, and the manifest says {day.removed:,}")


def _class_faults(segment: Segment, total: int) -> Iterator[Fault]:
    """Look whether each class is one that goes or one that is kept, and is found by the digest of its paragraph."""
    digest, paragraph = segment.column("class_digest"), segment.column("class_paragraph")
    digests, flags, gone = (segment.column(name) for name in ("digests", "flags", "gone"))
    if len(paragraph) and int(paragraph.max()) >= total:
        yield Fault("class_paragraph", "has a paragraph that is not there")
        return
    if not in_order(digest.__getitem__, paragraph.__getitem__, len(digest), strictly=True):
        yield Fault("class_digest", "is not in order")
    every = np.zeros(total, np.uint8)
    for some in _pieces(len(paragraph)):
        every[paragraph[some]] += 1
        if (digests[paragraph[some], 1] != digest[some]).any():
            yield Fault("class_digest", "has another digest than its paragraph")
            break
    for name in ("want_paragraph", "kept_paragraph"):
        rows = segment.column(name)
        for some in _pieces(len(rows)):
            every[rows[some]] += 1
    sizes = len(segment.column("want_paragraph")) + len(segment.column("kept_paragraph"))
    if sizes != len(paragraph) or ((every != 0) & (every != 2)).any():  # noqa: PLR2004 - as a class, and as what it is
        yield Fault("class_paragraph", "has other paragraphs than those that go or are kept")
    kept, want = segment.column("kept_paragraph"), segment.column("want_paragraph")
    if not _all(kept, lambda some: (flags[some] == 0) & (gone[some] == 0)):
        yield Fault("kept_paragraph", "has a paragraph that is short, or goes")
    if not _all(want, lambda some: flags[some] == WANTED):
        yield Fault("want_paragraph", "has a paragraph that is short, or does not go")


def _kept_faults(segment: Segment) -> Iterator[Fault]:
    key, by_key = segment.column("kept_key"), segment.column("by_key")
    if not _is_permutation(by_key, len(key)):
        yield Fault("by_key", "has not each kept paragraph once")
    elif not in_order(lambda some: key[by_key[some]], by_key.__getitem__, len(key), strictly=True):
        yield Fault("by_key", "is not in the order of keys")
    for band in range(segment.banded):
        keys, kept = segment.band(band)
        if not _is_permutation(kept, len(key)):
            yield Fault("band_kept", f"has not each kept paragraph once in band {band}")
        elif not in_order(keys.__getitem__, kept.__getitem__, len(keys), strictly=True):
            yield Fault("band_key", f"is not in order in band {band}")


def _run_faults(segment: Segment, total: int) -> Iterator[Fault]:
    hashes, runs, rounds = (segment.column(name) for name in ("run_hash", "run_paragraphs", "run_rounds"))
    digests, flags = segment.column("digests"), segment.column("flags")
    if len(runs) and int(runs.max()) >= total:
        yield Fault("run_paragraphs", "has a paragraph that is not there")
        return
    if not in_order(hashes.__getitem__, lambda some: runs[some, 0], len(hashes), strictly=False):
        yield Fault("run_hash", "is not in order")
    for some in _pieces(len(runs)):
        here = runs[some].astype(np.int64)
        document = segment.documents_of(here)
        whole = (np.diff(here, axis=1) > 0).all(axis=1) & (document == document[:, :1]).all(axis=1)
        if not (whole & ((flags[here] & SHORT) > 0).all(axis=1)).all():
            yield Fault("run_paragraphs", "has what is no run of short paragraphs of a document")
        if (run_hashes(digests[:, 1][here]) != hashes[some]).any():
            yield Fault("run_hash", "has another hash than its paragraphs")
        if not ((rounds[some, 0] > 0) & ((rounds[some, 0] < rounds[some, 1]) | (rounds[some, 1] == ALWAYS))).all():
            yield Fault("run_rounds", "has a run that stands in no round")


def _block_faults(segment: Segment, entry: SegmentEntry) -> Iterator[Fault]:
    first, at, kept = (segment.column(name) for name in ("block_first", "block_at", "kept_paragraph"))
    if not in_order(first.__getitem__, None, len(first), strictly=True) or (len(first) and int(first[-1]) >= len(kept)):
        yield Fault("block_first", "is not in order")
    if int(at[0]) != 0 or not in_order(at.__getitem__, None, len(at), strictly=True):
        yield Fault("block_at", "is not in order")
    begins = np.array([day.begin for day in segment.days], np.uint32)
    heads = np.searchsorted(kept, begins)[[day.kept > 0 for day in entry.days]].astype(np.uint32)
    place = np.minimum(np.searchsorted(first, heads), max(len(first) - 1, 0))
    if len(heads) and (not len(first) or (first[place] != heads).any()):
        yield Fault("block_first", "has a block with texts of two days")


def _pieces(number: int) -> Iterator[slice]:
    for start in range(0, number, PIECE):
        yield slice(start, min(start + PIECE, number))


def _all(rows: NDArray[Any], holds: Callable[[NDArray[Any]], Flags]) -> bool:
    """Return True if something holds for all of some paragraphs."""
    return all(bool(holds(rows[some]).all()) for some in _pieces(len(rows)))


def _is_permutation(places: NDArray[Any] | Places, number: int) -> bool:
    found = np.zeros(number, bool)
    for some in _pieces(len(places)):
        if int(places[some].max()) >= number:
            return False
        found[places[some]] = True
    return len(places) == number and bool(found.all())


def in_order(first: Part, second: Part | None, number: int, *, strictly: bool) -> bool:
    """Return True if so many entries ascend by one thing and, where that is the same, by another."""
    for some in _pieces(number):
        wider = slice(max(some.start - 1, 0), some.stop)
        high = first(wider)
        ascends, same = high[1:] > high[:-1], high[1:] == high[:-1]
        if second is not None:
            low = second(wider)
            ascends |= same & (low[1:] > low[:-1])
            same &= low[1:] == low[:-1]
        if not (ascends if strictly else ascends | same).all():
            return False
    return True
