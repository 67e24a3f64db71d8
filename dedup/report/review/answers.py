"""Answers in a file of labelled pairs: JSON lines, one written at a time, so that no more than the last one is lost."""

from __future__ import annotations

import json
import os
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeAlias

from dedup.formats.files.reader import reason
from dedup.model.errors import InputError, OutputError
from dedup.report.review.pairs import as_line, identity

if TYPE_CHECKING:
    from io import RawIOBase
    from pathlib import Path

    from dedup.report.review.pairs import Pair

Label: TypeAlias = "bool | None"
"""True: the later paragraph may go; False: something would be lost; None: unsure."""
_HINT = 'a line is {"a": "…", "b": "…", "redundant": true}, as --review writes it'


class Answers(AbstractContextManager["Answers"]):
    """The answers in a file, and further ones, which are added to it.

    A pair is known by its two texts. Of several answers the last one counts. A last line that is not whole, as a killed
    run may leave it, is no answer, and is taken away before the next one is added.

    Args:
        path: the file, which need not be there yet; None: answers are kept in memory only.

    Attributes:
        labels: by `Pair.identity`.

    Raises:
        InputError: the file is there, and cannot be read or is something else.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.labels: dict[str, Label] = {}
        self._file: RawIOBase | None = None
        self._lacks_end = False
        self._whole: int | None = None
        """Bytes before a last line that is torn; None: it is whole."""
        if path is not None and path.exists():
            self._read(path)

    def _read(self, path: Path) -> None:
        at = 0
        try:
            with path.open("rb") as file:
                for number, line in enumerate(file, 1):
                    self._lacks_end = not line.endswith(b"\n")
                    if line.strip() and not self._takes(line):
                        if number == 1 or not self._lacks_end:
                            raise InputError("is no labelled pair", place=f"{path}:{number}", hint=_HINT)
                        self._whole = at
                    at += len(line)
        except OSError as error:
            raise InputError(reason(error), place=str(path)) from None

    def _takes(self, line: bytes) -> bool:
        """Take a line; return False if it is no labelled pair."""
        try:
            entry: Any = json.loads(line)
            a, b, label = entry["a"], entry["b"], entry.get("redundant")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return False
        if not (isinstance(a, str) and isinstance(b, str) and (label is None or isinstance(label, bool))):
            return False
        # What was written to be labelled, and is not yet, is open; a person who is unsure says so.
        if label is not None or entry.get("unsure"):
            self.labels[identity(a, b)] = label
        return True

    def add(self, pair: Pair, label: Label) -> None:
        """Keep an answer; it is on disk when this returns.

        Raises:
            OutputError: the file cannot be written; all answers before this one are there.
        """
        self.labels[pair.identity] = label
        if self.path is None:
            return
        unsure = {"unsure": True} if label is None else {}
        data = as_line(pair.to_entry(redundant=label, **unsure)).encode()
        try:
            if self._file is None:
                self._file = self.path.open("ab", buffering=0)
                if self._whole is not None:
                    os.truncate(self.path, self._whole)
                elif self._lacks_end:
                    data = b"\n" + data
            while data:
                data = data[self._file.write(data) or 0 :]
            os.fsync(self._file.fileno())
        except OSError as error:
            hint = "answers before this one are kept; free some room, or name another FILE"
            raise OutputError(reason(error), place=str(self.path), hint=hint) from None

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
