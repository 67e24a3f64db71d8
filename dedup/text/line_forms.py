"""What a paragraph looks like from outside: heading, list item, table, label, prose. Pure functions of its text.

Nothing here compares two paragraphs. The forms are those of Markdown and of plain typography; where a script has no
sentence punctuation (Thai, Lao), length alone tells prose from a label.
"""

from __future__ import annotations

import re
from enum import Enum


class LineForm(Enum):
    """The outer form of a paragraph or line."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"
    TABLE = "table"
    FENCE = "fence"
    RULE = "rule"


ENTRIES = (LineForm.ITEM, LineForm.TABLE)
"""The forms of what stands among others of its kind: the entries of a list, the rows of a table."""

STRUCTURES = (LineForm.TABLE, LineForm.FENCE)
"""The forms of what is no text, and has its heading or lead-in above it."""

_PLAIN = re.compile(r"\s*[^\W\d_]{2,}(?![.)\w])")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_TABLE = re.compile(r"\s*\|.*\|\s*\Z", re.DOTALL)
_HEADING = re.compile(r"\s*#{1,6}(?:\s|(?<=##)\w)")
_RULE = re.compile(r"\s*(?:([-=*_~.#+|·—–])\s*)(?:\1\s*)*\Z")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,})\s*\Z")
_ITEM = re.compile(
    r"\s*(?:[-*+•·‣▪▫◦●○■□►➢➤✓✔–—※]\s+|[・●•]"
    r"|\[[0-9]{1,3}\]\s+|\(?[0-9]{1,3}[.)]\s+|\(?[A-Za-z][.)]\s+|\(?[ivxlIVXL]{1,5}[.)]\s+|[（(][0-9一二三四五六七八九十]{1,3}[)）])"
)
_TERMINAL = re.compile(r"[.!?…。！？｡؟۔।॥።⋯‽;؛][\"'”’»«)\]）」』*_\s]*\Z")
_SENTENCE = re.compile(r"[.!?…。！？؟۔।።][\"'”’»)\]）」』]*(?:\s|(?<=[。！？]))")
PROSE_WORDS = 40
"""Tokens from which a paragraph is prose whatever it ends with: scripts without full stops have nothing else."""
_SOME = 200
"""Characters of a paragraph that tell what it is made of."""
_SENTENCES = 12
_LONGEST_LEAD = 24
_LONGEST_NAME = 16
_LONGEST_SHOUT = 100
_LONGEST_FIGURES = 12
_LONGEST_CELL = 40
_LONGEST_MARK = 2
_BARS = "|\u2502\u2503\u2551\uff5c"
_COLUMNS = 2
_BOLD = ("**", "__")
_NUMBERED = re.compile(
    r"\W*(?:[0-9]{1,3}(?:\.[0-9]{1,3})*\\?[.):°º]|[0-9]{1,3}(?:\.[0-9]{1,3})+|(?:ARTICLE|SECTION|§)\s*[0-9IVXLC]+\W?|[A-Z][.)])\s+"
)
_TERM = re.compile(
    r"\s*(?:[-*•]\s+)?(?:\*\*|__)?[\"“„«‘']?([^\"“”„«»’'*_\n]{2,60}?)[\"”“»’']?(?:\*\*|__)(?=\W)"
    r"|\s*(?:[-*•]\s+)?[\"“„«]([^\"“”„«»*_\n]{2,60}?)[\"”“»](?=\s+\w)"
)
# A lead ends with its last word: so no two repeats can share out the same signs between them.
_SIGNS = re.compile(r"\W*")
_LEAD = re.compile(r"\W*(\w(?:[^\n:：]{0,38}\w)?)\W*[:：]")
EXPRESSIONS = {
    "plain": _PLAIN,
    "fence": _FENCE,
    "table": _TABLE,
    "heading": _HEADING,
    "rule": _RULE,
    "item": _ITEM,
    "terminal": _TERMINAL,
    "lead": _LEAD,
}
"""The expressions that tell the form of a paragraph, by the names that the native kernels know them by."""
_FORMS = (
    ("`~", _FENCE.match, LineForm.FENCE),
    ("|", _TABLE.match, LineForm.TABLE),
    ("-=*_~.#+|·—–", _RULE.match, LineForm.RULE),
    ("#", _HEADING.match, LineForm.HEADING),
)
"""The forms that are seen by their first sign, in the order in which they are asked for."""


def line_form(text: str) -> LineForm:
    """Return the outer form of a paragraph."""
    if _PLAIN.match(text):
        return LineForm.TEXT
    first = text.lstrip()[:1]
    for signs, match, form in _FORMS:
        if first in signs and match(text):
            return form
    return LineForm.ITEM if _ITEM.match(text) else LineForm.TEXT


def ends_sentence(text: str) -> bool:
    """Return True if the paragraph ends as a sentence ends."""
    return bool(_TERMINAL.search(text[-24:]))


def is_prose(text: str, tokens: int) -> bool:
    """Return True if the paragraph reads as running text rather than as a label, a heading or an entry."""
    if ends_sentence(text) or (tokens >= PROSE_WORDS and is_worded(text)):
        return True
    entry_marker = _NUMBERED.match(text) or _ITEM.match(text)
    return tokens >= _SENTENCES and bool(_SENTENCE.search(text, entry_marker.end() if entry_marker else 0))


def is_worded(text: str) -> bool:
    """Return True if a paragraph is letters, mostly, and no rule or picture made of signs."""
    some = text[:_SOME]
    return 2 * sum(map(str.isalnum, some)) >= len(some) - sum(map(str.isspace, some))


def is_numbered(text: str, tokens: int) -> bool:
    """Return True if the paragraph may be a heading by its number: short, and not a sentence."""
    return tokens <= _LONGEST_LEAD and bool(_NUMBERED.match(text)) and not ends_sentence(text.rstrip("*_ "))


def is_shouted(text: str) -> bool:
    """Return True if the paragraph is written in capitals from end to end, and is not mostly figures."""
    if text.upper() != text or text.lower() == text or len(text) > _LONGEST_SHOUT or ends_sentence(text):
        return False
    return sum(map(str.isalpha, text)) > sum(map(str.isdigit, text))


def entry_marker(text: str) -> str:
    """Return the number or letter in front of a list entry or a section, as it is written; empty without one."""
    found = _NUMBERED.match(text) or _ITEM.match(text)
    return "".join(c for c in found.group() if c.isalnum()) if found else ""


def is_figures(text: str) -> bool:
    """Return True if a short line is mostly figures: a time, a price, a score."""
    if len(text) > _LONGEST_CELL:
        return False
    figures = sum(map(str.isdigit, text))
    return figures > 0 and sum(map(str.isalnum, text)) <= min(2 * figures, _LONGEST_FIGURES)


def is_cell(text: str) -> bool:
    """Return True if a line is a cell or a row of a table: figures, a mark, or columns between bars."""
    mark = text.strip()
    if len(mark) <= _LONGEST_MARK:
        return mark != "" and mark.isprintable()
    return is_figures(mark) or sum(map(mark.count, _BARS)) >= _COLUMNS


def leading_term(text: str) -> str:
    """Return the word or words in quotes or in bold with which a definition begins, folded; empty without them."""
    found = _TERM.match(text)
    return (found.group(1) or found.group(2)).strip().casefold() if found else ""


def is_underline(text: str) -> bool:
    """Return True if the line underlines the one above it, as Markdown's other kind of heading has it."""
    return bool(_UNDERLINE.match(text))


def is_bold(text: str) -> bool:
    """Return True if the paragraph is in bold from end to end, but for a colon behind it."""
    inner = text.strip()
    if inner.endswith(":"):
        inner = inner[:-1].rstrip()
    sign = inner[:2]
    return sign in _BOLD and len(inner) > 2 * len(sign) and inner.endswith(sign) and not inner[len(sign)].isspace()


def is_link(text: str) -> bool:
    """Return True if the paragraph is one Markdown link: no word stands before or behind it."""
    front = _SIGNS.match(text)
    begin = text.rfind("[", 0, front.end() if front else 0)
    middle = text.find("]", begin) if begin >= 0 else -1
    end = text.find(")", middle) if middle >= 0 and text.startswith("](", middle) else -1
    return end >= 0 and _SIGNS.fullmatch(text, end + 1) is not None


def tail(text: str, words: str = "_") -> str:
    """Return what stands behind the last letter or digit of a text; the signs in `words` are taken for letters, too."""
    at = len(text)
    while at and not (text[at - 1].isalnum() or text[at - 1] in words):
        at -= 1
    return text[at:]


def is_label(text: str, tokens: int) -> bool:
    """Return True if the paragraph may name what follows it: a heading, a name, a line that ends in a colon."""
    if tokens == 0:
        return False
    if line_form(text) is LineForm.HEADING or is_bold(text) or (tokens <= _LONGEST_LEAD and _ends_in_colon(text)):
        return True
    return tokens <= _LONGEST_NAME and not ends_sentence(text)


def _ends_in_colon(text: str) -> bool:
    end = tail(text)
    return ":" in end or "：" in end


def leading_label(text: str) -> str:
    """Return the word or two before a colon near the start ("Purpose: …"), folded to lower case; empty without one."""
    found = _LEAD.match(text)
    return found.group(1).strip().casefold() if found else ""
