"""Records of whose text nothing is left: kept, dropped or null, and put back byte for byte."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.engines.run import restore
from dedup.formats.log.reader import Log
from dedup.model.errors import RestoreError
from tests.support.fake_kernel import Recorder, any_decide, run_bytes, run_files, without_any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dedup.model.job import Empty

EMPTY = st.sampled_from(["keep", "drop", "null"])
_TEXTS = st.text(alphabet='ab \n\t\\"é\U0001f600\ud800', max_size=12)


@pytest.fixture(autouse=True, scope="module")
def _any_kernel() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedup.resolve.document.decide.decide", any_decide)
        yield


@st.composite
def _lines(draw: st.DrawFn) -> bytes:
    record: dict[str, Any] = {}
    if draw(st.booleans()):
        record["id"] = draw(st.integers(0, 9))
    record["text"] = draw(_TEXTS)
    if draw(st.booleans()):
        record["more"] = "}\n"
    separators = draw(st.sampled_from([(",", ":"), (" , ", " :  ")]))
    line = json.dumps(record, ensure_ascii=draw(st.booleans()), separators=separators)
    space = draw(st.sampled_from(["", " ", "\t"]))
    return f"{space}{line}{space}{draw(st.sampled_from(['', chr(13)]))}".encode("utf-8", "backslashreplace")


def _restored(cleaned: bytes, log: Path) -> bytes:
    out = io.BytesIO()
    restore("-", log, None, Recorder(), stdin=io.BytesIO(cleaned), stdout=out)
    return out.getvalue()


def _expected(line: bytes, empty: Empty) -> list[Any]:
    record = json.loads(line)
    before, after = record["text"], without_any(record["text"])
    record["text"] = after
    if after.strip() or not before.strip() or after == before or empty == "keep":
        return [record]
    return [] if empty == "drop" else [{**record, "text": None}]


@given(st.lists(_lines(), max_size=6), EMPTY, st.booleans(), st.booleans())
def test_whatever_is_left_empty_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[bytes],
    empty: Empty,
    final: bool,  # noqa: FBT001 - Hypothesis passes it so
    mark: bool,  # noqa: FBT001 - likewise
) -> None:
    """Each record is what JSON says it should be, and cleaned text and log together are the original."""
    log = tmp_path_factory.getbasetemp() / "log.jsonl"
    data = b"\xef\xbb\xbf" * mark + b"\n".join(lines) + b"\n" * (final and bool(lines))
    out, outcome, _ = run_bytes(data, format="jsonl", empty=empty, removed=log)
    found = [json.loads(line) for line in out.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
    assert found == [record for line in lines for record in _expected(line, empty)]
    assert _restored(out, log) == data
    entries = [json.loads(line) for line in log.read_bytes().splitlines()]
    edits = [entry for entry in entries if "edit" in entry]
    assert (entries[-1]["end"], entries[-1].get("edits", 0)) == (outcome.counts.removed, len(edits))
    assert bool(edits) == (empty != "keep" and outcome.counts.emptied > 0)


@given(st.lists(_lines(), min_size=1, max_size=3), st.lists(_lines(), min_size=1, max_size=3), EMPTY)
def test_several_inputs_in_one_stream_come_back(
    tmp_path_factory: pytest.TempPathFactory, one: list[bytes], other: list[bytes], empty: Empty
) -> None:
    """Where the last line of an input is dropped, no blank line takes its place."""
    top = tmp_path_factory.getbasetemp()
    files = [top / "one.jsonl", top / "other.jsonl"]
    for file, lines in zip(files, (one, other), strict=True):
        file.write_bytes(b"\n".join(lines))
    out, _, _ = run_files(*files, empty=empty, removed=top / "log")
    assert _restored(out, top / "log") == b"\n".join([*one, *other])
    assert b"\n\n" not in out
    assert not out.startswith(b"\n")


def test_dropped_and_null_records_of_other_encodings_come_back(tmp_path: Path) -> None:
    data = '{"text": "grün"}\n{"text": "kühl und grün", "id": 1}\n'.encode("latin-1") * 20
    for empty in ("drop", "null"):
        out, outcome, _ = run_bytes(data, format="jsonl", encoding="latin-1", empty=empty, removed=tmp_path / "log")
        assert outcome.counts.emptied
        assert _restored(out, tmp_path / "log") == data


def test_text_files_stay_files(tmp_path: Path) -> None:
    """--empty is about records: an empty file stays an empty file, and is counted."""
    for number in range(20):
        (tmp_path / f"{number}.txt").write_bytes(b"words %d" % number)
    _, outcome, _ = run_files(tmp_path, in_place=True, empty="drop")
    assert outcome.counts.emptied == sum(not file.read_bytes() for file in tmp_path.iterdir()) > 0


def test_log_of_edits_that_was_changed_is_refused(tmp_path: Path) -> None:
    data = b'{"text": "some words"}\n' + b'{"id": 1, "text": "other words %d"}\n' * 1
    data += b"".join(b'{"text": "words %d"}\n' % number for number in range(20))
    log = tmp_path / "log"
    out, _, _ = run_bytes(data, format="jsonl", empty="null", removed=log)
    whole = log.read_bytes()
    lines = whole.splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.startswith(b'{"edit"'))
    spoilt = [
        b"".join([*lines[:at], *lines[at + 1 :]]),
        whole.replace(b'"put": "null"', b'"put": "nul"'),
        whole.replace(b'"put": "null"', b'"put": 1'),
        whole.replace(b'"put": "null"', b'"put": ""'),
    ]
    for log_bytes in spoilt:
        log.write_bytes(log_bytes)
        with pytest.raises(RestoreError, match="nothing was restored"):
            _restored(out, log)
    log.write_bytes(spoilt[0])
    with pytest.raises(RestoreError, match="lines missing"):
        Log(log)  # told before a text is looked at
    log.write_bytes(whole)
    assert _restored(out, log) == data


def test_text_of_white_space_was_empty_before(tmp_path: Path) -> None:
    data = b"".join(b'{"text": "%s"}\n' % (b" " * number) for number in range(30))
    out, outcome, _ = run_bytes(data, format="jsonl", empty="drop", removed=tmp_path / "log")
    assert outcome.counts.removed
    assert outcome.counts.emptied == 0
    assert out.count(b"\n") == 30
