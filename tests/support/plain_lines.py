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
    both = list(pairwise(texts))
    least = [_narrowest(before, after) for before, after in both]
    running = [_runs(before, after) for before, after in both]
    full = [len(before) >= low and _is_full(before, after) for (before, after), low in zip(both, least, strict=True)]
    wrapped = list(running)
    for _ in both:
        for place in range(len(both)):
            beside = wrapped[max(place - 1, 0) : place] + wrapped[place + 1 : place + 2]
            wrapped[place] = wrapped[place] or (full[place] and any(beside))
    out = {line for line, joined in zip(joints, wrapped, strict=True) if joined}
    widest = max(map(len, texts))
    filled = [_reach(before, after) > widest for before, after in both]
    ended = [_end(before) == "ended" for before, _ in both]
    plain = sum(_beginning(after) == "plain" and not end for (_, after), end in zip(both, ended, strict=True))
    if all(filled) and plain >= 2 and sum(ended) <= 0.4 * len(both):
        out |= {line for line, low in zip(joints, least, strict=True) if low <= widest <= (160 if low == 40 else 80)}
    return out


def _narrowest(line: str, following: str) -> int:
    return 18 if _spaceless(following) or _spaceless(line[::-1]) else 40


def _is_full(line: str, following: str) -> bool:
    """Return whether a line is about as full as a wrap makes it; to the last word, if a sentence ends there."""
    wide, reach = max(len(line), len(following)), _reach(line, following)
    if _end(line) == "ended":
        return reach > wide and _indent(following) <= _indent(line)
    return reach >= 0.9 * wide


def _runs(line: str, following: str) -> bool:
    """Return whether a sentence certainly runs on, by the two lines alone."""
    wide, reach = max(len(line), len(following)), _reach(line, following)
    if len(line) < _narrowest(line, following) or line.strip() == following.strip():
        return False
    if not _spaceless(following) and len(line.split(maxsplit=1)[0]) >= min(40, len(line) - _indent(line)):
        return False
    small = _beginning(following) == "small"
    if _end(line) == "broken" and small:
        return True
    if _end(line) == "ended":
        return False
    if small:
        return len(line) >= 0.6 * wide and reach >= 0.8 * wide
    shouted = f"{line}\n{following}".upper() == f"{line}\n{following}"
    return _beginning(following) == "capital" and shouted and reach >= 0.9 * wide


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _reach(line: str, following: str) -> int:
    first = _FIRST_WORD.match(following)
    assert first
    return len(line) + 1 + (0 if _spaceless(following) else len(first.group(1)))


def _end(line: str) -> str:
    """Return whether a line's end is open, broken in a word, or ended."""
    bare, closing = line, 0
    while closing < 4 and len(bare) > 1 and bare[-1] in "\"'”’»«)]）」』】*_":
        bare, closing = bare[:-1], closing + 1
    if bare[-1] in ".!?…。！？｡؟۔।॥։።፧။។៕།༎෴᠃᱾᱿⋯‽;；؛:：፡{}〉》>":
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
    if oracle.character(char) == "letter" and not 0x10D0 <= ord(char) <= 0x10FF:
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
