"""The format of web archives; what it does is imported when the first one is read, for most runs read none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.formats.names import WARC
from dedup.formats.parts import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dedup.formats.files.reader import Reader
    from dedup.formats.parts import Part, PartBuilder


def _read(reader: Reader, builder: PartBuilder) -> Iterator[Part | None]:
    from dedup.formats.warc import records

    return records.read(reader, builder, FORMAT)


def _later(name: str) -> Callable[..., Any]:
    """Return a function of `dedup.formats.warc.records`."""

    def call(*arguments: Any) -> Any:
        from dedup.formats.warc import records

        return getattr(records, name)(*arguments)

    return call


FORMAT = Format(
    *WARC,
    read=_read,
    records=_later("records"),
    record=_later("record"),
    locate=_later("locate"),
    numbered=True,
    any_encoding=True,
    joins_like=True,
    ending=b"\r\n\r\n",
    single=_later("single"),
    encoded=_later("encoded"),
    amend=_later("amend"),
    removed=_later("removed"),
)
