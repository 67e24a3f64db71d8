"""Settings from a file: ``[tool.dedup]`` of the nearest ``pyproject.toml``, read strictly.

A key that is not known, or a value that does not fit, is an error: a typo must not silently clean a corpus in another
way than was meant. What names an input or an output, or says what is done with it, is refused here: a stale entry
would silently point a bare ``dedup`` at real files. A file that was only found may be another person's: it may neither
run code nor send text away, nor give up a promise; one that is named with ``--config`` may.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dedup.command.options import OPTIONS
from dedup.model.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.command.option import Option

FILE_NAME = "pyproject.toml"
TABLE = "[tool.dedup]"
_REPOSITORY_MARKS = (".git", ".hg", ".jj", ".svn")
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SIZE = re.compile(r"(\d{1,30}(?:\.\d{1,30})?)\s*([KMGT]?)(?:I?B)?", re.IGNORECASE | re.ASCII)
_LARGEST_SIZE = (1 << 63) - 1
"""Bytes: what a file offset can be, and what fits the arrays in which sizes are kept."""
_LARGEST_WHOLE = 10**15
"""Upper bound of a whole number where the option states none: more than any count of words or documents."""
_LONGEST_NUMBER = 400
"""Characters of a number that are looked at: more than any number has that fits."""
_SHOWN = 40
"""Characters of a bad value that a message shows."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a configuration file says; empty where there is none."""

    path: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    """By name of the option as a Python identifier (``min_words``), checked and converted."""


def load(explicit: Path | None = None, *, start: Path | None = None) -> Config:
    """Read the settings of `explicit`, else of the nearest ``pyproject.toml`` that has a table for this tool.

    The search goes from `start` (the current directory) upwards, and ends with the first directory that is the root of
    a repository, or of the file system.

    Raises:
        ConfigError: the file cannot be read, is not TOML, or holds something that cannot be obeyed.
    """
    if explicit is not None:
        table = _table(explicit)
        if table is None:
            raise ConfigError(f"there is no table {TABLE}", place=str(explicit), hint=f"put the settings under {TABLE}")
        return Config(explicit, _checked(table, str(explicit), named=True))
    # Relative to the current directory where that is possible: that is how people name the file.
    for directory in _upwards(Path.cwd() if start is None else start.absolute()):
        path = directory / FILE_NAME
        if path.is_file():
            table = _table(path)
            if table is not None:
                return Config(path, _checked(table, _short(path), named=False))
    return Config()


def parse_size(text: str) -> int:
    """Return a number of bytes given as ``1048576``, ``512K``, ``1.5M`` or ``1GiB``; units are powers of 1024.

    Raises:
        ValueError: this is not a size, or less than a byte.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{_quoted(text)} is not a size such as 512M or 1G")
    number, unit = match.groups()
    size = int(float(number) * _UNITS[unit.upper()]) if "." in number else int(number) * _UNITS[unit.upper()]
    if size < 1:
        raise ValueError(f"{_quoted(text)} is less than one byte")
    if size > _LARGEST_SIZE:
        raise ValueError(f"{_quoted(text)} is more than any file can have")
    return size


def parse_number(text: str, kind: Literal["float", "int"]) -> float | None:
    """Return a number written in ASCII, ``int`` for a whole one; None if this is none.

    Python itself also reads digits of other scripts, and underscores between digits: in a setting these are taken for
    mistakes. What is not finite is returned as it is, for `convert` to refuse.
    """
    if not text.isascii() or "_" in text or len(text) > _LONGEST_NUMBER:
        return None
    try:
        return float(text) if kind == "float" else int(text)
    except ValueError:
        return None


def format_size(size: int) -> str:
    """Return a number of bytes as `parse_size` reads it, with the largest unit that loses nothing."""
    for unit in "TGMK":
        if size and size % _UNITS[unit] == 0:
            return f"{size // _UNITS[unit]}{unit}"
    return str(size)


def _upwards(directory: Path) -> list[Path]:
    found = []
    for candidate in (directory, *directory.parents):
        found.append(candidate)
        if any((candidate / mark).exists() for mark in _REPOSITORY_MARKS):
            break
    return found


def _short(path: Path) -> str:
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)


def _table(path: Path) -> dict[str, Any] | None:
    """Return the table of this tool in a file; None where it has none."""
    place = _short(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"the configuration cannot be read: {reason}", place=place) from error
    if b"dedup" not in data:
        return None  # parsing costs some milliseconds, and a file that never names this tool is not its business
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"this is not TOML: {error}", place=place) from error
    except ValueError as error:  # Python refuses to read it
        raise ConfigError("a number has too many digits to be read", place=place) from error
    tool = document.get("tool", {})
    table = tool.get("dedup") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise ConfigError("tool.dedup is not a table", place=place, hint=f"write the settings under {TABLE}")
    return table


def _checked(table: Mapping[str, Any], place: str, *, named: bool) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("_", "-")
        option = OPTIONS.get(name)
        if option is None:
            raise _unknown(key, place)
        if not option.in_file:
            what = f"{key!r} is not taken from a configuration file"
            raise ConfigError(what, place=place, hint=f"give --{name} on the command line")
        if option.dest in values:
            raise ConfigError(f"{name!r} is given twice in {TABLE}", place=place, hint=f"keep {name!r}")
        try:
            values[option.dest] = convert(option, value)
        except ValueError as error:
            raise ConfigError(f"{key!r} in {TABLE} {error}", place=place) from error
        if not named:
            _refuse_unsafe(option, values[option.dest], place)
    return values


def _refuse_unsafe(option: Option, value: Any, place: str) -> None:
    """Refuse in a file that was only found what can run code, send text away or give up a promise.

    Raises:
        ConfigError: this is such a key or value.
    """
    if option.source == "config" and value not in option.unsafe:
        return
    what, way = f"{option.name!r}", f"--{option.name}"
    if option.source == "config":
        what, way = f"{option.name} = {value!r}", f"{way} {value}"
    raise ConfigError(
        f"{what} in {TABLE} is not taken from a file that was only found; nothing was read or written",
        place=place,
        hint=f"give {way} on the command line, or --config {shlex.quote(place)}, if you trust that file",
    )


def _unknown(key: str, place: str) -> ConfigError:
    import difflib

    known = [name for name, option in OPTIONS.items() if option.in_file]
    near = difflib.get_close_matches(key.replace("_", "-").lower(), known, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"known keys are {', '.join(sorted(known))}"
    return ConfigError(f"unknown key {key!r} in {TABLE}", place=place, hint=hint)


def convert(option: Option, value: Any) -> Any:
    """Return a value from a configuration file as the option takes it.

    Raises:
        ValueError: it does not fit; the message goes on after the name of the key.
    """
    if option.kind == "switch":
        return _expect(value, bool, "true or false")
    if option.kind == "list":
        if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
            raise ValueError(f"must be a list of strings, not {_named(value)}")
        return tuple(value)
    if option.kind == "size":
        return _size(value)
    if option.kind in ("float", "int"):
        return _number(option, value)
    text = _expect(value, str, "a string")
    if option.choices and text not in option.choices:
        raise ValueError(f"must be {' or '.join(map(repr, option.choices))}, not {text!r}")
    return text


def _expect(value: Any, kind: type, name: str) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"must be {name}, not {_named(value)}")  # noqa: TRY004 - for the user this is one kind of error
    return value


def _number(option: Option, value: Any) -> float:
    kinds, name = ((int, float), "a number") if option.kind == "float" else ((int,), "a whole number")
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise ValueError(f"must be {name}, not {_named(value)}")  # noqa: TRY004 - see above
    most = _LARGEST_WHOLE if option.most is None and option.kind == "int" else option.most
    below = option.least is not None and not value >= option.least
    above = most is not None and not value <= most
    if below or above:
        bounds = f"at least {option.least:g}" if below else f"at most {most:g}"
        if option.kind == "float" and option.most is not None:
            bounds = f"from {option.least:g} to {option.most:g}"
        raise ValueError(f"must be {bounds}, not {_short_number(value)}")
    return value


def _size(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(f"must be a size such as '512M', not {_named(value)}")  # noqa: TRY004 - see above
    if isinstance(value, int) and value > _LARGEST_SIZE:
        raise ValueError("must be a size, and is more than any file can have")
    try:
        return parse_size(str(value))
    except ValueError as error:
        raise ValueError(f"must be a size: {error}") from error


def _named(value: Any) -> str:
    """Name a value of TOML with its kind."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the string {_quoted(value)}"
    if isinstance(value, (int, float)):
        return f"the number {_short_number(value)}"
    return "a list" if isinstance(value, list) else "a table" if isinstance(value, dict) else str(value)


def _quoted(text: str) -> str:
    return repr(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!r}… ({len(text)} characters)"


def _short_number(value: float) -> str:
    if isinstance(value, int) and abs(value) > _LARGEST_SIZE:
        return "a number beyond all bounds"
    return str(value)
