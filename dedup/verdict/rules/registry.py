"""All rules by which a part of a differing stretch may be set aside, in their order, and which of them to ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from dedup.language.numbers import months
from dedup.language.phrases import (
    AGENCIES,
    COURTESY,
    KEYS,
    MODALS,
    NETWORKS,
    REPLIES,
    TIMES,
    VERBS,
    WEEKDAYS,
    by_first,
    calls,
    leading,
    wordings,
)
from dedup.language.spelling import plain
from dedup.language.wordlists import FURNITURE, FURNITURE_PHRASES, SAYING
from dedup.verdict.rules.attribution import agency, attribution
from dedup.verdict.rules.dates import DAYS, month, ordinal, weekday
from dedup.verdict.rules.grammar import agreement, doubled, hanging
from dedup.verdict.rules.markers import label, marker
from dedup.verdict.rules.markup import address, markup
from dedup.verdict.rules.numbers import magnitudes, same_figures, unit_beside
from dedup.verdict.rules.order import echo, moved, timed
from dedup.verdict.rules.page_furniture import buttons, furniture, replies, site
from dedup.verdict.rules.phrases import courtesy, filler, same_phrase
from dedup.verdict.rules.spelling import abbreviated, cut_short, misread, respelt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.verdict.gap import Stretch

Rule = Callable[["Stretch"], None]

_RULES: tuple[Rule, ...] = (
    filler,
    misread,
    marker,
    replies,
    respelt,
    same_phrase,
    ordinal,
    same_figures,
    magnitudes,
    month,
    unit_beside,
    abbreviated,
    markup,
    address,
    cut_short,
    moved,
    doubled,
    timed,
    agreement,
    courtesy,
    weekday,
    label,
    hanging,
    attribution,
    agency,
    furniture,
    buttons,
    echo,
    site,
)


TURNING_RULES: frozenset[Rule] = frozenset(
    (filler, marker, same_phrase, same_figures, month, timed, agreement, hanging, furniture, echo, markup, address)
)
"""Rules about just such words that turn a statement elsewhere: "don't" and "do not", "no entanto", the month of May."""
SIGN_RULES: frozenset[Rule] = frozenset((marker, same_phrase, same_figures, abbreviated, unit_beside, markup, address))
"""Rules about signs: "3°" in front, "$5" and "5 dollars", what stands within the target of a link."""


@cache
def _words_for() -> dict[Rule, frozenset[str]]:
    """Return for some rules the words, by `plain`, of which a stretch must have one for them to find anything."""
    buttons_of = frozenset(chain.from_iterable(FURNITURE_PHRASES)).union(*map(str.split, FURNITURE_PHRASES))
    return {
        filler: frozenset(by_first(leading)),
        misread: frozenset("a"),
        replies: REPLIES,
        same_phrase: wordings(),
        month: frozenset(months()).union(WEEKDAYS, DAYS),
        timed: TIMES,
        courtesy: COURTESY,
        weekday: frozenset(WEEKDAYS),
        label: KEYS,
        hanging: MODALS.union(map(plain, MODALS)),
        attribution: SAYING | VERBS,
        agency: AGENCIES,
        furniture: FURNITURE | buttons_of,
        buttons: NETWORKS.union(chain.from_iterable(calls())),
    }


@cache
def _listed() -> frozenset[str]:
    return frozenset[str]().union(*_words_for().values())


@cache
def _rules(*, listed: bool) -> tuple[tuple[Rule, frozenset[str] | None], ...]:
    words = _words_for()
    return tuple((rule, words.get(rule)) for rule in _RULES if listed or rule not in words)


def rules_for(stretch: Stretch) -> Iterator[Rule]:
    """Yield the rules that may find something in what is left of a stretch when their turn comes, in their order.

    Most stretches have none of the words that most rules are about.
    """
    left = stretch.ours
    for rule, words in _rules(listed=not _listed().isdisjoint(left.values())):
        if words is None or not words.isdisjoint(left.values()):
            yield rule
