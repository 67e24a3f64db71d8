"""Witnesses that stand in another document: in the log, and in explanations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_kernel import any_decide, run_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _any_kernel() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedup.resolve.document.decide.decide", any_decide)
        yield


DATA = b"".join(b'{"text": "one two three %d"}\n' % number for number in range(40))


def test_log_names_the_document_of_a_witness(tmp_path: Path) -> None:
    run_bytes(DATA, removed=tmp_path / "log")
    removals = [json.loads(line) for line in (tmp_path / "log").read_bytes().splitlines() if b'"reason"' in line]
    assert {removal["reason"] for removal in removals} == {"exact", "near", "block", "boilerplate"}
    for removal in removals:
        other, here = removal["witnesses"]
        assert list(here)[:2] == ["paragraph", "span"]
        assert other["document"] == {"file": "other.jsonl", "line": other["paragraph"] + 1}
        assert "span" not in other
        assert ("text" in other) == ("text" in here) == (removal["compared"] != "identical")
        assert other.get("text", "another text") == "another text"
        assert removal.get("documents") == (5 if removal["reason"] == "boilerplate" else None)


def test_explanation_names_the_document_of_a_witness() -> None:
    _, outcome, recorder = run_bytes(DATA, explain=True)
    assert outcome.counts.boilerplate
    assert outcome.counts.removed == len(recorder.explanations) > 0
    for told in recorder.explanations:
        assert told.witness == "another text"
        assert told.beside.place.startswith("top/other.jsonl:")
        assert told.at.place.startswith("<stdin>:")
        assert (told.documents == 5) == (told.reason == "boilerplate")
