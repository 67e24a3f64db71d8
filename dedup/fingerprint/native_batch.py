"""What `dedup.fingerprint.python_batch` computes, by the native kernels: the same bytes.

The crate has no tables and no settings of its own: all of them are handed over here. Paragraphs that are to be
normalised are handed over once more, in their normalised form.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.fingerprint.minhash import BITS, permutations
from dedup.fingerprint.table import ROW
from dedup.fingerprint.words import function_words
from dedup.native import kernels
from dedup.text.arrays import uint64_bytes
from dedup.text.characters import CLASS_MASK, FACTS, IGNORE, MARK, class_table, folding, normalise
from dedup.text.signs import sign_table, written_as

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.fingerprint.minhash import Banding
    from dedup.model.settings import Settings
    from dedup.native._kernels import Kernels, Paragraphs
    from dedup.text.arrays import Hashes, Ints

_CHANGES = 255
"""For the crate, in place of a combining class: a character that is another one when it is normalised."""
_PIECE = 64
"""Characters of which it is asked together whether one of them is."""


@cache
def kernels_with(instructions: str) -> Kernels:
    """Return the kernels that use some instructions, with the tables of characters."""
    module = kernels.native()
    assert module is not None  # noqa: S101 - the caller's part
    table = class_table()
    found: Kernels = module.Kernels(
        table.tobytes(),
        sign_table().tobytes(),
        _halves(np.stack(folding(), axis=1)),
        _halves(_orders()),
        written_as().tobytes(),
        instructions,
    )
    return found


def _orders() -> NDArray[np.int64]:
    """Return marks with their combining classes, and marks and signs that are others when they are normalised.

    As the Python at hand knows them, which would normalise. Letters that are others then fold to the same, or are
    flagged.
    """
    kinds = class_table() & np.uint8(CLASS_MASK)
    marks = np.flatnonzero((kinds == MARK) | (kinds == IGNORE)).astype("<u4")
    text = marks.tobytes().decode("utf-32-le")
    orders = np.fromiter(map(unicodedata.combining, text), np.int64, len(text))
    text += np.flatnonzero(sign_table()).astype("<u4").tobytes().decode("utf-32-le") + "".join(FACTS)
    others: list[int] = []
    for some in (text[at : at + _PIECE] for at in range(0, len(text), _PIECE)):
        # Line ends compose with nothing.
        if not unicodedata.is_normalized("NFC", "\n".join(some)):
            others += [ord(code) for code in some if not unicodedata.is_normalized("NFC", code)]
    pairs = np.stack((marks, orders), axis=1)[orders > 0]
    return np.concatenate((pairs, [(code, _CHANGES) for code in others]))


class NativeBatch:
    """What `dedup.fingerprint.python_batch.PythonBatch` is, with the same attributes.

    Args:
        text: of all documents, in UTF-8.
        edges: first byte of each paragraph, and the first one behind it; int64, shape (paragraphs, 2).
        groups: number of each paragraph's group; None: they are all in one. uint64.
    """

    def __init__(self, text: bytes, edges: Ints, groups: Hashes | None) -> None:
        self._text, self._edges = text, edges
        self._kernels = kernels_with(kernels.instructions())
        self.digests = self._digests(groups)

    def _digests(self, groups: Hashes | None) -> NDArray[np.uint64]:
        found = self._kernels.digests(self._text, uint64_bytes(self._edges), _perhaps(groups))
        return np.frombuffer(found, "<u8").reshape(-1, 2)

    def rows(
        self, chosen: Ints, salt: Hashes | None, settings: Settings, banding: Banding
    ) -> tuple[NDArray[np.void], NDArray[np.uint32], bytes, NDArray[np.uint32]]:
        """Do what `PythonBatch.rows` does."""
        signed, number = None, 0
        if not settings.exact:
            first, second = permutations(max(banding.num_perm, BITS))
            signed, number = (_halves(first), _halves(second)), banding.bands
        counted = function_words() if settings.keep == "richest" else None
        rows, bands, texts, letters = tokens_within(self._text, self._edges[chosen]).rows(
            _perhaps(salt), settings.min_words, _perhaps(counted), signed, (banding.bands, banding.rows)
        )
        table = np.frombuffer(rows, ROW)
        eligible = np.count_nonzero(table["words"] >= settings.min_words)
        keys = np.frombuffer(bands, "<u4").reshape(number, eligible)
        return table, keys, texts, np.frombuffer(letters, "<u4")


def tokens_within(text: bytes, edges: Ints) -> Paragraphs:
    """Return some paragraphs of a text in UTF-8 with their tokens; arguments as of `NativeBatch`."""
    made = kernels_with(kernels.instructions())
    found = made.tokens(text, uint64_bytes(edges))
    if odd := found.odd():
        pieces = (text[start:end].decode("utf-8", "surrogatepass") for start, end in edges[odd].tolist())
        forms = [normalise(piece).encode("utf-8", "surrogatepass") for piece in pieces]
        ends = np.cumsum([len(form) for form in forms])
        made.read_normalised(found, b"".join(forms), uint64_bytes(np.stack((np.append(0, ends[:-1]), ends), axis=1)))
    return found


def _halves(values: NDArray[np.integer[Any]]) -> bytes:
    return values.astype("<u4").tobytes()


def _perhaps(values: Hashes | None) -> bytes | None:
    return None if values is None else uint64_bytes(values)
