"""Rules about order: what stands elsewhere in the witness."""

from __future__ import annotations

from os.path import commonprefix
from typing import TYPE_CHECKING

from dedup.language.phrases import TIMES
from dedup.language.spelling import plain
from dedup.language.wordlists import FUNCTION, NEGATIONS, SAYING, TURNING
from dedup.model.differences import Difference
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import between, in_front

if TYPE_CHECKING:
    from dedup.verdict.gap import Side, Stretch


MOVED = 5
"""Words in a row that stand elsewhere in the witness: the order is another one, not what is said."""

_CELLS = 3
"""Bars that separate the cells of a table, more than which a text without one has not."""


def moved(stretch: Stretch) -> None:
    """A run of words that stands elsewhere in the witness; not in a table, where each has its place."""
    gap, ours = stretch.gap, stretch.paragraph.letters
    if stretch.paragraph.text.count("|") > _CELLS:
        return
    if stretch.theirs and len(stretch.theirs) >= MOVED:
        return  # two that change places: "the red team beat the blue one"
    if gap.b1 - gap.b0 >= MOVED and ours[gap.b0 : gap.b1] in stretch.witness.letters:
        stretch.set_aside(list(stretch.ours), Difference.ORDER)


FEWEST, _HEADLINE = 3, 14
"""Words of a headline."""

_TOLD = 2
"""Words of content in it, at least."""

_STEM, _ENDING = 4, 2
"""Letters that a headline's word has in common with the text's, at least, and that it may have besides."""

_PARTING = frozenset(".:!?…–—|*\n。：！？؟।")
"""Signs between a headline and its text; a comma ends no headline: "for members, …"."""


def echo(stretch: Stretch) -> None:
    """A headline before its text, or the end of one, that has no word that the text has not."""
    gap, paragraph, witness = stretch.gap, stretch.paragraph, stretch.witness
    size = gap.b1 - gap.b0
    if gap.a0 != gap.a1 or not paragraph.text or not FEWEST <= size <= _HEADLINE or 2 * size > len(paragraph.letters):
        return
    before = in_front(paragraph.letters, gap)
    first = 0 if before else gap.b0
    if not before and not (stretch.at_end and paragraph.letters[gap.b0 : gap.b1] in witness.letters):
        return
    inner = size if before else first
    if _PARTING.isdisjoint(between(paragraph, inner)):
        return
    if any(_denies_otherwise(paragraph, i, witness) for i in range(first, first + size)):
        return
    letters = set(witness.letters)
    content = [i for i in range(first, first + size) if paragraph.token(i) not in FUNCTION]
    told = [i for i in content if paragraph.letters[i] not in letters]
    if len(content) >= _TOLD and (not told or (before and _in_other_forms(paragraph, told, witness))):
        stretch.set_aside(list(stretch.ours), Difference.ORDER)


def _denies_otherwise(side: Side, index: int, witness: Side) -> bool:
    """Return True if what turns a word of a headline does not turn it in the text, or the other way round."""
    turning = side.token(index) in TURNING
    if turning and index + 1 < len(side.letters):
        return side.letters[index : index + 2] not in witness.letters
    at = witness.letters.find(side.letters[index])
    if at < 1 or side.token(index) in FUNCTION or witness.token(at - 1) not in NEGATIONS:
        return turning
    return index == 0 or side.letters[index - 1] != witness.letters[at - 1]


def _in_other_forms(side: Side, some: list[int], other: Side) -> bool:
    """Tell whether another text has some words with other endings: a headline says "close", its text "closed"."""
    if any(is_numeric(side.letters[i]) or side.token(i) in TURNING for i in some):
        return False
    words = {plain(other.token(i)) for i in range(len(other.letters))}
    return all(any(_inflected(plain(side.token(i)), word) for word in words) for i in some)


def _inflected(one: str, other: str) -> bool:
    common = len(commonprefix((one, other)))  # noqa: RUF071 - characters are meant
    return common >= _STEM and max(len(one), len(other)) - common <= _ENDING


def timed(stretch: Stretch) -> None:
    """“On Thursday morning", which the witness has elsewhere: when it was is the same."""
    gap, ours = stretch.gap, stretch.paragraph.letters
    run = ours[gap.b0 : gap.b1]
    times = [token for token in stretch.ours.values() if token in TIMES]
    if (
        not times
        or stretch.theirs  # "from October to December" is not from December to October
        or len(stretch.ours) != len(run)
        or any(t not in TIMES and t not in FUNCTION for t in stretch.ours.values())
    ):
        return
    if ours.count(run) != 1 or stretch.witness.letters.count(run) != 1:
        return
    places = (
        (stretch.paragraph, gap.b0, gap.b1),
        (stretch.witness, at := stretch.witness.letters.index(run), at + len(run)),
    )
    # "Said on Monday" that something happens, and said that it happens on Monday, are two things.
    beside = [side.token(i) for side, first, last in places for i in (first - 1, last) if 0 <= i < len(side.letters)]
    if SAYING.isdisjoint(beside):
        stretch.set_aside(list(stretch.ours), Difference.ORDER)
