"""A day over an index: what is known of the days before it, and what it adds, given its fingerprints in a spool.

Where these come from, and where the day's output is written, is not known here: on this machine that is
`dedup.engines.local.indexed_run`, on Spark `dedup.engines.indexed_spark`.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np

from dedup.engines.local.clustering import Clustering
from dedup.engines.local.indexed_stages import IndexedStages
from dedup.engines.local.slices import Bands, read_band
from dedup.engines.local.spool import read_ranges
from dedup.fingerprint.banding import choose_banding
from dedup.formats.files.addresses import scheme_of
from dedup.index.building import (
    DayParagraphs,
    NewClasses,
    band_columns,
    class_columns,
    paragraph_columns,
    run_columns,
    short_columns,
)
from dedup.index.columns import DOCUMENT, global_ids
from dedup.index.content import content_check
from dedup.index.manifest import DayEntry, Manifest
from dedup.index.store import SLOW, IndexStore
from dedup.resolve.corpus.removals import GOES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from contextlib import ExitStack
    from typing import Any

    from numpy.typing import NDArray

    from dedup.engines.local.earlier_days import EarlierWitnesses
    from dedup.engines.local.spool import Spool
    from dedup.engines.local.spool_columns import CorpusDecision
    from dedup.engines.local.workers import WorkerPool
    from dedup.fingerprint.minhash import Banding
    from dedup.index.store import SegmentWriter
    from dedup.model.job import Job
    from dedup.model.outcome import Events
    from dedup.text.arrays import Flags, Ints


class IndexedDay:
    """A day that is cleaned against an index and, if its output is written, added to it.

    The order in which a day is committed: its segment is written and synced (`stage`), its log and outputs take their
    names, the manifest takes its name (`commit`). So an index never has a day whose output is not there; a run that is
    killed in between leaves an output that the same run gives again.

    Args:
        job: what is asked for.
        events: is told what is worth knowing about the index.
        stack: lets go of the index at the end.

    Attributes:
        banding: how signatures are cut: that of the index holds for every day.
        rounds_before: rounds in which something went on earlier days.

    Raises:
        UsageError, InputError, OutputError: see `IndexStore`.
    """

    def __init__(self, job: Job, events: Events, stack: ExitStack) -> None:
        assert job.index is not None  # noqa: S101 - the caller's part
        self._job = job
        self._events = events
        self._stack = stack
        self._writes = job.mode == "clean"
        banding = choose_banding(job.settings.threshold, 0).banding
        new = Manifest.new(job.settings, banding)
        self._store = IndexStore(_directory(job.index), job.settings, new, writes=self._writes)
        stack.callback(self._store.close)
        self._segment: SegmentWriter | None = None
        self.rounds_before = 0

    @property
    def banding(self) -> Banding:
        """How signatures are cut."""
        return self._store.banding

    def stages(
        self, spool: Spool, pool: WorkerPool, files: Sequence[str], *, lasting: Collection[str], max_memory: int
    ) -> IndexedStages:
        """Return what decides about the day.

        Args:
            spool: its fingerprints.
            pool: worker processes.
            files: names of its inputs, in order.
            lasting: those of them that name the same file another time.
            max_memory: bytes that all of it aims to stay below.
        """
        self._spool = spool
        self._files = files
        self._check = self._checked()
        same = next((day for day in self._store.manifest.days if day.check == self._check), None)
        if same is not None and self._writes:
            self._writes = False
            what = f"has been in the index since {same.time} (day {same.number}); the index stays as it is"
            self._events.note(f"{self._name()}: {what}", important=True)
        self._note_changed(lasting)
        self._note_slow()
        lookups = self._store.lookups(None if same is None else same.number)
        self.rounds_before = lookups.rounds
        settings, banding = self._job.settings, self.banding
        clustering = Clustering(spool, settings, banding, pool, self._events)
        self._stages = IndexedStages(
            spool,
            settings,
            clustering,
            banding=banding,
            lookups=lookups,
            max_memory=max_memory,
            events=self._events,
        )
        return self._stages

    def _checked(self) -> str:
        """Return a sum of all that was read."""
        parts = self._spool.whole("parts")
        source, crc, size = (np.ascontiguousarray(parts[name]) for name in ("source", "check", "size"))
        return content_check(len(self._files), source, crc, size, self._spool.pieces("digests"))

    def _note_changed(self, lasting: Collection[str]) -> None:
        """Tell of inputs that the index has under the same name with other content."""
        before = {name: day for day in self._store.manifest.days for name in day.files}
        changed = sorted(set(lasting) & before.keys()) if self._writes else []
        if changed:
            day = before[changed[0]]
            more = f" (and so were {len(changed) - 1:,} more)" if len(changed) > 1 else ""
            what = f"was in the index with other content{more}: on day {day.number}, {day.time}"
            self._events.note(f"{changed[0]}: {what}; it is compared with that, too", important=True)

    def _note_slow(self) -> None:
        """Tell if look-ups take twice as long as they need to."""
        number = len(self._store.manifest.segments)
        if number >= SLOW:
            what = f"the index is in {number} segments: look-ups take twice as long as in one, or longer"
            self._events.note(f"{what}; compact it with: dedup-index compact {self._job.index}", important=True)

    def told(self, decided: CorpusDecision) -> EarlierWitnesses:
        """Return the witnesses of earlier days, to which removals are made to point that stand there by now."""
        witnesses, removals = self._stages.witnesses, decided.removals
        earlier = removals["witness"] < 0
        # Short ones of earlier days may have gone in a later round than that in which they were named.
        removals["witness"][earlier] = witnesses.followed(removals["witness"][earlier])
        return witnesses

    def _name(self) -> str:
        if not self._files:
            return "the day"
        more = len(self._files) - 1
        return self._files[0] + (f" and {more:,} more" if more else "")

    def stage(self, decided: CorpusDecision, *, whole: bool) -> None:
        """Write what the day adds to the index, which has it not yet.

        Args:
            decided: what was decided about it.
            whole: all inputs were read to their end, and what is left of them is written; else nothing is added. A
                record that cannot be read does no harm: it is written as it is, and nothing goes for it.

        Raises:
            OutputError: there is no room.
        """
        if self._writes and not whole:
            self._tell_missing()
        elif self._writes:
            self._segment = self._store.begin()
            self._stack.callback(self._store.withdraw)
            self._entry = self._written(self._segment, decided)
            self._segment.finish()

    def commit(self, *, whole: bool) -> None:
        """Add the day to the index: outputs and log are there.

        Args:
            whole: all of them; else nothing is added.

        Raises:
            OutputError: the index cannot be written; it is as it was.
        """
        if self._segment is not None and whole:
            self._store.add(self._segment, self._entry)
        elif self._segment is not None:
            self._tell_missing()
        self._segment = None

    def _tell_missing(self) -> None:
        what = "not all of it was read and written, so it is not added to the index"
        hint = "run it again when all of it can be, or without what cannot"
        self._events.note(f"{self._name()}: {what}; {hint}", important=True)

    def _written(self, segment: SegmentWriter, decided: CorpusDecision) -> DayEntry:
        number = self._store.manifest.next_day
        day = self._day(decided)
        documents = self._documents()
        segment.columns(paragraph_columns(documents, day))
        segment.columns(run_columns(day))
        going = decided.removals[decided.removals["state"] == GOES]
        going = going[day.short[going["paragraph"]]]
        segment.columns(short_columns(going["paragraph"], self._ids(number, going["witness"].astype(np.int64))))
        classes = self._classes(number)
        segment.columns(class_columns(classes, day.digests))
        place = self._places(classes.witness < 0)
        self._write_bands(segment, place)
        at, sizes = (self._spool.take(f"row-{name}", place) for name in ("text_at", "text_size"))
        segment.columns({"kept_size": sizes})
        with self._spool.path("texts").open("rb", buffering=0) as file:
            segment.texts(read_ranges(file, at, sizes, 1, bytes))
        return DayEntry(
            number,
            self._name(),
            datetime.now(timezone.utc).isoformat(timespec="seconds"),
            self._check,
            tuple(self._files),
            len(documents),
            len(day.gone),
            len(place),
            int(np.count_nonzero(day.gone)),
        )

    def _ids(self, number: int, witness: Ints) -> Ints:
        """Return the numbers across days of witnesses."""
        earlier = witness < 0
        found = global_ids(number, witness)
        found[earlier] = self._stages.witnesses.ids(witness[earlier])
        return found

    def _day(self, decided: CorpusDecision) -> DayParagraphs:
        """Return the paragraphs of the day."""
        today, classes = self._stages.today, self._stages.classes
        at = np.full(len(today.owner), -1)
        at[today.paragraph[classes.row]] = np.arange(len(classes.row))
        member = at[today.owner]
        leaves = np.append(classes.goes | (classes.id >= 0), False)[member]
        wanted: Flags = (member >= 0) & (leaves | (today.owner != np.arange(len(today.owner))))
        gone = np.zeros(len(today.owner), np.uint8)
        going = decided.removals["state"] == GOES
        gone[decided.removals["paragraph"][going]] = decided.removals["round"][going]
        short = self._stages.short()
        return DayParagraphs(
            today.document, self._spool.whole("digests"), self._spool.whole("spans"), short, wanted, gone
        )

    def _documents(self) -> NDArray[np.void]:
        every = self._spool.whole("documents")
        documents = np.empty(len(every), DOCUMENT)
        documents["file"] = every["source"]
        for name in ("line", "paragraphs"):
            documents[name] = every[name]
        return documents

    def _classes(self, number: int) -> NewClasses:
        """Return the long paragraphs that no earlier day has."""
        today, classes = self._stages.today, self._stages.classes
        new = np.flatnonzero(classes.is_new)
        paragraph = today.paragraph[classes.row]
        rows = classes.witness_row[new]
        witness = np.where(rows >= 0, global_ids(number, paragraph[rows]), classes.witness_id[new])
        place = self._places(np.ones(len(new), bool))
        features: dict[str, NDArray[Any]] = {
            name: self._spool.take(f"row-{name}", place) for name in ("key", "numbers", "bits", "words")
        }
        return NewClasses(paragraph[new], witness, classes.verdict[new], features)

    def _places(self, chosen: Flags) -> Ints:
        """Return the places of the rows of some of the long paragraphs that no earlier day has."""
        today, classes = self._stages.today, self._stages.classes
        place: Ints = today.place[classes.row[classes.is_new]][chosen]
        return place

    def _write_bands(self, segment: SegmentWriter, place: Ints) -> None:
        number = 0 if self._job.settings.exact else self.banding.bands
        here = Bands(self._spool, self.banding, place)
        read = partial(read_band, os.fspath(self._spool.directory), here.slices)

        def keys() -> Iterator[NDArray[np.uint32]]:
            for band in range(number):
                yield read(band)[here.chosen]

        segment.bands(band_columns(keys()), number, len(place))


def _directory(given: str) -> Path:
    """Return the directory of an index, which may be given as an address of this machine."""
    return Path(url2pathname(urlsplit(given).path)) if scheme_of(given) == "file" else Path(given)
