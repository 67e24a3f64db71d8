"""Write the names of months and days from CLDR into ``dedup/language/data``: of languages with a code of two letters.

Run with ``pip install babel`` and ``PYTHONPATH=. python tools/make_calendar.py``. What a language writes otherwise than
CLDR says is kept by hand, in ``weekdays.txt``. A name that means one month in some languages and another one in others
is left out, unless nearly all of them mean the same one by it.
"""

from __future__ import annotations

import pathlib
import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import babel
from babel import Locale
from babel.dates import get_day_names, get_month_names
from babel.localedata import locale_identifiers

from dedup.language.accents import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

DATA = pathlib.Path(__file__).resolve().parent.parent / "dedup" / "language" / "data"
SPACELESS = 0x0E00
WIDTH = 120
MANY = 4
"""So many times as many languages have to mean one month by a name as mean others."""
PREFIX, LETTERS = 3, 4
"""Letters that a name is shortened to by those who follow no standard, and letters of a name that is."""
CASED_BELOW = 0x0530
HEADERS = {
    "months": """# The names of the months: a number from 1 to 12, then the names, in all cases that dates have.
# Used: as MONTHS, and by `dedup.language.numbers`.
# Not here: short names (month_forms.txt); names that are another month in another language; names of several words.
""",
    "month_forms": """# Short names of the months: a number from 1 to 12, then the names, and first letters of names.
# Used: by `dedup.language.numbers`, beside the number of a day.
# Not here: whole names (months.txt); what is another month in as many other languages.
""",
    "weekday_names": """# The names of the days of the week: 1 (Monday) to 7, then the names.
# Used: as WEEKDAYS, together with weekdays.txt, without accents.
# Not here: short names; other cases, and Portuguese "segunda" (weekdays.txt); names of several words.
""",
}
SOURCE = (
    "# Source: CLDR by way of babel {}, licence Unicode-3.0 (https://www.unicode.org/license.txt); written by\n"
    "#   `python tools/make_calendar.py`: do not edit.\n"
)
Forms = dict[str, dict[str, set[int]]]
"""For each language what its forms mean."""


def locales() -> Iterator[tuple[str, Locale]]:
    """Yield all locales of languages with a code of two letters."""
    for name in sorted(locale_identifiers()):
        language = name.split("_")[0]
        if len(language) == 2 and "POSIX" not in name:
            yield language, Locale.parse(name)


def folded(name: str) -> str:
    """Return a name as tokens are folded; empty if it is not one token."""
    name = unicodedata.normalize("NFC", name.strip().strip(".").lower())
    letters = all(unicodedata.category(c)[0] in "LM" and ord(c) < SPACELESS for c in name)
    return name if letters and len(name) >= PREFIX else ""


def collect(named: Callable[..., Mapping[int, str]], width: str, shift: int = 0) -> Forms:
    """Return what names mean in each language, in all its locales."""
    out: Forms = defaultdict(lambda: defaultdict(set))
    for language, locale in locales():
        for context in ("format", "stand-alone"):
            for number, name in named(width, context, locale).items():
                if form := folded(name):
                    out[language][form].add(number + shift)
    return out


def prefixes(forms: Forms) -> Forms:
    """Return the first letters of names in scripts that have capitals."""
    out: Forms = defaultdict(lambda: defaultdict(set))
    for language, names in forms.items():
        for name, numbers in names.items():
            if len(name) >= LETTERS and max(map(ord, name)) < CASED_BELOW:
                out[language][name[:PREFIX]] |= numbers
    return out


def without_conflicts(forms: Forms, *, before: Forms | None = None) -> Forms:
    """Return what means one thing in all languages, or in nearly all; and nothing else in those of `before`."""
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    known: dict[str, set[int]] = defaultdict(set)
    for names in forms.values():
        for name, numbers in names.items():
            votes[plain(name)].update(numbers)
    for names in (before or {}).values():
        for name, numbers in names.items():
            known[plain(name)] |= numbers
    out: Forms = {}
    for language, names in forms.items():
        kept = {}
        for name in names:
            (best, most), *others = votes[plain(name)].most_common()
            clear = most >= MANY * sum(count for _, count in others) if others else True
            if clear and names[name] == {best} and plain(name) not in known:
                kept[name] = {best}
        if kept:
            out[language] = kept
    return out


def merged(*all_: Forms) -> Forms:
    """Return the forms of several kinds as those of one."""
    out: Forms = defaultdict(lambda: defaultdict(set))
    for forms in all_:
        for language, names in forms.items():
            for name, numbers in names.items():
                out[language][name] |= numbers
    return out


def write(name: str, forms: Forms) -> None:
    """Write a list, a few lines for each language."""
    lines = []
    for language in sorted(forms):
        by_number: dict[int, list[str]] = defaultdict(list)
        for form, (number, *_) in sorted(forms[language].items()):
            by_number[number].append(form)
        line = f"{language}:"
        for number in sorted(by_number):
            entry = " ".join([str(number), *by_number[number]])
            bar = "" if line.endswith(":") else " |"
            if len(line) + len(bar) + 1 + len(entry) > WIDTH:
                lines.append(line)
                line, bar = f"{language}:", ""
            line += f"{bar} {entry}"
        lines.append(line)
    text = HEADERS[name] + SOURCE.format(babel.__version__) + "\n".join(lines) + "\n"
    (DATA / f"{name}.txt").write_text(text, "utf-8")


wide = collect(get_month_names, "wide")
short = merged(collect(get_month_names, "abbreviated"), prefixes(wide))
write("months", without_conflicts(wide))
write("month_forms", without_conflicts(short, before=wide))
write("weekday_names", without_conflicts(collect(get_day_names, "wide", 1)))
