"""What does a differing stretch say? Which of its words are new, and of what kind is the difference.

What is only a matter of writing is set aside by `dedup.aside`, rule by rule; of the rest, what is not grammar is new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.aside import RULES
from dedup.finding import Finding
from dedup.less import FEW, lost
from dedup.letters import is_numeric
from dedup.lexicon import (
    ENTITIES,
    FUNCTION,
    FURNITURE,
    LINKS,
    MAGNITUDES,
    MONTHS,
    NUMBER_WORDS,
    OPPOSED,
    PERSONS,
    SAYING,
    SECTION,
    TURNING,
    UNITS,
)
from dedup.sides import LIMIT, Difference, Stretch, is_name
from dedup.spelling import plain, variant

if TYPE_CHECKING:
    from dedup.sides import Gap, Side

KNOWN = frozenset(name for names in MONTHS for name in names.split()).union(
    FUNCTION, ENTITIES, LINKS, TURNING, FURNITURE, SECTION, UNITS, NUMBER_WORDS, MAGNITUDES
)
"""Words that a rule may have something to say of."""
GLANCE = 4
"""Tokens on either side that can be taken in at a glance."""
SHORTEST = 3
"""Letters of a word that is no initial and no number of a section."""


def examine(gap: Gap, witness: Side, paragraph: Side) -> Finding:
    """Find what a differing stretch of the paragraph says that the witness does not say there."""
    if gap.b0 == gap.b1:
        return lost(gap, witness, paragraph)
    if gap.b1 - gap.b0 > LIMIT:
        return Finding(list(range(gap.b0, gap.b1)), Difference.WORDS)
    stretch = Stretch(gap, witness, paragraph)
    for rule in RULES:
        rule(stretch)
        if not stretch.ours:
            break
    return _rest(stretch)


def glance(gap: Gap, witness: Side, paragraph: Side) -> Difference:
    """Look at a stretch quickly: of what kind is what is certainly new? None where only `examine` can tell."""
    if gap.b0 == gap.b1:
        return Difference.NONE
    if _other_figure(gap, witness, paragraph):
        return Difference.NUMBER
    return Difference.WORDS if _other_word(gap, witness, paragraph) else Difference.NONE


def _other_figure(gap: Gap, witness: Side, paragraph: Side) -> bool:
    """Tell at a glance whether a number stands in another one's place, and no rule has anything to say to that."""
    if gap.a1 - gap.a0 != 1 or gap.b1 - gap.b0 != 1 or not 0 < gap.b0 < len(paragraph.letters) - 1:
        return False
    if not (
        witness.text
        and paragraph.text
        and is_numeric(paragraph.letters[gap.b0])
        and is_numeric(witness.letters[gap.a0])
    ):
        return False
    theirs, ours = witness.token(gap.a0), paragraph.token(gap.b0)
    if not (theirs.isdigit() and ours.isdigit()) or int(theirs) == int(ours):
        return False
    if paragraph.token(gap.b0 + 1) in MAGNITUDES or any(sign in paragraph.text for sign in "[<&"):
        return False
    return _stands_alone(witness, gap.a0) and _stands_alone(paragraph, gap.b0)


def _other_word(gap: Gap, witness: Side, paragraph: Side) -> bool:
    """Tell at a glance whether a word of content stands there that no rule takes for any of the witness's words."""
    if gap.a0 == gap.a1 or gap.a1 - gap.a0 > GLANCE or gap.b1 - gap.b0 > GLANCE:
        return False
    ours = [paragraph.token(i) for i in range(gap.b0, gap.b1)]
    if not SAYING.isdisjoint(ours):
        return False
    content = [token for token in ours if token not in KNOWN and len(token) >= SHORTEST and token.isalpha()]
    if gap.b1 == len(paragraph.letters) and content[-1:] == ours[-1:]:
        del content[-1:]  # perhaps it was cut off
    if not content:
        return False
    theirs = [plain(witness.token(i)) for i in range(gap.a0, gap.a1)]
    return any(not any(perhaps_same(one, other) for one in theirs) for other in map(plain, content))


def perhaps_same(one: str, other: str) -> bool:
    """Tell whether two words may be taken for the same, the one for short for the other, or for a part of it."""
    return (one[0] == other[0] and len(one) != len(other)) or one in other or other in one or variant(one, other)


def _stands_alone(side: Side, index: int) -> bool:
    """Tell whether a number is no part of a longer one, of a time or of a date."""
    start, end = side.span(index)
    before, after = side.text[max(start - 2, 0) : start], side.text[end : end + 2]
    return not any(character.isdigit() for character in before + after) and before[-1:].isspace() and after[:1] in " ,;"


def _rest(stretch: Stretch) -> Finding:
    """Judge what no rule has set aside."""
    gap = stretch.gap
    kinds = Difference.NONE
    new = []
    for i, token in stretch.ours.items():
        kind = _newness(stretch, i, token)
        if kind:
            new.append(i)
            kinds |= kind
    if not new and _turned(stretch):
        return Finding(list(stretch.ours) or [gap.b0], Difference.TURN)
    if new:
        return Finding(new, kinds)
    grammar = Difference.GRAMMAR if stretch.ours else Difference.NONE
    return Finding([], stretch.kind | grammar, len(stretch.ours) if gap.a0 < gap.a1 else 0)


def _turned(stretch: Stretch) -> bool:
    """Tell whether the witness has a negation or a restriction that the paragraph lacks."""
    return len(stretch.theirs) <= FEW and any(token in TURNING for token in stretch.theirs.values())


def _newness(stretch: Stretch, index: int, token: str) -> Difference:
    """Return what kind of new thing a token says; none if it is grammar alone."""
    paragraph = stretch.paragraph
    if is_numeric(paragraph.letters[index]) or (token in UNITS and not token.isalpha()):
        return Difference.NUMBER
    if is_name(paragraph, index):
        return Difference.NAME
    up_to = token + stretch.ours.get(index + 1, "") == "upto"
    if token in PERSONS and any(other not in FUNCTION for other in stretch.theirs.values()):
        return Difference.TURN  # "you" for somebody who was named
    if token in TURNING or up_to or any(frozenset((token, other)) in OPPOSED for other in stretch.theirs.values()):
        return Difference.TURN
    folded = paragraph.token(index)
    if folded in FUNCTION:
        return Difference.NONE
    return Difference.WORDS
