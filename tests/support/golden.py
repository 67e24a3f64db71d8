r"""Golden cases: one file holds the flags, an input and the output that a careful editor wants.

A case is a text file of headers, an input and an output, each introduced by a line that starts with ``#~``::

    #~ flags: --min-words 3
    #~ note: why the output is right
    #~ input
    First paragraph.
    First paragraph.
    #~ output
    First paragraph.

Further headers, all optional:

``#~ eol: crlf`` (or ``cr``, ``nel``, ``ls``, ``ps``)
    every line end of input and output is that one; the file itself keeps ``\n``.
``#~ no-final-newline``
    the last line end of input and output is not part of them.
``#~ escapes``
    ``\t``, ``\r``, ``\n``, ``\0``, ``\xNN`` (a byte), ``\uNNNN`` (a character) and ``\\`` stand for what they say in
    input and output.
``#~ exit: 2``
    the exit code of a cleaning run; 0 where it is not said.
``#~ known-gap: reason``
    the case fails today and is expected to; the day it passes the test fails until the line is taken out.

``#~ output: unchanged`` in place of an output says that nothing goes.
"""

from __future__ import annotations

import difflib
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MARK = "#~ "
EOLS = {"lf": "\n", "crlf": "\r\n", "cr": "\r", "nel": "\u0085", "ls": "\u2028", "ps": "\u2029"}
HEADERS = ("flags", "note", "eol", "no-final-newline", "escapes", "exit", "known-gap")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([tnr0\\]))")
_PLAIN = {"t": "\t", "n": "\n", "r": "\r", "0": "\0", "\\": "\\"}


class CaseError(ValueError):
    """A case file that does not follow the format."""


@dataclass(frozen=True)
class Case:
    """One golden case."""

    path: Path
    flags: tuple[str, ...]
    input: bytes
    output: bytes
    exit_code: int = 0
    note: str = ""
    known_gap: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return self.path.stem

    def __str__(self) -> str:
        """Name the case in a test's title."""
        return self.name


def load(path: Path) -> Case:
    """Read a case from its file.

    Raises:
        CaseError: the file does not follow the format.
    """
    head, given, wanted = _sections(path)
    headers = _headers(path, head)
    source = _encode(given, headers)
    return Case(
        path=path,
        flags=tuple(shlex.split(headers.get("flags", ""))),
        input=source,
        output=source if wanted is None else _encode(wanted, headers),
        exit_code=int(headers.get("exit", "0")),
        note=headers.get("note", ""),
        known_gap=headers.get("known-gap", ""),
        headers=headers,
    )


def update(case: Case, output: bytes) -> None:
    """Write another output into the case's file.

    Raises:
        CaseError: the output cannot be written in the case's notation.
    """
    head, given, _ = _sections(case.path)
    text = "".join(line + "\n" for line in head) + f"{MARK}input\n{given}"
    if output == case.input:
        text += f"{MARK}output: unchanged\n"
    else:
        wanted = _decode(output, case.headers)
        if not _expressed(wanted, case.headers, output):
            raise CaseError(f"{case.path}: the output has bytes that the case's headers cannot express")
        text += f"{MARK}output\n{wanted}"
    case.path.write_text(text, encoding="utf-8", newline="")


def difference(expected: bytes, actual: bytes, *, names: tuple[str, str] = ("expected", "actual")) -> str:
    """Show how two texts differ, line by line, with unusual characters spelt out."""
    before, after = (_visible(part).splitlines() for part in (expected, actual))
    return "\n".join(difflib.unified_diff(before, after, *names, lineterm="", n=1))


def _sections(path: Path) -> tuple[list[str], str, str | None]:
    text = path.read_bytes().decode("utf-8")
    head, found, rest = text.partition(f"{MARK}input\n")
    lines = head.split("\n")[:-1]
    if not found or not all(line.startswith(MARK) for line in lines):
        raise CaseError(f"{path}: headers that start with {MARK!r}, then the line '{MARK}input', are missing")
    match = re.search(rf"^{MARK}output(: unchanged)?\n", rest, re.MULTILINE)
    if match is None:
        raise CaseError(f"{path}: the line '{MARK}output' is missing")
    given, wanted = rest[: match.start()], rest[match.end() :]
    if not match.group(1):
        return lines, given, wanted
    if wanted:
        raise CaseError(f"{path}: an unchanged output has no text")
    return lines, given, None


def _headers(path: Path, lines: list[str]) -> dict[str, str]:
    headers = {}
    for line in lines:
        name, _, value = line.removeprefix(MARK).partition(":")
        if name not in HEADERS:
            raise CaseError(f"{path}: unknown header {name!r}; known are {', '.join(HEADERS)}")
        headers[name] = value.strip()
    return headers


def _encode(text: str, headers: dict[str, str]) -> bytes:
    if "no-final-newline" in headers:
        text = text.removesuffix("\n")
    text = text.replace("\n", EOLS[headers.get("eol", "lf")])
    if "escapes" not in headers:
        return text.encode()
    out, at = bytearray(), 0
    for match in _ESCAPE.finditer(text):
        out += text[at : match.start()].encode()
        byte, character, plain = match.groups()
        out += bytes([int(byte, 16)]) if byte else (chr(int(character, 16)) if character else _PLAIN[plain]).encode()
        at = match.end()
    return bytes(out + text[at:].encode())


def _expressed(text: str, headers: dict[str, str], data: bytes) -> bool:
    try:
        return _encode(text, headers) == data
    except UnicodeEncodeError:
        return False


def _decode(data: bytes, headers: dict[str, str]) -> str:
    text = data.decode("utf-8", "surrogateescape")
    if "escapes" in headers:
        text = _spell(text.replace("\\", "\\\\"))
    text = text.replace(EOLS[headers.get("eol", "lf")], "\n")
    return text + "\n" if "no-final-newline" in headers else text


def _visible(data: bytes) -> str:
    return _spell(data.decode("utf-8", "surrogateescape"))


def _spell(text: str) -> str:
    """Spell out what does not show: control characters, odd line ends, the byte order mark, undecodable bytes."""

    def one(match: re.Match[str]) -> str:
        code = ord(match.group())
        low, high = 0xDC80, 0xDCFF
        return f"\\x{code - 0xDC00:02x}" if low <= code <= high else f"\\u{code:04x}"

    return re.sub("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\udc80-\udcff]|[ \u3000](?=\n)", one, text)
