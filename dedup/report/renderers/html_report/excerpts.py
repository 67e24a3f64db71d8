"""Scraped text for a page: harmless, marked where it differs, and clipped around that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dedup.report.terminal import sanitise
from dedup.report.word_marks import differing_words, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.model.explanation import Explanation
    from dedup.report.word_marks import Spans

ELLIPSIS = "…"
_KEPT = re.compile("([\n\t\u200e\u200f\u061c]+)")
"""What `sanitise` shows, and a page needs: line ends, tabs, and marks of direction, which end with their element."""
_AROUND = 6
"""What part of an excerpt stands in front of the first difference, at the most."""
_NEAR = 30
"""Characters in which the end of a word is looked for."""
Segments = list[str]
"""A text in pieces: those with an odd number are marked. Only the first one and the last one may be empty."""


class Marked(NamedTuple):
    """A finding's two texts, whole, and where they differ.

    Attributes:
        text: the paragraph that was removed, or stays.
        marks: what it has and the witness has not; of one that stays, what is new in it.
        witness: the other one; None where it is the same.
        witness_marks: what it has and the paragraph has not.
    """

    text: str
    marks: Spans
    witness: str | None
    witness_marks: Spans

    @property
    def first(self) -> int:
        """Where the first difference is: up to there both texts say the same, in about as many characters."""
        return min((spans[0][0] for spans in (self.marks, self.witness_marks) if spans), default=0)


def harmless(text: str) -> str:
    """Return a text in which nothing steers a reader: controls, direction overrides and undecoded bytes are visible.

    Line ends, tabs and marks of direction stay; the text can be encoded in UTF-8.
    """
    if text.isprintable():  # as most texts are, and sooner told than translated
        return text
    parts = _KEPT.split(text.replace("\r\n", "\n"))
    return "".join(part if number % 2 else sanitise(part) for number, part in enumerate(parts))


def shortened(text: str, most: int) -> str:
    """Return a text, harmless, in no more than so many characters; what is left out in the middle is an ellipsis."""
    shown = " ".join(harmless(text[: 4 * most] if len(text) <= 4 * most else text[: 2 * most] + text[-most:]).split())
    if len(shown) <= most:
        return shown
    front = (most - 1) * 2 // 3
    return shown[:front] + ELLIPSIS + shown[len(shown) - (most - 1 - front) :]


def marked(found: Explanation, kept: int) -> Marked:
    """Return a finding's texts with what differs; one of `kept` characters may have been cut off behind them."""
    if found.text == found.witness:
        return Marked(found.text, [], None, [])
    mine, its = differing_words(found.text, found.witness)
    if not found.removed and found.new:
        mine = _joined(found.text, found.new)
    return Marked(found.text, _within(mine, found.text, kept), found.witness, _within(its, found.witness, kept))


def _joined(text: str, spans: Sequence[tuple[int, int]]) -> Spans:
    """Return spans, those between which is nothing but white space as one."""
    joined: Spans = []
    for start, end in spans:
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], end)
        elif start < end:
            joined.append((start, end))
    return joined


def _within(spans: Spans, text: str, kept: int) -> Spans:
    """Return spans without one at an end that is none: what follows there is not known."""
    return spans[:-1] if spans and len(text) >= kept and spans[-1][1] == len(text) else spans


def clipped(text: str, marks: Spans, most: int, first: int = 0) -> Segments:
    """Return a text in about so many characters, beginning shortly before `first`.

    What is left out is an ellipsis: in front, at the end, and in stretches between two marked words that are long.
    """
    out: Segments = [""]
    room = most
    for start, end, is_marked in _windows(text, marks, most, first):
        if room <= 0:
            _put(out, " " + ELLIPSIS, marked=False)
            return out
        if start < 0:
            _put(out, f"{ELLIPSIS} " if out == [""] else f" {ELLIPSIS} ", marked=False)
            continue
        shown = harmless(text[start : min(end, start + room)])
        is_cut = min(end, start + room) < end or len(shown) > room
        shown = shown[:room]
        room -= len(shown)
        _put(out, shown, marked=is_marked)
        if is_cut:
            _put(out, " " + ELLIPSIS, marked=False)
            return out
    return out


def _put(out: Segments, text: str, *, marked: bool) -> None:
    if not text:
        return
    if (len(out) % 2 == 0) == marked:
        out[-1] += text
    else:
        out.append(text)


def _windows(text: str, marks: Spans, most: int, first: int) -> Iterator[tuple[int, int, bool]]:
    """Yield what is shown of a text, in order, each piece with whether it is marked; below 0: something is left out."""
    if len(text) <= most:
        at = 0
        for piece, is_marked in pieces(text, marks):
            yield at, at + len(piece), is_marked
            at += len(piece)
        return
    around = most // _AROUND
    at = 0
    if first > around:
        yield -1, -1, False
        at = _word_start(text, first - around, first)
    for start, end in marks:
        if start - at > 3 * around:
            yield at, _word_end(text, at, at + 2 * around), False
            yield -1, -1, False
            at = _word_start(text, start - around, start)
        if at < start:
            yield at, start, False
        yield start, end, True
        at = end
    yield at, len(text), False


def _word_start(text: str, at: int, end: int) -> int:
    """Return where the next word begins, if that is near and before some end."""
    space = text.find(" ", at, min(at + _NEAR, end))
    return at if space < 0 else space + 1


def _word_end(text: str, begin: int, at: int) -> int:
    """Return where the last word before a place ends, if that is near and behind some beginning."""
    space = text.rfind(" ", max(at - _NEAR, begin), at)
    return at if space < 0 else space
