"""The paragraphs and words of a batch of documents, by the native kernels: those that the Python finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.fingerprint.native_words import native_words
from dedup.text.arrays import distinct
from dedup.text.utf8_paragraphs import EncodedTexts, encoded, split_encoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.model.settings import Settings
    from dedup.shingling import Words
    from dedup.text.arrays import Ints

_JOINT = np.frombuffer(b"\n", np.uint8)
_CONTINUATION, _CONTINUES = 0xC0, 0x80
"""Mask and value of the bytes of UTF-8 that continue a character."""


class Spans(NamedTuple):
    """The paragraphs of a batch of documents, in order.

    Attributes:
        starts: first character of each paragraph within the batch's text; int64.
        ends: first character after each paragraph; int64.
        documents: number of the document each paragraph stands in; int64, ascending.
    """

    starts: Ints
    ends: Ints
    documents: Ints


class NativeReading(NamedTuple):
    """A batch of documents that has been read.

    Attributes:
        counts: how many paragraphs each document has; int64.
        spans: the paragraphs of those documents that have several, in the text of the batch.
        words: of these paragraphs.
    """

    counts: Ints
    spans: Spans
    words: Words


def words_natively(text: str, starts: Ints, ends: Ints) -> Words | None:
    """Return the words of some paragraphs, as `dedup.shingling.tokenise`; None if one is to be read in another form.

    Args:
        text: the text of the batch.
        starts: first character of each paragraph, ascending; int64.
        ends: first character after each paragraph; int64.
    """
    data = text.encode("utf-8", "surrogatepass")
    edges = np.stack((starts, ends), axis=1)
    if len(data) != len(text):
        begins = (np.frombuffer(data, np.uint8) & _CONTINUATION) != _CONTINUES
        edges = np.append(np.flatnonzero(begins), len(data))[edges]
    words = native_words(text, data, edges)
    return None if isinstance(words, list) else words


def read_natively(texts: Sequence[str], text: str, begins: Ints, settings: Settings) -> NativeReading | list[int]:
    """Return the paragraphs and words of some documents, or the numbers of those that are to be read in another form.

    Args:
        texts: the documents.
        text: all of them, each ended by a line end.
        begins: first character of each document in it; int64.
        settings: how paragraphs are split.
    """
    each = encoded(texts)
    # In the text of the batch there is a line end between two documents.
    shifts = np.arange(len(texts))
    data = np.insert(np.frombuffer(each.data, np.uint8), each.edges[1:, 0], _JOINT).tobytes()
    found = split_encoded(EncodedTexts(data, each.edges + shifts[:, None]), settings.split)
    documents = np.repeat(shifts, found.counts)
    several = (found.counts > 1)[documents]
    documents = documents[several]
    words = native_words(text, data, found.edges[several])
    if isinstance(words, list):
        odd: list[int] = distinct(documents[words]).tolist()
        return odd
    starts, ends = (found.spans[several] + begins[documents][:, None]).T
    return NativeReading(found.counts, Spans(starts, ends, documents), words)
