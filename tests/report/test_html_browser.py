"""The page in a real browser: no error, no violation of accessibility, filters that filter, and text that is no script.

It needs Chromium (Debian: `chromium`), playwright and axe-playwright-python; with DEDUP_REQUIRE_BROWSER=1 these tests
fail without, as on the build machine, else they are skipped.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from dedup.model.explanation import Standing
from dedup.report.findings.findings import Findings
from tests.report.test_findings import BODY, OTHER, found
from tests.report.test_html_report import HOSTILE, collected, page_of, said_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
REQUIRED = os.environ.get("DEDUP_REQUIRE_BROWSER") == "1"
ARABIC = "أعلنت إدارة الميناء يوم الجمعة أن العبّارة ستعود إلى العمل ابتداءً من يوم الاثنين المقبل بعد إصلاح الباب."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not REQUIRED:
        pytest.importorskip("playwright", reason="playwright is not installed")
        pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
        if CHROMIUM is None:
            pytest.skip("there is no Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Opened:
    """A page in a window of its own, and what went wrong in it."""

    def __init__(self, browser: Browser, file: Path, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.told: list[str] = []
        self.requested: list[str] = []
        self.page.on("console", lambda message: self.told.append(message.text))
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("dialog", lambda dialog: self.told.append(dialog.message))
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.goto(file.as_uri())

    def shown(self) -> list[str]:
        """Return the findings that are on the page."""
        shown: list[str] = self.page.locator("#list > li").all_inner_texts()
        return shown


def varied() -> Findings:
    """Return findings of each reason, from several sites, with texts of either direction."""
    findings = Findings()
    for number in range(100):
        findings.add(found(number))
    for number in range(30):
        at = Standing("b.jsonl", number, 7, "other.example")
        findings.add(
            found(number, at=at, text=f"{BODY} Too.", reason="near", similarity=0.9 + number / 1000, kinds=("markup",))
        )
    findings.add(found(1, ARABIC, text=ARABIC.replace("الجمعة", "الأحد"), removed=False, reason="new", similarity=0.82))
    findings.add(found(3, OTHER, reason="boilerplate", documents=12, elsewhere=True))
    findings.add(found(2, OTHER, removed=False, reason="held", kinds=("spelling",), elsewhere=True))
    return findings


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_bytes(page_of(varied()))
    return file


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_it_opens_without_a_word_and_everybody_can_read_it(
    browser: Browser, written: Path, theme: str, width: int
) -> None:
    """No message of the console, no request, no violation that axe finds, and nothing wider than the window."""
    from axe_playwright_python.sync_playwright import Axe

    opened = Opened(browser, written, color_scheme=theme, viewport={"width": width, "height": 800})
    opened.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    opened.page.locator("#more").click()
    violations = Axe().run(opened.page).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in violations] == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.told == []
    assert opened.requested == [written.as_uri()]
    opened.context.close()


def test_filters_and_their_sum(browser: Browser, written: Path) -> None:
    """Each filter leaves what it says, several leave what all say, and a reset shows all again."""
    opened = Opened(browser, written)
    page, status = opened.page, opened.page.locator("#status")

    def says(text: str) -> None:
        page.wait_for_function("text => document.getElementById('status').textContent.startsWith(text)", arg=text)

    says("133 findings, 40 shown")
    page.select_option("#f-reason", "near")
    says("30 of 133 findings, 30 shown")
    assert all("near-duplicate: markup" in one for one in opened.shown())
    page.fill("#f-from", "0.92")
    says("10 of 133 findings")
    page.fill("#f-to", "0.91")
    says("0 of 133 findings")
    page.locator("button[type=reset]").click()
    says("133 findings, 40 shown")
    page.select_option("#f-removed", "0")
    says("2 of 133 findings")
    page.locator("button[type=reset]").click()
    page.select_option("#f-kind", "markup")
    says("30 of 133")
    page.locator("button[type=reset]").click()
    page.select_option("#f-source", label="other.example (30)")
    says("30 of 133")
    page.locator("button[type=reset]").click()
    page.fill("#f-text", "NO OTHER PARAGRAPH")
    says("2 of 133 findings")
    page.fill("#f-text", "b.jsonl")
    says("30 of 133")
    page.fill("#f-text", "")
    page.select_option("#f-order", "similarity")
    says("133 findings")
    page.wait_for_function("document.querySelector('#list .figure').textContent === 'similarity 0.82'")
    assert "findings" in status.inner_text()
    assert opened.told == []
    opened.context.close()


def test_the_keyboard_reaches_what_comes_next(browser: Browser, written: Path) -> None:
    """The first stop leads to the findings; more of them take the focus to the first one that came."""
    opened = Opened(browser, written)
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.hash") == "#findings"
    opened.page.keyboard.press("Enter")
    opened.page.locator("#more").focus()
    opened.page.keyboard.press("Enter")
    assert len(opened.shown()) == 80
    place = "[...document.getElementById('list').children].indexOf(document.activeElement)"
    assert opened.page.evaluate(place) == 40
    opened.context.close()


def test_what_the_script_shows_is_what_the_template_shows(browser: Browser, written: Path) -> None:
    """A finding looks the same before and after a filter has shown it again."""
    opened = Opened(browser, written)
    before = opened.page.locator("#list > li").evaluate_all(
        "all => all.map(one => [one.className.trim(), one.innerText])"
    )
    opened.page.select_option("#f-order", "similarity")
    opened.page.select_option("#f-order", "")
    opened.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    after = opened.page.locator("#list > li").evaluate_all(
        "all => all.map(one => [one.className.trim(), one.innerText])"
    )
    assert len(before) == 40
    assert after == before
    opened.context.close()


def test_text_from_right_to_left_is_shown_so(browser: Browser, written: Path) -> None:
    opened = Opened(browser, written)
    opened.page.select_option("#f-removed", "0")
    opened.page.wait_for_function("document.getElementById('status').textContent.startsWith('2 of')")
    text = opened.page.locator("#list .text", has_text="الميناء").first
    assert text.evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert opened.page.locator("#list .place").first.evaluate("one => getComputedStyle(one).direction") == "ltr"
    opened.context.close()


def test_the_map_of_another_document(browser: Browser, tmp_path: Path) -> None:
    findings = collected(
        *(
            found(1, at=Standing("a.jsonl", 1, number + 10), beside=Standing("a.jsonl", 1, number))
            for number in range(4)
        ),
        *(
            found(2, at=Standing("a.jsonl", 2, number + 5), beside=Standing("a.jsonl", 2, number))
            for number in range(3)
        ),
    )
    file = tmp_path / "report.html"
    file.write_bytes(page_of(findings))
    opened = Opened(browser, file)
    assert "paragraphs 10–13 repeat 0–3" in opened.page.locator("#map-said").inner_text()
    opened.page.select_option("#map-choice", "1")
    assert "paragraphs 5–7 repeat 0–2" in opened.page.locator("#map-said").inner_text()
    assert opened.page.locator("#map-removed").get_attribute("d") == "M5 0h1v1h-1zM6 1h1v1h-1zM7 2h1v1h-1z"
    assert opened.told == []
    opened.context.close()


def test_hostile_text_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    """Neither as the page opens, nor when a filter shows it."""
    file = tmp_path / "report.html"
    file.write_bytes(page_of(collected(*map(said_of, HOSTILE))))
    opened = Opened(browser, file)
    opened.page.fill("#f-text", "alert")
    opened.page.wait_for_function("document.getElementById('status').textContent.startsWith('3 of 6')")
    assert "<img src=x onerror=alert(1)>" in " ".join(opened.shown())
    assert opened.page.locator("#list img, #list script, #list svg, #list a").count() == 0
    assert opened.told == []
    assert opened.requested == [file.as_uri()]
    opened.context.close()


def test_without_javascript_it_is_read_and_with_it_printed(browser: Browser, written: Path) -> None:
    opened = Opened(browser, written, java_script_enabled=False)
    assert len(opened.shown()) == 40
    assert opened.page.locator("#filters").is_hidden()
    assert opened.page.locator("noscript p").is_visible()
    assert opened.page.locator(".histogram").is_visible()
    opened.context.close()
    opened = Opened(browser, written)
    opened.page.emulate_media(media="print")
    assert opened.page.locator("#filters").is_hidden()
    assert opened.page.locator("#list > li").first.is_visible()
    opened.context.close()
