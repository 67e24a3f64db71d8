"""Rules about grammar: doubled words, agreement, modal verbs without a verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.language.phrases import DATIVE, GENITIVE, GERMAN, MODALS, PREPOSITIONS
from dedup.language.spelling import agree
from dedup.language.wordlists import TURNING
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import begins_clause, between

if TYPE_CHECKING:
    from dedup.verdict.gap import GapContext, Paragraph


_ENDS = frozenset(".!?…:;。！？：；؟।\"'”»’)]")


def doubled_words(context: GapContext) -> None:
    """A word, or a few, written twice in a row by mistake."""
    candidate, gap = context.candidate, context.gap
    size = gap.candidate_size
    if context.witness_words or len(context.candidate_words) != size:
        return
    if any(len(token) <= 1 for token in context.candidate_words.values()) or any(map(is_numeric, context.chars)):
        return
    words = [candidate.token(i) for i in gap.candidate_range]
    for first in (gap.candidate_start - size, gap.candidate_end):
        beside = range(max(first, 0), min(first + size, len(candidate.chars)))
        repeated = [candidate.token(i) for i in beside] == words
        if repeated and not _parted(candidate, min(first, gap.candidate_start), size):
            context.ignore_all()
            return


def _parted(paragraph: Paragraph, first: int, size: int) -> bool:
    """Return True if a sign stands between two rows of so many words."""
    if not paragraph.text:
        return True
    return bool(between(paragraph, first + size).strip())


def agreement(context: GapContext) -> None:
    """The same word with another ending or article that follows from the words around it, in German and in Arabic."""
    left, witness_left = context.candidate_words, context.witness_words
    for i, token in list(left.items()) if witness_left else ():
        found = next((j for j, other in witness_left.items() if agree(other, token)), None)
        if found is None:
            continue
        if token[0] > "\u0600" or (_is_german(context) and _agrees(context, found, i)):
            context.ignore_tokens([i], [found])


def _is_german(context: GapContext) -> bool:
    paragraph = context.candidate
    return "ß" in paragraph.text or any(paragraph.token(i) in GERMAN for i in range(len(paragraph.chars)))


def _agrees(context: GapContext, witness_left: int, left: int) -> bool:
    """Return True if an ending is one of agreement: "-es" for "-s" after an article, others of lowercase words."""
    candidate, witness = context.candidate, context.witness
    token, other = context.candidate_words[left], context.witness_words[witness_left]
    if token.endswith("s") and other.endswith("s"):
        return left > 0 and candidate.token(left - 1) in GENITIVE
    if token in (other + "e", other.removesuffix("e")):
        return left > 0 and candidate.token(left - 1) in DATIVE
    small = [_small(candidate, left), _small(witness, witness_left)]
    first = [begins_clause(candidate, left), begins_clause(witness, witness_left)]
    # Nouns have capitals: "Lehrer" is not "lehren", and "Leben" and "Leber" cannot be told apart.
    return any(small) and all(one or other for one, other in zip(small, first, strict=True))


def _small(paragraph: Paragraph, index: int) -> bool:
    return bool(paragraph.text) and paragraph.text[paragraph.span(index)[0]].islower()


def dangling_modal(context: GapContext) -> None:
    """A modal verb at the torn edge of a line that has not the verb it belongs to."""
    paragraph = context.candidate
    if len(context.candidate_words) != 1 or not paragraph.text or paragraph.text.rstrip()[-1:] in _ENDS:
        return
    i = next(iter(context.candidate_words))
    if paragraph.token(i) not in MODALS or any(other in TURNING for other in context.witness_words.values()):
        return
    size = len(paragraph.chars)
    behind = i == size - 1 and i > 0 and "," in between(paragraph, i)
    ahead = context.at_start and i + 1 < size and paragraph.token(i + 1) in PREPOSITIONS
    if behind or ahead:
        context.ignore_tokens([i])
