"""A list of inputs in a file: a name on each line, or names that end with a NUL byte, as ``find -print0`` writes them.

Names are bytes, and reach the file system as they stand. Nothing in them has a meaning of its own: no pattern is
expanded, no sign begins a comment, and ``-`` is a file of that name.
"""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dedup.formats.files.reader import Reader
from dedup.model.errors import InputError
from dedup.model.job import STDIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.model.job import Job

LONGEST_NAME = 1 << 16
"""Bytes: more than any system takes for a path."""
NOTHING_DONE = "nothing was read or written"


def with_list(job: Job, stdin: BinaryIO | None) -> Job:
    """Return a job with the inputs that its list names, in their order; one without a list as it is.

    Args:
        job: what is asked for.
        stdin: what is read for ``-``, if not the process's standard input.

    Raises:
        InputError: the list cannot be read, is none, or names nothing.
    """
    if job.files_from is None:
        return job
    path = None if job.files_from == STDIN else Path(job.files_from)
    place = job.stdin_name if path is None else job.files_from
    try:
        with Reader.open(path, place, stdin) as reader:
            names = _ended_by_nul(reader, place) if job.null else _lines(reader, place)
            listed = tuple(_as_path(name) for name in names)
    except InputError as error:
        hint = error.hint or "--files-from takes a file with the names of inputs"
        raise InputError(f"{error.what}; {NOTHING_DONE}", place=error.place, hint=hint) from None
    if not listed:
        what = f"this list of inputs names none; {NOTHING_DONE}"
        raise InputError(what, place=place, hint="see why whatever wrote it has found nothing")
    return replace(job, listed=listed)


def _as_path(name: bytes) -> str:
    return f".{os.sep}{STDIN}" if name == STDIN.encode() else os.fsdecode(name)


def _lines(reader: Reader, place: str) -> Iterator[bytes]:
    """Yield the names on the lines; a line end may be CRLF, and blank lines are passed over."""
    for number, line in enumerate(_pieces(reader, b"\n", place), 1):
        name = (line.removeprefix(BOM_UTF8) if number == 1 else line).removesuffix(b"\r")
        if b"\0" in name:
            what = "there is a NUL byte in it, and this is to be a list of names, one a line"
            hint = "where NUL bytes end the names (find -print0), add --null; else write the names in UTF-8"
            raise InputError(what, place=f"{place}:{number}", hint=hint)
        if name.strip():
            yield name


def _ended_by_nul(reader: Reader, place: str) -> Iterator[bytes]:
    """Yield the names that end with NUL bytes; the last one may lack its own, and empty ones are passed over."""
    pieces = _pieces(reader, b"\0", place)
    first, second = next(pieces), next(pieces, None)
    if second is None and first.endswith(b"\n"):  # a name may hold line ends; this is no name
        what = "there is no NUL byte in it to end a name, as --null says"
        raise InputError(what, place=place, hint="where each name stands on a line, leave --null out")
    yield from filter(None, [first, second])
    yield from filter(None, pieces)


def _pieces(reader: Reader, end: bytes, place: str) -> Iterator[bytes]:
    """Yield what stands before each `end`, and behind the last one.

    Memory: two megabytes, however long the list, or a name in it.

    Raises:
        InputError: the list cannot be read, or a name in it is longer than a name can be.
    """
    begun, number = b"", 1
    while True:
        block = reader.read()
        *whole, begun = (begun + block).split(end)
        for piece in [*whole, begun]:
            if len(piece) > LONGEST_NAME:
                where = f"{place}:{number}" if end == b"\n" else place
                name = "this line" if end == b"\n" else f"name {number}"
                what = f"{name} is longer than the name of a file can be (more than {LONGEST_NAME:,} bytes)"
                hint = "give a list of names, one a line, or each ended by a NUL byte with --null"
                raise InputError(what, place=where, hint=hint)
            number += 1
        number -= 1  # the last one has begun, and is looked at again
        yield from whole
        if not block:
            yield begun
            return
