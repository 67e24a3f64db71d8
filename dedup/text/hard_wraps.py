"""Which of the lines that touch belong to one paragraph: hard-wrapped text, tables, code fences.

A wrap breaks a sentence wherever it happens to. So lines were wrapped where they run on: a line's end is open, the next
one begins with a small letter, or a word is broken by a hyphen; and where that happens at about the same column. Lines
of a list, a verse, an address run on as well, but at any column; entries begin with capitals and end as they like.
"""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from dedup.text.characters import ALONE, CLASS_MASK, class_table
from dedup.text.continuity import CAPITAL, PLAIN, SMALL, beginning, open_end
from dedup.text.line_forms import LineForm

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.model.settings import Split
    from dedup.text.lines import Line

_WIDEST = 160
"""Maximum characters of a hard-wrapped line, indentation included."""
_WIDEST_SPACELESS = 80
_NARROWEST = 40
_NARROWEST_SPACELESS = 18
_LONGEST_WORD = 40
_FIRST_WORD = re.compile(rf"\S{{1,{_LONGEST_WORD}}}")
_NEAR, _FULL = 0.8, 0.9
"""Shares of the wider line's width that a line and the next one's first word have: a ragged edge; a filled line."""
_LEAST = 0.6
"""Share that a line has by itself, at least: a long word says little."""
_FEWEST_PLAIN, _MOST_ENDED = 2, 0.4
"""Without capitals: lines whose end is open; share of lines that end a sentence."""


def joined(lines: Sequence[Line], how: Split) -> list[bool]:
    """Tell for each line of a document whether it belongs to the same paragraph as the next one.

    Under ``blank``, all lines that touch; else the rows of a table, and under ``auto`` what a hard wrap broke. A closed
    code fence is one paragraph under every reading, with all that it holds.
    """
    out = [following.follows and _alike(line, following, how) for line, following in pairwise(lines)]
    out += [False for _ in lines[-1:]]
    if how == "auto":
        for region in _regions(lines):
            for joint in _wrapped(region):
                out[joint.number] = True
    fences = [number for number, line in enumerate(lines) if line.form is LineForm.FENCE]
    for opened, closed in zip(fences[::2], fences[1::2], strict=False):
        out[opened:closed] = [True] * (closed - opened)
        out[closed] = False
    return out


def _alike(line: Line, following: Line, how: Split) -> bool:
    """Return whether a line and one that touches it are of one kind, which is joined without a look at their words."""
    if following.form is LineForm.FENCE:
        return False
    if line.form is LineForm.TABLE or following.form is LineForm.TABLE:
        return line.form is following.form
    return how == "blank"


class _Joint:
    """A place at which a line that may have been wrapped touches the next one.

    Args:
        number: of the line.
        line: it; its forms allow a wrap, as those of the next one do.
        following: the next one.
    """

    def __init__(self, number: int, line: Line, following: Line) -> None:
        self.number = number
        before, after = line.text.rstrip(), following.text.rstrip()
        self._width, self._next_width = len(before), len(after)
        self._line, self._next = before.lstrip(), after.lstrip()
        self.widest = max(self._width, self._next_width)
        self.open, self._hyphen = open_end(self._line)
        self.begins = beginning(self._next)
        self._spaceless = _stands_alone(self._next[0])
        self.dense = self._spaceless or _stands_alone(self._line[-1])
        self.narrowest = _NARROWEST_SPACELESS if self.dense else _NARROWEST
        # Column at which the line would end with the next one's first word.
        self.reach = self._width + 1 + (0 if self._spaceless else _first_word(self._next))

    def runs_on(self) -> bool:
        """Return whether a sentence runs across."""
        if self._width < self.narrowest or not self.open:
            return False
        if self.begins & SMALL:
            near = self._width >= _LEAST * self.widest and self.reach >= _NEAR * self.widest
            running = near or self._hyphen
        else:
            running = self.reach >= _FULL * self.widest and self._is_shouted()
        return running and self._has_words() and not self._is_same()

    def _is_shouted(self) -> bool:
        """Return whether both lines are written in capitals from end to end."""
        both = self._line, self._next
        return self.begins & CAPITAL > 0 and all(text.upper() == text for text in both)

    def _is_same(self) -> bool:
        """Return whether a line says what the next one says: a wrap does not break a text so."""
        return self._width == self._next_width and self._line == self._next

    def _has_words(self) -> bool:
        """Return whether the line has several words, as an address has not."""
        return self._spaceless or _first_word(self._line) < min(_LONGEST_WORD, len(self._line))

    def goes_along(self) -> bool:
        """Return whether it is joined where one beside it is: also at a capital, if the line is full.

        With its sentence's end, if it is full to the last word and nothing begins there.
        """
        if self._width < self.narrowest or self.reach < _FULL * self.widest:
            return False
        return self.open or (self.reach > self.widest and not self._is_deeper())

    def _is_deeper(self) -> bool:
        """Return whether the next line is indented further."""
        return self._next_width - len(self._next) > self._width - len(self._line)


def _stands_alone(character: str) -> bool:
    """Return whether a character is a token of its own, as all are in scripts without spaces."""
    return class_table().data[ord(character)] & CLASS_MASK == ALONE


def _first_word(line: str) -> int:
    """Return the characters of a line's first word, as far as so many are looked at."""
    found = _FIRST_WORD.match(line)
    return found.end() if found else 0


def _regions(lines: Sequence[Line]) -> Iterator[list[_Joint]]:
    """Yield the joints of each run of plain lines that touch; an item of a list begins a run."""
    region: list[_Joint] = []
    for number, (line, following) in enumerate(pairwise(lines)):
        if following.follows and _may_be_wrapped(line, following):
            region.append(_Joint(number, line, following))
        elif region:
            yield region
            region = []
    if region:
        yield region


def _may_be_wrapped(line: Line, following: Line) -> bool:
    if len(line.text.rstrip()) > _WIDEST or len(following.text.rstrip()) > _WIDEST:
        return False
    return following.form is LineForm.TEXT and line.form in (LineForm.TEXT, LineForm.ITEM)


def _wrapped(region: list[_Joint]) -> Iterator[_Joint]:
    """Yield the joints of a region at which a hard wrap broke the text, some maybe twice.

    In scripts with capitals, each joint is decided by its two lines and the joints beside it alone: what stands
    elsewhere does not matter, so that nothing changes here when it goes.
    """
    running = {joint.number for joint in region if joint.runs_on()}
    if running:
        for along, run in groupby(region, lambda joint: joint.number in running or joint.goes_along()):
            some = list(run)
            if along and any(joint.number in running for joint in some):
                yield from some
    yield from _steady(region)


def _steady(region: list[_Joint]) -> Iterator[_Joint]:
    """Yield the joints of lines without capitals that are all filled to the last word, most of them with open ends."""
    widest = max(joint.widest for joint in region)
    plain = sum(joint.open and joint.begins & PLAIN > 0 for joint in region)
    ended = sum(not joint.open for joint in region)
    if plain < _FEWEST_PLAIN or ended > _MOST_ENDED * len(region) or any(joint.reach <= widest for joint in region):
        return
    for joint in region:
        if joint.narrowest <= widest <= (_WIDEST_SPACELESS if joint.dense else _WIDEST):
            yield joint
