"""The formats that there are."""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING

from dedup.formats import csv_tables, jsonl, text
from dedup.formats.files.reader import bare_name
from dedup.formats.parts import Format

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT, JSON_LINES, TABLE = text.FORMAT, jsonl.FORMAT, csv_tables.FORMAT
FORMATS: tuple[Format, ...] = (TEXT, JSON_LINES, TABLE)


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


def _by_name(form: Format) -> tuple[Callable[[str], Format], tuple[str]]:
    return format_named, (form.name,)


# There is one object of each format in a process.
copyreg.pickle(Format, _by_name)
