"""The native kernels read rows of tables as the Python, the specification, does; they leave to it what is odd."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup.formats import csv_tables, parts, table_rows
from dedup.formats.csv_tables import Dialect
from dedup.formats.edits import read_documents
from dedup.formats.encoded_records import read_encoded
from dedup.formats.files.encoding import Codec
from dedup.formats.parts import Part, Record, Work
from dedup.formats.registry import TABLE
from dedup.model.settings import Settings
from dedup.native import kernels
from dedup.text import long_texts
from tests.support.fake_kernel import run_bytes

pytestmark = pytest.mark.skipif(kernels.native() is None, reason="the native kernels are not at work")

WORK = Work(Settings(scope="corpus"), ("text",), Codec("utf-8"), 1 << 20)
DELIMITERS = st.sampled_from([*csv_tables.DELIMITERS, " ", "\0", "\\", "a"])
VALUES = st.text(st.sampled_from([*'abé字😀";,\t|\r\n\x85\u2028\0\\ ']), max_size=12)
LONG_VALUES = st.builds(lambda text, times: text * times, VALUES, st.sampled_from([1, 1, 7, 40]))
PIECES = [
    *(
        b"a",
        b"bc",
        b" ",
        b'"',
        b'"',
        b'""',
        b'"""',
        b"\r",
        b"\n",
        b"\r\n",
        b"\n\r",
        b"\r\r\n",
        b"\0",
        b"x" * 40,
        b'"' * 35,
    ),
    *("é".encode(), "字".encode(), b"\xc3", b"\xa9", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf"),
]


@st.composite
def tables(draw: st.DrawFn) -> tuple[bytes, Dialect]:
    """Draw rows, most often with signs where they should not be, and how they are to be read."""
    delimiter = draw(DELIMITERS)
    columns = draw(st.integers(1, 3))
    sign = delimiter.encode()
    odd = st.lists(st.sampled_from([*PIECES, sign, sign, sign + b'"', b'"' + sign]), max_size=8).map(b"".join)
    quoted = VALUES.map(lambda text: b'"' + text.encode().replace(b'"', b'""') + b'"')
    rows = st.lists(st.one_of(quoted, quoted, odd), min_size=columns, max_size=columns).map(sign.join)
    ended = st.builds(bytes.__add__, st.one_of(rows, rows, odd), st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n", b""]))
    data = b"".join(draw(st.lists(ended, max_size=5)))
    names = tuple(f"name {number}" for number in range(columns))
    return data, Dialect(delimiter, names, draw(st.integers(0, columns - 1)))


def located_by_python(part: Part, record: Record, places: list[int]) -> list[int] | None:
    """Return where characters of a text are in its row's bytes, as the specification says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kernels.VARIABLE, "0")
        return csv_tables.locate(part, record, places, WORK)


def check_same(part: Part, work: Work = WORK) -> bool:
    """Check that a part is read alike, or left to Python; return whether it was read."""
    native = kernels.native()
    assert native is not None
    found = read_encoded(work, [part])
    (result,), documents = read_documents(work, [part])
    for one in [one for one in documents if one.record.text][:2]:
        # A row that is sound is found among others that are not, too.
        places = [*range(len(one.record.text) + 1)]
        row, table = part.data[one.record.start : one.record.end], part.detail.table()
        expected = located_by_python(part, one.record, places)
        assert expected is not None
        is_valid = not any("\ud800" <= sign <= "\udfff" for sign in one.record.text)
        assert native.locate_in_row(row, table, places) == (expected if is_valid else None)
        assert csv_tables.locate(part, one.record, places, work) == expected
        assert native.locate_in_row(row, table, [*places, len(places)]) is None  # there is no such place
        assert native.locate_in_row(row + b"\n", table, places) is None
    if found is None:
        return False
    assert (result.problems, result.counts.invalid_utf8) == ([], 0)
    assert found.counts == [result.counts.documents] == [len(documents)]
    texts = [found.texts.data[start:end].decode() for start, end in found.texts.edges.tolist()]
    assert texts == [one.record.text for one in documents]
    assert found.places.tolist() == [[one.record.line, one.record.start, one.record.end] for one in documents]
    return True


@given(tables(), st.booleans(), st.sampled_from([b"", b"", b"\xef\xbb\xbf"]))
@example((b'"a"b,"\n"\n', Dialect(",", ("",), 0)), False, b"")  # noqa: FBT003 - as it is drawn
@example((b'a\n1 "b\n"', Dialect(",", ("",), 0)), False, b"")  # noqa: FBT003
@example((b'"a\n"\nb\r', Dialect(",", ("",), 0)), False, b"\xef\xbb\xbf")  # noqa: FBT003
def test_whole_rows_end_at_the_same_place(table: tuple[bytes, Dialect], whole: bool, mark: bytes) -> None:  # noqa: FBT001
    """Wherever a piece of a table ends."""
    data, dialect = mark + table[0], table[1]
    native = kernels.native()
    assert native is not None
    begin = table_rows.begin_of_rows(data)
    for stop in range(len(data) + 1):
        piece = data[:stop]
        if begin > stop:
            continue
        expected = table_rows._end_of_rows(piece, begin, dialect.delimiter, whole=whole)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(table_rows, "_PIECE", 3)
            assert table_rows._end_of_rows(piece, begin, dialect.delimiter, whole=whole) == expected
        assert native.end_of_rows(piece, begin, ord(dialect.delimiter), whole) == expected
        assert table_rows.end_of_rows(piece, begin, dialect.delimiter, whole=whole) == expected


@given(tables(), st.sampled_from([0, 7]), st.sampled_from([b"", b"\xef\xbb\xbf"]))
@example((b"1,\xc3\n2,\xa9\n", Dialect(",", ("id", "text"), 1)), 7, b"")
@example((b'"t\n"\n1\n', Dialect(",", ("t\n",), 0)), 0, b"\xef\xbb\xbf")
@example((b"1\n\n2,3\n", Dialect(",", ("id", "text"), 0)), 7, b"")
@example((b'1,"a"b\n', Dialect(",", ("id", "text"), 1)), 7, b"")
@example((b'1,"a"b\n', Dialect(",", ("id", "text"), 0)), 7, b"")
def test_any_rows_are_read_alike(table: tuple[bytes, Dialect], offset: int, mark: bytes) -> None:
    """Or left to Python: all together and one by one, with the row that names the columns and without."""
    data, dialect = (b"" if offset else mark) + table[0], table[1]
    # A part is made of whole rows.
    begin = 0 if offset else table_rows.begin_of_rows(data)
    end, _ = table_rows._end_of_rows(data, begin, dialect.delimiter, whole=True)
    if end:
        whole = Part(0, TABLE, "in", "in", data[:end], line=5, offset=offset, detail=dialect)
        check_same(whole)
        for one, _ in csv_tables._single(whole):
            check_same(one)


@given(
    st.lists(st.tuples(LONG_VALUES, LONG_VALUES), max_size=5),
    st.sampled_from(csv_tables.DELIMITERS),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_plain_rows_are_not_left_to_python(rows: list[tuple[str, str]], delimiter: str, quoting: int) -> None:
    """With any texts, as the standard library writes them; bytes of other columns may be of any kind."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows([("text", "id"), *rows])  # type: ignore[arg-type]
    data = out.getvalue().encode() + f"a{delimiter}".encode() + b"\xff\r\n"
    detail = Dialect(delimiter, ("text", "id"), 0)
    assert check_same(Part(0, TABLE, "in", "in", data, detail=detail))


@settings(max_examples=20)
@given(tables(), st.sampled_from([1, 5, 64, 1 << 20]), st.booleans())
def test_whole_runs_are_the_same(table: tuple[bytes, Dialect], size: int, is_plain: bool) -> None:  # noqa: FBT001
    """What goes, what is told, and what is counted, however the table comes in pieces: odd rows between copies."""
    data, dialect = table
    sign, others = dialect.delimiter.encode(), len(dialect.names) - 1
    row = b'"one two ""three"" four\n\nfive six seven eight"' + (sign + b'"b"') * others + b"\n"
    whole = b"text" + (sign + b"b") * others + b"\n" + row + (b"" if is_plain else data + b"\n") + row + row + data
    found = []
    for chosen in "01":
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(kernels.VARIABLE, chosen)
            patch.setattr(csv_tables, "TASK_BYTES", size)
            patch.setattr(parts, "READ_SIZE", size)
            asked = Settings(scope="corpus", min_words=1)
            out, outcome, told = run_bytes(whole, settings=asked, format="csv", delimiter=dialect.delimiter)
            found.append((out, outcome, [(error.what, error.place) for error in told.problems]))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "work",
    [
        Work(WORK.settings, ("text",), WORK.codec, 4),
        Work(WORK.settings, ("text",), Codec("latin-1"), 1 << 20),
        Work(Settings(scope="corpus", within="id"), ("text",), WORK.codec, 1 << 20),
    ],
)
def test_what_asks_for_more_is_left_to_python(work: Work) -> None:
    """What is too long, another encoding, and groups."""
    part = Part(0, TABLE, "in", "in", b"id,text\n1,abc\n", detail=Dialect(",", ("id", "text"), 1))
    assert not check_same(part, work)
    assert check_same(part)


def test_very_long_rows_are_left_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their texts may have to be split in pieces."""
    monkeypatch.setattr(long_texts, "LONG", 4)
    detail = Dialect(",", ("id", "text"), 1)
    assert not check_same(Part(0, TABLE, data=b"id,text\n1,abc\n", detail=detail))
    assert check_same(Part(0, TABLE, data=b"id,text\n1,ab\n", detail=detail))


def test_a_kernel_that_raises_ends_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python finds the rows."""

    def raising(*_: object) -> tuple[int, int]:
        raise RuntimeError("native kernel: a fault")

    monkeypatch.setattr(table_rows, "native", lambda: SimpleNamespace(end_of_rows=raising))
    assert table_rows.end_of_rows(b"a\nb", 0, ",", whole=False) == (2, 1)
