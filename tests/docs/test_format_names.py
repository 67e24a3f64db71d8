"""No module outside of `dedup.formats` names a format: it asks what one can do, or for the one that has a role."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from dedup.formats import names, registry
from dedup.formats.parts import Format
from tests.docs.test_commands import ROOT
from tests.docs.test_layout import PACKAGE, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS = PACKAGE / "formats"
OUTSIDE = [path for path in SOURCES if FORMATS not in path.parents]
ROLES = {"WHOLE_DOCUMENT", "RECORDS", "COLUMNS"}
"""Objects of the registry that say what a format is for, and not which one it is."""
OBJECTS = {
    name
    for module, kind in ((registry, Format), (names, names.Names))
    for name, value in vars(module).items()
    if isinstance(value, kind)
} - ROLES
NAMES = {one.name for one in registry.FORMATS}
WORDS = NAMES | {suffix for one in registry.FORMATS for suffix in one.suffixes}
THEMES = {one.read.__module__.split(".")[2].partition("_")[0] for one in registry.FORMATS}
"""What the names of the modules of each format begin with: `csv_tables` is of ``csv``."""
DETAILS = {"table_rows", "foreign_kinds", "registry", "names"}
"""Modules of one format, or with one name for each, of which at the most single objects are imported."""
ELSEWHERE = {
    "dedup/api/": {"text": "a member of records, a column of tables, and a field of what is returned"},
    "dedup/command/corpus_options.py": {"text": "what the value of an option is: any text"},
    "dedup/command/check_options.py": {"text": "likewise"},
    "dedup/command/telling_options.py": {"text": "likewise"},
    "dedup/command/index_help.py": {"text": "likewise"},
    "dedup/index/figures.py": {"text": "a figure: bytes of the texts of an index"},
    "dedup/command/option.py": {"text": "what the value of an option is: any text"},
    "dedup/command/options.py": {
        "text": "likewise; a value of --html; the usual --field",
        "html": "the option --html",
    },
    "dedup/command/parser.py": {"html": "likewise"},
    "dedup/engines/indexed_spark/": {"text": "a column"},
    "dedup/engines/local/in_memory_run.py": {"text": "a member of records"},
    "dedup/engines/spark/dataframe.py": {"text": "a column"},
    "dedup/engines/spark/stages/": {"text": "a column"},
    "dedup/engines/spark/write.py": {"text": "a kind of rows: what is left of documents"},
    "dedup/language/data_files.py": {".txt": "lists of words that are part of the program"},
    "dedup/model/compatibility.py": {"text": "a value of --html", "html": "the option --html"},
    "dedup/model/job.py": {"text": "a value of --html; the usual field of a record"},
    "dedup/model/results.py": {"text": "a field of what is returned"},
    "dedup/report/lives.py": {"text": "a line of what is told"},
    "dedup/report/renderers/": {
        "text": "a member of reports",
        ".md": "a format of reports",
        ".html": "likewise",
        "html": "likewise",
    },
    "dedup/text/line_forms.py": {"text": "a form of line that is no list and no table"},
}
"""Files, or folders, in which such a word is something else, and what."""
NO_METHODS = {"text", "html"}
"""Of `NAMES`, what objects have as attributes that are no formats: the text of a record, the option ``--html``."""


def _imported(tree: ast.AST) -> Iterator[str]:
    """Yield the full names of all that is imported from `dedup.formats`, in functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in found if name.startswith("dedup.formats."))


def _names_a_format(imported: str) -> bool:
    _, _, module, *inner = imported.split(".")
    if module in DETAILS:
        return module in {"table_rows", "foreign_kinds"} or not inner or inner[-1] in OBJECTS
    return module.partition("_")[0] in THEMES


def _words(tree: ast.AST) -> Iterator[tuple[int, str, bool]]:
    """Yield the words of formats in code: line, word, and whether it can be nothing else where it stands.

    Such a place is a comparison (but with the value of ``--html``), an argument that says the format, or a call by that
    name. Strings that are statements are docstrings.
    """
    silent: set[ast.AST] = set()
    certain: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            silent.add(node.value)
        elif isinstance(node, ast.Compare) and not ast.unparse(node.left).endswith(".html"):
            certain.update(ast.walk(node))
        elif isinstance(node, ast.keyword) and node.arg in ("format", "asked"):
            certain.add(node.value)
        elif isinstance(node, ast.Attribute) and node.attr in NAMES - NO_METHODS:
            yield node.lineno, node.attr, True
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            word = node.value.lower().removeprefix("*")
            if word in WORDS:
                yield node.lineno, word, node in certain


def _elsewhere(path: str, word: str) -> str | None:
    """Return the entry of `ELSEWHERE` that says what else a word is in a file; None: it is the format."""
    return next((place for place, words in ELSEWHERE.items() if path.startswith(place) and word in words), None)


def test_no_module_outside_of_formats_imports_one_of_them() -> None:
    """Neither its module nor its object."""
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in OUTSIDE
        for name in _imported(ast.parse(path.read_text(encoding="utf-8")))
        if _names_a_format(name)
    }
    assert found == set()


def test_no_module_outside_of_formats_has_the_name_of_one() -> None:
    """Nor a suffix of its files; where such a word is something else, that is said above, and nothing is said twice."""
    found, used = [], set()
    for path in OUTSIDE:
        place = path.relative_to(ROOT).as_posix()
        for line, word, certain in _words(ast.parse(path.read_text(encoding="utf-8"))):
            reason = None if certain else _elsewhere(place, word)
            if reason is None:
                found.append(f"{place}:{line}: {word}")
            used.add((reason, word))
    assert found == []
    assert {(place, word) for place, words in ELSEWHERE.items() for word in words} == used


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("from dedup.formats.registry import TEXT", True),
        ("from dedup.formats.registry import WHOLE_DOCUMENT, FORMATS, by_suffix", False),
        ("from dedup.formats import registry", True),
        ("from dedup.formats.names import JSON_LINES", True),
        ("from dedup.formats.names import ASKED", False),
        ("def f():\n    from dedup.formats.warc.records import read", True),
        ("from dedup.formats import csv_tables", True),
        ("import dedup.formats.parquet_rows", True),
        ("from dedup.formats.table_rows import row_at", True),
        ("from dedup.formats.foreign_kinds import JSON", True),
        ("from dedup.formats.foreign import named", False),
    ],
)
def test_imports_of_a_format_are_seen(code: str, *, told: bool) -> None:
    """The test above sees what it is meant to."""
    assert any(map(_names_a_format, _imported(ast.parse(code)))) is told


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ('asked == "parquet"', [("parquet", True)]),
        ('asked in ("auto", "text")', [("text", True)]),
        ('job.html == "text"', [("text", False)]),
        ('Job(format="text")', [("text", True)]),
        ('record["text"]', [("text", False)]),
        ('f"part-{number}.jsonl"', [(".jsonl", False)]),
        ('usual = ("*.TSV",)', [(".tsv", False)]),
        ("spark.read.parquet(path)", [("parquet", True)]),
        ("record.text", []),
        ('"""text"""', []),
        ('hint = "read it with --format csv"', []),
    ],
)
def test_words_of_a_format_are_seen(code: str, seen: list[tuple[str, bool]]) -> None:
    """Likewise."""
    assert [(word, certain) for _, word, certain in _words(ast.parse(code))] == seen


def test_all_formats_can_be_asked_for() -> None:
    """But HTML, which has an option of its own."""
    assert [one.name for one in registry.FORMATS if one is not registry.HTML] == list(names.ASKED)
    assert {f"*{suffix}" for one in (registry.WHOLE_DOCUMENT, registry.RECORDS) for suffix in one.suffixes} == set(
        names.USUAL
    )
