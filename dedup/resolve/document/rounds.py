"""Two decisions, one after the other, as one decision about the first text.

What a cleaning leaves is decided about again. Where that takes a paragraph that was a witness, whatever rested on it
is compared directly with what takes its place; what that does not cover comes back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dedup.model.decisions import Compared, Decision, Removal, Witness
from dedup.resolve.document.pair import pair
from dedup.text.paragraphs import cuts, split

if TYPE_CHECKING:
    from dedup.model.settings import Settings


def compose(text: str, first: Decision, left: str, second: Decision, settings: Settings) -> Decision | None:
    """Join a decision about a text with one about what the first one left of it.

    Returns:
        The decision that takes both at once; None where what was left has other paragraphs than those that stayed.
    """
    spans = split(text, settings.split)
    gone = {removal.paragraph for removal in first.removals}
    stayed = [i for i in range(len(spans)) if i not in gone]
    after = split(left, settings.split)
    bodies = [text[spans[i][0] : spans[i][1]] for i in stayed]
    if len(after) != len(stayed) or any(left[a:b] != body for (a, b), body in zip(after, bodies, strict=True)):
        return None
    added = {stayed[removal.paragraph]: _moved(removal, stayed, spans) for removal in second.removals}
    removals: list[Removal] = []
    for removal in first.removals:
        rested = _rested(text, removal, added, settings)
        if rested is not None:
            removals.append(rested)
    blocks = 1 + max((r.block for r in removals if r.block is not None), default=-1)
    removals += [replace(r, block=None if r.block is None else r.block + blocks) for r in added.values()]
    cut = cuts(text, spans, {r.paragraph for r in removals})
    removals = [
        replace(r, cut_start=cut[r.paragraph][0], cut_end=cut[r.paragraph][1])
        for r in sorted(removals, key=lambda r: r.start)
    ]
    near = tuple(
        replace(
            k,
            paragraph=stayed[k.paragraph],
            start=spans[stayed[k.paragraph]][0],
            end=spans[stayed[k.paragraph]][1],
            witness=_witness(k.witness, stayed, spans),
            new=tuple((a + shift, b + shift) for a, b in k.new),
        )
        for k in second.kept_near
        for shift in (spans[stayed[k.paragraph]][0] - k.start,)
    )
    return Decision(first.paragraphs, tuple(removals), near)


def _witness(witness: Witness, stayed: list[int], spans: list[tuple[int, int]]) -> Witness:
    number = stayed[witness.paragraph]
    return Witness(number, *spans[number])


def _moved(removal: Removal, stayed: list[int], spans: list[tuple[int, int]]) -> Removal:
    """Return a removal from what was left as one from the first text."""
    number = stayed[removal.paragraph]
    return replace(
        removal,
        paragraph=number,
        start=spans[number][0],
        end=spans[number][1],
        witnesses=tuple(_witness(w, stayed, spans) for w in removal.witnesses),
    )


def _rested(text: str, removal: Removal, added: dict[int, Removal], settings: Settings) -> Removal | None:
    """Return the removal with witnesses that stay; None where those that took a witness's place do not cover it."""
    if not any(w.paragraph in added for w in removal.witnesses):
        return removal
    witnesses = tuple(
        w for old in removal.witnesses for w in (added[old.paragraph].witnesses if old.paragraph in added else (old,))
    )
    if len(witnesses) > 1:
        return None
    (witness,) = witnesses
    article = pair(text[witness.start : witness.end], text[removal.start : removal.end], settings)
    equal = article.equal(0, 1)
    if equal is not None:
        return replace(removal, witnesses=witnesses, compared=equal, similarity=1.0, coverage=1.0, differs=())
    verdict = article.verdict(0, 1)
    if not article.eligible(1) or settings.exact or not verdict.covered:
        return None
    return replace(
        removal,
        witnesses=witnesses,
        compared=Compared.ALIGNED,
        similarity=verdict.similarity,
        coverage=verdict.coverage,
        differs=verdict.kind.names(),
    )
