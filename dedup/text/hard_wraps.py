"""Which of the lines that touch belong to one paragraph: hard-wrapped text, tables, code fences. Whole batches at once.

A wrap breaks a sentence wherever it happens to. So lines were wrapped where they run on: a line's end is open, the next
one begins with a small letter, or a word is broken by a hyphen; and where that happens at about the same column. Lines
of a list, a verse, an address run on as well, but at any column; entries begin with capitals and end as they like.

`perhaps_grouped` names, with a quick look, the documents in which some lines may belong together; `joined` looks
closely at the lines of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.text.arrays import distinct
from dedup.text.characters import ALONE, CLASS_MASK, SPACE, classes_of
from dedup.text.continuity import CAPITAL, FINAL, PLAIN, SMALL, beginnings, open_ends, sign_table
from dedup.text.lines import FENCE, ITEM, TABLE, TEXT, bulleted, marked, shapes, touching

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.model.settings import Split
    from dedup.text.arrays import Bytes, Codes, Flags, Ints
    from dedup.text.lines import Lines, Shapes

_WIDEST = 160
"""Maximum characters of a hard-wrapped line, indentation included."""
_NARROWEST = 40
_NARROWEST_SPACELESS = 18
_LONGEST_WORD = 40
_USUAL_WORD = 10
"""Characters within which most words end."""
_NEAR, _FULL = 0.8, 0.9
"""Shares of the usual width that a line and the next one's first word have, at least: a ragged edge; a filled line."""
_LEAST = 0.6
"""Share of the usual width that a line has by itself, at least: a long word says little."""
_INDENT = 40
_FEWEST_RUNNING = 0.25
"""Share of the joints of wrapped lines at which a sentence certainly runs on."""
_MOST_SHORT = 0.25
"""Share of joints at which one runs on although the line is short, at most: an enumeration does so."""
_FEWEST_DISTINCT = 0.9
"""Share of wrapped lines that are different ones, more than."""
_FEWEST_PLAIN, _MOST_ENDED = 2, 0.4
"""Without capitals: full lines whose end is open; share of full lines that end a sentence."""


def perhaps_grouped(lines: Lines) -> Ints:
    """Return the documents in which some lines may belong together; all others have one paragraph a line.

    A quick look that errs on the side of looking again: a line that is no wider than a wrapped one, with an open end,
    before one that begins with anything but a capital.
    """
    codes, starts, ends = lines.codes, lines.starts, lines.ends
    lengths = ends - starts
    joints = np.flatnonzero(
        (lengths[:-1] >= _NARROWEST_SPACELESS)
        & (lengths[:-1] <= _WIDEST + _INDENT)
        & (lengths[1:] <= _WIDEST + _INDENT)
        & touching(lines)[1:]
    )
    signs = sign_table()
    joints = joints[signs.take(codes[starts[joints + 1]]) & CAPITAL == 0]
    joints = joints[signs.take(codes[ends[joints] - 1]) & FINAL == 0]
    joints = joints[~bulleted(codes, starts[joints + 1], ends[joints + 1])]
    return distinct(np.concatenate((lines.documents[joints], marked(lines))))


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


def joined(lines: Lines, how: Split) -> NDArray[np.bool_]:
    """Tell for each line whether it belongs to the same paragraph as the document's next one; bool, shape (lines,).

    Under ``blank``, all lines that touch; else the rows of a table, and under ``auto`` what a hard wrap broke. A closed
    code fence is one paragraph under every reading, with all that it holds.
    """
    touches = touching(lines)
    shape = shapes(lines, touches)
    form, following = shape.kinds[:-1], shape.kinds[1:]
    table = (form == TABLE) | (following == TABLE)
    out = np.zeros(len(lines.starts), bool)
    out[:-1] = touches[1:] & (following != FENCE) & np.where(table, form == following, how == "blank")
    if how == "auto":
        out[_wrapped(lines, shape, touches)] = True
    fences = np.flatnonzero(shape.kinds == FENCE)
    owners = lines.documents[fences]
    closing = np.flatnonzero((np.arange(len(fences)) - np.searchsorted(owners, owners)) % 2 == 1)
    for opened, closed in zip(fences[closing - 1].tolist(), fences[closing].tolist(), strict=True):
        out[opened:closed] = True
        out[closed] = False
    return out


class _Joints(NamedTuple):
    """Places at which a line that may have been wrapped touches the next one; arrays of one length.

    Attributes:
        lines: number of the line before each; int64, ascending.
        regions: the first joint of each run of lines that touch; int64, indices of `lines`.
        widths: column at which the line ends; int64.
        reach: column at which it would end with the next line's first word; int64.
        open: the line's end is open; bool.
        hyphen: it ends in a broken word; bool.
        begins: what the next line begins with, by `dedup.text.continuity.sign_table`; uint8.
        narrowest: minimum width of wrapped lines; int64.
        deeper: the next line is indented further; bool.
    """

    lines: Ints
    regions: Ints
    widths: Ints
    reach: Ints
    open: Flags
    hyphen: Flags
    begins: Bytes
    narrowest: Ints
    deeper: Flags

    def share(self, chosen: Flags) -> NDArray[np.float64]:
        """Return the share of each region's joints that are among some."""
        found: NDArray[np.float64] = np.add.reduceat(chosen, self.regions, dtype=np.float64) / self.counts()
        return found

    def counts(self) -> Ints:
        """Return the number of joints of each region."""
        return np.diff(self.regions, append=len(self.lines))


def _joints(lines: Lines, shape: Shapes, touches: Flags) -> _Joints:
    """Return where plain lines touch; an item of a list begins a region."""
    kinds, widths = shape.kinds, shape.lasts - lines.starts
    narrow = widths <= _WIDEST
    follows = touches[1:] & (kinds[1:] == TEXT) & ((kinds[:-1] == TEXT) | (kinds[:-1] == ITEM))
    at = np.flatnonzero(follows & narrow[1:] & narrow[:-1])
    regions = np.flatnonzero(np.diff(at, prepend=-2) != 1)
    codes, firsts, below = lines.codes, shape.firsts, at + 1
    spaceless = lines.classes_at(firsts[below]) == ALONE
    word = np.where(spaceless, 0, _first_word(codes, firsts[below], SPACE))
    is_open, hyphen = open_ends(codes, lines.starts[at], shape.lasts[at])
    indent = firsts - lines.starts
    return _Joints(
        at,
        regions,
        widths[at],
        widths[at] + 1 + word,
        is_open,
        hyphen,
        beginnings(codes, firsts[below], lines.ends[below]),
        np.where(spaceless, _NARROWEST_SPACELESS, _NARROWEST),
        indent[below] > indent[at],
    )


def _wrapped(lines: Lines, shape: Shapes, touches: Flags) -> Ints:
    """Return the lines that a hard wrap broke off from the next one.

    Decided for each run of lines that touch, by itself: what stands elsewhere in the document does not matter.
    """
    joints = _joints(lines, shape, touches)
    if not len(joints.lines):
        return joints.lines
    counts = joints.counts()
    below = (shape.lasts - lines.starts)[joints.lines + 1]
    widest = np.maximum.reduceat(np.maximum(joints.widths, below), joints.regions)
    # Two lines alone: the first one is to be the wider one.
    usual = np.where(counts == 1, widest, np.add.reduceat(joints.widths, joints.regions) / counts)
    wide = usual >= joints.narrowest[joints.regions]
    usual, widest = np.repeat(usual, counts), np.repeat(widest, counts)
    small, plain = joints.begins & SMALL > 0, joints.begins & PLAIN > 0
    near = (joints.reach >= _NEAR * usual) & (joints.widths >= _LEAST * usual)
    running = small & ((joints.open & near) | joints.hyphen)
    short = joints.open & ~near & ~joints.hyphen
    filled = joints.reach > widest
    several = np.add.reduceat(plain & filled & joints.open, joints.regions, dtype=np.int64) >= _FEWEST_PLAIN
    wrapped = (joints.share(running) >= _FEWEST_RUNNING) & (joints.share(short) <= _MOST_SHORT)
    wrapped |= several & (joints.share(~filled) == 0) & (joints.share(~joints.open) <= _MOST_ENDED)
    joined = (small & joints.open) | joints.hyphen | (joints.open & (joints.reach >= _FULL * usual))
    wrapped &= wide
    wrapped[wrapped] = ~_repeating(lines, shape, joints, np.flatnonzero(wrapped))
    # Where a line ends with its sentence it has to be as full as any, and what begins a paragraph may be indented.
    joined |= ~joints.open & (joints.reach > usual) & ~joints.deeper
    return joints.lines[np.repeat(wrapped, counts) & joined]


def _repeating(lines: Lines, shape: Shapes, joints: _Joints, chosen: Ints) -> Flags:
    """Return which of some regions say the same line again and again, as a wrap does not."""
    firsts = joints.lines[joints.regions[chosen]]
    out = []
    for first, number in zip(firsts.tolist(), (joints.counts()[chosen] + 1).tolist(), strict=True):
        mine = slice(first, first + number)
        edges = zip(shape.firsts[mine].tolist(), shape.lasts[mine].tolist(), strict=True)
        out.append(len({lines.text[start:end] for start, end in edges}) <= _FEWEST_DISTINCT * number)
    return np.array(out, bool)
