"""Which lines belong to one paragraph, told line by line: what `dedup.text.hard_wraps` has to agree with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from dedup.text import characters
from dedup.text.characters import ALONE, CLASS_MASK, class_table
from dedup.text.line_forms import LineForm, line_form
from tests.support import oracle

if TYPE_CHECKING:
    from dedup.model.settings import Split

_FIRST_WORD = re.compile(r"\s*(\S{1,40})")


@dataclass
class _Line:
    start: int
    end: int
    text: str
    touching: bool
    """No blank line stands between this line and the one before it."""

    @cached_property
    def kind(self) -> LineForm:
        return line_form(self.text)


def split(text: str, how: Split) -> list[tuple[int, int]]:
    """Return the paragraphs of one document."""
    lines: list[_Line] = []
    last = -1
    for start, end in oracle.lines(text):
        touching = last >= 0 and (start == last + 1 or text[last:start] == "\r\n")
        lines.append(_Line(start, end, text[start:end], touching))
        last = end
    wrapped = _wrapped(lines) if how == "auto" else set()
    fences = _fences(lines)
    out: list[tuple[int, int]] = []
    index = 0
    while index < len(lines):
        stop = fences.get(index, index)
        while (
            stop + 1 < len(lines)
            and lines[stop + 1].touching
            and stop not in fences
            and (stop in wrapped or _joined(lines[stop], lines[stop + 1], how))
        ):
            stop += 1
        out.append((lines[index].start, lines[stop].end))
        index = stop + 1
    return out


def _fences(lines: list[_Line]) -> dict[int, int]:
    """Return, for the first and the last line of each closed code fence, its last line."""
    out: dict[int, int] = {}
    opened = -1
    for index, line in enumerate(lines):
        if line.kind is LineForm.FENCE:
            if opened >= 0:
                out[opened] = out[index] = index
                opened = -1
            else:
                opened = index
    return out


def _joined(line: _Line, following: _Line, how: Split) -> bool:
    if not following.touching or following.kind is LineForm.FENCE:
        return False
    if line.kind is LineForm.TABLE or following.kind is LineForm.TABLE:
        return line.kind is following.kind
    return how == "blank"


def _wrapped(lines: list[_Line]) -> set[int]:
    out: set[int] = set()
    for first, last in _groups(lines):
        out |= _broken(lines, range(first, last))
    return out


def _broken(lines: list[_Line], joints: range) -> set[int]:
    """Return the lines of one run of touching ones that a wrap broke off."""
    texts = [lines[i].text.rstrip() for i in range(joints[0], joints[-1] + 2)]
    widths = [len(text) for text in texts]
    usual = max(widths) if len(joints) == 1 else sum(widths[:-1]) / len(joints)
    reach = [_reach(before, after) for before, after in pairwise(texts)]
    ends = [_end(text) for text in texts[:-1]]
    begins = [_beginning(text) for text in texts[1:]]
    running = short = ended = filled = steady = 0
    for width, edge, end, begin in zip(widths, reach, ends, begins, strict=False):
        near = edge >= 0.8 * usual and width >= 0.6 * usual
        running += begin == "small" and ((end != "ended" and near) or end == "broken")
        short += end == "open" and not near
        ended += end == "ended"
        filled += edge > max(widths)
        steady += begin == "plain" and edge > max(widths) and end != "ended"
    whole = filled == len(joints) and steady >= 2 and ended <= 0.4 * len(joints)
    if not (running >= 0.25 * len(joints) and short <= 0.25 * len(joints)) and not whole:
        return set()
    if len({text.strip() for text in texts}) <= 0.9 * len(texts):
        return set()
    if usual < (18 if _spaceless(texts[1]) else 40):
        return set()
    out: set[int] = set()
    for place, line in enumerate(joints):
        indents = [len(text) - len(text.lstrip()) for text in texts[place : place + 2]]
        if ends[place] == "ended":
            joined = reach[place] > usual and indents[1] <= indents[0]
        else:
            joined = begins[place] == "small" or ends[place] == "broken" or reach[place] >= 0.9 * usual
        out |= {line} if joined else set()
    return out


def _reach(line: str, following: str) -> int:
    first = _FIRST_WORD.match(following)
    assert first
    return len(line) + 1 + (0 if _spaceless(following) else len(first.group(1)))


def _end(line: str) -> str:
    """Return whether a line's end is open, broken in a word, or ended."""
    bare, closing = line, 0
    while closing < 4 and len(bare) > 1 and bare[-1] in "\"'”’»«)]）」』】*_":
        bare, closing = bare[:-1], closing + 1
    if bare[-1] in ".!?…。！？｡؟۔।॥።፡⋯‽;；؛:：{}〉》>":
        return "ended"
    letter = len(bare) > 1 and _case(bare[-2]) != "other"
    return "broken" if bare[-1] in "-\u00ad\u2010\u2011¬" and letter else "open"


def _beginning(line: str) -> str:
    """Return the case of a line's first letter, behind opening signs."""
    bare, opening = line.lstrip(), 0
    while opening < 4 and len(bare) > 1 and bare[0] in "\"'“‘„«»(（[「『【*_¿¡":
        bare, opening = bare[1:], opening + 1
    case = _case(bare[0])
    return "other" if case == "small" and bare.startswith(("http", "www.")) else case


def _case(char: str) -> str:
    if oracle.character(char) not in ("letter", "alone", "mark", "digit") or char in characters.FACTS:
        return "other"
    if oracle.character(char) == "digit":
        return "other"
    if oracle.character(char) == "letter":
        if char.islower() and char.upper() != char:
            return "small"
        if char.isupper():
            return "capital"
    return "plain"


def _groups(lines: list[_Line]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    first = 0
    for index in range(1, len(lines) + 1):
        if index < len(lines) and lines[index].touching and _plain(lines[index - 1], lines[index]):
            continue
        if index - first > 1:
            out.append((first, index - 1))
        first = index
    return out


def _plain(line: _Line, following: _Line) -> bool:
    narrow = max(len(line.text.rstrip()), len(following.text.rstrip())) <= 160
    return narrow and line.kind in (LineForm.TEXT, LineForm.ITEM) and following.kind is LineForm.TEXT


def _spaceless(text: str) -> bool:
    return bool(class_table()[ord(text.strip()[0])] & CLASS_MASK == ALONE)
