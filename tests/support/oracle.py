"""What the kernels compute, written a second time: slowly, naively and without their code, to be compared with them."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from dedup.text import characters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BREAKS = "\n\v\f\r\x85\u2028\u2029"
_SPACELESS = (
    (0x0E01, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x109F),  # Tibetan, Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x1B00, 0x1B7F),  # Balinese
    (0xA000, 0xA48C),  # Yi
    (0xA980, 0xA9CE),  # Javanese
    (0xA9E0, 0xA9FF),  # Myanmar
    (0xAA60, 0xAA7F),
    (0x3005, 0x3005),
    (0x3007, 0x3007),
    (0x3021, 0x3029),
    (0x3038, 0x303B),
    (0x3041, 0x30FF),  # Kana
    (0x31F0, 0x31FF),
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9D),
    (0x20000, 0x3134F),
)
_UNSEEN = {
    0x034F,
    0x0640,
    0x115F,
    0x1160,
    0x17B4,
    0x17B5,
    0x3164,
    0xFFA0,
    *range(0x180B, 0x1810),
    *range(0xFE00, 0xFE10),
}
_WHOLE = "\u0e33\u0eb3"
_FORMS = ("<super>", "<sub>", "<fraction>")


def character(char: str) -> str:  # noqa: PLR0911 - one for each class
    """Name the class of a character: break, space, unseen, mark, digit, alone, letter or other."""
    code, general = ord(char), unicodedata.category(char)
    if char in BREAKS:
        return "break"
    if char.isspace():
        return "space"
    if code in _UNSEEN or general == "Cf":
        return "unseen"
    if char in characters.FACTS and general[0] in "SP":
        return "alone"
    if general == "Cs":
        return "letter" if 0xDC80 <= code <= 0xDCFF else "other"
    if general[0] == "M":
        return "mark"
    alone = any(low <= code <= high for low, high in _SPACELESS)
    if general == "Nd" or (general[0] == "N" and not alone):
        return "digit"
    if general[0] in "LN":
        return "alone" if alone else "letter"
    return "other"


def folded(char: str) -> str:
    """Take case and compatibility form off a character; superscripts and fractions are numbers of their own."""
    if unicodedata.category(char) == "Cs" or unicodedata.decomposition(char).startswith(_FORMS):
        return char
    if unicodedata.category(char) == "Nd":
        return str(unicodedata.decimal(char))
    plain = char
    while True:
        further = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())
        if further == plain:
            return char if char in _WHOLE else plain
        plain = further


def _voiced(text: str) -> str:
    """Write half-width Katakana with a voice mark behind it in full width."""
    out = text
    for mark in "\uff9e\uff9f":
        for letter in map(chr, range(0xFF66, 0xFF9E)):
            out = out.replace(letter + mark, unicodedata.normalize("NFKC", letter + mark))
    return out


_FORMS_OF_SIGNS = {"+": "+＋﹢", "#": "#＃", "<": "<＜﹤", ">": ">＞﹥", "~": "~～∼", "-": "-–−"}
_STARS, _NUMERIC, _PRIMES = "★☆⭐🌟⯨✩✪✫✬✭✮✯✰", "×↑↓↗↘⇧⇩⬆⬇▲▼△▽🔺🔻🔼🔽", "′″‴"
_PICTURES = ((0x24B6, 0x24E9), (0x2600, 0x26FF), (0x3200, 0x32BF), (0x1D000, 0x1D24F), (0x1F000, 0x1FAFF))


def _sign(  # noqa: C901, PLR0911 - a kind of sign each
    units: list[tuple[str, str]], at: int, capitals: list[bool]
) -> tuple[str, str] | None:
    """Return a sign that says something where it stands, as a character that stands alone; None for all others."""
    kind, char = units[at]
    if kind != "other":
        return None

    def beside(place: int) -> tuple[str, str]:
        kind, char = units[place] if 0 <= place < len(units) else ("break", "\0")
        return ("letter" if kind in ("mark", "alone") else kind), char

    (before, low), (after, high) = beside(at - 1), beside(at + 1)
    near, far = beside(at - 2 if before == "space" else at - 1), beside(at + 2 if after == "space" else at + 1)
    word, amount = ("letter", "digit"), far[0] == "digit" or far[1] in "$£€¥"
    apart = before in ("space", "break") or low == "("
    form = next((form for form, signs in _FORMS_OF_SIGNS.items() if char in signs), char)
    alone = ("alone", form)
    free = after not in word or ord(high) >= 0x0E00
    compared = high == "=" and beside(at + 2)[0] != "break"
    if form == "+":
        attached = before in word or (low == char and beside(at - 2)[0] in word)
        level = near[0] == far[0] == "digit" and (before == "space") == (after == "space")
        return alone if (attached and free) or level else None
    if form == "#":
        return alone if before == "letter" and free and high != char else None
    if form == "<":
        level = before == after == "space" and near[0] in word and far[0] in word
        return alone if amount or compared or level else None
    if form == ">":
        inner = near[0] != "break"
        return alone if apart and ((amount and (inner or after == "digit")) or (compared and inner)) else None
    if form == "~":
        return alone if (apart or ord(low) >= 0x0E00) and before != "digit" and after == "digit" else None
    if form == "-":
        return alone if _is_minus(units, at) or _is_charge(units, at, capitals) else None
    if char in _PRIMES:
        return alone if before == "digit" else None
    if char in _NUMERIC:
        return alone if near[0] == "digit" or amount else None
    if char in _STARS:
        row = char in (low, high) or (before == "space" and near[1] == char) or (after == "space" and far[1] == char)
        return alone if near[0] in word or row else None
    if char in "✓✔❤❥♪♫" or any(first <= ord(char) <= last for first, last in _PICTURES):
        return alone if near[0] in word and far[0] in word else None
    return None


def _is_minus(units: list[tuple[str, str]], at: int) -> bool:
    """Tell whether a sign before a number is its minus."""
    if at + 1 == len(units) or not (units[at + 1][0] == "digit" or units[at + 1][1] in "$£¥€"):
        return False
    before = at - 1
    while before >= 0 and units[before][0] == "space" and at - before <= characters.SPACES:
        before -= 1
    if before >= 0 and before == at - 1:
        return units[before][1] == "("
    return before >= 0 and units[before][0] not in ("space", "break")


def _is_charge(units: list[tuple[str, str]], at: int, capitals: list[bool]) -> bool:
    """Tell whether a hyphen stands behind a word of a capital, or of one and another letter: "Rh-", "A-"."""
    end = at
    while at > 0 and units[at - 1][0] in ("letter", "digit", "mark", "alone"):
        at -= 1
    word = "".join(char for _, char in units[at:end])
    within = at > 0 and units[at - 1][0] != "break"
    after, sign = units[end + 1] if end + 1 < len(units) else ("break", "")
    fits = word.isascii() and word.isalpha() and capitals[at] and (len(word) == 2 or (len(word) == 1 and within))
    return fits and after in ("space", "other") and sign not in _FORMS_OF_SIGNS["-"]


def words(text: str) -> list[str]:
    """Return the folded tokens of one paragraph."""
    units: list[tuple[str, str]] = []
    capitals: list[bool] = []
    for char in unicodedata.normalize("NFC", _voiced(text)):
        kind, plain = character(char), folded(char)
        if kind in ("letter", "digit", "alone") and len(plain) > 1 and char not in characters.FACTS:
            units += [(character(c), c) for c in plain]
        else:
            units.append((kind, plain if len(plain) == 1 else char))
        capitals += ["A" <= char <= "Z"] * (len(units) - len(capitals))
    capitals = [capital for capital, (kind, _) in zip(capitals, units, strict=True) if kind != "unseen"]
    units = [(kind, char) for kind, char in units if kind != "unseen"]
    units = [_sign(units, place, capitals) or unit for place, unit in enumerate(units)]
    out: list[str] = []
    inside = closed = False
    for kind, char in units:
        if kind == "mark" or (kind in ("letter", "digit") and inside and not closed):
            if inside:
                out[-1] += char
            else:
                out.append(char)
                closed = False
            inside = True
        elif kind in ("letter", "digit", "alone"):
            out.append(char)
            inside, closed = True, kind == "alone"
        else:
            inside = closed = False
    return out


def has_digit(token: str) -> bool:
    """Tell whether a token is written with a digit or another number character."""
    return any(character(c) == "digit" for c in token)


def shingles(tokens: Sequence[str], width: int) -> list[tuple[str, ...]]:
    """Return all runs of that many tokens; fewer tokens are one run, none are none."""
    if not tokens:
        return []
    return [tuple(tokens[i : i + width]) for i in range(max(1, len(tokens) - width + 1))]


def common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest common subsequence."""
    row = [0] * (len(second) + 1)
    for token in first:
        before = row[:]
        for i, other in enumerate(second):
            row[i + 1] = before[i] + 1 if token == other else max(row[i], before[i + 1])
    return row[-1]


def similarity(first: Sequence[str], second: Sequence[str]) -> float:
    """Return twice the common tokens over all tokens."""
    total = len(first) + len(second)
    return 2 * common(first, second) / total if total else 1.0


def jaccard(first: Sequence[object], second: Sequence[object]) -> float:
    """Return the share of the shingles of both that are in both."""
    a, b = set(first), set(second)
    return len(a & b) / len(a | b) if a | b else 1.0


def lost_numbers(witness: Sequence[str], paragraph: Sequence[str]) -> list[str]:
    """Return the tokens with digits that are not in the witness, nor joined or split there, nor number an entry."""
    theirs = set(witness)
    stream = "".join(witness)
    return [
        token
        for place, token in enumerate(paragraph)
        if has_digit(token)
        and token not in theirs
        and token not in stream
        and not (place == 0 and (len(token) == 1 or (token.isdigit() and len(token) <= 3)))
    ]


def lost_words(witness: Sequence[str], paragraph: Sequence[str], grammar: frozenset[str]) -> list[str]:
    """Return the tokens for which the witness has nothing: not the word, no other spelling, no longer or split form."""
    plain = [bare(token) for token in witness]
    stream = "".join(plain)
    return [
        token
        for place, token in enumerate(paragraph)
        if token not in grammar
        and not has_digit(token)
        and bare(token) not in stream
        and not any(_one_slip(other, bare(token)) for other in plain)
        and not (place == 0 and (len(token) == 1 or set(token) <= set("ivxlc")))
    ]


def bare(token: str) -> str:
    """Take the marks off the letters of a token."""
    return "".join(c for c in unicodedata.normalize("NFD", token) if not unicodedata.combining(c) or ord(c) >= 0x700)


def _one_slip(first: str, second: str) -> bool:
    """Tell whether one letter more, less or other, or two neighbours swapped, make one word into the other."""
    if first == second:
        return True
    if min(len(first), len(second)) < 5 or abs(len(first) - len(second)) > 1:
        return False
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    a, b = first[start:], second[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


class Found(NamedTuple):
    """One paragraph that a comparison of all with all takes out, and the earliest one that stays and covers it."""

    paragraph: int
    witness: int


def all_pairs(number: int, covered: Callable[[int, int], bool]) -> list[Found]:
    """Compare each paragraph with all earlier ones that stay, in order."""
    kept: list[int] = []
    out: list[Found] = []
    for paragraph in range(number):
        witness = next((w for w in kept if covered(w, paragraph)), None)
        if witness is None:
            kept.append(paragraph)
        else:
            out.append(Found(paragraph, witness))
    return out


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return the text without the characters in these spans, one character at a time."""
    gone = bytearray(len(text))
    for start, end in spans:
        for place in range(start, end):
            gone[place] = 1
    return "".join(char for place, char in enumerate(text) if not gone[place])


def line_ends(text: str) -> int:
    """Count line ends; CRLF is one."""
    return sum(char in BREAKS for char in text) - sum(pair == ("\r", "\n") for pair in pairwise(text))


def lines(text: str) -> list[tuple[int, int]]:
    """Return the lines of a text in which something is to be seen."""
    out: list[tuple[int, int]] = []
    start = 0
    for place in range(len(text) + 1):
        if place == len(text) or text[place] in BREAKS:
            if any(character(c) not in ("space", "unseen", "break") for c in text[start:place]):
                out.append((start, place))
            start = place + 1
    return out
