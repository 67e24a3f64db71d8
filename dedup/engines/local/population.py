"""The different paragraphs that are clustered: rows of a spool, and what an index has of earlier days before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.engines.local.slices import Bands
from dedup.fingerprint.fingerprint import fingerprint_paragraphs
from dedup.fingerprint.table import moved_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.candidates.buckets import Features
    from dedup.engines.local.spool import Spool
    from dedup.fingerprint.minhash import Banding
    from dedup.index.lookups import Lookups
    from dedup.model.settings import Settings
    from dedup.text.arrays import Ints

_TRAVELLING = ("text_at", "text_size", "letters_at", "words", "key")
"""What of a row a worker needs to know to compare it; see `dedup.engines.local.slices.PairSlice`."""


class Earlier(NamedTuple):
    """Kept paragraphs of earlier days that may be candidates.

    Attributes:
        ids: their numbers across days, ascending; int64.
        keys: of their words; uint64.
        features: for the sieves.
        band_keys: of each band, the key of each; uint32, shape (bands, paragraphs).
        there: whether it is in the bucket of that key for all that is asked; bool, of the same shape.
    """

    ids: Ints
    keys: NDArray[np.uint64]
    features: Features
    band_keys: NDArray[np.uint32]
    there: NDArray[np.bool_]


class Population:
    """The different paragraphs that are clustered, in the order in which they stay: those of a spool.

    Args:
        spool: of `dedup.engines.local.spool_columns.COLUMNS`.
        banding: how the signatures were cut.
        place: places of their rows in the spool; int64.

    Attributes:
        before: the first so many are of earlier days, and have been decided about.
    """

    before = 0

    def __init__(self, spool: Spool, banding: Banding, place: Ints) -> None:
        self._spool = spool
        self._banding = banding
        self._place = place

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._place)

    def keys(self) -> NDArray[np.uint64]:
        """Return the key of each."""
        keys: NDArray[np.uint64] = self._spool.whole("row-key")[self._place]
        return keys

    def keep_features(self) -> NDArray[np.int64]:
        """Put what is known of them where workers find it, and out of memory; return where the bands' keys are."""
        bands = Bands(self._spool, self._banding, self._place)
        self._spool.keep("chosen", bands.chosen)
        self._keep_earlier()
        for name in ("words", "numbers", "bits"):
            self._spool.keep(name, self._feature(name))
        return bands.slices

    def rows(self, some: Ints) -> dict[str, NDArray[Any]]:
        """Return what a worker needs to know of some of them to compare them."""
        return {name: self._spool.take(f"row-{name}", self._place[some]) for name in _TRAVELLING}

    def _feature(self, name: str) -> NDArray[Any]:
        found: NDArray[Any] = self._spool.whole(f"row-{name}")[self._place]
        return found

    def _keep_earlier(self) -> None:
        self._spool.keep("former", np.empty((self._banding.bands, 0), np.uint32))
        self._spool.keep("there", np.empty((self._banding.bands, 0), np.uint8))


class IndexedPopulation(Population):
    """With kept paragraphs of earlier days before those of a spool, whose texts are read when they are compared.

    Args:
        spool, banding, place: see `Population`.
        earlier: those of earlier days.
        lookups: has their texts.
        settings: how paragraphs are fingerprinted.
    """

    def __init__(
        self,
        spool: Spool,
        banding: Banding,
        place: Ints,
        *,
        earlier: Earlier,
        lookups: Lookups,
        settings: Settings,
    ) -> None:
        super().__init__(spool, banding, place)
        self._earlier = earlier
        self.before = len(earlier.ids)
        self._lookups = lookups
        self._settings = settings
        self._read = np.full(len(earlier.ids), -1)
        """The row of each of earlier days whose text has been read, or -1."""

    def __len__(self) -> int:
        """Return how many there are."""
        return self.before + len(self._place)

    def keys(self) -> NDArray[np.uint64]:
        """Return the key of each."""
        return np.concatenate((self._earlier.keys, super().keys()))

    def rows(self, some: Ints) -> dict[str, NDArray[Any]]:
        """Return what a worker needs to know of some of them to compare them."""
        is_earlier = some < self.before
        self._read_texts(some[is_earlier])
        place = np.empty(len(some), np.int64)
        place[is_earlier] = self._read[some[is_earlier]]
        place[~is_earlier] = self._place[some[~is_earlier] - self.before]
        return {name: self._spool.take(f"row-{name}", place) for name in _TRAVELLING}

    def _read_texts(self, some: Ints) -> None:
        """Append rows for those whose texts have not been read; `some`: ascending."""
        some = some[self._read[some] < 0]
        if not len(some):
            return
        texts = self._lookups.texts(self._earlier.ids[some])
        sheet = fingerprint_paragraphs(texts, self._settings, self._banding)
        total = self._spool.total
        self._read[some] = total("row-key") + np.arange(len(some))
        rows = moved_rows(sheet, 0, total("texts"), total("letters"))
        rows["paragraph"] = -1  # of no document of the spool
        nothing = dict.fromkeys(("parts", "documents", "spans", "digests", "bands"), b"")
        columns = {f"row-{name}": rows[name] for name in rows.dtype.names or ()}
        self._spool.append({**nothing, **columns, "texts": sheet.texts, "letters": sheet.letters}, 0, lasting=False)

    def _feature(self, name: str) -> NDArray[Any]:
        return np.concatenate((getattr(self._earlier.features, name), super()._feature(name)))

    def _keep_earlier(self) -> None:
        self._spool.keep("former", self._earlier.band_keys)
        self._spool.keep("there", self._earlier.there.astype(np.uint8))
