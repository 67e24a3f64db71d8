"""WARC: records that are documents, all others, and what is wrong with them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import random
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.formats.encoded_records import read_encoded
from dedup.formats.files.discover import Source
from dedup.formats.files.encoding import Codec
from dedup.formats.files.reader import Reader
from dedup.formats.inputs import Inputs
from dedup.formats.parts import Part, PartBuilder, PartKind, PartResult, Work
from dedup.formats.registry import WARC
from dedup.formats.warc import records as warc
from dedup.model.job import Job
from dedup.model.settings import Settings
from tests.support import strategies, web_archives
from tests.support.cli_inprocess import run
from tests.support.web_archives import Made

if TYPE_CHECKING:
    from dedup.model.errors import InputError

WORK = Work(Settings(), ("text",), Codec("utf-8"), 1 << 20)
FERRY = "The ferry to Sund does not sail in winter while the ice lies on the lake."
PRICE = "The price of a ticket with a bicycle is nine crowns and a half for all of us."
TEXT = f"{FERRY}\n\n{PRICE}\n\n{FERRY}\n"
HTTP = b"HTTP/1.1 200 OK\r\n%s\r\n"


def raw(
    body: bytes, *fields: str, kind: str = "conversion", media_type: str = "text/plain", size: object = None
) -> bytes:
    """Return a record."""
    length = [] if size == "" else [f"Content-Length: {len(body) if size is None else size}"]
    head = ["WARC/1.0", f"WARC-Type: {kind}", f"Content-Type: {media_type}", *fields, *length]
    return "".join(f"{line}\r\n" for line in head).encode("utf-8", "surrogateescape") + b"\r\n" + body + b"\r\n\r\n"


def answer(body: bytes, *fields: str, media_type: str = "text/plain", more: tuple[str, ...] = ()) -> bytes:
    """Return a record of an answer."""
    head = "".join(f"{line}\r\n" for line in (f"Content-Type: {media_type}", *fields)).encode()
    return raw(HTTP % head + body, *more, kind="response", media_type="application/http; msgtype=response")


def parts(data: bytes, limit: int = 1 << 20) -> list[Part]:
    """Return the parts of an archive."""
    builder = PartBuilder(0, "in.warc", "in.warc", 0, limit)
    with Reader(io.BytesIO(data), "in.warc", owned=True) as reader:
        return [part for part in warc.read(reader, builder, WARC) if part is not None]


def found_in(data: bytes, limit: int = 1 << 20) -> tuple[list[str], list[str], dict[str, int]]:
    """Return the documents of an archive, what is told of it, and the records without a text that are counted."""
    out: list[str] = []
    told: list[InputError | Any] = []
    counted: dict[str, int] = {}
    for part in parts(data, limit):
        result = PartResult()
        if part.format is not None:
            out += [one.text for one in warc.records(part, WORK, result)]
        elif part.without_text:
            result.counts.without_text[part.without_text] += 1
        for kind, number in result.counts.without_text.items():
            counted[kind] = counted.get(kind, 0) + number
        told += [*result.problems, *([part.problem] if part.problem else [])]
    return out, [f"{error.place} {error.what}" for error in told], counted


@st.composite
def archives(draw: st.DrawFn) -> list[Made]:
    """Return records of all kinds; some hold texts that have paragraphs in common."""
    rng = random.Random(draw(st.integers(0, 1 << 32)))  # noqa: S311 - not for secrets
    stock = [strategies.prose(rng) for _ in range(3)]
    records = [Made("warcinfo", b"software: test\r\n", "application/warc-fields")]
    for _ in range(draw(st.integers(1, 7))):
        text = "\n\n".join(rng.choices(stock, k=draw(st.integers(1, 4))))
        encoding = draw(st.sampled_from(("utf-8", "utf-8", "latin-1", "utf-16")))
        media_type = f"text/plain; charset={encoding}"
        plain, page = text.encode(encoding, "replace"), f"<p>{text}</p><p>{text}</p>".encode()
        record = draw(
            st.sampled_from(
                (
                    Made("conversion", plain, media_type),
                    Made("response", plain, media_type, http=True),
                    Made("resource", plain, media_type),
                    Made("response", page, "text/html; charset=utf-8", http=True),
                    Made("response", text.encode(), "application/pdf", http=True),
                    Made("request", b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "application/http; msgtype=request"),
                    Made("metadata", plain, "text/plain"),
                    Made("conversion", b"", "text/plain"),
                )
            )
        )
        records.append(record)
    return records


@given(archive=archives(), scope=st.sampled_from(("document", "corpus")), packed=st.booleans(), empty=st.booleans())
@settings(max_examples=30)
def test_an_archive_stays_one(archive: list[Made], scope: str, *, packed: bool, empty: bool) -> None:
    """By the word of warcio: digests and lengths are right, others are as they were, and all of it comes back."""
    before = web_archives.written(archive, packed=packed, version="1.1")
    unpacked = gzip.decompress(before) if packed else before
    with tempfile.TemporaryDirectory() as directory:
        path, log = Path(directory) / ("in.warc.gz" if packed else "in.warc"), Path(directory) / "log.jsonl"
        path.write_bytes(before)
        asked = [
            "--isolated",
            "--scope",
            scope,
            "--workers",
            "1",
            "--in-place",
            *(["--empty", "drop"] if empty else []),
        ]
        assert run([*asked, "--removed", str(log), str(path)]).code == 0
        cleaned = path.read_bytes()
        left = gzip.decompress(cleaned) if packed else cleaned
        if not empty:
            again = web_archives.read(left)
            assert [one.kind for one in again] == [one.kind for one in archive]
            for old, new, record in zip(
                web_archives.raw_records(unpacked), web_archives.raw_records(left), archive, strict=True
            ):
                assert new == old or (record.media_type.startswith("text/plain") and len(new) < len(old))
        assert run([*asked, str(path)]).code == 0
        assert path.read_bytes() == cleaned
        assert run(["--isolated", "--restore", str(log), "--in-place", str(path)]).code == 0
        assert (gzip.decompress(path.read_bytes()) if packed else path.read_bytes()) == unpacked


@given(
    st.lists(
        st.sampled_from(
            [
                raw(b"a b"),
                raw(b"", kind="request"),
                answer(b"text", "Content-Length: 4"),
                answer(b"text", media_type="text/html"),
                raw(b"x\r\n\r\nWARC/1.0\r\n"),
                b"\r\n",
                b"\n",
                b"WARC/1.0\r\n",
                b"WARC/1.0\nContent-Length: 1\n\n\xff\n\n",
                b"Content-Length: 3\r\n\r\n",
                b"\0",
            ]
        )
    ).map(b"".join),
    st.integers(0, 200),
    st.binary(max_size=2),
    st.integers(0, 60),
)
def test_any_bytes_come_through(data: bytes, at: int, put: bytes, limit: int) -> None:
    """Whatever is wrong; what is cut out of a document's bytes is what its text says."""
    data = raw(b"first") + data[:at] + put + data[at:]
    found = parts(data, 200 + limit)
    assert b"".join(part.data for part in found) == data
    for part in found:
        if part.format is None:
            continue
        for one in warc.records(part, WORK, PartResult()):
            assert warc.record(part, one.start, one.end, one.line, WORK) == one
            ends = warc.locate(part, one, [0, len(one.text)], WORK)
            assert ends is not None
            assert part.data[one.start : one.end][slice(*ends)] == one.text.encode("utf-8", "surrogateescape")
        if (read := read_encoded(WORK, [part])) is not None:
            texts = [read.texts.data[start:end] for start, end in read.texts.edges.tolist()]
            result = PartResult()
            assert [text.decode() for text in texts] == [one.text for one in warc.records(part, WORK, result)]
            assert (result.problems, result.counts.without_text, result.counts.invalid_utf8) == ([], {}, 0)
        singles = [
            (at + one.start, at + one.end, one.line)
            for single, at in warc.single(part)
            for one in warc.records(single, WORK, PartResult())
        ]
        assert singles == [(one.start, one.end, one.line) for one in warc.records(part, WORK, PartResult())]


@pytest.mark.parametrize("size", [1, 2, 7, 64, 1000])
def test_records_are_put_together_from_pieces(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a piece ends, also in a record that is passed on in pieces, of which no more than a piece is held."""
    data = b"".join(
        [
            raw(b"text %d" % number)
            + answer(b"<p>" * 500, media_type="text/html")
            + raw(b"x" * 3000, kind="request")
            + answer(b"more %d" % number)
            for number in range(5)
        ]
    )
    expected = [text for number in range(5) for text in (f"text {number}", f"more {number}")]
    monkeypatch.setattr("dedup.formats.parts.READ_SIZE", size)
    monkeypatch.setattr(warc, "READ_SIZE", size)
    monkeypatch.setattr(warc, "TASK_BYTES", size)
    monkeypatch.setattr(warc, "HEAD_LIMIT", 100)
    found = parts(data)
    assert b"".join(part.data for part in found) == data
    assert all(len(part.data) < 3000 for part in found)
    assert found_in(data) == (expected, [], {"HTML": 5})
    lines = [one.line for part in found if part.format for one in warc.records(part, WORK, PartResult())]
    assert lines == [line for number in range(5) for line in (4 * number + 1, 4 * number + 4)]


ONE, TWO = raw(b"one"), raw(b"two")


@pytest.mark.parametrize(
    ("data", "expected", "told"),
    [
        (ONE + raw(b"bad", size=2) + TWO, ["one"], "in.warc:2 Content-Length is wrong, or something else"),
        (ONE + raw(b"bad", size=50) + TWO, ["one"], "in.warc:2 Content-Length is wrong, or something else"),
        (ONE + raw(b"bad", size=5000) + TWO, ["one"], "in.warc:2 the file ends before its Content-Length says so"),
        (ONE + raw(b"bad", size=10**17) + TWO, ["one"], "in.warc:2 the file ends before its Content-Length says so"),
        (ONE + raw(b"bad", size=10**99) + TWO, ["one"], "in.warc:2 Content-Length is '1000"),
        (ONE + raw(b"bad", size=-3) + TWO, ["one"], "in.warc:2 Content-Length is '-3' in the record at byte 87"),
        (ONE + raw(b"bad", size="3, 3") + TWO, ["one"], "in.warc:2 Content-Length is '3, 3'"),
        (ONE + raw(b"bad", size="") + TWO, ["one"], "in.warc:2 there is no Content-Length"),
        (ONE + raw(b"bad", "Content-Length: 4") + TWO, ["one"], "in.warc:2 there is more than one Content-Length"),
        (ONE + TWO[:-6], ["one"], "in.warc:2 the file ends before its Content-Length says so"),
        (ONE + TWO[:30], ["one"], "in.warc:2 the file ends within a header, begun at byte 87"),
        (ONE + TWO + b"garbage\r\n" + raw(b"three"), ["one"], "in.warc:2 Content-Length is wrong, or something else"),
        (ONE + b"WARC/2.0\r\n\r\n" + TWO, ["one"], "in.warc:2 no record begins at byte 87"),
        (ONE + b"WARC/1.0\r\n" + b"a" * (1 << 21), ["one"], "in.warc:2 a header of more than 1048576 bytes begins at"),
        (ONE + b"\n" * 1000 + TWO, [], "in.warc:1 Content-Length is wrong, or something else"),
    ],
    ids=lambda value: "" if isinstance(value, (bytes, list)) else value[8:40],
)
def test_what_cannot_be_framed_passes_through_from_there_on(data: bytes, expected: list[str], told: str) -> None:
    """With the number of its record and its first byte; what stands before is read."""
    found, problems, _ = found_in(data)
    assert found == expected
    assert len(problems) == 1
    assert problems[0].startswith(told)
    assert "from there on the file passes through unread" in problems[0]
    assert b"".join(part.data for part in parts(data)) == data


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (raw(b"bad", "no field"), "in.warc:2 there is a line that is no field, in the record at byte 87"),
        (raw(b"bad", "\udcff\udcfe\0: b"), "in.warc:2 there is a line that is no field"),
        (raw(b"bad", "WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "in.warc:2 WARC-Block-Digest is not"),
        (raw(b"bad", "WARC-Payload-Digest: md5:" + 32 * "0"), "in.warc:2 WARC-Payload-Digest is not that of"),
        (raw(b"bad", "WARC-Block-Digest: crc32:00"), "in.warc:2 WARC-Block-Digest is of a kind that is not known"),
        (raw(b"bad", "WARC-Block-Digest: sha1:00"), "in.warc:2 WARC-Block-Digest is of a kind that is not known"),
        (raw(b"bad", media_type="text/plain; charset=utf-16"), "in.warc:2 not utf-16"),
        (raw(b"b" * (1 << 20)), "in.warc:2 the document is larger than"),
        (raw(b"b" * (3 << 20)), "in.warc:2 the document is larger than"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value[8:40],
)
def test_a_record_that_is_not_sound_is_told_and_passes_through(record: bytes, told: str) -> None:
    """All others are read."""
    found, problems, _ = found_in(ONE + record + TWO)
    assert found == ["one", "two"]
    assert len(problems) == 1
    assert problems[0].startswith(told)
    assert read_encoded(WORK, parts(ONE + record)) is None


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (answer(b"<p>", media_type="text/html;charset=x"), "HTML"),
        (answer(b"<p>", media_type="application/xhtml+xml"), "HTML"),
        (answer(b"%PDF", media_type="application/pdf"), "other type"),
        (answer(b"3\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), "in chunks"),
        (answer(gzip.compress(b"abc"), "Content-Encoding: gzip"), "packed"),
        (answer(b"abc", media_type="text/plain; charset=klingon"), "unknown encoding"),
        (answer(b"abc", media_type="text/plain; charset=punycode"), "unknown encoding"),
        (answer(b"abc", media_type="text/plain; charset=hex"), "unknown encoding"),
        (raw(b"abc", "WARC-Segment-Number: 1"), "in segments"),
        (raw(b"no answer", kind="response", media_type="application/http"), "not whole"),
        (raw(b"20200101 10.0.0.1", kind="response", media_type="text/dns"), "other type"),
        (answer(b"x" * (2 << 20), media_type="video/mp4"), "other type"),
        (raw(b"abc", kind="request"), ""),
        (raw(b"abc", kind="revisit"), ""),
        (raw(b"abc", kind="something-new"), ""),
    ],
)
def test_what_holds_no_plain_text_is_counted_by_its_kind(record: bytes, kind: str) -> None:
    """Only what might hold one; nothing is told of it."""
    assert found_in(ONE + record + TWO) == (["one", "two"], [], {kind: 1} if kind else {})
    assert not kind or read_encoded(WORK, parts(ONE + record)) is None


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (answer("é".encode("latin-1"), media_type='text/plain; format=flowed; Charset="ISO-8859-1"'), "é"),
        (answer("é".encode(), media_type="text/plain; charset=latin-1"), "Ã©"),
        (answer("é".encode("utf-16"), media_type="text/plain; charset=utf-16"), "\ufeffé"),
        (answer("é".encode(), media_type="text/plain; charset=us-ascii"), "é"),
        (answer("é".encode(), media_type="text/markdown"), "é"),
        (answer(b"a", "Content-Encoding: identity", "Transfer-Encoding:"), "a"),
        (raw(b"\xff", media_type="TEXT/PLAIN"), "\udcff"),
        (raw(b"a", kind="resource"), "a"),
        (raw(b"a", "Folded: b\r\n\tc").replace(b"Content-Length: ", b"content-length:\r\n   "), "a"),
        (raw(b"a").replace(b"\r\n", b"\n"), "a"),
        (raw(b"a").removesuffix(b"\r\n") + b"\n\n\r\n", "a"),
        (raw(b"a\r\n\r\n").removesuffix(b"\r\n\r\n"), "a\r\n\r\n"),
        (raw(b"a").replace(b"WARC/1.0", b"WARC/0.18"), "a"),
    ],
)
def test_texts_are_read_as_they_are_said_to_be_written(record: bytes, text: str) -> None:
    """And however a record is spaced."""
    assert found_in(record + TWO) == ([text, "two"], [], {})
    if (read := read_encoded(WORK, parts(record))) is not None:
        assert read.texts.data.decode() == text
    assert found_in(TWO + record.rstrip(b"\r\n") + b"\r\n") == (["two", text], [], {}) or text.endswith("\n")


def _digest(name: str, data: bytes, written: str) -> str:
    digest = hashlib.new(name, data)
    if written == "hex":
        return f"{name}:{digest.hexdigest()}"
    value = base64.b32encode(digest.digest()).decode()
    if written == "bare":
        value = value.rstrip("=").lower()
    return f"{name.upper()}:{value}"


@pytest.mark.parametrize("name", ["sha1", "sha256", "md5", "sha512"])
@pytest.mark.parametrize("written", ["hex", "base32", "bare"])
@pytest.mark.parametrize("scope", ["document", "corpus"])
def test_lengths_and_digests_are_made_right(name: str, written: str, scope: str, tmp_path: Path) -> None:
    """As they were written; nothing else of the record changes, and a length of HTTP only where it was right."""
    path = tmp_path / "in.warc"

    def whole(text: str, length: int) -> bytes:
        payload = text.encode()
        block = HTTP % f"content-length:  {length} \r\nContent-Type: text/plain\r\nETag: 9\r\n".encode() + payload
        more = (
            f"WARC-Block-Digest: {_digest(name, block, written)}",
            f"WARC-Payload-Digest:{_digest(name, payload, written)}  ",
            "WARC-Truncated: length",
        )
        return raw(block, *more, kind="response", media_type="application/http")

    before, after = TEXT, f"{FERRY}\n\n{PRICE}\n"
    for length, then in ((len(before), len(after)), (99, 99)):
        path.write_bytes(whole(before, length))
        done = run(["--isolated", "--scope", scope, "--in-place", str(path)])
        assert (done.code, done.stderr.count(b"\n")) == (0, 1), done.stderr
        assert path.read_bytes() == whole(after, then)


def members(data: bytes) -> list[bytes]:
    """Return what each stream of a packed file unpacks to."""
    import zlib

    found = []
    while data:
        stream = zlib.decompressobj(31)
        found.append(stream.decompress(data) + stream.flush())
        data = stream.unused_data
    return found


@pytest.mark.parametrize("how", ["in place", "file", "directory", "pipe"])
def test_each_record_is_packed_by_itself(how: str, tmp_path: Path) -> None:
    """Wherever it goes, also on the way back, whatever it was packed like; so that each can be unpacked alone."""
    records = [
        raw(b"head", kind="warcinfo"),
        raw(TEXT.encode()),
        answer(TEXT.encode()),
        raw(b"x" * 300_000, kind="request"),
    ]
    (tmp_path / "in").mkdir()
    path, log = tmp_path / "in" / "a.warc.wet.gz", tmp_path / "log.jsonl"
    path.write_bytes(gzip.compress(b"".join(records)))
    asked = ["--isolated", "--removed", str(log)]
    out, back = tmp_path / "out.warc.gz", tmp_path / "back.warc.gz"
    if how == "in place":
        out = back = path
        assert run([*asked, "--in-place", str(path)]).code == 0
    elif how == "directory":
        assert run([*asked, "--include", "*", "-o", str(tmp_path / "out"), str(tmp_path / "in")]).code == 0
        out, back = tmp_path / "out" / path.name, tmp_path / "back" / path.name
    elif how == "file":
        assert run([*asked, "-o", str(out), str(path)]).code == 0
    else:
        assert run([*asked, "--format", "warc", "-o", str(out)], path.read_bytes()).code == 0
    cleaned = members(out.read_bytes())
    assert [len(old) - len(new) for old, new in zip(records, cleaned, strict=True)] == [0, 75, 75, 0]
    assert all(one.startswith(b"WARC/1.0\r\n") and one.endswith(b"\r\n\r\n") for one in cleaned)
    if how == "directory":
        arguments = ["--restore", str(log), "-o", str(tmp_path / "back"), str(tmp_path / "out")]
    else:
        arguments = ["--restore", str(log), *(["--in-place"] if how == "in place" else ["-o", str(back)]), str(out)]
    assert run(["--isolated", *arguments]).code == 0
    assert members(back.read_bytes()) == records


def test_archives_are_joined(tmp_path: Path) -> None:
    """One behind the other is an archive, also where the first one lacks its last line ends; and comes back."""
    first, second = [Made("conversion", TEXT.encode())], [Made("conversion", f"{PRICE}\n\nAn end.".encode())]
    one, two, out, log = (tmp_path / name for name in ("a.warc", "b.wet", "out.warc", "log"))
    two.write_bytes(web_archives.written(second))
    for lacking in range(5):
        whole = web_archives.written(first)
        one.write_bytes(whole[: len(whole) - lacking])
        asked = ["--isolated", "--scope", "corpus", "-o", str(out), "--removed", str(log)]
        assert run([*asked, str(one), str(two)]).code == 0
        texts = [found.payload.decode() for found in web_archives.read(out.read_bytes())]
        assert texts == [f"{FERRY}\n\n{PRICE}\n", "An end."]
        assert run(["--isolated", "--restore", str(log), "-o", str(tmp_path / "back"), str(out)]).code == 0
        assert (tmp_path / "back").read_bytes() == whole + two.read_bytes()


def test_an_archive_is_not_joined_with_anything_else(tmp_path: Path) -> None:
    """In whatever order; the others are written."""
    one, two, three, out = (tmp_path / name for name in ("a.warc", "b.txt", "c.warc", "out"))
    one.write_bytes(ONE)
    two.write_text("A text.\n")
    three.write_bytes(TWO)
    done = run(["--isolated", "-o", str(out), str(one), str(two), str(three)])
    assert done.code == 2
    assert (
        b"text cannot be written behind WARC; " in done.stderr or b"text cannot be written behind WARC." in done.stderr
    )
    assert out.read_bytes() == ONE + TWO
    done = run(["--isolated", "-o", str(out), str(two), str(one)])
    assert b"WARC cannot be written behind text" in done.stderr
    assert out.read_bytes() == b"A text.\n"


def test_records_that_are_left_empty_can_be_dropped(tmp_path: Path) -> None:
    """With their line ends; a value of null is nothing that a record can hold, and its payload is left empty."""
    path, out, log = tmp_path / "in.warc", tmp_path / "out.warc", tmp_path / "log"
    texts = [FERRY, FERRY, "An end of its own."]
    records = [raw(text.encode()) for text in texts]
    path.write_bytes(b"".join(records))
    for empty, expected in (("drop", b""), ("null", raw(b"")), ("keep", raw(b""))):
        asked = ["--isolated", "--scope", "corpus", "--empty", empty, "--removed", str(log)]
        assert run([*asked, "-o", str(out), str(path)]).code == 0
        assert out.read_bytes() == records[0] + expected + records[2]
        assert run(["--isolated", "--restore", str(log), "-o", str(tmp_path / "back.warc"), str(out)]).code == 0
        assert (tmp_path / "back.warc").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("scope", ["document", "corpus"])
def test_records_without_text_are_one_line_of_the_summary(scope: str, tmp_path: Path) -> None:
    """However many there are, and they are no errors."""
    path = tmp_path / "in.warc"
    pages = answer(b"<p>" * 100, media_type="text/html") + answer(b"x" * (2 << 20), media_type="video/mp4")
    path.write_bytes(raw(TEXT.encode()) + pages * 20 + raw(b"r", kind="request"))
    done = run(["--isolated", "--scope", scope, "--in-place", str(path)])
    assert done.code == 0
    told = b" 40 records without plain text, passed through unread (HTML 20, other type 20)."
    assert done.stderr.count(b"\n") == 1
    assert done.stderr.rstrip().endswith(told)


def test_a_document_is_known_by_the_number_of_its_record(tmp_path: Path) -> None:
    """In what is explained, in a diff, and in the log, which also has the record's id."""
    path, log = tmp_path / "in.warc", tmp_path / "log"
    path.write_bytes(ONE + raw(TEXT.encode(), "WARC-Record-ID: <urn:uuid:7>"))
    done = run(["--isolated", "-v", "--check", "--removed", str(log), str(path)])
    assert done.code == 1
    assert f"{path}:2: removed".encode() in done.stderr
    entries = [json.loads(line) for line in log.read_bytes().splitlines()]
    removal = next(entry for entry in entries if "document" in entry and "edit" not in entry)
    assert removal["document"] == {"file": "in.warc", "line": 2, "id": "urn:uuid:7"}
    edits = [entry for entry in entries if "edit" in entry]
    assert [(entry["edit"], entry["raw"], entry["put"]) for entry in edits] == [("header", "228", "153")]
    done = run(["--isolated", "--diff", str(path)])
    assert re.search(rb"--- .*in\.warc:2", done.stdout)


def test_records_are_compared_within_a_host_or_the_value_of_a_field(tmp_path: Path) -> None:
    """The host of the address, or any field of the record."""
    path = tmp_path / "in.warc"
    sites = ["http://a.example/1", "<http://b.example/2>", "https://A.example:80/3", "http://b.example/4"]
    path.write_bytes(b"".join(raw(FERRY.encode(), f"WARC-Target-URI: {site}", f"Odd: {len(site)}") for site in sites))
    done = run(["--isolated", "--scope", "corpus", "--within", "HOST", str(path)])
    assert found_in(done.stdout)[0] == [FERRY, FERRY, "", ""]
    done = run(["--isolated", "--scope", "corpus", "--within", "ODD", str(path)])
    assert found_in(done.stdout)[0] == [FERRY, FERRY, FERRY, ""]


@pytest.mark.parametrize(
    ("arguments", "data", "says"),
    [
        (["--mark"], ONE, b"WARC has no place for marks"),
        (["--format", "warc"], b"A text.\n", b"is no WARC file: it does not begin with WARC/1"),
        (["--format", "warc"], b"\r\n" * 99, b"is no WARC file: it does not begin with WARC/1"),
        (["--format", "csv"], ONE, b"no column 'text'"),
    ],
)
def test_what_cannot_be_done_is_refused(tmp_path: Path, arguments: list[str], data: bytes, says: bytes) -> None:
    """In one line, and the file is left as it is."""
    path = tmp_path / "in.warc"
    path.write_bytes(data)
    done = run(["--isolated", *arguments, "--in-place", str(path)])
    assert done.code == 2
    assert says in done.stderr
    assert path.read_bytes() == data


def test_an_archive_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    """Under any name, in a pipe, packed; and in an encoding in which its fields could not be written."""
    data, cleaned = raw(TEXT.encode("utf-16-le")), raw(f"{FERRY}\n\n{PRICE}\n".encode("utf-16-le"))
    for name in ("a.warc", "a.txt", "a.html", "a.json", "a", "a.jsonl"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(data))
        done = run(["--isolated", "--encoding", "utf-16-le", str(path)])
        assert (done.code, done.stdout) == (0, cleaned), name
    assert run(["--isolated", "--encoding", "utf-16-le"], data).stdout == cleaned
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert run(["--isolated", "--format", "text", "--quiet", str(path)]).stdout == data


def test_what_is_cut_off_on_its_way_fails_as_it_does_elsewhere(tmp_path: Path) -> None:
    """A packed file that ends in the middle is not written at all."""
    path = tmp_path / "in.warc.gz"
    path.write_bytes(gzip.compress(ONE + raw(TEXT.encode()))[:-9])
    before = path.read_bytes()
    done = run(["--isolated", "--in-place", str(path)])
    assert done.code == 2
    assert b"ends in the middle" in done.stderr
    assert path.read_bytes() == before


def test_a_text_above_the_limit_passes_through(tmp_path: Path) -> None:
    """In pieces, and what follows is read."""
    path = tmp_path / "in.warc"
    path.write_bytes(raw(b"x" * (3 << 20)) + raw(TEXT.encode()))
    done = run(["--isolated", "--max-document", "100K", "--in-place", str(path)])
    assert done.code == 2
    assert b"in.warc:1: the document is larger than" in done.stderr
    assert path.read_bytes() == raw(b"x" * (3 << 20)) + raw(f"{FERRY}\n\n{PRICE}\n".encode())


def test_inputs_end_with_what_follows_a_record() -> None:
    """What lies between two archives belongs to neither."""
    sources = [Source(None, name, name, None, kept=io.BytesIO(data)) for name, data in (("a", ONE[:-2]), ("b", TWO))]
    inputs = Inputs(sources, Job(("a", "b"), format="warc"), Codec("utf-8"), joined=True)
    found = [(part.kind, part.data, part.at) for part in inputs.parts() if part is not None and part.data]
    at = len(ONE)
    assert found[1:] == [(PartKind.JOINT, b"\r\n", at - 2), (WARC, TWO, at)]


PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>The \u00f6ld ferry</title></head><body>
<p>{own}</p>
<div class="menu"><p>{again}</p></div>
</body></html>
"""


def _page(own: str, charset: str = "utf-8", said: str = "") -> Made:
    text = PAGE.format(charset=said or charset, again=FERRY + " It is \u00f6ld.", own=own)
    return Made("response", text.encode(charset), "text/html", http=True)


def test_pages_are_cleaned_in_place_where_that_is_asked_for(tmp_path: Path) -> None:
    """Also where one is in another encoding; lengths and digests are right, and all other records are as they were."""
    pytest.importorskip("turbohtml")
    pages = [
        _page(PRICE),
        Made("conversion", TEXT.encode()),
        _page("Nobody sells any of the old tickets on the pier in these years.", "iso-8859-1"),
        Made("resource", b"\x89PNG", "image/png"),
    ]
    source, done, log = tmp_path / "a.warc", tmp_path / "b.warc", tmp_path / "log"
    source.write_bytes(web_archives.written(pages))
    before = web_archives.raw_records(source.read_bytes())
    for html in ([], ["--html", "keep"]):
        outcome = run(["--scope", "corpus", *html, "--removed", str(log), "-o", str(done), str(source)])
        assert outcome.code == 0, outcome.stderr
        found = web_archives.read(done.read_bytes())
        assert (b"HTML 2" in outcome.stderr) == (not html)
    again = (FERRY + " It is \u00f6ld.").encode("iso-8859-1")
    assert found[0].payload == pages[0].payload
    assert found[2].payload.replace(b"\n", b"") == pages[2].payload.replace(
        b'<div class="menu"><p>' + again + b"</p></div>", b""
    ).replace(b"\n", b"")
    assert web_archives.raw_records(done.read_bytes())[3] == before[3]
    assert run(["--scope", "corpus", "--html", "keep", "-o", str(tmp_path / "c.warc"), str(done)]).code == 0
    assert (tmp_path / "c.warc").read_bytes() == done.read_bytes()
    assert run(["--restore", str(log), "-o", str(tmp_path / "d.warc"), str(done)]).code == 0
    assert (tmp_path / "d.warc").read_bytes() == source.read_bytes()


def test_a_page_that_is_too_large_passes_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is told, by its record."""
    pytest.importorskip("turbohtml")
    monkeypatch.setattr("dedup.formats.html_pages.LARGEST", 100)
    source, done = tmp_path / "a.warc", tmp_path / "b.warc"
    source.write_bytes(web_archives.written([_page(PRICE), Made("conversion", TEXT.encode())]))
    outcome = run(["--html", "keep", "-o", str(done), str(source)])
    assert outcome.code == 2
    assert b"a.warc:1: the page is larger than 100 bytes" in outcome.stderr
    assert web_archives.raw_records(done.read_bytes())[0] == web_archives.raw_records(source.read_bytes())[0]
