"""Removal logs held against their schema, which is taken as if it named all members that there are."""

from __future__ import annotations

import copy
import json
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

SCHEMA: dict[str, Any] = json.loads(
    (files("dedup.report") / "data" / "removal-log-1.schema.json").read_text(encoding="utf-8")
)
SHARED = {"comparison", "offset"}
"""Definitions that are parts of others; all others are objects of their own."""


@cache
def validator(*, closed: bool) -> Any:
    """Return what validates a line; `closed`: also refuses members that the schema does not name."""
    import jsonschema

    schema = copy.deepcopy(SCHEMA)
    for name, definition in schema["$defs"].items():
        if closed and name not in SHARED:
            definition["unevaluatedProperties"] = False
    return jsonschema.Draft202012Validator(schema)


def checked(log: bytes) -> list[dict[str, Any]]:
    """Return the lines of a log; each is as the schema has it, with nothing beside, if that can be checked here."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in log.splitlines()]
    if find_spec("jsonschema") is not None:
        for line in lines:
            errors = [error.message for error in validator(closed=True).iter_errors(line)]
            assert errors == [], line
    return lines
