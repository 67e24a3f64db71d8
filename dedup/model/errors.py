"""Everything that can go wrong, and the exit codes that say so.

The tree::

    DedupError                 anything the user can act on; exit code 2
    ├── UsageError             an option or setting that does not fit
    ├── ConfigError            a configuration file that cannot be obeyed
    ├── InputError             an input that cannot be read or understood
    ├── OutputError            an output that cannot be written
    ├── RestoreError           a removal log and a text that do not belong together
    ├── MissingDependencyError an optional library that is not installed
    └── InternalError          a fault of this program, which ended nothing: what it was about is as it was

Each error carries what happened, where, and a hint how to go on. None of them reaches the user as a traceback.
"""

from __future__ import annotations

from enum import IntEnum

VARIABLE = r"\([^()]*\)|\d[\d,.]*"
"""What differs in two messages of one kind: figures, and what stands in parentheses."""


class ExitCode(IntEnum):
    """Exit status of the command; `FOUND` never means that something went wrong."""

    OK = 0
    FOUND = 1
    ERROR = 2
    INTERRUPTED = 130


class DedupError(Exception):
    """An error that the user can act on.

    Args:
        what: what happened, and what did not ("FILE was not changed"), without a final full stop.
        place: where, as ``FILE``, ``FILE:LINE`` or ``FILE: record N``; empty when there is no place.
        hint: what to do about it; empty when there is nothing to say.
        undone: what did not happen, where the code that raises the error cannot know how much had been written by
            then; a run replaces it by what is true. Empty where `what` says all.
    """

    def __init__(self, what: str, *, place: str = "", hint: str = "", undone: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.place = place
        self.hint = hint
        self.undone = undone

    @property
    def said(self) -> str:
        """What happened and what did not, without a final full stop."""
        return f"{self.what}; {self.undone}" if self.undone else self.what

    @property
    def kind(self) -> str:
        """What happened, without what differs from place to place: the place itself, figures, and what is bracketed."""
        import re  # only where something goes wrong

        what = self.what.replace(self.place, "") if self.place else self.what
        return re.sub(VARIABLE, "", what)

    def __str__(self) -> str:
        """Render as ``PLACE: what. Hint: what to do.``, without the program's name."""
        text = f"{self.place}: {self.said}." if self.place else f"{self.said}."
        return f"{text} Hint: {self.hint}" if self.hint else text


class UsageError(DedupError):
    """An option, or a combination of options, that does not fit."""


class ConfigError(DedupError):
    """A configuration file that cannot be obeyed."""


class InputError(DedupError):
    """An input that cannot be read or understood."""


class OutputError(DedupError):
    """An output that cannot be written; the old file, if any, was not changed."""


class RestoreError(DedupError):
    """A removal log and a cleaned text that do not belong together."""


class MissingDependencyError(DedupError):
    """An optional library that is not installed; the hint is the line that installs it."""


class InternalError(DedupError):
    """A fault of this program that stayed with what it was about; see `dedup.model.containment`.

    Args:
        raised: type and message of the exception.
        kept: what was kept as it is, as a sentence without its full stop.
        place: as in `DedupError`.
        trace: the traceback.
        texts: what the kernel was given, if asked for.
    """

    def __init__(
        self, raised: str, kept: str = "", *, place: str = "", trace: str = "", texts: tuple[str, ...] = ()
    ) -> None:
        hint = "this is a fault of dedup; please report it with what --debug shows, or --debug-dir DIR saves"
        super().__init__(f"internal error ({raised}); {kept}", place=place, hint=hint)
        self.raised = raised
        self.kept = kept
        self.trace = trace
        self.texts = texts

    def as_end(self) -> InternalError:
        """Return the same for a run that ends with it."""
        kept = "the run ends here, as --on-error fail asks"
        return InternalError(self.raised, kept, place=self.place, trace=self.trace, texts=self.texts)
