"""Which format a report is written in: its name says so."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from dedup.report.renderers.base import Renderer

_BY_SUFFIX = {
    ".html": "html_report",
    ".json": "json_report",
    ".junit.xml": "junit_report",
    ".md": "markdown_report",
    ".sarif": "sarif_report",
}
"""End of a report's name → module of this package, which has its `RENDERER`. Of two that fit, the longer one."""
SUFFIXES = tuple(_BY_SUFFIX)


def suffix_of(name: str) -> str:
    """Return the end of a report's name that says what it is.

    Raises:
        UsageError: no end is known.
    """
    known = [suffix for suffix in SUFFIXES if name.lower().endswith(suffix)]
    if not known:
        hint = f"choose a name that ends with {', '.join(SUFFIXES)}"
        raise UsageError("the name of a report says what is written, and this one does not", place=name, hint=hint)
    return max(known, key=len)


def renderer_of(name: str) -> Renderer:
    """Return what makes a report of this name; see `suffix_of`."""
    module = import_module(f"dedup.report.renderers.{_BY_SUFFIX[suffix_of(name)]}")
    renderer: Renderer = module.RENDERER
    return renderer
