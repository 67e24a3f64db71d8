"""A unified diff straight from the cuts: what goes is known, so nothing has to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

CONTEXT = 3
"""Lines shown around a change."""
_NO_NEWLINE = b"\n\\ No newline at end of file\n"
_QUOTED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


@dataclass(slots=True)
class _Change:
    """Lines that are replaced: ``text[start:end]`` by `new`."""

    start: int
    end: int
    old: list[str]
    new: list[str]


def unified(text: str, cuts: Sequence[tuple[int, int]], name: str, encode: Callable[[str], bytes]) -> bytes:
    """Return the diff between a text and what is left of it; ``patch -p1`` takes it.

    Lines end with LF only, as for `patch` and `diff`. The time taken grows with the length of the text.

    Args:
        text: the text before.
        cuts: what goes, in characters; ascending, not overlapping, none empty.
        name: of the document; shown as ``a/NAME`` and ``b/NAME``.
        encode: a line of the text as bytes.
    """
    out = [b"--- ", _header("a/", name), b"\n+++ ", _header("b/", name), b"\n"]
    at, number, shift = 0, 1, 0  # position and line number reached; lines gained so far
    for hunk in _hunks(text, _changes(text, cuts)):
        begin, before = _lines_before(text, hunk[0].start)
        after = _lines_after(text, hunk[-1].end)
        number += text.count("\n", at, begin)
        at = begin
        body: list[tuple[bytes, str]] = [(b" ", line) for line in before]
        for index, change in enumerate(hunk):
            body += [(b"-", line) for line in change.old]
            body += [(b"+", line) for line in change.new]
            if index + 1 < len(hunk):
                body += [(b" ", line) for line in _split(text[change.end : hunk[index + 1].start])]
        body += [(b" ", line) for line in after]
        old = sum(sign != b"+" for sign, _ in body)
        new = sum(sign != b"-" for sign, _ in body)
        out.append(f"@@ -{_range(number, old)} +{_range(number + shift, new)} @@\n".encode())
        out.extend(sign + encode(line) + (b"" if line.endswith("\n") else _NO_NEWLINE) for sign, line in body)
        shift += new - old
    return b"".join(out)


def _changes(text: str, cuts: Sequence[tuple[int, int]]) -> Iterator[_Change]:
    """Yield the changed lines; cuts that share a line, or whose lines touch, are one change."""
    start = end = behind = 0  # the lines of the change so far; the end of its last cut
    kept: list[str] = []
    for cut_start, cut_end in cuts:
        # Only between the cuts is searched: all of them may stand in a single endless line.
        newline = text.rfind("\n", behind, cut_start)
        if kept and newline < 0 and behind < end:
            kept[-1] = text[behind:cut_start]
        else:
            if kept:
                yield from _change(text, start, end, "".join(kept))
            start = newline + 1 if newline >= 0 else behind
            kept = [text[start:cut_start]]
        behind = cut_end
        broken = not next((piece for piece in reversed(kept) if piece), "\n").endswith("\n")
        if text[cut_end - 1] == "\n" and not broken:
            end = cut_end
        elif cut_end >= end:
            end = _line_end(text, cut_end)
        kept.append(text[behind:end])
    if kept:
        yield from _change(text, start, end, "".join(kept))


def _change(text: str, start: int, end: int, kept: str) -> Iterator[_Change]:
    """Yield the change without the lines that are the same before and after."""
    old, new = _split(text[start:end]), _split(kept)
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    start += sum(map(len, old[:same]))
    old, new = old[same:], new[same:]
    while old and new and old[-1] == new[-1]:
        end -= len(old.pop())
        new.pop()
    if old or new:
        yield _Change(start, end, old, new)


def _hunks(text: str, changes: Iterator[_Change]) -> Iterator[list[_Change]]:
    """Group changes whose contexts meet."""
    hunk: list[_Change] = []
    for change in changes:
        if hunk and text.count("\n", hunk[-1].end, change.start) > 2 * CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        yield hunk


def _lines_before(text: str, at: int) -> tuple[int, list[str]]:
    begin = at
    for _ in range(CONTEXT):
        if begin:
            begin = text.rfind("\n", 0, begin - 1) + 1
    return begin, _split(text[begin:at])


def _lines_after(text: str, at: int) -> list[str]:
    end = at
    for _ in range(CONTEXT):
        end = _line_end(text, end)
    return _split(text[at:end])


def _line_end(text: str, at: int) -> int:
    return text.find("\n", at) + 1 or len(text)


def _split(text: str) -> list[str]:
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _range(first: int, count: int) -> str:
    # An empty range names the line before it.
    return f"{first}" if count == 1 else f"{first if count else first - 1},{count}"


def _header(side: str, name: str) -> bytes:
    """Return a file name as git writes it: quoted where it holds signs that would break the line."""
    path = side + name.lstrip("/")
    if any(char in _QUOTED or char < " " or char == "\x7f" for char in path):
        path = '"' + "".join(_QUOTED.get(char, char if char >= " " else f"\\{ord(char):03o}") for char in path) + '"'
    return path.encode("utf-8", "surrogateescape")
