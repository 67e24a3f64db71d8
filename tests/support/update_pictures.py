"""Take the pictures of the report in `docs/images` anew: ``python -m tests.support.update_pictures``.

They are of the golden cases, each as a record of one dump. It needs what the tests of the page in a browser need.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.cli import main
from tests.support import golden

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent.parent
PICTURES = ROOT / "docs" / "images"
WIDTH, HEIGHT = 1000, 860


def written(directory: Path) -> Path:
    """Write a dump of all golden cases that are text in UTF-8, and the report of it."""
    os.chdir(directory)
    with Path("articles.jsonl").open("w", encoding="utf-8") as dump:
        for number, path in enumerate(sorted((ROOT / "fixtures" / "golden").glob("*.txt"))):
            case = golden.load(path)
            try:
                text = case.input.decode("utf-8")
            except UnicodeDecodeError:
                continue
            record = {"id": path.stem, "url": f"https://site-{number % 12}.example/", "text": text}
            dump.write(json.dumps(record) + "\n")
    main(["-q", "--isolated", "--check", "--scope", "corpus", "--report", "report.html", "articles.jsonl"])
    return Path("report.html").absolute()


def opened(browser: Browser, report: Path, theme: str) -> Page:
    """Return the report in a window of its own."""
    page: Page = browser.new_page(color_scheme=theme, viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(report.as_uri())
    return page


def take() -> None:
    """Take the pictures."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        report = written(Path(directory))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = opened(browser, report, "light")
        page.screenshot(path=PICTURES / "report-light.png")
        page = opened(browser, report, "dark")
        page.select_option("#f-removed", "1")
        page.select_option("#f-order", "similarity")
        page.wait_for_timeout(500)
        page.locator("#filters").evaluate("one => one.scrollIntoView()")
        page.screenshot(path=PICTURES / "report-dark.png")
        browser.close()
        os.chdir(ROOT)


if __name__ == "__main__":
    take()
    sys.stdout.write(f"{', '.join(path.name for path in sorted(PICTURES.glob('*.png')))}\n")
