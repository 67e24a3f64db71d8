"""What an archive of any kind is to whoever goes through it: entries, one after the other, and what they hold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import os

    from dedup.formats.files.compression import Packing

Kind = Literal["file", "directory", "link", "sparse", "encrypted", "unknown"]
"""Kinds of entries; only files are read."""


class Entry(Protocol):
    """One entry of an archive."""

    @property
    def index(self) -> int:
        """Its number."""

    @property
    def name(self) -> str:
        """Its name, as it is written."""

    @property
    def size(self) -> int:
        """Bytes that it holds."""

    @property
    def kind(self) -> Kind:
        """What it is."""


class Walk(AbstractContextManager["Walk"], ABC):
    """Goes through an archive.

    Attributes:
        entry: the one that was returned last.
        compressed: how the archive is packed; None: it is not.
        status: of its file before anything of it was read; None where it is no file of this machine.

    Raises:
        InputError: from all methods: it cannot be read, is damaged, or is not whole.
    """

    entry: Entry | None = None
    compressed: Packing | None = None
    status: os.stat_result | None = None

    @abstractmethod
    def next(self) -> Entry | None:
        """Return the next entry; None at the end."""

    @abstractmethod
    def content(self, size: int) -> bytes:
        """Return up to `size` bytes of what is left of the entry, at least one while there are any."""

    @abstractmethod
    def check_rest(self) -> None:
        """Read what stands behind the last entry."""

    @abstractmethod
    def close(self) -> None:
        """Close the archive."""

    def __exit__(self, *_: object) -> None:
        """Close the archive."""
        self.close()
