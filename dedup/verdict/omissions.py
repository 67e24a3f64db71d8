"""Find out whether what the candidate omits of the witness changes what it says.

To say less is not a difference. But where "not" or "only", a condition, a part of a number, or a word of a title is
omitted, another statement, another number or another title is left.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dedup.language.data_files import words
from dedup.language.numbers import LONGEST, number_signs, numbers
from dedup.language.phrases import TIMES
from dedup.language.spelling import plain, same_unit, unit_sign
from dedup.language.wordlists import FUNCTION, SECTION
from dedup.model.differences import Difference
from dedup.text.characters import MINUS, SIGNS
from dedup.text.signs import is_picture, is_sign
from dedup.text.token_chars import is_numeric
from dedup.verdict.code import breaks_span
from dedup.verdict.context import HYPHENS, between, is_apart, is_capital, is_in_target, is_label, is_title
from dedup.verdict.figures import bounds
from dedup.verdict.gap import Finding
from dedup.verdict.restrictions import FEW, is_another_term, restricts

if TYPE_CHECKING:
    from dedup.language.numbers import Value
    from dedup.verdict.gap import Gap, Paragraph

_NEAR = 24
"""Characters around a token in which the rest of its number stands."""
_KNOWN = 1 << 10
"""Figures that are not read again."""
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
_ENTRIES = {",": 1, "、": 1, "،": 1, ";": 1, "/": 2, "-": 1, "–": 1, "•": 2, "·": 2, "・": 1}
"""What stands between the entries of a list, and how often at least where the line is one."""
_DASHES, _SPACELESS_ENTRIES = frozenset("-–"), frozenset("、・")
_WORDS, _CHARACTERS = 5, 8
"""Words of an entry that is a name, and characters where words have no spaces between them, at most."""
_AROUND = " \t\n\u00a0\u3000*_\"'“”«»[]"
"""Marks and signs around an entry."""
_TYING = frozenset("./@")
"""Signs that tie the parts of an address."""


def check_omission(  # noqa: PLR0911 - one loss after the other
    gap: Gap, witness: Paragraph, candidate: Paragraph
) -> Finding:
    """Find out whether the omission of words of the witness changes what the candidate says."""
    for a, b in ((gap.witness_start - 1, gap.candidate_start - 1), (gap.witness_end, gap.candidate_start)):
        if not is_same_number(witness, a, candidate, b):
            return Finding([min(b, len(candidate.chars) - 1)], Difference.NUMBER)
    here = [min(gap.candidate_start, len(candidate.chars) - 1)]
    if _loses_a_sign(gap, witness, candidate) or _loses_a_unit(gap, witness, candidate):
        return Finding(here, Difference.NUMBER)
    parts = _breaks_a_word(gap, witness) or _another_address(gap, witness) or breaks_span(gap, witness)
    if parts or _names_another(gap, witness, candidate):
        return Finding(here, Difference.NAME)
    if restricts(gap, witness, candidate):
        return Finding(here, Difference.TURN)
    if not 0 < gap.candidate_start < len(candidate.chars):
        beheaded = gap.candidate_start == 0 and _beheads(gap, witness, candidate)
        return Finding(here if beheaded else [], Difference.NAME if beheaded else Difference.LESS)
    if is_another_term(gap, witness) or _lacks_a_character(gap, witness, candidate):
        return Finding(here, Difference.NAME)
    other = _pairs_otherwise(gap, witness, candidate) or _other_unit(gap, witness) or _counts_on(gap, witness)
    other = other or _cuts_a_number(gap, witness)
    if other or bounds(witness, gap.witness_start, gap.witness_end):
        return Finding(here, Difference.NUMBER)
    short = len(candidate.chars) <= _TITLE and gap.witness_size <= FEW
    short = short and not (is_apart(witness, gap.witness_start) and is_apart(witness, gap.witness_end))
    if (
        short
        and is_title(candidate, 0, gap.candidate_end + 1)
        and is_title(witness, gap.witness_start - 1, gap.witness_end)
    ):
        return Finding(here, Difference.NAME)
    return Finding([], Difference.LESS)


def _loses_a_sign(gap: Gap, witness: Paragraph, candidate: Paragraph) -> bool:
    """Return True if a sign is lost that belongs to what stays: the "%" behind "25", the "++" of "C++".

    A sign that is lost with its number belongs to that. Where as much is lost with it on its other side, so that the
    same sign stays, nothing else is said.
    """
    if gap.witness_size == 0:
        return False
    first, last = witness.token(gap.witness_start), witness.token(gap.witness_end - 1)
    beside = range(max(gap.candidate_start - 1, 0), min(gap.candidate_start + _UNIT, len(candidate.chars)))
    if gap.witness_size == 1 and any(same_unit(plain(candidate.token(i)), last) for i in beside):
        return False  # "$5" and "5 dollars"
    if last == MINUS or all(map(is_picture, {first, last})) or not (is_sign(first) or is_sign(last)):
        return last == MINUS
    alone = gap.witness_size == 1
    ahead = gap.candidate_start < len(candidate.chars) and (
        gap.witness_start == 0 or witness.token(gap.witness_start - 1) != last
    )
    if (
        is_sign(last)
        and ahead
        and _belongs(witness, gap.witness_end, alone=alone or is_numeric(witness.chars[gap.witness_end]))
    ):
        return True
    if (
        not is_sign(first)
        or gap.candidate_start == 0
        or (gap.witness_end < len(witness.chars) and witness.token(gap.witness_end) == first)
    ):
        return False
    return _belongs(
        witness, gap.witness_start, alone=alone or is_numeric(witness.chars[gap.witness_start - 1]) or is_sign(last)
    )


def _belongs(paragraph: Paragraph, index: int, *, alone: bool) -> bool:
    """Return True if nothing, or where a sign is `alone` a space, stands between a token and the one before it."""
    signs = between(paragraph, index) if paragraph.text else ""
    return not (signs.strip() if alone else signs)


def _loses_a_unit(gap: Gap, witness: Paragraph, candidate: Paragraph) -> bool:
    """Return True if a number stays without the unit that stands behind it: "7" of "7 km", "7" of "7公里"."""
    size = gap.witness_size
    if (
        not (size and gap.candidate_start and gap.witness_start)
        or is_apart(witness, gap.witness_start)
        or not is_numeric(candidate.chars[gap.candidate_start - 1])
    ):
        return False
    unit = plain(witness.token(gap.witness_start))
    if unit and unit[0] >= _SPACELESS:
        return unit not in _DATE and len(unit) <= _CHARACTER and size <= _LONG_UNIT and unit[0].isalpha()
    if not same_unit(unit, unit) or (unit in FUNCTION and size > 1):
        return False
    beside = (gap.candidate_start - 2, gap.candidate_start)
    return not any(same_unit(plain(candidate.token(i)), unit) for i in beside if 0 <= i < len(candidate.chars))


def _beheads(gap: Gap, witness: Paragraph, candidate: Paragraph) -> bool:
    """Return True if a title lacks its first words, and nothing kept them apart: "Prime" of "Prime Minister"."""
    few = gap.witness_size <= FEW and len(candidate.chars) <= _TITLE
    if not few or is_apart(witness, gap.witness_end) or gap.witness_start:
        return False
    return is_title(candidate, 0, len(candidate.chars)) and is_title(witness, 0, gap.witness_end)


def _pairs_otherwise(gap: Gap, witness: Paragraph, candidate: Paragraph) -> bool:
    """Return True if numbers are lost beside a number that stays: it may have been said of something else."""
    if not any(is_numeric(char) for char in witness.chars[gap.witness_start : gap.witness_end]):
        return False
    beside = candidate.chars[gap.candidate_start - 1 : gap.candidate_start + 1]
    return gap.witness_size > FEW and any(is_numeric(char) for char in beside)


def _names_another(gap: Gap, witness: Paragraph, candidate: Paragraph) -> bool:
    """Return True if a label or a title lacks a word of content that nothing keeps apart from it: it is another one."""
    if not (witness.text and is_label(candidate)):
        return False
    words = [witness.token(i) for i in gap.witness_range]
    if gap.witness_start == 0 and all(len(word) == 1 or word.isdigit() or word in SECTION for word in words):
        return False  # its number
    if all(word in FUNCTION for word in words) or is_in_target(witness, gap.witness_start):
        return False
    if _lacks_an_entry(gap, witness, candidate):
        return True
    edge = gap.candidate_start == 0 or gap.candidate_end == len(candidate.chars)
    if edge and gap.witness_size >= _TEXT and 2 * len(candidate.chars) <= len(candidate.text):
        return False  # a byline or a caption that runs on into its text
    left = gap.candidate_start > 0 and not _is_kept_apart(gap, witness, gap.witness_start)
    right = gap.candidate_start < len(candidate.chars) and not _is_kept_apart(gap, witness, gap.witness_end)
    return left or right


def _lacks_an_entry(gap: Gap, witness: Paragraph, candidate: Paragraph) -> bool:
    """Return True if a list of names lacks some of them: of "flour, bread, salt" no more than "flour, salt"."""
    ends = {
        between(witness, index).strip(_AROUND)
        for index in (gap.witness_start, gap.witness_end)
        if 0 < index < len(witness.chars)
    }
    signs = ends - {":", "："}
    sign = signs.pop() if len(signs) == 1 else ""
    if sign not in _ENTRIES:
        return False
    lead_in, colon, names = candidate.text.replace("：", ":").partition(":")
    entries = (names if colon else lead_in).split(f" {sign} " if sign in _DASHES else sign)
    longest = max(map(len, entries) if sign in _SPACELESS_ENTRIES else (len(entry.split()) for entry in entries))
    return len(entries) > _ENTRIES[sign] and longest <= (_CHARACTERS if sign in _SPACELESS_ENTRIES else _WORDS)


def _is_kept_apart(gap: Gap, witness: Paragraph, index: int) -> bool:
    """Return True if a sign separates the gap from the word at one of its ends; a hyphen does for longer gaps."""
    if is_apart(witness, index):
        return True
    return gap.witness_size > FEW and between(witness, index) in HYPHENS


def _breaks_a_word(gap: Gap, witness: Paragraph) -> bool:
    """Return True if what is lost hangs on what stays by a hyphen: "B" of "B-minus", "smoking" of "non-smoking"."""
    if not witness.text or gap.witness_size > FEW:
        return False
    return any(
        0 < index < len(witness.chars) and between(witness, index) in HYPHENS
        for index in (gap.witness_start, gap.witness_end)
    )


def _lacks_a_character(gap: Gap, witness: Paragraph, candidate: Paragraph) -> bool:
    """Return True if a single character is lost in a script without spaces, and is no word of grammar.

    Seldom is one a word there: it may be a third of a name.
    """
    if gap.witness_size != 1 or not witness.text or not 0 < gap.witness_start < len(witness.chars) - 1:
        return False
    if _is_contracted(gap, witness, candidate):
        return False
    around = [witness.token(i) for i in range(gap.witness_start - 1, gap.witness_end + 1)]
    if around[1] in FUNCTION or any(token[0] < _SPACELESS or not token[0].isalpha() for token in around):
        return False
    return not (between(witness, gap.witness_start) or between(witness, gap.witness_end))


def _is_contracted(gap: Gap, witness: Paragraph, candidate: Paragraph) -> bool:
    """Return True if of what stands beside a gap only one character stays: "附中" for "附属中学"."""
    start, end = gap.witness_start, gap.witness_end
    for a, b, edge in ((start - 2, gap.candidate_start - 2, start - 1), (end + 1, gap.candidate_start + 1, end + 1)):
        known = 0 <= a < len(witness.chars) and 0 <= b < len(candidate.chars) and not is_apart(witness, edge)
        if known and witness.chars[a] != candidate.chars[b] and witness.token(a)[0] >= _SPACELESS:
            return True
    return False


def _other_unit(gap: Gap, witness: Paragraph) -> bool:
    """Return True if a word before a unit is lost that may make it another one: "Canadian dollars"."""
    if gap.witness_size > FEW or not 0 < gap.witness_start < gap.witness_end < len(witness.chars):
        return False
    unit = unit_sign(plain(witness.token(gap.witness_end)))
    return unit is not None and is_numeric(witness.chars[gap.witness_start - 1])


def _another_address(gap: Gap, witness: Paragraph) -> bool:
    """Return True if a part of an address that readers see is lost: ".php" of "example.org/help.php"."""
    if not witness.text or gap.witness_size > FEW or not 0 < gap.witness_start < gap.witness_end:
        return False
    end, start = witness.span(gap.witness_start - 1)[1], witness.span(gap.witness_start)[0]
    sign, first = witness.text[end:start], witness.text[start]
    if len(sign) != 1 or sign not in _TYING or (sign == "." and not (first.islower() or first.isdigit())):
        return False  # a sentence may begin without a space
    opened = max(witness.text.rfind("](", 0, end), witness.text.rfind("<", 0, end))
    return opened < 0 or any(closing in witness.text[opened + 1 : end] for closing in ")>")


def _counts_on(gap: Gap, witness: Paragraph) -> bool:
    """Return True if the rest of an amount is lost, or the number of a name: "twelve (12) months and six (6) days"."""
    figures = [is_numeric(char) for char in witness.chars[gap.witness_start : gap.witness_end]]
    qualifies = len(figures) == 1 and len(witness.token(gap.witness_start)) > 1 and not _joins(gap, witness)
    if not (any(figures) or qualifies) or len(figures) > _AMOUNT or is_apart(witness, gap.witness_start):
        return False
    if any(is_numeric(witness.chars[i]) for i in range(max(gap.witness_start - 2, 0), gap.witness_start)):
        return True  # "ten working days" and ten days, too
    named = figures == [True] and between(witness, gap.witness_start) == " "
    name = witness.token(gap.witness_start - 1)
    return named and is_capital(witness, gap.witness_start - 1) and name not in SECTION and plain(name) not in TIMES


def _cuts_a_number(gap: Gap, witness: Paragraph) -> bool:
    """Return True if a part is lost of a number that is written with several signs for words: 二十 of 三百二十."""
    signs = number_signs()
    return any(
        witness.token(index - 1) in signs and witness.token(index) in signs and not between(witness, index)
        for index in {gap.witness_start, gap.witness_end}
        if witness.text and 0 < index < len(witness.chars)
    )


def _joins(gap: Gap, witness: Paragraph) -> bool:
    """Return True for a word between two numbers, of which `joins_otherwise` tells what it makes of them: "6 to 10"."""
    return witness.token(gap.witness_start) in FUNCTION and is_numeric(
        witness.chars[gap.witness_end : gap.witness_end + 1] or " "
    )


def is_same_number(witness: Paragraph, a: int, candidate: Paragraph, b: int) -> bool:
    """Return True if two equal tokens, where they are figures, are parts of numbers that say the same.

    True as well for a token that does not exist, and for a paragraph whose text is unknown.
    """
    if not (0 <= a < len(witness.chars) and 0 <= b < len(candidate.chars) and witness.text and candidate.text):
        return True
    if not is_numeric(candidate.chars[b]):
        return True
    if _negative(witness, a) != _negative(candidate, b):
        return False
    there, here = _around(witness, a), _around(candidate, b)
    # Most stand between the same words. A number that is too long to be read equals none.
    if there == here and len(here[0]) <= LONGEST:
        return True
    (*theirs, witness_sign), (*ours, sign) = _figure(*there), _figure(*here)
    return theirs == ours and sign in {"", witness_sign}


def _negative(paragraph: Paragraph, index: int) -> bool:
    """Return True if a minus stands before a token, perhaps with a sign of currency in between."""
    if index > 1 and paragraph.token(index - 1) in SIGNS:
        index -= 1
    return index > 0 and paragraph.token(index - 1) == MINUS


def _around(paragraph: Paragraph, index: int) -> tuple[str, int]:
    """Return a token with the text around it, and where it begins in there."""
    start, end = paragraph.span(index)
    low = max(0, start - _NEAR)
    return paragraph.text[low : end + _NEAR], start - low


@lru_cache(maxsize=_KNOWN)
def _figure(text: str, at: int) -> tuple[Value, str, str]:
    """Return what the number at a place says, its share, and the sign that stands before or behind it."""
    found = next((number for number in numbers(text) if number.start <= at < number.end), None)
    if found is None:
        return 0.0, "", ""
    behind = text[found.end :].lstrip(" \u00a0\u202f")[:1]
    sign = text[: found.start].rstrip(" \u00a0\u202f")[-1:] + behind
    return found.value, found.share, "".join(character for character in sign if character in SIGNS)
