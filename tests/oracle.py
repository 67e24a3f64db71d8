"""What the kernels compute, written a second time: slowly, naively and without their code, to be compared with them."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

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
    if char in "$¢£¤¥€₩₪₫₱₴₹₺₽₿%‰٪°％＄￠￡￥￦":
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


def words(text: str) -> list[str]:
    """Return the folded tokens of one paragraph."""
    units: list[tuple[str, str]] = []
    for char in unicodedata.normalize("NFC", _voiced(text)):
        kind, plain = character(char), folded(char)
        if kind in ("letter", "digit", "alone") and len(plain) > 1:
            units += [(character(c), c) for c in plain]
        else:
            units.append((kind, plain if len(plain) == 1 else char))
    out: list[str] = []
    inside = closed = False
    for kind, char in units:
        if kind == "unseen":
            continue
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
