"""HTML with ``--html text``: the text of pages is what is cleaned, logged and written."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from dedup.formats.html_text import extract, name_of_text
from dedup.model.errors import InputError
from tests.support.cli_inprocess import run

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("turbohtml")
pytest.importorskip("trafilatura")

TEXT = ["--isolated", "--html", "text"]
LEAD = "The ferry to Sund does not sail in winter while the ice lies on the lake, the master of the harbour said."
SECOND = "Its bow door was torn off in the storm of the third of February, and has been replaced by a yard in Sund."
THIRD = "Whoever has bought a ticket before the storm may sail with it until the end of July, or have the money back."
WORLD = {
    "el": "Το πλοίο για το νησί δεν φεύγει τον χειμώνα, όσο η θάλασσα είναι ταραγμένη και φυσάει δυνατός βοριάς.",
    "he": "המעבורת אל האי אינה יוצאת בחורף כל עוד הקרח מכסה את האגם כולו, כך אמר מנהל הנמל הישן ביום שישי בערב.",
    "ja": "島へ向かう渡し船は、湖に氷が張っている冬のあいだは出航しないと、港の責任者が金曜日の夕方に述べた。",
    "hi": "जब तक झील पर बर्फ जमी रहती है तब तक सर्दियों में द्वीप जाने वाली नाव नहीं चलती, बंदरगाह प्रमुख ने शुक्रवार को कहा।",
}


def page(*paragraphs: str, head: str = "", charset: str = "utf-8") -> bytes:
    """Return a page with a menu, an article and a notice."""
    body = "".join(f"<p>{one}</p>\n" for one in paragraphs)
    menu = "".join(f"<li><a href='/{number}'>Part {number}</a></li>" for number in range(9))
    return (
        f"<!DOCTYPE html><html><head><meta charset={charset}><title>The\n ferry</title>{head}</head>"
        f"<body><nav><ul>{menu}</ul></nav><article><h1>The ferry</h1>\n{body}</article>"
        "<script>var a = '<p>';</script><footer>All rights reserved</footer></body></html>"
    ).encode(charset)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Return a directory of pages, and of what is none."""
    top = tmp_path / "in"
    (top / "sub").mkdir(parents=True)
    (top / "a.html").write_bytes(page(LEAD, SECOND, head="<link rel=canonical href=https://example.org/a>"))
    (top / "sub" / "b.htm.gz").write_bytes(gzip.compress(page(LEAD, THIRD)))
    (top / "c.txt").write_text(f"{SECOND}\n")
    return top


def lines(data: bytes) -> list[str]:
    """Return the lines of a text that are sentences."""
    return [line for line in data.decode().splitlines() if line.endswith((".", "。", "।"))]


def test_the_text_of_a_page_is_cleaned() -> None:
    """Without what stands around it."""
    done = run(TEXT, page(LEAD, SECOND, LEAD, SECOND, THIRD))
    assert (done.code, lines(done.stdout)) == (0, [LEAD, SECOND, THIRD])
    assert b"Part" not in done.stdout
    assert b"var a" not in done.stdout


@pytest.mark.parametrize("language", WORLD)
def test_text_in_many_scripts(language: str) -> None:
    """As it is written."""
    text = WORLD[language]
    assert lines(run(TEXT, page(text, LEAD, text, LEAD, THIRD)).stdout).count(text) == 1


@pytest.mark.parametrize(
    ("charset", "said"), [("cp1252", "latin1"), ("cp1252", ""), ("utf-8", ""), ("utf-16", "latin1")]
)
def test_pages_in_other_encodings(charset: str, said: str) -> None:
    """As they say, and what is no UTF-8 as browsers take it."""
    text = f"Café Müller is “open”: {LEAD}"
    data = page(text, THIRD).decode().replace("charset=utf-8", f"charset={said}" if said else "").encode(charset)
    found = extract(data)
    assert found is not None
    assert text in found.text
    assert found.title == "The ferry"


def test_a_directory_gives_texts(top: Path, tmp_path: Path) -> None:
    """Under the names of texts; one copy stays of what stands in several, be it in a page or not."""
    out, log = tmp_path / "out", tmp_path / "log"
    asked = [*TEXT, "--scope", "corpus", "--include", "*.htm*", "--include", "*.txt", "--removed", str(log)]
    done = run([*asked, "-o", str(out), str(top)])
    assert done.code == 0, done.stderr
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.*")} == {"a.txt", "sub/b.txt.gz", "c.txt"}
    assert lines((out / "a.txt").read_bytes()) == [LEAD, SECOND]
    assert lines(gzip.decompress((out / "sub" / "b.txt.gz").read_bytes())) == [THIRD]
    assert (out / "c.txt").read_text() == ""
    assert json.loads(log.read_bytes().splitlines()[0])["html"] == "text"
    done = run(["--isolated", "--quiet", "--restore", str(log), "-o", str(tmp_path / "back"), str(out)])
    assert (done.code, done.stderr.count(b"\n")) == (2, 1)
    assert b"does not give the pages back" in done.stderr
    assert not (tmp_path / "back").exists()


def test_two_inputs_of_one_name_are_refused(top: Path, tmp_path: Path) -> None:
    (top / "a.txt").write_text(THIRD)
    done = run([*TEXT, "--include", "*.html", "--include", "*.txt", "-o", str(tmp_path / "out"), str(top)])
    assert done.code == 2
    assert b"would both be written to" in done.stderr


@pytest.mark.parametrize("scope", ["document", "corpus"])
def test_an_output_of_json_lines_has_a_record_for_each_page(scope: str, top: Path, tmp_path: Path) -> None:
    """With its file, its title, and its address if it says one."""
    out = tmp_path / "out.jsonl"
    paths = [str(top / "a.html"), str(top / "sub" / "b.htm.gz")]
    done = run([*TEXT, "--scope", scope, "-o", str(out), *paths])
    assert done.code == 0, done.stderr
    first, second = map(json.loads, out.read_bytes().splitlines())
    assert list(first) == ["file", "url", "title", "text"]
    assert (first["file"], first["url"], first["title"]) == ("a.html", "https://example.org/a", "The ferry")
    assert (second["file"], second["url"]) == ("b.htm.gz", None)
    assert lines(second["text"].encode()) == ([LEAD, THIRD] if scope == "document" else [THIRD])
    marked = run([*TEXT, "--scope", scope, "--mark", "-o", str(out), *paths])
    assert marked.code == 0, marked.stderr
    assert all("dedup" in json.loads(line) for line in out.read_bytes().splitlines())


def test_check_and_diff_are_about_the_text(top: Path) -> None:
    """No page is written."""
    (top / "d.html").write_bytes(page(LEAD, SECOND, LEAD, SECOND))
    assert run([*TEXT, "--check", str(top / "d.html")]).code == 1
    assert f"-{LEAD}".encode() in run([*TEXT, "--diff", str(top / "d.html")]).stdout
    assert run([*TEXT, "--check", str(top / "a.html")]).code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--in-place"], b"cannot stand in the place of the pages"),
        (["--encoding", "latin-1"], b"--html text writes UTF-8"),
        (["-o", "out.html"], b"its name says that it is an HTML page"),
        (["--format", "jsonl"], b"--html goes by names and first bytes"),
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str], says: bytes, top: Path) -> None:
    """In one line, before anything is read."""
    before = (top / "a.html").read_bytes()
    done = run([*TEXT, "--quiet", *arguments, str(top / "a.html")])
    assert (done.code, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert says in done.stderr
    assert (top / "a.html").read_bytes() == before


@pytest.mark.parametrize(
    "bad",
    [b"", b"<!DOCTYPE html>", b"<html><script>x</script>", page()[:60]],
    ids=["empty", "nothing", "script", "cut off"],
)
def test_a_page_without_text_is_reported_and_others_are_cleaned(bad: bytes, top: Path, tmp_path: Path) -> None:
    """In one line; nothing is written of it."""
    (top / "bad.html").write_bytes(bad)
    out = tmp_path / "out"
    done = run([*TEXT, "--quiet", "--include", "*.html", "-o", str(out), str(top)])
    assert (done.code, done.stderr.count(b"\n")) == (2, 1)
    assert b"bad.html: no text" in done.stderr
    assert [path.name for path in out.iterdir()] == ["a.txt"]


def test_binary_data_is_not_written_under_the_name_of_a_text(top: Path, tmp_path: Path) -> None:
    """It is left where it was."""
    (top / "bad.html").write_bytes(bytes(range(256)) * 9)
    done = run([*TEXT, "--quiet", "--include", "*.html", "-o", str(tmp_path / "out"), str(top)])
    assert (done.code, done.stderr.count(b"\n")) == (2, 1)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.txt"]


def test_pages_that_are_meant_to_harm_are_reported() -> None:
    """An element of very many attributes would take minutes; what is too large is not read."""
    many = " ".join(f"a{number}=1" for number in range(50_000))
    with pytest.raises(InputError, match="attributes"):
        extract(page(LEAD, f"<b {many}>x</b>"))
    assert extract(b"<!DOCTYPE html><body>" + b"<div>" * 100_000) is None


def test_a_page_above_the_limit_is_reported(top: Path) -> None:
    """There is nothing that could pass through."""
    done = run([*TEXT, "--quiet", "--max-document", "100", str(top / "a.html")])
    assert (done.code, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert b"larger than 100 bytes" in done.stderr


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.html", "a.txt"), ("b/A.HTM.gz", "b/A.txt.gz"), ("a.xhtml", "a.txt"), ("a.txt", "a.txt"), ("html", "html")],
)
def test_the_name_of_a_text(name: str, expected: str) -> None:
    assert name_of_text(name) == expected
