"""Rules about spelling: variants, abbreviations, misread characters, words that are cut short."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from dedup.language.data_files import words
from dedup.language.numbers import magnitude, word_value
from dedup.language.spelling import abbreviates, accented_alike, initials, same_unit, unit_sign, variant
from dedup.language.wordlists import FUNCTION, NEGATIONS
from dedup.text.line_forms import tail
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import is_capital
from dedup.verdict.rules.numbers import DIGITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.verdict.gap import GapContext, Paragraph


_PREFIX = 3
"""Letters of half a word that is joined by a hyphen, at least."""

_CUT_OFF = ("…", "...", "-", "\u00ad")
"""Signs one of which stands behind the last word of a text that was cut off."""

_HYPHENS = frozenset("-\u00ad")

_DOTS = frozenset(".-/ªº")

_DENYING = NEGATIONS.difference(words("joined_negations"))
"""Negations that another word may begin with by chance; "non" is one before any word."""


def spelling_variant(context: GapContext) -> None:
    """The same letters, with other spaces between them; or each word in another spelling, in order."""
    witness_left, left = context.witness_words, context.candidate_words
    joined = "".join(witness_left.values()), "".join(left.values())
    if joined[0] == joined[1] and len(witness_left) != len(left) and _figures_of(witness_left) == _figures_of(left):
        parts = list(witness_left.values()), list(left.values())
        context.protects_words = _begins_a_word(*parts) or _begins_a_word(*reversed(parts))
        context.ignore_tokens(list(left), list(witness_left))
        return
    keys = list(witness_left)
    at = 0
    for i, token in list(left.items()):
        if i not in left:
            continue  # the second half of a word
        found = next((k for k in range(at, len(keys)) if _one_word(context, keys[k], i)), None)
        if found is None:
            found = _two_in_one(context, keys, at, token)
        if found is None and at < len(keys) and i + 1 in left:
            found = _one_in_two(context, keys, at, i)
        if found is not None:
            context.ignore_tokens([i], [keys[found]])
            context.protects_words = True
            del keys[found]
            at = found


def _begins_a_word(parts: Sequence[str], joined: Sequence[str]) -> bool:
    """Return True if a negation begins a longer word: "not able" is not "notable", but "isnot" is "is not"."""
    begins, at = set(accumulate(map(len, joined), initial=0)), 0
    for part in parts:
        if part in _DENYING and part not in joined and at in begins:
            return True
        at += len(part)
    return False


def _figures_of(tokens: dict[int, str]) -> list[str]:
    return DIGITS.findall(" ".join(tokens.values()))


def _one_word(context: GapContext, witness_left: int, left: int) -> bool:
    """Return True if two words are one in two spellings."""
    one, other = context.witness_words[witness_left], context.candidate_words[left]
    if one == other:
        return accented_alike(context.witness.token(witness_left), context.candidate.token(left))
    return variant(one, other) and (not is_capital(context.candidate, left) or variant(one, other, name=True))


def _two_in_one(context: GapContext, keys: list[int], at: int, token: str) -> int | None:
    """Return the second of two words of the witness that are one word here, if there are two such words."""
    witness_left = context.witness_words
    if token.isdigit():
        return None
    for k in range(at, len(keys) - 1):
        if witness_left[keys[k]] + witness_left[keys[k + 1]] == token:
            context.protects_words = witness_left[keys[k]] in _DENYING
            return k + 1
    return None


def _one_in_two(context: GapContext, keys: list[int], at: int, first: int) -> int | None:
    """Return the word of the witness that is two words here, this one and the next, if there is one."""
    joined = context.candidate_words[first] + context.candidate_words[first + 1]
    found = next((k for k in range(at, len(keys)) if context.witness_words[keys[k]] == joined), None)
    if found is None or any(map(str.isdigit, joined)):
        return None
    if len(context.candidate_words[first]) < _PREFIX:
        text, span = context.candidate.text, context.candidate.span
        if not text or not text[span(first)[1] : span(first + 1)[0]].isspace():
            return None  # "re-signed" is not "resigned"
    context.protects_words = context.candidate_words[first] in _DENYING
    context.ignore_tokens([first + 1])
    return found


def abbreviation(context: GapContext) -> None:
    """Short forms of the witness's words, units and initials; or the long forms of its short ones."""
    witness_left, left = list(context.witness_words.values()), list(context.candidate_words.values())
    if not witness_left:
        return
    if initials(witness_left, left) or initials(left, witness_left):
        context.ignore_tokens(list(context.candidate_words), list(context.witness_words))
        return
    for i, token in list(context.candidate_words.items()):
        for j, other in list(context.witness_words.items()):
            if _same_unit(context, j, i) or (
                other[0] == token[0]
                and (
                    (_dotted(context.candidate, i) and abbreviates(other, token))
                    or (_dotted(context.witness, j) and abbreviates(token, other))
                )
            ):
                context.ignore_tokens([i], [j])
                break


def _same_unit(context: GapContext, witness_left: int, left: int) -> bool:
    """Return True if two words are for one unit: "km" and "kilometres", but "hour" and "hours" only beside numbers."""
    one, other = context.witness_words[witness_left], context.candidate_words[left]
    if not same_unit(one, other):
        return False
    if ((one == unit_sign(one)) != (other == unit_sign(other))) and not {one, other} & FUNCTION:
        return True
    return _counted(context.witness, witness_left) and _counted(context.candidate, left)


def _counted(paragraph: Paragraph, index: int) -> bool:
    """Return True if a number, or a word for one, stands beside a token."""
    return any(
        is_numeric(paragraph.chars[i])
        or word_value(paragraph.token(i)) is not None
        or magnitude(paragraph.token(i)) is not None
        for i in (index - 1, index + 1)
        if 0 <= i < len(paragraph.chars)
    )


def _dotted(paragraph: Paragraph, index: int) -> bool:
    """Return True if a full stop, or what stands for one in an abbreviation, follows a token."""
    if not paragraph.text:
        return False
    start, end = paragraph.span(index)
    sign, after = paragraph.text[end : end + 1], paragraph.text[end + 1 : end + 2]
    # What ties a word to the next one, in an address or in a compound, stands for nothing; the dot of "z.B." does.
    return sign in _DOTS and not (after.isalnum() and (sign != "." or end - start > 1))


def mojibake(context: GapContext) -> None:
    """The "Â" that stands before a sign where UTF-8 was read as Latin-1: "Â£", "Â©", "Â" and a no-break space."""
    text, span = context.candidate.text, context.candidate.span
    slips = [i for i in context.candidate_words if text[slice(*span(i))] == "Â"] if text else ()
    behind = {i: text[span(i)[1] : span(i)[1] + 1] for i in slips}
    context.ignore_tokens([i for i, sign in behind.items() if "\xa0" <= sign <= "\xbf"])


def truncated_word(context: GapContext) -> None:
    """The beginning of a word at which the paragraph was cut off."""
    text = context.candidate.text
    if not context.at_end or not context.candidate_words or not any(sign in tail(text, "") for sign in _CUT_OFF):
        return
    last, token = list(context.candidate_words.items())[-1]
    if is_numeric(context.candidate.chars[last]):
        return  # what is left of a number is another number
    behind = text[context.candidate.span(last)[1] :]
    if behind[:1].isspace() and behind.rstrip()[-1:] in _HYPHENS:
        return  # a dash
    after = context.gap.witness_start + (last - context.gap.candidate_start)
    whole = context.witness_words.get(after) or next(iter(context.witness_words.values()), "")
    if whole.startswith(token) or (
        not context.witness_words and text.endswith(("-", "\u00ad")) and len(context.candidate_words) == 1
    ):
        context.ignore_tokens([last])
