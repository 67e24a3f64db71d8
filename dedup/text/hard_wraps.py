"""Which of the lines that touch belong to one paragraph: hard-wrapped text, tables, code fences. Whole batches at once.

`perhaps_grouped` names, at a glance, the documents in which some lines may belong together; `joined` looks closely at
the lines of these. Only what the arrays cannot tell is asked of the text itself, line by line: odd beginnings, and how
the lines of a document end that may be wrapped.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.text.arrays import distinct
from dedup.text.characters import ALONE, CLASS_MASK, DIGIT, IGNORE, OTHER, SPACE, classes_of, fold_table
from dedup.text.line_forms import LineForm, ends_sentence, line_form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.model.settings import Split
    from dedup.text.arrays import Codes

_WIDEST = 120
"""Maximum characters of a hard-wrapped line."""
_NARROWEST = 40
_NARROWEST_SPACELESS = 18
_FEWEST_JOINTS = 4
_FEWEST_SMALL = 2
_LONGEST_WORD = 40
_USUAL_WORD = 10
"""Characters within which most words end."""
_CR, _LF = ord("\r"), ord("\n")
_INDENT = 40
_SLACK = 0.85
_BAR, _SPACE, _TAB = ord("|"), ord(" "), ord("\t")
_FENCES = ord("`"), ord("~")
_BULLETS = np.zeros(ord("•") + 2, bool)
"""Whether a code point is a bullet; the last entry stands for all above."""
_BULLETS[[ord(bullet) for bullet in "-*+•·"]] = True
_LAST_LOOK = 24
"""Characters at a line's end that tell whether a sentence ends there."""
_KINDS = tuple(LineForm)
_NUMBERS = {form: number for number, form in enumerate(_KINDS)}
_TEXT, _ITEM, _TABLE, _FENCE = (_NUMBERS[LineForm[name]] for name in ("TEXT", "ITEM", "TABLE", "FENCE"))
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


def perhaps_grouped(lines: Lines) -> NDArray[np.int64]:
    """Return the documents in which some lines may belong together; all others have one paragraph a line.

    A quick look that errs on the side of looking again: what `_wrapped` asks of a joint between two lines is asked of
    their lengths and the next line's first word and first letter alone.
    """
    codes, starts, documents = lines.codes, lines.starts, lines.documents
    found = marked(lines)
    lengths = lines.ends - starts
    joint = (
        (lengths[:-1] >= _NARROWEST_SPACELESS)
        & (lengths[:-1] <= _WIDEST + _INDENT)
        & (lengths[:-1] + 1 + _LONGEST_WORD > lengths[1:])
        & touching(lines)[1:]
    )
    places = np.flatnonzero(joint)
    places = places[~_bulleted(codes, starts[places + 1], lines.ends[places + 1])]
    if len(places) < _FEWEST_JOINTS:
        return distinct(found)
    word = _first_word(codes, starts[places + 1], IGNORE)
    # An indented line's first word is not looked for.
    word[word == 0] = _LONGEST_WORD
    places = places[lengths[places] + 1 + word > lengths[places + 1]]
    # A group that is wrapped for sure has two joints or more.
    beside = np.diff(places, prepend=-2) == 1
    beside[:-1] |= beside[1:]
    places = places[beside] + 1
    following = codes[starts[places]]
    capital = fold_table()[following] != following
    number = int(documents[-1]) + 1
    joints = np.bincount(documents[places], minlength=number)
    small = np.bincount(documents[places[~capital]], minlength=number)
    grouped = np.flatnonzero((joints >= _FEWEST_JOINTS) & (small >= _FEWEST_SMALL))
    return distinct(np.concatenate((grouped, found)))


def _first_word(codes: Codes, places: NDArray[np.int64], blank: int) -> NDArray[np.int64]:
    """Return the length of the word that begins at each place, at most `_LONGEST_WORD`; int64.

    A word ends before a character of class `blank` or above.
    """
    last = len(codes) - 1
    lengths = np.full(len(places), _LONGEST_WORD, np.int64)
    left = np.arange(len(places))
    for width in (_USUAL_WORD, _LONGEST_WORD):
        at = places[left][:, None] + np.arange(width)
        ended = classes_of(codes[np.minimum(at, last)]) & np.uint8(CLASS_MASK) >= blank
        ended |= at > last
        first = ended.argmax(axis=1)
        found = ended[np.arange(len(left)), first]
        lengths[left[found]] = first[found]
        left = left[~found]
    return lengths


def _bulleted(codes: Codes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which lines are certainly items of a list: they begin with a bullet and a space."""
    after = np.minimum(starts + 1, ends - 1)
    bulleted: NDArray[np.bool_] = _BULLETS[np.minimum(codes[starts], len(_BULLETS) - 1)] & (codes[after] == _SPACE)
    return bulleted


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


def joined(lines: Lines, how: Split) -> NDArray[np.bool_]:
    """Tell for each line whether it belongs to the same paragraph as the document's next one; bool, shape (lines,).

    Under ``blank``, all lines that touch; else the rows of a table, and under ``auto`` what a hard wrap broke. A closed
    code fence is one paragraph under every reading, with all that it holds.
    """
    touches = touching(lines)
    shape = _shapes(lines, touches)
    form, following = shape.kinds[:-1], shape.kinds[1:]
    table = (form == _TABLE) | (following == _TABLE)
    out = np.zeros(len(lines.starts), bool)
    out[:-1] = touches[1:] & (following != _FENCE) & np.where(table, form == following, how == "blank")
    if how == "auto":
        out[np.array(_wrapped(lines, shape, touches), np.int64)] = True
    fences = np.flatnonzero(shape.kinds == _FENCE)
    owners = lines.documents[fences]
    closing = np.flatnonzero((np.arange(len(fences)) - np.searchsorted(owners, owners)) % 2 == 1)
    for opened, closed in zip(fences[closing - 1].tolist(), fences[closing].tolist(), strict=True):
        out[opened:closed] = True
        out[closed] = False
    return out


class _Shapes(NamedTuple):
    """What lines look like.

    Attributes:
        kinds: number of each line's `LineForm`, as far as needed; int8.
        firsts: first character of each line that is no space; int64.
        lasts: first character after the last one that is no space; int64.
    """

    kinds: NDArray[np.int8]
    firsts: NDArray[np.int64]
    lasts: NDArray[np.int64]


def _shapes(lines: Lines, touches: NDArray[np.bool_]) -> _Shapes:
    """Look at all lines. The kind of one that touches no other is only told if it may be a fence; else it is TEXT."""
    codes, starts, ends = lines.codes, lines.starts, lines.ends
    firsts, lasts = _stripped(lines)
    lead, classes = codes[firsts], lines.classes_at(firsts)
    near = touches.copy()
    near[:-1] |= touches[1:]
    kinds = np.full(len(starts), _TEXT, np.int8)
    table = (lead == _BAR) & (codes[lasts - 1] == _BAR) & (lasts - firsts > 1)
    kinds[table] = _TABLE
    bullets = np.flatnonzero(_BULLETS[np.minimum(lead, len(_BULLETS) - 1)])
    letters = np.flatnonzero(near & (lead < _ASCII) & (classes != OTHER))
    kinds[bullets[_itemised(lines, firsts[bullets], lasts[bullets])]] = _ITEM
    numbered, closed = _numbered(lines, firsts[letters], lasts[letters])
    kinds[letters[numbered]] = _ITEM
    # Of any other sign, and of other letters before a full stop or a bracket, the text itself is asked.
    odd = near & (classes == OTHER) & (kinds == _TEXT)
    odd |= (lead == _FENCES[0]) | (lead == _FENCES[1])
    odd[letters[closed]] = True
    asked = np.flatnonzero(odd)
    texts = [lines.text[start:end] for start, end in zip(firsts[asked].tolist(), ends[asked].tolist(), strict=True)]
    # Where there are many, they repeat.
    known = {text: _NUMBERS[line_form(text)] for text in set(texts)}
    kinds[asked] = [known[text] for text in texts]
    return _Shapes(kinds, firsts, lasts)


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


class _Groups(NamedTuple):
    """Groups of touching lines, all full or nearly so.

    Attributes:
        firsts: number of each group's first line; int64, ascending.
        joints: number of lines that follow the first one; int64.
        sure: whether it is hard-wrapped for sure, taken by itself; bool.
    """

    firsts: NDArray[np.int64]
    joints: NDArray[np.int64]
    sure: NDArray[np.bool_]

    def of(self, chosen: NDArray[np.bool_] | slice) -> _Groups:
        """Return some of the groups."""
        return _Groups(self.firsts[chosen], self.joints[chosen], self.sure[chosen])


def _wrapped(lines: Lines, shape: _Shapes, touches: NDArray[np.bool_]) -> list[int]:
    """Return the lines that a hard wrap broke off from the next one.

    A group of touching lines is hard-wrapped when every line of it but the last is full: the next line's first word
    would have made it the longest. Groups may be wrapped at different columns. A document is taken for hard-wrapped
    when it has several such groups or a long one, few of their full lines end a sentence, and few are followed by a
    capital: a wrap breaks where it happens to.
    """
    groups = _in_wrapped(lines, _full_groups(lines, shape, touches))
    # A wrap does not break a text into the same line twice; a repeated one is a line of its own.
    groups = groups.of(np.array([not repeats for repeats in _repeating(lines, shape, groups)], bool))
    groups = _in_wrapped(lines, groups)
    out: list[int] = []
    edges = np.flatnonzero(np.diff(lines.documents[groups.firsts], prepend=-1, append=-1)).tolist()
    for low, high in pairwise(edges):
        out += _broken(lines, shape, groups.of(slice(low, high)))
    return out


def _in_wrapped(lines: Lines, groups: _Groups) -> _Groups:
    """Return the groups of documents in which enough joints are sure."""
    documents = lines.documents[groups.firsts]
    return groups.of((np.bincount(documents, groups.joints * groups.sure) >= _FEWEST_JOINTS)[documents])


def _full_groups(lines: Lines, shape: _Shapes, touches: NDArray[np.bool_]) -> _Groups:
    """Return the groups of plain lines that are as wide as a wrap makes them; an item of a list begins a group."""
    kinds, lengths = shape.kinds, shape.lasts - lines.starts
    follows = touches[1:] & (kinds[1:] == _TEXT) & ((kinds[:-1] == _TEXT) | (kinds[:-1] == _ITEM))
    joints = np.flatnonzero(follows)
    heads = np.flatnonzero(np.diff(joints, prepend=-2) != 1)
    if not len(heads):
        return _Groups(joints, joints, joints > 0)
    counts = np.diff(heads, append=len(joints))
    width = np.maximum.reduceat(np.maximum(lengths[joints], lengths[joints + 1]), heads)
    spaceless = lines.classes_at(shape.firsts) == ALONE
    narrowest = np.where(spaceless[joints[heads]], _NARROWEST_SPACELESS, _NARROWEST)
    # The next line's first word would not have fitted on this line.
    word = np.where(spaceless[joints + 1], 0, _first_word(lines.codes, shape.firsts[joints + 1], SPACE))
    least = np.minimum.reduceat(lengths[joints] + 1 + word, heads)
    sure = (counts > 1) & (least > width)
    wide = (narrowest <= width) & (width <= _WIDEST) & (sure | (least > (width * _SLACK).astype(np.int64)))
    return _Groups(joints[heads], counts, sure).of(wide)


def _repeating(lines: Lines, shape: _Shapes, groups: _Groups) -> Iterator[bool]:
    """Yield for each group whether one of its lines stands there twice."""
    text = lines.text
    for first, number in zip(groups.firsts.tolist(), groups.joints.tolist(), strict=True):
        mine = slice(first, first + number + 1)
        edges = zip(shape.firsts[mine].tolist(), shape.lasts[mine].tolist(), strict=True)
        yield len({text[start:end] for start, end in edges}) <= number


def _broken(lines: Lines, shape: _Shapes, groups: _Groups) -> list[int]:
    """Return the lines of one document that a wrap broke off; none if they do not look like it, taken together."""
    sure, loose = (_joints(groups.of(chosen)) for chosen in (groups.sure, ~groups.sure))
    ended = sum(_ended(lines, shape, sure))
    beginnings = [lines.text[place] for place in shape.firsts[sure + 1].tolist()]
    raised = sum(first.isupper() or first.istitle() for first in beginnings)
    lowered = sum(first.islower() for first in beginnings)
    # Entries of a list begin with a capital; words that a wrap happened to put first seldom do.
    if ended > len(sure) * 0.4 or raised > lowered + len(sure) * 0.2:
        return []
    typical = sorted((shape.lasts - lines.starts)[sure].tolist())[len(sure) // 2]
    # Two lines alone prove nothing, nor do lines of which some are a little short; where others are wrapped, they do.
    loose = loose[(lines.ends - lines.starts)[loose] >= typical * 0.7]
    ends = _ended(lines, shape, loose)
    return [*sure.tolist(), *(joint for joint, ended in zip(loose.tolist(), ends, strict=True) if not ended)]


def _joints(groups: _Groups) -> NDArray[np.int64]:
    """Return the lines of some groups but the last of each."""
    before = np.cumsum(groups.joints) - groups.joints
    return np.repeat(groups.firsts - before, groups.joints) + np.arange(int(groups.joints.sum()))


def _ended(lines: Lines, shape: _Shapes, chosen: NDArray[np.int64]) -> list[bool]:
    """Return which lines end as a sentence ends."""
    lasts = shape.lasts[chosen]
    starts = np.maximum(lines.starts[chosen], lasts - _LAST_LOOK)
    return [ends_sentence(lines.text[a:b]) for a, b in zip(starts.tolist(), lasts.tolist(), strict=True)]
