"""HTML with ``--html keep``: pages in, pages out, of which elements are missing and nothing else."""

from __future__ import annotations

import gzip
import json
import re
import sys
from typing import TYPE_CHECKING

import pytest

from dedup.formats.detect import WrongKindError
from dedup.formats.files.encoding import Codec
from dedup.formats.html_pages import LARGEST, encoding_of, read_page
from tests.support.cli_inprocess import run

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("turbohtml")

UTF8 = Codec("utf-8")
KEEP = ["--isolated", "--html", "keep"]
FERRY = "The ferry to Sund does not sail in winter while the ice lies on the lake."
PRICE = "A ticket with a bicycle &amp; a dog is nine crowns &ndash; and a half for all of us."

GREEK = "Το πλοίο για το νησί δεν φεύγει τον χειμώνα, όσο η θάλασσα είναι ταραγμένη και φυσάει βοριάς."
HEBREW = "המעבורת אל האי אינה יוצאת בחורף כל עוד הקרח מכסה את האגם, כך אמר מנהל הנמל ביום שישי."
ARABIC = "لا تبحر العبارة إلى الجزيرة في الشتاء ما دام الجليد يغطي البحيرة، كما قال مدير الميناء يوم الجمعة."
JAPANESE = "島へ向かう渡し船は、湖に氷が張っている冬のあいだは出航しないと、港の責任者が金曜日に述べた。"
HINDI = "जब तक झील पर बर्फ जमी रहती है तब तक सर्दियों में द्वीप जाने वाली नाव नहीं चलती, बंदरगाह प्रमुख ने शुक्रवार को कहा।"
CZECH = "Přívoz na ostrov v zimě nejezdí, dokud na jezeře leží led, řekl v pátek správce přístavu Dvořák."

HEAD = "<thead><tr><th>n</th></tr></thead>"
LISTING = "<pre>\nfor ship in harbour:\n\n    ship.sail('Sund', again=True, hours=[7, 9, 12])\n</pre>"
UNSEEN = (
    f"<script>'<p>{FERRY}</p>'</script><!-- <p>{FERRY}</p> --><p hidden>{FERRY}</p><noscript><p>{FERRY}</p></noscript>"
    f"<template><p>{FERRY}</p></template><style>p{{}}</style><!--[if IE]><p>{FERRY}</p><![endif]-->"
    f"<textarea><p>{FERRY}</p></textarea><svg><p>{FERRY}</p></svg>"
)

GOLDEN: dict[str, tuple[str, str]] = {
    "paragraphs, in any dress": (
        f"<p>{FERRY}</p>\n<div id=again>\n\t<P CLASS='a>b' data-x=\"</p>\">{FERRY}</P >\n<h2>{PRICE}</h2></div>",
        f"<p>{FERRY}</p>\n<div id=again>\n<h2>{PRICE}</h2></div>",
    ),
    "with all that holds it alone": (
        f"<p>{FERRY}</p>\n<div><div class=x> <p>The <i>ferry</i>{FERRY[9:]}</p>\n</div></div>",
        f"<p>{FERRY}</p>",
    ),
    "without end tags": (
        f"<div><p>{FERRY}<p>{PRICE}</div><div><p>{PRICE}<p>An end of its own.\n<p>{FERRY}\n</div>",
        f"<div><p>{FERRY}<p>{PRICE}</div><div><p>An end of its own.\n</div>",
    ),
    "what another one closes": (f"<p>{FERRY}</p><p>one<p>{FERRY}</p>three", f"<p>{FERRY}</p><p>one<p>{FERRY}</p>three"),
    "beside text": (f"<p>{FERRY}</p><div>one <p>{FERRY}</p> two</div>",) * 2,
    "with a picture": (f"<p>{FERRY}</p><p><img src=ferry.png>{FERRY}</p>",) * 2,
    "formatting that goes on": (f"<p>{FERRY}</p><p>{FERRY}<b></p><p>more</p></b>",) * 2,
    "entities": (
        f"<p>{PRICE}</p><p>{PRICE.replace('&amp;', '&#38;').replace('&ndash;', '&#x2013;')}</p>",
        f"<p>{PRICE}</p>",
    ),
    "a list": (
        f"<ul><li>{FERRY}</li><li>{PRICE}</li></ul><ul>\n <li>{FERRY}</li>\n <li><p>{PRICE}</p></li>\n</ul>",
        f"<ul><li>{FERRY}</li><li>{PRICE}</li></ul><ul>\n</ul>",
    ),
    "rows of a table": (
        f"<p>{FERRY}</p><p>{PRICE}</p><table>{HEAD}\n<tr><td>{FERRY}</td></tr>\n<tr><td>{PRICE}</td></tr></table>",
        f"<p>{FERRY}</p><p>{PRICE}</p><table>{HEAD}</table>",
    ),
    "cells that span rows": (
        f"<p>{FERRY}</p><table><tr><td rowspan=2>x</td><td>{FERRY}</td></tr><tr><td>{FERRY}</td></tr></table>",
    )
    * 2,
    "cells that hold blocks": (
        f"<p>{FERRY}</p><table><tr><td><p>{FERRY}</p></td><td><p>other</p></td></tr></table>",
        f"<p>{FERRY}</p><table><tr><td></td><td><p>other</p></td></tr></table>",
    ),
    "what is not seen": (f"<p>{FERRY}</p>{UNSEEN}",) * 2,
    "CDATA": (f"<p>{FERRY}</p><p>{FERRY}<![CDATA[x]]></p>",) * 2,
    "what is commented": (f"<p>{FERRY}</p><p>{FERRY}<!-- twice --></p>", f"<p>{FERRY}</p>"),
    "a listing": (f"<p>{PRICE}</p>{LISTING}<p>{FERRY}</p><p>{FERRY}</p>", f"<p>{PRICE}</p>{LISTING}<p>{FERRY}</p>"),
    "behind the end": (f"<p>{FERRY}</p></body><p>{FERRY}</p></html>",) * 2,
    "never closed": (f"<p>{FERRY}</p><div><p>{FERRY}</p><p>{PRICE}", f"<p>{FERRY}</p><div><p>{PRICE}"),
    "Greek": (f"<p>{GREEK}</p><p lang=el>{GREEK}</p>", f"<p>{GREEK}</p>"),
    "Hebrew": (f"<div dir=rtl><p>{HEBREW}</p>\n<p>\u200f{HEBREW}</p></div>", f"<div dir=rtl><p>{HEBREW}</p></div>"),
    "Arabic": (
        f"<div dir=rtl><p>{ARABIC}</p><ul><li>{ARABIC}</li></ul></div>",
        f"<div dir=rtl><p>{ARABIC}</p><ul></ul></div>",
    ),
    "Japanese": (f"<p>{JAPANESE}</p><blockquote><p>{JAPANESE}</p></blockquote>", f"<p>{JAPANESE}</p>"),
    "Hindi": (f"<p>{HINDI}</p><p>{HINDI}</p>", f"<p>{HINDI}</p>"),
    "Czech": (f"<p>{CZECH}</p><p>{CZECH}</p>", f"<p>{CZECH}</p>"),
}


def page(body: str) -> bytes:
    """Return a page around what is in it."""
    return f"<!DOCTYPE html>\n<html><head><meta charset=utf-8><title>{FERRY}</title></head>\n<body>{body}".encode()


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_pages(name: str, tmp_path: Path) -> None:
    """Cleaned as a careful editor would, in both scopes; again, nothing goes; the log gives every byte back."""
    before, after = GOLDEN[name]
    path, log, out, back = (tmp_path / name for name in ("in.html", "log", "out.html", "back.html"))
    path.write_bytes(page(before))
    for scope in ("document", "corpus"):
        done = run([*KEEP, "--scope", scope, "-o", str(out), "--removed", str(log), str(path)])
        assert done.code == 0, done.stderr
        assert out.read_bytes().decode() == page(after).decode()
        assert run([*KEEP, "--scope", scope, "--check", str(out)]).code == 0
        assert run(["--isolated", "--restore", str(log), "-o", str(back), str(out)]).code == 0
        assert back.read_bytes() == path.read_bytes()


def test_html_is_refused_unless_asked_for(tmp_path: Path) -> None:
    """With a hint that names the option; and where it is asked for, by name and by content, from a pipe as well."""
    data = page(f"<p>{FERRY}</p><p>{FERRY}</p></body></html>")
    cleaned = page(f"<p>{FERRY}</p></body></html>")
    done = run(["--isolated"], data)
    assert (done.code, done.stdout) == (2, b"")
    assert b"--html keep" in done.stderr
    assert run(KEEP, data).stdout == cleaned
    for name in ("a.html", "a.HTM", "a.xhtml", "a", "a.txt", "a.html.gz"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
        assert run(["--isolated", str(path)]).code == 2
        done = run([*KEEP, str(path)])
        assert (done.code, done.stdout) == (0, cleaned), name
    assert run([*KEEP, "--format", "text", str(tmp_path / "a.html")]).code == 2
    insisted = run(["--isolated", "--format", "text", str(tmp_path / "a.html")])
    assert insisted.code == 0


def test_a_fragment_is_a_page_by_its_name_only(tmp_path: Path) -> None:
    """Nothing in it tells what it is."""
    data = f"<p>{FERRY}</p>\n<p>{FERRY}</p>\n".encode()
    (tmp_path / "a.html").write_bytes(data)
    assert run([*KEEP, str(tmp_path / "a.html")]).stdout == f"<p>{FERRY}</p>\n".encode()
    assert b"2 paragraphs" in run(KEEP, data).stderr
    assert b"HTML" not in run(KEEP, data).stderr


def test_a_directory_of_pages(tmp_path: Path) -> None:
    """One copy stays of what stands in several; other files are cleaned as always."""
    top = tmp_path / "in"
    top.mkdir()
    (top / "a.html").write_bytes(page(f"<p>{FERRY}</p>"))
    (top / "b.htm").write_bytes(page(f"<p>{FERRY}</p><p>An end of its own.</p>"))
    (top / "c.txt").write_text(f"{FERRY}\n\nAnother end.\n")
    asked = [*KEEP, "--scope", "corpus", "--include", "*.htm*", "--include", "*.txt", "-o", str(tmp_path / "out")]
    done = run([*asked, "--removed", str(tmp_path / "log"), str(top)])
    assert done.code == 0, done.stderr
    assert (tmp_path / "out" / "b.htm").read_bytes() == page("<p>An end of its own.</p>")
    assert (tmp_path / "out" / "c.txt").read_text() == "Another end.\n"
    assert (
        run(
            ["--isolated", "--restore", str(tmp_path / "log"), "-o", str(tmp_path / "back"), str(tmp_path / "out")]
        ).code
        == 0
    )
    for name in ("a.html", "b.htm", "c.txt"):
        assert (tmp_path / "back" / name).read_bytes() == (top / name).read_bytes()
    joined = run([*KEEP, "-o", str(tmp_path / "all.html"), str(top / "a.html"), str(top / "b.htm")])
    assert joined.code == 2
    assert b"cannot be written behind another input" in joined.stderr


def test_what_is_told_of_a_page(tmp_path: Path) -> None:
    """Its lines are those of the file; what stood around a text is in the log beside it."""
    path, log = tmp_path / "a.html", tmp_path / "log"
    path.write_bytes(page(f"<p>{PRICE}</p>\n\n<p>{PRICE}</p>"))
    done = run([*KEEP, "--check", "-v", "--removed", str(log), str(path)])
    assert done.code == 1
    assert re.search(rb"a\.html:5: removed", done.stderr)
    entry = next(one for one in map(json.loads, log.read_bytes().splitlines()) if "cut" in one)
    assert entry["raw"] == PRICE
    assert entry["text"] == "A ticket with a bicycle & a dog is nine crowns \u2013 and a half for all of us."
    assert (entry["before"], entry["after"]) == ("\n\n<p>", "</p>")
    assert b"-A ticket with" in run([*KEEP, "--diff", str(path)]).stdout


@pytest.mark.parametrize(
    ("data", "charset", "expected"),
    [
        (b"<meta charset=latin1>", "", "cp1252"),
        (b"<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=Shift_JIS'>", "", "cp932"),
        (b"<meta charset=utf-16>", "", "utf-8"),
        (b"<meta charset=latin1>", "GB2312", "gb18030"),
        (b"<meta charset=latin1>", "nobody-knows", "cp1252"),
        (b"<meta charset=nobody-knows>", "", "utf-8"),
        (b"\xef\xbb\xbf<meta charset=latin1>", "latin1", "utf-8"),
        ("\ufeff<p>".encode("utf-16-be"), "latin1", "utf-16"),
        (b"<?xml version='1.0' encoding='koi8-r'?><html>", "", "koi8-r"),
        (b"<!-- <meta charset=koi8-r> -->", "", "utf-8"),
        (b"<meta name=x content='charset=koi8-r'>", "", "utf-8"),
        (b"", "", "utf-8"),
    ],
)
def test_the_encoding_of_a_page(data: bytes, charset: str, expected: str) -> None:
    """By its mark, then by what is said of it, then by what it says."""
    assert encoding_of(data, charset, UTF8).name == expected


@pytest.mark.parametrize(
    ("encoding", "says"),
    [
        ("cp1252", "latin1"),
        ("cp932", "shift_jis"),
        ("gb18030", "gbk"),
        ("iso2022_jp", "iso-2022-jp"),
        ("cp1253", "windows-1253"),
    ],
)
def test_pages_in_other_encodings(encoding: str, says: str) -> None:
    """What stays is the same bytes."""
    text = {"cp932": JAPANESE, "iso2022_jp": JAPANESE, "gb18030": JAPANESE, "cp1253": GREEK}.get(
        encoding, CZECH[1:5] + FERRY
    )
    text = text.encode(encoding, "ignore").decode(encoding)
    head = f"<!DOCTYPE html><meta charset={says}><body><h1>{text[:9]}</h1>"
    data = f"{head}<p>{text}</p>\n<p>{text}</p>".encode(encoding)
    assert run(KEEP, data).stdout == f"{head}<p>{text}</p>".encode(encoding)


def test_a_page_in_utf_16() -> None:
    """It says so with its first bytes."""
    data = f"\ufeff<!DOCTYPE html><body><p>{GREEK}</p><p>{GREEK}</p>".encode("utf-16-le")
    assert run(KEEP, data).stdout == f"\ufeff<!DOCTYPE html><body><p>{GREEK}</p>".encode("utf-16-le")


@pytest.mark.parametrize("bad", [b"\xff\xfe\xfd", b"\x80", b"\xc3", b"\xed\xa0\x80"])
def test_bytes_that_are_not_valid_stay(bad: bytes) -> None:
    """And all else is cleaned."""
    start = page(f"<p>{FERRY}</p>")
    odd = b"<p>" + bad + b" stands here</p>"
    done = run(KEEP, start + odd + b"<p>" + FERRY.encode() + b"</p>")
    assert done.stdout == start + odd


def test_truncated_pages_are_cleaned_as_far_as_they_are_certain() -> None:
    """Wherever a page is cut off: what comes out is what came in, without whole elements."""
    data = page(
        f"<p>{FERRY}</p><ul><li>{PRICE}<li>{FERRY}</ul><table><tr><td>{FERRY}</td></tr></table><p>{PRICE}</p></body></html>"
    )
    for size in range(0, len(data), 7):
        done = run([*KEEP, "--stdin-name", "a.html"], data[:size])
        left = done.stdout
        assert done.code == 0
        assert left.startswith(data[: min(size, 80)])
        assert len(left) <= size


def test_binary_data_under_the_name_of_a_page_is_left_alone(tmp_path: Path) -> None:
    """In one line."""
    path = tmp_path / "a.html"
    path.write_bytes(bytes(range(256)) * 40)
    done = run([*KEEP, "--in-place", "--quiet", str(path)])
    assert done.code == 2
    assert done.stderr.count(b"\n") == 1
    assert path.read_bytes() == bytes(range(256)) * 40


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 100_000,
        "<b>" * 50_000 + "<p>x</p>" * 1000,
        "".join(f"<font color={number}>" for number in range(3000)) + "<p>x" * 3000,
        "<table><tr><td>" * 20_000,
        "<p " + " ".join(f"a{number}=1" for number in range(50_000)) + ">",
        "<!--" * 50_000,
        "<" * 200_000,
        "&" * 200_000,
        "<p>" + " " * 500_000,
        "</p>" * 50_000,
        "<ul><li>" * 20_000,
        "<pre>\n" + "\n" * 200_000 + "x</pre>",
    ],
    ids=lambda bomb: bomb[:12],
)
def test_pages_that_are_meant_to_harm_come_through(bomb: str) -> None:
    """Nested as deep as they like; nothing is lost, and it ends."""
    data = page(f"<p>{FERRY}</p><p>{FERRY}</p><hr>{bomb}")
    assert run(KEEP, data).stdout in (data, page(f"<p>{FERRY}</p><hr>{bomb}"))


def test_a_page_above_the_limit_passes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unread, counted and told."""
    data = page(f"<p>{FERRY}</p><p>{FERRY}</p>")
    monkeypatch.setattr("dedup.formats.html_files.LARGEST", 100)
    done = run(KEEP, data)
    assert (done.code, done.stdout) == (2, data)
    assert b"larger than 100 bytes" in done.stderr
    assert LARGEST > 1 << 20


def test_a_page_gives_its_places_to_whoever_holds_it() -> None:
    """Where a paragraph stands, and what goes with it; nothing else has a place."""
    data = f"<body>\n<p> {FERRY}\n</p>\n<ul><li>{PRICE}</li></ul>".encode()
    found, valid = read_page(data, "", UTF8)
    assert valid
    first, second = found.text.split("\n\n")
    assert (first, second[:3]) == (FERRY, "- A")
    edges = [0, len(first), len(first) + 2, len(found.text)]
    places = found.locate(edges)
    assert places is not None
    assert [data[slice(*places[:2])].decode(), data[slice(*places[2:])].decode()] == [FERRY, PRICE]
    gone = found.removed([(0, len(first)), (len(first) + 2, len(found.text))])
    assert gone is not None
    assert [data[start:end].decode() for start, end in gone] == [f"\n<p> {FERRY}\n</p>", f"<li>{PRICE}</li>"]
    assert found.locate([1]) is None
    assert found.removed([(0, 1)]) is None
    assert found.removed([(1, len(first))]) is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--mark"], b"no record to put marks into"),
        (["--engine", "spark", "--scope", "corpus"], b"--html is for --engine local"),
        (["--format", "jsonl"], b"--html goes by names and first bytes"),
    ],
)
def test_what_a_page_cannot_do_is_refused(tmp_path: Path, arguments: list[str], says: bytes) -> None:
    """In one line, and the page is left as it is."""
    path = tmp_path / "a.html"
    path.write_bytes(page(f"<p>{FERRY}</p><p>{FERRY}</p>"))
    done = run([*KEEP, *arguments, "--in-place", "--quiet", str(path)])
    assert (done.code, done.stderr.count(b"\n")) == (2, 1)
    assert says in done.stderr
    assert path.read_bytes() == page(f"<p>{FERRY}</p><p>{FERRY}</p>")


def test_pages_are_no_files_for_spark() -> None:
    """They are refused by their names, with a way out."""
    from dedup.engines.spark.files import _Kinds

    for name in ("a.html", "b/A.HTM.gz"):
        with pytest.raises(WrongKindError, match="HTML page") as caught:
            _Kinds("auto", binary_as_text=False)._kind(name, name)
        assert "without --engine spark" in caught.value.hint


def test_without_the_extra_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read."""
    monkeypatch.setitem(sys.modules, "turbohtml", None)
    done = run([*KEEP, "--quiet"], page(""))
    assert (done.code, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert b"pip install 'paradedup[html]'" in done.stderr
