"""Parts that a worker reads from their file itself: their bytes, most of what it would be sent, are not sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dedup.engines.reading import changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.formats.parts import Part

_FEWEST = 1 << 16
"""Bytes from which it takes longer to send a part than to open its file again."""


class StoredPart(NamedTuple):
    """A part of a file.

    Attributes:
        part: without its data.
        size: bytes of these.
    """

    part: Part
    size: int


def without_data(parts: Sequence[Part]) -> list[Part | StoredPart]:
    """Return parts as a worker is sent them."""
    return [
        StoredPart(replace(part, data=b""), len(part.data)) if part.path and len(part.data) >= _FEWEST else part
        for part in parts
    ]


def with_data(parts: Sequence[Part | StoredPart]) -> list[Part]:
    """Return parts with their data, in a worker.

    What is read may be something else than was read before, where another program writes to the file. It is for the
    caller to compare it with what is known of it.

    Raises:
        InputError: a file has changed: it is not there any more, or has got shorter.
    """
    return [_read(*part) if isinstance(part, StoredPart) else part for part in parts]


def _read(part: Part, size: int) -> Part:
    try:
        with open(part.path, "rb", buffering=0) as file:  # noqa: PTH123 - strings travel well
            file.seek(part.offset)
            data = file.read(size)
    except OSError:
        data = b""
    if len(data) != size:
        raise changed(part.name)
    return replace(part, data=data)
