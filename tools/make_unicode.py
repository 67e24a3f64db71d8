"""Write ``dedup/unicode-VERSION.bin``: character classes and folding, pinned to one version of Unicode.

Python's own ``unicodedata`` changes with the interpreter, and with it what a word is; output must not. Run with
``pip install unicodedata2 regex`` and ``python tools/make_unicode.py``.
"""

from __future__ import annotations

import pathlib
import struct

import regex
import unicodedata2 as ud

LAST = 0x110000
SPACELESS = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\p{Tai_Tham}\p{New_Tai_Lue}"
    r"\p{Tai_Le}\p{Javanese}\p{Balinese}\p{Yi}\u30fc\uff70]"
)
IGNORABLE = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cf}\u0640]")
BREAKS = {0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029}
# SARA AM is written in one way by everybody; splitting it would send every Thai paragraph through Python.
ALWAYS_WHOLE = {0x0E33, 0x0EB3}
# Written after the letter that they voice; the pair is one character in full width.
HALF_WIDTH_VOICING = {0xFF9E, 0xFF9F}
KEPT_FORMS = ("<super>", "<sub>", "<fraction>")
OTHER, LETTER, DIGIT, MARK, ALONE, IGNORE, SPACE, BREAK = range(8)
NORMALISE = 16


def category(c: int) -> int:
    """The class of one code point."""
    if c in BREAKS:
        return BREAK
    if 0xDC80 <= c <= 0xDCFF:
        return LETTER  # a byte that did not decode: part of the word it stands in
    if 0xD800 <= c <= 0xDFFF:
        return OTHER
    char = chr(c)
    general = ud.category(char)
    if char.isspace() or general == "Zs" or c in range(0x1C, 0x20):
        return SPACE
    if IGNORABLE.match(char):
        return IGNORE
    if general[0] == "M":
        return MARK
    if general == "Nd" or (general[0] == "N" and not SPACELESS.match(char)):
        return DIGIT
    if general[0] in "LN":
        return ALONE if SPACELESS.match(char) else LETTER
    return OTHER


def composing() -> set[int]:
    """Characters that may combine with the one before them into another character."""
    out = set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))
    for c in range(LAST):
        parts = ud.decomposition(chr(c)).split() if not 0xD800 <= c <= 0xDFFF else []
        if len(parts) == 2 and not parts[0].startswith("<"):
            pair = "".join(chr(int(p, 16)) for p in parts)
            if ud.normalize("NFC", pair) == chr(c):
                out.add(int(parts[1], 16))
    return out


def fold(c: int) -> str:
    """Case and compatibility forms away, decimal digits to ASCII; superscripts and fractions stay what they are."""
    char = chr(c)
    if 0xD800 <= c <= 0xDFFF or ud.decomposition(char).startswith(KEPT_FORMS):
        return char
    if ud.category(char) == "Nd":
        return str(ud.decimal(char))
    folded = char
    for _ in range(3):
        folded = ud.normalize("NFKC", ud.normalize("NFKC", folded).casefold())
    return folded


def main() -> None:
    """Write the module."""
    classes = [category(c) for c in range(LAST)]
    combining = composing()
    pairs: list[tuple[int, int]] = []
    expansions: dict[int, str] = {}
    for c in range(LAST):
        folded = fold(c)
        if len(folded) == 1 and ord(folded) != c:
            pairs.append((c, ord(folded)))
        elif len(folded) > 1 and classes[c] in (LETTER, DIGIT, ALONE) and c not in ALWAYS_WHOLE:
            expansions[c] = folded
        if c in combining or c in expansions or c in HALF_WIDTH_VOICING:
            classes[c] |= NORMALISE
    starts, values = [0], [classes[0]]
    for c in range(1, LAST):
        if classes[c] != values[-1]:
            starts.append(c)
            values.append(classes[c])
    runs: list[list[int]] = []
    for c, target in pairs:
        delta = target - c
        if runs and runs[-1][3] == delta:
            start, stop, step, _ = runs[-1]
            if start == stop and c - stop <= 2:
                runs[-1][1:3] = [c, c - stop]
                continue
            if start != stop and c - stop == step:
                runs[-1][1] = c
                continue
        runs.append([c, c, 1, delta])
    flat = [n for c, text in expansions.items() for n in (c, len(text), *map(ord, text))]
    numbers = [len(starts), len(runs), len(flat), *starts, *values, *(n for run in runs for n in run), *flat]
    target = pathlib.Path(__file__).parent.parent / "dedup" / "text" / "data" / f"unicode-{ud.unidata_version}.bin"
    target.write_bytes(struct.pack(f"<{len(numbers)}i", *numbers))
    print(target.name, len(starts), len(runs), len(expansions), target.stat().st_size)


if __name__ == "__main__":
    main()
