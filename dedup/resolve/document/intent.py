"""Decide whether a repetition is an accident of scraping or intended.

A block is classified as a whole, by its surroundings.

An intended repetition has a subject of its own: the same bullets under the next product's name, the same clause under
the next section's heading, the same notice under the next author's line. Such a block is *introduced*: before the copy
and before the original are two paragraphs that name different things in the same manner. A copy made by a scraper has
no introduction: it follows the original itself, running text, or something that is repeated as well.
"""

from __future__ import annotations

from enum import Enum
from itertools import product
from typing import TYPE_CHECKING

from dedup.model.decisions import Compared
from dedup.resolve.document.blocks import density
from dedup.resolve.document.instances import (
    SERIES,
    are_alike,
    are_similar,
    is_among_cells,
    is_filled_in,
    is_framed,
    is_series,
    names_before,
)
from dedup.resolve.document.page_furniture import (
    is_furniture,
    is_menu,
    is_mostly_links,
    is_navigation,
    is_part_of_list,
    is_verse,
)
from dedup.resolve.document.sections import SECTION_WORDS, empties_section, is_in_sections, is_whole_section
from dedup.text.line_forms import LineForm, ends_sentence, entry_marker

if TYPE_CHECKING:
    from dedup.resolve.document.article import Article
    from dedup.resolve.document.blocks import Block, Link

_BODY_WORDS = 300
_BODY_PROSE = 5
_BODY_LINE = 16
_PAIR = 2
_WHOLE_WORDS = 80
_WHOLE_SHARE = 0.7
_LIST_DENSITY = 0.8
_CONTENTS_PROSE = 0.25
"""Share of the lines of a list of contents that may read as text, at most: questions do."""
_WITHIN = 1.5
"""Times a paragraph's words from which on its witness holds it, rather than resembles it."""
_FAR = 3
_QUOTED_WORDS = 30
_PHRASE = 2
"""Times the least words of a paragraph that a lone sentence must have, far from its witness, to be no phrase."""


class Intent(Enum):
    """How a repetition is classified."""

    ACCIDENTAL = "accident"
    """It may be removed."""
    INTENDED = "meant"
    """It belongs to a subject of its own; what follows on it and repeats with it does, too."""
    UNCERTAIN = "doubtful"
    """It is kept, for lack of evidence."""


def classify(block: Block) -> Intent:
    """Classify a block as an accident of scraping or an intended repetition."""
    if _is_table_of_contents(block) or is_series(block) or is_framed(block):
        return Intent.INTENDED
    if _is_mass(block):
        return Intent.ACCIDENTAL
    if is_among_cells(block) or empties_section(block):
        return Intent.INTENDED
    if is_menu(block):
        return Intent.ACCIDENTAL
    if _continues_intended(block) or is_filled_in(block) or _is_introduced(block) or _ends_in_form_label(block):
        return Intent.INTENDED
    return Intent.ACCIDENTAL if _is_evident_copy(block) else Intent.UNCERTAIN


def _is_mass(block: Block) -> bool:
    """Return True if the block is too much text to have been meant twice.

    Three copies and more, each behind a line of its own, are no accident.
    """
    if not block.long or (block.times >= SERIES and names_before(block) != (None, None)):
        return False
    return _is_whole_page(block) or _is_long_text(block)


def _is_evident_copy(block: Block) -> bool:
    """Return True if a block that nothing introduces is enough of a copy to go."""
    article = block.article
    if is_part_of_list(block) and not is_navigation(block):
        return False
    if not block.long:
        return is_furniture(block)
    if is_verse(block) or (article.is_sectioned and not is_mostly_links(block) and not is_whole_section(block)):
        return False
    if len(block.links) > _PAIR or (len(block.links) == _PAIR and any(map(article.is_prose, block.long))):
        return True
    if block.tandem():
        # A heading may have only the words of the sentence that announces it.
        return not article.is_sectioned or _is_exact(block) or any(map(article.is_prose, block.copies))
    return len(block.links) == 1 and _is_lone_duplicate(block)


def _is_exact(block: Block) -> bool:
    """Return True if copy and original have the same words throughout."""
    return all(link.compared is not Compared.ALIGNED for link in block.links)


def _continues_intended(block: Block) -> bool:
    """Return True if the block goes on where a meant repetition left off; a copy of the very beginning starts anew."""
    if block.tandem() and block.kept_before(block.sources[0]) is None:
        return False
    return block.kept_before(block.copies[0]) in block.intended


def _is_introduced(block: Block) -> bool:
    """Return True if copy and original each stand under a name of their own."""
    source, copy = names_before(block)
    if copy is None or source is None:
        return is_in_sections(block)
    if is_in_sections(block) or _is_announced(block, copy):
        return True
    if block.kept_before(copy) == block.sources[-1] and _is_revised_intro(block, source, copy):
        return False
    return are_alike(block.article, source, copy) or _are_labels(block, source, copy)


def _is_announced(block: Block, name: int) -> bool:
    """Return True if several lines stand right under a lead-in of their own, which ends in a colon."""
    below = block.kept_before(block.copies[0]) == name
    return len(block.links) > 1 and below and block.article.announces_next(name)


def _are_labels(block: Block, source: int, copy: int) -> bool:
    """Return True if two lines may name the text below them: they stand nowhere else, or the text is a series."""
    article = block.article
    if not (block.long and article.is_label(copy) and article.is_label(source)):
        return False
    if article.is_first_occurrence(copy) and article.is_first_occurrence(source):
        return True
    return block.times >= SERIES and any(map(article.is_prose, block.long))


def _is_table_of_contents(block: Block) -> bool:
    """Return True if the original is a list of contents, of which each line stands again over what it announced."""
    article = block.article
    joints = list(zip(block.links, block.links[1:], strict=False))
    if all(_is_announced_entry(article, link) for link in block.links):
        return True
    prose = sum(map(article.is_prose, block.copies))
    if not joints or prose > _CONTENTS_PROSE * len(block.copies) or density(block, block.sources) < _LIST_DENSITY:
        return False
    return 2 * sum(article.between(a.copy, b.copy) > 0 for a, b in joints) > len(joints)


def _is_announced_entry(article: Article, link: Link) -> bool:
    """Return True if an entry of a numbered list stands again by itself, under its number."""
    copy, source = link.copy, link.sources[0]
    number = entry_marker(article.text_of(source))
    return (
        number != ""
        and number == entry_marker(article.text_of(copy))
        and article.is_list_entry(source)
        and not article.is_list_entry(copy)
        and article.following(copy) is not None
    )


def _ends_in_form_label(block: Block) -> bool:
    """Return True if the block ends in a label that something else follows than before: a form filled in again."""
    article = block.article
    last, source = block.copies[-1], block.sources[-1]
    if block.words > SECTION_WORDS or not article.heads_next(last):
        return False
    after = (article.following(last), article.following(source))
    return all(i is not None and article.is_first_occurrence(i) for i in after)


def _is_revised_intro(block: Block, source: int, copy: int) -> bool:
    """Return True if two versions of one paragraph stand before copy and original: the copy begins with a change."""
    article = block.article
    if len(block.links) == 1 or article.leading_label(copy):
        return False
    if not all(article.is_prose(i) for i in (source, copy, *block.copies)):
        return False
    return min(article.sizes[source], article.sizes[copy]) >= _BODY_LINE and are_similar(article, source, copy)


def _is_long_text(block: Block) -> bool:
    """Return True if the block holds so much running text that no heading explains why it stands twice.

    Text under several headings of its own is several texts: sections that repeat are counted one by one.
    """
    article = block.article
    if block.words >= _BODY_WORDS and block.times == _PAIR and block.is_dense():
        return True
    words = paragraphs = 0
    for previous, link in zip((None, *block.links), block.links, strict=False):
        if previous is not None and _new_labels(block, previous, link):
            words = paragraphs = 0
        if article.is_prose(link.copy) and article.sizes[link.copy] >= _BODY_LINE:
            words += article.sizes[link.copy]
            paragraphs += 1
        if words >= _BODY_WORDS and paragraphs >= _BODY_PROSE:
            return True
    return False


def _new_labels(block: Block, previous: Link, link: Link) -> list[tuple[int, int]]:
    """Return the new labels that stand between two links on either side, as (source's, copy's)."""
    article = block.article

    def labels(low: int, high: int) -> list[int]:
        new = filter(article.is_first_occurrence, range(low + 1, high))
        return [i for i in new if article.is_label(i) or article.leading_label(i)]

    return list(product(labels(previous.sources[-1], link.sources[0]), labels(previous.copy, link.copy)))


def _is_whole_page(block: Block) -> bool:
    """Return True if the block repeats most of all that stood before it: a page pasted again."""
    article = block.article
    repeated = sum(article.sizes[s] for s in set(block.sources))
    return block.words >= _WHOLE_WORDS and repeated >= _WHOLE_SHARE * block.kept_words


def _is_lone_duplicate(block: Block) -> bool:
    """Return True if a single repeated paragraph may go, which nothing marks as a copy but that it repeats.

    Running text may, if it is longer than a set phrase; a heading or an entry seldom.
    """
    article = block.article
    (link,) = block.links
    copy, source = link.copy, link.sources[0]
    if not article.is_prose(copy):
        title = not article.is_sectioned and block.kept_before(source) is None
        return article.form(copy) is LineForm.TEXT and title and link.coverage == 1.0
    if article.leading_label(copy) and article.sizes[copy] < _BODY_LINE:
        return False
    if link.compared is not Compared.ALIGNED:
        return article.word_count(copy) >= _PHRASE * article.settings.min_words
    if article.between(source, copy) > _FAR and article.word_count(copy) < _PHRASE * article.settings.min_words:
        return False
    return not _starts_mid_sentence(article, copy) and _is_no_clause(article, link)


def _is_no_clause(article: Article, link: Link) -> bool:
    """Return True if a covered paragraph is more than a clause that its witness holds among others."""
    copy, source = link.copy, link.sources[0]
    if sum(article.sizes[s] for s in link.sources) < _WITHIN * article.sizes[copy]:
        return True
    near, long = article.between(source, copy) <= _FAR, article.word_count(copy) >= _QUOTED_WORDS
    return near or long


def _starts_mid_sentence(article: Article, index: int) -> bool:
    """Return True if the paragraph begins in the middle of a sentence that began in the one before it."""
    previous = article.preceding(index)
    if previous is None or not article.text_of(index).lstrip()[:1].islower():
        return False
    return not ends_sentence(article.text_of(previous).rstrip())
