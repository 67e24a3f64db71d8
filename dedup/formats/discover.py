"""Which files a run reads, in which order, and what each is called."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import BinaryIO, TextIO

from dedup.errors import DedupError, InputError, UsageError
from dedup.formats.compression import bare_name, descriptor, reason
from dedup.job import STDIN

Report = Callable[[DedupError], None]


@dataclass(frozen=True, slots=True)
class Source:
    """One input of a run."""

    path: Path | None
    """None: standard input."""
    name: str
    """As shown to people: the path as it was given, or found below one that was given."""
    relative: str
    """Its place in an output tree and its name in the removal log, with forward slashes."""
    size: int | None
    """Bytes as stored; None where that is not known."""
    kept: BinaryIO | None = field(default=None, compare=False)
    """A copy of what can be read only once; it is read instead, from its beginning each time."""

    @property
    def once(self) -> bool:
        """It can be read only once: a pipe, a socket, a device, or a descriptor under any name."""
        return self.kept is None and (self.path is None or self.size is None or descriptor(self.path) is not None)


@dataclass(slots=True)
class Found:
    """The inputs of a run."""

    sources: list[Source] = field(default_factory=list)
    tree: bool = False
    """A directory was among the inputs."""


def discover(inputs: tuple[str, ...], include: tuple[str, ...], stdin_name: str, report: Report) -> Found:
    """Find the inputs: files as named, directories recursively in order of their names, ``-``.

    A file that is named is read whatever its name is; below a directory, those that match one of `include` (with or
    without a suffix of compression, small and capital letters alike; hidden files too). One directory alone gives its
    files relative to itself; among several inputs each directory keeps its last name as a prefix.

    Args:
        inputs: paths, or ``-`` (at most once).
        include: patterns for names, as in a shell.
        stdin_name: what standard input is called.
        report: is told an `InputError` for each input that is missing, cannot be listed or read, or leads in a circle.

    Raises:
        UsageError: ``-`` is named twice.
    """
    if inputs.count(STDIN) > 1:
        raise UsageError("standard input is named twice", hint="name '-' once")
    found = Found()
    walk = _Walk(include, report)
    for given in inputs:
        if given == STDIN:
            # Whatever it is called, the log must be one that can be restored from.
            found.sources.append(Source(None, stdin_name, plain_path(stdin_name) or STDIN, _stdin_size()))
            continue
        path = Path(given)
        try:
            status = path.stat()
        except (OSError, ValueError) as error:
            report(InputError(reason(error), place=given))
            continue
        if not stat.S_ISDIR(status.st_mode):
            found.sources.append(Source(path, given, path.name, _size(path, status)))
            continue
        found.tree = True
        prefix = "" if len(inputs) == 1 else _last_name(path) + "/"
        before = len(found.sources)
        found.sources.extend(walk.files(path, prefix))
        if len(found.sources) == before:
            hint = "name the files, or say which to read with --include"
            report(InputError(f"no file matches {', '.join(include)}", place=given, hint=hint))
    return found


class _Walk:
    """The files below a directory."""

    def __init__(self, include: tuple[str, ...], report: Report) -> None:
        self._patterns = tuple(pattern.lower() for pattern in include)
        self._report = report

    def files(self, top: Path, prefix: str) -> Iterator[Source]:
        """Yield what is to be read, sorted by name, each directory at its place among the files."""
        # An own stack instead of recursion: a tree may be deeper than Python's stack. Each level knows which
        # directories lead to it, and so sees a link that leads back.
        stack = [self._level(top, prefix, ())]
        while stack:
            for item in stack[-1]:
                if isinstance(item, Source):
                    yield item
                else:
                    stack.append(self._level(*item))
                    break
            else:
                stack.pop()

    def _level(
        self, directory: Path, prefix: str, above: tuple[tuple[int, int], ...]
    ) -> Iterator[Source | tuple[Path, str, tuple[tuple[int, int], ...]]]:
        try:
            status = directory.stat()
            here = (status.st_dev, status.st_ino)
            names = sorted(entry.name for entry in os.scandir(directory))
        except OSError as error:
            self._report(InputError(reason(error), place=str(directory)))
            return
        if here in above:
            self._report(InputError("leads back to a directory it lies in; not read again", place=str(directory)))
            return
        for name in names:
            path = directory / name
            try:
                found = path.stat()
            except OSError as error:
                if self._matches(name):
                    self._report(InputError(reason(error), place=str(path)))
                continue
            if stat.S_ISDIR(found.st_mode):
                yield path, f"{prefix}{name}/", (*above, here)
            elif self._matches(name):
                if stat.S_ISREG(found.st_mode):
                    yield Source(path, str(path), prefix + name, _size(path, found))
                else:
                    self._report(InputError("is not a regular file; not read", place=str(path)))

    def _matches(self, name: str) -> bool:
        from fnmatch import fnmatchcase  # noqa: PLC0415 - only needed for directories

        lower = name.lower()
        bare = bare_name(lower)
        return any(fnmatchcase(lower, pattern) or fnmatchcase(bare, pattern) for pattern in self._patterns)


def refuse_read_twice(sources: Iterable[Source], stdin: BinaryIO | TextIO) -> None:
    """Refuse inputs that are one and the same stream: what the first one reads, the second one would lack.

    Raises:
        UsageError: a pipe, a socket or standard input is named twice, under whatever names.
    """
    seen: dict[object, str] = {}
    for source in sources:
        for identity in _stream_identities(source, stdin):
            if identity in seen:
                what = f"is the same stream as {seen[identity]}, and can be read only once; nothing was read or written"
                raise UsageError(what, place=source.name, hint="name it once")
            seen[identity] = source.name


def _stream_identities(source: Source, stdin: BinaryIO | TextIO) -> list[object]:
    """Return what identifies a source that can be read only once; nothing for one that can be read again."""
    number = 0 if source.path is None else descriptor(source.path)
    found: list[object] = [] if number is None else [number]
    try:
        status = os.fstat(stdin.fileno()) if source.path is None else source.path.stat()
    except (OSError, ValueError, AttributeError):
        return found
    if stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode):
        found.append((status.st_dev, status.st_ino))
    return found


def _size(path: Path, status: os.stat_result) -> int | None:
    """Return the size of a file; None where it is not known: one of ``/proc`` says 0 and has content all the same."""
    if not stat.S_ISREG(status.st_mode):
        return None
    if status.st_size == 0:
        try:
            with path.open("rb", buffering=0) as file:
                return None if file.read(1) else 0
        except OSError:
            return 0  # whoever reads it reports it
    return status.st_size


def same_file(one: Path, other: Path) -> bool:
    """Say whether two paths lead to the same file; a file that is not there yet is told by its place."""
    try:
        return one.samefile(other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)


def plain_path(name: str) -> str:
    """Return a path as one that stays below a directory, with forward slashes."""
    path = PurePath(name)
    return "/".join(part for part in path.parts if part not in (path.anchor, ".."))


def _last_name(path: Path) -> str:
    return path.name if path.name not in ("", "..") else Path(os.path.realpath(path)).name


def _stdin_size() -> int | None:
    try:
        status = os.fstat(0)
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
