"""How much of a text repeats within itself, by the measures of `dedup.model.repetition`.

They are defined here so that they do not depend on how the program itself splits and compares; only white space at the
ends of a piece is not part of it, and pieces of nothing else do not count.

- A line ends with LF. A paragraph ends where blank lines follow.
- A sentence ends with a line, or with a full stop, question mark, exclamation mark or ellipsis, and a closing quotation
  mark or bracket behind it; white space has to follow, but for the signs of Chinese and Japanese.
- A line (a paragraph) is a duplicate if the same one, character for character, stands before it. There are so many
  characters as all lines (paragraphs) have.
- A span of three sentences repeats if the same three stand in the same order before it, one behind the other. The
  characters of all sentences in such spans count, each once.
"""

from __future__ import annotations

import re
from itertools import pairwise

from dedup.model.repetition import Share, Shares

_END = re.compile("[\n.!?…।؟۔。！？](?:(?<=\n)|(?<=[。！？])[」』”’]?|[\"'”’»)\\]]?(?=\\s))")
"""End of a sentence. It begins with one set of signs, which is what makes it quick."""
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_SPAN = 3


def repetition(text: str) -> Shares:
    """Return how much of a text repeats within itself."""
    lines, line_characters = _repeats(_pieces(text.split("\n")))
    paragraphs, paragraph_characters = _repeats(_pieces(_BLANK_LINES.split(text)))
    return Shares(lines, paragraphs, line_characters, paragraph_characters, _in_spans(_sentences(text)))


def _pieces(found: list[str]) -> list[str]:
    return [piece for each in found if (piece := each.strip())]


def _sentences(text: str) -> list[str]:
    ends = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    return _pieces([text[start:end] for start, end in pairwise(ends)])


def _repeats(pieces: list[str]) -> tuple[Share, Share]:
    """Return how many pieces stand further up as well, and how many characters these have."""
    characters = sum(map(len, pieces))
    once = set(pieces)
    repeated = len(pieces) - len(once)
    in_repeated = characters - sum(map(len, once)) if repeated else 0
    return Share(repeated, len(pieces)), Share(in_repeated, characters)


def _in_spans(sentences: list[str]) -> Share:
    """Return how many characters stand in spans that stand further up as well."""
    characters = sum(map(len, sentences))
    number = len(sentences)
    # Three sentences that repeat are three duplicates, at the least.
    if number - len(set(sentences)) < _SPAN:
        return Share(0, characters)
    seen: set[tuple[str, ...]] = set()
    inside, at = 0, 0
    for start in range(number - _SPAN + 1):
        span = tuple(sentences[start : start + _SPAN])
        if span in seen:
            inside += sum(map(len, sentences[max(at, start) : start + _SPAN]))
            at = start + _SPAN
        seen.add(span)
    return Share(inside, characters)
