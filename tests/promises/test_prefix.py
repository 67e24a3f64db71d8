"""With ``--keep first``, what is decided about a document depends on those before it alone, in scope ``corpus``.

So a corpus that grows day by day can be decided about day by day, to the same bytes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.candidates import buckets
from dedup.model.settings import Settings
from tests.promises.test_corpus import cleaned, corpora, removals, written
from tests.support import both_engines
from tests.support.troubled import troubled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.promises.test_corpus import Line

CORPUS = Settings(scope="corpus")
SETTINGS = st.sampled_from(
    [CORPUS] * 4
    + [
        Settings(scope="corpus", exact=True),
        Settings(scope="corpus", threshold=0.6),
        Settings(scope="corpus", threshold=0.6, guard="off"),
        Settings(scope="corpus", threshold=0.9, guard="numbers", split="line"),
        Settings(scope="corpus", min_words=3),
    ]
)
LOOKS = st.sampled_from([(buckets.FIRST, buckets.LAST)] * 2 + [(0, 1), (1, 1), (2, 1)])
"""With few candidates small buckets are crowded."""


@given(
    troubled() | st.builds(both_engines.corpus, st.integers(0, 1 << 32), st.integers(4, 16)),
    SETTINGS,
    LOOKS,
    st.data(),
)
def test_documents_that_follow_change_nothing(
    texts: list[str], settings: Settings, looks: tuple[int, int], data: st.DataObject
) -> None:
    """From the first so many documents the same paragraphs go, for the same ones, and the same is held back."""
    references = data.draw(st.sampled_from([0, 0, 1]))
    number = data.draw(st.integers(references, len(texts) - 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(buckets, "FIRST", looks[0])
        patch.setattr(buckets, "LAST", looks[1])
        whole = both_engines.locally(texts, settings, references)
        first = both_engines.locally(texts[:number], settings, references)
    assert first.removals == {document: some for document, some in whole.removals.items() if document < number}


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the place of a log, for many runs one after the other."""
    return tmp_path_factory.mktemp("logs") / "log.jsonl"


@given(corpora(), SETTINGS | st.just(Settings(scope="corpus", within="HOST")), st.data())
def test_the_bytes_of_a_first_part_are_those_of_the_whole(
    logs: Path, corpus: list[Line], settings: Settings, data: st.DataObject
) -> None:
    """In the output, and in the log."""
    number = data.draw(st.integers(1, len(corpus)))
    out, _ = cleaned(written(corpus), settings, removed=logs)
    log = removals(logs)
    first, outcome = cleaned(written(corpus[:number]), settings, removed=logs)
    assert out.startswith(first)
    assert removals(logs) == log[: outcome.counts.removed]
    lines = written(corpus[:number]).count(b"\n")
    assert all(entry["document"]["line"] > lines for entry in log[outcome.counts.removed :])


@given(
    troubled(),
    st.sampled_from(
        [
            CORPUS,
            Settings(scope="corpus", keep="none", boilerplate=2),
            Settings(scope="corpus", keep="none", boilerplate=3, min_words=3),
            Settings(scope="corpus", keep="longest"),
        ]
    ),
)
def test_a_second_run_over_trouble_removes_nothing(texts: list[str], settings: Settings) -> None:
    """Whatever goes first, and whatever stays after all."""
    data = b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts)
    out, _ = cleaned(data, settings)
    again, outcome = cleaned(out, settings)
    assert again == out
    assert outcome.counts.removed == 0
