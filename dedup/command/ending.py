"""How every run of a command ends: what is told about a failure, the exit status, and the standard streams."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dedup.engines.signals import Terminated, stopped_by_signals
from dedup.model.errors import DedupError, ExitCode, InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def ended(
    args: Sequence[str], carried_out: Callable[[list[str], frozenset[int]], int], program: str, *, for_good: bool
) -> int:
    """Carry out a command and return its exit status; never raises.

    Args:
        args: the arguments without the program's name.
        carried_out: does it, given the arguments and which standard streams were closed.
        program: its name.
        for_good: the process ends when the command has.
    """
    # numpy's BLAS is not used here, but it would start a thread for each core and set memory aside for each of them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    debug = "--debug" in args or os.environ.get("DEDUP_DEBUG", "") not in ("", "0", "false")
    try:
        with stopped_by_signals(for_good=for_good):
            try:
                code = carried_out(list(args), _open_standard_streams())
                flush()
            except BaseException as error:  # noqa: BLE001 - nothing may escape as a traceback
                code = _failed(error, program, debug=debug)
            return code
    except BaseException as error:  # noqa: BLE001 - a signal that came while another error was told
        return _failed(error, program, debug=debug)


def _failed(error: BaseException, program: str, *, debug: bool) -> int:
    """Tell what went wrong, on one line, and return the exit status."""
    from dedup.report.reporter import silence

    if isinstance(error, BrokenPipeError) and reader_is_gone():
        silence(1)
        return ExitCode.OK
    if not isinstance(error, SystemExit):
        try:
            _tell(error, program, debug=debug)
        finally:
            _abandon_output()
    return exit_status(error)


def exit_status(error: BaseException) -> int:
    """Return the exit status that an error ends the process with."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else ExitCode.OK if error.code is None else ExitCode.ERROR
    if isinstance(error, Terminated):
        return 128 + error.number
    return ExitCode.INTERRUPTED if isinstance(error, KeyboardInterrupt) else ExitCode.ERROR


def _tell(error: BaseException, program: str, *, debug: bool) -> None:
    from dedup.report.reporter import message, tell
    from dedup.report.terminal import Terminal

    if debug:
        import traceback

        tell("".join(traceback.format_exception(error)))
    if isinstance(error, KeyboardInterrupt):
        tell(f"{program}: {explain_failure(error).said}.\n")
        return
    tell(message(explain_failure(error), Terminal.detect().stderr, program))


def explain_failure(error: BaseException) -> DedupError:
    """Return whatever was raised as an error that the user can act on."""
    if isinstance(error, KeyboardInterrupt):
        return DedupError("interrupted. No file was left half written")
    if isinstance(error, DedupError):
        return error
    if isinstance(error, MemoryError):
        return InputError("there is not enough memory", hint="use fewer --workers, or lower --max-document")
    if isinstance(error, RecursionError):
        return InputError("the input is nested too deeply", hint="run again with --debug to see where")
    if isinstance(error, OSError):
        place = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else ""
        return OutputError(uncapitalised(error.strerror or str(error) or type(error).__name__), place=place)
    return DedupError(
        f"internal error: {type(error).__name__}: {error}".rstrip(": "),
        hint="this is a fault of dedup; please report it with what --debug shows",
    )


def flush() -> None:
    """Write out what standard output still holds.

    Raises:
        BrokenPipeError: its reader is gone.
        OutputError: it cannot be written.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"{uncapitalised(error.strerror or str(error))}; the output is not complete", place="standard output"
        ) from error


def _abandon_output() -> None:
    """Drop what standard output still holds when it cannot be written: at exit Python would try again, and complain."""
    from dedup.report.reporter import silence

    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        silence(1)


def reader_is_gone() -> bool:
    """Return True if a BrokenPipeError came from standard output, and not from a pipe to a worker that died."""
    import select

    if not hasattr(select, "poll"):
        return True
    try:
        poll = select.poll()
        poll.register(1, 0)
        return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
    except (OSError, ValueError):
        return False


def _open_standard_streams() -> frozenset[int]:
    """Give descriptors 0 to 2 something to point to where the parent closed them, and return those that were closed.

    The next file to be opened would take their numbers, and messages would be written into it.
    """
    closed = frozenset(descriptor for descriptor in (0, 1, 2) if not _is_open(descriptor))
    for descriptor in sorted(closed):
        os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
        mode = "r" if descriptor == 0 else "w"
        file = open(descriptor, mode, closefd=False, encoding="utf-8")  # noqa: SIM115 - open as long as the process
        setattr(sys, ("stdin", "stdout", "stderr")[descriptor], file)
    return closed


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def columns() -> int:
    """Return the width of the terminal."""
    import shutil

    return shutil.get_terminal_size().columns


def uncapitalised(text: str) -> str:
    """Return a sentence without its capital and its full stop, to stand within another one."""
    text = text.strip().rstrip(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
