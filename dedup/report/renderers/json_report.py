"""The report for programs: one JSON object (``--report FILE.json``)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dedup.formats.log.entries import program_version
from dedup.report.renderers.base import MARK, Renderer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.model.explanation import Explanation, Standing
    from dedup.report.renderers.base import Told

VERSION = 1


def render(told: Told) -> Iterator[bytes]:
    """Yield the report."""
    findings = told.findings
    head = {
        "schema": MARK,
        "version": VERSION,
        "program": program_version(),
        "reasons": dict(findings.reasons),
        "findings": [_entry(one) for stratum in findings.sampled() for one in stratum.drawn],
    }
    yield json.dumps(head, indent=1).encode("ascii") + b"\n"


def _entry(found: Explanation) -> dict[str, Any]:
    return {
        "at": _standing(found.at),
        "removed": found.removed,
        "reason": found.reason,
        "text": found.text,
        "witness": {**_standing(found.beside), "text": found.witness},
        "similarity": round(found.similarity, 6),
        "kinds": list(found.kinds),
    }


def _standing(at: Standing) -> dict[str, Any]:
    return {name: value for name, value in at._asdict().items() if value is not None}


RENDERER = Renderer("JSON", render)
