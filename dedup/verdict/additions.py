"""Find what a candidate says in a gap that the witness does not, and of which kind the difference is.

Differences in form are ignored by the rules of `dedup.verdict.rules`, one after the other; of what is left, all but
function words is new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.language.spelling import opposed, same_unit
from dedup.language.wordlists import COORDINATING, FUNCTION, PERSON, PERSONS, TURNING
from dedup.model.differences import Difference
from dedup.text.characters import MINUS, SIGNS
from dedup.text.signs import is_picture, is_sign
from dedup.text.token_chars import is_numeric
from dedup.verdict.code import in_span
from dedup.verdict.context import APART, APOSTROPHES, HYPHENS, between, is_capital, is_name, is_tied
from dedup.verdict.figures import bounds, joins_otherwise
from dedup.verdict.gap import MAX_GAP, Examined, Finding, GapContext, SetAside
from dedup.verdict.omissions import check_omission
from dedup.verdict.restrictions import FEW
from dedup.verdict.rules.numbers import equal_numbers
from dedup.verdict.rules.order import FEWEST, MOVED
from dedup.verdict.rules.registry import rules_for

if TYPE_CHECKING:
    from dedup.verdict.gap import Gap, Paragraph
    from dedup.verdict.rules.registry import Rule


def check_addition(gap: Gap, witness: Paragraph, candidate: Paragraph, *, thorough: bool = True) -> Finding:
    """Find what the candidate says in a gap that the witness does not say there.

    Args:
        gap: the gap; one in which the candidate has nothing is examined by `check_omission`.
        witness: the paragraph that stays.
        candidate: the paragraph that may be removed.
        thorough: report all that is new; else stop at a new number, if there is one.
    """
    if candidate.watch is None:
        return _check(gap, witness, candidate, None, thorough=thorough)
    ignored: list[SetAside] = []
    finding = _check(gap, witness, candidate, ignored, thorough=thorough)
    candidate.watch(Examined(gap, tuple(ignored), finding))
    return finding


def _check(
    gap: Gap, witness: Paragraph, candidate: Paragraph, ignored: list[SetAside] | None, *, thorough: bool
) -> Finding:
    """Do what `check_addition` does; `ignored` takes what each rule has ignored, unless it is None."""
    if joins_otherwise(gap, witness, candidate):
        return Finding(list(gap.candidate_range) or [gap.candidate_start], Difference.NUMBER)
    if gap.candidate_size == 0:
        return check_omission(gap, witness, candidate)
    if gap.candidate_size > MAX_GAP:
        return Finding(list(gap.candidate_range), Difference.WORDS)
    if "`" in candidate.text and (code := [i for i in gap.candidate_range if in_span(candidate, i)]):
        return Finding(code, Difference.NAME)
    context = GapContext(gap, witness, candidate)
    for rule in rules_for(context):
        if ignored is None:
            rule.apply(context)
        else:
            _apply_watched(rule, context, ignored)
        if not context.candidate_words:
            break
        if rule.function is equal_numbers and not thorough and (numerals := _new_numerals(context)):
            return Finding(numerals, Difference.NUMBER)
    return _check_remainder(context, thorough=thorough)


def _apply_watched(rule: Rule, context: GapContext, ignored: list[SetAside]) -> None:
    """Apply a rule, and note what it has ignored, if anything."""
    words, others = dict(context.candidate_words), dict(context.witness_words)
    rule.apply(context)
    gone = tuple(i for i in words if i not in context.candidate_words)
    beside = tuple(i for i in others if i not in context.witness_words)
    if gone or beside:
        ignored.append(SetAside(rule.name, gone, beside))


def _new_numerals(context: GapContext) -> list[int]:
    """Return the numerals that no rule after `equal_numbers` ignores: in a short gap, or absent from the witness."""
    gap, chars = context.gap, context.candidate.chars
    long = gap.candidate_size >= (MOVED if gap.witness_size else FEWEST)
    numerals = (i for i, token in context.candidate_words.items() if token.isdigit())
    return [i for i in numerals if not long or chars[i] not in context.witness.chars]


def _check_remainder(context: GapContext, *, thorough: bool) -> Finding:
    """Examine what no rule has ignored: all of it if `thorough`, else until a word is new."""
    gap, left = context.gap, context.candidate_words
    kinds = Difference.NONE
    new = []
    for i, token in left.items():
        kind = _kind_of_new(context, i, token)
        if kind:
            new.append(i)
            kinds |= kind
            if not thorough:
                break
    if new:
        return Finding(new, kinds)
    if left and not context.witness_words and bounds(context.candidate, min(left), gap.candidate_end):
        return Finding(list(left), Difference.NUMBER)
    if _lacks_turning_word(context):
        return Finding(list(left) or [gap.candidate_start], Difference.TURN)
    if any(is_sign(token) and not is_picture(token) for token in context.witness_words.values()):
        return Finding(list(left) or [gap.candidate_start], Difference.NUMBER)
    grammar = Difference.GRAMMAR if left else Difference.NONE
    return Finding([], context.kind | grammar, len(left) if gap.witness_size else 0)


def _lacks_turning_word(context: GapContext) -> bool:
    """Return True if the witness has a negation or a restriction that the candidate lacks."""
    return len(context.witness_words) <= FEW and any(token in TURNING for token in context.witness_words.values())


def _is_prefix(paragraph: Paragraph, index: int) -> bool:
    """Return True for an "un-", which negates the word after it; "un" by itself is an article elsewhere."""
    if paragraph.token(index) != "un" or not paragraph.text:
        return False
    _, end = paragraph.span(index)
    return paragraph.text[end : end + 1] in HYPHENS


def _turns(context: GapContext, index: int, token: str) -> bool:
    """Return True if a word in place of the witness's words changes the statement around it."""
    others = context.witness_words.values()
    if token in PERSONS and any(other not in FUNCTION for other in others):
        return True  # "you" for somebody who was named
    persons = {PERSON[other] for other in others if other in PERSON}
    if token in PERSON and persons and PERSON[token] not in persons:
        return True
    up_to = token + context.candidate_words.get(index + 1, "") == "upto"
    return (
        token in TURNING
        or up_to
        or any(opposed(token, other) for other in others)
        or _is_prefix(context.candidate, index)
    )


def _is_letter(context: GapContext, index: int) -> bool:
    """Return True if a letter that may be a word is that letter here: before a sign, or in another letter's place."""
    candidate = context.candidate
    if not candidate.text or not (candidate.token(index).isascii() and candidate.token(index).isalpha()):
        return False
    start, end = candidate.span(index)
    if not APOSTROPHES.isdisjoint(candidate.text[max(start - 1, 0) : end + 1]):
        return False
    if any(len(other) == 1 and other not in FUNCTION for other in context.witness_words.values()):
        return True
    signs = between(candidate, index + 1).strip() if index + 1 < len(candidate.chars) else candidate.text[end:] or "."
    if candidate.token(index) in COORDINATING:
        return signs.startswith(")")  # "; and,"
    return not APART.isdisjoint(signs)


def _kind_of_new(context: GapContext, index: int, token: str) -> Difference:
    """Return what kind of new thing a token says; `NONE` for a mere function word."""
    candidate = context.candidate
    if is_numeric(candidate.chars[index]) or token == MINUS or token in SIGNS:
        return Difference.NUMBER
    if is_name(candidate, index):
        return Difference.NAME
    if _turns(context, index, token):
        return Difference.TURN
    if len(token) == 1 and token not in PERSON and is_capital(candidate, index):
        return Difference.NAME  # "Part D"
    if candidate.token(index) not in FUNCTION:
        return Difference.WORDS
    is_unit = index > 0 and same_unit(token, token) and is_numeric(candidate.chars[index - 1])
    otherwise = Difference.NUMBER if is_unit else Difference.NONE  # "7 m"
    letter = len(token) == 1 and _is_letter(context, index)
    return Difference.NAME if letter or is_tied(candidate, index) else otherwise
