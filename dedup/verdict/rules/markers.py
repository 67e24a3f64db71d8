"""Rules about markers of paragraphs: bullets, numbers of items, labels in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.language.phrases import KEYS
from dedup.language.wordlists import FUNCTION
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import ends
from dedup.verdict.rules.marker_forms import MAX_TOKENS, NO_MARKER, find_marker

if TYPE_CHECKING:
    from dedup.verdict.gap import GapContext, Paragraph
    from dedup.verdict.rules.marker_forms import Marker


_WORDS, _CHARACTERS = 16, 40
"""Tokens of an entry, at most, and of one in a script in which each character is a token."""

_FEW_WORDS, _FEW_CHARACTERS = 12, 20
"""Likewise of a heading that has a full stop, behind the name of what is numbered."""

_GOES_ON = frozenset(",:，：")
"""Signs behind which a sentence goes on in the next paragraph."""

_CLAUSE_SIGNS = frozenset("，。；")

_NUMBERED = 6
"""Words of the witness beside which a number in front is still one, at most."""


def marker(context: GapContext) -> None:
    """The number of a section or of a list's entry, in front: what it numbers is the same.

    Two markers that differ may say which: the rank in a table of ranks, the number of the section that a heading is of.
    """
    gap, candidate, witness = context.gap, context.candidate, context.witness
    if gap.candidate_start >= MAX_TOKENS or not candidate.text or len(context.witness_words) > _NUMBERED:
        return
    ours = find_marker(candidate)
    if gap.candidate_start >= ours.size:
        return
    theirs = find_marker(witness) if gap.witness_start < MAX_TOKENS else NO_MARKER
    headed = ours.named and candidate.text.lstrip()[:1] == "#"
    numbered = theirs.size > 0 or any(is_numeric(witness.chars[i]) for i in context.witness_words)
    if (numbered or headed) and (ours.ranks or theirs.ranks) and _is_entry(candidate, ours):
        return
    if theirs.size and ours.uncertain and theirs.uncertain and _may_be_name(candidate, ours.size):
        return
    context.ignore_tokens(
        [i for i in context.candidate_words if i < ours.size], [i for i in context.witness_words if i < theirs.size]
    )


def _is_entry(paragraph: Paragraph, ours: Marker) -> bool:
    """Return True if what a marker numbers is no sentence: a heading, a place in a table of ranks."""
    size, text = len(paragraph.chars), paragraph.text
    if ours.size < size and text[paragraph.span(ours.size)[0]].islower():
        return False  # an entry of a list, or a part of a sentence
    full = 2 * size > len(text)  # each character is a token
    if ours.named:
        return not ends(paragraph) or size <= (_FEW_CHARACTERS if full else _FEW_WORDS)
    short = size <= (_CHARACTERS if full else _WORDS)
    if full and not _CLAUSE_SIGNS.isdisjoint(text):
        return False  # there, few put a full stop behind the entries of a list
    return short and not ends(paragraph) and text.rstrip()[-1:] not in _GOES_ON


def _may_be_name(paragraph: Paragraph, index: int) -> bool:
    """Return True if a surname may begin with a token: "Smith", but not "The"."""
    return paragraph.text[paragraph.span(index)[0]].isupper() and paragraph.token(index) not in FUNCTION


_COLONS = frozenset(":：")


def label(context: GapContext) -> None:
    """“Title:", “Note:": the form of what follows, not its subject."""
    left, text = context.candidate_words, context.candidate.text
    if not context.at_start or not text or not left or context.gap.witness_start:
        return
    if not all(token in KEYS for token in (*left.values(), *context.witness_words.values())):
        return
    if text[context.candidate.span(max(left))[1] :].lstrip()[:1] in _COLONS:
        context.ignore_tokens(list(left), list(context.witness_words))
