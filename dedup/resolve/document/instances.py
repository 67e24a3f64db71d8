"""Recognise what was filled in again: copy and original are instances of one form, with other entries in its places.

A form has places before the block, between its lines, and behind it. Where copy and original differ there, and what
they have there is made alike (two names, two figures, two sentences of one pattern), each is about its own subject.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz.distance import Indel

from dedup.resolve.document.blocks import REACH
from dedup.resolve.paragraph_forms import ROW, form_of
from dedup.text.continuity import ends_openly
from dedup.text.line_forms import LineForm, is_cell, is_figures

if TYPE_CHECKING:
    from dedup.resolve.document.article import Article
    from dedup.resolve.document.block import Block
    from dedup.resolve.document.blocks import Link

_ALIKE = 0.5
"""Similarity from which on two paragraphs are instances of one template."""
_NAME_LENGTH = 400
"""Characters above which a paragraph is text, not a name."""
SERIES = 3
"""Copies that may be a series."""
_CELLS = 0.25
"""Share of the lines of a table that are cells of figures, marks, or rows between bars; others hold words."""
_NAME_WORDS = 8
"""Words of a line that may be a name, or a heading, though it does not end as a sentence does; else it breaks off."""
_LINES = 3
"""Lines before a block that may have its name in them, from the last one on."""
_LOOKED_AT = 32
"""Occurrences of a paragraph that are looked at: the first ones."""


def is_series(block: Block) -> bool:
    """Return True if the block stands three times or more, each time under a line of its own, made on one pattern."""
    heads = {block.links[0].copy: block.links[0]} | {
        link.copy: link for link in block.links if link.copy in block.long[:1]
    }
    own = {block.article.key(i) for i in (*block.copies, *block.sources)}
    small = len(block.links) < REACH
    return any(_is_headed_series(block.article, link, own, small=small) for link in heads.values())


def _is_headed_series(article: Article, link: Link, own: set[int], *, small: bool) -> bool:
    """Return True if the lines before two other copies of a paragraph are made like the one before this copy.

    A line that stands before most of them is one of theirs, and their names are above it.
    """
    places = sorted({*article.places(link.copy)[:_LOOKED_AT], *article.places(link.sources[0])[:_LOOKED_AT]})
    name: int | None = link.copy
    above: list[int | None] = [*places]
    for _ in range(_LINES if len(places) >= SERIES else 0):
        name, above = _one_up(article, name), [_one_up(article, i) for i in above]
        if name is None or article.key(name) in own:
            return False
        before = {article.key(i): i for i in above if i is not None}
        others = [i for key, i in before.items() if key not in own and key != article.key(name)]
        if 2 * (len(others) + 1) > len(places):
            return _are_headed(article, link.copy, name, others, small=small)
    return False


def _one_up(article: Article, index: int | None) -> int | None:
    return None if index is None else article.preceding(index)


def _are_headed(article: Article, copy: int, name: int, others: list[int], *, small: bool) -> bool:
    """Return True if two other lines are made like the one that is the name of a copy."""
    if small and article.is_heading(copy) and not _is_cut(article, name):
        return len(others) + 1 >= SERIES
    weak = small and not article.is_prose(copy)
    alike = sum(
        are_alike(article, name, other)
        or (_are_names(article, name, other) and (weak or _begin_alike(article, name, other)))
        for other in others
    )
    return alike + 1 >= SERIES and 2 * alike >= len(others)


def _begin_alike(article: Article, first: int, second: int) -> bool:
    """Return True if two paragraphs begin with the same word."""
    return article.tokens_of(first).chars[:1] == article.tokens_of(second).chars[:1]


def _is_cut(article: Article, index: int) -> bool:
    """Return True if a paragraph is running text that breaks off, as where a page ends."""
    return article.word_count(index) > _NAME_WORDS and ends_openly(article.text_of(index))


def _are_names(article: Article, first: int, second: int) -> bool:
    """Return True if two paragraphs may both name something: a few words each, no sentence."""
    return all(article.is_label(i) and not _is_cut(article, i) for i in (first, second))


def is_framed(block: Block) -> bool:
    """Return True if copy and original stand between lines of their own that are made alike, before and behind."""
    source, copy = block.after()
    if source is None or copy is None or not are_alike(block.article, source, copy):
        return False
    source, copy = block.before()
    for _ in range(_LINES):
        if source is None or copy is None:
            return False
        if are_alike(block.article, source, copy):
            return True
        source, copy = block.kept_before(source), block.kept_before(copy)
    return False


def count_filled_in(block: Block) -> int:
    """Return at how many places inside the copy as many other lines stand as in the original, and no running text.

    Two headings count as two, as each has a section of its own.
    """
    article = block.article
    filled = 0
    for one, two in zip(block.links, block.links[1:], strict=False):
        copies = [i for i in range(one.copy + 1, two.copy) if article.sizes[i]]
        sources = [i for i in range(one.sources[-1] + 1, two.sources[0]) if article.sizes[i]]
        pairs = [pair for pair in zip(copies, sources, strict=False) if not any(map(article.is_prose, pair))]
        if pairs and len(copies) == len(sources):
            filled += 1 + any(all(map(article.is_heading, pair)) for pair in pairs)
    return filled


def is_among_cells(block: Block) -> bool:
    """Return True if copy and original stand in tables, one cell or row a line, or the copy is or stands beside a row.

    What begins a document is its title, bars or not.
    """
    article = block.article
    beside = (block.kept_before(block.copies[0]), article.following(block.copies[-1]))
    if any(i is not None and article.form(i) is LineForm.TABLE for i in beside):
        return True
    rows = sum(_is_row(article, c) for c in block.copies)
    if 2 * rows > len(block.copies) and block.kept_before(block.sources[0]) is not None:
        return True
    return all(_cells_around(article, run) for run in (block.copies, block.sources))


def _is_row(article: Article, index: int) -> bool:
    text = article.text_of(index)
    # Print that is set to a width has wide gaps in sentences, too.
    return form_of(text).bits & ROW > 0 and ("|" in text or not article.is_prose(index))


def _cells_around(article: Article, run: list[int]) -> bool:
    """Return True if many of some paragraphs and their neighbours are cells."""
    low, high = max(min(run) - REACH, 0), min(max(run) + REACH + 1, len(article))
    cells = sum(is_cell(article.text_of(i)) for i in range(low, high))
    return cells >= SERIES and cells >= _CELLS * article.between(low - 1, high)


def are_alike(article: Article, first: int, second: int) -> bool:
    """Return True if two paragraphs name different things in the same manner."""
    if article.key(first) == article.key(second):
        return False
    texts = article.text_of(first), article.text_of(second)
    label, number = article.leading_label(first), article.marker(first)
    if (label and label == article.leading_label(second)) or (number and number == article.marker(second)):
        return True
    if all(map(is_figures, texts)) or (article.term(first) and article.term(second)):
        return True
    if article.introduces_next(first) and article.introduces_next(second):
        return True
    return are_similar(article, first, second)


def are_similar(article: Article, first: int, second: int) -> bool:
    """Return True if two paragraphs are instances of one template, short enough to name something."""
    # Where everything is like everything else, nothing is a name.
    if article.is_mass or max(len(article.text_of(first)), len(article.text_of(second))) > _NAME_LENGTH:
        return False
    a, b = article.tokens_of(first).chars, article.tokens_of(second).chars
    return float(Indel.normalized_similarity(a, b)) >= _ALIKE
