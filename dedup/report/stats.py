"""The figures of a run as one JSON object in a file, for programs (``--stats``).

The object is described by ``data/stats-1.schema.json`` beside this module. Within one number of ``version`` keys may be
added, and none is taken away or changes its meaning: readers ignore what they do not know.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.formats.files.atomic import AtomicFile
from dedup.formats.files.reader import reason
from dedup.formats.log.entries import program_version
from dedup.model.errors import OutputError
from dedup.model.job import STDIN
from dedup.model.outcome import Counts
from dedup.model.settings import ALGORITHM
from dedup.native.kernels import describe
from dedup.report.own_files import refuse_others

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from dedup.model.errors import DedupError
    from dedup.model.figures import InputState
    from dedup.model.job import Job

SCHEMA, VERSION = "dedup-stats", 1
REASONS = ("exact", "near", "block", "boilerplate")
_OF_INPUT = ("documents", "changed", "emptied", "too_large", "invalid_utf8", "unsettled", "held_back", "holding")
_OF_RUN = ("comparisons", "unexamined", "references", "silent_references", "bad_references", "errors", "faults")
_DECIDING = (
    *("format", "delimiter", "encoding", "include", "exclude", "binary_as_text", "on_error", "max_document"),
    *("against", "mark", "empty", "max_removed", "max_memory", "stdin_name", "in_place", "shard_size", "since"),
)
"""Fields of a job that say how inputs are read, and what becomes of what was decided."""
_MOST_KINDS = 1000
"""Kinds of problems that are told; those of any further one are only counted."""
_IN_MEMORY = 1 << 20
"""Bytes of the inputs' figures that are not yet put into a temporary file."""
_HEAD = 100
"""Bytes at the beginning of a file of figures that tell it."""
_NOT_STATS = "is there, and is no file that --stats wrote; nothing was read or written"


class Stats(AbstractContextManager["Stats"]):
    """Collects the figures of a run, and writes them when it has ended, however it has.

    A file is complete or not there, and one that is there is written over only if an earlier run's --stats wrote it.
    Memory: a megabyte, and some bytes for each input that was to be replaced and is not; the figures of inputs, about
    300 bytes for each, are kept in a temporary file.

    Args:
        place: the file, or ``-`` for standard output.
        job: what the run does.

    Attributes:
        place: as given.
        workers: see `dedup.model.figures.Figures`, which this is one of.

    Raises:
        OutputError: the file cannot be written, or is there and something else; nothing has been read or written.
    """

    def __init__(self, place: str, job: Job) -> None:
        self.place = place
        self._job = job
        self._started = datetime.now(timezone.utc)
        self._begun = time.monotonic()
        self.workers: int | None = None
        self._file = None if place == STDIN else _opened(Path(place))
        self._inputs = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with this
        self._fault: OSError | None = None
        """Why the figures of inputs could not be kept."""
        self._ended = 0
        self._current, self._problems = Counts(), 0
        self._staying: set[int] = set()

    def add(self, counts: Counts, problems: int) -> None:
        """Add a piece's counts to those of its input."""
        self._current.add(counts)
        self._problems += problems

    def end(self, name: str, place: str, state: InputState) -> None:
        """Keep the figures of an input."""
        entry = {"name": name, "place": place, "state": state, "errors": self._problems + (state == "failed")}
        try:
            self._inputs.write(_dumped(entry | _entry(self._current)) + b"\n")
        except OSError as error:
            self._fault = error  # told at the end: a run does not fail for what is only told of it
        self._ended += 1
        self._current, self._problems = Counts(), 0

    def stays(self, number: int) -> None:
        """Note an input that is not replaced."""
        self._staying.add(number)

    def write(
        self,
        exit_code: int,
        counts: Counts | None,
        problems: Counter[tuple[str, str]],
        error: DedupError | None = None,
    ) -> None:
        """Write all figures, and let the file appear.

        Args:
            exit_code: what the process ends with.
            counts: of the whole run; None if it did not come to its end.
            problems: how many there were of each kind.
            error: why the run has ended early; None if it has not.

        Raises:
            OutputError: they cannot be written.
            BrokenPipeError: the reader of standard output is gone.
        """
        head = _dumped(self._head(exit_code, counts, problems, error), indent=2).removesuffix(b"\n}")
        pieces = [head, *([] if counts is None or self._job.cluster is not None else self._listed()), b"\n}\n"]
        if self._file is None:
            sys.stdout.buffer.writelines(pieces)
            return
        for piece in pieces:
            self._file.write(piece)
        self._file.commit()

    def __exit__(self, *_: object) -> None:
        """Remove what was not written to its end."""
        if self._file is not None:
            self._file.abort()
        with suppress(OSError):
            self._inputs.close()

    def _head(
        self, exit_code: int, counts: Counts | None, problems: Counter[tuple[str, str]], error: DedupError | None
    ) -> dict[str, Any]:
        job = self._job
        places = job if job.cluster is None else job.cluster
        return {
            "schema": SCHEMA,
            "version": VERSION,
            "program": program(),
            "started": told_time(self._started),
            "seconds": round(time.monotonic() - self._begun, 3),
            "engine": "local" if job.cluster is None else "spark",
            "workers": self.workers,
            "mode": job.mode,
            "exit_code": int(exit_code),
            "complete": counts is not None,
            "error": error and {"kind": type(error).__name__, **_told(error)},
            **decided_by(job),
            "files": {"output": _text(places.output), "removed": _text(places.removed)},
            "counts": None if counts is None else sums(counts, explained=job.explain),
            "problems": {"number": problems.total(), "kinds": _kinds(problems)},
        }

    def _listed(self) -> Iterator[bytes]:
        """Yield the figures of inputs, as a member of the object."""
        if self._fault is not None:
            what = f"{reason(self._fault)} for the figures of inputs in a temporary file; they were not written"
            raise OutputError(what, place=tempfile.gettempdir())
        yield b',\n  "inputs": ['
        self._inputs.seek(0)
        for number, line in enumerate(self._inputs):
            entry = line.rstrip(b"\n")
            if number in self._staying:
                entry = _dumped(_unchanged(json.loads(entry)))
            yield (b",\n    " if number else b"\n    ") + entry
        yield b"\n  ]" if self._ended else b"]"


def _opened(path: Path) -> AtomicFile:
    """Open the file.

    Raises:
        OutputError: it cannot be written, or is there and holds something else, which is likely the run's own input.
    """
    own = f'"schema": "{SCHEMA}"'.encode()
    refuse_others(path, _HEAD, lambda head: head.startswith(b"{") and own in head, _NOT_STATS)
    return AtomicFile(path)


def _dumped(value: Any, indent: int | None = None) -> bytes:
    # Bytes of a name that are no UTF-8 come out as the escapes of lone surrogates, and the whole is ASCII.
    return json.dumps(value, indent=indent).encode("ascii")


def _entry(counts: Counts) -> dict[str, Any]:
    """Return what is told of a run and of each input alike, so that the inputs' figures add up to the run's."""
    return {
        **{name: getattr(counts, name) for name in _OF_INPUT},
        "paragraphs": counts.paragraphs,
        "kept": counts.kept,
        "removed": counts.removed,
        "reasons": {name: getattr(counts, name) for name in REASONS},
        "bytes_in": counts.bytes_in,
        "bytes_out": counts.bytes_out,
    }


def _unchanged(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of an input from which nothing has gone after all."""
    stays = {"changed": 0, "emptied": 0, "kept": entry["paragraphs"], "removed": 0, "bytes_out": entry["bytes_in"]}
    return entry | stays | {"reasons": dict.fromkeys(REASONS, 0)}


def program() -> dict[str, Any]:
    """Return what is told of the program itself."""
    return {"version": program_version(), "algorithm": ALGORITHM, "kernels": describe()}


def told_time(moment: datetime) -> str:
    """Return a moment in UTC as ISO 8601 has it, with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def decided_by(job: Job) -> dict[str, Any]:
    """Return the settings and options that decide what a run does."""
    return {
        "settings": {"fingerprint": job.settings.fingerprint(), **asdict(job.settings)},
        "options": {"field": job.text_field, **{name: getattr(job, name) for name in _DECIDING}},
    }


def sums(counts: Counts, *, explained: bool) -> dict[str, Any]:
    """Return the counts of a whole run."""
    passed = {"passed_over": dict(sorted(counts.passed.items()))}
    told = {"kept_near": counts.kept_near, "new": dict(sorted(counts.new.items()))} if explained else {}
    more = {name: getattr(counts, name) for name in _OF_RUN}
    return {"files": counts.files, **_entry(counts), **more, **passed, **told}


def _kinds(problems: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return how many problems there were of each kind, the most frequent first."""
    most = problems.most_common(_MOST_KINDS)
    told = [{"kind": kind, "what": what, "number": number} for (kind, what), number in most]
    if rest := problems.total() - sum(number for _, number in most):
        told.append({"kind": "", "what": "others", "number": rest})
    return told


def _text(path: Path | str | None) -> str | None:
    return None if path is None else str(path)


def _told(error: DedupError) -> dict[str, str]:
    return {"what": error.said, "place": error.place, "hint": error.hint}
