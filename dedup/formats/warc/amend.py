"""Lengths and digests of a record: whether they are right, and what they are when something has left its payload."""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from typing import TYPE_CHECKING

from dedup.formats.files.warc_frames import CONTENT_LENGTH
from dedup.formats.parts import Piece
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.formats.files.warc_frames import Field
    from dedup.formats.warc.payloads import Payload

_ALGORITHMS = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
_HEX = re.compile(rb"[0-9A-Fa-f]+")
_NAMES = {b"warc-block-digest": "WARC-Block-Digest", b"warc-payload-digest": "WARC-Payload-Digest"}
_HEADER = "header"
"""Why pieces go, as the log has it."""
_SHOWN = 24


def check_digests(data: bytes, payload: Payload) -> None:
    """Compare a record's digests with its bytes.

    Args:
        data: the record.
        payload: where it stands in there.

    Raises:
        InputError: one of them is another one, or of a kind that could not be made right; without its place.
    """
    for field in payload.head:
        if (name := _NAMES.get(field.name)) is None:
            continue
        start = payload.block if field.name == b"warc-block-digest" else payload.start
        right = digest_like(field.value, memoryview(data)[start : payload.stop])
        if right is None:
            what = f"{name} is of a kind that is not known ({field.value[:_SHOWN].decode('ascii', 'replace')!r})"
            raise InputError(what, hint="take the field out, or write it as sha1, sha256 or md5")
        if _bare(right) != _bare(field.value):
            hint = "fetch the file again, or see what 'warcio check' says of it"
            raise InputError(f"{name} is not that of the bytes that are there", hint=hint)


def digest_like(written: bytes, data: bytes | memoryview) -> bytes | None:
    """Return the digest of some bytes, written as another one is; None where that is of a kind that is not known."""
    label, colon, value = written.partition(b":")
    name = label.decode("ascii", "replace").lower().replace("-", "")
    if not colon or name not in _ALGORITHMS:
        return None
    digest = hashlib.new(name, data, usedforsecurity=False)
    hexadecimal, base32 = digest.hexdigest().upper().encode(), b32encode(digest.digest())
    bare = base32.rstrip(b"=")
    if len(value) == len(hexadecimal) and _HEX.fullmatch(value):
        right = hexadecimal
    elif len(value.rstrip(b"=")) == len(bare):
        right = base32 if b"=" in value else bare
    else:
        return None
    return label + colon + (right if value.upper() == value else right.lower())


def _bare(written: bytes) -> bytes:
    """Return a digest without what is only a matter of writing."""
    return written.lower().rstrip(b"=")


def amended(data: bytes, payload: Payload, cuts: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    """Yield what changes in the fields of a record when these cuts leave its payload, in order.

    A ``Content-Length`` of HTTP that was not the payload's stays: it is what was answered, and not all of it is here.

    Args:
        data: the record.
        payload: where it stands in there.
        cuts: what goes from the payload, ascending.
    """
    kept, at = [], payload.start
    for start, end in [*cuts, (payload.stop, payload.stop)]:
        kept.append(data[at:start])
        at = end
    text = b"".join(kept)
    before, after = (b"%d" % size for size in (payload.stop - payload.start, len(text)))
    http = [
        Piece(field.start, field.end, after, _HEADER)
        for field in payload.answer
        if field.name == CONTENT_LENGTH and field.value == before
    ]
    block: list[bytes] = []
    at = payload.block
    for piece in http:
        block += (data[at : piece.start], piece.put)
        at = piece.end
    block += (data[at : payload.start], text)
    whole = b"".join(block)
    for field in payload.head:
        right = _right(field, whole, text)
        if right is not None and right != field.value:
            yield Piece(field.start, field.end, right, _HEADER)
    yield from http


def _right(field: Field, block: bytes, payload: bytes) -> bytes | None:
    """Return what a field of a record is to say; None for one that says nothing of its bytes."""
    if field.name == CONTENT_LENGTH:
        return b"%d" % len(block)
    if field.name in _NAMES:
        return digest_like(field.value, block if field.name == b"warc-block-digest" else payload)
    return None
