"""The settings that decide what is removed; nothing here says where text comes from or goes to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from dedup.errors import UsageError

Split = Literal["auto", "line", "blank"]
Guard = Literal["strict", "numbers", "off"]
Scope = Literal["document"]

# Raised whenever the same settings and input may give other output: logs and caches made under another number
# are not mixed with this one's.
ALGORITHM = 1


@dataclass(frozen=True, slots=True)
class Settings:
    """What counts as a paragraph, and when one is superfluous.

    Attributes:
        split: what a paragraph is: a ``line``, a group of lines set off by ``blank`` ones, or ``auto``.
        threshold: least token-level similarity (0-1) at which a paragraph is compared for coverage.
        guard: what a near-duplicate may not add: anything of substance (``strict``), ``numbers``, or nothing is asked
            (``off``: similarity alone decides).
        min_words: tokens below which a paragraph is not removed by itself.
        exact: remove only paragraphs that are equal after folding.
        scope: what a paragraph is compared with; ``document``: the article it stands in.
    """

    split: Split = "auto"
    threshold: float = 0.8
    guard: Guard = "strict"
    min_words: int = 8
    exact: bool = False
    scope: Scope = "document"

    def __post_init__(self) -> None:
        """Refuse values outside their range.

        Raises:
            UsageError: a value does not fit.
        """
        for name, kind in (("split", Split), ("guard", Guard), ("scope", Scope)):
            value, allowed = getattr(self, name), get_args(kind)
            if value not in allowed:
                raise UsageError(f"{name} is {value!r}", hint=f"use one of {', '.join(allowed)}")
        if not 0.0 <= self.threshold <= 1.0:
            raise UsageError(f"threshold is {self.threshold}", hint="use a number from 0 to 1, such as 0.8")
        if self.min_words < 1:
            raise UsageError(f"min_words is {self.min_words}", hint="use a whole number from 1 on, such as 8")

    def fingerprint(self) -> str:
        """Name these settings and the algorithm in 16 hexadecimal digits, the same on every machine."""
        text = json.dumps({"algorithm": ALGORITHM, **asdict(self)}, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
