"""One document as the resolution sees it: its paragraphs, their words, and what each may be compared with.

Everything is computed on demand and remembered: most paragraphs of most documents are never looked at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from dedup.model.decisions import Compared
from dedup.text.line_forms import (
    ENTRIES,
    Kind,
    is_bold,
    is_label,
    is_numbered,
    is_prose,
    is_shouted,
    is_underline,
    kind,
    lead,
    marker,
    term,
)
from dedup.text.token_chars import decode_chars, encode_tokens
from dedup.verdict.compare import Verdict, compare
from dedup.verdict.gap import Paragraph

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dedup.model.settings import Settings
    from dedup.shingling import Words


_CHARACTERS_A_WORD = 3
"""Characters that make about a word where words are written without spaces: two in Chinese, four in Thai."""


_LONGEST_HEADING = 40
_MASS = 500
_MASS_SHARE = 0.8


class Article:
    """The paragraphs of one document, numbered from 0.

    Attributes:
        text: the document.
        spans: (start, end) of each paragraph, in characters of `text`.
        sizes: tokens of each paragraph.
        candidates: for some paragraphs, the earlier ones worth comparing with, best first.
        base: where the document begins in the batch whose words these are, in characters.
        comparisons: alignments made so far.
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
    ) -> None:
        self.text = text
        self.spans = spans
        self.candidates = candidates
        self.settings = settings
        self.base = base
        self.comparisons = 0
        self._words = words
        self._offsets: list[int] = words.offsets[first : first + len(spans) + 1].tolist()
        self.sizes: list[int] = [b - a for a, b in zip(self._offsets, self._offsets[1:], strict=False)]
        self._keys = self._confirmed(keys)
        self.linkable = [i for i in range(len(spans)) if self.repeats(i)]
        self._voiced = list(accumulate((size > 0 for size in self.sizes), initial=0))
        self._sides: dict[int, Paragraph] = {}
        self._verdicts: dict[tuple[int, int], Verdict] = {}
        self._kinds: dict[int, Kind] = {}

    def __len__(self) -> int:
        """Return the number of paragraphs."""
        return len(self.spans)

    def body(self, index: int) -> str:
        """Return a paragraph's text."""
        start, end = self.spans[index]
        return self.text[start:end]

    def mute(self, index: int) -> bool:
        """Tell whether the paragraph holds no word at all (a rule, a table bar)."""
        return self.sizes[index] == 0

    def between(self, first: int, second: int) -> int:
        """Count the paragraphs with words that stand between two paragraphs."""
        return self._voiced[min(second, len(self))] - self._voiced[first + 1] if second > first else 0

    def eligible(self, index: int) -> bool:
        """Tell whether the paragraph is long enough to be removed by itself."""
        return self.sizes[index] >= self.settings.min_words

    def _confirmed(self, keys: Sequence[int]) -> list[int]:
        """Return the first paragraph of the same words for each paragraph, given hashes of their words.

        Among paragraphs of one hash, what they say is looked up by their text, or else by their words. So the cost is
        that of reading them once, however many different ones were made to share a hash.
        """
        heads: dict[int, int] = {}
        out = [heads.setdefault(key, index) for index, key in enumerate(keys)]
        bodies: dict[int, dict[str, int]] = {}
        words: dict[int, dict[tuple[str, ...], int]] = {}
        for index, head in enumerate(out):
            if head == index:
                continue
            if head not in bodies:
                bodies[head] = {self.body(head): head}
                words[head] = {}
            body = self.body(index)
            known = bodies[head].get(body)
            if known is None:
                told = words[head] = words[head] or {self._tokens(head): head}
                known = bodies[head][body] = told.setdefault(self._tokens(index), index)
            out[index] = known
        return out

    def _tokens(self, index: int) -> tuple[str, ...]:
        """Return a paragraph's folded tokens."""
        return tuple(map(self._words.token, range(self._offsets[index], self._offsets[index + 1])))

    def key(self, index: int) -> int:
        """Return a number that paragraphs of the same words share, and no others: that of the first of them."""
        return self._keys[index]

    def novel(self, index: int) -> bool:
        """Tell whether no earlier paragraph has the same words."""
        return self._keys[index] == index

    def repeats(self, index: int) -> bool:
        """Tell whether the paragraph has words and may repeat an earlier one."""
        return self.sizes[index] > 0 and (not self.novel(index) or index in self.candidates)

    def words_before(self, index: int) -> int:
        """Count the tokens of all paragraphs before this one."""
        return self._offsets[index] - self._offsets[0]

    @cached_property
    def line_words(self) -> list[int]:
        """Words of all paragraphs that have any, ascending."""
        return sorted(size for size in self.sizes if size)

    @cached_property
    def occurrences(self) -> Counter[int]:
        """How many paragraphs have the words of each key."""
        return Counter(self._keys)

    @cached_property
    def is_mass(self) -> bool:
        """Whether nearly all paragraphs of a long document resemble earlier ones, as in a log."""
        return len(self) >= _MASS and len(self.candidates) >= _MASS_SHARE * len(self)

    def weight(self, index: int) -> int:
        """Return about how many words the paragraph has, in scripts written without spaces, too."""
        size = self.sizes[index]
        return size // _CHARACTERS_A_WORD if 2 * size > len(self.body(index)) else size

    def kind(self, index: int) -> Kind:
        """Return the paragraph's outer form."""
        if index not in self._kinds:
            form = kind(self.body(index))
            self._kinds[index] = Kind.HEADING if form is Kind.TEXT and self._underlined(index) else form
        return self._kinds[index]

    def _underlined(self, index: int) -> bool:
        """Tell whether the next line underlines this paragraph, which makes it a heading."""
        if index + 1 >= len(self) or not self.mute(index + 1):
            return False
        apart = self.text[self.spans[index][1] : self.spans[index + 1][0]]
        return len(apart) <= len("\r\n") and apart != "\n\n" and is_underline(self.body(index + 1))

    def heading(self, index: int) -> int | None:
        """Return the last paragraph before this one that is a heading by its form, or None."""
        place = bisect_left(self.headings, index)
        return self.headings[place - 1] if place else None

    @cached_property
    def headings(self) -> list[int]:
        """The paragraphs that are headings by their form, in order."""
        return [i for i in range(len(self)) if self.sizes[i] and self._titled(i)]

    def _titled(self, index: int) -> bool:
        """Tell whether the paragraph is a heading by its form: marked, underlined, in bold or capitals, or numbered."""
        if self.sizes[index] > _LONGEST_HEADING:
            return False
        body = self.body(index)
        if self.kind(index) is Kind.HEADING or is_bold(body):
            return True
        if is_shouted(body) and self.sizes[index] > 1:
            return True
        return is_numbered(body, self.sizes[index]) and not self.listed(index)

    def listed(self, index: int) -> bool:
        """Tell whether the paragraph is an entry and stands beside another one."""
        if self.kind(index) not in ENTRIES and not marker(self.body(index)):
            return False
        beside = (self.after(index), self.preceding(index))
        return any(i is not None and (self.kind(i) in ENTRIES or marker(self.body(i)) != "") for i in beside)

    def preceding(self, index: int) -> int | None:
        """Return the last paragraph with words before this one, or None."""
        return next((i for i in range(index - 1, -1, -1) if self.sizes[i]), None)

    def numbered_apart(self, first: int, second: int) -> bool:
        """Tell whether two paragraphs have different numbers in a list that has other entries, too."""
        numbers = marker(self.body(first)), marker(self.body(second))
        if not all(numbers) or numbers[0] == numbers[1] or not (self.listed(first) and self.listed(second)):
            return False
        around = (self.preceding(first), self.after(first), self.preceding(second), self.after(second))
        return any(i is not None and i not in (first, second) and marker(self.body(i)) != "" for i in around)

    def other_term(self, first: int, second: int) -> bool:
        """Tell whether both paragraphs begin by naming a term, and not the same."""
        terms = term(self.body(first)), term(self.body(second))
        return all(terms) and terms[0] != terms[1]

    def label(self, index: int) -> bool:
        """Tell whether the paragraph may name what follows it."""
        return is_label(self.body(index), self.sizes[index])

    def prose(self, index: int) -> bool:
        """Tell whether the paragraph reads as running text."""
        return self.kind(index) is Kind.TEXT and is_prose(self.body(index), self.sizes[index])

    def asks(self, index: int) -> bool:
        """Tell whether the paragraph ends in a colon or a question mark: what comes next belongs to it."""
        return self.body(index).rstrip().endswith((":", "：", "?", "？", "؟"))

    def is_head(self, index: int) -> bool:
        """Tell whether the paragraph is a heading, or announces what comes next."""
        return self._titled(index) or self.body(index).rstrip().endswith((":", "："))

    def after(self, index: int) -> int | None:
        """Return the first paragraph with words after this one, or None."""
        return next((i for i in range(index + 1, len(self)) if self.sizes[i]), None)

    def lead(self, index: int) -> str:
        """Return the word or two before a colon near the paragraph's start."""
        return lead(self.body(index))

    def side(self, index: int) -> Paragraph:
        """Return the paragraph's tokens as the verdict wants them."""
        if index not in self._sides:
            low, high = self._offsets[index], self._offsets[index + 1]
            words, begin, first = self._words, self.spans[index][0], self._offsets[0]

            def span(i: int) -> tuple[int, int]:
                start, end = self._place(low + i)
                return start - begin, end - begin

            self._sides[index] = Paragraph(
                self._letters[low - first : high - first],
                words.hashes[low:high].tobytes(),
                lambda i: words.token(low + i),
                self.body(index),
                span,
                lambda: self._tokens(index),
            )
        return self._sides[index]

    @cached_property
    def _letters(self) -> str:
        """All tokens, a character each."""
        some = slice(self._offsets[0], self._offsets[-1])
        return decode_chars(encode_tokens(self._words.hashes[some], self._words.numeric[some]).astype("<u4").tobytes())

    def token_span(self, index: int, token: int) -> tuple[int, int]:
        """Return the characters of one token of a paragraph."""
        return self._place(self._offsets[index] + token)

    def _place(self, token: int) -> tuple[int, int]:
        """Return the characters of one token, by its number in the batch."""
        start, end = self._words.span(token)
        return start - self.base, end - self.base

    def equal(self, first: int, second: int) -> Compared | None:
        """Compare two paragraphs word by word; None where they do not say the same."""
        if self.body(first) == self.body(second):
            return Compared.IDENTICAL
        low, high = self._offsets[first], self._offsets[first + 1]
        other = self._offsets[second]
        if self.sizes[first] != self.sizes[second]:
            return None
        token = self._words.token
        if all(token(i) == token(other + i - low) for i in range(low, high)):
            return Compared.FOLDED
        return None

    def verdict(self, witness: int, paragraph: int) -> Verdict:
        """Align two paragraphs and decide whether the first makes the second superfluous."""
        pair = (witness, paragraph)
        if pair not in self._verdicts:
            self.comparisons += 1
            self._verdicts[pair] = compare(self.side(witness), self.side(paragraph), self.settings)
        return self._verdicts[pair]

    def difference(self, witness: int, paragraph: int) -> Verdict:
        """Return the same verdict with all that is new named."""
        return compare(self.side(witness), self.side(paragraph), self.settings, thorough=True)

    def joint_verdict(self, witnesses: Sequence[int], paragraph: int) -> Verdict:
        """Align a paragraph with several earlier ones, read one after the other."""
        sides = [self.side(w) for w in witnesses]
        starts = [self._offsets[w] for w in witnesses]

        def token(index: int) -> str:
            for side, start in zip(sides, starts, strict=True):
                if index < len(side.chars):
                    return self._words.token(start + index)
                index -= len(side.chars)
            raise IndexError(index)

        def nowhere(index: int) -> tuple[int, int]:
            raise IndexError(index)

        letters = "".join(side.chars for side in sides)
        joint = Paragraph(
            letters,
            b"".join(side.hashes for side in sides),
            token,
            "",
            nowhere,
            lambda: [word for side in sides for word in side.words()],
        )
        self.comparisons += 1
        return compare(joint, self.side(paragraph), self.settings)
