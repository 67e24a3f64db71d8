"""The package is laid out as it is said to be: layers, sizes, and the files and words that the documentation names."""

from __future__ import annotations

import ast
import doctest
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.profile_stages import STAGES
from tests.docs.test_commands import PAGES, ROOT, shown

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACKAGE = ROOT / "dedup"
SOURCES = sorted(PACKAGE.rglob("*.py"))
UNNAMED = {"__init__.py", "__main__.py", "__pycache__", "py.typed"}
MOST_ENTRIES = 17
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
LONG = {
    ("dedup/engines/spark/dataframe.py", "clean_dataframe"): "a signature and a docstring for users; little is done",
    ("dedup/engines/spark/run.py", "run"): "the order of a run on Spark, one step after the other",
}
"""Functions above `LONGEST_FUNCTION` lines, and why."""
NAMED = re.compile(r"`((?:dedup|tests|benchmarks|tools|fixtures|docs)/[a-z0-9_./-]*\w)`")
TERM = re.compile(r"^\*\*(.+)\*\*\n: ((?:.+\n)+)", re.MULTILINE)


def test_the_table_of_packages_has_the_layers_in_their_order() -> None:
    """CONTRIBUTING and the contract that is checked agree, and both have every entry of the package."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    [layers] = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    ordered = [name.strip() for layer in layers for name in layer.split("|")]
    section = (
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## The packages")[2].partition("\n## ")[0]
    )
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == ordered
    entries = {path.name for path in PACKAGE.iterdir()} - UNNAMED
    assert {name.removesuffix(".py") for name in entries} | {"__main__"} == set(ordered)


def test_the_package_has_few_entries() -> None:
    """Whoever opens the package sees the stages of its flow."""
    assert len({path.name for path in PACKAGE.iterdir()} - UNNAMED) <= MOST_ENTRIES


def test_no_module_is_long() -> None:
    """A longer module is two modules."""
    lines = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {path: number for path, number in lines.items() if number > LONGEST_MODULE} == {}


def test_no_function_is_long() -> None:
    """A longer function is two functions, but for those that are listed with a reason."""
    found = {
        (path.relative_to(ROOT).as_posix(), node.name)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    }
    assert found - set(LONG) == set()


def test_every_module_says_what_it_is() -> None:
    """The first line of each module is a sentence: the listing of a folder can be read."""
    silent = [path for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


def test_imports_keep_to_the_contracts() -> None:
    """Imports go one way."""
    command = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("import-linter is not installed")
    done = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "page", [*PAGES, ROOT / "benchmarks" / "README.md"], ids=lambda page: f"{page.parent.name}-{page.name}"
)
def test_files_that_are_named_are_there(page: Path) -> None:
    """Where a page names a file of the project, the file is there."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert [name for name in NAMED.findall(text) if not (ROOT / name).exists() and not list(ROOT.glob(name))] == []


def test_short_names_in_how_it_works_are_those_of_files() -> None:
    """A file that is named without its folder is in the package."""
    text = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    files = ["/" + path.relative_to(ROOT).as_posix() for path in SOURCES]
    named = re.findall(r"`([\w/]+\.py)`", text)
    assert len(named) > len(files) / 2
    assert [
        name for name in named if not any(file.endswith("/" + name) for file in files) and not (ROOT / name).exists()
    ] == []


def test_words_of_the_code_stand_in_the_files_that_are_named() -> None:
    """Each word of the second half of the glossary is found in a file that is said to be its home, or in its name."""
    words = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").partition("## Words of the code")[2]
    missing = []
    for terms, said in TERM.findall(words):
        homes = [name + (ROOT / name).read_text(encoding="utf-8").lower() for name in NAMED.findall(said)]
        assert homes, terms
        for term in terms.split(", "):
            stem = re.compile(rf"\b{re.escape(term)}|_{re.escape(term)}|{re.escape(term.replace(' ', '_'))}")
            if not any(stem.search(home) for home in homes):
                missing.append(term)
    assert missing == []


def test_the_worked_example_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page says of each stage is what the stage gives."""
    page = ROOT / "docs" / "how-it-works.md"
    monkeypatch.chdir(tmp_path)
    lines = [re.findall(r"^echo '(.*)' >", part.command) for part in shown(page)]
    (tmp_path / "room.txt").write_text("".join(line + "\n" for found in lines for line in found), encoding="utf-8")
    result = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert result.attempted > 20
    assert result.failed == 0


def test_all_benchmarks_are_listed() -> None:
    """The table has each script that can be run."""
    table = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    scripts = [path for path in (ROOT / "benchmarks").rglob("*.py") if "__main__" in path.read_text(encoding="utf-8")]
    assert [path.name for path in scripts if path.name not in table] == []


@pytest.mark.parametrize("place", [place for places in STAGES.values() for place in places])
def test_stages_that_are_profiled_are_there(place: str) -> None:
    """A function that was renamed is missed where its time is taken."""
    module, _, path = place.partition(":")
    found = import_module(module)
    for name in path.split("."):
        found = getattr(found, name)
    assert callable(found)
