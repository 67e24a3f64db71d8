"""The removal log: what was taken out, why, and all that is needed to put it back.

JSON lines in UTF-8, in this order:

1. ``{"dedup_log": 1, "version", "settings", "options", "field", "encoding", "html"?}``: the schema's number, the
   program's version, and the settings with their fingerprint. ``html`` is ``text`` where what was cleaned is text that
   was taken out of pages: from such a log nothing is restored.
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

An edit, a piece that left without being a paragraph: because nothing was left of its record's text (``empty``), or
because it says something of the text that is not true any more, as its length (``header``)::

    {"edit": "empty"|"header", "document": {"file", "line"?, "id"?}, "at", "cut": {"start", "end"}, "raw", "put"?}

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
from typing import TYPE_CHECKING, NamedTuple

from dedup.formats.parts import document_entry
from dedup.model.decisions import Compared
from dedup.native.kernels import native

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from dedup.formats.parts import Part, Piece, Record, Work
    from dedup.model.decisions import Comparison, Removal, Witness
    from dedup.model.job import Html
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


class Entries(NamedTuple):
    """What leaves a document, or is held back, as columns: a value for each paragraph, in order of position.

    Attributes:
        paragraphs: their numbers in the document.
        spans: (start, end) of each in the text, in characters.
        edges: four offsets of each in the document's bytes: where its cut begins, where it begins and ends itself, and
            where its cut ends; one after the other.
        rests: what each entry ends with; see `entry_rest`.
    """

    paragraphs: list[int]
    spans: Sequence[Sequence[int]]
    edges: list[int]
    rests: list[str]

    @classmethod
    def of(
        cls,
        text: str,
        removals: Sequence[Removal],
        where: Mapping[int, int],
        cuts: Iterable[tuple[int, int]] | None = None,
    ) -> Entries:
        """Return the entries for some removals.

        Args:
            text: of the document.
            removals: what goes, or is held back.
            where: position in the text → offset in the document's bytes.
            cuts: offsets there of what leaves with each; None: nothing does.
        """
        if cuts is None:
            cuts = ((where[one.start], where[one.end]) for one in removals)
        return cls(
            [one.paragraph for one in removals],
            [(one.start, one.end) for one in removals],
            [
                place
                for one, (first, last) in zip(removals, cuts, strict=True)
                for place in (first, where[one.start], where[one.end], last)
            ],
            [_rest(text, one, where) for one in removals],
        )


def removal_lines(work: Work, part: Part, record: Record, entries: Entries, pieces: Sequence[Piece] = ()) -> bytes:
    """Return the lines for all that left a document.

    Args:
        work: how documents are read.
        part: where the document stands.
        record: the document.
        entries: the paragraphs.
        pieces: what left besides them.
    """
    common = _common(part, record)
    begin = _opened(common)  # the same in front of each
    written = "other" if part.format is None else part.format.written
    kernels = None if pieces or work.codec.name != "utf-8" or written == "other" else native()
    if kernels is not None:
        is_record, rests = written == "json", _encoded("".join([f"{rest}}}\n" for rest in entries.rests]))
        data, numbers = part.data[record.start : record.end], entries.paragraphs
        # The same, sooner; bytes that do not decode are left to what follows.
        found: bytes | None = kernels.removal_lines(data, is_record, begin, numbers, entries.edges, rests)
        if found is not None:
            return found
    lines = list(zip(entries.edges[::4], _lines(begin, part, record, entries), strict=True))
    if pieces:
        lines += [(piece.start, line({"edit": piece.why, **common, **_edit(part, record, piece)})) for piece in pieces]
        lines.sort(key=lambda entry: entry[0])
    return b"".join(entry for _, entry in lines)


def held_lines(part: Part, record: Record, entries: Entries) -> bytes:
    """Return the lines for what would have left a document and is held back; see `removal_lines`."""
    begin = _opened({"held": _SPLIT, **_common(part, record)})
    return b"".join(_lines(begin, part, record, entries, stays=True))


def _opened(members: dict[str, Any]) -> bytes:
    """Return the beginning of a line, up to where other members follow."""
    return line(members)[: -len(_CLOSE)] + _SEPARATOR


def _common(part: Part, record: Record) -> dict[str, Any]:
    """Return what the entries of a document have in common: which one it is, and where it begins."""
    names = (record.line, record.id) if part.numbered else (None, None)
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


def _lines(begin: bytes, part: Part, record: Record, entries: Entries, *, stays: bool = False) -> Iterator[bytes]:
    """Yield the line of each paragraph; `stays`: of one that is held back."""
    data, edges = part.data[record.start : record.end], iter(entries.edges)
    for paragraph, (first, last), four, rest in zip(
        entries.paragraphs, entries.spans, zip(edges, edges, edges, edges, strict=True), entries.rests, strict=True
    ):
        members = _members(data, paragraph, record.text[first:last], four, stays=stays)
        yield begin + _encoded(f"{members}, {rest}") + _CLOSE


def _members(data: bytes, paragraph: int, own: str, edges: tuple[int, int, int, int], *, stays: bool) -> str:
    """Return what an entry has between the document and how the paragraph compares, as JSON.

    Most lines of a log are such entries: built piece by piece, they take a third of the time that an encoder takes.
    """
    cut_start, start, end, cut_end = edges
    out = [f'"paragraph": {paragraph}', _span("span", start, end)]
    if not stays:
        out.append(_span("cut", cut_start, cut_end))
    out.append(f'"text": {encode_basestring(own)}')
    if not stays and cut_start < start:
        out.append(f'"before": {_raw_string(data[cut_start:start])}')
    if not stays and end < cut_end:
        out.append(f'"after": {_raw_string(data[end:cut_end])}')
    if not stays and raw_bytes(own) != (raw := data[start:end]):
        out.append(f'"raw": {_raw_string(raw)}')
    return ", ".join(out)


def _span(name: str, start: int, end: int) -> str:
    return f'"{name}": {{"start": {start}, "end": {end}}}'


def _raw_string(raw: bytes) -> str:
    return encode_basestring(raw_text(raw))


def _rest(text: str, removal: Removal, where: Mapping[int, int]) -> str:
    is_own = removal.compared is Compared.IDENTICAL
    members = [_witness(text, witness, where, is_own=is_own) for witness in removal.witnesses]
    return entry_rest(comparison_members(removal.comparison()), ", ".join(members))


def _witness(text: str, witness: Witness, where: Mapping[int, int], *, is_own: bool) -> str:
    if (other := witness.elsewhere) is None:
        place, told = span_member(where[witness.start], where[witness.end]), text[witness.start : witness.end]
    else:
        place, told = document_member(other.file, other.line, other.day), other.text
    return witness_entry(witness.paragraph, place, None if is_own else told)


@lru_cache(_CACHED)
def comparison_members(found: Comparison) -> str:
    """Return why something goes and how it compares with its witnesses, as members in JSON."""
    return _dump(found.to_entry())[1:-1]


def entry_rest(comparison: str, witnesses: str) -> str:
    """Return what the entry of a paragraph ends with, of its `comparison_members` and of `witness_entry` of each."""
    return f'{comparison}, "witnesses": [{witnesses}]'


def witness_entry(paragraph: int, place: str, text: str | None) -> str:
    """Return a witness, as an object in JSON.

    Args:
        paragraph: its number in its document.
        place: `span_member` or `document_member`.
        text: its text; None where that is the removed paragraph's own.
    """
    told = "" if text is None else f', "text": {encode_basestring(text)}'
    return f'{{"paragraph": {paragraph}, {place}{told}}}'


def span_member(start: int, end: int) -> str:
    """Return where a witness in the same document stands in its bytes, as a member in JSON."""
    return _span("span", start, end)


@lru_cache(_CACHED)
def document_member(file: str, line_number: int | None, day: str | None = None) -> str:
    """Return which document a witness stands in, as a member in JSON."""
    of_day = {} if day is None else {"day": day}
    return f'"document": {_dump({**of_day, **document_entry(file, line_number)})}'


def raw_text(raw: bytes) -> str:
    """Return bytes as a string of the log."""
    return raw.decode("utf-8", "surrogateescape")


def raw_bytes(text: str) -> bytes | None:
    """Return the bytes that a string of the log stands for; None if it stands for none."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate out of a JSON escape
        return None


def head_line(settings: Settings, field: str, encoding: str, html: Html | None = None) -> bytes:
    """Return the first line of a log: what the run was asked."""
    extracted = {"html": html} if html == "text" else {}
    return line(
        {
            "dedup_log": SCHEMA,
            "version": program_version(),
            "settings": settings.fingerprint(),
            "options": asdict(settings),
            "field": field,
            "encoding": encoding,
            **extracted,
        }
    )


def end_line(removals: int, edits: int) -> bytes:
    """Return the last line of a log: how many entries it has."""
    return line({"end": removals, **edits_entry(edits)})


def edits_entry(number: int) -> dict[str, int]:
    """Return the member that counts edits; none where there are none."""
    return {"edits": number} if number else {}


def program_version() -> str:
    """Return the version of this program, as far as that is known."""
    from importlib.metadata import PackageNotFoundError, version  # slow, and most runs keep no log

    try:
        return version("paradedup")
    except PackageNotFoundError:
        return "unknown"
