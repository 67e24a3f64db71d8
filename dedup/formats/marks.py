"""Marks: a field of the record that says what would go from its text, and why, where nothing goes.

Positions are characters of the text, as whoever reads the record with a JSON parser counts them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dedup.formats.parts import document_entry, removal_entry

if TYPE_CHECKING:
    from dedup.decisions import Decision, Removal, Witness

FIELD = "dedup"
"""Name of the field, at the record's top."""

# In ASCII: whatever encoding the record is written in, these bytes mean the same there.
_dump = json.JSONEncoder(ensure_ascii=True).encode


HELD = "dedup_held"
"""Name of the field for what would have gone, and is held back; only where there is any."""


def member(decision: Decision) -> bytes:
    """Return the fields with the marks as they follow the last member of an object, commas included."""
    fields = {FIELD: decision.removals, **({HELD: decision.held_back} if decision.held_back else {})}
    told = (f', "{name}": {_dump([_mark(one) for one in some])}' for name, some in fields.items())
    return "".join(told).encode("ascii")


def _mark(removal: Removal) -> dict[str, Any]:
    return {
        "start": removal.start,
        "end": removal.end,
        "cut": {"start": removal.cut_start, "end": removal.cut_end},
        **removal_entry(removal),
        "witnesses": [_witness(witness) for witness in removal.witnesses],
    }


def _witness(witness: Witness) -> dict[str, Any]:
    entry: dict[str, Any] = {"start": witness.start, "end": witness.end, "paragraph": witness.paragraph}
    if witness.elsewhere is not None:
        entry["document"] = document_entry(witness.elsewhere.file, witness.elsewhere.line)
    return entry
