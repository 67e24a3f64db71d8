"""The kernels of scope ``corpus``, with what they raise contained: see `dedup.model.containment`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.candidates.buckets import Bucketed, Features
from dedup.candidates.native_buckets import bucketed
from dedup.fingerprint.banding import choose_banding
from dedup.fingerprint.fingerprint import fingerprint
from dedup.fingerprint.shared_digests import PendingDigests, SharedDigestSet
from dedup.fingerprint.table import concatenate_tables
from dedup.model.containment import Fault, attempt, in_pieces
from dedup.text.paragraphs import split
from dedup.verdict.batch.verify import Verdicts, verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.fingerprint.minhash import Banding
    from dedup.fingerprint.table import FingerprintTable
    from dedup.model.settings import Settings
    from dedup.verdict.batch.verify import Paragraphs


def fingerprinted(
    texts: Sequence[str], salts: Sequence[int] | None, settings: Settings, banding: Banding, seen: SharedDigestSet
) -> tuple[FingerprintTable, dict[int, Fault]]:
    """Fingerprint some documents, as `dedup.fingerprint.fingerprint.fingerprint` does.

    Returns:
        The sheet, in which a document with which the kernel raises has no paragraphs; and what was raised, by the
        document's number.
    """
    faults: dict[int, Fault] = {}

    def some(numbers: Sequence[int]) -> FingerprintTable:
        chosen = None if salts is None else [salts[i] for i in numbers]
        # A paragraph counts as fingerprinted when its row is there, not before.
        held = PendingDigests(seen)
        sheet = fingerprint([texts[i] for i in numbers], chosen, settings, banding, held)
        held.flush()
        return sheet

    def failed(number: int, fault: Fault) -> FingerprintTable:
        faults[number] = fault
        return concatenate_tables([], banding.bands)._replace(counts=np.zeros(1, np.int32))

    return concatenate_tables(in_pieces(some, range(len(texts)), failed), banding.bands), faults


def reading_fault(text: str, settings: Settings) -> Fault | None:
    """Return what a kernel raises that fingerprints a document, for one that has been found to have no paragraphs.

    Returns:
        None where it has none, indeed.
    """
    banding = choose_banding(settings.threshold, 0).banding
    _, faults = fingerprinted([text], None, settings, banding, SharedDigestSet(1))
    if faults:
        return faults[0]
    if attempt(lambda: len(split(text, settings.split)), lambda _: 0):
        return Fault("it was not raised a second time", "")
    return None


class Pair(NamedTuple):
    """A pair with which a kernel raised.

    Attributes:
        place: its place among those that were compared.
        fault: what was raised.
    """

    place: int
    fault: Fault


def compared(
    paragraphs: Paragraphs,
    later: NDArray[np.int64],
    earlier: NDArray[np.int64],
    settings: Settings,
    *,
    sieve: bool = True,
) -> tuple[Verdicts, list[Pair]]:
    """Compare pairs, as `dedup.verdict.batch.verify.verify` does.

    A pair with which what is done for many at once raises is compared by the rules alone, which come to the same end.

    Returns:
        The verdicts, in which a pair with which the rules raise does not cover; and these pairs.
    """
    faults: list[Pair] = []

    def some(places: Sequence[int]) -> Verdicts:
        here = slice(places[0], places[-1] + 1) if places else slice(0)
        return verify(paragraphs, later[here], earlier[here], settings, sieve=sieve)

    def by_rules(place: int, _: Fault) -> Verdicts:
        one = slice(place, place + 1)
        return attempt(
            partial(verify, paragraphs, later[one], earlier[one], settings, sieve=False), partial(kept, place)
        )

    def kept(place: int, fault: Fault) -> Verdicts:
        faults.append(Pair(place, fault))
        nothing = np.zeros(1, np.float32)
        return Verdicts(np.zeros(1, np.int8), nothing, nothing, np.zeros(1, np.int16))

    found = in_pieces(some, range(len(later)), by_rules)
    if len(found) == 1:
        return found[0], faults
    return Verdicts(*(np.concatenate(each) for each in zip(*found, strict=True))), faults


def named(
    keys: NDArray[np.uint32], flags: NDArray[np.uint8], features: Features, settings: Settings
) -> tuple[Bucketed, list[Fault]]:
    """Find the pairs that agree on one band, as `dedup.candidates.native_buckets.bucketed` does.

    Returns:
        What the band says; and what was raised about a bucket of it, which names no pairs.
    """
    faults: list[Fault] = []

    def some(which: Sequence[np.uint32]) -> Bucketed:
        chosen = np.flatnonzero(np.isin(keys, which))
        of_chosen = Features._make(each[chosen] for each in features)
        found = bucketed(keys[chosen], flags[chosen], of_chosen, settings)
        later, earlier = (chosen[side].astype(np.uint64) for side in np.divmod(found.pairs, np.uint64(1 << 32)))
        return found._replace(pairs=(later << np.uint64(32)) | earlier)

    def failed(_: np.uint32, fault: Fault) -> Bucketed:
        faults.append(fault)
        return Bucketed(np.empty(0, np.uint64), 0)

    def each(_: Fault) -> Bucketed:
        # Buckets have nothing to do with one another.
        found = in_pieces(some, np.unique(keys), failed)  # type: ignore[arg-type]  # an array slices as a list does
        return Bucketed(np.sort(np.concatenate([one.pairs for one in found])), sum(one.unexamined for one in found))

    return attempt(lambda: bucketed(keys, flags, features, settings), each), faults
