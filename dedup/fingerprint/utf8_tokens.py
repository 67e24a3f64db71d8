"""The tokens of many texts at once, from their UTF-8.

Bytes are an eighth of what code points take, and most of them are ASCII, which needs no table. The few texts whose
characters combine, expand, are ignored or fold to something longer or shorter are left to `dedup.shingling.tokenise`,
which knows everything; both find the same tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.shingling import Tokens, token_bounds, tokenise, with_digits
from dedup.text.characters import (
    ALONE,
    CLASS_MASK,
    DIGIT,
    IGNORE,
    LETTER,
    MARK,
    MINUS,
    MINUSES,
    NORMALISE,
    OTHER,
    SPACES,
    class_table,
    classes_of,
    code_points,
    fold_table,
    folding,
    is_normal,
    normalise,
    readable,
    with_minuses,
)
from dedup.text.hashing import token_hashes
from dedup.text.signs import sign_table, written_as
from dedup.text.utf8 import TWO, codes_at, decoded, encode, said, size_at, sizes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.text.arrays import Bytes, Hashes, Ints


_CASE = np.uint8(32)
_IN_WORDS = np.isin(np.arange(CLASS_MASK + 1), (LETTER, DIGIT, MARK, ALONE))
"""Of each class: is it a part of a token?"""
_DASHES = [ord(sign) for sign in MINUSES[1:]]
_AFTER_MINUS = np.isin(np.arange(256), [*b"0123456789$", 0xC2, 0xE2]) | (np.arange(256) >= 0x80)  # noqa: PLR2004
_BEFORE_MINUS = np.isin(np.arange(256), [*b" \t\v\f\x1c\x1d\x1e\x1f("]) | (np.arange(256) >= 0x80)  # noqa: PLR2004
"""Bytes that may stand behind and before a minus; those that are not ASCII are undecided."""
_MINUS_BEHIND = 4 * (SPACES + 1)
"""Bytes before a sign in which all stands that may tell whether it is a minus."""
_CLASS, _SIGN, _CHANGES, _RESIZES, _IGNORED = 7, 8, 32, 64, 128
"""What an entry of `_kinds` says beside `NORMALISE`: the class; a sign that may be a token, a minus among them; part of
a token that folds to another character of as many bytes; of more or fewer; a character to ignore."""


@cache
def _kinds() -> Bytes:
    """Return in one table all that is asked of every character that is not ASCII: uint8, shape (0x110000,)."""
    kinds = class_table().copy()
    codes, folds = folding()
    inside = _IN_WORDS[kinds[codes] & CLASS_MASK]
    codes, folds = codes[inside], folds[inside]
    same = sizes_of(codes) == sizes_of(folds)
    kinds[(kinds & np.uint8(CLASS_MASK)) == IGNORE] |= _IGNORED
    kinds[codes] |= np.where(same, _CHANGES, _RESIZES).astype(np.uint8)
    kinds[(sign_table() > 0) & (class_table() == OTHER)] |= _SIGN
    return kinds


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
    found, odd = _quickly(texts, placed=placed)
    if placed:
        places = odd.all(strict=True)
        if len(places) > len(texts) // 2:
            return _tokenised(texts, range(len(texts)), placed=True)
        return _replaced(found, places, _tokenised(texts, places, placed=True)) if places else found
    places, clear = _cleared(texts, odd)
    if not places:
        return found
    # Where places are not requested, the text may be another one, as long as it has the same tokens.
    others, still = _quickly(clear, placed=False, clear=True)
    if resized := still.resized:
        others = _replaced(others, resized, _tokenised(texts, [places[i] for i in resized], placed=False))
    return _replaced(found, places, others)


def _cleared(texts: Sequence[bytes], odd: _Odd) -> tuple[list[int], list[bytes]]:
    """Return the texts, by their number, that are to be read in another form, and this form."""
    mixed = set(odd.flagged)
    normal = {i: texts[i].decode("utf-8", "surrogatepass") for i in {*odd.flagged, *odd.rows}}
    # Most marks in a row stand in the order in which they would be put.
    mixed |= {i for i in normal if i not in mixed and not is_normal(normal[i])}
    places = sorted({*mixed, *odd.ignored, *odd.resized})
    plain = [normal[i] if i in normal else texts[i].decode("utf-8", "surrogatepass") for i in places]
    clear = readable(plain, [i in mixed for i in places])
    return places, [text.encode("utf-8", "surrogatepass") for text in clear]


def _quickly(texts: Sequence[bytes], *, placed: bool, clear: bool = False) -> tuple[_Collected, _Odd]:
    """Read some texts; also tell of which ones the tokens are others.

    Args:
        texts: likewise.
        placed: where the tokens stand is asked for.
        clear: the texts are `readable`.
    """
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(lengths + 1) - 1
    # A line end is no part of a word; some of the texts may hold one themselves.
    data = np.frombuffer(b"\n".join(texts), np.uint8)
    starts = ends - lengths
    folded, classes, rest, odd = _read(data, starts, clear=clear)
    first, last = token_bounds(classes, rest)
    offsets = np.append(np.searchsorted(first, starts), len(first))
    hashes, numeric = token_hashes(folded, first, last), with_digits(classes, first, last)
    if not placed:
        return _Collected(hashes, numeric, offsets, _NO_SPANS, _NO_SPANS, {}), odd
    both = np.stack((first, last), axis=1)
    spans = edges = _within(both, starts, offsets)
    if rest is not None:  # else every character is a byte
        before = np.concatenate(([0], np.cumsum(~rest)))
        spans = _within(before[both], before[starts], offsets)
    return _Collected(hashes, numeric, offsets, spans, edges, {}), odd


def _within(places: Ints, starts: Ints, offsets: Ints) -> Ints:
    """Return the places of tokens counted from the beginnings of their texts."""
    within: Ints = places - np.repeat(starts, np.diff(offsets))[:, None]
    return within


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
    both = np.stack((first, last + 1), axis=1)
    before = np.concatenate(([0], np.cumsum(sizes_of(code_points(text).astype(np.int64)))))
    edges = _within(before[both], before[starts], words.offsets)
    spans = _within(both, starts, words.offsets)
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


class _Odd(NamedTuple):
    """Texts, by their number, that are not what their bytes are read as; each list ascending.

    Attributes:
        flagged: with a character that is to be normalised.
        rows: with marks in a row, which may stand in another order elsewhere.
        ignored: with a character that is not there for the reader.
        resized: with a character that folds to one of more or fewer bytes.
    """

    flagged: list[int]
    rows: list[int]
    ignored: list[int]
    resized: list[int]

    def all(self, *, strict: bool) -> list[int]:
        """Return all of them; `strict`: those with marks in a row, too."""
        return sorted({*self.flagged, *self.ignored, *self.resized, *(self.rows if strict else ())})


def _read(data: Bytes, starts: Ints, *, clear: bool) -> tuple[Bytes, Bytes, NDArray[np.bool_] | None, _Odd]:
    """Read a text.

    Args:
        data: its bytes.
        starts: where the texts begin that it is made of.
        clear: they are `readable`: characters that are flagged have nothing to compose with.

    Returns:
        What its bytes fold to; the class of each byte's character; which bytes go on a character, or None where none
        do; and the texts that are to be read otherwise.
    """
    folded, classes = _ascii(data)
    hyphens = np.flatnonzero(data == ord("-"))
    signs = _ascii_signs(data, hyphens)
    hyphens = hyphens[_perhaps_minus(data, hyphens, 1)]
    places = np.flatnonzero(data >= TWO)
    if not len(places):
        _set_alone(folded, classes, *said(data, classes, signs))
        classes[_minuses(data, hyphens, starts)] = ALONE
        return folded, classes, None, _Odd([], [], [], [])
    codes = decoded(data, places)
    kinds = _kinds().take(codes)
    found = kinds & np.uint8(_CLASS)
    rest = data.view(np.int8) < TWO - 256  # what every byte but a character's first begins with
    classes[places] = found
    # The class of a character's first byte is carried on to the others, one byte at a time.
    for _ in range(size_at(data, int(places[codes.argmax()])) - 1):
        classes[1:] |= classes[:-1] * rest[1:]
    special = np.flatnonzero(kinds >= _SIGN)
    kinds = kinds[special]
    changed = special[kinds & _CHANGES > 0]
    encode(folded, places[changed], fold_table().take(codes[changed]).astype(np.int64), sizes_of(codes[changed]))
    dashes = special[kinds & _SIGN > 0]
    telling = said(data, classes, np.concatenate((signs, places[dashes])))
    dashes = dashes[np.isin(codes[dashes], _DASHES)]
    dashes = places[dashes[_perhaps_minus(data, places[dashes], sizes_of(codes[dashes]))]]
    minuses = _minuses(data, np.concatenate((hyphens, dashes)), starts)
    _set_alone(folded, classes, *telling)
    # However many bytes it takes: a token of one byte, as a hyphen is.
    folded[minuses], classes[minuses] = ord(MINUS), ALONE
    flags = (NORMALISE, _IGNORED, _RESIZES)
    flagged, ignored, resized = (_owners(starts, places[special[kinds & flag > 0]]) for flag in flags)
    if clear:
        return folded, classes, rest, _Odd([], [], [], resized)
    rows = _owners(starts, _rows(places, codes, found == MARK))
    return folded, classes, rest, _Odd(flagged, rows, ignored, resized)


def _ascii(data: Bytes) -> tuple[Bytes, Bytes]:
    """Return what bytes fold to, and their classes, as far as they are ASCII; others stay, and have no class."""
    folded = data | _CASE
    letters = (folded - np.uint8(ord("a"))) < 26  # noqa: PLR2004 - letters of the alphabet
    classes = letters.view(np.uint8)  # which says 1 where it is one
    np.multiply(classes, _CASE, out=folded)
    folded |= data
    for kind, low, number in ((DIGIT, b"0", 10), (ALONE, b"$", 2)):
        there = ((data - np.uint8(ord(low))) < number).view(np.uint8)
        there *= np.uint8(kind)
        classes |= there
    return folded, classes


def _ascii_signs(data: Bytes, hyphens: Ints) -> Ints:
    """Return the places of signs in ASCII that may say something; see `dedup.text.signs`."""
    found = data == ord("+")
    for sign in b"#<>~":
        found |= data == sign
    # A hyphen does behind a word of a capital, or of one and another letter.
    before, second = ((data[np.maximum(hyphens - step, 0)] - np.uint8(ord("A"))) < 26 for step in (1, 2))  # noqa: PLR2004
    return np.concatenate((np.flatnonzero(found), hyphens[before | second]))


def _set_alone(folded: Bytes, classes: Bytes, places: Ints, kinds: Bytes) -> None:
    """Make tokens of some signs, which begin at some places: of one byte where there is one form of them."""
    same = written_as().take(kinds)
    sizes = np.where(same > 0, 1, sizes_of(codes_at(folded, places)))
    for step in range(int(sizes.max(initial=0))):
        classes[places[sizes > step] + step] = ALONE
    folded[places[same > 0]] = same[same > 0]


def _rows(places: Ints, codes: NDArray[np.uint32], marks: NDArray[np.bool_]) -> Ints:
    """Return the places of marks that follow on marks.

    Args:
        places: where characters begin.
        codes: their code points.
        marks: which of them are marks.
    """
    second = np.flatnonzero(marks[1:] & marks[:-1]) + 1
    beside = places[second - 1] + sizes_of(codes[second - 1]) == places[second]
    found: Ints = places[second[beside]]
    return found


def _owners(starts: Ints, places: Ints) -> list[int]:
    """Return the texts in which some places are; both ascending."""
    owners = np.searchsorted(starts, places, side="right") - 1
    owners = owners[np.diff(owners, prepend=-1) > 0]
    found: list[int] = owners.tolist()
    return found


def _perhaps_minus(data: Bytes, places: Ints, sizes: Any) -> NDArray[np.bool_]:
    """Return where a hyphen or a dash of so many bytes may be a minus; see `dedup.text.characters.with_minuses`."""
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
        while before and before[0] & TWO == 0x80:  # noqa: PLR2004 - the rest of a character
            before = before[1:]
        behind = place + size_at(data, place)
        after = data[place : behind + size_at(data, behind)].tobytes()
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
