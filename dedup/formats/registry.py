"""The formats that there are."""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING

from dedup.formats import csv_tables, html_files, jsonl, parquet, text
from dedup.formats.files.reader import bare_name, is_parquet
from dedup.formats.parts import Format
from dedup.formats.warc import lazy as warc

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dedup.formats.files.reader import Reader
    from dedup.formats.parts import Unwrapping

TEXT, JSON_LINES, TABLE = text.FORMAT, jsonl.FORMAT, csv_tables.FORMAT
HTML, WARC, ROWS = html_files.FORMAT, warc.FORMAT, parquet.FORMAT
FORMATS: tuple[Format, ...] = (TEXT, JSON_LINES, TABLE, HTML, WARC, ROWS)
WHOLE_DOCUMENT = TEXT
"""What a text is read as that is a document by itself: a file of which nothing else is known, or a value in a row."""
RECORDS = JSON_LINES
"""What the program writes records in that are not of an input: the removal log, and texts that it is given one by one;
`record_of` makes one."""
COLUMNS = ROWS
"""What an engine keeps rows of several columns in while it works."""
record_of = jsonl.record_of


def format_named(name: str) -> Format:
    """Return the format that ``--format`` calls so.

    Raises:
        KeyError: there is none.
    """
    found = next((one for one in FORMATS if one.name == name), None)
    if found is None:
        raise KeyError(name)
    return found


def by_suffix(name: str) -> Format | None:
    """Return the format that a name says, with a suffix of compression or without; None: it says none that is read."""
    return next((one for one in FORMATS if bare_name(name.lower()).endswith(one.suffixes)), None)


def unwrap(reader: Reader, path: Path | None, asked: Unwrapping) -> None:
    """Have a reader give what its file holds, where that is not read as its bytes are; told by its first and last ones.

    Raises:
        InputError: it cannot be read.
    """
    if path is not None and reader.is_lasting and ROWS.unwrap is not None and is_unwrapped(path):
        ROWS.unwrap(reader, path, asked)


def is_unwrapped(path: Path) -> bool:
    """Return True if what a file holds is read, and not its bytes; told by its first and last ones."""
    return is_parquet(path)


def _by_name(form: Format) -> tuple[Callable[[str], Format], tuple[str]]:
    return format_named, (form.name,)


# There is one object of each format in a process.
copyreg.pickle(Format, _by_name)
