"""Elements of an HTML page: what their names say of them, where they stand in the source, and which tags are theirs."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from turbohtml import Element

VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
"""Elements that have no end tag."""
HIDDEN = frozenset(
    (
        *("script", "style", "template", "noscript", "title", "head", "iframe", "noembed", "noframes", "object"),
        *("audio", "video", "canvas", "svg", "math", "select", "datalist", "textarea", "button", "picture", "map"),
        *("meter", "progress", "option", "optgroup", "xmp", "listing", "frame", "frameset", "dialog"),
    )
)
"""Elements of which nothing is read; and what holds one does not go."""
HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
LEAVES = HEADINGS | frozenset(
    (
        *("p", "pre", "blockquote", "address", "div", "center", "section", "article", "aside", "figcaption", "li"),
        *("header", "footer", "nav", "search"),
    )
)
"""Elements that can go with the text that they hold."""
WRAPPERS = frozenset(("li", "blockquote", "div", "center"))
"""Elements that go where the one block in them goes."""
IMPLIED = frozenset(("tbody", "colgroup", "tr"))
"""Elements that may be there without being written."""
BLOCKS = (
    LEAVES
    | frozenset(("body", "main", "form", "fieldset", "legend", "details", "summary", "dialog", "hgroup", "figure"))
    | frozenset(("ul", "ol", "menu", "dir", "dl", "dt", "dd", "hr", "table", "caption", "colgroup", "col", "thead"))
    | frozenset(("tbody", "tfoot", "tr", "td", "th"))
)
"""Elements before and behind which a line ends."""
LEAVE_OPEN = frozenset(
    ("a", "b", "big", "code", "em", "font", "form", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
)
"""Elements whose end tags do not close what is open in them."""
_NO_TEXT = frozenset(("area", "base", "col", "embed", "img", "input", "link", "meta", "source", "track"))
"""Elements without an end tag that what holds them does not go for."""
COMMENT = "#comment"
"""Stands for the name of an element: it is a comment."""
SKIPPED = "#hidden"
"""Stands for the name of an element of which nothing is read."""
_START, _END, _ODD = re.compile(r"<[a-zA-Z]"), re.compile(r"</[a-zA-Z]"), re.compile(r"<!(?!--)|<\?|</[^a-zA-Z]")
_NOTE = re.compile(r"<!--")
_BITS = 32
STARTS, ENDS, NOTES = 1, 1 << _BITS, 1 << 2 * _BITS
"""Units of numbers of tags and comments."""
_SPANS_ROWS = re.compile(r"rowspan", re.IGNORECASE)


class Span(NamedTuple):
    """Where an element stands in the source; -1 for what it has not.

    Attributes:
        start: of its start tag.
        inside: the place behind that.
        outside: of its end tag.
        last: the place behind that.
    """

    start: int
    inside: int
    outside: int
    last: int


NOWHERE = Span(-1, -1, -1, -1)


def span_of(element: Element, source: str) -> Span:
    """Return where an element stands; `NOWHERE` for one without a tag, or with one that is not written so."""
    where = element.source_location
    if where is None:
        return NOWHERE
    start, inside = where.start_tag.start_offset, where.start_tag.end_offset
    name = element.tag
    if source[start : start + 1 + len(name)].lower() != f"<{name}" or source[inside - 1 : inside] != ">":
        return NOWHERE
    if where.end_tag is None:
        return Span(start, inside, -1, -1)
    outside, last = where.end_tag.start_offset, where.end_tag.end_offset
    if source[outside : outside + 2 + len(name)].lower() != f"</{name}" or source[last - 1 : last] != ">":
        return NOWHERE
    return Span(start, inside, outside, last)


class Tags:
    """Where tags begin in a source, whatever a parser makes of them.

    Args:
        source: of a page.
    """

    def __init__(self, source: str) -> None:
        self._places = [
            (shift, [found.start() for found in pattern.finditer(source)])
            for shift, pattern in ((0, _START), (_BITS, _END), (2 * _BITS, _NOTE), (3 * _BITS, _ODD))
        ]
        self._rowspans = [found.start() for found in _SPANS_ROWS.finditer(source)]

    def between(self, start: int, end: int) -> int:
        """Return how many start tags, end tags, comments, and what else is no text, there are between two places.

        As one number: that of each, times its unit (`STARTS`, `ENDS`, `NOTES`, and a larger one).
        """
        return sum(_between(places, start, end) << shift for shift, places in self._places)

    def spans_rows(self, start: int, end: int) -> bool:
        """Return True if a cell may span rows there."""
        return _between(self._rowspans, start, end) > 0


def _between(places: Sequence[int], start: int, end: int) -> int:
    return bisect_left(places, end) - bisect_left(places, start)


@dataclass(frozen=True, slots=True)
class Level:
    """What goes where a block goes: an element.

    Attributes:
        text: of the block.
        start: where its first character stands in the source.
        end: the place behind its last one.
        first: where the element begins.
        last: the place behind it.
        spaced: the white space in front of it is of no other element.
        is_row: it is a row of a table.
        within: the element within it that can go in its place; None: there is none.
    """

    text: str
    start: int
    end: int
    first: int
    last: int
    spaced: bool = True
    is_row: bool = False
    within: Level | None = None


@dataclass(slots=True)
class Frame:
    """An element, and what is known of what it holds.

    Attributes:
        name: in small letters.
        parent: the element that it stands in.
        where: where it stands in the source.
        children: elements in it, and comments.
        pieces: text in it that stands in no block within it; of a block only.
        levels: of blocks in it that are not settled, for they may not go from where they stand; of a block only.
        counted: how many tags and the like stand between its ends that are its own, or those of what is in it; as
            `Tags.between` counts them.
        latest: where the last tag in it begins that has been seen.
        is_sound: all elements in it have their tags where they belong.
        holds_blocks: an element in it is a block.
        is_made: it, or what it stands in, does not stand where it is written, or is not written at all.
        holds_open: an element in it has no end tag.
        in_listing: it stands in an element in which white space counts.
        level: what goes with its text; None: it stays.
    """

    name: str
    parent: Frame | None
    where: Span = NOWHERE
    children: list[Frame] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    counted: int = 0
    latest: int = -1
    is_sound: bool = True
    holds_blocks: bool = False
    holds_open: bool = False
    in_listing: bool = False
    is_made: bool = False
    level: Level | None = None

    @classmethod
    def of(cls, element: Element, parent: Frame | None, source: str, tags: Tags) -> Frame:
        """Return the frame of an element of which nothing has been seen but its tags."""
        where = span_of(element, source)
        frame = cls(element.tag, parent, where)
        frame.latest = where.start
        frame.counted = STARTS * (where.start >= 0) + ENDS * (where.last >= 0)
        if source.find("<", where.start + 1, where.inside) >= 0:  # in the value of an attribute
            frame.counted += tags.between(where.start + 1, where.inside)
        frame.is_sound = where is not NOWHERE
        frame.in_listing = parent is not None and (parent.in_listing or parent.name == "pre")
        if frame.name in HIDDEN or (parent is not None and _is_hidden(element, where, source)):
            frame.name, frame.is_sound = SKIPPED, False
        return frame

    @property
    def is_void(self) -> bool:
        """It has no end tag, and nothing in it."""
        return self.name in VOID

    @property
    def is_open(self) -> bool:
        """What stands behind it closes it, or something in it."""
        return (self.where.last < 0 and not self.is_void) or (self.holds_open and self.name in LEAVE_OPEN)

    @property
    def is_written_open(self) -> bool:
        """It has a start tag, and what stands behind it closes it."""
        return self.is_open and self.where.start >= 0

    @property
    def is_block(self) -> bool:
        """A line ends before and behind it."""
        return self.name in BLOCKS

    @property
    def block(self) -> Frame:
        """It, or the block that it stands in."""
        frame = self
        while not frame.is_block and frame.parent is not None:
            frame = frame.parent
        return frame

    @property
    def is_mixed(self) -> bool:
        """Text stands beside blocks in it."""
        return self.holds_blocks and any(piece.strip() for piece in self.pieces)

    def add(self, inner: Frame) -> None:
        """Take in an element of which all is known."""
        self.children.append(inner)
        if inner.name == COMMENT:
            self.counted += NOTES
            return
        self.counted += inner.counted
        in_order = self.latest < inner.where.start and (self.where.outside < 0 or inner.latest < self.where.outside)
        self.is_sound &= inner.is_sound and in_order and not inner.is_open and inner.name not in _NO_TEXT
        self.latest = max(self.latest, inner.latest)
        if inner.name == "br":
            self.block.pieces.append("\n")
        self.holds_open |= inner.is_open
        if inner.is_block or inner.holds_blocks:
            self.holds_blocks = True


def _is_hidden(element: Element, where: Span, source: str) -> bool:
    return "hidden" in source[where.start : where.inside].lower() and "hidden" in element.attrs
