"""Parquet on this machine: the texts are cleaned as those of JSON lines are, and all else stays as it was."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import sys
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cli_inprocess import Done, run

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SAID = "The harbour master counts every boat that comes home before the storm, and writes their names into a book."
OTHER = "Nobody in the valley remembers who built the old stone bridge, but all of them cross it on market days."
THIRD = 'A "ferry" sails to Sund in summer;\tthe mate sells tickets on board \\ and none are sold on land, they say.'
TEXTS = [
    f"{SAID}\n\n{OTHER}\n\n{SAID}\n",
    f"{OTHER}\n\n{THIRD}\n",
    None,
    "",
    f"{THIRD}\n\nمرحبا بكم في مدينة الميناء القديمة حيث تعود القوارب كل مساء قبل العاصفة الكبيرة.\n",
    f"{SAID}\n",
    f"Control \x01 and \x08 and \x0c, \x7f and \u2028 stand here, and nothing of them gets lost on the way.\n\n{SAID}",
]
SPECIAL = ["string", "large_string", "string_view", "dictionary", "binary", "large_binary"]


def _told(done: Done) -> str:
    return done.stderr.decode()


def _column(kind: str, texts: list[str | None]) -> Any:
    if kind == "dictionary":
        return pa.array(texts).dictionary_encode()
    if kind in ("binary", "large_binary"):
        return pa.array([text and text.encode() for text in texts], getattr(pa, kind)())
    array = pa.array(texts, getattr(pa, kind)())
    try:
        pq.write_table(pa.table([array], ["text"]), io.BytesIO())
    except NotImplementedError as error:
        pytest.skip(f"this pyarrow writes no {kind}: {error}")
    return array


def _texts(table: Any, name: str = "text") -> list[Any]:
    return [text.decode() if isinstance(text, bytes) else text for text in table.column(name).to_pylist()]


def _plain(table: Any) -> Any:
    """Return a table whose texts have no dictionary, in which they could stand in another order."""
    kind = table.schema.field("text").type
    return table.cast(table.schema.set(1, pa.field("text", kind.value_type))) if pa.types.is_dictionary(kind) else table


def _as_lines(directory: Path, texts: list[Any], *options: str) -> list[Any]:
    """Return what becomes of the same texts in JSON lines."""
    path, done = directory / "lines.jsonl", directory / "lines-out.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    assert run([*options, "-o", str(done), str(path)]).code == 0
    return [json.loads(line)["text"] for line in done.read_text(encoding="utf-8").splitlines()]


def _table(kind: str = "string", texts: list[str | None] = TEXTS) -> Any:
    many = list(range(len(texts)))
    return pa.table(
        {
            "id": pa.array([f"no-{number}" for number in many]),
            "text": _column(kind, texts),
            "seen": pa.array([number * 10**15 for number in many], pa.timestamp("us", tz="UTC")),
            "score": pa.array([None if number == 1 else number / 7 for number in many], pa.float32()),
            "page": pa.array([{"url": f"https://a{number % 2}.example/x", "tags": ["a", None]} for number in many]),
            "place": pa.array(["Sund", "Bergen", None] * len(many))[: len(many)].dictionary_encode(),
        },
    ).replace_schema_metadata({"made": "by hand", "pandas": "{}"})


@pytest.mark.parametrize("scope", ["document", "corpus"])
@pytest.mark.parametrize("kind", SPECIAL)
def test_texts_are_cleaned_and_all_else_stays(tmp_path: Path, kind: str, scope: str) -> None:
    """Values, types, metadata, order, row groups and their compression; and the log brings the texts back."""
    path, done, log, back = (tmp_path / name for name in ("a.parquet", "b.parquet", "log.jsonl", "c.parquet"))
    pq.write_table(_table(kind), path, row_group_size=3, compression={"text": "zstd", "id": "gzip", "score": "none"})
    outcome = run(["--scope", scope, "--removed", str(log), "-o", str(done), str(path)])
    assert outcome.code == 0, _told(outcome)
    before, after = pq.ParquetFile(path), pq.ParquetFile(done)
    expected = _as_lines(tmp_path, TEXTS, "--scope", scope)
    old, new = before.read(), after.read()
    assert _texts(new) == expected != TEXTS
    assert new.drop(["text"]).equals(old.drop(["text"]))
    assert after.schema.equals(before.schema)
    assert new.schema.equals(old.schema, check_metadata=True)
    for number in range(before.num_row_groups):
        one, other = before.metadata.row_group(number), after.metadata.row_group(number)
        assert one.num_rows == other.num_rows
        columns = [(one.column(at), other.column(at)) for at in range(one.num_columns)]
        assert [a.compression for a, _ in columns] == [b.compression for _, b in columns]
        assert [a.is_stats_set for a, _ in columns] == [b.is_stats_set for _, b in columns]
    assert after.num_row_groups == before.num_row_groups == 3
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    places = [entry["document"] for entry in entries if "document" in entry]
    assert places
    assert all(place["id"] == f"no-{place['line'] - 1}" for place in places)
    assert run(["--scope", scope, "-o", str(back), str(done)]).code == 0
    assert pq.read_table(back).equals(new)
    assert run(["--restore", str(log), "-o", str(back), str(done)]).code == 0
    assert _plain(pq.read_table(back)).equals(_plain(old))
    assert run(["--restore", str(log), "--in-place", str(done)]).code == 0
    assert _plain(pq.read_table(done)).equals(_plain(old))


def test_a_list_has_a_paragraph_in_each_item(tmp_path: Path) -> None:
    """Those that stay are the same strings; a list that cannot be told apart again is reported, and stays."""
    lists: list[Any] = [
        [SAID, OTHER, SAID],
        [OTHER, "Two\nlines stand in this one."],
        [],
        None,
        [SAID, "", None],
        ["a\n\nb", SAID],
    ]
    path, done = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(pa.table({"paragraphs": pa.array(lists, pa.list_(pa.string()))}), path)
    outcome = run(["--field", "paragraphs", "--split", "blank", "-o", str(done), str(path)])
    assert pq.read_table(done).column("paragraphs").to_pylist() == [lists[0][:2], *lists[1:]]
    assert outcome.code == 2
    assert "a.parquet:5: field 'paragraphs' holds an array, not a string" in _told(outcome)
    assert "a.parquet:6: " in _told(outcome)


def test_a_text_may_stand_within_a_struct(tmp_path: Path) -> None:
    """A row without the struct stays without it, and its other members stay."""
    rows = [{"lang": "en", "text": {"main": f"{SAID}\n\n{SAID}", "side": "x"}}, None, {"lang": None, "text": None}]
    path, done = tmp_path / "a.parquet", tmp_path / "b.parquet"
    table = pa.table({"page": pa.array(rows), "text": pa.array(["1", "2", "3"]), "page.x": pa.array([SAID] * 3)})
    pq.write_table(table, path)
    assert run(["--field", "page.text.main", "-o", str(done), str(path)]).code == 0
    text = {"main": f"{SAID}\n\n", "side": "x"}
    expected = [{"lang": "en", "text": text}, *rows[1:]]
    found = pq.read_table(done)
    assert [row and {**row, "text": row["text"] and {**row["text"]}} for row in found.column("page").to_pylist()] == [
        {"lang": "en", "text": {"main": found.column("page")[0].as_py()["text"]["main"], "side": "x"}},
        *expected[1:],
    ]
    assert found.column("page")[0].as_py()["text"]["main"].strip() == SAID
    assert found.drop(["page"]).equals(table.drop(["page"]))
    # A column of the very name comes before a path.
    assert run(["--scope", "corpus", "--field", "page.x", "-o", str(done), str(path)]).code == 0
    assert pq.read_table(done).column("page.x").to_pylist() == [SAID, "", ""]


@pytest.mark.parametrize("kind", ["string", "string_view", "dictionary"])
@pytest.mark.parametrize("empty", ["drop", "null"])
def test_a_text_that_is_left_empty_is_dropped_or_null(tmp_path: Path, empty: str, kind: str) -> None:
    """With all of its row, or by itself."""
    texts: list[str | None] = [f"{SAID}\n\n{OTHER}", f"{SAID}\n\n{OTHER}", None, "", THIRD]
    path, done = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(_table(kind, texts), path, row_group_size=2)
    assert run(["--scope", "corpus", "--empty", empty, "-o", str(done), str(path)]).code == 0
    found = pq.read_table(done)
    kept = [0, 2, 3, 4] if empty == "drop" else [0, 1, 2, 3, 4]
    assert found.column("id").to_pylist() == [f"no-{number}" for number in kept]
    assert found.column("text").to_pylist() == [texts[at] if at != 1 else None for at in kept]
    assert found.column("page").to_pylist() == [_table(texts=texts).column("page")[at].as_py() for at in kept]


def test_marks_are_a_column_of_structs(tmp_path: Path) -> None:
    """They say what the fields of JSON lines say; the texts stay."""
    path, done = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(_table(), path, row_group_size=4)
    lines = tmp_path / "a.jsonl"
    lines.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS), encoding="utf-8")
    assert run(["--scope", "corpus", "--mark", "-o", str(tmp_path / "b.jsonl"), str(lines)]).code == 0
    assert run(["--scope", "corpus", "--mark", "-o", str(done), str(path)]).code == 0
    found = pq.read_table(done)
    assert found.select(_table().column_names).equals(pq.read_table(path))
    for marks, line in zip(
        found.column("dedup").to_pylist(), (tmp_path / "b.jsonl").read_text().splitlines(), strict=True
    ):
        expected = json.loads(line).get("dedup", [])
        assert [_without_nulls(mark) for mark in marks or []] == [_renamed(one) for one in expected]
    assert sum(map(len, filter(None, found.column("dedup").to_pylist()))) > 3
    again = run(["--scope", "corpus", "--mark", "-o", str(tmp_path / "c.parquet"), str(done)])
    assert (again.code, "has a column 'dedup' already" in _told(again)) == (2, True)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _renamed(value: Any) -> Any:
    """Return a mark of the JSON lines as one of the other file, whose name is another one."""
    if isinstance(value, dict):
        return {key: "a.parquet" if (key, one) == ("file", "a.jsonl") else _renamed(one) for key, one in value.items()}
    return [_renamed(one) for one in value] if isinstance(value, list) else value


def test_records_are_compared_within_a_column(tmp_path: Path) -> None:
    """By its value, or by the host of its URL."""
    texts: list[str | None] = [f"{SAID}\n"] * 4
    table = _table(texts=texts).append_column(
        "url", pa.array([f"https://a{number % 2}.example/x" for number in range(4)])
    )
    path, done = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(table, path)
    for within in ("HOST", "url", "page.url"):
        assert run(["--scope", "corpus", "--within", within, "-o", str(done), str(path)]).code == 0
        assert [bool(text.strip()) for text in pq.read_table(done).column("text").to_pylist()] == [
            True,
            True,
            False,
            False,
        ]


def test_a_directory_keeps_its_partitions(tmp_path: Path) -> None:
    """Each file is written to its place, and what is no Parquet is left."""
    for day in ("day=1", "day=2"):
        (tmp_path / "in" / day).mkdir(parents=True)
        pq.write_table(_table(), tmp_path / "in" / day / "part-0.parquet")
    (tmp_path / "in" / "_SUCCESS").write_bytes(b"")
    done = run(["--scope", "corpus", "--format", "parquet", "-o", str(tmp_path / "out") + "/", str(tmp_path / "in")])
    assert done.code == 0, _told(done)
    names = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.parquet"))
    assert names == ["day=1/part-0.parquet", "day=2/part-0.parquet"]
    second = _texts(pq.ParquetFile(tmp_path / "out" / names[1]).read())
    assert [text for text in second if text and text.strip()] == []


def test_bytes_that_are_no_text_stay(tmp_path: Path) -> None:
    """They are counted, and stand there afterwards as before."""
    bad = f"{SAID}\n\nBytes of another time: ".encode() + b"\xff\xfe\xc3 stay as they are.\n\n" + SAID.encode()
    array = pa.array([bad, None], pa.binary()).view(pa.string())
    path, done = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(pa.table({"text": array}), path)
    outcome = run(["-o", str(done), str(path)])
    assert outcome.code == 0, _told(outcome)
    found = pq.read_table(done).column("text").cast(pa.binary()).to_pylist()
    assert found[0] is not None
    assert found[0].count(SAID.encode()) == 1
    assert b"\xff\xfe\xc3 stay" in found[0]
    assert found[1] is None


def _packed(path: Path) -> str:
    packed = path.with_name("p.parquet.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    return str(packed)


def _text(path: Path) -> str:
    text = path.with_name("t.parquet")
    text.write_text(SAID, encoding="utf-8")
    return str(text)


REFUSED: dict[str, tuple[Callable[[Path], list[str]], str, str]] = {
    "no column": (lambda path: ["--field", "body", str(path)], "no column 'body'", "--field: id, text, page.url"),
    "another type": (lambda path: ["--field", "score", str(path)], "column 'score' holds float, not text", "--field"),
    "another name": (
        lambda path: ["-o", str(path.parent / "o.jsonl"), "--format", "parquet", str(path)],
        "o.jsonl",
        "",
    ),
    "another encoding": (lambda path: ["--encoding", "latin-1", str(path)], "is in UTF-8 always", "leave --encoding"),
    "packed": (lambda path: [_packed(path)], "is Parquet packed with gzip", "unpack it first"),
    "no Parquet": (lambda path: [_text(path)], "its name says that it is Parquet", "--format"),
    "two at once": (lambda path: [str(path), str(path.parent / "z.parquet")], "cannot be written behind", "directory"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    """With the place, and what to do; nothing is written."""
    path = tmp_path / "a.parquet"
    pq.write_table(_table(), path)
    pq.write_table(_table(), tmp_path / "z.parquet")
    arguments, said, hint = REFUSED[name]
    outcome = run(["-o", str(tmp_path / "out.parquet"), *arguments(path)])
    assert outcome.code == 2
    assert said in _told(outcome)
    assert hint in _told(outcome)
    assert "Traceback" not in _told(outcome)
    assert not (tmp_path / "out.parquet").exists()


def test_standard_streams_are_refused(tmp_path: Path) -> None:
    """Its footer is read first, and a terminal is no place for it."""
    path = tmp_path / "a.parquet"
    pq.write_table(_table(), path)
    assert "Parquet is not written to standard output" in _told(run([str(path)]))
    piped = run(["-o", str(tmp_path / "o.parquet"), "--format", "parquet"], path.read_bytes())
    assert "Parquet cannot be read from a stream" in _told(piped)
    assert run(["--check", str(path)]).code == 1
    assert "a.parquet:1" in run(["--diff", str(path)]).stdout.decode()


def _damaged(data: bytes, how: str) -> bytes:
    if how == "cut off":
        return data[:-100]
    if how == "footer":
        return data[:-40] + b"\xff" * 30 + data[-10:]
    return data[:4] + b"\x00" * 400 + data[404:]


@pytest.mark.parametrize("how", ["cut off", "footer", "page"])
def test_a_damaged_file_fails_by_itself(tmp_path: Path, how: str) -> None:
    """The others are written; of this one nothing is."""
    (tmp_path / "in").mkdir()
    pq.write_table(_table(), tmp_path / "in" / "a.parquet")
    pq.write_table(_table(), tmp_path / "in" / "b.parquet", compression="none", use_dictionary=False)
    damaged = tmp_path / "in" / "b.parquet"
    damaged.write_bytes(_damaged(damaged.read_bytes(), how))
    outcome = run(["--include", "*.parquet", "-o", str(tmp_path / "out") + "/", str(tmp_path / "in")])
    assert outcome.code == 2
    assert "b.parquet: is damaged" in _told(outcome)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.parquet"]
    corpus = run(
        ["--scope", "corpus", "--include", "*.parquet", "-o", str(tmp_path / "o2") + "/", str(tmp_path / "in")]
    )
    assert corpus.code == 2
    assert "is damaged" in _told(corpus)
    assert not (tmp_path / "o2" / "b.parquet").exists()


def test_without_pyarrow_one_line_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written."""
    path = tmp_path / "a.parquet"
    pq.write_table(_table(), path)
    for name in [name for name in sys.modules if name.startswith("dedup.formats.parquet_")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    outcome = run(["-o", str(tmp_path / "b.parquet"), str(path)])
    assert outcome.code == 2
    assert "a.parquet: needs pyarrow to be read. Hint: pip install 'paradedup[parquet]'" in _told(outcome)
    assert not (tmp_path / "b.parquet").exists()


def test_a_file_of_no_rows_stays_one(tmp_path: Path) -> None:
    """With its schema."""
    path, done = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(_table().slice(0, 0), path)
    for scope in ("document", "corpus"):
        assert run(["--scope", scope, "-o", str(done), str(path)]).code == 0
        assert pq.read_table(done).equals(pq.read_table(path))


@pytest.mark.parametrize("in_memory", [0, 1 << 20])
def test_rows_that_wait_on_disk_are_written_as_those_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    monkeypatch.setattr("dedup.formats.parquet_writer._IN_MEMORY", in_memory)
    path, done = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(_table(), path, row_group_size=3)
    assert run(["-o", str(done), str(path)]).code == 0
    assert _texts(pq.read_table(done)) == _as_lines(tmp_path, TEXTS)


def test_without_room_for_what_is_written_one_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is written."""

    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("dedup.formats.parquet_writer.tempfile.SpooledTemporaryFile", lambda _: Full())
    path, done = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(_table(), path)
    outcome = run(["-o", str(done), str(path)])
    assert outcome.code == 2
    assert _told(outcome).count("\n") == 1, _told(outcome)
    assert f"{tempfile.gettempdir()}: no space left on device" in _told(outcome).lower()
    assert not done.exists()
