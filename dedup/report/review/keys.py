"""Keys of a terminal, one at a time, without waiting for a line to end."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

END = "\x04"
"""What ^D sends; also given where the terminal has gone away."""
_ESCAPE = b"\x1b"


@contextmanager
def keys() -> Iterator[Callable[[], str]]:
    """Give a function that waits for the next key of standard input, which must be a terminal.

    What is typed before it is asked for is kept; ^C raises KeyboardInterrupt as ever. Keys that send several bytes, as
    arrows do, are passed over. The terminal is left as it was.
    """
    try:
        import termios
        import tty
    except ImportError:  # Windows
        import click

        yield click.getchar
        return
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    tty.setcbreak(number, termios.TCSANOW)
    try:
        yield _reader(number)
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)


def _reader(number: int) -> Callable[[], str]:
    import os

    waiting: list[str] = []

    def key() -> str:
        while not waiting:
            try:
                data = os.read(number, 64)
            except OSError:  # the terminal has gone away
                data = b""
            if not data:
                return END
            if not data.startswith(_ESCAPE):
                waiting.extend(data.decode(errors="ignore"))
        return waiting.pop(0)

    return key
