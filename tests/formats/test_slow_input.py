"""Texts that were made to be slow come to an end: patterns and loops take a time that grows as the text does."""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = 90
"""Seconds of processor time that end a run: a bound on hanging, many times what these texts take."""
_SENTENCE = "The levy is void in all of the districts of the town."
_SIZE = 1 << 15

ATTACKS = {
    "colons": ":",
    "dashes": "-",
    "links": "[](",
    "pairs": "1,22,",
}
"""What is repeated in front of a sentence, and behind it."""


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_a_text_made_to_be_slow_comes_to_an_end(name: str, tmp_path: Path) -> None:
    """Thirty-two kilobytes of one sign around a sentence, twice and almost alike, does not hang the program."""
    run = ATTACKS[name] * (_SIZE // len(ATTACKS[name]))
    lines = [f"{run}{_SENTENCE}", f"{_SENTENCE}{run}", f"{run}{_SENTENCE} Or so.", f"{_SENTENCE} Or so. {run}"]
    path = tmp_path / "slow.txt"
    path.write_text("\n\n".join([*lines, *lines]) + "\n", "utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "dedup",
            "--quiet",
            "--workers",
            "1",
            "--scope",
            "document",
            "-o",
            str(tmp_path / "out.txt"),
            str(path),
        ],
        capture_output=True,
        check=False,
        preexec_fn=_limit,
    )
    assert done.returncode == 0, (done.returncode, done.stderr)
