"""Write British and American spellings into ``dedup/language/data``: those of VarCon that no rule knows.

VarCon (http://wordlist.aspell.net/varcon-readme/) is a table of the spellings of American, British, Canadian and
Australian English; `LICENSE-VARCON` is its licence. The crate ``varcon`` has it: run ``cargo info varcon@1.0.5``,
which unpacks it below ``~/.cargo/registry/src``, and ``PYTHONPATH=. python tools/make_spellings.py`` with the path of
its ``src/codegen.rs``.

Two spellings are listed if each is the first choice in some country, and if neither is written where the other is not
meant: "cheque" is a check, but a check may be a test. What these rules leave out is kept by hand, in
``english_spellings.txt``.
"""

from __future__ import annotations

import pathlib
import re
import sys
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from dedup.language import spelling

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = pathlib.Path(__file__).resolve().parent.parent / "dedup" / "language" / "data"
WIDTH = 120
COMMON = 50
"""Level of SCOWL up to which words are listed that nobody has verified."""
FIRST = ("", "Eq")
"""Tags of a first choice."""
BRITISH = frozenset(("BritishIse", "BritishIze"))
CLUSTER = re.compile(r"^Cluster \{", re.MULTILINE)
LEVEL = re.compile(r"verified: (\w+),\s+level: (\d+)")
ENTRY = re.compile(r"Entry \{\n    variants: &\[(.*?)\n  \],", re.DOTALL)
VARIANT = re.compile(r'word: "(.*?)",\n        types: &\[(.*?)\n        \]', re.DOTALL)
TYPE = re.compile(r"Category::(\w+), tag: (?:Some\(Tag::(\w+)\)|None)")
HEADER = """# Words that are written in several ways in English-speaking countries, besides those by rule
#   (respellings.txt, doubled letters): British, then American.
# Used: by `dedup.language.spelling.variant`, together with english_spellings.txt.
# Not here: spellings of which one is another word, too ("cheque", "check").
# Source: VarCon, by way of the crate varcon 1.0.5; its licence is LICENSE-VARCON; written by
#   `python tools/make_spellings.py`: do not edit.
"""


class Word(NamedTuple):
    """The spellings of one word, each with the countries whose first choice it is."""

    common: bool
    spellings: dict[str, frozenset[str]]


def read(table: str) -> Iterator[Word]:
    """Yield the words of the table."""
    for cluster in CLUSTER.split(table)[1:]:
        verified, level = LEVEL.search(cluster).groups()  # type: ignore[union-attr]
        for entry in ENTRY.findall(cluster):
            first: dict[str, frozenset[str]] = {}
            for word, types in VARIANT.findall(entry):
                countries = {country for country, tag in TYPE.findall(types) if tag in FIRST and country != "Other"}
                first[word.lower()] = frozenset(countries)
            yield Word(verified == "true" or int(level) <= COMMON, first)


def pairs(words: list[Word]) -> Iterator[tuple[str, str]]:
    """Yield what is written in two ways, British first, and is not known by rule."""
    meant = defaultdict(list)
    for word in words:
        for written in word.spellings:
            meant[written].append(word.spellings.keys())
    for word in words:
        first = [written for written, countries in word.spellings.items() if countries and written.isalpha()]
        for one, other in combinations(first if word.common else (), 2):
            always = all(other in each for each in meant[one]) and all(one in each for each in meant[other])
            if always and word.spellings[one] != word.spellings[other] and not spelling.variant(one, other):
                yield (one, other) if BRITISH & word.spellings[one] > BRITISH & word.spellings[other] else (other, one)


spelling._english = frozenset  # noqa: SLF001 - what is known by rule
found = dict.fromkeys(pairs(list(read(pathlib.Path(sys.argv[1]).read_text("utf-8")))))
lines = ["en:"]
for pair in sorted(map("|".join, found)):
    if len(lines[-1]) + 1 + len(pair) > WIDTH:
        lines.append("en:")
    lines[-1] += f" {pair}"
(DATA / "english_variants.txt").write_text(HEADER + "\n".join(lines) + "\n", "utf-8")
print(f"english_variants: {len(found)} pairs")
