"""Tables of each library with one text in a row: how they are made, and read again with nothing of this program."""

from __future__ import annotations

import importlib.util
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

Columns = dict[str, list[Any]]


class Kind(NamedTuple):
    """A kind of table.

    Attributes:
        name: says what it is.
        needs: the modules that are needed, in one string.
        make: makes one of columns: ``id`` (numbers), ``text`` (texts or None) and ``site`` (texts).
        read: returns the columns again; None where a value is missing.
        shape: returns all that should not change but values: types, index, metadata, order of columns.
    """

    name: str
    needs: str
    make: Callable[[Columns], Any]
    read: Callable[[Any], Columns]
    shape: Callable[[Any], Any]


def _pandas(dtype: Callable[[], Any]) -> Callable[[Columns], Any]:
    def make(columns: Columns) -> Any:
        import pandas as pd

        index = pd.Index([7 - number // 2 for number in range(len(columns["id"]))], name="place")  # some of them twice
        series = {
            "id": pd.Series(columns["id"], index=index, dtype="int32"),
            "text": pd.Series(columns["text"], index=index, dtype=dtype()),
            "site": pd.Series(columns["site"], index=index, dtype=object),
        }
        frame = pd.DataFrame(series)
        frame.attrs["source"] = "a test"
        return frame

    return make


def _read_pandas(frame: Any) -> Columns:
    return {
        name: [None if gone else value for value, gone in zip(frame[name].tolist(), frame[name].isna(), strict=True)]
        for name in frame.columns
    }


def _pandas_shape(frame: Any) -> Any:
    kinds = ["category" if str(kind) == "category" else kind for kind in frame.dtypes]
    return list(frame.columns), kinds, frame.index.tolist(), frame.index.name, frame.attrs


def _of_arrow(name: str) -> Callable[[], Any]:
    def dtype() -> Any:
        import pandas as pd

        return pd.ArrowDtype(arrow_type(name))

    return dtype


def arrow_type(name: str) -> Any:
    """Return a type of Arrow that holds texts."""
    import pyarrow as pa

    if name == "dictionary":
        return pa.dictionary(pa.int16(), pa.string(), ordered=True)
    return getattr(pa, name)()


def arrow_texts(name: str, texts: list[Any]) -> Any:
    """Return texts as a column of Arrow in chunks of three rows."""
    import pyarrow as pa

    kind = arrow_type(name)
    chunks = []
    for begin in range(0, len(texts), 3):
        some = pa.array(["cut off", *texts[begin : begin + 3]], pa.string() if name == "dictionary" else kind)
        chunk = (some.dictionary_encode().cast(kind) if name == "dictionary" else some).slice(1)
        chunks.append(chunk)
    return pa.chunked_array(chunks, type=kind)


def _arrow(name: str) -> Callable[[Columns], Any]:
    def make(columns: Columns) -> Any:
        import pyarrow as pa

        texts = arrow_texts(name, columns["text"])
        fields = [
            pa.field("id", pa.int32(), nullable=False),
            pa.field("text", texts.type, metadata={"unit": "words"}),
            pa.field("site", pa.string()),
        ]
        arrays = [pa.array(columns["id"], pa.int32()), texts, pa.array(columns["site"], pa.string())]
        return pa.table(arrays, schema=pa.schema(fields, metadata={"source": "a test"}))

    return make


def _read_arrow(table: Any) -> Columns:
    return {name: table.column(number).to_pylist() for number, name in enumerate(table.schema.names)}


def _arrow_shape(table: Any) -> Any:
    chunks = list(map(len, getattr(table.column(1), "chunks", [])))
    schema = table.schema
    return schema.names, schema.types, schema.metadata, [(one.metadata, one.nullable) for one in schema], chunks


def _batch(columns: Columns) -> Any:
    return _arrow("string")(columns).combine_chunks().to_batches()[0] if columns["id"] else _empty_batch(columns)


def _empty_batch(columns: Columns) -> Any:
    import pyarrow as pa

    return pa.RecordBatch.from_pylist([], schema=_arrow("string")(columns).schema)


class Stream:
    """Something that has the PyCapsule interface of Arrow, and nothing else."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return a stream of batches."""
        return self._table.__arrow_c_stream__(requested_schema)

    @property
    def schema(self) -> Any:
        """The types, so that they can be compared."""
        return self._table.schema

    def column(self, number: int) -> Any:
        """Return a column, likewise."""
        return self._table.column(number)


def _polars(name: str) -> Callable[[Columns], Any]:
    def make(columns: Columns) -> Any:
        import polars as pl

        schema = {"id": pl.Int32, "text": getattr(pl, name), "site": pl.String}
        return pl.DataFrame(columns, schema=schema)

    return make


@cache
def duckdb_connection() -> Any:
    """Return a connection that outlives its relations: those of older versions do not keep it open."""
    import duckdb

    return duckdb.connect()


_number = count()


def _duckdb(columns: Columns) -> Any:
    connection, name = duckdb_connection(), f"table {next(_number)}"
    connection.execute(f"create table \"{name}\" (id hugeint, \"text\" varchar, site enum('a', 'b', 'c'))")
    for row in zip(*columns.values(), strict=True):
        connection.execute(f'insert into "{name}" values (?, ?, ?)', row)  # noqa: S608 - a name made up here
    return connection.sql(f'from "{name}"')


def _read_duckdb(relation: Any) -> Columns:
    rows = relation.fetchall()
    return {name: [row[number] for row in rows] for number, name in enumerate(relation.columns)}


def _dataset(columns: Columns) -> Any:
    import datasets

    datasets.disable_progress_bars()
    features = datasets.Features(
        {
            "id": datasets.Value("int32"),
            "text": datasets.Value("string"),
            "site": datasets.ClassLabel(names=["a", "b", "c"]),
        }
    )
    found = datasets.Dataset.from_dict(columns, features=features)
    found.info.description = "a test"
    return found


def _selected(columns: Columns) -> Any:
    """Return a data set whose rows are those of its table in another order, and which gives tensors of NumPy."""
    number = len(columns["id"])
    backwards = {name: values[::-1] for name, values in columns.items()}
    return _dataset(backwards).select(list(range(number))[::-1]).with_format("numpy", columns=["id"])


def _read_dataset(dataset: Any) -> Columns:
    found: Columns = dataset.with_format(None)[:]
    if "site" in found and "document" not in found:
        found = {**found, "site": ["abc"[number] for number in found["site"]]}
    return found


def _dataset_shape(dataset: Any) -> Any:
    return dataset.column_names, dataset.features, dataset.info.description, dataset.format


def _kinds() -> list[Kind]:
    pandas = {
        "object": lambda: object,
        "string": lambda: "string",
        "string[python]": lambda: "string[python]",
        "str": lambda: None,
        "category": lambda: "category",
        **{f"arrow {name}": _of_arrow(name) for name in ("string", "large_string", "dictionary")},
    }
    arrow = "string", "large_string", "string_view", "dictionary"
    return [
        *(
            Kind(
                f"pandas {name}",
                "pandas pyarrow" if "arrow" in name else "pandas",
                _pandas(dtype),
                _read_pandas,
                _pandas_shape,
            )
            for name, dtype in pandas.items()
        ),
        *(
            Kind(
                f"polars {name}",
                "polars",
                _polars(name),
                lambda frame: frame.to_dict(as_series=False),
                lambda frame: list(frame.schema.items()),
            )
            for name in ("String", "Categorical")
        ),
        *(Kind(f"arrow {name}", "pyarrow", _arrow(name), _read_arrow, _arrow_shape) for name in arrow),
        Kind("batch", "pyarrow", _batch, _read_arrow, _arrow_shape),
        Kind("stream", "pyarrow", lambda columns: Stream(_arrow("string")(columns)), _read_arrow, _arrow_shape),
        Kind("duckdb", "duckdb pyarrow", _duckdb, _read_duckdb, lambda one: (one.columns, list(map(str, one.types)))),
        Kind("datasets", "datasets", _dataset, _read_dataset, _dataset_shape),
        Kind("datasets selected", "datasets", _selected, _read_dataset, _dataset_shape),
    ]


KINDS = [
    pytest.param(
        kind,
        id=kind.name,
        marks=pytest.mark.skipif(
            any(importlib.util.find_spec(name) is None for name in kind.needs.split()), reason=f"needs {kind.needs}"
        ),
    )
    for kind in _kinds()
]
"""All kinds; those of libraries that are not installed are skipped."""
