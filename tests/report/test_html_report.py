"""The page: what it tells, that scraped text in it is nothing but text, and that it is never large."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import datetime, timezone
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.model.explanation import Explanation, Standing
from dedup.model.job import Job
from dedup.model.outcome import Counts
from dedup.model.repetition import BeforeAfter
from dedup.report.findings.findings import Findings
from dedup.report.findings.maps import MostAffected, Point
from dedup.report.renderers.base import HEAD, MARK, Told
from dedup.report.renderers.html_report.entries import embedded, shown
from dedup.report.renderers.html_report.excerpts import ELLIPSIS, clipped, harmless, marked, shortened
from dedup.report.renderers.html_report.page import render
from dedup.report.renderers.html_report.plots import histogram, longest_run, maps
from tests.report.test_findings import BODY, OTHER, found
from tests.support.cli_inprocess import run

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 5_000_000
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)> <svg onload=alert(1)> <!-- <![CDATA[ {{ 7*7 }} {% raw %}",
    "javascript:alert(1) \" onfocus=alert(1) autofocus ' `${alert(1)}`",
    "\u202egnp.exe\u202c \u2066isolate \ufeff\ufff9",
    "lone \ud800 surrogate, byte \udce9, NUL \0, BEL \a, ESC \x1b[31m, \u2028 and \u2029",
    "&lt;b&gt; &amp; &#x3c;",
)
VOID = {"meta", "link", "input", "rect", "line", "path"}
ATTRIBUTES = {
    *("aria-label", "aria-labelledby", "autocomplete", "charset", "class", "colspan", "content", "d", "dir", "height"),
    *("hidden", "href", "http-equiv", "id", "inputmode", "lang", "max", "min", "name", "placeholder", "rel", "role"),
    *("rowspan", "scope", "spellcheck", "step", "tabindex", "text-anchor", "type", "value", "vector-effect", "viewbox"),
    *("preserveaspectratio", "width", "x", "x1", "x2", "y", "y1", "y2"),
}  # fmt: skip
LINKS = re.compile(r"#[a-z]+|data:,|https://arxiv\.org/abs/[0-9.]+")


class Page(HTMLParser):
    """What a page holds: its elements, and the text in them."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.text = ""
        self._open: list[str] = []
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down an element, and what is open."""
        self.elements.append((tag, dict(attrs)))
        if tag in {"script", "style"}:
            self._open.append(dict(attrs).get("id") or tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag in {"script", "style"}:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Take down text."""
        if self._open:
            self.texts[self._open[-1]] = self.texts.get(self._open[-1], "") + data
        else:
            self.text += f"{data} "

    @property
    def findings(self) -> list[list[Any]]:
        """The findings that the script reads."""
        entries: list[list[Any]] = json.loads(self.texts["found"])["findings"]
        return entries


def page_of(findings: Findings, counts: Counts | None = None, **job: Any) -> bytes:
    """Return the page of a run that found this."""
    started = datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc)
    counts = counts or Counts(files=1, documents=9, changed=3, paragraphs=50, exact=20, bytes_in=9000, bytes_out=5000)
    return b"".join(render(Told(Job(**job), counts, findings, started, 1.5, 0, BeforeAfter())))


def collected(*explanations: Explanation, most: int = 100) -> Findings:
    findings = Findings(most)
    for one in explanations:
        findings.add(one)
    return findings


def twice(text: str) -> Findings:
    """Return findings in which a text stands wherever a scraped one may; among the most repeated ones, too."""
    return collected(said_of(text), said_of(text))


def said_of(text: str) -> Explanation:
    """Return one of these."""
    place = Standing(text, 1, 1, text)
    return found(1, text, text=f"{text} and a word of its own", at=place, beside=place, document=text, reason="near")


def test_the_command_writes_a_page(tmp_path: Path) -> None:
    """With totals, measures, the findings, and the mark by which it is known again."""
    source, report = tmp_path / "in.txt", tmp_path / "out.html"
    near = BODY.replace("noon", "nine")
    source.write_text(f"{BODY}\n{OTHER}\n{BODY}\n{OTHER}\n{near}", encoding="utf-8")
    done = run(["--quiet", "--check", "--report", str(report), str(source)])
    assert (done.code, done.stderr) == (1, b"")
    written = report.read_bytes()
    assert MARK.encode() in written[:HEAD]
    page = Page(written)
    text = " ".join(page.text.split())
    assert "2 of 5 paragraphs would be removed" in text
    assert "2 of 5 paragraphs removed; longest run: paragraphs 2–3 repeat 0–1" in text
    assert "part of a repeated block 2 100.0 %" in text
    assert "Gopher: above 0.30 1 0" in text
    assert [entry[0] for entry in page.findings] == [1, 1, 0]
    assert ["nine"] in [entry[13][1::2] for entry in page.findings]
    # It is known again, and written over.
    assert run(["--quiet", "--check", "--report", str(report), str(source)]).code == 1


def test_what_was_done_is_told_as_done(tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text(f"{BODY}\n{BODY}\n", encoding="utf-8")
    assert run(["-q", "-o", str(tmp_path / "out"), "--report", str(tmp_path / "r.html"), str(source)]).code == 0
    assert "1 of 2 paragraphs was removed" in Page((tmp_path / "r.html").read_bytes()).text


def test_all_can_be_read_without_the_script() -> None:
    """Totals, the most repeated, the histogram, a map, and the first findings are there as they are."""
    findings = collected(
        *(found(number) for number in range(5)),
        found(9, text=f"{BODY} too", similarity=0.95, reason="near", kinds=("markup",)),
        found(9, text=OTHER, removed=False, reason="new", similarity=0.85, kinds=("number",), new=((2, 8),)),
    )
    page = Page(page_of(findings))
    assert page.text.count(BODY) > 5
    assert "0.95: 1 removed, 0 kept" in page.text
    assert "near-duplicate: markup" in page.text
    assert "says something new: a number" in page.text
    assert ("mark", {"class": "new"}) in page.elements
    assert "a-1.jsonl" not in page.text
    assert len([tag for tag, _ in page.elements if tag == "svg"]) == 3


@pytest.mark.parametrize("text", HOSTILE)
def test_scraped_text_is_text(text: str) -> None:
    """Whatever it is, the page has the same elements, and the text stands in it."""
    harmless_page, page = Page(page_of(twice("harmless"))), Page(page_of(twice(text)))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in harmless_page.elements]
    entry, _ = page.findings
    assert entry[13][0].strip() == harmless(text).strip()
    assert harmless(text).split("\n")[0] in page.text


@settings(max_examples=20, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_no_text_adds_an_element_or_an_attribute(text: str) -> None:
    """Nor can any end the element that the data is in."""
    page = page_of(twice(text))
    expected = Page(page_of(twice("x")))
    parsed = Page(page)
    assert [(tag, sorted(attributes)) for tag, attributes in parsed.elements] == [
        (tag, sorted(attributes)) for tag, attributes in expected.elements
    ]
    assert json.loads(parsed.texts["data"])["first"]
    assert not set("<>&\u2028\u2029") & set(parsed.texts["found"] + parsed.texts["data"])


def test_the_page_loads_nothing_and_runs_only_its_own_script() -> None:
    """Its policy names the hashes of its script and its style; there is no other way in."""
    page = Page(page_of(collected(*map(said_of, HOSTILE))))
    policy = next(a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    for name in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(page.texts[name].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}';" in policy
    assert "unsafe" not in policy
    scripts = [attributes.get("type") for tag, attributes in page.elements if tag == "script"]
    assert scripts == ["application/json", "application/json", None]
    for tag, attributes in page.elements:
        assert set(attributes) <= ATTRIBUTES, tag
        assert LINKS.fullmatch(attributes.get("href") or "#a"), attributes


def test_the_script_makes_no_markup_of_text() -> None:
    """What the script shows it sets as text."""
    script = Page(page_of(Findings())).texts["script"]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(|\.src\b|\.href\b", script)


def test_a_page_is_never_large() -> None:
    """Not with as many findings as there may be, of texts with the most bytes; it says what it shows of how many."""
    worst = '\U000e0041"<' * 1400
    findings = Findings()
    for number in range(12_500):
        text = f"{number} {worst}"
        at = Standing(f"{worst}{number}.txt", number, 1, f"{worst}{number}")
        more: dict[str, Any] = {} if number % 100 else {"text": f"{OTHER} {text}", "reason": "near"}
        findings.add(found(number, text, at=at, beside=at, document=f"{worst}{number // 5000}", **more))
    page = page_of(findings)
    assert MOST_BYTES // 2 < len(page) < MOST_BYTES
    parsed = Page(page)
    assert f"A sample of {len(parsed.findings):,} of 12,500 removals" in " ".join(parsed.text.split())
    assert {entry[1] for entry in parsed.findings} == {"exact", "near"}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=300)), max_size=30), st.integers(200, 20_000))
def test_what_is_shown_fits(items: list[tuple[str, str]], most: int) -> None:
    """Of each stratum something stays as long as there is room, and the numbers of how many are right."""
    findings = collected(*(found(n, text, reason=reason, text=text + " x") for n, (reason, text) in enumerate(items)))
    drawn = shown(findings.sampled(), 1, most)
    assert len(drawn.data.encode()) <= max(most, 60)
    assert drawn.total == len(items)
    assert sum(some for _, some, _ in drawn.drawn) == len(drawn.entries) <= len(items)
    assert json.loads(drawn.data)["findings"] == [list(entry) for entry in drawn.entries]


def test_the_same_findings_give_the_same_page() -> None:
    """What is left out is left out by the seed."""
    some = [found(number, f"{number} {BODY * 5}", reason="abc"[number % 3]) for number in range(100)]
    drawn = [shown(collected(*some, most=60).sampled(), 1, 10_000) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert 3 < len(drawn[0].entries) < 60
    assert drawn[0].total == 100


@given(st.text(max_size=200), st.text("ab .\n\u200f", max_size=200), st.integers(10, 120))
def test_an_excerpt_is_short_harmless_and_shows_what_differs(text: str, witness: str, most: int) -> None:
    one = marked(found(1, witness, text=text), 4000)
    for whole, marks in ((one.text, one.marks), (one.witness or "", one.witness_marks)):
        segments = clipped(whole, marks, most, one.first)
        joined = "".join(segments)
        joined.encode("utf-8")
        assert harmless(joined) == joined
        assert len(joined.replace(ELLIPSIS, "")) <= most + 3 * (len(segments) + 1)
        assert not marks or marks[0][0] > one.first or len(segments) > 1
        if len(harmless(whole)) <= most:
            assert joined == harmless(whole)


def test_texts_are_clipped_around_what_differs() -> None:
    """Both begin at the same place, though only one has something there, and what is the same for long is left out."""
    text = "word " * 300 + "seven" + " more" * 300 + " at last" + " again" * 20
    one = marked(found(1, text.replace(" seven", "").replace("last", "first"), text=text), 4000)
    mine, its = (clipped(*each, 600, one.first) for each in ((text, one.marks), (one.witness or "", one.witness_marks)))
    assert mine[1::2] == ["seven", "last"]
    assert its[1::2] == ["first"]
    assert mine[0].startswith(f"{ELLIPSIS} word")
    assert its[0].startswith(f"{ELLIPSIS} word word")
    assert f"more {ELLIPSIS} more" in mine[2]
    assert " ".join(its[0].split()[:15]) == " ".join(mine[0].split()[:15])
    assert len("".join(mine)) < 610


def test_new_words_side_by_side_are_marked_together() -> None:
    one = found(
        1, BODY, text="The inner fjords, at noon", removed=False, reason="new", new=((4, 9), (10, 16), (21, 25))
    )
    assert clipped(one.text, marked(one, 4000).marks, 100) == ["The ", "inner fjords", ", at ", "noon"]


def test_what_may_have_been_cut_off_is_not_said_to_differ() -> None:
    text = "word " * 20
    one = marked(found(1, text + "and the rest", text=text + "and the rest of it"), len(text + "and the rest of it"))
    assert (one.marks, one.witness_marks) == ([], [])


@given(st.text(max_size=100), st.integers(5, 40))
def test_a_name_is_shortened_in_its_middle(name: str, most: int) -> None:
    short = shortened(name, most)
    assert len(short) <= most
    assert short.isprintable() or harmless(short) == short


def test_data_is_json() -> None:
    assert json.loads(embedded({"a": list(HOSTILE[:3])})) == {"a": list(HOSTILE[:3])}


def test_the_histogram_has_every_pair() -> None:
    removed, kept = [0] * 101, [0] * 101
    removed[85], removed[100], kept[81] = 3, 2000, 7
    drawn = histogram(removed, kept, 0.8)
    assert drawn is not None
    assert (sum(band.removed for band in drawn.bands), sum(band.kept for band in drawn.bands)) == (2003, 7)
    assert [(bar.up > 0, bar.down > 0) for bar in drawn.bars] == [(False, True), (True, False), (True, False)]
    assert drawn.logarithmic
    assert drawn.pairs == 2010
    assert histogram([0] * 101, [0] * 101, 0.8) is None


def test_a_doubled_body_is_one_diagonal() -> None:
    """A dot beside it, and one that stays, are none of it."""
    pairs = [(4, 0), (10, 2), (11, 3), (12, 4), (13, 5)]
    points = [Point(paragraph, beside, removed=paragraph < 13) for paragraph, beside in pairs]
    assert longest_run(points) == (10, 2, 3)
    assert longest_run(points[:1]) is None


def test_maps_are_of_the_documents_that_repeat_themselves_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.report.findings.maps._MOST", 2)
    monkeypatch.setattr("dedup.report.findings.maps._MOST_POINTS", 3)
    affected = MostAffected()
    for document, removals in enumerate([2, 5, 1, 3]):
        for paragraph in range(removals):
            at = Standing("a.jsonl", document, paragraph + 10)
            affected.add(found(document, at=at, beside=Standing("a.jsonl", document, paragraph)))
        affected.add(found(document, at=Standing("a.jsonl", document, 50), elsewhere=True))
    affected.add(found(9, elsewhere=True))  # a document that does not repeat itself
    most, next_most = affected.top()
    assert (most.document, most.repetitions, most.paragraphs, most.missed) == ("a.jsonl:1", 5, 51, 2)
    assert (next_most.document, next_most.elsewhere) == ("a.jsonl:3", [50])
    [drawn, _] = maps([most, next_most], ["one", "two"])
    assert drawn.removed == [10, 0, 11, 1, 12, 2]
    assert drawn.said == (
        "6 of at least 51 paragraphs removed; longest run: paragraphs 10–12 repeat 0–2; "
        "1 compared with another document; 2 more are not drawn."
    )
