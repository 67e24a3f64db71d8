"""Rules about page furniture: buttons, replies, names of sites."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.language.phrases import NETWORKS, REPLIES, by_first, calls
from dedup.language.spelling import plain
from dedup.language.wordlists import FUNCTION, FURNITURE, FURNITURE_PHRASES, SITES, STATUS, TURNING
from dedup.model.differences import Difference
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import begins_clause
from dedup.verdict.rules.phrases import around, runs

if TYPE_CHECKING:
    from dedup.verdict.gap import Stretch


_TEXT = 6
"""Words of a text beside which a row of buttons is only that."""

_NEAR = 40
"""Characters around a stretch in which a sign is looked for."""

_SITE = 5
"""Words of the name of a site."""

_SITE_CHARACTERS = 30
"""Characters of it in a script without capitals."""

_CLAUSE_END = "\"'”’»“„«,，;:—–-。.!?！？…」』"

_SIGN_BEFORE = re.compile(r"\s*(?:\s[|–—\-·•»:]|[|｜—–_])\s*\Z")

_SIGN_AFTER = re.compile(r"\s*(?:[|–—·•»｜]|\s?-)\s*")

_BAR_AFTER = re.compile(r"\s+[|»]\s+")

_REPLIES_OVER = re.compile(r"\W*(?:\d+\s+)?([^\W\d_]+)\s+([^\W\d_]+)\s*[:“”\"„«‘]")
"""“12 thoughts on “…”" and “Comments on: …"."""


def is_bounded(stretch: Stretch) -> bool:
    """Tell whether punctuation, or the paragraph's end, stands on either side of the stretch."""
    text, gap, span = stretch.paragraph.text, stretch.gap, stretch.paragraph.span
    if not text:
        return False
    start, end = span(gap.b0)[0], span(gap.b1 - 1)[1]
    before, after = text[max(0, start - _NEAR) : start].rstrip()[-1:], text[end : end + _NEAR].lstrip()[:1]
    return (stretch.at_start or before in _CLAUSE_END) and (stretch.at_end or after in _CLAUSE_END)


def replies(stretch: Stretch) -> None:
    """“12 thoughts on …": how many have replied to what is named."""
    if not stretch.at_start or REPLIES.isdisjoint(stretch.ours.values()):
        return
    text, span = stretch.paragraph.text, stretch.paragraph.span
    if not text or not all(token in REPLIES or token.isdigit() for token in stretch.theirs.values()):
        return
    found = _REPLIES_OVER.match(text)
    if found and plain(found.group(1).casefold()) in REPLIES and plain(found.group(2).casefold()) in FUNCTION:
        stretch.set_aside([i for i in stretch.ours if span(i)[1] <= found.end()], Difference.FURNITURE)


def furniture(stretch: Stretch) -> None:
    """“Read more”, “Share this”: what stands on buttons, at either end."""
    ours = stretch.ours
    if not (stretch.at_start or stretch.at_end) or not stretch.paragraph.text:
        return
    words = list(ours.values())
    written = "".join(words)
    alone = all(word in FURNITURE for word in stretch.theirs.values())
    if not (alone and len(words) > 1) and not (is_bounded(stretch) and (alone or len(words) > 1)):
        return  # "Top women" are not women
    if any(written == phrase for phrase in FURNITURE_PHRASES) or (
        any(word in FURNITURE and word not in FUNCTION for word in words)
        and all(word in FURNITURE or word in FUNCTION for word in words)
    ):
        stretch.set_aside(list(ours), Difference.FURNITURE)


def buttons(stretch: Stretch) -> None:
    """“Order now!", “Share on Facebook": what is asked of the reader of a text, at either end of it."""
    ours, paragraph = stretch.ours, stretch.paragraph
    size = len(paragraph.letters)
    edge = stretch.at_start or stretch.gap.b1 >= size - 1
    if not edge or not ours or not paragraph.text or size - len(ours) < _TEXT:
        return
    call = tuple(around(ours, paragraph, stretch.gap.b0, stretch.gap.b1).values())
    # "Act now", where the other one has another call that ends in "now".
    if stretch.gap.b1 == size - 1 and call[1:] in calls() and begins_clause(paragraph, min(ours)):
        stretch.set_aside(list(ours), Difference.FURNITURE)
    for run in runs(ours, by_first(calls)):
        if stretch.at_start or (stretch.at_end and begins_clause(paragraph, run[0])):
            stretch.set_aside(run, Difference.FURNITURE)
    _shares(stretch)


def _shares(stretch: Stretch) -> None:
    """Set aside names of networks in a row, at either end."""
    left = stretch.ours
    networks = sum(token in NETWORKS for token in left.values())
    shared = networks > 1 or (networks and any(token in FURNITURE for token in left.values()))
    if not shared or stretch.theirs or not (stretch.at_start or stretch.at_end):
        return
    common = [stretch.paragraph.token(i) for i in range(len(stretch.paragraph.letters)) if i not in left]
    beside = sum(token not in FURNITURE and token not in NETWORKS for token in common)
    if beside >= _TEXT and all(t in NETWORKS or t in FURNITURE or t in FUNCTION for t in left.values()):
        stretch.set_aside(list(left), Difference.FURNITURE)


def site(stretch: Stretch) -> None:
    """The name of a site after a title, behind a dash or a bar; or before it."""
    text, gap, span = stretch.paragraph.text, stretch.gap, stretch.paragraph.span
    if not text or stretch.theirs or not stretch.ours or not (stretch.at_end or stretch.at_start) or _speaks(stretch):
        return
    start, end = span(gap.b0)[0], span(gap.b1 - 1)[1]
    written = text[start:end]
    cased = written.upper() != written.lower()
    if len(stretch.ours) > _SITE if cased else len(written) > _SITE_CHARACTERS:
        return
    if not cased and stretch.at_end and not _names_a_site(written):
        return
    if (
        (
            stretch.at_end
            and _SIGN_BEFORE.search(text[max(0, start - _NEAR) : start])
            and text[end:].strip() in {"", ")", "]"}
        )
        or (stretch.at_start and not stretch.at_end and _SIGN_AFTER.match(text, end) and not cased)
        or (stretch.at_start and not stretch.at_end and _BAR_AFTER.match(text, end))
    ):
        stretch.set_aside(list(stretch.ours), Difference.FURNITURE)


def _names_a_site(written: str) -> bool:
    """Tell whether some words in a script without capitals, which shows no names, are the name of a site."""
    return any(written.startswith(s) or written.endswith(s) for s in SITES)


def _speaks(stretch: Stretch) -> bool:
    """Tell whether the stretch says what became of a thing, or is no name."""
    paragraph = stretch.paragraph
    for i, token in stretch.ours.items():
        start = paragraph.span(i)[0]
        first = paragraph.text[start]
        lower = first.islower() and token not in FUNCTION
        if is_numeric(paragraph.letters[i]) or token in STATUS or token in TURNING or lower:
            return True
    return False
