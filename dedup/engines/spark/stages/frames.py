"""What all stages on Spark have in common: numbers of paragraphs, columns from arrays, and frames that are kept.

Nothing here is imported unless Spark is asked for; PySpark and Arrow are imported in the functions that need them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.formats.registry import COLUMNS
from dedup.model.errors import DedupError, MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    from dedup.text.arrays import Ints

INSTALL = "pip install 'paradedup[spark]'"
NUMBER = "__dedup_document"
"""Column of a row's number, beside the user's own."""
INDEX_BITS = 28
"""Bits of a paragraph's number that count it within its document; the others are the document's number."""
MOST_DOCUMENTS = 1 << (63 - INDEX_BITS)
_ESTIMATE_BITS = 64
"""Bits of the longest estimate of a size that is left as it is: Spark's default has 63."""
SMALL = 4_000_000
"""Rows of a few numbers each that are sent to every task rather than shuffled."""


def require() -> None:
    """See that Spark's library is there.

    Raises:
        MissingDependencyError: it is not.
    """
    try:
        import pyarrow as pa  # noqa: F401
        import pyspark  # noqa: F401
    except ImportError as error:
        what = f"PySpark and PyArrow are needed for this, and {error.name or 'one of them'} is not installed"
        raise MissingDependencyError(what, hint=INSTALL) from None


def numbered(documents: Ints, counts: NDArray[np.integer[Any]]) -> Ints:
    """Return the numbers of the paragraphs of some documents: ascending in the order of the corpus.

    Numbers need no counting over the whole corpus, so that they are the same on every task and every retry.

    Args:
        documents: numbers of documents; int64.
        counts: paragraphs of each.

    Raises:
        DedupError: there are too many documents, or one has too many paragraphs.
    """
    if len(documents) and (int(documents.max()) >= MOST_DOCUMENTS or int(counts.max()) > 1 << INDEX_BITS):
        what = f"there are more than {MOST_DOCUMENTS:,} documents, or more than {1 << INDEX_BITS:,} paragraphs in one"
        raise DedupError(f"{what}; nothing was decided", hint="split the corpus, or the document")
    begins = np.cumsum(counts, dtype=np.int64) - counts
    index = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(begins, counts)
    numbers: Ints = np.repeat(documents << INDEX_BITS, counts) | index
    return numbers


def document_of(paragraph: Any) -> Any:
    """Return the document's number of a paragraph; of integers, arrays of them, or a column."""
    if hasattr(paragraph, "cast"):
        from pyspark.sql import functions as f

        return f.shiftright(paragraph, INDEX_BITS)
    return paragraph >> INDEX_BITS


def index_of(paragraph: Any) -> Any:
    """Return a paragraph's number in its document; of integers, arrays of them, or a column."""
    mask = (1 << INDEX_BITS) - 1
    if hasattr(paragraph, "cast"):
        from pyspark.sql import functions as f

        return paragraph.bitwiseAND(f.lit(mask)).cast("int")
    return paragraph & mask


def binaries(data: Any, sizes: NDArray[np.integer[Any]]) -> pa.Array:
    """Return a column of so many bytes each, out of what lies one after the other.

    Raises:
        DedupError: these are more than 2 GB, which no batch of Arrow's can hold.
    """
    import pyarrow as pa

    offsets = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
    if int(offsets[-1]) >= 1 << 31:
        what = "a document holds more than 2 GB, or very many small ones came at once; nothing was decided"
        raise DedupError(what, hint="set spark.sql.execution.arrow.maxRecordsPerBatch to a smaller number")
    buffers = [None, pa.py_buffer(offsets.astype(np.int32).tobytes()), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.binary(), len(sizes), buffers)


def signed(values: NDArray[Any]) -> NDArray[Any]:
    """Return unsigned numbers as the signed ones of the same bits, as Spark has no others."""
    return np.ascontiguousarray(values).view(f"i{values.dtype.itemsize}")


def column(batch: pa.RecordBatch | pa.Table, name: str, dtype: Any = np.int64) -> NDArray[Any]:
    """Return a column without nulls as an array; unsigned ones have the bits that `signed` kept."""
    is_table = hasattr(batch, "to_batches")
    found = np.ascontiguousarray(batch.column(name).to_numpy(**({} if is_table else {"zero_copy_only": False})))
    wanted = np.dtype(dtype)
    return found.view(wanted) if wanted.kind == "u" else found.astype(wanted, copy=False)


def record(**columns: Any) -> pa.RecordBatch:
    """Return arrays as a batch."""
    import pyarrow as pa

    made = [values if isinstance(values, pa.Array) else pa.array(values) for values in columns.values()]
    return pa.RecordBatch.from_arrays(made, names=list(columns))


def batch_of(fields: str, **columns: Any) -> pa.RecordBatch:
    """Return a batch of a schema that is written as Spark's, with nulls in the columns that are not given."""
    import pyarrow as pa

    types = {"bigint": "int64", "int": "int32", "boolean": "bool", "binary": "binary", "string": "string"}
    schema = pa.schema([(name, types[kind]) for name, kind in map(str.split, fields.split(", "))])
    number = len(next(iter(columns.values())))
    given = [(columns.get(field.name, pa.nulls(number)), field.type) for field in schema]
    filled = [values.cast(kind) if isinstance(values, pa.Array) else pa.array(values, kind) for values, kind in given]
    return pa.RecordBatch.from_arrays(filled, schema=schema)


def over(kernel: Callable[..., Any], *given: Any) -> Callable[[Any], Any]:
    """Return a kernel over batches as ``mapInArrow`` wants it, or over a group as ``applyInArrow`` does."""

    def run(batches: Any) -> Any:  # no `partial`, of which Spark cannot tell the types of the arguments
        return kernel(*given, batches)

    return run


def both(kernel: Callable[..., pa.Table], *given: Any) -> Callable[[Any, Any], Any]:
    """Return a kernel over two groups as ``cogroup(…).applyInArrow`` wants it."""

    def run(left: Any, right: Any) -> Any:
        return kernel(*given, left, right)

    return run


class CheckpointStore:
    """Frames that are used more than once: computed once, and kept until all is done.

    Their plans end there. Merely persisted ones would drag all plans before them along, and the description of a plan
    that does so many times over fills the driver's memory.

    Args:
        directory: a path that all of the cluster can write and read: frames are kept there, and outlive the
            machines that made them. None: on the executors; where one of these is lost, Spark fails and says so.
    """

    def __init__(self, directory: str | None) -> None:
        self._directory = directory
        self._kept: list[DataFrame] = []
        self._names: dict[str, int] = {}

    def keep(self, frame: DataFrame, name: str) -> DataFrame:
        """Return a frame with the same rows that is computed now, and not again."""
        if self._directory is None:
            kept = _with_estimate(frame.localCheckpoint(eager=True))
            self._kept.append(kept)
            return kept
        number = self._names[name] = self._names.get(name, 0) + 1
        path = f"{self._directory.rstrip('/')}/{name}-{number}"
        frame.write.mode("overwrite").format(COLUMNS.data_source).save(path)
        return frame.sparkSession.read.schema(frame.schema).format(COLUMNS.data_source).load(path)

    def part(self, name: str) -> CheckpointStore:
        """Return a store of its own for a part of the work; what it keeps can be let go of before all is done."""
        return CheckpointStore(None if self._directory is None else f"{self._directory.rstrip('/')}/{name}")

    def release(self) -> None:
        """Let go of what is kept on the executors. A directory is left to the caller."""
        self._kept = []


def _with_estimate(kept: DataFrame) -> DataFrame:
    """Return a frame that was checkpointed, with an estimate of its size of no more bits than Spark's own numbers have.

    A checkpoint has the estimate of what it was made from, and a join multiplies those of its sides: after some rounds
    of joins the number alone fills the driver's memory. A longer one than Spark's default says
    nothing, and that is taken.
    """
    inner = getattr(kept, "_jdf", None)
    if inner is None:  # of Spark Connect, where plans are the server's
        return kept
    if inner.queryExecution().optimizedPlan().stats().sizeInBytes().bit_length() <= _ESTIMATE_BITS:
        return kept
    session = kept.sparkSession
    rows = inner.queryExecution().toRdd()
    return type(kept)(session._jsparkSession.internalCreateDataFrame(rows, inner.schema(), False), session)  # noqa: SLF001, FBT003 - there is no other way to it


def values(frame: DataFrame, *columns: Any) -> Sequence[Any]:
    """Return the figures of one row, which an aggregate has; 0 for those that are null."""
    (row,) = frame.agg(*columns).collect()
    return [0 if value is None else value for value in row]


def without_paragraphs(frame: DataFrame, others: DataFrame) -> DataFrame:
    """Return the rows of paragraphs that others does not have."""
    return frame.join(others.select("paragraph"), "paragraph", "left_anti")


def only_paragraphs(frame: DataFrame, others: DataFrame) -> DataFrame:
    """Return the rows of paragraphs that others has."""
    return frame.join(others.select("paragraph"), "paragraph", "left_semi")


def row_count(frame: DataFrame) -> int:
    """Return the number of rows."""
    from pyspark.sql import functions as f

    (number,) = values(frame, f.count(f.lit(1)))
    return int(number)
