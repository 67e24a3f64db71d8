"""Text on a terminal: what is written to a file or a pipe byte for byte is shown without anything that steers it."""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, BinaryIO

from dedup.report.terminal import sanitise

if TYPE_CHECKING:
    from typing_extensions import Buffer  # for the type checker alone; collections.abc has it from 3.12 on


class Screen(io.RawIOBase):
    r"""Takes text in UTF-8 for a terminal; line ends and tabs stay, other controls are shown as `sanitise` does.

    A byte that does not decode is shown as ``\xe9``. A carriage return stays only as part of a line end: alone it would
    have the rest of the line written over what stands before it.

    Args:
        to: the terminal, in bytes.
    """

    def __init__(self, to: BinaryIO) -> None:
        self._to = to
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._held = ""
        """A carriage return whose line feed may be yet to come."""

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the terminal's."""
        return self._to.fileno()

    def write(self, data: Buffer, /) -> int:
        """Write all of it, but for a character that is not whole yet.

        Raises:
            OSError: the terminal has gone away.
        """
        raw = bytes(data)
        self._show(self._decode(raw))
        return len(raw)

    def flush(self) -> None:
        """Have on the screen what was written."""
        if not self.closed:
            self._to.flush()

    def finish(self) -> None:
        """Show what is left of a character or a line end that has not become whole."""
        self._show(self._decode(b"", True))  # noqa: FBT003 - the signature is Python's
        if self._held:
            self._held = ""
            self._put(sanitise("\r"))

    def _show(self, text: str) -> None:
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        *lines, rest = text[: len(text) - len(self._held)].split("\n")
        ended = (_shown(line[:-1]) + "\r\n" if line.endswith("\r") else _shown(line) + "\n" for line in lines)
        self._put("".join(ended) + _shown(rest))

    def _put(self, text: str) -> None:
        if text:
            self._to.write(text.encode("utf-8"))
            self._to.flush()


def _shown(text: str) -> str:
    return sanitise(text, keep_tabs=True)
