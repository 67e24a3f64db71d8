"""Rows on their way through Spark: lines with their numbers, and what is counted of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from pyspark.sql import DataFrame

    from dedup.formats.parts import Format


@dataclass(frozen=True, slots=True)
class Table:
    """The inputs as tasks know them, references first.

    Attributes:
        names, relatives, kinds: as in `File`.
        first: number of the first line of each, and of all lines; int64, (inputs + 1,).
        references: the first so many stay, and are not written.
        open: the very last line has no line end.
    """

    names: list[str]
    relatives: list[str]
    kinds: list[Format]
    first: np.ndarray[Any, np.dtype[np.int64]]
    references: int
    open: bool
    rows: bool = False
    """Documents are rows of files, each named by its number there."""
    unended: frozenset[int] = frozenset()
    """The inputs whose last line has no line end."""

    @property
    def fixed(self) -> int:
        """Number of lines in references."""
        return int(self.first[self.references])

    @property
    def lines(self) -> int:
        """Number of all lines."""
        return int(self.first[-1])

    def place(self, document: int) -> str:
        """Return where a document stands, for messages."""
        source = int(np.searchsorted(self.first, document, side="right")) - 1
        numbered = self.rows or self.kinds[source].numbered
        return f"{self.names[source]}:{document - int(self.first[source]) + 1}" if numbered else self.names[source]


class Row(NamedTuple):
    """One of `ROWS`."""

    document: int
    source: int
    line: int
    at: int
    value: bytes


class Numbered(NamedTuple):
    """All lines of the inputs."""

    rows: DataFrame
    """Of `ROWS`; lazy, and in no particular order, but those of a split are together and in order."""
    table: Table
    bytes: int
    """Of all that is no reference, unpacked."""
