"""JSON lines: only bytes of the text's value change, and only where something goes."""

from __future__ import annotations

import json
import shlex
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.formats import jsonl
from dedup.formats.detect import WrongKindError
from dedup.formats.edits import LocatedDocument, carry_out
from dedup.formats.files.encoding import Codec
from dedup.formats.parts import Part, PartResult, Work
from dedup.formats.registry import JSON_LINES
from dedup.model.errors import ExitCode, InputError
from dedup.model.settings import Settings
from dedup.native.kernels import VARIABLE
from tests.support.fake_kernel import MARK, assume_plain, marked_decide, run_bytes, without_marked

pytestmark = pytest.mark.usefixtures("marked_kernel")


_SHORT = {"\n": rb"\n", "\t": rb"\t", '"': rb"\"", "\\": rb"\\", "/": rb"\/", "\r": rb"\r"}


@st.composite
def _written(draw: st.DrawFn, char: str) -> bytes:
    """Return one of the ways in which JSON writes a character."""
    units = char.encode("utf-16-be", "surrogatepass")
    ways = [b"".join(b"\\u%02x%02X" % (units[i], units[i + 1]) for i in range(0, len(units), 2))]
    if char in _SHORT:
        ways.append(_SHORT[char])
    if char not in '"\\' and char >= " " and not "\ud800" <= char <= "\udfff":
        ways += [char.encode()] * 3
    return draw(st.sampled_from(ways))


_CHARS = st.sampled_from(["a", "é", "字", "😀", '"', "\\", "/", "\t", "\r", "\u2028", "\ud800", MARK, "b c", "\0"])
_SPACE = st.sampled_from([b"", b" ", b"\t ", b"  "])
_OTHER = st.sampled_from(
    [b"1", b"-2.5e3", b"null", b'"text"', b'{"text": "a\\n%b"}', b'["\\u0022", {}]', b"1" * 5000, b"NaN"]
)


@st.composite
def _record(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Return a record's line, and what is to be left of it."""
    lines = draw(st.lists(st.lists(_CHARS, max_size=6).map("".join), min_size=1, max_size=5))
    literal = [b"".join(draw(_written(char)) for char in line) for line in lines]
    newline = [draw(_written("\n")) for _ in lines]
    if not draw(st.booleans()):
        newline[-1] = b""
    before = b"".join(a + b for a, b in zip(literal, newline, strict=True))
    kept = _kept(lines, literal, newline)
    members = [
        (draw(st.sampled_from([b"id", b"text", b"t\\u0065xt", b"x"])), draw(_OTHER))
        for _ in range(draw(st.integers(0, 3)))
    ]
    after = [(key, value) for key, value in members if key in (b"id", b"x")]
    head = [member for member in members if draw(st.booleans())]

    def line(value: bytes) -> bytes:
        parts = [*head, (draw(st.just(b"text")), b'"' + value + b'"'), *after]
        return (
            b"{" + b",".join(space + b'"' + k + b'"' + space + b":" + space + v for k, v in parts) + space + b"}" + tail
        )

    space, tail = draw(_SPACE), draw(st.sampled_from([b"", b"\r", b" "]))
    return line(before), line(kept)


def _kept(lines: list[str], literal: list[bytes], newline: list[bytes]) -> bytes:
    """Return what is left of the literal, put together from its pieces."""
    stays = [number for number, line in enumerate(lines) if number == 0 or MARK not in line]
    pieces = b"".join(literal[number] + newline[number] for number in stays)
    last = len(lines) - 1
    lost_end = newline[last] == b"" and literal[last] and last not in stays
    if lost_end and last - 1 in stays:
        pieces = pieces[: len(pieces) - len(newline[stays[-1]])]
    return pieces


@given(st.lists(_record(), max_size=6), st.booleans(), st.booleans())
def test_only_bytes_of_cut_paragraphs_go(records: list[tuple[bytes, bytes]], final: bool, mark: bool) -> None:  # noqa: FBT001
    """Whatever the spacing, the escapes and the doubled keys: all other bytes stay."""
    end = b"\n" if final else b""
    bom = b"\xef\xbb\xbf" if mark else b""
    data = bom + b"\n".join(before for before, _ in records) + end
    expected = bom + b"\n".join(after for _, after in records) + end
    out, outcome, recorder = run_bytes(data, format="jsonl")
    assert not recorder.problems
    assert out == expected
    assert outcome.counts.documents == len(records)


@given(st.binary(max_size=80), st.sampled_from([b'{"text": "', b"", b"["]))
def test_any_bytes_pass(noise: bytes, begin: bytes) -> None:
    """Lines that are no records come out as they went in, and the run ends with 2; so it does for what is no lines."""
    assume_plain(begin + noise)
    out, outcome, recorder = run_bytes(begin + noise, format="jsonl")
    if recorder.problems:
        assert outcome.exit_code == ExitCode.ERROR
    if any(isinstance(problem, WrongKindError) for problem in recorder.problems):
        assert out == b""  # no lines of anything
    elif MARK.encode() not in noise:
        assert out == begin + noise


def test_invalid_utf8_inside_the_text_stays_and_is_counted() -> None:
    line = b'{"text": "first \xff\\n%\xe9\xff cut\\nlast \xc3", "x": "\xfe"}\n'
    out, outcome, _ = run_bytes(line, format="jsonl")
    assert out == b'{"text": "first \xff\\nlast \xc3", "x": "\xfe"}\n'
    assert outcome.counts.invalid_utf8 == 1


def test_dotted_path_and_doubled_keys_take_what_json_takes() -> None:
    line = b'{"a": {"text": "x\\n%y"}, "a": {"b": "x\\n%y", "text": "k\\n%l", "text": "x\\n%y\\nz"}}'
    out, outcome, _ = run_bytes(line, format="jsonl", text_field="a.text")
    assert out == b'{"a": {"text": "x\\n%y"}, "a": {"b": "x\\n%y", "text": "k\\n%l", "text": "x\\nz"}}'
    assert outcome.counts.removed == 1


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"not json", "not JSON"),
        (b'{"text": "a"} x', "not JSON"),
        (b'{"body": "a"}', "no field 'text'"),
        (b"{}", "no field 'text'"),
        (b'{"text": 5}', "holds a number"),
        (b'{"text": ["a"]}', "holds an array"),
        (b'["text"]', "not an object"),
        (b'"text"', "not an object"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"text": "a\tb"}', "not JSON"),
        (b"9" * 5000, "not an object"),
        ('\ufeff{"text": "a"}'.encode("utf-16-le"), "not JSON"),
    ],
)
def test_bad_line_passes_and_is_reported_with_its_place(line: bytes, what: str) -> None:
    good = b'{"text": "a\\n%b"}'
    data = b"\n".join([good, b"", b" \t\r", line, good])
    out, outcome, recorder = run_bytes(data, format="jsonl", stdin_name="in.jsonl")
    assert out == b"\n".join([b'{"text": "a"}', b"", b" \t\r", line, b'{"text": "a"}'])
    assert [error.place for error in recorder.problems] == ["in.jsonl:4"]
    assert what in recorder.problems[0].what
    assert ("UTF-16" in recorder.problems[0].hint) == (b"\0" in line)
    assert outcome.exit_code == ExitCode.ERROR
    assert outcome.counts.errors == 1
    assert outcome.counts.documents == 3


@pytest.mark.parametrize("limit", [50, 1000])
def test_line_above_the_limit_passes_unread(limit: int) -> None:
    """Long lines pass whether they end within a piece that is read or go on for megabytes."""
    small = b'{"text": "a\\n%b"}\n'
    long = json.dumps({"text": "a\n%" + "b" * 2000}).encode() + b"\n"
    huge = json.dumps({"text": "a\n%" + "b" * 3_000_000}).encode() + b"\n"
    out, outcome, recorder = run_bytes(
        small + huge + small + long + huge + small + long[:-1], format="jsonl", max_document=limit
    )
    cut = b'{"text": "a"}\n'
    assert out == cut + huge + cut + long + huge + cut + long[:-1]
    assert outcome.counts.too_large == outcome.counts.errors == 4
    assert [error.place for error in recorder.problems] == [f"<stdin>:{n}" for n in (2, 4, 5, 7)]
    assert outcome.exit_code == ExitCode.ERROR


def test_fail_stops_before_anything_is_written() -> None:
    data = b'{"text": "a\\n%b"}\n' * 5 + b"no\n"
    with pytest.raises(InputError) as caught:
        run_bytes(data, format="jsonl", on_error="fail")
    assert caught.value.place == "<stdin>:6"
    out, outcome, _ = run_bytes(data[:-3], format="jsonl", on_error="fail")
    assert out == b'{"text": "a"}\n' * 5
    assert outcome.exit_code == ExitCode.OK


def test_other_encodings_are_cut_in_their_own_bytes() -> None:
    line = '{"text": "é\\n%ü\\nß"}\n'.encode("latin-1")
    out, _, recorder = run_bytes(line, format="jsonl", encoding="latin-1")
    assert out == '{"text": "é\\nß"}\n'.encode("latin-1")
    assert not recorder.problems


@given(st.text(alphabet="ab%\n\r\u2028é", max_size=30))
def test_record_and_text_agree(text: str) -> None:
    """The same text is cut in the same way as a record and as a file."""
    record, _, _ = run_bytes(json.dumps({"text": text}).encode(), format="jsonl")
    plain, _, _ = run_bytes(text.encode(), format="text")
    assert json.loads(record)["text"] == plain.decode() == without_marked(text)


_ASIDE = st.sampled_from(
    [
        b"",
        b'"x": "text", ',
        b'"a\\"text": 1, ',
        b'"m": {"text": "a\\\\"}, ',
        b'"m": ["text", "text\\""], ',
        b'"t\\u0065xt": "b", ',
        b'"text": "c", ',
        b'"x": "C:\\\\users", ',
    ]
)


@given(
    st.lists(_CHARS | st.sampled_from(["\b", "\x7f", '"text"', "\\text", ":"])),
    _ASIDE,
    # Of doubled keys the last one counts.
    _ASIDE.filter(lambda aside: not aside.startswith((b'"text"', b'"t\\u'))),
    st.sampled_from([":", " :\t"]),
    st.data(),
)
def test_every_place_in_the_text_is_found_in_the_line(
    pieces: list[str], before: bytes, after: bytes, colon: str, data: st.DataObject
) -> None:
    """However each character is written, and wherever else the key seems to stand."""
    text = "".join(pieces)
    plain = data.draw(st.booleans())
    written = [json.dumps(c, ensure_ascii=False)[1:-1].encode() if plain and not "\ud800" <= c <= "\udfff"
               else data.draw(_written(c)) for c in text]  # fmt: skip
    head = b"{" + before + b'"text"' + colon.encode() + b'"'
    tail = b'"' + (b", " + after.rstrip(b", ") if after else b"") + b"}"
    line = head + b"".join(written) + tail
    part = Part(0, JSON_LINES, data=line)
    work = Work(Settings(), ("text",), Codec("utf-8"), 1 << 20)
    record = jsonl.record(part, 0, len(line), 1, work)
    assert record.text == text
    places = list(accumulate(map(len, written), initial=len(head)))
    for native in ("0", "auto"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(VARIABLE, native)
            assert jsonl.locate(part, record, range(len(text) + 1), work) == places


@pytest.mark.parametrize("behind", [True, False])
def test_the_same_text_in_another_member_is_not_cut(behind: bool) -> None:  # noqa: FBT001 - a parameter
    """The key is written by the number of a sign, and stands as it is in an object beside it, over the same text."""
    own, other = rb'"te\u0078t": "one\ntwo"', rb'"meta": {"text": "one\ntwo"}'
    line = b"{" + b", ".join([own, other] if behind else [other, own]) + b"}"
    part, work = Part(0, JSON_LINES, data=line), Work(Settings(), ("text",), Codec("utf-8"), 1 << 20)
    record = jsonl.record(part, 0, len(line), 1, work)
    begin = line.index(own) + own.index(b"one")
    assert jsonl.locate(part, record, [0, 3, 4, 7], work) == [begin, begin + 3, begin + 5, begin + 8]


Pairs = list[tuple[str, Any]]
"""An object of JSON with its doubled keys."""
_KEYS = ("a/b", "a/b", "a/b", "text", "\u00e9\U0001f600", 'q"\\')


@st.composite
def _key_written(draw: st.DrawFn, key: str) -> bytes:
    """Return one of the ways in which JSON writes a key."""
    if how := draw(st.integers(0, 2)):
        plain = json.dumps(key, ensure_ascii=draw(st.booleans())).encode()
        return plain.replace(b"/", rb"\/") if how == 1 else plain
    return b'"' + b"".join(draw(_written(char)) for char in key) + b'"'


@st.composite
def _object(draw: st.DrawFn, path: tuple[str, ...], texts: st.SearchStrategy[str]) -> Pairs:
    """Return an object that has a string at a path, and keys like it beside and below."""
    # Mostly the same text under the same key: where a wrong literal would pass for the right one.
    values = st.one_of(
        texts, texts, texts, st.none(), st.lists(texts, max_size=1), texts.map(lambda text: [(path[-1], text)])
    )
    others = draw(st.lists(st.tuples(st.sampled_from(_KEYS), values), max_size=3))
    own = draw(texts) if len(path) == 1 else draw(_object(path[1:], texts))
    behind = [other for other in draw(st.permutations(others)) if other[0] != path[0]]
    return [*others, (path[0], own), *behind]


def _is_object(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], tuple)


@st.composite
def _object_written(draw: st.DrawFn, value: Any) -> bytes:
    if _is_object(value):
        members = [draw(_key_written(key)) + b": " + draw(_object_written(inner)) for key, inner in value]
        return b"{" + b", ".join(members) + b"}"
    return json.dumps(value, ensure_ascii=False).encode()


def _cleaned(record: Pairs, path: tuple[str, ...]) -> Pairs:
    """Clean the last member of each name on the path, as a parser takes it; all others stay."""
    last = max(place for place, (key, _) in enumerate(record) if key == path[0])
    inner = record[last][1]
    new = without_marked(inner) if len(path) == 1 else _cleaned(inner, path[1:])
    return [*record[:last], (path[0], new), *record[last + 1 :]]


@given(st.data())
def test_the_member_that_a_parser_takes_is_the_one_that_is_cut(data: st.DataObject) -> None:
    """However keys are escaped, doubled and nested, and though others hold the same text."""
    path = tuple(data.draw(st.lists(st.sampled_from(_KEYS), min_size=1, max_size=2)))
    texts = st.sampled_from([f"one\n{MARK} two\nthree"] * 3 + [f"one\n{MARK} two", "one"])
    record = data.draw(_object(path, texts))
    line = data.draw(_object_written(record))
    work = Work(Settings(), path, Codec("utf-8"), 1 << 20)
    part, done = Part(0, JSON_LINES, data=line, line=2), PartResult()
    (found,) = jsonl.records(part, work, done)
    wanted: Any = json.loads(line)
    for key in path:
        wanted = wanted[key]
    assert found.text == wanted
    carry_out(work, [LocatedDocument(part, done, found)], marked_decide([found.text], work.settings))
    assert json.loads(done.apply(line), object_pairs_hook=lambda pairs: pairs) == _cleaned(record, path)


def test_a_null_text_is_no_error() -> None:
    """There is nothing to clean, and the record stays as it is."""
    data = b'{"text": null, "id": 1}\n{"text": "a\\n%b"}\n{"text": null}'
    for options in ({}, {"on_error": "fail"}, {"empty": "drop"}, {"empty": "null"}):
        out, outcome, recorder = run_bytes(data, format="jsonl", **options)
        assert out == data.replace(b"\\n%b", b"")
        assert (recorder.problems, outcome.exit_code, outcome.counts.documents) == ([], ExitCode.OK, 3)
    marked, outcome, _ = run_bytes(data, format="jsonl", mark=True)
    assert marked.splitlines()[0] == b'{"text": null, "id": 1, "dedup": []}'
    assert outcome.exit_code == ExitCode.OK


@pytest.mark.parametrize(
    ("record", "hint"),
    [
        ({"id": "7", "body": "the text", "title": "t"}, "this record has 'id', 'body', 'title'; --field body"),
        ({"page": {"url": "u", "body": "long text"}, "id": "i"}, "this record has 'page', 'id'; --field page.body"),
        ({"my body": "x"}, "this record has 'my body'; --field 'my body'"),
        ({"a.b": "dotted names cannot be asked for", "n": 1}, "this record has 'a.b', 'n'"),
        ({}, ""),
    ],
)
def test_the_field_that_is_there_is_offered(record: dict[str, Any], hint: str) -> None:
    """Where the field that was asked for is not, the longest string is likely to be the text."""
    _, _, recorder = run_bytes(json.dumps(record).encode(), format="jsonl")
    assert [(error.what, error.hint) for error in recorder.problems] == [("no field 'text'", hint)]
    if "--field" in hint:
        (field,) = shlex.split(hint.partition("--field ")[2])
        assert not run_bytes(json.dumps(record).encode(), format="jsonl", text_field=field)[2].problems
