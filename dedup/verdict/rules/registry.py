"""The rules by which a part of a gap may be ignored, in the order in which they are applied."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from dedup.language.numbers import months, values
from dedup.language.phrases import (
    AGENCIES,
    COURTESY,
    KEYS,
    LOCALES,
    MODALS,
    NETWORKS,
    REPLIES,
    TIMES,
    VERBS,
    WEEKDAYS,
    attributions,
    by_first,
    calls,
    known,
    leading,
    wordings,
)
from dedup.language.spelling import plain, plain_units
from dedup.language.wordlists import (
    DOMAINS,
    ENTITIES,
    FUNCTION,
    FURNITURE,
    FURNITURE_PHRASES,
    LINKS,
    SAYING,
    SOURCES,
    SPEAKERS,
    TURNING,
)
from dedup.language.wordlists import magnitudes as magnitude_words
from dedup.model.differences import Difference
from dedup.verdict.rules.attribution import attribution, attribution_phrase, news_agency
from dedup.verdict.rules.dates import DAYS, month, ordinal, weekday
from dedup.verdict.rules.enumerators import enumerators, numerals
from dedup.verdict.rules.grammar import agreement, dangling_modal, doubled_words
from dedup.verdict.rules.marker_forms import marker_words
from dedup.verdict.rules.markers import label, marker
from dedup.verdict.rules.markup import address, image_path, markup
from dedup.verdict.rules.numbers import equal_numbers, magnitudes, unit_beside
from dedup.verdict.rules.order import moved_run, moved_time_phrase, repeated_headline
from dedup.verdict.rules.page_furniture import button_captions, domain_suffix, furniture, reply_count, site_name
from dedup.verdict.rules.phrases import courtesy, filler, same_phrase
from dedup.verdict.rules.sources import nameless_source, speaker
from dedup.verdict.rules.spelling import abbreviation, mojibake, spelling_variant, truncated_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dedup.verdict.gap import GapContext


@dataclass(frozen=True)
class Rule:
    """A rule that ignores words of a gap which are no difference in content.

    Attributes:
        function: applies the rule: it calls `GapContext.ignore_tokens`.
        kind: the kind of difference that the rule ignores.
        triggers: returns the words, by `plain`, one of which must be left in the candidate's gap for the rule to apply;
            None for a rule that has no such words.
        words: returns other words that it may ignore, folded or by `plain`. All that it ignores besides is like the
            witness's words, or known by its place: see `native/src/sieve.rs`, which claims no word that is listed.
        ignores_turning: the rule is about words that turn a statement elsewhere: "don't" and "do not", "no entanto",
            the month of May. Other rules ignore these only on both sides at once.
        ignores_signs: the rule is about signs: "3°" in front, "$5" and "5 dollars", the target of a link. Likewise.
    """

    function: Callable[[GapContext], None]
    kind: Difference
    triggers: Callable[[], frozenset[str]] | None = None
    words: Callable[[], frozenset[str]] | None = None
    ignores_turning: bool = False
    ignores_signs: bool = False

    @property
    def name(self) -> str:
        """Name of the rule."""
        return self.function.__name__

    def apply(self, context: GapContext) -> None:
        """Apply the rule to what is left of a gap."""
        context.rule_kind = self.kind
        context.protects_words, context.protects_signs = not self.ignores_turning, not self.ignores_signs
        self.function(context)


RULES = (
    Rule(filler, Difference.GRAMMAR, lambda: frozenset(by_first(leading)), ignores_turning=True),
    Rule(mojibake, Difference.SPELLING, lambda: frozenset("a")),
    Rule(reply_count, Difference.FURNITURE, lambda: REPLIES),
    Rule(spelling_variant, Difference.SPELLING),
    Rule(marker, Difference.MARKER, words=marker_words, ignores_turning=True, ignores_signs=True),
    Rule(same_phrase, Difference.SPELLING, wordings, ignores_turning=True, ignores_signs=True),
    Rule(ordinal, Difference.FORMAT),
    Rule(enumerators, Difference.MARKER, numerals),
    Rule(equal_numbers, Difference.FORMAT, words=lambda: frozenset(values()), ignores_turning=True, ignores_signs=True),
    Rule(magnitudes, Difference.FORMAT, words=lambda: frozenset(magnitude_words())),
    Rule(month, Difference.SPELLING, lambda: frozenset(months()).union(WEEKDAYS, DAYS), ignores_turning=True),
    Rule(unit_beside, Difference.SPELLING, words=lambda: frozenset(plain_units()), ignores_signs=True),
    Rule(abbreviation, Difference.SPELLING, words=lambda: frozenset(plain_units()), ignores_signs=True),
    Rule(markup, Difference.MARKUP, words=lambda: ENTITIES, ignores_turning=True, ignores_signs=True),
    Rule(address, Difference.MARKUP, words=lambda: LINKS | LOCALES, ignores_turning=True, ignores_signs=True),
    Rule(image_path, Difference.MARKUP, ignores_turning=True, ignores_signs=True),
    Rule(truncated_word, Difference.TRUNCATION),
    Rule(moved_run, Difference.ORDER),
    Rule(doubled_words, Difference.SPELLING),
    Rule(moved_time_phrase, Difference.ORDER, lambda: TIMES, ignores_turning=True),
    Rule(agreement, Difference.GRAMMAR, ignores_turning=True),
    Rule(courtesy, Difference.GRAMMAR, lambda: COURTESY),
    Rule(weekday, Difference.FORMAT, lambda: frozenset(WEEKDAYS)),
    Rule(label, Difference.MARKER, lambda: KEYS),
    Rule(dangling_modal, Difference.TRUNCATION, lambda: MODALS.union(map(plain, MODALS)), ignores_turning=True),
    Rule(attribution, Difference.ATTRIBUTION, lambda: SAYING | VERBS),
    Rule(attribution_phrase, Difference.ATTRIBUTION, lambda: frozenset(by_first(attributions))),
    Rule(nameless_source, Difference.ATTRIBUTION, lambda: SOURCES),
    Rule(speaker, Difference.ATTRIBUTION, lambda: SPEAKERS | SOURCES),
    Rule(news_agency, Difference.ATTRIBUTION, lambda: AGENCIES),
    Rule(furniture, Difference.FURNITURE, lambda: FURNITURE | _phrase_words(), ignores_turning=True),
    Rule(button_captions, Difference.FURNITURE, lambda: NETWORKS.union(chain.from_iterable(calls()))),
    Rule(repeated_headline, Difference.ORDER, ignores_turning=True),
    Rule(site_name, Difference.FURNITURE),
    Rule(domain_suffix, Difference.FURNITURE, lambda: DOMAINS),
)
"""All rules, in order."""


def _phrase_words() -> frozenset[str]:
    return frozenset(chain.from_iterable(FURNITURE_PHRASES)).union(*map(str.split, FURNITURE_PHRASES))


@cache
def trigger_words() -> frozenset[str]:
    """Return the triggers of all rules."""
    return frozenset[str]().union(*(rule.triggers() for rule in RULES if rule.triggers is not None))


def listed_words() -> frozenset[str]:
    """Return all words, by `plain`, that are in the list of some rule, or are no content."""
    named = (rule.words() for rule in RULES if rule.words is not None)
    return frozenset(map(plain, trigger_words().union(*named, known(), FUNCTION, TURNING)))


@cache
def _with_triggers(*, triggered: bool) -> tuple[tuple[Rule, frozenset[str] | None], ...]:
    """Return the rules with their triggers; only those without any unless some rule may be triggered."""
    listed = [(rule, None if rule.triggers is None else rule.triggers()) for rule in RULES]
    return tuple((rule, words) for rule, words in listed if triggered or words is None)


def rules_for(context: GapContext) -> Iterator[Rule]:
    """Yield the rules that may apply to what is left of a gap, each when its turn comes.

    Most gaps have none of the words that trigger rules.
    """
    left = context.candidate_words
    for rule, words in _with_triggers(triggered=not trigger_words().isdisjoint(left.values())):
        if words is None or not words.isdisjoint(left.values()):
            yield rule
