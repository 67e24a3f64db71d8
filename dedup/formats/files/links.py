"""Symbolic links: a file or directory that is named may be one, and below it none leads to what is written.

What is named on the command line is followed, link or not. Below a directory that is *read*, links are followed, too.
But nothing is *written* through a link that leads out of the directory that was named: neither below an output
directory, nor in place, nor when a tree is restored. A link that is put there between the check and the writing is
found by a second check right before the file takes its name; between that one and the renaming remains a gap of some
microseconds.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.model.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.formats.files.location import Place


def check_inside(target: Place, top: Place) -> None:
    """Refuse to write a file below a directory where a link leads out of it.

    Args:
        target: the file, and the directories above it, may not be there yet.
        top: the directory; may be a link itself.

    Raises:
        OutputError: the file would stand elsewhere.
    """
    if not isinstance(target, Path) or not isinstance(top, Path):
        return  # elsewhere there are no links
    real = os.path.realpath(target)
    if Path(real).is_relative_to(os.path.realpath(top)):
        return
    what = f"a link leads from here to {real}, outside of {top}; {target} was not written"
    raise OutputError(what, place=str(target), hint="remove the link, or name the directory that it leads to")


class Named:
    """The files and directories that are named, to tell files below them from files that only a link below leads to."""

    def __init__(self, names: Iterable[str]) -> None:
        self._real = {os.path.realpath(name) for name in names}

    def has(self, path: Path) -> bool:
        """Return True if a file is one of those that are named, or stands below one of them."""
        real = Path(os.path.realpath(path))
        return str(real) in self._real or any(str(parent) in self._real for parent in real.parents)


def leads_out(path: Path) -> OutputError:
    """Return the error for a file that is not written over in place."""
    what = (
        f"is reached through a link that leads out of what was named, to {os.path.realpath(path)}; it was not changed"
    )
    return OutputError(what, place=str(path), hint="name that file itself to have it written over")
