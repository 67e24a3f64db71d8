"""Marks: nothing goes, and each record says what would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.model.errors import ExitCode
from tests.support.cli_process import OTHER, SENTENCE
from tests.support.fake_kernel import any_decide, run_bytes, run_files, without_any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.cli_process import Command


@pytest.fixture
def _any_kernel() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedup.resolve.document.decide.decide", any_decide)
        yield


def _unmarked(line: bytes) -> bytes:
    """Return a line without its marks: what stood before them, and what behind."""
    before, comma, rest = line.rpartition(b', "dedup": [')
    assert comma
    _, end = json.JSONDecoder().raw_decode("[" + rest.decode("latin-1"))
    return before + rest[end - 1 :]


def _cut(text: str, marks: list[dict[str, Any]]) -> str:
    parts, at = [], 0
    for mark in marks:
        parts.append(text[at : mark["cut"]["start"]])
        at = mark["cut"]["end"]
    return "".join([*parts, text[at:]])


@pytest.mark.usefixtures("_any_kernel")
@given(
    st.lists(st.text(alphabet='ab \n\\"é}\U0001f600\ud800', max_size=12), max_size=5),
    st.sampled_from([" ", "", "\t "]),
    st.booleans(),
)
def test_marked_record_is_the_record_and_says_what_would_go(texts: list[str], space: str, ascii_only: bool) -> None:  # noqa: FBT001
    lines = [
        f"{json.dumps({'a': '}', 'text': text}, ensure_ascii=ascii_only)[:-1]}{space}}}{space}".encode(
            "utf-8", "backslashreplace"
        )
        for text in texts
    ]
    data = b"\xef\xbb\xbf" + b"\n".join(lines)
    out, outcome, recorder = run_bytes(data, format="jsonl", mark=True)
    assert not recorder.problems
    marked = out.removeprefix(b"\xef\xbb\xbf").split(b"\n") if lines else []
    assert [_unmarked(line) for line in marked] == lines
    records = [json.loads(line) for line in marked]
    assert [_cut(record["text"], record["dedup"]) for record in records] == [without_any(text) for text in texts]
    assert sum(len(record["dedup"]) for record in records) == outcome.counts.removed
    for mark in (mark for record in records for mark in record["dedup"]):
        assert mark["witnesses"][0]["document"]["file"] == "other.jsonl"
        assert "document" not in mark["witnesses"][1]
        assert ("documents" in mark) == (mark["reason"] == "boilerplate")


def test_marks_of_a_repeat() -> None:
    text = f"{SENTENCE}\n{OTHER}\n{SENTENCE}\n"
    data = json.dumps({"text": text, "id": 1}).encode() + b'\n{"text":"x"}\n{"no": 1}\n'
    out, outcome, recorder = run_bytes(data, mark=True)
    first, second, third = out.splitlines()
    start = text.rindex(SENTENCE)
    assert json.loads(first)["dedup"] == [
        {
            "start": start,
            "end": start + len(SENTENCE),
            "cut": {"start": start - 1, "end": start + len(SENTENCE)},
            "reason": "exact",
            "compared": "identical",
            "similarity": 1.0,
            "coverage": 1.0,
            "witnesses": [{"start": 0, "end": len(SENTENCE), "paragraph": 0}],
        }
    ]
    assert second == b'{"text":"x", "dedup": []}'
    assert third == b'{"no": 1}'
    assert len(recorder.problems) == 1
    assert (outcome.counts.removed, outcome.exit_code) == (1, ExitCode.ERROR)


def test_record_that_has_the_field_already_passes_through() -> None:
    data = b'{"dedup": null, "text": "x"}\n{"text": "y", "page": {"dedup": 1}}\n'
    out, _, recorder = run_bytes(data, mark=True)
    assert out == b'{"dedup": null, "text": "x"}\n{"text": "y", "page": {"dedup": 1}, "dedup": []}\n'
    assert "has a field 'dedup' already" in recorder.problems[0].what
    assert recorder.problems[0].place == "<stdin>:1"


def test_other_encodings_are_marked_in_their_own_bytes() -> None:
    data = '{"text": "grün"}\n'.encode("latin-1")
    assert run_bytes(data, mark=True, encoding="latin-1")[0] == b'{"text": "gr\xfcn", "dedup": []}\n'


def test_command_marks_files_where_they_are_and_refuses_plain_text(dedup: Command) -> None:
    file, plain = dedup.directory / "a.jsonl", dedup.directory / "b.txt"
    file.write_text(json.dumps({"text": f"{SENTENCE}\n{OTHER}\n{SENTENCE}\n"}) + "\n", encoding="utf-8")
    plain.write_text(f"{SENTENCE}\n{OTHER}\n{SENTENCE}\n", encoding="utf-8")
    before = plain.read_bytes()
    done = dedup("--mark", "--in-place", "a.jsonl", "b.txt")
    assert done.code == 2
    assert "b.txt: is plain text, and has no record to put marks into" in done.stderr
    assert "2 to keep, 1 to remove (1 exact)" in done.stderr
    assert [mark["reason"] for mark in json.loads(file.read_bytes())["dedup"]] == ["exact"]
    assert plain.read_bytes() == before


def test_marks_go_into_another_file(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b'{"text": "x"}')
    run_files(tmp_path / "in.jsonl", mark=True, output=tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == b'{"text": "x", "dedup": []}'
