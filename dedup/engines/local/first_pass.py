"""Scope ``corpus`` on one machine: two passes over the input, with a spool between them.

The first pass fingerprints, the second one writes. In between `dedup.engines.local.stages` decides. Both passes cut the
input into the same tasks; a task of the second pass takes its share of what was decided along.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.engines.contained import fingerprinted
from dedup.engines.local.spool_columns import COLUMNS
from dedup.engines.local.stored_parts import with_data, without_data
from dedup.engines.removal.task_decisions import AGAIN_FAULT, AGAIN_PROBLEM
from dedup.fingerprint.exact_copies import first_of_each
from dedup.fingerprint.fingerprint import fingerprint_encoded
from dedup.fingerprint.shared_digests import PendingDigests, SharedDigestSet
from dedup.fingerprint.table import ROW, moved_rows
from dedup.formats.edits import read_documents
from dedup.formats.encoded_records import read_encoded
from dedup.formats.grouping import salt_of
from dedup.formats.parts import PartKind, task_bytes
from dedup.model.containment import attempt
from dedup.model.errors import UsageError
from dedup.text.arrays import distinct

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from dedup.engines.local.spool import Spool
    from dedup.engines.local.stored_parts import StoredPart
    from dedup.engines.local.workers import WorkerPool
    from dedup.fingerprint.minhash import Banding
    from dedup.fingerprint.table import FingerprintTable
    from dedup.formats.parts import Part, Work


class Scan(NamedTuple):
    """What the first pass says about a task."""

    parts: NDArray[np.void]
    documents: NDArray[np.void]
    sheet: FingerprintTable


def scan(work: Work, banding: Banding, seen: SharedDigestSet, shift: int, sent: Sequence[Part | StoredPart]) -> Scan:
    """Fingerprint the documents of a task; runs in a worker.

    Args:
        work: how documents are read.
        banding: how signatures are cut.
        seen: what has been fingerprinted.
        shift: number of inputs before these.
        sent: its parts.

    Raises:
        InputError: a file has changed.
    """
    task = with_data(sent)
    # What the native kernels do at once is only quicker: where that raises, it is done the other way.
    read = attempt(lambda: _read_encoded(work, banding, seen, task), lambda _: None)
    parts, documents, sheet = read or _read(work, banding, seen, shift, task)
    for number, part in enumerate(task):
        parts[number]["check"], parts[number]["size"] = zlib.crc32(part.data), len(part.data)
        parts[number]["source"] = -1 if part.kind is PartKind.JOINT else part.source + shift
    documents["source"] = np.array([part.source + shift for part in task], np.int32)[documents["part"]]
    documents["paragraphs"] = sheet.counts
    return Scan(parts, documents, sheet)


def _read_encoded(work: Work, banding: Banding, seen: SharedDigestSet, task: list[Part]) -> Scan | None:
    """Read and fingerprint a task of plain JSON lines; None where it holds anything else."""
    found = read_encoded(work, task)
    if found is None:
        return None
    parts = np.zeros(len(task), COLUMNS["parts"])
    parts["documents"] = found.counts
    documents = np.zeros(len(found.places), COLUMNS["documents"])
    documents["part"] = np.repeat(np.arange(len(task)), found.counts)
    documents["line"], documents["start"], documents["end"] = found.places.T
    held = PendingDigests(seen)
    sheet = fingerprint_encoded(found.texts, None, work.settings, banding, held)
    held.flush()
    return Scan(parts, documents, sheet)


def _read(work: Work, banding: Banding, seen: SharedDigestSet, shift: int, task: list[Part]) -> Scan:
    """Read and fingerprint any task."""
    parts = np.zeros(len(task), COLUMNS["parts"])
    found = []
    for number, part in enumerate(task):
        (result,), here = read_documents(work, [part])
        found += [(number, one.record) for one in here]
        parts[number]["documents"] = result.counts.documents
        parts[number]["invalid"] = result.counts.invalid_utf8
        parts[number]["again"] = AGAIN_PROBLEM if result.problems or result.counts.without_text else 0
    salts = None
    if work.settings.within is not None:
        places = [f"{task[number].source + shift} {task[number].at + record.start}" for number, record in found]
        salts = [salt_of(record.group, place) for (_, record), place in zip(found, places, strict=True)]
    sheet, faults = fingerprinted([record.text for _, record in found], salts, work.settings, banding, seen)
    for number in faults:
        parts[found[number][0]]["again"] |= AGAIN_FAULT
    documents = np.array(
        [
            (number, 0, 0, record.line if task[number].numbered else 0, record.start, record.end)
            for number, record in found
        ],
        COLUMNS["documents"],
    )
    return Scan(parts, documents, sheet)


def _task_check(task: list[Part]) -> int:
    """Return a number by which a task is known again."""
    check = 0
    for part in task:
        check = zlib.crc32(part.data, zlib.crc32(f"{part.source} {part.kind} {len(part.data)}".encode(), check))
    return check


def pieces(scan: Scan, paragraphs: int, texts: int, letters: int) -> dict[str, NDArray[Any] | bytes]:
    """Return what a task has for the spool's columns, behind so many paragraphs, bytes of text and letters."""
    sheet = scan.sheet
    rows = moved_rows(sheet, paragraphs, texts, letters)
    return {
        "parts": scan.parts,
        "documents": scan.documents,
        "spans": sheet.spans,
        "digests": sheet.digests,
        **{f"row-{field}": rows[field] for field in ROW.names or ()},
        "bands": sheet.bands,
        "texts": sheet.texts,
        "letters": sheet.letters,
    }


def fill(
    spool: Spool, found: Iterable[list[Part]], first: int, scan_task: Callable[[list[Part]], Scan], pool: WorkerPool
) -> Generator[list[Part], None, None]:
    """Fingerprint all tasks that the spool does not have yet, and yield each task once it is there.

    Args:
        spool: of `COLUMNS`.
        found: tasks, in order.
        first: number of the first of them.
        scan_task: fingerprints a task: `scan`.
        pool: worker processes.

    Raises:
        UsageError: the spool holds another input's tasks.
        OutputError: the spool cannot be written.
        DedupError: a worker died.
    """
    source = iter(found)
    for number in range(first, spool.tasks):
        task = next(source, None)
        if task is None:
            return
        if _task_check(task) != spool.check(number):
            what = "holds a run over other input; nothing in it was touched"
            hint = "name another --work-dir, or delete this one to begin anew"
            raise UsageError(what, place=spool.place, hint=hint)
        yield task
    paragraphs, texts, letters = (spool.total(name) for name in ("digests", "texts", "letters"))
    for task, result in pool.map(scan_task, source, weight=task_bytes, sent=without_data):
        spool.append(pieces(result, paragraphs, texts, letters), _task_check(task))
        paragraphs += len(result.sheet.digests)
        texts += len(result.sheet.texts)
        letters += len(result.sheet.letters)
        yield task


def seen_digests(spool: Spool, slots: int) -> SharedDigestSet:
    """Return what has been fingerprinted: what is in the spool."""
    seen = SharedDigestSet(slots)
    if spool.tasks:
        digests = spool.take("digests", distinct(spool.whole("row-paragraph")))
        seen.add(digests[first_of_each(digests)])
    return seen
