"""One output in several files of a bounded size, cut between documents only: shards.

All of them one after the other, in the order of their numbers, are the output that one file would have been.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from string import Formatter
from typing import TYPE_CHECKING

from dedup.formats.files.atomic import AtomicFile, ChangedError
from dedup.formats.files.compression import by_name
from dedup.formats.files.documents import Documents
from dedup.formats.files.outputs import Output
from dedup.formats.files.reader import reason
from dedup.model.errors import OutputError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.formats.files.compression import Packing, Rewriting

_SPECIFICATION = re.compile(r"(0[1-9]\d?)?d?", re.ASCII)
_HINT = "give one field for the number, in the name of the file: 'part-{:05}.jsonl'"


class ShardNames:
    """The names of shards: a pattern with one field for their number.

    Args:
        pattern: a path, with a field as of `str.format` in its last part: ``{}``, ``{0}`` or ``{:05}``; there, a brace
            that is meant is doubled. The directory is taken as it stands.

    Raises:
        UsageError: the pattern is none, or not with one such field.
    """

    def __init__(self, pattern: Path) -> None:
        self.pattern = pattern
        self._directory = pattern.parent
        try:
            parsed = list(Formatter().parse(pattern.name))
        except ValueError as error:
            raise self._refused(f"is no pattern for the names of shards ({error})") from None
        fields = [(field, spec, conversion) for _, field, spec, conversion in parsed if field is not None]
        if len(fields) != 1:
            raise self._refused("has not one field for the number of a shard, in its last part")
        field, spec, conversion = fields[0]
        if field not in {"", "0"} or conversion or not _SPECIFICATION.fullmatch(spec or ""):
            raise self._refused("has a field that is not just the number of a shard, with zeros in front or without")
        at = next(number for number, (_, field, _, _) in enumerate(parsed) if field is not None)
        self._before = "".join(text for text, *_ in parsed[: at + 1])
        self._after = "".join(text for text, *_ in parsed[at + 1 :])
        self._spec = spec or ""

    def place(self, number: int) -> Path:
        """Return where a shard stands."""
        return self._directory / f"{self._before}{number:{self._spec}}{self._after}"

    def has(self, path: Path) -> bool:
        """Return True if a path is called as a shard may be."""
        middle = path.name[len(self._before) : len(path.name) - len(self._after)]
        fits = path.name.startswith(self._before) and path.name.endswith(self._after)
        return fits and middle.isascii() and middle.isdigit()

    def takes(self, path: Path) -> bool:
        """Return True if a file would be taken for a shard."""
        return self.has(path) and os.path.realpath(path.parent) == os.path.realpath(self._directory)

    def refuse_old(self) -> None:
        """Refuse to write where shards are: of a longer run, some would be left, and be read as part of this one's.

        Raises:
            OutputError: there is one, or the directory cannot be listed.
        """
        try:
            old = min((path for path in self._directory.iterdir() if self.has(path)), default=None)
        except OSError as error:
            what = f"{reason(error)}; nothing was read or written"
            raise OutputError(what, place=str(self._directory)) from None
        if old is not None:
            what = "is there already, and would be taken for a shard of this run; nothing was read or written"
            raise OutputError(what, place=str(old), hint="move the old shards away, or choose another place")

    def _refused(self, what: str) -> UsageError:
        return UsageError(f"{what}; nothing was read or written", place=str(self.pattern), hint=_HINT)


class ShardedOutput(Output):
    """Everything goes to files of at most a size, which appear together at the end.

    The size is that of the text, before it is packed: what packing makes of a document is not known before the file is
    complete. A document that is larger has a shard of its own. Where there is no text at all, there is one empty shard.

    Should one of the files not get its name in the end, those that have theirs by then are removed again; only a
    process that is killed outright in between leaves some of them.

    Args:
        names: of the files, none of which may be there.
        size: bytes.

    Raises:
        OutputError: a file cannot be written, or an input that has begun cannot be read to its end.
    """

    def __init__(self, names: ShardNames, size: int) -> None:
        super().__init__()
        self._names = names
        self._size = size
        self._ready: list[AtomicFile] = []
        self._named: list[tuple[Path, tuple[int, int] | None]] = []
        """Those that may have their names, and what tells them, until all of them have."""
        self._file = self._next()
        self._filled = 0
        """Bytes of the shard."""
        self._open = False
        """What was written so far lacks the end of its last line."""
        self._coming = Documents.ONE
        self._ended = 0
        self._begun: int | None = None

    def _next(self) -> AtomicFile:
        path = self._names.place(len(self._ready))
        return AtomicFile(path, compress=by_name(path))

    def coming(self, documents: Documents) -> None:
        """Be told how the documents of the next piece lie in it."""
        self._coming = documents

    def write(self, source: int, data: bytes, *, changed: bool, compressed: Packing | Rewriting | None) -> None:  # noqa: ARG002
        """Write the next piece, or what of it still fits, and the rest to further shards."""
        self._begun = source
        coming = self._coming
        if coming is Documents.BEGINS and self._filled:
            self._turn()  # nobody knows how long it gets
        # The line end of a document of which nothing is left is what is left of it.
        if coming in (Documents.BEGINS, Documents.GOES_ON) or (coming is Documents.JOINT and self._open):
            self._put(data)
            return
        at = 0
        while at < len(data):
            end = self._fitting(data, at) if coming is Documents.LINES else self._whole(data)
            if end == at:
                self._turn()
                continue
            self._put(data[at:end] if at or end < len(data) else data)
            at = end

    def _fitting(self, data: bytes, at: int) -> int:
        """Return where the last line ends that still fits; the first one does, if the shard is empty."""
        room = self._size - self._filled
        if len(data) - at + (not data.endswith(b"\n")) <= room:  # behind a last line a line end may follow
            return len(data)
        end = data.rfind(b"\n", at, at + max(room, 0)) + 1
        if end:
            return end
        return at if self._filled else (data.find(b"\n", at) + 1 or len(data))

    def _whole(self, data: bytes) -> int:
        fits = self._filled + len(data) + (not data.endswith(b"\n")) <= self._size
        return len(data) if fits or not self._filled else 0

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._filled += len(data)
        self._open = not data.endswith(b"\n")

    def _turn(self) -> None:
        """Complete this shard, and begin the next one."""
        self._file.finish()
        self._ready.append(self._file)
        self._filled = 0
        self._file = self._next()

    def end_input(self, source: int, *, failed: bool, compressed: Packing | Rewriting | None) -> None:  # noqa: ARG002
        """Count the input."""
        if failed and self._begun == source:
            what = "an input could not be read to its end; no shard was written"
            raise OutputError(what, place=str(self._names.pattern))
        self._ended += not failed

    def finish(self) -> None:
        """Sync the last shard."""
        if self._ended:
            self._file.finish()

    def check(self) -> list[tuple[int, ChangedError]]:
        """See whether all names are still free."""
        for file in [*self._ready, self._file] if self._ended else ():
            file.check()
        return []

    def commit(self) -> list[tuple[int, ChangedError]]:
        """Let all shards appear, unless none of the inputs could be read."""
        if self._ended:
            for file in [*self._ready, self._file]:
                self._named.append((file.path, file.identity))
                file.commit()
            self._named.clear()
        return []

    def abort(self) -> None:
        """Remove what was written, also under its name where not all of them have theirs."""
        for file in [*self._ready, self._file]:
            file.abort()
        for path, identity in self._named:
            with suppress(OSError):
                status = path.stat()
                if (status.st_dev, status.st_ino) == identity:  # and not another program's
                    path.unlink()
