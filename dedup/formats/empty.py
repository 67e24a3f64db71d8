"""Records of whose text nothing is left: dropped, or their text made null, and how the log takes them apart.

A log puts back piece by piece what left. So what goes along with the paragraphs of such a record is cut into the pieces
that lie before, between and behind them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.decisions import Decision
    from dedup.formats.parts import Part, Record

NULL = b"null"
_QUOTES = b'""'


class Piece(NamedTuple):
    """Bytes that go besides the paragraphs; offsets from the beginning of the document's own bytes."""

    start: int
    end: int
    put: bytes = b""
    """What the output has in their place."""


def is_left_empty(text: str, decision: Decision) -> bool:
    """Say whether a text that has something to say has nothing but white space left of it."""
    at = 0
    for removal in decision.removals:
        if text[at : removal.cut_start].strip():
            return False
        at = max(at, removal.cut_end)
    return at > 0 and not text[at:].strip() and bool(text.strip())


def whole_line(part: Part, record: Record) -> tuple[int, int]:
    """Return where the line of a record begins and ends, its line end included."""
    ended = part.data.startswith(b"\n", record.end)
    return 0, record.end + ended - record.start


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
