"""Blocks of code, of which each line counts."""

from __future__ import annotations

import pytest

from dedup.verdict.code import has_same_lines


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("```sh\nrun it\n```", "```\nrun it\n```", True),
        ("~~~ sh\nrun it  \n~~~", "~~~\nrun it\n~~~", True),
        ("  ```python title=count\n  run it\n  ```", "```\n  run it\n```", True),
        ("```sh\nrun it\n```", "```sh\nrun them\n```", False),
        ("```> empty {all} ```\n\nTells whether\n```nu", "```> not-empty {all} ```\n\nTells whether\n```nu", False),
        ("``` wenn leer ``` dann\n```\nx\n```", "``` wenn voll ``` dann\n```\nx\n```", False),
        ("```あ```\nx\n```", "```い```\nx\n```", False),
    ],
)
def test_what_is_no_fence_counts(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a table
    """What stands behind a fence is a name for the code, unless backticks stand there once more."""
    assert has_same_lines(one, other) == same
    assert has_same_lines(other, one) == same
