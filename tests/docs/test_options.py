"""The pages about the log and the library show what really happens."""

from __future__ import annotations

import doctest
import json
import re
from typing import TYPE_CHECKING

from dedup.model.outcome import Counts
from dedup.report import summary
from tests.support.update_docs import DOCS

if TYPE_CHECKING:
    from tests.support.cli_process import Command


def test_the_examples_of_the_library_are_true() -> None:
    result = doctest.testfile(str(DOCS / "library.md"), module_relative=False, encoding="utf-8")
    assert result.attempted > 10
    assert result.failed == 0


def test_the_example_of_a_log_is_what_is_written(dedup: Command) -> None:
    page = (DOCS / "removal-log.md").read_text(encoding="utf-8")
    text = page.partition("```text\n")[2].partition("```")[0]
    shown = page.partition("```json\n")[2].partition("```")[0]
    (dedup.directory / "a.txt").write_bytes(text.encode())
    assert dedup("--removed", "log.jsonl", "-o", "out.txt", "a.txt").code == 0
    written = (dedup.directory / "log.jsonl").read_text(encoding="ascii")
    assert re.sub(r'"(version|settings)": "[^"]*"', "", shown) == re.sub(r'"(version|settings)": "[^"]*"', "", written)
    table = page.partition("## A removal")[2]
    removal = json.loads(written.splitlines()[2])
    assert [key for key in removal if f"`{key}`" not in table] == []
    restored = dedup("--restore", "log.jsonl", "out.txt")
    assert (restored.code, restored.stdout) == (0, text.encode())


def test_the_summary_in_the_docs_is_one_that_is_written() -> None:
    counts = Counts(files=3, documents=3, paragraphs=214, exact=12, near=3, block=2)
    assert summary.line(counts) in (DOCS / "cli.md").read_text(encoding="utf-8")


def test_the_explanation_in_the_docs_is_one_that_is_given(dedup: Command) -> None:
    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    block = page.partition("    a.txt:7: kept")[2].partition("\n\n")[0]
    shown = "\n".join(line[4:] for line in f"    a.txt:7: kept{block}".splitlines())
    witness = shown.partition("beside: a.txt:2: ")[2]
    text = shown.splitlines()[1].strip().replace("[+", "").replace("+]", "")
    lines = ["A first line.", witness, *(f"Line {n}." for n in range(4)), text]
    done = dedup("-v", "-q", "--stdin-name", "a.txt", stdin="\n".join(lines).encode())
    figure = re.compile(r"\b[01]\.\d\d\b")  # how they are reckoned is not the subject here
    assert figure.sub("N", done.stderr.rstrip("\n")) == figure.sub("N", shown)
