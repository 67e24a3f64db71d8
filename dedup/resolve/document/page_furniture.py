"""What a run looks like when nobody wrote it twice on purpose, and what when somebody did: menus, lists, verse.

Page furniture is short lines without sentences, the same ones in the same order: a menu, a share bar, a box of teasers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.resolve.document.blocks import density
from dedup.text.line_forms import ENTRIES, Kind, ends_sentence, is_link

if TYPE_CHECKING:
    from dedup.resolve.document.blocks import Run

_PAIR = 2
_MENU_LINES = 3
_MENU_WORDS = 5.0
_MENU_LINKS = 5
_MENU_DENSITY = (2 / 3, 0.5)
"""Shares of the lines of a longer menu that are links of the run, in the copy and in the original."""
_TEASER_WORDS = 10.0
_VERSE_LINE = 14
_VERSE_LINES = 10
_VERSE_WORDS = 4
_PROSE_LINE = 40


def is_furniture(run: Run) -> bool:
    """Tell whether a run of short lines is a menu, a share bar or the like, which nobody writes twice."""
    article = run.article
    lines = run.copies
    fewest = _MENU_LINES + _between_labels(run)
    if len({article.key(c) for c in lines}) < fewest or run.words > _line_limit(run) * len(lines):
        return False
    gaps = (1.0, 1.0) if len(lines) < _MENU_LINKS else _MENU_DENSITY
    if density(run, run.copies) < gaps[0] or density(run, run.sources) < gaps[1]:
        return False
    bodies = [article.body(c) for c in lines]
    sentences, figures = sum(ends_sentence(b) for b in bodies), sum(_figures(b) for b in bodies)
    fields = sum(article.asks(c) for c in lines)
    return sentences * 5 <= len(lines) and figures * 2 <= len(lines) and fields * 2 <= len(lines)


def is_menu(run: Run) -> bool:
    """Tell whether the run is too much of a menu for what stands before it to matter.

    What stands three times, each time behind something else, belongs to what it stands behind: the controls under every
    comment, the pages of every team.
    """
    article = run.article
    if run.long or len(run.copies) < _MENU_LINKS or not is_furniture(run):
        return False
    if min(density(run, run.copies), density(run, run.sources)) < 1.0:
        return False
    before = run.before(run.copies[0])
    asked = before is not None and article.asks(before)
    return not asked and min(article.occurrences[article.key(c)] for c in run.copies) == _PAIR


def is_navigation(run: Run) -> bool:
    """Tell whether the run is a list of links and nothing else, long enough to be a menu."""
    links = sum(is_link(run.article.body(c)) for c in run.copies)
    return links == len(run.copies) >= _MENU_LINKS


def is_part_of_list(run: Run) -> bool:
    """Tell whether the run is some of the entries of a list or table that has others, too."""
    article = run.article
    if not all(article.kind(c) in ENTRIES for c in run.copies):
        return False
    if run.tandem():
        return False
    first, last = run.copies[0], run.copies[-1]
    around = (run.before(first), article.after(last))
    others = len(run.copies) > 1 and article.between(first, last) > len(run.copies) - 2
    return others or any(i is not None and article.kind(i) in ENTRIES for i in around)


def is_verse(run: Run) -> bool:
    """Tell whether the run is a refrain: lines of a text that is all lines of a few words."""
    article = run.article
    if any(article.sizes[c] > _VERSE_LINE or article.kind(c) is not Kind.TEXT for c in run.copies):
        return False
    sizes = article.line_words
    if len(sizes) < _VERSE_LINES or sizes[-1] > _PROSE_LINE:
        return False
    return sizes[len(sizes) // 2] >= _VERSE_WORDS and sizes[int(len(sizes) * 0.8)] <= _VERSE_LINE


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


def _figures(text: str) -> bool:
    """Tell whether a line is mostly figures: a time, a price, a score."""
    return 2 * sum(c.isdigit() for c in text) >= sum(c.isalnum() for c in text)
