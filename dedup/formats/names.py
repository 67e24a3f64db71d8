"""What each format is called: by ``--format``, in messages, and by the names of files; the help needs no more of it."""

from __future__ import annotations

from typing import NamedTuple


class Names(NamedTuple):
    """What one format is called; as in `dedup.formats.parts.Format`."""

    name: str
    what: str
    suffixes: tuple[str, ...]


TEXT = Names("text", "text", (".txt", ".md", ".text"))
JSON_LINES = Names("jsonl", "JSON lines", (".jsonl", ".ndjson"))
TABLE = Names("csv", "CSV", (".csv", ".tsv", ".tab"))
HTML = Names("html", "HTML", (".html", ".htm", ".xhtml"))
WARC = Names("warc", "WARC", (".warc", ".wet"))
ROWS = Names("parquet", "Parquet", (".parquet", ".parq", ".pq"))

ASKED = tuple(one.name for one in (TEXT, JSON_LINES, TABLE, WARC, ROWS))
"""What ``--format`` can be; HTML has an option of its own."""
INSISTED = TEXT.name
"""Of these, what is also read of a file that is known to be something else."""
USUAL = tuple(f"*{suffix}" for one in (TEXT, JSON_LINES) for suffix in one.suffixes)
"""Names that are read from a directory unless told otherwise; each also with ``.gz``, ``.zst``, ``.bz2`` or ``.xz``."""
