"""The way back: cleaned bytes and removal log give the original bytes, or nothing at all.

A restored file is the cleaned one with the cuts put back at their places, and without what stands there instead; no
format and no encoding is involved.
It streams, and it is checked against the digests in the log before it appears.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dedup.formats.files.atomic import AtomicFile
from dedup.formats.files.compression import by_name
from dedup.formats.files.discover import discover
from dedup.formats.files.links import check_inside
from dedup.formats.files.outputs import StdoutOutput, copy_file, make_parent
from dedup.formats.files.places import replacement, same_place
from dedup.formats.files.reader import READ_SIZE, Reader, descriptor, reason
from dedup.formats.log.reader import NOT_RESTORED, Cut, Log, LoggedOutput
from dedup.formats.log.writer import Digest
from dedup.formats.registry import unwrap
from dedup.model.errors import DedupError, InputError, OutputError, RestoreError, UsageError
from dedup.model.outcome import Counts, Events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dedup.formats.files.location import Place

_STDIN_NAME = "<stdin>"


class _AlreadyError(RestoreError):
    """A file is the original already."""


def restore_file(
    cleaned: Place | None,
    log_path: Place,
    output: Place | None,
    events: Events,
    *,
    stdin: BinaryIO | None,
    stdout: BinaryIO | None,
) -> Counts:
    """Restore one file.

    Of a log with several outputs, the one with the file's name (or the end of its path) is taken. A file that a log
    of several files does not name is not known to it, and is refused; of a log that names none, nothing was removed.

    Args:
        cleaned: the file; None: standard input.
        log_path: the log.
        output: None: standard output; nothing is written there before all is checked. The same as `cleaned`: in
            place, compressed as it is now; else as its name says.
        events: is told progress.
        stdin: see `dedup.engines.run.restore`.
        stdout: see `dedup.engines.run.restore`.

    Raises:
        RestoreError, InputError, OutputError, UsageError: see `dedup.engines.run.restore`.
    """
    if _number(log_path) == 0 and (cleaned is None or _number(cleaned) == 0):
        raise UsageError("log and text are both standard input; nothing was restored", hint="name a file for one")
    place, in_place = str(cleaned or _STDIN_NAME), cleaned is not None and output == cleaned
    if in_place and isinstance(cleaned, Path) and not cleaned.is_file() and cleaned.exists():
        raise UsageError("is not a regular file, and cannot be written over", place=str(cleaned), hint="use --output")
    with Log(log_path) as log:
        wanted = _choose(log, cleaned)
        if output is not None and same_place(output, log_path):
            raise UsageError("log and output are the same file; nothing was written", place=str(output))
        if not in_place and output is not None and cleaned is not None and same_place(output, cleaned):
            what = "output and input are the same file; nothing was written"
            raise UsageError(what, place=str(output), hint="use --in-place")
        with _opened(cleaned, log, stdin) as reader:
            cuts = next((cuts for output, cuts in log.walk() if output is wanted), iter(()))
            if output is None:
                counts = _to_stdout(reader, cuts, wanted, place, stdout)
            else:
                counts = _to_file(reader, cuts, wanted, place, output, in_place=in_place)
            events.progress(reader.bytes_read, reader.bytes_read)
    return counts


def _to_file(
    reader: Reader, cuts: Iterator[Cut], wanted: LoggedOutput | None, place: str, output: Place, *, in_place: bool
) -> Counts:
    """Restore into a file, which appears when all is checked; in place, if it has not changed meanwhile."""
    seen = reader.status if in_place else None
    compress = reader.rewriting or (reader.compressed if in_place else by_name(output))
    with replacement(output, compress=compress, seen=seen) as file:
        counts = _weave(reader, cuts, wanted, file.write, place)
        reader.close()  # where an open file cannot be replaced
        file.commit()
    return counts


def restore_tree(top: Path, log_path: Place, output: Path | None, events: Events) -> Counts:
    """Restore all files of a directory that the log names; the others are as they were.

    All of them are checked before the first one is written. A file that is the original already is left alone.

    Args:
        top: the cleaned directory.
        log_path: the log.
        output: directory for the restored tree, with copies of all other files; None: in place.
        events: is told problems and progress.

    Raises:
        RestoreError, InputError, OutputError, UsageError: see `dedup.engines.run.restore`.
    """
    with Log(log_path) as log:
        restored = {
            wanted.name for wanted, cuts in log.walk() if not _is_original(top / wanted.name, log, wanted, cuts)
        }
        others = [] if output is None else _others(top, log_path, output, restored)
        into = output or top
        for name in [*restored, *(relative for _, relative in others)]:
            check_inside(into / name, into)
        written, counts = 0, Counts()
        try:
            for wanted, cuts in log.walk():
                if wanted.name not in restored:
                    continue
                target = into / wanted.name
                check_inside(target, into)  # a link may have been made since
                make_parent(target)
                place = str(top / wanted.name)
                with _opened(top / wanted.name, log) as reader:
                    seen = reader.status if output is None else None
                    with AtomicFile(target, compress=reader.rewriting or reader.compressed, seen=seen) as file:
                        counts.add(_weave(reader, cuts, wanted, file.write, place))
                        reader.close()  # where an open file cannot be replaced
                        file.commit()
                written += 1
                events.progress(counts.bytes_in, None)
            for source, relative in others:
                check_inside(into / relative, into)
                counts.add(_copy(source, into / relative))
                written += 1
                events.progress(counts.bytes_in, None)
        except DedupError as error:
            error.undone = _standing(written, len(restored) + len(others)) if written else error.undone
            raise
    return counts


def _standing(written: int, every: int) -> str:
    """Say how far the restoring of a tree has come when it is ended by an error."""
    files = "1 file was" if written == 1 else f"{written:,} files were"
    return f"{files} restored before that, completely, and {every - written:,} not"


def _others(top: Path, log_path: Place, output: Path, restored: set[str]) -> list[tuple[Path, str]]:
    """Return the files of a tree that are copied as they are, and their places below it."""
    if Path(os.path.realpath(output)).is_relative_to(os.path.realpath(top)):
        raise UsageError(f"the output lies in {top}, which is read; nothing was written", place=str(output))

    def report(error: Exception) -> None:
        raise RestoreError(str(error).rstrip("."), place=str(top), undone=NOT_RESTORED)

    found = discover((str(top),), ("*",), "", report, hidden=True)
    return [
        (source.path, source.relative)
        for source in found.sources
        if source.path is not None and source.relative not in restored and not same_place(source.path, log_path)
    ]


def is_needed(log_path: Place, files: Iterable[Place]) -> bool:
    """Return True if something can be put back into one of these files, as they are now, with a log and it alone."""
    try:
        with Log(log_path) as log:
            cleaned = [output.cleaned for output in log.outputs if output.cleaned != output.original]
            for path in files if cleaned else ():
                with suppress(InputError):
                    if _digest(path, log).entry() in cleaned:
                        return True
    except (InputError, RestoreError):
        return False
    return False


def _opened(path: Place | None, log: Log, stdin: BinaryIO | None = None) -> Reader:
    """Open a file as the run that wrote the log has read it.

    Raises:
        InputError: it cannot be opened.
    """
    reader = Reader.open(path, str(path or _STDIN_NAME), stdin)
    try:
        unwrap(reader, path if isinstance(path, Path) else None, log.unwrapping)
    except BaseException:
        reader.close()
        raise
    return reader


def _digest(path: Place, log: Log) -> Digest:
    digest = Digest()
    with _opened(path, log) as reader:
        for piece in _pieces(reader, None):
            digest.add(piece)
    return digest


def _number(place: Place) -> int | None:
    return descriptor(place) if isinstance(place, Path) else None


def _choose(log: Log, cleaned: Place | None) -> LoggedOutput | None:
    """Return the output that a file is; None where the log names none at all."""
    if len(log.outputs) <= 1:
        return log.outputs[0] if log.outputs else None
    path = str(cleaned) if cleaned is not None else ""
    if isinstance(cleaned, Path):
        path = "/" + os.path.abspath(cleaned).replace(os.sep, "/")  # noqa: PTH100 - a link keeps its name
    matching = [output for output in log.outputs if path.endswith("/" + output.name)]
    if not matching:
        what = f"the log is about {len(log.outputs)} files, and this is none of them"
        place = str(cleaned or _STDIN_NAME)
        raise RestoreError(what, place=place, hint="restore the directory", undone=NOT_RESTORED)
    return max(matching, key=lambda output: len(output.name))


def _weave(
    reader: Reader, cuts: Iterator[Cut], wanted: LoggedOutput | None, write: Callable[[bytes], object], place: str
) -> Counts:
    """Write the cleaned bytes with the cuts put back.

    Raises:
        RestoreError: the digests, or the places of the cuts, say that these are not the bytes the log is about.
    """
    original, cleaned = Digest(), Digest()
    at = removals = 0
    fits = True
    for cut in cuts:
        for piece in _pieces(reader, cut.at - at):
            cleaned.add(piece)
            original.add(piece)
            write(piece)
            at += len(piece)
        instead = b"".join(_pieces(reader, len(cut.put)))
        cleaned.add(instead)
        fits = at == cut.at and instead == cut.put
        if not fits:
            break
        original.add(cut.raw)
        write(cut.raw)
        at += len(cut.raw)
        removals += 1
    for piece in _pieces(reader, None):
        cleaned.add(piece)
        original.add(piece)
        write(piece)
    if wanted is not None:
        if cleaned.entry() != wanted.cleaned:
            raise _foreign(cleaned, wanted, place)
        if not fits or original.entry() != wanted.original:
            what = "the log has been changed: what it puts back is not the original"
            raise RestoreError(what, place=place, hint="use the log as it was written", undone=NOT_RESTORED)
    sizes = (cleaned.entry()["bytes"], original.entry()["bytes"])
    return Counts(files=1, changed=int(removals > 0), bytes_in=sizes[0], bytes_out=sizes[1])


def _pieces(reader: Reader, count: int | None) -> Iterator[bytes]:
    """Yield the next `count` bytes, or all that are left; fewer where the input ends before."""
    while count is None or count > 0:
        piece = reader.read(READ_SIZE if count is None else min(count, READ_SIZE))
        if not piece:
            return
        if count is not None:
            count -= len(piece)
        yield piece


def _foreign(cleaned: Digest, wanted: LoggedOutput, place: str) -> RestoreError:
    if cleaned.entry() == wanted.original:
        return _AlreadyError("is the original already", place=place, undone=NOT_RESTORED)
    what, hint = "is not the text that this log was written with", "use the output of that very run, unchanged"
    return RestoreError(what, place=place, hint=hint, undone=NOT_RESTORED)


def _is_original(path: Path, log: Log, wanted: LoggedOutput, cuts: Iterator[Cut]) -> bool:
    """Return True if a file is the original already; False if the original can be made of it.

    Raises:
        RestoreError: neither is true, or the file is not there.
    """
    try:
        with _opened(path, log) as reader:
            _weave(reader, cuts, wanted, len, str(path))
    except InputError as error:
        raise RestoreError(error.what, place=str(path), hint=error.hint, undone=NOT_RESTORED) from None
    except _AlreadyError:
        return True
    return wanted.original == wanted.cleaned


def _to_stdout(
    reader: Reader, cuts: Iterator[Cut], wanted: LoggedOutput | None, place: str, stdout: BinaryIO | None
) -> Counts:
    """Restore into a temporary file, and only then, when all is checked, to standard output."""
    import tempfile  # rarely needed

    with tempfile.TemporaryFile() as spool:

        def keep(piece: bytes) -> None:
            try:
                spool.write(piece)
            except OSError as error:
                what = f"{reason(error)} for a temporary file"
                raise OutputError(what, place=tempfile.gettempdir(), undone=NOT_RESTORED) from None

        counts = _weave(reader, cuts, wanted, keep, place)
        spool.seek(0)
        output = StdoutOutput(stdout)
        while piece := spool.read(READ_SIZE):
            output.write(0, piece, changed=True, compressed=None)
            output.flush()
    return counts


def _copy(source: Path, target: Path) -> Counts:
    size = copy_file(source, target)
    return Counts(files=1, bytes_in=size, bytes_out=size)
