"""Scope ``document`` reads plain JSON lines by the native kernels, and gives the same as without them."""

from __future__ import annotations

import json
import random
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from dedup.engines.local import document_run
from dedup.engines.local.document_run import process, read_screened
from dedup.formats.files.encoding import Codec
from dedup.formats.parts import Part, PartKind, PartResult, Work, too_large
from dedup.formats.registry import JSON_LINES, TEXT
from dedup.model.settings import Settings
from dedup.native import kernels
from tests.formats.test_encoded_records import RECORDS, lines
from tests.support import strategies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.formats.parts import Format

pytestmark = pytest.mark.skipif(kernels.native() is None, reason="the native kernels are not at work")

FOX = "The quick brown fox jumps over the lazy dog and runs away from all of them."
TEXTS = st.lists(
    st.sampled_from(
        [FOX, FOX.upper(), f"{FOX} Not today.", "Ads", "Ads", "", "字" * 12, "e\u0301" * 9, "\ud83d", "\0", "7"]
    ),
    max_size=7,
).map("\n".join)
REPEATING = st.builds(
    lambda text, end, ascii_only: json.dumps(
        {"id": 1, "text": text.replace("\n", end)}, ensure_ascii=ascii_only
    ).encode("utf-8", "surrogatepass"),
    TEXTS,
    st.sampled_from(strategies.ENDS),
    st.sampled_from([True, True, True, False]),
)
LINES = st.lists(
    st.tuples(
        st.one_of(REPEATING, REPEATING, REPEATING, RECORDS, lines()),
        st.sampled_from([b"\n", b"\n", b"\n", b"\r\n", b"\n\n", b" \t\r\n"]),
    ),
    max_size=4,
).map(lambda some: b"".join(line + end for line, end in some))
WORKS = st.builds(
    Work,
    st.builds(
        Settings,
        min_words=st.sampled_from([1, 8]),
        exact=st.booleans(),
        threshold=st.sampled_from([0.5, 0.8]),
    ),
    st.sampled_from([("text",), ("text",), ("text",), ("meta", "text"), ("id",)]),
    st.just(Codec("utf-8")),
    st.sampled_from([1 << 20, 1 << 20, 200]),
    log=st.booleans(),
    diff=st.booleans(),
    explain=st.booleans(),
    only_check_input=st.sampled_from([False, False, False, True]),
    mark=st.sampled_from([False, False, False, True]),
    empty=st.sampled_from(["keep", "null", "drop"]),
)


def part(data: bytes, kind: Format | PartKind = JSON_LINES, **more: Any) -> Part:
    """Return a part of a file."""
    return Part(0, kind, "in.jsonl", "in.jsonl", data, **more)


def told(results: Sequence[PartResult]) -> list[dict[str, Any]]:
    """Return all that is in some results, as what can be compared."""
    out = [{one.name: getattr(result, one.name) for one in fields(result)} for result in results]
    return [{**one, "problems": [(str(error), error.place, error.hint) for error in one["problems"]]} for one in out]


def check_same(work: Work, task: Sequence[Part]) -> None:
    """Check that a task comes out as it does without the kernels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_run, "_FEWEST", 0)
        found = told(process(work, task))
        patch.setenv(kernels.VARIABLE, "0")
        assert found == told(process(work, task))


@examples(max_examples=150)
@given(st.lists(LINES, min_size=1, max_size=3), WORKS)
@example(
    [b'\xef\xbb\xbf{"text": "a\\n\\nb"}\n', b'{"text": "\\u200b \\n"}\n{"text": null}'],
    Work(Settings(), ("text",), Codec("utf-8"), 99),
)
def test_any_task_comes_out_the_same(some: list[bytes], work: Work) -> None:
    """Hostile records among plain ones, and with whatever is asked of a run."""
    check_same(work, [part(data, line=1 + 7 * number, at=100 * number) for number, data in enumerate(some)])


def test_what_is_no_record_is_passed_on() -> None:
    """Of other kinds of parts nothing is counted but what is told of."""
    work = Work(Settings(), ("text",), Codec("utf-8"), 1 << 20)
    line = json.dumps({"text": f"{FOX}\n\n{FOX}"}).encode()
    others = [part(b"x", PartKind.THROUGH), part(b"\n", PartKind.JOINT), part(b"", PartKind.END)]
    check_same(work, [part(line), *others, part(line)])
    check_same(work, [part(line), part(b"x", PartKind.THROUGH, problem=too_large("in.jsonl:1", 9)), part(line)])
    check_same(work, [part(line), part(line, TEXT)])


def test_plain_lines_are_read_so() -> None:
    """A task of them, if it is large enough; and only what may hold something twice becomes a document in Python."""
    rng = random.Random(3)  # noqa: S311 - not for secrets
    texts = ["\n\n".join(" ".join(strategies.sentence_words(rng, "latin", 20)) for _ in range(4)) for _ in range(200)]
    texts[7] += "\n\n" + texts[7]
    data = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    work = Work(Settings(), ("text",), Codec("utf-8"), 1 << 20)
    read = read_screened(work, [part(data)])
    assert read is not None
    assert [one.record.line for one in read.found] == [8]
    assert (read.results[0].counts.documents, read.results[0].counts.paragraphs) == (200, 199 * 4)
    check_same(work, [part(data)])
    for other in (replace(work, mark=True), replace(work, field=("a", "text"))):
        assert read_screened(other, [part(data)]) is None
    assert read_screened(work, [part(data[:5000])]) is None


@pytest.mark.parametrize("kernel", ["encoded_records:read_encoded", "screen:screen"])
def test_where_it_raises_all_is_read_the_other_way(kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nobody is told, for nothing is lost by it."""
    line = json.dumps({"text": f"{FOX}\n\n{FOX}"}).encode() + b"\n"
    work = Work(Settings(), ("text",), Codec("utf-8"), 1 << 20)
    module, name = kernel.split(":")
    package = "dedup.formats" if module == "encoded_records" else "dedup.resolve.document"
    monkeypatch.setattr(document_run, "_FEWEST", 0)
    expected = told(process(work, [part(line * 3)]))
    asked = list[int]()

    def raising(*_: Any) -> Any:
        asked.append(1)
        raise IndexError

    monkeypatch.setattr(f"{package}.{module}.{name}", raising)
    assert told(process(work, [part(line * 3)])) == expected
    assert asked
    assert (expected[0]["problems"], expected[0]["counts"].removed) == ([], 3)
