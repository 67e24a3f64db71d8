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

from rapidfuzz.distance import Indel

from dedup.model.decisions import Compared
from dedup.resolve.document.blocks import REACH, density
from dedup.resolve.document.page_furniture import is_furniture, is_menu, is_navigation, is_part_of_list, is_verse
from dedup.text.line_forms import LineForm, ends_sentence, entry_marker

if TYPE_CHECKING:
    from dedup.resolve.document.article import Article
    from dedup.resolve.document.blocks import Block, Link

_ALIKE = 0.5
"""Similarity from which on two introductions are instances of one template."""
_NAME_LENGTH = 400
"""Characters above which a paragraph is text, not a name."""
_BODY_WORDS = 300
_BODY_PROSE = 5
_BODY_LINE = 16
_PAIR = 2
_WHOLE_WORDS = 80
_WHOLE_SHARE = 0.7
_LIST_DENSITY = 0.8
_SECTION_WORDS = 120
_SECTIONED = 5
"""Headings from which on a document is one of sections, such as a contract."""
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
    if _is_table_of_contents(block):
        return Intent.INTENDED
    if block.long and (_is_whole_page(block) or _is_long_text(block)):
        return Intent.ACCIDENTAL
    if is_menu(block):
        return Intent.ACCIDENTAL
    if _continues_intended(block) or _is_introduced(block) or _spans_sections(block) or _ends_in_form_label(block):
        return Intent.INTENDED
    return Intent.ACCIDENTAL if _is_evident_copy(block) else Intent.UNCERTAIN


def _is_evident_copy(block: Block) -> bool:
    """Return True if a block that nothing introduces is enough of a copy to go."""
    if is_part_of_list(block) and not is_navigation(block):
        return False
    if not block.long:
        return is_furniture(block)
    if is_verse(block):
        return False
    if len(block.links) > _PAIR or (len(block.links) == _PAIR and any(block.article.is_prose(c) for c in block.long)):
        return True
    return block.tandem() or (len(block.links) == 1 and _is_lone_duplicate(block))


def _continues_intended(block: Block) -> bool:
    """Return True if the block goes on where a meant repetition left off; a copy of the very beginning starts anew."""
    if block.tandem() and block.kept_before(block.sources[0]) is None:
        return False
    return block.kept_before(block.copies[0]) in block.intended


def _spans_sections(block: Block) -> bool:
    """Return True if the block leads through sections with names of their own on either side, made on one pattern."""
    return any(
        _share_template(block.article, source, copy)
        for previous, link in zip(block.links, block.links[1:], strict=False)
        for source, copy in _new_labels(block, previous, link)
    )


def _share_template(article: Article, first: int, second: int) -> bool:
    """Return True if two paragraphs name different things in the same manner."""
    label = article.leading_label(first)
    return (label != "" and label == article.leading_label(second)) or _are_similar(article, first, second)


def _is_introduced(block: Block) -> bool:
    """Return True if copy and original each stand under a name of their own."""
    article = block.article
    copy, source = block.kept_before(block.copies[0]), block.kept_before(block.sources[0])
    if copy is None or source is None or copy in block.sources:
        return False
    if _is_in_sections(block):
        return True
    if not (article.is_first_occurrence(copy) and article.is_first_occurrence(source)):
        return False
    if block.kept_before(copy) == block.sources[-1] and _is_revised_intro(block, source, copy):
        return False
    return (
        (article.introduces_next(copy) and article.introduces_next(source))
        or (bool(block.long) and article.is_label(copy) and article.is_label(source))
        or _share_template(article, source, copy)
    )


def _is_table_of_contents(block: Block) -> bool:
    """Return True if the original is a list of contents, of which each line stands again over what it announced."""
    article = block.article
    joints = list(zip(block.links, block.links[1:], strict=False))
    if all(_is_announced_entry(article, link) for link in block.links):
        return True
    if not joints or any(article.is_prose(c) for c in block.copies) or density(block, block.sources) < _LIST_DENSITY:
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
    if block.words > _SECTION_WORDS or not article.heads_next(last):
        return False
    after = (article.following(last), article.following(source))
    return all(i is not None and article.is_first_occurrence(i) for i in after)


def _is_in_sections(block: Block) -> bool:
    """Return True if copy and original are a few words each in a section with a heading of its own."""
    article = block.article
    if block.words > _SECTION_WORDS or block.tandem():
        return False
    copy, source = article.heading(block.copies[0]), article.heading(block.sources[0])
    if copy is None or source is None or copy == source:
        return False
    return article.is_first_occurrence(copy) and article.is_first_occurrence(source)


def _is_revised_intro(block: Block, source: int, copy: int) -> bool:
    """Return True if two versions of one paragraph stand before copy and original: the copy begins with a change."""
    article = block.article
    if len(block.links) == 1 or article.leading_label(copy):
        return False
    if not all(article.is_prose(i) for i in (source, copy, *block.copies)):
        return False
    return min(article.sizes[source], article.sizes[copy]) >= _BODY_LINE and _are_similar(article, source, copy)


def _are_similar(article: Article, first: int, second: int) -> bool:
    """Return True if two paragraphs are instances of one template, short enough to name something."""
    # Where everything is like everything else, nothing is a name.
    if article.is_mass or max(len(article.text_of(first)), len(article.text_of(second))) > _NAME_LENGTH:
        return False
    a, b = article.tokens_of(first).chars, article.tokens_of(second).chars
    return float(Indel.normalized_similarity(a, b)) >= _ALIKE


def _is_long_text(block: Block) -> bool:
    """Return True if the block holds so much running text that no heading explains why it stands twice.

    Text under several headings of its own is several texts: sections that repeat are counted one by one.
    """
    article = block.article
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

    Running text may; a heading or an entry seldom. In a document of sections nothing may that stands inside a longer
    paragraph elsewhere, and elsewhere only what is longer than a set phrase.
    """
    article = block.article
    (link,) = block.links
    copy, source = link.copy, link.sources[0]
    if not article.is_prose(copy):
        title = block.kept_before(source) is None
        return article.form(copy) is LineForm.TEXT and title and link.coverage == 1.0
    if article.leading_label(copy) and article.sizes[copy] < _BODY_LINE:
        return False
    if link.compared is not Compared.ALIGNED:
        return article.word_count(copy) >= _PHRASE * article.settings.min_words or _is_close_double(
            article, source, copy
        )
    return not _starts_mid_sentence(article, copy) and _is_no_clause(article, link)


def _is_no_clause(article: Article, link: Link) -> bool:
    """Return True if a covered paragraph is more than a clause that its witness holds among others."""
    copy, source = link.copy, link.sources[0]
    if sum(article.sizes[s] for s in link.sources) < _WITHIN * article.sizes[copy]:
        return True
    near, long = article.between(source, copy) <= _FAR, article.word_count(copy) >= _QUOTED_WORDS
    return len(article.headings) < _SECTIONED and (near or long)


def _is_close_double(article: Article, source: int, copy: int) -> bool:
    """Return True if a sentence occurs just twice, close together; a set phrase occurs more often, or far apart."""
    return article.occurrences[article.key(copy)] == _PAIR and article.between(source, copy) <= REACH


def _starts_mid_sentence(article: Article, index: int) -> bool:
    """Return True if the paragraph begins in the middle of a sentence that began in the one before it."""
    previous = article.preceding(index)
    if previous is None or not article.text_of(index).lstrip()[:1].islower():
        return False
    return not ends_sentence(article.text_of(previous).rstrip())
