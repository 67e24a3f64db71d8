"""The command as a real process, on pipes or on a terminal, with nothing of this machine's settings in it."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from dedup.native.kernels import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

COMMAND = (sys.executable, "-m", "dedup")
TIMEOUT = 60
"""Seconds after which a process is taken to hang."""
PAUSE = 1.3

_NOT_OURS = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TERM", "_DEDUP_COMPLETE")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without what steers the command but the choice of kernels, and with `extra`."""
    ours = (name for name in os.environ if not name.startswith("DEDUP_") or name == VARIABLE)
    env = {name: os.environ[name] for name in ours if name not in _NOT_OURS}
    return {**env, "TERM": "xterm-256color", **(extra or {})}


@dataclass(frozen=True)
class Ended:
    """How a process ended, and what it wrote."""

    code: int
    stdout: bytes
    stderr: str


@dataclass(frozen=True)
class Command:
    """Runs the command in a directory of its own, where no configuration of this repository is found."""

    directory: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    command: tuple[str, ...] = COMMAND

    def __call__(
        self, *args: str | Path, stdin: bytes = b"", env: Mapping[str, str] | None = None, **more: Any
    ) -> Ended:
        """Run to the end on pipes."""
        done = subprocess.run(
            [*self.command, *map(str, args)],
            input=stdin,
            capture_output=True,
            cwd=self.directory,
            env=environment(env),
            check=False,
            **{"timeout": TIMEOUT, **more},
        )
        return Ended(done.returncode, done.stdout, done.stderr.decode(errors="surrogateescape"))

    def start(self, *args: str | Path, env: Mapping[str, str] | None = None, **more: Any) -> subprocess.Popen[bytes]:
        """Start, as the leader of a process group of its own, and leave it running."""
        process = subprocess.Popen(
            [*self.command, *map(str, args)],
            cwd=self.directory,
            env=environment(env),
            start_new_session=True,
            **more,
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        """End what a failed test has left running, and close what is open."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            process.wait(TIMEOUT)

    def on_terminal(
        self,
        *args: str | Path,
        stdin: bytes | Sequence[bytes] | None = b"",
        stdout: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> Ended:
        """Run with standard error on a terminal of 100 columns; standard input too if None, standard output on demand.

        Several pieces of standard input are written with a pause between them, longer than progress waits to be shown.
        What the terminal shows comes back as `Ended.stderr`.
        """
        pty = pytest.importorskip("pty")
        fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
        screen, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        process = self.start(
            *args,
            env=env,
            stdin=terminal if stdin is None else subprocess.PIPE,
            stdout=terminal if stdout else subprocess.PIPE,
            stderr=terminal,
        )
        os.close(terminal)
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                for number, piece in enumerate([stdin] if isinstance(stdin, bytes) else stdin or ()):
                    time.sleep(PAUSE if number else 0)
                    process.stdin.write(piece)
                    process.stdin.flush()
                process.stdin.close()
        shown = b""
        with contextlib.suppress(OSError):  # EIO: the other side is closed
            while piece := os.read(screen, 1 << 16):
                shown += piece
        piped = process.stdout.read() if process.stdout is not None else b""
        code = process.wait(TIMEOUT)
        if process.stdout is not None:
            process.stdout.close()
        os.close(screen)
        return Ended(code, piped, shown.decode(errors="surrogateescape"))


SENTENCE = "The council agreed on Monday to close the old bridge for repairs that take until the spring."
OTHER = "Shops on both sides of the river fear for their trade and ask the town for a ferry in the meantime."
REPEATED = f"{SENTENCE}\n{OTHER}\n{SENTENCE}\n"
CLEANED = f"{SENTENCE}\n{OTHER}\n"
