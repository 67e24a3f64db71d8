"""Rules about attribution: who says so, news agencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.language.phrases import AGENCIES, VERBS
from dedup.language.wordlists import FUNCTION, SAYING, TURNING
from dedup.model.differences import Difference
from dedup.text.token_chars import is_numeric
from dedup.verdict.context import begins_clause, is_capital
from dedup.verdict.rules.page_furniture import is_bounded

if TYPE_CHECKING:
    from dedup.verdict.gap import Side, Stretch


_ATTRIBUTION = 7
"""Words of an attribution."""

_CONTENT = 2
"""Words of content in it: who says so."""

_ARABIC = "\u0600"

_OPEN = "([（【"

_DASHES = "-–—/|:"


def attribution(stretch: Stretch) -> None:
    """“He said”, “the new mother wrote”: who says what both say, unless it is named."""
    ours = stretch.ours
    _said_otherwise(stretch)
    if not 0 < len(ours) <= _ATTRIBUTION or not any(token in SAYING for token in ours.values()):
        return
    content = [i for i, token in ours.items() if token not in FUNCTION and token not in SAYING]
    if len(content) > _CONTENT or any(_telling(stretch.paragraph, i) for i in ours):
        return
    if is_bounded(stretch) or _leads(stretch, content):
        stretch.set_aside(list(ours), Difference.ATTRIBUTION)


def _said_otherwise(stretch: Stretch) -> None:
    """Set aside a verb of saying in place of another one: "said" and "added"."""
    paragraph, after = stretch.paragraph, stretch.gap.b1
    if len(stretch.ours) != 1 or len(stretch.theirs) != 1:
        return
    verbs = {*stretch.ours.values(), *stretch.theirs.values()}
    if not verbs <= VERBS:
        return
    # In Arabic the verb comes before who says so.
    first = min(verbs)[0] >= _ARABIC and begins_clause(paragraph, stretch.gap.b0)
    if first or begins_clause(paragraph, after) or paragraph.token(after) in FUNCTION:
        stretch.set_aside(list(stretch.ours), Difference.ATTRIBUTION, list(stretch.theirs))


def _leads(stretch: Stretch, content: list[int]) -> bool:
    """Tell whether the stretch leads to what is said, at the beginning: "the spokesman said", but not "Miller said"."""
    text, span = stretch.paragraph.text, stretch.paragraph.span
    if not text or not all(text[span(i)[0]].islower() for i in content):
        return False
    last = [token for _, token in sorted(stretch.ours.items())][-3:]
    return not stretch.theirs and stretch.gap.b0 <= 1 and not SAYING.isdisjoint(last) and not stretch.at_end


def _telling(side: Side, index: int) -> bool:
    """Tell whether a token is a number, a name, or turns a statement."""
    return (is_numeric(side.letters[index])) or is_capital(side, index) or side.token(index) in TURNING


def agency(stretch: Stretch) -> None:
    """“(Reuters) -": who distributes the report."""
    ours, text, span = stretch.ours, stretch.paragraph.text, stretch.paragraph.span
    if stretch.theirs or not text or not ours or not all(token in AGENCIES for token in ours.values()):
        return
    before, after = text[: span(min(ours))[0]].rstrip()[-1:], text[span(max(ours))[1] :].lstrip()[:1]
    enclosed = before and before in _OPEN
    dashed = (stretch.at_start and after and after in _DASHES) or (stretch.at_end and before and before in _DASHES)
    if enclosed or dashed:
        stretch.set_aside(list(ours), Difference.ATTRIBUTION)
