"""Which of the lines that touch belong to one paragraph: hard-wrapped text, tables, code fences. Whole batches at once.

A wrap breaks a sentence wherever it happens to. So lines were wrapped where they run on: a line's end is open, the next
one begins with a small letter, or a word is broken by a hyphen; and where that happens at about the same column. Lines
of a list, a verse, an address run on as well, but at any column; entries begin with capitals and end as they like.

`perhaps_grouped` names, with a quick look, the documents in which some lines may belong together; `joined` looks
closely at the lines of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.text.arrays import distinct
from dedup.text.characters import ALONE, CLASS_MASK, SPACE, classes_of
from dedup.text.continuity import CAPITAL, FINAL, PLAIN, SMALL, beginnings, edge_table, open_ends
from dedup.text.lines import FENCE, ITEM, TABLE, TEXT, bulleted, marked, shapes, touching

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.model.settings import Split
    from dedup.text.arrays import Bytes, Codes, Flags, Ints
    from dedup.text.lines import Lines, Shapes

_WIDEST = 160
"""Maximum characters of a hard-wrapped line, indentation included."""
_WIDEST_SPACELESS = 80
_NARROWEST = 40
_NARROWEST_SPACELESS = 18
_LONGEST_WORD = 40
_USUAL_WORD = 10
"""Characters within which most words end."""
_NEAR, _FULL = 0.8, 0.9
"""Shares of the wider line's width that a line and the next one's first word have: a ragged edge; a filled line."""
_LEAST = 0.6
"""Share that a line has by itself, at least: a long word says little."""
_INDENT = 40
_FEWEST_PLAIN, _MOST_ENDED = 2, 0.4
"""Without capitals: lines whose end is open; share of lines that end a sentence."""


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
    signs = edge_table()
    capital = signs.take(codes[starts[joints + 1]]) & CAPITAL > 0
    # In capitals from end to end.
    capital &= signs.take(codes[np.minimum(starts[joints + 1] + 1, ends[joints + 1] - 1)]) & SMALL > 0
    joints = joints[~capital]
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
        widths: columns at which the line and the next one end; int64, shape (2, joints).
        reach: column at which it would end with the next line's first word; int64.
        open: the line's end is open; bool.
        hyphen: it ends in a broken word; bool.
        begins: what the next line begins with, by `dedup.text.continuity.edge_table`; uint8.
        narrowest, most: minimum and maximum width of wrapped lines; int64.
        deeper: the next line is indented further; bool.
        worded: the line has several words, as an address has not; bool.
    """

    lines: Ints
    regions: Ints
    widths: Ints
    reach: Ints
    open: Flags
    hyphen: Flags
    begins: Bytes
    narrowest: Ints
    most: Ints
    deeper: Flags
    worded: Flags

    def in_all(self, chosen: Flags) -> Flags:
        """Return, for each joint, whether all joints of its region are among some."""
        found: Flags = self._spread(np.logical_and.reduceat(chosen, self.regions))
        return found

    def number(self, chosen: Flags) -> Ints:
        """Return, for each joint, how many joints of its region are among some."""
        found: Ints = self._spread(np.add.reduceat(chosen, self.regions, dtype=np.int64))
        return found

    def widest(self) -> Ints:
        """Return, for each joint, the width of the widest line of its region."""
        found: Ints = self._spread(np.maximum.reduceat(self.widths.max(axis=0), self.regions))
        return found

    def around(self, chosen: Flags, between: Flags) -> Flags:
        """Return the joints from which others of `between` lead without a gap to one of the chosen, these included."""
        along = chosen | between
        begins = along.copy()
        begins[1:] &= ~along[:-1] | (np.diff(self.lines) != 1)
        run = np.cumsum(begins)
        found: Flags = along & (np.bincount(run, chosen & along, minlength=1) > 0)[run]
        return found

    def _spread(self, values: NDArray[Any]) -> Any:
        return np.repeat(values, np.diff(self.regions, append=len(self.lines)))


def _joints(lines: Lines, shape: Shapes, touches: Flags) -> _Joints:
    """Return where plain lines touch; an item of a list begins a region."""
    kinds, widths = shape.kinds, shape.lasts - lines.starts
    narrow = widths <= _WIDEST
    follows = touches[1:] & (kinds[1:] == TEXT) & ((kinds[:-1] == TEXT) | (kinds[:-1] == ITEM))
    at = np.flatnonzero(follows & narrow[1:] & narrow[:-1])
    regions = np.flatnonzero(np.diff(at, prepend=-2) != 1)
    codes, firsts, below = lines.codes, shape.firsts, at + 1
    spaceless = lines.classes_at(firsts[below]) == ALONE
    dense = spaceless | (lines.classes_at(shape.lasts[at] - 1) == ALONE)
    word = np.where(spaceless, 0, _first_word(codes, firsts[below], SPACE))
    is_open, hyphen = open_ends(codes, lines.starts[at], shape.lasts[at])
    indent = firsts - lines.starts
    return _Joints(
        at,
        regions,
        np.stack((widths[at], widths[below])),
        widths[at] + 1 + word,
        is_open,
        hyphen,
        beginnings(codes, firsts[below], lines.ends[below]),
        np.where(dense, _NARROWEST_SPACELESS, _NARROWEST),
        np.where(dense, _WIDEST_SPACELESS, _WIDEST),
        indent[below] > indent[at],
        spaceless | (_first_word(codes, firsts[at], SPACE) < np.minimum(_LONGEST_WORD, widths[at] - indent[at])),
    )


def _wrapped(lines: Lines, shape: Shapes, touches: Flags) -> Ints:
    """Return the lines that a hard wrap broke off from the next one.

    In scripts with capitals, each joint is decided by its two lines and the joints beside it alone: what stands
    elsewhere does not matter, so that nothing changes here when it goes.
    """
    joints = _joints(lines, shape, touches)
    if not len(joints.lines):
        return joints.lines
    first, second = joints.widths
    wide = np.maximum(first, second)
    small = joints.begins & SMALL > 0
    full = joints.reach >= _FULL * wide
    running = (joints.open & (first >= _LEAST * wide) & (joints.reach >= _NEAR * wide)) | joints.hyphen
    running = (running & small) | _shouted(lines, shape, joints, joints.open & full)
    running &= (first >= joints.narrowest) & joints.worded & ~_same(lines, shape, joints)
    # Around these also at a capital, if the line is as full; with its sentence's end, if nothing begins there.
    full &= (first >= joints.narrowest) & (joints.open | ((joints.reach > wide) & ~joints.deeper))
    wrapped = joints.around(running, full)
    out: Ints = joints.lines[wrapped | _steady(joints)]
    return out


def _steady(joints: _Joints) -> Flags:
    """Return the joints of lines without capitals that are all filled to the last word, most of them with open ends."""
    widest = joints.widest()
    filled = joints.reach > widest
    plain = joints.open & filled & (joints.begins & PLAIN > 0)
    ended = joints.number(~joints.open) <= _MOST_ENDED * joints.number(widest > 0)
    found: Flags = (
        (joints.number(plain) >= _FEWEST_PLAIN)
        & joints.in_all(filled)
        & ended
        & (joints.narrowest <= widest)
        & (widest <= joints.most)
    )
    return found


def _same(lines: Lines, shape: Shapes, joints: _Joints) -> Flags:
    """Return where a line says what the next one says: a wrap does not break a text so."""
    found: Flags = joints.widths[0] == joints.widths[1]
    for joint in np.flatnonzero(found).tolist():
        line = int(joints.lines[joint])
        one, two = (lines.text[shape.firsts[i] : shape.lasts[i]] for i in (line, line + 1))
        found[joint] = one == two
    return found


def _shouted(lines: Lines, shape: Shapes, joints: _Joints, asked: Flags) -> Flags:
    """Return which of some joints stand between lines that are written in capitals from end to end."""
    out = asked & (joints.begins & CAPITAL > 0)
    for joint in np.flatnonzero(out).tolist():
        line = int(joints.lines[joint])
        both = lines.text[shape.firsts[line] : shape.lasts[line + 1]]
        out[joint] = both.upper() == both
    return out
