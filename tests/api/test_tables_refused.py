"""What is no table, or has no texts where it should, is an error that says so; nothing is changed silently."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from dedup import UsageError, clean_table
from dedup.model.errors import InputError, MissingDependencyError
from tests.api.test_tables import BRIDGE, FERRY, columns_of
from tests.support.tables import KINDS, Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tables import Kind

ROWS = [f"{BRIDGE}\n{FERRY}\n{BRIDGE}", None, FERRY]


@pytest.mark.parametrize(
    "given",
    [(text for text in ROWS), [{"text": BRIDGE}], {"text": [BRIDGE]}, BRIDGE, b"bytes", None, 3, object(), Stream],
    ids=lambda one: type(one).__name__,
)
def test_what_is_no_table_is_refused(given: Any) -> None:
    with pytest.raises(UsageError, match=r"is no table\. Hint: tables are those of .* call clean_documents\(\)"):
        clean_table(given)


def test_a_generator_is_not_read() -> None:
    texts = iter(["one", "two"])
    with pytest.raises(UsageError):
        clean_table(texts)
    assert next(texts) == "one"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"column": "body"}, r"^there is no column 'body'. Hint: columns of text here: .*'text'"),
        (
            {"column": "text.body"},
            r"no column 'text.body'|'text' holds \w+, not text. Hint: 'text.body' can be found in",
        ),
        ({"column": "body.text"}, r"^there is no column 'body.text'. Hint: columns of text here: .*'text'"),
        ({"column": "id"}, r"^column 'id' holds (?i:u?\w*int\d*), not text. Hint: cast it to text first"),
        ({"column": None}, "name is of type NoneType"),
        ({"treshold": 0.5}, "unknown setting 'treshold'. Hint: Did you mean 'threshold'?"),
        ({"threshold": 2}, "threshold must be from 0 to 1, not 2"),
        ({"guard": "loose"}, "guard must be 'strict' or"),
        ({"empty": "away"}, "empty is 'away'. Hint: use one of keep, drop, null"),
        ({"within": "site"}, "within"),
        ({"scope": "corpus", "within": "host"}, "^there is no column 'host' to compare within"),
        ({"scope": "corpus", "within": "HOST"}, "^there is no column 'url' to compare within"),
        ({"against": ["one"]}, "against is for scope 'corpus'"),
        ({"scope": "corpus", "against": "one"}, "the references are one str"),
        ({"scope": "corpus", "against": {"text": "one"}}, "the references are one dict"),
        ({"workers": 2}, "workers is for scope 'corpus'"),
        ({"workers": 0}, "workers must be a number from 1 on, not 0"),
    ],
    ids=str,
)
def test_arguments_that_do_not_fit_are_usage_errors(kind: Kind, arguments: dict[str, Any], message: str) -> None:
    before = kind.make(columns_of(ROWS))
    with pytest.raises(UsageError, match=message):
        clean_table(before, **arguments)
    assert kind.read(before) == columns_of(ROWS)


@pytest.mark.parametrize("kind", KINDS)
def test_references_that_are_no_texts_are_named(kind: Kind) -> None:
    with pytest.raises(InputError, match=r"^reference 1: it is no string, but dict"):
        clean_table(kind.make(columns_of(ROWS)), against=["one", {"text": "two"}], scope="corpus")


def _frame(**columns: Any) -> Callable[[], Any]:
    def make() -> Any:
        import pandas as pd

        return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})

    return make


def _double_frame() -> Any:
    import pandas as pd

    return pd.DataFrame([[BRIDGE, FERRY, 1]], columns=["text", "text", "id"])


def _lazy() -> Any:
    import polars as pl

    return pl.LazyFrame({"text": ROWS})


def _enum() -> Any:
    import polars as pl

    return pl.DataFrame({"text": pl.Series(ROWS, dtype=pl.Enum([one for one in ROWS if one]))})


def _double_table() -> Any:
    import pyarrow as pa

    return pa.table([pa.array(ROWS), pa.array(ROWS)], names=["text", "text"])


def _no_utf8() -> Any:
    import pyarrow as pa

    texts = pa.array([b"fine", b"\xff\xfe", b"fine"]).view(pa.string())
    return pa.table({"text": texts})


def _full_dictionary() -> Any:
    import pyarrow as pa

    texts = [f"{BRIDGE}\n{BRIDGE}", *(f"Row {number}." for number in range(127))]
    return pa.table({"text": pa.array(texts).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string()))})


def _fixed_lists() -> Any:
    import pyarrow as pa

    return pa.table({"text": pa.array([["a", "b"]], pa.list_(pa.string(), 2)), "other": ["a"]})


def _splits() -> Any:
    import datasets

    return datasets.DatasetDict({"train": datasets.Dataset.from_dict({"text": ROWS})})


def _stream() -> Any:
    import datasets

    return datasets.Dataset.from_dict({"text": ROWS}).to_iterable_dataset()


def _double_relation() -> Any:
    import duckdb

    return duckdb.sql("select 'a' as text, 1 as id, 2 as ID")


def _inner_uuid() -> Any:
    import duckdb

    return duckdb.sql("select 'a' as text, {'key': uuid()} as page")


def _column() -> Any:
    import pyarrow as pa

    return pa.chunked_array([ROWS])


@pytest.mark.parametrize(
    ("needs", "make", "message"),
    [
        ("pandas", _frame(text=["one", 3]), r"^row 1: column 'text' holds no string, but int"),
        ("pandas", _frame(text=[None, b"one"]), r"^row 1: column 'text' holds no string, but bytes"),
        ("pandas", _frame(text=[None, {"a": "b"}]), r"^row 1: column 'text' holds no string, but dict"),
        ("pandas", _frame(text=["one", ["two"]]), r"^row 1: column 'text' holds no string, but list"),
        ("pandas", _frame(text=[["one"], "two"]), r"^row 1: column 'text' holds no list, but str"),
        (
            "pandas",
            _frame(text=[["one"], ["two", 3]]),
            r"^row 1: column 'text' holds a list with no string in it, but int",
        ),
        ("pandas", _double_frame, r"^there are 2 columns 'text'"),
        ("pandas", _frame(), r"^there is no column 'text'. Hint: the table has no columns"),
        ("polars", _lazy, r"^a LazyFrame is no table yet. Hint: collect\(\) it first"),
        ("polars", _enum, r"^column 'text' holds Enum.*, not text. Hint: cast it to text first"),
        ("pyarrow", _double_table, r"^there are 2 columns 'text'"),
        ("pyarrow", _no_utf8, r"^row 1: column 'text' is of texts, and this one is no UTF-8"),
        ("pyarrow", _full_dictionary, r"dictionary with indices of int8, which has no room for what is left"),
        ("pyarrow", _fixed_lists, r"^column 'text' holds fixed_size_list"),
        ("pyarrow", _column, r"^a ChunkedArray cannot be read as a table"),
        ("datasets", _splits, r"^a DatasetDict is several tables. Hint: clean one of them"),
        ("datasets", _stream, r"^an IterableDataset is no table. Hint: clean_documents\(\)"),
        ("duckdb", _double_relation, r"^there are several columns 'id'"),
        ("duckdb", _inner_uuid, r"^column 'page' is of type STRUCT\(.*UUID\), which Arrow lacks"),
    ],
)
def test_tables_that_cannot_be_cleaned_are_refused(needs: str, make: Callable[[], Any], message: str) -> None:
    pytest.importorskip(needs)
    if needs == "duckdb":
        pytest.importorskip("pyarrow")
    for empty in ("keep", "null"):
        with pytest.raises((UsageError, InputError), match=message):
            clean_table(make(), empty=empty)


def test_a_column_that_cannot_be_null_is_not_made_so() -> None:
    pa = pytest.importorskip("pyarrow")
    inner = pa.struct([pa.field("text", pa.string(), nullable=False)])
    schema = pa.schema([pa.field("text", pa.string(), nullable=False), pa.field("page", inner)])
    table = pa.table([pa.array(["a"]), pa.array([{"text": "a"}], inner)], schema=schema)
    for column in ("text", "page.text"):
        with pytest.raises(UsageError, match=f"column '{column}' cannot be null. Hint: empty='keep' or 'drop'"):
            clean_table(table, column, empty="null")
        assert clean_table(table, column, empty="drop").table.equals(table)


def test_texts_in_objects_are_refused() -> None:
    pytest.importorskip("pandas")
    with pytest.raises(
        UsageError, match=r"'page' holds object, not text. Hint: 'page.text' can be found in structs of"
    ):
        clean_table(_frame(page=[{"text": "a"}])(), "page.text")


def test_a_group_that_cannot_be_compared_is_named() -> None:
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"text": ["a", "b"], "site": [None, b"bytes"]})
    with pytest.raises(InputError, match=r"^document 1: the field 'site' cannot be compared"):
        clean_table(table, scope="corpus", within="site")


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pa = pytest.importorskip("pyarrow")
    stream = Stream(pa.table({"text": ROWS}))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(
        MissingDependencyError, match=r"PyArrow is needed for a Stream.* Hint: pip install 'paradedup\[parquet\]'"
    ):
        clean_table(stream)


def test_no_library_of_tables_is_loaded_by_this_one() -> None:
    """Nor is PyArrow, for frames of pandas and Polars."""
    libraries = "pandas", "polars", "pyarrow", "duckdb", "datasets", "pyspark"
    code = (
        "import sys, dedup; dedup.clean_table\n"
        "try: dedup.clean_table([])\n"
        "except dedup.UsageError: pass\n"
        f"print([name for name in {libraries} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_polars_is_enough_for_its_frames() -> None:
    pytest.importorskip("polars")
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import dedup, polars as pl\n"
        f"print(dedup.clean_table(pl.DataFrame({{'text': {ROWS!r}}}), scope='corpus').removed)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "2\n"
