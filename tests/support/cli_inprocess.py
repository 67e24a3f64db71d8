"""Run the command inside of this process: quick enough for hundreds of cases, with bytes in and bytes out."""

from __future__ import annotations

import contextlib
import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unittest.mock import patch

from dedup.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass(frozen=True)
class Done:
    """What a run of the command left behind."""

    code: int
    stdout: bytes
    stderr: bytes


def run(arguments: Sequence[str], stdin: bytes = b"", command: Callable[[Sequence[str]], int] = main) -> Done:
    """Run ``dedup``, or another command, with these arguments and this standard input."""
    with _streams(stdin) as (out, err):
        code = command(list(arguments))
        sys.stdout.flush()
        sys.stderr.flush()
        return Done(code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _streams(stdin: bytes) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    out, err = _Kept(), _Kept()
    with (
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")),
        patch.object(sys, "stdout", io.TextIOWrapper(out, encoding="utf-8", write_through=True)),
        patch.object(sys, "stderr", io.TextIOWrapper(err, encoding="utf-8", write_through=True)),
    ):
        yield out, err


class _Kept(io.BytesIO):
    """A stream that can still be read after it was closed."""

    def close(self) -> None:
        """Stay open."""
