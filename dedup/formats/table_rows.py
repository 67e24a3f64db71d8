"""Where the rows of a table, and the values in them, begin and end in its bytes: as RFC 4180 has them.

With any kind of line end, and any sign between values. What the native kernels find sooner is here all the same: it is
the specification, and what is odd is left to it.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

from dedup.model.containment import attempt
from dedup.native.kernels import native

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUOTE, _PAIR = b'"', b'""'
_QUOTED = re.compile(rb'[^"]*(?:""[^"]*)*')
"""A value between its quotation marks."""
_PIECE = 1 << 16
"""Bytes of a value that are matched together: what has to be remembered for that grows with the marks in it."""


class _Patterns(NamedTuple):
    """Expressions for a table.

    Attributes:
        end: what ends a value without quotation marks.
        stop: what ends a row, or stands before a value with quotation marks.
    """

    end: re.Pattern[bytes]
    stop: re.Pattern[bytes]


@cache
def _patterns(delimiter: str) -> _Patterns:
    sign = re.escape(delimiter.encode())
    return _Patterns(re.compile(rb"[\r\n" + sign + rb"]"), re.compile(rb"[\r\n]|" + sign + rb'(?=")'))


def begin_of_rows(data: bytes) -> int:
    """Return where the first row of a table begins: behind a byte order mark, where a quotation mark opens there."""
    return len(BOM_UTF8) if data.startswith(BOM_UTF8 + _QUOTE) else 0


def end_of_rows(data: bytes, begin: int, delimiter: str, *, whole: bool) -> tuple[int, int]:
    """Return where the last whole row of some bytes ends, 0 if there is none, and how many lines end up to there.

    Args:
        data: the bytes.
        begin: where the first row begins.
        delimiter: the sign between values.
        whole: nothing is behind these bytes.
    """
    by_python = partial(_end_of_rows, data, begin, delimiter, whole=whole)
    if (kernels := native()) is None:
        return by_python()
    # This is only quicker: where it raises, the Python finds them.
    found: tuple[int, int] = attempt(
        lambda: kernels.end_of_rows(data, begin, ord(delimiter), whole), lambda _: by_python()
    )
    return found


def _end_of_rows(data: bytes, begin: int, delimiter: str, *, whole: bool) -> tuple[int, int]:
    at, end, stop = begin, 0, _stop(data, whole=whole)
    while at < stop and (found := row_at(data, at, stop, delimiter)) is not None:
        content, at = found
        if content == at and not whole:
            break
        end = at
    return end, line_ends(data, 0, end)


def _stop(data: bytes, *, whole: bool) -> int:
    """Return up to where some bytes are looked at: a CR at their end may be the first half of a line end."""
    return len(data) - (not whole and data.endswith(b"\r"))


def first_row(data: bytes, delimiter: str, *, whole: bool) -> bytes | None:
    """Return the row with which a table begins, without its line end; None where it is not whole."""
    begin = begin_of_rows(data)
    found = row_at(data, begin, _stop(data, whole=whole), delimiter)
    if found is None or (found[0] == found[1] and not whole):
        return None
    return data[begin : found[0]].removeprefix(BOM_UTF8)


def row_at(data: bytes, at: int, stop: int, delimiter: str) -> tuple[int, int] | None:
    """Return where the row ends that begins at a place, without its line end and with it: the same where it has none.

    None where a quotation mark is not closed before `stop`.
    """
    pattern = _patterns(delimiter).stop
    while True:
        at = _behind_quotes(data, at, stop)
        if at < 0:
            return None
        found = pattern.search(data, at, stop)
        if found is None:
            return stop, stop
        if found.group() in b"\r\n":
            return found.start(), _behind_line_end(data, found.start(), stop)
        at = found.end()


def _behind_quotes(data: bytes, at: int, stop: int) -> int:
    """Return the place behind a value's closing quotation mark; -1 where there is none, `at` where none opens."""
    if not data.startswith(_QUOTE, at):
        return at
    at += 1
    while at < stop:
        found = _QUOTED.match(data, at, min(stop, at + _PIECE))
        assert found is not None  # noqa: S101 - it may be empty
        if found.end() == stop:
            break
        if data[found.end() : found.end() + 1] == _QUOTE and not data.startswith(_PAIR, found.end()):
            return found.end() + 1
        at = found.end() + len(_PAIR) * data.startswith(_PAIR, found.end())
    return -1


def _behind_line_end(data: bytes, at: int, stop: int) -> int:
    size = 2 if data.startswith(b"\r\n", at) else int(data[at : at + 1] in (b"\r", b"\n"))
    return min(at + size, stop)


def values(row: bytes, delimiter: str) -> Iterator[tuple[int, bytes]]:
    """Yield the values of a row as they are written, and where each begins."""
    at, pattern = 0, _patterns(delimiter).end
    while at <= len(row):
        found = pattern.search(row, _behind_quotes(row, at, len(row)))
        end = len(row) if found is None else found.start()
        yield at, row[at:end]
        at = end + 1


def is_quoted(value: bytes) -> bool:
    """Return True if a value stands in quotation marks."""
    return value.startswith(_QUOTE)


def is_sound(value: bytes) -> bool:
    """Return True unless something stands behind a closing quotation mark."""
    return not is_quoted(value) or _behind_quotes(value, 0, len(value)) == len(value)


def plain(value: bytes) -> bytes:
    """Return a value without its quotes."""
    return value[1:-1].replace(_PAIR, _QUOTE) if is_quoted(value) else value


def line_ends(data: bytes, start: int, end: int) -> int:
    """Return how many line ends there are between two places; CRLF is one."""
    return data.count(b"\n", start, end) + data.count(b"\r", start, end) - data.count(b"\r\n", start, end)
