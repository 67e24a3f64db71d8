"""The documentation as a site: it builds without a warning, needs nothing from elsewhere, and has every page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.docs.test_commands import ROOT
from tests.docs.test_navigation import LISTED
from tests.support.update_docs import DOCS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("sphinx", "myst_parser", "furo")), reason="the extra docs is not installed"
)
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "object": "data"}
"""Elements that load something, and the attribute that says what."""
STYLED = re.compile(r"(?:url\(\s*[\"']?|@import\s+[\"'])(?:https?:)?//", re.IGNORECASE)


class _Page(HTMLParser):
    """What a page loads, and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag loads, links to or is called."""
        found = {name: value or "" for name, value in attrs}
        if LOADED.get(tag) in found:
            self.loaded.append(found[LOADED[tag]])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if "id" in found:
            self.ids.add(found["id"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site, built as `make site` does."""
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", str(DOCS), str(ROOT), str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, _Page]:
    """Return the pages of the site."""
    return {path: _Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_every_page_is_there_and_in_the_navigation_of_the_first(site: Path, pages: dict[Path, _Page]) -> None:
    """Under the name that it has in the repository."""
    first = site / "docs" / "index.html"
    there = [name for name in LISTED if (DOCS / name).exists()]
    assert len(there) > 20
    linked = {(first.parent / link.partition("#")[0]).resolve() for link in pages[first].links}
    assert [name for name in there if (first.parent / name).with_suffix(".html").resolve() not in linked] == []
    assert "docs/index.html" in pages[site / "index.html"].links


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[Path, _Page]) -> None:
    """Neither by pages nor by their styles: no fonts, no scripts, no pictures."""
    loaded = {(path.name, what) for path, page in pages.items() for what in page.loaded}
    assert [one for one in loaded if re.match(r"(https?:)?//", one[1])] == []
    styles = list(site.rglob("*.css"))
    assert styles
    assert [path.name for path in styles if STYLED.search(path.read_text(encoding="utf-8"))] == []


def test_code_can_be_scrolled_with_the_keyboard_and_headings_have_levels(site: Path) -> None:
    """What axe finds missing in the theme."""
    page = (site / "docs" / "cli.html").read_text(encoding="utf-8")
    assert '<pre tabindex="0">' in page
    assert "<pre>" not in page
    assert page.count('role="heading"') == page.count('role="heading" aria-level="2"') > 0


def test_links_within_the_site_lead_somewhere(site: Path, pages: dict[Path, _Page]) -> None:
    """To pages and files that are there, and to anchors that they have."""
    broken = []
    for path, page in pages.items():
        for link in page.links:
            name, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", link):
                continue
            target = (path.parent / name).resolve() if name else path.resolve()
            if not target.exists() or (anchor and target in pages and anchor not in pages[target].ids):
                broken.append((path.relative_to(site).as_posix(), link))
    assert broken == []


def test_the_search_knows_words_and_needs_no_server(site: Path) -> None:
    """Its index is a script, which a page that was opened as a file may load."""
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    head, tail = "Search.setIndex(", ")"
    assert index.startswith(head)
    terms = json.loads(index[len(head) : -len(tail)])["terms"]
    assert {"boilerpl", "boilerplat"} & set(terms)
