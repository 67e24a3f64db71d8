"""No pattern of the program takes more than linear time, whatever the text; see `linear`."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import dedup
from dedup.formats import foreign, foreign_kinds
from dedup.model import errors
from tests.support.linear import NotLinearError, faults

_ANCHORED = frozenset(("match", "fullmatch"))
_INLINE = frozenset(("match", "fullmatch", "search", "split", "sub", "subn", "findall", "finditer"))
_INLINE_USES = {
    "dedup.model.errors": {"sub"},
    "dedup.formats.edits": {"finditer"},
    "dedup.formats.foreign": {"finditer", "match", "search"},
}
"""Modules that use patterns as strings, and how: line ends one by one, tables of our own, and what is in `_STRINGS`."""
_STRINGS: dict[str, tuple[str | bytes, bool]] = {
    "dedup.model.errors.VARIABLE": (errors.VARIABLE, False),
    "dedup.formats.foreign._BRACKETS": (foreign._BRACKETS, True),
    "dedup.formats.foreign._SENTENCE": (foreign._SENTENCE, False),
    **{
        f"dedup.formats.foreign_kinds.KINDS {pattern!r}": (pattern, True)
        for kind in foreign_kinds.KINDS
        for pattern in (*kind.strict, *kind.weak)
        # What counts far is unrolled, which takes the proof minutes; it sees no more than the beginning of a file.
        if re.search(rb"[*+]|,\}", pattern) and not re.search(rb"\d\d\}", pattern)
    },
}
"""Patterns that are compiled where they are used, because most runs use none of them; and whether they are anchored."""
BOUNDED: dict[str, str] = {
    "dedup.language.numbers._FOLLOWING": "24 characters",
    "dedup.verdict.restrictions._CUT": "the last 24 characters of a text",
    "dedup.verdict.context._SENTENCE_END": "8 characters",
    "dedup.text.line_forms._TERM": "it looks ahead without end, from 60 places at most: the same blanks 60 times",
    "dedup.verdict.rules.page_furniture._SIGN_BEFORE": "40 characters",
    "dedup.verdict.rules.page_furniture._SITE_WITH_SUFFIX": "40 characters",
    "dedup.verdict.rules.enumerators._WORD": "24 characters",
    "dedup.formats.html_blocks._ENDS": "what begins and does not end takes all that is left, and ends the search",
    "dedup.text.repetition._BLANK_LINES": "what fails is one line of blanks, looked at once",
    "dedup.formats.parquet_rows._PLACES": "a line with the names of three columns",
}
"""Patterns that are not linear by themselves → what bounds their input."""


def _modules() -> list[Any]:
    found = []
    for info in pkgutil.walk_packages(dedup.__path__, "dedup."):
        if info.name.endswith("__main__"):
            continue
        try:
            found.append(importlib.import_module(info.name))
        except ModuleNotFoundError as missing:
            # Spark is an extra: its modules are looked at where it is installed.
            if missing.name is None or missing.name.partition(".")[0] not in {"pyspark", "pyarrow", "pandas", "grpc"}:
                raise
    return found


def _patterns() -> dict[str, re.Pattern[Any]]:
    """Return the patterns that the modules hold, by module and name."""
    out: dict[str, re.Pattern[Any]] = {}
    for module in _modules():
        for name, value in vars(module).items():
            values = value if isinstance(value, list | tuple) else [value]
            for one in values:
                if isinstance(one, re.Pattern) and one not in out.values():
                    out[f"{module.__name__}.{name}"] = one
    return out


@cache
def _loads() -> dict[str, list[tuple[str, str]]]:
    """Return where each name is used, by module, and with which attribute; "?" without one."""
    out: dict[str, list[tuple[str, str]]] = {}
    for path in Path(dedup.__path__[0]).rglob("*.py"):
        module = ".".join(("dedup", *path.relative_to(dedup.__path__[0]).with_suffix("").parts))
        tree = ast.parse(path.read_text("utf-8"))
        handed_over = _handed_over(tree)
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load) and child not in handed_over:
                    method = node.attr if isinstance(node, ast.Attribute) else "?"
                    out.setdefault(child.id, []).append((module, method))
    return out


def _handed_over(tree: ast.AST) -> set[ast.AST]:
    """Return what a module hands over to the native kernels, which use patterns as the Python does."""
    assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    tables = [node.value for node in assigned if ast.unparse(node.targets[0]) == "EXPRESSIONS"]
    return {node for table in tables for node in ast.walk(table)}


def _uses(module: str, name: str) -> set[str]:
    """Return by what methods a pattern is used; "?" where it is handed on. Private names are used in their module."""
    return {method for at, method in _loads().get(name, []) if at == module or not name.startswith("_")}


PATTERNS = _patterns()


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_every_pattern_is_linear_or_its_input_is_bounded(name: str) -> None:
    """A text of twice the length takes a pattern twice the steps, unless the table says what bounds its input."""
    methods = _uses(*name.rsplit(".", 1))
    try:
        found: list[Any] = faults(PATTERNS[name], anchored=methods <= _ANCHORED)
    except NotLinearError as unknown:
        found = [unknown]
    assert bool(found) == (name in BOUNDED), (PATTERNS[name].pattern, methods, found)


@pytest.mark.parametrize("name", sorted(_STRINGS))
def test_patterns_that_are_compiled_late_are_linear(name: str) -> None:
    """They see the beginning of a file, or a message."""
    pattern, anchored = _STRINGS[name]
    assert not faults(re.compile(pattern, re.DOTALL), anchored=anchored)


def test_every_pattern_has_a_name() -> None:
    """A pattern that is written where it is used would escape the proof; those that are, are few and plain."""
    found: dict[str, set[str]] = {}
    for module, method in _loads()["re"]:
        if method in _INLINE:
            found.setdefault(module, set()).add(method)
    assert found == _INLINE_USES


@pytest.mark.parametrize("source", ["a*b", "[:]\\W*\\Z", "(\\w{3,})x", "](.*?)x[^)]*y", "a*?b"])
def test_the_proof_knows_a_slow_search(source: str) -> None:
    """A search that begins anew within what it has read is found to be slow."""
    assert faults(re.compile(source), anchored=False)


@pytest.mark.parametrize(
    "source", ["a*a*b", "(a*)*b", "(a|a)*b", "(?:a|ab?)+c", "\\W*([^:]{1,40}?)\\W*:", "(a+)+b", "(a?b?)*c"]
)
def test_the_proof_knows_a_slow_match(source: str) -> None:
    """Repeats that can share out the same characters in several ways are found to be slow, wherever they begin."""
    assert faults(re.compile(source), anchored=True)


@pytest.mark.parametrize("source", ["(?<!a)a*b", "a+", "x[^x]*y", "a(?!b)b*c", "\\s*(?:([-=])\\s*)(?:\\1\\s*)*\\Z"])
def test_the_proof_passes_what_is_linear(source: str) -> None:
    """Look-arounds, what ends a match for sure, and repeats set apart by a sign are not taken for slow."""
    assert not faults(re.compile(source), anchored=source.startswith("\\s"))
