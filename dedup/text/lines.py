"""The lines of a batch of documents: where they stand, whether they touch, what they look like. Whole batches at once.

Only what the arrays cannot tell is asked of the text itself, line by line: odd beginnings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.text.characters import CLASS_MASK, DIGIT, OTHER, SPACE, classes_of
from dedup.text.line_forms import LineForm, line_form

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.text.arrays import Codes

_CR, _LF = ord("\r"), ord("\n")
_INDENT = 40
_BAR, _SPACE, _TAB = ord("|"), ord(" "), ord("\t")
_FENCES = ord("`"), ord("~")
_BULLETS = np.zeros(ord("•") + 2, bool)
"""Whether a code point is a bullet; the last entry stands for all above."""
_BULLETS[[ord(bullet) for bullet in "-*+•·"]] = True
_NUMBERS = {form: number for number, form in enumerate(LineForm)}
TEXT, ITEM, TABLE, FENCE = (_NUMBERS[LineForm[name]] for name in ("TEXT", "ITEM", "TABLE", "FENCE"))
"""Numbers of forms in `Shapes.kinds`."""
_MARKER = 5
"""Characters of the longest number or letter in front of a list's entry, without the sign that closes it."""
_GLANCE = 6
"""Characters of a line in which it shows whether it is an item or a rule; where it does not, the text is asked."""
_STOP, _BRACKET = ord("."), ord(")")
_DIGITS = 3
_ASCII = 128


class Lines(NamedTuple):
    """Lines that are not blank, of a batch of documents, in order; each document's lines all or none.

    Attributes:
        text: the batch.
        codes: the code points of the text.
        starts: first character of each line; int64, shape (lines,).
        ends: first character after each line, its line end; int64.
        documents: number of the document each line stands in; int64, ascending.
    """

    text: str
    codes: Codes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    documents: NDArray[np.int64]

    def classes_at(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the classes, without flags, of some characters: to look up a few is cheaper than to look up all."""
        return classes_of(self.codes.take(places)) & np.uint8(CLASS_MASK)

    def of(self, documents: NDArray[np.int64]) -> tuple[Lines, NDArray[np.bool_]]:
        """Return the lines of some documents, and which of all lines these are."""
        chosen = np.zeros(int(self.documents[-1]) + 1, bool)
        chosen[documents] = True
        mine = chosen[self.documents]
        return self._replace(starts=self.starts[mine], ends=self.ends[mine], documents=self.documents[mine]), mine


def marked(lines: Lines) -> NDArray[np.int64]:
    """Return the documents with a line that may be a row of a table or open a code fence; with repetitions."""
    codes = lines.codes
    first = codes[_edges(codes, lines.starts, lines.ends - 1, 1)]
    bars = np.flatnonzero(first == _BAR)
    last = codes[_edges(codes, lines.ends[bars] - 1, lines.starts[bars], -1)]
    fences = np.flatnonzero((first == _FENCES[0]) | (first == _FENCES[1]))
    return np.concatenate((lines.documents[bars[last == _BAR]], lines.documents[fences]))


def _edges(codes: Codes, places: NDArray[np.int64], limits: NDArray[np.int64], step: int) -> NDArray[np.int64]:
    """Return each place, or the next one in a direction that is no space or tab, up to a limit and `_INDENT` steps."""
    places = places.copy()
    blank = np.arange(len(places))
    for _ in range(_INDENT):
        at = places[blank]
        here = codes[at]
        blank = blank[((here == _SPACE) | (here == _TAB)) & (at != limits[blank])]
        if not len(blank):
            break
        places[blank] += step
    return places


def touching(lines: Lines) -> NDArray[np.bool_]:
    """Tell for each line whether a single line end, and no blank line, stands between it and its document's last."""
    out = np.zeros(len(lines.starts), bool)
    ends, starts = lines.ends[:-1], lines.starts[1:]
    apart = starts - ends
    out[1:] = apart == 1
    two = np.flatnonzero(apart == 2)  # noqa: PLR2004 - CRLF
    out[two + 1] = (lines.codes[ends[two]] == _CR) & (lines.codes[ends[two] + 1] == _LF)
    out[1:] &= lines.documents[1:] == lines.documents[:-1]
    return out


def bulleted(codes: Codes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which lines are certainly items of a list: they begin with a bullet and a space."""
    after = np.minimum(starts + 1, ends - 1)
    bulleted: NDArray[np.bool_] = _BULLETS[np.minimum(codes[starts], len(_BULLETS) - 1)] & (codes[after] == _SPACE)
    return bulleted


class Shapes(NamedTuple):
    """What lines look like.

    Attributes:
        kinds: number of each line's `LineForm`, as far as needed; int8.
        firsts: first character of each line that is no space; int64.
        lasts: first character after the last one that is no space; int64.
    """

    kinds: NDArray[np.int8]
    firsts: NDArray[np.int64]
    lasts: NDArray[np.int64]


def shapes(lines: Lines, touches: NDArray[np.bool_]) -> Shapes:
    """Look at all lines. The kind of one that touches no other is only told if it may be a fence; else it is TEXT."""
    codes, starts, ends = lines.codes, lines.starts, lines.ends
    firsts, lasts = _stripped(lines)
    lead, classes = codes[firsts], lines.classes_at(firsts)
    near = touches.copy()
    near[:-1] |= touches[1:]
    kinds = np.full(len(starts), TEXT, np.int8)
    table = (lead == _BAR) & (codes[lasts - 1] == _BAR) & (lasts - firsts > 1)
    kinds[table] = TABLE
    bullets = np.flatnonzero(_BULLETS[np.minimum(lead, len(_BULLETS) - 1)])
    letters = np.flatnonzero(near & (lead < _ASCII) & (classes != OTHER))
    kinds[bullets[_itemised(lines, firsts[bullets], lasts[bullets])]] = ITEM
    numbered, closed = _numbered(lines, firsts[letters], lasts[letters])
    kinds[letters[numbered]] = ITEM
    # Of any other sign, and of other letters before a full stop or a bracket, the text itself is asked.
    odd = near & (classes == OTHER) & (kinds == TEXT)
    odd |= (lead == _FENCES[0]) | (lead == _FENCES[1])
    odd[letters[closed]] = True
    asked = np.flatnonzero(odd)
    texts = [lines.text[start:end] for start, end in zip(firsts[asked].tolist(), ends[asked].tolist(), strict=True)]
    # Where there are many, they repeat.
    known = {text: _NUMBERS[line_form(text)] for text in set(texts)}
    kinds[asked] = [known[text] for text in texts]
    return Shapes(kinds, firsts, lasts)


def _stripped(lines: Lines) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each line's first character that is no space, and the one after its last: what ``str.strip`` leaves."""
    edges = []
    for places, step in ((lines.starts.copy(), 1), (lines.ends - 1, -1)):
        left = np.flatnonzero(lines.classes_at(places) >= SPACE)  # just what str.isspace says
        for _ in range(_INDENT):
            if not len(left):
                break
            places[left] += step
            left = left[lines.classes_at(places[left]) >= SPACE]
        for index in left.tolist():
            start, end = int(lines.starts[index]), int(lines.ends[index])
            line = lines.text[start:end]
            places[index] = end - len(line.lstrip()) if step > 0 else start + len(line.rstrip()) - 1
        edges.append(places)
    return edges[0], edges[1] + 1


def _itemised(lines: Lines, firsts: NDArray[np.int64], lasts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which stripped lines that begin with a bullet go on, after a space, with what makes them no rule."""
    codes = lines.codes
    other = np.zeros(len(firsts), bool)
    for step in range(2, _GLANCE):
        place = np.minimum(firsts + step, lasts - 1)
        other |= (lines.classes_at(place) < SPACE) & (codes[place] != codes[firsts])
    spaced: NDArray[np.bool_] = lines.classes_at(np.minimum(firsts + 1, lasts - 1)) >= SPACE
    return spaced & other


def _numbered(
    lines: Lines, firsts: NDArray[np.int64], lasts: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which of some stripped lines that begin with a letter or digit are items, and which others may be.

    Items are those that begin with a letter or up to three digits, then a full stop or bracket, and a space. Others may
    be where such a sign stands among their first few characters.
    """
    codes = lines.codes
    sure, closed = np.zeros(len(firsts), bool), np.zeros(len(firsts), bool)
    marker = np.ones(len(firsts), bool)
    digits = lines.classes_at(firsts) == DIGIT
    for step in range(1, _MARKER + 1):
        place = np.minimum(firsts + step, lasts - 1)
        here = (codes[place] == _STOP) | (codes[place] == _BRACKET)
        closed |= here
        if step <= _DIGITS:
            sure |= marker & here & (lines.classes_at(np.minimum(place + 1, lasts - 1)) >= SPACE)
            digits &= (lines.classes_at(place) == DIGIT) & (codes[place] < _ASCII)
            marker = digits
    return sure, closed & ~sure
