"""Byte offsets of one string in a JSON record, without numpy; see `dedup.formats.jsonl_bytes` for many at once."""

from __future__ import annotations

import re
from json.encoder import encode_basestring

_BACKSLASH = ord("\\")
OPENING = re.compile(rb'[ \t\n\r]*:[ \t\n\r]*"')
"""What stands between a key and a string that is its value."""


def locate_string(data: bytes, field: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the byte offsets of a record's text, without parsing the record; None if they are ambiguous.

    They are unambiguous where the key occurs once, as a key or as anything else, and no other key can be the same one
    written with escapes.

    Args:
        data: records that were read before, in UTF-8.
        field: the key under which each of them has its text, a string.
        start: where the record begins.
        end: where it ends.
    """
    key = encode_basestring(field).encode("utf-8", "surrogatepass")
    at = data.find(key, start, end)
    if at < 0 or data.find(key, at + 1, end) >= 0:
        return None
    opening = OPENING.match(data, at + len(key), end)
    if opening is None:
        return None
    begin = opening.end()
    stop = data.index(b'"', begin, end)
    while _is_escaped(data, stop):
        stop = data.index(b'"', stop + 1, end)
    # A slash is the one other character that JSON writes in two ways without a number: as itself and escaped.
    other_ways = (b"\\u", b"\\/") if "/" in field else (b"\\u",)
    for escape in other_ways:
        if data.find(escape, start, at) >= 0 or data.find(escape, stop, end) >= 0:
            return None
    return begin, stop


def _is_escaped(data: bytes, place: int) -> bool:
    """Return True if a byte stands behind an odd number of backslashes; a quote before them ends the search."""
    first = place
    while data[first - 1] == _BACKSLASH:
        first -= 1
    return (place - first) % 2 == 1
