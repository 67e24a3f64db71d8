"""HTML: which elements of a page can go; what is left is the tree without them, as another parser sees it."""

from __future__ import annotations

import html
import json
import random
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup.text.paragraphs import split
from tests.support import strategies
from tests.support.cli_inprocess import run

if TYPE_CHECKING:
    from typing import Any

    from dedup.formats.html_blocks import Block

html5lib = pytest.importorskip("html5lib")
pytest.importorskip("turbohtml")

NAMES = (
    *("p", "p", "p", "div", "div", "li", "ul", "ol", "b", "a", "span", "h2", "pre", "blockquote", "table", "tr", "td"),
    *("th", "tbody", "thead", "dl", "dt", "dd", "br", "img", "script", "title", "button", "form", "input"),
    *("section", "body", "html", "head", "caption", "nobr", "font", "noscript", "hr", "figure", "center"),
)
LOOSE = (
    "text",
    " ",
    "\n",
    "&amp;",
    "<!-- note -->",
    "<![CDATA[x]]>",
    "</p>",
    "</div>",
    "</b>",
    "</a>",
    "<",
    "</",
    "<!x>",
)
WORDS = (
    "one",
    "two &eacute;",
    "a < b",
    "three\n four",
    "\u05e9\u05dc\u05d5\u05dd",
    "\U0001f600 five",
    "| bar |",
    "```",
    "&#8203;",
)


@st.composite
def trees(draw: st.DrawFn, depth: int = 4) -> str:
    """Return elements in elements, most of them with their end tags."""
    out = []
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.integers(0, 9))
        if kind < 3 or depth == 0:
            out.append(draw(st.sampled_from(WORDS if kind else LOOSE)))
            continue
        name = draw(st.sampled_from(NAMES))
        end = f"</{name}>" if draw(st.integers(0, 7)) else ""
        more = draw(st.sampled_from(("", "", "", "\n", " ")))
        text = draw(st.sampled_from(WORDS)) if name in {"p", "li", "td", "h2", "pre", "div"} else ""
        out.append(f"<{name}>{text}{draw(trees(depth=depth - 1))}{end}{more}")
    return "".join(out)


SOUP = st.lists(
    st.one_of(
        st.sampled_from(NAMES).map("<{}>".format),
        st.sampled_from(NAMES).map("</{}>".format),
        st.sampled_from(WORDS),
        st.sampled_from(LOOSE),
    ),
    max_size=30,
).map("".join)
PAGES = st.tuples(
    st.sampled_from(("", "<!DOCTYPE html>", "<body>", "<!DOCTYPE html><body>")), st.one_of(trees(), SOUP)
).map("".join)


def numbered(page: str) -> str:
    """Return a page in which each start tag has a number: that tells elements apart, whoever parses them."""
    count = iter(range(1 << 30))
    return re.sub(r"<([a-z][a-z0-9]*)>", lambda found: f"<{found[1]} n={next(count)}>", page)


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page."""
    from dedup.formats.html_blocks import blocks

    return blocks(page)


def without(page: str, gone: list[Block]) -> str:
    """Return a page without some blocks."""
    for one in reversed(gone):
        page = page[: one.first] + page[one.last :]
    return page


def tree(page: str, gone: frozenset[str] = frozenset()) -> list[str]:
    """Return all nodes of a page in order, but for elements with certain numbers; white space is not told.

    As another parser sees them, with the text that stands in each node.
    """
    out: list[str] = []

    def text(of: str | None) -> None:
        if of and of.strip():
            if out and out[-1].startswith("text "):
                out[-1] += f" {' '.join(of.split())}"
            else:
                out.append(f"text {' '.join(of.split())}")

    def walk(node: Any) -> None:
        if callable(node.tag):  # as that of a comment is
            out.append("comment")
        elif node.get("n") in gone:
            gone_now.append(str(node.get("n")))
        else:
            out.append(f"<{node.tag} {node.get('n')}")
            text(node.text)
            for inner in node:
                walk(inner)
                text(inner.tail)
            out.append(f">{node.tag}")

    gone_now: list[str] = []
    walk(html5lib.parse(page, namespaceHTMLElements=False))
    assert sorted(gone_now) == sorted(gone)
    return out


def number_of(page: str, one: Block) -> str:
    """Return the number of the element that goes with a block."""
    found = re.compile(r"\s*<[a-z0-9]+ n=(\d+)").match(page, one.first)
    assert found is not None, page[one.first : one.last]
    return found[1]


@given(page=PAGES, data=st.data())
@settings(max_examples=600, deadline=None)
@example("<p>one<p>two</p>three", None)
@example("<p>one</p><title>x</title>", None)
@example("<body><p>one<b>x</p><p>two</b></p>", None)
@example("<body><ul><p>one<li>two<li>three</ul>", None)
@example("<body><button><font></button>\n<li>two</li>", None)
@example("<body><p>one<p>two</body>three", None)
@example("<body><form><h2>one</form><h2>two</h2><p>three</p>", None)
@example("<body><table>a<p>one</p><tr><td>two</td></tr>b</table>", None)
@example("<p>one</p><head><p>two</p>", None)
def test_what_goes_is_missing_and_all_else_is_there(page: str, data: st.DataObject | None) -> None:
    """Whichever blocks go, the tree is the one before without their elements; and they are no blocks for each other."""
    page = numbered(page)
    found = blocks(page)
    gone = [one for one in found if data is None or data.draw(st.booleans())]
    left = without(page, gone)
    assert tree(left) == tree(page, frozenset(number_of(page, one) for one in gone))
    assert [one.text for one in blocks(left)] == [one.text for one in found if one not in gone]


@given(page=PAGES)
@settings(max_examples=200, deadline=None)
@example("<body><p>```</p><p>one</p><p>~~~</p><pre>```\none\n</pre><p>two</p><pre>\na\n\nb\n</pre><p>&#8203;</p>")
def test_each_block_is_one_paragraph(page: str) -> None:
    """However a text is split."""
    text = "\n\n".join(one.text for one in blocks(page))
    for how in ("auto", "line", "blank"):
        assert [text[start:end] for start, end in split(text, how)] == [one.text for one in blocks(page)]


@st.composite
def articles(draw: st.DrawFn) -> str:
    """Return a page with prose that repeats, in blocks in blocks, most of them with their end tags."""
    rng = random.Random(draw(st.integers(0, 1 << 32)))  # noqa: S311 - not for secrets
    stock = [html.escape(strategies.prose(rng)) for _ in range(5)]

    def element(depth: int) -> str:
        name = rng.choice(("p", "p", "p", "li", "h2", "blockquote", "div", "ul", "ol", "tr", "table", "section", "td"))
        end = f"</{name}>" if rng.random() < 0.9 else ""
        holds_text = depth == 0 or name in {"p", "h2"} or (name in {"li", "div", "td"} and rng.random() < 0.6)
        text = rng.choice(stock).replace(" ", "\n" if rng.random() < 0.1 else " ", 3)
        inner = text if holds_text else "".join(element(depth - 1) for _ in range(rng.randint(1, 4)))
        return f"<{name}>{inner}{end}" + rng.choice(("", "\n", "\r\n  "))

    return "<!DOCTYPE html><body>" + "".join(element(draw(st.integers(0, 3))) for _ in range(draw(st.integers(1, 9))))


@given(page=articles(), scope=st.sampled_from(("document", "corpus")))
@settings(max_examples=40, deadline=None)
def test_pages_are_cleaned_once_and_restored(page: str, scope: str) -> None:
    """What goes is missing from the tree, and nothing else; a second run changes nothing; the log gives it all back."""
    page = numbered(page)
    with tempfile.TemporaryDirectory() as directory:
        path, log = Path(directory) / "a.html", Path(directory) / "log"
        path.write_bytes(page.encode())
        asked = ["--isolated", "--html", "keep", "--scope", scope, "--workers", "1", "--in-place"]
        done = run([*asked, "--removed", str(log), str(path)])
        assert done.code == 0, done.stderr
        left = path.read_bytes()
        entries = [json.loads(line) for line in log.read_bytes().splitlines()]
        cuts = [(one["cut"]["start"], one["cut"]["end"]) for one in entries if "cut" in one]
        gone = [one for one in blocks(page) if (one.first, one.last) in {_in_characters(page, *cut) for cut in cuts}]
        assert len(gone) == len(cuts)
        assert tree(left.decode()) == tree(page, frozenset(number_of(page, one) for one in gone))
        run([*asked, str(path)])
        assert path.read_bytes() == left
        assert run(["--isolated", "--restore", str(log), "--in-place", str(path)]).code == 0
        assert path.read_bytes() == page.encode()


def _in_characters(page: str, start: int, end: int) -> tuple[int, int]:
    data = page.encode()
    return len(data[:start].decode()), len(data[:end].decode())


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<div><div><p>one</p></div></div>", ["<div><div><p>one</p></div></div>"]),
        ("<div><p>one</p></b></div>", ["<p>one</p>"]),
        ("<div><div><p>one</p></div> two</div>", ["<p>one</p>"]),
        ("<td><div><p>one</p></div></td>", ["<div><p>one</p></div>"]),
        ("<ul><li> <p>one</p><p>two</p></li></ul>", [" <p>one</p>", "<p>two</p>"]),
        ("<div><p>one</p><img></div>", ["<p>one</p>"]),
        ("<form><p>one</form><div>two</div>", []),
        ("<ul><li>one\n<li>two\n</ul>", ["<li>one\n", "<li>two\n"]),
    ],
)
def test_what_goes_is_the_largest_element_that_holds_nothing_else(page: str, expected: list[str]) -> None:
    """Where it cannot go, what is in it can."""
    page = f"<body>{page}"
    assert [page[one.first : one.last] for one in blocks(page)] == expected
