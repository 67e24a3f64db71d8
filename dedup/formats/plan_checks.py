"""Which parts of a job do not go together, whoever asks for them."""

from __future__ import annotations

import os
from pathlib import Path

from dedup.formats.detect import by_suffix
from dedup.formats.files.discover import same_file
from dedup.formats.files.reader import bare_name
from dedup.formats.foreign import named
from dedup.formats.foreign_kinds import JSON, Foreign
from dedup.model.errors import UsageError
from dedup.model.job import STDIN, Job


def check_usage(job: Job, output: Path | None) -> None:
    """Refuse what does not go together; no file has been read so far.

    Args:
        job: what is asked for.
        output: where the text goes; None: standard output.

    Raises:
        UsageError: something does not.
    """
    if job.in_place and job.mode != "clean":
        raise UsageError(f"--in-place does not go with mode {job.mode}", hint="leave one of them out")
    if job.in_place and (output is not None or STDIN in job.inputs):
        raise UsageError("--in-place writes over the inputs themselves", hint="leave out --output, and name files")
    if output is not None and job.mode != "clean":
        raise UsageError(f"mode {job.mode} writes no text, so there is no use for --output", hint="leave it out")
    if job.workers is not None and job.workers < 1:
        raise UsageError(f"workers is {job.workers}", hint="use a whole number from 1 on")
    if job.max_document < 1:
        raise UsageError(f"max_document is {job.max_document}", hint="use a number of bytes, from 1 on")
    if job.format == "parquet":
        raise UsageError("Parquet is read by --engine spark only", hint="add --engine spark")
    _check_marks(job)
    _check_reach(job, output)


def _check_reach(job: Job, output: Path | None) -> None:
    """Refuse what belongs to another scope, and limits that limit nothing."""
    if job.settings.scope != "corpus":
        for name, value in (("against", job.against), ("max_memory", job.max_memory), ("work_dir", job.work_dir)):
            if value:
                what = f"{name} has a meaning in scope 'corpus' only"
                raise UsageError(what, hint="set scope to 'corpus', or leave it out")
    if job.max_memory is not None and job.max_memory < 1:
        raise UsageError(f"max_memory is {job.max_memory}", hint="use a number of bytes, such as 4 << 30")
    if job.max_removed is not None and not 0.0 <= job.max_removed <= 1.0:
        raise UsageError(f"max_removed is {job.max_removed}", hint="use a number from 0 to 1, such as 0.3")
    if job.max_removed is not None and job.mode != "clean":
        what = f"mode {job.mode} removes nothing, so there is no use for max_removed"
        raise UsageError(what, hint="leave it out")
    if job.work_dir is not None:
        if job.work_dir.exists() and not job.work_dir.is_dir():
            what = "is not a directory; nothing was read or written"
            raise UsageError(what, place=str(job.work_dir), hint="name a directory for --work-dir")
        refuse_inside(job.work_dir, job.inputs + job.against, "the work directory")
        if output is not None and same_file(job.work_dir, output):
            raise UsageError("output and work directory are the same", place=str(output), hint="choose another place")


def _check_marks(job: Job) -> None:
    """Refuse what has no sense where a text stays as it is, and says itself what would go."""
    if not job.mark:
        return
    if job.removed is not None:
        raise UsageError("--mark removes nothing, so there is nothing to log", hint="leave --removed out")
    if job.mode in ("check", "diff"):
        raise UsageError(f"--mark does not go with mode {job.mode}", hint="leave one of them out")
    if job.empty != "keep":
        raise UsageError(
            f"--mark leaves no text empty, so there is no use for empty {job.empty!r}", hint="leave it out"
        )
    if job.format == "text":
        raise UsageError("--mark is for JSON lines: plain text has no record to put marks into", hint="use --removed")


def refuse_inside(output: Path, inputs: tuple[str, ...], name: str) -> None:
    """Refuse a directory to write to within one that is read: the next run would read its files as inputs.

    Raises:
        UsageError: it lies there.
    """
    for given in inputs:
        if Path(given).is_dir() and Path(os.path.realpath(output)).is_relative_to(os.path.realpath(given)):
            what = f"{name} lies in {given}, which is read; nothing was written"
            raise UsageError(what, place=str(output), hint="choose a place outside")


def refuse_format(path: Path, job: Job | None, name: str) -> None:
    """Refuse an output whose name promises another format than text or JSON lines.

    Args:
        path: the output.
        job: whose output it is: where text of some syntax is insisted on, the output may be called so, too. None: the
            removal log, which is always JSON lines.
        name: of the output, for the message.

    Raises:
        UsageError: it does.
    """
    kind = named(path.name)
    if job is not None and kind is not None and (job.binary_as_text or (job.format == "text" and not kind.binary)):
        return
    refuse_kind(str(path), kind, name)


def refuse_kind(place: str, kind: Foreign | None, name: str) -> None:
    """Refuse an output that is called what it is not; see `refuse_format`.

    Args:
        place: the output.
        kind: what its name says; None: nothing, or what it is.
        name: of the output, for the message.

    Raises:
        UsageError: its name says something else.
    """
    if kind is None or kind is JSON:  # many call JSON lines so
        return
    what = f"{name} would be text or JSON lines, and its name says that it is {kind.what}; nothing was read or written"
    raise UsageError(what, place=place, hint="choose a name that ends with .txt or .jsonl, packed or not")


def refuse_file_name(output: Path) -> None:
    """Refuse a directory to be made that is called like a file.

    Raises:
        UsageError: it is.
    """
    if by_suffix(output.name) is not None or named(output.name) is not None or bare_name(output.name) != output.name:
        what = "has the name of a file, and the output of a directory is a directory; nothing was read or written"
        raise UsageError(what, place=str(output), hint=f"name a directory, or add a slash: {output}/")
