"""The pages of the documentation, by the kinds of what is looked for; `docs/index.md` lists those that there are."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent.parent.parent / "docs"

KINDS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Tutorial", (("tutorial.md", "every step once, on files that it makes"),)),
    (
        "How-to guides",
        (
            ("how-to.md", "one task after the other: check, clean, mark, restore, shards, lists of files"),
            ("day-by-day.md", "clean what is new against all that was there before"),
            ("tables.md", "data frames, Arrow, DuckDB, Hugging Face; steps of datatrove"),
            ("remote.md", "S3, HTTP and other addresses"),
            ("scale.md", "the same work on Apache Spark"),
            ("ci.md", "checks of every change"),
            ("review.md", "look at what would go, and decide"),
            ("troubleshooting.md", "messages and surprises, and what to do"),
        ),
    ),
    (
        "Reference",
        (
            ("cli.md", "every option, and how options go together"),
            ("configuration.md", "configuration files and environment variables"),
            ("exit-codes.md", "what a run ends with, and the kinds of errors"),
            ("formats.md", "what is read and written, and how"),
            ("explain.md", "why something goes or stays"),
            ("report.md", "what was found, for people and for programs"),
            ("removal-log.md", "what left the text, and the way back"),
            ("stats.md", "what a run has done, as JSON"),
            ("schemas.md", "every member of every file for programs, from the JSON Schemas"),
            ("library.md", "the same decisions in Python, with examples"),
            ("api.md", "signatures, fields, errors"),
            ("glossary.md", "what words mean here"),
            ("stability.md", "what may change when"),
        ),
    ),
    (
        "Explanation",
        (
            ("design.md", "what it is for, how it decides, what keeps it from doing harm"),
            ("verdict.md", "which near-duplicates stay, and which go, kind by kind"),
            ("how-it-works.md", "the flow through the source files, with one article"),
            ("performance.md", "speed, memory, and what the verdict loses, as measured"),
            ("comparison.md", "other tools, and where they are the better choice"),
            ("decisions/README.md", "single choices, and their reasons"),
        ),
    ),
    (
        "Project",
        (
            ("../CHANGELOG.md", "what has changed"),
            ("../CONTRIBUTING.md", "how to work on it"),
            ("../benchmarks/README.md", "what is measured, and how"),
        ),
    ),
)
"""Kind → pages, in order, with a line about each. A page that is not there (yet) is passed over."""
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def title(page: Path) -> str:
    """Return the title of a page."""
    found = _TITLE.search(page.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{page.name} has no title")
    return found[1]


def listed() -> str:
    """Return the list of pages, in Markdown."""
    parts = []
    for kind, pages in KINDS:
        lines = [f"- [{title(DOCS / name)}]({name}): {told}" for name, told in pages if (DOCS / name).exists()]
        parts.append("\n".join([f"## {kind}", "", *lines]))
    return "\n\n".join(parts)
