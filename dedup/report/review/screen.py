"""A review on a terminal: one pair after the other, answered with a key.

The screen does not say what was decided: that would suggest the answer.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from dedup.report.columns import NARROWEST, lines, row
from dedup.report.explain import quoted
from dedup.report.reporter import tell
from dedup.report.review.keys import END
from dedup.report.terminal import Terminal, sanitise
from dedup.report.word_marks import differing_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dedup.report.columns import Piece
    from dedup.report.review.answers import Answers, Label
    from dedup.report.review.pairs import Pair
    from dedup.report.terminal import Style

_LABELS: dict[str, Label] = {"y": True, "n": False, "u": None}
_END = ("q", END)
_QUESTION = "May B go because A stays: does it say nothing that A does not say?"
_KEYS = "y yes   n no, something would be lost   u unsure   b back   q end"


def ask(pairs: Sequence[Pair], answers: Answers, terminal: Terminal, key: Callable[[], str]) -> None:
    """Ask about pairs that have no answer yet, and keep each answer at once.

    Args:
        pairs: what is drawn.
        answers: those that are there, and where new ones go.
        terminal: standard error is shown on.
        key: returns the next key; see `dedup.report.review.keys`.

    Raises:
        OutputError: an answer cannot be kept.
        KeyboardInterrupt: ^C; all answers so far are kept.
    """
    # Of two decisions about the same texts one is asked about.
    first = {pair.identity: number for number, pair in reversed(list(enumerate(pairs)))}
    left = [number for number in sorted(first.values()) if pairs[number].identity not in answers.labels]
    place = 0

    def show() -> None:
        if place < len(left):
            tell(card(pairs[left[place]], left[place] + 1, len(pairs), _now(terminal)))

    with _redrawn(show):
        while place < len(left):
            show()
            pressed = _pressed(key)
            if pressed in _END:
                return
            if pressed == "b":
                place = max(place - 1, 0)
            else:
                answers.add(pairs[left[place]], _LABELS[pressed])
                place += 1


def _pressed(key: Callable[[], str]) -> str:
    """Wait for a key that has a meaning."""
    while True:
        pressed = key().lower()
        if pressed in _LABELS or pressed in _END or pressed == "b":
            return pressed


def card(pair: Pair, number: int, of: int, terminal: Terminal) -> str:
    """Return a pair as lines with their ends; foreign text in it is harmless."""
    stream, width = terminal.stderr, max(terminal.width, NARROWEST)
    new, gone = differing_words(pair.b, pair.a)
    rule = "─" * width if stream.color else "-" * width
    out = [f"{stream.paint(rule, 'faint')}\n", f"{number:,} of {of:,}\n\n"]
    for name, text, marked, place, sign in (
        ("A", pair.a, gone, pair.beside, "-"),
        ("B", pair.b, new, pair.at, "+"),
    ):
        out.append(row(name, [(sanitise(place), "place")], width, stream, 3))
        out.append(row("", _marked(text, marked, sign, bare=stream.color), width, stream, 3) + "\n")
    out += [f"{line}\n" for line in lines([(_QUESTION, "strong")], width, stream)]
    return "".join([*out, *(f"{line}\n" for line in lines([(_KEYS, "hint")], width, stream))])


def _marked(text: str, marked: list[tuple[int, int]], sign: str, *, bare: bool) -> list[Piece]:
    style: Style = "added" if sign == "+" else "removed"
    around = "" if bare else sign
    return [
        (f"[{around}{piece}{around}]" if around else piece, style) if is_marked else (piece, None)
        for piece, is_marked in quoted(text, marked)
    ]


def _now(terminal: Terminal) -> Terminal:
    """Return the terminal as wide as it is now."""
    return replace(terminal, width=Terminal.detect().width)


@contextmanager
def _redrawn(show: Callable[[], None]) -> Iterator[None]:
    """Show the pair anew when the terminal's size changes."""
    if not hasattr(signal, "SIGWINCH"):
        yield
        return
    before = signal.signal(signal.SIGWINCH, lambda *_: show())
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)
