"""The removal log, written to a file; what is in its lines is described in `dedup.formats.log.entries`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dedup.formats.files.compression import by_name
from dedup.formats.files.places import replacement
from dedup.formats.log.entries import EDIT, REMOVAL, edits_entry, end_line, head_line, line
from dedup.model.errors import OutputError

if TYPE_CHECKING:
    from typing import Any

    from dedup.formats.files.location import Place
    from dedup.model.job import Html
    from dedup.model.settings import Settings


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


class LineWriter(Protocol):
    """Takes lines of a log."""

    def write(self, lines: bytes, removals: int = 0, edits: int = 0) -> None:
        """Take lines, among them so many of removals and of edits."""


class LogWriter:
    """Writes a removal log; it appears when it is whole, at `commit`.

    Args:
        path: where; compressed if the name says so.
        settings, field, encoding, html: what the run was asked.

    Raises:
        OutputError: as in `replacement`.
    """

    def __init__(self, path: Place, settings: Settings, field: str, encoding: str, html: Html | None = None) -> None:
        self._file = replacement(path, compress=by_name(path))
        self._removals = self._edits = 0
        self._file.write(head_line(settings, field, encoding, html))

    def section(self, name: str, *, always: bool = False) -> Section:
        """Begin the log of one output; with `always` also if nothing goes from it."""
        return Section(self, name, always=always)

    def write(self, lines: bytes, removals: int = 0, edits: int = 0) -> None:
        """Write lines, among them so many of removals and of edits."""
        self._file.write(lines)
        self._removals += removals
        self._edits += edits

    def commit(self) -> None:
        """Finish the log and give it its name."""
        self._file.write(end_line(self._removals, self._edits))
        self._file.commit()

    def forget(self, names: set[str]) -> None:
        """Write the log that was committed anew, without some outputs: they were not written after all.

        Raises:
            OutputError: it cannot be; it stays, and names these outputs.
        """
        from dedup.formats.log.reader import Log  # very rarely needed

        path = self._file.path
        if isinstance(path, Path) and not path.is_file():
            raise OutputError("is no file, and names outputs that were not written", place=str(path))
        with Log(path) as log, replacement(path, compress=by_name(path)) as file:
            removals = edits = 0
            for found in log.without(names):
                removals += found.startswith(REMOVAL)
                edits += found.startswith(EDIT)
                file.write(found)
            file.write(end_line(removals, edits))
            file.commit()

    def abort(self) -> None:
        """Leave no log."""
        self._file.abort()


class Section:
    """The log of one output.

    Args:
        writer: takes the lines.
        name: of the output.
        always: it is there also if nothing goes from the output.
        at: where the output's original begins in what `Part.at` counts in.
    """

    def __init__(self, writer: LineWriter, name: str, *, always: bool, at: int = 0) -> None:
        self._writer = writer
        self._name = name
        self._at = at
        self._open = False
        self._removals = self._edits = 0
        self._original = Digest()
        self._cleaned = Digest()
        if always:
            self._begin()

    def _begin(self) -> None:
        self._open = True
        self._writer.write(line({"open": self._name, **({"at": self._at} if self._at else {})}))

    def add(self, original: bytes, cleaned: bytes, lines: bytes, removals: int, edits: int = 0) -> None:
        """Take in the next piece of the output, before and after, and the lines of its removals and edits."""
        self._original.add(original)
        self._cleaned.add(cleaned)
        if lines:
            if not self._open:
                self._begin()
            self._writer.write(lines, removals, edits)
            self._removals += removals
            self._edits += edits

    def close(self) -> None:
        """End the section; one from which nothing went leaves no trace unless it was to be there always."""
        if self._open:
            entry = {"close": self._name, "removals": self._removals, **edits_entry(self._edits)}
            self._writer.write(line(entry | {"original": self._original.entry(), "cleaned": self._cleaned.entry()}))
