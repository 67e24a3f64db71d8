"""What a record of WARC holds: where its payload stands, of which type it is, and whether that is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dedup.formats.files.warc_frames import Field, Head, block_of_fields, fields
from dedup.formats.warc.texts import OTHER, kind_unread

if TYPE_CHECKING:
    from collections.abc import Sequence

_WITH_TEXT = frozenset({b"conversion", b"resource", b"response"})
"""Types of records of which the payload may be a text."""
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]*)", re.IGNORECASE)
_ANSWER = re.compile(rb"HTTP/\d")
_AS_IT_IS = frozenset({b"", b"identity", b"none"})
"""Codings that change nothing."""


class Payload(NamedTuple):
    """The payload of a record, and what is said of it; offsets are those of the record's own bytes.

    Attributes:
        head: the record's fields.
        answer: those of the HTTP answer in it; none where it holds no such answer.
        sound: the record has nothing among its fields that is none.
        block: where its block begins.
        start: where the payload begins.
        stop: where block and payload end.
        media_type: in small letters, without parameters.
        charset: the encoding that it is said to have; empty: nothing is said.
    """

    head: Sequence[Field]
    answer: Sequence[Field]
    sound: bool
    block: int
    start: int
    stop: int
    media_type: str
    charset: str

    def value(self, name: bytes) -> str | None:
        """Return the value of a field of the record; the first one, where there are several."""
        return _text(_first(self.head, name))


def payload_of(data: bytes, head: Head, *, html: bool) -> Payload | str | None:
    """Return the payload of a record that holds a text; else of what kind it is.

    None for a record that is not there for a payload (a request, metadata, a revisit).

    Args:
        data: the record, from its beginning on; its block may be cut off behind the fields of HTTP.
        head: where it stands in there, at the beginning.
        html: pages are read, too.
    """
    found, sound = fields(data, data.find(b"\n") + 1, head.block)
    kind = (_first(found, b"warc-type") or b"").lower()
    if kind not in _WITH_TEXT:
        return None
    if _first(found, b"warc-segment-number") is not None:
        return "in segments"
    answer: Sequence[Field] = ()
    start = head.block
    if kind == b"response":
        http = _answer(data, head, found)
        if isinstance(http, str):
            return http
        answer, start = http
    said = _text(_first(answer if kind == b"response" else found, b"content-type")) or ""
    media_type = said.partition(";")[0].strip().lower()
    charset = found_charset[1] if (found_charset := _CHARSET.search(said)) else ""
    if unread := kind_unread(media_type, charset, html=html):
        return unread
    return Payload(found, answer, sound, head.block, start, head.stop, media_type, charset)


def _answer(data: bytes, head: Head, found: Sequence[Field]) -> tuple[Sequence[Field], int] | str:
    """Return the fields of a HTTP answer, and where its payload begins; else what kind of record this is."""
    if not (_first(found, b"content-type") or b"").lower().startswith(b"application/http"):
        return OTHER
    block = block_of_fields(data, head.block, min(head.stop, len(data)))
    if block is None or not _ANSWER.match(data, head.block):
        return "not whole"
    answer, _ = fields(data, *block)
    if _coded(answer, b"transfer-encoding"):
        return "in chunks"
    return "packed" if _coded(answer, b"content-encoding") else (answer, block[1])


def _first(found: Sequence[Field], name: bytes) -> bytes | None:
    return next((field.value for field in found if field.name == name), None)


def _coded(found: Sequence[Field], name: bytes) -> bool:
    """Return True if any field of this name says that bytes are not the payload's own."""
    return any(field.value.lower() not in _AS_IT_IS for field in found if field.name == name)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")
