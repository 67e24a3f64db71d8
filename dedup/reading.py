"""Reading the inputs of a run: how far it has come, and standard input for those who read twice."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, BinaryIO

from dedup.errors import InputError
from dedup.formats.compression import READ_SIZE, reason
from dedup.formats.parts import Kind, Part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack

    from dedup.formats.discover import Source
    from dedup.job import Events


class Progress:
    """Tells how far a reading of the inputs has come, in bytes as stored."""

    def __init__(self, sources: Sequence[Source], events: Events, stage: str = "") -> None:
        sizes = [source.size for source in sources]
        self._total = None if None in sizes else sum(size or 0 for size in sizes)
        self._events = events
        self._stage = stage
        self._ended = 0
        self._current = 0

    def saw(self, part: Part) -> None:
        """Take note of a part."""
        if part.kind is Kind.END:
            self._ended += self._current
            self._current = 0
        else:
            self._current = max(self._current, part.stored)

    def tell(self) -> None:
        """Tell how far it is now."""
        self._events.progress(self._ended + self._current, self._total, self._stage)


def spooled(stdin: BinaryIO | None, name: str, stack: ExitStack) -> BinaryIO:
    """Return a copy of standard input that can be read twice.

    Raises:
        InputError: it cannot be read, or there is no room to keep it.
    """
    import tempfile  # noqa: PLC0415 - rarely needed

    spool: BinaryIO = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    stream = stdin if stdin is not None else getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise InputError("standard input is closed", place=name)
    try:
        while data := stream.read(READ_SIZE):
            spool.write(data)
        spool.seek(0)
    except OSError as error:
        what = f"cannot be read and kept in a temporary file ({reason(error)}); nothing was written"
        raise InputError(what, place=name) from None
    return spool
