"""What a differing stretch may be set aside for: it is only a matter of writing. One rule for each such matter.

Each rule looks at what is left of a stretch and takes out what it explains. None sets a number aside that the witness
does not have.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from dedup.letters import is_numeric
from dedup.lexicon import ENTITIES, FUNCTION, LINKS, SECTION, TURNING
from dedup.numbers import dates, decimal_value, magnitude, numbers, same_day, same_number, word_value
from dedup.scope import NEGATIONS
from dedup.sides import Difference, is_capital
from dedup.spelling import abbreviates, accented_alike, initials, plain, same_unit, variant
from dedup.structure import tail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.sides import Side, Stretch

_FAR = 2000
"""Characters before and after a stretch in which a link or a tag begins and ends."""
_AROUND = 40
"""Characters around a token in which the rest of its number or date may stand."""
_NUMBERED = 6
"""Words of the witness beside which a number in front is still one, at most."""
MOVED = 5
"""Words in a row that stand elsewhere in the witness: the order is another one, not what is said."""
_CELLS = 3
"""Bars that separate the cells of a table, more than which a text without one has not."""
_PREFIX = 3
"""Letters of half a word that is joined by a hyphen, at least."""
_DAY = 3
"""Words of a day's date."""
_MARK = re.compile(
    r"[\s(\[\"'“„#*_>§№–—•-]*"
    r"(?:[^\W\d_]{1,9}\.?\s?)?(?:\d{1,3}|[ivxlIVXL]{1,5}|[A-Za-z]|[^\W\d_](?=\)))(?:\.\d{1,3})*[a-z]?(?:\\?[.):\]、．）º°]+\s?|-\s+|\s(?=[^\W\d_])|[*_]+\s+(?=[^\W\d_])"
    r"|\s[–—-]\s(?=[^\W\d_]))"
)
_CUT_OFF = ("…", "...", "-", "\u00ad")
"""Signs one of which stands behind the last word of a text that was cut off."""
# Neither part may hold its own beginning: what is opened again and again, and never closed, is looked at once.
_TARGET = re.compile(r"\]\((?:[^)\]]|\](?!\())*\)|<[^<>]*>|\[\d{1,3}\]|&\w+;")
_INITIALS = re.compile(r"\W*(?:[^\W\d_]\.\s?){2,}")
"""What is no number of a section: "U.S.", "J. K."."""
_ROMAN = frozenset("ivxlc")
DIGITS = re.compile(r"\d+")
_ORDINALS = frozenset(("st", "nd", "rd", "th", "er", "e", "o", "a", "º", "ª"))
"""What makes a figure the number of a place in a row, and not another one."""
_DOTS = frozenset(".-/ªº")
_NUMBERING = frozenset("§№")
"""Signs before the number of a section."""
_DENYING = NEGATIONS - frozenset(["non", "t", "ne", "na", "si"])
"""Negations that another word may begin with by chance; "non" is one before any word."""


def marker(stretch: Stretch) -> None:
    """The number of a section or of a list's entry, in front: what it numbers is the same."""
    if not stretch.at_start or not stretch.paragraph.text or len(stretch.theirs) > _NUMBERED:
        return
    ours = marked(stretch.paragraph)
    if not ours:
        return
    theirs = marked(stretch.witness) if stretch.gap.a0 == 0 else 0
    numbered = [i for i in stretch.ours if i < ours]
    stretch.set_aside(numbered, Difference.MARKER, [i for i in stretch.theirs if i < theirs])


def marked(side: Side) -> int:
    """Return how many of the first tokens are a marker."""
    if not side.text:
        return 0
    found = _MARK.match(side.text)
    if found is None:
        return 0
    if _INITIALS.match(side.text):
        return 0
    number = 0
    while number < min(len(side.letters), 6) and side.span(number)[1] <= found.end():
        number += 1
    words = [side.token(i) for i in range(number)]
    if any(word[0].isalpha() and not word.isalpha() for word in words):
        return 0  # "Q2: Sales" and "G7: Talks" tell of a quarter and of a summit
    figures = any(word[0].isdigit() for word in words)
    named = not _NUMBERING.isdisjoint(found.group())
    for word in words:
        if len(word) > 1 and word in SECTION and (figures or (word not in FUNCTION and word not in TURNING)):
            named = True
        elif len(word) > 1 and (word in TURNING or (word.isalpha() and not _ROMAN.issuperset(word))):
            return 0  # "No dogs", "Also no refunds"
    bare = found.group().rstrip(" –—-*_")[-1:].isalnum()
    # "7 people" are so many people, "Vi i Sverige" are people; "7.2 Supplier" and "§ 7 Notice" are numbers of sections.
    return 0 if bare and not named and (len(words) < 2 or not figures) else number  # noqa: PLR2004


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


def same_figures(stretch: Stretch) -> None:
    """Numbers and days that the witness has there, too, in another form; numbers that it has in words."""
    paragraph, witness, gap = stretch.paragraph, stretch.witness, stretch.gap
    numeric = [i for i in stretch.ours if is_numeric(paragraph.letters[i]) or word_value(stretch.ours[i]) is not None]
    if not numeric or not paragraph.text or not witness.text:
        return
    there = _window(witness, max(gap.a0 - 1, 0), min(gap.a1 + 1, len(witness.letters)))
    low = max(0, paragraph.span(gap.b0)[0] - _AROUND)
    here = paragraph.text[low : paragraph.span(gap.b1 - 1)[1] + _AROUND]
    known = dates(_surroundings(witness, gap.a0, gap.a1))
    for date in dates(here) if known else []:
        same = next((k for k, other in enumerate(known) if same_day(other, date)), None)
        if same is not None:
            del known[: same + 1]  # in order: from one day to another
            _within(stretch, low + date.start, low + date.end)
    edge = paragraph.span(gap.b0)[0] - low, paragraph.span(gap.b1 - 1)[1] - low
    inner = numbers(_window(witness, gap.a0, gap.a1))
    words = [value for token in stretch.theirs.values() if (value := word_value(token)) is not None]
    whole, beside = numbers(there), [number.value for number in inner]
    for number in numbers(here, *edge):
        # A number of which the beginning is common is held against the whole of the other one.
        others = inner if number.start >= edge[0] and number.end <= edge[1] else whole
        found = next((k for k, other in enumerate(others) if same_number(other, number)), None)
        if found is not None:
            del others[: found + 1]  # in order: "2 and 3" is not "3 and 2"
        if found is not None or number.value in words:
            _within(stretch, low + number.start, low + number.end)
    for i, token in list(stretch.ours.items()):
        value = word_value(token)
        if value is not None and value in beside:
            stretch.set_aside([i], Difference.FORMAT, [j for j in stretch.theirs if is_numeric(witness.letters[j])][:1])
    _said_twice(stretch)


def _surroundings(side: Side, first: int, last: int) -> str:
    """Return the text of some tokens, and of those beside them that may belong to one day."""
    if not side.letters:
        return ""
    low, high = max(first - _DAY, 0), min(last + _DAY, len(side.letters))
    return side.text[side.span(low)[0] : side.span(high - 1)[1]]


def _said_twice(stretch: Stretch) -> None:
    """“One (1)": the number in words, just before."""
    before = stretch.gap.b0 - 1
    value = word_value(stretch.paragraph.token(before)) if before >= 0 else None
    for i, token in list(stretch.ours.items()):
        if value is not None and decimal_value(token) == value:
            stretch.set_aside([i], Difference.FORMAT)


def _within(stretch: Stretch, start: int, end: int) -> None:
    """Set aside what of the stretch stands in some characters of the paragraph."""
    text, span = stretch.paragraph.text, stretch.paragraph.span
    inside = [i for i in stretch.ours if start <= span(i)[0] < end]
    # "23h30" is not said by whoever says 23.
    inside = [i for i in inside if not any(map(str.isdigit, text[end : span(i)[1]]))]
    # "4K" and "4G" are not one number: what is written together with it must be there, too.
    rests = {"", *stretch.theirs.values(), *map(_letters_of, stretch.theirs.values())}
    inside = [i for i in inside if len(DIGITS.findall(stretch.ours[i])) <= 1 and not _lettered(stretch, i)]
    stretch.set_aside([i for i in inside if _letters_of(stretch.ours[i]) in rests], Difference.FORMAT)


def _lettered(stretch: Stretch, index: int) -> bool:
    """Tell whether the witness has a figure with a letter there, where this one has none: "1B" and "1"."""
    mine, figure = set(stretch.ours.values()), stretch.ours[index]
    if not figure.isdigit() or figure in stretch.theirs.values():
        return False
    theirs = [token for token in stretch.theirs.values() if DIGITS.findall(token) == [figure]]
    letters = {_letters_of(token) for token in theirs} - _ORDINALS - mine
    return any(magnitude(each) is None for each in letters)


def _letters_of(token: str) -> str:
    return "".join(c for c in token if not c.isdigit()) if any(map(str.isdigit, token)) else ""


def _window(side: Side, first: int, last: int) -> str:
    """Return the text of some tokens and a little around it, as far as a number may reach."""
    if not side.letters or first >= last:
        return ""
    low, high = side.span(first)[0], side.span(last - 1)[1]
    while low > 0 and (side.text[low - 1].isdigit() or side.text[low - 1] in ".,:’'"):
        low -= 1
    while high < len(side.text) and (side.text[high].isdigit() or side.text[high] in ".,:’'"):
        high += 1
    return side.text[low:high]


def magnitudes(stretch: Stretch) -> None:
    """“Million” and “mln”: what multiplies a number, as a word and for short."""
    for i, token in list(stretch.ours.items()):
        times = magnitude(token)
        same = next((j for j, other in stretch.theirs.items() if times and magnitude(other) == times), None)
        if same is not None:
            stretch.set_aside([i], Difference.FORMAT, [same])


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


def unit_beside(stretch: Stretch) -> None:
    """“$5” and “5 dollars”: the unit stands on the number's other side."""
    gap, witness, paragraph = stretch.gap, stretch.witness, stretch.paragraph
    if stretch.theirs or len(stretch.ours) != 1:
        return
    i, token = next(iter(stretch.ours.items()))
    for number, there in ((gap.b0 - 1, gap.a0 - 2), (gap.b1, gap.a0 + 1)):
        if not (0 <= number < len(paragraph.letters) and 0 <= there < len(witness.letters)):
            continue
        if is_numeric(paragraph.letters[number]) and same_unit(plain(witness.token(there)), token):
            stretch.set_aside([i], Difference.SPELLING)


def _dotted(side: Side, index: int) -> bool:
    """Tell whether a full stop, or what stands for one in an abbreviation, follows a token."""
    if not side.text:
        return False
    start, end = side.span(index)
    sign, after = side.text[end : end + 1], side.text[end + 1 : end + 2]
    # The dot within an address stands for nothing; that of "z.B." does.
    return sign in _DOTS and not (sign == "." and end - start > 1 and after.isalnum())


def markup(stretch: Stretch) -> None:
    """What readers do not see: targets of links whose text the witness has, tags, entities; but for their numbers."""
    text, span = stretch.paragraph.text, stretch.paragraph.span
    if not text or not any(sign in text for sign in "[<&"):
        return
    low, high = span(stretch.gap.b0)[0] - _FAR, span(stretch.gap.b1 - 1)[1] + _FAR
    places = {i: span(i)[0] for i in stretch.ours if not is_numeric(stretch.paragraph.letters[i])}
    if stretch.gap.a0 < stretch.gap.a1 or (len(stretch.ours) > 1 and LINKS.isdisjoint(stretch.ours.values())):
        places = {i: start for i, start in places.items() if stretch.ours[i] in ENTITIES}
    for found in _TARGET.finditer(text, max(low, 0), high) if places else ():
        stretch.set_aside([i for i, at in places.items() if found.start() < at < found.end()], Difference.MARKUP)


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


def moved(stretch: Stretch) -> None:
    """A run of words that stands elsewhere in the witness; not in a table, where each has its place."""
    gap, ours = stretch.gap, stretch.paragraph.letters
    if stretch.paragraph.text.count("|") > _CELLS:
        return
    if stretch.theirs and len(stretch.theirs) >= MOVED:
        return  # two that change places: "the red team beat the blue one"
    if gap.b1 - gap.b0 >= MOVED and ours[gap.b0 : gap.b1] in stretch.witness.letters:
        stretch.set_aside(list(stretch.ours), Difference.ORDER)
