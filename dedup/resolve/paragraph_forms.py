"""What a paragraph is to those beside it: how it begins and ends, and whether it is part of a list, a table, a record.

`form_of` looks at one paragraph alone; `tied` tells from two forms whether paragraphs that touch are parts of one unit.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dedup.language.wordlists import FUNCTION
from dedup.resolve.entry_markers import is_first, marker_kind
from dedup.text.continuity import SENTENCE_ENDS, begins_small, closes, is_final, is_spaceless, last_sign, unclosed
from dedup.text.line_forms import LineForm, is_bold, is_figures, is_link, is_shouted, leading_label, line_form
from dedup.text.lines import LINE_END

(
    SMALL,
    CLOSING,
    STRUCTURE,
    ENTRY,
    FIRST,
    LINK,
    ROW,
    CELL,
    FIELD,
    OPEN,
    SENTENCE,
    CLAUSE,
    LEADING,
    UNCLOSED,
    HALF_BOLD,
) = (1 << bit for bit in range(15))
"""Bits of a form. It begins with a small letter; closes what it has not opened; is a table or code block; is an entry
of a list or a numbered paragraph; is the first one of these; one link or image; a row of columns; a short cell of
figures; a labelled field. It ends as neither a sentence nor a clause ends; as a sentence; as a clause; with a colon or
a question, or opens a container; within a bracket or quotation; in bold text that begins or ends elsewhere."""

UNMARKED_LEVEL = 7
"""How deep headings stand that are not Markdown."""
SHOUTED_LEVEL = 8
"""How deep lines in capitals stand, which may be buttons as well."""
_LEVEL = re.compile(r"\s*(#{1,6})(?:\s|(?<=##)\w)")
_COLUMN = re.compile(r"\S(?: {2,}|\t)(?=\S)")
_COLUMNS = 2
"""Gaps of several spaces from which on a line is a row of columns."""
_BARS = re.compile(r"[^|\s`]\s*\|\s+[^|\s`]")
_LINKS = re.compile(r"!?\[[^][\n]{0,200}\]\([^()\s]{0,1000}\)")
_FIELD = re.compile(r"\W*[^\W\d_][^:：\d\n]{0,39}[:：]\W{0,3}\s")
_CONTAINER = re.compile(r"\s{0,3}:{3,}\s*\S")
"""How a container of Markdown is opened, which is closed by colons alone."""
_WORD = re.compile(r"\w+")
EXPRESSIONS = {
    "level": _LEVEL,
    "column": _COLUMN,
    "bars": _BARS,
    "links": _LINKS,
    "field": _FIELD,
    "container": _CONTAINER,
}
"""The expressions, by the names that the native kernels know them by."""
_LONGEST_HEADING = 24
"""Words of a heading, at most."""
_SHORT_TITLE = 5
"""Words of a numbered title that ends as a sentence ends, at most."""
_LONG_HEADING = 200
"""Characters of a heading, at most."""
_LONGEST_CELL = 40
"""Characters of a cell that holds a figure, at most."""
_LONG_FIELD = 200
"""Characters of a labelled field, at most."""
CLAUSES = frozenset(",;،؛，；、")
"""Signs that end a clause."""
LEADS = frozenset(":：?？؟")
"""Signs that announce something."""
_SHORTEST_SENTENCE, _LAST_WORD = 8, 24
"""Spaces in what may be a sentence; characters within which its last word stands."""
_ONE_CELL = 2
"""Bars around a single cell, which make no table."""
_MARKER = 2
"""Words of a marker by itself, at most: a name and a number."""


class Form(NamedTuple):
    """What a paragraph is to those beside it.

    Attributes:
        bits: what it is, as a sum of the bits above.
        level: how deep a heading stands, of Markdown the number of its signs, of others more than all; else 0.
        kind: the sign in front of an entry, or how it is numbered; empty for all that is no entry.
    """

    bits: int
    level: int
    kind: str = ""

    @property
    def is_numbered(self) -> bool:
        """Whether it is an entry with a number or letter, rather than a sign."""
        return "0" in self.kind or "a" in self.kind


def form_of(text: str) -> Form:
    """Return the form of a paragraph; of one that is quoted, that of what is quoted."""
    if text.lstrip().startswith(">"):
        text = text.lstrip("> \t")
    kind = marker_kind(text)
    bits = _ending(text) | _beginning(text, kind)
    if len(text) <= _LONG_FIELD:
        bits |= _shape(text, bits)
    return Form(bits, _level(text, bits, kind), (kind or text.lstrip()[:1]) if bits & ENTRY else "")


def tied(above: Form, below: Form) -> bool:
    """Return True if two paragraphs that touch are parts of one unit.

    A sentence, a bracket or a series of clauses runs from one into the other; one announces the other; or both are
    rows of a table, or entries of a list that are no sentences by themselves.
    """
    one, two = above.bits, below.bits
    if (
        one & (CLAUSE | LEADING)
        or two & STRUCTURE
        or (one & OPEN and two & SMALL)
        or (one & UNCLOSED and two & CLOSING)
    ):
        return True
    if one & two & (ROW | HALF_BOLD):
        return True
    if (
        not one & two & ENTRY
        or one & two & SENTENCE
        or (one | two) & LINK
        or (above.kind != below.kind and not (above.is_numbered and below.is_numbered))
    ):
        return False
    # Not the last entry of a section and the heading of the next one.
    return not below.level or above.level == below.level == UNMARKED_LEVEL


def _ending(text: str) -> int:
    sign = last_sign(text)
    if sign in SENTENCE_ENDS:
        bits = SENTENCE | (LEADING if sign in LEADS else 0)
    elif sign in LEADS:
        bits = LEADING
    elif sign in CLAUSES:
        bits = CLAUSE | (0 if is_final(sign) else OPEN)
    else:
        bits = 0 if is_final(sign) else OPEN | (CLAUSE if _breaks_off(text) else 0)
    if text.count("**") & 1:
        bits |= HALF_BOLD
    return bits | UNCLOSED if unclosed(text) else bits


def _breaks_off(text: str) -> bool:
    """Return True if a text ends with a word that another one follows: "of", "and", "der", "que"."""
    if not text[-1:].isalnum():
        return False
    words = _WORD.findall(text[-_LAST_WORD:])
    return words[-1] in FUNCTION and text.count(" ") >= _SHORTEST_SENTENCE


def _beginning(text: str, kind: str) -> int:
    bits = CLOSING if closes(text) else 0
    numbered = ENTRY | (FIRST if is_first(text) else 0) if kind else 0
    first = text.lstrip()[:2]
    # Most begin with a word, and are told by that: no list, no table.
    if len(first) > 1 and first.isalpha() and not first[0].islower():
        return bits | numbered
    if begins_small(text):
        bits |= SMALL
    form = line_form(text)
    if form is LineForm.FENCE or (form is LineForm.TABLE and text.count("|") > _ONE_CELL):
        return bits | STRUCTURE
    if "](" in text and (is_link(text) or not _WORD.search(_LINKS.sub("", text))):
        bits |= LINK
    bits |= numbered or (ENTRY if form is LineForm.ITEM else 0)
    return bits | LEADING if _CONTAINER.match(text) else bits


def _shape(text: str, bits: int) -> int:
    """Return the bits of a short paragraph that tell of columns, cells and fields."""
    out = 0
    if ("  " in text or "\t" in text) and len(_COLUMN.findall(text)) >= _COLUMNS:
        out |= ROW
    if "|" in text and _BARS.search(text):
        out |= ROW
    if len(text) <= _LONGEST_CELL and is_figures(text):
        out |= CELL
    has_colon = ":" in text or "：" in text
    if has_colon and not bits & (SENTENCE | LEADING) and _FIELD.match(text) and leading_label(text):
        out |= FIELD
    return out


def _level(text: str, bits: int, kind: str) -> int:
    if len(text) > _LONG_HEADING:
        return 0
    found = _LEVEL.match(text) if "#" in text else None
    if found:
        return len(found[1])
    level = 0 if bits & (CLAUSE | STRUCTURE | ROW) else _unmarked_level(text, bits, kind)
    if level and (LINE_END.search(text) or len(_WORD.findall(text)) > _LONGEST_HEADING):
        return 0
    return level


def _unmarked_level(text: str, bits: int, kind: str) -> int:
    is_title = not bits & (SMALL | CELL | LINK)
    if is_title and (bits & (ENTRY | OPEN) == ENTRY | OPEN or is_bold(text)):
        return UNMARKED_LEVEL
    if bits & ENTRY and kind and (_is_marker(text) or (is_title and _is_short_title(text))):
        return UNMARKED_LEVEL
    return SHOUTED_LEVEL if is_title and is_shouted(text) else 0


def _is_short_title(text: str) -> bool:
    """Return True if a numbered line is so short that it is a title, though it ends as a sentence ends."""
    words = _WORD.findall(text)
    return len(words) <= _SHORT_TITLE and not any(map(is_spaceless, words))


def _is_marker(text: str) -> bool:
    """Return True if no word follows the marker of a paragraph."""
    words = _WORD.findall(text)
    if len(words) > _MARKER or any(map(is_spaceless, words)):
        return False
    return len(words) > 1 or not text.rstrip()[-1:].isalnum()
