"""Byte offsets of characters within a JSON string, without parsing the record."""

from __future__ import annotations

import json
from bisect import bisect_left
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

import numpy as np

from dedup.formats.jsonl_string import OPENING
from dedup.text.paragraphs import LINE_END

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.text.arrays import Ints

LARGEST = 1 << 22
"""Bytes of a part above which nothing is looked at together, for the memory's sake."""
_QUOTE, _BACKSLASH, _SLASH, _UNICODE, _FEED, _RETURN, _FORM = map(ord, '"\\/unrf')
_DECODER = json.JSONDecoder()


class Literals:
    """The literals of one field in a part of JSON lines.

    Args:
        data: records that were read before, in UTF-8 without anything that does not decode.
        field: the key under which each of them has its text, a string.
    """

    def __init__(self, data: bytes, field: str) -> None:
        self._data = data
        key = encode_basestring(field).encode("utf-8", "surrogatepass")
        self._width = len(key)
        raw = np.frombuffer(data, np.uint8)
        escaped = _escaped(raw)
        signs = raw[escaped]
        self._doubtful = escaped[(signs == _UNICODE) | (signs == _SLASH)]
        quotes = np.flatnonzero(raw == _QUOTE)
        self._quotes = quotes[np.append(escaped, -1)[np.searchsorted(escaped, quotes)] != quotes]
        # Two quotes as far apart as the key's own are seldom others than these.
        near = self._quotes[:-1][np.diff(self._quotes) == len(key) - 1]
        self._keys = [place for place in near.tolist() if data.startswith(key, place)]
        # Bytes that are no character's first one.
        self._inner = escaped
        self._feeds, others = escaped[signs == _FEED], [escaped[(signs == _RETURN) | (signs == _FORM)]]
        if not data.isascii():
            further = np.flatnonzero(raw & 0xC0 == 0x80)  # noqa: PLR2004 - UTF-8
            others.append(_rare(raw, further))
            self._inner = np.concatenate((escaped, further))
            self._inner.sort(kind="stable")
        self._others = np.sort(np.concatenate(others))

    def of(self, start: int, end: int) -> Literal | None:
        """Return the literal of the record that stands there, if its bytes leave no doubt; None if they may.

        They leave none where each character is written in one way only: a backslash and a letter for some, UTF-8 for
        all else. And where the key stands there once, as a key or as anything else.
        """
        place = bisect_left(self._keys, start)
        if bisect_left(self._keys, end) != place + 1 or _any(self._doubtful, start, end):
            return None
        opening = OPENING.match(self._data, self._keys[place] + self._width, end)
        if opening is None:
            return None
        begin = opening.end()
        stop = int(self._quotes[int(np.searchsorted(self._quotes, begin))])
        first, last = np.searchsorted(self._inner, (begin, stop)).tolist()
        feeds = None
        if not _any(self._others, begin, stop):
            low, high = np.searchsorted(self._feeds, (begin, stop)).tolist()
            feeds = self._feeds[low:high]
        return Literal(self._data, begin, stop, self._inner[first:last], feeds)


class Literal:
    """What stands between the quotes of one string.

    Args:
        data: the part that it is in.
        begin: its first byte in there.
        end: the first byte after it, which is its closing quote.
        inner: its bytes that are no character's first one; int64, ascending.
        feeds: those of them that stand for a line end each, if all line ends in it are LF; else None.

    Attributes:
        length: characters that it stands for.
    """

    def __init__(self, data: bytes, begin: int, end: int, inner: Ints, feeds: Ints | None) -> None:
        self._data = data
        self._begin, self._end = begin, end
        # The character that stands behind each of these bytes.
        self._behind = inner - np.arange(begin, begin + len(inner))
        self._feeds = None if feeds is None else self._behind[np.searchsorted(inner, feeds)] - 1
        self.length = end - begin - len(inner)

    def offsets(self, positions: Ints) -> Ints:
        """Return where characters of the text begin in the part's bytes; its length stands for its end. int64."""
        places: Ints = self._begin + positions + np.searchsorted(self._behind, positions, side="right")
        return places

    def line_ends(self, starts: Ints, ends: Ints) -> Ints:
        """Return how many line ends there are in some pieces of the text; int64."""
        if self._feeds is not None:
            return np.searchsorted(self._feeds, ends) - np.searchsorted(self._feeds, starts)
        pieces = zip(self.offsets(starts).tolist(), self.offsets(ends).tolist(), strict=True)
        return np.array([len(LINE_END.findall(self._read([piece]))) for piece in pieces], np.int64)

    def without(self, cuts: Sequence[tuple[int, int]]) -> str:
        """Return the text without some pieces of the part's bytes, given in order."""
        edges = [self._begin, *(edge for cut in cuts for edge in cut), self._end]
        return self._read(list(zip(edges[::2], edges[1::2], strict=True)))

    def _read(self, pieces: Sequence[tuple[int, int]]) -> str:
        raw = b"".join([b'"', *(self._data[start:end] for start, end in pieces), b'"'])
        text: str = _DECODER.decode(raw.decode())
        return text


def _any(places: Ints, start: int, end: int) -> bool:
    """Return True if one of some places, ascending, is within a stretch."""
    low, high = np.searchsorted(places, (start, end)).tolist()
    return bool(low < high)


def _rare(raw: NDArray[np.uint8], further: Ints) -> Ints:
    """Return the last byte of each line end beyond ASCII, given all bytes that go on with a character.

    VT, the only one that is left, is written by its number in JSON.
    """
    last = raw[further]
    nel = further[last == 0x85]  # noqa: PLR2004 - C2 85
    nel = nel[raw[nel - 1] == 0xC2]  # noqa: PLR2004
    other = further[last & 0xFE == 0xA8]  # noqa: PLR2004 - E2 80 A8 and E2 80 A9
    other = other[(raw[other - 1] == 0x80) & (raw[other - 2] == 0xE2)]  # noqa: PLR2004
    return np.concatenate((nel, other))


def _escaped(raw: NDArray[np.uint8]) -> Ints:
    """Return the places of all bytes that a backslash escapes; in a run of backslashes, every second one does."""
    slashes = np.flatnonzero(raw == _BACKSLASH)
    heads = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
    run = np.arange(len(slashes)) - np.repeat(heads, np.diff(heads, append=len(slashes)))
    escaped: Ints = slashes[run % 2 == 0] + 1
    return escaped[escaped < len(raw)]
