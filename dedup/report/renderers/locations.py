"""Where findings stand, as services that know a repository name files: relative to its root."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote_from_bytes

ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Variables of GitHub and GitLab that name the root of the checkout."""


def relative_path(name: str) -> str:
    """Return a file's path relative to the root of the checkout, or to the current directory where nothing names one.

    With forward slashes. What does not lie below that root stays as it was given.
    """
    root = next((value for variable in ROOTS if (value := os.environ.get(variable))), None)
    try:
        whole = Path(os.path.abspath(name))  # noqa: PTH100 - a link is called what it is called in the repository
        top = Path(os.path.realpath(root)) if root else Path.cwd()
        for candidate in (whole, Path(os.path.realpath(whole.parent)) / whole.name):
            for base in (top, Path(root) if root else top):
                if candidate.is_relative_to(base):
                    return candidate.relative_to(base).as_posix()
    except (OSError, ValueError):
        pass
    return Path(name).as_posix() if name else name


def relative_uri(name: str) -> str:
    """Return the same as a reference of a URI, in which everything that means something there is encoded."""
    path = relative_path(name)
    try:
        encoded = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # no name of a file, and no bytes behind it
        encoded = path.encode("utf-8", "surrogatepass")
    return quote_from_bytes(encoded, safe="/")
