"""The public names of the library, from their signatures and docstrings, as Markdown. It needs griffe."""

from __future__ import annotations

import inspect
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dedup

if TYPE_CHECKING:
    from collections.abc import Iterator

    import griffe

FUNCTIONS = ("clean", "clean_documents", "clean_table", "clean_dataframe")
LONGEST = 100
"""A signature of more characters has each parameter on a line of its own."""
_SECTIONS = {
    "parameters": "Arguments",
    "attributes": "Fields",
    "raises": "Raises",
    "returns": "Returns",
    "yields": "Yields",
}


def page() -> str:
    """Return a section for each public name: functions first, then what they return, then errors."""
    names = [name for name in dedup.__all__ if not name.startswith("_")]
    classes = [name for name in names if name not in FUNCTIONS]
    return "\n\n".join(_section(name) for name in (*FUNCTIONS, *classes))


def _section(name: str) -> str:
    found = _found(name)
    parts = [f"## {name}", f"```text\n{_signature(name, found)}\n```", f"`from dedup import {name}`"]
    parts += _docstring(found)
    if found.is_class:
        parts += _members(found)
    return "\n\n".join(parts)


def _found(name: str) -> Any:
    """Return what griffe reads of a name in the module that has it; that module alone is parsed."""
    home = sys.modules[getattr(dedup, name).__module__]
    return _read(home.__name__, Path(inspect.getfile(home)))[name]


@cache
def _read(module: str, path: Path) -> Any:
    import griffe

    return griffe.visit(module, path, path.read_text(encoding="utf-8"), docstring_parser=griffe.Parser.google)


def _signature(name: str, found: Any) -> str:
    if found.is_class:
        bases = ", ".join(map(str, found.bases))
        return f"class {name}({bases})" if bases else f"class {name}"
    parameters = list(_parameters(found.parameters))
    line = f"{name}({', '.join(parameters)}) -> {found.returns}"
    if len(line) <= LONGEST:
        return line
    return "\n".join([f"{name}(", *(f"    {one}," for one in parameters), f") -> {found.returns}"])


def _parameters(parameters: griffe.Parameters) -> Iterator[str]:
    import griffe

    keyword_only = False
    for one in parameters:
        kind = one.kind
        if kind is griffe.ParameterKind.keyword_only and not keyword_only:
            keyword_only = True
            yield "*"
        stars = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}.get(kind, "")
        annotation = f": {one.annotation}" if one.annotation is not None else ""
        default = f" = {one.default}" if one.default is not None and not stars else ""
        yield f"{stars}{one.name}{annotation}{default}"


def _docstring(found: Any) -> list[str]:
    parts = []
    for part in found.docstring.parsed if found.docstring else ():
        kind = part.kind.value
        if kind == "text":
            parts.append(_markdown(part.value))
        elif kind in _SECTIONS:
            lines = [f"- {_entry(kind, one, found)}: {_line(one.description)}" for one in part.value]
            parts.append("\n".join([f"**{_SECTIONS[kind]}**", "", *lines]))
    return parts


def _entry(kind: str, one: Any, found: Any) -> str:
    if kind in ("raises", "returns", "yields"):
        return f"`{one.annotation}`"
    return f"`{one.name}{_typed(found.members.get(one.name))}`" if kind == "attributes" else f"`{one.name}`"


def _typed(member: Any) -> str:
    """Return type and default of a field, as Python has them."""
    if member is None or member.annotation is None:
        return ""
    value = "" if member.value is None or "property" in member.labels else str(member.value)
    default = "" if value.startswith(("field(", "dataclasses.field(")) else f" = {value}" if value else ""
    return f": {member.annotation}{default}"


def _members(found: Any) -> list[str]:
    """Return a list of the fields that the docstring of the class does not explain, and one of the methods."""
    explained = {
        one.name
        for part in (found.docstring.parsed if found.docstring else ())
        if part.kind.value == "attributes"
        for one in part.value
    }
    public = [member for name, member in found.members.items() if not name.startswith("_") and name not in explained]
    fields = [f"- `{one.name}{_typed(one)}`{_told(one)}" for one in public if one.is_attribute and one.annotation]
    methods = [
        f"- `{one.name}({', '.join(list(_parameters(one.parameters))[1:])}) -> {one.returns}`{_told(one)}"
        for one in public
        if one.is_function
    ]
    lists = (("Fields", fields), ("Methods", methods))
    return ["\n".join([f"**{title}**", "", *lines]) for title, lines in lists if lines]


def _told(member: Any) -> str:
    return f": {_line(member.docstring.value)}" if member.docstring else ""


def _line(text: str) -> str:
    return _markdown(inspect.cleandoc(text)).replace("\n", " ")


def _markdown(text: str) -> str:
    """Return text of a docstring, whose literals are in two backticks, as Markdown."""
    return re.sub(r"``([^`]+)``", r"`\1`", text)
