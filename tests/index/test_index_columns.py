"""Columns that are written in fewer bytes where they fit into them say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.index.columns import MOST_IN_THREE, Places, in_three_bytes
from dedup.index_cli import main as index_main
from tests.support.cli_inprocess import run
from tests.support.indexes import built, made_days

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


@given(st.lists(st.integers(0, MOST_IN_THREE - 1), max_size=20), st.data())
def test_places_in_three_bytes_are_read_as_they_are_in_four(places: list[int], data: st.DataObject) -> None:
    whole = np.array(places, np.uint32)
    narrow, wide = Places(in_three_bytes(whole)), Places(whole)
    begin, end = (data.draw(st.integers(0, len(places))) for _ in range(2))
    some = np.array(data.draw(st.lists(st.integers(0, len(places) - 1)) if places else st.just([])), np.int64)
    assert len(narrow) == len(wide) == len(places)
    for part in (slice(begin, end), some):
        assert narrow[part].tolist() == wide[part].tolist() == whole[part].tolist()
        assert narrow[part].dtype == np.uint32


def test_an_index_of_very_many_paragraphs_has_four_bytes_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days come out the same, also when some of them are put together."""
    days = made_days(3, 3, 10)
    narrow, wide = tmp_path / "narrow" / "seen", tmp_path / "wide" / "seen"
    for index in (narrow, wide):
        index.parent.mkdir()
    left = built(narrow, days)
    monkeypatch.setattr("dedup.index.store.MOST_IN_THREE", 0)
    assert built(wide, days[:2]) == left[:2]
    assert run(["compact", str(wide)], command=index_main).code == 0
    monkeypatch.undo()
    assert built(wide, days[2:], 3) == left[2:]
    assert run(["check", str(wide)], command=index_main).code == 0
    sizes = [sum(path.stat().st_size for path in index.rglob("band_kept.npy")) for index in (narrow, wide)]
    assert sizes[0] < sizes[1]
