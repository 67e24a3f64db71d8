"""What is long, on a terminal: through a pager, as git and man do it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TextIO

    from dedup.report.terminal import Terminal

HELD = 1 << 24
"""Characters that are held back to see whether they are long; more are shown as they come."""
_NONE = ("", "cat")


def pager_command(terminal: Terminal, environ: Mapping[str, str] | None = None) -> list[str] | None:
    """Return the pager to use for standard output or standard error, which is a terminal; None: none is wanted.

    ``DEDUP_PAGER``, else ``PAGER``, else ``less``; ``cat``, or an empty one, is none, and so it is on a terminal that
    can only print lines.
    """
    env = os.environ if environ is None else environ
    asked = env.get("DEDUP_PAGER", env.get("PAGER", "less"))
    if terminal.dumb or asked.strip() in _NONE:
        return None
    try:
        return shlex.split(asked, posix=os.name != "nt")
    except ValueError:  # quotes that do not close
        return None


@contextmanager
def paged(terminal: Terminal, stream: TextIO, *, wanted: bool = True) -> Iterator[Callable[[str], None]]:
    """Give a function that writes text; at the end, what is more than a screenful is shown in a pager.

    Where the stream is no terminal, or no pager is wanted or there, text goes to it at once. Also where the block ends
    with an error: then what is held is written, and the error goes on.

    Args:
        terminal: what the standard streams can show.
        stream: standard output or standard error.
        wanted: a pager is.

    Raises:
        OSError: the stream cannot be written to; `BrokenPipeError` where its reader has gone away.
    """
    at_end = terminal.stdout if stream is sys.stdout else terminal.stderr
    command = pager_command(terminal) if wanted and at_end.terminal else None
    if command is None:
        yield lambda text: put(stream, text)
        return
    held: list[str] = []
    size = 0

    def write(text: str) -> None:
        nonlocal size
        size += len(text)
        if size > HELD:
            put(stream, "".join([*held, text]))
            held.clear()
        else:
            held.append(text)

    try:
        yield write
    except BaseException:
        put(stream, "".join(held))
        raise
    show("".join(held), command, stream)


def put(stream: TextIO, text: str) -> None:
    """Write text in UTF-8, whatever the stream's encoding is, and flush it."""
    if text:
        stream.flush()
        stream.buffer.write(text.encode("utf-8", "backslashreplace"))
        stream.flush()


def show(text: str, command: list[str], stream: TextIO) -> None:
    """Show text in a pager if it is more than a screenful, else as it is; also where the pager cannot be started."""
    if text.count("\n") < _rows(stream):
        put(stream, text)
        return
    env = {**os.environ, "LESS": os.environ.get("LESS", "FRX"), "LV": os.environ.get("LV", "-c")}
    stream.flush()
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stream.fileno(), env=env)  # noqa: S603 - the user's own choice
    except (OSError, ValueError):
        put(stream, text)
        return
    assert process.stdin is not None  # noqa: S101 - a pipe was asked for
    with suppress(OSError):  # who has seen enough leaves
        process.stdin.write(text.encode("utf-8", "backslashreplace"))
    with suppress(OSError):
        process.stdin.close()
    while True:
        try:
            process.wait()
        except KeyboardInterrupt:  # a pager has its own use for it
            continue
        return


def _rows(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).lines or 24
    except (OSError, ValueError):
        return 24
