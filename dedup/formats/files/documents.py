"""How documents lie in a piece of the text that is written, for an output that is cut between them."""

from __future__ import annotations

from enum import Enum, auto


class Documents(Enum):
    """How documents lie in a piece of the text."""

    ONE = auto()
    """It is one, or several that are not to be parted."""
    LINES = auto()
    """Each line is one."""
    BEGINS = auto()
    """One begins, which is longer than anybody has looked."""
    GOES_ON = auto()
    """That one goes on."""
    JOINT = auto()
    """None: it is the line end that the last one lacks."""
