"""Is a repetition an accident of scraping, or was it meant?

Looks at a run of matches and its surroundings, and decides for the whole run.

What was meant has a subject of its own: the same bullets stand under the next product's name, the same clause under
the next section's heading, the same notice under the next author's line. Such a run is *introduced*: before the copy
and before the original stand two paragraphs that name different things in the same manner. A copy made by a scraper
has no introduction: it follows on the original itself, on running text, or on something that was repeated, too.
"""

from __future__ import annotations

from enum import Enum
from itertools import product
from typing import TYPE_CHECKING

from rapidfuzz.distance import Indel

from dedup.model.decisions import Compared
from dedup.resolve.document.blocks import REACH, density
from dedup.resolve.document.page_furniture import is_furniture, is_menu, is_navigation, is_part_of_list, is_verse
from dedup.text.line_forms import Kind, ends_sentence, marker

if TYPE_CHECKING:
    from dedup.resolve.document.article import Article
    from dedup.resolve.document.blocks import Link, Run

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


class Judgement(Enum):
    """What a repetition is taken for."""

    ACCIDENT = "accident"
    """It may go."""
    MEANT = "meant"
    """It belongs to a subject of its own; what follows on it and repeats with it does, too."""
    DOUBTFUL = "doubtful"
    """It stays, for want of evidence."""


def judge(run: Run) -> Judgement:
    """Tell an accident of scraping from a repetition that was meant."""
    if _contents(run):
        return Judgement.MEANT
    if run.long and (_whole(run) or _body(run)):
        return Judgement.ACCIDENT
    if is_menu(run):
        return Judgement.ACCIDENT
    if _continues(run) or _introduced(run) or _sections(run) or _form(run):
        return Judgement.MEANT
    return Judgement.ACCIDENT if _sure(run) else Judgement.DOUBTFUL


def _sure(run: Run) -> bool:
    """Tell whether a run that nothing introduces is enough of a copy to go."""
    if is_part_of_list(run) and not is_navigation(run):
        return False
    if not run.long:
        return is_furniture(run)
    if is_verse(run):
        return False
    if len(run.links) > _PAIR or (len(run.links) == _PAIR and any(run.article.prose(c) for c in run.long)):
        return True
    return run.tandem() or (len(run.links) == 1 and _alone(run))


def _continues(run: Run) -> bool:
    """Tell whether the run goes on where a meant repetition left off; a copy of the very beginning starts anew."""
    return run.before(run.copies[0]) in run.meant and not (run.tandem() and run.before(run.sources[0]) is None)


def _sections(run: Run) -> bool:
    """Tell whether the run leads through sections with names of their own on either side, made on one pattern."""
    return any(
        _one_pattern(run.article, theirs, ours)
        for previous, link in zip(run.links, run.links[1:], strict=False)
        for theirs, ours in _renamed(run, previous, link)
    )


def _one_pattern(article: Article, first: int, second: int) -> bool:
    """Tell whether two paragraphs name different things in the same manner."""
    return (article.lead(first) != "" and article.lead(first) == article.lead(second)) or _alike(article, first, second)


def _introduced(run: Run) -> bool:
    """Tell whether copy and original each stand under a name of their own."""
    article = run.article
    copy, source = run.before(run.copies[0]), run.before(run.sources[0])
    if copy is None or source is None or copy in run.sources:
        return False
    if _sectioned(run):
        return True
    if not (article.novel(copy) and article.novel(source)):
        return False
    if run.before(copy) == run.sources[-1] and _retold(run, source, copy):
        return False
    return (
        (article.asks(copy) and article.asks(source))
        or (bool(run.long) and article.label(copy) and article.label(source))
        or _one_pattern(article, source, copy)
    )


def _contents(run: Run) -> bool:
    """Tell whether the original is a list of contents, of which each line stands again over what it announced."""
    article = run.article
    joints = list(zip(run.links, run.links[1:], strict=False))
    if all(_announced(article, link) for link in run.links):
        return True
    if not joints or any(article.prose(c) for c in run.copies) or density(run, run.sources) < _LIST_DENSITY:
        return False
    return 2 * sum(article.between(a.copy, b.copy) > 0 for a, b in joints) > len(joints)


def _announced(article: Article, link: Link) -> bool:
    """Tell whether an entry of a numbered list stands again by itself, under its number."""
    copy, source = link.copy, link.sources[0]
    number = marker(article.body(source))
    return (
        number != ""
        and number == marker(article.body(copy))
        and article.listed(source)
        and not article.listed(copy)
        and article.after(copy) is not None
    )


def _form(run: Run) -> bool:
    """Tell whether the run ends in a label that announces something else here than before: a form filled in again."""
    article = run.article
    last, source = run.copies[-1], run.sources[-1]
    if run.words > _SECTION_WORDS or not article.is_head(last):
        return False
    after = (article.after(last), article.after(source))
    return all(i is not None and article.novel(i) for i in after)


def _sectioned(run: Run) -> bool:
    """Tell whether copy and original are a few words each in a section with a heading of its own."""
    article = run.article
    if run.words > _SECTION_WORDS or run.tandem():
        return False
    copy, source = article.heading(run.copies[0]), article.heading(run.sources[0])
    return copy is not None and source is not None and copy != source and article.novel(copy) and article.novel(source)


def _retold(run: Run, source: int, copy: int) -> bool:
    """Tell whether two versions of one paragraph stand before copy and original: the copy begins with a change."""
    article = run.article
    if len(run.links) == 1 or article.lead(copy) or not all(article.prose(i) for i in (source, copy, *run.copies)):
        return False
    return min(article.sizes[source], article.sizes[copy]) >= _BODY_LINE and _alike(article, source, copy)


def _alike(article: Article, first: int, second: int) -> bool:
    """Tell whether two paragraphs are instances of one template, short enough to name something."""
    # Where everything is like everything else, nothing is a name.
    if article.is_mass or max(len(article.body(first)), len(article.body(second))) > _NAME_LENGTH:
        return False
    a, b = article.side(first).chars, article.side(second).chars
    return float(Indel.normalized_similarity(a, b)) >= _ALIKE


def _body(run: Run) -> bool:
    """Tell whether the run holds so much running text that no heading explains why it stands twice.

    Text under several headings of its own is several texts: sections that repeat are counted one by one.
    """
    article = run.article
    words = paragraphs = 0
    for previous, link in zip((None, *run.links), run.links, strict=False):
        if previous is not None and _renamed(run, previous, link):
            words = paragraphs = 0
        if article.prose(link.copy) and article.sizes[link.copy] >= _BODY_LINE:
            words += article.sizes[link.copy]
            paragraphs += 1
        if words >= _BODY_WORDS and paragraphs >= _BODY_PROSE:
            return True
    return False


def _renamed(run: Run, previous: Link, link: Link) -> list[tuple[int, int]]:
    """Return the new labels that stand between two links on either side, as (source's, copy's)."""
    article = run.article
    ours, theirs = (
        [i for i in range(low + 1, high) if article.novel(i) and (article.label(i) or article.lead(i))]
        for low, high in ((previous.copy, link.copy), (previous.sources[-1], link.sources[0]))
    )
    return list(product(theirs, ours))


def _whole(run: Run) -> bool:
    """Tell whether the run repeats most of all that stood before it: a page pasted again."""
    article = run.article
    repeated = sum(article.sizes[s] for s in set(run.sources))
    return run.words >= _WHOLE_WORDS and repeated >= _WHOLE_SHARE * run.kept_words


def _alone(run: Run) -> bool:
    """Tell whether a single repeated paragraph may go, which nothing marks as a copy but that it repeats.

    Running text may; a heading or an entry seldom. In a document of sections nothing may that stands inside a longer
    paragraph elsewhere, and elsewhere only what is longer than a phrase that somebody likes to say.
    """
    article = run.article
    (link,) = run.links
    copy, source = link.copy, link.sources[0]
    if not article.prose(copy):
        title = run.before(source) is None
        return article.kind(copy) is Kind.TEXT and title and link.coverage == 1.0
    if article.lead(copy) and article.sizes[copy] < _BODY_LINE:
        return False
    if link.compared is not Compared.ALIGNED:
        return article.weight(copy) >= _PHRASE * article.settings.min_words or _slip(article, source, copy)
    return not _broken_off(article, copy) and _no_clause(article, link)


def _no_clause(article: Article, link: Link) -> bool:
    """Tell whether a covered paragraph is more than a clause that its witness holds among others."""
    copy, source = link.copy, link.sources[0]
    if sum(article.sizes[s] for s in link.sources) < _WITHIN * article.sizes[copy]:
        return True
    near, long = article.between(source, copy) <= _FAR, article.weight(copy) >= _QUOTED_WORDS
    return len(article.headings) < _SECTIONED and (near or long)


def _slip(article: Article, source: int, copy: int) -> bool:
    """Tell whether a sentence stands just twice, close by: what somebody likes to say stands more often or far off."""
    return article.occurrences[article.key(copy)] == _PAIR and article.between(source, copy) <= REACH


def _broken_off(article: Article, index: int) -> bool:
    """Tell whether the paragraph begins in the middle of a sentence that began in the one before it."""
    previous = article.preceding(index)
    if previous is None or not article.body(index).lstrip()[:1].islower():
        return False
    return not ends_sentence(article.body(previous).rstrip())
