"""The documentation as a site: ``make site`` runs Sphinx with this, on the pages as they stand in the repository.

The pages are those that GitHub shows, with the same links; the navigation is what `docs/index.md` lists. Nothing is
fetched from the network, when the site is built or when it is read, and its search works on files.
"""

from __future__ import annotations

import re
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "dedup"
author = "The dedup authors"
project_copyright = "The dedup authors, MIT licence"
version = release = version_of("paradedup")

extensions = ["myst_parser"]
# The top of the repository is the source directory, so that links to files beside docs/ mean the same in the site.
root_doc = "docs/index"
include_patterns = ["docs/**.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md"]
exclude_patterns = [".*", "build", "dist", "native", "tests", "fixtures", "dedup", "tools", "**/__pycache__"]
source_suffix = {".md": "markdown"}

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 4  # the anchors that GitHub gives to headings
nitpicky = True
smartquotes = False  # two hyphens begin an option

html_theme = "furo"
html_title = f"dedup {release}"
html_extra_path = ["site"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"navigation_with_keys": True}
html_last_updated_fmt = None  # the same pages give the same site

SECTION = re.compile(r"^## (.+)\n((?:(?!^## ).*\n?)*)", re.MULTILINE)
PAGE = re.compile(r"^(?:- |\| )\[[^\]]+\]\(([^)#:]+)\.md\)", re.MULTILINE)
LISTS = {root_doc, "docs/decisions/README"}
"""Pages that list others: what a line begins with there becomes the navigation."""


def add_navigation(_app: Sphinx, name: str, source: list[str]) -> None:
    """Add the pages that a page lists to the navigation, under the headings it lists them by."""
    if name not in LISTS:
        return
    parts = SECTION.findall(source[0]) or [("", source[0])]
    for title, text in parts:
        pages = PAGE.findall(text)
        if pages:
            caption = f":caption: {title}\n" if title else ""
            source[0] += "\n".join(["\n\n```{toctree}", f":hidden:\n:maxdepth: 1\n{caption}", *pages, "```", ""])


def add_accessibility(_app: Sphinx, _name: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """Add what screen readers and keyboards lack: levels of headings, and code that can be scrolled."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')
    if "body" in context:
        context["body"] = context["body"].replace("<pre>", '<pre tabindex="0">')


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what is above."""
    app.connect("source-read", add_navigation)
    app.connect("html-page-context", add_accessibility, priority=900)  # after the theme has made its part
    return {"parallel_read_safe": True, "parallel_write_safe": True}
