"""Columns of lists: each item is a paragraph; those that repeat vanish, and all others stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import UsageError, clean_documents, clean_table
from dedup.api.tables.list_items import SEPARATOR, joined, without
from dedup.model.decisions import Compared, Reason
from dedup.model.results import RemovedParagraph, WitnessParagraph
from tests.api.test_tables import BRIDGE, FERRY, SHOPS, removal_rows
from tests.support.tables import duckdb_connection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Lists = list[list[str | None] | None]
LISTS: Lists = [
    [f"  {BRIDGE}", "Short.", None, "", f"{FERRY} \r\n", f"{BRIDGE}\n", "Brief.", FERRY],
    None,
    [],
    [SHOPS, BRIDGE],
    [None],
]
ALONE: Lists = [[*LISTS[0][:5], "Brief."], *LISTS[1:]] if LISTS[0] else []
item = st.one_of(
    st.none(),
    st.sampled_from(
        [
            BRIDGE,
            FERRY,
            SHOPS,
            f"{BRIDGE}\n\n{FERRY}",
            f"{SHOPS}\n",
            f"Anew: {SHOPS} Or not?",
            "",
            " \n",
            "Short.",
            "x",
            "```",
        ]
    ),
)
lists = st.lists(item, max_size=9)


def _arrow(name: str) -> Callable[[Lists], Any]:
    def make(values: Lists) -> Any:
        import pyarrow as pa

        field = pa.field("piece", pa.large_string(), metadata={"a": "b"})
        return pa.table({"text": pa.array(values, getattr(pa, name)(field))})

    return make


def _polars(values: Lists) -> Any:
    import polars as pl

    return pl.DataFrame({"text": values}, schema={"text": pl.List(pl.String)})


def _pandas(kind: Callable[[Any], Any]) -> Callable[[Lists], Any]:
    def make(values: Lists) -> Any:
        import pandas as pd

        series = [None if value is None else kind(value) for value in values]
        return pd.DataFrame({"text": pd.Series(_numpy(series), dtype=object)})

    return make


def _numpy(items: Sequence[Any]) -> Any:
    import numpy as np

    out = np.empty(len(items), object)
    for number, one in enumerate(items):
        out[number] = one
    return out


def _pandas_arrow(values: Lists) -> Any:
    import pandas as pd
    import pyarrow as pa

    return pd.DataFrame({"text": pd.array(values, dtype=pd.ArrowDtype(pa.list_(pa.string())))})


def _duckdb(values: Lists) -> Any:
    connection = duckdb_connection()
    connection.execute("create or replace table pages (text varchar[])")
    for value in values:
        connection.execute("insert into pages values (?)", [value])
    return connection.table("pages")


def _dataset(values: Lists) -> Any:
    import datasets

    features = datasets.Features({"text": datasets.Sequence(datasets.Value("string"))})
    return datasets.Dataset.from_dict({"text": values}, features=features)


MAKERS: dict[str, tuple[str, Callable[[Lists], Any]]] = {
    **{name: ("pyarrow", _arrow(name)) for name in ("list_", "large_list", "list_view", "large_list_view")},
    "polars": ("polars", _polars),
    "pandas lists": ("pandas", _pandas(list)),
    "pandas tuples": ("pandas", _pandas(tuple)),
    "pandas arrays": ("pandas", _pandas(_numpy)),
    "pandas arrow": ("pandas", _pandas_arrow),
    "duckdb": ("duckdb", _duckdb),
    "datasets": ("datasets", _dataset),
}


def _read(table: Any) -> Lists:
    """Return the lists of a table, in which those of Python stand for all kinds of them."""
    if hasattr(table, "fetchall"):
        return [row[0] for row in table.fetchall()]
    column = table["text"]
    if hasattr(column, "combine_chunks") or hasattr(column, "to_list"):
        values = column.to_pylist() if hasattr(column, "combine_chunks") else column.to_list()
    else:
        values = list(column)
    return [
        None if value is None or value is getattr(value, "NA", 0) or _is_na(value) else list(value) for value in values
    ]


def _is_na(value: Any) -> bool:
    return type(value).__name__ == "NAType"


@pytest.mark.parametrize("name", MAKERS)
def test_items_that_repeat_vanish(name: str) -> None:
    """From lists of each kind, which stay of their kind; what is missing, or is no paragraph, stays in its place."""
    needs, make = MAKERS[name]
    pytest.importorskip(needs)
    pytest.importorskip("pyarrow") if needs == "duckdb" else None
    if name == "large_list_view" and not hasattr(pytest.importorskip("pyarrow"), name):
        pytest.skip("this version has none")
    before = make(LISTS)
    done = clean_table(before)
    assert _read(done.table) == ALONE
    assert _read(before) == LISTS
    kinds = [type(one) for one in (done.table, *getattr(done.table, "text", ()))] if needs == "pandas" else []
    assert kinds == ([type(one) for one in (before, *before.text)] if needs == "pandas" else [])
    for part in ("schema", "features", "dtypes", "types"):
        if hasattr(before, part) and needs != "pandas":
            assert getattr(done.table, part) == getattr(before, part)
    assert (done.removed, done.counts["changed"], done.paragraphs) == (2, 1, 8)
    whole = clean_table(make(LISTS), scope="corpus", empty="null")
    assert _read(whole.table) == [*ALONE[:3], [SHOPS], [None]]
    assert [one.counts["documents"] for one in (done, whole)] == [5, 5]


def test_the_paragraph_of_a_removal_is_an_item() -> None:
    pa = pytest.importorskip("pyarrow")
    done = clean_table(pa.table({"text": LISTS}), scope="corpus")
    rows = removal_rows(done.removals.to_pydict())
    for row in rows:
        items = LISTS[row["document"]]
        assert items is not None
        assert row["before"] + row["text"] + row["after"] == items[row["paragraph"]]
        witness = LISTS[row["witness_document"]]
        assert witness is not None
        assert row["witness_text"] in (witness[row["witness_paragraph"]] or "")
        assert joined(items)[row["start"] : row["end"]] == row["text"]
    assert [(row["document"], row["paragraph"], row["witness_document"], row["witness_paragraph"]) for row in rows] == [
        (0, 5, 0, 0),
        (0, 7, 0, 4),
        (3, 1, 0, 0),
    ]


def test_the_witness_in_a_table_of_references_is_an_item() -> None:
    pa = pytest.importorskip("pyarrow")
    table, before = pa.table({"text": [[SHOPS, BRIDGE]]}), pa.table({"text": [None, ["", None, "One.", BRIDGE]]})
    [row] = removal_rows(clean_table(table, against=before, scope="corpus").removals.to_pydict())
    assert (row["paragraph"], row["witness_reference"], row["witness_paragraph"]) == (1, 1, 3)
    [row] = removal_rows(clean_table(table, against=["", BRIDGE], scope="corpus").removals.to_pydict())
    assert (row["paragraph"], row["witness_reference"], row["witness_paragraph"]) == (1, 1, 0)


@given(lists)
def test_all_that_is_left_is_there_and_all_that_went_is_told(items: list[str | None]) -> None:
    """An item goes only if all of it repeats; it and nothing else is what the removals of its number hold."""
    [done] = clean_documents([joined(items)], split="blank")
    left, removals = without(items, done.removals)
    gone: dict[int, str] = {}
    reach = {}
    for one in removals:
        text = joined(items)[one.cut_start : one.cut_end]
        gone[one.paragraph] = gone.get(one.paragraph, "") + text
        reach[one.paragraph] = text.count(SEPARATOR)
        assert one.text == joined(items)[one.start : one.end]
    back, rest, number = [], iter(left), 0
    while number < len(items):
        if number in gone:
            covered = next(n for n in range(1, len(items) + 1) if joined(items[number : number + n]) == gone[number])
            back += items[number : number + covered]
            number += covered
        else:
            back.append(next(rest))
            number += 1
    assert back == items
    assert next(rest, "the end") == "the end"
    assert {one.text for one in removals} <= {one.text for one in done.removals}


def test_an_item_of_which_something_is_new_stays_whole() -> None:
    pa = pytest.importorskip("pyarrow")
    items = [
        BRIDGE,
        FERRY,
        f"{BRIDGE}\n\nThis is new here, and is said nowhere else in the list.",
        f"{BRIDGE}\n\n{FERRY}",
    ]
    done = clean_table(pa.table({"text": [items]}))
    assert done.table.column("text").to_pylist() == [items[:3]]
    assert (done.removed, done.counts["held_back"]) == (2, 1)
    assert [row["before"] + row["text"] + row["after"] for row in removal_rows(done.removals.to_pydict())] == [
        BRIDGE,
        f"\n\n{FERRY}",
    ]


def _whole(items: Sequence[str | None], first: int, last: int, behind: str = "") -> list[RemovedParagraph]:
    """Return the removal of a paragraph that reaches over some items; `behind`: begins behind this text."""
    text = joined(items)
    start = len(joined([*items[:first], ""])) + len(behind)
    end = len(joined(items[: last + 1]))
    witness = WitnessParagraph(0, 0, 1, text[0])
    return [
        RemovedParagraph(
            1, start, end, start, end, text[start:end], Reason.EXACT, Compared.IDENTICAL, (witness,), 1.0, 1.0, None
        )
    ]


def test_a_paragraph_of_several_items_goes_as_a_whole_or_not_at_all() -> None:
    """A block of code may stand in several; where its first line shares an item with other text, all of it stays."""
    code = ["```", SHOPS, "", FERRY, "```"]
    items: list[str | None] = ["Before.", *code, "After."]
    left, [one] = without(items, _whole(items, 1, 5))
    assert (left, one.paragraph) == (["Before.", "After."], 1)
    assert joined(items)[one.cut_start : one.cut_end] == joined(code)
    items = ["Before.", "Something else.\n```", *code[1:], "After."]
    assert without(items, _whole(items, 1, 5, "Something else.\n")) == (items, [])
    items = ["Before.", "```", SHOPS, None, FERRY, "```"]
    assert without(items, _whole(items, 1, 5)) == (items, []), "what is missing cannot go"


def test_split_is_not_asked_for_lists() -> None:
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"text": LISTS})
    with pytest.raises(
        UsageError, match=r"^column 'text' holds lists, whose items are the paragraphs. Hint: leave split"
    ):
        clean_table(table, split="line")
    assert clean_table(table, split="blank").table == clean_table(table).table
