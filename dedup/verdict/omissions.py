"""What does a paragraph lack of its witness, and does that make it say something else?

To say less is no loss. But "not" and "only", a condition, a part of a number, or a word of a title, taken away, leave
another statement, another number or another title behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.language.data_files import words
from dedup.language.numbers import numbers
from dedup.language.phrases import TIMES
from dedup.language.spelling import plain, same_unit
from dedup.language.wordlists import FUNCTION, SECTION, UNITS
from dedup.model.differences import Difference
from dedup.text.characters import MINUS, SIGNS
from dedup.text.signs import is_picture, is_sign
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import HYPHENS, between, is_apart, is_capital, is_label, is_title
from dedup.verdict.gap import Finding
from dedup.verdict.restrictions import FEW, is_another_term, turns

if TYPE_CHECKING:
    from dedup.language.numbers import Value
    from dedup.verdict.gap import Gap, Side

_NEAR = 24
"""Characters around a token in which the rest of its number stands."""
_SPACELESS = "\u0e00"
_DATE = frozenset(words("date_signs"))
"""What stands behind the numbers of a date, which may be written without."""
_CHARACTER, _LONG_UNIT = 2, 8
"""Letters of a character with its mark, and characters of the longest unit, in scripts without spaces."""
_UNIT = 3
"""Words ahead among which a number and its unit stand."""
_AMOUNT = 6
"""Words of the rest of an amount, at most."""
_TITLE = 15
"""Words of a title, at most."""
_TEXT = 12
"""Words of what is no longer a label, at least."""
_TYING = frozenset("./@")
"""Signs that tie the parts of an address."""


def lost(  # noqa: PLR0911 - one loss after the other
    gap: Gap, witness: Side, paragraph: Side
) -> Finding:
    """Examine a stretch that the paragraph lacks."""
    for a, b in ((gap.a0 - 1, gap.b0 - 1), (gap.a1, gap.b0)):
        if not same_figure(witness, a, paragraph, b):
            return Finding([min(b, len(paragraph.letters) - 1)], Difference.NUMBER)
    here = [min(gap.b0, len(paragraph.letters) - 1)]
    if _loses_a_sign(gap, witness, paragraph) or _loses_a_unit(gap, witness, paragraph):
        return Finding(here, Difference.NUMBER)
    if _names_another(gap, witness, paragraph) or _breaks_a_word(gap, witness) or _another_address(gap, witness):
        return Finding(here, Difference.NAME)
    if turns(gap, witness, paragraph):
        return Finding(here, Difference.TURN)
    if not 0 < gap.b0 < len(paragraph.letters):
        beheaded = gap.b0 == 0 and _beheads(gap, witness, paragraph)
        return Finding(here if beheaded else [], Difference.NAME if beheaded else Difference.LESS)
    if is_another_term(gap, witness):
        return Finding(here, Difference.NAME)
    if _pairs_otherwise(gap, witness, paragraph) or _other_unit(gap, witness) or _counts_on(gap, witness):
        return Finding(here, Difference.NUMBER)
    short = len(paragraph.letters) <= _TITLE and gap.a1 - gap.a0 <= FEW
    short = short and not (is_apart(witness, gap.a0) and is_apart(witness, gap.a1))
    if short and is_title(paragraph, 0, gap.b1 + 1) and is_title(witness, gap.a0 - 1, gap.a1):
        return Finding(here, Difference.NAME)
    return Finding([], Difference.LESS)


def _loses_a_sign(gap: Gap, witness: Side, paragraph: Side) -> bool:
    """Return True if a sign is lost that belongs to what stays: the "%" behind "25", the "++" of "C++".

    A sign that is lost with its number belongs to that. Where as much is lost with it on its other side, so that the
    same sign stays, nothing else is said.
    """
    if gap.a0 == gap.a1:
        return False
    first, last = witness.token(gap.a0), witness.token(gap.a1 - 1)
    beside = range(max(gap.b0 - 1, 0), min(gap.b0 + _UNIT, len(paragraph.letters)))
    if gap.a1 - gap.a0 == 1 and any(same_unit(plain(paragraph.token(i)), last) for i in beside):
        return False  # "$5" and "5 dollars"
    if last == MINUS or all(map(is_picture, {first, last})) or not (is_sign(first) or is_sign(last)):
        return last == MINUS
    alone = gap.a1 - gap.a0 == 1
    ahead = gap.b0 < len(paragraph.letters) and (gap.a0 == 0 or witness.token(gap.a0 - 1) != last)
    if is_sign(last) and ahead and _belongs(witness, gap.a1, alone=alone or is_numeric(witness.letters[gap.a1])):
        return True
    if not is_sign(first) or gap.b0 == 0 or (gap.a1 < len(witness.letters) and witness.token(gap.a1) == first):
        return False
    return _belongs(witness, gap.a0, alone=alone or is_numeric(witness.letters[gap.a0 - 1]) or is_sign(last))


def _belongs(side: Side, index: int, *, alone: bool) -> bool:
    """Return True if nothing, or where a sign is `alone` a space, stands between a token and the one before it."""
    signs = between(side, index) if side.text else ""
    return not (signs.strip() if alone else signs)


def _loses_a_unit(gap: Gap, witness: Side, paragraph: Side) -> bool:
    """Return True if a number stays without the unit that stands behind it: "7" of "7 km", "7" of "7公里"."""
    size = gap.a1 - gap.a0
    if not (size and gap.b0 and gap.a0) or is_apart(witness, gap.a0) or not is_numeric(paragraph.letters[gap.b0 - 1]):
        return False
    unit = plain(witness.token(gap.a0))
    if unit and unit[0] >= _SPACELESS:
        return unit not in _DATE and len(unit) <= _CHARACTER and size <= _LONG_UNIT and unit[0].isalpha()
    if not same_unit(unit, unit) or (unit in FUNCTION and size > 1):
        return False
    beside = (gap.b0 - 2, gap.b0)
    return not any(same_unit(plain(paragraph.token(i)), unit) for i in beside if 0 <= i < len(paragraph.letters))


def _beheads(gap: Gap, witness: Side, paragraph: Side) -> bool:
    """Tell whether a title lacks its first words, and nothing kept them apart: "Prime" of "Prime Minister"."""
    few = gap.a1 - gap.a0 <= FEW and len(paragraph.letters) <= _TITLE
    if not few or is_apart(witness, gap.a1) or gap.a0:
        return False
    return is_title(paragraph, 0, len(paragraph.letters)) and is_title(witness, 0, gap.a1)


def _pairs_otherwise(gap: Gap, witness: Side, paragraph: Side) -> bool:
    """Tell whether numbers are lost beside a number that stays: it may have been said of something else."""
    if not any(is_numeric(letter) for letter in witness.letters[gap.a0 : gap.a1]):
        return False
    beside = paragraph.letters[gap.b0 - 1 : gap.b0 + 1]
    return gap.a1 - gap.a0 > FEW and any(is_numeric(letter) for letter in beside)


def _names_another(gap: Gap, witness: Side, paragraph: Side) -> bool:
    """Tell whether a label or a title lacks a word of content that nothing keeps apart from it: it is another one."""
    if not (witness.text and is_label(paragraph)):
        return False
    words = [witness.token(i) for i in range(gap.a0, gap.a1)]
    if gap.a0 == 0 and all(len(word) == 1 or word.isdigit() or word in SECTION for word in words):
        return False  # its number
    if all(word in FUNCTION for word in words):
        return False
    edge = gap.b0 == 0 or gap.b1 == len(paragraph.letters)
    if edge and gap.a1 - gap.a0 >= _TEXT and 2 * len(paragraph.letters) <= len(paragraph.text):
        return False  # a byline or a caption that runs on into its text
    left = gap.b0 > 0 and not _is_kept_apart(gap, witness, gap.a0)
    right = gap.b0 < len(paragraph.letters) and not _is_kept_apart(gap, witness, gap.a1)
    return left or right


def _is_kept_apart(gap: Gap, witness: Side, index: int) -> bool:
    """Tell whether a sign keeps a stretch apart at one of its ends; a hyphen does beside more than a word or two."""
    if is_apart(witness, index):
        return True
    return gap.a1 - gap.a0 > FEW and between(witness, index) in HYPHENS


def _breaks_a_word(gap: Gap, witness: Side) -> bool:
    """Tell whether what is lost hangs on what stays by a hyphen: "B" of "B-minus", "smoking" of "non-smoking"."""
    if not witness.text or gap.a1 - gap.a0 > FEW:
        return False
    return any(0 < index < len(witness.letters) and between(witness, index) in HYPHENS for index in (gap.a0, gap.a1))


def _other_unit(gap: Gap, witness: Side) -> bool:
    """Tell whether a word before a unit is lost that may make it another one: "Canadian dollars"."""
    if gap.a1 - gap.a0 > FEW or not 0 < gap.a0 < gap.a1 < len(witness.letters):
        return False
    return witness.token(gap.a1) in UNITS and (is_numeric(witness.letters[gap.a0 - 1]))


def _another_address(gap: Gap, witness: Side) -> bool:
    """Tell whether a part of an address that readers see is lost: ".php" of "example.org/help.php"."""
    if not witness.text or gap.a1 - gap.a0 > FEW or not 0 < gap.a0 < gap.a1:
        return False
    end, start = witness.span(gap.a0 - 1)[1], witness.span(gap.a0)[0]
    sign, first = witness.text[end:start], witness.text[start]
    if len(sign) != 1 or sign not in _TYING or (sign == "." and not (first.islower() or first.isdigit())):
        return False  # a sentence may begin without a space
    opened = max(witness.text.rfind("](", 0, end), witness.text.rfind("<", 0, end))
    return opened < 0 or any(closing in witness.text[opened + 1 : end] for closing in ")>")


def _counts_on(gap: Gap, witness: Side) -> bool:
    """Tell whether the rest of an amount is lost, or the number of a name: "twelve (12) months and six (6) days"."""
    figures = [is_numeric(letter) for letter in witness.letters[gap.a0 : gap.a1]]
    qualifies = len(figures) == 1 and len(witness.token(gap.a0)) > 1
    if not (any(figures) or qualifies) or len(figures) > _AMOUNT or is_apart(witness, gap.a0):
        return False
    if any(is_numeric(witness.letters[i]) for i in range(max(gap.a0 - 2, 0), gap.a0)):
        return True  # "ten working days" and ten days, too
    named = figures == [True] and between(witness, gap.a0) == " "
    name = witness.token(gap.a0 - 1)
    return named and is_capital(witness, gap.a0 - 1) and name not in SECTION and plain(name) not in TIMES


def same_figure(witness: Side, a: int, paragraph: Side, b: int) -> bool:
    """Tell whether two equal tokens, where they are figures, are parts of numbers that say the same.

    A token that is not there, and a side whose text nobody knows, say nothing against it.
    """
    if not (0 <= a < len(witness.letters) and 0 <= b < len(paragraph.letters) and witness.text and paragraph.text):
        return True
    if not is_numeric(paragraph.letters[b]):
        return True
    if _negative(witness, a) != _negative(paragraph, b):
        return False
    (theirs, known), (ours, sign) = _figure(witness, a), _figure(paragraph, b)
    return theirs == ours and sign in {"", known}


def _negative(side: Side, index: int) -> bool:
    """Tell whether a minus stands before a token, perhaps with a sign of currency in between."""
    if index > 1 and side.token(index - 1) in SIGNS:
        index -= 1
    return index > 0 and side.token(index - 1) == MINUS


def _figure(side: Side, index: int) -> tuple[Value, str]:
    """Return what the number says that a token is part of, and the sign that stands before or behind it."""
    start, end = side.span(index)
    low = max(0, start - _NEAR)
    text = side.text[low : end + _NEAR]
    found = next((number for number in numbers(text) if low + number.start <= start < low + number.end), None)
    if found is None:
        return 0.0, ""
    behind = text[found.end :].lstrip(" \u00a0\u202f")[:1]
    sign = text[: found.start].rstrip(" \u00a0\u202f")[-1:] + behind
    return found.value, "".join(character for character in sign if character in SIGNS)
