"""The blocks of an HTML page: its paragraphs, headings, list items and rows, each with the element that can go with it.

A block is certain where to take its element out of the source takes it out of the tree, and changes nothing else. The
tree is that of the HTML standard; between one tag and the next, whoever builds it is in a state: which elements are
open, which formatting goes on. An element can go where the state behind it is the state before it. So these are no
blocks, and what they hold stays, whatever it says:

- an element with something in it that is not closed there, or that closes there what was open before;
- one whose start tag closes what nothing else would close (``<p>one<div>two</div>three``);
- one beside which text stands, for text from both sides would run together;
- one with pictures, forms or scripts in it, and one in what is hidden;
- cells: a row goes as a whole, and only where no cell of its table spans rows; terms and what is said of them.

Whether an element is a block is told by its own source, and by what stands beside it and never goes. So nothing becomes
a block, and none stops to be one, when others are gone.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dedup.formats.html_elements import (
    COMMENT,
    HEADINGS,
    IMPLIED,
    LEAVE_OPEN,
    LEAVES,
    SKIPPED,
    WRAPPERS,
    Frame,
    Level,
    Tags,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from turbohtml import Element, Node

_DEEPEST = 400
"""Elements in elements; parsers, browsers among them, flatten what stands some hundred deeper."""
_LOST = re.compile(r"<(?:frameset|plaintext)\b", re.IGNORECASE)
"""What makes something else of all that stands around it."""
_CELLS = ("td", "th")
_CHAINED = {"p": None, "li": ("ul", "ol", "menu")}
"""Elements whose end tag may be left out, and in what; None: in any block."""
_HEAD = frozenset(("meta", "link", "base", SKIPPED, COMMENT))
"""What belongs into the head, or stands beside it, as long as there is no body."""
_ENDS = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|textarea|title|template|noscript|iframe)\b.*?(?:</\1\b|\Z)|</(body|html)\b",
    re.IGNORECASE | re.DOTALL,
)
"""Where a page ends, and what only looks like that."""
_AT_LAST = re.compile(r"(?:</(?:body|html)\s*>|\s)*", re.IGNORECASE)
"""What stands behind all that a page holds."""
_OUTER = re.compile(r"<(?:html|head|body)\b", re.IGNORECASE)
_SPACE = " \t\n\f\r"
_SPACES = re.compile(r"\s+")
_LINE_ENDS = re.compile("[\n\r\v\f\x85\u2028\u2029]")
_FENCES = "```", "~~~"


class Block(NamedTuple):
    """A block; offsets in the characters of the source.

    Attributes:
        text: what it says, as one paragraph.
        start: where its first character stands.
        end: the place behind its last one.
        first: where what goes with it begins.
        last: the place behind that.
    """

    text: str
    start: int
    end: int
    first: int
    last: int


def blocks(source: str) -> list[Block]:
    """Return the blocks of a page, in order; what goes with one does not overlap what goes with another.

    Time and memory: in proportion to the source; of memory, some three hundred bytes for each character at the worst.
    """
    import turbohtml  # an extra

    if _LOST.search(source):
        return []
    # One character for one: a carriage return in front of a line feed would not be counted, and a mark be text.
    plain = source.replace("\r\n", " \n").replace("\r", "\n")
    if plain.startswith("\ufeff"):
        plain = " " + plain[1:]
    document = turbohtml.parse(plain, source_locations=True)
    return _Walk(plain).blocks(document)


class _Walk:
    """One way through a tree, with a stack of its own."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tags = Tags(source)
        self._found: list[Level] = []
        self._latest = -1  # where the last start tag begins that has been seen

    def blocks(self, document: Node) -> list[Block]:
        """Return the blocks of a document."""
        from turbohtml import Element

        html = next((one for one in document if isinstance(one, Element)), None)
        body = next((one for one in html or () if isinstance(one, Element) and one.tag == "body"), None)
        if html is None or body is None:
            return []
        end = next((found.start() for found in _ENDS.finditer(self._source) if found[2]), len(self._source))
        self._is_ended = _AT_LAST.fullmatch(self._source, end) is not None
        self._through(body)
        out: list[Block] = []
        for level in sorted(self._found, key=lambda one: one.start):
            before = out[-1].last if out else 0
            if before <= level.first and level.last <= end:
                first = self._before(level.first, before) if level.spaced else level.first
                out.append(Block(level.text, *self._trimmed(level.start, level.end), first, level.last))
        return out

    def _before(self, at: int, least: int) -> int:
        """Return where the white space begins that ends at a place."""
        while at > least and self._source[at - 1] in _SPACE:
            at -= 1
        return at

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        """Return where text begins and ends, without the white space around it."""
        inner = self._source[start:end]
        return end - len(inner.lstrip()), start + len(inner.rstrip())

    def _through(self, body: Element) -> None:
        from turbohtml import Element, Text

        stack: list[tuple[Frame, Iterator[Node]]] = [(Frame.of(body, None, self._source, self._tags), iter(body))]
        while stack:
            frame, rest = stack[-1]
            for node in rest:
                if isinstance(node, Element):
                    inner = self._entered(Frame.of(node, frame, self._source, self._tags))
                    if inner.name == SKIPPED or inner.is_void:
                        frame.add(inner)
                    elif len(stack) >= _DEEPEST:
                        inner.is_sound = False
                        frame.add(inner)
                    else:
                        stack.append((inner, iter(node)))
                        break
                elif isinstance(node, Text):
                    frame.block.pieces.append(node.data)
                else:
                    frame.add(Frame(COMMENT, frame))
            else:
                stack.pop()
                self._leave(frame)

    def _entered(self, frame: Frame) -> Frame:
        """Return a frame; what is no element of its own tags, but made of formatting that goes on, is marked as such.

        As is what does not stand where it is written.
        """
        start, parent = frame.where.start, frame.parent
        frame.is_made = parent is not None and (parent.is_made or (start <= self._latest and frame.name not in IMPLIED))
        self._latest = max(self._latest, start)
        return frame

    def _leave(self, frame: Frame) -> None:
        """Settle what can go of what an element holds, and whether it can go itself."""
        if frame.parent is None and frame.where.start < 0:
            self._keep_in_head(frame)
        elements = [one for one in frame.children if one.name != COMMENT]
        if frame.parent is None and not self._is_ended:
            frame.where = frame.where._replace(outside=-1)  # what stands behind it is put into what is open in it
        if elements:
            self._settle_open(frame, elements)
            frame.block.levels += self._sound(frame, elements)
        if frame.is_block:
            self._settle(frame, elements)
        if frame.parent is not None:
            frame.parent.add(frame)
        frame.children = []

    def _keep_in_head(self, body: Frame) -> None:
        """Keep what stands first in a body without a start tag, where something follows that would be read as the head.

        Or as the start tag of it.
        """
        run: list[Frame] = []
        for one in body.children:
            if one.name in _HEAD or (one.level is not None and _OUTER.search(self._source, one.level.first)):
                for each in [*run, one]:
                    self._keep(each)
            if one.level is None:
                return
            run.append(one)

    def _settle_open(self, frame: Frame, elements: list[Frame]) -> None:
        """Settle where elements end that have no end tag, and keep those of which that is not certain.

        It is where all up to the last one have none, and the same name: each is closed by the next one, or by the end
        of what they stand in, and is so whichever of them are gone. Any other one stays, as does what closes it.
        """
        first = last = len(elements)
        if _closes(frame, elements[-1].name):
            while first and elements[first - 1].name == elements[-1].name and elements[first - 1].is_written_open:
                first -= 1
        for number, one in enumerate(elements):
            if number < first and one.is_open:
                for each in elements[number : number + 2]:
                    self._keep(each)
            elif number >= first and one.level is not None:
                end = elements[number + 1].where.start if number + 1 < last else frame.where.outside
                one.level = replace(one.level, end=end, last=end, spaced=False)

    def _sound(self, frame: Frame, elements: list[Frame]) -> Iterator[Level]:
        """Yield what can go of the elements in another one: all tags between its ends are of elements in it."""
        least, most = frame.where.inside, frame.where.outside if frame.where.outside >= 0 else len(self._source)
        for number, one in enumerate(elements):
            level = one.level
            if level is None:
                least = max(least, one.where.inside, one.where.last)
                continue
            following = elements[number + 1].where.start if number + 1 < len(elements) else most
            is_alone = self._tags.between(level.first, level.last) == one.counted
            if is_alone and one.is_sound and least <= level.first and level.last <= min(following, most):
                yield level
            else:
                self._keep(one)
            least = max(least, level.last)

    def _keep(self, one: Frame) -> None:
        """Keep an element; what goes may be what is in it."""
        if one.level is not None and one.level.within is not None:
            self._found.append(one.level.within)
        one.level = None

    def _settle(self, frame: Frame, elements: list[Frame]) -> None:
        """Settle what can go of a block: parts of it, or all of it."""
        levels, frame.levels = frame.levels, []
        if not frame.holds_blocks:
            frame.level = _leaf(frame)
        elif frame.name == "tr":
            frame.level = self._row(frame, elements)
        elif frame.name == "tbody" and frame.parent is not None:
            frame.parent.levels += levels
        elif frame.is_mixed:
            self._found += [one.within for one in levels if one.within is not None]
        elif frame.name in WRAPPERS and len(frame.children) == len(levels) == 1 and elements[0].is_block:
            (only,) = levels
            frame.level = replace(only, first=frame.where.start, last=frame.where.last, spaced=True, within=only)
        elif frame.name != "table" or self._may_lose_rows(frame):
            self._found += [one for one in levels if one.is_row == (frame.name == "table")]

    def _may_lose_rows(self, table: Frame) -> bool:
        return table.where.last >= 0 and not self._tags.spans_rows(table.where.start, table.where.last)

    def _row(self, row: Frame, cells: list[Frame]) -> Level | None:
        """Return what goes where a row goes; None where it holds more than text, or headings only."""
        where, body = row.where, row.parent
        if (
            where.last < 0
            or row.is_made
            or body is None
            or body.name != "tbody"
            or all(cell.name == "th" for cell in cells)
        ):
            return None
        if any(cell.name not in _CELLS or cell.holds_blocks or cell.where.last < 0 for cell in cells):
            return None
        edges = [where.inside, *(edge for cell in cells for edge in (cell.where.start, cell.where.last)), where.outside]
        if any(self._source[one:other].strip() for one, other in zip(edges[::2], edges[1::2], strict=True)):
            return None  # text that stands before the table, wherever it is written
        texts = [_line("".join(cell.pieces)) for cell in cells]
        if not any(map(_shows, texts)):
            return None
        text = f"| {' | '.join(texts)} |"
        return Level(text, where.inside, where.outside, where.start, where.last, is_row=True)


def _closes(frame: Frame, name: str) -> bool:
    """Return True if the end tag of a block closes an element of this name that is open in it."""
    if name not in _CHAINED or not frame.is_block or frame.name in LEAVE_OPEN or frame.where.outside < 0:
        return False
    within = _CHAINED[name]
    return within is None or frame.name in within


def _leaf(frame: Frame) -> Level | None:
    """Return what goes with the text of a block that holds no others; None where it stays."""
    if frame.name not in LEAVES or frame.in_listing or frame.is_made or frame.where.start < 0:
        return None
    raw = "".join(frame.pieces)
    text = (frame.name == "pre" and _listing(raw)) or _line(raw)
    if not _shows(text):
        return None
    if frame.name in HEADINGS:
        text = f"{'#' * int(frame.name[1])} {text}"
    elif frame.name == "li":
        text = f"- {text}"
    elif text.startswith(_FENCES) and not _LINE_ENDS.search(text):
        return None  # it would be read as the first line of a listing
    where = frame.where
    return Level(text, where.inside, where.outside, where.start, where.last)


def _line(raw: str) -> str:
    """Return a text as one line."""
    return _SPACES.sub(lambda found: " " if _LINE_ENDS.search(found[0]) else found[0], raw).strip()


def _listing(raw: str) -> str:
    """Return lines between fences, which make one paragraph of them; none where they hold fences, or are one line."""
    inner = raw.strip("\n")
    lines = _LINE_ENDS.split(inner)
    if len(lines) == 1 or any(line.lstrip().startswith(_FENCES) for line in lines):
        return ""
    return f"```\n{inner}\n```"


def _shows(text: str) -> bool:
    """Return True if a text has something to be seen."""
    if any(map(str.isalnum, text)):
        return True
    from dedup.text.lines import lines  # its tables are not needed for most texts

    return bool(lines(text))
