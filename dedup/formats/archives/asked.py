"""The archive that is the input of a run."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dedup.formats.archives.archive import Archive
from dedup.formats.archives.names import is_zip
from dedup.formats.files.addresses import shown
from dedup.formats.files.places import input_place
from dedup.formats.files.reader import READ_SIZE, descriptor, opened, reason, standard_input
from dedup.model.errors import InputError
from dedup.model.job import STDIN

if TYPE_CHECKING:
    import io

    from dedup.model.job import Job


def asked_archive(job: Job, stdin: BinaryIO | None) -> Archive:
    """Return the archive that is the input of a run; what can be read only once is kept in a temporary file, as it is.

    Raises:
        InputError: it cannot be read, or there is no room to keep it.
    """
    given = job.inputs[0]
    zipped = is_zip(shown(given) if job.output_path is None else str(job.output_path))
    if given == STDIN:
        kept = _kept(standard_input(stdin, job.stdin_name), job.stdin_name)
        return Archive(None, job.stdin_name, kept, is_zip=zipped)
    place = input_place(given)
    name = shown(given)
    if isinstance(place, Path):
        name = given
        once = descriptor(place) is not None or (place.exists() and not place.is_file())
    else:
        once = zipped  # it is not read from its beginning to its end
    if once:
        try:
            with opened(place) as stream:
                return Archive(None, name, _kept(stream, name), is_zip=zipped)
        except (OSError, ValueError) as error:
            raise InputError(reason(error), place=name) from None
    return Archive(place, name, is_zip=zipped)


def _kept(stream: BinaryIO | io.RawIOBase, name: str) -> BinaryIO:
    copy: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - the archive closes it
    try:
        while data := stream.read(READ_SIZE):
            copy.write(data)
        copy.flush()
    except OSError as error:
        copy.close()
        what = f"cannot be read and kept in a temporary file ({reason(error)}); nothing was written"
        raise InputError(what, place=name) from None
    return copy
