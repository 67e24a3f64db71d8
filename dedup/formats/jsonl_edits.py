"""What `--mark` and `--empty` write into a record of JSON lines: marks, and a text that is left empty."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dedup.formats.parts import Piece, document_entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from dedup.formats.parts import Part, Record
    from dedup.model.decisions import Decision, Removal, Witness

NULL = b"null"
_QUOTES = b'""'


def is_left_empty(text: str, decision: Decision) -> bool:
    """Return True if a text that has something to say has nothing but white space left of it."""
    at = 0
    for removal in decision.removals:
        if text[at : removal.cut_start].strip():
            return False
        at = max(at, removal.cut_end)
    return at > 0 and not text[at:].strip() and bool(text.strip())


def whole_line(part: Part, record: Record) -> tuple[int, int]:
    """Return where the line (or row) of a record begins and ends, its line end included."""
    line_end = next((end for end in (b"\r\n", b"\n", b"\r") if part.data.startswith(end, record.end)), b"")
    return 0, record.end + len(line_end) - record.start


def literal(part: Part, record: Record, begin: int, end: int) -> tuple[int, int] | None:
    """Return where the text's literal stands with its quotes; None where those are not to be found around it.

    Args:
        part: where the record stands.
        record: the record.
        begin: offset of the text's first byte in the record.
        end: offset behind its last one.
    """
    first, last = record.start + begin - 1, record.start + end
    around = part.data[first : first + 1] + part.data[last : last + 1]
    return (begin - 1, end + 1) if around == _QUOTES else None


def pieces(region: tuple[int, int], cuts: Sequence[tuple[int, int]], put: bytes) -> Iterator[Piece]:
    """Yield all of a region that the cuts, which lie within it, leave; `put` stands in the place of the first piece.

    Where nothing is put, that of a region that begins with a cut begins behind it.
    """
    at = region[0]
    for start, end in [*cuts, (region[1], region[1])]:
        if at < start:
            yield Piece(at, start, put)
            put = b""
        at = end


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
        **removal.comparison().to_entry(),
        "witnesses": [_witness(witness) for witness in removal.witnesses],
    }


def _witness(witness: Witness) -> dict[str, Any]:
    entry: dict[str, Any] = {"start": witness.start, "end": witness.end, "paragraph": witness.paragraph}
    if witness.elsewhere is not None:
        of_day = {} if witness.elsewhere.day is None else {"day": witness.elsewhere.day}
        entry["document"] = {**of_day, **document_entry(witness.elsewhere.file, witness.elsewhere.line)}
    return entry
