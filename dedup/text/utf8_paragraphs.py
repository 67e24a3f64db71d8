"""Paragraphs of texts in UTF-8, by the native kernels: those that `dedup.text.paragraphs` finds, sooner."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.native.kernels import native
from dedup.text.characters import CLASS_MASK, class_table
from dedup.text.continuity import edge_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.model.settings import Split
    from dedup.native._kernels import Splitter
    from dedup.text.arrays import Ints

_WORDS = re.compile(r"\w+")
_LOWER, _CLASS, _WORD = 1 << 7, 8, 1 << 11
"""Beside the bits of `edge_table`: what capitals change; where the class begins; what expressions take for a word's."""
_LETTERS = 0x40000
"""Code points among which all letters are."""
_PIECE = 64
"""Characters of which it is asked together whether one of them is."""


class EncodedTexts(NamedTuple):
    """Texts in UTF-8, lone surrogates as they are.

    Attributes:
        data: the texts.
        edges: first byte of each, and the first one behind it; int64, shape (texts, 2).
    """

    data: bytes
    edges: Ints


class EncodedParagraphs(NamedTuple):
    """The paragraphs of some texts, in order.

    Attributes:
        counts: paragraphs of each text; int64.
        edges: first byte of each, and the first one behind it, in the bytes of all texts; int64, shape (paragraphs, 2).
        spans: first character, and first after it, of each paragraph in its text; int64, shape (paragraphs, 2).
    """

    counts: Ints
    edges: Ints
    spans: Ints


def utf8(texts: Sequence[str]) -> list[bytes]:
    """Return each text in UTF-8, lone surrogates as they are."""
    try:
        return [text.encode() for text in texts]  # a fifth quicker than with arguments
    except UnicodeEncodeError:
        return [text.encode("utf-8", "surrogatepass") for text in texts]


def encoded(texts: Sequence[str]) -> EncodedTexts:
    """Return texts in UTF-8, one after the other."""
    each = utf8(texts)
    ends = np.cumsum([len(one) for one in each], dtype=np.int64)
    starts = np.concatenate((np.zeros(1, np.int64), ends[:-1]))[: len(ends)]
    return EncodedTexts(b"".join(each), np.stack((starts, ends), axis=1))


def split_encoded(texts: EncodedTexts, how: Split) -> EncodedParagraphs:
    """Return the paragraphs of texts, by the native kernels, which have to be there."""
    counts, edges, spans = _splitter().split(texts.data, texts.edges.astype("<i8", copy=False).tobytes(), how)
    pairs = (np.frombuffer(each, "<i8").reshape(-1, 2) for each in (edges, spans))
    return EncodedParagraphs(np.frombuffer(counts, "<i8"), *pairs)


@cache
def _splitter() -> Splitter:
    """Return the kernel with what it has to know of each character."""
    module = native()
    assert module is not None  # noqa: S101 - the caller's part
    table = edge_table().astype("<u2")
    table |= (class_table() & np.uint8(CLASS_MASK)).astype("<u2") << np.uint16(_CLASS)
    # As the Python at hand knows them, which would ask.
    letters = np.arange(_LETTERS, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    for word in _WORDS.finditer(letters):
        table[word.start() : word.end()] |= np.uint16(_WORD)
    for at in range(0, _LETTERS, _PIECE):
        some = letters[at : at + _PIECE]
        if some.upper() != some:
            table[[at + place for place, code in enumerate(some) if code.upper() != code]] |= np.uint16(_LOWER)
    found: Splitter = module.Splitter(table.tobytes())
    return found
