"""What every format promises, whatever it is: those that are registered, and those that will be."""

from __future__ import annotations

import ast
import csv
import html
import io
import json
import pickle
import random
import tempfile
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup.formats.registry import FORMATS, by_suffix, format_named
from dedup.native.kernels import VARIABLE
from tests.support import strategies, web_archives
from tests.support.cli_inprocess import run

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.formats.parts import Format


def _as_lines(texts: list[str]) -> bytes:
    return "".join(json.dumps({"n": n, "text": text}) + "\n" for n, text in enumerate(texts)).encode()


def _from_lines(data: bytes) -> list[str]:
    return [json.loads(line)["text"] for line in data.splitlines()]


def _as_table(texts: list[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["n", "text"], *([str(n), text] for n, text in enumerate(texts))])
    return out.getvalue().encode()


def _from_table(data: bytes) -> list[str]:
    return [row["text"] for row in csv.DictReader(io.StringIO(data.decode(), newline=""))]


def _as_rows(texts: list[str]) -> bytes:
    out = io.BytesIO()
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pytest.importorskip("pyarrow").table({"n": range(len(texts)), "text": texts}), out)
    return out.getvalue()


def _from_rows(data: bytes) -> list[str]:
    found: list[str] = pytest.importorskip("pyarrow.parquet").read_table(io.BytesIO(data)).column("text").to_pylist()
    return found


def _as_archive(texts: list[str]) -> bytes:
    answers = [
        web_archives.Made("response", text.encode(), "text/plain; charset=utf-8", http=True) for text in texts[::2]
    ]
    pages = [web_archives.Made("conversion", text.encode()) for text in texts[1::2]]
    records = [one for pair in zip_longest(answers, pages) for one in pair if one is not None]
    return web_archives.written([web_archives.Made("warcinfo", b"a: b\r\n", "application/warc-fields"), *records])


def _from_archive(data: bytes) -> list[str]:
    return [one.payload.decode() for one in web_archives.read(data)[1:]]


def _as_page(texts: list[str]) -> bytes:
    pytest.importorskip("turbohtml")
    between = "\r\n\r\n" if "\r" in texts[0] else "\n\n"
    paragraphs = "".join(f"<p>{html.escape(one)}</p>\n" for one in texts[0].split(between))
    return f"<!DOCTYPE html>\n<title>{between!r}</title>\n<body>\n{paragraphs}</body>\n".encode()


def _from_page(data: bytes) -> list[str]:
    html5lib = pytest.importorskip("html5lib")
    page = html5lib.parse(data.decode(), namespaceHTMLElements=False)
    return [ast.literal_eval(page.find(".//title").text).join(one.text for one in page.iter("p"))]


ASKED = {"html": ["--html", "keep"]}
"""What has to be asked for, so that a format is read."""
WAYS: dict[str, tuple[Callable[[list[str]], bytes], Callable[[bytes], list[str]]]] = {
    "text": (lambda texts: texts[0].encode(), lambda data: [data.decode()]),
    "jsonl": (_as_lines, _from_lines),
    "csv": (_as_table, _from_table),
    "parquet": (_as_rows, _from_rows),
    "warc": (_as_archive, _from_archive),
    "html": (_as_page, _from_page),
}
"""How documents are written in each format, and read again: with nothing of this project."""
EACH = pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)


@st.composite
def documents(draw: st.DrawFn) -> list[str]:
    """Return documents that have paragraphs in common, some with signs that formats write in ways of their own."""
    rng = random.Random(draw(st.integers(0, 1 << 32)))  # noqa: S311 - not for secrets
    stock = [strategies.prose(rng) for _ in range(3)]
    stock.append(f'{stock[0]} "quoted", and a comma; a \\ and a \t tab.')
    number = draw(st.integers(1, 5))
    line_end = draw(st.sampled_from(("\n\n", "\r\n\r\n")))
    return [line_end.join(rng.choices(stock, k=draw(st.integers(1, 5)))) for _ in range(number)]


def test_each_format_is_tried_here() -> None:
    """A new one is to be written and read here, too."""
    assert WAYS.keys() == {form.name for form in FORMATS}


@EACH
def test_a_format_is_one_object(form: Format) -> None:
    """Also behind a pipe, and by each of its names."""
    assert pickle.loads(pickle.dumps(form)) is form  # noqa: S301 - our own
    assert format_named(form.name) is form
    for suffix in form.suffixes:
        assert by_suffix(f"some.where/A{suffix.upper()}") is by_suffix(f"a{suffix}.gz") is form


@EACH
@given(texts=documents())
@settings(max_examples=10)
def test_the_log_is_the_same_without_native_kernels(form: Format, texts: list[str]) -> None:
    """Byte for byte; and what it says of a text is the text, however that is written."""
    written, _ = WAYS[form.name]
    data, logs = written(texts if form.numbered else texts[:1]), []
    with tempfile.TemporaryDirectory() as directory:
        path, log = Path(directory) / f"in{form.suffixes[0]}", Path(directory) / "log.jsonl"
        path.write_bytes(data)
        for native in ("auto", "0"):
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv(VARIABLE, native)
                asked = ["--scope", "corpus", "--workers", "1", *ASKED.get(form.name, [])]
                run([*asked, "-o", str(path.with_name("out")) + path.suffix, "--removed", str(log), str(path)])
            logs.append(log.read_bytes())
    assert logs[0] == logs[1]
    for entry in map(json.loads, logs[0].splitlines()):
        assert any(entry.get("text", "") in text for text in texts)


@EACH
@given(texts=documents())
@settings(max_examples=10)
def test_documents_are_cleaned_as_the_library_cleans_them(form: Format, texts: list[str]) -> None:
    """In order; a second run changes nothing; the log brings every byte back."""
    written, read = WAYS[form.name]
    texts = texts if form.numbered else texts[:1]
    for scope, expected in (
        ("document", [dedup.clean(text).text for text in texts]),
        ("corpus", [one.text for one in dedup.clean_documents(texts, scope="corpus")]),
    ):
        with tempfile.TemporaryDirectory() as directory:
            path, log = Path(directory) / f"in{form.suffixes[0]}", Path(directory) / "log.jsonl"
            path.write_bytes(written(texts))
            before = path.read_bytes()
            arguments = ["--scope", scope, "--workers", "1", "--in-place", *ASKED.get(form.name, [])]
            assert run([*arguments, "--removed", str(log), str(path)]).code == 0
            cleaned = path.read_bytes()
            assert read(cleaned) == expected
            assert run([*arguments, str(path)]).code == 0
            assert path.read_bytes() == cleaned
            if log.exists():
                assert run(["--restore", str(log), "--in-place", str(path)]).code == 0
            assert path.read_bytes() == before
