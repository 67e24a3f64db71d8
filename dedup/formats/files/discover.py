"""Which files a run reads, in which order, and what each is called."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO, TextIO

from dedup.formats.files.addresses import REMOTE, scheme_of, shown
from dedup.formats.files.reader import bare_name, descriptor, reason
from dedup.model.errors import DedupError, InputError, UsageError
from dedup.model.job import STDIN

if TYPE_CHECKING:
    from dedup.formats.files.location import Location, Readable

Report = Callable[[DedupError], None]


@dataclass(frozen=True, slots=True)
class Source:
    """One input of a run."""

    path: Path | None
    """None: standard input, or `remote`."""
    name: str
    """As shown to people: the path as it was given, or found below one that was given."""
    relative: str
    """Its place in an output tree and its name in the removal log, with forward slashes."""
    size: int | None
    """Bytes as stored; None where that is not known."""
    below: bool = False
    """It was found below a directory, and not named."""
    kept: BinaryIO | None = field(default=None, compare=False)
    """A copy of what can be read only once; it is read instead, from its beginning each time."""
    remote: Location | None = None
    """Where it is, if that is no path of this machine."""

    @property
    def place(self) -> Readable | None:
        """Where it is; None: standard input."""
        return self.path if self.remote is None else self.remote

    @property
    def once(self) -> bool:
        """It can be read only once: a pipe, a socket, a device, or a descriptor under any name."""
        if self.kept is not None or self.remote is not None:
            return False
        return self.path is None or self.size is None or descriptor(self.path) is not None


@dataclass(slots=True)
class DiscoveredInputs:
    """The inputs of a run."""

    sources: list[Source] = field(default_factory=list)
    tree: bool = False
    """A directory was among the inputs."""


def discover(
    inputs: tuple[str, ...],
    include: tuple[str, ...],
    stdin_name: str,
    report: Report,
    *,
    exclude: tuple[str, ...] = (),
    hidden: bool = False,
    listed: tuple[str, ...] = (),
) -> DiscoveredInputs:
    """Find the inputs: files as named, directories recursively in order of their names, ``-``.

    A file that is named is read whatever its name is; below a directory, those that match one of `include` (with or
    without a suffix of compression, small and capital letters alike) and none of `exclude`. What is hidden there (its
    name begins with a dot) is not read: a directory never, a file only where a pattern begins with a dot, too. One
    directory alone gives its files relative to itself; among several inputs each directory keeps its last name as a
    prefix. What a list names keeps the path that it has there, without what would lead out of an output tree.

    What is no path and has the form of an address is looked for there; see `dedup.formats.files.remote.find`.

    Args:
        inputs: paths, addresses, or ``-`` (at most once).
        include: patterns for names, as in a shell.
        stdin_name: what standard input is called.
        report: is told an `InputError` for each input that is missing, cannot be listed or read, or leads in a circle.
        exclude: patterns for names of files and directories that are left out; one with a slash is for the path below
            the directory that was given.
        hidden: also read what is hidden.
        listed: further paths, from a list: many, and in many directories, where the same last name means nothing.

    Raises:
        UsageError: ``-`` is named twice, or an address names nothing.
        MissingDependencyError: a library that reads an address is not installed.
    """
    if inputs.count(STDIN) > 1:
        raise UsageError("standard input is named twice", hint="name '-' once")
    found = DiscoveredInputs()
    walk = _Walk(include, exclude, report, hidden=hidden)
    alone = len(inputs) == 1 and not listed
    for given, in_list in chain(((name, False) for name in inputs), ((name, True) for name in listed)):
        if given == STDIN:
            # Whatever it is called, the log must be one that can be restored from.
            found.sources.append(Source(None, stdin_name, plain_path(stdin_name) or STDIN, _stdin_size()))
            continue
        missing = _add(given, walk, found, in_list=in_list, alone=alone)
        if missing is None:
            continue
        if scheme_of(given) in REMOTE:
            _add_remote(given, walk, found, report, alone=alone)
        else:
            report(unreadable_address(given) or missing)
    return found


def _add(given: str, walk: _Walk, found: DiscoveredInputs, *, in_list: bool, alone: bool) -> InputError | None:
    """Add a file, or those below a directory; return the error where the path leads to neither."""
    path = Path(given)
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        return InputError(reason(error), place=given)
    if not stat.S_ISDIR(status.st_mode):
        found.sources.append(Source(path, given, plain_path(given) if in_list else path.name, _size(path, status)))
        return None
    found.tree = True
    before = len(found.sources)
    found.sources.extend(walk.files(path, _prefix(path, in_list=in_list, alone=alone)))
    if len(found.sources) == before:
        what = f"no file matches {', '.join(walk.include)}"
        walk.report(InputError(what, place=given, hint=nothing_there(walk.unread)))
    return None


def unreadable_address(given: str) -> InputError | None:
    """Return the error for an input that is no path but an address; None: it is a path."""
    scheme = scheme_of(given)
    if not scheme:
        return None
    if scheme in ("http", "https", "ftp"):
        hint = f"fetch it first: curl -fsSL '{shown(given)}' | dedup"
    elif scheme == "file":
        hint = "leave file:// out"
    else:
        hint = f"copy it to this machine; where Spark is configured for {scheme}:, --engine spark reads it"
    return InputError("is an address of a kind that is not read", place=shown(given), hint=hint)


def _add_remote(given: str, walk: _Walk, found: DiscoveredInputs, report: Report, *, alone: bool) -> None:
    """Add the files at an address."""
    from dedup.formats.files.remote import find  # most runs know no addresses

    walk.unread.clear()
    name = shown(given).rstrip("/").rpartition("/")[2]
    nothing = True
    try:
        for one in find(given, walk.patterns.place, walk.pass_by):
            nothing = False
            if any(part in ("", ".", "..") for part in one.relative.split("/")):
                report(InputError("has a name that no file here can have; not read", place=str(one.place)))
                continue
            prefix = "" if alone or not one.below or one.matched else f"{name}/"
            found.tree = found.tree or one.below
            source = Source(None, str(one.place), prefix + one.relative, one.size, one.below, remote=one.place)
            found.sources.append(source)
    except InputError as error:
        report(error)
        return
    if nothing:
        found.tree = True
        include = ", ".join(walk.patterns.include)
        report(InputError(f"no file matches {include}", place=shown(given), hint=nothing_there(walk.unread)))


def nothing_there(names: Counter[str]) -> str:
    """Return what to do where no file below a directory is to be read.

    Args:
        names: suffixes of those that are not.
    """
    from dedup.formats.foreign_kinds import BY_SUFFIX  # rarely needed

    known = Counter({suffix: number for suffix, number in names.items() if suffix in BY_SUFFIX})
    if known and known.total() == names.total():
        kinds = [(BY_SUFFIX[suffix], number) for suffix, number in known.most_common()]
        told = ", ".join(f"{kind.name} {number:,}" for kind, number in kinds)
        return f"only files of other kinds are there ({told}): {kinds[0][0].hint}"
    return "name the files, or say which texts to read with --include"


class _Walk:
    """The files below a directory."""

    def __init__(self, include: tuple[str, ...], exclude: tuple[str, ...], report: Report, *, hidden: bool) -> None:
        self.include = include
        self.patterns = Patterns(include, exclude, hidden=hidden)
        self.report = report
        self.unread: Counter[str] = Counter()
        """Suffixes of the files that were not to be read."""

    def pass_by(self, name: str) -> None:
        """Count a file that is not to be read."""
        self.unread[PurePath(name).suffix.lower()] += 1

    def files(self, top: Path, prefix: str) -> Iterator[Source]:
        """Yield what is to be read, sorted by name, each directory at its place among the files."""
        # An own stack instead of recursion: a tree may be deeper than Python's stack. Each level knows which
        # directories lead to it, and so sees a link that leads back.
        self.unread.clear()
        stack = [self._level(top, prefix, "", ())]
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
        self, directory: Path, prefix: str, under: str, above: tuple[tuple[int, int], ...]
    ) -> Iterator[Source | tuple[Path, str, str, tuple[tuple[int, int], ...]]]:
        try:
            status = directory.stat()
            here = (status.st_dev, status.st_ino)
            names = sorted(entry.name for entry in os.scandir(directory))
        except OSError as error:
            self.report(InputError(reason(error), place=str(directory)))
            return
        if here in above:
            self.report(InputError("leads back to a directory it lies in; not read again", place=str(directory)))
            return
        for name in names:
            path = directory / name
            try:
                found = path.stat()
            except OSError as error:
                if self.patterns.file(under + name):
                    self.report(InputError(reason(error), place=str(path)))
                continue
            if stat.S_ISDIR(found.st_mode):
                if self.patterns.directory(under + name):
                    yield path, f"{prefix}{name}/", f"{under}{name}/", (*above, here)
            elif not self.patterns.file(under + name):
                self.pass_by(name)
            elif stat.S_ISREG(found.st_mode):
                yield Source(path, str(path), prefix + name, _size(path, found), below=True)
            else:
                self.report(InputError("is not a regular file; not read", place=str(path)))


class Patterns:
    """Which files below a directory are read, by their paths there; see `discover`."""

    def __init__(self, include: tuple[str, ...], exclude: tuple[str, ...], *, hidden: bool = False) -> None:
        self.include = include
        self._include = tuple(pattern.lower() for pattern in include)
        self._exclude = tuple(pattern.lower().removeprefix("./").rstrip("/") for pattern in exclude)
        # A pattern that ends with a slash is for directories.
        self._files = tuple(
            pattern for pattern, given in zip(self._exclude, exclude, strict=True) if not given.endswith("/")
        )
        self._hidden = hidden

    def directory(self, path: str) -> bool:
        """Return True if a directory is looked into."""
        return (self._hidden or not _name(path).startswith(".")) and not _matches(path, self._exclude)

    def file(self, path: str) -> bool:
        """Return True if a file is read."""
        patterns = self._include
        if not self._hidden and _name(path).startswith("."):
            patterns = tuple(pattern for pattern in patterns if pattern.startswith("."))
        return _matches(path, patterns) and not _matches(path, self._files)

    def place(self, path: str) -> bool:
        """Return True if a file is read, and whatever it lies in is looked into."""
        return self.file(path) and not self.left_out(path)

    def left_out(self, path: str) -> bool:
        """Return True if a file is not to be read whatever it is, or something that it lies in."""
        above = path.split("/")[:-1]
        if _matches(path, self._files):
            return True
        return not all(self.directory("/".join(above[: at + 1])) for at in range(len(above)))


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    from fnmatch import fnmatchcase  # only needed for directories

    lower = path.lower()
    names = {False: (_name(lower), bare_name(_name(lower))), True: (lower, bare_name(lower))}
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names["/" in pattern])


def _name(path: str) -> str:
    return path.rpartition("/")[2]


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
    if source.remote is not None:
        return []
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
            return 0  # reported when it is read
    return status.st_size


def same_file(one: Path, other: Path) -> bool:
    """Return True if two paths lead to the same file; a file that is not there yet is told by its place."""
    try:
        return one.samefile(other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)


def plain_path(name: str) -> str:
    """Return a path as one that stays below a directory, with forward slashes."""
    path = PurePath(name)
    return "/".join(part for part in path.parts if part not in (path.anchor, ".."))


def _prefix(path: Path, *, in_list: bool, alone: bool) -> str:
    """Return what the files below a directory have in front of their names in an output tree."""
    name = plain_path(str(path)) if in_list else "" if alone else _last_name(path)
    return name and f"{name}/"


def _last_name(path: Path) -> str:
    return path.name if path.name not in ("", "..") else Path(os.path.realpath(path)).name


def _stdin_size() -> int | None:
    try:
        status = os.fstat(0)
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
