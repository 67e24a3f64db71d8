"""Write the number words of CLDR into ``dedup/language/data``: cardinals, ordinals and what multiplies a number.

Run with ``pip install babel unicode-rbnf wordfreq`` and ``PYTHONPATH=. python tools/make_numbers.py``. Which forms are
left out is said in ``word_forms.py``; what CLDR does not have, or these rules leave out, is in ``number_words.txt``,
``magnitudes.txt`` and ``ordinal_words.txt``, by hand.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING

from babel import Locale
from babel.localedata import locale_identifiers
from unicode_rbnf import FormatPurpose, RbnfEngine
from unicode_rbnf.engine import NoRuleForNumberError
from word_forms import RARE, kept, new_forms, token, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from word_forms import Forms

SOURCE = (
    f"# Source: CLDR by way of unicode-rbnf {version('unicode-rbnf')} and babel {version('babel')}, licence\n"
    "#   Unicode-3.0 (https://www.unicode.org/license.txt); written by `python tools/make_numbers.py`: do not edit.\n"
)
NUMBERS = """# Number words: a value up to 1000, then the words for it in their genders and cases.
# Used: by `number_words`, together with number_words.txt.
# Not here: words that are something else in a language that does not mean this number by them; several words.
"""
MAGNITUDES = """# Words and short forms that multiply the number before them: a factor, then the words.
# Used: by `magnitudes`, together with magnitudes.txt.
# Not here: words whose factor depends on the language; signs; words of fewer than three letters.
"""
ORDINALS = """# Ordinal words from first to twentieth that may number what follows.
# Used: as ORDINALS, together with ordinal_words.txt.
# Not here: other cases; words that are something else in another language; several words.
"""
PLAIN_RULES = re.compile(
    r"spellout-(numbering|(cardinal|ordinal)(-(masculine|feminine|neuter|common|native))?)(-verbose)?"
)
"""Rules for spelling out that are of no case."""
VALUES = (*range(101), *range(200, 1001, 100))
IN_CASES = (*range(21), 100, 1000)
"""Numbers that are listed in all their cases."""
LETTERS, SYLLABLES = 3, "\u0900"
"""Letters of a word, at least, in scripts of letters: two are too often another word of the same language."""
POWERS = (3, 6, 9, 12)
TIMES = (1, 2, 5)


def languages() -> Iterator[str]:
    """Yield the codes of two letters of the languages that have rules."""
    yield from sorted(
        {name.split("_")[0] for name in RbnfEngine.get_supported_languages() if len(name.split("_")[0]) == 2}
    )


def engines(language: str) -> Iterator[RbnfEngine]:
    """Yield the rules of a language and of its countries."""
    for name in sorted(RbnfEngine.get_supported_languages()):
        if name.split("_")[0] == language:
            yield RbnfEngine.for_language(name)


def spelt(engine: RbnfEngine, value: int, purpose: FormatPurpose, *, cases: bool) -> set[str]:
    """Return how a number is spelt out."""
    try:
        texts = engine.format_number(value, purpose).text_by_ruleset
    except (ValueError, NoRuleForNumberError):  # none of this kind, or none for numbers of this size
        return set()
    return {text for rule, text in texts.items() if cases or PLAIN_RULES.fullmatch(rule)}


def cardinals() -> Forms:
    """Return the number words of each language."""
    out = new_forms()
    for language in languages():
        for engine in engines(language):
            ones = spelt(engine, 1, FormatPurpose.CARDINAL, cases=True)
            for value in VALUES:
                for text in spelt(engine, value, FormatPurpose.CARDINAL, cases=value in IN_CASES):
                    one, _, word = text.rpartition(" ")  # "one hundred"
                    form = token(word if one in ones else text, least=2)
                    if len(form) >= LETTERS or form >= SYLLABLES:
                        out[language][form].add(str(value))
    return out


def ordinals() -> Forms:
    """Return the ordinal words of each language."""
    out = new_forms()
    for language in languages():
        for engine in engines(language):
            for value in range(1, 21):
                for text in spelt(engine, value, FormatPurpose.ORDINAL, cases=False):
                    if form := token(text, least=3):
                        out[language][form].add("")
    return out


def multipliers() -> Forms:
    """Return what multiplies a number in each language: by the rules, and by the compact forms of numbers."""
    out = new_forms()
    for language in languages():
        for engine in engines(language):
            for power in POWERS:
                for times in TIMES:
                    before = spelt(engine, times, FormatPurpose.CARDINAL, cases=True)
                    for text in spelt(engine, times * 10**power, FormatPurpose.CARDINAL, cases=True):
                        first, _, word = text.rpartition(" ")
                        if first in before and (form := token(word, least=3)):
                            out[language][form].add(str(10**power))
    for name in sorted(locale_identifiers()):
        language = name.split("_")[0]
        if len(language) == 2 and "POSIX" not in name and not RARE.search(name):
            for form, factor in compact(Locale.parse(name)):
                out[language][form].add(str(factor))
    return out


def compact(locale: Locale) -> Iterator[tuple[str, int]]:
    """Yield the words of compact numbers, with their factors: "0 Mrd" for 1000000000."""
    for width in locale.compact_decimal_formats.values():
        for patterns in width.values():
            for power, pattern in patterns.items():
                written = pattern.pattern.replace("'", "").replace("\u00a0", " ")
                zeros = written.count("0")
                word = written.replace("0", "").strip()
                factor = int(power) // 10 ** (zeros - 1) if zeros else 0
                if factor >= 1000 and (form := token(word, least=3)):
                    yield form, factor


write("number_names", NUMBERS + SOURCE, kept(cardinals(), hand="number_words"))
write("magnitude_names", MAGNITUDES + SOURCE, kept(multipliers(), hand="magnitudes"))
write("ordinal_names", ORDINALS + SOURCE, kept(ordinals()))
