"""The fingerprints of a day on their way from Spark's tasks into a spool of the driver's.

What a task has found travels in a few rows of large binary columns, which the driver takes one after the other: it
holds one partition of them at a time, and the spool is on disk.
"""

from __future__ import annotations

import zlib
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.engines.local.spool_columns import COLUMNS
from dedup.engines.spark.records import groups, parts_of, rows_of
from dedup.engines.spark.stages.faults import of_documents
from dedup.engines.spark.stages.fingerprints import SHEET, sheets
from dedup.engines.spark.stages.frames import batch_of, column, document_of, index_of, over
from dedup.fingerprint.table import ROW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    from dedup.engines.local.spool import Spool
    from dedup.engines.spark.rows import Numbered, Table
    from dedup.engines.spark.stages.faults import Faults
    from dedup.engines.spark.stages.frames import CheckpointStore
    from dedup.fingerprint.minhash import Banding
    from dedup.formats.parts import Work
    from dedup.text.arrays import Ints

_PIECES = "source bigint, document bigint, crc bigint, size bigint"
"""Lines that follow one another, or a document: the input, the first of them, CRC-32 and bytes of what the file has."""
_DOCUMENTS = "document binary, counts binary, spans binary, digests binary"
"""Documents in order: their numbers (int64), and of each how many paragraphs (int32), with their spans and digests."""
_PLAIN = ("paragraph", "key", "numbers", "words", "content", "length")
_ROWS = ", ".join(f"{name} binary" for name in (*_PLAIN, "bits", "text_size", "texts", "letters", "bands"))
"""Different paragraphs: what `dedup.fingerprint.table.FingerprintTable` has of them, and bands one after the other."""


class Fingerprinted(NamedTuple):
    """What was found in a day.

    Attributes:
        document: number of each document of the spool, as Spark has it; int64, ascending.
        faults: documents with which a kernel raised.
    """

    document: Ints
    faults: Faults


def fingerprint_into(
    spool: Spool, numbered: Numbered, texts: DataFrame, work: Work, *, banding: Banding, store: CheckpointStore
) -> Fingerprinted:
    """Fingerprint a day, and put what is found into a spool, as `dedup.engines.local.first_pass` would.

    Args:
        spool: of `COLUMNS`, empty.
        numbered: the lines of the day.
        texts: the documents in them: document, text, and fixed.
        work: how lines are read, and what counts as superfluous.
        banding: how signatures are cut.
        store: keeps the fingerprints until they have been taken.

    Raises:
        OutputError: there is no room for the spool.
    """
    from pyspark.sql import functions as f

    made = store.keep(texts.mapInArrow(over(sheets, work.settings, banding), SHEET), "sheets")
    _append(spool, parts=_pieces(numbered, work))
    found = made.filter(f.col("document").isNotNull()).select("document", "spans", "digests").orderBy("document")
    packed = found.mapInArrow(over(_packed_documents), _DOCUMENTS).toLocalIterator(prefetchPartitions=True)
    document = np.concatenate(
        [np.empty(0, np.int64), *(_append_documents(spool, row, numbered.table) for row in packed)]
    )
    counts = spool.whole("documents")["paragraphs"]
    begins = np.cumsum(counts, dtype=np.int64) - counts
    rows = made.filter(f.col("paragraph").isNotNull()).drop("document", "fixed", "spans", "digests")
    for row in rows.mapInArrow(over(_packed_rows), _ROWS).toLocalIterator(prefetchPartitions=True):
        _append_rows(spool, row, (document, begins), banding)
    return Fingerprinted(document, of_documents(made))


def _append(spool: Spool, **given: NDArray[Any] | bytes) -> None:
    """Add a task that has something for some columns."""
    spool.append({**dict.fromkeys(COLUMNS, b""), **given}, 0)


# Bytes ----------------------------------------------------------------------------------------------------------------


def _pieces(numbered: Numbered, work: Work) -> NDArray[np.void]:
    """Return what was read, as the spool's column of parts has it."""
    kernel = partial(_summed, numbered.table, work.max_document)
    found = numbered.rows.mapInArrow(kernel, _PIECES).collect()
    parts = np.zeros(len(found), COLUMNS["parts"])
    for name, field in (("source", "source"), ("check", "crc"), ("size", "size")):
        parts[name] = [row[field] for row in found]
    return parts[np.lexsort(([row["document"] for row in found], parts["source"]))]


def _summed(table: Table, limit: int, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Sum up what lines were read from; runs in a task."""
    for batch in batches:
        for group in groups(rows_of(batch)):
            for part, document in parts_of(group, table, limit):
                data = part.data
                if table.kinds[part.source].in_lines:
                    data = data.removesuffix(b"\n") + b"\n"
                    is_last = document + data.count(b"\n") == table.first[part.source + 1]
                    data = data[:-1] if is_last and part.source in table.unended else data
                crc = zlib.crc32(data)
                yield batch_of(_PIECES, source=[part.source], document=[document], crc=[crc], size=[len(data)])


# Documents ------------------------------------------------------------------------------------------------------------


def _packed_documents(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Put documents together; runs in a task."""
    for batch in batches:
        spans, digests = (_joined(batch, name) for name in ("spans", "digests"))
        sizes = np.diff(_offsets(batch, "digests"))
        yield batch_of(
            _DOCUMENTS,
            document=[column(batch, "document").astype("<i8").tobytes()],
            counts=[(sizes // 16).astype("<i4").tobytes()],
            spans=[spans],
            digests=[digests],
        )


def _append_documents(spool: Spool, row: Any, table: Table) -> Ints:
    """Add documents to the spool; return their numbers."""
    number = np.frombuffer(row["document"], "<i8")
    source = np.searchsorted(table.first, number, side="right") - 1
    documents = np.zeros(len(number), COLUMNS["documents"])
    documents["source"] = source
    documents["paragraphs"] = np.frombuffer(row["counts"], "<i4")
    is_numbered = np.array([table.rows or kind.numbered for kind in table.kinds], bool)
    documents["line"] = np.where(is_numbered[source], number - table.first[source] + 1, 0)
    _append(spool, documents=documents, spans=bytes(row["spans"]), digests=bytes(row["digests"]))
    return number


# Paragraphs -----------------------------------------------------------------------------------------------------------


def _packed_rows(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Put different paragraphs together; runs in a task."""
    for batch in batches:
        bits = np.stack([column(batch, name) for name in ("bits0", "bits1")], axis=1)
        yield batch_of(
            _ROWS,
            **{name: [np.ascontiguousarray(column(batch, name, f"<i{_width(name)}")).tobytes()] for name in _PLAIN},
            bits=[bits.tobytes()],
            text_size=[np.diff(_offsets(batch, "text")).astype("<i4").tobytes()],
            **{name: [_joined(batch, field)] for name, field in (("texts", "text"), ("letters", "letters"))},
            bands=[_joined(batch, "bands")],
        )


def _width(name: str) -> int:
    return ROW[name].itemsize


def _append_rows(spool: Spool, row: Any, documents: tuple[Ints, Ints], banding: Banding) -> None:
    """Add different paragraphs to the spool; `documents`: their numbers, and the first paragraph of each."""
    number, begins = documents
    columns = {f"row-{name}": np.frombuffer(row[name], ROW[name]) for name in (*_PLAIN[1:], "text_size")}
    columns["row-bits"] = np.frombuffer(row["bits"], "<u8").reshape(-1, 2)
    paragraph = np.frombuffer(row["paragraph"], "<i8")
    columns["row-paragraph"] = begins[np.searchsorted(number, document_of(paragraph))] + index_of(paragraph)
    size = columns["row-text_size"].astype(np.int64)
    words = np.where(size > 0, columns["row-words"], 0).astype(np.int64)
    for name, sizes, target in (("row-text_at", size, "texts"), ("row-letters_at", words, "letters")):
        columns[name] = spool.total(target) + np.cumsum(sizes) - sizes
    bands = np.frombuffer(row["bands"], "<u4").reshape(-1, banding.bands)
    _append(spool, **columns, texts=bytes(row["texts"]), letters=bytes(row["letters"]), bands=bands.T)


def _offsets(batch: pa.RecordBatch, name: str) -> Ints:
    """Return where each value of a column of bytes begins among all of them, and the last one ends."""
    import pyarrow.compute as pc

    sizes = pc.fill_null(pc.binary_length(batch.column(name)), 0).to_numpy(zero_copy_only=False)
    return np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))


def _joined(batch: pa.RecordBatch, name: str) -> bytes:
    """Return all bytes of a column, one value after the other."""
    return b"".join(value or b"" for value in batch.column(name).to_pylist())
