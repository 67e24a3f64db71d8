"""What each library has beside values stays as it was, and other columns are shared, not copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dedup import clean_table
from tests.api.test_tables import BRIDGE, FERRY, SHOPS, columns_of, removal_rows
from tests.support.tables import KINDS, duckdb_connection

if TYPE_CHECKING:
    from tests.support.tables import Kind

TWICE = f"{BRIDGE}\n{FERRY}\n{BRIDGE}"
ONCE = f"{BRIDGE}\n{FERRY}"


def test_what_is_missing_in_a_frame_of_pandas_is_missing_in_the_same_way() -> None:
    pd = pytest.importorskip("pandas")
    missing = [None, float("nan"), pd.NA, pd.NaT]
    frame = pd.DataFrame({"text": pd.Series([*missing, TWICE], dtype=object)})
    done = clean_table(frame).table["text"].tolist()
    assert all(one is other for one, other in zip(done, missing, strict=False))
    assert done[-1] == ONCE
    assert frame["text"].tolist()[-1] == TWICE


def test_categories_keep_their_order() -> None:
    pd = pytest.importorskip("pandas")
    kind = pd.CategoricalDtype(["unused", FERRY, TWICE, BRIDGE], ordered=True)
    frame = pd.DataFrame({"text": pd.Series([TWICE, None, FERRY, TWICE], dtype=kind)})
    done = clean_table(frame).table["text"]
    assert done.dtype == pd.CategoricalDtype([*kind.categories, ONCE], ordered=True)
    assert done.astype(object).where(done.notna(), None).tolist() == [ONCE, None, FERRY, ONCE]
    whole = clean_table(frame, scope="corpus", empty="null").table["text"]
    assert whole.isna().tolist() == [False, True, True, True]
    assert frame["text"].dtype == kind


def test_other_columns_of_pandas_are_shared() -> None:
    """Whatever they are called, be it twice the same; and so is the class of the frame."""
    pd = pytest.importorskip("pandas")
    np = pytest.importorskip("numpy")

    frame_class: Any = type("Frame", (pd.DataFrame,), {"_constructor": property(lambda _: frame_class)})
    numbers = pd.Series(range(3))
    frame = frame_class(pd.concat([numbers, numbers, pd.Series([TWICE, None, ""], dtype=object)], axis=1))
    frame.columns = pd.Index([7, "twice", "text"], dtype=object)
    frame.insert(1, "twice", numbers * 2.5, allow_duplicates=True)
    done = clean_table(frame).table
    assert type(done) is frame_class
    assert list(done.columns) == [7, "twice", "twice", "text"]
    for column in range(3):
        assert np.shares_memory(done.iloc[:, column].to_numpy(), frame.iloc[:, column].to_numpy())
    assert done["text"].tolist() == [ONCE, None, ""]


def test_other_columns_and_chunks_of_arrow_are_shared() -> None:
    pa = pytest.importorskip("pyarrow")
    texts = pa.chunked_array([["a", "b"], [TWICE, "c"], [], ["d"]])
    table = pa.table({"id": pa.chunked_array([range(5)]), "text": texts})
    done = clean_table(table).table

    def places(column: Any) -> list[Any]:
        return [[buffer and buffer.address for buffer in chunk.buffers()] for chunk in column.chunks]

    assert places(done.column("id")) == places(table.column("id"))
    before, after = places(table.column("text")), places(done.column("text"))
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True, True]


def test_a_reader_comes_back_as_one() -> None:
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"text": pa.chunked_array([["a", TWICE], [None, TWICE]])})
    done = clean_table(table.to_reader())
    assert type(done.table) is type(done.removals) is pa.RecordBatchReader
    assert [batch.column(0).to_pylist() for batch in done.table] == [["a", ONCE], [None, ONCE]]
    assert done.removals.read_all().column("document").to_pylist() == [1, 3]


@pytest.mark.parametrize("needs", ["pyarrow", "polars", "datasets", "duckdb", "pandas"])
def test_texts_in_structs_are_found_by_a_path(needs: str) -> None:
    """All else in them stays, and a struct that is missing does, too."""
    pytest.importorskip(needs)
    pa: Any = pytest.importorskip("pyarrow") if needs != "polars" else None
    pages = [
        {"part": {"n": 1, "text": TWICE}, "url": "u"},
        None,
        {"part": None, "url": None},
        {"part": {"n": None, "text": None}, "url": "v"},
    ]
    cleaned = [{"part": {"n": 1, "text": ONCE}, "url": "u"}, *pages[1:]]
    before: Any = pa.table({"page": pa.array([None, *pages]).slice(1), "id": range(4)}) if pa else None
    if needs == "polars":
        import polars as pl

        inner = pl.Struct({"part": pl.Struct({"n": pl.Int64, "text": pl.String}), "url": pl.String})
        before = pl.DataFrame({"page": pages, "id": range(4)}, schema={"page": inner, "id": pl.Int64})
    elif needs == "datasets":
        import datasets

        before = datasets.Dataset.from_dict({"page": pages, "id": list(range(4))}).select([0, 1, 2, 3])
    elif needs == "duckdb":
        connection = duckdb_connection()
        connection.register(
            "pages_in_arrow", pa.table(before.to_pydict())
        )  # older versions misread one that is cut off
        before = connection.sql("from pages_in_arrow")
    elif needs == "pandas":
        import pandas as pd

        before = pd.DataFrame({"page": pd.arrays.ArrowExtensionArray(before.column("page")), "id": range(4)})
    done = clean_table(before, "page.part.text", empty="null")

    def read(table: Any) -> Any:
        if needs == "pandas":
            return pa.array(table["page"].array).to_pylist()
        if needs == "duckdb":
            return [row[0] for row in table.fetchall()]
        return (
            table["page"].to_list()
            if needs == "polars"
            else list(table["page"])
            if needs == "datasets"
            else table["page"].to_pylist()
        )

    assert read(before) == pages
    assert read(done.table) == cleaned
    assert done.removed == 1


def test_a_text_behind_a_struct_that_is_missing_is_none() -> None:
    """Arrow may hold one there, which nobody sees."""
    pa = pytest.importorskip("pyarrow")
    pages = pa.StructArray.from_arrays([pa.array([TWICE, TWICE])], names=["text"], mask=pa.array([True, False]))
    done = clean_table(pa.table({"page": pages}), "page.text")
    assert done.table["page"].to_pylist() == [None, {"text": ONCE}]
    assert done.paragraphs == 3


def test_a_column_whose_name_has_dots_is_found_first() -> None:
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"page": [{"text": TWICE}], "page.text": [FERRY], "a.b": [TWICE]})
    assert clean_table(table, "page.text").removed == 0
    assert clean_table(table, "a.b").removed == 1


@pytest.mark.parametrize("within", ["page.site", "a.site", "site", "text", "HOST"])
def test_rows_are_compared_with_their_like(within: str) -> None:
    """The value may be in a struct, in a column whose name has dots, or the host of an address."""
    pa = pytest.importorskip("pyarrow")
    sites = ["a", "b", "a", None, None]
    columns = {
        "page": [{"site": site} for site in sites],
        "a.site": sites,
        "site": sites,
        "url": [site and f"https://{site}.example/{row}" for row, site in enumerate(sites)],
        "body": [BRIDGE] * 5,
        "text": sites,
    }
    done = clean_table(pa.table(columns), "body", scope="corpus", within=within)
    assert done.table["body"].to_pylist() == [BRIDGE, BRIDGE, "", BRIDGE, BRIDGE]


def test_numbers_are_groups_and_what_is_missing_is_none() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"text": [BRIDGE] * 5, "site": [1, 2, 1, float("nan"), float("nan")]})
    for kind in ("float64", "Int64", "category", object):
        done = clean_table(frame.astype({"site": kind}), scope="corpus", within="site")
        assert done.table["text"].tolist() == [BRIDGE, BRIDGE, "", BRIDGE, BRIDGE]


@pytest.mark.parametrize("kind", KINDS)
def test_all_witnesses_of_a_paragraph_are_told(kind: Kind) -> None:
    """One that was merged of several has several."""
    columns = columns_of([f"{BRIDGE}\n\n{FERRY}\n\nBetween these.\n\n{BRIDGE} {FERRY}"])
    [row] = removal_rows(kind.read(clean_table(kind.make(columns)).removals))
    assert row["text"] == f"{BRIDGE} {FERRY}"
    assert row["witness_text"] == BRIDGE
    assert [(one["document"], one["paragraph"], one["text"]) for one in row["more_witnesses"]] == [(0, 1, FERRY)]


def _relation(columns: str, values: str) -> Any:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    connection.execute(f"create table pages ({columns})")
    connection.execute(f"insert into pages values ({values})")  # noqa: S608 - of this file
    return connection


def test_a_relation_keeps_types_that_arrow_lacks() -> None:
    columns = (
        "h hugeint, u uuid, text varchar, e enum('a', 'b)'), j json, z timetz, b bit, m map(varchar, int), i interval, "
        "d decimal(5, 2), s struct(a int, b varchar), l varchar[], a int[3], t timestamptz, n timestamp_ns, o blob"
    )
    values = (
        "170141183460469231731687303715884105727, uuid(), 'hello', 'b)', '{\"a\":  1}', '12:00:00+02', '10100000001', "
        "map{'a': 1}, interval '3 months 2 days 400 hours', 1.5, {'a': 1, 'b': 'q'}, ['a'], [1, 2, 3], "
        "'2020-01-02 03:04:05+06', '2020-01-01 00:00:00.123456789', '\\xAA'"
    )
    connection = _relation(columns, values)
    connection.execute("update pages set text = ?", [TWICE])
    before = connection.table("pages")
    done = clean_table(before).table
    assert list(map(str, done.types)) == list(map(str, before.types))
    [[*old]], [[*new]] = before.fetchall(), done.fetchall()
    old[2] = ONCE
    assert new == old
    with pytest.raises(Exception, match="holds JSON, not text"):
        clean_table(before, "j")


def test_a_relation_is_evaluated_once_and_its_connection_stays_as_it_was() -> None:
    """And the result is one of the same connection."""
    connection = _relation("id int, text varchar", "1, 'first'")
    connection.execute("insert into pages values (2, ?)", [TWICE])
    connection.execute("create table dedup_rows as select 'another' as text")
    table = "cleaned"  # DuckDB finds variables by their names
    before = connection.sql("select *, random() as r from pages order by id desc")
    done = clean_table(before)
    rows = done.table.fetchall()
    assert [row[:2] for row in rows] == [(2, ONCE), (1, "first")]
    assert done.table.fetchall() == rows
    assert connection.sql("select view_name from duckdb_views() where not internal").fetchall() == []
    assert sorted(connection.sql("select table_name from duckdb_tables()").fetchall()) == [("dedup_rows",), ("pages",)]
    done.table.create(table)
    assert connection.sql("select count(*) from cleaned join pages using (id)").fetchall() == [(2,)]
    assert done.removals.filter("witness_document = 0").fetchall() == done.removals.fetchall()


def test_a_data_set_keeps_its_description_and_its_format() -> None:
    datasets = pytest.importorskip("datasets")
    found = datasets.Dataset.from_dict({"text": [TWICE, SHOPS], "id": [1, 2]}, split="train")
    found.info.description = "a test"
    for shown in (found, found.with_format("numpy", columns=["id"], output_all_columns=True)):
        done = clean_table(shown).table
        assert (done.split, done.info.description, done.format) == (found.split, "a test", shown.format)
        assert done.with_format(None)["text"][:] == [ONCE, SHOPS]
    alone = clean_table(found.select_columns(["text"]), empty="drop", scope="corpus").table
    assert alone.column_names == ["text"]
    assert alone[:] == {"text": [ONCE, SHOPS]}
