"""The page about the verdict shows what is really decided."""

from __future__ import annotations

import re

import pytest

from tests.support.update_docs import DOCS
from tests.verdict.test_compare import judged
from tests.verdict.test_kinds import KINDS

PAGE = (DOCS / "verdict.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?P<witness>.+?) \| (?P<paragraph>.+?) \| (?P<gone>goes|stays) \|$", re.MULTILINE)
EXAMPLES = [(row["witness"], row["paragraph"], row["gone"]) for row in ROW.finditer(PAGE)]
LONGEST = 220


@pytest.mark.parametrize(("witness", "paragraph", "gone"), EXAMPLES)
def test_the_examples_of_the_page_are_true(witness: str, paragraph: str, gone: str) -> None:
    assert judged(witness, paragraph).covered is (gone == "goes")


def test_every_row_is_an_example() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| A |")]
    assert len(rows) == len(EXAMPLES) > 40
    assert len(PAGE.splitlines()) <= LONGEST


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_on_the_page(kind: str) -> None:
    assert f"**{kind}**" in PAGE
