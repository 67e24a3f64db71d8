"""Rules about grammar: doubled words, agreement, modal verbs without a verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.language.phrases import DATIVE, GENITIVE, GERMAN, MODALS, PREPOSITIONS
from dedup.language.spelling import agree
from dedup.language.wordlists import TURNING
from dedup.model.differences import Difference
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import begins_clause, between

if TYPE_CHECKING:
    from dedup.verdict.gap import Side, Stretch


_ENDS = frozenset(".!?…:;。！？：；؟।\"'”»’)]")


def doubled(stretch: Stretch) -> None:
    """A word, or a few, written twice in a row by mistake."""
    ours, paragraph, gap = stretch.ours, stretch.paragraph, stretch.gap
    size = gap.b1 - gap.b0
    if stretch.theirs or len(ours) != size or any(len(token) < 2 for token in ours.values()):  # noqa: PLR2004 - letters
        return
    letters = paragraph.letters
    if any(map(is_numeric, letters[gap.b0 : gap.b1])):
        return
    here = [paragraph.token(i) for i in range(gap.b0, gap.b1)]
    for first in (gap.b0 - size, gap.b1):
        there = range(max(first, 0), min(first + size, len(letters)))
        if [paragraph.token(i) for i in there] == here and not _parted(paragraph, min(first, gap.b0), size):
            stretch.set_aside(list(ours), Difference.SPELLING)
            return


def _parted(side: Side, first: int, size: int) -> bool:
    """Tell whether a sign stands between two rows of so many words."""
    if not side.text:
        return True
    return bool(between(side, first + size).strip())


def agreement(stretch: Stretch) -> None:
    """The same word with another ending or article that follows from the words around it, in German and in Arabic."""
    ours, theirs = stretch.ours, stretch.theirs
    for i, token in list(ours.items()) if theirs else ():
        found = next((j for j, other in theirs.items() if agree(other, token)), None)
        if found is None:
            continue
        if token[0] > "\u0600" or (_is_german(stretch) and _agrees(stretch, found, i)):
            stretch.set_aside([i], Difference.GRAMMAR, [found])


def _is_german(stretch: Stretch) -> bool:
    side = stretch.paragraph
    return "ß" in side.text or any(side.token(i) in GERMAN for i in range(len(side.letters)))


def _agrees(stretch: Stretch, theirs: int, ours: int) -> bool:
    """Tell whether an ending is one of agreement: "-es" for "-s" after an article, others of words in small letters."""
    paragraph, witness = stretch.paragraph, stretch.witness
    token, other = stretch.ours[ours], stretch.theirs[theirs]
    if token.endswith("s") and other.endswith("s"):
        return ours > 0 and paragraph.token(ours - 1) in GENITIVE
    if token in (other + "e", other.removesuffix("e")):
        return ours > 0 and paragraph.token(ours - 1) in DATIVE
    small = [_small(paragraph, ours), _small(witness, theirs)]
    first = [begins_clause(paragraph, ours), begins_clause(witness, theirs)]
    # Nouns have capitals: "Lehrer" is not "lehren", and of "Leben" and "Leber" nobody knows.
    return any(small) and all(one or other for one, other in zip(small, first, strict=True))


def _small(side: Side, index: int) -> bool:
    return bool(side.text) and side.text[side.span(index)[0]].islower()


def hanging(stretch: Stretch) -> None:
    """A modal verb at the torn edge of a line that has not the verb it belongs to."""
    side = stretch.paragraph
    if len(stretch.ours) != 1 or not side.text or side.text.rstrip()[-1:] in _ENDS:
        return
    i = next(iter(stretch.ours))
    if side.token(i) not in MODALS or any(other in TURNING for other in stretch.theirs.values()):
        return
    size = len(side.letters)
    behind = i == size - 1 and i > 0 and "," in between(side, i)
    ahead = stretch.at_start and i + 1 < size and side.token(i + 1) in PREPOSITIONS
    if behind or ahead:
        stretch.set_aside([i], Difference.TRUNCATION)
