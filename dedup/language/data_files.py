"""Lists of words and phrases in `data/`: text files, which a linguist can review and edit without Python.

A file holds one list. It begins with lines that start with "#" and say what the list is; each other line begins with
the language of its entries, a code of ISO 639 or "mul" for several languages, and a colon: ``de: der die das``. Further
lines of comments, empty ones, and several lines of one language are allowed. The codes are for reviewers only.

How entries are written depends on the list, and so on the function that reads it. All are as `dedup.shingling` folds
them: lowercase, in NFC.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

DIRECTORY = Path(__file__).parent / "data"
_BAR = " | "
_CODE = frozenset((2, 3))
"""Letters of a code of ISO 639."""


class Line(NamedTuple):
    """One line of entries.

    Attributes:
        number: of the line in its file, from 1.
        language: a code of ISO 639, or "mul".
        entries: what stands behind the colon.
    """

    number: int
    language: str
    entries: str


def lines(name: str) -> tuple[Line, ...]:
    """Return the lines of a list that hold entries, in order.

    Raises:
        ValueError: the file has no header, a line without a language or without entries, or no entries at all; or it is
            not UTF-8.
    """
    data = (DIRECTORY / f"{name}.txt").read_bytes()
    try:
        text = data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _error(name, data.count(b"\n", 0, error.start) + 1, "not UTF-8") from error
    if not text.startswith("# "):
        raise _error(name, 1, "no header: a list begins with a line '# …' that says what it is")
    out = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line or line[0] == "#":
            continue
        language, _, entries = line.partition(": ")
        if len(language) not in _CODE or not (language.isascii() and language.isalpha() and language.islower()):
            raise _error(name, number, f"no language in front, as in 'de: der die das': {line[:40]!r}")
        if not entries.strip():
            raise _error(name, number, "nothing follows the language")
        out.append(Line(number, language, entries))
    if not out:
        raise _error(name, number, "the list is empty")
    return tuple(out)


def words(name: str) -> tuple[str, ...]:
    """Return a list of words with spaces between them: ``de: der die das``."""
    return tuple(word for line in lines(name) for word in _words(name, line, line.entries))


def pairs(name: str) -> tuple[tuple[str, str], ...]:
    """Return a list of pairs with spaces between them, the words of each with a bar: ``en: in|out on|off``."""
    out = []
    for line in lines(name):
        for pair in line.entries.split():
            one, _, other = pair.partition("|")
            if not one or not other or "|" in other:
                raise _error(name, line.number, f"no pair, as 'in|out' is: {pair!r}")
            out.append((one, other))
    return tuple(out)


def phrases(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the phrases of each line of a list, with a bar between them: ``en: do not | don t``."""
    return tuple(tuple(_fields(name, line)) for line in lines(name))


def keyed(name: str) -> tuple[tuple[str, str], ...]:
    """Return (key, word) for each word of a list: ``de: 1 eins ein | 2 zwei`` is ("1", "eins"), ("1", "ein"), …."""
    out: list[tuple[str, str]] = []
    for line in lines(name):
        for field in _fields(name, line):
            key, *found = _words(name, line, field)
            if not found:
                raise _error(name, line.number, f"no word follows {key!r}")
            out.extend((key, word) for word in found)
    return tuple(out)


def _fields(name: str, line: Line) -> list[str]:
    fields = line.entries.split(_BAR)
    for field in fields:
        if not field.strip() or "|" in field:
            raise _error(
                name, line.number, f"a bar without a space, or without words, on one side: {line.entries[:40]!r}"
            )
    return fields


def _words(name: str, line: Line, written: str) -> list[str]:
    if "|" in written:
        raise _error(name, line.number, "this list has no bars")
    return written.split()


def _error(name: str, number: int, problem: str) -> ValueError:
    return ValueError(f"{DIRECTORY / name}.txt:{number}: {problem}")
