"""The words of one document's paragraphs, and what comes of comparing two of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dedup.text.token_chars import decode_chars, encode_tokens
from dedup.verdict.compare import Verdict, compare
from dedup.verdict.gap import Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dedup.model.settings import Settings
    from dedup.shingling import Words


class ComparedParagraphs:
    """The paragraphs of one document, numbered from 0, as they are compared; each pair is once.

    Attributes:
        text: the document.
        spans: (start, end) of each paragraph, in characters of `text`.
        sizes: tokens of each paragraph.
        base: where the document begins in the batch whose words these are, in characters.
        comparisons: alignments made so far.

    Args:
        words: of a batch of documents.
        first: number of the document's first paragraph in it.
        new: pairs in which the second paragraph is known to say something new.
    """

    def __init__(
        self,
        text: str,
        spans: list[tuple[int, int]],
        *,
        words: Words,
        first: int,
        settings: Settings,
        base: int,
        new: Iterable[tuple[int, int]],
    ) -> None:
        self.text = text
        self.spans = spans
        self.settings = settings
        self.base = base
        self.comparisons = 0
        self._words = words
        self._texts = [text[start:end] for start, end in spans]
        self._offsets: list[int] = words.offsets[first : first + len(spans) + 1].tolist()
        self.sizes: list[int] = [b - a for a, b in zip(self._offsets, self._offsets[1:], strict=False)]
        self._token_views: dict[int, Paragraph] = {}
        self._verdicts: dict[tuple[int, int], Verdict] = {}
        # Pairs that are known to differ, and whether they have been counted.
        self._new = dict.fromkeys(new, False)

    def __len__(self) -> int:
        """Return the number of paragraphs."""
        return len(self.spans)

    def text_of(self, index: int) -> str:
        """Return a paragraph's text."""
        return self._texts[index]

    def tokens_of(self, index: int) -> Paragraph:
        """Return the paragraph's tokens for a comparison."""
        if index not in self._token_views:
            # Nothing here refers to the article, so that it is freed as soon as it is done with, and its words with it.
            low, high = self._offsets[index], self._offsets[index + 1]
            words, begin, first = self._words, self.base + self.spans[index][0], self._offsets[0]

            def span(i: int) -> tuple[int, int]:
                start, end = words.span(low + i)
                return start - begin, end - begin

            self._token_views[index] = Paragraph(
                self._chars[low - first : high - first],
                words.hashes[low:high].tobytes(),
                lambda i: words.token(low + i),
                self.text_of(index),
                span,
                lambda: tuple(map(words.token, range(low, high))),
            )
        return self._token_views[index]

    @cached_property
    def _chars(self) -> str:
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

    def verdict(self, witness: int, candidate: int) -> Verdict:
        """Compare two paragraphs: does the first make the second superfluous?"""
        pair = (witness, candidate)
        if pair not in self._verdicts:
            self._count(pair)
            self._verdicts[pair] = compare(self.tokens_of(witness), self.tokens_of(candidate), self.settings)
        return self._verdicts[pair]

    def covers(self, witness: int, candidate: int) -> Verdict | None:
        """Return the verdict that the first paragraph makes the second superfluous; None where it does not."""
        pair = (witness, candidate)
        if pair in self._new:
            self._count(pair)
            return None
        verdict = self.verdict(witness, candidate)
        return verdict if verdict.covered else None

    def _count(self, pair: tuple[int, int]) -> None:
        """Count a comparison: one that another kernel has made, too, but each only once."""
        self.comparisons += not self._new.get(pair, False)
        if pair in self._new:
            self._new[pair] = True

    def full_verdict(self, witness: int, candidate: int) -> Verdict:
        """Return the verdict with all that is new, rather than the first of it."""
        return compare(self.tokens_of(witness), self.tokens_of(candidate), self.settings, thorough=True)

    def joint_verdict(self, witnesses: Sequence[int], candidate: int) -> Verdict:
        """Compare a paragraph with several earlier ones, concatenated."""
        parts = [self.tokens_of(w) for w in witnesses]
        starts = [self._offsets[w] for w in witnesses]

        def token(index: int) -> str:
            for part, start in zip(parts, starts, strict=True):
                if index < len(part.chars):
                    return self._words.token(start + index)
                index -= len(part.chars)
            raise IndexError(index)

        def nowhere(index: int) -> tuple[int, int]:
            raise IndexError(index)

        joint = Paragraph(
            "".join(part.chars for part in parts),
            b"".join(part.hashes for part in parts),
            token,
            "",
            nowhere,
            lambda: [word for part in parts for word in part.words()],
        )
        self.comparisons += 1
        return compare(joint, self.tokens_of(candidate), self.settings)
