"""Inputs cut into parts (`Kind`: the formats): what travels from the reader to the workers, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from dedup.formats.files.reader import READ_SIZE, Reader
from dedup.model.errors import DedupError, InputError
from dedup.model.outcome import Counts, Explanation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.formats.files.encoding import Codec
    from dedup.model.job import Empty, Job
    from dedup.model.settings import Settings

TASK_BYTES = 1 << 20
"""Bytes of parts that are worked on together; also the largest piece of what passes through unread."""
_TASK_ENOUGH = TASK_BYTES // 2
"""Bytes from which a task goes out. Half, for a part of whole lines is always a little short of a full read."""
_TASK_PARTS = 2000
"""Parts of a task, however small they are."""


class PartKind(Enum):
    """What a part is."""

    TEXT = "text"
    """A whole document."""
    JSONL = "jsonl"
    """Whole lines, each a document."""
    THROUGH = "through"
    """Bytes that are passed on unread."""
    JOINT = "joint"
    """A line end that is put between two inputs."""
    END = "end"
    """No bytes; the input ends here."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an input, in order."""

    source: int
    """Number of the input."""
    kind: PartKind
    name: str = ""
    """The input's name in messages."""
    relative: str = ""
    """The input's name in the log."""
    data: bytes = b""
    at: int = 0
    """Offset of `data` in what the log calls the original: all that goes into the same output."""
    line: int = 1
    """Number of the first line, from 1 (JSON lines)."""
    bytes_read: int = 0
    """Bytes of the input read so far, as stored."""
    problem: DedupError | None = None
    """Why these bytes pass through unread."""
    path: str = ""
    """File that has `data` at `offset`, as it is; empty: there is none, or it is compressed."""
    offset: int = 0
    """Offset of `data` in the input."""


@dataclass(frozen=True, slots=True)
class Work:
    """What workers are to do with every part."""

    settings: Settings
    field: tuple[str, ...]
    codec: Codec
    max_document: int
    log: bool = False
    diff: bool = False
    explain: bool = False
    only_check_input: bool = False
    """Read every document, decide nothing."""
    mark: bool = False
    """Cut nothing; add a field to each record that says what would go."""
    empty: Empty = "keep"
    """What becomes of a record whose text is left empty."""
    keep_texts: bool = False
    """See `dedup.model.job.Job.keep_texts`."""

    @classmethod
    def of(cls, job: Job, codec: Codec, **more: bool) -> Work:
        """Return what a job asks for; `more`: other fields."""
        path = tuple(job.text_field.split("."))
        more |= {"mark": job.mark, "keep_texts": job.keep_texts}
        return cls(job.settings, path, codec, job.max_document, empty=job.empty, **more)


@dataclass(slots=True)
class PartResult:
    """What came of one part. The output is the part's bytes without the cuts, and with what is put in their places."""

    cuts: list[tuple[int, int]] = field(default_factory=list)
    """Offsets in the part's data, ascending, not overlapping; one of no length is a place to put something."""
    insertions: dict[int, bytes] = field(default_factory=dict)
    """Start of a cut → what stands there instead. Most cuts have none."""
    counts: Counts = field(default_factory=Counts)
    problems: list[DedupError] = field(default_factory=list)
    log: bytes = b""
    edits: int = 0
    """Lines of `log` that are no removals."""
    diff: bytes = b""
    explanations: list[Explanation] = field(default_factory=list)

    def apply(self, data: bytes) -> bytes:
        """Return the part's bytes without the cuts, and with what is put in their places."""
        if not self.cuts:
            return data
        pieces, at = [], 0
        for start, end in self.cuts:
            pieces.append(data[at:start])
            if self.insertions and start in self.insertions:
                pieces.append(self.insertions[start])
            at = end
        pieces.append(data[at:])
        return b"".join(pieces)

    @property
    def shrinkage(self) -> int:
        """Bytes by which the part gets shorter; below zero, longer."""
        return sum(end - start for start, end in self.cuts) - sum(map(len, self.insertions.values()))


@dataclass(slots=True)
class Record:
    """One document as it stands in a part."""

    start: int
    end: int
    """Offsets of its own bytes in the part's data."""
    line: int
    """Number of its line in the input (JSON lines), or 1."""
    text: str
    id: str | int | float | None = None
    group: str | None = None
    """What `Settings.within` asks for, where the record has it."""


def document_entry(file: str, line: int | None, identity: str | float | None = None) -> dict[str, Any]:
    """Return what the log and the marks say of where something stands; only what is known of it."""
    entry: dict[str, Any] = {"file": file}
    if line is not None:
        entry["line"] = line
    if identity is not None:
        entry["id"] = identity
    return entry


def too_large(place: str, limit: int) -> InputError:
    """Return the error for a document above the limit."""
    what = f"the document is larger than {limit} bytes and passes through unread"
    return InputError(what, place=place, hint="raise --max-document if there is memory for it")


@dataclass(slots=True)
class PartBuilder:
    """Cuts one input into parts.

    Args:
        source, name, relative: as in `Part`.
        at: offset of the input's first byte, as in `Part.at`.
        limit: bytes above which a document passes through unread.
        path: as in `Part`.
    """

    source: int
    name: str
    relative: str
    at: int
    limit: int
    line: int = 1
    path: str = ""
    offset: int = 0

    def part(self, kind: PartKind, data: bytes, reader: Reader | None, problem: DedupError | None = None) -> Part:
        """Return the next part of the input and move on behind it."""
        bytes_read = reader.bytes_read if reader else 0
        origin = self.source, kind, self.name, self.relative
        part = Part(*origin, data, self.at, self.line, bytes_read, problem, self.path, self.offset)
        self.at += len(data)
        self.offset += len(data)
        return part

    def through(self, pieces: Iterable[bytes], reader: Reader, problem: DedupError) -> Iterator[Part]:
        """Pass bytes on unread, in pieces; the first one carries the reason."""
        reason: DedupError | None = problem
        for piece in pieces:
            for at in range(0, len(piece), TASK_BYTES):
                yield self.part(PartKind.THROUGH, piece[at : at + TASK_BYTES], reader, reason)
                reason = None


def rest(reader: Reader) -> Iterator[bytes]:
    """Yield all that is left of an input."""
    while data := reader.read(READ_SIZE):
        yield data


def tasks(parts: Iterable[Part | None]) -> Iterator[list[Part] | None]:
    """Group parts so that small ones travel and are judged together; None (a wait) is handed on at once."""
    group: list[Part] = []
    size = 0
    for part in parts:
        if part is not None:
            group.append(part)
            size += len(part.data)
        if group and (part is None or size >= _TASK_ENOUGH or len(group) >= _TASK_PARTS):
            yield group
            group, size = [], 0
        if part is None:
            yield None
    if group:
        yield group


def task_bytes(task: list[Part]) -> int:
    """Return the bytes that a task holds."""
    return sum(len(part.data) for part in task)
