"""Recognise blocks that are boilerplate, and blocks that are repeated on purpose: menus, lists, verse.

Page furniture is short lines without sentences, the same ones in the same order: a menu, a share bar, a box of teasers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.resolve.document.block import LINE_WORDS
from dedup.resolve.document.instances import SERIES
from dedup.text.line_forms import ENTRIES, LineForm, ends_sentence, is_link

if TYPE_CHECKING:
    from dedup.resolve.document.block import Block

_LEAST_LINES = 3
MENU_LINES = 5
"""Lines from which on what stands just twice is a menu, also away from running text."""
_MENU_WORDS = 5.0
_TEASER_WORDS = 10.0
_VERSE_LINES = 10
_VERSE_WORDS = 4
_PROSE_LINE = 40


def is_furniture(block: Block) -> bool:
    """Return True if a run of short lines is a menu, a share bar or the like."""
    article = block.article
    lines = block.copies
    number = len({article.key(c) for c in lines})
    if number < _LEAST_LINES or block.words > _line_limit(block) * len(lines) or not block.is_verbatim():
        return False
    if number < MENU_LINES and not block.is_in_text() and (number == _LEAST_LINES or block.times < SERIES):
        return False
    bodies = [article.text_of(c) for c in lines]
    if any(article.form(c) in ENTRIES and not is_link(body) for c, body in zip(lines, bodies, strict=True)):
        return False
    sentences, figures = sum(map(ends_sentence, bodies)), sum(map(_figures, bodies))
    fields = sum(map(article.introduces_next, lines))
    return sentences * 5 <= len(lines) and figures * 2 <= len(lines) and fields * 2 <= len(lines)


def is_menu(block: Block) -> bool:
    """Return True if the block is too much of a menu for its section, or what follows it, to matter."""
    lines = len({block.article.key(c) for c in block.copies})
    return not block.long and lines >= MENU_LINES and block.times < SERIES and is_furniture(block)


def is_mostly_links(block: Block) -> bool:
    """Return True if at least half of the block's lines are links."""
    return 2 * sum(is_link(block.article.text_of(c)) for c in block.copies) >= len(block.copies)


def is_part_of_list(block: Block) -> bool:
    """Return True if the block is some of the entries of a list or table that has others, too."""
    article = block.article
    if block.is_tandem or not all(article.form(c) in ENTRIES for c in block.copies):
        return False
    if all(is_link(article.text_of(c)) for c in block.copies):
        return False
    first, last = block.copies[0], block.copies[-1]
    around = (block.kept_before(first), article.following(last))
    others = len(block.copies) > 1 and article.between(first, last) > len(block.copies) - 2
    return others or any(i is not None and article.form(i) in ENTRIES for i in around)


def is_verse(block: Block) -> bool:
    """Return True if the block is a refrain: lines of a text that is all lines of a few words."""
    article = block.article
    if any(article.sizes[c] > LINE_WORDS or article.form(c) is not LineForm.TEXT for c in block.copies):
        return False
    sizes = article.line_words
    if len(sizes) < _VERSE_LINES or sizes[-1] > _PROSE_LINE:
        return False
    return sizes[len(sizes) // 2] >= _VERSE_WORDS and sizes[int(len(sizes) * 0.8)] <= LINE_WORDS


def _line_limit(block: Block) -> float:
    """Return how many words a menu's lines may have on the average: more, where it stands in running text."""
    return _TEASER_WORDS if block.is_in_text() else _MENU_WORDS


def _figures(text: str) -> bool:
    """Return True if a line is mostly figures: a time, a price, a score."""
    return 2 * sum(c.isdigit() for c in text) >= sum(c.isalnum() for c in text)
