"""What has to stay because of what stays beside it: no removal tears a sentence, a list, a table or a heading apart.

The verdict on two paragraphs says that one says nothing that the other does not say. Whether it can go from where it
stands is another question, and the same one in both scopes and engines: does what stays beside it run into it or out of
it? It is asked at the edges of each run of paragraphs that go, until nothing more comes back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.text.continuity import begins_small, closes, ends_openly, ends_sentence, is_spaceless, unclosed
from dedup.text.line_forms import (
    LineForm,
    entry_marker,
    is_bold,
    is_figures,
    is_numbered,
    is_shouted,
    line_form,
    without_marker,
)
from dedup.text.paragraphs import LINE_END

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_LEVEL = re.compile(r"\s*(#{1,6})\s")
_UNMARKED_LEVEL = 7
"""How deep headings stand that are no Markdown."""
_COLUMN = re.compile(r"\S(?: {2,}|\t)(?=\S)")
_COLUMNS = 2
"""Gaps of several spaces from which on a line is a row of columns."""
_WORD = re.compile(r"\w+")
_LONGEST_HEADING = 24
"""Words of a heading, at most."""
_LONG_HEADING = 400
"""Characters of a heading, at most."""
_LEADS = ":", "\uff1a"
RUN_LENGTH = 3
"""Minimum length of a run of short paragraphs that go by themselves."""
_STRUCTURES = LineForm.FENCE, LineForm.TABLE


class Surroundings:
    """The paragraphs of one document, as they look to their neighbours.

    Args:
        text: the document.
        spans: (start, end) of each paragraph, in characters.
        min_words: words of a paragraph that may go by itself.
        renumbered: paragraphs whose number or letter is another one than their witness's.
    """

    def __init__(
        self, text: str, spans: Sequence[Sequence[int]], min_words: int, renumbered: Collection[int] = ()
    ) -> None:
        self._text = text
        self._spans = spans
        self._min_words = min_words
        self._renumbered = renumbered
        self._wordless: dict[int, bool] = {}

    def retained(self, gone: Collection[int]) -> set[int]:
        """Return which of the paragraphs that are to go have to stay; what they are is told by all others that stay."""
        going = set(gone)
        edges = {i for i in going if i - 1 not in going or i + 1 not in going}
        while edges:
            back = {i for i in edges if self._has_to_stay(i, going)}
            going -= back
            edges = self._neighbours(back) & going
            if back and not edges:
                alone = self._short_runs(going, gone)
                going -= alone
                edges = self._neighbours(alone) & going
        out = set(gone) - going
        # What rules off a paragraph goes with it only.
        for index in sorted(out):
            while index + 1 in going and self._is_wordless(index + 1):
                index += 1  # noqa: PLW2901 - on to the next one
                out.add(index)
        return out

    def _neighbours(self, some: Collection[int]) -> set[int]:
        beside = (self._beside(i, step) for i in some for step in (-1, 1))
        return {i for i in beside if i is not None}

    def _short_runs(self, going: set[int], gone: Collection[int]) -> set[int]:
        """Return the short paragraphs that would go for a long one beside them, which stays."""
        out: set[int] = set()
        for index in self._neighbours(set(gone) - going) & going:
            run = {index}
            for step in (-1, 1):
                at = self._beside(index, step)
                while at is not None and at in going:
                    run.add(at)
                    at = self._beside(at, step)
            if len(run) < RUN_LENGTH and not any(self._is_long(i) for i in run):
                out |= run
        return out

    def _is_long(self, index: int) -> bool:
        body = self._of(index)
        return sum(len(word) if is_spaceless(word) else 1 for word in _WORD.findall(body)) >= self._min_words

    def _has_to_stay(self, index: int, going: set[int]) -> bool:
        if self._is_wordless(index):
            return False
        before, after = self._beside(index, -1), self._beside(index, 1)
        return (before is not None and before not in going and self._belongs_to(before, index)) or (
            after is not None and after not in going and self._leads_to(index, after)
        )

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

    def _of(self, index: int) -> str:
        start, end = self._spans[index]
        return self._text[start:end]

    def _belongs_to(self, kept: int, index: int) -> bool:
        """Return True if a paragraph goes on with, or is listed under, what stays before it."""
        above, body = self._of(kept), self._of(index)
        if _runs_on(above, body) or above.rstrip().endswith(_LEADS) or line_form(body) in _STRUCTURES:
            return True
        return self._is_entry_of_list(index, kept) or self._is_row(index, kept)

    def _leads_to(self, index: int, kept: int) -> bool:
        """Return True if what stays after a paragraph goes on with it, or is listed under it."""
        body, below = self._of(index), self._of(kept)
        if _runs_on(body, below) or body.rstrip().endswith(_LEADS) or _heads(body, below):
            return True
        return self._is_entry_of_list(index, kept) or self._is_row(index, kept)

    def _is_entry_of_list(self, index: int, kept: int) -> bool:
        """Return True if both are entries of one list, and the one that is to go is no text by itself.

        It is none where it is a part of the sentence that the list makes with its lead-in, or where it has another
        number here.
        """
        body, other = self._of(index), self._of(kept)
        if not (_is_entry(body) and _is_entry(other)):
            return False
        return index in self._renumbered or not ends_sentence(body) or begins_small(without_marker(body))

    def _is_row(self, index: int, kept: int) -> bool:
        """Return True if both are rows of columns, or cells of a table that has one a line."""
        body, other = self._of(index), self._of(kept)
        if all(len(_COLUMN.findall(row)) >= _COLUMNS for row in (body, other)):
            return True
        end, start = self._spans[min(index, kept)][1], self._spans[max(index, kept)][0]
        return is_figures(other) and len(LINE_END.findall(self._text, end, start)) == 1 and not ends_sentence(body)


def _runs_on(first: str, second: str) -> bool:
    """Return True if a sentence, or what is in brackets, runs from one paragraph into the next."""
    return (ends_openly(first) and begins_small(second)) or (unclosed(first) and closes(without_marker(second)))


def _is_entry(body: str) -> bool:
    return line_form(body) is LineForm.ITEM or entry_marker(body) != "" or begins_small(body)


def _heads(body: str, below: str) -> bool:
    """Return True if a paragraph is the heading of what follows it."""
    level = _level(body)
    return level > 0 and not 0 < _level(below) <= level


def _level(body: str) -> int:
    """Return how deep a heading stands: of Markdown the number of its signs, of others more than all; else 0."""
    if len(body) > _LONG_HEADING:
        return 0
    found = _LEVEL.match(body)
    if found:
        return len(found[1])
    tokens = len(_WORD.findall(body))
    if tokens > _LONGEST_HEADING or len(LINE_END.findall(body)):
        return 0
    is_heading = is_bold(body) or is_shouted(body) or (is_numbered(body, tokens) and line_form(body) is LineForm.TEXT)
    return _UNMARKED_LEVEL if is_heading else 0
