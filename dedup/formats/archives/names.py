"""Whether a run is about an archive: by names, without a look at any file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dedup.formats.files.addresses import shown
from dedup.formats.files.reader import bare_name, descriptor
from dedup.model.errors import UsageError
from dedup.model.job import STDIN

if TYPE_CHECKING:
    from dedup.model.job import Job

_SHORT = {".tgz": ".gz", ".tbz2": ".bz2", ".tbz": ".bz2", ".txz": ".xz", ".tzst": ".zst"}
"""Suffixes of packed archives → those of compression."""


def is_tar(name: str) -> bool:
    """Return True if a name says that it is a tar archive, packed or not."""
    return bare_name(name.lower()).endswith((".tar", *_SHORT))


def is_zip(name: str) -> bool:
    """Return True if a name says that it is a ZIP archive."""
    return name.lower().endswith(".zip")


def packed_name(name: str) -> str:
    """Return a name that ends with the suffix of its compression, if it says one."""
    return next((name + long for short, long in _SHORT.items() if name.lower().endswith(short)), name)


def is_about_archive(job: Job) -> bool:
    """Return True if one input is an archive whose members are read, by the names of input and output.

    That is where the output is an archive as well; or where nothing is written but to the input itself, which is one.
    An archive among several inputs, or for another output, is a file of a kind that is not read.

    Raises:
        UsageError: input and output are archives of two kinds.
    """
    if len(job.inputs) != 1 or job.files_from is not None:
        return False
    given, output = job.inputs[0], job.output_path
    read = _kind(shown(given))
    if read is not None and Path(given).is_dir():
        return False
    if output is None:
        return read is not None and (job.in_place or job.mode != "clean")
    written = _kind(str(output))
    if written is None or job.into_directory or (isinstance(output, Path) and output.is_dir()):
        return False
    if given == STDIN or descriptor(Path(given)) is not None:
        return True
    if read is not None and read != written:
        what = f"a {read} archive does not become a {written} archive; nothing was read or written"
        raise UsageError(
            what, place=str(output), hint="give the output the suffix of the input, but for its compression"
        )
    return read is not None


def _kind(name: str) -> str | None:
    return "ZIP" if is_zip(name) else "tar" if is_tar(name) else None
