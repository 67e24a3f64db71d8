"""The JSON Schemas of the package as tables in Markdown: a section for each file, and one for each of its objects."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
SUFFIX = ".schema.json"
HEAD = ["| member | type | always there | meaning |", "|---|---|---|---|"]


def schemas() -> dict[str, Schema]:
    """Return the schemas of the package, by the names of their files."""
    found = sorted(
        (place for place in (files("dedup.report") / "data").iterdir() if place.name.endswith(SUFFIX)),
        key=lambda place: place.name,
    )
    return {place.name: json.loads(place.read_text(encoding="utf-8")) for place in found}


def all_sections() -> str:
    """Return the sections of all schemas."""
    return "\n\n".join(Tables(name, schema).section() for name, schema in schemas().items())


def anchor(heading: str) -> str:
    """Return what a link to a heading ends with, as GitHub makes it."""
    kept = (sign for sign in heading.lower() if sign.isalnum() or sign in " -_")
    return "".join(kept).replace(" ", "-")


def _alternatives(schema: Schema) -> list[Schema]:
    return [*schema.get("oneOf", ()), *schema.get("anyOf", ())]


class Tables:
    """One schema.

    Args:
        file: its name.
        schema: what is in it.
    """

    def __init__(self, file: str, schema: Schema) -> None:
        stem, _, self._version = file.removesuffix(SUFFIX).rpartition("-")
        self._name = stem.replace("-", " ").capitalize()
        self._file = file
        self._schema = schema
        self._definitions: dict[str, Schema] = schema.get("$defs", {})

    def section(self) -> str:
        """Return the section of this schema."""
        parts = [
            f"## {self._name}",
            f"`dedup/report/data/{self._file}`, version {self._version}. {self._schema['title']}.",
        ]
        if "description" in self._schema:
            parts.append(self._schema["description"])
        if self._schema.get("properties"):
            parts.append(self._table(self._schema))
        elif several := _alternatives(self._schema):
            parts.append(f"It is one of these: {', '.join(map(self._type, several))}.")
        for name, definition in self._definitions.items():
            if "properties" in definition:
                parts.append(f"### {self._heading(name)}")
                if "description" in definition:
                    parts.append(definition["description"])
                parts.append(self._table(definition))
        return "\n\n".join(parts)

    def _heading(self, name: str) -> str:
        return f"{self._name}: {name}"

    def _table(self, schema: Schema) -> str:
        return "\n".join([*HEAD, *self._rows(schema, "")])

    def _rows(self, schema: Schema, prefix: str) -> Iterator[str]:
        """Yield a row for each member of an object, and for those of the objects in it."""
        required = schema.get("required", ())
        for name, member in schema.get("properties", {}).items():
            meaning = member.get("description", "")
            there = "yes" if name in required else "no"
            cells = (f"`{prefix}{name}`", self._type(member), there, meaning)
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
            for inner, step in self._inside(member):
                yield from self._rows(inner, f"{prefix}{name}{step}.")
        for one in schema.get("allOf", ()):
            yield f"| {'`' + prefix + '…`' if prefix else '…'} | | | and the members of {self._type(one)} |"

    @staticmethod
    def _inside(member: Schema) -> Iterator[tuple[Schema, str]]:
        """Yield objects that are described where they stand, and how a path leads into them."""
        for one in (member, *_alternatives(member)):
            if "properties" in one or "allOf" in one:
                yield one, ""
        items = member.get("items", {})
        if "properties" in items or "allOf" in items:
            yield items, "[]"

    def _type(self, schema: Schema) -> str:
        if "$ref" in schema:
            return self._named(schema["$ref"].rpartition("/")[2])
        if "const" in schema or "enum" in schema:
            return ", ".join(f"`{json.dumps(one)}`" for one in schema.get("enum", [schema.get("const")]))
        if (several := _alternatives(schema)) and "type" not in schema:
            return " or ".join(dict.fromkeys(map(self._type, several)))
        kind = schema.get("type", "any")
        if kind == "array":
            return f"list of {self._type(schema.get('items', {}))}"
        if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
            return f"object of {self._type(schema['additionalProperties'])}"
        return kind if isinstance(kind, str) else " or ".join(kind)

    def _named(self, name: str) -> str:
        """Return the type that a definition has: a link to its section, or what it is if it has none."""
        definition = self._definitions.get(name, {})
        return f"[{name}](#{anchor(self._heading(name))})" if "properties" in definition else self._type(definition)
