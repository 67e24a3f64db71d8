"""Packing of WARC, in which each record is a stream of its own: so it can be unpacked from where it begins.

That is how WARC is packed everywhere (its standard asks for it), and what indexes of such files (CDX) rely on. What is
packed is told by its first bytes, so that whoever writes a file need not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dedup.formats.files.warc_frames import More, Unframed, head_at, line_ends

if TYPE_CHECKING:
    from collections.abc import Callable


class Packer(Protocol):
    """Packs one stream."""

    def compress(self, data: bytes, /) -> bytes:
        """Take in `data`; return what is ready."""

    def flush(self) -> bytes:
        """End the stream; return the rest."""


class RecordPacker:
    """Packs the records of WARC one by one, and anything else as one stream.

    What cannot be told from where a record begins is one stream, to the end. Memory: a record's header.

    Args:
        whole: returns what packs a long stream.
        record: returns what packs a record.
    """

    def __init__(self, whole: Callable[[], Packer], record: Callable[[], Packer]) -> None:
        self._whole = whole
        self._record = record
        self._held = b""
        self._left = 0
        """Bytes of a record's block that are to come."""
        self._stream: Packer | None = None
        """Packs the record that has begun."""
        self._rest: Packer | None = None
        """Packs all that is to come."""

    def compress(self, data: bytes, /) -> bytes:
        """Take in `data`; return what is ready."""
        packed: list[bytes] = []
        data, self._held, at = self._held + data if self._held else data, b"", 0
        while at < len(data):
            end = self._end_of_piece(data, at, packed)
            if end == at:
                self._held = data[at:]
                break
            packer = self._rest or self._stream
            assert packer is not None  # noqa: S101 - one of them has begun
            packed.append(packer.compress(data[at:end]))
            at = end
        return b"".join(packed)

    def _end_of_piece(self, data: bytes, at: int, packed: list[bytes]) -> int:
        """Return where a piece ends that goes into one stream, which may begin with it; `at`: that cannot be told."""
        if self._rest is not None:
            return len(data)
        if self._left:
            size = min(self._left, len(data) - at)
            self._left -= size
            return at + size
        if self._stream is not None and (end := line_ends(data, at)) > at:
            return end
        head = head_at(data, at, whole=False)
        if isinstance(head, More):
            return at
        self._end_record(packed)
        if isinstance(head, Unframed):
            self._rest = self._whole()
            return len(data)
        self._stream, self._left = self._record(), head.stop - head.block
        return head.block

    def _end_record(self, packed: list[bytes]) -> None:
        if self._stream is not None:
            packed.append(self._stream.flush())
            self._stream = None

    def flush(self) -> bytes:
        """End the last stream; return the rest."""
        packed: list[bytes] = []
        if self._rest is None and (self._held or self._stream is None):
            self._end_record(packed)
            self._rest = self._whole()
            packed.append(self._rest.compress(self._held))
        last = self._rest or self._stream
        assert last is not None  # noqa: S101 - as above
        return b"".join([*packed, last.flush()])
