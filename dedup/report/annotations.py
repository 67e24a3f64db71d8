"""Findings on standard output, in the words of a service that shows them beside the lines (``--annotate``).

- ``github``: workflow commands, which GitHub Actions reads from the output of a step.
- ``gitlab``: a report of Code Quality, one array of JSON, which a job of GitLab CI keeps as an artefact.

Scraped text in them is data: it can neither end a command nor begin one.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Literal

from dedup.formats.files.reader import reason
from dedup.model.errors import OutputError
from dedup.report.findings.text_fingerprint import fingerprint_of
from dedup.report.renderers.locations import relative_path
from dedup.report.renderers.wording import excerpt, in_order, message, named
from dedup.report.summary import plural
from dedup.report.terminal import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.model.explanation import Explanation
    from dedup.report.findings.findings import Findings

Service = Literal["github", "gitlab"]
MOST_SHOWN = 10
"""Warnings that GitHub shows of a step."""


def write(findings: Findings, service: Service) -> None:
    """Write what would be removed to standard output; what a baseline accepts is left out.

    Raises:
        OutputError: it cannot be written.
        BrokenPipeError: the reader of standard output is gone.
    """
    new = [found for found in in_order(findings) if found.removed and not found.accepted]
    number = findings.removed - findings.accepted
    pieces = github(new, number) if service == "github" else gitlab(new)
    try:
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{reason(error)}; the annotations are not complete", place="<stdout>") from error


def github(found: list[Explanation], number: int) -> Iterator[str]:
    """Yield a workflow command for each of the first findings, and one for how many more of `number` there are."""
    for one in found[:MOST_SHOWN]:
        properties = {"file": sanitise(relative_path(one.at.file))}
        if one.at.line is not None:
            properties["line"] = str(one.at.line)
        if one.end_line is not None:
            properties["endLine"] = str(one.end_line)
        properties["title"] = f"dedup: {named(one.reason).title}"
        told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        yield f"::warning {told}::{_data(f'{message(one)} {excerpt(one.text)}')}\n"
    shown = min(len(found), MOST_SHOWN)
    if shown < number:
        yield f"::notice title=dedup::{plural(number - shown, 'more repeat')}, which GitHub would not show\n"


def _data(text: str) -> str:
    """Escape the message of a command as GitHub's toolkit does."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape the value of a command's property, likewise."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def gitlab(found: list[Explanation]) -> Iterator[str]:
    """Yield a report of Code Quality; no two entries have one fingerprint, and a move to another line changes none."""
    seen: Counter[str] = Counter()
    yield "["
    for number, one in enumerate(found):
        path = sanitise(relative_path(one.at.file))
        name = f"{path}\n{fingerprint_of(one)}"
        seen[name] += 1
        lines = {"begin": one.at.line or 1, **({} if one.end_line is None else {"end": one.end_line})}
        entry = {
            "description": f"{message(one)} {excerpt(one.text)}",
            "check_name": f"dedup/{one.reason}",
            "fingerprint": hashlib.sha256(f"{name}\n{seen[name]}".encode()).hexdigest()[:32],
            "severity": "minor",
            "location": {"path": path, "lines": lines},
        }
        yield (",\n  " if number else "\n  ") + json.dumps(entry)
    yield "\n]\n" if found else "]\n"
