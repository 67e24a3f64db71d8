"""The file of a baseline: a line for each repeated text, with its fingerprint and in how many places it stands."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from dedup.formats.files.atomic import AtomicFile
from dedup.formats.files.reader import reason
from dedup.model.errors import InputError, OutputError
from dedup.report.findings.text_fingerprint import DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import BinaryIO

VERSION = 1
_NAME = "# dedup-baseline"
_COLUMNS = "fingerprint, places, text (a comment)"
_HEAD = re.compile(rf"{_NAME} (\d+), scope (document|corpus): .*")
_ENTRY = re.compile(rf"([0-9a-f]{{{DIGITS}}}) +([1-9][0-9]{{0,14}})(?: +#.*)?")
_CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7})(?: |$)|={7}$")
_LONGEST = 1 << 16
"""Bytes of a line: far more than is written into one."""
_ANEW = "write it anew with --update-baseline, and look at what that changes"


class Entry(NamedTuple):
    """A repeated text."""

    places: int
    """In how many places it stands."""
    excerpt: str
    """The beginning of it, on one line and harmless."""


def read(path: Path, scope: str) -> dict[str, int]:
    """Read a baseline.

    Returns:
        Fingerprint → places.

    Raises:
        InputError: it is not there, or is none that can be relied on: with a conflict in it, with a line that is none,
            made by another version, or for another scope. Nothing was checked.
    """
    try:
        with path.open("rb") as file:
            return _entries(file, path, scope)
    except FileNotFoundError:
        what = "there is no such baseline; nothing was checked"
        raise InputError(what, place=str(path), hint="write it first: add --update-baseline") from None
    except OSError as error:
        raise InputError(f"{reason(error)}; nothing was checked", place=str(path)) from None


def _entries(file: BinaryIO, path: Path, scope: str) -> dict[str, int]:
    found: dict[str, int] = {}
    numbers: dict[str, int] = {}
    number = 0
    while data := file.readline(_LONGEST):
        number += 1
        line = data.decode("utf-8", "replace").rstrip("\r\n")
        place = f"{path}:{number}"
        if number == 1:
            _check_head(line.removeprefix("\ufeff"), path, scope)
            continue
        if _CONFLICT.match(line):
            what = "a conflict of a merge is left in the baseline; nothing was checked"
            raise InputError(what, place=place, hint=f"take either side, then {_ANEW}")
        if not line.strip() or line.startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line)
        if entry is None:
            what = (
                "this line is no entry of a baseline: a fingerprint, a number of places, a comment; nothing was checked"
            )
            raise InputError(what, place=place, hint=_ANEW)
        name = entry[1]
        if name in found:
            what = f"the fingerprint stands in line {numbers[name]}, too; nothing was checked"
            raise InputError(what, place=place, hint=f"leave one of them, or {_ANEW}")
        found[name], numbers[name] = int(entry[2]), number
    if not number:
        raise InputError("is empty, and no baseline; nothing was checked", place=str(path), hint=_ANEW)
    return found


def _check_head(line: str, path: Path, scope: str) -> None:
    head = _HEAD.fullmatch(line)
    if head is None and _CONFLICT.match(line):
        what = "a conflict of a merge is left in the baseline; nothing was checked"
        raise InputError(what, place=f"{path}:1", hint=f"take either side, then {_ANEW}")
    if head is None:
        what = f"is no baseline: its first line does not begin with {_NAME!r} and a version; nothing was checked"
        raise InputError(what, place=str(path), hint="name the file that --update-baseline wrote")
    if int(head[1]) != VERSION:
        what = f"is a baseline of version {head[1]}, and this program knows version {VERSION}; nothing was checked"
        raise InputError(what, place=str(path), hint=f"use the program that wrote it, or {_ANEW}")
    if head[2] != scope:
        what = f"is a baseline of scope {head[2]}, and this run has scope {scope}; nothing was checked"
        raise InputError(what, place=str(path), hint=f"use --scope {head[2]}, or {_ANEW}")


def is_baseline(path: Path) -> bool:
    """Return True if a file begins as a baseline does, of whatever version; an empty one may become one."""
    with path.open("rb") as file:
        head = file.read(100).removeprefix(b"\xef\xbb\xbf")
    return not head or head.startswith(_NAME.encode()) or _CONFLICT.match(head.decode("utf-8", "replace")) is not None


def opened(path: Path) -> AtomicFile:
    """Open a baseline to be written.

    Raises:
        OutputError: it cannot be written, or is there and something else; nothing was read or written.
    """
    try:
        with suppress(FileNotFoundError):
            if not path.is_dir() and not is_baseline(path):
                what = "is there, and is no baseline; nothing was read or written"
                raise OutputError(what, place=str(path), hint="name another FILE, or delete this one first")
    except OSError as error:
        raise OutputError(f"{reason(error)}; nothing was read or written", place=str(path)) from None
    return AtomicFile(path)


def lines(entries: Mapping[str, Entry], scope: str) -> Iterable[bytes]:
    """Yield a baseline line by line: sorted, and the same for the same entries."""
    yield f"{_NAME} {VERSION}, scope {scope}: {_COLUMNS}\n".encode()
    for name in sorted(entries):
        places, excerpt = entries[name]
        yield f"{name} {places:>3}  # {excerpt}".rstrip().encode() + b"\n"
