"""Of what kind a difference between two paragraphs is."""

from __future__ import annotations

from enum import IntFlag
from functools import cache


class Difference(IntFlag):
    """Of what kind a difference is."""

    NONE = 0
    SPELLING = 1
    FORMAT = 2
    MARKER = 4
    GRAMMAR = 8
    ATTRIBUTION = 16
    FURNITURE = 32
    TRUNCATION = 64
    MARKUP = 128
    ORDER = 256
    LESS = 512
    NUMBER = 1024
    NAME = 2048
    TURN = 4096
    WORDS = 8192

    def names(self) -> tuple[str, ...]:
        """Return the names of the kinds, for logs and reports."""
        return _names(int(self))


WRITING = Difference.SPELLING | Difference.FORMAT | Difference.MARKUP | Difference.FURNITURE
"""Differences that are none in words, but in how these are written."""


@cache
def _names(kinds: int) -> tuple[str, ...]:
    """Return the names of some kinds. There are few sets of them, and every entry of a log has one."""
    return tuple(kind.name.lower() for kind in Difference if kind & kinds and kind.name)
