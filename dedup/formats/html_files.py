"""HTML: a file is a document, and elements leave it; see `dedup.formats.html_blocks` for which.

Only what is asked for with ``--html keep`` is read so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.formats import text
from dedup.formats.html_pages import LARGEST, read_page
from dedup.formats.names import HTML
from dedup.formats.parts import Format, Part, PartBuilder, PartResult, Record, TooLargeError, Work
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.formats.files.reader import Reader
    from dedup.formats.html_pages import Page


@dataclass(slots=True)
class _PageRecord(Record):
    """A page, and the way from its text to its bytes."""

    page: Page | None = None


def read(reader: Reader, builder: PartBuilder) -> Iterator[Part]:
    """Yield the page as one part; one above the limit in pieces that pass through unread.

    Raises:
        InputError: the input cannot be read.
    """
    yield from text.read_whole(reader, builder, FORMAT)


def records(part: Part, work: Work, result: PartResult) -> list[Record]:
    """Return the page; one that cannot be decoded, or is too large, is reported and passes through."""
    result.counts.documents += 1
    if work.mark:
        what = "is HTML, and has no record to put marks into; it passes through unchanged"
        result.problems.append(InputError(what, place=part.name, hint="--mark is for JSON lines"))
        return []
    try:
        check_size(part)
        found, valid = _read(part, work)
    except InputError as error:
        result.problems.append(error)
        result.counts.too_large += isinstance(error, TooLargeError)
        return []
    result.counts.invalid_utf8 += not valid
    return [found]


def check_size(part: Part) -> None:
    """Check that a page is none of those that are too large to be read.

    Raises:
        TooLargeError: it is.
    """
    if len(part.data) > LARGEST:
        what = f"the page is larger than {LARGEST} bytes, the most that is read of one, and passes through unread"
        raise TooLargeError(what, place=part.name, hint="take the text out of it by other means")


def record(part: Part, start: int, end: int, line: int, work: Work) -> Record:  # noqa: ARG001 - there is one in a part
    """Return the page that `records` has found before."""
    return _read(part, work)[0]


def _read(part: Part, work: Work) -> tuple[_PageRecord, bool]:
    """Return a page, and whether all of its bytes are valid.

    Raises:
        InputError: it cannot be decoded.
    """
    try:
        page, valid = read_page(part.data, "", work.codec)
    except UnicodeError as error:
        what = f"cannot be decoded ({error}); the page passes through unchanged"
        raise InputError(what, place=part.name, hint="name its encoding with --encoding") from None
    return _PageRecord(0, len(part.data), 1, page.text, page=page), valid


def locate(part: Part, record: Record, positions: Sequence[int], work: Work) -> list[int] | None:  # noqa: ARG001 - see `Format`
    """Translate ascending positions in the text to offsets in the page's bytes; see `Page.locate`."""
    return _page(record).locate(positions)


def removed(
    part: Part,  # noqa: ARG001 - see `Format`
    record: Record,
    spans: Sequence[Sequence[int]],
    work: Work,  # noqa: ARG001 - likewise
) -> list[tuple[int, int]] | None:
    """Return what leaves the page's bytes with some paragraphs; see `Page.removed`."""
    return _page(record).removed(spans)


def _page(record: Record) -> Page:
    assert isinstance(record, _PageRecord)  # noqa: S101 - all that are read here are
    assert record.page is not None  # noqa: S101 - likewise
    return record.page


FORMAT = Format(
    *HTML,
    read=read,
    records=records,
    record=record,
    locate=locate,
    removed=removed,
    any_encoding=True,
    joins=False,
)
