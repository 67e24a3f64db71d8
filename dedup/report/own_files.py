"""Files that the program writes over only where it has written them itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.formats.files.reader import reason
from dedup.model.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def refuse_others(path: Path, size: int, is_own: Callable[[bytes], bool], what: str) -> None:
    """Refuse to write over a file that is there and something else, which is likely the run's own input.

    Args:
        path: the file.
        size: bytes of its beginning that are looked at.
        is_own: returns True if a file that begins like that was written by this program.
        what: the message where it was not; an empty file is anyone's.

    Raises:
        OutputError: it is something else, or cannot be read.
    """
    if not path.is_file():
        return
    try:
        with path.open("rb") as old:
            head = old.read(size)
    except OSError as error:
        raise OutputError(f"{reason(error)}; nothing was read or written", place=str(path)) from None
    if head and not is_own(head):
        raise OutputError(what, place=str(path), hint="name another FILE, or delete this one first")
