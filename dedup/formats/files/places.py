"""What is done with a place, be it a path of this machine or an address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, overload

from dedup.formats.files.addresses import REMOTE, scheme_of
from dedup.formats.files.atomic import AtomicFile
from dedup.formats.files.discover import same_file

if TYPE_CHECKING:
    import os

    from dedup.formats.files.compression import Packing, Rewriting
    from dedup.formats.files.location import Place, Replacement


def input_place(given: str) -> Place:
    """Return the place of a file to read: a path, or what has the form of an address and is no path.

    Raises:
        UsageError: the address names nothing.
        MissingDependencyError: a library is not installed.
    """
    if scheme_of(given) not in REMOTE or Path(given).exists():
        return Path(given)
    from dedup.formats.files.remote import remote_place  # most runs know no addresses

    return remote_place(given)


@overload
def output_place(given: Path | str) -> Place: ...
@overload
def output_place(given: Path | str | None) -> Place | None: ...
def output_place(given: Path | str | None) -> Place | None:
    """Return the place to write to that a path, or an address, names.

    Raises:
        UsageError: nothing can be written to the address.
        MissingDependencyError: a library is not installed.
    """
    if not isinstance(given, str):
        return given
    from dedup.formats.files.remote import remote_place  # most runs know no addresses

    return remote_place(given, written=True)


def replacement(
    place: Place, *, compress: Packing | Rewriting | None = None, seen: os.stat_result | None = None
) -> Replacement:
    """Begin to write a file anew; see `AtomicFile`, and `dedup.formats.files.location.Location.replacement`.

    Raises:
        OutputError: it cannot be written.
    """
    if isinstance(place, Path):
        return AtomicFile(place, compress=compress, seen=seen)
    return place.replacement(compress=compress)


def same_place(one: Place, other: Place) -> bool:
    """Return True if two places are the same file."""
    if isinstance(one, Path) and isinstance(other, Path):
        return same_file(one, other)
    return not isinstance(one, Path) and not isinstance(other, Path) and one.key == other.key
