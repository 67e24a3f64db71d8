"""Scope ``corpus`` on one machine: two passes over the input, with a spool between them.

The first pass fingerprints, the second one writes. In between `dedup.engines.plan` decides. Both passes cut the input
into the same tasks; a task of the second pass takes its share of what was decided along.
"""

from __future__ import annotations

import zlib
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.corpus.collapse import first_of_each
from dedup.corpus.contained import fingerprinted
from dedup.corpus.seen import Seen
from dedup.corpus.sheet import ROW
from dedup.engines.plan import AGAIN_FAULT, AGAIN_PROBLEM, COLUMNS
from dedup.engines.write import Place, Share
from dedup.errors import UsageError
from dedup.formats.edit import find
from dedup.formats.parts import Kind, task_bytes

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.corpus.sheet import Sheet
    from dedup.engines.local import Crew
    from dedup.engines.plan import Decided
    from dedup.engines.spool import Spool
    from dedup.errors import InternalError
    from dedup.formats.discover import Source
    from dedup.formats.parts import Part, Work
    from dedup.minhash import Banding


class Scan(NamedTuple):
    """What the first pass says about a task."""

    parts: NDArray[np.void]
    documents: NDArray[np.void]
    sheet: Sheet


def scan(work: Work, banding: Banding, seen: Seen, shift: int, task: list[Part]) -> Scan:
    """Fingerprint the documents of a task; runs in a worker. See `fill`."""
    parts = np.zeros(len(task), COLUMNS["parts"])
    found = []
    for number, part in enumerate(task):
        parts[number]["check"], parts[number]["size"] = zlib.crc32(part.data), len(part.data)
        (done,), here = find(work, [part])
        found += [(number, part.source + shift, one.record) for one in here]
        parts[number]["documents"] = done.counts.documents
        parts[number]["invalid"] = done.counts.invalid_utf8
        parts[number]["again"] = AGAIN_PROBLEM if done.problems else 0
    salts = None
    if work.settings.within is not None:
        salts = [
            salt_of(record.group, f"{source} {task[number].at + record.start}") for number, source, record in found
        ]
    sheet, faults = fingerprinted([record.text for _, _, record in found], salts, work.settings, banding, seen)
    for number in faults:
        parts[found[number][0]]["again"] |= AGAIN_FAULT
    documents = np.array(
        [
            (number, source, count, record.line if task[number].kind is Kind.JSONL else 0, record.start, record.end)
            for (number, source, record), count in zip(found, sheet.counts.tolist(), strict=True)
        ],
        COLUMNS["documents"],
    )
    return Scan(parts, documents, sheet)


def salt_of(group: str | None, place: str) -> int:
    """Return a number for a record's group; one without is a group of its own."""
    import hashlib  # noqa: PLC0415 - only with --within

    raw = f" {place}" if group is None else f"={group}"
    return int.from_bytes(hashlib.blake2b(raw.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _task_check(task: list[Part]) -> int:
    """Return a number by which a task is known again."""
    check = 0
    for part in task:
        check = zlib.crc32(part.data, zlib.crc32(f"{part.source} {part.kind} {len(part.data)}".encode(), check))
    return check


def pieces(scan: Scan, paragraphs: int, texts: int, letters: int) -> dict[str, NDArray[Any] | bytes]:
    """Return what a task has for the spool's columns, behind so many paragraphs, bytes of text and letters."""
    sheet = scan.sheet
    rows = sheet.rows.copy()
    rows["paragraph"] += paragraphs
    rows["text_at"] += texts
    rows["letters_at"] += letters
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
    spool: Spool,
    found: Iterable[list[Part]],
    first: int,
    *,
    work: Work,
    banding: Banding,
    seen: Seen,
    crew: Crew,
    shift: int = 0,
) -> Generator[list[Part], None, None]:
    """Fingerprint all tasks that the spool does not have yet, and yield each task once it is there.

    Args:
        spool: of `COLUMNS`.
        found: tasks, in order.
        first: number of the first of them.
        work: how documents are read.
        banding: how signatures are cut.
        seen: what has been fingerprinted.
        crew: worker processes.
        shift: number of inputs before these.

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
    for task, result in crew.map(partial(scan, work, banding, seen, shift), source, weight=task_bytes):
        spool.append(pieces(result, paragraphs, texts, letters), _task_check(task))
        paragraphs += len(result.sheet.digests)
        texts += len(result.sheet.texts)
        letters += len(result.sheet.letters)
        yield task


def known(spool: Spool, slots: int) -> Seen:
    """Return what has been fingerprinted: what is in the spool."""
    seen = Seen(slots)
    if spool.tasks:
        digests = spool.picked("digests", np.unique(spool.whole("row-paragraph")))
        seen.enter(digests[first_of_each(digests)])
    return seen


class Shares:
    """Gives each task of the second pass what was decided about it.

    Args:
        spool: of `COLUMNS`.
        decided: what was decided.
        sources: all inputs in order, references first.
        told: somebody is to be told of the witnesses.
    """

    def __init__(self, spool: Spool, decided: Decided, sources: Sequence[Source], *, told: bool) -> None:
        self._spool = spool
        self._decided = decided
        self._sources = sources
        self._told = told
        self._parts, self._documents = (_edges(spool.sizes(name)) for name in ("parts", "documents"))
        # In one piece: of a field among others, each search would make a copy.
        self._removed = np.ascontiguousarray(decided.removals["paragraph"])

    def of(self, task: int) -> Share:
        """Return the share of a task, counted from the first one of the first pass."""
        parts = self._spool.read("parts", *_span(self._parts, task))
        first, number = _span(self._documents, task)
        documents = self._spool.read("documents", first, number)
        begin, end = (int(self._decided.begins[place]) for place in (first, first + number))
        spans = self._spool.read("spans", begin, end - begin)
        mine = slice(*np.searchsorted(self._removed, (begin, end)).tolist())
        removals = self._decided.removals[mine].copy()
        removals["paragraph"] -= begin
        going = self._decided.removals[mine]
        witnesses = list(self._places(going["witness"], going["how"] > 0, first)) if self._told else []
        every = self._decided.near.shown
        near = every[slice(*np.searchsorted(every["paragraph"], (begin, end)).tolist())].copy()
        beside = list(self._places(near["witness"], np.ones(len(near), bool), first)) if len(near) else []
        near["paragraph"] -= begin
        return Share(parts, documents, spans, removals, witnesses, near, beside)

    def faults(self, *, keep_texts: bool) -> Iterator[tuple[int, InternalError]]:
        """Yield what is to be told of what kernels raised while all was decided.

        Each with the number of its document, counted from the first one of all, or -1 where there is none.

        Args:
            keep_texts: with the texts of both.
        """
        for fault, kept in self._decided.stages:
            yield -1, fault.told("", kept)
        for pair in self._decided.faults:
            both = np.array([pair.later, pair.earlier])
            here, there = self._places(both, np.ones(2, bool), 0)
            ours, theirs = (one.name if one.line is None else f"{one.name}:{one.line}" for one in (here, there))
            kept = f"two paragraphs that are alike, here and in {theirs}, are kept as they are"
            texts = [one.text for one in (there, here) if one.text is not None] if keep_texts else ()
            yield here.document, pair.fault.told(ours, kept, texts)

    def _places(self, paragraphs: NDArray[Any], differ: NDArray[np.bool_], first: int) -> Iterator[Place]:
        """Yield where some witnesses stand.

        Args:
            paragraphs: their numbers in the corpus.
            differ: which of them are to be told with their texts.
            first: number of the task's first document.
        """
        spool, begins = self._spool, self._decided.begins
        numbers = np.searchsorted(begins, paragraphs, side="right") - 1
        documents = spool.picked("documents", numbers)
        texts = self._decided.texts(spool, paragraphs[differ])
        for number, paragraph, (start, end), source, line, differs in zip(
            (numbers - first).tolist(),
            (paragraphs - begins[numbers]).tolist(),
            spool.picked("spans", paragraphs).tolist(),
            documents["source"].tolist(),
            documents["line"].tolist(),
            differ.tolist(),
            strict=True,
        ):
            where = self._sources[source]
            text = next(texts) if differs else None
            yield Place(number, paragraph, start, end, where.relative, where.name, line or None, text)


def _edges(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(sizes)))


def _span(edges: NDArray[np.int64], task: int) -> tuple[int, int]:
    return int(edges[task]), int(edges[task + 1] - edges[task])
