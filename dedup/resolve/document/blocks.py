"""Blocks: runs of matches in order, as of a text that stands twice."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from dedup.model.decisions import Compared
from dedup.model.differences import Difference
from dedup.resolve.document.front_matter import front_matter
from dedup.verdict.compare import find_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.resolve.document.article import Article
    from dedup.verdict.compare import Verdict


REACH = 8
"""Paragraphs with words that may stand between two links, on either side."""

_STARTS = 3
"""Earlier paragraphs with the same words from which a block is tried: the first ones and the last one."""

_EXCHANGED = 3
"""Paragraphs with words that may stand between two links on both sides at once: changed ones, in each other's place."""

_STRAYS = 1
"""Paragraphs in a row that repeat something else before a block ends."""

_FIELD = 16
"""Words of a "label: value" field at most; fields together say something else than one by one."""

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
        kind: in what ways the two differ, where they were aligned.
    """

    copy: int
    sources: tuple[int, ...]
    compared: Compared
    similarity: float
    coverage: float
    kind: Difference = Difference.NONE


class Matcher:
    """Finds the earlier kept paragraphs that cover a paragraph, and records the decisions made so far.

    Attributes:
        removed: the removed paragraphs, each with the link that covers it.
        removed_words: number of tokens of the removed paragraphs decided so far.
    """

    def __init__(self, article: Article) -> None:
        self._article = article
        self.removed: dict[int, Link] = {}
        self.removed_words = 0
        self._kept: dict[int, list[int]] = {}
        self._kept_before: dict[int, int] = {}
        self._covering: dict[int, list[Link]] = {}
        self._front_matter = front_matter(article)

    def mark_removed(self, links: Iterable[Link]) -> None:
        """Record that the paragraphs of these links are removed."""
        for link in links:
            self.removed[link.copy] = link

    def mark_decided(self, index: int) -> None:
        """Record that this paragraph, the next one in order, is decided."""
        if index in self.removed:
            self.removed_words += self._article.sizes[index]
        else:
            self._kept.setdefault(self._article.key(index), []).append(index)

    def kept_before(self, index: int) -> int | None:
        """Return the last kept paragraph before this one that is no mere rule, or None."""
        path: list[int] = []
        at = index - 1
        while at >= 0 and (at in self.removed or self._article.is_blank(at)):
            path.append(at)
            at = self._kept_before.get(at, at - 1)
        for passed in path:
            self._kept_before[passed] = at
        return at if at >= 0 else None

    def exact(self, copy: int, source: int) -> Link | None:
        """Return the link between two paragraphs of the same key, if they say the same."""
        compared = self._article.compare_exactly(source, copy)
        return None if compared is None else Link(copy, (source,), compared, 1.0, 1.0)

    def covering(self, copy: int) -> list[Link]:
        """Return links to the earlier paragraphs that cover this one in other words, best candidates first."""
        known = self._covering.get(copy)
        if known is not None and not any(source in self.removed for link in known for source in link.sources):
            return known
        article = self._article
        out: list[Link] = []
        if article.is_eligible(copy) and not article.settings.exact:
            candidates = self._candidates(copy)
            for source in candidates:
                link = self.exact(copy, source) if article.key(source) == article.key(copy) else None
                if link is None:
                    if self._are_distinct(source, copy):
                        continue
                    verdict = article.covers(source, copy)
                    if verdict is None:
                        continue
                    link = _aligned(copy, (source,), verdict)
                out.append(link)
            if not out and len(candidates) > 1 and article.settings.guard != "off":
                out += self._joint_links(copy, sorted(candidates[:_JOINT]))
        self._covering[copy] = out
        return out

    def _are_distinct(self, source: int, copy: int) -> bool:
        """Return True if two paragraphs are about different things, however similar they are."""
        article = self._article
        if article.settings.guard != "strict":
            return False
        return article.differ_in_number(source, copy) or article.differ_in_term(source, copy)

    def _candidates(self, copy: int) -> list[int]:
        """Return the earlier paragraphs worth comparing with; for one that goes, those that it goes for."""
        out: dict[int, None] = {}
        for candidate in self._article.candidates.get(copy, ()):
            link = self.removed.get(candidate)
            out.update(dict.fromkeys((candidate,) if link is None else link.sources))
        return [source for source in out if not self._is_about(source, copy)]

    def why_apart(self, source: int, copy: int) -> str:
        """Return why two paragraphs are about different things, however similar they are, in a word; or nothing.

        ``front-matter``: one of them is in there; ``entry``: they are different entries, or define different terms.
        """
        if self._is_about(source, copy):
            return "front-matter"
        return "entry" if self._are_distinct(source, copy) else ""

    def _is_about(self, source: int, copy: int) -> bool:
        """Return True if one paragraph says in the front matter what the other one says in the text."""
        article = self._article
        if article.settings.guard != "strict" or source not in self._front_matter or copy in self._front_matter:
            return False
        return article.leading_label(source) != article.leading_label(copy)

    def _joint_links(self, copy: int, sources: list[int]) -> list[Link]:
        """Return the link to several neighbouring paragraphs that cover this one together."""
        article = self._article
        if any(article.leading_label(s) and article.sizes[s] <= _FIELD for s in sources):
            return []
        if sources[-1] - sources[0] > REACH or sum(article.sizes[s] for s in sources) > 3 * article.sizes[copy]:
            return []
        verdict = article.joint_verdict(sources, copy)
        if not verdict.covered:
            return []
        return [_aligned(copy, tuple(sources), verdict)]

    def seeds(self, copy: int) -> list[Link]:
        """Return the links from which a block may begin at this paragraph."""
        earlier = self._kept.get(self._article.key(copy), [])
        chosen = earlier if len(earlier) <= _STARTS else [*earlier[: _STARTS - 1], earlier[-1]]
        links = [link for link in (self.exact(copy, s) for s in chosen) if link is not None]
        return links or self.covering(copy)

    def repeats_exactly(self, copy: int) -> bool:
        """Return True if an earlier paragraph that stays has the same key."""
        return self._article.key(copy) in self._kept

    def extend(self, copy: int, previous: Link, limit: int) -> Link | None:
        """Return the nearest link for this paragraph whose source stands after the previous link's and before `limit`.

        The next piece of a paragraph that was split goes on in the source in which the one before it stood.
        """
        last = previous.sources[-1]
        group = self._kept.get(self._article.key(copy), [])
        for place in range(bisect_right(group, last), len(group)):
            if group[place] >= limit:
                break
            link = self.exact(copy, group[place])
            if link is not None:
                return link
        least = last if self._article.between(previous.copy, copy) == 0 else last + 1
        fitting = [link for link in self.covering(copy) if least <= link.sources[0] and link.sources[-1] < limit]
        if not fitting and least == last:
            fitting = self._piece_links(copy, previous)
        return min(fitting, key=lambda link: link.sources, default=None)

    def _piece_links(self, copy: int, previous: Link) -> list[Link]:
        """Return the link of a short paragraph that stands word for word in the source of the one just before it."""
        article = self._article
        paragraph, source = article.tokens_of(copy), article.tokens_of(previous.sources[-1])
        width = len(paragraph.chars)
        if previous.compared is not Compared.ALIGNED or article.is_eligible(copy) or article.settings.exact:
            return []
        at = find_whole(source, paragraph)
        if at is None or any(source.token(at + i) != paragraph.token(i) for i in range(width)):
            return []
        similarity = 2 * width / (width + len(source.chars))
        return [Link(copy, (previous.sources[-1],), Compared.ALIGNED, similarity, 1.0, Difference.LESS)]


def _aligned(copy: int, sources: tuple[int, ...], verdict: Verdict) -> Link:
    """Return the link that a verdict makes."""
    return Link(copy, sources, Compared.ALIGNED, verdict.similarity, verdict.coverage, verdict.kind)


def longest_block(article: Article, matcher: Matcher, copy: int) -> list[Link]:
    """Return the chain of links with the most words that begins at this paragraph; empty where nothing covers it."""
    best: list[Link] = []
    weight = -1
    for start in matcher.seeds(copy):
        block = _extend_block(article, matcher, start)
        words = sum(article.sizes[link.copy] for link in block)
        if words > weight:
            best, weight = block, words
    return best


def _extend_block(article: Article, matcher: Matcher, start: Link) -> list[Link]:
    """Follow a chain as far as it goes.

    It ends where too much stands between, and where something else is repeated that is not in this order: another run
    begins there.
    """
    block = [start]
    limit = start.copy
    strays = 0
    for copy in _onward(article, limit):
        if article.between(block[-1].copy, copy) > REACH or strays > _STRAYS:
            break
        if copy in matcher.removed:
            continue
        link = matcher.extend(copy, block[-1], limit) if article.repeats(copy) else None
        if link is None and block[-1].compared is Compared.ALIGNED and copy == block[-1].copy + 1:
            link = matcher.extend(copy, block[-1], limit)
        if link is not None and _follows(article, block[-1], link):
            block.append(link)
            strays = 0
        elif matcher.repeats_exactly(copy):
            strays += 1
    return block


def _follows(article: Article, previous: Link, link: Link) -> bool:
    """Return True if a link may follow another one: much may have been added or left out, but little exchanged."""
    added = article.between(previous.copy, link.copy)
    left_out = article.between(previous.sources[-1], link.sources[0])
    return left_out <= REACH and min(added, left_out) <= _EXCHANGED


def _onward(article: Article, copy: int) -> Iterator[int]:
    """Yield the paragraphs after this one that may be links: those that repeat, and the one after each of them."""
    linkable = article.linkable
    done = copy
    for place in range(bisect_right(linkable, copy), len(linkable)):
        yield from (i for i in (done + 1,) if i < linkable[place] and not article.is_wordless(i))
        done = linkable[place]
        yield done
    if done + 1 < len(article) and not article.is_wordless(done + 1):
        yield done + 1


def without_strays(article: Article, block: list[Link]) -> list[Link]:
    """Drop short links without an adjacent link: they match by chance.

    A long paragraph is a link wherever it stands; "Comments" or "Read more" is one only beside its neighbours.
    """
    kept = block
    while True:
        firm = [
            link
            for index, link in enumerate(kept)
            if (
                article.is_eligible(link.copy)
                and (link.compared is not Compared.ALIGNED or article.is_prose(link.copy))
            )
            or len(kept) == 1
            or (index > 0 and _are_adjacent(article, kept[index - 1], link))
            or (index + 1 < len(kept) and _are_adjacent(article, link, kept[index + 1]))
        ]
        if len(firm) == len(kept):
            return kept
        kept = firm


def _are_adjacent(article: Article, first: Link, second: Link) -> bool:
    return article.between(first.copy, second.copy) <= 1 and article.between(first.sources[-1], second.sources[0]) <= 1


def with_wordless(article: Article, block: list[Link]) -> list[Link]:
    """Add the rules, underlines and bars that stand behind a link just as they stand behind its source."""
    out: list[Link] = []
    for index, link in enumerate(block):
        out.append(link)
        stop = block[index + 1].copy if index + 1 < len(block) else len(article)
        copy, source = link.copy + 1, link.sources[-1] + 1
        while copy < stop and source < block[0].copy and article.is_wordless(copy) and article.is_wordless(source):
            if article.text_of(copy).strip() != article.text_of(source).strip():
                break
            same = article.text_of(copy) == article.text_of(source)  # else spaces differ
            out.append(Link(copy, (source,), Compared.IDENTICAL if same else Compared.FOLDED, 1.0, 1.0))
            copy, source = copy + 1, source + 1
    return out
