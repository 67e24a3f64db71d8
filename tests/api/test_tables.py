"""Tables of each library: what goes from them is what goes from their texts, and nothing else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import CleanedTable, clean_documents, clean_table
from tests.support.strategies import documents
from tests.support.tables import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup import Cleaned, WitnessParagraph
    from tests.support.tables import Columns, Kind

BRIDGE = "The council closed the old bridge on Monday for repairs that will take until the end of next summer."
SHOPS = "Shops on both sides of the river fear for their trade, and say that nobody had told them of the plan."
FERRY = "Until then a ferry takes passengers and bicycles from one bank to the other, every half an hour."
SETTINGS: list[dict[str, Any]] = [
    {},
    {"scope": "corpus"},
    {"scope": "corpus", "within": "site", "guard": "numbers", "threshold": 0.7},
    {"scope": "corpus", "keep": "none", "boilerplate": 2, "min_words": 3},
]


@st.composite
def texts(draw: st.DrawFn) -> list[str | None]:
    """Draw the texts of a table, in some rows of which there is none, and some of which stand in several."""
    plain = st.sampled_from([BRIDGE, f"{SHOPS}\n\n{BRIDGE}\n", f"{BRIDGE}\r\n{FERRY}\r\n{BRIDGE}", "", " \n", "Short."])
    return draw(st.lists(st.one_of(st.none(), plain, documents(most=5)), max_size=6))


def columns_of(values: Sequence[Any]) -> Columns:
    """Return a table with some texts, as columns."""
    return {
        "id": list(range(100, 100 + len(values))),
        "text": list(values),
        "site": ["aab"[number % 3] for number in range(len(values))],
    }


def _expected(columns: Columns, settings: dict[str, Any]) -> list[Cleaned]:
    if "within" in settings:
        rows = zip(columns["text"], columns["site"], strict=True)
        return list(clean_documents([{"text": text, "site": site} for text, site in rows], **settings))
    return list(clean_documents([text or "" for text in columns["text"]], **settings))


def _witness(row: int, one: WitnessParagraph) -> dict[str, Any]:
    elsewhere = (one.document, one.reference) != (None, None)
    return {
        "document": one.document if elsewhere else row,
        "reference": one.reference,
        **{name: getattr(one, name) for name in ("paragraph", "start", "end", "text")},
    }


def removal_rows(found: Columns) -> list[dict[str, Any]]:
    """Return the rows of a table of removals; lists and records as Python has them."""
    rows = [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)]
    return [{**row, "differs": list(row["differs"]), "more_witnesses": list(row["more_witnesses"])} for row in rows]


def _removals(columns: Columns, cleaned: list[Cleaned]) -> Iterator[dict[str, Any]]:
    """Yield what the rows of the table of removals should be."""
    same = "paragraph", "start", "end", "cut_start", "cut_end", "text", "similarity", "coverage", "block", "documents"
    for row, (text, done) in enumerate(zip(columns["text"], cleaned, strict=True)):
        for one in done.removals:
            first, *more = [_witness(row, witness) for witness in one.witnesses]
            yield {
                "document": row,
                **{name: getattr(one, name) for name in same},
                "before": text[one.cut_start : one.start],
                "after": text[one.end : one.cut_end],
                "reason": one.reason.value,
                "compared": one.compared.value,
                "differs": list(one.differs),
                **{f"witness_{name}": value for name, value in first.items()},
                "more_witnesses": more,
            }


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=settings().max_examples // 5)  # there are many kinds, and the decisions are those of one call
@given(texts(), st.sampled_from(SETTINGS))
def test_what_goes_is_what_goes_from_the_texts(kind: Kind, values: list[str | None], options: dict[str, Any]) -> None:
    """And all else is as it was: other columns, types, missing texts, index, metadata; also in what was given."""
    if kind.name != "pandas object":  # all others hold UTF-8
        values = [text and text.encode("utf-8", "replace").decode() for text in values]
    columns = columns_of(values)
    given_table = kind.make(columns)
    expected = _expected(columns, options)
    done = clean_table(given_table, **options)
    left = [None if text is None else one.text for text, one in zip(values, expected, strict=True)]
    assert kind.read(done.table) == {**columns, "text": left}
    assert kind.shape(done.table) == kind.shape(given_table)
    assert kind.read(given_table) == columns
    assert removal_rows(kind.read(done.removals)) == list(_removals(columns, expected))
    assert (done.paragraphs, done.kept, done.removed) == tuple(
        sum(getattr(one, name) for one in expected) for name in ("paragraphs", "kept", "removed")
    )
    assert done.counts["changed"] == sum(bool(one.removals) for one in expected)
    assert {name: done.counts[name] for name in ("exact", "near", "block", "boilerplate")} == {
        reason.value: sum(one.counts[reason] for one in expected) for reason in _reasons()
    }


def _reasons() -> list[Any]:
    from dedup.model.decisions import Reason

    return list(Reason)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_and_what_went_give_the_table_back(kind: Kind) -> None:
    columns = columns_of([f"{SHOPS}\n\n{BRIDGE}\n\n{FERRY}\n{SHOPS}", None, f"{BRIDGE}\r\n\r\nNew.\r\n{FERRY}"])
    done = clean_table(kind.make(columns), scope="corpus")
    restored = kind.read(done.table)["text"]
    for row in removal_rows(kind.read(done.removals)):
        text = restored[row["document"]]
        restored[row["document"]] = (
            text[: row["cut_start"]] + row["before"] + row["text"] + row["after"] + text[row["cut_start"] :]
        )
    assert done.removed == 3
    assert restored == columns["text"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_that_is_left_empty_is_kept_or_null_or_goes_with_its_row(kind: Kind) -> None:
    columns = columns_of([f"{BRIDGE}\n\n{FERRY}", f" {BRIDGE}", "", None, FERRY, "Short."])
    before = kind.make(columns)
    kept, null, drop = (clean_table(before, empty=empty, scope="corpus") for empty in ("keep", "null", "drop"))
    assert kind.read(kept.table) == {**columns, "text": [columns["text"][0], "", "", None, "", "Short."]}
    assert kind.read(null.table) == {**columns, "text": [columns["text"][0], None, "", None, None, "Short."]}
    rows = [0, 2, 3, 5]
    assert kind.read(drop.table) == {name: [values[row] for row in rows] for name, values in columns.items()}
    assert [one.counts["emptied"] for one in (kept, null, drop)] == [2, 2, 2]
    assert [one.counts["documents"] for one in (kept, null, drop)] == [6, 6, 6]
    assert kind.read(drop.removals)["document"] == [1, 4]
    assert [kind.shape(one.table)[:2] for one in (kept, null, drop)] == [kind.shape(before)[:2]] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_without_rows_stays_one(kind: Kind) -> None:
    before = kind.make(columns_of([]))
    for options in SETTINGS:
        done = clean_table(before, **options)
        assert isinstance(done, CleanedTable)
        assert kind.read(done.table) == columns_of([])
        assert kind.shape(done.table) == kind.shape(before)
        assert set(map(len, kind.read(done.removals).values())) == {0}
        assert not any(done.counts.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_may_be_held_against_another(kind: Kind) -> None:
    """Or against texts."""
    before, after = kind.make(columns_of([None, f"{BRIDGE}\n\n{SHOPS}"])), kind.make(columns_of([f"{FERRY}\n{SHOPS}"]))
    for references in (before, ["", f"{BRIDGE}\n\n{SHOPS}"]):
        done = clean_table(after, against=references, scope="corpus")
        assert kind.read(done.table)["text"] == [FERRY]
        [removal] = removal_rows(kind.read(done.removals))
        assert (removal["witness_document"], removal["witness_reference"], removal["witness_paragraph"]) == (None, 1, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_of_many_pieces_is_changed_where_it_should_be(kind: Kind) -> None:
    """Rows are read some thousands at a time."""
    if kind.name == "duckdb":
        pytest.skip("its rows are inserted one by one, and read as those of Arrow are")
    values: list[str | None] = [f"Row {number}." for number in range(9_000)]
    for row in (0, 4095, 4096, 8191, 8999):
        values[row] = f"{BRIDGE}\n{row}\n{BRIDGE}"
    values[4097] = None
    columns = columns_of(values)
    done = clean_table(kind.make(columns))
    left = [text and text.removesuffix(f"\n{BRIDGE}") for text in values]
    assert kind.read(done.table)["text"] == left
    assert kind.read(done.removals)["document"] == [0, 4095, 4096, 8191, 8999]
