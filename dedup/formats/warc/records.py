"""WARC and WET: the payload of a record that is plain text is a document; all else passes through.

Records are framed by `dedup.formats.files.warc_frames`. What goes is cut out of the payload's own bytes; the lengths
and digests that a record states are made right (`dedup.formats.warc.amend`), and nothing else of it changes. A document
is known by the number of its record.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from dedup.formats.files.reader import READ_SIZE
from dedup.formats.files.warc_frames import (
    HEAD_LIMIT,
    NO_RECORD,
    Head,
    More,
    Unframed,
    end_at,
    head_at,
    line_ends,
)
from dedup.formats.grouping import HOST, URL_FIELD, group_of
from dedup.formats.parts import (
    TASK_BYTES,
    Part,
    PartBuilder,
    PartKind,
    PartResult,
    Record,
    TooLargeError,
    Work,
    filled,
    rest,
    too_large,
)
from dedup.formats.warc.amend import amended, check_digests
from dedup.formats.warc.payloads import Payload, payload_of
from dedup.formats.warc.texts import Text, is_encoded, text_of
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from dedup.formats.files.reader import Reader
    from dedup.formats.parts import Encoded, Format, Piece

_Found: TypeAlias = tuple[bytes, Payload]
"""A record, and its payload."""
_MEND = "mend it ('warcio check' tells more), or fetch it again"
_BRACKETS = "<>"


def read(reader: Reader, builder: PartBuilder, form: Format) -> Iterator[Part | None]:
    """Yield parts of whole records as they come; None before a read that has to wait.

    Memory: about a megabyte, or the longest text up to the limit. A record above it, and a long one that holds no text,
    pass through in pieces; so does all that is behind what is no record. `form`: that of the parts.

    Raises:
        InputError: the input cannot be read, or is no WARC file.
    """
    builder.detail = builder.html
    data, whole, wanted = b"", False, TASK_BYTES
    while data or not whole:
        data, whole = yield from filled(reader, data, wanted)
        end, number, stop = _whole_records(data, whole=whole)
        if end:
            yield builder.part(form, data[:end], reader)
            builder.line += number
            data, wanted = data[end:], TASK_BYTES
        if isinstance(stop, Unframed):
            yield from _unread(data, reader, builder, stop._replace(at=stop.at - end))
            return
        if end or stop is None:
            continue
        head = head_at(data, 0, whole=whole)
        if isinstance(head, More):
            wanted = 2 * len(data)  # so that it is not looked at again and again
        elif isinstance(head, Head) and len(data) < (enough := min(head.stop, head.block + HEAD_LIMIT)):
            wanted = enough  # what tells whether it holds a text
        elif isinstance(head, Head) and (long := _long(data, head, builder)) is not None:
            data = yield from _in_pieces(data, reader, builder, head, long)
            wanted = TASK_BYTES
        else:
            wanted = stop.size


def _whole_records(data: bytes, *, whole: bool) -> tuple[int, int, More | Unframed | None]:
    """Return where the last whole record ends, how many there are, and why it is the last one; None: all are whole."""
    end = number = 0
    while end < len(data):
        if whole and line_ends(data, end) == len(data):
            return len(data), number, None
        head = head_at(data, end, whole=whole)
        behind = end_at(data, head, whole=whole) if isinstance(head, Head) else head
        if not isinstance(behind, int):
            return end, number, behind
        end, number = behind, number + 1
    return end, number, None


class _Long(NamedTuple):
    """A long record that is passed on in pieces: of which kind it is, or why."""

    without_text: str = ""
    problem: InputError | None = None


def _long(data: bytes, head: Head, builder: PartBuilder) -> _Long | None:
    """Return why a record that has begun is not put together; None: it is to be."""
    size = head.stop - head.start
    if size <= TASK_BYTES and size <= builder.limit:
        return None
    payload = payload_of(data[head.start :], _moved(head), html=builder.html)
    if payload is None or isinstance(payload, str):
        return _Long(payload or "")
    if size <= builder.limit:
        return None
    return _Long(problem=too_large(f"{builder.name}:{builder.line}", builder.limit))


def _in_pieces(
    data: bytes, reader: Reader, builder: PartBuilder, head: Head, long: _Long
) -> Generator[Part | None, None, bytes]:
    """Pass a record through, up to the end of its block; return what was read behind that."""
    left, begin = head.stop, builder.offset + head.start
    while left:
        if not data:
            if reader.would_wait():
                yield None
            data = reader.read(READ_SIZE)
        if not data:
            cut_off = Unframed(0, "the file ends before its Content-Length says so, within the record")
            yield builder.part(PartKind.THROUGH, b"", reader, _unframed(builder, cut_off, begin))
            return b""
        piece, data = data[: min(left, TASK_BYTES)], data[min(left, TASK_BYTES) :]
        left -= len(piece)
        yield replace(builder.part(PartKind.THROUGH, piece, reader, long.problem), without_text=long.without_text)
        long = _Long()
    builder.line += 1
    return data


def _unread(data: bytes, reader: Reader, builder: PartBuilder, stop: Unframed) -> Iterator[Part]:
    """Pass through, unread, what is no record, and all that is behind it.

    Raises:
        InputError: not even the first record is one.
    """
    if builder.offset == 0 and stop.what == NO_RECORD:
        hint = "name its format with --format"
        raise InputError("is no WARC file: it does not begin with WARC/1.", place=builder.name, hint=hint)
    yield from builder.through([data], reader, _unframed(builder, stop, builder.offset + stop.at))
    yield from (builder.part(PartKind.THROUGH, piece, reader) for piece in rest(reader))


def _unframed(builder: PartBuilder, stop: Unframed, at: int) -> InputError:
    what = f"{stop.what} at byte {at:,}; from there on the file passes through unread"
    return InputError(what, place=f"{builder.name}:{builder.line}", hint=_MEND)


def _moved(head: Head) -> Head:
    """Return a record by its own offsets."""
    return Head(0, head.block - head.start, head.stop - head.start)


def _records_in(part: Part) -> Iterator[tuple[int, int, Head, int]]:
    """Yield where each record of a part begins and ends, with its line ends; it by its own offsets; and its number."""
    data, at, number = part.data, 0, part.line
    while line_ends(data, at) < len(data):
        head = head_at(data, at, whole=True)
        assert isinstance(head, Head)  # noqa: S101 - a part is made of whole records
        at = line_ends(data, head.stop)
        yield head.start, at, _moved(head), number
        number += 1


def records(part: Part, work: Work, result: PartResult) -> list[Record]:
    """Return the documents of a part; a record that is not sound is reported and passes through, one without text too.

    Of these, a record that might have a text is counted by its kind.
    """
    found: list[Record] = []
    counts = result.counts
    for start, end, head, number in _records_in(part):
        data = part.data[start:end]
        payload = payload_of(data, head, html=bool(part.detail))
        if not isinstance(payload, Payload):
            counts.without_text.update([payload] if payload else [])
            continue
        counts.documents += 1
        try:
            one, valid = _document(part, start, (data, payload), number, work)
            check_digests(data, payload)
        except InputError as error:
            result.problems.append(error if error.place else _in_record(part, start, number, error))
            counts.too_large += isinstance(error, TooLargeError)
            continue
        counts.invalid_utf8 += not valid
        found.append(one)
    return found


def _in_record(part: Part, start: int, number: int, error: InputError) -> InputError:
    """Return an error with its place."""
    what = f"{error.what}, in the record at byte {part.offset + start:,}; it passes through unchanged"
    return InputError(what, place=f"{part.name}:{number}", hint=error.hint)


def _document(part: Part, start: int, found: _Found, number: int, work: Work) -> tuple[Record, bool]:
    """Return the document of a record, and whether all of its bytes are valid.

    Raises:
        InputError: it has none.
    """
    data, payload = found
    if len(data) > work.max_document:
        raise too_large(f"{part.name}:{number}", work.max_document)
    if not payload.sound:
        raise InputError("there is a line that is no field", hint=_MEND)
    text = _text(data, payload, work)
    address = (payload.value(b"warc-target-uri") or "").strip(_BRACKETS)
    identity = (payload.value(b"warc-record-id") or "").strip(_BRACKETS)
    group = None
    if (within := work.settings.within) is not None:
        told = {field.name.decode("utf-8", "replace"): field.value.decode("utf-8", "replace") for field in payload.head}
        group = group_of({**told, URL_FIELD: address}, within if within == HOST else within.lower())
    site = group_of({URL_FIELD: address}, HOST) if work.explain else None
    return Record(start, start + len(data), number, text.text, identity or None, group, site), text.valid


def _text(data: bytes, payload: Payload, work: Work) -> Text:
    """Return the text of a payload.

    Raises:
        InputError: it is none in its encoding.
    """
    try:
        return text_of(payload.media_type, payload.charset, data[payload.start : payload.stop], work)
    except UnicodeError as error:
        hint = "" if payload.charset else "name the encoding with --encoding"
        raise InputError(f"not {payload.charset or work.codec.name} ({error})", hint=hint) from None


def encoded(part: Part, work: Work) -> Encoded | None:
    """Return the texts of a part; see `Format`."""
    from dedup.formats.encoded_records import joined  # with numpy, which who calls this has
    from dedup.text.long_texts import LONG

    texts: list[bytes] = []
    places: list[int] = []
    for start, end, head, number in _records_in(part):
        data = part.data[start:end]
        payload = payload_of(data, head, html=bool(part.detail))
        if payload is None:
            continue
        text = _plain(data, payload) if end - start <= min(work.max_document, LONG) else None
        if text is None:
            return None
        texts.append(text)
        places += (number - part.line, start, end)
    return joined(texts, places)


def _plain(data: bytes, payload: Payload | str) -> bytes | None:
    """Return the payload of a record that is sound, and its text in UTF-8; None where it is anything else."""
    if isinstance(payload, str) or not payload.sound:
        return None
    try:
        check_digests(data, payload)
    except InputError:
        return None
    text = data[payload.start : payload.stop]
    return text if is_encoded(payload.media_type, payload.charset, text) else None


def _known(part: Part, start: int, end: int) -> _Found:
    """Return a record that holds a document, and its payload."""
    data = part.data[start:end]
    head = head_at(data, 0, whole=True)
    payload = payload_of(data, head, html=bool(part.detail)) if isinstance(head, Head) else None
    assert isinstance(payload, Payload)  # noqa: S101 - it has been found before
    return data, payload


def record(part: Part, start: int, end: int, line: int, work: Work) -> Record:
    """Return a document that `records` has found before, by where it stands."""
    return _document(part, start, _known(part, start, end), line, work)[0]


def locate(part: Part, record: Record, positions: Sequence[int], work: Work) -> list[int] | None:
    """Translate ascending positions in the text to offsets in the record's bytes; see `Codec.offsets`."""
    data, payload = _known(part, record.start, record.end)
    offsets = _text(data, payload, work).locate(positions)
    return None if offsets is None else [payload.start + offset for offset in offsets]


def removed(part: Part, record: Record, spans: Sequence[Sequence[int]], work: Work) -> list[tuple[int, int]] | None:
    """Return what leaves the record's bytes with some paragraphs; see `Format`."""
    data, payload = _known(part, record.start, record.end)
    text = _text(data, payload, work)
    if text.removed is not None:
        gone = text.removed([span[:2] for span in spans])
    else:
        edges = text.locate([edge for span in spans for edge in span[2:]])
        gone = None if edges is None else list(zip(edges[::2], edges[1::2], strict=True))
    return None if gone is None else [(payload.start + start, payload.start + end) for start, end in gone]


def amend(part: Part, record: Record, cuts: Sequence[tuple[int, int]], work: Work) -> list[Piece]:  # noqa: ARG001
    """Return what changes in a record's fields when these cuts leave its payload."""
    return list(amended(*_known(part, record.start, record.end), cuts))


def single(part: Part) -> Iterator[tuple[Part, int]]:
    """Yield the records of a part as parts of their own, and where each begins."""
    for start, end, _, number in _records_in(part):
        yield replace(part, data=part.data[start:end], line=number, offset=part.offset + start), start
