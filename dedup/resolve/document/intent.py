"""Decide whether a repetition is an accident of scraping or intended.

A block is judged as a whole. It goes only if it is one piece, with nothing of its own inside and nothing of the
same repetition beside it that stays, and if it is of one of three kinds: a text that follows on itself, a body of
running text, or page furniture (a menu, a teaser, a printed page's header). Everything else stays.

An intended repetition has a subject of its own: the same bullets under the next product's name, the same clause under
the next section's heading, the same notice under the next author's line. A copy made by a scraper has none: it follows
the original itself, running text, or something that is repeated as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.model.decisions import Compared
from dedup.resolve.document.instances import SERIES, are_alike, count_filled_in, is_among_cells, is_framed, is_series
from dedup.resolve.document.page_furniture import (
    MENU_LINES,
    is_furniture,
    is_menu,
    is_mostly_links,
    is_part_of_list,
    is_verse,
)
from dedup.resolve.document.sections import SECTION_WORDS, is_in_sections, is_whole_section
from dedup.text.line_forms import ENTRIES, LineForm, is_worded
from dedup.text.lines import LINE_END

if TYPE_CHECKING:
    from dedup.resolve.document.article import Article
    from dedup.resolve.document.block import Block

_BODY_LINE = 16
"""Words of a paragraph that may be a version of another one, at least."""
_BODY_WORDS = 300
"""Words up to which a text may be written under two names, whatever they are."""
_FORM = 2
"""Places that are filled in otherwise, from which on a block is a form."""
_PAIR = 2
_WHOLE_WORDS = 60
_WHOLE_SHARE = 0.7
_WHOLE_DENSITY = 0.6
"""Share of the paragraphs of a page pasted again that are in the block, at least; the others have changed."""
_QUOTED_WORDS = 30
"""Words from which on a text is one that was pasted again, not a clause of its witness, wherever it stands."""
_PHRASE = 2
"""Times the least words of a paragraph that a lone sentence must have to be no phrase."""


def why_meant(block: Block) -> str | None:
    """Return why a block is taken for meant, in a word; None where it is an accident of scraping.

    ``pieces``: it is not of one piece; ``form``: it is no text that follows on itself, no body of text, no page
    furniture; ``series``, ``filled-in``: it is one of several made alike, or a form; ``cells``: it stands among the
    cells of a table; ``subject``: it stands under a name, or in a section, of its own.
    """
    is_page = is_page_again(block)
    # What takes less time to find out, and mostly says no, is asked first.
    if not is_page and not block.is_one_piece():
        return "pieces"
    if not is_page and not _is_copy(block):
        return "form"
    if is_series(block) or is_framed(block):
        return "series"
    if count_filled_in(block) >= _FORM:
        return "filled-in"
    if is_page:
        return None
    return "cells" if is_among_cells(block) else "subject" if _has_own_subject(block) else None


def is_page_again(block: Block) -> bool:
    """Return True if the block repeats most of all that stood before it: a page pasted again.

    Three copies and more, each behind a line of its own, are no accident, and neither are two under headings of their
    own.
    """
    if not block.long or block.density() < _WHOLE_DENSITY:
        return False
    if block.times >= SERIES and block.before() != (None, None):
        return False
    if all(i is not None and block.article.is_heading(i) for i in block.before()):
        return False
    repeated = sum(block.article.sizes[s] for s in set(block.sources))
    return block.words >= _WHOLE_WORDS and repeated >= _WHOLE_SHARE * block.kept_words


def _has_own_subject(block: Block) -> bool:
    """Return True if copy and original each stand under a name or in a section of their own, or go on alike."""
    article = block.article
    if not is_menu(block) and (is_in_sections(block) or _ends_in_form_label(block) or _goes_on_alike(block)):
        return True
    source, copy = block.before()
    if copy is None:
        return False
    if article.is_heading(copy) or (article.announces_next(copy) and _is_announced(block, copy)):
        return True
    if source is None or _is_revised(block, source, copy):
        return False
    return are_alike(article, source, copy) or _is_under_labels(block, source, copy)


def _is_announced(block: Block, lead: int) -> bool:
    """Return True if a colon announces this text, not just what stands between: an embed has any sentence above it."""
    return block.times < SERIES or not block.article.is_first_occurrence(lead)


def _goes_on_alike(block: Block) -> bool:
    """Return True if lines made alike follow; not if a text was pasted again whose end has changed."""
    source, copy = block.after()
    if source is None or copy is None or block.is_in_text():
        return False
    pasted = block.kept_before(block.copies[0]) == source and any(map(block.article.is_prose, block.long))
    return not pasted and are_alike(block.article, source, copy)


def _ends_in_form_label(block: Block) -> bool:
    """Return True if the block ends in a label that something else follows than before: a form filled in again."""
    article = block.article
    after = block.after()
    if block.words > SECTION_WORDS or not article.heads_next(block.copies[-1]):
        return False
    return all(i is not None and article.is_first_occurrence(i) for i in after)


def _is_revised(block: Block, source: int, copy: int) -> bool:
    """Return True if the copy begins with a change: another version of the paragraph before it stands right before."""
    article = block.article
    if block.kept_before(copy) != block.sources[-1] or block.words < _WHOLE_WORDS:
        return False
    if not all(map(article.is_prose, (source, copy, *block.copies))):
        return False
    return min(article.sizes[source], article.sizes[copy]) >= _BODY_LINE and are_alike(article, source, copy)


def _is_under_labels(block: Block, source: int, copy: int) -> bool:
    """Return True if a text stands under two names: those of two holders, say. A teaser has its title only."""
    article = block.article
    if block.words > _BODY_WORDS or not (article.is_label(source) and article.is_label(copy)):
        return False
    prose = sum(article.sizes[c] for c in block.copies if article.is_prose(c))
    first = block.copies[0]
    return (article.is_eligible(first) and article.is_prose(first)) or prose >= _WHOLE_WORDS


def _is_copy(block: Block) -> bool:
    """Return True if a block without a subject of its own follows on itself, is a body of text, or page furniture."""
    article = block.article
    if is_part_of_list(block):
        return False
    if not block.long:
        return is_furniture(block)
    if is_verse(block) or (article.is_sectioned and not is_mostly_links(block) and not is_whole_section(block)):
        return False
    return _is_doubled(block) if block.is_tandem else _is_text_again(block)


def _is_doubled(block: Block) -> bool:
    """Return True if what follows on itself is an accident.

    What is no sentence may be an entry, a cell or a line of verse, as its original is; beside running text it is a
    headline or a caption, and many lines are a menu. What differs in case alone is, if it is short, about that; and so
    is an entry of a list that differs in signs.
    """
    article = block.article
    lines = len(block.links) < MENU_LINES and not any(map(article.is_prose, block.long))
    if lines and (block.times >= SERIES or not _is_beside_text(block)):
        return False
    if len(block.links) > _PAIR or any(link.compared is Compared.ALIGNED for link in block.links):
        return True
    entries = any(article.form(c) in ENTRIES for c in block.copies)
    short = block.words < _PHRASE * article.settings.min_words
    return block.is_verbatim() or not (short and (entries or block.differs_in_case()))


def _is_beside_text(block: Block) -> bool:
    """Return True if a text with its copy behind it begins the document, or stands right before or behind text."""
    article = block.article
    above, below = block.kept_before(block.sources[0]), article.following(block.copies[-1])
    if above is None or (_is_sentence(article, above) and not article.announces_next(above)):
        return True
    return below is not None and _is_sentence(article, below)


def _is_sentence(article: Article, index: int) -> bool:
    return article.is_eligible(index) and article.is_prose(index)


def _is_text_again(block: Block) -> bool:
    """Return True if a block is more than a phrase, a clause that its witnesses hold among others, or an entry.

    One paragraph or two are text only if all are: a name and what it names are an entry.
    """
    article = block.article
    words = sum(map(article.word_count, block.copies))
    if len(block.links) > _PAIR:
        return words >= _QUOTED_WORDS or len(block.links) >= MENU_LINES or block.is_in_text()
    if not all(map(article.is_prose, block.copies)):
        return _is_title(block)
    return words >= (_QUOTED_WORDS if block.is_held() else _PHRASE * article.settings.min_words)


def _is_title(block: Block) -> bool:
    """Return True if a line repeats the first one of a document, as its title above the text."""
    article = block.article
    if len(block.links) > 1 or article.is_sectioned or block.links[0].coverage < 1.0:
        return False
    copy = block.copies[0]
    first = block.kept_before(block.sources[0]) is None and article.following(copy) is not None
    text = article.text_of(copy)
    return first and article.form(copy) is LineForm.TEXT and is_worded(text) and not LINE_END.search(text)
