"""What comes of a run: its counts, what is told while it runs, and the sums that have to agree at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from dedup.model.errors import DedupError, ExitCode, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.model.explanation import Explanation
    from dedup.model.job import Mode
    from dedup.model.repetition import BeforeAfter


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
    boilerplate: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    comparisons: int = 0
    unexamined: int = 0
    """Pairs of paragraphs that share a band and were not compared: more near-copies than are looked at one by one."""
    emptied: int = 0
    """Documents with a text of which nothing but white space is left."""
    references: int = 0
    """Documents of `Job.against`; not counted among `documents`."""
    silent_references: int = 0
    """Files of `Job.against` that hold no text, so that nothing is compared with them."""
    bad_references: int = 0
    """Records of `Job.against` that could not be read, or hold no text."""
    invalid_utf8: int = 0
    """Documents with bytes that do not decode; kept byte for byte."""
    unsettled: int = 0
    held_back: int = 0
    """Paragraphs that would have gone, and stay: without them what is left would be read as other paragraphs."""
    holding: int = 0
    """Documents in which such paragraphs are; those of `unsettled` among them."""
    too_large: int = 0
    """Documents above `Job.max_document`, passed through unread."""
    without_text: Counter[str] = field(default_factory=Counter)
    """Records of a web archive that might hold a text and hold none that is read: how many there are of each kind."""
    passed: Counter[str] = field(default_factory=Counter)
    """Files below a directory that were passed over, as their names say that they are neither text nor JSON lines: how
    many there are of each kind."""
    errors: int = 0
    """Records and files that could not be read as asked, passed through or skipped; and `faults`."""
    faults: int = 0
    """Of these, faults of this program: a document, a pair or a group that was kept as it is; see
    `dedup.model.containment`."""
    kept_near: int = 0
    """Near-duplicates that stay because they say something new; counted with `Job.explain`."""
    new: Counter[str] = field(default_factory=Counter)
    """Of these, how many say something new of each kind; one may say several."""

    @property
    def removed(self) -> int:
        """Paragraphs removed."""
        return self.exact + self.near + self.block + self.boilerplate

    @property
    def kept(self) -> int:
        """Paragraphs kept."""
        return self.paragraphs - self.removed

    def went(self, reasons: Sequence[str], *, emptied: bool) -> None:
        """Count what went from one document: why each paragraph did, and whether nothing is left of the text."""
        for name, number in Counter(reasons).items():  # there is a figure for each reason
            setattr(self, name, getattr(self, name) + number)
        self.changed += bool(reasons)
        self.emptied += emptied

    def stays(self, number: int) -> None:
        """Count so many paragraphs of one document that would have gone and stay."""
        self.held_back += number
        self.holding += number > 0

    def stayed(self, kinds: Sequence[Sequence[str]]) -> None:
        """Count near-duplicates that stay: of what kinds each is new."""
        self.kept_near += len(kinds)
        for names in kinds:
            self.new.update(names)

    def add(self, other: Counts) -> None:
        """Add another part's counts to this one's."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run."""

    counts: Counts
    exit_code: ExitCode
    repetition: BeforeAfter | None = None
    """How much of the documents repeats within each of them; measured where there are `Job.reports`."""


def check_sums(counts: Counts, shrinkage: int) -> None:
    """Make sure that nothing has gone but what was decided, which took so many bytes.

    Raises:
        RuntimeError: the sums do not agree; a bug, and nothing is written.
    """
    if counts.bytes_in - shrinkage != counts.bytes_out or counts.removed > counts.paragraphs:
        raise RuntimeError(f"the sums do not agree; this is a bug: {counts}, {shrinkage} bytes less")


def exit_code(counts: Counts, mode: Mode) -> ExitCode:
    """Return what a run ends with."""
    if counts.errors:
        return ExitCode.ERROR
    return ExitCode.FOUND if counts.removed and mode in ("check", "diff") else ExitCode.OK


def nothing_read(counts: Counts) -> InputError:
    """Return the error for a run that has passed over all that it found."""
    what = f"nothing was read: {counts.passed.total():,} files were passed over ({passed_over(counts)})"
    return InputError(what, hint="name one of them to be told what to do with it")


def passed_over(counts: Counts) -> str:
    """Return how many files of each kind were passed over: ``PNG image 2, ZIP archive 1``."""
    return by_kind(counts.passed)


def by_kind(numbers: Counter[str]) -> str:
    """Return how many there are of each kind, as one phrase."""
    return ", ".join(f"{kind} {number:,}" for kind, number in sorted(numbers.items()))


def check_removed(removed: int, paragraphs: int, limit: float | None) -> None:
    """Refuse to go on where more would go than was thought possible; to be called before anything is written.

    Args:
        removed: paragraphs that would go.
        paragraphs: all of them.
        limit: `Job.max_removed`; None: anything goes.

    Raises:
        DedupError: their share is above the limit.
    """
    if limit is None or not paragraphs or removed / paragraphs <= limit:
        return
    share = f"{removed:,} of {paragraphs:,} paragraphs would go, a share of {removed / paragraphs:.4g}"
    raise DedupError(
        f"{share}, and --max-removed is {limit:g}; nothing was written",
        hint="see what would go with --dry-run -v or --diff, then raise --max-removed if it is right",
    )


class Events(Protocol):
    """What a run tells while it goes on; the face decides what of it is shown."""

    def problem(self, error: DedupError, *, more: int = 0) -> None:
        """Something could not be done as asked; the run goes on.

        `more` others of its kind (`DedupError.kind`) have been counted where they happened, and are not told.
        """

    def explained(self, explanation: Explanation) -> None:
        """One removal or one kept near-duplicate."""

    def diff(self, text: bytes) -> None:
        """A piece of unified diff (mode ``diff``), in order of the inputs."""

    def progress(self, done: int, total: int | None, stage: str = "", unit: str = "bytes") -> None:
        """How much of a stage is done, of so much; None: not known.

        Without a name the stage is the only one, and counts input bytes as stored; `unit` is what another one counts.
        """

    def note(self, text: str, *, important: bool = False) -> None:
        """Something to know that is no problem, as one sentence: a forecast, a choice that was made.

        An important one is told without being asked for: it may well go on to become a problem.
        """


class NullEvents:
    """Ignores all events but problems, which it raises."""

    def problem(self, error: DedupError, *, more: int = 0) -> None:  # noqa: ARG002 - one is enough
        """Raise it."""
        raise error

    def note(self, *_: object, **__: object) -> None:
        """Ignored, as all others."""

    explained = diff = progress = note
