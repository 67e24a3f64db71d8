"""An index of four days that repeat each other, made once."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.indexes import Day, built, made_days

if TYPE_CHECKING:
    from pathlib import Path

DAYS = 4


@pytest.fixture(scope="session")
def articles() -> list[list[str]]:
    """Return the articles of five days; an index has all but the last one."""
    return made_days(5, DAYS + 1)


@pytest.fixture(scope="session")
def made_index(tmp_path_factory: pytest.TempPathFactory, articles: list[list[str]]) -> tuple[Path, list[Day]]:
    """Return an index that no test may change, and what its days left."""
    index = tmp_path_factory.mktemp("made") / "news.index"
    return index, built(index, articles[:DAYS])


@pytest.fixture
def index(made_index: tuple[Path, list[Day]], tmp_path: Path) -> Path:
    """Return a copy of the index."""
    target = tmp_path / "news.index"
    shutil.copytree(made_index[0], target)
    return target


@pytest.fixture
def left(made_index: tuple[Path, list[Day]]) -> list[Day]:
    """Return what the days left."""
    return made_index[1]
