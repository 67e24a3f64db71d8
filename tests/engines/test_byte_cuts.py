"""What is cut out of a document that is not read again: the same as out of one that is."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.engines.local.spool_columns import COLUMNS
from dedup.engines.removal import byte_cuts, reparse, second_pass
from dedup.engines.removal.byte_cuts import each_a_line, moved, reads_alike, regions_of, staying
from dedup.engines.removal.task_decisions import TaskDecisions, edges_of
from dedup.formats.files.encoding import Codec
from dedup.formats.jsonl_bytes import Literals
from dedup.formats.jsonl_string import locate_string
from dedup.formats.parts import Part, PartKind, PartResult, Work
from dedup.model.decisions import without
from dedup.model.settings import Settings
from dedup.resolve.corpus.removals import removal_type
from dedup.text.long_texts import split_texts
from dedup.text.paragraphs import LINE_END, regions

if TYPE_CHECKING:
    from dedup.model.settings import Split

WORDS = st.sampled_from(
    ["the", "A", "water", "überaus", "水の", "- item", "| a | b |", "```", "~~~", "2. x", "\u200b", '"', "\\", "/"]
)
LINES = st.lists(WORDS, max_size=14).map(" ".join)
WRAPPED = st.lists(st.sampled_from(["and", "then", "Some", "water", "rises"]), min_size=8, max_size=9).map(" ".join)
ENDS = st.sampled_from(["\n"] * 8 + ["\n\n", "\n \n", "\r\n", "\r", "\u2028", "\x85", "\f", "\v", "\n\n\n"])
HOW: st.SearchStrategy[Split] = st.sampled_from(["auto", "line", "blank"])


@st.composite
def _texts(draw: st.DrawFn) -> str:
    lines = draw(st.lists(st.one_of(LINES, WRAPPED, WRAPPED), min_size=1, max_size=14))
    return "".join(line + draw(ENDS) for line in lines) + draw(st.sampled_from(["", "end", " "]))


@st.composite
def _going(draw: st.DrawFn) -> tuple[str, Any, Any, Any]:
    """Draw a text, its reading, its paragraphs, and those that go."""
    text = draw(_texts())
    how: Split = draw(HOW)
    spans = split_texts([text], how)[0].astype(np.int32)
    gone = draw(st.sets(st.integers(0, len(spans) - 1), min_size=1)) if len(spans) else set[int]()
    return text, how, spans, np.array(sorted(gone), np.int64)


def _line_ends(text: str, starts: Any, ends: Any) -> Any:
    pairs = zip(starts.tolist(), ends.tolist(), strict=True)
    return np.array([len(LINE_END.findall(text[start:end])) for start, end in pairs], np.int64)


@given(_going())
def test_what_goes_is_found_by_counting_line_ends(case: tuple[str, Any, Any, Any]) -> None:
    """The regions are those of `regions`, which looks at the text."""
    text, _, spans, gone = case
    if len(gone):
        found = regions_of(spans, gone, len(text), lambda starts, ends: _line_ends(text, starts, ends))
        assert [tuple(each) for each in found.tolist()] == regions(text, spans.tolist(), gone.tolist())


@given(_going())
@example(("a\nb\n", "auto", np.array([[0, 1], [2, 3]], np.int32), np.array([0], np.int64)))
def test_what_certainly_reads_alike_does(case: tuple[str, Split, Any, Any]) -> None:
    """Where a glance says that what is left is read as what stays, splitting it says so, too."""
    text, how, spans, gone = case
    if not len(gone) or len(gone) == len(spans):
        return
    bounds = np.array(regions(text, spans.tolist(), gone.tolist()), np.int64)
    left = without(text, bounds.tolist())
    stays = staying(spans, gone)
    stay = moved(stays, bounds)
    found = split_texts([left], how)[0]
    assert [left[a:b] for a, b in stay.tolist()] == [text[a:b] for a, b in stays.tolist()]
    for lines in (each_a_line(left, stay), not _line_ends(text, *stays.T).any()):
        if lines and reads_alike(left, stay, how):
            assert np.array_equal(found, stay)


def test_plain_lines_are_told_at_a_glance() -> None:
    """Most documents need not be split again: lines too long or too unequal to have been wrapped."""
    text = "\n".join(f"{'word ' * 40}{number}" for number in range(30))
    assert reads_alike(text, split_texts([text], "auto")[0], "auto")


@given(st.lists(_texts(), min_size=1, max_size=4), st.booleans(), st.sampled_from(["text", "body"]))
def test_a_literal_says_where_its_characters_are(texts: list[str], ascii_only: bool, other: str) -> None:  # noqa: FBT001 - drawn
    """Cutting bytes is cutting characters; a record that leaves doubt is not looked at."""
    rows = [json.dumps({"id": n, other: "text", "text": text}, ensure_ascii=ascii_only) for n, text in enumerate(texts)]
    data = "".join(f"{row}\n" for row in rows).encode()
    literals, at = Literals(data, "text"), 0
    for row, text in zip(rows, texts, strict=True):
        end = at + len(row.encode())
        literal = literals.of(at, end)
        # "text" as a value beside the key leaves doubt, and so does what is written by its number.
        assert (literal is None) == (other != "text" or "\\u" in row.replace("\\\\", ""))
        if literal is not None:
            assert literal.length == len(text)
            places = np.arange(len(text) + 1)
            offsets = literal.offsets(places)
            for a, b in ((0, len(text)), (len(text) // 3, len(text) // 2)):
                piece = data[offsets[a] : offsets[b]].decode()
                assert json.loads(f'"{piece}"') == text[a:b]
                assert literal.without([(int(offsets[a]), int(offsets[b]))]) == text[:a] + text[b:]
            spans = split_texts([text], "line")[0]
            assert np.array_equal(literal.line_ends(*spans.T), _line_ends(text, *spans.T))
            assert literal.line_ends(places[:1], places[-1:]).tolist() == [len(LINE_END.findall(text))]
        at = end + 1


KEYS = st.sampled_from(["text", "te\\u0078t", "Text", "id", 'a "text": "'])
VALUES = st.recursive(
    st.one_of(st.text('"\\\\/utex: 水\n\x00\ud800', max_size=12), st.sampled_from(["text", 7, None])),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(KEYS, inner, max_size=2)),
    max_leaves=4,
)


STYLES = st.sampled_from(
    [
        {"ensure_ascii": ascii_only, "separators": signs}
        for ascii_only in (True, False)
        for signs in ((",", ":"), (", ", " : "))
    ]
)
PLAIN = {"ensure_ascii": False}


@given(st.dictionaries(KEYS, VALUES, max_size=3), _texts(), STYLES)
@example({'a "text": "': "b"}, 'says \\"text\\": "so"', PLAIN)
@example({}, "ends with a backslash\\", PLAIN)
@example({"te\\u0078t": "another key for the same"}, "some", PLAIN)
def test_a_whole_literal_is_the_text_and_nothing_else(others: dict[str, Any], text: str, style: dict[str, Any]) -> None:
    """Without it the record is the same with an empty text; in doubt nothing is said."""
    record = {**others, "text": text}
    row = json.dumps(record, **style)
    # A key written with a number is the same key.
    row = row.replace("te\\\\u0078t", "te\\u0078t")
    data = b'{"text": "before"}\n' + (line := row.encode("utf-8", "surrogatepass")) + b'\n{"text": "behind"}\n'
    start = data.index(b"\n") + 1
    found = locate_string(data, "text", start, start + len(line))
    if found is not None:
        begin, end = found
        byte_cuts = (data[start:begin] + data[end : start + len(line)]).decode("utf-8", "surrogatepass")
        assert json.loads(byte_cuts) == {**json.loads(row), "text": ""}
    elif not others:
        pytest.fail("a record of its text alone leaves no doubt")


@pytest.mark.parametrize(
    "row",
    [
        rb'{"te\u0078t": "ours", "meta": {"text": "of something else"}}',
        rb'{"meta": {"text": "of something else"}, "te\u0078t": "ours"}',
        rb'{"meta": {"text": "of something else"}, "text": "ours"}',
        rb'{"kind": "text", "text": "ours"}',
        rb'{"text": {"text": "of something else"}}',
    ],
)
def test_a_literal_that_may_be_another_is_left_to_those_who_parse(row: bytes) -> None:
    """The key stands there twice, or written by the number of a sign."""
    assert locate_string(row, "text", 0, len(row)) is None


@pytest.mark.parametrize("row", [rb'{"a/b": "ours", "a\/b": "ours"}', rb'{"a\/b": "ours", "a/b": "ours"}'])
def test_a_key_with_an_escaped_slash_leaves_doubt(row: bytes) -> None:
    """A slash may be written in two ways, in the bytes of one record and in those of many."""
    assert locate_string(row, "a/b", 0, len(row)) is None
    assert Literals(row, "a/b").of(0, len(row)) is None
    assert locate_string(b'{"a/b": "with a \\/ in it"}', "a/b", 0, 26) == (9, 24)


@given(st.lists(_going(), min_size=1, max_size=5), st.sampled_from(["auto", "line"]))
@example([(" \n water", "auto", None, np.array([0], np.int64))], "auto")
def test_all_ways_cut_the_same(cases: list[tuple[str, Any, Any, Any]], how: Split) -> None:
    """However many documents are cut by their bytes, it comes to the same as where all are read again."""
    texts = [text for text, *_ in cases]
    spans = [here.astype(np.int32) for here in split_texts(texts, how)]
    gone = [np.unique(numbers[numbers < len(here)]) for (*_, numbers), here in zip(cases, spans, strict=True)]
    rows = [json.dumps({"text": text}, ensure_ascii=False).encode("utf-8") for text in texts]
    ends = np.cumsum([len(row) + 1 for row in rows])
    part = Part(0, PartKind.JSONL, "in", "in", b"".join(row + b"\n" for row in rows))
    parts = np.zeros(1, COLUMNS["parts"])
    documents = np.zeros(len(rows), COLUMNS["documents"])
    documents["paragraphs"] = [len(here) for here in spans]
    documents["line"] = np.arange(len(rows)) + 1
    documents["start"], documents["end"] = ends - [len(row) + 1 for row in rows], ends - 1
    begins = np.cumsum(documents["paragraphs"]) - documents["paragraphs"]
    every = np.concatenate([begin + some for begin, some in zip(begins, gone, strict=True)])
    removals = np.zeros(len(every), removal_type(1))
    removals["witness"] = -1  # in other documents
    removals["paragraph"], removals["reason"] = every, every % 3
    nothing = np.empty(0, removal_type(1))
    decided = TaskDecisions(parts, documents, np.concatenate(spans), removals, [], nothing, [])
    decided.parts["size"], decided.parts["check"] = len(part.data), zlib.crc32(part.data)
    work = Work(Settings(scope="corpus", split=how), ("text",), Codec("utf-8"), 1 << 20)
    with pytest.MonkeyPatch.context() as patch:
        found: list[PartResult] = []
        found += second_pass.write(work, ([part], decided))
        _, _, low, high = edges_of(decided)
        patch.setattr(second_pass, "cut_emptied", lambda *_: np.flatnonzero(high > low))
        for least in (0, 1 << 30):
            for module in (byte_cuts, reparse):
                patch.setattr(module, "LEAST", least)
            found += second_pass.write(work, ([part], decided))
    for other in found[1:]:
        assert found[0].apply(part.data) == other.apply(part.data)
        assert found[0].counts == other.counts
