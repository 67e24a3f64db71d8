"""The help text, made from the table of options."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from dedup.command.options import GROUPS

if TYPE_CHECKING:
    from dedup.command.option import Option

USAGE = "Usage: dedup [OPTIONS] [INPUT]..."

SHORT = f"""{USAGE}

Take repeated and near-duplicate paragraphs out of scraped articles.

  dedup < article.txt > clean.txt
  dedup articles.jsonl > clean.jsonl
  dedup --check articles/

There is nothing to read: give an INPUT, or pipe something in.
'dedup --help' lists all options.
"""

INTRODUCTION = """\
Take repeated and near-duplicate paragraphs out of scraped articles, and lose nothing else.

The first occurrence of a paragraph stays; what is kept is kept byte for byte. A near-duplicate that carries a number, \
a name, a negation or another word that the kept one lacks is not removed. Each document (a text file, a JSON record) \
is compared with itself, and written as soon as it is done: memory does not grow with the input. With \
--scope corpus, all documents are compared with each other.

INPUT is a file, a directory (read recursively, in order of names), an address (s3://..., https://...) or -. With no \
INPUT, or when it is -, standard input is read. \
Cleaned text goes to standard output, messages go to standard error. Input packed with gzip, \
zstd, bzip2 or xz is recognised."""

EXAMPLES = (
    ("dedup < article.txt > clean.txt", "one article, through the pipe"),
    ("dedup articles.jsonl > clean.jsonl", 'the "text" of each record'),
    ("dedup --check articles/", "exit with 1 if anything repeats"),
    ("dedup --diff article.txt", "show what would be removed"),
    ("dedup --scope corpus dump.jsonl > one.jsonl", "one copy in all records"),
    ("dedup -o clean/ --removed log.jsonl articles/", "the same tree, and a log"),
    ("dedup -o before/ --restore log.jsonl clean/", "and back, byte for byte"),
)

SETTINGS = (
    "Settings are taken from the command line, else from the environment (DEDUP_MIN_WORDS=5), else from [tool.dedup] "
    "in the nearest pyproject.toml (min-words = 5), else from the defaults. Inputs, outputs and what is done with them "
    "come from the command line alone. A file that was found, not named, may not choose the engine, nor give up "
    "a promise."
)

STATUS = (
    ("0", "done; with --check or --diff: nothing to remove"),
    ("1", "--check or --diff found something to remove, and nothing went wrong"),
    ("2", "an error: an option, a setting, or an input or output, be it one file of many"),
    ("130", "interrupted"),
)

WIDEST = 80
"""Columns that the help uses at most, however wide the terminal is."""


def render(width: int = WIDEST) -> str:
    """Return the whole help text, no line wider than `width` columns where words allow."""
    width = max(40, min(width, WIDEST))
    parts = [USAGE, *(wrap(text, width, 2) for text in INTRODUCTION.split("\n\n"))]
    parts.append("\n".join(["Examples:", *(row(left, right, width, 48) for left, right in EXAMPLES)]))
    for title, options in GROUPS:
        parts.append("\n".join([f"{title}:", *(row(left_of(o), describe(o), width, 24) for o in options)]))
    parts.append("\n".join(["Settings:", wrap(SETTINGS, width, 2)]))
    parts.append("\n".join(["Exit status:", *(row(left, right, width, 7) for left, right in STATUS)]))
    return "\n\n".join(parts) + "\n"


def describe(option: Option) -> str:
    """Return what the help says of an option, with its default and its bounds."""
    default = option.shown or _plain(option.default)
    return f"{option.help}  [default: {default}]" if default else option.help


def left_of(option: Option) -> str:
    """Return the ways to write an option, with its value."""
    value = option.metavar or "|".join(option.choices)
    flags = f"    {option.flags}" if not option.short else option.flags
    return f"{flags} {value}" if value else flags


def _plain(value: object) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, tuple):
        return " ".join(value)
    return str(value)


def row(left: str, right: str, width: int, column: int) -> str:
    """Put `left` and, from `column` on, `right`; on its own line where `left` leaves no room."""
    column = min(column, width // 2)
    left = f"  {left}"
    body = wrap(right, width, column)
    if len(left) + 2 > column:
        return f"{left}\n{body}"
    return left.ljust(column) + body[column:]


def wrap(text: str, width: int, indent: int) -> str:
    """Return a text in lines of this width, indented."""
    margin = " " * indent
    return textwrap.fill(
        text,
        width,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
