"""A unified diff on standard output: its bytes as they are, or coloured and harmless where a person reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.report.terminal import sanitise

if TYPE_CHECKING:
    from dedup.report.terminal import Stream, Style

_LINE = re.compile(rb"\n|[^\n]+\n?")  # not splitlines(), which would also split at a lone CR
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")


class DiffPainter:
    """Turns pieces of a unified diff, each of whole lines, into what the stream should show.

    Where the stream is neither a terminal nor coloured, that is the same bytes: a patch that applies.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._old = self._new = 0  # lines still to come in this hunk: what is a header and what is text follows from it

    def paint(self, piece: bytes) -> bytes:
        """Return a piece as it is to be written."""
        if not (self._stream.terminal or self._stream.color):
            return piece
        return b"".join(self._line(line) for line in _LINE.findall(piece))

    def _line(self, line: bytes) -> bytes:
        style = self._style(line)
        body = line.removesuffix(b"\n").removesuffix(b"\r")  # a CR at the end of a line moves nothing
        text = sanitise(body.decode("utf-8", "surrogateescape"), keep_tabs=True)
        return (self._stream.paint(text, style) if style else text).encode() + line[len(body) :]

    def _style(self, line: bytes) -> Style | None:
        hunk = _HUNK.match(line)
        if self._old <= 0 and self._new <= 0:
            if hunk is None:
                return "strong" if line.startswith((b"--- ", b"+++ ")) else None
            self._old, self._new = (1 if n is None else int(n) for n in hunk.groups())
            return "hunk"
        mark = line[:1]
        self._old -= mark in (b" ", b"-")
        self._new -= mark in (b" ", b"+")
        return "removed" if mark == b"-" else "added" if mark == b"+" else None
