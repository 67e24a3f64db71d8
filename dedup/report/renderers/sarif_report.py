"""The report for code scanning: SARIF 2.1.0, as OASIS has it and GitHub takes it (``--report FILE.sarif``).

What would be removed is a result; near-duplicates that stay are none, as there is nothing to be done about them. GitHub
shows 5,000 results of a run: no more are written, and a notification says how many there are.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dedup.formats.log.entries import program_version
from dedup.report.findings.text_fingerprint import fingerprint_of
from dedup.report.renderers.base import MARK, Renderer
from dedup.report.renderers.locations import relative_uri
from dedup.report.renderers.wording import REASONS, excerpt, in_order, message
from dedup.report.stats import REASONS as REMOVALS
from dedup.report.stats import told_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.model.explanation import Explanation, Standing
    from dedup.report.renderers.base import Told

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
PAGE = "https://pypi.org/project/paradedup/"
MOST_RESULTS = 5000
"""GitHub stores no more of a run, and refuses a file of 25,000, or of 10 MB as packed with gzip."""


def render(told: Told) -> Iterator[bytes]:
    """Yield the report, a result on a line."""
    results = [found for found in in_order(told.findings) if found.removed][:MOST_RESULTS]
    run = {
        "tool": {"driver": _driver()},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(told, len(results))],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "properties": {"report": MARK}}
    yield json.dumps(log, indent=1).encode("ascii").removesuffix(b"\n}")
    yield b',\n "runs": [' + json.dumps(run).encode("ascii").removesuffix(b"}") + b', "results": ['
    seen: Counter[str] = Counter()
    for number, found in enumerate(results):
        yield b",\n" if number else b"\n"
        yield json.dumps(_result(found, seen)).encode("ascii")
    yield b"\n]}]\n}\n"


def _driver() -> dict[str, Any]:
    return {
        "name": "dedup",
        "version": program_version(),
        "informationUri": PAGE,
        "rules": [_rule(reason) for reason in REMOVALS],
    }


def _rule(reason: str) -> dict[str, Any]:
    words = REASONS[reason]
    return {
        "id": f"dedup/{reason}",
        "name": words.title.title().replace(" ", "").replace("-", ""),
        "shortDescription": {"text": words.title},
        "fullDescription": {"text": words.short},
        "help": {"text": f"{words.short} {words.help}", "markdown": f"{words.short}\n\n{words.help}"},
        "helpUri": PAGE,
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["duplication"], "precision": "high"},
    }


def _invocation(told: Told, shown: int) -> dict[str, Any]:
    invocation: dict[str, Any] = {
        "executionSuccessful": told.exit_code in (0, 1),
        "exitCode": int(told.exit_code),
        "startTimeUtc": told_time(told.started),
        "endTimeUtc": told_time(told.started + timedelta(seconds=told.seconds)),
    }
    if shown < told.findings.removed:
        what = f"{shown:,} of {told.findings.removed:,} results are here: a report holds no more."
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": what}}]
    return invocation


def _result(found: Explanation, seen: Counter[str]) -> dict[str, Any]:
    name = fingerprint_of(found)
    place = f"{found.at.file}\n{name}"
    seen[place] += 1
    result: dict[str, Any] = {
        "ruleId": f"dedup/{found.reason}",
        "level": "warning",
        "message": {"text": f"{message(found)} {excerpt(found.text)}"},
        "locations": [_location(found.at, found.end_line, numbered=found.numbered)],
        "relatedLocations": [
            {
                "id": 1,
                "message": {"text": f"What stays: {excerpt(found.witness)}"},
                **_location(found.beside, None, numbered=found.elsewhere or found.numbered),
            }
        ],
        # That of the text, whatever its line; the second copy in a file is another result than the first.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{name[:16]}:{seen[place]}",
            "dedupText/v1": f"{name}:{seen[place]}",
        },
        "properties": {"similarity": round(found.similarity, 6), "differs": list(found.kinds)},
    }
    if found.reason in REMOVALS:
        result["ruleIndex"] = REMOVALS.index(found.reason)
    if found.accepted is not None:
        result["baselineState"] = "unchanged" if found.accepted else "new"
    return result


def _location(at: Standing, end: int | None, *, numbered: bool) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": relative_uri(at.file)}}
    if at.line is not None:
        physical["region"] = {"startLine": at.line, **({} if end is None else {"endLine": end})}
    logical = f"paragraph {at.paragraph}"
    if numbered and at.line is not None:
        logical = f"record {at.line}, {logical}"
    return {"physicalLocation": physical, "logicalLocations": [{"name": logical, "kind": "paragraph"}]}


RENDERER = Renderer("SARIF", render)
