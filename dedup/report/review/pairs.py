"""A decision to be labelled: two paragraphs, and whether the later one may go because the other one stays."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.model.explanation import Explanation

SAME = "the same words"
_WENT = (
    (0.0, "all words there"),
    (0.03, "hardly any word of its own"),
    (0.1, "few words of its own"),
    (1.0, "many words of its own"),
)
_STAYED = (
    (0.05, "hardly any word of its own"),
    (0.1, "few words of its own"),
    (0.2, "some words of its own"),
    (1.0, "many words of its own"),
)
HELD = "held back"
WEIGHTS = {
    **{f"went: {name}": weight for name, weight in zip((SAME, *(n for _, n in _WENT)), (1, 2, 4, 6, 8), strict=True)},
    **{f"stayed: {name}": weight for name, weight in zip((n for _, n in _STAYED), (8, 6, 4, 2), strict=True)},
    f"stayed: {HELD}": 1,
}
"""Strata, in the order of words → how much of the sample each has, of those of its side: the nearest to the edge most.

A removal is the nearer to the edge the more words it has that its witness lacks; one that stays, the fewer.
"""


@dataclass(frozen=True)
class Pair:
    """One decision.

    Attributes:
        a: the paragraph that stays in any case.
        b: the one that is decided about.
        went: it goes.
        reason, kinds, similarity, coverage: see `dedup.model.explanation.Explanation`.
        at, beside: where `b` and `a` stand.
        stratum: what it was drawn from; a key of `WEIGHTS`.
        of: decisions in there.
    """

    a: str
    b: str
    went: bool
    reason: str
    kinds: tuple[str, ...]
    similarity: float
    coverage: float
    at: str
    beside: str
    stratum: str
    of: int = 0

    @property
    def identity(self) -> str:
        """A hash of the two texts: what was answered is known by it, wherever the two stand."""
        return identity(self.a, self.b)

    def to_entry(self, *, redundant: bool | None, **more: Any) -> dict[str, Any]:
        """Return it as a line of JSON has it, with its label: True: `b` may go; None: open, or unsure."""
        return {
            "redundant": redundant,
            "a": self.a,
            "b": self.b,
            **more,
            "id": self.identity,
            "at": self.at,
            "beside": self.beside,
            "went": self.went,
            "reason": self.reason,
            "kinds": list(self.kinds),
            "similarity": round(self.similarity, 6),
            "coverage": round(self.coverage, 6),
            "stratum": self.stratum,
            "of": self.of,
        }


def identity(a: str, b: str) -> str:
    """Return a hash of two texts."""
    text = f"{len(a)} {a}{b}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def as_line(entry: dict[str, Any], *, ascii_only: bool = False) -> str:
    """Return an entry as a line of JSON with its end; characters that UTF-8 has not are escaped."""
    line = json.dumps(entry, ensure_ascii=ascii_only)
    if not line.isascii() and any("\ud800" <= c <= "\udfff" for c in line):
        line = json.dumps(entry)
    return line + "\n"


def pair_of(found: Explanation) -> Pair:
    """Return the decision that a run tells of."""
    return Pair(
        a=found.witness,
        b=found.text,
        went=found.removed,
        reason=found.reason,
        kinds=found.kinds,
        similarity=found.similarity,
        coverage=found.coverage,
        at=found.at.place,
        beside=found.beside.place,
        stratum=stratum_of(found),
    )


def stratum_of(found: Explanation) -> str:
    """Return what a decision is drawn from."""
    if found.reason == "held":
        return f"stayed: {HELD}"
    if found.removed and (found.text == found.witness or min(found.similarity, found.coverage) >= 1):
        return f"went: {SAME}"
    own = 1 - found.coverage
    side, bands = ("went", _WENT) if found.removed else ("stayed", _STAYED)
    name = next((name for most, name in bands if own <= most + 1e-9), bands[-1][1])
    return f"{side}: {name}"
