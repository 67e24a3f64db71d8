"""The end of a run in figures that add up: a small table on a terminal, one plain line anywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.model.outcome import by_kind, passed_over
from dedup.report.terminal import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from dedup.model.job import Mode
    from dedup.model.outcome import Counts
    from dedup.report.findings.repeated import MostRepeated
    from dedup.report.terminal import Terminal

MOST_REPEATED = 5
"""Paragraphs that are told of as the most repeated ones."""
NARROWEST = 50
"""Columns that the table needs."""
_DONE = ("kept", "removed")
_WOULD = ("to keep", "to remove")
_NEWS = {"number": "numbers", "name": "names", "turn": "negations or the like", "words": "words"}


def line(counts: Counts, mode: Mode = "clean") -> str:
    """Return the summary as one line without its end.

    ``3 files, 214 paragraphs: 197 kept, 17 removed (12 exact, 3 near, 2 in blocks).``, and one more sentence for
    whatever is out of the ordinary.
    """
    kept, removed = _DONE if mode == "clean" else _WOULD
    text = f"{_places(counts)}, {plural(counts.paragraphs, 'paragraph')}"
    text += f": {counts.kept:,} {kept}, {counts.removed:,} {removed}"
    if counts.removed:
        text += f" ({', '.join(_reasons(counts))})"
    return ". ".join([text, *_notes(counts)]) + "."


def table(counts: Counts, mode: Mode, seconds: float, terminal: Terminal, repeated: MostRepeated | None = None) -> None:
    """Draw the summary on standard error, which must be a terminal; `repeated`: with what was repeated most."""
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    kept, removed = _DONE if mode == "clean" else _WOULD
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim" if terminal.stderr.color else "")
    grid.add_column(justify="right")
    grid.add_column()

    def row(name: str, figure: str, rest: str = "", style: str = "") -> None:
        grid.add_row(Text(name), Text(figure, style=style), Text(rest))

    row("paragraphs", f"{counts.paragraphs:,}", f"in {_places(counts)}")
    row(kept, f"{counts.kept:,}")
    row(removed, f"{counts.removed:,}", ", ".join(_reasons(counts)), "bold red" if counts.removed else "")
    if counts.changed:
        changed = "documents changed" if mode == "clean" else "documents to change"
        row(changed, f"{counts.changed:,}", f"of {counts.documents:,}")
    speed = f"{size(counts.bytes_in / seconds)}/s" if seconds > 0 and counts.bytes_in else ""
    row("time", f"{seconds:.1f} s", speed)
    for name, figure, rest in _most(repeated, terminal.width):
        row(name, figure, rest)
    for note in _notes(counts):
        grid.add_row(Text("note"), Text(""), Text(f"{note}.", style="yellow"))
    console(terminal).print(Panel(grid, title=Text("dedup"), title_align="left", expand=False))


def _most(repeated: MostRepeated | None, width: int) -> Iterator[tuple[str, str, str]]:
    """Yield rows on the paragraphs that were removed most often: how often, where they stand, and their words."""
    top = [] if repeated is None else [one for one in repeated.top(MOST_REPEATED) if one.removed > 1]
    for number, one in enumerate(top):
        where = f" in {plural(one.documents, 'document')}" if one.documents > 1 else ""
        if one.sites:
            more = f" and {len(one.sites) - 1:,} more" if len(one.sites) > 1 else ""
            where += f" of {sanitise(min(one.sites))}{more}"
        text = " ".join(one.text.split())
        room = max(width - 40, 20)
        shown = sanitise(text if len(text) <= room else f"{text[:room]}…")
        yield "most repeated" if number == 0 else "", f"{one.removed:,}", f"times{where}: {shown}"


def console(terminal: Terminal) -> Console:
    """Return a rich console on standard error that shows no more than the terminal was found to show.

    Without a colour system rich writes no escape sequence for any style, bold among them.
    """
    from rich.console import Console

    class Harmless(Console):
        def on_broken_pipe(self) -> None:
            """Let the caller see it; rich would end the process with 1, which means something else here."""
            raise  # noqa: PLE0704 - called while the error is being handled

    return Harmless(
        stderr=True,
        width=terminal.width,
        color_system="standard" if terminal.stderr.color else None,
        no_color=not terminal.stderr.color,
        force_terminal=terminal.stderr.terminal,
        markup=False,
        emoji=False,
        highlight=False,
    )


def size(number: float) -> str:
    """Return a number of bytes for people, in powers of 1000: ``85.2 MB``."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if number < 1000:  # noqa: PLR2004 - the step from one unit to the next
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def plural(number: int, one: str) -> str:
    """Return a number with its noun: ``1 file``, ``1,214 files``."""
    return f"{number:,} {one if number == 1 else one + 's'}"


def _places(counts: Counts) -> str:
    files = plural(counts.files, "file")
    return files if counts.documents == counts.files else f"{files}, {plural(counts.documents, 'document')}"


def _reasons(counts: Counts) -> list[str]:
    named = (
        (counts.exact, "exact"),
        (counts.near, "near"),
        (counts.block, "in blocks"),
        (counts.boilerplate, "boilerplate"),
    )
    return [f"{number:,} {name}" for number, name in named if number]


def _notes(counts: Counts) -> list[str]:
    """Return a sentence, without its full stop, for everything out of the ordinary."""
    kinds = ", ".join(f"{what} in {counts.new[kind]:,}" for kind, what in _NEWS.items() if counts.new[kind])
    says = _by_number(counts.kept_near, "says", "say") + " something new" + (f" ({kinds})" if kinds else "")
    silent, bad = (_by_number(n, "it", "them") for n in (counts.silent_references, counts.bad_references))
    held, raised = plural(counts.holding, "document"), _by_number(counts.faults, "it was", "they were")
    passed = counts.passed.total()
    unread = counts.without_text.total()
    told = _by_number(passed, "whose name says that it is", "whose names say that they are")
    notes = (
        (counts.kept_near, "near-duplicate", f" {says}"),
        (counts.references, "document", " read as references"),
        (counts.silent_references, "reference", f" without any text, so nothing was compared with {silent}"),
        (counts.bad_references, "record", f" of the references could not be read, and nothing was compared with {bad}"),
        (counts.emptied, "document", " left empty"),
        (counts.unexamined, "pair", " in large groups of near-copies not compared one by one"),
        (counts.invalid_utf8, "document", " with bytes that do not decode, kept byte for byte"),
        (counts.unsettled, "document", " left unchanged because the decisions did not settle"),
        (counts.held_back, "paragraph", f" in {held} held back: what is left would be read differently"),
        (counts.too_large, "document", " above --max-document, passed through unread"),
        (unread, "record", f" without plain text, passed through unread ({by_kind(counts.without_text)})"),
        (passed, "file", f" passed over, {told} neither text nor JSON lines ({passed_over(counts)})"),
        (counts.faults, "internal error", f", and what {raised} about kept as it is"),
        (counts.errors - counts.faults, "error", ""),
    )
    return [plural(number, noun) + rest for number, noun, rest in notes if number]


def _by_number(number: int, one: str, many: str) -> str:
    return one if number == 1 else many
