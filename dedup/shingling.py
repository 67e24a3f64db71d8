"""Words, keys and shingles of a whole batch of paragraphs at once, in numpy.

Everything here is a pure function over flat arrays: a batch is one text and the spans of its paragraphs; tokens of all
paragraphs lie in one array, with offsets that say where each paragraph's tokens begin. Nothing knows what a document
is.

A token is a run of letters, digits and combining marks; in scripts written without spaces every character (with its
marks) is a token of its own. Tokens are compared by 64-bit hashes of what they fold to; whoever removes text on such a
comparison confirms it on the tokens themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dedup.text.arrays import distinct, ranges
from dedup.text.characters import (
    ALONE,
    CLASS_MASK,
    DIGIT,
    IGNORE,
    LETTER,
    MARK,
    NORMALISE,
    classes_of,
    code_points,
    fold_table,
    normalise,
    text_of,
)
from dedup.text.hashing import FACTOR, span_hashes, token_hashes
from dedup.text.signs import with_signs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.text.arrays import Codes, Flags, Hashes, Ints


@dataclass(frozen=True)
class Tokens:
    """The tokens of a batch of paragraphs, as far as they are compared.

    Attributes:
        hashes: 64-bit hash of each folded token; uint64, shape (tokens,).
        numeric: whether the token holds a digit; bool, shape (tokens,).
        offsets: first token of each paragraph, and the number of tokens at the end; int64, shape (paragraphs + 1,).
    """

    hashes: Hashes
    numeric: NDArray[np.bool_]
    offsets: Ints


@dataclass(frozen=True)
class Words(Tokens):
    """The tokens of a batch of paragraphs, and where they stand.

    Attributes:
        codes: code points of the text, normalised where necessary, without characters to ignore.
        starts: first code point of each token, as an index into `codes`; int64, shape (tokens,).
        ends: first code point after each token; int64, shape (tokens,).
        origin: character of the original text that each entry of `codes` came from; int64, or None where it is the
        same.
        text: the original text.
    """

    codes: Codes
    starts: Ints
    ends: Ints
    origin: Ints | None
    text: str

    def token(self, index: int) -> str:
        """Return one folded token."""
        start, end = int(self.starts[index]), int(self.ends[index])
        if self.origin is None:
            plain = self.text[start:end]
            if plain.isascii():
                return plain.lower()
        return text_of(self.codes[start:end])

    def span(self, index: int) -> tuple[int, int]:
        """Return the characters of the original text that one token stands in."""
        start, last = int(self.starts[index]), int(self.ends[index]) - 1
        if self.origin is None:
            return start, last + 1
        return int(self.origin[start]), int(self.origin[last]) + 1

    def spans(self) -> Ints:
        """Return the characters of the original text that each token stands in; int64, shape (tokens, 2)."""
        first, last = self.starts, self.ends - 1
        if self.origin is not None:
            first, last = self.origin[first], self.origin[last]
        return np.stack((first, last + 1), axis=1)


def tokenise(text: str, starts: Ints, ends: Ints, *, placed: bool = True) -> Words:
    """Find the tokens of every paragraph.

    Args:
        text: the text of the whole batch.
        starts: first character of each paragraph, ascending; int64, shape (paragraphs,).
        ends: first character after each paragraph; int64, shape (paragraphs,). Between paragraphs there must be a
            character that is no part of a word, such as a line end. Tokens outside of all paragraphs are left out.
        placed: somebody will ask where a token stands in the text; else `Words.span` and `Words.origin` are not to be
            used.
    """
    codes = code_points(text)
    classes = classes_of(codes)
    origin: Ints | None = None
    flagged = classes >= NORMALISE
    # Marks in a row may stand in another order elsewhere.
    marks = classes & CLASS_MASK == MARK
    flagged[1:] |= marks[1:] & marks[:-1]
    if flagged.any():
        codes, starts, ends, origin = _normalised(text, codes, flagged, starts, ends, placed=placed)
        classes = classes_of(codes) & np.uint8(CLASS_MASK)
    ignored = classes == IGNORE
    if ignored.any():
        kept = np.flatnonzero(~ignored)
        codes, classes = codes[kept], classes[kept]
        starts, ends = np.searchsorted(kept, starts), np.searchsorted(kept, ends)
        origin = kept if origin is None else origin[kept]
    codes, classes = with_signs(codes, classes, starts)
    first, last = _bounds(classes)
    first, last, offsets = _inside(first, last, starts, ends)
    numeric = _with_digits(classes, first, last)
    return Words(_hashes(codes, first, last), numeric, offsets, codes, first, last, origin, text)


def _hashes(codes: Codes, first: Ints, last: Ints) -> Hashes:
    """Return the hash of each token's folded form, as UTF-8."""
    folded = fold_table().take(codes)
    widths = (folded >= 0x80).astype(np.uint8)  # noqa: PLR2004 - from here on two bytes
    widths += folded >= 0x800  # noqa: PLR2004 - three
    widths += folded >= 0x10000  # noqa: PLR2004 - four
    encoded = folded.tobytes().decode("utf-32-le", "surrogatepass").encode("utf-8", "surrogatepass")
    if len(encoded) == len(codes):
        return token_hashes(encoded, first, last)
    places = np.zeros(len(codes) + 1, np.int64)
    np.cumsum(widths, out=places[1:])
    places += np.arange(len(places))
    return token_hashes(encoded, places[first], places[last])


def _with_digits(classes: NDArray[np.uint8], first: Ints, last: Ints) -> NDArray[np.bool_]:
    """Return which tokens hold a digit."""
    numeric: NDArray[np.bool_] = classes.take(first) == DIGIT
    # Those that do not begin with one: of digits in a row, which stand in one token, the first tells as much as all.
    digits = classes == DIGIT
    within = (classes - np.uint8(LETTER)) <= ALONE - LETTER
    within &= ~digits
    places = np.flatnonzero(digits[1:] & within[:-1]) + 1
    owners = np.searchsorted(first, places, side="right") - 1
    inside = owners >= 0
    places, owners = places[inside], owners[inside]
    numeric[owners[places < last[owners]]] = True
    return numeric


def _normalised(
    text: str, raw: Codes, flagged: NDArray[np.bool_], starts: Ints, ends: Ints, *, placed: bool
) -> tuple[Codes, Ints, Ints, Ints | None]:
    """Replace the paragraphs that hold a flagged character by their normalised form, where that differs."""
    owners = distinct(np.searchsorted(starts, np.flatnonzero(flagged), side="right") - 1)
    pieces: list[Codes] = []
    sources: list[Ints] = []
    shift = np.zeros(len(starts) + 1, np.int64)
    at = 0
    for owner in owners[owners >= 0].tolist():
        start, end = int(starts[owner]), int(ends[owner])
        old = text[start:end]
        new = normalise(old)
        if new == old:
            continue
        pieces += [raw[at:start], code_points(new)]
        if placed:
            sources += [np.arange(at, start), start + _places(old, new)]
        shift[owner + 1] += len(new) - len(old)
        at = end
    if not pieces:
        return raw, starts, ends, None
    pieces.append(raw[at:])
    sources.append(np.arange(at, len(raw)))
    moved = np.cumsum(shift)
    codes = np.concatenate(pieces)
    # Whoever does not ask for places still learns that the text is another one.
    origin = np.concatenate(sources) if placed else np.zeros(len(codes), np.int64)
    return codes, starts + moved[:-1], ends + moved[1:], origin


def _places(old: str, new: str) -> Ints:
    """Return for each character of a normalised text the character of the original that it came from.

    Characters are normalised together with the marks that follow them, so that each group can be normalised by itself;
    where the groups do not add up to the whole, its characters are spread evenly.
    """
    marks = classes_of(code_points(old)) & CLASS_MASK == MARK
    edges = np.append(np.flatnonzero(~marks), len(old)).tolist()
    if edges and edges[0] > 0:
        edges.insert(0, 0)
    groups = [normalise(old[a:b]) for a, b in pairwise(edges)]
    if "".join(groups) != new:
        return np.arange(len(new)) * len(old) // max(len(new), 1)
    sizes = np.array([len(group) for group in groups])
    starts, lasts = np.repeat(edges[:-1], sizes), np.repeat(np.array(edges[1:]) - 1, sizes)
    within = np.arange(len(new)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    # The last character of a group stands for its end, so that a token's span takes the whole group in.
    final = within == np.repeat(sizes, sizes) - 1
    return np.where(final, lasts, np.minimum(starts + within, lasts))


def _bounds(classes: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Return where tokens start and end, given the class of every character, without flags."""
    word: Flags = (classes - np.uint8(LETTER)) <= ALONE - LETTER
    # Before each character, and behind the last one: does a word begin or end there?
    edges = np.append(word, False)
    edges[1:] ^= word
    edges[:-1] |= _fresh(classes) & word
    return np.flatnonzero(edges[:-1] & word), np.flatnonzero(edges[1:] & word) + 1


def _fresh(classes: NDArray[np.uint8]) -> Flags:
    """Return where a new token begins, if there is one: at a character that stands alone, and at what follows it."""
    alone: Flags = classes == ALONE
    fresh = alone.copy()
    fresh[1:] |= alone[:-1]
    marks = classes == MARK
    if marks.any():
        # Marks belong to whatever they follow.
        fresh &= ~marks
        runs = np.flatnonzero(np.diff(marks, prepend=False, append=False))
        begins, ends = runs[::2], runs[1::2]
        fresh[ends[(ends < len(marks)) & alone[begins - 1] & (begins > 0)]] = True
    return fresh


def _inside(first: Ints, last: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints, Ints]:
    """Keep the tokens that stand in a paragraph, and return the offset of each paragraph's first one."""
    low, high = np.searchsorted(first, starts), np.searchsorted(first, ends)
    offsets = np.concatenate(([0], np.cumsum(high - low)))
    if offsets[-1] < len(first):
        chosen = ranges(low, high - low)
        first, last = first[chosen], last[chosen]
    return first, last, offsets


def keys(words: Tokens) -> Hashes:
    """Return a hash of each paragraph's tokens, in order: uint64, shape (paragraphs,). Equal tokens, equal keys."""
    return span_hashes(words.hashes, words.offsets[:-1], words.offsets[1:])


def shingles(words: Tokens, width: int) -> tuple[Hashes, Ints]:
    """Return the hashes of all runs of `width` tokens inside each paragraph.

    A paragraph of fewer tokens than that is one shingle, of all its tokens; one without any token has none.

    Returns:
        The hashes of all paragraphs, uint64, and the offset of each paragraph's first one, int64, shape (paragraphs +
        1,).
    """
    offsets, hashes = words.offsets, words.hashes
    counts = np.diff(offsets)
    runs = np.maximum(counts - width + 1, 0)
    number = np.where(counts == 0, 0, np.maximum(runs, 1))
    out_offsets = np.concatenate(([0], np.cumsum(number)))
    combined = hashes.copy()
    for step in range(1, min(width, len(hashes))):
        # The hashes are scattered already; the factor tells their order.
        combined[:-step] *= FACTOR
        combined[:-step] += hashes[step:]
    # The last width-1 tokens of a paragraph start a run that would leave it.
    inside = np.ones(len(hashes), bool)
    for step in range(1, width):
        tail = offsets[1:] - step
        inside[tail[tail >= offsets[:-1]]] = False
    whole = np.flatnonzero((counts > 0) & (runs == 0))
    combined[offsets[whole]] = span_hashes(hashes, offsets[whole], offsets[whole + 1])
    inside[offsets[whole]] = True
    return combined[inside], out_offsets
