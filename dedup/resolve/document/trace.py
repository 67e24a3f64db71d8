"""What one round of decisions about a document came to, paragraph by paragraph, and why.

It is filled by what decides, and decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.resolve.document.article import Article
    from dedup.resolve.document.blocks import Link, Matcher


class Stays(NamedTuple):
    """Why a paragraph stays that repeats something."""

    why: str
    detail: str
    link: Link


class Trace:
    """One round.

    Args:
        article: the paragraphs, as they are in this round.
        votes: how many of its shingles a paragraph has in common with a candidate, by the numbers of both.

    Attributes:
        matcher: what was found, once the round is done; None where nothing repeats that might go.
        stays: for each paragraph that repeats something and stays nevertheless: why, in a word (`MEANT`, `STRAY`,
            `HEADING`, `REST`, `NEIGHBOURS`), with what says more of it, and what it would have gone for.
    """

    def __init__(self, article: Article, votes: dict[tuple[int, int], int]) -> None:
        self.article = article
        self.votes = votes
        self.matcher: Matcher | None = None
        self.stays: dict[int, Stays] = {}

    def keep(self, links: Iterable[Link], why: str, detail: str = "") -> None:
        """Note that paragraphs stay."""
        self.stays.update((link.copy, Stays(why, detail, link)) for link in links)


MEANT = "meant"
"""The repetition is taken for meant; see `dedup.resolve.document.intent.why_meant`."""
STRAY = "stray"
"""It repeats by itself what stands among other things, and is no text by itself."""
HEADING = "heading"
"""It heads something new."""
REST = "rest"
"""Most of its block stays."""
NEIGHBOURS = "neighbours"
"""What stays beside it needs it."""
