"""What a run reads and writes, settled and checked before it reads or writes anything."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from dedup.formats.archives.names import is_about_archive, packed_name
from dedup.formats.files.atomic import is_protected, protected
from dedup.formats.files.compression import by_name
from dedup.formats.files.discover import Patterns, Report, Source, discover, plain_path, refuse_read_twice
from dedup.formats.files.links import Named, check_inside, leads_out
from dedup.formats.files.outputs import FileOutput, Output, StdoutOutput, TreeOutput, targets
from dedup.formats.files.places import output_place, same_place
from dedup.formats.files.reader import reason, status_of
from dedup.formats.files.shards import ShardedOutput, ShardNames
from dedup.formats.html_pages import check_extra
from dedup.formats.names import USUAL
from dedup.formats.plan_checks import (
    NO_CHANGES,
    NO_MARKS,
    check_work_directory,
    refuse_file_name,
    refuse_format,
    refuse_inside,
    shard_names,
)
from dedup.formats.registry import format_named
from dedup.model.compatibility import LOCAL_JOB, refuse
from dedup.model.errors import DedupError, InputError, OutputError, UsageError
from dedup.model.job import STDIN, Job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dedup.formats.archives.archive import Archive
    from dedup.formats.files.location import Place, Readable


@dataclass(frozen=True, slots=True)
class IOPlan:
    """Inputs and outputs of a run."""

    sources: list[Source]
    per_file: bool
    """Each input is an output, and a section of the log, of its own; else all are one stream."""
    destinations: Sequence[Place]
    """A file for each source, one for all of them, or none."""
    references: list[Source] = field(default_factory=list)
    """What is read before the sources, and not written."""
    shards: ShardNames | None = None
    """Where the one output is written in files of a bounded size, their names; then `destinations` has the first."""
    top: Place | None = None
    """The output, where that is given."""
    removed: Place | None = None
    """The removal log, where one is asked for."""
    archive: Archive | None = None
    """What the sources are members of."""


def plan_io(job: Job, report: Report, stdin: BinaryIO | None, stdout: BinaryIO | None) -> IOPlan:
    """Find the inputs and settle where each one goes.

    Args:
        job: what is asked for.
        report: is told what cannot be read; see `discover`.
        stdin: what is read for ``-``, if not the process's standard input.
        stdout: where standard output goes, if not to the process's.

    Raises:
        UsageError: the parts of the job do not fit together, or an output is one of the inputs.
        InputError: a reference cannot be read.
        OutputError: two inputs would be written to the same place.
    """
    refuse((*LOCAL_JOB, NO_MARKS, NO_CHANGES), job)
    if job.html == "text":
        from dedup.formats.html_text import check_extractor  # rarely asked for

        check_extractor()
    elif job.html is not None:
        check_extra()
    check_work_directory(job)
    output, removed = output_place(job.output_path), output_place(job.removed)
    if is_about_archive(job):
        return _plan_archive(job, output, removed, stdin, stdout)
    shards = shard_names(job)
    found = discover(job.inputs, _patterns(job), job.stdin_name, report, exclude=job.exclude, listed=job.listed)
    chosen, unchanged = _chosen(job, found.sources)
    sources = _writable(_once(chosen), Named(job.named), report) if job.in_place else chosen
    per_file = job.in_place or job.mode != "clean"
    if output is not None and shards is None and (found.tree or job.into_directory or output.is_dir()):
        if any(source.place is None for source in sources):
            raise UsageError("standard input cannot go to a directory", hint="use --output FILE")
        if not job.into_directory and not output.exists():
            refuse_file_name(output)
        per_file = True
    elif output is not None:
        refuse_format(output, job, "the output")
    if removed is not None:
        refuse_format(removed, None, "the removal log")
    if per_file and output is None:
        sources = _distinct(sources)
    destinations = _destinations(job, output, sources, per_file=per_file) if shards is None else [shards.place(0)]
    references = [*_references(job), *unchanged]
    layout = IOPlan(sources, per_file, destinations, references, shards, output, removed)
    refuse_read_twice([*layout.sources, *layout.references], sys.stdin if stdin is None else stdin)
    _refuse_overwriting(job, layout, stdin, stdout)
    return layout


def _chosen(job: Job, sources: list[Source]) -> tuple[list[Source], list[Source]]:
    """Return the inputs that are to be cleaned, and those that only are compared with, as they have not changed."""
    if job.changed is None:
        return sources, []
    from dedup.formats.files.git_changes import split_sources  # most runs do not ask git

    changed, others = split_sources(sources, job.changed)
    return changed, _distinct(others) if changed and job.settings.scope == "corpus" else []


def open_output(job: Job, layout: IOPlan, stdout: BinaryIO | None) -> Output:
    """Open what the text is written to.

    Raises:
        OutputError: it cannot be written.
    """
    if job.mode != "clean":
        return Output()
    if layout.archive is not None:
        return _open_archive(job, layout, layout.archive)
    if not (layout.destinations or job.in_place):
        return Output() if job.output_path else StdoutOutput(stdout)
    if layout.per_file:
        # In place with a log, no file changes before the log is there: else what is gone from it could be lost.
        together = job.in_place and job.removed is not None
        return TreeOutput(layout.destinations, in_place=job.in_place, together=together, top=layout.top)
    if layout.shards is not None and job.shard_size is not None:
        return ShardedOutput(layout.shards, job.shard_size)
    return FileOutput(layout.destinations[0])


def _plan_archive(
    job: Job, output: Place | None, removed: Place | None, stdin: BinaryIO | None, stdout: BinaryIO | None
) -> IOPlan:
    """Plan a run over the members of an archive, which is one output."""
    from dedup.formats.archives.asked import asked_archive  # most runs know no archives

    def fail(error: DedupError) -> None:
        raise error

    archive = asked_archive(job, stdin)
    if removed is not None:
        refuse_format(removed, None, "the removal log")
    path = archive.place if isinstance(archive.place, Path) else None
    remote = None if isinstance(archive.place, Path) else archive.place
    whole = Source(path, archive.name, archive.name, None, remote=remote)
    destinations = [output] if output is not None else []
    if job.in_place:
        if isinstance(removed, Path) and removed.exists():
            # Whether it is needed to restore the archive cannot be told from its members.
            what = "is there already, and may be the log of an earlier run; nothing was changed"
            raise UsageError(what, place=str(removed), hint="name another LOG, or delete this one first")
        _writable([whole], Named(job.inputs), fail)
        destinations = [] if path is None else [path]
    layout = IOPlan([whole], per_file=False, destinations=destinations, references=_references(job), removed=removed)
    _refuse_overwriting(job, layout, stdin, stdout)
    include = USUAL if job.include is None else job.include
    sources = archive.sources(Patterns(include, job.exclude))
    if not sources:
        what, hint = f"no member matches {', '.join(include)}; nothing was written", "say which with --include"
        raise InputError(what, place=archive.name, hint=hint)
    return replace(layout, sources=sources, per_file=True, archive=archive)


def _open_archive(job: Job, layout: IOPlan, archive: Archive) -> Output:
    from dedup.formats.archives.output import TarOutput, ZipOutput

    target = layout.destinations[0] if layout.destinations else None
    if target is None:
        return Output()
    kind = ZipOutput if archive.is_zip else TarOutput
    if job.in_place:
        return kind(target, archive, compress=archive.compressed, in_place=True, before=archive.before)
    return kind(target, archive, compress=by_name(Path(packed_name(target.name))))


def _references(job: Job) -> list[Source]:
    """Find the references. One that cannot be read is no problem to pass over: what it holds would stay unseen."""

    def report(error: DedupError) -> None:
        raise InputError(f"{error.what}; nothing was written", place=error.place, hint=error.hint)

    if STDIN in job.against:
        raise UsageError("a reference cannot be '-'", hint="name a file")
    return discover(job.against, _patterns(job), job.stdin_name, report, exclude=job.exclude).sources


def _patterns(job: Job) -> tuple[str, ...]:
    """Return the names that are read below a directory: as said, else, of a format that is asked for, its own."""
    if job.include is not None:
        return job.include
    own = () if job.format == "auto" else tuple(f"*{suffix}" for suffix in format_named(job.format).suffixes)
    return USUAL if set(own) <= set(USUAL) else own


def _destinations(job: Job, output: Place | None, sources: list[Source], *, per_file: bool) -> Sequence[Place]:
    if job.in_place:
        return [source.path for source in sources if source.path is not None]
    if output is None:
        return []
    if not per_file:
        return [output]
    if isinstance(output, Path) and output.exists() and not output.is_dir():
        what = "is a file, and a directory among the inputs needs a directory; nothing was written"
        raise OutputError(what, place=str(output))
    places = targets(sources, output, _renaming(job))
    for place in places:
        check_inside(place, output)
    return places


def _renaming(job: Job) -> Callable[[str], str]:
    """Return what gives the name of an output, given that of an input in its own tree."""
    if job.html != "text":
        return str
    from dedup.formats.html_text import name_of_text  # rarely asked for

    return name_of_text


def _refuse_overwriting(job: Job, layout: IOPlan, stdin: BinaryIO | None, stdout: BinaryIO | None) -> None:
    known = _known(layout, stdin)
    _refuse_list(job, known, layout, stdin)
    if not job.in_place:
        for path in layout.destinations:
            if (taken := _first(known, path)) is not None:
                what = f"output and input are the same file; {taken.name} was not changed"
                raise UsageError(what, place=str(path), hint="use --in-place")
    to_stdout = job.mode == "diff" or (job.mode == "clean" and not job.in_place and job.output_path is None)
    written = _identity(sys.stdout if stdout is None else stdout) if to_stdout else None
    if written is not None and (taken := known.get(written)) is not None:
        what = "input and standard output are the same file"
        raise UsageError(what, place=taken.name, hint="write elsewhere, or use --in-place")
    if layout.top is not None and layout.per_file:
        refuse_inside(layout.top, job.named + job.against, "the output")
    _refuse_told(job, layout, known, written)
    if layout.removed is None:
        return
    if written in _identities(layout.removed):
        raise UsageError("removal log and standard output are the same file", place=str(layout.removed))
    _refuse_log(layout.removed, known, layout)
    if job.in_place:
        _refuse_only_copy(layout.removed, layout.destinations)


def _known(layout: IOPlan, stdin: BinaryIO | None) -> dict[object, Source]:
    """Return all that is read, by what tells one file from another.

    Raises:
        UsageError: an input is a reference as well.
    """
    known: dict[object, Source] = {}
    for source in layout.sources:
        identities = (
            [_identity(sys.stdin if stdin is None else stdin)] if source.place is None else _identities(source.place)
        )
        known.update((identity, source) for identity in identities if identity is not None)
    references: dict[object, Source] = {}
    for reference in layout.references:
        identities = _identities(reference.place) if reference.place is not None else []
        if not known.keys().isdisjoint(identities):
            what = "is an input and a reference, and all of it would go; nothing was written"
            raise UsageError(what, place=reference.name, hint="leave it out of one of them")
        references.update((identity, reference) for identity in identities)
    return known | references


def _refuse_told(job: Job, layout: IOPlan, known: dict[object, Source], stdout: object) -> None:
    """Refuse a file for what is told of the run that is read, or that something else goes to."""
    written: list[Place] = [*layout.destinations, *([layout.removed] if layout.removed else [])]
    told = [("figures", job.stats), ("baseline", job.baseline), *(("report", path) for path in job.reports)]
    for what, path in told:
        if path is None:
            continue
        identities = set(_identities(path))
        if stdout in identities or any(not identities.isdisjoint(_identities(other)) for other in written):
            raise UsageError(f"the {what} and something else are the same file; nothing was written", place=str(path))
        if not identities.isdisjoint(known):
            raise UsageError(f"the file of the {what} is one of the inputs; nothing was written", place=str(path))
        written.append(path)


def _refuse_list(job: Job, known: dict[object, Source], layout: IOPlan, stdin: BinaryIO | None) -> None:
    """Refuse a list of inputs that is read as one of them, as ``find . > list`` makes it, or written over."""
    if job.files_from is None:
        return
    path = None if job.files_from == STDIN else Path(job.files_from)
    identities = [_identity(sys.stdin if stdin is None else stdin)] if path is None else _identities(path)
    if (taken := next((known[identity] for identity in identities if identity in known), None)) is not None:
        what = "is the list of inputs, and one of them; nothing was read or written"
        raise UsageError(what, place=taken.name, hint="keep the list elsewhere, or take its name out of it")
    written = [] if job.in_place else layout.destinations
    for place in written if layout.removed is None else [*written, layout.removed]:
        if not set(identities).isdisjoint(_identities(place)):
            raise UsageError("is the list of inputs, and would be written over; nothing was written", place=str(place))


def _refuse_only_copy(log: Place, files: Sequence[Place]) -> None:
    from dedup.formats.log.restore import is_needed  # most runs keep no log

    if (log.is_file() if isinstance(log, Path) else log.exists()) and is_needed(log, files):
        what = "holds what an earlier run removed from these files, and is not written over; nothing was changed"
        raise UsageError(what, place=str(log), hint="name another LOG, or delete this one first")


def _refuse_log(log: Place, known: dict[object, Source], layout: IOPlan) -> None:
    if _first(known, log) is not None:
        raise UsageError("the removal log is one of the inputs; nothing was written", place=str(log))
    if any(same_place(log, path) for path in layout.destinations):
        raise UsageError("removal log and output are the same file", place=str(log))


def _identities(path: Readable) -> list[object]:
    """Return all that tells a file: where it is, and, if it is there, which one it is."""
    if not isinstance(path, Path):
        return [path.key]
    identities: list[object] = [os.path.realpath(path)]
    try:
        status = path.stat()
    except OSError:
        return identities
    if stat.S_ISREG(status.st_mode):
        identities.append((status.st_dev, status.st_ino))
    return identities


def _first(known: dict[object, Source], path: Place) -> Source | None:
    return next((known[identity] for identity in _identities(path) if identity in known), None)


def _identity(stream: BinaryIO | TextIO) -> object:
    """Return what tells the file that a standard stream is; None where it is none."""
    status = status_of(stream)
    return (status.st_dev, status.st_ino) if status is not None and stat.S_ISREG(status.st_mode) else None


def _once(sources: list[Source]) -> list[Source]:
    """Return each file once; written over twice, the second time would undo nothing and log everything again."""
    seen: dict[str, Source] = {}
    for source in sources:
        seen.setdefault(os.path.realpath(source.path) if source.path is not None else source.name, source)
    return list(seen.values())


def _writable(sources: list[Source], named: Named, report: Report) -> list[Source]:
    """Return the files that may be written over, and report the others: better now than when half is done."""
    found = []
    for source in sources:
        if source.remote is not None:
            what, hint = (
                "is no file of this machine, and is not written over in place",
                "name another place with --output",
            )
            report(OutputError(what, place=source.name, hint=hint))
        if source.path is None:
            continue
        try:
            status = source.path.stat()
        except OSError as error:  # it has vanished since it was found
            report(InputError(reason(error), place=source.name))
            continue
        if not stat.S_ISREG(status.st_mode):
            report(OutputError("is not a regular file, and cannot be written over", place=source.name))
        elif is_protected(source.path, status):
            report(protected(source.path))
        elif not named.has(source.path):
            report(leads_out(source.path))
        else:
            found.append(source)
    return found


def _distinct(sources: list[Source]) -> list[Source]:
    """Where two have the same name for the log, name all of them by their paths: as given, else the real ones."""
    if len({source.relative for source in sources}) == len(sources):
        return sources
    given = [plain_path(source.name) for source in sources]
    if len(set(given)) < len(given):  # ../a.txt and a.txt
        given = [plain_path(os.path.realpath(source.name)) for source in sources]
    return [replace(source, relative=name) for source, name in zip(sources, given, strict=True)]
