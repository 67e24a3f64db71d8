"""How much of documents repeats within each of them, by the measures of the field, as sums that add up.

The measures, and the limits above which those who made corpora with them leave a document out:

- Gopher: J. W. Rae et al., *Scaling Language Models: Methods, Analysis & Insights from Training Gopher*, 2021
  (arXiv:2112.11446), table A1: the fraction of lines, and of paragraphs, that are duplicates (0.30 each), and the
  fraction of characters in such lines, and in such paragraphs (0.20 each).
- FineWeb: G. Penedo et al., *The FineWeb Datasets*, 2024 (arXiv:2406.17557), section 3.6: the fraction of characters in
  duplicate lines again, with a limit of 0.1.
- C4: C. Raffel et al., *Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer*, 2020
  (arXiv:1910.10683), section 2.2: all but one of any span of three sentences that occurs more than once are left out.
  Here a document is looked at by itself, and characters in such spans are counted.

What just is a line, a paragraph, a sentence, and a duplicate is said in `dedup.text.repetition`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

LINES, PARAGRAPHS, LINE_CHARACTERS, PARAGRAPH_CHARACTERS, SPAN_CHARACTERS = MEASURES = (
    "lines",
    "paragraphs",
    "line_characters",
    "paragraph_characters",
    "span_characters",
)


class Limit(NamedTuple):
    """A share above which a document is said to repeat itself too much."""

    source: str
    """Who says so."""
    measure: str
    """Of `MEASURES`."""
    share: float


LIMITS = (
    Limit("Gopher", LINES, 0.30),
    Limit("Gopher", PARAGRAPHS, 0.30),
    Limit("Gopher", LINE_CHARACTERS, 0.20),
    Limit("Gopher", PARAGRAPH_CHARACTERS, 0.20),
    Limit("FineWeb", LINE_CHARACTERS, 0.10),
    Limit("C4", SPAN_CHARACTERS, 0.0),
)


class Share(NamedTuple):
    """How much of one document repeats, by one measure: so much of so much."""

    repeated: int
    whole: int


class Shares(NamedTuple):
    """How much of one document repeats; one field for each of `MEASURES`."""

    lines: Share
    paragraphs: Share
    line_characters: Share
    paragraph_characters: Share
    span_characters: Share


def _zeros(number: int) -> list[int]:
    return [0] * number


@dataclass(slots=True)
class Repetition:
    """How much of some documents repeats within each of them; documents with nothing but white space do not count."""

    documents: int = 0
    shares: list[float] = field(default_factory=lambda: [0.0] * len(MEASURES))
    """Of each measure, the sum of the documents' shares."""
    repeated: list[int] = field(default_factory=lambda: _zeros(len(MEASURES)))
    whole: list[int] = field(default_factory=lambda: _zeros(len(MEASURES)))
    """Of each measure, what repeats in all documents, of how much."""
    above: list[int] = field(default_factory=lambda: _zeros(len(LIMITS)))
    """Of each of `LIMITS`, the documents above it."""

    def take(self, document: Shares) -> None:
        """Count a document."""
        if not document.lines.whole:
            return
        self.documents += 1
        for number, (repeated, whole) in enumerate(document):
            self.repeated[number] += repeated
            self.whole[number] += whole
            self.shares[number] += repeated / whole
        for number, (_, measure, most) in enumerate(LIMITS):
            repeated, whole = document[MEASURES.index(measure)]
            self.above[number] += repeated > most * whole

    def add(self, other: Repetition) -> None:
        """Add what was counted elsewhere."""
        self.documents += other.documents
        self.shares = [mine + its for mine, its in zip(self.shares, other.shares, strict=True)]
        for name in ("repeated", "whole", "above"):
            setattr(self, name, [a + b for a, b in zip(getattr(self, name), getattr(other, name), strict=True)])

    def mean(self, measure: str) -> float:
        """Return the mean of the documents' shares; 0 where there are none."""
        return self.shares[MEASURES.index(measure)] / self.documents if self.documents else 0.0

    def pooled(self, measure: str) -> float:
        """Return the share of all documents taken together: long ones count for more; 0 where there are none."""
        number = MEASURES.index(measure)
        return self.repeated[number] / self.whole[number] if self.whole[number] else 0.0


@dataclass(slots=True)
class BeforeAfter:
    """How much of documents repeats before and after something was taken out of them."""

    before: Repetition = field(default_factory=Repetition)
    after: Repetition = field(default_factory=Repetition)

    def add(self, other: BeforeAfter) -> None:
        """Add what was counted elsewhere."""
        self.before.add(other.before)
        self.after.add(other.after)
