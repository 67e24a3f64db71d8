"""Write the words of CLDR that say when into ``dedup/language/data``: parts of the day, and yesterday to tomorrow.

Run with ``pip install babel wordfreq`` and ``PYTHONPATH=. python tools/make_times.py``. Which forms are left out is
said in ``word_forms.py``; what CLDR does not have, or these rules leave out, is in ``time_words.txt``, by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import babel
from babel import Locale
from babel.localedata import locale_identifiers
from word_forms import RARE, kept, new_forms, token, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from word_forms import Forms

HEADER = f"""# Words that say when: parts of the day, and yesterday to tomorrow.
# Used: as TIMES, together with time_words.txt, without accents.
# Not here: names of weekdays and months; what is counted ("weeks"); words that are something else in another language.
# Source: CLDR by way of babel {babel.__version__}, licence Unicode-3.0 (https://www.unicode.org/license.txt);
#   written by `python tools/make_times.py`: do not edit.
"""
CLOCK = frozenset(("am", "pm"))
LEAST = 3


def names(locale: Locale) -> Iterator[str]:
    """Yield the words of a locale that say when."""
    for widths in locale.day_periods.values():
        yield from (name for period, name in widths["wide"].items() if period not in CLOCK)
    yield from locale._data["date_fields"].get("day", {}).get("relative", {}).values()  # noqa: SLF001 - no other way


def collect() -> Forms:
    """Return the words of each language, in all its locales."""
    out = new_forms()
    for identifier in sorted(locale_identifiers()):
        language = identifier.split("_")[0]
        if len(language) == 2 and "POSIX" not in identifier and not RARE.search(identifier):
            for name in names(Locale.parse(identifier)):
                if form := token(name, least=LEAST):
                    out[language][form].add("")
    return out


write("time_names", HEADER, kept(collect()))
