"""Runs of paragraphs that repeat an earlier run in order: the copy of a body, of a menu, of a teaser box.

A run is a chain of matches whose sources ascend with their copies. Between two links of the chain something may have been
added, left out or changed, on either side, but not much: what stands in between is counted.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from dedup.decisions import Compared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.article import Article

REACH = 8
"""Paragraphs with words that may stand between two links, on either side."""
_STARTS = 3
"""Earlier paragraphs with the same words from which a run is tried: the first ones and the last one."""
_JOINT = 3
"""Earlier paragraphs that together may cover one."""


class Link(NamedTuple):
    """One paragraph and what covers it.

    Attributes:
        copy: the later paragraph.
        sources: the earlier ones that cover it, in order; usually one.
        compared: how they were compared.
        similarity: 0-1.
        coverage: 0-1.
    """

    copy: int
    sources: tuple[int, ...]
    compared: Compared
    similarity: float
    coverage: float


class Matcher:
    """Finds what covers a paragraph among the earlier ones that stay; knows what was decided so far.

    Attributes:
        gone: the paragraphs that go, each with the link that it goes for.
        gone_words: tokens of those of them that were passed by.
    """

    def __init__(self, article: Article) -> None:
        self._article = article
        self.gone: dict[int, Link] = {}
        self.gone_words = 0
        self._kept: dict[int, list[int]] = {}
        self._before: dict[int, int] = {}
        self._near: dict[int, list[Link]] = {}

    def take(self, links: Iterable[Link]) -> None:
        """Take note that these links' paragraphs go."""
        for link in links:
            self.gone[link.copy] = link

    def pass_by(self, index: int) -> None:
        """Take note that everything about this paragraph, the next one in order, is decided."""
        if index in self.gone:
            self.gone_words += self._article.sizes[index]
        else:
            self._kept.setdefault(self._article.key(index), []).append(index)

    def before(self, index: int) -> int | None:
        """Return the last paragraph with words before this one that stays, or None."""
        path: list[int] = []
        at = index - 1
        while at >= 0 and (at in self.gone or self._article.mute(at)):
            path.append(at)
            at = self._before.get(at, at - 1)
        for passed in path:
            self._before[passed] = at
        return at if at >= 0 else None

    def exact(self, copy: int, source: int) -> Link | None:
        """Return the link between two paragraphs of the same key, if they say the same."""
        compared = self._article.equal(source, copy)
        return None if compared is None else Link(copy, (source,), compared, 1.0, 1.0)

    def near(self, copy: int) -> list[Link]:
        """Return the earlier paragraphs that cover this one without saying just the same, best candidates first."""
        if copy in self._near:
            return self._near[copy]
        article = self._article
        out: list[Link] = []
        if article.eligible(copy) and not article.settings.exact:
            candidates = self._candidates(copy)
            for source in candidates:
                link = self.exact(copy, source) if article.key(source) == article.key(copy) else None
                if link is None:
                    verdict = article.verdict(source, copy)
                    if not verdict.covered:
                        continue
                    link = Link(copy, (source,), Compared.ALIGNED, verdict.similarity, verdict.coverage)
                out.append(link)
            if not out and len(candidates) > 1 and article.settings.guard != "off":
                out += self._joint(copy, sorted(candidates[:_JOINT]))
        self._near[copy] = out
        return out

    def _candidates(self, copy: int) -> list[int]:
        """Return the earlier paragraphs worth comparing with; for one that goes, those that it goes for."""
        out: dict[int, None] = {}
        for candidate in self._article.candidates.get(copy, ()):
            link = self.gone.get(candidate)
            out.update(dict.fromkeys((candidate,) if link is None else link.sources))
        return list(out)

    def _joint(self, copy: int, sources: list[int]) -> list[Link]:
        """Return the link to several neighbouring paragraphs that cover this one together."""
        article = self._article
        if sources[-1] - sources[0] > REACH or sum(article.sizes[s] for s in sources) > 3 * article.sizes[copy]:
            return []
        verdict = article.joint_verdict(sources, copy)
        if not verdict.covered:
            return []
        return [Link(copy, tuple(sources), Compared.ALIGNED, verdict.similarity, verdict.coverage)]

    def starts(self, copy: int) -> list[Link]:
        """Return the links from which a run may begin at this paragraph."""
        earlier = self._kept.get(self._article.key(copy), [])
        chosen = earlier if len(earlier) <= _STARTS else [*earlier[: _STARTS - 1], earlier[-1]]
        links = [link for link in (self.exact(copy, s) for s in chosen) if link is not None]
        return links or self.near(copy)

    def next(self, copy: int, last: int, limit: int) -> Link | None:
        """Return the nearest link for this paragraph whose source stands after `last` and before `limit`.

        A paragraph that was split may go on in the source in which the one before it stood.
        """
        group = self._kept.get(self._article.key(copy), [])
        for place in range(bisect_right(group, last), len(group)):
            if group[place] >= limit:
                break
            link = self.exact(copy, group[place])
            if link is not None:
                return link
        fitting = [link for link in self.near(copy) if last <= link.sources[0] and link.sources[-1] < limit]
        return min(fitting, key=lambda link: link.sources, default=None)


def longest_run(article: Article, matcher: Matcher, copy: int) -> list[Link]:
    """Return the chain of links with the most words that begins at this paragraph; empty where nothing covers it."""
    best: list[Link] = []
    weight = -1
    for start in matcher.starts(copy):
        run = _extend(article, matcher, start)
        words = sum(article.sizes[link.copy] for link in run)
        if words > weight:
            best, weight = run, words
    return best


def _extend(article: Article, matcher: Matcher, start: Link) -> list[Link]:
    """Follow a chain as far as it goes."""
    run = [start]
    limit = last_copy = start.copy
    linkable = article.linkable
    for place in range(bisect_right(linkable, limit), len(linkable)):
        copy = linkable[place]
        if article.between(last_copy, copy) > REACH:
            break
        if copy in matcher.gone:
            continue
        last = run[-1].sources[-1]
        link = matcher.next(copy, last, limit)
        if link is not None and article.between(last, link.sources[0]) <= REACH:
            run.append(link)
            last_copy = copy
    return run


def trimmed(article: Article, run: list[Link]) -> list[Link]:
    """Drop the short links that do not stand next to another link on both sides: they agree by chance.

    A long paragraph is a link wherever it stands; "Comments" or "Read more" is one only beside its neighbours.
    """
    kept = run
    while True:
        firm = [
            link
            for index, link in enumerate(kept)
            if article.eligible(link.copy)
            or (index > 0 and _beside(article, kept[index - 1], link))
            or (index + 1 < len(kept) and _beside(article, link, kept[index + 1]))
        ]
        if len(firm) == len(kept):
            return kept
        kept = firm


def _beside(article: Article, first: Link, second: Link) -> bool:
    return (
        article.between(first.copy, second.copy) <= 1
        and article.between(first.sources[-1], second.sources[0]) <= 1
    )


def with_mute(article: Article, run: list[Link]) -> list[Link]:
    """Add the paragraphs without words (rules, underlines, bars) that stand behind a link just as they stand behind its source."""
    out: list[Link] = []
    for index, link in enumerate(run):
        out.append(link)
        stop = run[index + 1].copy if index + 1 < len(run) else len(article)
        copy, source = link.copy + 1, link.sources[-1] + 1
        while copy < stop and source < run[0].copy and article.mute(copy) and article.mute(source):
            if article.body(copy).strip() != article.body(source).strip():
                break
            out.append(Link(copy, (source,), Compared.IDENTICAL, 1.0, 1.0))
            copy, source = copy + 1, source + 1
    return out
