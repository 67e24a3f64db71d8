"""The paragraphs of one document, their words and properties, and the candidates of each.

Everything is computed on demand and cached: most paragraphs of most documents are never looked at.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from dedup.model.decisions import Compared
from dedup.resolve.document.compared import ComparedParagraphs
from dedup.text.line_forms import (
    ENTRIES,
    STRUCTURES,
    LineForm,
    entry_marker,
    is_bold,
    is_label,
    is_numbered,
    is_prose,
    is_shouted,
    is_underline,
    leading_label,
    leading_term,
    line_form,
)
from dedup.verdict.code import is_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dedup.model.settings import Settings
    from dedup.shingling import Words


_CHARACTERS_A_WORD = 3
"""Characters that make about a word where words are written without spaces: two in Chinese, four in Thai."""
_CLOSING = " \t\r\n*_"
"""What may stand behind the last sign of a paragraph: spaces, and the end of what is in bold."""
_LONGEST_HEADING = 40
_LONGEST_LABEL = 2
_RECURRING = 3
"""Times that a single word in capitals stands in a document whose sections it heads."""
_SECTIONED = 5
"""Headings and numbered paragraphs from which on a document is one of sections."""
_SECTIONED_SHARE = 0.05
"""The share of all paragraphs that they have at least."""
_MASS = 500
_MASS_SHARE = 0.8


class Article(ComparedParagraphs):
    """The paragraphs of one document, numbered from 0.

    Attributes:
        candidates: for some paragraphs, the earlier ones worth comparing with, best first.
        linkable: the paragraphs with words that may repeat an earlier one, in order.
    """

    def __init__(
        self,
        text: str,
        spans: list[tuple[int, int]],
        *,
        words: Words,
        keys: Sequence[int],
        first: int,
        candidates: Mapping[int, list[int]],
        settings: Settings,
        base: int = 0,
        new: Iterable[tuple[int, int]] = (),
    ) -> None:
        super().__init__(text, spans, words=words, first=first, settings=settings, base=base, new=new)
        self.candidates = candidates
        self._markers: dict[int, str] = {}
        self._labels: dict[int, str] = {}
        self._terms: dict[int, str] = {}
        self._is_heading: dict[int, bool] = {}
        self._keys = self._first_of_each_key(keys)
        self._repeats = [
            size > 0 and (key != index or index in candidates)
            for index, (size, key) in enumerate(zip(self.sizes, self._keys, strict=True))
        ]
        self.linkable = [i for i, repeats in enumerate(self._repeats) if repeats]
        self._wordy_before = list(accumulate((size > 0 for size in self.sizes), initial=0))
        self._forms: dict[int, LineForm] = {}

    def is_wordless(self, index: int) -> bool:
        """Return True if the paragraph holds no word at all (a rule, a table bar)."""
        return self.sizes[index] == 0

    def is_blank(self, index: int) -> bool:
        """Return True if the paragraph holds no word, and is no table: what stands around one is apart."""
        return self.sizes[index] == 0 and self.form(index) not in STRUCTURES

    def between(self, first: int, second: int) -> int:
        """Count the paragraphs with words that stand between two paragraphs."""
        before = self._wordy_before
        return before[min(second, len(before) - 1)] - before[first + 1] if second > first else 0

    def is_eligible(self, index: int) -> bool:
        """Return True if the paragraph is long enough to be removed by itself."""
        return self.sizes[index] >= self.settings.min_words

    def _first_of_each_key(self, keys: Sequence[int]) -> list[int]:
        """Return for each paragraph the first one with the same words, given hashes of their words.

        Paragraphs that share a hash are told apart by their text, or else by their words. Each is read once, however
        many different ones were made to share a hash.
        """
        heads: dict[int, int] = {}
        out = [heads.setdefault(key, index) for index, key in enumerate(keys)]
        by_text: dict[int, dict[str, int]] = {}
        by_words: dict[int, dict[tuple[str, ...], int]] = {}
        for index, head in enumerate(out):
            if head == index:
                continue
            if head not in by_text:
                by_text[head] = {self.text_of(head): head}
                by_words[head] = {}
            text = self.text_of(index)
            first = by_text[head].get(text)
            if first is None:
                known = by_words[head] = by_words[head] or {self._tokens(head): head}
                first = by_text[head][text] = known.setdefault(self._tokens(index), index)
            out[index] = first
        return out

    def _tokens(self, index: int) -> tuple[str, ...]:
        """Return a paragraph's folded tokens."""
        return tuple(map(self._words.token, range(self._offsets[index], self._offsets[index + 1])))

    def key(self, index: int) -> int:
        """Return a number that paragraphs of the same words share, and no others: that of the first of them."""
        return self._keys[index]

    def is_first_occurrence(self, index: int) -> bool:
        """Return True if no earlier paragraph has the same words."""
        return self._keys[index] == index

    def compare_exactly(self, first: int, second: int) -> Compared | None:
        """Compare two paragraphs word by word; None if they have different words."""
        if self.text_of(first) == self.text_of(second):
            return Compared.IDENTICAL
        if self._keys[first] != self._keys[second] or is_code(self.text_of(second)):
            return None
        return Compared.FOLDED

    def repeats(self, index: int) -> bool:
        """Return True if the paragraph has words and may repeat an earlier one."""
        return self._repeats[index]

    def words_before(self, index: int) -> int:
        """Count the tokens of all paragraphs before this one."""
        return self._offsets[index] - self._offsets[0]

    @cached_property
    def line_words(self) -> list[int]:
        """Words of all paragraphs that have any, ascending."""
        return sorted(size for size in self.sizes if size)

    @cached_property
    def _places(self) -> dict[int, list[int]]:
        """Where the words of each key stand."""
        out: dict[int, list[int]] = {}
        for index, key in enumerate(self._keys):
            out.setdefault(key, []).append(index)
        return out

    def places(self, index: int) -> list[int]:
        """Return all paragraphs with the same words, in order."""
        return self._places[self._keys[index]]

    @cached_property
    def is_mass(self) -> bool:
        """Whether nearly all paragraphs of a long document resemble earlier ones, as in a log."""
        return len(self) >= _MASS and len(self.candidates) >= _MASS_SHARE * len(self)

    def word_count(self, index: int) -> int:
        """Return about how many words the paragraph has, in scripts written without spaces, too."""
        size = self.sizes[index]
        return size // _CHARACTERS_A_WORD if 2 * size > len(self.text_of(index)) else size

    def form(self, index: int) -> LineForm:
        """Return the paragraph's outer form."""
        if index not in self._forms:
            form = line_form(self.text_of(index))
            self._forms[index] = LineForm.HEADING if form is LineForm.TEXT and self._is_underlined(index) else form
        return self._forms[index]

    def _is_underlined(self, index: int) -> bool:
        """Return True if the next line underlines this paragraph, which makes it a heading."""
        if index + 1 >= len(self) or not self.is_wordless(index + 1):
            return False
        apart = self.text[self.spans[index][1] : self.spans[index + 1][0]]
        return len(apart) <= len("\r\n") and apart != "\n\n" and is_underline(self.text_of(index + 1))

    def heading(self, index: int) -> int | None:
        """Return the last paragraph before this one that is a heading by its form, or None."""
        place = bisect_left(self.headings, index)
        return self.headings[place - 1] if place else None

    @cached_property
    def headings(self) -> list[int]:
        """The paragraphs that are headings by their form, in order."""
        return [i for i in range(len(self)) if self.is_heading(i)]

    @cached_property
    def is_sectioned(self) -> bool:
        """Whether the document is one of sections, numbered or under headings, as a contract, a law or a manual is."""
        enough = max(_SECTIONED, _SECTIONED_SHARE * self._wordy_before[-1])
        marked = (i for i in range(len(self)) if self.sizes[i] and (self.marker(i) or self._begins_section(i)))
        return any(number >= enough for number, _ in enumerate(marked, 1))

    def _begins_section(self, index: int) -> bool:
        """Return True if the paragraph is a heading, numbered, or a label of a word and a number."""
        if self.is_heading(index):
            return True
        return (
            1 < self.sizes[index] <= _LONGEST_LABEL
            and self._words.numeric[self._offsets[index] + 1]
            and self.is_label(index)
        )

    def is_heading(self, index: int) -> bool:
        """Return True if the paragraph is a heading by its form: marked, underlined, bold, capitals, or numbered."""
        known = self._is_heading.get(index)
        if known is None:
            known = self._is_heading[index] = self._looks_like_heading(index)
        return known

    def _looks_like_heading(self, index: int) -> bool:
        if not 0 < self.sizes[index] <= _LONGEST_HEADING:
            return False
        body = self.text_of(index)
        if self.form(index) is LineForm.HEADING or is_bold(body):
            return True
        if is_shouted(body) and (self.sizes[index] > 1 or len(self.places(index)) >= _RECURRING):
            return True
        return is_numbered(body, self.sizes[index]) and not self.is_list_entry(index)

    def is_list_entry(self, index: int) -> bool:
        """Return True if the paragraph is an entry and stands beside another one."""
        if self.form(index) not in ENTRIES and not self.marker(index):
            return False
        beside = (self.following(index), self.preceding(index))
        return any(i is not None and (self.form(i) in ENTRIES or self.marker(i) != "") for i in beside)

    def preceding(self, index: int) -> int | None:
        """Return the last paragraph with words before this one, or None."""
        return next((i for i in range(index - 1, -1, -1) if self.sizes[i]), None)

    def differ_in_number(self, first: int, second: int) -> bool:
        """Return True if two paragraphs have different numbers in a list that has other entries, too."""
        numbers = self.marker(first), self.marker(second)
        if not all(numbers) or numbers[0] == numbers[1] or not all(map(self.is_list_entry, (first, second))):
            return False
        around = (self.preceding(first), self.following(first), self.preceding(second), self.following(second))
        return any(i is not None and i not in (first, second) and self.marker(i) != "" for i in around)

    def differ_in_term(self, first: int, second: int) -> bool:
        """Return True if both paragraphs begin by naming a term, and not the same."""
        terms = self.term(first), self.term(second)
        return all(terms) and terms[0] != terms[1]

    def is_label(self, index: int) -> bool:
        """Return True if the paragraph may name what follows it."""
        return is_label(self.text_of(index), self.sizes[index])

    def is_prose(self, index: int) -> bool:
        """Return True if the paragraph reads as running text."""
        return self.form(index) is LineForm.TEXT and is_prose(self.text_of(index), self.sizes[index])

    def introduces_next(self, index: int) -> bool:
        """Return True if the paragraph ends in a colon or a question mark: what comes next belongs to it."""
        return self.text_of(index).rstrip(_CLOSING).endswith((":", "：", "?", "？", "؟"))

    def heads_next(self, index: int) -> bool:
        """Return True if the paragraph is a heading, or announces what comes next."""
        return self._begins_section(index) or self.announces_next(index)

    def announces_next(self, index: int) -> bool:
        """Return True if the paragraph ends in a colon."""
        return self.text_of(index).rstrip(_CLOSING).endswith((":", "："))

    def heads(self, index: int, below: int) -> bool:
        """Return True if the paragraph heads or announces the one below it: a line above a table or code block does."""
        return self.heads_next(index) or (self.form(below) in STRUCTURES and not self.is_prose(index))

    def following(self, index: int) -> int | None:
        """Return the first paragraph with words after this one, or None."""
        return next((i for i in range(index + 1, len(self)) if self.sizes[i]), None)

    def leading_label(self, index: int) -> str:
        """Return the word or two before a colon near the paragraph's start."""
        found = self._labels.get(index)
        if found is None:
            found = self._labels[index] = leading_label(self._texts[index])
        return found

    def marker(self, index: int) -> str:
        """Return the number or letter in front of the paragraph, if it is an entry or numbered; else an empty text."""
        found = self._markers.get(index)
        if found is None:
            found = self._markers[index] = entry_marker(self._texts[index])
        return found

    def term(self, index: int) -> str:
        """Return the words in quotes or in bold with which the paragraph begins, as a definition does."""
        found = self._terms.get(index)
        if found is None:
            found = self._terms[index] = leading_term(self._texts[index])
        return found
