"""How an entry is numbered: what the entries of one series have in common.

Only the beginning is looked at, and what is no number is of no harm: a series takes two that are alike.
"""

from __future__ import annotations

import re
from functools import lru_cache

from dedup.language.spelling import plain
from dedup.language.wordlists import MARKING, ORDINALS

_HEAD = 48
"""Characters within which a marker ends."""
_CACHED = 1 << 10
"""Markers whose kind is cached: most repeat."""
_MARKER_PARTS = re.compile(r"[^\W_]+|[).:(§°*]")
_PLAIN = re.compile(r"(?![第제])([^\W\d_]{3,40})\s{1,3}(?![–—-])")
_FRONT = r"[\s(\[^\\\"'“„«*_#>№¶–—•·（［【〔-]*"
_CLOSE = r"[*_\\]{0,3}(?:(?<=§)\s|[.):\]．）】〕°ºª](?!\d)|、|</sup>|\s*[–—-]\s|\Z)"
_NUMERAL = r"\d{1,4}(?:\.\d{1,3})*[^\W\d_]?|[ivxlcIVXLC]{1,7}|[^\W\d_](?!\.\w)|[一二三四五六七八九十百]{1,4}"
_NUMBERED = re.compile(rf"{_FRONT}(?:<sup>\s*)?(?:{_NUMERAL})(?:\s?§)?(?:\s?(?:bis|ter|quater))?{_CLOSE}")
_SIGNED = re.compile(
    rf"{_FRONT}(?:§{{1,2}}\s*\d|(?:第|제)\s*[\d一二三四五六七八九十百〇零]{{1,6}}\s*[條条章節节項项款編编号조장절항호편])"
)
_NAMED = re.compile(
    rf"{_FRONT}([^\s\d.:,*]{{1,20}})\.?[\s*_]{{0,4}}(?:§\s*)?(?:([^\W\d_]{{2,20}})\b|(?:{_NUMERAL})(?!\w))"
)
_SECTION = re.compile(rf"{_FRONT}[1-9]\d{{0,2}}(?:\.[1-9]\d{{0,2}}){{1,5}}\s+(?=([^\W\d_]))")
_ORDINAL = re.compile(rf"{_FRONT}([^\W\d_]{{3,20}})(?:,|{_CLOSE})")
_FIRST = re.compile(rf"{_FRONT}(?:<sup>\s*)?[1aAiI一](?!\w)")
_IDEOGRAPHIC = re.compile("[\\d一二三四五六七八九十百〇零]+")
EXPRESSIONS = {
    "marker_parts": _MARKER_PARTS,
    "plain_word": _PLAIN,
    "numbered": _NUMBERED,
    "signed": _SIGNED,
    "named": _NAMED,
    "section": _SECTION,
    "ordinal": _ORDINAL,
    "first": _FIRST,
    "ideographic": _IDEOGRAPHIC,
}
"""The expressions, by the names that the native kernels know them by."""


def marker_kind(text: str) -> str:
    """Return how a paragraph is numbered: its marker, with "0" for a number, "a" for a letter or an ordinal.

    It is empty for a paragraph without a number, a letter or the name of a section in front of it.
    """
    word = _PLAIN.match(text)
    if word and word[1].casefold() not in MARKING:
        return ""
    head = text[:_HEAD]
    found = _NUMBERED.match(head) or _SIGNED.match(head)
    if found is None and (found := _SECTION.match(head)) and found[1].islower():
        found = None
    if found is None:
        found = _NAMED.match(head)
        if found is None or found[1].casefold() not in MARKING or not (found[2] is None or _is_ordinal(found[2])):
            found = _ORDINAL.match(head)
            if found is None or not _is_ordinal(found[1]):
                return ""
    return _kind(found.group())


def is_first(text: str) -> bool:
    """Return True if a marker in front of a paragraph begins to number: "1.", "a)", "(i)"."""
    return _FIRST.match(text[:_HEAD]) is not None


def _is_ordinal(word: str) -> bool:
    return word.casefold() in ORDINALS


@lru_cache(_CACHED)
def _kind(marker: str) -> str:
    parts = [_part(word) for word in _MARKER_PARTS.findall(marker)]
    name = "".join(part for part in parts if len(part) > 1)
    # How the number of what is named is set off differs within one text.
    return f"{name} {parts[-1]}" if name else "".join(parts)


def _part(word: str) -> str:
    if not word.isalnum():
        return word
    if word[0].isdigit():
        return "0"
    folded = word.casefold()
    if len(word) > 1 and folded in MARKING:
        return plain(folded)
    return _IDEOGRAPHIC.sub("0", word) if word[0] in "第제" else "a"
