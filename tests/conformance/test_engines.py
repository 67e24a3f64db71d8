"""Every engine gives the same bytes, the same log and the same counts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.conformance.cases import Case, cases
from tests.conformance.engines import locally, on_spark

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_two_workers_give_what_one_gives(case: Case, tmp_path: Path) -> None:
    case.put(tmp_path)
    assert locally(case, tmp_path, 2) == locally(case, tmp_path, 1)


ALL = os.environ.get("DEDUP_CONFORMANCE") == "all"


@pytest.mark.spark
@pytest.mark.parametrize("case", [case for case in cases() if ALL or not case.more], ids=lambda case: case.name)
@pytest.mark.usefixtures("spark", "small_parts")
def test_spark_gives_what_one_machine_gives(case: Case, tmp_path: Path) -> None:
    case.put(tmp_path)
    assert on_spark(case, tmp_path) == locally(case, tmp_path, 1)
