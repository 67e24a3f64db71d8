"""Rules about phrases: two wordings of the same, fillers, courtesy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.language.numbers import word_value
from dedup.language.phrases import COURTESY, by_first, fillers, leading, same, wordings
from dedup.language.spelling import plain
from dedup.model.differences import Difference
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import begins_clause

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dedup.language.phrases import Phrase
    from dedup.verdict.gap import Side, Stretch


def same_phrase(stretch: Stretch) -> None:
    """Phrases that say the same: “do not" and “don't", “over 50" and “more than 50", “USA" and “United States"."""
    if wordings().isdisjoint(stretch.ours.values()):
        return
    gap = stretch.gap
    ours = around(stretch.ours, stretch.paragraph, gap.b0, gap.b1)
    theirs = around(stretch.theirs, stretch.witness, gap.a0, gap.a1)
    known = [(run, same()[tuple(theirs[i] for i in run)]) for run in runs(theirs, by_first(same))]
    for run in runs(ours, by_first(same)) if known else ():
        lines = same()[tuple(ours[i] for i in run)]
        if stretch.ours.keys().isdisjoint(run):
            continue
        counted = _before_number(stretch.paragraph, run[-1] + 1)
        for other, others in known:
            # What both have beside the stretch is a part of both phrases, or of none.
            level = (run[0] < gap.b0) == (other[0] < gap.a0) and (run[-1] >= gap.b1) == (other[-1] >= gap.a1)
            if level and any(line > 0 or counted for line in lines & others):
                stretch.set_aside([i for i in run if i in stretch.ours], Difference.SPELLING, other)
                break


def around(left: dict[int, str], side: Side, first: int, last: int) -> dict[int, str]:
    """Return what is left of a stretch on one side, and the words that both have just before and after it."""
    out = {i: plain(side.token(i)) for i in (first - 1,) if i >= 0}
    out.update(left)
    out.update({i: plain(side.token(i)) for i in (last,) if i < len(side.letters)})
    return out


def runs(tokens: dict[int, str], listed: Mapping[str, tuple[Phrase, ...]]) -> Iterator[range]:
    """Return the rows of tokens that are phrases of a list, by their places, the long ones of a place first."""
    for first, token in list(tokens.items()):
        for phrase in listed.get(token, ()):
            if all(tokens.get(first + k) == word for k, word in enumerate(phrase)):
                yield range(first, first + len(phrase))


def _before_number(side: Side, index: int) -> bool:
    """Tell whether a number follows, perhaps after one other word."""
    some = range(index, min(index + 2, len(side.letters)))
    return any(is_numeric(side.letters[i]) or word_value(side.token(i)) is not None for i in some)


def filler(stretch: Stretch) -> None:
    """“However", “therefore", “além disso": what ties a sentence to the one before."""
    listed = by_first(leading)
    for run in () if listed.keys().isdisjoint(stretch.ours.values()) else runs(stretch.ours, listed):
        if tuple(map(stretch.ours.get, run)) in fillers() or begins_clause(stretch.paragraph, run[0]):
            stretch.set_aside(run, Difference.GRAMMAR)


def courtesy(stretch: Stretch) -> None:
    """“Mr", “Herr", “Señora", before a name that both have."""
    ours, paragraph, last = stretch.ours, stretch.paragraph, stretch.gap.b1
    if stretch.theirs or not ours or not all(token in COURTESY for token in ours.values()):
        return
    if max(ours) + 1 != last or last >= len(paragraph.letters) or not paragraph.text:
        return
    first = paragraph.text[paragraph.span(last)[0]]
    if first.isupper() or first.lower() == first.upper():
        stretch.set_aside(list(ours), Difference.GRAMMAR)
