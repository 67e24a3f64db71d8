"""Reading a removal log back; what it holds is described where its lines are made (`dedup.formats.log.entries`)."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from dedup.formats.files.reader import READ_SIZE, Reader, descriptor, opened, reason
from dedup.formats.log.entries import EDIT, HELD, REMOVAL, SCHEMA, raw_bytes
from dedup.formats.parts import Unwrapping
from dedup.model.errors import InputError, RestoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.formats.files.location import Place

NOT_RESTORED = "nothing was restored"


@dataclass(frozen=True, slots=True)
class LoggedOutput:
    """One output of the run: what it was, and what it became."""

    name: str
    original: dict[str, Any]
    """Length and digest, as `Digest.entry` gives them."""
    cleaned: dict[str, Any]
    at: int = 0
    """Where the original begins in what the entries count in."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Bytes that were taken out."""

    at: int
    """Offset in the original."""
    raw: bytes
    put: bytes = b""
    """What the cleaned text has in their place."""


class Log(AbstractContextManager["Log"]):
    """A removal log that is whole.

    Memory: a few hundred bytes for each output that it names; removals are read when they are asked for. What can be
    read only once, as a pipe, is kept in a temporary file; used as a context manager, the log removes it at the end.
    One reading at a time.

    Args:
        path: the log, compressed or not; or a directory of this machine that holds it in files, in the order of their
            names.

    Attributes:
        outputs: in the order of the log.
        unwrapping: what the run took out of files that are no sequences of documents by themselves.

    Raises:
        InputError: it cannot be read.
        RestoreError: it is not a removal log, of another schema, or not whole.
    """

    def __init__(self, path: Place) -> None:
        self._path = path
        self._kept = _copy_of(path)
        self.outputs: list[LoggedOutput] = []
        self.unwrapping = Unwrapping("")
        try:
            self._check()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        """Remove the copy of a log that can be read only once."""
        if self._kept is not None:
            self._kept.close()

    def _check(self) -> None:
        """Read the log once from end to end; without its last line or with lines missing it is refused."""
        lines = self._lines()
        self._check_header(self._entry(next(lines, b"")))
        total, here = Counter[bytes](), Counter[bytes]()
        opened: str | None = None
        at = 0
        for line in lines:
            if line.startswith(HELD):  # nothing of it has left
                continue
            if line.startswith((REMOVAL, EDIT)):
                here[REMOVAL if line.startswith(REMOVAL) else EDIT] += 1
                continue
            entry = self._entry(line)
            if "open" in entry:
                opened = self._safe(entry["open"])
                at = entry["at"] if isinstance(entry.get("at"), int) else 0
                here.clear()
            elif "close" in entry:
                counted = (entry.get("removals"), entry.get("edits", 0))
                if entry["close"] != opened or counted != (here[REMOVAL], here[EDIT]):
                    raise self._error(f"has lines missing for {opened}")
                digests = (entry.get("original", {}), entry.get("cleaned", {}))
                self.outputs.append(LoggedOutput(entry["close"], *digests, at))
                total.update(here)
                opened = None
            elif "end" in entry:
                counted = (entry["end"], entry.get("edits", 0))
                whole = opened is None and counted == (total[REMOVAL], total[EDIT])
                if not whole or next(lines, None) is not None:
                    raise self._error("is not as it was written", "use the log as it was written")
                return
        raise self._error("ends in the middle; it was cut off", "use the whole log")

    def _check_header(self, header: dict[str, Any]) -> None:
        if not isinstance(schema := header.get("dedup_log"), int):
            raise self._error("is not a removal log", "name the file that --removed wrote")
        if schema != SCHEMA:
            what = f"was written in schema {schema}, and this program reads {SCHEMA}"
            raise self._error(what, "use the version that wrote it, or a newer one")
        options = header.get("options")
        within = options.get("within") if isinstance(options, dict) else None
        self.unwrapping = Unwrapping(str(header.get("field", "")), within if isinstance(within, str) else None)
        if header.get("html") == "text":
            what = "is about text that was taken out of HTML pages, and does not give the pages back"
            raise self._error(what, "they were not changed: take them as they are")

    def walk(self) -> Iterator[tuple[LoggedOutput, Iterator[Cut]]]:
        """Yield each output with its cuts; the cuts are to be read before the next output is asked for, or never."""
        lines = self._lines()
        outputs = iter(self.outputs)
        for line in lines:
            if not line.startswith((REMOVAL, EDIT, HELD)) and "open" in self._entry(line):
                output = next(outputs)
                yield output, self._cuts(lines, output.at)

    def without(self, names: set[str]) -> Iterator[bytes]:
        """Yield the log's lines, with their line ends, without some outputs and without the last line, which counts."""
        skipped = False
        for line in self._lines():
            if line.startswith((REMOVAL, EDIT, HELD)):
                if not skipped:
                    yield line + b"\n"
                continue
            entry = self._entry(line)
            if "open" in entry:
                skipped = entry["open"] in names
            if not skipped and "end" not in entry:
                yield line + b"\n"
            if "close" in entry:
                skipped = False

    def _cuts(self, lines: Iterator[bytes], base: int) -> Iterator[Cut]:
        for line in lines:
            if line.startswith(HELD):
                continue
            if not line.startswith((REMOVAL, EDIT)):
                return
            entry = self._entry(line)
            try:
                own = entry["raw"] if "raw" in entry else entry["text"]
                raw = raw_bytes(entry.get("before", "") + own + entry.get("after", ""))
                put = raw_bytes(entry.get("put", ""))
                at = entry["at"] - base + entry["cut"]["start"]
            except (KeyError, TypeError, AttributeError):
                raw = put = at = None
            if raw is None or put is None or not isinstance(at, int):
                raise self._error("has a removal that cannot be read", "use the log as it was written")
            yield Cut(at, raw, put)

    def _lines(self) -> Iterator[bytes]:
        if not isinstance(self._path, Path) or not self._path.is_dir():
            yield from self._lines_of(self._path)
            return
        # As Spark writes it: files whose names are in order, and others beside them that are not the log's.
        for path in sorted(self._path.iterdir()):
            if not path.name.startswith((".", "_")):
                yield from self._lines_of(path)

    def _lines_of(self, path: Place) -> Iterator[bytes]:
        with Reader.open(path, str(path), kept=self._kept) as reader:
            yield from (line for line, _ in reader.lines())

    def _entry(self, line: bytes) -> dict[str, Any]:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        if not isinstance(entry, dict):
            raise self._error("is not a removal log, or damaged", "name the file that --removed wrote")
        return entry

    def _safe(self, name: object) -> str:
        """Return the name of an output, which must stay below the directory it is put into."""
        text = name if isinstance(name, str) else ""
        path = PurePath(text)
        if not text or ".." in path.parts or path.anchor or "\0" in text:
            raise self._error(f"names a file outside of the directory: {text!r}", "do not use this log")
        return text

    def _error(self, what: str, hint: str = "") -> RestoreError:
        return RestoreError(what, place=str(self._path), hint=hint, undone=NOT_RESTORED)


def _copy_of(path: Place) -> BinaryIO | None:
    """Return a copy of a log that can be read only once; None of one that can be read again.

    Raises:
        InputError: it cannot be read, or there is no room for a copy.
    """
    if not isinstance(path, Path) or path.is_dir() or (path.is_file() and descriptor(path) is None):
        return None
    import tempfile  # rarely needed

    copy: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - the log closes it
    try:
        with opened(path) as stream:
            while data := stream.read(READ_SIZE):
                copy.write(data)
    except (OSError, ValueError) as error:
        copy.close()
        raise InputError(reason(error), place=str(path), undone=NOT_RESTORED) from None
    return copy
