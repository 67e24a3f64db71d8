"""Where the text of a run goes: one stream, a file for each input, or nowhere."""

from __future__ import annotations

import os
import select
import sys
from collections import deque
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

from dedup.formats.files.atomic import ChangedError
from dedup.formats.files.compression import Rewriting, by_name
from dedup.formats.files.links import check_inside
from dedup.formats.files.places import replacement
from dedup.formats.files.reader import READ_SIZE, opened, reason
from dedup.model.errors import InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dedup.formats.files.compression import Packing
    from dedup.formats.files.discover import Source
    from dedup.formats.files.documents import Documents
    from dedup.formats.files.location import Place, Readable, Replacement

STDOUT_NAME = "<stdout>"
_HELD = 8 << 20
"""Bytes of an unchanged file kept in memory before a temporary file is begun."""


class Output:
    """Takes the text of all inputs, in order. This one drops it; the others say what they do with it.

    `coming` and `write` are called for each piece of an input, then `end_input` once; `finish`, `check` and `commit` at
    the end of a run that went well; `abort` always, last.

    Attributes:
        seen: number of an input → its status before it was read, while it is being written. In its own place it is
            replaced only if it is still the same.
    """

    def __init__(self) -> None:
        self.seen: Mapping[int, os.stat_result] = {}

    def coming(self, documents: Documents) -> None:
        """Be told how the documents of the next piece lie in it."""

    def write(self, source: int, data: bytes, *, changed: bool, compressed: Packing | Rewriting | None) -> None:
        """Take the next piece of an input, changed or as it was; `compressed` tells how the input is stored."""

    def end_input(self, source: int, *, failed: bool, compressed: Packing | Rewriting | None) -> None:
        """Complete an input; one that could not be read to its end is not written where it would be a file."""

    def copy(self, source: Source, number: int) -> None:
        """Take an input that is not read, as it is stored, where it has a file of its own."""

    def flush(self) -> None:
        """Let everything so far be seen."""

    def finish(self) -> None:
        """Have everything on disk, so that only names are left to be changed."""

    def check(self) -> list[tuple[int, ChangedError]]:
        """Look once more at what is to be replaced; return the inputs whose files will not be, and why not.

        Raises:
            ChangedError: the one output cannot be written.
        """
        return []

    def commit(self) -> list[tuple[int, ChangedError]]:
        """Let all that is finished appear; see `check`."""
        return []

    def standing(self) -> str:
        """Say what of the output is there, for an error that ends the run; empty where nothing is."""
        return ""

    def abort(self) -> None:
        """Remove all that was not committed."""


class StdoutOutput(Output):
    """Everything goes to standard output, a task at a time.

    Args:
        stream: None: the process's standard output.

    Raises:
        OutputError: it cannot be written.
        BrokenPipeError: the reader went away; what is written later is dropped silently.
    """

    def __init__(self, stream: BinaryIO | None) -> None:
        super().__init__()
        found = stream if stream is not None else getattr(sys.stdout, "buffer", None)
        if found is None:
            raise OutputError("standard output is closed", place=STDOUT_NAME)
        self._stream: BinaryIO = found
        self._pieces: list[bytes] = []
        self._begun = self._gone = False

    def write(self, source: int, data: bytes, *, changed: bool, compressed: Packing | Rewriting | None) -> None:  # noqa: ARG002
        """Take the next piece."""
        if not self._gone:
            self._pieces.append(data)

    def flush(self) -> None:
        """Write what was taken."""
        pieces, self._pieces = self._pieces, []
        if self._gone or not pieces:
            return
        self._begun = True
        try:
            self._stream.flush()
            _write_all(getattr(self._stream, "raw", self._stream), b"".join(pieces))
        except BrokenPipeError:
            self._gone = True
            raise
        except OSError as error:
            raise OutputError(reason(error), place=STDOUT_NAME, undone="what was written so far is not all") from None

    def finish(self) -> None:
        """Write what was taken."""
        self.flush()

    def standing(self) -> str:
        """Say that what was written is not all."""
        return "what was written to standard output is not all" if self._begun else ""


class FileOutput(Output):
    """Everything goes to one file, which appears at the end.

    Raises:
        OutputError: the file cannot be written, or an input that has begun in it cannot be read to its end.
    """

    def __init__(self, path: Place) -> None:
        super().__init__()
        self._file = replacement(path, compress=by_name(path))
        self._ended = 0
        self._begun: int | None = None

    def write(self, source: int, data: bytes, *, changed: bool, compressed: Packing | Rewriting | None) -> None:  # noqa: ARG002
        """Write the next piece."""
        self._rewrite(compressed)
        self._file.write(data)
        self._begun = source

    def _rewrite(self, how: Packing | Rewriting | None) -> None:
        if self._begun is None and isinstance(how, Rewriting):
            self._file.pack(how)

    def end_input(self, source: int, *, failed: bool, compressed: Packing | Rewriting | None) -> None:
        """Count the input."""
        if not failed:
            self._rewrite(compressed)  # one without documents
        if failed and self._begun == source:
            what = "an input could not be read to its end; the output was not written"
            raise OutputError(what, place=str(self._file.path))
        self._ended += not failed

    def finish(self) -> None:
        """Sync the file."""
        if self._ended:
            self._file.finish()

    def check(self) -> list[tuple[int, ChangedError]]:
        """See whether the file may be replaced."""
        if self._ended:
            self._file.check()
        return []

    def commit(self) -> list[tuple[int, ChangedError]]:
        """Let the file appear, unless none of the inputs could be read."""
        if self._ended:
            self._file.commit()
        return []

    def abort(self) -> None:
        """Remove what was written."""
        self._file.abort()


class TreeOutput(Output):
    """Each input has its own file.

    Args:
        targets: where each source goes.
        in_place: these are the inputs themselves. One from which nothing goes is not written at all, and one that has
            changed since it was read is not replaced.
        together: files appear at `commit` only, else each as soon as it is complete.
        top: directory that all of them stand below; None: they are where they are.

    Raises:
        OutputError: a file cannot be written.
    """

    def __init__(self, targets: Sequence[Place], *, in_place: bool, together: bool, top: Place | None = None) -> None:
        super().__init__()
        self._targets = targets
        self._top = top
        self._in_place = in_place
        self._together = together
        self._file: Replacement | None = None
        self._held: list[bytes] = []
        self._changed = False
        self._ready: list[tuple[int, Replacement]] = []
        self._written = 0

    def write(self, source: int, data: bytes, *, changed: bool, compressed: Packing | Rewriting | None) -> None:
        """Write the next piece of a file."""
        self._changed |= changed
        self._held.append(data)
        if self._in_place and not self._changed and sum(map(len, self._held)) < _HELD:
            return  # most files of most runs stay as they are: no need to write them anew to find that out
        if self._file is None:
            self._file = self._begin(source, compressed)
        for piece in self._held:
            self._file.write(piece)
        self._held.clear()

    def _begin(self, source: int, compressed: Packing | Rewriting | None) -> Replacement:
        target = self._targets[source]
        if self._top is not None:
            check_inside(target, self._top)
        make_parent(target)
        return replacement(target, compress=compressed, seen=self.seen.get(source) if self._in_place else None)

    def end_input(self, source: int, *, failed: bool, compressed: Packing | Rewriting | None) -> None:
        """Complete the file."""
        file, changed = self._file, self._changed
        if file is None and not failed and not self._in_place:
            file = self._begin(source, compressed)  # an empty input
        self._file, self._changed = None, False
        self._held.clear()
        if file is None:
            return
        if failed or (self._in_place and not changed):
            file.abort()
        elif self._together:
            self._ready.append((source, file))
            file.finish()
        else:
            if isinstance(self._top, Path):
                file.finish()
                self._check_again(file, self._top)
            file.commit()
            self._written += 1

    def _check_again(self, file: Replacement, top: Path) -> None:
        """Look for a link that was made while the file was written."""
        try:
            check_inside(file.path, top)
        except OutputError:
            file.abort()
            raise

    def check(self) -> list[tuple[int, ChangedError]]:
        """Look once more at all files that are to be replaced together."""
        return self._each(lambda file: file.check())

    def copy(self, source: Source, number: int) -> None:
        """Copy a file to its place, byte for byte as it is stored.

        Raises:
            InputError: it cannot be read.
            OutputError: the copy cannot be written.
        """
        target = self._targets[number]
        if self._in_place or source.place is None or _suffix(target) != _suffix(source.place):
            return  # under another name it would be taken for what it is not
        if self._top is not None:
            check_inside(target, self._top)
        copy_file(source.place, target)
        self._written += 1

    def commit(self) -> list[tuple[int, ChangedError]]:
        """Let all files appear that were to appear together."""
        return self._each(lambda file: file.commit(), is_last=True)

    def _each(self, step: Callable[[Replacement], None], *, is_last: bool = False) -> list[tuple[int, ChangedError]]:
        """Do a step for each file that is ready; return those that will not be replaced."""
        changed: list[tuple[int, ChangedError]] = []
        ready, self._ready = deque(self._ready), []
        try:
            while ready:
                try:
                    step(ready[0][1])
                except ChangedError as error:
                    changed.append((ready[0][0], error))
                else:
                    if is_last:
                        self._written += 1
                    else:
                        self._ready.append(ready[0])
                ready.popleft()
        finally:
            self._ready += ready
        return changed

    def standing(self) -> str:
        """Say how many files are there."""
        if not self._written:
            return ""
        done, others = ("replaced", "were not changed") if self._in_place else ("written", "were not written")
        files = "1 file was" if self._written == 1 else f"{self._written:,} files were"
        return f"{files} {done} before that, completely, and the others {others}"

    def abort(self) -> None:
        """Remove what was not completed."""
        for file in [self._file, *(file for _, file in self._ready)]:
            if file is not None:
                file.abort()


def targets(sources: list[Source], top: Place, rename: Callable[[str], str] = str) -> list[Place]:
    """Return where each source stands in an output tree.

    Args:
        sources: the inputs.
        top: the tree.
        rename: returns what an input, given its name in its own tree, is called in that one.

    Raises:
        OutputError: two inputs would have the same place.
    """
    seen: dict[str, str] = {}
    names = [rename(source.relative) for source in sources]
    for source, name in zip(sources, names, strict=True):
        place = os.path.normcase(str(top / name))
        if place in seen:
            what = f"{seen[place]} and {source.name} would both be written to {top / name}"
            raise OutputError(f"{what}; nothing was written", place=str(top))
        seen[place] = source.name
    return [top / name for name in names]


def _suffix(place: Readable) -> str:
    return PurePath(place.name).suffix


def copy_file(source: Readable, target: Place) -> int:
    """Copy a file, byte for byte as it is stored, and return its size.

    Raises:
        InputError: it cannot be read.
        OutputError: the copy cannot be written; nothing is there that was not.
    """
    make_parent(target)
    size = 0
    try:
        stream = opened(source)
    except OSError as error:
        raise InputError(f"{reason(error)}; it was not copied", place=str(source)) from None
    with stream, replacement(target) as file:
        while piece := stream.read(READ_SIZE):
            size += file.write(piece)
        file.commit()
    return size


def make_parent(target: Place) -> None:
    """Make the directory that a file is to stand in; elsewhere than on this machine there is no need to.

    Raises:
        OutputError: it cannot be made.
    """
    if not isinstance(target, Path):
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{reason(error)}; {target} was not written", place=str(target.parent)) from None


def _write_all(stream: BinaryIO, data: bytes) -> None:
    """Write all of the data; an unbuffered stream may take it in several steps, or be busy for a while."""
    view = memoryview(data)
    while view:
        count: int | None = stream.write(view)
        if count is None:  # the other side set the stream to non-blocking
            select.select([], [stream.fileno()], [])
            continue
        view = view[count:]
