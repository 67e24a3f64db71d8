"""The first stage: documents → where their paragraphs are, digests, and what is known of each different one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.engines.contained import fingerprinted
from dedup.engines.spark.stages.faults import packed
from dedup.engines.spark.stages.frames import batch_of, binaries, column, numbered, record, signed
from dedup.fingerprint.shared_digests import SharedDigestSet
from dedup.text.arrays import batches as cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from dedup.fingerprint.minhash import Banding
    from dedup.fingerprint.table import FingerprintTable
    from dedup.model.settings import Settings

SHEET = (
    "document bigint, fixed boolean, spans binary, digests binary, "
    "paragraph bigint, high bigint, low bigint, key bigint, numbers bigint, bits0 bigint, bits1 bigint, "
    "words int, plain int, content int, length int, letters binary, text binary, bands binary, fault string"
)
"""Rows of two kinds. Documents: spans (int32) and digests (2 uint64) of all their paragraphs. Paragraphs, each
different one at least once, and the first of each surely: what `dedup.fingerprint.table.ROW` has; `plain`, tokens less
the bits of the mask of numbers; of those with words enough the letters (uint32), the text and a key (uint32) for each
band. And `fault`: what a kernel raised with a document, which has no paragraphs then; see
`dedup.engines.spark.stages.faults`."""
PLACES = "paragraph bigint, high bigint, low bigint, start int, end int"
_TOGETHER = 1 << 22
"""Bytes of text that are fingerprinted before anything is handed on."""
_SLOTS = 1 << 20


def sheets(settings: Settings, banding: Banding, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Fingerprint the documents of a partition; each different paragraph of it once, as far as memory goes.

    Args:
        settings: as for `dedup.fingerprint.fingerprint.fingerprint`.
        banding: likewise.
        batches: of document (int64), text (binary), fixed (bool) and salt (int64, or null where all are compared).

    Yields:
        Batches of `SHEET`.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    seen, last = SharedDigestSet(_SLOTS), -1
    for batch in batches:
        for some in cut(pc.binary_length(batch.column("text")).to_pylist(), _TOGETHER):
            part = batch.slice(some.start, some.stop - some.start)
            order = np.argsort(column(part, "document"), kind="stable")
            part = part.take(pa.array(order))
            documents = column(part, "document")
            if documents[0] <= last:
                # The first of all paragraphs with the same bytes has to be among those that are looked at.
                seen = SharedDigestSet(_SLOTS)
            last = int(documents[-1])
            texts = [one.as_py().decode("utf-8", "surrogatepass") for one in part.column("text")]
            salts = None if settings.within is None else column(part, "salt", np.uint64).tolist()
            sheet, faults = fingerprinted(texts, salts, settings, banding, seen)
            yield from _rows(sheet, documents, part.column("fixed"), [packed(faults.get(i)) for i in range(len(texts))])


def _rows(
    sheet: FingerprintTable, documents: NDArray[np.int64], fixed: Any, faults: Sequence[str | None]
) -> Iterator[pa.RecordBatch]:
    spans = np.ascontiguousarray(sheet.spans, "<i4")
    digests = np.ascontiguousarray(sheet.digests, "<u8")
    yield batch_of(
        SHEET,
        document=documents,
        fixed=fixed,
        spans=binaries(spans.tobytes(), sheet.counts.astype(np.int64) * 8),
        digests=binaries(digests.tobytes(), sheet.counts.astype(np.int64) * 16),
        fault=faults,
    )
    rows = sheet.rows
    own = sheet.digests[rows["paragraph"]]
    long = rows["text_size"] > 0
    plain = rows["words"] - np.bitwise_count(rows["numbers"]).astype(np.int32)
    bands = np.ascontiguousarray(sheet.bands.T, "<u4")
    yield batch_of(
        SHEET,
        paragraph=numbered(documents, sheet.counts)[rows["paragraph"]],
        high=signed(own[:, 0]),
        low=signed(own[:, 1]),
        **{name: signed(rows[name]) for name in ("key", "numbers")},
        bits0=signed(rows["bits"][:, 0]),
        bits1=signed(rows["bits"][:, 1]),
        plain=np.maximum(plain, 0),
        **{name: np.ascontiguousarray(rows[name]) for name in ("words", "content", "length")},
        letters=binaries(np.ascontiguousarray(sheet.letters, "<u4").tobytes(), 4 * rows["words"].astype(int) * long),
        text=binaries(sheet.texts, rows["text_size"]),
        bands=binaries(bands.tobytes(), 4 * bands.shape[1] * long),
    )


def places(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Take documents of `SHEET` apart: yield batches of `PLACES`, a row for each paragraph."""
    for batch in batches:
        digests = [one.as_py() for one in batch.column("digests")]
        counts = np.array([len(one) // 16 for one in digests], np.int64)
        halves = np.frombuffer(b"".join(digests), "<i8").reshape(-1, 2)
        spans = np.frombuffer(b"".join(one.as_py() for one in batch.column("spans")), "<i4").reshape(-1, 2)
        yield record(
            paragraph=numbered(column(batch, "document"), counts),
            high=np.ascontiguousarray(halves[:, 0]),
            low=np.ascontiguousarray(halves[:, 1]),
            start=np.ascontiguousarray(spans[:, 0]),
            end=np.ascontiguousarray(spans[:, 1]),
        )
