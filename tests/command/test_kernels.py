"""Which kernels are at work can be chosen, and is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dedup.cli import main
from dedup.native import kernels

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli_process import Command

TEXT = b"One sentence with as many words as it takes.\n"


def test_python_can_be_asked_for(dedup: Command) -> None:
    """With 0, the Python does it all, whether there is another one or not."""
    assert "(Python kernels)" in dedup("--version", env={kernels.VARIABLE: "0"}).stdout.decode()


@pytest.mark.skipif(kernels.native() is None, reason="the native kernels are not at work")
def test_rust_is_used_where_it_is(dedup: Command) -> None:
    """With 1, with auto, and without a word."""
    for asked in ("1", "auto", ""):
        assert "(native kernels, " in dedup("--version", env={kernels.VARIABLE: asked}).stdout.decode()


def test_other_values_are_refused(dedup: Command) -> None:
    """On one line, before anything is read, in either scope."""
    for arguments in ((), ("--scope", "corpus"), ("--version",)):
        done = dedup(*arguments, stdin=TEXT, env={kernels.VARIABLE: "yes"})
        assert (done.code, done.stdout) == (2, b"")
        assert done.stderr == "dedup: DEDUP_NATIVE is 'yes'. Hint: use 0, 1 or auto.\n"


def test_who_requires_rust_is_told_that_it_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """With 1 that is an error; with auto the Python does it."""
    monkeypatch.setattr(kernels, "_loaded", lambda: (None, "they were not built"))
    path = tmp_path / "in.txt"
    path.write_bytes(TEXT)
    monkeypatch.setenv(kernels.VARIABLE, "1")
    assert main(["--quiet", str(path)]) == 2
    assert capsys.readouterr().err == (
        "dedup: the native kernels are not there (they were not built), and DEDUP_NATIVE is 1. "
        "Hint: install again with Rust on the PATH, or leave DEDUP_NATIVE out.\n"
    )
    monkeypatch.setenv(kernels.VARIABLE, "auto")
    assert main(["--version"]) == 0
    assert "(Python kernels)" in capsys.readouterr().out


def test_a_verbose_run_tells(dedup: Command, tmp_path: Path) -> None:
    """Of a corpus: there they are at work."""
    (tmp_path / "in.txt").write_bytes(TEXT)
    done = dedup("-v", "--scope", "corpus", "in.txt", env={kernels.VARIABLE: "0"})
    assert "dedup: computed by Python kernels.\n" in done.stderr
