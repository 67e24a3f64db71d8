"""The paragraphs of one document as its readers see them: headings, sections, series of entries, what runs on in what.

Paragraphs without any word are looked through: a place is the number of a paragraph among those with words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from dedup.resolve.native_forms import COUNTED, read_forms
from dedup.resolve.paragraph_forms import (
    CELL,
    CLOSING,
    ENTRY,
    FIELD,
    FIRST,
    HALF_BOLD,
    LEADING,
    LINK,
    OPEN,
    ROW,
    SENTENCE,
    SHOUTED_LEVEL,
    STRUCTURE,
    UNCLOSED,
    UNMARKED_LEVEL,
    form_of,
    tied,
)
from dedup.text.continuity import is_spaceless
from dedup.text.line_forms import PROSE_WORDS
from dedup.text.lines import LINE_END
from dedup.text.paragraphs import count_line_ends

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.resolve.paragraph_forms import Form

_WORD = re.compile(r"\w+")
_BLANK = re.compile(r"[^\S\r\n]*")
_SHORTEST_RULE = 3
_NAMED = re.compile("[§ ]")
"""What the kind of a marker has that says what it numbers."""
_RULES = "=-~"
"""What underlines a heading, by its level."""
_NARROWEST, _NARROWEST_SPACELESS = 40, 18
"""Characters of a hard-wrapped line, at least."""
_LONGEST_CELL, _CELLS = 24, 3
"""Characters of a short cell, at most; cells beside one another, at least."""
_LONGEST_TITLE, _SHORT_LINE = 3, 60
"""Lines of a heading, at most; characters of each one after the first."""
_CERTAINLY = 3
"""Spaces for each word that is needed, more than: so many words there are."""
_NO_PROSE = LEADING | ENTRY | FIELD | ROW | CELL | LINK | STRUCTURE | CLOSING | UNCLOSED
_CACHED = 1 << 12
"""Paragraphs whose form is cached where the native kernels do not read it: most repeat."""

_form_of = lru_cache(_CACHED)(form_of)


class Outline:
    """The paragraphs of one document.

    Args:
        text: the document.
        spans: (start, end) of each paragraph, in characters.
        numbers, bodies, forms: the attributes.
        words: how many words each of these has, as in `ReadForms`; None: they are counted when they are asked for.

    Attributes:
        numbers: the numbers of the paragraphs with words, by their places.
        bodies: their texts, without what is blank around them.
        forms: what they are to those beside them.
        levels: how deep each one stands as a heading; 0 for others, also for entries of a list that look like headings.
        underlined: the places of headings that a line without words underlines.
    """

    def __init__(
        self,
        text: str,
        spans: Sequence[Sequence[int]],
        numbers: list[int],
        bodies: list[str],
        forms: list[Form],
        *,
        words: bytes | None = None,
    ) -> None:
        self._text = text
        self._spans = spans
        self.numbers = numbers
        self.bodies = bodies
        self.forms = forms
        self.underlined: set[int] = set()
        self.levels = self._levels()
        self._tied: dict[int, bool] = {}
        self._words = words
        self._has_words: dict[tuple[int, int], bool] = {}

    def __len__(self) -> int:
        """Return the number of paragraphs, those without any word included."""
        return len(self._spans)

    @classmethod
    def of(cls, text: str, spans: Sequence[Sequence[int]]) -> Outline:
        """Return the outline of a document; `spans`: (start, end) of each paragraph, in characters."""
        if (read := read_forms(text, spans)) is not None:
            bodies = [text[start:end].strip() for start, end in map(spans.__getitem__, read.numbers)]
            return cls(text, spans, read.numbers, bodies, read.forms, words=read.words)
        stripped = [text[start:end].strip() for start, end in spans]
        # Most begin with a word.
        numbers = [i for i, body in enumerate(stripped) if body[:1].isalnum() or _WORD.search(body)]
        bodies = [stripped[number] for number in numbers]
        return cls(text, spans, numbers, bodies, list(map(_form_of, bodies)))

    def of_rest(self, text: str, spans: Sequence[Sequence[int]], stay: Sequence[int]) -> Outline:
        """Return the outline of what is left of the document; its paragraphs are not read again.

        Args:
            text: what is left.
            spans: (start, end) of each paragraph in there, in characters.
            stay: which paragraphs of this document these are, ascending.
        """
        places = {number: place for place, number in enumerate(self.numbers)}
        both = [(i, places[number]) for i, number in enumerate(stay) if number in places]
        bodies = [self.bodies[place] for _, place in both]
        forms = [self.forms[place] for _, place in both]
        words = None if self._words is None else bytes([self._words[place] for _, place in both])
        return Outline(text, spans, [i for i, _ in both], bodies, forms, words=words)

    @cached_property
    def series(self) -> list[list[int]]:
        """The places of entries that are numbered, or marked, in the same way: of named ones all, else of one section.

        Links are no entries of a series, but those of a menu.
        """
        found: dict[tuple[str, int], list[int]] = defaultdict(list)
        whole: list[list[int]] = []
        section, heading = 0, ""
        for place, (form, level) in enumerate(zip(self.forms, self.levels, strict=True)):
            if 0 < level < SHOUTED_LEVEL and not (form.kind and form.kind == heading):
                section, heading = place + 1, form.kind
            if form.kind and not form.bits & LINK:
                apart = " " in form.kind or 0 < level < UNMARKED_LEVEL
                key = form.kind, -1 if apart else section
                if form.bits & FIRST and not apart and key in found:
                    whole.append(found.pop(key))  # numbered from the beginning again
                found[key].append(place)
        return [places for places in (*whole, *found.values()) if len(places) > 1]

    @cached_property
    def wrapped(self) -> list[int]:
        """The places of prose that was hard-wrapped, in a document in which other lines may be parts of such prose."""
        if not any(map(self.may_be_wrapped, range(len(self.numbers) - 1))):
            return []
        apart = STRUCTURE | ENTRY | LINK
        bodies = self.bodies
        prose = [i for i, form in enumerate(self.forms) if not form.bits & apart]
        # The most have one line by any definition, which is seen soonest.
        return [i for i in prose if len(bodies[i].splitlines()) > 1 and LINE_END.search(bodies[i])]

    @cached_property
    def halves(self) -> frozenset[int]:
        """The places of paragraphs that open bold text that a line without words below them closes."""
        return frozenset(i for i, form in enumerate(self.forms) if form.bits & HALF_BOLD and self._is_half(i))

    def is_prose(self, place: int) -> bool:
        """Return True if a paragraph is made of sentences, and no entry, field or cell."""
        bits = self.forms[place].bits
        if bits & _NO_PROSE or self.levels[place]:
            return False
        return bits & SENTENCE > 0 or self.has_words(place, PROSE_WORDS)

    def has_words(self, place: int, least: int) -> bool:
        """Return True if a paragraph has at least so many words, or characters where no spaces stand between them."""
        if self._words is not None and (least <= COUNTED or self._words[place] < COUNTED):
            return self._words[place] >= least
        known = self._has_words.get((place, least))
        if known is None:
            known = self._has_words[place, least] = _has_words(self.bodies[place], least)
        return known

    def is_tied(self, place: int) -> bool:
        """Return True if a paragraph and the next one are parts of one unit."""
        known = self._tied.get(place)
        if known is None:
            known = self._tied[place] = self._is_tied(place)
        return known

    def may_be_wrapped(self, place: int) -> bool:
        """Return True if a paragraph may be a line that a hard wrap broke off from the next one."""
        if not self.forms[place].bits & OPEN or not self.touch(place):
            return False
        body = self.bodies[place]
        return len(body) >= (_NARROWEST_SPACELESS if is_spaceless(body) else _NARROWEST)

    def touch(self, place: int) -> bool:
        """Return True if a single line end stands between a paragraph and the next one with words."""
        above, below = self.numbers[place : place + 2]
        return above + 1 == below and self._apart(above) == 1

    def runs_through(self, above: int, below: int) -> bool:
        """Return True if single line ends stand between all paragraphs from one place to another."""
        return all(self._apart(number) == 1 for number in range(self.numbers[above], self.numbers[below]))

    def title_above(self, place: int) -> int:
        """Return the level of the heading to which a paragraph belongs as a line of it, or that it is; 0 if none.

        Below a heading, some short lines may stand that are no text: the rest of it, a note, a date.
        """
        for line in range(place, max(place - _LONGEST_TITLE, -1), -1):
            if self.levels[line]:
                return self.levels[line]
            if not self.forms[line].bits & OPEN or len(self.bodies[line]) > _SHORT_LINE:
                return 0
        return 0

    def _apart(self, number: int) -> int:
        """Return how many line ends stand between a paragraph and the next one."""
        return count_line_ends(self._text[self._spans[number][1] : self._spans[number + 1][0]])

    def _is_tied(self, place: int) -> bool:
        above, below = self.forms[place], self.forms[place + 1]
        if tied(above, below):
            return True
        if not above.bits & OPEN:
            return False
        if above.bits & below.bits & ENTRY and self._indent(place) < self._indent(place + 1):
            return True
        if not self.touch(place):
            return False
        if above.bits & below.bits & FIELD:
            return True
        cell = (above.bits & CELL and not below.bits & SENTENCE) or (below.bits & CELL and not above.bits & SENTENCE)
        return bool(cell) or self._indent(place) < self._indent(place + 1) or self._in_column(place)

    def _in_column(self, place: int) -> bool:
        """Return True if a paragraph or the next one is the long one in a column of cells, one a line."""
        for first in (place - 1, place):
            row = range(first, first + _CELLS)
            if row.start < 0 or row.stop > len(self.forms) or not all(self.forms[i].bits & OPEN for i in row):
                continue
            short = sum(len(self.bodies[i]) <= _LONGEST_CELL for i in row)
            if short + 1 == _CELLS and all(self.touch(i) for i in row[:-1]):
                return True
        return False

    def _indent(self, place: int) -> int:
        """Return how many characters stand before a paragraph on its first line."""
        start = self._spans[self.numbers[place]][0]
        line = max(self._text.rfind("\n", 0, start), self._text.rfind("\r", 0, start)) + 1
        blank = _BLANK.match(self._text, line)
        return blank.end() - line if blank else 0

    def _is_half(self, place: int) -> bool:
        """Return True if bold text ends in the line below a paragraph, which has no words."""
        number = self.numbers[place] + 1
        following = self.numbers[place + 1] if place + 1 < len(self.numbers) else len(self._spans)
        return number < following and self._text[slice(*self._spans[number])].count("**") & 1 > 0

    def _levels(self) -> list[int]:
        """Return how deep each paragraph stands as a heading."""
        levels = [form.level for form in self.forms]
        following = [*self.numbers[1:], len(self._spans)]
        for place, (number, after) in enumerate(zip(self.numbers, following, strict=False)):
            if number + 1 < after and (level := self._underlined(place)):
                self.underlined.add(place)
                levels[place] = levels[place] or level
        for place in [i for i, form in enumerate(self.forms) if form.level == UNMARKED_LEVEL and form.bits & ENTRY]:
            beside = self.forms[max(place - 1, 0) : place]
            # "1.F." before "1.F.1" is its heading.
            if place + 1 < len(self.forms) and not self.bodies[place + 1].startswith(self.bodies[place]):
                beside = [*beside, self.forms[place + 1]]
            kind = self.forms[place].kind
            # A section that is called one is no entry of the list before it.
            if any(other.bits & ENTRY and (other.kind == kind or not _NAMED.search(kind)) for other in beside):
                levels[place] = 0
        return levels

    def _underlined(self, place: int) -> int:
        """Return the level of a heading before a line without words, if that underlines it; else 0."""
        number, title = self.numbers[place], self.bodies[place]
        if LINE_END.search(title) or self._apart(number) != 1:
            return 0
        start, end = self._spans[number + 1]
        rule = self._text[start:end].strip()
        if len(rule) < _SHORTEST_RULE or len(set(rule)) != 1 or 2 * abs(len(rule) - len(title)) > len(title):
            return 0
        return _RULES.find(rule[0]) + 1 or len(_RULES)


def _has_words(text: str, least: int) -> bool:
    if text.count(" ") > _CERTAINLY * least:  # most have many more, and need no count
        return True
    words = _WORD.findall(text)
    if len(words) >= least or text.isascii():
        return len(words) >= least
    return sum(len(word) if is_spaceless(word) else 1 for word in words) >= least
