"""Plain text: a file is a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.formats.files.encoding import says_wide
from dedup.formats.files.reader import READ_SIZE, Reader
from dedup.formats.foreign import HEAD, is_binary
from dedup.formats.names import TEXT
from dedup.formats.parts import Format, Part, PartBuilder, PartKind, PartResult, Record, Work, rest, too_large
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def read(reader: Reader, builder: PartBuilder) -> Iterator[Part]:
    """Yield the document as one part; one above the limit in pieces that pass through unread.

    Memory: the document twice while it is put together, at most the limit.

    Raises:
        InputError: the input cannot be read.
    """
    yield from read_whole(reader, builder, FORMAT)


def read_whole(reader: Reader, builder: PartBuilder, kind: Format) -> Iterator[Part]:
    """Yield an input as one part of a format; see `read`."""
    pieces: list[bytes] = []
    size = 0
    while data := reader.read(READ_SIZE):
        pieces.append(data)
        size += len(data)
        if size > builder.limit:
            yield from builder.through(pieces, reader, too_large(builder.name, builder.limit))
            del pieces[:]
            yield from (builder.part(PartKind.THROUGH, piece, reader) for piece in rest(reader))
            return
    if size:
        yield builder.part(kind, b"".join(pieces), reader)


def records(part: Part, work: Work, result: PartResult) -> list[Record]:
    """Return the document, decoded; one that is no text in its encoding is reported and passes through."""
    result.counts.documents += 1
    if work.mark:
        what = "is plain text, and has no record to put marks into; it passes through unchanged"
        result.problems.append(InputError(what, place=part.name, hint="--mark is for JSON lines"))
        return []
    codec = work.codec.of(part.data)
    if codec is work.codec and codec.ascii and says_wide(part.data) and is_binary(part.data[4:HEAD]):
        what = "begins as UTF-16 or UTF-32 and is not valid throughout; the document passes through unchanged"
        result.problems.append(InputError(what, place=part.name, hint="name its encoding with --encoding"))
        return []
    try:
        text, valid = codec.decode(part.data)
    except UnicodeError as error:
        what = f"not {work.codec.name} ({_where(error)}); the document passes through unchanged"
        result.problems.append(InputError(what, place=part.name, hint="name its encoding with --encoding"))
        return []
    result.counts.invalid_utf8 += not valid
    return [Record(0, len(part.data), 1, text)]


def record(part: Part, start: int, end: int, line: int, work: Work) -> Record:
    """Return the document that `records` has found before."""
    text, _ = work.codec.of(part.data).decode(part.data)
    return Record(start, end, line, text)


def locate(part: Part, record: Record, positions: Sequence[int], work: Work) -> list[int] | None:
    """Translate ascending positions in the text to offsets in the document's bytes; see `Codec.offsets`."""
    return work.codec.of(part.data).offsets(part.data, record.text, positions)


def _where(error: UnicodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte 0x{error.object[error.start]:02X} at offset {error.start}: {error.reason}"
    return str(error)


FORMAT = Format(
    *TEXT,
    read=read,
    records=records,
    record=record,
    locate=locate,
    any_encoding=True,
    written="plain",
)
