"""From text to paragraphs: spans of it, lossless. Nothing here compares anything.

Three readings: ``line`` takes every line that is not blank as a paragraph; ``blank`` takes the lines between blank
lines together; ``auto`` decides per document. Most extractors write one paragraph a line, so that is what ``auto``
assumes, unless the document is hard-wrapped: its lines break where the next word would not have fitted. Then the lines
of a group that was wrapped are one paragraph. Under every reading a fenced code block and a table of several rows are
one paragraph each.

A line ends at LF, CRLF, CR, NEL, VT, FF, U+2028 or U+2029. A paragraph's span leaves its line end outside and its
indentation inside.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.characters import ALONE, BREAK, CLASS_MASK, IGNORE, SPACE, class_table, classes_of, code_points, fold_table
from dedup.structure import Kind, ends_sentence, kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.settings import Split

_WIDEST = 120
"""Characters above which nobody hard-wraps."""
_NARROWEST = 40
_NARROWEST_SPACELESS = 18
_FEWEST_JOINTS = 4
_FEWEST_SMALL = 2
_LONGEST_WORD = 40
_CR, _LF = ord("\r"), ord("\n")
_INDENT = 40
_SLACK = 0.85
_BAR, _SPACE, _TAB = ord("|"), ord(" "), ord("\t")
_FENCES = ord("`"), ord("~")
_BULLETS = np.array([ord(bullet) for bullet in "-*+•·"])
_FIRST_WORD = re.compile(r"\s*(\S{1,40})")
LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
LINE_END = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")


class Spans(NamedTuple):
    """The paragraphs of a batch of documents, in order.

    Attributes:
        starts: first character of each paragraph within the batch's text; int64.
        ends: first character after each paragraph; int64.
        documents: number of the document each paragraph stands in; int64, ascending.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    documents: NDArray[np.int64]


def split(text: str, how: Split = "auto") -> list[tuple[int, int]]:
    """Return the paragraphs of one document as (start, end) in characters."""
    codes = code_points(text)
    spans = split_batch(text, codes, classes_of(codes), np.array([0]), how)
    return list(zip(spans.starts.tolist(), spans.ends.tolist(), strict=True))


def split_batch(
    text: str, codes: NDArray[np.int64], classes: NDArray[np.uint8], begins: NDArray[np.int64], how: Split
) -> Spans:
    """Return the paragraphs of several documents that stand in one text, one after the other.

    Args:
        text: the documents, each ended by a line end that is not its own (the last one's may be missing).
        codes: the code points of the text.
        classes: their classes with flags.
        begins: first character of each document, ascending; int64, shape (documents,).
        how: the reading.
    """
    starts, ends = _full_lines(classes)
    documents = np.searchsorted(begins, starts, side="right") - 1
    if how == "line" or not len(starts):
        grouped = np.unique(_marked(codes, Spans(starts, ends, documents)))
    elif how == "blank":
        grouped = np.unique(documents)
    else:
        grouped = _perhaps_grouped(codes, classes, Spans(starts, ends, documents))
    if not len(grouped):
        return Spans(starts, ends, documents)
    return _regroup(text, Spans(starts, ends, documents), grouped.tolist(), how)


def _full_lines(classes: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the spans of all lines that hold something to read."""
    plain = classes & CLASS_MASK
    # The classes that show nothing are the highest ones.
    visible = np.zeros(len(classes) + 1, np.int32)
    np.cumsum(plain < min(BREAK, SPACE, IGNORE), out=visible[1:])
    breaks = np.flatnonzero(plain == BREAK)
    starts, ends = np.concatenate(([0], breaks + 1)), np.append(breaks, len(classes))
    full = visible[ends] > visible[starts]
    return starts[full], ends[full]


def _marked(codes: NDArray[np.int64], spans: Spans) -> NDArray[np.int64]:
    """Return the documents with a line that may be a row of a table or open a code fence."""
    first = _edges(codes, spans.starts, spans.ends - 1, 1)
    last = _edges(codes, spans.ends - 1, spans.starts, -1)
    row, fence = (first == _BAR) & (last == _BAR), (first == _FENCES[0]) | (first == _FENCES[1])
    documents: NDArray[np.int64] = spans.documents[row | fence]
    return documents


def _edges(
    codes: NDArray[np.int64], places: NDArray[np.int64], limits: NDArray[np.int64], step: int
) -> NDArray[np.int64]:
    """Return the character at each place, or the next one in a direction that is no space or tab, up to a limit."""
    places = places.copy()
    for _ in range(_INDENT):
        blank = np.flatnonzero(((codes[places] == _SPACE) | (codes[places] == _TAB)) & (places != limits))
        if not len(blank):
            break
        places[blank] += step
    return codes[places]


def _perhaps_grouped(codes: NDArray[np.int64], classes: NDArray[np.uint8], spans: Spans) -> NDArray[np.int64]:
    """Return the documents in which some lines may belong together; all others have one paragraph a line.

    A quick look that errs on the side of looking again: what `_wrapped` asks of a joint between two lines is asked of
    their lengths and the next line's first word and first letter alone.
    """
    starts, ends, documents = spans
    marked = _marked(codes, spans)
    lengths = ends - starts
    joint = (
        (documents[1:] == documents[:-1])
        & _touching(codes, starts[1:], ends[:-1])
        & (lengths[:-1] >= _NARROWEST_SPACELESS)
        & (lengths[:-1] <= _WIDEST + _INDENT)
        & (lengths[:-1] + 1 + _LONGEST_WORD > lengths[1:])
        & ~_bulleted(codes, starts[1:], ends[1:])
    )
    places = np.flatnonzero(joint)
    if len(places) < _FEWEST_JOINTS:
        return np.unique(marked)
    joint[places] = lengths[places] + 1 + _first_word(classes, starts[places + 1]) > lengths[places + 1]
    # A group that is wrapped for sure has two joints or more.
    beside = np.zeros(len(joint) + 2, bool)
    beside[1:-1] = joint
    joint &= beside[:-2] | beside[2:]
    following = codes[starts[1:]]
    capital = fold_table()[following] != following
    number = len(np.bincount(documents))
    joints = np.bincount(documents[1:][joint], minlength=number)
    small = np.bincount(documents[1:][joint & ~capital], minlength=number)
    return np.union1d(np.flatnonzero((joints >= _FEWEST_JOINTS) & (small >= _FEWEST_SMALL)), marked)


def _first_word(classes: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the length of the word that begins at each place, or of the longest there is; int64."""
    window = starts[:, None] + np.arange(_LONGEST_WORD + 1)
    blank = (classes[np.minimum(window, len(classes) - 1)] & CLASS_MASK) >= IGNORE
    blank |= window >= len(classes)
    word = np.where(blank.any(axis=1), blank.argmax(axis=1), _LONGEST_WORD)
    # An indented line's first word is not looked for.
    return np.where(word == 0, _LONGEST_WORD, word)


def _bulleted(codes: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which lines are certainly items of a list: they begin with a bullet and a space."""
    after = np.minimum(starts + 1, ends - 1)
    bulleted: NDArray[np.bool_] = np.isin(codes[starts], _BULLETS) & (codes[after] == _SPACE)
    return bulleted


def _touching(codes: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell where a single line end, and no blank line, stands between the end of one line and the start of the next."""
    apart = starts - ends
    touching: NDArray[np.bool_] = (apart == 1) | ((apart == 2) & (codes[ends] == _CR) & (codes[starts - 1] == _LF))  # noqa: PLR2004 - CRLF
    return touching


def _regroup(text: str, spans: Spans, grouped: list[int], how: Split) -> Spans:
    """Join the lines of the documents named."""
    edges = np.searchsorted(spans.documents, [[d, d + 1] for d in grouped])
    pieces: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    at = 0
    for low, high in edges.tolist():
        pieces.append((spans.starts[at:low], spans.ends[at:low]))
        lines = list(zip(spans.starts[low:high].tolist(), spans.ends[low:high].tolist(), strict=True))
        joined = np.array(_join_lines(text, lines, how), np.int64).reshape(-1, 2)
        pieces.append((joined[:, 0], joined[:, 1]))
        at = high
    pieces.append((spans.starts[at:], spans.ends[at:]))
    starts = np.concatenate([p[0] for p in pieces])
    documents = spans.documents[np.searchsorted(spans.starts, starts)]
    return Spans(starts, np.concatenate([p[1] for p in pieces]), documents)


class _Line:
    """A line that is not blank."""

    __slots__ = ("_kind", "end", "start", "text", "touching")

    def __init__(self, start: int, end: int, text: str, *, touching: bool) -> None:
        self.start = start
        self.end = end
        self.text = text
        self.touching = touching
        """No blank line stands between this line and the one before it."""
        self._kind: Kind | None = None

    @property
    def kind(self) -> Kind:
        """Its outer form; looked at only where lines touch, and where there are fences."""
        if self._kind is None:
            self._kind = kind(self.text)
        return self._kind


def _join_lines(text: str, spans: list[tuple[int, int]], how: Split) -> list[tuple[int, int]]:
    """Return the paragraphs of one document from its lines that are not blank."""
    lines: list[_Line] = []
    last = -1
    for start, end in spans:
        touching = start == last + 1 or (start == last + 2 and text.startswith("\r\n", last))
        lines.append(_Line(start, end, text[start:end], touching=touching and last >= 0))
        last = end
    wrapped = _wrapped(lines) if how == "auto" else set()
    out: list[tuple[int, int]] = []
    fenced = any(text.find(fence, spans[0][0], last) >= 0 for fence in ("```", "~~~"))
    fences = _fences(lines) if fenced else {}
    index = 0
    while index < len(lines):
        stop = fences.get(index, index)
        while (
            stop + 1 < len(lines)
            and lines[stop + 1].touching
            and stop not in fences
            and (stop in wrapped or _joined(lines[stop], lines[stop + 1], how))
        ):
            stop += 1
        out.append((lines[index].start, lines[stop].end))
        index = stop + 1
    return out


def _fences(lines: list[_Line]) -> dict[int, int]:
    """Return, for the first and the last line of each closed code fence, its last line."""
    out: dict[int, int] = {}
    opened = -1
    for index, line in enumerate(lines):
        if line.kind is Kind.FENCE:
            if opened >= 0:
                out[opened] = out[index] = index
                opened = -1
            else:
                opened = index
    return out


def _joined(line: _Line, following: _Line, how: Split) -> bool:
    """Tell whether a line belongs to the same paragraph as the next one, whatever their widths."""
    if not following.touching or following.kind is Kind.FENCE:
        return False
    if line.kind is Kind.TABLE or following.kind is Kind.TABLE:
        return line.kind is following.kind
    return how == "blank"


def _wrapped(lines: list[_Line]) -> set[int]:
    """Return the lines that a hard wrap broke off from the next one.

    A group of touching lines is hard-wrapped when every line of it but the last is full: the next line's first word
    would have made it the longest. Groups may be wrapped at different columns. A document is taken for hard-wrapped
    when it has several such groups or a long one, few of their full lines end a sentence, and few are followed by a
    capital: a wrap breaks where it happens to.
    """
    sure: list[int] = []
    loose: list[int] = []
    for first, last in _groups(lines):
        width = max(len(line.text.rstrip()) for line in lines[first : last + 1])
        narrowest = _NARROWEST_SPACELESS if _spaceless(lines[first].text) else _NARROWEST
        # A wrap does not break a text into the same line twice; whoever repeats one means a line.
        repeated = len({line.text.strip() for line in lines[first : last + 1]}) <= last - first
        if repeated or not narrowest <= width <= _WIDEST:
            continue
        joints = range(first, last)
        if len(joints) > 1 and all(_full(lines[i].text, lines[i + 1].text, width) for i in joints):
            sure += joints
        elif all(_full(lines[i].text, lines[i + 1].text, int(width * _SLACK)) for i in joints):
            loose += joints
    if len(sure) < _FEWEST_JOINTS:
        return set()
    ended = sum(ends_sentence(lines[i].text.rstrip()) for i in sure)
    firsts = [lines[i + 1].text.strip()[0] for i in sure]
    raised = sum(first.isupper() or first.istitle() for first in firsts)
    lowered = sum(first.islower() for first in firsts)
    # Entries of a list begin with a capital; words that a wrap happened to put first seldom do.
    if ended > len(sure) * 0.4 or raised > lowered + len(sure) * 0.2:
        return set()
    typical = sorted(len(lines[i].text.rstrip()) for i in sure)[len(sure) // 2]
    # Two lines alone prove nothing, nor do lines of which some are a little short; where others are wrapped, they do.
    sure += [i for i in loose if len(lines[i].text) >= typical * 0.7 and not ends_sentence(lines[i].text.rstrip())]
    return set(sure)


def _groups(lines: list[_Line]) -> list[tuple[int, int]]:
    """Return the first and last line of each group of plain lines that touch; an item of a list begins a group."""
    out: list[tuple[int, int]] = []
    first = 0
    for index in range(1, len(lines) + 1):
        if index < len(lines) and lines[index].touching and _plain(lines[index - 1], lines[index]):
            continue
        if index - first > 1:
            out.append((first, index - 1))
        first = index
    return out


def _plain(line: _Line, following: _Line) -> bool:
    return line.kind in (Kind.TEXT, Kind.ITEM) and following.kind is Kind.TEXT


def _spaceless(text: str) -> bool:
    return bool(class_table()[ord(text.strip()[0])] & CLASS_MASK == ALONE)


def _full(line: str, following: str, width: int) -> bool:
    """Tell whether the next line's first word would not have fitted on this line."""
    first = _FIRST_WORD.match(following)
    if first is None:
        return False
    return len(line.rstrip()) + (1 if _spaceless(following) else 1 + len(first.group(1))) > width


def cuts(text: str, spans: list[tuple[int, int]], gone: set[int]) -> dict[int, tuple[int, int]]:
    """Return what leaves the text with each paragraph that goes: itself, and one of the separators beside it.

    Of the separators between the two paragraphs that stay on either side one remains, the one with the most line ends;
    so no blank lines pile up and none is lost. Where nothing follows, the text ends as it ended before. Cuts touch,
    but do not overlap.
    """
    out: dict[int, tuple[int, int]] = {}
    for first in sorted(gone):
        if first in out:
            continue
        stop = first
        while stop in gone:
            stop += 1
        turn = _remaining_separator(text, spans, first, stop)
        for place in range(first, stop):
            if place - first < turn:
                out[place] = (spans[place - 1][1], spans[place][1])
            else:
                out[place] = (spans[place][0], spans[place + 1][0] if place + 1 < len(spans) else len(text))
    return out


def _remaining_separator(text: str, spans: list[tuple[int, int]], first: int, stop: int) -> int:
    """Return how many of the paragraphs ``first:stop`` take the separator before them along, not the one after."""
    if first == 0:
        return 0
    if stop == len(spans):
        return stop - first
    ends = [len(LINE_END.findall(text, spans[i - 1][1], spans[i][0])) for i in range(first, stop + 1)]
    return ends.index(max(ends))
