"""How findings are named in reports, for people: one wording for all formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dedup.report.explain import WAYS, quote
from dedup.report.terminal import Stream, sanitise

if TYPE_CHECKING:
    from dedup.model.explanation import Explanation
    from dedup.report.findings.findings import Findings

_PLAIN = Stream()


class Named(NamedTuple):
    """A reason for which a paragraph goes, or stays and is told of."""

    title: str
    """A few words."""
    short: str
    """A sentence."""
    help: str
    """What it means, and what to do about it."""


REASONS = {
    "exact": Named(
        "Exact repeat",
        "The paragraph says word for word what another one says.",
        "It is equal to a paragraph that stays, but for case, spacing and punctuation. Delete one of the two; "
        "dedup would delete this one.",
    ),
    "near": Named(
        "Near-duplicate",
        "The paragraph says nothing that another one does not say.",
        "It is all but equal to a paragraph that stays, and has no number, name, negation or other word of substance "
        "of its own. Delete one of the two; dedup would delete this one.",
    ),
    "block": Named(
        "Repeated block",
        "The paragraph is part of a run of paragraphs that stands further up in the same order.",
        "The run was most likely pasted twice. Delete one of the two; dedup would delete this one.",
    ),
    "boilerplate": Named(
        "Boilerplate",
        "The paragraph stands in so many documents that no copy of it is kept.",
        "It is no part of what the documents say: a notice, a menu, a signature. dedup would delete every copy.",
    ),
    "new": Named(
        "Stays: says something new",
        "The paragraph is a near-duplicate, and stays because it says something of its own.",
        "Nothing is to be done: a number, a name, a negation or another word is there that the other one lacks.",
    ),
    "held": Named(
        "Held back",
        "The paragraph would go, and stays because what is left would be read as other paragraphs.",
        "Look at it, and delete it by hand if it is superfluous.",
    ),
}
"""All reasons that a finding may have; see `Explanation.reason`."""
UNKNOWN = Named("Repeat", "The paragraph repeats another one.", "Delete one of the two.")


def named(reason: str) -> Named:
    """Return how a reason is called."""
    return REASONS.get(reason, UNKNOWN)


def message(found: Explanation) -> str:
    """Return what a finding is about in one line, harmless to a terminal; nothing of it is quoted."""
    what = {
        "exact": "repeats",
        "near": "says nothing beside",
        "block": "repeats, with its neighbours,",
        "boilerplate": "is boilerplate, as is",
        "new": "stays beside",
        "held": "is held back; it repeats",
    }.get(found.reason, "repeats")
    said = f"This paragraph {what} {quote_place(found.beside.place)}"
    if found.text != found.witness:
        said += f" (similarity {found.similarity:.2f}"
        differs = ", ".join(WAYS.get(kind, kind) for kind in found.kinds)
        said += f"; differs in {differs})" if found.removed and differs else ")"
    if found.documents is not None:
        said += f"; it stands in {found.documents:,} documents"
    return f"{said}."


def quote_place(place: str) -> str:
    """Return a place, harmless to a terminal."""
    return sanitise(place)


def excerpt(text: str) -> str:
    """Return the beginning of a text on one line, harmless to a terminal."""
    return quote(text, (), _PLAIN)


def in_order(findings: Findings) -> list[Explanation]:
    """Return the findings that are shown one by one: what is new first, then by their places."""
    shown = [one for stratum in findings.sampled() for one in stratum.drawn]
    return sorted(shown, key=lambda one: (bool(one.accepted), one.at.file, one.at.line or 0, one.at.paragraph))
