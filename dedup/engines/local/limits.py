"""What the system lets this process use: limits of control groups, of the user (``ulimit``), and of the affinity mask.

A container's limits are in files of its control group (cgroup), version 1 or 2, and in those of the groups above it:
the least along the path counts. Sources: ``Documentation/admin-guide/cgroup-v1/memory.rst`` and ``cgroup-v2.rst`` of
the Linux kernel, and ``proc(5)`` for the lines of ``/proc/self/cgroup`` and ``/proc/self/mountinfo``. Everything is
read below a root that can be named; what is not there, or cannot be understood, is no limit.
"""

from __future__ import annotations

import os
from math import ceil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path("/")
_NONE = 1 << 60
"""From here on a number of bytes is version 1's way to say that there is no limit."""
_MOUNT_ROOT, _MOUNT_POINT = 3, 4
"""Fields of a line of ``mountinfo``: which part of the file system is mounted, and where."""
_OPTIONS = 2
"""Field behind its separator: the controllers of a hierarchy of version 1."""


class Room(NamedTuple):
    """How much memory may still be taken, in bytes, and what limits it."""

    free: int
    by: str


class _Group(NamedTuple):
    """Control groups of this process, from its own one upwards, that have a controller."""

    directories: list[Path]
    version: int


def cores(root: Path = ROOT) -> int:
    """Return the number of cores that this process may use, at least 1: affinity mask, and quota of control groups."""
    number = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([number, *(ceil(quota) for quota in _quotas(root))]))


def room(root: Path = ROOT) -> Room | None:
    """Return what control groups and ``ulimit`` leave, whichever is least; None where neither limits anything."""
    found = [*_groups_room(root), *_user_room(root)]
    return min(found, default=None)


def _groups_room(root: Path) -> Iterator[Room]:
    for group in _groups(root, "memory"):
        limits = ("memory.max", "memory.high") if group.version > 1 else ("memory.limit_in_bytes",)
        used_file = "memory.current" if group.version > 1 else "memory.usage_in_bytes"
        cache = "inactive_file" if group.version > 1 else "total_inactive_file"
        for directory in group.directories:
            known = [limit for name in limits if (limit := _number(directory / name)) is not None and limit < _NONE]
            if known:
                used = _number(directory / used_file) or 0
                # What was read from files and not looked at again is given up on demand.
                used -= min(used, entry(directory / "memory.stat", cache) or 0)
                yield Room(max(0, min(known) - used), "the control group (container)")


def _user_room(root: Path) -> Iterator[Room]:
    try:
        import resource  # not on Windows
    except ImportError:
        return
    # Pages: the whole address space first, data and stack sixth; see proc(5).
    pages = (_text(root / "proc/self/statm") or "").split()
    for name, flag, place in (("RLIMIT_AS", "-v", 0), ("RLIMIT_DATA", "-d", 5)):
        limit = resource.getrlimit(getattr(resource, name))[0] if hasattr(resource, name) else resource.RLIM_INFINITY
        if limit not in (resource.RLIM_INFINITY, -1):
            used = int(pages[place]) * resource.getpagesize() if len(pages) > place and pages[place].isdecimal() else 0
            yield Room(max(0, limit - used), f"ulimit {flag}")


def _quotas(root: Path) -> Iterator[float]:
    """Yield how many cores' time each control group may use, where it is limited."""
    for group in _groups(root, "cpu"):
        for directory in group.directories:
            if group.version > 1:
                quota, _, period = (_text(directory / "cpu.max") or "").partition(" ")
            else:
                quota, period = (_text(directory / f"cpu.cfs_{name}_us") or "" for name in ("quota", "period"))
            if quota.isdecimal() and period.isdecimal() and int(quota) and int(period):
                yield int(quota) / int(period)


def _groups(root: Path, controller: str) -> Iterator[_Group]:
    """Yield the hierarchies of control groups that may limit something; a system may have both versions."""
    own = _own_paths(root)
    for line in (_text(root / "proc/self/mountinfo") or "").splitlines():
        before, _, after = line.partition(" - ")
        fields, kind = before.split(), after.split()
        if len(fields) <= _MOUNT_POINT or len(kind) <= _OPTIONS:
            continue
        version = {"cgroup": 1, "cgroup2": 2}.get(kind[0], 0)
        name = controller if version == 1 else ""
        if not version or name not in own or (name and name not in kind[_OPTIONS].split(",")):
            continue
        top = root / _unescaped(fields[_MOUNT_POINT]).lstrip("/")
        yield _Group(list(_upwards(top, own[name], _unescaped(fields[_MOUNT_ROOT]))), version)


def _own_paths(root: Path) -> dict[str, str]:
    """Return this process's control group by controller of version 1; by "" the one of version 2."""
    own = {}
    for line in (_text(root / "proc/self/cgroup") or "").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        own.update(dict.fromkeys(controllers.split(","), path))
    return own


def _upwards(top: Path, path: str, mounted: str) -> Iterator[Path]:
    """Yield the directories of a control group and of those above it, as far as they can be seen from here.

    Args:
        top: where the hierarchy is mounted.
        path: of the group.
        mounted: path of the group that stands at `top`; in a container it may be the container's own.
    """
    inner = PurePosixPath(path)
    # A path as another name space sees it says only that what is mounted is above this process.
    inner = inner.relative_to(mounted) if inner.is_relative_to(mounted) else PurePosixPath()
    inner = PurePosixPath(*(part for part in inner.parts if part not in ("/", "..")))
    for group in (inner, *inner.parents) if inner.parts else (inner,):
        yield top / group


def _unescaped(path: str) -> str:
    r"""Return a path of ``mountinfo``, which writes spaces and the like as ``\040``."""
    for code in ("040", "011", "012", "134"):
        path = path.replace(f"\\{code}", chr(int(code, 8)))
    return path


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text is not None and text.isdecimal() else None


def entry(path: Path, name: str) -> int | None:
    """Return the number behind a name in a file of names and numbers; None where it cannot be read."""
    for line in (_text(path) or "").splitlines():
        key, *numbers = line.split()[:2] or [""]
        if key == name and numbers and numbers[0].isdecimal():
            return int(numbers[0])
    return None
