"""What `dedup-index` can do, once: its commands and their options, and the help that is made from them."""

from __future__ import annotations

from typing import NamedTuple

from dedup.command.help import WIDEST, describe, left_of, row, wrap
from dedup.command.option import Option
from dedup.command.options import SHELLS

PROGRAM = "dedup-index"
COMPLETE_VARIABLE = "_DEDUP_INDEX_COMPLETE"
USAGE = f"Usage: {PROGRAM} COMMAND [OPTIONS] DIR"


class IndexCommand(NamedTuple):
    """One command.

    Attributes:
        name: as it is written.
        arguments: as the help shows them.
        summary: one line.
        text: what it does, in paragraphs.
        options: its own.
        examples: and what each does.
    """

    name: str
    arguments: str
    summary: str
    text: str
    options: tuple[Option, ...]
    examples: tuple[tuple[str, str], ...]


HELP = Option("help", "flag", "Show this help and exit.", short="h")
DEBUG = Option("debug", "flag", "Show tracebacks of errors, too.")
GLOBAL = (
    HELP,
    Option("version", "flag", "Show the version and exit."),
    Option("completion", "choice", "Print the completion script for this shell and exit.", choices=SHELLS),
)
_DRY_RUN = Option("dry-run", "flag", "Say what would be done, and do nothing.")

COMMANDS = {
    command.name: command
    for command in (
        IndexCommand(
            "stats",
            "DIR",
            "Show the days of an index, and where its bytes are.",
            "Shows the settings, each day (its number, when it was added in UTC, its documents and paragraphs, how "
            "many of these others may go for, how many were removed, its inputs) and the bytes of each column.",
            (Option("json", "flag", "Write the figures as JSON."),),
            (("dedup-index stats news.index", ""), ("dedup-index stats --json news.index > figures.json", "")),
        ),
        IndexCommand(
            "check",
            "DIR",
            "See whether an index is what was written.",
            "Reads every file and compares its size and CRC-32 with the manifest; then looks whether what the columns "
            "say fits together, and whether each text is that of its paragraph. Each problem is told in a line, with "
            "the way out. A run that adds a day may go on meanwhile.",
            (Option("deep", "flag", "Compute the keys of all texts anew, and not of a sample."),),
            (("dedup-index check news.index", ""),),
        ),
        IndexCommand(
            "compact",
            "DIR",
            "Merge the segments of an index into one.",
            "Every day is a segment of its own, and each look-up goes through all of them; in one segment the same is "
            "found faster. Nothing else changes. It needs room for a second copy of the index meanwhile.",
            (_DRY_RUN,),
            (("dedup-index compact news.index", ""),),
        ),
        IndexCommand(
            "forget",
            "DIR",
            "Take days out of an index.",
            "Of these days nothing is left: what stood on them is new when it comes again. Days that stay are as they "
            "were decided, and so are their outputs. Numbers of days are never given again.",
            (
                Option(
                    "day",
                    "list",
                    "The day of this number, or those of a range (3-7); may be given several times.",
                    metavar="N",
                ),
                Option(
                    "before",
                    "text",
                    "All days that were added before this time: 2026-01-31, or "
                    "2026-01-31T12:00+01:00. Without an offset it is UTC.",
                    metavar="DATE",
                ),
                _DRY_RUN,
            ),
            (
                ("dedup-index forget --before 2026-01-01 news.index", ""),
                ("dedup-index forget --day 12 news.index", ""),
            ),
        ),
        IndexCommand(
            "merge",
            "DIR...",
            "Make one index of the days of several.",
            "The days of the first one come first, then those of the next. They have to be of the same settings, and "
            "no day may be in two of them. What each has decided stays. The indexes themselves are only read.",
            (
                Option(
                    "output",
                    "path",
                    "The new index: a directory that is not there, or is empty.",
                    short="o",
                    metavar="DIR",
                ),
                _DRY_RUN,
            ),
            (("dedup-index merge -o all.index spring.index summer.index", ""),),
        ),
    )
}

INTRODUCTION = """\
Look after the index that 'dedup --index DIR' keeps of earlier days: see what is in it, check it, merge its segments, \
take days out, put several together.

Only one command or run writes to an index at a time, and any number read it. One that is killed leaves the index as \
it was before, or as it is to be."""
_COLUMN = 24


def render(name: str | None = None, width: int = WIDEST) -> str:
    """Return the help of a command, or of the program; no line wider than `width` columns where words allow."""
    width = max(40, min(width, WIDEST))
    if name is None:
        parts = [USAGE, *(wrap(text, width, 2) for text in INTRODUCTION.split("\n\n"))]
        parts.append("\n".join(["Commands:", *(row(c.name, c.summary, width, 12) for c in COMMANDS.values())]))
        options: tuple[Option, ...] = GLOBAL
    else:
        command = COMMANDS[name]
        parts = [usage(name), wrap(f"{command.summary} {command.text}", width, 2)]
        parts.append("\n".join(["Examples:", *(f"  {line}" for line, _ in command.examples)]))
        options = (*command.options, DEBUG, HELP)
    parts.append("\n".join(["Options:", *(row(left_of(o), describe(o), width, _COLUMN) for o in options)]))
    parts.append("\n".join(["Exit status:", *(row(left, right, width, 7) for left, right in statuses(name))]))
    if name is None:
        parts.append(wrap(f"'{PROGRAM} COMMAND --help' says more of a command.", width, 0))
    return "\n\n".join(parts) + "\n"


def statuses(name: str | None) -> tuple[tuple[str, str], ...]:
    """Return the exit statuses of a command, or of the program, and what each means."""
    done = {None: "done; with check: nothing is damaged", "check": "nothing is damaged"}.get(name, "done")
    damage = {None: (("1", "check found damage"),), "check": (("1", "something is damaged"),)}.get(name, ())
    error = ("2", "an error: an option, or an index that cannot be read or written")
    return (("0", done), *damage, error, ("130", "interrupted"))


def usage(name: str | None) -> str:
    """Return how a command, or the program, is called."""
    return USAGE if name is None else f"Usage: {PROGRAM} {name} [OPTIONS] {COMMANDS[name].arguments}"
