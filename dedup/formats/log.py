"""The removal log: what was taken out, why, and all that is needed to put it back.

JSON lines in UTF-8, in this order:

1. ``{"dedup_log": 1, "version", "settings", "options", "field", "encoding"}``: the schema's number, the program's
   version, and the settings with their fingerprint.
2. For each output from which something went (and always for a single stream), ``{"open": NAME}``, then its
   removals, then ``{"close": NAME, "removals": N, "original": {"bytes", "blake2b"}, "cleaned": {"bytes", "blake2b"}}``.
   NAME is the file's place in the tree; digests and lengths are of the bytes before compression. Several inputs
   written into one stream are one output, named ``-``; its original is the inputs one after the other, with a line
   end between two where the first one lacked it.
3. ``{"end": N}``: all removals of the log. A log without it is not whole.

A removal::

    {"document": {"file", "line"?, "id"?}, "at", "paragraph", "span": {"start", "end"}, "cut": {"start", "end"},
     "text", "before"?, "after"?, "raw"?, "reason", "compared", "similarity", "coverage", "block"?,
     "witnesses": [{"paragraph", "span", "text"?}]}

``span`` and ``cut`` are bytes within the document's own bytes: the decompressed file, or for JSON lines the line
without its line end. ``at`` is where those begin in the output's original. ``cut`` is the paragraph and its separator;
``before`` and ``after`` are what it has beside the paragraph, ``raw`` the paragraph as it stands in the file where that
is not its text in UTF-8. A witness's text is left out where it is the paragraph's own.

``before``, ``after`` and ``raw`` are bytes, taken as UTF-8 with ``surrogateescape``: any bytes come back from that.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from dedup.decisions import Compared, Decision, Removal
from dedup.formats.atomic import AtomicFile
from dedup.formats.compression import names_compressed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dedup.formats.parts import Part, Record
    from dedup.settings import Settings

SCHEMA = 1

_dump = json.JSONEncoder(ensure_ascii=False).encode


def line(entry: Mapping[str, Any]) -> bytes:
    """Return an entry as a line of the log."""
    # Lone surrogates, which UTF-8 does not have, come out as the escapes that JSON has for them.
    return _dump(entry).encode("utf-8", "backslashreplace") + b"\n"


def removal_lines(part: Part, record: Record, decision: Decision, where: Mapping[int, int], *, numbered: bool) -> bytes:
    """Return the lines for all removals of a document.

    Args:
        part: where the document stands.
        record: the document.
        decision: what was decided about it.
        where: position in the text → offset in the document's bytes.
        numbered: the document is a line among others.
    """
    document: dict[str, Any] = {"file": part.relative}
    if numbered:
        document["line"] = record.line
        if record.id is not None:
            document["id"] = record.id
    data = part.data[record.start : record.end]
    common = {"document": document, "at": part.at + record.start}
    return b"".join(line({**common, **_removal(data, record.text, removal, where)}) for removal in decision.removals)


def _removal(data: bytes, text: str, removal: Removal, where: Mapping[int, int]) -> dict[str, Any]:
    start, end = where[removal.start], where[removal.end]
    cut_start, cut_end = where[removal.cut_start], where[removal.cut_end]
    own = text[removal.start : removal.end]
    entry: dict[str, Any] = {
        "paragraph": removal.paragraph,
        "span": {"start": start, "end": end},
        "cut": {"start": cut_start, "end": cut_end},
        "text": own,
    }
    if cut_start < start:
        entry["before"] = raw_text(data[cut_start:start])
    if end < cut_end:
        entry["after"] = raw_text(data[end:cut_end])
    if raw_bytes(own) != (raw := data[max(start, cut_start) : min(end, cut_end)]):
        entry["raw"] = raw_text(raw)
    entry |= {
        "reason": removal.reason.value,
        "compared": removal.compared.value,
        "similarity": round(removal.similarity, 6),
        "coverage": round(removal.coverage, 6),
    }
    if removal.block is not None:
        entry["block"] = removal.block
    entry["witnesses"] = [
        {"paragraph": witness.paragraph, "span": {"start": where[witness.start], "end": where[witness.end]}}
        | ({} if removal.compared is Compared.IDENTICAL else {"text": text[witness.start : witness.end]})
        for witness in removal.witnesses
    ]
    return entry


def raw_text(raw: bytes) -> str:
    """Return bytes as a string of the log."""
    return raw.decode("utf-8", "surrogateescape")


def raw_bytes(text: str) -> bytes | None:
    """Return the bytes that a string of the log stands for; None if it stands for none."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate out of a JSON escape
        return None


class Digest:
    """Length and digest of bytes that go by."""

    def __init__(self) -> None:
        self._length = 0
        self._hash = hashlib.blake2b(digest_size=16)

    def add(self, data: bytes) -> None:
        """Take in the next bytes."""
        self._length += len(data)
        self._hash.update(data)

    def entry(self) -> dict[str, Any]:
        """Return both, as in the log."""
        return {"bytes": self._length, "blake2b": self._hash.hexdigest()}


class LogWriter:
    """Writes a removal log; it appears when it is whole, at `commit`.

    Args:
        path: where; gzip if the name says so.
        settings, field, encoding: what the run was asked.

    Raises:
        OutputError: as in `AtomicFile`.
    """

    def __init__(self, path: Path, settings: Settings, field: str, encoding: str) -> None:
        self._file = AtomicFile(path, compress=names_compressed(path))
        self._total = 0
        header = {
            "dedup_log": SCHEMA,
            "version": _version(),
            "settings": settings.fingerprint(),
            "options": asdict(settings),
            "field": field,
            "encoding": encoding,
        }
        self._file.write(line(header))

    def section(self, name: str, *, always: bool = False) -> Section:
        """Begin the log of one output; with `always` also if nothing goes from it."""
        return Section(self, name, always=always)

    def write(self, lines: bytes, removals: int) -> None:
        """Write lines of removals."""
        self._file.write(lines)
        self._total += removals

    def commit(self) -> None:
        """Finish the log and give it its name."""
        self._file.write(line({"end": self._total}))
        self._file.commit()

    def abort(self) -> None:
        """Leave no log."""
        self._file.abort()


class Section:
    """The log of one output."""

    def __init__(self, writer: LogWriter, name: str, *, always: bool) -> None:
        self._writer = writer
        self._name = name
        self._open = False
        self._removals = 0
        self._original = Digest()
        self._cleaned = Digest()
        if always:
            self._begin()

    def _begin(self) -> None:
        self._open = True
        self._writer.write(line({"open": self._name}), 0)

    def add(self, original: bytes, cleaned: bytes, lines: bytes, removals: int) -> None:
        """Take in the next piece of the output, before and after, and the lines of its removals."""
        self._original.add(original)
        self._cleaned.add(cleaned)
        if removals:
            if not self._open:
                self._begin()
            self._writer.write(lines, removals)
            self._removals += removals

    def close(self) -> None:
        """End the section; one from which nothing went leaves no trace unless it was to be there always."""
        if self._open:
            entry = {"close": self._name, "removals": self._removals}
            self._writer.write(line(entry | {"original": self._original.entry(), "cleaned": self._cleaned.entry()}), 0)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow, and most runs keep no log

    try:
        return version("paradedup")
    except PackageNotFoundError:
        return "unknown"
