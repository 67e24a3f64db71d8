"""JSON lines: a line is a record, and the string in one of its fields is the document.

A record is read with the standard library's parser. Only where something is cut out of it is the string's own literal
looked up in the line; the rest of the line is never written anew, so spacing, order, escapes and doubled keys stay.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from codecs import BOM_UTF8
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.formats import jsonl_edits
from dedup.formats.grouping import HOST, group_of
from dedup.formats.names import JSON_LINES
from dedup.formats.parts import (
    TASK_BYTES,
    Format,
    Part,
    PartBuilder,
    PartKind,
    PartResult,
    Record,
    Work,
    rest,
    too_large,
)
from dedup.model.errors import InputError
from dedup.native.kernels import native

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.formats.files.reader import Reader
    from dedup.formats.parts import Encoded

_BLANK = b" \t\r"
_DECODER = json.JSONDecoder()
# Python refuses to make an int of thousands of digits; a record that holds one is JSON all the same.
_BIG_NUMBERS = json.JSONDecoder(parse_int=float)
_SPACE = re.compile(r"[ \t\n\r]*")
_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")
_KINDS = {dict: "an object", list: "an array", bool: "a truth value", int: "a number", float: "a number"}
_FIELDS_SHOWN = 8
_FIELDS_SEARCHED, _DEPTH_SEARCHED = 50, 3
"""How many members of an object, and how many objects one within the other, are searched for a likely text."""


class _BadRecordError(ValueError):
    """A line that holds no text to judge; carries what is wrong with it and a hint."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


def read(reader: Reader, builder: PartBuilder, form: Format | None = None) -> Iterator[Part | None]:
    """Yield parts of whole lines as they come; None before a read that has to wait.

    `form`: what they are parts of, where that is read as these lines are.
    Memory: about a megabyte, or the longest line up to the limit; a longer line passes through in pieces, unread.

    Raises:
        InputError: the input cannot be read; the lines before are yielded first.
    """
    begun: list[bytes] = []
    size = 0  # of the line that has begun but not ended
    while True:
        if reader.would_wait():
            yield None
        block = reader.read(TASK_BYTES)
        cut = block.rfind(b"\n") + 1
        if block and not cut:
            begun.append(block)
            size += len(block)
            if size > builder.limit:
                yield from _long_line(reader, builder, begun)
                begun, size = [], 0
            continue
        if lines := b"".join([*begun, block[:cut]]):
            yield builder.part(form or FORMAT, lines, reader)
            builder.line += lines.count(b"\n")
        if not block:
            return
        begun = [block[cut:]] if cut < len(block) else []
        size = len(block) - cut


def _long_line(reader: Reader, builder: PartBuilder, begun: list[bytes]) -> Iterator[Part]:
    """Pass the line that has begun through, up to its end; what was read behind it is put back."""
    yield from builder.through(begun, reader, too_large(f"{builder.name}:{builder.line}", builder.limit))
    for piece in rest(reader):
        end = piece.find(b"\n") + 1
        yield builder.part(PartKind.THROUGH, piece[:end] if end else piece, reader)
        if end:
            reader.unread(piece[end:])
            builder.line += 1
            return


def records(part: Part, work: Work, result: PartResult) -> list[Record]:
    """Return the documents of a part; a line that holds none is reported and passes through, a blank one silently."""
    found: list[Record] = []
    data, counts = part.data, result.counts
    start, number, size = 0, part.line - 1, len(data)
    while start < size:
        end = data.find(b"\n", start)
        if end < 0:
            end = size
        begin, start, number = start, end + 1, number + 1
        if begin == end:
            continue
        line = data[begin:end]
        if number == 1:
            line = line.removeprefix(BOM_UTF8)
        if not line or (line.isspace() and not line.strip(_BLANK)):
            continue
        if end - begin > work.max_document:
            counts.too_large += 1
            problem: InputError = too_large(f"{part.name}:{number}", work.max_document)
        else:
            try:
                read = _read_record(line, work)
            except _BadRecordError as error:
                problem = InputError(error.what, place=f"{part.name}:{number}", hint=error.hint)
            else:
                counts.invalid_utf8 += not read.valid
                found.append(Record(begin, end, number, read.text, read.id, read.group, read.site))
                continue
        counts.documents += 1
        result.problems.append(problem)
    counts.documents += len(found)
    return found


def record(part: Part, start: int, end: int, line: int, work: Work) -> Record:
    """Return a document that `records` has found before, by where it stands."""
    data = part.data[start:end]
    if line == 1:
        data = data.removeprefix(BOM_UTF8)
    try:
        read = _read_record(data, work)
    except _BadRecordError as error:  # the bytes have changed
        raise InputError(error.what, place=f"{part.name}:{line}", hint=error.hint) from None
    return Record(start, end, line, read.text, read.id, read.group, read.site)


class _Read(NamedTuple):
    """What is read of a record; the fields are those of `Record`, and whether all of the line's bytes are valid."""

    text: str
    id: str | int | float | None
    valid: bool
    group: str | None
    site: str | None


def _read_record(line: bytes, work: Work) -> _Read:
    """Return what a record holds.

    A text that is null is returned as an empty one.
    """
    try:
        source, valid = work.codec.decode(line)
    except UnicodeError as error:
        raise _BadRecordError(f"not {work.codec.name} ({error})", "name the encoding with --encoding") from None
    record = value = _parse(source)
    try:
        for key in work.field:
            value = value[key]
    except (KeyError, TypeError, IndexError):
        raise _no_field(record, work.field) from None
    if value is None:
        value = ""  # no text, so there is nothing to clean; the record itself stays as it is
    if type(value) is not str:
        kind = _KINDS[type(value)]
        raise _BadRecordError(f"field {'.'.join(work.field)!r} holds {kind}, not a string")
    if work.mark and (taken := next((name for name in (jsonl_edits.FIELD, jsonl_edits.HELD) if name in record), None)):
        raise _BadRecordError(f"has a field {taken!r} already", "take it out, or mark what the record was before")
    identity = record.get("id")
    if type(identity) is float and not isfinite(identity):
        identity = None  # JSON has no such numbers, and the log is to be JSON
    within = work.settings.within
    group = None if within is None else group_of(record, within)
    site = group_of(record, HOST) if work.explain else None
    return _Read(value, identity if type(identity) in (str, int, float) else None, valid, group, site)


def _parse(source: str) -> Any:
    try:
        try:
            return _DECODER.decode(source)
        except json.JSONDecodeError:
            raise
        except ValueError:
            return _BIG_NUMBERS.decode(source)
    except json.JSONDecodeError as error:
        where = f"{error.msg.removesuffix(' at')}, column {error.colno}"
        raise _BadRecordError(f"not JSON ({where})", _not_json_hint(source)) from None
    except RecursionError:
        raise _BadRecordError("not readable JSON (nested too deeply)") from None


def _not_json_hint(source: str) -> str:
    if "\0" in source:
        return "if this is UTF-16, convert it to UTF-8 first"
    return "" if source.lstrip().startswith("{") else "read it as text with --format text, if that is what it is"


def _no_field(record: Any, field: tuple[str, ...]) -> _BadRecordError:
    if not isinstance(record, dict):
        return _BadRecordError(f"holds {_KINDS.get(type(record), 'no object')}, not an object with fields")
    names = ", ".join(repr(name) for name in list(record)[:_FIELDS_SHOWN])
    if not names:
        return _BadRecordError(f"no field {'.'.join(field)!r}")
    likely = _likely_field(record)
    return _BadRecordError(
        f"no field {'.'.join(field)!r}", f"this record has {names}" + (f"; {likely}" if likely else "")
    )


def _likely_field(record: dict[str, Any]) -> str:
    """Return the option that names the longest string in a record, as the text most likely is; empty without any."""
    from shlex import quote  # only for a message

    best, path = 0, ""
    waiting: list[tuple[str, dict[str, Any], int]] = [("", record, 1)]
    while waiting:
        prefix, found, depth = waiting.pop()
        for name, value in list(found.items())[:_FIELDS_SEARCHED]:
            if not name or "." in name:
                continue  # a dot leads inwards
            if isinstance(value, str) and len(value) > best:
                best, path = len(value), prefix + name
            elif isinstance(value, dict) and depth < _DEPTH_SEARCHED:
                waiting.append((f"{prefix}{name}.", value, depth + 1))
    return f"--field {quote(path)}" if path else ""


def is_object(line: bytes) -> bool:
    """Return True if a line is a JSON object."""
    try:
        return isinstance(_parse(line.decode("utf-8", "surrogateescape")), dict)
    except _BadRecordError:
        return False


def locate(part: Part, record: Record, positions: Sequence[int], work: Work) -> list[int] | None:
    """Translate ascending positions in the text to offsets in the line's bytes; see `Codec.offsets`."""
    data = part.data[record.start : record.end]
    field, kernels = plain_field(work), native()
    if field is not None and kernels is not None:
        # The same, sooner; what is odd is left to what follows.
        found: list[int] | None = kernels.locate_in_record(data, field, list(positions))
        if found is not None:
            return found
    mark = len(BOM_UTF8) if record.line == 1 and data.startswith(BOM_UTF8) else 0
    data = data[mark:]
    line, _ = work.codec.decode(data)
    begin, end = _literal(line, work.field)
    in_text, in_line = [0], [begin]
    for match in _ESCAPE.finditer(line, begin, end):
        # Between two escapes a character of the line is a character of the text.
        in_text.append(in_text[-1] + match.start() - in_line[-1] + 1)
        in_line.append(match.end())
    there = []
    for position in positions:
        anchor = bisect_right(in_text, position) - 1
        there.append(in_line[anchor] + position - in_text[anchor])
    offsets = work.codec.offsets(data, line, there)
    return offsets and [mark + offset for offset in offsets]


def plain_field(work: Work) -> bytes | None:
    """Return the key of the text; None where it is another one's member, or records are in another encoding."""
    if work.codec.name != "utf-8" or len(work.field) != 1:
        return None
    try:
        return work.field[0].encode()
    except UnicodeEncodeError:
        return None


def end_of_members(part: Part, record: Record, work: Work) -> int | None:
    """Return where, in a record's bytes, its last member ends; None as in `Codec.offsets`."""
    data = part.data[record.start : record.end]
    line, _ = work.codec.decode(data)
    members = line.rstrip()[:-1].rstrip()  # without the bracket, which is the last sign of the line
    offsets = work.codec.offsets(data, line, [len(members)])
    return offsets[0] if offsets else None


def _literal(line: str, field: tuple[str, ...]) -> tuple[int, int]:
    """Return where the field's string stands in the line, without its quotes; of doubled keys the last one counts.

    The line has been parsed before, so it is known to be JSON and to hold the field.
    """
    at = _skip(line, 0)
    end = at
    for key in field:
        at, end = _member(line, at, key)
    return at + 1, end - 1


def _member(line: str, at: int, wanted: str) -> tuple[int, int]:
    """Return where the value of a member of the object at `at` begins and ends."""
    found = (at, at)
    at = _skip(line, at + 1)
    while line[at] == '"':
        key, at = _value(line, at)
        begin = _skip(line, _skip(line, at) + 1)
        _, end = _value(line, begin)
        if key == wanted:
            found = (begin, end)
        at = _skip(line, end)
        if line[at] == ",":
            at = _skip(line, at + 1)
    return found


def _value(line: str, at: int) -> tuple[Any, int]:
    """Return the JSON value that begins at `at`, and where it ends."""
    try:
        return _DECODER.raw_decode(line, at)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return _BIG_NUMBERS.raw_decode(line, at)


def _skip(line: str, at: int) -> int:
    match = _SPACE.match(line, at)
    return match.end() if match else at


def _encoded(part: Part, work: Work) -> Encoded | None:
    """Return the texts of a part, by the native kernels; see `Format`."""
    from dedup.text.long_texts import LONG  # with numpy, which who calls this has

    field, module = plain_field(work), native()
    if field is None or module is None:
        return None
    found: Encoded | None = module.read_records(part.data, field, work.max_document, LONG)
    return found


def _single(part: Part) -> Iterator[tuple[Part, int]]:
    """Yield the lines of a part as parts of their own, and where each begins."""
    at = 0
    for number, line in enumerate(part.data.split(b"\n"), part.line):
        yield replace(part, data=line, line=number), at
        at += len(line) + 1


def _string(part: Part, record: Record, work: Work) -> tuple[int, int] | None:
    """Return where the text's string stands in the record, quotes included; None where that cannot be told."""
    ends = locate(part, record, [0, len(record.text)], work)
    return jsonl_edits.literal(part, record, *ends) if ends else None


def record_of(values: Mapping[str, Any]) -> bytes:
    """Return a record with some values, in ASCII, with its line end."""
    return json.dumps(values).encode("ascii") + b"\n"


FORMAT = Format(
    *JSON_LINES,
    read=read,
    records=records,
    record=record,
    locate=locate,
    numbered=True,
    in_lines=True,
    written="json",
    single=_single,
    encoded=_encoded,
    end_of_members=end_of_members,
    literal=_string,
)
