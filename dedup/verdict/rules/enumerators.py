"""The rule about what numbers the parts of a sentence: "(a) … and (b) …"."""

from __future__ import annotations

import re
from functools import cache
from string import ascii_lowercase
from typing import TYPE_CHECKING

from dedup.language.wordlists import COORDINATING, MARKING

if TYPE_CHECKING:
    from dedup.verdict.gap import GapContext, Paragraph


_ENUMERATED = re.compile(r"(?<![\w)\]])\((?P<numeral>[ivx]{1,5}|[a-z]|[A-Z])\)\s+(?=[^\W\d_]|[\"“„«])")
_LETTERS = tuple(ascii_lowercase)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
_FEWEST = 2
"""Parts of what is numbered, at least."""
_BEFORE = 24
"""Characters before a numeral in which the word is looked for of which it may be the number."""
_FIRST = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"([^\W_]+)\W*\Z")


@cache
def numerals() -> frozenset[str]:
    """Return all numerals that a part of a sentence may have."""
    return frozenset((*_LETTERS, *_ROMAN))


def enumerators(context: GapContext) -> None:
    """“(i)”, “(b)”: the numbers of parts of a sentence, in a row; not what refers to one, as in "under (b)"."""
    ours = _numbered(context.candidate)
    some = [i for i in context.candidate_words if context.candidate.span(i)[0] in ours]
    if some:
        theirs = _numbered(context.witness)
        context.ignore_tokens(some, [i for i in context.witness_words if context.witness.span(i)[0] in theirs])


def _numbered(paragraph: Paragraph) -> frozenset[int]:
    """Return where the numerals stand that number the parts of a sentence: (a), (b) and so on, each in its turn."""
    text = paragraph.text
    if text.count("(") < _FEWEST:
        return frozenset()
    found = [each for each in _ENUMERATED.finditer(text) if not _is_reference(text, each.start(), each.end())]
    out: list[int] = []
    for row in (_LETTERS, _ROMAN):
        at: list[int] = []
        for each in found:
            if len(at) < len(row) and each["numeral"].lower() == row[len(at)]:
                at.append(each.start("numeral"))
        if len(at) >= _FEWEST:
            out += at
    return frozenset(out)


def _is_reference(text: str, start: int, end: int) -> bool:
    """Return True if a numeral may say which part is spoken of: "section (b)", "(a) and (b) above"."""
    before = text[max(0, start - _BEFORE) : start]
    word = _WORD.search(before)
    if before.rstrip()[-1:] == ")" or (word and (word[1].casefold() in MARKING or word[1].isdigit())):
        return True
    if word and word[1].casefold() in COORDINATING and before[: word.start()].rstrip()[-1:] == ")":
        return True
    after = _FIRST.match(text, end)
    return after is not None and after[0].casefold() in COORDINATING
