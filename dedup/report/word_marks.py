"""Which words of two paragraphs differ, to be marked for people; what differs in no word is not marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Indel

from dedup.shingling import tokenise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.shingling import Words

    Spans = list[tuple[int, int]]

MOST_TOKENS = 10_000
"""Tokens of a paragraph above which nothing is marked: aligning takes time by the square of their number."""


def differing_words(text: str, witness: str) -> tuple[Spans, Spans]:
    """Return where the words stand that only one of two paragraphs has, as they align best.

    Words are the program's tokens, folded: a difference in case or punctuation alone is none. Words in a row that
    differ are one span, white space between them included.

    Returns:
        Spans of characters in `text`, and in `witness`; ascending, and apart.
    """
    one, other = _words(text), _words(witness)
    if max(len(one.hashes), len(other.hashes)) > MOST_TOKENS:
        return [], []
    steps = Indel.opcodes(one.hashes.tolist(), other.hashes.tolist())
    mine, its = one.spans().tolist(), other.spans().tolist()
    gone = [(mine[s.src_start][0], mine[s.src_end - 1][1]) for s in steps if s.tag in ("delete", "replace")]
    new = [(its[s.dest_start][0], its[s.dest_end - 1][1]) for s in steps if s.tag in ("insert", "replace")]
    return gone, new


def pieces(text: str, marked: Spans) -> Iterator[tuple[str, bool]]:
    """Yield a text piece by piece, each with whether it is marked; no piece is empty."""
    at = 0
    for start, end in marked:
        if at < start:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False


def _words(text: str) -> Words:
    return tokenise(text, np.zeros(1, np.int64), np.full(1, len(text), np.int64))
