"""Write the generated parts of the documentation anew: ``python tests/support/update_docs.py``.

Some pages have a block that is generated, between two comments; man pages are generated as a whole.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # where `tests` is found if this is run as a script

from dedup.command import index_help
from dedup.command.help import describe, render
from dedup.command.options import OPTIONS
from tests.support.documentation import exit_codes, library_pages, man_pages, navigation, schema_tables

DOCS = navigation.DOCS
ROOT = DOCS.parent
VERSION = re.compile(r'^version = "(.+)"$', re.MULTILINE)


def help_block() -> str:
    """Return the help as a block of Markdown."""
    return f"```text\n{render()}```"


def index_block() -> str:
    """Return the help pages of `dedup-index` as blocks of Markdown."""
    pages = [index_help.render(name) for name in (None, *index_help.COMMANDS)]
    return "\n\n".join(f"```text\n{page}```" for page in pages)


def settings_block() -> str:
    """Return a table of everything that a configuration file or the environment may set."""
    rows = ["| key | environment | value | meaning |", "|---|---|---|---|"]
    kinds = {
        "switch": "true or false",
        "flag": "true or false",
        "float": "number",
        "int": "whole number",
        "text": "string",
        "size": "size: `1048576`, `512K`, `1.5M`, `1G`",
        "list": "list of strings (in the environment: separated by spaces)",
        "file": "file name",
    }
    for option in OPTIONS.values():
        if option.source == "line":
            continue
        key = f"`{option.name}`" + " *" * (option.source == "named") if option.in_file else "-"
        choices = (f"(`{choice}`)" if choice in option.unsafe else f"`{choice}`" for choice in option.choices)
        value = ", ".join(choices) or kinds[option.kind]
        rows.append(f"| {key} | `{option.env}` | {value} | {describe(option).replace('|', chr(92) + '|')} |")
    return "\n".join(rows)


BLOCKS = {
    "cli.md": ("help", help_block),
    "configuration.md": ("settings", settings_block),
    "day-by-day.md": ("index help", index_block),
    "index.md": ("pages", navigation.listed),
    "exit-codes.md": ("exit codes", exit_codes.tables),
    "schemas.md": ("schemas", schema_tables.all_sections),
    "api.md": ("library", library_pages.page),
}
"""Page → name of the block in it that is generated, and what makes it."""
WHOLE = {
    "man/dedup.1": man_pages.dedup_page,
    "man/dedup-index.1": man_pages.index_page,
}
"""File → what makes all of it, given the version."""


def updated(name: str) -> str:
    """Return a page, or its block, as it should be; one that is generated as a whole need not be there."""
    if name in WHOLE:
        version = VERSION.search((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        return WHOLE[name](version[1] if version else "")
    mark, make = BLOCKS[name]
    text = (DOCS / name).read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- generated: {mark} -->\n).*?(<!-- end -->)", re.DOTALL)
    new, found = pattern.subn(lambda match: match[1] + make() + "\n" + match[2], text)
    if found != 1:
        raise ValueError(f"{name} has {found} blocks named {mark!r}")
    return new


if __name__ == "__main__":
    for page in (*BLOCKS, *WHOLE):
        (DOCS / page).write_text(updated(page), encoding="utf-8")
    sys.exit(0)
