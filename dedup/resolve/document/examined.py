"""Two paragraphs compared, with what became of each place in which they differ: for whoever asks why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.model.life import GapLife, Ignored, PairLife
from dedup.resolve.document.pair import pair
from dedup.verdict.compare import compare

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dedup.model.settings import Settings
    from dedup.verdict.gap import Examined


def examine(witness: str, paragraph: str, settings: Settings) -> PairLife:
    """Compare two paragraphs, and tell of each gap what became of it."""
    both = pair(witness, paragraph, settings)
    verdict = both.verdict(0, 1)
    seen: dict[tuple[int, int], Examined] = {}
    one, other = both.tokens_of(0), both.tokens_of(1)
    # Words that share a letter are compared twice, the second time by themselves: that counts.
    watched = other._replace(
        watch=lambda found: seen.update({(found.gap.candidate_start, found.gap.witness_start): found})
    )
    full = compare(one, watched, settings, thorough=True)

    def written(index: int, tokens: Sequence[int]) -> str:
        spans = [both.token_span(index, i) for i in tokens if i < both.sizes[index]]
        return " ".join(both.text[start:end] for start, end in _joined(spans, both.text))

    gaps = tuple(_gap_life(found, written) for _, found in sorted(seen.items()))
    begin = len(witness) + 1
    new = () if verdict.covered else (both.token_span(1, i) for i in full.new if i < both.sizes[1])
    spans = tuple((start - begin, end - begin) for start, end in new)
    figures = (verdict if verdict.covered else full).similarity, (verdict if verdict.covered else full).coverage
    kinds = (verdict if verdict.covered else full).kind.names()
    return PairLife(verdict.covered, *figures, kinds, gaps, spans)


def _joined(spans: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Return spans with those joined between which nothing stands but spaces and signs."""
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and not any(map(str.isalnum, text[out[-1][1] : start])):
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def _gap_life(found: Examined, written: Callable[[int, Sequence[int]], str]) -> GapLife:
    gap, finding = found.gap, found.finding
    ignored = tuple(Ignored(one.rule, written(1, one.candidate), written(0, one.witness)) for one in found.ignored)
    new = tuple(written(1, [i]) for i in finding.new)
    return GapLife(written(1, gap.candidate_range), written(0, gap.witness_range), ignored, new, finding.kind.names())
