"""Places of outputs that do not go together with what is read, or are called what they are not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.formats.archives.names import is_about_archive
from dedup.formats.files.addresses import REMOTE, scheme_of, shown
from dedup.formats.files.places import same_place
from dedup.formats.files.reader import bare_name
from dedup.formats.files.shards import ShardNames
from dedup.formats.foreign import named
from dedup.formats.names import INSISTED
from dedup.formats.registry import HTML, TEXT, by_suffix
from dedup.model.compatibility import Refusal
from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from dedup.formats.files.location import Place
    from dedup.formats.foreign_kinds import Foreign
    from dedup.model.job import Job

NO_MARKS = Refusal(
    lambda job: job.mark and job.format == TEXT.name,
    "--mark is for JSON lines: plain text has no record to put marks into",
    "use --removed",
)
NO_CHANGES = Refusal(
    lambda job: job.since is not None and is_about_archive(job),
    "--since is for files: git cannot tell which members of an archive have changed",
    "unpack it, or leave --since out",
)
"""Of a `dedup.model.job.Job` on this machine, beside `dedup.model.compatibility.LOCAL_JOB`."""


def check_work_directory(job: Job) -> None:
    """Refuse a work directory that is a file, is read, or is the output.

    Raises:
        UsageError: it is.
    """
    if job.work_dir is None:
        return
    if job.work_dir.exists() and not job.work_dir.is_dir():
        what = "is not a directory; nothing was read or written"
        raise UsageError(what, place=str(job.work_dir), hint="name a directory for --work-dir")
    refuse_inside(job.work_dir, job.named + job.against, "the work directory")
    output = job.output_path
    if isinstance(output, Path) and same_place(job.work_dir, output):
        raise UsageError("output and work directory are the same", place=str(output), hint="choose another place")


def refuse_inside(output: Place, inputs: tuple[str, ...], name: str) -> None:
    """Refuse a directory to write to within one that is read: the next run would read its files as inputs.

    Raises:
        UsageError: it lies there.
    """
    for given in inputs:
        if _lies_in(output, given):
            what = f"{name} lies in {shown(given)}, which is read; nothing was written"
            raise UsageError(what, place=str(output), hint="choose a place outside")


def _lies_in(output: Place, given: str) -> bool:
    if isinstance(output, Path):
        return Path(given).is_dir() and Path(os.path.realpath(output)).is_relative_to(os.path.realpath(given))
    if scheme_of(given) not in REMOTE:
        return False
    from dedup.formats.files.remote import remote_place  # most runs know no addresses

    return f"{output.key.rstrip('/')}/".startswith(f"{remote_place(given).key.rstrip('/')}/")


def refuse_format(path: Place, job: Job | None, name: str) -> None:
    """Refuse an output whose name promises another format than text or JSON lines.

    Args:
        path: the output.
        job: whose output it is: where text of some syntax is insisted on, the output may be called so, too. None: the
            removal log, which is always JSON lines.
        name: of the output, for the message.

    Raises:
        UsageError: it does.
    """
    known = by_suffix(path.name)
    if known is HTML and job is not None and job.html is not None:
        if job.html == "keep":
            return
    elif job is not None and known is not None and (known.name == job.format or known in map(by_suffix, job.named)):
        return
    kind = named(path.name)
    if job is not None and kind is not None and (job.binary_as_text or (job.format == INSISTED and not kind.binary)):
        return
    hint = f"say --format {known.name}, if the inputs are that; or {_RENAME}" if job is not None and known else _RENAME
    refuse_kind(str(path), kind, name, hint)


_RENAME = "choose a name that ends with .txt or .jsonl, packed or not"


def refuse_kind(place: str, kind: Foreign | None, name: str, hint: str = _RENAME) -> None:
    """Refuse an output that is called what it is not; see `refuse_format`.

    Args:
        place: the output.
        kind: what its name says; None: nothing, or what it is.
        name: of the output, for the message.
        hint: what to do instead.

    Raises:
        UsageError: its name says something else.
    """
    if kind is None or kind.doubtful:
        return
    what = f"{name} would be text or JSON lines, and its name says that it is {kind.what}; nothing was read or written"
    raise UsageError(what, place=place, hint=hint)


def shard_names(job: Job) -> ShardNames | None:
    """Return the names of the files that the one output is written in; None: it is written in one piece.

    Raises:
        UsageError: the output is no pattern for names, or something else is written under one of them.
        OutputError: a file of such a name is there already.
    """
    if job.shard_size is None or job.output_path is None:
        return None
    if job.into_directory:
        what = "is a directory, and shards need a pattern for their names; nothing was read or written"
        raise UsageError(what, place=str(job.output_path), hint="add a name to it: 'part-{:05}.jsonl'")
    if not isinstance(job.output_path, Path):
        what, hint = "shards are files of this machine; nothing was read or written", "write one object instead"
        raise UsageError(what, place=shown(job.output_path), hint=hint)
    names = ShardNames(job.output_path)
    for path in (job.removed, job.stats, *job.reports):
        if isinstance(path, Path) and names.takes(path):
            raise UsageError("would be taken for a shard; nothing was read or written", place=str(path))
    names.refuse_old()
    return names


def refuse_file_name(output: Place) -> None:
    """Refuse a directory to be made that is called like a file.

    Raises:
        UsageError: it is.
    """
    if by_suffix(output.name) is not None or named(output.name) is not None or bare_name(output.name) != output.name:
        what = "has the name of a file, and the output of a directory is a directory; nothing was read or written"
        raise UsageError(what, place=str(output), hint=f"name a directory, or add a slash: {output}/")
