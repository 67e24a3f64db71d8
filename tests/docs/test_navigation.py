"""Each page of the documentation is listed, by what it is for; pages that are still to come are no error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.documentation import navigation
from tests.support.documentation.schema_tables import Tables, anchor, schemas
from tests.support.update_docs import DOCS

if TYPE_CHECKING:
    from pathlib import Path

LISTED = [name for _, pages in navigation.KINDS for name, _ in pages]
INDEX = (DOCS / "index.md").read_text(encoding="utf-8")
DECISIONS = DOCS / "decisions"


def test_every_page_is_in_the_navigation() -> None:
    """If this fails: add the page to `KINDS` in tests/support/documentation/navigation.py, and run update_docs.py."""
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if path.parent != DECISIONS}
    assert pages - set(LISTED) - {"index.md"} == set()
    assert [name for name in pages - {"index.md"} if f"]({name})" not in INDEX] == []


def test_every_decision_is_listed() -> None:
    """On the page of decisions."""
    table = (DECISIONS / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in DECISIONS.glob("*.md") if path.name != "README.md" and path.name not in table] == []


def test_no_page_is_listed_twice() -> None:
    """A page is of one kind."""
    assert len(LISTED) == len(set(LISTED))


def test_a_page_that_is_not_there_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list has what there is, with its title."""
    (tmp_path / "cli.md").write_text("# The line\n\n## Not this\n", encoding="utf-8")
    monkeypatch.setattr(navigation, "DOCS", tmp_path)
    assert [line for line in navigation.listed().splitlines() if line.startswith("-")] == [
        "- [The line](cli.md): every option, and how options go together"
    ]


def test_a_page_without_a_title_is_told(tmp_path: Path) -> None:
    """By its name."""
    (tmp_path / "page.md").write_text("No title.\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"page\.md"):
        navigation.title(tmp_path / "page.md")


def test_tables_of_a_schema_have_every_member_of_it() -> None:
    """Also those of objects within objects, of lists, and of definitions; signs of tables are escaped."""
    schema = {
        "title": "Something",
        "properties": {
            "a": {"const": 1},
            "b": {"description": "a | b", "type": "object", "required": ["c"], "properties": {"c": {"enum": ["x"]}}},
            "d": {"type": "array", "items": {"properties": {"e": {"$ref": "#/$defs/f"}}}},
            "g": {"oneOf": [{"type": "null"}, {"properties": {"h": {"$ref": "#/$defs/n"}}, "type": "object"}]},
            "i": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
            "j": {"anyOf": [{"type": "integer"}, {"$ref": "#"}]},
        },
        "$defs": {"n": {"type": "integer"}, "f": {"properties": {"k": {}}, "allOf": [{"$ref": "#/$defs/m"}]}, "m": {}},
    }
    assert Tables("some-log-2.schema.json", schema).section().splitlines()[:2] == ["## Some log", ""]
    rows = [line for line in Tables("some-log-2.schema.json", schema).section().splitlines() if line.startswith("| `")]
    assert rows == [
        "| `a` | `1` | no |  |",
        "| `b` | object | no | a \\| b |",
        '| `b.c` | `"x"` | yes |  |',
        "| `d` | list of any | no |  |",
        "| `d[].e` | [f](#some-log-f) | no |  |",
        "| `g` | null or object | no |  |",
        "| `g.h` | integer | no |  |",
        "| `i` | object of string or null | no |  |",
        "| `j` | integer or any | no |  |",
        "| `k` | any | no |  |",
    ]


def test_every_schema_of_the_package_has_a_section() -> None:
    """Found by their names."""
    page = (DOCS / "schemas.md").read_text(encoding="utf-8")
    assert {"stats-1.schema.json", "removal-log-1.schema.json"} <= set(schemas())
    assert [name for name in schemas() if name not in page] == []


def test_anchors_are_those_of_github() -> None:
    """Small letters, hyphens for spaces, and nothing else but letters and digits."""
    assert anchor("Removal log: an edit (1)") == "removal-log-an-edit-1"
