"""Parquet: a row is a record, and the value in one column is the document.

A file is read as lines of JSON, one for each row, which hold the text, the ``id``, and what ``--within`` asks for; they
are read and cut as JSON lines are. What is written has every other column as it was, row group by row group. Both need
pyarrow, of the extra ``parquet``.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from dedup.formats import jsonl
from dedup.formats.files.reader import PARQUET_MAGIC
from dedup.formats.names import ROWS
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dedup.formats.files.reader import Reader
    from dedup.formats.parts import Part, PartBuilder, Unwrapping

_POOL = "ARROW_DEFAULT_MEMORY_POOL"
_INSTALL = "pip install 'paradedup[parquet]'"


def read(reader: Reader, builder: PartBuilder) -> Iterator[Part | None]:
    """Yield parts of whole rows, as lines of JSON; see `dedup.formats.jsonl.read`."""
    return jsonl.read(reader, builder, FORMAT)


def unwrap(reader: Reader, path: Path | None, asked: Unwrapping) -> None:
    """Have a reader give the rows of its file as lines of JSON, and say how those are written as rows again.

    Raises:
        InputError: pyarrow is not installed, or the file cannot be read: it is damaged, or a stream; it has no such
            column, or one that holds no text.
    """
    if path is None or not reader.is_lasting:
        hint = "its footer is read first: save it as a file, and name that"
        raise InputError("Parquet cannot be read from a stream", place=reader.place, hint=hint)
    if reader.compressed is not None:
        what = f"is Parquet packed with {reader.compressed.name}, which is not read"
        raise InputError(what, place=reader.place, hint="unpack it first; Parquet is compressed within")
    if not reader.peek(len(PARQUET_MAGIC)).startswith(PARQUET_MAGIC):
        what = f"its name says that it is {FORMAT.what}, and it does not begin as that does; it was not read"
        raise InputError(what, place=reader.place, hint="say with --format what it is")
    try:
        with _frugal_pool():
            from dedup.formats.parquet_rows import RowLines
            from dedup.formats.parquet_writer import rewriting
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "pyarrow":
            raise
        raise InputError("needs pyarrow to be read", place=reader.place, hint=_INSTALL) from None
    lines = RowLines(reader.raw, reader.place, asked)
    reader.convert(lines.read, rewriting(path, reader.place, reader.status, asked))


@contextmanager
def _frugal_pool() -> Iterator[None]:
    """Have Arrow, if it is imported here first, take memory from the C library.

    Its own pool keeps what is freed, some 50 MB of it. Pages are unpacked in what it has chosen when it is imported.
    """
    if _POOL in os.environ:
        yield
        return
    os.environ[_POOL] = "system"
    try:
        yield
    finally:
        os.environ.pop(_POOL, None)


FORMAT = replace(
    jsonl.FORMAT,
    **ROWS._asdict(),
    read=read,
    in_lines=False,
    joins=False,
    unwrap=unwrap,
    data_source="parquet",
)
