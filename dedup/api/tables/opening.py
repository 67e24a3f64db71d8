"""What a table is, by its class: a library that has not been loaded has made none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dedup.model.errors import MissingDependencyError, UsageError

if TYPE_CHECKING:
    from dedup.api.tables.containers import Container

_KINDS = (
    ("pandas", "DataFrame", "pandas"),
    ("polars", "DataFrame", "polars"),
    ("polars", "LazyFrame", "lazy"),
    ("pyarrow", "Table", "table"),
    ("pyarrow", "RecordBatch", "batch"),
    ("pyarrow", "RecordBatchReader", "reader"),
    ("duckdb", "DuckDBPyRelation", "duckdb"),
    ("datasets", "Dataset", "dataset"),
    ("datasets", "DatasetDict", "splits"),
    ("datasets", "IterableDataset", "stream"),
    ("datasets", "IterableDatasetDict", "stream"),
)
_REFUSED = {
    "lazy": ("a LazyFrame is no table yet", "collect() it first; lazy() makes the result one again"),
    "splits": ("a DatasetDict is several tables", "clean one of them at a time"),
    "stream": ("an IterableDataset is no table", "clean_documents() takes one as it is read, record by record"),
    "pyspark": ("a DataFrame of Spark is cleaned where it is", "call clean_dataframe()"),
}
_HINT = (
    "tables are those of pandas, Polars, Arrow, DuckDB and datasets, and what has Arrow's PyCapsule interface; "
    "for texts or records, call clean_documents()"
)


def is_table(given: Any) -> bool:
    """Return True if an object is a table of some kind, be it one that is refused."""
    return _kind(given) is not None


def _kind(given: Any) -> str | None:
    for module, name, kind in _KINDS:
        loaded = sys.modules.get(module)
        known = getattr(loaded, name, None)
        if isinstance(known, type) and isinstance(given, known):
            return kind
    if type(given).__module__.partition(".")[0] == "pyspark":
        return "pyspark"
    if isinstance(given, type):
        return None
    return next((name for name in ("__arrow_c_stream__", "__arrow_c_array__") if hasattr(given, name)), None)


def opened(given: Any) -> Container:
    """Return a table as one that can be cleaned.

    Raises:
        UsageError: it is none.
        MissingDependencyError: PyArrow is needed, and not installed.
    """
    kind = _kind(given)
    if kind is None:
        raise UsageError(f"a {type(given).__name__} is no table", hint=_HINT)
    if kind in _REFUSED:
        what, hint = _REFUSED[kind]
        raise UsageError(what, hint=hint)
    if kind == "pandas":
        from dedup.api.tables.pandas_frames import PandasTable

        return PandasTable(given)
    if kind == "polars":
        from dedup.api.tables.polars_frames import PolarsTable

        return PolarsTable(given)
    return _by_arrow(given, kind)


def _by_arrow(given: Any, kind: str) -> Container:
    try:
        import pyarrow as pa
    except ImportError:
        what = f"PyArrow is needed for a {type(given).__name__}, and is not installed"
        raise MissingDependencyError(what, hint="pip install 'paradedup[parquet]'") from None

    from dedup.api.tables import arrow_tables

    if kind == "dataset":
        from dedup.api.tables.huggingface_datasets import DatasetRows

        return DatasetRows(given)
    if kind == "duckdb":
        from dedup.api.tables.duckdb_relations import Relation

        return Relation(given)
    if kind == "reader":
        return arrow_tables.ArrowTable(given.read_all(), arrow_tables.as_reader)
    try:
        if kind in ("table", "__arrow_c_stream__"):
            return arrow_tables.ArrowTable(pa.table(given) if kind != "table" else given, arrow_tables.as_it_is)
        batch = pa.record_batch(given) if kind != "batch" else given
        return arrow_tables.ArrowTable(pa.Table.from_batches([batch]), arrow_tables.as_batch)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise UsageError(f"a {type(given).__name__} cannot be read as a table ({error})", hint=_HINT) from error
