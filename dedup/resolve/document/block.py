"""A run of matches in order, with the properties by which it is judged."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dedup.model.decisions import Compared
from dedup.resolve.document.blocks import REACH

if TYPE_CHECKING:
    from dedup.resolve.document.article import Article
    from dedup.resolve.document.blocks import Link, Matcher

LINE_WORDS = 14
"""Words of a line of verse, or of a name, at most."""
_WITHIN = 1.5
"""Times the words of a block from which on its witnesses hold it, rather than resemble it."""
NEARLY_ALL = 7 / 8
"""Share of a block, or of what stands between its first and its last line, that counts as all of it."""
_MENU_DENSITY = 0.5
"""Share of the original of a long menu that is in the copy, at least."""


class Block:
    """A chain of links, with the properties by which it is judged."""

    def __init__(self, article: Article, links: list[Link], matcher: Matcher) -> None:
        self.article = article
        self.links = links
        self.copies = [link.copy for link in links]
        self.sources = [s for link in links for s in link.sources]
        self.words = sum(article.sizes[c] for c in self.copies)
        self.long = [c for c in self.copies if article.is_eligible(c)]
        self.kept_words = article.words_before(self.copies[0]) - matcher.removed_words
        self.kept_before = matcher.kept_before

    @cached_property
    def is_tandem(self) -> bool:
        """Whether the copy follows the original with nothing new between them.

        In a document of sections it follows a whole one: what is left out may be the heading of another section.
        """
        follows = self.kept_before(self.copies[0]) == self.sources[-1]
        return follows and (self._is_whole or not self.article.is_sectioned)

    @cached_property
    def _is_whole(self) -> bool:
        """Whether hardly anything of the original is left out; of a long menu, some of it may be."""
        is_menu = len(self.links) >= REACH and not any(map(self.article.is_prose, self.long))
        return self._density(self.sources) >= (_MENU_DENSITY if is_menu else NEARLY_ALL)

    @cached_property
    def times(self) -> int:
        """How often most of its lines stand in the document, at least, in the words of the copy or of the original."""
        places = (self.article.places(s) for link in self.links for s in link.sources[:1])
        keys = (self.article.key(link.copy) for link in self.links)
        found = sorted(len(p) + (k != self.article.key(p[0])) for p, k in zip(places, keys, strict=True))
        return found[len(found) // 3]

    def density(self) -> float:
        """Return the share of what stands from its first line to its last that is in it, in copy or original."""
        return min(self._density(self.copies), self._density(self.sources))

    def _density(self, indices: list[int]) -> float:
        return len(set(indices)) / self.article.between(indices[0] - 1, indices[-1] + 1)

    def is_unbroken(self) -> bool:
        """Return True if nothing stands between the lines of the copy."""
        return self._density(self.copies) == 1.0

    def is_dense(self) -> bool:
        """Return True if hardly anything stands between its lines; what follows on itself may leave some out."""
        return self._density(self.copies) >= NEARLY_ALL and (self.is_tandem or self._is_whole)

    def is_one_piece(self) -> bool:
        """Return True if it is dense, and hardly anything that repeats stands right beside it; no line of a menu does.

        A paragraph by itself, beside what is nearly the same, belongs to another version of its passage.
        """
        beside = sum(self._are_versions(*pair) for pair in (self.before(), self.after()))
        least = NEARLY_ALL if any(map(self.article.is_prose, self.long)) else 1.0
        return self.is_dense() and len(self.links) >= least * (len(self.links) + beside)

    def _are_versions(self, source: int | None, copy: int | None) -> bool:
        """Return True if two paragraphs have the same words; nearly the same, beside a paragraph by itself."""
        article = self.article
        if source is None or copy is None or article.key(source) == article.key(copy):
            return source is not None and copy is not None
        if len(self.links) > 1 or source not in article.candidates.get(copy, ()):
            return False
        return article.verdict(source, copy).similarity >= article.settings.threshold

    def first_piece(self) -> list[Link]:
        """Return the links before the first gap, in the copy or in the original."""
        between = self.article.between
        for number, (one, two) in enumerate(zip(self.links, self.links[1:], strict=False), 1):
            if between(one.copy, two.copy) or between(one.sources[-1], two.sources[0]):
                return self.links[:number]
        return self.links

    def before(self) -> tuple[int | None, int | None]:
        """Return what stands before original and copy; nothing where the copy follows on the original."""
        if self.is_tandem:
            return None, None
        return self.kept_before(self.sources[0]), self.kept_before(self.copies[0])

    def after(self) -> tuple[int | None, int | None]:
        """Return what stands behind original and copy; nothing where the copy follows on the original."""
        source = self.article.following(self.sources[-1])
        return (None, None) if source in self.copies else (source, self.article.following(self.copies[-1]))

    def is_verbatim(self) -> bool:
        """Return True if copy and original are the same, letter by letter, but for spaces."""
        text = self.article.text_of
        return all(
            link.compared is Compared.IDENTICAL or text(link.copy).split() == text(link.sources[0]).split()
            for link in self.links
        )

    def differs_in_case(self) -> bool:
        """Return True if a copy has the letters of its original, but some as capitals or small."""
        text = self.article.text_of
        pairs = (tuple(filter(str.isalnum, text(i)) for i in (k.copy, k.sources[0])) for k in self.links)
        letters = (("".join(one), "".join(two)) for one, two in pairs)
        return any(one != two and one.casefold() == two.casefold() for one, two in letters)

    def is_held(self) -> bool:
        """Return True if its witnesses say much more: it is a clause among others of theirs."""
        words = sum(map(self.article.sizes.__getitem__, set(self.sources)))
        return self.links[0].compared is Compared.ALIGNED and words >= _WITHIN * self.words

    def is_in_text(self) -> bool:
        """Return True if copy and original each stand behind running text, longer than a line of verse."""
        if self.article.is_heading(self.copies[0]):
            return False
        around = (self.kept_before(self.copies[0]), self.kept_before(self.sources[0]))
        return all(i is not None and self.article.sizes[i] > LINE_WORDS and self.article.is_prose(i) for i in around)
