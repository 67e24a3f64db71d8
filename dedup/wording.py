"""More of what a differing stretch may be set aside for: the same in other words, and what says nothing beside a text.

Rules as those of `dedup.aside`, around the closed lists of `dedup.phrases`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.letters import is_numeric
from dedup.lexicon import FUNCTION, LINKS, SAYING
from dedup.numbers import word_value
from dedup.phrases import COURTESY, LOCALES, TIMES, by_first, fillers, leading, same, wordings
from dedup.sides import Difference, begins_clause
from dedup.spelling import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dedup.phrases import Phrase
    from dedup.sides import Side, Stretch

_TRACKED = re.compile(r"[?&]utm_\w+=[^&\s)#\]]*")
"""Who has sent the reader."""
_ADDRESS = re.compile(r"https?://[^\s)\]>\"]+")
_LOCALE = re.compile(
    r"(?:[?&](?:hl|gl|lang|locale|language)=(?:[A-Z]{2}|[a-z]{2}(?:[-_][A-Za-z]{2})?)|/[a-z]{2}(?:[-_][A-Za-z]{2})?)"
    r"(?=[/&#?]|\Z)"
)
"""In which language, and for which country."""


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


def _localised(stretch: Stretch) -> None:
    """Set aside what an address says of the reader's language and country, where the witness has an address, too."""
    span = stretch.paragraph.span
    codes = {i: span(i)[0] for i, token in stretch.ours.items() if token in LOCALES}
    if not codes or not all(token in LOCALES or token in LINKS for token in stretch.theirs.values()):
        return
    low, high = min(codes.values()), max(codes.values())
    for address in _ADDRESS.finditer(stretch.paragraph.text):
        if address.end() <= low or address.start() > high:
            continue
        for found in _LOCALE.finditer(address.group()):
            start, end = address.start() + found.start(), address.start() + found.end()
            stretch.set_aside(
                [i for i, at in codes.items() if start < at < end], Difference.MARKUP, list(stretch.theirs)
            )


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


def address(stretch: Stretch) -> None:
    """The scheme of an address, and who has sent the reader there."""
    text, span = stretch.paragraph.text, stretch.paragraph.span
    if not text or not ("://" in text or "www." in text or "utm_" in text):
        return
    schemes = [i for i, t in stretch.ours.items() if t in LINKS and text[span(i)[1] : span(i)[1] + 1] in {":", "."}]
    stretch.set_aside(schemes, Difference.MARKUP, [j for j, token in stretch.theirs.items() if token in LINKS])
    _localised(stretch)
    for found in _TRACKED.finditer(text) if "utm_" in text else ():
        inside = [i for i in stretch.ours if found.start() < span(i)[0] < found.end()]
        stretch.set_aside([i for i in inside if not is_numeric(stretch.paragraph.letters[i])], Difference.MARKUP)
