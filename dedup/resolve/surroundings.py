"""What has to stay because of what stays beside it: no removal tears a sentence, a list, a table or a heading apart.

The verdict on two paragraphs says that one says nothing that the other does not say. Whether it can go from where it
stands is another question, and the same one in both scopes and engines: does what stays beside it run into it or out of
it? It is asked at the edges of each run of paragraphs that go, until nothing more comes back.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from dedup.text.continuity import begins_small, closes, ends_openly, ends_sentence, is_spaceless, unclosed
from dedup.text.line_forms import (
    LineForm,
    entry_marker,
    is_bold,
    is_figures,
    is_link,
    is_numbered,
    is_shouted,
    line_form,
    without_marker,
)
from dedup.text.paragraphs import LINE_END

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

EMPTY: Mapping[int, int] = MappingProxyType({})
_LEVEL = re.compile(r"\s*(#{1,6})\s")
_UNMARKED_LEVEL = 7
"""How deep headings stand that are no Markdown."""
_COLUMN = re.compile(r"\S(?: {2,}|\t)(?=\S)")
_COLUMNS = 2
"""Gaps of several spaces from which on a line is a row of columns."""
_WORD = re.compile(r"\w+")
_LONGEST_HEADING = 24
"""Words of a heading, at most."""
_LONG_HEADING = 200
"""Characters of a heading, at most."""
_CERTAINLY = 3
"""Spaces for each word that is needed, more than: so many words there are."""
_LONGEST_CELL = 40
"""Characters of a cell that holds a figure, at most."""
_LEADS = ":", "\uff1a"
_ENCLOSING = "([\uff08"
"""Signs before a number or letter that close behind it."""
_QUOTES = tuple("\"'“„«「『>")
_STRUCTURES = LineForm.FENCE, LineForm.TABLE


class Surroundings:
    """The paragraphs of one document, as they look to their neighbours.

    Args:
        text: the document.
        spans: (start, end) of each paragraph, in characters.
        min_words: words of a paragraph that may go by itself.
        renumbered: paragraphs whose number or letter is another one than their witness's.
        witnesses: for paragraphs that are to go, the one of the same document that they go for: a copy goes on with
            nothing of what it repeats.
    """

    def __init__(
        self,
        text: str,
        spans: Sequence[Sequence[int]],
        min_words: int,
        renumbered: Collection[int] = (),
        witnesses: Mapping[int, int] = EMPTY,
    ) -> None:
        self._text = text
        self._spans = spans
        self._min_words = min_words
        self._renumbered = renumbered
        self._witnesses = witnesses
        self._wordless: dict[int, bool] = {}
        self._looks: dict[int, _Look] = {}

    def retained(self, gone: Collection[int]) -> set[int]:
        """Return which of the paragraphs that are to go have to stay; what they are is told by all others that stay."""
        going = set(gone)
        edges = {i for i in going if i - 1 not in going or i + 1 not in going}
        edges |= self._neighbours(filter(self._is_wordless, edges)) & going
        while edges:
            back = {i for i in edges if self._has_to_stay(i, going)} or self._short_runs(going, gone)
            going -= back
            edges = self._neighbours(back) & going
        out = set(gone) - going
        # What rules off a paragraph goes with it only.
        for index in sorted(out):
            while index + 1 in going and self._is_wordless(index + 1):
                index += 1  # noqa: PLW2901 - on to the next one
                out.add(index)
        return out

    def allowed(self, gone: Collection[int], wanted: int) -> set[int]:
        """Return which of some paragraphs may go, out of so many that are wanted to go.

        Short ones go for the sake of long ones. Where some have to stay, and no long one could go without them, none
        goes: another run would find other short ones beside those that stay, and so on.
        """
        going = set(gone) - self.retained(gone)
        if len(going) == wanted or not going:
            return going
        # One is enough, and mostly the first one.
        return going if any(len(self.retained(run)) < len(run) for run in self._long_runs(going)) else set()

    def _long_runs(self, some: set[int]) -> Iterator[set[int]]:
        """Yield the runs of long ones among some paragraphs, between which none with words stands."""
        run: set[int] = set()
        for index in filter(self.is_long, sorted(some)):
            if run and self._beside(index, -1) not in run:
                yield run
                run = set()
            run.add(index)
        yield run

    def _neighbours(self, some: Iterable[int]) -> set[int]:
        beside = (self._beside(i, step) for i in some for step in (-1, 1))
        return {i for i in beside if i is not None}

    def _short_runs(self, going: set[int], gone: Collection[int]) -> set[int]:
        """Return the short ones beside a long one that stays: they would go for its sake, if no other long one goes."""
        out: set[int] = set()
        for index in self._neighbours(filter(self.is_long, set(gone) - going)) & going - out:
            run = {index}
            for step in (-1, 1):
                at = self._beside(index, step)
                while at is not None and at in going:
                    run.add(at)
                    at = self._beside(at, step)
            if not any(self.is_long(i) for i in run):
                out |= run
        return out

    def is_long(self, index: int) -> bool:
        """Return True if a paragraph has enough words to go by itself."""
        body = self._at(index).text
        if body.count(" ") > _CERTAINLY * self._min_words:  # most have many more, and need no count
            return True
        return sum(len(word) if is_spaceless(word) else 1 for word in _WORD.findall(body)) >= self._min_words

    def _has_to_stay(self, index: int, going: set[int]) -> bool:
        if self._is_wordless(index):
            return False
        before, after = self._beside(index, -1), self._beside(index, 1)
        if before is not None and before not in going and self._belongs_to(before, index, going):
            return True
        return (
            after is not None
            and after not in going
            and (self._leads_to(index, after, going) or self._keeps_apart(index, after, going))
        )

    def _keeps_apart(self, index: int, kept: int, going: set[int]) -> bool:
        """Return True if the next paragraph would read as if the last one that stays before ran on in it."""
        if not self._at(kept).is_small:
            return False
        above = self._kept_before(index, going)
        if above is None or not self._at(above).is_open:
            return False
        separators = ((self._spans[i][1], self._spans[i + 1][0]) for i in range(above, kept))
        return all(len(LINE_END.findall(self._text, end, start)) == 1 for end, start in separators)

    def _beside(self, index: int, step: int) -> int | None:
        """Return the nearest paragraph with words, in a direction."""
        index += step
        while 0 <= index < len(self._spans):
            if not self._is_wordless(index):
                return index
            index += step
        return None

    def _is_wordless(self, index: int) -> bool:
        if index not in self._wordless:
            self._wordless[index] = _WORD.search(self._text, *self._spans[index]) is None
        return self._wordless[index]

    def _at(self, index: int) -> _Look:
        look = self._looks.get(index)
        if look is None:
            start, end = self._spans[index]
            look = self._looks[index] = _Look(self._text[start:end])
        return look

    def _belongs_to(self, kept: int, index: int, going: set[int]) -> bool:
        """Return True if a paragraph goes on with, or is listed under, what stays before it."""
        above, body = self._at(kept), self._at(index)
        if self._witnesses.get(index) == kept or _are_same(above, body):
            return False
        if body.is_structure or _runs_on(above, body) or (above.leads and body.is_led):
            return True
        return self._is_entry_of_list(index, kept, going) or self._is_row(index, kept)

    def _leads_to(self, index: int, kept: int, going: set[int]) -> bool:
        """Return True if what stays after a paragraph goes on with it, or is listed under it."""
        body, below = self._at(index), self._at(kept)
        if self._witnesses.get(index) == kept or _are_same(body, below):
            return False
        if body.leads or _runs_on(body, below) or self._heads(index, kept, going):
            return True
        return self._is_entry_of_list(index, kept, going) or self._is_row(index, kept)

    def _heads(self, index: int, kept: int, going: set[int]) -> bool:
        """Return True if a paragraph is the heading of what stays after it, and no entry of a list with others."""
        level, below = self._at(index).level, self._at(kept).level
        if not level or 0 < below <= level:
            return False
        before = self._beside(index, -1), self._kept_before(index, going)
        return not (self._at(index).is_entry and any(i is not None and self._at(i).is_entry for i in before))

    def _is_entry_of_list(self, index: int, kept: int, going: set[int]) -> bool:
        """Return True if both are entries of one list, and the one that is to go is no text by itself.

        It is none where it is a part of the sentence that the list makes with its lead-in, where that lead-in stays, or
        where it has another number here.
        """
        body, other = self._at(index), self._at(kept)
        if not (body.is_entry and other.is_entry) or body.bullet != other.bullet:
            return False
        if index in self._renumbered or begins_small(without_marker(body.text)):
            return True
        if is_link(body.text):
            return False
        if not ends_sentence(body.text) or (kept < index and not ends_sentence(other.text)):
            return True
        return kept < index and self._is_led(kept, going)

    def _is_led(self, entry: int, going: set[int]) -> bool:
        """Return True if what stays before the entries of a list is its lead-in."""
        at = self._kept_before(entry, going)
        while at is not None and self._at(at).is_entry:
            at = self._kept_before(at, going)
        return at is not None and self._at(at).leads

    def _kept_before(self, index: int, going: set[int]) -> int | None:
        """Return the last paragraph with words before one that is not to go."""
        at = self._beside(index, -1)
        while at is not None and at in going:
            at = self._beside(at, -1)
        return at

    def _is_row(self, index: int, kept: int) -> bool:
        """Return True if both are rows of columns, or cells of a table that has one a line."""
        body, other = self._at(index), self._at(kept)
        if other.is_row and body.is_row:
            return True
        if len(other.text) > _LONGEST_CELL or not is_figures(other.text):
            return False
        end, start = self._spans[min(index, kept)][1], self._spans[max(index, kept)][0]
        return len(LINE_END.findall(self._text, end, start)) == 1 and not ends_sentence(body.text)


class _Look:
    """What a paragraph looks like to those beside it, found where it is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        first = text.lstrip()[:2]
        # Most begin with a word, and are told by that: no list, no table.
        self._plain = len(first) > 1 and first.isalpha() and not first[0].islower()

    @property
    def leads(self) -> bool:
        """Whether a list or the like follows: it ends in a colon."""
        return self.text.rstrip().endswith(_LEADS)

    @property
    def is_led(self) -> bool:
        """Whether it may be what a colon announces: an entry, a quotation, anything but a sentence by itself."""
        return self.is_entry or self.text.lstrip().startswith(_QUOTES) or not ends_sentence(self.text)

    @property
    def is_open(self) -> bool:
        """Whether its last sentence is not over."""
        return ends_openly(self.text)

    @property
    def is_unclosed(self) -> bool:
        """Whether a bracket or quotation in it is not closed."""
        return unclosed(self.text)

    @property
    def is_small(self) -> bool:
        """Whether it begins with a small letter."""
        return not self._plain and begins_small(self.text)

    @property
    def is_structure(self) -> bool:
        """Whether it is a table or a code block, which what stands before it is about."""
        return not self._plain and line_form(self.text) in _STRUCTURES

    @property
    def is_entry(self) -> bool:
        """Whether it may be an entry of a list."""
        if self._plain:
            return entry_marker(self.text) != ""
        return self.is_small or line_form(self.text) is LineForm.ITEM or entry_marker(self.text) != ""

    @property
    def bullet(self) -> str:
        """The sign in front of an entry; empty for a letter or digit."""
        first = self.text.lstrip()[:1]
        return "" if first.isalnum() or first in _ENCLOSING else first

    @property
    def is_row(self) -> bool:
        """Whether it is a line of several columns."""
        return ("  " in self.text or "\t" in self.text) and len(_COLUMN.findall(self.text)) >= _COLUMNS

    @property
    def level(self) -> int:
        """How deep a heading stands: of Markdown the number of its signs, of others more than all; else 0."""
        text = self.text
        if len(text) > _LONG_HEADING:
            return 0
        found = None if self._plain else _LEVEL.match(text)
        if found:
            return len(found[1])
        tokens = len(_WORD.findall(text))
        if tokens > _LONGEST_HEADING or LINE_END.search(text):
            return 0
        is_heading = is_bold(text) or is_shouted(text) or is_numbered(text, tokens)
        return _UNMARKED_LEVEL if is_heading else 0


def _are_same(first: _Look, second: _Look) -> bool:
    """Return True if two paragraphs are the same: a copy goes on with nothing."""
    return first.text.strip() == second.text.strip()


def _runs_on(first: _Look, second: _Look) -> bool:
    """Return True if a sentence, or what is in brackets, runs from one paragraph into the next."""
    if second.is_small and first.is_open:
        return True
    return first.is_unclosed and closes(without_marker(second.text))
