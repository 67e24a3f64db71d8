"""The report for a comment on a pull request, or for the summary of a job: Markdown (``--report FILE.md``).

Scraped text and names of files stand in code spans alone, in which nothing is a link, a mention or markup.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.report.renderers.base import MARK, Renderer
from dedup.report.renderers.locations import relative_path
from dedup.report.renderers.wording import REASONS, excerpt, in_order, named
from dedup.report.summary import line, plural
from dedup.report.terminal import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.model.explanation import Explanation
    from dedup.report.findings.findings import Findings
    from dedup.report.renderers.base import Told

LARGEST = 60_000
"""Bytes of the whole: GitHub cuts comments at 65,536 characters."""
MOST_REPEATED = 10
_ROOM = 400
"""Bytes that are left for what closes the list."""
_TICKS = re.compile(r"`+")


def render(told: Told) -> Iterator[bytes]:
    """Yield the report; its parts in the order of their weight, as far as there is room."""
    written = 0
    for part in (_head(told), _reasons(told.findings), _repeated(told.findings)):
        data = part.encode()
        if written + len(data) <= LARGEST - _ROOM:
            written += len(data)
            yield data
    yield from _listed(told, LARGEST - _ROOM - written)


def _head(told: Told) -> str:
    findings, goes = told.findings, "were removed" if told.job.mode == "clean" else "would be removed"
    if told.job.baseline is not None:
        new = findings.removed - findings.accepted
        title = f"{plural(new, 'new repeat')}" if new else "No new repeats"
        note = f"{findings.accepted:,} of {plural(findings.removed, 'repeat')} accepted by {code(_path(told))}.\n\n"
    else:
        removed = told.counts.removed
        title = f"{plural(removed, 'paragraph')} {goes.replace('were', 'was') if removed == 1 else goes}"
        title, note = (title if removed else "Nothing repeats"), ""
    return f"<!-- {MARK} -->\n### dedup: {title}\n\n{line(told.counts, told.job.mode)}\n\n{note}"


def _path(told: Told) -> str:
    return relative_path(str(told.job.baseline))


def _reasons(findings: Findings) -> str:
    if not findings.reasons:
        return ""
    rows = ["| findings | | |", "|---:|---|---|"]
    known = [reason for reason in REASONS if findings.reasons[reason]]
    rows += [f"| {findings.reasons[reason]:,} | {named(reason).title} | {named(reason).short} |" for reason in known]
    return "\n".join(rows) + "\n\n"


def _repeated(findings: Findings) -> str:
    top = [one for one in findings.repeated.top(MOST_REPEATED) if one.removed > 1]
    if not top:
        return ""
    rows = ["**Most repeated**", "", "| removed | documents | text |", "|---:|---:|---|"]
    rows += [f"| {one.removed:,} | {one.documents:,} | {cell(excerpt(one.text))} |" for one in top]
    return "\n".join(rows) + "\n\n"


def _listed(told: Told, room: int) -> Iterator[bytes]:
    """Yield the first findings, in what can be opened, and how many more there are."""
    number = told.findings.removed - told.findings.accepted
    if not number:
        return
    what = "New repeats" if told.job.baseline is not None else "Repeats"
    begin = f"<details><summary>{what}</summary>\n\n".encode()
    yield begin
    room -= len(begin)
    shown = 0
    for found in in_order(told.findings):
        if not found.removed or found.accepted:
            continue
        item = _item(found).encode()
        if len(item) > room:
            break
        room -= len(item)
        shown += 1
        yield item
    more = f"- … and {number - shown:,} more\n" if shown < number else ""
    yield f"{more}\n</details>\n".encode()


def _item(found: Explanation) -> str:
    at = _place(found.at.file, found.at.line)
    beside = _place(found.beside.file, found.beside.line)
    same = "the same words" if found.text == found.witness else f"similarity {found.similarity:.2f}"
    own = f"- {at}: {named(found.reason).title.lower()}, of {beside} ({same})\n"
    return f"{own}  {code(excerpt(found.text))}\n"


def _place(file: str, number: int | None) -> str:
    path = relative_path(file)
    return code(path if number is None else f"{path}:{number}")


def code(text: str) -> str:
    """Return a text as a code span, whatever is in it; white space in a row is one space."""
    plain = " ".join(sanitise(text.replace("\n", " ")).split())
    if not plain:
        return "(no text)"
    longest = max((len(run) for run in _TICKS.findall(plain)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if plain[0] == "`" or plain[-1] == "`" else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def cell(text: str) -> str:
    """Return the same for the cell of a table, which a bar would end."""
    return code(text).replace("|", r"\|")


RENDERER = Renderer("Markdown", render)
