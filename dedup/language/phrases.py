"""Closed lists of phrases: what says the same in other words, and what says nothing beside a text.

A phrase is the words of it, folded and without accents; in scripts without spaces, its characters.
"""

from __future__ import annotations

from functools import cache
from itertools import chain, islice, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from dedup.language.accents import plain
from dedup.language.data_files import keyed, phrases, words
from dedup.language.wordlists import MONTHS, with_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Phrase = tuple[str, ...]

VERBS = with_plain(words("saying_verbs"))
"""Verbs of saying, of which one says what another does."""
MODALS = frozenset(words("modal_verbs"))
"""Verbs that say nothing without another one."""
PREPOSITIONS = frozenset(words("modal_prepositions"))
"""A modal verb before one of these has its verb further on."""
GERMAN = frozenset(words("german_words"))
"""Words by which German is known from its neighbours, where other endings make other words."""
DATIVE = frozenset(words("german_dative"))
GENITIVE = frozenset(words("german_genitive"))
"""Articles after which a noun may have an "-e", or "-es" for "-s"."""
_COURTESY, _AGENCIES = words("courtesy_titles"), words("agencies")
_WEEKDAYS = sorted((*keyed("weekday_names"), *keyed("weekdays")), key=itemgetter(0))
COURTESY = frozenset(map(plain, _COURTESY))
"""Titles of courtesy: they are in a language what the reader already knows, or nothing."""
AGENCIES = frozenset(map(plain, _AGENCIES))
"""Those who distribute a report."""
KEYS = frozenset(map(plain, words("label_words")))
"""What stands before a colon, and names the form of what follows and not its subject."""
WEEKDAYS = {plain(name): int(day) - 1 for day, name in _WEEKDAYS}
"""What day of the week a name means; Monday is 0."""
FEIRA = "feira"
"""What Portuguese has behind the name of a day."""
TIMES = frozenset([FEIRA, *map(plain, (*words("time_names"), *words("time_words")))]).union(
    WEEKDAYS, chain.from_iterable(map(str.split, map(plain, MONTHS)))
)
"""Words that say when."""
LOCALES = frozenset(words("locale_words"))
"""What an address says of the reader's language and country."""
REPLIES = frozenset(map(plain, words("reply_words")))
"""What is counted over the replies to an article."""
NETWORKS = frozenset(map(plain, words("networks")))
"""Where an article can be shared."""


@cache
def _listed(name: str) -> tuple[Phrase, ...]:
    """Return the phrases of a file, in order, as `tokenise` folds them."""
    from dedup.shingling import tokenise  # asked for once, by those who compare

    written = [phrase.removeprefix("# ") for line in phrases(name) for phrase in line]
    ends = np.cumsum([len(phrase) + 1 for phrase in written]) - 1
    tokens = tokenise("\n".join(written), np.concatenate(([0], ends[:-1] + 1)), ends)
    return tuple(tuple(map(tokens.token, range(a, b))) for a, b in pairwise(tokens.offsets.tolist()))


def _plain(phrase: Phrase) -> Phrase:
    return tuple(map(plain, phrase))


@cache
def same() -> dict[Phrase, frozenset[int]]:
    """Return for each phrase the numbers of the lines it stands in; negative where a number has to follow."""
    folded = map(_plain, _listed("same_phrases"))
    out: dict[Phrase, frozenset[int]] = {}
    for number, line in enumerate(phrases("same_phrases"), 1):
        key = -number if line[0].startswith("# ") else number
        for phrase in islice(folded, len(line)):
            out[phrase] = out.get(phrase, frozenset()) | {key}
    return out


@cache
def fillers() -> frozenset[Phrase]:
    """Return what says nothing wherever it is put in."""
    return frozenset(map(_plain, _listed("filler_phrases")))


@cache
def leading() -> frozenset[Phrase]:
    """Return what says nothing at the beginning of a sentence or a clause."""
    return frozenset(map(_plain, _listed("leading_phrases"))) | fillers()


@cache
def attributions() -> frozenset[Phrase]:
    """Return what says, before a statement, that somebody without a name says so."""
    return frozenset(map(_plain, _listed("attribution_phrases")))


@cache
def calls() -> frozenset[Phrase]:
    """Return what readers are called upon to do by a button."""
    return frozenset(map(_plain, _listed("call_phrases")))


@cache
def by_first(listed: Callable[[], Iterable[Phrase]]) -> dict[str, tuple[Phrase, ...]]:
    """Return the phrases of a list by their first words, long ones first."""
    out: dict[str, tuple[Phrase, ...]] = {}
    for phrase in sorted(listed(), key=len, reverse=True):
        out[phrase[0]] = (*out.get(phrase[0], ()), phrase)
    return out


@cache
def wordings() -> frozenset[str]:
    """Return the words of all phrases that stand for one another."""
    return frozenset(chain.from_iterable(same()))


@cache
def known() -> frozenset[str]:
    """Return all words of these lists, by `plain`: a rule may have something to say of them."""
    listed = chain.from_iterable(chain(same(), leading(), calls(), attributions()))
    return frozenset(listed).union(COURTESY, AGENCIES, KEYS, REPLIES, NETWORKS, TIMES, LOCALES)
