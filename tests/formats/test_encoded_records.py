"""The native kernel reads JSON lines as the Python does, which is the specification; what is odd it leaves to that."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup.formats import jsonl
from dedup.formats.edits import read_documents
from dedup.formats.encoded_records import read_encoded
from dedup.formats.files.encoding import Codec
from dedup.formats.parts import Part, PartKind, Record, Work
from dedup.formats.registry import JSON_LINES, TEXT
from dedup.model.settings import Settings
from dedup.native import kernels
from dedup.text import long_texts
from tests.support.fake_kernel import run_bytes

pytestmark = pytest.mark.skipif(kernels.native() is None, reason="the native kernels are not at work")

WORK = Work(Settings(scope="corpus"), ("text",), Codec("utf-8"), 1 << 20)
CHARS = st.text(st.sampled_from([*'aé字😀"\\/\t\r\n\x85\u2028\ud83d\ude00\udcff\0\x1f\x7f']), max_size=12)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(CHARS, st.sampled_from([None, True, -0.0, 1e300, 7, -12, 10**400, float("nan"), float("-inf")])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["text", "a", "é"]), inner)),
    max_leaves=6,
)
RECORDS = st.builds(
    lambda before, text, behind, ascii_only: json.dumps(
        {**before, "text": text, **behind}, ensure_ascii=ascii_only
    ).encode("utf-8", "surrogatepass"),
    st.dictionaries(st.sampled_from(["id", "te", "text ", "dedup", 'x"']), VALUES, max_size=2),
    st.one_of(CHARS, CHARS, CHARS, VALUES),
    st.dictionaries(st.sampled_from(["meta", "texts"]), VALUES, max_size=2),
    st.booleans(),
)
ODD = st.sampled_from(
    [
        *(b'"', b"\\", b"\n", b"\r", b"\t", b" ", b"\x0b", b"\0", b"{", b"}", b"[", b"]", b",", b":", b"-", b".", b"e"),
        *(b"0", b"01", b"1.", b".5", b"-1.5E+07", b"1e", b"NaN", b"-Infinity", b"nul", b"null", b"true", b"9" * 5000),
        *(b"\\ud83d", b"\\ude00", b"\\uD83D\\uDE00", b"\\u12", b"\\u00eG", b"\\x", b"\\/", b"\\u0074", b"\\u0000"),
        *(b"\xff", b"\xed\xa0\x80", b"\xc3", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\xc0\x80"),
        *(b'"text": "x", ', b'"te\\u0078t": 1, ', b'"a": {"text": "y"}, ', b'"text": ', b"[" * 200, b"[]" * 3, b"{}"),
    ]
)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Draw a line: a record, most often with something put into it or taken from it."""
    line = draw(st.one_of(RECORDS, RECORDS, RECORDS, st.lists(ODD, max_size=8).map(b"".join)))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2]))):
        at = draw(st.integers(0, len(line)))
        line = line[:at] + draw(ODD) + line[at + draw(st.sampled_from([0, 0, 1, 5])) :]
    return line


def located_by_python(part: Part, record: Record, places: list[int]) -> list[int] | None:
    """Return where characters of a text are in its record's bytes, as the specification says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kernels.VARIABLE, "0")
        return jsonl.locate(part, record, places, WORK)


def check_same(part: Part, work: Work = WORK) -> bool:
    """Check that a part is read alike, or left to Python; return whether it was read."""
    native = kernels.native()
    assert native is not None
    found = read_encoded(work, [part])
    if found is None:
        return False
    (result,), documents = read_documents(work, [part])
    assert (result.problems, result.counts.invalid_utf8) == ([], 0)
    assert found.counts == [result.counts.documents] == [len(documents)]
    texts = [found.texts.data[start:end].decode("utf-8", "surrogatepass") for start, end in found.texts.edges.tolist()]
    assert texts == [one.record.text for one in documents]
    for one in [one for one in documents if one.record.text][:2]:
        places = [*range(len(one.record.text) + 1)]
        line = part.data[one.record.start : one.record.end]
        assert native.locate_in_record(line, b"text", [*places, len(places)]) is None  # there is no such place
        assert native.locate_in_record(line, b"text", places) == located_by_python(part, one.record, places)
    assert found.places.tolist() == [[one.record.line, one.record.start, one.record.end] for one in documents]
    return True


@given(st.lists(st.tuples(lines(), st.sampled_from([b"\n", b"\n", b"\r\n", b"\n\n", b" \t\r\n"])), max_size=3))
@example([(b'{"text": "a", "te\\u0078t": "b"}', b"\n")])
@example([(b'{"text": "a\\ud83d\\ude00\\ud83d\\u0041\\ude00"}', b"\n")])
@example([(b'{"text": "a\\ud83d\\ud83d\\ude00\\ud83d"}', b"\n")])
@example([(b'\xef\xbb\xbf{"text": "a"}', b"\n")])
@example([(b'{"text": "a"} {"text": "b"}', b"\n"), (b'{"text": "a', b"\n")])
@example([(b"\x0b", b"\n"), (b"\x1c", b"\n")])
def test_any_lines_are_read_alike(some: list[tuple[bytes, bytes]]) -> None:
    """Or left to Python: line by line, and all together, whether the last one is ended or not."""
    data = b"".join(line + end for line, end in some)
    check_same(Part(0, JSON_LINES, "in", "in", data, line=5))
    check_same(Part(0, JSON_LINES, "in", "in", data.rstrip(b"\n")))
    for line, _ in some:
        for one in line.split(b"\n"):
            check_same(Part(0, JSON_LINES, "in", "in", one))


@given(st.lists(CHARS, max_size=4), st.booleans())
def test_plain_lines_are_not_left_to_python(texts: list[str], ascii_only: bool) -> None:  # noqa: FBT001 - drawn
    """With any other members, in any order, and with a text of any characters that a file can hold."""
    records = [
        {"id": number, "meta": {"text": [text, None, True, -1.5e-7, {}]}, "text": text, "url": ""}
        for number, text in enumerate(texts)
    ]
    data = "".join(json.dumps(one, ensure_ascii=ascii_only) + "\r\n \n" for one in records)
    raw = data.encode("utf-8", "replace" if not ascii_only else "strict")
    assert check_same(Part(0, JSON_LINES, "in", "in", raw))


@settings(max_examples=20)
@given(st.lists(lines() | RECORDS, min_size=1, max_size=8), st.sampled_from(["one two three\nfour five six", "a\r\nb"]))
def test_whole_runs_are_the_same(some: list[bytes], text: str) -> None:
    """What goes, what is told, and what is counted: of odd records among plain ones, some of them copies."""
    plain = json.dumps({"id": 1, "text": text}).encode()
    data = b"".join(line + b"\n" for one in some for line in (plain, one, one))
    found = []
    for chosen in "01":
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(kernels.VARIABLE, chosen)
            out, outcome, told = run_bytes(data, settings=Settings(scope="corpus", min_words=1), format="jsonl")
            found.append((out, outcome, [(error.what, error.place) for error in told.problems]))
    assert found[0] == found[1]


def test_a_text_that_is_null_is_empty() -> None:
    """As the Python has it."""
    assert check_same(Part(0, JSON_LINES, "in", "in", b'{"text": null}\n{"text": "a"}'))


@pytest.mark.parametrize(
    ("work", "data"),
    [
        (WORK, b'{"text": "a"' + b', "n": ' + b"[" * 300 + b"]" * 300 + b"}"),
        (Work(WORK.settings, ("text",), WORK.codec, 12), b'{"text": "a"}'),
        (Work(WORK.settings, ("a", "text"), WORK.codec, 1 << 20), b'{"a": {"text": "a"}}'),
        (Work(WORK.settings, ("te\udc80xt",), WORK.codec, 1 << 20), b'{"text": "a"}'),
        (Work(WORK.settings, ("text",), Codec("latin-1"), 1 << 20), b'{"text": "a"}'),
        (Work(WORK.settings, ("text",), WORK.codec, 1 << 20, mark=True), b'{"text": "a"}'),
        (Work(Settings(scope="corpus", within="id"), ("text",), WORK.codec, 1 << 20), b'{"text": "a", "id": "b"}'),
    ],
)
def test_what_asks_for_more_is_left_to_python(work: Work, data: bytes) -> None:
    """What is too deep or too long, another encoding, a path, marks and groups."""
    assert not check_same(Part(0, JSON_LINES, "in", "in", data), work)
    assert check_same(Part(0, JSON_LINES, "in", "in", b'{"text": "a"}'))


def test_tasks_of_several_parts_are_read_together() -> None:
    """Each part has its own documents; what is passed on unread has none, and what is told of is left to Python."""
    parts = [Part(number, JSON_LINES, data=b'{"text": "a"}\n{"text": "\xc3\xa9"}\n') for number in range(2)]
    joint = Part(0, PartKind.JOINT, data=b"\n")
    found = read_encoded(WORK, [parts[0], joint, parts[1]])
    assert found is not None
    assert (found.counts, found.texts.data) == ([2, 0, 2], "aéaé".encode())
    assert found.texts.edges.tolist() == [[0, 1], [1, 3], [3, 4], [4, 6]]
    assert read_encoded(WORK, [parts[0], Part(0, TEXT, data=b"text")]) is None


def test_very_long_texts_are_left_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those are split in pieces."""
    monkeypatch.setattr(long_texts, "LONG", 3)
    assert not check_same(Part(0, JSON_LINES, data=b'{"text": "abcd"}'))
    assert check_same(Part(0, JSON_LINES, data=b'{"text": "abc"}'))
