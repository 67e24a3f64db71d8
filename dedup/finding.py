"""What was found in a differing stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dedup.sides import Difference


class Finding(NamedTuple):
    """What a stretch says.

    Attributes:
        new: tokens of the paragraph that say something new.
        kind: of what kinds the difference is; where anything is new, of what kinds that is.
        grammar: how many words were let pass as grammar in place of others.
    """

    new: list[int]
    kind: Difference
    grammar: int = 0
