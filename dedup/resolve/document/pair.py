"""Two texts compared by themselves, wherever they stand: after a witness has changed, or across documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.resolve.document.article import Article
from dedup.shingling import keys, tokenise

if TYPE_CHECKING:
    from dedup.model.settings import Settings
    from dedup.verdict.compare import Verdict


class NewWords(NamedTuple):
    """What a paragraph says that another one does not.

    Attributes:
        verdict: with all that is new named.
        spans: the characters of each new word, in the paragraph.
    """

    verdict: Verdict
    spans: tuple[tuple[int, int], ...]


def pair(witness: str, paragraph: str, settings: Settings) -> Article:
    """Return two texts as an article of two paragraphs, however many lines they have: the witness is the first one."""
    text = f"{witness}\n{paragraph}"
    starts, ends = np.array([0, len(witness) + 1]), np.array([len(witness), len(text)])
    words = tokenise(text, starts, ends)
    spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
    return Article(text, spans, words=words, keys=keys(words).tolist(), first=0, candidates={}, settings=settings)


def find_new_words(witness: str, paragraph: str, settings: Settings) -> NewWords:
    """Find all that a paragraph says beyond a witness."""
    both = pair(witness, paragraph, settings)
    verdict = both.full_verdict(0, 1)
    begin = len(witness) + 1
    places = (both.token_span(1, i) for i in verdict.new if i < both.sizes[1])
    return NewWords(verdict, tuple((start - begin, end - begin) for start, end in places))
