"""Is a repetition an accident of scraping, or was it meant?

Looks at a run of matches and its surroundings, and decides for the whole run.

What was meant has a subject of its own: the same bullets stand under the next product's name, the same clause under
the next section's heading, the same notice under the next author's line. Such a run is *introduced*: before the copy
and before the original stand two paragraphs that name different things in the same manner. A copy made by a scraper
has no introduction: it follows on the original itself, on running text, or on something that was repeated, too.
"""

from __future__ import annotations

import re
from enum import Enum
from itertools import product
from typing import TYPE_CHECKING

from rapidfuzz.distance import Indel

from dedup.structure import Kind, ends_sentence

if TYPE_CHECKING:
    from dedup.article import Article
    from dedup.blocks import Link, Matcher

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
_MENU_LINES = 3
_MENU_WORDS = 5.0
_MENU_LINKS = 5
_MENU_DENSITY = (2 / 3, 0.5)
"""Shares of the lines of a longer menu that are links of the run, in the copy and in the original."""
_LIST_DENSITY = 0.8
_LINK = re.compile(r"\W*\[[^\]]*\]\([^)]*\)\W*\Z")
_TEASER_WORDS = 10.0
_SECTION_WORDS = 120
_VERSE_LINE = 14
_VERSE_LINES = 10
_VERSE_WORDS = 4


class Run:
    """A chain of links with what the judgement wants to know about it."""

    def __init__(self, article: Article, links: list[Link], matcher: Matcher, meant: set[int]) -> None:
        self.article = article
        self.links = links
        self.meant = meant
        self.copies = [link.copy for link in links]
        self.sources = [s for link in links for s in link.sources]
        self.words = sum(article.sizes[c] for c in self.copies)
        self.long = [c for c in self.copies if article.eligible(c)]
        self.kept_words = article.words_before(self.copies[0]) - matcher.gone_words
        self.before = matcher.before

    def tandem(self) -> bool:
        """Tell whether the copy follows on the original with nothing new between."""
        return self.before(self.copies[0]) in self.sources


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
    if _continues(run) or _introduced(run) or _sections(run) or _form(run):
        return Judgement.MEANT
    return Judgement.ACCIDENT if _sure(run) else Judgement.DOUBTFUL


def _sure(run: Run) -> bool:
    """Tell whether a run that nothing introduces is enough of a copy to go."""
    if _part_of_list(run) and not _navigation(run):
        return False
    if not run.long:
        return _furniture(run)
    if _verse(run):
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
    if copy > run.sources[-1] and run.before(copy) == run.sources[-1] and _retold(run, source, copy):
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
    if not joints or any(article.prose(c) for c in run.copies) or _dense(run, run.sources) < _LIST_DENSITY:
        return False
    return 2 * sum(article.between(a.copy, b.copy) > 0 for a, b in joints) > len(joints)


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
    if max(len(article.body(first)), len(article.body(second))) > _NAME_LENGTH:
        return False
    a, b = article.side(first).hashes, article.side(second).hashes
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


def _part_of_list(run: Run) -> bool:
    """Tell whether the run is some of the entries of a list or table that has others, too."""
    article = run.article
    entry = (Kind.ITEM, Kind.TABLE)
    if not all(article.kind(c) in entry for c in run.copies):
        return False
    if run.tandem():
        return False
    first, last = run.copies[0], run.copies[-1]
    around = (run.before(first), article.after(last))
    others = len(run.copies) > 1 and article.between(first, last) > len(run.copies) - 2
    return others or any(i is not None and article.kind(i) in entry for i in around)


def _navigation(run: Run) -> bool:
    """Tell whether the run is a list of links and nothing else, long enough to be a menu."""
    links = sum(bool(_LINK.match(run.article.body(c))) for c in run.copies)
    return links == len(run.copies) >= _MENU_LINKS


def _verse(run: Run) -> bool:
    """Tell whether the run is a refrain: lines of a text that is all lines of a few words."""
    article = run.article
    if any(article.sizes[c] > _VERSE_LINE or article.kind(c) is not Kind.TEXT for c in run.copies):
        return False
    lines, middle, most = article.line_words
    return lines >= _VERSE_LINES and middle >= _VERSE_WORDS and most <= _VERSE_LINE


def _alone(run: Run) -> bool:
    """Tell whether a single repeated paragraph may go: running text may, a heading or an entry seldom."""
    article = run.article
    (link,) = run.links
    if article.prose(link.copy):
        return not (article.lead(link.copy) and article.sizes[link.copy] < _BODY_LINE)
    if article.kind(link.copy) is not Kind.TEXT:
        return False
    title = run.before(link.sources[0]) is None
    return title and link.coverage == 1.0


def _furniture(run: Run) -> bool:
    """Tell whether a run of short lines is a menu, a share bar or the like, which nobody writes twice."""
    article = run.article
    lines = run.copies
    fewest = _MENU_LINES + _between_labels(run)
    if len({article.key(c) for c in lines}) < fewest or run.words > _line_limit(run) * len(lines):
        return False
    gaps = (1.0, 1.0) if len(lines) < _MENU_LINKS else _MENU_DENSITY
    if _dense(run, run.copies) < gaps[0] or _dense(run, run.sources) < gaps[1]:
        return False
    bodies = [article.body(c) for c in lines]
    sentences, figures = sum(ends_sentence(b) for b in bodies), sum(_figures(b) for b in bodies)
    fields = sum(article.asks(c) for c in lines)
    return sentences * 5 <= len(lines) and figures * 2 <= len(lines) and fields * 2 <= len(lines)


def _line_limit(run: Run) -> float:
    """Return how many words a menu's lines may have on the average: more, where it stands in running text."""
    around = (run.before(run.copies[0]), run.before(run.sources[0]))
    in_text = all(i is not None and run.article.sizes[i] > _VERSE_LINE and run.article.prose(i) for i in around)
    return _TEASER_WORDS if in_text else _MENU_WORDS


def _between_labels(run: Run) -> bool:
    """Tell whether copy and original may each be about somebody: three lines are then too few for a menu."""
    article = run.article
    around = (run.before(run.copies[0]), run.before(run.sources[0]))
    return not run.tandem() and all(i is not None and article.novel(i) and article.label(i) for i in around)


def _dense(run: Run, indices: list[int]) -> float:
    """Return the share of the paragraphs with words, from the first of some to the last, that are among them."""
    return len(set(indices)) / (run.article.between(indices[0] - 1, indices[-1] + 1))


def _figures(text: str) -> bool:
    """Tell whether a line is mostly figures: a time, a price, a score."""
    return 2 * sum(c.isdigit() for c in text) >= sum(c.isalnum() for c in text)
