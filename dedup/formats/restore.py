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

from dedup.errors import InputError, OutputError, RestoreError, UsageError
from dedup.formats.atomic import AtomicFile
from dedup.formats.compression import READ_SIZE, Reader, reason
from dedup.formats.discover import discover, same_file
from dedup.formats.log import Digest
from dedup.formats.logread import Cut, Log, LoggedOutput
from dedup.formats.outputs import StdoutOutput, make_parent
from dedup.formats.packing import by_name
from dedup.job import Counts, Events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_STDIN_NAME = "<stdin>"


def restore_file(
    cleaned: Path | None,
    log_path: Path,
    output: Path | None,
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
        stdin: see `dedup.run.restore`.
        stdout: see `dedup.run.restore`.

    Raises:
        RestoreError, InputError, OutputError, UsageError: see `dedup.run.restore`.
    """
    log = Log(log_path)
    wanted = _choose(log, cleaned)
    if output is not None and same_file(output, log_path):
        raise UsageError("log and output are the same file; nothing was written", place=str(output))
    in_place = cleaned is not None and output == cleaned
    if not in_place and output is not None and cleaned is not None and same_file(output, cleaned):
        raise UsageError(
            "output and input are the same file; nothing was written", place=str(output), hint="use --in-place"
        )
    with Reader.open(cleaned, str(cleaned or _STDIN_NAME), stdin) as reader:
        cuts = _cuts_of(log, wanted)
        if output is not None:
            with AtomicFile(output, compress=reader.compressed if in_place else by_name(output)) as file:
                counts = _weave(reader, cuts, wanted, file.write, str(cleaned or _STDIN_NAME))
                reader.close()  # where an open file cannot be replaced
                file.commit()
        else:
            counts = _to_stdout(reader, cuts, wanted, str(cleaned or _STDIN_NAME), stdout)
        events.progress(reader.stored, reader.stored)
    return counts


def restore_tree(top: Path, log_path: Path, output: Path | None, events: Events) -> Counts:
    """Restore all files of a directory that the log names; the others are as they were.

    All of them are checked before the first one is written. A file that is the original already is left alone.

    Args:
        top: the cleaned directory.
        log_path: the log.
        output: directory for the restored tree, with copies of all other files; None: in place.
        events: is told problems and progress.

    Raises:
        RestoreError, InputError, OutputError, UsageError: see `dedup.run.restore`.
    """
    log = Log(log_path)
    restored = {wanted.name for wanted in log.outputs if not _is_original(top / wanted.name, wanted)}
    counts = Counts()
    others: list[tuple[Path, str]] = []
    if output is not None:
        if Path(os.path.realpath(output)).is_relative_to(os.path.realpath(top)):
            raise UsageError(f"the output lies in {top}, which is read; nothing was written", place=str(output))

        def report(error: Exception) -> None:
            raise RestoreError(f"{error} Nothing was restored", place=str(top))

        found = discover((str(top),), ("*",), "", report, hidden=True)
        others = [
            (source.path, source.relative)
            for source in found.sources
            if source.path is not None and source.relative not in restored and not same_file(source.path, log_path)
        ]
    for wanted, cuts in log.walk():
        if wanted.name not in restored:
            continue
        target = (output or top) / wanted.name
        make_parent(target)
        place = str(top / wanted.name)
        with Reader.open(top / wanted.name, place) as reader, AtomicFile(target, compress=reader.compressed) as file:
            counts.add(_weave(reader, cuts, wanted, file.write, place))
            reader.close()  # where an open file cannot be replaced
            file.commit()
        events.progress(counts.bytes_in, None)
    for source, relative in others:
        counts.add(_copy(source, (output or top) / relative))
        events.progress(counts.bytes_in, None)
    return counts


def is_needed(log_path: Path, files: Iterable[Path]) -> bool:
    """Say whether something can be put back into one of these files, as they are now, with a log and with it alone."""
    try:
        cleaned = [output.cleaned for output in Log(log_path).outputs if output.cleaned != output.original]
    except (InputError, RestoreError):
        return False
    for path in files if cleaned else ():
        with suppress(InputError):
            if _digest(path).entry() in cleaned:
                return True
    return False


def _digest(path: Path) -> Digest:
    digest = Digest()
    with Reader.open(path, str(path)) as reader:
        for piece in _pieces(reader, None):
            digest.add(piece)
    return digest


def _choose(log: Log, cleaned: Path | None) -> LoggedOutput | None:
    """Return the output that a file is; None where the log names none at all."""
    if len(log.outputs) <= 1:
        return log.outputs[0] if log.outputs else None
    path = "/" + os.path.abspath(cleaned).replace(os.sep, "/") if cleaned is not None else ""  # noqa: PTH100 - a link keeps its name
    matching = [output for output in log.outputs if path.endswith("/" + output.name)]
    if not matching:
        what = f"the log is about {len(log.outputs)} files, and this is none of them; nothing was restored"
        raise RestoreError(what, place=str(cleaned or _STDIN_NAME), hint="restore the directory")
    return max(matching, key=lambda output: len(output.name))


def _cuts_of(log: Log, wanted: LoggedOutput | None) -> Iterator[Cut]:
    return next((cuts for output, cuts in log.walk() if output is wanted), iter(()))


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
            what = "the log has been changed: what it puts back is not the original; nothing was restored"
            raise RestoreError(what, place=place, hint="use the log as it was written")
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
        return RestoreError("is the original already; nothing was restored", place=place)
    what = "is not the text that this log was written with; nothing was restored"
    return RestoreError(what, place=place, hint="use the output of that very run, unchanged")


def _is_original(path: Path, wanted: LoggedOutput) -> bool:
    """Say whether a file is the original already, rather than the cleaned one.

    Raises:
        RestoreError: it is neither, or it is not there.
    """
    try:
        digest = _digest(path)
    except InputError as error:
        raise RestoreError(f"{error.what}; nothing was restored", place=str(path), hint=error.hint) from None
    if digest.entry() == wanted.original:
        return True
    if digest.entry() != wanted.cleaned:
        raise _foreign(digest, wanted, str(path))
    return False


def _to_stdout(
    reader: Reader, cuts: Iterator[Cut], wanted: LoggedOutput | None, place: str, stdout: BinaryIO | None
) -> Counts:
    """Restore into a temporary file, and only then, when all is checked, to standard output."""
    import tempfile  # noqa: PLC0415 - rarely needed

    with tempfile.TemporaryFile() as spool:

        def keep(piece: bytes) -> None:
            try:
                spool.write(piece)
            except OSError as error:
                what = f"{reason(error)} for a temporary file; nothing was restored"
                raise OutputError(what, place=tempfile.gettempdir()) from None

        counts = _weave(reader, cuts, wanted, keep, place)
        spool.seek(0)
        output = StdoutOutput(stdout)
        while piece := spool.read(READ_SIZE):
            output.write(0, piece, changed=True, compressed=None)
            output.flush()
    return counts


def _copy(source: Path, target: Path) -> Counts:
    """Copy a file as it is stored."""
    make_parent(target)
    size = 0
    try:
        stream = source.open("rb")
    except OSError as error:
        raise InputError(f"{reason(error)}; it was not copied", place=str(source)) from None
    with stream, AtomicFile(target) as file:
        while piece := stream.read(READ_SIZE):
            size += file.write(piece)
        file.commit()
    return Counts(files=1, bytes_in=size, bytes_out=size)
