"""The texts of documents in UTF-8, for the native kernels: those that their format reads, without a string for each.

Only what is plain is read so. A part with a record that is odd in any way (no JSON, bytes that do not decode, a key
that stands there twice or with an escape, no text) is left to its format, which has the words to tell of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.native.kernels import native
from dedup.text.utf8_paragraphs import EncodedTexts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.formats.parts import Encoded, Part, Work
    from dedup.text.arrays import Ints


class EncodedDocuments(NamedTuple):
    """The documents of a task.

    Attributes:
        texts: their texts.
        counts: how many each part has.
        places: of each the number of its line, and its first byte in its part and the first one behind it; int64,
            shape (documents, 3).
    """

    texts: EncodedTexts
    counts: list[int]
    places: Ints


def read_encoded(work: Work, task: Sequence[Part]) -> EncodedDocuments | None:
    """Read a task of which nothing but the texts is asked; None where `dedup.formats.edits.read_documents` has to."""
    if work.codec.name != "utf-8" or native() is None or work.mark or work.settings.within is not None:
        return None
    data: list[bytes] = []
    edges: list[Ints] = []
    places: list[Ints] = []
    size = 0
    for part in task:
        found: Encoded | None = (b"", b"", b"")
        if part.format is not None:
            found = part.format.encoded(part, work) if part.format.encoded is not None else None
        if found is None or part.problem is not None or part.without_text:
            return None
        data.append(found[0])
        edges.append(np.frombuffer(found[1], "<i8").reshape(-1, 2) + size)
        places.append(np.frombuffer(found[2], "<i8").reshape(-1, 3) + np.array([part.line, 0, 0]))
        size += len(found[0])
    texts = EncodedTexts(b"".join(data), np.concatenate(edges))
    return EncodedDocuments(texts, [len(one) for one in places], np.concatenate(places))


def joined(texts: Sequence[bytes], places: Sequence[int]) -> Encoded | None:
    """Return texts as `Format.encoded` does; None where they are not all UTF-8.

    Args:
        texts: each document's.
        places: of each three numbers: its line, counted from the part's first one, its first byte, and the one behind.
    """
    data = b"".join(texts)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    ends = np.cumsum([0, *map(len, texts)], dtype="<i8")
    edges = np.column_stack((ends[:-1], ends[1:]))
    return data, edges.tobytes(), np.array(places, "<i8").tobytes()
