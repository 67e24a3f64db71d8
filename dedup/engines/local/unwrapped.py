"""What files hold that are not read as their bytes are: unpacked once, in a process beside this one, and kept.

A corpus is read three times. What such a file holds is written to the spool when it is read first, so that it can be
read as any other file is from then on, by the workers themselves. What it is written with stays in that process, too.
"""

from __future__ import annotations

import shutil
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.engines.reading import changed
from dedup.formats.files.atomic import same_state
from dedup.formats.files.compression import PACKED, Rewriting
from dedup.formats.files.reader import Reader, is_packed
from dedup.formats.registry import is_unwrapped
from dedup.model.errors import InputError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from dedup.engines.local.beside import Answer, Beside
    from dedup.formats.files.discover import Source
    from dedup.formats.parts import Format, PartBuilder, Unwrapping

_STEP = 1 << 20
"""Bytes that are unpacked together."""
_SHARE = 4
"""Of the room on the disk, that is free when a file is read first, one in so many is used for what is kept of it."""
_SENT = 1 << 20
"""Bytes that are sent together to be written."""
_WAITING = 4 << 20
"""Bytes that may wait to be written."""


class _File(NamedTuple):
    """A file, and what is taken out of it.

    Attributes:
        number: it is known by.
        path: where it is.
        place: its name in messages.
        form: its format.
        asked: what is taken out.
    """

    number: int
    path: Path
    place: str
    form: Format
    asked: Unwrapping


class Step(NamedTuple):
    """How far a file has been unpacked.

    Attributes:
        size: bytes that are kept.
        data: what comes behind them, if it is not kept.
        ended: that is all.
        error: why.
    """

    size: int
    data: bytes
    ended: bool
    error: InputError | None


class Copies:
    """What the files of a run hold, each kept in a file of its own.

    What would take too much room is not kept, but unpacked again each time, and so is what there is no room for.

    Args:
        name: returns the name of a new file.
        beside: where all is unpacked, and packed again.
    """

    def __init__(self, name: Callable[[], Path], beside: Beside) -> None:
        self._name = name
        self._beside = beside
        self._copies: dict[Path, _Copy] = {}

    def unwrap(self, form: Format, reader: Reader, builder: PartBuilder, path: Path, asked: Unwrapping) -> None:
        """Have a reader give what its file holds; see `dedup.formats.parts.Format.unwrap`.

        Raises:
            InputError: it cannot be read, or has changed since it was read first.
            DedupError: the process beside this one has died.
        """
        copy = self._copies.get(path)
        if copy is not None:
            _check_same(reader, copy.status)
        if copy is None or not copy.is_whole:
            keep = None if copy is not None and copy.is_too_large else self._name()
            number = len(self._copies) if copy is None else copy.number
            file = _File(number, path, reader.place, form, asked)
            status, name = self._beside.call(_open, file, keep).value()
            copy = self._copies[path] = _Copy(self._beside, number, keep, status, name)
            _check_same(reader, status)
        rewriting = Rewriting(copy.rewritten, partial(_PackerBeside, self._beside, copy.number))
        reader.convert(_Reading(copy, builder).read, rewriting)


def sizes(sources: Iterable[Source]) -> tuple[int, int]:
    """Return about how many bytes of text there are in files, and how many of these are in files that are unwrapped."""
    size = unwrapped = 0
    for source in sources:
        more = (source.size or 0) * (PACKED if source.place and is_packed(source.place) else 1)
        size += more
        unwrapped += more if source.path is not None and is_unwrapped(source.path) else 0
    return size, unwrapped


def _check_same(reader: Reader, status: os.stat_result | None) -> None:
    if reader.status is None or status is None or not same_state(status, reader.status):
        raise changed(reader.place)


class _Copy:
    """What a file holds, as far as it has been unpacked.

    Attributes:
        number: of the file.
        path: where it is kept; None: nowhere.
        status: of the file when it was read first.
        rewritten: how it is written again.
        step: how far.
        is_too_large: not all of it is kept.
    """

    def __init__(
        self, beside: Beside, number: int, path: Path | None, status: os.stat_result | None, rewritten: str
    ) -> None:
        self.number, self.path, self.status, self.rewritten = number, path, status, rewritten
        self.step = Step(0, b"", ended=False, error=None)
        self.is_too_large = False
        self._beside = beside
        self._coming: Answer | None = beside.call(_unpack)

    @property
    def is_whole(self) -> bool:
        """All of it is kept."""
        return self.step.ended and not self.is_too_large

    def go_on(self) -> bytes:
        """Unpack more of it; return what is not kept of that."""
        assert self._coming is not None  # noqa: S101 - it has not ended
        self.step = self._coming.value()
        self.is_too_large |= bool(self.step.data)
        # What comes next is unpacked while this is read.
        self._coming = None if self.step.ended else self._beside.call(_unpack)
        return self.step.data


class _Reading:
    """Reads what a file holds from its beginning: always as many bytes as are asked for, if there are so many."""

    def __init__(self, copy: _Copy, builder: PartBuilder) -> None:
        self._copy = copy
        self._builder = builder
        self._at = 0
        self._behind, self._taken = b"", 0
        """What comes behind what is kept, and how many bytes of that have been read."""
        builder.path = str(copy.path or "")

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, or ``b""`` at the end."""
        copy = self._copy
        while copy.step.size - self._at + len(self._behind) - self._taken < size and not copy.step.ended:
            if more := copy.go_on():
                self._behind, self._taken = self._behind[self._taken :] + more, 0
        kept = min(size, copy.step.size - self._at)
        data = self._kept(kept) if kept else b""
        if kept < size and self._taken < len(self._behind):
            self._builder.path = ""  # there is no file that has this part
            behind = self._behind[self._taken : self._taken + size - kept]
            self._taken += len(behind)
            data += behind
        if not data and copy.step.error is not None:
            raise copy.step.error
        return data

    def _kept(self, size: int) -> bytes:
        assert self._copy.path is not None  # noqa: S101 - something is kept
        with self._copy.path.open("rb", buffering=0) as file:
            file.seek(self._at)
            data = file.read(size)
        if len(data) < size:
            raise changed(self._builder.name)
        self._at += size
        return data


class _PackerBeside:
    """Packs what a file held, as `Rewriting.packer` does, in the other process.

    Raises:
        InputError: from every method; see `Format.unwrap`.
        DedupError: the other process has died.
    """

    def __init__(self, beside: Beside, number: int) -> None:
        self._beside = beside
        self._waiting: deque[bytes] = deque()
        self._answer: Answer | None = beside.call(_begin, number)

    def compress(self, data: bytes, /) -> bytes:
        """Take in `data`; return what is ready, as a rule of what came before."""
        self._waiting.append(data)
        ready = self._exchanged()
        while sum(map(len, self._waiting)) > _WAITING:
            ready += self._exchanged(wait=True)
        return ready

    def flush(self) -> bytes:
        """Return all that is left."""
        ready = bytearray()
        while self._waiting or self._answer is not None:
            ready += self._exchanged(wait=True)
        self._answer = self._beside.call(_end)
        while more := self._exchanged(wait=True):
            ready += more
            self._answer = self._beside.call(_fetch)
        return bytes(ready)

    def _exchanged(self, *, wait: bool = False) -> bytes:
        """Return what has come back, and send more."""
        ready = b""
        if self._answer is not None and (wait or self._answer.is_there):
            ready, self._answer = self._answer.value(), None
        if self._answer is None and self._waiting:
            sent = [self._waiting.popleft()]
            while self._waiting and sum(map(len, sent)) < _SENT:
                sent.append(self._waiting.popleft())
            self._answer = self._beside.call(_pack, b"".join(sent))
        return ready


class _Unpacking:
    """A file that is being unpacked.

    Args:
        reader: gives what it holds.
        path: where that is kept; None: nowhere.
    """

    def __init__(self, reader: Reader, path: Path | None) -> None:
        self._reader = reader
        self._file = None if path is None else path.open("wb", buffering=0)
        self._left = 0 if path is None else shutil.disk_usage(path.parent).free // _SHARE
        self._size = 0

    def step(self) -> Step:
        """Unpack some more."""
        pieces, size, error = [], 0, None
        while size < _STEP:
            try:
                data = self._reader.read(_STEP)
            except InputError as found:
                data, error = b"", found
            if not data:
                break
            pieces.append(data)
            size += len(data)
        ended = size < _STEP
        behind = self._keep(b"".join(pieces))
        if ended:
            self.close()
        return Step(self._size, behind, ended, error)

    def _keep(self, data: bytes) -> bytes:
        """Write some bytes; return those that are not kept."""
        if self._file is None:
            return data
        try:
            if len(data) <= self._left and self._file.write(data) == len(data):
                self._left -= len(data)
                self._size += len(data)
                return b""
        except OSError:  # there is no room
            pass
        self._file.close()
        self._file = None
        return data

    def close(self) -> None:
        """Close both files."""
        self._reader.close()
        if self._file is not None:
            self._file.close()


def _open(kept: dict[Any, Any], file: _File, keep: Path | None) -> tuple[os.stat_result | None, str]:
    """Begin with a file; return its status, and how it is written again."""
    if (before := kept.pop("unpacking", None)) is not None:
        before.close()
    reader = Reader.open(file.path, file.place)
    try:
        assert file.form.unwrap is not None  # noqa: S101 - for the type checker
        file.form.unwrap(reader, file.path, file.asked)
        assert reader.rewriting is not None  # noqa: S101 - likewise
        kept["unpacking"], kept[file.number] = _Unpacking(reader, keep), reader.rewriting
    except BaseException:
        reader.close()
        raise
    return reader.status, reader.rewriting.name


def _unpack(kept: dict[Any, Any]) -> Step:
    step: Step = kept["unpacking"].step()
    if step.ended:
        del kept["unpacking"]
    return step


def _begin(kept: dict[Any, Any], number: int) -> bytes:
    kept["packer"], kept["packed"] = kept[number].packer(), b""
    return b""


def _pack(kept: dict[Any, Any], data: bytes) -> bytes:
    kept["packed"] += kept["packer"].compress(data)
    return _fetch(kept)


def _end(kept: dict[Any, Any]) -> bytes:
    kept["packed"] += kept.pop("packer").flush()
    return _fetch(kept)


def _fetch(kept: dict[Any, Any]) -> bytes:
    """Return some of what is packed: a little, as it comes by the row group, but more than keeps coming in."""
    packed: bytes = kept["packed"]
    size = max(_SENT, len(packed) // 4)
    kept["packed"] = packed[size:]
    return packed[:size]
