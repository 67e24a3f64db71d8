"""What a format of inputs is, and inputs cut into parts: what travels from the reader to the workers, and comes back.

A format is one module with one `Format`, and one line each in `dedup.formats.names` and `dedup.formats.registry`. No
module outside of this package asks which one it has before it; it asks what that can do, or for the one with a role.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from dedup.formats.files.documents import Documents
from dedup.formats.files.reader import READ_SIZE, Reader
from dedup.model.errors import DedupError, InputError
from dedup.model.outcome import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from pathlib import Path

    from dedup.formats.files.encoding import Codec
    from dedup.model.explanation import Explanation
    from dedup.model.job import Empty, Job
    from dedup.model.repetition import BeforeAfter
    from dedup.model.settings import Settings

TASK_BYTES = 1 << 20
"""Bytes of parts that are worked on together; also the largest piece of what passes through unread."""
_TASK_ENOUGH = TASK_BYTES // 2
"""Bytes from which a task goes out. Half, for a part of whole lines is always a little short of a full read."""
_TASK_PARTS = 2000
"""Parts of a task, however small they are."""


Encoded: TypeAlias = tuple[bytes, bytes | bytearray, bytes | bytearray]
"""Texts, and two arrays; see `Format`."""


class PartKind(Enum):
    """What a part is that holds no documents."""

    THROUGH = "through"
    """Bytes that are passed on unread."""
    JOINT = "joint"
    """A line end that is put between two inputs."""
    END = "end"
    """No bytes; the input ends here."""


@dataclass(frozen=True, slots=True)
class Unwrapping:
    """What is taken out of a file that is no sequence of documents by itself."""

    field: str
    """Where the text is, dots leading inwards."""
    within: str | None = None
    """See `dedup.model.settings.Settings.within`."""
    mark: bool = False
    """Marks are to be written into it."""


@dataclass(eq=False)
class Format:
    """A format in which an output is the input's bytes without the cuts.

    Offsets in a document's bytes count from the beginning of its record.

    Attributes:
        name: as ``--format`` has it.
        what: as shown to people.
        suffixes: names that say it, in small letters; without a suffix of compression.
        read: yields the parts of an input; None before a read that has to wait. Raises InputError where the input
            cannot be read; what stands before is yielded first.
        records: returns the documents of a part; what holds none is told in the part's result, and passes through.
        record: returns a document that `records` has found before, by where it stands: its first byte, the one behind
            it, and its line.
        locate: translates ascending positions in a document's text to offsets in its bytes; see `Codec.offsets`.
        numbered: an input holds many documents, each known by the number of its line (or of its record).
        in_lines: they are its lines, each one document, so that it can be read from any line end on.
        any_encoding: it is read in encodings in which a line end is other bytes than in ASCII, too.
        joins: what one input holds can stand behind what another one does.
        joins_like: behind one of the same format alone.
        ending: what an input ends with behind which another one is to stand; where it lacks some of that, it is added.
        written: how a text's characters stand in its bytes: as they are in its encoding, as in a string of JSON, or in
            a way of its own, which only `records` and `locate` know.
        single: yields the documents of a part as parts of their own, and where each begins: what one raises does not
            keep the others from being read. None: a part is one document.
        encoded: returns the texts of all documents of a part, in UTF-8 and one after the other; where each begins and
            ends in there; and where each stands in the part: its line, counted from the part's first one, its first
            byte, and the one behind it. int64, shapes (documents, 2) and (documents, 3). It returns None where one of
            them is odd in any way, and left to `records`. None in place of it: all are.
        end_of_members: returns where, in a document's bytes, fields can be added; None in place of it: they cannot.
        amend: returns what else changes in a document's bytes when these cuts, ascending, leave them, such as a length
            that is written there; none of it touches the cuts. None in place of it: nothing does.
        literal: returns where all that stands for the text begins and ends, which null can stand for as well; None in
            place of it: null can stand nowhere.
        unwrap: has a reader (of a path, which is None for standard input) give other bytes than those that are stored,
            which `read` reads, and say how they are stored again: `Reader.rewriting`. It raises InputError where it
            cannot. None in place of it: bytes are read as they are.
        removed: returns what leaves a document's bytes with paragraphs, in order, each given by where it begins and
            ends in the text, and, if there is `amend`, where its cut does; it returns None where that cannot be cut
            out. None in place of it: what stands between the edges of each one's cut in the text.
        data_source: what Spark calls it, where Spark itself reads and writes its rows, with all of their columns.
    """

    name: str
    what: str
    suffixes: tuple[str, ...]
    read: Callable[[Reader, PartBuilder], Iterator[Part | None]]
    records: Callable[[Part, Work, PartResult], list[Record]]
    record: Callable[[Part, int, int, int, Work], Record]
    locate: Callable[[Part, Record, Sequence[int], Work], list[int] | None]
    numbered: bool = False
    in_lines: bool = False
    any_encoding: bool = False
    joins: bool = True
    joins_like: bool = False
    ending: bytes = b"\n"
    written: Literal["plain", "json", "other"] = "other"
    single: Callable[[Part], Iterator[tuple[Part, int]]] | None = None
    encoded: Callable[[Part, Work], Encoded | None] | None = None
    end_of_members: Callable[[Part, Record, Work], int | None] | None = None
    amend: Callable[[Part, Record, Sequence[tuple[int, int]], Work], list[Piece]] | None = None
    literal: Callable[[Part, Record, Work], tuple[int, int] | None] | None = None
    unwrap: Callable[[Reader, Path | None, Unwrapping], None] | None = None
    removed: Callable[[Part, Record, Sequence[Sequence[int]], Work], list[tuple[int, int]] | None] | None = None
    data_source: str = ""

    def __repr__(self) -> str:
        """Return its name: the rest are functions."""
        return f"<{self.name}>"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an input, in order."""

    source: int
    """Number of the input."""
    kind: Format | PartKind
    """The format of its documents; else why it has none."""
    name: str = ""
    """The input's name in messages."""
    relative: str = ""
    """The input's name in the log."""
    data: bytes = b""
    at: int = 0
    """Offset of `data` in what the log calls the original: all that goes into the same output."""
    line: int = 1
    """Number of the first line, from 1, where documents are known by it."""
    bytes_read: int = 0
    """Bytes of the input read so far, as stored."""
    problem: DedupError | None = None
    """Why these bytes pass through unread."""
    without_text: str = ""
    """They begin a record that has no text to read: of which kind (`Counts.without_text`)."""
    path: str = ""
    """File that has `data` at `offset`, as it is; empty: there is none, or it is compressed."""
    offset: int = 0
    """Offset of `data` in the input."""
    detail: Any = None
    """What the format has told of the whole input."""

    @property
    def format(self) -> Format | None:
        """The format of its documents; None: it holds none."""
        return self.kind if isinstance(self.kind, Format) else None

    @property
    def numbered(self) -> bool:
        """It holds documents that are known by their lines."""
        return isinstance(self.kind, Format) and self.kind.numbered

    @property
    def documents(self) -> Documents:
        """How documents lie in it."""
        if isinstance(self.kind, Format):
            return Documents.LINES if self.kind.in_lines else Documents.ONE
        if self.kind is PartKind.JOINT:
            return Documents.JOINT
        return Documents.GOES_ON if self.problem is None else Documents.BEGINS

    def place(self, line: int) -> str:
        """Return what a document is called in messages: its file, and where that holds many, its line."""
        return f"{self.name}:{line}" if self.numbered else self.name


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
    measure: bool = False
    """Tell how much of each document repeats, before and after."""

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
    repetition: BeforeAfter | None = None
    """With `Work.measure`: how much of its documents repeats."""

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
    """Number of its line in the input where documents are known by it, or 1."""
    text: str
    id: str | int | float | None = None
    group: str | None = None
    """What `Settings.within` asks for, where the record has it."""
    site: str | None = None
    """Host of its address, where it has one; only with `Work.explain`."""


class Piece(NamedTuple):
    """Bytes that go besides the paragraphs; offsets from the beginning of the document's own bytes."""

    start: int
    end: int
    put: bytes = b""
    """What the output has in their place."""
    why: str = "empty"
    """Why they go, as the log has it."""


def document_entry(file: str, line: int | None, identity: str | float | None = None) -> dict[str, Any]:
    """Return what the log and the marks say of where something stands; only what is known of it."""
    entry: dict[str, Any] = {"file": file}
    if line is not None:
        entry["line"] = line
    if identity is not None:
        entry["id"] = identity
    return entry


class TooLargeError(InputError):
    """A document is above the limit."""


def too_large(place: str, limit: int) -> TooLargeError:
    """Return the error for a document above the limit."""
    what = f"the document is larger than {limit} bytes and passes through unread"
    return TooLargeError(what, place=place, hint="raise --max-document if there is memory for it")


@dataclass(slots=True)
class PartBuilder:
    """Cuts one input into parts.

    Args:
        source, name, relative: as in `Part`.
        at: offset of the input's first byte, as in `Part.at`.
        limit: bytes above which a document passes through unread.
        field: where the text is in a record.
        delimiter: sign between the values of a record; empty: the format tells.
        encoding: of names that the input has for the values of a record.
        path, detail: as in `Part`.
        html: pages that an input holds are read, too.
    """

    source: int
    name: str
    relative: str
    at: int
    limit: int
    line: int = 1
    field: str = ""
    delimiter: str = ""
    html: bool = False
    encoding: str = "utf-8"
    path: str = ""
    detail: Any = None
    offset: int = 0

    def part(
        self, kind: Format | PartKind, data: bytes, reader: Reader | None, problem: DedupError | None = None
    ) -> Part:
        """Return the next part of the input and move on behind it."""
        bytes_read = reader.bytes_read if reader else 0
        origin, stored = (self.source, kind, self.name, self.relative), (self.path, self.offset, self.detail)
        part = Part(*origin, data, self.at, self.line, bytes_read, problem, "", *stored)
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


def filled(reader: Reader, data: bytes, wanted: int) -> Generator[None, None, tuple[bytes, bool]]:
    """Read on until there are so many bytes; return them, and whether that is all. Yield None before a wait."""
    pieces, size = [data], len(data)
    while size < wanted:
        if reader.would_wait():
            yield None
        block = reader.read(READ_SIZE)
        if not block:
            return b"".join(pieces), True
        pieces.append(block)
        size += len(block)
    return b"".join(pieces), False


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
