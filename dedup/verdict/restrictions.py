"""What a paragraph says without a restriction that its witness makes: more, in fewer words.

To say less is no loss, but "users in the EU may" is not what "users may" says, and "we do not store your details" is
more than "we do not store the details of your card". For each gap that only the witness fills, this asks whether it
holds back what stands around it: a negation, a condition, a place or a law in which something holds, or whatever stands
under a negation, in a condition or behind "all", where each word less makes the statement broader (such contexts are
called downward entailing: Ladusaw, Polarity Sensitivity as Inherent Scope Relations, 1979).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.language.phrases import TIMES
from dedup.language.spelling import plain
from dedup.language.wordlists import (
    CONDITIONS,
    COORDINATING,
    DEPUTIES,
    DETERMINERS,
    EXCEPTING,
    FUNCTION,
    NARROWING,
    NEGATIONS,
    RESTRICTING,
    SECTION,
    TURNING,
    TURNING_PHRASES,
    UNIVERSAL,
)
from dedup.text.line_forms import ends_sentence
from dedup.verdict.context import HYPHENS, between, is_apart, is_capital

if TYPE_CHECKING:
    from dedup.verdict.gap import Gap, Paragraph

FEW = 3
"""Words that the paragraph lacks, among them a negation or a restriction, that still turn round what is left."""
_NARROW = 8
"""Words of a phrase that says of which of what is named something holds, at most."""
_OPENING = 12
"""Words of a phrase before the comma with which a sentence begins, at most."""
_SCOPE = 15
"""Words behind a negation that it may still deny."""
_BESIDE = 2
"""Words behind "all" of which it still says so."""
_NEAR = 24
"""Characters in which the end of a sentence is looked for."""
_CHARACTERS = 12
"""Characters of a word that denies or restricts, and of those beside it, at most."""
_CUT = re.compile(r"(?:\.\.|…)\W*\Z")
"""What a text that was cut short ends with."""


def restricts(gap: Gap, witness: Paragraph, candidate: Paragraph) -> bool:
    """Return True if words that only the witness has restrict what the candidate says.

    A paragraph that breaks off is cut short, and says so; one that ends as a sentence does makes a statement.
    """
    if _restricts_in_characters(gap, witness):
        return True
    if gap.candidate_start == 0:
        few = gap.witness_size <= FEW and not is_apart(witness, gap.witness_end)
        return (few and _restricts(gap, witness)) or _opens(gap, witness)
    if gap.candidate_start == len(candidate.chars):
        end = candidate.text[-_NEAR:].rstrip()
        if not ends_sentence(end) or _CUT.search(end) or not witness.text or _ends_before(witness, gap.witness_start):
            return False
        return witness.token(gap.witness_start) in RESTRICTING or _widens(gap, witness)
    return _conditions(gap, witness) or _narrows(gap, witness) or _opens(gap, witness) or _widens(gap, witness)


def _restricts_in_characters(gap: Gap, witness: Paragraph) -> bool:
    """Return True if a few lost characters, each a token, hold a word that denies or restricts what is left."""
    if (
        gap.witness_size > _CHARACTERS
        or not witness.text
        or (gap.witness_start and is_apart(witness, gap.witness_start))
    ):
        return False
    lost = "".join(witness.token(i) for i in gap.witness_range)
    return any(phrase in lost for phrase in TURNING_PHRASES)


def is_another_term(gap: Gap, witness: Paragraph) -> bool:
    """Return True if a defined term lacks a word: "a Posting User" is not any user."""
    if not 0 < gap.witness_start < gap.witness_end < len(witness.chars) or gap.witness_size > FEW:
        return False
    if (
        witness.token(gap.witness_start - 1) not in DETERMINERS
        or is_apart(witness, gap.witness_start)
        or is_apart(witness, gap.witness_end)
    ):
        return False
    return all(is_capital(witness, i) for i in range(gap.witness_start, gap.witness_end + 1))


def _conditions(gap: Gap, witness: Paragraph) -> bool:
    """Return True if a negation, a restriction or a condition is lost, and not a whole sentence with it."""
    words = [witness.token(i) for i in gap.witness_range]
    if len(words) <= FEW:
        return _restricts(gap, witness)
    if not witness.text or (_ends_before(witness, gap.witness_start) and _ends_before(witness, gap.witness_end)):
        return False
    if words[0] in TURNING or not CONDITIONS.isdisjoint(words):
        return True  # "not yet at all safe"
    # What is said of something in passing, between two commas, turns nothing else: ", built before the war,".
    return not (
        RESTRICTING.isdisjoint(words) or (is_apart(witness, gap.witness_start) and is_apart(witness, gap.witness_end))
    )


def _restricts(gap: Gap, witness: Paragraph) -> bool:
    """Return True if a few lost words hold one that turned what is left, or made another office of it."""
    tokens = {i: witness.token(i) for i in gap.witness_range}
    if not is_apart(witness, gap.witness_end) and not DEPUTIES.isdisjoint(tokens.values()):
        return True
    return any(token in TURNING and not _turns_nothing(witness, gap, i) for i, token in tokens.items())


def _turns_nothing(witness: Paragraph, gap: Gap, index: int) -> bool:
    """Return True if a word turns only what is lost with it, or wishes: the "non-" of a lost word, "may God"."""
    if not witness.text or index + 1 >= len(witness.chars):
        return False
    after = between(witness, index + 1)
    if index + 1 < gap.witness_end and after in HYPHENS and after:
        return True
    return index + 1 == gap.witness_end and witness.token(index) == "may" and is_capital(witness, index + 1)


def _narrows(gap: Gap, witness: Paragraph) -> bool:
    """Return True if a phrase is lost that says of which of what is named something holds: "users [in the EU] may"."""
    begins = any(
        witness.token(i) in NARROWING for i in range(gap.witness_start, min(gap.witness_start + 2, gap.witness_end))
    )  # "registered in"
    if not 1 < gap.witness_size <= _NARROW:
        return False
    if is_apart(witness, gap.witness_start) or is_apart(witness, gap.witness_end):
        return False
    refers = not SECTION.isdisjoint(witness.token(i) for i in gap.witness_range)
    return refers or (begins and _names(gap, witness))


def _opens(gap: Gap, witness: Paragraph) -> bool:
    """Return True if the opening phrase of a sentence is lost: "[Under the Act,] you may", "[If you agree,] we"."""
    if not witness.text or gap.witness_size > _OPENING:
        return False
    if not _ends_before(witness, gap.witness_start) or _ends_before(witness, gap.witness_end):
        return False
    first = witness.token(gap.witness_start)
    return first in RESTRICTING or (first in NARROWING and _names(gap, witness))


def _names(gap: Gap, witness: Paragraph) -> bool:
    """Return True if the gap has a name after its first word, other than that of a month or a day."""
    words = range(gap.witness_start + 1, gap.witness_end)
    return any(is_capital(witness, i) and plain(witness.token(i)) not in TIMES for i in words)


def _widens(gap: Gap, witness: Paragraph) -> bool:
    """Return True if words are lost within what is denied, supposed, or said of all: "not keep your [card's] details".

    Of things in a row each is denied by itself; one less denies less, and excepts less.
    """
    if not witness.text or is_apart(witness, gap.witness_start):
        return False
    if is_apart(witness, gap.witness_end) and not _ends_before(witness, gap.witness_end):
        return False
    near = [witness.token(i) for i in range(gap.witness_start - 1, min(gap.witness_end + 1, len(witness.chars)))]
    if FUNCTION.issuperset(near[1 : 1 + gap.witness_size]):
        return False
    row = not COORDINATING.isdisjoint(near)
    for i in range(gap.witness_start - 1, max(gap.witness_start - _SCOPE - 1, -1), -1):
        token = witness.token(i)
        wide = token in NEGATIONS or token in CONDITIONS or (token in UNIVERSAL and gap.witness_start - i <= _BESIDE)
        if token in EXCEPTING or (wide and not row):
            return True
        if is_apart(witness, i):
            return False
    return False


def _ends_before(paragraph: Paragraph, index: int) -> bool:
    """Return True if a sentence ends between a token and the one before it, with the first sign there."""
    if index == 0:
        return True
    _, end = paragraph.span(index - 1)
    return ends_sentence(paragraph.text[max(0, end - _NEAR) : end + 1].rstrip())
