"""The tokens of many texts at once, from their UTF-8.

Bytes are an eighth of what code points take, and most of them are ASCII, which needs no table. The few texts whose
characters combine, expand, are ignored or fold to something longer or shorter are left to `dedup.shingling.tokenise`,
which knows everything; both find the same tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.characters import (
    ALONE,
    CLASS_MASK,
    DIGIT,
    IGNORE,
    LETTER,
    MARK,
    MINUS,
    MINUSES,
    NORMALISE,
    SPACES,
    class_table,
    classes_of,
    code_points,
    fold_table,
    normalise,
    with_minuses,
)
from dedup.hashing import token_hashes
from dedup.shingling import Tokens, token_bounds, tokenise, with_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.hashing import Hashes, Ints

    Bytes = NDArray[np.uint8]

_CASE = np.uint8(32)
_IN_WORDS = np.isin(np.arange(CLASS_MASK + 1), (LETTER, DIGIT, MARK, ALONE))
"""Of each class: is it a part of a token?"""
_DASHES = [ord(sign) for sign in MINUSES[1:]]
_AFTER_MINUS = np.isin(np.arange(256), [*b"0123456789$", 0xC2, 0xE2]) | (np.arange(256) >= 0x80)  # noqa: PLR2004
_BEFORE_MINUS = np.isin(np.arange(256), [*b" \t\v\f\x1c\x1d\x1e\x1f("]) | (np.arange(256) >= 0x80)  # noqa: PLR2004
"""Bytes that may stand behind and before a minus; of those that are not ASCII nobody knows."""
_MINUS_BEHIND = 4 * (SPACES + 1)
"""Bytes before a sign in which all stands that may tell whether it is a minus."""
_TWO, _THREE, _FOUR = 0xC0, 0xE0, 0xF0
"""Least first bytes of a character of two, three and four bytes."""


@dataclass(frozen=True)
class Placed(Tokens):
    """The tokens of some texts, and where each stands.

    Attributes:
        spans: first character of each token in its text, and the first one after it; int64, shape (tokens, 2).
        edges: likewise its bytes.
        rewritten: texts that were normalised, by their number: the spans and edges are theirs.
    """

    spans: Ints
    edges: Ints
    rewritten: dict[int, str]


def tokens_of(texts: Sequence[bytes]) -> Tokens:
    """Return the tokens of some texts; each is a paragraph.

    Args:
        texts: UTF-8, lone surrogates encoded like any other code point.
    """
    hashes, numeric, offsets, *_ = _collected(texts, placed=False)
    return Tokens(hashes, numeric, offsets)


def placed_tokens(texts: Sequence[bytes]) -> Placed:
    """Return the tokens of some texts with their places; arguments as in `tokens_of`."""
    return Placed(*_collected(texts, placed=True))


class _Collected(NamedTuple):
    hashes: Hashes
    numeric: NDArray[np.bool_]
    offsets: Ints
    spans: Ints
    edges: Ints
    rewritten: dict[int, str]


_NO_SPANS = np.empty((0, 2), np.int64)


def _collected(texts: Sequence[bytes], *, placed: bool) -> _Collected:
    lengths = np.array([len(text) for text in texts], np.int64)
    ends = np.cumsum(lengths + 1) - 1
    # A line end is no part of a word; some of the texts may hold one themselves.
    data = np.frombuffer(b"\n".join(texts), np.uint8)
    starts = ends - lengths
    folded, classes, heads, odd = _read(data, starts)
    if len(odd) > len(texts) // 2:
        return _tokenised(texts, range(len(texts)), placed=placed)
    first, last = token_bounds(classes, heads)
    offsets = np.append(np.searchsorted(first, starts), len(first))
    spans = _spans(first, last, heads, starts, offsets) if placed else _NO_SPANS
    edges = np.stack((first, last), axis=1) - np.repeat(starts, np.diff(offsets))[:, None] if placed else _NO_SPANS
    found = _Collected(token_hashes(folded, first, last), with_digits(classes, first, last), offsets, spans, edges, {})
    places = odd.tolist()
    return _replaced(found, places, _tokenised(texts, places, placed=placed)) if places else found


def _spans(first: Ints, last: Ints, heads: NDArray[np.bool_] | None, starts: Ints, offsets: Ints) -> Ints:
    """Return the characters of each token within its text."""
    edges = np.stack((first, last), axis=1)
    if heads is not None:
        before = np.concatenate(([0], np.cumsum(heads)))
        edges, starts = before[edges], before[starts]
    spans: Ints = edges - np.repeat(starts, np.diff(offsets))[:, None]
    return spans


def _tokenised(texts: Sequence[bytes], chosen: Sequence[int], *, placed: bool) -> _Collected:
    """Read some of the texts the thorough way."""
    plain = [texts[i].decode("utf-8", "surrogatepass") for i in chosen]
    if placed:
        # Of a text that is normalised already every place is known.
        plain = [normalise(text) for text in plain]
    ends = np.cumsum([len(text) + 1 for text in plain]) - 1
    starts = ends - [len(text) for text in plain]
    text = "\n".join(plain)
    words = tokenise(text, starts, ends, placed=placed)
    if not placed:
        return _Collected(words.hashes, words.numeric, words.offsets, _NO_SPANS, _NO_SPANS, {})
    rewritten = dict(zip(chosen, plain, strict=True))
    first, last = words.starts, words.ends - 1
    if words.origin is not None:
        first, last = words.origin[first], words.origin[last]
    counts, spans = np.diff(words.offsets), np.stack((first, last + 1), axis=1)
    before = np.concatenate(([0], np.cumsum(_sizes(code_points(text).astype(np.int64)))))
    edges = before[spans] - np.repeat(before[starts], counts)[:, None]
    spans = spans - np.repeat(starts, counts)[:, None]
    return _Collected(words.hashes, words.numeric, words.offsets, spans, edges, rewritten)


def _replaced(tokens: _Collected, places: list[int], others: _Collected) -> _Collected:
    """Return the tokens with those of some paragraphs replaced by others."""
    pieces: list[tuple[_Collected, slice]] = []
    at = 0
    for place, begin, end in zip(places, others.offsets[:-1].tolist(), others.offsets[1:].tolist(), strict=True):
        pieces += [(tokens, slice(at, int(tokens.offsets[place]))), (others, slice(begin, end))]
        at = int(tokens.offsets[place + 1])
    pieces.append((tokens, slice(at, None)))
    sizes = np.diff(tokens.offsets)
    sizes[places] = np.diff(others.offsets)
    return _Collected(
        np.concatenate([of.hashes[some] for of, some in pieces]),
        np.concatenate([of.numeric[some] for of, some in pieces]),
        np.concatenate(([0], np.cumsum(sizes))),
        np.concatenate([of.spans[some] for of, some in pieces]),
        np.concatenate([of.edges[some] for of, some in pieces]),
        others.rewritten,
    )


def _read(data: Bytes, starts: Ints) -> tuple[Bytes, Bytes, NDArray[np.bool_] | None, Ints]:
    """Read a text.

    Returns:
        What its bytes fold to; the class of each byte's character; which bytes begin a character, or None where all
        do; and the texts (by their `starts`) that are to be read otherwise: int64, ascending.
    """
    upper = (data - np.uint8(ord("A"))) < 26  # noqa: PLR2004 - letters of the alphabet
    folded = data + upper * _CASE
    letters = (folded - np.uint8(ord("a"))) < 26  # noqa: PLR2004
    digits = (data - np.uint8(ord("0"))) < 10  # noqa: PLR2004
    signs = (data == ord("$")) | (data == ord("%"))
    classes = letters * np.uint8(LETTER) + digits * np.uint8(DIGIT) + signs * np.uint8(ALONE)
    high = data >= _TWO
    hyphens = np.flatnonzero(data == ord("-"))
    hyphens = hyphens[_perhaps_minus(data, hyphens, 1)]
    if not high.any():
        classes[_minuses(data, hyphens, starts)] = ALONE
        return folded, classes, None, np.empty(0, np.int64)
    heads = (data & np.uint8(_TWO)) != 0x80  # noqa: PLR2004 - what every following byte begins with
    places = np.flatnonzero(high)
    codes, sizes = _decoded(data, places)
    found = class_table()[codes]
    folds = fold_table()[codes].astype(np.int64)
    odd = (found >= NORMALISE) | (found & CLASS_MASK == IGNORE)
    # Marks in a row may stand in another order elsewhere.
    marks = found == MARK
    odd[1:] |= marks[1:] & marks[:-1] & (places[1:] == places[:-1] + sizes[:-1])
    # What stands between words may fold to what it likes.
    changed = np.flatnonzero((folds != codes) & _IN_WORDS[found & CLASS_MASK])
    odd[changed[_sizes(folds[changed]) != sizes[changed]]] = True
    changed = changed[~odd[changed]]
    _encode(folded, places[changed], folds[changed], sizes[changed])
    for step in range(int(sizes.max())):
        longer = sizes > step
        classes[places[longer] + step] = found[longer]
    dashes = np.flatnonzero(np.isin(codes, _DASHES))
    dashes = places[dashes[_perhaps_minus(data, places[dashes], sizes[dashes])]]
    minuses = _minuses(data, np.concatenate((hyphens, dashes)), starts)
    # However many bytes it takes: a token of one byte, as a hyphen is.
    folded[minuses], classes[minuses] = ord(MINUS), ALONE
    return folded, classes, heads, _owners(starts, places[odd])


def _owners(starts: Ints, places: Ints) -> Ints:
    """Return the texts in which some places are, ascending."""
    return np.unique(np.searchsorted(starts, places, side="right") - 1)


def _perhaps_minus(data: Bytes, places: Ints, sizes: Any) -> NDArray[np.bool_]:
    """Tell where a hyphen or a dash of so many bytes may be a number's minus; see `dedup.characters.with_minuses`."""
    behind, before = places + sizes, places - 1
    inside = (behind < len(data)) & (before >= 0)
    found: NDArray[np.bool_] = inside & _AFTER_MINUS[data[np.minimum(behind, len(data) - 1)]]
    found &= _BEFORE_MINUS[data[np.maximum(before, 0)]]
    return found


def _minuses(data: Bytes, places: Ints, starts: Ints) -> Ints:
    """Return those of some signs that are the minus of a number; what is looked at is what may matter, and no more."""
    pieces: list[str] = []
    at: list[int] = []
    first = starts[np.searchsorted(starts, places, side="right") - 1].tolist()
    for place, start in zip(places.tolist(), first, strict=True):
        before = data[max(start, place - _MINUS_BEHIND) : place].tobytes()
        while before and before[0] & _TWO == 0x80:  # noqa: PLR2004 - the rest of a character
            before = before[1:]
        behind = place + _size(data, place)
        after = data[place : behind + _size(data, behind)].tobytes()
        pieces.append(before.decode("utf-8", "surrogatepass"))
        at.append(len(pieces[-1]))
        pieces[-1] += after.decode("utf-8", "surrogatepass")
    if not pieces:
        return np.empty(0, np.int64)
    begins = np.concatenate(([0], np.cumsum([len(piece) + 1 for piece in pieces[:-1]]))).astype(np.int64)
    codes = code_points("\n".join(pieces))
    _, classes = with_minuses(codes, classes_of(codes) & np.uint8(CLASS_MASK), begins)
    found: Ints = places[classes[begins + at] == ALONE]
    return found


def _size(data: Bytes, place: int) -> int:
    """Return the bytes of the character that begins at a place."""
    lead = int(data[place])
    return 1 + (lead >= _TWO) + (lead >= _THREE) + (lead >= _FOUR)


def _decoded(data: Bytes, places: Ints) -> tuple[Ints, Ints]:
    """Return the code points of the characters of two bytes and more that begin at some places, and their bytes."""
    lead = data[places].astype(np.int64)
    sizes = 2 + (lead >= _THREE).astype(np.int64) + (lead >= _FOUR)
    codes = lead & (0xFF >> (sizes + 1))
    for step in range(1, int(sizes.max())):
        longer = slice(None) if step == 1 else np.flatnonzero(sizes > step)
        codes[longer] = (codes[longer] << 6) | (data[places[longer] + step] & np.uint8(0x3F))
    return codes, sizes


def _sizes(codes: Ints) -> Ints:
    """Return the bytes that each code point takes."""
    sizes: Ints = 1 + (codes >= 0x80).astype(np.int64) + (codes >= 0x800) + (codes >= 0x10000)  # noqa: PLR2004 - UTF-8
    return sizes


def _encode(data: Bytes, places: Ints, codes: Ints, sizes: Ints) -> None:
    """Write code points of two bytes and more over others of as many bytes."""
    for step in range(int(sizes.max(initial=1)) - 1, 0, -1):
        longer = np.flatnonzero(sizes > step)
        data[places[longer] + step] = 0x80 | (codes[longer] & 0x3F)
        codes = codes.copy()
        codes[longer] >>= 6
    data[places] = codes | (0xF00 >> sizes & 0xFF)
