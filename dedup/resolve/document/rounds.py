"""Merge the decisions of two rounds into one decision about the original text.

What the first round leaves is decided about again. Where the second round removes a paragraph that was a witness in the
first, what rested on it is compared directly with its replacement, and comes back unless that covers it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from dedup.model.decisions import Compared, Decision, Removal, Witness
from dedup.resolve.document.pair import pair
from dedup.text.paragraphs import cuts, split

if TYPE_CHECKING:
    from dedup.model.decisions import KeptNear
    from dedup.model.settings import Settings


class _Kept(NamedTuple):
    """The paragraphs that the first round keeps: which of the original text they are, and the spans of all of these."""

    numbers: list[int]
    spans: list[tuple[int, int]]

    def locate(self, paragraph: int) -> tuple[int, int, int]:
        """Return the number and the span, in the original text, of a paragraph of what was left."""
        number = self.numbers[paragraph]
        return number, *self.spans[number]


def merge_rounds(text: str, first: Decision, left: str, second: Decision, settings: Settings) -> Decision | None:
    """Merge a decision about a text with one about what the first one left of it.

    Returns:
        The decision that does both at once; None if what was left splits into other paragraphs than those kept.
    """
    spans = split(text, settings.split)
    gone = {removal.paragraph for removal in first.removals}
    kept = _Kept([i for i in range(len(spans)) if i not in gone], spans)
    texts = [text[slice(*spans[i])] for i in kept.numbers]
    if [left[slice(*span)] for span in split(left, settings.split)] != texts:
        return None
    added = {kept.numbers[removal.paragraph]: _map_removal(removal, kept) for removal in second.removals}
    repaired = [_repair_witness(text, removal, added, settings) for removal in first.removals]
    removals = _renumber_blocks([removal for removal in repaired if removal is not None], list(added.values()))
    cut = cuts(text, spans, {removal.paragraph for removal in removals})
    removals = [
        removal._replace(cut_start=cut[removal.paragraph][0], cut_end=cut[removal.paragraph][1])
        for removal in sorted(removals, key=lambda removal: removal.start)
    ]
    return Decision(first.paragraphs, tuple(removals), tuple(_map_kept_near(near, kept) for near in second.kept_near))


def _map_witness(witness: Witness, kept: _Kept) -> Witness:
    return Witness(*kept.locate(witness.paragraph))


def _map_removal(removal: Removal, kept: _Kept) -> Removal:
    """Return a removal from what was left as one from the original text."""
    number, start, end = kept.locate(removal.paragraph)
    witnesses = tuple(_map_witness(witness, kept) for witness in removal.witnesses)
    return removal._replace(paragraph=number, start=start, end=end, witnesses=witnesses)


def _map_kept_near(near: KeptNear, kept: _Kept) -> KeptNear:
    """Return a near-duplicate kept in what was left as one in the original text."""
    number, start, end = kept.locate(near.paragraph)
    new = tuple((a + start - near.start, b + start - near.start) for a, b in near.new)
    witness = _map_witness(near.witness, kept)
    return replace(near, paragraph=number, start=start, end=end, witness=witness, new=new)


def _renumber_blocks(removals: list[Removal], added: list[Removal]) -> list[Removal]:
    """Return all removals, the blocks of the added ones numbered after those of the others."""
    first = 1 + max((removal.block for removal in removals if removal.block is not None), default=-1)
    return removals + [
        removal if removal.block is None else removal._replace(block=removal.block + first) for removal in added
    ]


def _repair_witness(text: str, removal: Removal, added: dict[int, Removal], settings: Settings) -> Removal | None:
    """Return the removal with witnesses that are kept; None if the replacement of a witness does not cover it."""
    if not any(w.paragraph in added for w in removal.witnesses):
        return removal
    witnesses = tuple(
        w for old in removal.witnesses for w in (added[old.paragraph].witnesses if old.paragraph in added else (old,))
    )
    if len(witnesses) > 1:
        return None
    (witness,) = witnesses
    article = pair(text[witness.start : witness.end], text[removal.start : removal.end], settings)
    equal = article.compare_exactly(0, 1)
    if equal is not None:
        return removal._replace(witnesses=witnesses, compared=equal, similarity=1.0, coverage=1.0, differs=())
    verdict = article.verdict(0, 1)
    if not article.is_eligible(1) or settings.exact or not verdict.covered:
        return None
    return removal._replace(
        witnesses=witnesses,
        compared=Compared.ALIGNED,
        similarity=verdict.similarity,
        coverage=verdict.coverage,
        differs=verdict.kind.names(),
    )
