"""Which lines belong to one paragraph, told line by line: what `dedup.text.hard_wraps` has to agree with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dedup.text.characters import ALONE, CLASS_MASK, class_table
from dedup.text.line_forms import LineForm, ends_sentence, line_form
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
    sure: list[int] = []
    loose: list[int] = []
    for first, last in _groups(lines):
        width = max(len(line.text.rstrip()) for line in lines[first : last + 1])
        repeated = len({line.text.strip() for line in lines[first : last + 1]}) <= last - first
        if repeated or not (18 if _spaceless(lines[first].text) else 40) <= width <= 120:
            continue
        joints = range(first, last)
        if len(joints) > 1 and all(_full(lines[i].text, lines[i + 1].text, width) for i in joints):
            sure += joints
        elif all(_full(lines[i].text, lines[i + 1].text, int(width * 0.85)) for i in joints):
            loose += joints
    if len(sure) < 4:
        return set()
    ended = sum(ends_sentence(lines[i].text.rstrip()) for i in sure)
    firsts = [lines[i + 1].text.strip()[0] for i in sure]
    raised = sum(first.isupper() or first.istitle() for first in firsts)
    lowered = sum(first.islower() for first in firsts)
    if ended > len(sure) * 0.4 or raised > lowered + len(sure) * 0.2:
        return set()
    typical = sorted(len(lines[i].text.rstrip()) for i in sure)[len(sure) // 2]
    sure += [i for i in loose if len(lines[i].text) >= typical * 0.7 and not ends_sentence(lines[i].text.rstrip())]
    return set(sure)


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
    return line.kind in (LineForm.TEXT, LineForm.ITEM) and following.kind is LineForm.TEXT


def _spaceless(text: str) -> bool:
    return bool(class_table()[ord(text.strip()[0])] & CLASS_MASK == ALONE)


def _full(line: str, following: str, width: int) -> bool:
    first = _FIRST_WORD.match(following)
    assert first
    return len(line.rstrip()) + (1 if _spaceless(following) else 1 + len(first.group(1))) > width
