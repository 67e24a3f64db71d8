"""The native kernel writes lines of the log as the Python does, the specification; what is odd is left to that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.formats.files.encoding import Codec
from dedup.formats.log import entries
from dedup.formats.log.entries import Entries, removal_lines
from dedup.formats.parts import Part, PartResult, Work
from dedup.formats.registry import JSON_LINES, TEXT
from dedup.model.settings import Settings
from dedup.native import kernels
from tests.formats.test_encoded_records import CHARS

if TYPE_CHECKING:
    from dedup.formats.parts import Record

pytestmark = pytest.mark.skipif(kernels.native() is None, reason="the native kernels are not at work")

WORK = Work(Settings(scope="corpus"), ("text",), Codec("utf-8"), 1 << 20)
LONG = st.builds(lambda some, times: "".join(some) * times, st.lists(CHARS, max_size=6), st.integers(1, 4))
EVERY = "".join(map(chr, range(0x100))) + "\u2028\ud800\udbff\udc80\udfff\uffff\U0001f600\U0010ffff"


def _entries(work: Work, part: Part, record: Record, places: list[int]) -> Entries:
    """Return entries of which each takes four of some places in a text."""
    ends = sorted(place % (len(record.text) + 1) for place in places)
    assert part.format is not None
    edges = part.format.locate(part, record, ends, work)
    assert edges is not None
    number = len(ends) // 4
    rests = [f'"reason": "é\\udc80\ud83d {one}", "witnesses": []' for one in range(number)]
    return Entries(list(range(3, 3 + number)), list(zip(ends[1::4], ends[2::4], strict=True)), edges, rests)


def check_same(work: Work, part: Part, places: list[int]) -> bool:
    """Check that a document's lines are alike; return whether they were written natively."""
    assert part.format is not None
    record = part.format.records(part, work, PartResult())[0]
    some = _entries(work, part, record, places)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kernels.VARIABLE, "0")
        expected = removal_lines(work, part, record, some)
    assert removal_lines(work, part, record, some) == expected
    assert expected.count(b"\n") == len(some.paragraphs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entries, "_lines", lambda *_, **__: iter([b"by the Python"] * len(some.paragraphs)))
        return removal_lines(work, part, record, some) == expected


PLACES = st.lists(st.tuples(*[st.integers(0, 1 << 10)] * 4), min_size=1, max_size=4).map(
    lambda some: [place for four in some for place in four]
)


@given(LONG, PLACES, st.booleans())
@example(EVERY, [0, 0, len(EVERY), len(EVERY)], False)  # noqa: FBT003 - drawn
@example(EVERY, [0, 9, 300, 301], True)  # noqa: FBT003 - drawn
def test_paragraphs_of_records_are_written_alike(text: str, places: list[int], ascii_only: bool) -> None:  # noqa: FBT001
    """With any characters, also halves of surrogate pairs, which only escapes stand for."""
    data = json.dumps({"id": "é", "text": text, "n": 1}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    part = Part(0, JSON_LINES, "in", "in é\udcff", b"\n" + data + b"\n", at=7, line=3)
    assert check_same(WORK, part, places) == _is_utf8(data)


@given(LONG, PLACES)
@example(EVERY, [0, 0, len(EVERY), len(EVERY)])
@example('a\\\\n"', [0, 1, 4, 5])
def test_paragraphs_of_plain_text_are_written_alike(text: str, places: list[int]) -> None:
    """A backslash is one, and bytes that do not decode are left to the Python."""
    data = text.encode("utf-8", "surrogatepass")
    assert check_same(WORK, Part(0, TEXT, "in", "in", data), places) == _is_utf8(data)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16"])
def test_other_encodings_are_left_to_the_python(encoding: str) -> None:
    """Also where the bytes happen to be UTF-8."""
    work = Work(WORK.settings, ("text",), Codec(encoding), 1 << 20)
    data = "Ã© and so on".encode(work.codec.name if encoding == "utf-16" else "latin-1")
    assert not check_same(work, Part(0, TEXT, "in", "in", data), [0, 1, 2, 3])


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
