"""Man pages: valid, with every option of the help, and whatever stands in a text is read as it is written."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.command import index_help
from dedup.command.help import STATUS, describe
from dedup.command.options import OPTIONS
from tests.support.documentation import roff
from tests.support.update_docs import DOCS, WHOLE

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.command.option import Option

PAGES = [DOCS / name for name in WHOLE]
MACROS = {".TH", ".SH", ".SS", ".TP", ".PP", ".RS", ".RE", ".nf", ".fi", ".BR", ".nh", ".ad"}
ODD = [
    ".dot",
    "'quote",
    "-dash --and --more",
    r"back\slash \fBnot bold\fR",
    '"quoted" .B',
    "~ ^ ` é – …",
    r"\&",
    'a.\\"',
]
needs_mandoc = pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")
needs_man = pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")


def _rendered(page: str) -> str:
    """Return what is read of a page, in one line."""
    done = subprocess.run(
        ["mandoc", "-T", "utf8", "-O", "width=200"],
        input=page,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    return " ".join(re.sub(".\b", "", done.stdout).split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_lines_are_text_or_known_macros(page: Path) -> None:
    """No line of text begins with what makes a request; hyphens of options are not typographic."""
    for line in page.read_text(encoding="ascii").splitlines():
        if line.startswith((".", "'")):
            assert line.split()[0] in MACROS or line.startswith('.\\"'), line
        if not line.startswith((".\\", ".TH")):
            assert not re.search(r"(?<!\\)-", line), line


@needs_mandoc
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_mandoc_has_nothing_to_say(page: Path) -> None:
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "style", str(page)], capture_output=True, text=True, check=False
    )
    assert done.stdout == done.stderr == ""


@needs_man
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_groff_has_nothing_to_say(page: Path) -> None:
    """What `man --warnings` shows."""
    command = ["groff", "-man", "-Tutf8", "-ww", "-z", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def _has(rendered: str, option: Option) -> bool:
    """Tell whether a page has an option, with all that the help says of it."""
    short = f"-{option.short}, " if option.short else ""
    return f"{short}--{option.name}" in rendered and " ".join(describe(option).split()) in rendered


@needs_mandoc
def test_every_option_and_status_of_the_help_is_read() -> None:
    """With the same words; variables and exit codes, too."""
    rendered = _rendered((DOCS / "man" / "dedup.1").read_text(encoding="utf-8"))
    assert [name for name, option in OPTIONS.items() if not _has(rendered, option)] == []
    assert [option.env for option in OPTIONS.values() if option.source != "line" and option.env not in rendered] == []
    assert [text for _, text in STATUS if f"{text[1:]}." not in rendered] == []


@needs_mandoc
def test_every_command_of_the_index_is_read() -> None:
    rendered = _rendered((DOCS / "man" / "dedup-index.1").read_text(encoding="utf-8"))
    for command in index_help.COMMANDS.values():
        assert f"{command.name} [OPTIONS] {command.arguments}" in rendered
        assert command.text in rendered
        assert [option.name for option in command.options if not _has(rendered, option)] == []
        assert [example for example, _ in command.examples if example not in rendered] == []


@needs_mandoc
def test_odd_text_is_read_as_it_is_written() -> None:
    """Leading dots, backslashes, quotation marks, signs that roff makes others of."""
    page = "\n".join(
        [
            roff.title("odd", "2026-01-01", "odd", "Odd"),
            roff.section("Name", r"odd \- odd"),
            roff.section(
                "Odd", *(roff.tagged(roff.bold(text), f"[{text}]") for text in ODD), roff.prose(" ".join(ODD))
            ),
            roff.subsection(ODD[4], roff.examples([(text, "") for text in ODD])),
            "",
        ]
    )
    rendered = _rendered(page)
    for text in ODD:
        assert rendered.count(text) >= 4, (text, rendered)


def test_signs_that_roff_reads_otherwise_are_escaped() -> None:
    """Hyphens are those of the shell; what is not ASCII is named by its number."""
    assert roff.escaped("a-b `c' ^~ \\ é") == r"a\-b \(gac\(aq \(ha\(ti \(rs \[u00E9]"
    assert roff.prose(".a --no-exact") == r"\&.a \fB\-\-no\-exact\fR"


@given(st.text(min_size=1))
def test_no_text_is_taken_for_a_request(text: str) -> None:
    """Every line begins with something else, is ASCII, and its escapes are the known ones."""
    for line in roff.prose(text).splitlines():
        assert line.isascii()
        assert not line.startswith((".", "'"))
        assert re.sub(r"\\(?:\[u[0-9A-F]{4,6}\]|\((?:rs|aq|ga|ha|ti)|f[BR]|[&-])", "", line).count("\\") == 0
