"""Reading the inputs of a run: its progress, and copies of inputs that can be read only once."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from dedup.formats.files.reader import READ_SIZE, opened, reason, standard_input
from dedup.formats.parts import Part, PartKind
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager, ExitStack
    from io import RawIOBase
    from pathlib import Path

    from dedup.formats.files.discover import Source
    from dedup.model.outcome import Events

NO_OUTPUT = "no output was written"


class ReadProgress:
    """Progress of reading the inputs, in bytes as stored."""

    def __init__(self, sources: Sequence[Source], events: Events, stage: str = "") -> None:
        sizes = [source.size for source in sources]
        self._total = None if None in sizes else sum(size or 0 for size in sizes)
        self._events = events
        self._stage = stage
        self._ended = 0
        self._current = 0

    def update(self, part: Part) -> None:
        """Count a part."""
        if part.kind is PartKind.END:
            self._ended += self._current
            self._current = 0
        else:
            self._current = max(self._current, part.bytes_read)

    def report(self) -> None:
        """Report the progress so far."""
        self._events.progress(self._ended + self._current, self._total, self._stage)


def spool_source(source: Source, stdin: BinaryIO | None, stack: ExitStack) -> Source:
    """Return an input that can be read again: one that can be read only once, with a copy of it.

    The copy is a file without a name, so that nothing is left of it however the process ends. An input that cannot be
    opened is returned as it is, and fails when it is read.

    Raises:
        InputError: it cannot be read to its end, or there is no room to keep it.
    """
    import tempfile  # rarely needed

    if not source.once:
        return source
    try:
        stream = standard_input(stdin, source.name) if source.path is None else stack.enter_context(opened(source.path))
    except (InputError, OSError, ValueError):
        return source
    with _keeping(source.name):
        copy: BinaryIO = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
        _copy(stream, copy)
        copy.flush()
        return replace(source, kept=copy, size=copy.tell())


def copy_source(source: Source, to: Path, stdin: BinaryIO | None) -> None:
    """Copy an input that can be read only once into a file.

    Raises:
        InputError: it cannot be read, or there is no room to keep it.
    """
    # The file's last bytes are written when it is closed: that may fail for want of room, too.
    with _keeping(source.name, hint="see --work-dir"), _stream(source, stdin) as stream, to.open("wb") as file:
        _copy(stream, file)


def _stream(source: Source, stdin: BinaryIO | None) -> AbstractContextManager[BinaryIO | RawIOBase]:
    if source.kept is not None:
        source.kept.seek(0)
        return nullcontext(source.kept)
    return nullcontext(standard_input(stdin, source.name)) if source.path is None else opened(source.path)


def changed(name: str) -> InputError:
    """Return the error for an input that is not what it was when it was read first."""
    return InputError(
        "has changed since this run began to read it",
        place=name,
        hint="run it again when no other program writes to it",
        undone=NO_OUTPUT,
    )


@contextmanager
def _keeping(name: str, hint: str = "") -> Iterator[None]:
    """Translate an OSError while an input is copied."""
    try:
        yield
    except OSError as error:
        what = f"cannot be read and kept in a temporary file ({reason(error)}); nothing was written"
        raise InputError(what, place=name, hint=hint) from None


def _copy(stream: BinaryIO | RawIOBase, to: BinaryIO) -> None:
    while data := stream.read(READ_SIZE):
        to.write(data)
