"""Which files have changed since a revision of the git repository that the current directory lies in (``--since``)."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.model.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.formats.files.discover import Source
    from dedup.model.job import Job

PATIENCE = 120
"""Seconds that git may take."""
_NOTHING = "nothing was read or written"
_HARMLESS = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "--no-pager")


def with_changes(job: Job) -> Job:
    """Return a job with the files that have changed since the revision that it names; any other one as it is.

    Raises:
        UsageError: the revision is none, or the current directory is in no repository.
        InputError: git is not there, or cannot tell.
    """
    if job.since is None:
        return job
    return replace(job, changed=frozenset(changed_since(job.since)))


def changed_since(revision: str, directory: Path | None = None) -> Iterator[str]:
    """Yield the real paths of all files that are not as they were where this branch left a revision behind.

    These are files that differ in the working tree from the last common ancestor of HEAD and the revision, and files
    that git neither tracks nor ignores. One that was only renamed is not among them, and neither is one that is gone.

    Args:
        revision: what git takes for a commit.
        directory: in the repository; None: the current one.

    Raises:
        UsageError, InputError: see `with_changes`.
    """
    if not revision or revision.startswith("-"):
        raise UsageError(f"--since is {revision!r}, which is no revision", hint="name a commit, branch or tag")
    here = Path.cwd() if directory is None else directory
    top = _lines(_git(["rev-parse", "--show-toplevel"], here))
    if top is None:
        what = f"--since asks git, and this directory is in no git repository; {_NOTHING}"
        raise UsageError(what, place=str(here), hint="run it within the repository, or leave --since out")
    commit = _lines(_git(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"], here))
    if commit is None:
        what = f"git knows no such revision; {_NOTHING}"
        hint = "fetch it first (in CI: with the history, as fetch-depth: 0), or name another one"
        raise UsageError(what, place=revision, hint=hint)
    base = _lines(_git(["merge-base", commit, "HEAD"], here))
    if base is None:
        what = f"git finds nothing that it and HEAD have in common; {_NOTHING}"
        raise UsageError(what, place=revision, hint="fetch the history (in CI: fetch-depth: 0)")
    compared = ["diff", "--name-status", "-z", "-M", "--no-ext-diff", "--ignore-submodules", base.split("\n")[0], "--"]
    root = os.fsencode(top)
    for name in (*_differing(_needed(compared, Path(top))), *_untracked(Path(top))):
        path = os.path.join(root, name)  # noqa: PTH118 - names are bytes
        if not os.path.islink(path):  # noqa: PTH114 - likewise. What it leads to has changed, or has not
            yield os.fsdecode(os.path.realpath(path))


def _differing(told: bytes) -> Iterator[bytes]:
    """Yield the names in what ``git diff --name-status -z`` prints: a status and a name, or two of one renamed."""
    fields = iter(told.split(b"\0"))
    for status in fields:
        if not status:
            return
        name = next(fields)
        if status[:1] in b"RC":
            name = next(fields)
        if status[:1] != b"D" and status != b"R100":
            yield name


def _untracked(top: Path) -> Iterable[bytes]:
    return filter(None, _needed(["ls-files", "-z", "--others", "--exclude-standard"], top).split(b"\0"))


def _git(arguments: list[str], directory: Path) -> bytes | None:
    """Return what git prints; None where it ends with an error.

    Raises:
        InputError: it cannot be run, or takes too long.
    """
    command = shutil.which("git")
    if command is None:
        raise InputError(f"--since asks git, and there is none; {_NOTHING}", hint="install git, or leave --since out")
    # Messages are not read, and the index is not refreshed on disk.
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and a revision never looks like an option
            [command, *_HARMLESS, *arguments],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"git took more than {PATIENCE} seconds to tell what has changed; {_NOTHING}") from None
    except OSError as error:
        raise InputError(f"git cannot be run ({error.strerror}); {_NOTHING}") from None
    return done.stdout if done.returncode == 0 else None


def _needed(arguments: list[str], directory: Path) -> bytes:
    told = _git(arguments, directory)
    if told is None:
        what = f"git could not tell what has changed; {_NOTHING}"
        raise InputError(what, place=str(directory), hint=f"see what it says of: git {arguments[0]}")
    return told


def _lines(told: bytes | None) -> str | None:
    return None if told is None else os.fsdecode(told).removesuffix("\n")


def split_sources(sources: list[Source], changed: frozenset[str]) -> tuple[list[Source], list[Source]]:
    """Return the sources that are among the changed files, and the others.

    Raises:
        UsageError: one is no file of this machine, of which git can tell nothing.
    """
    fresh: list[Source] = []
    old: list[Source] = []
    for source in sources:
        if source.path is None:
            raise UsageError("--since is for files, and this is none", place=source.name, hint="leave one of them out")
        (fresh if os.path.realpath(source.path) in changed else old).append(source)
    return fresh, old
