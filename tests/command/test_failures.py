"""Whatever is raised inside comes out as one line and the right exit status."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import pytest

import dedup.engines.run
from dedup.cli import main
from dedup.model.errors import ConfigError, DedupError, ExitCode, InputError, OutputError, RestoreError
from dedup.model.outcome import Counts, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

NO_SPACE = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "out.txt")


def raising(error: BaseException) -> Callable[..., Outcome]:
    def run(*_args: Any, **_more: Any) -> Outcome:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (InputError("no", place="a.txt:3", hint="so"), 2, "dedup: a.txt:3: no. Hint: so."),
        (OutputError("x was not changed", place="x"), 2, "dedup: x: x was not changed."),
        (RestoreError("these do not belong together"), 2, "dedup: these do not belong together."),
        (ConfigError("why", hint="Did you mean 'a'?"), 2, "dedup: why. Hint: Did you mean 'a'?"),
        (NO_SPACE, 2, "dedup: out.txt: no space left on device."),
        (PermissionError(errno.EACCES, "Permission denied", b"a"), 2, "dedup: a: permission denied."),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "d"), 2, "dedup: d: is a directory."),
        (MemoryError(), 2, "dedup: there is not enough memory. Hint: use fewer --workers"),
        (RecursionError("deep"), 2, "dedup: the input is nested too deeply. Hint: "),
        (ValueError("bad \x1b[2J"), 2, "dedup: internal error: ValueError: bad \\x1b[2J. Hint: this is a fault"),
        (KeyError(), 2, "dedup: internal error: KeyError. Hint: "),
        (KeyboardInterrupt(), 130, "dedup: interrupted. No file was left half written."),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 2, "dedup: broken pipe."),
        (SystemExit(3), 3, ""),
    ],
)
def test_every_error_is_one_line(
    error: BaseException,
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A BrokenPipeError while standard output is well, as from a pipe to a worker, is not taken for a quiet end."""
    monkeypatch.setattr(dedup.engines.run, "run", raising(error))
    assert code == main(["--isolated", "a.txt"])
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(message)
    assert err.count("\n") == bool(message)


def test_debug_shows_where_it_happened(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(dedup.engines.run, "run", raising(ValueError("bad")))
    assert main(["--isolated", "--debug", "a.txt"]) == 2
    err = capfd.readouterr().err
    assert "Traceback (most recent call last)" in err
    assert "dedup: internal error: ValueError: bad." in err


@pytest.mark.parametrize(
    ("found", "flags", "code"),
    [
        (ExitCode.FOUND, ["--check"], 1),
        (ExitCode.FOUND, ["--check", "--exit-zero"], 0),
        (ExitCode.ERROR, ["--check", "--exit-zero"], 2),
        (ExitCode.OK, [], 0),
    ],
)
def test_the_outcome_is_the_exit_status(
    found: ExitCode, flags: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dedup.engines.run, "run", lambda *_, **_more: Outcome(Counts(), found))
    assert code == main(["--isolated", "-q", *flags, "a.txt"])


def test_restore_is_asked_for_what_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def restore(
        cleaned: str, log: Any, output: Any, _events: Any, *, in_place: bool, into_directory: bool, stdout: Any
    ) -> Outcome:
        assert stdout is None
        asked.append((cleaned, str(log), str(output), in_place, into_directory))
        return Outcome(Counts(), ExitCode.OK)

    monkeypatch.setattr(dedup.engines.run, "restore", restore)
    assert main(["--isolated", "--restore", "log", "-o", "before", "clean"]) == 0
    assert main(["--isolated", "--restore", "log", "--in-place", "clean"]) == 0
    assert main(["--isolated", "--restore", "log", "-o", "before/", "clean"]) == 0
    assert asked == [
        ("clean", "log", "before", False, False),
        ("clean", "log", "None", True, False),
        ("clean", "log", "before", False, True),
    ]


def test_errors_are_written_as_promised() -> None:
    assert str(DedupError("what", place="a:1", hint="how")) == "a:1: what. Hint: how"
