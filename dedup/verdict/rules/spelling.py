"""Rules about spelling: variants, abbreviations, misread characters, words that are cut short."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from dedup.language.data_files import words
from dedup.language.spelling import abbreviates, accented_alike, initials, same_unit, variant
from dedup.language.wordlists import NEGATIONS
from dedup.model.differences import Difference
from dedup.text.line_forms import tail
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import is_capital
from dedup.verdict.rules.numbers import DIGITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.verdict.gap import Side, Stretch


_PREFIX = 3
"""Letters of half a word that is joined by a hyphen, at least."""

_CUT_OFF = ("…", "...", "-", "\u00ad")
"""Signs one of which stands behind the last word of a text that was cut off."""

_DOTS = frozenset(".-/ªº")

_DENYING = NEGATIONS.difference(words("joined_negations"))
"""Negations that another word may begin with by chance; "non" is one before any word."""


def respelt(stretch: Stretch) -> None:
    """The same letters, with other spaces between them; or each word in another spelling, in order."""
    theirs, ours = stretch.theirs, stretch.ours
    joined = "".join(theirs.values()), "".join(ours.values())
    if joined[0] == joined[1] and len(theirs) != len(ours) and _figures_of(theirs) == _figures_of(ours):
        parts = list(theirs.values()), list(ours.values())
        stretch.holds_words = _begins_a_word(*parts) or _begins_a_word(*reversed(parts))
        stretch.set_aside(list(ours), Difference.SPELLING, list(theirs))
        return
    keys = list(theirs)
    at = 0
    for i, token in list(ours.items()):
        if i not in ours:
            continue  # the second half of a word
        found = next((k for k in range(at, len(keys)) if _one_word(stretch, keys[k], i)), None)
        if found is None:
            found = _two_in_one(stretch, keys, at, token)
        if found is None and at < len(keys) and i + 1 in ours:
            found = _one_in_two(stretch, keys, at, i)
        if found is not None:
            stretch.set_aside([i], Difference.SPELLING, [keys[found]])
            stretch.holds_words = True
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


def _one_word(stretch: Stretch, theirs: int, ours: int) -> bool:
    """Tell whether two words are one in two spellings."""
    one, other = stretch.theirs[theirs], stretch.ours[ours]
    if one == other:
        return accented_alike(stretch.witness.token(theirs), stretch.paragraph.token(ours))
    return variant(one, other) and (not is_capital(stretch.paragraph, ours) or variant(one, other, name=True))


def _two_in_one(stretch: Stretch, keys: list[int], at: int, token: str) -> int | None:
    """Return the second of two words of the witness that are one word here, if there are two such words."""
    theirs = stretch.theirs
    if token.isdigit():
        return None
    for k in range(at, len(keys) - 1):
        if theirs[keys[k]] + theirs[keys[k + 1]] == token:
            stretch.holds_words = theirs[keys[k]] in _DENYING
            return k + 1
    return None


def _one_in_two(stretch: Stretch, keys: list[int], at: int, first: int) -> int | None:
    """Return the word of the witness that is two words here, this one and the next, if there is one."""
    joined = stretch.ours[first] + stretch.ours[first + 1]
    found = next((k for k in range(at, len(keys)) if stretch.theirs[keys[k]] == joined), None)
    if found is None or any(map(str.isdigit, joined)):
        return None
    if len(stretch.ours[first]) < _PREFIX:
        text, span = stretch.paragraph.text, stretch.paragraph.span
        if not text or not text[span(first)[1] : span(first + 1)[0]].isspace():
            return None  # "re-signed" is not "resigned"
    stretch.holds_words = stretch.ours[first] in _DENYING
    stretch.set_aside([first + 1], Difference.SPELLING)
    return found


def abbreviated(stretch: Stretch) -> None:
    """Short forms of the witness's words, units and initials; or the long forms of its short ones."""
    theirs, ours = list(stretch.theirs.values()), list(stretch.ours.values())
    if not theirs:
        return
    if initials(theirs, ours) or initials(ours, theirs):
        stretch.set_aside(list(stretch.ours), Difference.SPELLING, list(stretch.theirs))
        return
    for i, token in list(stretch.ours.items()):
        for j, other in list(stretch.theirs.items()):
            if same_unit(other, token) or (
                other[0] == token[0]
                and (
                    (_dotted(stretch.paragraph, i) and abbreviates(other, token))
                    or (_dotted(stretch.witness, j) and abbreviates(token, other))
                )
            ):
                stretch.set_aside([i], Difference.SPELLING, [j])
                break


def _dotted(side: Side, index: int) -> bool:
    """Tell whether a full stop, or what stands for one in an abbreviation, follows a token."""
    if not side.text:
        return False
    start, end = side.span(index)
    sign, after = side.text[end : end + 1], side.text[end + 1 : end + 2]
    # The dot within an address stands for nothing; that of "z.B." does.
    return sign in _DOTS and not (sign == "." and end - start > 1 and after.isalnum())


def misread(stretch: Stretch) -> None:
    """The "Â" that stands before a sign where UTF-8 was read as Latin-1: "Â£", "Â©", "Â" and a no-break space."""
    text, span = stretch.paragraph.text, stretch.paragraph.span
    slips = [i for i in stretch.ours if text[slice(*span(i))] == "Â"] if text else ()
    behind = {i: text[span(i)[1] : span(i)[1] + 1] for i in slips}
    stretch.set_aside([i for i, sign in behind.items() if "\xa0" <= sign <= "\xbf"], Difference.SPELLING)


def cut_short(stretch: Stretch) -> None:
    """The beginning of a word at which the paragraph was cut off."""
    text = stretch.paragraph.text
    if not stretch.at_end or not stretch.ours or not any(sign in tail(text, "") for sign in _CUT_OFF):
        return
    last, token = list(stretch.ours.items())[-1]
    if is_numeric(stretch.paragraph.letters[last]):
        return  # what is left of a number is another number
    after = stretch.gap.a0 + (last - stretch.gap.b0)
    whole = stretch.theirs.get(after) or next(iter(stretch.theirs.values()), "")
    if whole.startswith(token) or (not stretch.theirs and text.endswith(("-", "\u00ad")) and len(stretch.ours) == 1):
        stretch.set_aside([last], Difference.TRUNCATION)
