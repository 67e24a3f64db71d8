"""Closed lists of words, read from `data/` and folded as tokens are: what the verdict knows of languages.

The lists are files in `data/`, each with a header that says what belongs in it; what is computed from them is here. The
languages share each list: a word that is grammar in one language and content in another (German "die") costs little,
because the lists are asked only about the few tokens in which two near-duplicates differ.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

from dedup.language.accents import plain
from dedup.language.data_files import keyed, pairs, phrases, words

if TYPE_CHECKING:
    from collections.abc import Collection


def with_plain(listed: Collection[str]) -> frozenset[str]:
    """Return words as they are written and without accents: a differing stretch is asked about in either form."""
    return frozenset(listed).union(map(plain, listed))


_FUNCTION, _TURNING = words("function_words"), words("turning_words")
# "só" without its accent is grammar elsewhere, and no restriction.
TURNING = frozenset(_TURNING) | (with_plain(_TURNING) - frozenset(_FUNCTION))
"""Negation, modality and scope: taken away or added, they make another statement."""
FUNCTION = frozenset(_FUNCTION) - TURNING
"""Grammar without content: adding one says nothing new."""
SAYING = with_plain(words("saying_words"))
"""Verbs and words that attribute what is said; none that says more than that (such as "denied")."""
REPORTING = with_plain(words("report_verbs"))
"""Verbs by which it is seen that somebody speaks."""
SPEAKERS = with_plain(words("speaker_words"))
"""Who speaks for somebody else."""
SOURCES = with_plain(words("source_words"))
"""Where something is said."""
GENITIVES = frozenset(words("genitives"))
"""What stands before the one whose report it is."""
FURNITURE = with_plain(words("furniture_words"))
"""What stands on buttons and lines around an article."""
FURNITURE_PHRASES = tuple(chain.from_iterable(phrases("furniture_phrases")))
"""The same in scripts without spaces, where a token is a character."""
SECTION = with_plain(words("section_words"))
"""Words that stand with the number of a section, in front of it."""
MARKING = (SECTION | with_plain(words("marker_words"))) - with_plain(words("chapter_words"))
"""These, and words that stand with a number only in front of a paragraph."""
ORDINALS = with_plain((*words("ordinal_names"), *words("ordinal_words")))
"""Ordinal words that number a paragraph."""
SUFFIXES = frozenset(words("marker_suffixes"))
"""What stands behind a number that was put in later."""
COUNTED = with_plain(words("counted_words"))
"""What a number with a full stop counts."""
PERSONS = with_plain(words("persons"))
"""The one who speaks and the one who is spoken to: in another's place, they are other people."""
PERSON = {form: int(person) for person, word in keyed("person_numbers") for form in (word, plain(word))}
"""The grammatical person of pronouns that mean no other one: 1, 2 or 3."""
_MONTHS = keyed("months")
MONTHS = tuple(
    " ".join(dict.fromkeys(name for number, name in _MONTHS if number == str(month))) for month in range(1, 13)
)
"""The names of the months, with spaces between them."""
ACCENTED = frozenset(map(frozenset, pairs("accent_pairs")))
"""Pairs of words that differ by an accent, and say different things."""
STATUS = with_plain(words("status_words"))
"""Words that after a dash say what became of a thing; they are no name of a site."""
SITES = words("site_names")
"""What the names of sites begin or end with, in scripts without capitals."""
DOMAINS = frozenset(words("domain_suffixes"))
"""What the address of a site ends with."""
ENTITIES = frozenset(words("markup_words"))
"""What is left of markup."""
LINKS = frozenset(words("link_words"))
"""What the target of a link holds."""

# What says how far a statement reaches; `dedup.verdict.restrictions` asks it of what a paragraph lacks.
NEGATIONS = frozenset(words("negations"))
"""Words that deny what follows in the clause."""
COORDINATING = frozenset(words("coordinating_words"))
"""Words that put one thing beside another."""
EXCEPTING = frozenset(words("excepting_words"))
"""Words before an exception, which holds for each of several things by itself."""
DETERMINERS = frozenset(words("determiners"))
"""Words behind which a thing or a kind of people is named, seldom a person."""
CONDITIONS = with_plain(words("conditions"))
"""Words that begin a condition or a restriction."""
DEPUTIES = frozenset(words("deputies"))
"""Words that make another office of one, or another time of it: the vice president is not the president."""
UNIVERSAL = frozenset(words("universal_words"))
"""Words that say it of all: of fewer, the fewer words say of whom."""
TURNING_PHRASES = tuple(chain.from_iterable(phrases("turning_phrases")))
"""What denies or restricts in scripts in which each character is a token."""
RESTRICTING = CONDITIONS | (TURNING - UNIVERSAL)
"""Words that restrict what they are said of, in the middle of a phrase, too: "for disputes that began after May"."""
NARROWING = frozenset(words("narrowing_words"))
"""Words that begin, before a name, what a statement is narrowed to: "in the EU", "under the Act"."""


# Long lists, which most runs do not ask for: they are read when they are.


@cache
def number_words() -> dict[str, float]:
    """Return what number words say, in the order of that."""
    listed = ((float(value), word) for value, word in (*keyed("number_names"), *keyed("number_words")))
    return {word: value for value, word in sorted(listed, key=itemgetter(0))}


@cache
def magnitudes() -> dict[str, float]:
    """Return the words that multiply the number before them, with what by."""
    return {word: float(factor) for factor, word in (*keyed("magnitude_names"), *keyed("magnitudes"))}


@cache
def units() -> dict[str, str]:
    """Return what each word for a unit is short for."""
    return {word: sign for sign, word in (*keyed("unit_names"), *keyed("units"))}
