"""Long texts in pieces, many short ones at once: how much text is split into paragraphs in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.native.kernels import native
from dedup.text.paragraphs import split
from dedup.text.utf8_paragraphs import encoded, split_encoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.model.settings import Split


LONG = 1 << 22
"""Characters above which a document is read in chunks."""

BATCH = 1 << 20
"""Characters that pass through the kernels together."""

WORTH_A_TABLE = 1 << 16
"""Characters from which on the native kernel is quicker, which asks for a table of all characters first."""


def chunks(text: str) -> Iterator[tuple[int, int]]:
    """Cut a very long text, so that its arrays fit memory: after a line end, if possible before an empty line.

    A shorter text is one chunk.
    """
    start = 0
    while len(text) - start > LONG:
        half, stop = start + LONG // 2, start + LONG
        found = text.rfind("\n\n", half, stop)
        if found < 0:
            found = text.rfind("\n", half, stop)
        if found < 0:  # never within a line
            found = text.find("\n", stop)
        if found < 0:
            break
        yield start, found + 1
        start = found + 1
    yield start, len(text)


def split_texts(texts: Sequence[str], how: Split) -> list[NDArray[np.int64]]:
    """Return the paragraphs of each text as they are fingerprinted: (start, end) in characters; int64, (n, 2)."""
    out: list[NDArray[np.int64]] = []
    waiting: list[str] = []
    size = 0
    for text in texts:
        if len(text) > LONG:
            out += split_together(waiting, how)
            out.append(np.concatenate([split_together([text[a:b]], how)[0] + a for a, b in chunks(text)]))
            waiting, size = [], 0
            continue
        waiting.append(text)
        size += len(text)
        if size >= BATCH:
            out += split_together(waiting, how)
            waiting, size = [], 0
    return out + split_together(waiting, how)


def split_together(texts: Sequence[str], how: Split) -> list[NDArray[np.int64]]:
    """Return the paragraphs of each text, however long it is, in one go."""
    if not texts:
        return []
    if sum(map(len, texts)) >= WORTH_A_TABLE and native() is not None:
        found = split_encoded(encoded(texts), how)
        return np.split(found.spans, np.cumsum(found.counts)[:-1])
    return [np.array(split(text, how), np.int64).reshape(-1, 2) for text in texts]
