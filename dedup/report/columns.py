"""Text in columns for a terminal, or the same without one: wrapped by the width of its characters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.report.terminal import Stream, Style

    Piece = tuple[str, Style | None]

NARROWEST = 40
_WORDS = re.compile(r"\S+|\s+")


def lines(pieces: Iterable[Piece], width: int, stream: Stream, first: int = 0) -> list[str]:
    """Return text in pieces, each in a style, as lines that are no wider than `width`.

    Args:
        pieces: sanitised text, and its style.
        width: in cells; a Chinese character takes two.
        stream: paints.
        first: cells that are taken on the first line.
    """
    out: list[list[Piece]] = [[]]
    room = width - first
    for word in _words(pieces):
        if _cells(word) > room and out[-1]:
            out[-1] = _without_end(out[-1])
            out.append([])
            room = width
        left = word if out[-1] else _without_begin(word)
        while _cells(left) > room:
            head, left = _cut(left, room)
            out[-1] += head
            out.append([])
            room = width
        out[-1] += left
        room -= _cells(left)
    return ["".join(stream.paint(text, style) if style else text for text, style in _merged(line)) for line in out]


def row(label: str, pieces: Sequence[Piece], width: int, stream: Stream, margin: int = 12) -> str:
    """Return a label and what stands behind it, which begins each line at the margin; with its line ends."""
    body = lines(pieces, max(width, NARROWEST) - margin, stream)
    head = stream.paint(label, "faint") + " " * max(margin - _width(label), 1)
    return "".join((head if number == 0 else " " * margin) + line + "\n" for number, line in enumerate(body))


def _words(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yield words with the spaces before them; a word may be of several pieces."""
    word: list[Piece] = []
    for text, style in pieces:
        for found in _WORDS.findall(text):
            if found[:1].isspace() and word:
                yield word
                word = []
            word.append((found, style))
    if word:
        yield word


def _without_begin(word: list[Piece]) -> list[Piece]:
    (text, style), *rest = word
    text = text.lstrip(" ")
    return [(text, style), *rest] if text else rest


def _without_end(line: list[Piece]) -> list[Piece]:
    *rest, (text, style) = line
    return [*rest, (text.rstrip(" "), style)]


def _cut(word: list[Piece], room: int) -> tuple[list[Piece], list[Piece]]:
    """Cut what is too wide for a line behind as many cells as there is room for, and behind one character at least."""
    head: list[Piece] = []
    for place, (text, style) in enumerate(word):
        end = 0
        while end < len(text) and (size := _width(text[end])) <= room:
            room -= size
            end += 1
        if not end and not head:
            end = 1
        head.append((text[:end], style))
        if end < len(text):
            return head, [(text[end:], style), *word[place + 1 :]]
    return head, []


def _merged(line: list[Piece]) -> Iterator[Piece]:
    """Join pieces of one style, so that each is painted once."""
    before: Piece | None = None
    for text, style in line:
        if before is not None and before[1] == style:
            before = before[0] + text, style
            continue
        if before is not None:
            yield before
        before = text, style
    if before is not None:
        yield before


def _cells(word: list[Piece]) -> int:
    return sum(_width(text) for text, _ in word)


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # most text needs no tables

    return cell_len(text)
