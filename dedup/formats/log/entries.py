"""The removal log: what was taken out, why, and all that is needed to put it back.

JSON lines in UTF-8, in this order:

1. ``{"dedup_log": 1, "version", "settings", "options", "field", "encoding"}``: the schema's number, the program's
   version, and the settings with their fingerprint.
2. For each output from which something went (and always for a single stream), ``{"open": NAME, "at"?: N}``, then
   its removals and edits in order of position, then ``{"close": NAME, "removals": N, "edits"?: N, "original": {"bytes",
   "blake2b"}, "cleaned": {"bytes", "blake2b"}}``.
   NAME is the file's place in the tree; digests and lengths are of the bytes before compression. Several inputs
   written into one stream are one output, named ``-``; its original is the inputs one after the other, with a line
   end between two where the first one lacked it. Where such a stream was written in parts, as Spark does, each part is
   an output, and ``at`` says where its original begins in the stream's.
3. ``{"end": N, "edits"?: N}``: all removals, and all edits, of the log. A log without it is not whole.

A removal::

    {"document": {"file", "line"?, "id"?}, "at", "paragraph", "span": {"start", "end"}, "cut": {"start", "end"},
     "text", "before"?, "after"?, "raw"?, "reason", "compared", "similarity", "coverage", "differs"?,
     "block"?, "documents"?,
     "witnesses": [{"paragraph", "span", "text"?}, {"paragraph", "document": {"file", "line"?}, "text"?}]}

``span`` and ``cut`` are bytes within the document's own bytes: the decompressed file, or for JSON lines the line
without its line end. ``at`` is where those begin in the output's original. ``cut`` is the paragraph and its separator;
``before`` and ``after`` are what it has beside the paragraph, ``raw`` the paragraph as it stands in the file where that
is not its text in UTF-8. A witness's text is left out where it is the paragraph's own. A witness with a ``document``
stands in another one. ``documents`` is the number of documents that boilerplate stands in. ``differs`` is there
where a paragraph was aligned, and nowhere else: names of `dedup.model.differences.Difference`.

An edit, a piece that left without being a paragraph, because nothing was left of its record's text::

    {"edit": "empty", "document": {"file", "line"?, "id"?}, "at", "cut": {"start", "end"}, "raw", "put"?}

Something held back: a paragraph that would have gone, and stays because without it what is left would be read as other
paragraphs. Nothing of it has left, so that it is not counted, and whatever restores skips it::

    {"held": "split", "document": {"file", "line"?, "id"?}, "at", "paragraph", "span", "text", "reason", …, "witnesses"}

``cut`` may reach over the record's line end. ``put`` is what the output has in its place. Removals and edits of a
record, taken together in their order, give all that left.

``before``, ``after``, ``raw`` and ``put`` are bytes, taken as UTF-8 with ``surrogateescape``: any bytes come back from
that.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from dedup.formats.parts import document_entry
from dedup.model.decisions import Compared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from dedup.formats.jsonl_edits import Piece
    from dedup.formats.parts import Part, Record
    from dedup.model.decisions import Comparison, Decision, Removal, Witness
    from dedup.model.settings import Settings

SCHEMA = 1
REMOVAL = b'{"document"'
EDIT = b'{"edit"'
HELD = b'{"held"'
"""What lines of the three kinds of entries begin with."""
_SPLIT = "split"
"""Why something is held back: without it, what is left would be split into other paragraphs."""
_CLOSE, _SEPARATOR = b"}\n", b", "
"""What stands behind the last member of a line, and between two."""
_CACHED = 1 << 10
"""Members, and documents of witnesses, whose text is cached: most repeat."""
_dump = json.JSONEncoder(ensure_ascii=False).encode


def line(entry: Mapping[str, Any]) -> bytes:
    """Return an entry as a line of the log."""
    return _encoded(_dump(entry)) + b"\n"


def _encoded(text: str) -> bytes:
    # Lone surrogates, which UTF-8 does not have, come out as the escapes that JSON has for them.
    return text.encode("utf-8", "backslashreplace")


def removal_lines(
    part: Part,
    record: Record,
    decision: Decision,
    where: Mapping[int, int],
    pieces: Sequence[Piece] = (),
    *,
    numbered: bool,
) -> bytes:
    """Return the lines for all that left a document.

    Args:
        part: where the document stands.
        record: the document.
        decision: what was decided about it.
        where: position in the text → offset in the document's bytes.
        pieces: what left besides the paragraphs.
        numbered: the document is a line among others.
    """
    data = part.data[record.start : record.end]
    common = _common(part, record, numbered=numbered)
    begin = line(common)[: -len(_CLOSE)] + _SEPARATOR  # the same in front of each
    lines = [
        (where[removal.cut_start], begin + _encoded(_members(data, record.text, removal, where)) + _CLOSE)
        for removal in decision.removals
    ]
    if pieces:
        lines += [(piece.start, line({"edit": "empty", **common, **_edit(part, record, piece)})) for piece in pieces]
        lines.sort(key=lambda entry: entry[0])
    return b"".join(entry for _, entry in lines)


def held_lines(
    part: Part, record: Record, removals: Sequence[Removal], where: Mapping[int, int], *, numbered: bool
) -> bytes:
    """Return the lines for what would have left a document and is held back; see `removal_lines`."""
    data = part.data[record.start : record.end]
    begin = line({"held": _SPLIT, **_common(part, record, numbered=numbered)})[: -len(_CLOSE)] + _SEPARATOR
    lines = (_members(data, record.text, removal, where, stays=True) for removal in removals)
    return b"".join(begin + _encoded(each) + _CLOSE for each in lines)


def _common(part: Part, record: Record, *, numbered: bool) -> dict[str, Any]:
    """Return what the entries of a document have in common: which one it is, and where it begins."""
    names = (record.line, record.id) if numbered else (None, None)
    return {"document": document_entry(part.relative, *names), "at": part.at + record.start}


def joint_line(part: Part) -> bytes:
    """Return the line for a line end that would have stood between two inputs, and ends no line any more."""
    cut = {"start": 0, "end": len(part.data)}
    document = document_entry(part.relative, None)
    return line({"edit": "empty", "document": document, "at": part.at, "cut": cut, "raw": raw_text(part.data)})


def _edit(part: Part, record: Record, piece: Piece) -> dict[str, Any]:
    raw = part.data[record.start + piece.start : record.start + piece.end]
    entry: dict[str, Any] = {"cut": {"start": piece.start, "end": piece.end}, "raw": raw_text(raw)}
    if piece.put:
        entry["put"] = raw_text(piece.put)
    return entry


def _members(data: bytes, text: str, removal: Removal, where: Mapping[int, int], *, stays: bool = False) -> str:
    """Return what the entry of a removal has besides the document, as JSON; `stays`: of one that is held back.

    Most lines of a log are such entries: built piece by piece, they take a third of the time that an encoder takes.
    """
    start, end = where[removal.start], where[removal.end]
    cut_start, cut_end = where[removal.cut_start], where[removal.cut_end]
    own = text[removal.start : removal.end]
    out = [f'"paragraph": {removal.paragraph}', _span("span", start, end)]
    if not stays:
        out.append(_span("cut", cut_start, cut_end))
    out.append(f'"text": {encode_basestring(own)}')
    if not stays and cut_start < start:
        out.append(f'"before": {_raw_string(data[cut_start:start])}')
    if not stays and end < cut_end:
        out.append(f'"after": {_raw_string(data[end:cut_end])}')
    if not stays and raw_bytes(own) != (raw := data[max(start, cut_start) : min(end, cut_end)]):
        out.append(f'"raw": {_raw_string(raw)}')
    own_text = removal.compared is Compared.IDENTICAL
    witnesses = ", ".join([_witness(text, witness, where, own_text=own_text) for witness in removal.witnesses])
    out += (_comparison(removal.comparison()), f'"witnesses": [{witnesses}]')
    return ", ".join(out)


def _span(name: str, start: int, end: int) -> str:
    return f'"{name}": {{"start": {start}, "end": {end}}}'


def _raw_string(raw: bytes) -> str:
    return encode_basestring(raw_text(raw))


@lru_cache(_CACHED)
def _comparison(found: Comparison) -> str:
    """Return why something goes and how it compares with its witnesses, as members in JSON."""
    return _dump(found.to_entry())[1:-1]


@lru_cache(_CACHED)
def _elsewhere(file: str, line_number: int | None) -> str:
    """Return which document a witness stands in, as a member in JSON."""
    return f'"document": {_dump(document_entry(file, line_number))}'


def _witness(text: str, witness: Witness, where: Mapping[int, int], *, own_text: bool) -> str:
    out = [f'"paragraph": {witness.paragraph}']
    if (other := witness.elsewhere) is None:
        out.append(_span("span", where[witness.start], where[witness.end]))
    else:
        out.append(_elsewhere(other.file, other.line))
    if not own_text:
        out.append(f'"text": {encode_basestring(text[witness.start : witness.end] if other is None else other.text)}')
    return f"{{{', '.join(out)}}}"


def raw_text(raw: bytes) -> str:
    """Return bytes as a string of the log."""
    return raw.decode("utf-8", "surrogateescape")


def raw_bytes(text: str) -> bytes | None:
    """Return the bytes that a string of the log stands for; None if it stands for none."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate out of a JSON escape
        return None


def head_line(settings: Settings, field: str, encoding: str) -> bytes:
    """Return the first line of a log: what the run was asked."""
    return line(
        {
            "dedup_log": SCHEMA,
            "version": _version(),
            "settings": settings.fingerprint(),
            "options": asdict(settings),
            "field": field,
            "encoding": encoding,
        }
    )


def end_line(removals: int, edits: int) -> bytes:
    """Return the last line of a log: how many entries it has."""
    return line({"end": removals, **edits_entry(edits)})


def edits_entry(number: int) -> dict[str, int]:
    """Return the member that counts edits; none where there are none."""
    return {"edits": number} if number else {}


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # slow, and most runs keep no log

    try:
        return version("paradedup")
    except PackageNotFoundError:
        return "unknown"
