"""The report for programs: one JSON object (``--report FILE.json``).

The object is described by ``data/report-1.schema.json`` of `dedup.report`. Within one number of ``version`` members may
be added, and none is taken away or changes its meaning: readers ignore what they do not know.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dedup.report.findings.text_fingerprint import fingerprint_of
from dedup.report.renderers.base import MARK, Renderer
from dedup.report.stats import decided_by, program, sums, told_time
from dedup.report.word_marks import differing_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.model.explanation import Explanation, Standing
    from dedup.report.findings.findings import Findings
    from dedup.report.findings.sample import Stratum
    from dedup.report.renderers.base import Told

VERSION = 1
MOST_REPEATED = 100


def render(told: Told) -> Iterator[bytes]:
    """Yield the report; its last member holds the findings, one on a line."""
    strata = told.findings.sampled()
    yield json.dumps(_head(told, strata), indent=1).encode("ascii").removesuffix(b"\n}")
    yield b',\n "findings": ['
    first = True
    for number, stratum in enumerate(strata):
        for one in stratum.drawn:
            yield b"\n  " if first else b",\n  "
            yield json.dumps(_entry(one, number)).encode("ascii")
            first = False
    yield b"]\n}\n" if first else b"\n ]\n}\n"


def _head(told: Told, strata: list[Stratum[Explanation]]) -> dict[str, Any]:
    findings, job = told.findings, told.job
    return {
        "schema": MARK,
        "version": VERSION,
        "program": program(),
        "started": told_time(told.started),
        "seconds": round(told.seconds, 3),
        "mode": job.mode,
        "exit_code": int(told.exit_code),
        "inputs": list(job.inputs),
        **decided_by(job),
        "counts": sums(told.counts, explained=True),
        "reasons": dict(sorted(findings.reasons.items())),
        "kinds": {
            "removed": _kinds(findings, removed=True),
            "stayed": _kinds(findings, removed=False),
        },
        "baseline": _baseline(told),
        "similarities": {
            "bins": len(findings.similarities[True]),
            "removed": findings.similarities[True],
            "stayed": findings.similarities[False],
        },
        "most_repeated": {
            "missed": findings.repeated.missed,
            "texts": [
                {
                    "text": one.text,
                    "place": one.place,
                    "removed": one.removed,
                    "documents": one.documents,
                    "sites": len(one.sites),
                }
                for one in findings.repeated.top(MOST_REPEATED)
            ],
        },
        "sample": {
            "seed": findings.seed,
            "findings": findings.removed + findings.stayed,
            "drawn": sum(len(one.drawn) for one in strata),
            "strata": [_stratum(one) for one in strata],
        },
    }


def _kinds(findings: Findings, *, removed: bool) -> dict[str, int]:
    return {kind: number for (goes, kind), number in sorted(findings.kinds.items()) if goes is removed}


def _baseline(told: Told) -> dict[str, Any] | None:
    if told.job.baseline is None:
        return None
    findings = told.findings
    return {
        "file": str(told.job.baseline),
        "accepted": findings.accepted,
        "new": findings.removed - findings.accepted,
    }


def _stratum(stratum: Stratum[Explanation]) -> dict[str, Any]:
    name = stratum.name if isinstance(stratum.name, tuple) else (stratum.name,)
    return {"name": [str(part) for part in name], "findings": stratum.number, "drawn": len(stratum.drawn)}


def _entry(found: Explanation, stratum: int) -> dict[str, Any]:
    entry = {
        "stratum": stratum,
        "at": {**_standing(found.at), **({} if found.end_line is None else {"end_line": found.end_line})},
        "document": found.document,
        "removed": found.removed,
        "reason": found.reason,
        "accepted": found.accepted,
        "text": found.text,
        "fingerprint": fingerprint_of(found),
        "witness": {**_standing(found.beside), "elsewhere": found.elsewhere, "text": found.witness},
        "similarity": round(found.similarity, 6),
        "coverage": round(found.coverage, 6),
        "kinds": list(found.kinds),
    }
    for name in ("block", "documents"):
        if (value := getattr(found, name)) is not None:
            entry[name] = value
    if found.new:
        entry["new"] = [list(span) for span in found.new]
    if found.text != found.witness:
        own, its = differing_words(found.text, found.witness)
        entry["differing"] = {"text": [list(span) for span in own], "witness": [list(span) for span in its]}
    return entry


def _standing(at: Standing) -> dict[str, Any]:
    return {name: value for name, value in at._asdict().items() if value is not None}


RENDERER = Renderer("JSON", render)
