"""The settings that decide what is removed; nothing here says where text comes from or goes to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from dedup.model.compatibility import SETTINGS, refuse
from dedup.model.errors import UsageError

Split = Literal["auto", "line", "blank"]
Guard = Literal["strict", "numbers", "off"]
Scope = Literal["document", "corpus"]
Keep = Literal["first", "richest", "longest", "none"]

# Raised whenever the same settings and input may give other output: logs and caches made under another number
# are not mixed with this one's.
ALGORITHM = 1
FEWEST_COPIES = 2
"""Documents in which a paragraph has to stand to be boilerplate, at the least."""


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
        scope: what a paragraph is compared with; ``document``: the article it stands in; ``corpus``: every article.
        keep: which of several copies stays (scope ``corpus``): the ``first``; the one that says most (``richest``), or
            the ``longest``; or ``none`` of those that stand in at least `boilerplate` documents.
        boilerplate: number of documents from which on ``keep="none"`` removes every copy; None with any other.
        within: compare only records with the same value (scope ``corpus``): a dotted path of the record, or ``HOST``,
            the host in its field ``url``; None: compare all.
    """

    split: Split = "auto"
    threshold: float = 0.8
    guard: Guard = "strict"
    min_words: int = 8
    exact: bool = False
    scope: Scope = "document"
    keep: Keep = "first"
    boilerplate: int | None = None
    within: str | None = None

    def __post_init__(self) -> None:
        """Refuse values outside their range, and those that do not go together.

        Raises:
            UsageError: a value does not fit.
        """
        for name, kind in (("split", Split), ("guard", Guard), ("scope", Scope), ("keep", Keep)):
            value, allowed = getattr(self, name), get_args(kind)
            if value not in allowed:
                raise UsageError(f"{name} is {value!r}", hint=f"use one of {', '.join(allowed)}")
        if not 0.0 <= self.threshold <= 1.0:
            raise UsageError(f"threshold is {self.threshold}", hint="use a number from 0 to 1, such as 0.8")
        if self.min_words < 1:
            raise UsageError(f"min_words is {self.min_words}", hint="use a whole number from 1 on, such as 8")
        refuse(SETTINGS, self)
        if self.boilerplate is not None and self.boilerplate < FEWEST_COPIES:
            what = f"boilerplate is {self.boilerplate}"
            raise UsageError(what, hint=f"use a whole number from {FEWEST_COPIES} on, such as 10")
        if self.within is not None and not all(self.within.split(".")):
            raise UsageError(f"within is {self.within!r}", hint="use HOST, or the dotted path of a field (page.site)")

    def fingerprint(self) -> str:
        """Name these settings and the algorithm in 16 hexadecimal digits, the same on every machine."""
        text = json.dumps({"algorithm": ALGORITHM, **asdict(self)}, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
