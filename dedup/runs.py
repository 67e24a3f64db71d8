"""A chain of links with what a judgement wants to know about it and about what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.article import Article
    from dedup.blocks import Link, Matcher


class Run:
    """A chain of links with what the judgement wants to know about it."""

    def __init__(self, article: Article, links: list[Link], matcher: Matcher, meant: set[int]) -> None:
        self.article = article
        self.links = links
        self.meant = meant
        self.copies = [link.copy for link in links]
        self.sources = [s for link in links for s in link.sources]
        self.words = sum(article.sizes[c] for c in self.copies)
        self.long = [c for c in self.copies if article.eligible(c)]
        self.kept_words = article.words_before(self.copies[0]) - matcher.gone_words
        self.before = matcher.before

    def tandem(self) -> bool:
        """Tell whether the copy follows on the original with nothing new between."""
        return self.before(self.copies[0]) in self.sources


def density(run: Run, indices: list[int]) -> float:
    """Return the share of the paragraphs with words, from the first of some to the last, that are among them."""
    return len(set(indices)) / (run.article.between(indices[0] - 1, indices[-1] + 1))
