"""What a run tells, on its way to people: the one place that writes messages, and the diff."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from dedup.formats.files.reader import reason
from dedup.model.errors import DedupError, InternalError, OutputError
from dedup.report.diff import DiffPainter
from dedup.report.progress import RARELY, Bar, Lines, Meter
from dedup.report.terminal import sanitise

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.model.explanation import Explanation
    from dedup.model.job import Mode
    from dedup.model.outcome import Outcome
    from dedup.report.findings.repeated import MostRepeated
    from dedup.report.grouped import Grouped
    from dedup.report.saved import Saver
    from dedup.report.terminal import Stream, Terminal

FIRST = 5
"""Problems of a kind that are told one by one."""


class Reporter(AbstractContextManager["Reporter"]):
    """The `dedup.model.outcome.Events` of a run on the command line.

    Messages go to standard error and never fail a run: where standard error has gone away, they go nowhere. The diff
    goes to standard output, and a failure to write it is the caller's to handle. Used as a context manager, it leaves
    the terminal as it found it, whatever happens.

    Args:
        terminal: what the standard streams can show.
        mode: what the run does; the summary speaks accordingly.
        quiet: no summary and no progress.
        progress: show progress in any case, or never; None: on a terminal that nothing else is written to, and, where
            standard error is no terminal, now and then in a run that takes long.
        text_to_stdout: the text goes to standard output.
        verbose: explanations and notes are told.
        long: the run may well take hours.
        debug: tracebacks of internal errors are told.
        saver: saves what these were about.
        listener: is given all explanations, told or not, and returns them as they are to be told.
        pager: what is long may be shown in a pager.
    """

    def __init__(
        self,
        terminal: Terminal,
        mode: Mode = "clean",
        *,
        quiet: bool = False,
        progress: bool | None = None,
        text_to_stdout: bool = False,
        verbose: bool = False,
        long: bool = False,
        debug: bool = False,
        saver: Saver | None = None,
        listener: Callable[[Explanation], Explanation] | None = None,
        pager: bool = True,
    ) -> None:
        self._terminal = terminal
        self._mode = mode
        self._quiet = quiet
        self._verbose = verbose
        self._debug = debug
        self._saver = saver
        self._listener = listener
        self._pager = pager
        self._grouped: Grouped | None = None
        self._repeated: MostRepeated | None = None
        self._full = False
        self._on_screen = terminal.stderr.terminal and not terminal.dumb
        self._diff = DiffPainter(terminal.stdout)
        self._begun = time.monotonic()
        crowded = verbose or (text_to_stdout and terminal.stdout.terminal)
        wanted = not quiet and progress is not False
        self._meter = _meter(terminal, wanted=wanted, forced=bool(progress), crowded=crowded, long=long)
        self.found = False
        """Some diff was written."""
        self.failed = False
        """Some problem was told."""
        self.problems: Counter[tuple[str, str]] = Counter()
        """How many problems there were, told or not, of each kind: the name of its class, and `DedupError.kind`."""
        self._seen: Counter[tuple[str, str]] = Counter()
        self._hidden: dict[tuple[str, str], tuple[DedupError, int]] = {}
        """By kind: a problem that was counted and not told, and how many there were."""

    def __exit__(self, *_: object) -> None:
        """Take the progress off the screen, and tell what was only held or counted."""
        self._meter.clear()
        self._tell_grouped(pager=False)
        self._tell_hidden()

    def problem(self, error: DedupError, *, more: int = 0) -> None:
        """Tell of something that could not be done as asked; after the first few of a kind only count, unless verbose.

        `more` others of its kind are counted with it.
        """
        self.failed = True
        kind = (type(error).__name__, error.kind)
        self.problems[kind] += 1 + more
        seen = self._seen[kind] = self._seen[kind] + 1
        if self._verbose or seen <= FIRST:
            self._meter.clear()
            if isinstance(error, InternalError) and self._debug:
                tell("".join(f"{sanitise(line)}\n" for line in error.trace.rstrip("\n").split("\n")))
            tell(message(error, self._terminal.stderr))
        else:
            more += 1
        if isinstance(error, InternalError) and self._saver is not None:
            self._save(error, self._saver)
        if more:
            first, number = self._hidden.get(kind, (error, 0))
            self._hidden[kind] = (first, number + more)

    def _save(self, error: InternalError, saver: Saver) -> None:
        """Save what an internal error was about; where that cannot be done, say so once."""
        try:
            path = saver.save(error)
        except OutputError as failure:
            tell(message(failure, self._terminal.stderr))
            self._saver = None
        else:
            tell(f"dedup: saved in {_sentence(path)}\n")

    def _tell_hidden(self) -> None:
        """Tell how many problems of each kind were counted only."""
        for error, number in self._hidden.values():
            hint = "" if self._verbose else "-v tells each of them"
            more = DedupError(f"… and {number:,} more of this kind: {error.said}", hint=hint)
            tell(message(more, self._terminal.stderr))
        self._hidden.clear()

    def explained(self, explanation: Explanation) -> None:
        """Explain a removal, or a near-duplicate that stays, where explanations are told."""
        if self._listener is not None:
            explanation = self._listener(explanation)
        if self._on_screen and not self._quiet:
            self._count_repeated(explanation)
        if not self._verbose or explanation.accepted or (self._on_screen and self._is_held(explanation)):
            return
        from dedup.report import explain

        self._meter.clear()
        tell(explain.render(explanation, self._terminal.stderr))

    def _count_repeated(self, explanation: Explanation) -> None:
        if self._repeated is None:
            from dedup.report.findings.repeated import MostRepeated  # nothing is shown of it elsewhere

            self._repeated = MostRepeated()
        if explanation.removed:
            self._repeated.add(explanation)

    def _is_held(self, explanation: Explanation) -> bool:
        """Hold an explanation till the end, to be told with others; where there is no room left, tell all these."""
        if self._grouped is None:
            from dedup.report.grouped import Grouped  # few runs have so much to tell

            self._grouped = Grouped()
        if self._full or self._grouped.take(explanation):
            return not self._full
        self._full = True
        self._tell_grouped(pager=False)
        self.note("there are too many explanations to group them: the others follow as they come", important=True)
        return False

    def _tell_grouped(self, *, pager: bool) -> None:
        """Tell the explanations that are held."""
        if self._grouped is None:
            return
        from dedup.report.pager import pager_command, show

        text = "".join(self._grouped.render(self._terminal.stderr))
        command = pager_command(self._terminal) if pager and self._pager else None
        if command is None or not text:
            tell(text)
            return
        try:
            show(text, command, sys.stderr)
        except (OSError, ValueError):
            silence(2)

    def diff(self, text: bytes) -> None:
        """Write a piece of unified diff to standard output."""
        if not text:
            return
        self.found = True
        self._meter.clear()
        try:
            sys.stdout.buffer.write(self._diff.paint(text))
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(f"{reason(error)}; the diff is not complete", place="<stdout>") from error

    def progress(self, done: int, total: int | None, stage: str = "", unit: str = "bytes") -> None:
        """Show how far the stage has come, when it is time to."""
        try:
            self._meter.update(done, total, stage, unit)
        except OSError:
            silence(2)

    def note(self, text: str, *, important: bool = False) -> None:
        """Tell something to know where more is asked for, or where it is important; never where quiet is."""
        if self._verbose or (important and not self._quiet):
            self._meter.clear()
            tell(f"dedup: {_sentence(text)}\n")

    def summary(self, outcome: Outcome) -> None:
        """Tell the figures of the whole run."""
        self._meter.clear()
        self._tell_grouped(pager=True)
        self._tell_hidden()
        if self._quiet:
            return
        from dedup.report import summary

        wide = self._terminal.width >= summary.NARROWEST
        if self._terminal.stderr.terminal and wide and not self._terminal.dumb:
            try:
                seconds = time.monotonic() - self._begun
                summary.table(outcome.counts, self._mode, seconds, self._terminal, self._repeated)
            except OSError:
                silence(2)
        else:
            tell(summary.line(outcome.counts, self._mode) + "\n")


def _meter(terminal: Terminal, *, wanted: bool, forced: bool, crowded: bool, long: bool = False) -> Meter:
    """Choose how progress is shown; `crowded`: other lines go to the same screen all the time."""
    if wanted and long and not forced and not terminal.stderr.terminal:
        # A log file, which is looked into from time to time.
        return Lines(tell, delay=RARELY, every=RARELY, eager=False)
    if not wanted or (not forced and (crowded or not terminal.stderr.terminal or terminal.dumb)):
        return Meter()
    if terminal.stderr.terminal and terminal.stderr.color and not crowded:
        return Bar(terminal)
    return Lines(tell)


def message(error: DedupError, stream: Stream, program: str = "dedup") -> str:
    """Return an error as ``dedup: PLACE: what. Hint: what to do.``, with its line end, harmless to a terminal."""
    place = f"{stream.paint(sanitise(error.place), 'strong')}: " if error.place else ""
    text = f"{stream.paint(f'{program}:', 'error')} {place}{_sentence(error.said)}"
    return f"{text} {stream.paint('Hint:', 'hint')} {_sentence(error.hint)}\n" if error.hint else f"{text}\n"


def _sentence(text: str) -> str:
    text = sanitise(text)
    return text if text.endswith((".", "?", "!")) else f"{text}."


def tell(text: str) -> None:
    """Write to standard error; where that has gone away, or is full, the run goes on without.

    Where GitHub Actions reads it, no line of it is a command to that, whatever is quoted in it.
    """
    if sys.stderr is None:
        return
    if os.environ.get("GITHUB_ACTIONS") and ("::" in text or "##[" in text):
        text = without_commands(text)
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        silence(2)


def without_commands(text: str) -> str:
    """Return messages of which GitHub's runner takes no line for a command: it takes what begins with ``::``."""
    harmless = []
    for line in text.split("\n"):
        bare = line.lstrip()
        told = f"{line[: len(line) - len(bare)]}\\x3a{bare[1:]}" if bare.startswith("::") else line
        harmless.append(told.replace("##[", "#\\x23["))  # an older form, which may stand anywhere
    return "\n".join(harmless)


def silence(descriptor: int) -> None:
    """Point a standard stream that has gone away to nowhere, so that nothing else fails on it, not even at exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
    except OSError:
        return
