"""Whether a block and its original stand in sections of their own, and whether a section goes as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.model.decisions import Compared
from dedup.resolve.document.block import NEARLY_ALL
from dedup.resolve.document.instances import are_alike
from dedup.resolve.paragraph_forms import LINK, form_of
from dedup.text.line_forms import LineForm

if TYPE_CHECKING:
    from dedup.resolve.document.block import Block

SECTION_WORDS = 120
"""Words up to which a block may be a clause that several sections have, whatever their headings are."""


def is_in_sections(block: Block) -> bool:
    """Return True if copy and original are in sections with headings of their own, made alike, or a few words each.

    A section is in that of the heading before its own; a heading by itself may be a title.
    """
    article = block.article
    if block.is_tandem or (len(block.links) == 1 and article.is_heading(block.copies[0])):
        return False
    copy, source = article.heading(block.copies[0]), article.heading(block.sources[0])
    if copy is None or source is None or article.key(copy) == article.key(source):
        return False
    if are_alike(article, source, copy):
        return True
    named = all(article.form(i) is LineForm.HEADING or article.is_first_occurrence(i) for i in (copy, source))
    return named and block.words <= SECTION_WORDS


def is_whole_section(block: Block) -> bool:
    """Return True if the block is text that follows on itself, or a section with its heading and all its text.

    What is only nearly the same is another version of a section: right behind it in a single paragraph, elsewhere in
    more than an eighth of them. A line that is no sentence may be an entry, or stand in a column of its own.
    """
    article = block.article
    near = sum(link.compared is Compared.ALIGNED for link in block.links)
    if (near and block.is_tandem) or near > (1 - NEARLY_ALL) * len(block.links) or not block.is_unbroken():
        return False
    if not article.is_heading(block.copies[0]):
        return block.is_tandem and any(map(article.is_prose, block.long))
    below = article.following(block.copies[-1])
    return below is None or article.is_heading(below) or form_of(article.text_of(below)).bits & LINK > 0
