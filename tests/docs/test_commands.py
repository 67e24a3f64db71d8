"""Every command that README and documentation show is run, and what they say it prints is what it prints.

A block marked ``console`` holds commands after ``$ `` and, below each, its output (both streams). A line of ``…``
stands for any number of lines. Where no output is shown, none is compared. Each page has a directory of its own, with a
copy of the fixtures, and its commands find there what earlier ones left.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^( *)```console\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
SETUP = re.compile(r"^python3 -m venv .*$", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)")
FEWEST = 8
LONGEST_README = 149


@dataclass(frozen=True)
class Shown:
    """A command as a page shows it."""

    line: int
    command: str
    output: str


WITH_EXTRA = re.compile(r"--html\b")
"""Commands with which a page ends where an extra is not installed: there is none for the oldest Python."""


def shown(page: Path) -> list[Shown]:
    """Return the commands of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(2)) + 1
        body = re.sub(rf"^{block.group(1)}", "", block.group(2), flags=re.MULTILINE)
        for part in re.split(r"^(?=\$ )", body, flags=re.MULTILINE):
            command, _, output = part.partition("\n")
            if command.startswith("$ "):
                found.append(Shown(line, command[2:], output))
            line += part.count("\n")
    return found


def agrees(expected: str, actual: str) -> bool:
    """Tell whether an output is what a page shows."""
    lines = actual.rstrip("\n").split("\n")
    pieces = [part.strip("\n") for part in re.split(r"^…$", expected.rstrip("\n"), flags=re.MULTILINE)]
    shown_lines = [piece.split("\n") if piece else [] for piece in pieces]
    if len(shown_lines) == 1:
        return lines == shown_lines[0]
    first, *middle, last = shown_lines
    at = len(first)
    if lines[:at] != first:
        return False
    for piece in middle:
        while at <= len(lines) and lines[at : at + len(piece)] != piece:
            at += 1
        at += len(piece)
    return at + len(last) <= len(lines) and lines[len(lines) - len(last) :] == last


@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("bash"), reason="the pages show a Unix shell")
@pytest.mark.parametrize("page", [page for page in PAGES if shown(page)], ids=lambda page: page.name)
def test_commands_do_what_the_page_says(page: Path, tmp_path: Path) -> None:
    """Commands succeed and print what stands below them."""
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    here = str(Path(sys.executable).parent)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DEDUP_")}
    environment = {**kept, "PATH": here + os.pathsep + os.environ["PATH"], "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    environment["COLUMNS"] = "80"
    for part in shown(page):
        if WITH_EXTRA.search(part.command) and find_spec("turbohtml") is None:
            break
        done = subprocess.run(
            ["bash", "-c", part.command],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        place = f"{page.name}:{part.line}: $ {part.command}"
        found = 1 if "--check" in part.command or "--diff" in part.command else 0
        assert done.returncode in {0, found}, f"{place}\nended with {done.returncode}:\n{done.stdout}"
        if part.output.strip() and not agrees(part.output, done.stdout):
            lines = difflib.unified_diff(
                part.output.splitlines(), done.stdout.splitlines(), "shown", "printed", lineterm=""
            )
            pytest.fail("\n".join([place, *lines]), pytrace=False)


def test_pages_show_commands() -> None:
    """The pages are found, and their commands are seen as such."""
    assert sum(len(shown(page)) for page in PAGES) >= FEWEST


def test_readme_is_short_and_its_setup_is_what_the_build_machine_runs() -> None:
    """README fits on a few screens, and the command that it gives for the tests is the one that CI begins with."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= LONGEST_README
    commands = SETUP.findall(readme)
    assert len(commands) == 2, "one sets up and cleans an article, one sets up and runs the tests"
    script = ROOT / ".ci" / "run"
    if not script.exists():
        pytest.skip("a source distribution has no build machine's script")
    assert commands[1] in script.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Links within the project name files, and headings, that are there."""
    for name, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name}: {name} is not there"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, f"{page.name}: {name} has no heading for #{anchor}"


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n…\n", "a\nb\n", True),
        ("a\n…\nd\n", "a\nb\n", False),
        ("3.*\n", "3xx\n", False),
    ],
)
def test_comparison_knows_what_may_differ(expected: str, actual: str, *, same: bool) -> None:
    """Only a line with an ellipsis stands for other text."""
    assert agrees(expected, actual) is same
