"""What does a differing stretch say? Which of its words are new, and of what kind is the difference.

What is only a matter of writing is set aside by `dedup.verdict.rules.numbers`, rule by rule; of the rest, what is not
grammar is new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.language.spelling import same_unit
from dedup.language.wordlists import FUNCTION, OPPOSED, PERSON, PERSONS, TURNING
from dedup.model.differences import Difference
from dedup.text.characters import MINUS, SIGNS
from dedup.text.signs import is_picture, is_sign
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import HYPHENS, is_capital, is_name
from dedup.verdict.gap import LIMIT, Finding, Stretch
from dedup.verdict.omissions import lost
from dedup.verdict.restrictions import FEW
from dedup.verdict.rules.numbers import same_figures
from dedup.verdict.rules.order import FEWEST, MOVED
from dedup.verdict.rules.registry import SIGN_RULES, TURNING_RULES, rules_for

if TYPE_CHECKING:
    from dedup.verdict.gap import Gap, Side


def examine(gap: Gap, witness: Side, paragraph: Side, *, thorough: bool = True) -> Finding:
    """Find what a differing stretch of the paragraph says that the witness does not say there.

    Args:
        gap: the stretch.
        witness: the tokens of the one that stays.
        paragraph: the tokens of the one that may go.
        thorough: name all that is new; else a figure that is new is enough, where there is one.
    """
    if gap.b0 == gap.b1:
        return lost(gap, witness, paragraph)
    if gap.b1 - gap.b0 > LIMIT:
        return Finding(list(range(gap.b0, gap.b1)), Difference.WORDS)
    stretch = Stretch(gap, witness, paragraph)
    for rule in rules_for(stretch):
        stretch.holds_words, stretch.holds_signs = rule not in TURNING_RULES, rule not in SIGN_RULES
        rule(stretch)
        if not stretch.ours:
            break
        if rule is same_figures and not thorough and (figures := _figures(stretch)):
            return Finding(figures, Difference.NUMBER)
    return _rest(stretch, thorough=thorough)


def _figures(stretch: Stretch) -> list[int]:
    """Return the figures that no rule after `same_figures` sets aside: a few, or such as the witness has nowhere."""
    gap, letters = stretch.gap, stretch.paragraph.letters
    long = gap.b1 - gap.b0 >= (FEWEST if gap.a0 == gap.a1 else MOVED)
    figures = (i for i, token in stretch.ours.items() if token.isdigit())
    return [i for i in figures if not long or letters[i] not in stretch.witness.letters]


def _rest(stretch: Stretch, *, thorough: bool) -> Finding:
    """Judge what no rule has set aside: all of it, or only until something is new."""
    gap = stretch.gap
    kinds = Difference.NONE
    new = []
    for i, token in stretch.ours.items():
        kind = _newness(stretch, i, token)
        if kind:
            new.append(i)
            kinds |= kind
            if not thorough:
                break
    if not new and _turned(stretch):
        return Finding(list(stretch.ours) or [gap.b0], Difference.TURN)
    if not new and any(is_sign(token) and not is_picture(token) for token in stretch.theirs.values()):
        return Finding(list(stretch.ours) or [gap.b0], Difference.NUMBER)
    if new:
        return Finding(new, kinds)
    grammar = Difference.GRAMMAR if stretch.ours else Difference.NONE
    return Finding([], stretch.kind | grammar, len(stretch.ours) if gap.a0 < gap.a1 else 0)


def _turned(stretch: Stretch) -> bool:
    """Tell whether the witness has a negation or a restriction that the paragraph lacks."""
    return len(stretch.theirs) <= FEW and any(token in TURNING for token in stretch.theirs.values())


def _is_prefix(side: Side, index: int) -> bool:
    """Tell whether a token is an "un-", which turns the word behind it; "un" by itself is an article elsewhere."""
    if side.token(index) != "un" or not side.text:
        return False
    _, end = side.span(index)
    return side.text[end : end + 1] in HYPHENS


def _persons(stretch: Stretch) -> set[int]:
    """Return the grammatical persons of the witness's pronouns in a stretch."""
    return {PERSON[token] for token in stretch.theirs.values() if token in PERSON}


def _turns(stretch: Stretch, index: int, token: str) -> bool:
    """Tell whether a word makes another statement of what stands around it, in place of what the witness has there."""
    theirs = stretch.theirs.values()
    if token in PERSONS and any(other not in FUNCTION for other in theirs):
        return True  # "you" for somebody who was named
    if token in PERSON and _persons(stretch) and PERSON[token] not in _persons(stretch):
        return True
    up_to = token + stretch.ours.get(index + 1, "") == "upto"
    opposed = any(frozenset((token, other)) in OPPOSED for other in theirs)
    return token in TURNING or up_to or opposed or _is_prefix(stretch.paragraph, index)


def _newness(stretch: Stretch, index: int, token: str) -> Difference:
    """Return what kind of new thing a token says; none if it is grammar alone."""
    paragraph = stretch.paragraph
    if is_numeric(paragraph.letters[index]) or token == MINUS or token in SIGNS:
        return Difference.NUMBER
    if is_name(paragraph, index):
        return Difference.NAME
    if _turns(stretch, index, token):
        return Difference.TURN
    if len(token) == 1 and token not in PERSON and is_capital(paragraph, index):
        return Difference.NAME  # "Part D"
    if paragraph.token(index) not in FUNCTION:
        return Difference.WORDS
    measured = index > 0 and same_unit(token, token) and is_numeric(paragraph.letters[index - 1])
    return Difference.NUMBER if measured else Difference.NONE  # "7 m"
