"""Decide which paragraphs of one document are removed, and why.

From the first paragraph to the last, each is looked at once. The first occurrence stays; a later one goes only for
witnesses that stay and that it was compared with directly. Short paragraphs go only inside a block, and only if their
witness says just the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.model.decisions import Decision, KeptNear, Reason, Removal, Witness
from dedup.model.differences import Difference
from dedup.resolve.document.block import NEARLY_ALL, Block
from dedup.resolve.document.blocks import Link, Matcher, longest_block, with_wordless, without_strays
from dedup.resolve.document.intent import is_page_again, why_meant
from dedup.resolve.document.trace import HEADING, MEANT, NEIGHBOURS, REST, STRAY
from dedup.resolve.outline import Outline
from dedup.resolve.surroundings import Surroundings
from dedup.text.paragraphs import cuts

if TYPE_CHECKING:
    from collections.abc import Collection

    from dedup.resolve.document.article import Article
    from dedup.resolve.document.trace import Trace


def resolve(article: Article, *, explain: bool = False, trace: Trace | None = None) -> Decision:
    """Decide about every paragraph of one article.

    Args:
        article: the paragraphs and what they may be compared with.
        explain: also collect the near-duplicates that stay.
        trace: takes down why what repeats stays; None: it is not needed.
    """
    matcher = Matcher(article)
    blocks = _without_retained(article, _find_blocks(article, matcher, trace=trace), trace)
    if trace is not None:
        trace.matcher = matcher
    matcher.removed = {link.copy: link for block in blocks for link in block}
    kept_near = tuple(_kept_near(article, matcher)) if explain else ()
    return Decision(len(article), _removals(article, blocks), kept_near, article.comparisons)


def removed_among(article: Article, asked: Collection[int]) -> set[int]:
    """Return which of some paragraphs go, one at least, by the same decisions."""
    blocks = _find_blocks(article, Matcher(article), asked)
    gone = {link.copy for block in _without_retained(article, blocks) for link in block}
    return gone.intersection(asked)


def _find_blocks(
    article: Article, matcher: Matcher, asked: Collection[int] = (), trace: Trace | None = None
) -> list[list[Link]]:
    """Return the blocks that go, from the first to the last; with `asked`, none where none of these paragraphs goes."""
    blocks: list[list[Link]] = []
    decided: set[int] = set()
    last = max(asked, default=-1)
    for copy in range(len(article)):
        if copy not in decided and copy not in matcher.removed and article.repeats(copy):
            links = _decide_at(article, matcher, copy, decided, trace)
            if links:
                blocks.append(links)
                matcher.mark_removed(links)
        matcher.mark_decided(copy)
        if copy == last and matcher.removed.keys().isdisjoint(asked):
            return []
    return blocks


def _decide_at(
    article: Article, matcher: Matcher, copy: int, decided: set[int], trace: Trace | None = None
) -> list[Link]:
    """Return the links to remove of the block that begins here; record those of a block that is kept."""
    links = [link for link in longest_block(article, matcher, copy) if link.copy not in decided]
    if not links:
        return []
    if article.settings.guard == "off" and article.is_eligible(copy) and len(links) == 1:
        return links
    firm = without_strays(article, links)
    if not firm or firm[0].copy != copy:
        if trace is not None:
            trace.keep(links[:1], STRAY)
        return []
    block = Block(article, firm, matcher)
    if _is_in_pieces(block):
        firm = block.first_piece()
        block = Block(article, firm, matcher)
    if (meant := why_meant(block)) is None:
        going = _without_heads(article, firm)
        enough = len(going) >= NEARLY_ALL * len(firm) or _is_divisible(article, going) or is_page_again(block)
        if trace is not None:
            trace.keep(firm, HEADING if enough else REST)  # those that go are no longer asked about
        return with_wordless(article, going) if enough else []
    if trace is not None:
        trace.keep(firm, MEANT, meant)
    if article.settings.guard == "off":
        return [link for link in firm if article.is_eligible(link.copy)]
    # A block is kept as a whole: its tail must not be taken for accidental because its head was passed.
    decided.update(range(copy, firm[-1].copy + 1))
    return []


def _is_in_pieces(block: Block) -> bool:
    """Return True if a block is, or interrupts, running text, and is judged piece by piece for what stands between."""
    if block.article.is_sectioned or not (block.is_in_text() or all(map(block.article.is_prose, block.copies))):
        return False
    return not (block.is_dense() or is_page_again(block))


def _without_heads(article: Article, block: list[Link]) -> list[Link]:
    """Drop the headings of a copy that have something new under them: they are needed there."""
    going = {link.copy for link in block}
    for link in reversed(block):
        below = article.following(link.copy)
        if below is not None and below not in going and article.heads(link.copy, below) and link.sources[0] > 0:
            going.discard(link.copy)
    return [link for link in block if link.copy in going]


def _without_retained(article: Article, blocks: list[list[Link]], trace: Trace | None = None) -> list[list[Link]]:
    """Drop the links whose copy has to stay for what stays beside it.

    Lines without a sentence, and sections, go as a whole or not at all.
    """
    if article.settings.guard == "off" or not blocks:
        return blocks
    links = [link for block in blocks for link in block]
    renumbered = {link.copy for link in links if Difference.MARKER in link.kind}
    witnesses = {link.copy: link.sources[-1] for link in links}
    outline = Outline.of(article.text, article.spans)
    beside = Surroundings(outline, article.settings.min_words, renumbered, witnesses)
    while True:
        retained = beside.retained({link.copy for block in blocks for link in block})
        left = [[link for link in block if link.copy not in retained] for block in blocks]
        whole = [
            a for a, b in zip(blocks, left, strict=True) if len(b) >= NEARLY_ALL * len(a) or _is_divisible(article, a)
        ]
        if trace is not None:
            trace.keep((link for block in blocks for link in block if link.copy in retained), NEIGHBOURS)
            kept = [a for a, b in zip(blocks, left, strict=True) if a not in whole]
            trace.keep((link for block in kept for link in block if link.copy not in retained), REST)
        if len(whole) == len(blocks):
            return [block for block in left if block]
        blocks = whole


def _is_divisible(article: Article, block: list[Link]) -> bool:
    """Return True if a part of a block may go: running text in a document without sections."""
    long = [link.copy for link in block if article.is_eligible(link.copy)]
    return not article.is_sectioned and any(map(article.is_prose, long))


def _removals(article: Article, blocks: list[list[Link]]) -> tuple[Removal, ...]:
    gone = {link.copy for links in blocks for link in links}
    cut = cuts(article.text, article.spans, gone)
    out: list[Removal] = []
    number = 0
    for links in blocks:
        block = number if len(links) > 1 else None
        number += len(links) > 1
        for link in links:
            reason = Reason.BLOCK if block is not None else _reason(link)
            witnesses = tuple(Witness(s, *article.spans[s]) for s in link.sources)
            out.append(
                Removal(
                    link.copy,
                    *article.spans[link.copy],
                    *cut[link.copy],
                    reason,
                    link.compared,
                    witnesses,
                    link.similarity,
                    link.coverage,
                    block,
                    differs=link.kind.names(),
                )
            )
    return tuple(sorted(out, key=lambda removal: removal.start))


def _reason(link: Link) -> Reason:
    return Reason.NEAR if link.compared.value == "aligned" else Reason.EXACT


def _kept_near(article: Article, matcher: Matcher) -> list[KeptNear]:
    """Return the near-duplicates that are kept because they say something new."""
    out: list[KeptNear] = []
    if article.settings.exact or article.settings.guard == "off":
        return out
    for copy, candidates in sorted(article.candidates.items()):
        if copy in matcher.removed or not article.is_eligible(copy) or not article.is_first_occurrence(copy):
            continue
        verdicts = [(article.verdict(s, copy), s) for s in candidates if s not in matcher.removed]
        near = [(v, s) for v, s in verdicts if v.similarity >= article.settings.threshold and not v.covered]
        if near and not any(v.covered for v, _ in verdicts):
            _, source = max(near, key=lambda pair: (pair[0].similarity, -pair[1]))
            verdict = article.full_verdict(source, copy)
            new = tuple(article.token_span(copy, i) for i in verdict.new if i < article.sizes[copy])
            witness = Witness(source, *article.spans[source])
            figures = verdict.similarity, verdict.coverage
            out.append(KeptNear(copy, *article.spans[copy], witness, *figures, new, verdict.kind.names()))
    return out
