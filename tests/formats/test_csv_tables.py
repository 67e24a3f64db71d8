"""CSV: rows as RFC 4180 has them, and what is wrong with them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.formats import csv_tables
from dedup.formats.files.discover import Source
from dedup.formats.files.encoding import Codec
from dedup.formats.files.reader import Reader
from dedup.formats.inputs import Inputs
from dedup.formats.parts import Part, PartBuilder, PartKind, PartResult, Work
from dedup.model.job import Job
from dedup.model.settings import Settings
from tests.support.cli_inprocess import run

if TYPE_CHECKING:
    from pathlib import Path

WORK = Work(Settings(), ("text",), Codec("utf-8"), 1 << 20)
FERRY = "The ferry to Sund does not sail in winter while the ice lies on the lake."
PRICE = 'The "price" of a ticket, with a bicycle; is nine crowns | and a half for all of us.'
VALUES = st.text(st.sampled_from('a,;\t|"\r\n é\u2028中'), max_size=12)

BYTES = st.lists(st.sampled_from([b"a", b",", b'"', b'""', b'",', b',"', b"\t", b"\r", b"\n", b"\xff", b"\0"])).map(
    b"".join
)


def inputs_of(data: bytes, limit: int = 1 << 28) -> Inputs:
    """Return an input that holds some bytes."""
    source = Source(None, "in.csv", "in.csv", None, kept=io.BytesIO(data))
    job = Job(("in.csv",), format="csv", max_document=limit)
    return Inputs([source], job, Codec("utf-8"), joined=False)


def parts(data: bytes) -> list[Part]:
    """Return the parts of a table, whatever it is taken for."""
    builder = PartBuilder(0, "in.csv", "in.csv", 0, WORK.max_document, field="text")
    with Reader(io.BytesIO(data), "in.csv", owned=True) as reader:
        return [part for part in csv_tables.read(reader, builder) if part is not None]


def texts(data: bytes) -> tuple[list[str], list[str]]:
    """Return the documents of a table, and what is told of it."""
    out, told = [], []
    for part in parts(data):
        result = PartResult()
        if part.format is not None:
            out += [one.text for one in csv_tables.records(part, WORK, result)]
        told += [error.what for error in [*result.problems, *([part.problem] if part.problem else [])]]
    return out, told


def written(rows: list[list[str]], delimiter: str, line_end: str, quoting: int) -> bytes:
    """Return a table as the standard library writes it."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue().encode()


@given(
    rows=st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=6),
    delimiter=st.sampled_from(csv_tables.DELIMITERS),
    # Of the signs of line ends, the standard library quotes those alone that it writes.
    style=st.sampled_from((("\r\n", csv.QUOTE_MINIMAL), *((end, csv.QUOTE_ALL) for end in ("\r\n", "\n", "\r")))),
    is_open=st.booleans(),
)
def test_what_the_standard_library_writes_is_read(
    *, rows: list[tuple[str, str, str]], delimiter: str, style: tuple[str, int], is_open: bool
) -> None:
    """All values, the line ends in them and at the end of rows, and the last row without one."""
    data = written([["id", "text", "more"], *map(list, rows)], delimiter, *style)
    if is_open:
        data = data.removesuffix(style[0].encode())
    assert b"".join(part.data for part in parts(data)) == data
    assert texts(data) == ([text for _, text, _ in rows], [])


@example(b'"a"b",c\n', b"text,a\n")
@given(BYTES, st.sampled_from((b"text,a\n", b'"text";b\r\n', b"\xef\xbb\xbftext\n", b"a\ttext\r")))
def test_any_bytes_come_through(data: bytes, head: bytes) -> None:
    """Whatever stands behind the first row, in parts that are put together again; no row is lost."""
    found = parts(head + data)
    assert b"".join(part.data for part in found) == head + data
    for part in found:
        if part.format is not None:
            result = PartResult()
            for one in csv_tables.records(part, WORK, result):
                again = csv_tables.record(part, one.start, one.end, one.line, WORK)
                assert again == one
                ends = csv_tables.locate(part, one, [0, len(one.text)], WORK)
                # It is brought back from its bytes: to cut anything else would be a loss.
                assert ends is not None
                raw, text = part.data[one.start : one.end][slice(*ends)], one.text.encode("utf-8", "surrogateescape")
                assert text in (raw, raw.replace(b'""', b'"'))


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_rows_are_put_together_from_pieces(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a piece ends within a line end, within a pair of quotation marks, or within a character."""
    monkeypatch.setattr("dedup.formats.parts.READ_SIZE", size)
    monkeypatch.setattr(csv_tables, "TASK_BYTES", size)
    rows = [[str(number), f'é "{number}"\r\n\r\n""中', "\r"] for number in range(40)]
    data = written([["id", "text", "more"], *rows], ",", "\r\n", csv.QUOTE_MINIMAL)
    found = parts(data)
    assert len(found) > 1
    assert b"".join(part.data for part in found) == data
    assert texts(data) == ([row[1] for row in rows], [])
    lines = [one.line for part in found for one in csv_tables.records(part, WORK, PartResult())]
    assert lines == [2 + 4 * number for number in range(40)]


@pytest.mark.parametrize(
    ("data", "expected", "told"),
    [
        (b"id,text\n1,a\n2\n3,b,c\n4,d\n", ["a", "d"], ["the row has 1 values", "the row has more than 2 values"]),
        (b'id,text\n1,"a"b\n2,c\n', ["c"], ["text stands behind a closing quotation mark"]),
        (b'id,text\n1,"a"b"\n2,""c"\n', [], ["text stands behind a closing quotation mark"] * 2),
        (b'id,text\n1,a "b" c\n', ['a "b" c'], []),
        (b"id,text\n\n1,a\n\r\n", ["a"], []),
        (b'id,text\n1,a\n2,"b\n3,c\n', ["a"], ["a quotation mark that opens here is never closed"]),
        (b"\xef\xbb\xbftext\nfirst\n", ["first"], []),
        (b"text\n\xff\xfe\n", ["\udcff\udcfe"], []),
        (b"text\na\0b\n", ["a\0b"], []),
        (b"text\n", [], []),
    ],
)
def test_what_is_wrong_is_told_and_passes_through(data: bytes, expected: list[str], told: list[str]) -> None:
    """With its place; all other rows are read."""
    found, problems = texts(data)
    assert found == expected
    assert [what.startswith(start) for what, start in zip(problems, told, strict=True)] == [True] * len(told)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"id,body\n1,a\n", r"no column 'text'"),
        (b"text,text\n1,a\n", r"several columns"),
        (b'"text\n1,a\n', r"no first row"),
        ("\ufefftext\na\n".encode("utf-16-le"), r"UTF-16"),
    ],
)
def test_a_table_without_its_column_is_not_read(data: bytes, what: str) -> None:
    """What it has is told."""
    inputs = inputs_of(data)
    assert [part.kind for part in inputs.parts() if part is not None] == [PartKind.END]
    assert what in inputs.failures[0].what
    if what.startswith("no column"):
        assert "'id', 'body'" in inputs.failures[0].hint


@pytest.mark.parametrize("chosen", ["0", "auto"])
def test_names_are_read_behind_a_byte_order_mark(chosen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one, if it stands in quotation marks and holds a line end; lines are counted on."""
    monkeypatch.setenv("DEDUP_NATIVE", chosen)
    data = b'\xef\xbb\xbf"a\n,""b",text\r\n1,first\n'
    (part,) = parts(data)
    assert part.detail.names == ('a\n,"b', "text")
    (one,) = csv_tables.records(part, WORK, PartResult())
    assert (one.text, one.line) == ("first", 3)


def test_names_and_identities_are_in_the_encoding_that_is_given(tmp_path: Path) -> None:
    """As the texts are."""
    path, log = tmp_path / "in.csv", tmp_path / "log.jsonl"
    path.write_bytes(f"id,artículo\né,{FERRY}\nñ,{FERRY}\n".encode("latin-1"))
    asked = ["--scope", "corpus", "--encoding", "latin-1", "--field", "artículo"]
    done = run([*asked, "--removed", str(log), str(path)])
    assert done.stdout == f"id,artículo\né,{FERRY}\nñ,\n".encode("latin-1"), done.stderr
    assert '"id": "ñ"' in log.read_text("utf-8")
    done = run(["--encoding", "latin-1", "--field", "other", str(path)])
    assert "'artículo'" in done.stderr.decode()
    done = run([*asked, "--within", "artículo", str(path)])
    assert done.stdout.count(FERRY.encode()) == 1, done.stderr


def test_a_row_above_the_limit_passes_through_unread() -> None:
    """And what is behind it: where it ends is not known."""
    inputs = inputs_of(b"text\na\n" + b'"' + b"x" * 5000 + b"\n" * 3_000_000 + b'"\nb\n')
    inputs._job = Job(("in.csv",), format="csv", max_document=4096)
    found = [part for part in inputs.parts() if part is not None and part.data]
    assert found[0].data == b"text\na\n"
    assert {part.kind for part in found[1:]} == {PartKind.THROUGH}
    assert "larger than 4096 bytes" in str(found[1].problem)


def test_a_table_is_cleaned_in_place_and_restored(tmp_path: Path) -> None:
    """Every byte outside of what goes stays; the log brings it back."""
    path, log = tmp_path / "in.csv", tmp_path / "log.jsonl"
    rows = [
        ["1", f"{FERRY}\r\n\r\n{PRICE}", 'a "b"'],
        ["2", f"{PRICE}\r\n\r\nAn end of its own.", ""],
        ["3", FERRY, ","],
    ]
    data = written([["id", "text", "more"], *rows], ";", "\r\n", csv.QUOTE_ALL)
    path.write_bytes(data)
    done = run(["--scope", "corpus", "--in-place", "--removed", str(log), str(path)])
    assert done.code == 0, done.stderr
    found = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline=""), delimiter=";"))
    assert found == [["id", "text", "more"], rows[0], ["2", "An end of its own.", ""], ["3", "", ","]]
    assert run(["--scope", "corpus", "--check", str(path)]).code == 0
    assert run(["--restore", str(log), "--in-place", str(path)]).code == 0
    assert path.read_bytes() == data


def test_rows_that_are_left_empty_can_be_dropped(tmp_path: Path) -> None:
    """With their line ends; null is nothing that a table can hold, and the value is left empty."""
    path, out, log = tmp_path / "in.tsv", tmp_path / "out.tsv", tmp_path / "log"
    path.write_bytes(f"text\tid\r\n{FERRY}\t1\r\n{FERRY}\t2\r\nAn end of its own.\t3\r\n".encode())
    for empty, expected in (("drop", b""), ("null", b"\t2\r\n"), ("keep", b"\t2\r\n")):
        asked = ["--scope", "corpus", "--empty", empty, "--removed", str(log)]
        assert run([*asked, "-o", str(out), str(path)]).code == 0
        head, tail = f"text\tid\r\n{FERRY}\t1\r\n".encode(), b"An end of its own.\t3\r\n"
        assert out.read_bytes() == head + expected + tail
        assert run(["--restore", str(log), "-o", str(tmp_path / "back.tsv"), str(out)]).code == 0
        assert (tmp_path / "back.tsv").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--mark"], b"no place for marks"),
        (["--delimiter", "||"], b"--delimiter is '||'"),
        (["--delimiter", '"'], b"--delimiter is"),
        (["--encoding", "utf-16"], b"CSV in utf-16"),
        (["--delimiter", ";"], b"no column 'text'"),
    ],
)
def test_what_a_table_cannot_do_is_refused(tmp_path: Path, arguments: list[str], says: bytes) -> None:
    """In one line, and the file is left as it is."""
    path = tmp_path / "in.csv"
    path.write_bytes(b"id,text\n1,a\n")
    done = run([*arguments, "--in-place", str(path)])
    assert done.code != 0
    assert says in done.stderr
    assert path.read_bytes() == b"id,text\n1,a\n"


def test_tables_are_not_written_one_behind_the_other(tmp_path: Path) -> None:
    """The names of the columns would stand in the middle; a directory takes both."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_bytes(f"text\n{FERRY}\n".encode())
    paths = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    done = run(["--scope", "corpus", "-o", str(tmp_path / "out.csv"), *paths])
    assert done.code != 0
    assert b"cannot be written behind another input" in done.stderr
    done = run(["--scope", "corpus", "-o", f"{tmp_path}/out/", *paths])
    assert done.code == 0, done.stderr
    assert [(tmp_path / "out" / f"{name}.csv").read_bytes() for name in "ab"] == [
        f"text\n{FERRY}\n".encode(),
        b"text\n\n",
    ]


def test_records_are_compared_within_the_value_of_a_column(tmp_path: Path) -> None:
    """As records of JSON are."""
    path = tmp_path / "in.csv"
    path.write_bytes("\n".join(["site,text", f"a,{FERRY}", f"b,{FERRY}", f"a,{FERRY}", ""]).encode())
    done = run(["--scope", "corpus", "--within", "site", str(path)])
    assert done.stdout.decode().splitlines() == ["site,text", f"a,{FERRY}", f"b,{FERRY}", "a,"]
