"""Reading the inputs of a run: how far it has come, and copies for those who read twice what can be read only once."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, BinaryIO

from dedup.errors import InputError
from dedup.formats.compression import READ_SIZE, reason, standard_input
from dedup.formats.parts import Kind, Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import ExitStack
    from pathlib import Path

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
    stream = standard_input(stdin, name)
    with _keeping(name):
        _copy(stream, spool)
        spool.seek(0)
    return spool


def copied(source: Source, to: Path, stdin: BinaryIO | None) -> None:
    """Copy an input that can be read only once into a file.

    Raises:
        InputError: it cannot be read, or there is no room to keep it.
    """
    with _keeping(source.name, hint="see --work-dir"):
        opened = nullcontext(standard_input(stdin, source.name)) if source.path is None else source.path.open("rb")
        # The file's last bytes are written when it is closed: that may fail for want of room, too.
        with opened as stream, to.open("wb") as file:
            _copy(stream, file)


@contextmanager
def _keeping(name: str, hint: str = "") -> Iterator[None]:
    """Turn what goes wrong while an input is copied into the error that says so."""
    try:
        yield
    except OSError as error:
        what = f"cannot be read and kept in a temporary file ({reason(error)}); nothing was written"
        raise InputError(what, place=name, hint=hint) from None


def _copy(stream: BinaryIO, to: BinaryIO) -> None:
    while data := stream.read(READ_SIZE):
        to.write(data)
