"""What a run is asked to do, what it tells while it runs, and what it says at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from dedup.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.errors import DedupError, ExitCode

Mode = Literal["clean", "check", "diff", "dry-run"]
Format = Literal["auto", "text", "jsonl"]
OnError = Literal["pass", "fail"]

STDIN = "-"
DEFAULT_INCLUDE = ("*.txt", "*.md", "*.text", "*.jsonl", "*.ndjson")
"""Names read from a directory unless told otherwise; each also with a compression suffix (``.gz``)."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run: which inputs, what is done with them, and where the result goes."""

    inputs: tuple[str, ...] = (STDIN,)
    """Files, directories, or ``-``, in the order given."""
    settings: Settings = field(default_factory=Settings)
    mode: Mode = "clean"
    format: Format = "auto"
    text_field: str = "text"
    """Dotted path of the text in a JSON record."""
    encoding: str = "utf-8"
    include: tuple[str, ...] = DEFAULT_INCLUDE
    output: Path | None = None
    """File or directory; None writes to standard output."""
    into_directory: bool = False
    """`output` is a directory, to be made if need be. Else it is one only if it is there, or if one is read."""
    in_place: bool = False
    removed: Path | None = None
    """Where the removal log goes."""
    on_error: OnError = "pass"
    workers: int | None = None
    """Processes; None: one per core that this process may use."""
    max_document: int = 1 << 30
    """Bytes above which one document passes through unread, counted and reported."""
    stdin_name: str = "<stdin>"
    explain: bool = False
    """Tell each removal, and each near-duplicate that stays, through `Events.explained`."""


@dataclass(slots=True)
class Counts:
    """What a run saw and did. ``paragraphs == kept + removed`` always holds."""

    files: int = 0
    documents: int = 0
    changed: int = 0
    """Documents from which something went."""
    paragraphs: int = 0
    exact: int = 0
    near: int = 0
    block: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    comparisons: int = 0
    invalid_utf8: int = 0
    """Documents with bytes that do not decode; kept byte for byte."""
    unsettled: int = 0
    too_large: int = 0
    """Documents above `Job.max_document`, passed through unread."""
    errors: int = 0
    """Records and files that could not be read as asked, passed through or skipped."""

    @property
    def removed(self) -> int:
        """Paragraphs removed."""
        return self.exact + self.near + self.block

    @property
    def kept(self) -> int:
        """Paragraphs kept."""
        return self.paragraphs - self.removed

    def add(self, other: Counts) -> None:
        """Add another part's counts to this one's."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run."""

    counts: Counts
    exit_code: ExitCode


@dataclass(frozen=True, slots=True)
class Explanation:
    """One removal, or one near-duplicate that stays, as plain data for people to read."""

    place: str
    """``FILE:LINE`` of the paragraph (for JSON lines the record's line)."""
    document: str
    """Name or id of the document."""
    removed: bool
    reason: str
    """``exact``, ``near`` or ``block``; for one that stays ``new``."""
    text: str
    witness: str
    """Text of the first witness."""
    witness_place: str
    similarity: float
    coverage: float
    new: tuple[tuple[int, int], ...] = ()
    """Character spans in `text` of the words that are new."""


class Events(Protocol):
    """What a run tells while it goes on; the face decides what of it is shown."""

    def problem(self, error: DedupError) -> None:
        """Something could not be done as asked; the run goes on."""

    def explained(self, explanation: Explanation) -> None:
        """One removal or one kept near-duplicate."""

    def diff(self, text: bytes) -> None:
        """A piece of unified diff (mode ``diff``), in order of the inputs."""

    def progress(self, done: int, total: int | None) -> None:
        """Input bytes read so far, as stored, of so many; None: not known."""
