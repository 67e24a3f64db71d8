"""Which kernels are at work: those in Rust, where they were built, or those in Python, which give the same bytes.

No other module imports the crate. What is in it, and what it leaves to Python, is said in `docs/design.md`.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from dedup.model.errors import MissingDependencyError, UsageError

if TYPE_CHECKING:
    from types import ModuleType

VARIABLE = "DEDUP_NATIVE"
"""Environment variable: ``0`` for the kernels in Python, ``1`` for those in Rust or an error, ``auto`` for the best."""
_AUTO = "auto"
_INTERFACE = 8
"""Number of the boundary's form. In a checkout the kernels may have been built before the Python was changed."""


def checked() -> str:
    """Return which kernels are asked for: ``0``, ``1`` or ``auto``.

    Raises:
        UsageError: something else is.
        MissingDependencyError: those in Rust are, and are not there.
    """
    asked = os.environ.get(VARIABLE, "").strip() or _AUTO
    if asked not in ("0", "1", _AUTO):
        raise UsageError(f"{VARIABLE} is {asked!r}", hint="use 0, 1 or auto")
    if asked == "1" and _loaded()[0] is None:
        raise MissingDependencyError(
            f"the native kernels are not there ({_loaded()[1]}), and {VARIABLE} is 1",
            hint=f"install again with Rust on the PATH, or leave {VARIABLE} out",
        )
    return asked


def native() -> ModuleType | None:
    """Return the kernels in Rust; None where those in Python are to do the work.

    Raises:
        UsageError, MissingDependencyError: as in `checked`.
    """
    return None if checked() == "0" else _loaded()[0]


def instructions() -> str:
    """Return the name of the best instructions that the kernels in Rust, which are there, can use on this machine."""
    kernels = native()
    assert kernels is not None  # noqa: S101 - the caller's part
    found: str = kernels.instructions()[-1]
    return found


def describe() -> str:
    """Name the kernels that are at work, for people."""
    return "Python kernels" if native() is None else f"native kernels, {instructions()}"


@cache
def _loaded() -> tuple[ModuleType | None, str]:
    """Return the kernels in Rust, or why they are not there."""
    try:
        from dedup.native import _kernels
    except ImportError as error:
        from importlib.util import find_spec

        there = find_spec("dedup.native._kernels") is not None  # perhaps for another machine
        return None, str(error) if there else "they were not built"
    if getattr(_kernels, "INTERFACE", None) != _INTERFACE:
        return None, "they were built for another version"
    return _kernels, ""
