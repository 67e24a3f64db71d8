"""Locks on files, which the system releases when the last process that shares them ends."""

from __future__ import annotations


def take_lock(descriptor: int, *, shared: bool = False, wait: bool = False) -> bool:
    """Take the lock of an open file; return False if another process has one that excludes it, unless it is waited for.

    Where the system has no such locks (Windows), every one is given.

    Raises:
        OSError: the file system has no locks.
    """
    try:
        import fcntl  # not on Windows
    except ImportError:
        return True
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True
