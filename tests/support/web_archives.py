"""Web archives as warcio writes and reads them: with nothing of this project."""

from __future__ import annotations

import contextlib
import io
from typing import Any, NamedTuple

import pytest

DATE = "2026-01-01T00:00:00Z"


class Made(NamedTuple):
    """A record to be written, or one that was read.

    Attributes:
        kind: its type.
        payload: without the fields of HTTP.
        media_type: with parameters.
        http: it is an answer of HTTP.
        more: further fields of the record.
    """

    kind: str
    payload: bytes
    media_type: str = "text/plain"
    http: bool = False
    more: tuple[tuple[str, str], ...] = ()


def written(records: list[Made], *, packed: bool = False, version: str = "1.0") -> bytes:
    """Return records as a web archive, with digests."""
    warcwriter = pytest.importorskip("warcio.warcwriter")
    statusandheaders = pytest.importorskip("warcio.statusandheaders")
    out = io.BytesIO()
    writer = warcwriter.WARCWriter(out, gzip=packed, warc_version=version)
    for number, one in enumerate(records):
        http = None
        if one.http:
            length = str(len(one.payload))
            named = [("Content-Type", one.media_type), ("Content-Length", length), ("X-Odd", "  a  b ")]
            http = statusandheaders.StatusAndHeaders("200 OK", named, protocol="HTTP/1.1")
        record = writer.create_warc_record(
            f"http://www{number % 2}.example.org/{number}",
            one.kind,
            payload=io.BytesIO(one.payload),
            http_headers=http,
            warc_content_type="" if one.http else one.media_type,
            warc_headers_dict={
                "WARC-Date": DATE,
                "WARC-Record-ID": f"<urn:uuid:{number:08}-0000-4000-8000-000000000000>",
                **dict(one.more),
            },
        )
        writer.write_record(record)
        record.raw_stream.close()  # a temporary file by now
    return out.getvalue()


def read(data: bytes) -> list[Made]:
    """Return the records of a web archive; fails where a digest is wrong, or anything looks odd to warcio."""
    archiveiterator = pytest.importorskip("warcio.archiveiterator")
    odd = io.StringIO()
    found = []
    with contextlib.redirect_stderr(odd):
        for record in archiveiterator.ArchiveIterator(io.BytesIO(data), check_digests="raise"):
            payload = record.content_stream().read()
            http: Any = record.http_headers
            media_type = (http or record.rec_headers).get_header("Content-Type") or ""
            if http is not None and (length := http.get_header("Content-Length")) is not None:
                assert int(length) == len(payload)
            found.append(Made(record.rec_type, payload, media_type, http is not None))
    assert odd.getvalue() == ""
    return found


def raw_records(data: bytes) -> list[bytes]:
    """Return the bytes of each record, with the line ends behind it."""
    archiveiterator = pytest.importorskip("warcio.archiveiterator")
    iterator = archiveiterator.ArchiveIterator(io.BytesIO(data))
    begins = [iterator.get_record_offset() for _ in iterator]
    return [data[begin:end] for begin, end in zip(begins, [*begins[1:], len(data)], strict=True)]
