"""What a marker in front of a paragraph looks like: the number of a section, of a list's entry, of a clause.

A marker is a row of numerals, each a figure, a Roman number, a letter or an ordinal word, perhaps with the name of what
they number ("Section", "Art."), with signs between them and behind them. What is behind it tells a marker from a part
of the sentence: "3. April" is a day, "7.30 Uhr" a time, and "Section 5 applies" speaks of the section.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dedup.language.numbers import magnitude, months
from dedup.language.phrases import GERMAN
from dedup.language.spelling import plain, same_unit
from dedup.language.wordlists import COUNTED, FUNCTION, MARKING, ORDINALS, SECTION, SUFFIXES, TURNING

if TYPE_CHECKING:
    from dedup.verdict.gap import Paragraph

MAX_TOKENS = 8
"""Tokens of a marker, at most."""
_YEARS = range(1500, 2100)
"""Numbers that may be years."""
_FEW_LETTERS = 9
"""Letters of a Roman number, at most."""
_TWICE = 2
_SPACELESS, _IDEOGRAPHS = "\u0e00", "\u3040"
_NO_LETTERS = "\u3100"
"""Above kana, a character is a word or a syllable."""
_TIES = frozenset(".:,-–—/")
"""Signs that tie the parts of a number or of a date."""
_DEGREES = frozenset("º°")

MARKER_OPENING = "([\\\"'“„«*_#>§№¶–—•·（［【〔-"
"""Signs that may stand before a marker."""
MARKER_JOINT = ".,)(][）（-*_\\–—"
"""Signs that may stand between its tokens."""
_OPENING = re.compile(rf"[\s{re.escape(MARKER_OPENING)}]*\Z")
_JOINT = re.compile(r"[\s.,)(\]\[）（-]{0,4}\Z|[*_\\–—\s.)-]{0,5}\Z")
_CLOSING = re.compile(
    r"[*_\\]{0,3}\s?[:：]|[*_\\]{0,3}[.):\]、．）】〕,，：]|[*_]*\s*[–—-]\s+|[*_]{1,3}\s+|\*\*(?=[^\W\d_])"
)
_FIGURE = re.compile(r"\d{1,4}(?:[^\W\d_]|st|nd|rd|th|er|re|º|ª|°|bis|ter|quater)?\Z")
_KOREAN = re.compile(r"제\d{1,4}(?:조|장|절|항|호|편)(?:의\d{1,2})?\Z")
_ROMAN = re.compile(r"c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})\Z")
_IDEOGRAPHIC = frozenset("〇零一二三四五六七八九十百千")
_STEMS = frozenset("甲乙丙丁戊가나다라마바사아자차카타파하")
_LISTED = _IDEOGRAPHIC | _STEMS
_FRAME = frozenset("条條章節节項项編编款号號")
_ENCLOSED = re.compile("[\u2460-\u249b\u2776-\u2793]")
_NUMBER_SIGN = re.compile(r"[§№¶]|(?<!#)#\Z")
_BRACKETS, _COMMAS, _DASHES = frozenset(")]）】〕"), frozenset(",，"), frozenset("–—-")
_INITIALS = re.compile(r"\W*(?:[^\W\d_]\.\s?){2,}(?!\d)")
"""What is no number of a section: "U.S.", "J. K."."""
_CELL = re.compile(r"\s*\||[^|\n]*\|[^|\n]*\||[^\t\n]*\t[^\t\n]*\t")
"""How the row of a table begins."""


class Marker(NamedTuple):
    """A marker in front of a paragraph.

    Attributes:
        size: tokens of it; 0 if there is none.
        named: it says what it numbers, or has a sign for that: "Section 5", "§ 5".
        ranks: it may say more than where it stands: it is a number that no bracket encloses, or is named.
        uncertain: it may as well belong to a name or to an amount behind it: "A.", "7.2".
    """

    size: int
    named: bool = False
    ranks: bool = False
    uncertain: bool = False


NO_MARKER = Marker(0)


class _Row(NamedTuple):
    """The first tokens of a paragraph, which may be a marker.

    Attributes:
        paragraph: it.
        tokens: they, folded.
        numerals: those that number something.
        named: what they number is named, or has a sign: "Section", "§".
        signed: it has a sign.
    """

    paragraph: Paragraph
    tokens: list[str]
    numerals: list[str]
    named: bool
    signed: bool

    @property
    def end(self) -> int:
        """First character behind them."""
        return self.paragraph.span(len(self.tokens) - 1)[1]

    @property
    def ties(self) -> list[str]:
        """What stands between each two of them."""
        text, span = self.paragraph.text, self.paragraph.span
        return [text[span(i - 1)[1] : span(i)[0]] for i in range(1, len(self.tokens))]


def find_marker(paragraph: Paragraph) -> Marker:
    """Return the marker in front of a paragraph."""
    text = paragraph.text
    if not text or not paragraph.chars:
        return NO_MARKER
    start = paragraph.span(0)[0]
    name = _spaceless_name(text, start)
    tokens = _possible_tokens(paragraph, start + name)
    if not tokens or not _OPENING.match(text[:start]) or _CELL.match(text) or _INITIALS.match(text):
        return NO_MARKER
    signed = _NUMBER_SIGN.search(text[:start]) is not None
    numeral = [is_numeral(token) and not (_is_name(token) and len(token) > 1) for token in tokens]
    known = signed or name > 0 or _KOREAN.match(tokens[0]) is not None
    for size in range(len(tokens), 0, -1):
        some = tokens[:size]
        numerals = [token for token, numbers in zip(some, numeral, strict=False) if numbers]
        if not numerals:
            break
        row = _Row(paragraph, some, numerals, known or any(map(_is_name, some)), signed)
        if _is_marker(row):
            return _described(row)
    return NO_MARKER


def _described(row: _Row) -> Marker:
    text, size = row.paragraph.text, len(row.tokens)
    sign = text[row.end : row.end + 1]
    figures = row.numerals[0] in ORDINALS or (row.numerals[0][0].isdigit() and sign not in _BRACKETS)
    initial = size == 1 and len(row.tokens[0]) == 1 and text[row.end - 1].isupper() and sign == "."
    decimal = size == _TWICE and not row.named and sign.isspace() and text[:1].isdigit()
    return Marker(size, row.named, row.named or figures, initial or (decimal and _is_german(row.paragraph)))


def _is_german(paragraph: Paragraph) -> bool:
    """Return True for German, where any noun has a capital: "7.2 Grad"."""
    return any(paragraph.token(i) in GERMAN for i in range(len(paragraph.chars)))


def _spaceless_name(text: str, start: int) -> int:
    """Return how many characters of a text are the name of a section, in a script without spaces."""
    if text[start] < _SPACELESS:
        return 0
    return max((len(word) for word in MARKING if word[0] >= _SPACELESS and text.startswith(word, start)), default=0)


def _possible_tokens(paragraph: Paragraph, begin: int) -> list[str]:
    """Return the first tokens, as far as a marker may consist of them; of those before a character, any."""
    out: list[str] = []
    for i in range(min(MAX_TOKENS, len(paragraph.chars))):
        first = paragraph.span(i)[0]
        token = paragraph.token(i)
        if i and not _JOINT.match(paragraph.text[paragraph.span(i - 1)[1] : first]):
            break
        if first >= begin and not (is_numeral(token) or _is_name(token) or token in SUFFIXES or token in _DEGREES):
            break
        out.append(token)
    return out


def roman_numbers() -> list[str]:
    """Return all Roman numbers that a marker may have."""
    tens = ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc")
    ones = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
    return [c * "c" + ten + one for c in range(4) for ten in tens for one in ones if c or ten or one]


def marker_words() -> frozenset[str]:
    """Return the words that a marker may consist of, but for single letters and what holds digits."""
    return MARKING | ORDINALS | SUFFIXES | frozenset(roman_numbers())


@lru_cache(maxsize=1 << 14)
def is_numeral(token: str) -> bool:
    """Return True for a token that may number something: "12", "12a", "iv", "b", "bb", "ก", "first"."""
    if len(token) == 1 or token in ORDINALS:
        return token in ORDINALS or token in _LISTED or (token.isalnum() and token < _NO_LETTERS)
    if token.isalpha():
        same = token == token[0] * _TWICE
        return same or (len(token) <= _FEW_LETTERS and bool(_ROMAN.match(token)))
    if token[0] >= _SPACELESS:
        return len(token) <= _TWICE or bool(_KOREAN.match(token))  # a letter with its vowel
    return bool(_FIGURE.match(token))


def _is_long_name(token: str) -> bool:
    return len(token) > 1 and not is_numeral(token) and _is_name(token)


def _is_name(token: str) -> bool:
    return token in MARKING


def _is_marker(row: _Row) -> bool:
    """Return True if a row is a marker, by what stands in it and behind it."""
    last = row.tokens[-1]
    if not _may_end(row) or not _is_free(row):
        return False
    closing = _CLOSING.match(row.paragraph.text, row.end)
    if closing is None:
        return _goes_on(row)
    sign = closing.group().lstrip("*_\\ ")[:1]
    if not sign:
        return row.named or (len(row.tokens) > 1 and len(row.numerals) == len(row.tokens) and _all_tied(row))
    if sign in _COMMAS:
        return last in ORDINALS or (row.tokens[0] in "第其" and last in _IDEOGRAPHIC)
    return row.named or (not _is_score(row) if sign in _BRACKETS else _numbers(row, closing.group(), sign))


def _may_end(row: _Row) -> bool:
    """Return True if the last token may end a marker, and none of them turns what follows, as in "No dogs"."""
    last, size = row.tokens[-1], len(row.tokens)
    if last in FUNCTION and not is_numeral(last) and last not in SUFFIXES:
        return False
    if any(map(_is_long_name, row.tokens[1:])) and not (_is_long_name(row.tokens[0]) or row.signed):
        return False  # "3) Art. 10 applies": what an entry of a list speaks of
    if (
        size > 1
        and not row.named
        and any(t[0] >= _SPACELESS and t.isalpha() and t not in _IDEOGRAPHIC for t in row.tokens)
    ):
        return False  # letters of a word
    turning = [token for token in row.tokens if token in TURNING]
    return all(is_numeral(token) or token in SUFFIXES or (_is_name(token) and size > 1) for token in turning)


def _numbers(row: _Row, closing: str, sign: str) -> bool:
    """Return True if some numerals before a full stop, a colon or a dash number what follows."""
    first, last, size = row.tokens[0], row.tokens[-1], len(row.tokens)
    if size > 1 and (_is_score(row) or not _all_tied(row)):
        return False
    if sign == ":" and (any("-" in tie for tie in row.ties) or (first[0].isdigit() and not first.isdigit())):
        return False  # "5G: Talks", "F-16: Talks"
    if last.isalpha() and len(last) > 1 and last in FUNCTION and last not in ORDINALS:
        return False  # "Vi, och ni"
    if size == 1 and last[0].isdigit():
        year = last.isdigit() and int(last) in _YEARS
        return not year and (sign != "-" or not closing[0].isspace())
    return len(last) > 1 or last < _IDEOGRAPHS or last in _LISTED


def _all_tied(row: _Row) -> bool:
    """Return True if the numerals are of one row, and not one beside another: "3.2", "5 bis", but not "3 2"."""
    pairs = zip(row.ties, row.tokens[1:], strict=True)
    return all(tie.strip() or t in _IDEOGRAPHIC or t in SUFFIXES or t in _DEGREES for tie, t in pairs)


def _goes_on(row: _Row) -> bool:
    """Return True if a row that no sign closes is a marker: "7.2 The guests", "§ 7 The guests"; not "7.2 people"."""
    text, size, end, last = row.paragraph.text, len(row.tokens), row.end, row.tokens[-1]
    if _ENCLOSED.match(text, end - 1) or (not _DEGREES.isdisjoint(row.tokens[1:]) and _all_tied(row)):
        return True
    if not text[end : end + 1].isspace():
        return False
    if (last in _FRAME and row.named) or _KOREAN.match(last):
        return True
    first = text[row.paragraph.span(size)[0]]
    if row.named:
        known = row.signed or not (SECTION & MARKING).isdisjoint(row.tokens)
        return first.isupper() and last not in ORDINALS and known
    # Before a small letter they may be an amount, or the version of a thing: "7.2 people", "3.29.0 is released".
    return size > 1 and not first.islower() and _is_number_of_section(row)


def _is_number_of_section(row: _Row) -> bool:
    """Return True if a row is nothing but numerals that are tied together as those of a section's number are."""
    tied = all(tie.strip() and "," not in tie for tie in row.ties) and not _is_score(row)
    lettered = any("-" in tie for tie in row.ties) and len(row.tokens) == _TWICE  # "F-16"
    thousands = any(token.isdigit() and len(token) > _TWICE for token in row.tokens[1:])  # "60.000 guests"
    figures = any(token[0].isdigit() for token in row.tokens)
    return tied and figures and not lettered and not thousands and len(row.numerals) == len(row.tokens)


def _is_score(row: _Row) -> bool:
    """Return True if a hyphen stands between two figures: "2-1"."""
    pairs = zip(row.tokens, row.ties, row.tokens[1:], strict=False)
    return any(not _DASHES.isdisjoint(tie) and one[0].isdigit() and other[0].isdigit() for one, tie, other in pairs)


def _is_free(row: _Row) -> bool:
    """Return True if a row is not the beginning of a date, a time, an amount or a score that goes on behind it."""
    paragraph, size = row.paragraph, len(row.tokens)
    if size >= len(paragraph.chars):
        return False
    token = paragraph.token(size)
    if _is_long_name(token) and row.named:
        return False  # "§ 12 Abs. 3 applies"
    tie = paragraph.text[row.end : paragraph.span(size)[0]]
    if token[0].isdigit() and (not tie.strip() or tie.strip() in _TIES):
        return False
    if not row.tokens[-1][0].isdigit():
        return True
    bare = plain(token)
    if bare in months() and len(bare) > _TWICE and not row.named and not _BRACKETS & set(tie):
        return False
    counted = same_unit(bare, bare) or magnitude(token) is not None or token in COUNTED
    return not counted or bool(set(")]:、）") & set(tie))
