"""Write the names of units in CLDR into ``dedup/language/data``: of languages with a code of two letters.

Run with ``pip install wordfreq``, ``npm pack cldr-units-full`` unpacked, and ``PYTHONPATH=. python tools/make_units.py
PACKAGE``. Which forms are left out is said in ``word_forms.py``; what CLDR does not have, or these rules leave out, is
in ``units.txt``, by hand.
"""

from __future__ import annotations

import json
import pathlib
import re
import sys
from typing import TYPE_CHECKING

from word_forms import RARE, is_rather_a_word, kept, new_forms, token, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from word_forms import Forms

UNITS = {
    "length-kilometer": "km",
    "length-meter": "m",
    "length-centimeter": "cm",
    "length-millimeter": "mm",
    "length-mile": "mi",
    "length-foot": "ft",
    "length-inch": "in",
    "length-yard": "yd",
    "mass-tonne": "t",
    "mass-kilogram": "kg",
    "mass-gram": "g",
    "mass-milligram": "mg",
    "mass-pound": "lb",
    "mass-ounce": "oz",
    "volume-liter": "l",
    "volume-milliliter": "ml",
    "area-hectare": "ha",
    "area-acre": "ac",
    "area-square-kilometer": "km²",
    "area-square-meter": "m²",
    "area-square-centimeter": "cm²",
    "volume-cubic-meter": "m³",
    "duration-hour": "h",
    "duration-minute": "min",
    "duration-second": "s",
    "duration-millisecond": "ms",
    "concentr-percent": "%",
    "power-watt": "w",
    "power-kilowatt": "kw",
    "power-megawatt": "mw",
    "power-gigawatt": "gw",
    "energy-kilowatt-hour": "kwh",
    "energy-kilocalorie": "kcal",
    "digital-kilobyte": "kb",
    "digital-megabyte": "mb",
    "digital-gigabyte": "gb",
    "digital-terabyte": "tb",
    "frequency-hertz": "hz",
    "frequency-kilohertz": "khz",
    "frequency-megahertz": "mhz",
    "frequency-gigahertz": "ghz",
}
"""The units of CLDR, and the sign that a list has for each."""
SAME = re.compile("^angle-|-person$|^energy-foodcalorie$|^mass-ton$|-imperial$|-metric$")
"""Units of the same name that are not counted, or hardly ever."""
HEADER = """# Units of measure: the sign of a unit, then its names and short forms, in their numbers and cases.
# Used: by `units`, together with units.txt.
# Not here: names of several words; short forms of one letter; words that are something else in a language that does not
#   mean this unit by them.
# Source: CLDR {} (npm: cldr-units-full), licence Unicode-3.0 (https://www.unicode.org/license.txt); written by
#   `python tools/make_units.py`: do not edit.
"""
FORM = re.compile(r"unitPattern-|\w+-count-")
"""What begins the keys of patterns; others name compounds."""


def names(units: dict[str, dict[str, str]], unit: str) -> Iterator[str]:
    """Yield the names of a unit in one width."""
    for key, pattern in units[unit].items():
        if FORM.match(key) and "{0}" in pattern:
            yield pattern.replace("{0}", "")


def collect(package: pathlib.Path) -> Forms:
    """Return what names mean in each language, in all its locales."""
    out = new_forms()
    for path in sorted(package.glob("main/*/units.json")):
        name = path.parent.name
        language = name.split("-")[0]
        if len(language) != 2 or RARE.search(name):
            continue
        units = json.loads(path.read_text("utf-8"))["main"][name]["units"]
        for width in ("long", "short", "narrow"):
            for unit in units[width]:
                sign = UNITS.get(unit, unit)  # a form of another unit is in the way
                for text in names(units[width], unit) if not SAME.search(unit) else ():
                    if form := token(text, least=2, letters=sign[-1] not in "²³"):
                        out[language][form].add(sign)
    return out


package = pathlib.Path(sys.argv[1])
version = json.loads((package / "package.json").read_text("utf-8"))["version"]
collected = collect(package)
forms = kept(collected, hand="units", counted=True)
signs = frozenset(UNITS.values())
listed = {
    language: {form: keys for form, keys in names.items() if keys <= signs and not is_rather_a_word(form, collected)}
    for language, names in forms.items()
}
write("unit_names", HEADER.format(version), {language: names for language, names in listed.items() if names})
