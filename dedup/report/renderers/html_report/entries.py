"""The findings that a page shows one by one: what is drawn, and in which bytes."""

from __future__ import annotations

import json
import random
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.report.findings.findings import CHARACTERS
from dedup.report.renderers.html_report.excerpts import Marked, clipped, marked, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.model.explanation import Explanation, Standing
    from dedup.report.findings.sample import Stratum

MOST_BYTES = 3_800_000
"""Of all findings, as the page holds them."""
EXCERPTS = (1200, 800, 500, 320, 240)
"""Characters of a text that are shown: the first number with which all that is drawn has room."""
_EACH = 50
"""Of so many findings one is looked at to tell how much room they may take."""
NAME = 160
"""Characters of a name that are shown."""
_UNSAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}
"""What could end the element that the data is in, or a line of script."""


class Entry(NamedTuple):
    """A finding as the page has it; as JSON it is an array with these members in this order.

    Places are numbers of names, which the page has once each.
    """

    removed: int
    """1, or 0 for what stays."""
    reason: str
    kinds: list[str]
    similarity: int
    """In hundredths, rounded down: nothing that differs is 100."""
    file: int
    line: int | None
    paragraph: int
    source: int
    """Site, or file where no site is known."""
    document: int
    beside_file: int
    beside_line: int | None
    beside_paragraph: int
    elsewhere: int
    text: list[str]
    witness: list[str] | None
    """None: the same text."""
    documents: int | None


class Shown(NamedTuple):
    """What a page shows one by one.

    Attributes:
        entries: the findings; where these are all, in the order of the inputs, else of each stratum one in turn.
        names: what places are called.
        drawn: how many are shown of each stratum, of how many there are.
        excerpt: characters of a text that are shown.
        data: all of it as JSON for a page, in which nothing ends an element.
    """

    entries: list[Entry]
    names: list[str]
    drawn: list[tuple[Any, int, int]]
    excerpt: int
    data: str

    @property
    def total(self) -> int:
        """Findings of which they are a sample."""
        return sum(number for _, _, number in self.drawn)


def shown(strata: Sequence[Stratum[Explanation]], seed: int, most_bytes: int = MOST_BYTES) -> Shown:
    """Return as many findings as there is room for, clipped as little as that allows.

    Where all that is drawn has no room even with the shortest excerpts, fewer are drawn of the largest strata, by the
    seed.
    """
    texts = {id(found): marked(found, CHARACTERS) for stratum in strata for found in stratum.drawn}
    some = [stratum._replace(drawn=stratum.drawn[::_EACH]) for stratum in strata]
    for excerpt in EXCERPTS[:-1]:
        # Names are there once, so that a part of the findings takes no less than its share.
        if _EACH * _size(_made(some, texts, excerpt)) > 2 * most_bytes:
            continue
        made = _made(strata, texts, excerpt)
        if _size(made) <= most_bytes:
            return made
    made = _made(strata, texts, EXCERPTS[-1])
    most = sum(len(stratum.drawn) for stratum in strata)
    while _size(made) > most_bytes:
        most = min(most - 1, int(most * 0.95 * most_bytes / _size(made)))
        made = _made(_fewer(strata, most, seed), texts, EXCERPTS[-1])
    return made


def _size(made: Shown) -> int:
    return len(made.data.encode())


def _fewer(strata: Sequence[Stratum[Explanation]], most: int, seed: int) -> list[Stratum[Explanation]]:
    """Return strata with no more than so many findings: of each an equal share, or all that it has."""
    chosen = random.Random(seed)  # noqa: S311 - a sample is no secret
    left, shares = most, {}
    rising = sorted(range(len(strata)), key=lambda number: len(strata[number].drawn))
    for place, number in enumerate(rising):
        shares[number] = min(len(strata[number].drawn), left // (len(rising) - place))
        left -= shares[number]
    fewer = []
    for number, stratum in enumerate(strata):
        places = sorted(chosen.sample(range(len(stratum.drawn)), shares[number]))
        fewer.append(stratum._replace(drawn=[stratum.drawn[place] for place in places]))
    return fewer


def _made(strata: Sequence[Stratum[Explanation]], texts: dict[int, Marked], excerpt: int) -> Shown:
    names = _Names()
    entries = [_entry(one, texts[id(one)], excerpt, names) for one in _ordered(strata)]
    drawn = [(stratum.name, len(stratum.drawn), stratum.number) for stratum in strata]
    data = embedded({"findings": [list(entry) for entry in entries], "names": names.names})
    return Shown(entries, names.names, drawn, excerpt, data)


def _ordered(strata: Sequence[Stratum[Explanation]]) -> list[Explanation]:
    """Return what is drawn as it stands in the inputs, if that is all, else of each stratum one in turn."""
    if all(len(stratum.drawn) == stratum.number for stratum in strata):
        found = [one for stratum in strata for one in stratum.drawn]
        return sorted(found, key=lambda one: (one.at.file, one.at.line or 0, one.at.paragraph))
    turns = zip_longest(*(stratum.drawn for stratum in sorted(strata, key=_rank)))
    return [one for turn in turns for one in turn if one is not None]


def _rank(stratum: Stratum[Explanation]) -> tuple[bool, bool]:
    """Return what puts removals first, and of these the ones that differ from what stays."""
    found = stratum.drawn[0] if stratum.drawn else None
    return found is None or not found.removed, found is None or not found.kinds


class _Names:
    """Numbers names, each once."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        found = self._numbers.get(name)
        if found is None:
            found = self._numbers[name] = len(self.names)
            self.names.append(shortened(name, NAME))
        return found


def _entry(found: Explanation, texts: Marked, excerpt: int, names: _Names) -> Entry:
    at, beside = found.at, found.beside
    return Entry(
        int(found.removed),
        found.reason,
        list(found.kinds),
        int(100 * min(max(found.similarity, 0.0), 1.0) + 1e-9),
        names.number(at.file),
        at.line,
        at.paragraph,
        names.number(_source(at)),
        names.number(found.document),
        names.number(beside.file),
        beside.line,
        beside.paragraph,
        int(found.elsewhere),
        clipped(texts.text, texts.marks, excerpt, texts.first),
        None if texts.witness is None else clipped(texts.witness, texts.witness_marks, excerpt, texts.first),
        found.documents,
    )


def _source(at: Standing) -> str:
    return at.file if at.site is None else at.site


def embedded(value: Any) -> str:
    """Return data as JSON that can stand in an element of a page: nothing in it ends that, or is markup."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE)
