"""What the answers of a review say, in lines for people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dedup.report.review.estimate import Stratum, estimate
from dedup.report.review.other_settings import LEAST_ANSWERS, tried
from dedup.report.review.pairs import WEIGHTS
from dedup.report.summary import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.model.settings import Settings
    from dedup.report.review.answers import Label
    from dedup.report.review.draw import Draw
    from dedup.report.review.pairs import Pair

_MOST_ROWS = 8


def summary(draw: Draw, drawn: Sequence[Pair], labels: Mapping[str, Label], settings: Settings, missing: int) -> str:
    """Return lines, each with its end.

    Args:
        draw: how many decisions there are.
        drawn: those that were asked about.
        labels: the answers, by `Pair.identity`.
        settings: of the run.
        missing: near-duplicates that stayed and that the run counted only, so that none of them could be drawn.
    """
    return "".join(f"{line}\n" for line in _lines(draw, drawn, labels, settings, missing))


def _lines(
    draw: Draw, drawn: Sequence[Pair], labels: Mapping[str, Label], settings: Settings, missing: int
) -> Iterator[str]:
    answered = [(pair, labels[pair.identity]) for pair in drawn if pair.identity in labels]
    sure = [(pair, label) for pair, label in answered if label is not None]
    every, unsure = sum(draw.numbers.values()), len(answered) - len(sure)
    text = f"review: {plural(len(drawn), 'decision')} of {every:,} drawn (seed {draw.seed}), {len(sure):,} answered"
    yield f"{text}, {unsure:,} unsure, {len(drawn) - len(answered):,} open."
    if draw.too_long:
        yield f"  {plural(draw.too_long, 'decision')} on longer paragraphs could not be drawn."
    if missing:
        yield f"  {plural(missing, 'near-duplicate')} that stayed are counted only, and could not be drawn."
    for side, what, hit in (("went", "removals", "lose something"), ("stayed", "that stayed", "could have gone")):
        yield from _side(draw, sure, side, what, hit)
    if unsure:
        yield "  Unsure answers are left out of these figures."
    if sure:
        yield from _settings(draw, sure, settings)


def _side(draw: Draw, sure: list[tuple[Pair, bool]], side: str, what: str, hit: str) -> Iterator[str]:
    """Say what share of one side is wrong: of removals those not redundant, of what stayed those that are."""
    wrong = side != "went"
    mine = [(pair.stratum, label) for pair, label in sure if pair.stratum.startswith(side)]
    numbers, hits = Counter(s for s, _ in mine), Counter(s for s, label in mine if label == wrong)
    strata = [Stratum(draw.numbers[s], numbers[s], hits[s]) for s in WEIGHTS if s.startswith(side) and draw.numbers[s]]
    found = estimate(strata)
    every = sum(one.number for one in strata)
    noun = f"Of {every:,} {what}" if side == "went" else f"Of {plural(every, 'near-duplicate')} {what}"
    if found is None:
        yield f"{noun}, nothing is known: none was answered." if every else f"There are no {_none(side)}."
        return
    told = f"{noun}, {_percent(found.share)} {hit} (95 % interval: {_percent(found.low)} to {_percent(found.high)}"
    yield f"{told}; {hits.total():,} of {plural(found.answers, 'answer')}, in {plural(found.strata, 'group')})."
    if found.left_out:
        yield f"  That says nothing of {found.left_out:,} of them, in groups without an answer."


def _none(side: str) -> str:
    return "removals" if side == "went" else "near-duplicates that stayed"


def _settings(draw: Draw, sure: list[tuple[Pair, bool]], settings: Settings) -> Iterator[str]:
    """Say what other settings would do with the answered pairs."""
    numbers = Counter(pair.stratum for pair, _ in sure)
    weights = {stratum: draw.numbers[stratum] / number for stratum, number in numbers.items()}
    found = tried(sure, weights, settings)
    if not found.pairs:
        return
    yield f"On {plural(found.pairs, 'answered pair')}, and about on all decisions (lost: goes, and says something new):"
    yield "  threshold  guard    lost     about  could go, stays     about"
    shown = [row for row in found.rows if row.now or row.threshold == settings.threshold]
    shown += [row for row in found.rows if row not in shown and row.guard == settings.guard]
    better = found.better()
    if better is not None and better not in shown:
        shown.append(better)
    for row in shown[:_MOST_ROWS]:
        figures = f"{row.lost:>6,} {row.all_lost:>9,.0f} {row.missed:>16,} {row.all_missed:>9,.0f}"
        yield f"  {row.threshold:<9g}  {row.guard:<7} {figures}{'  now' if row.now else ''}"
    if found.left_out:
        yield f"  Not in there: {plural(found.left_out, 'pair')} decided by more than the two texts."
    yield f"  No threshold below {settings.threshold:g}: what is less alike is in no sample of this run."
    if len(sure) < LEAST_ANSWERS:
        yield f"Too few answers to recommend a setting: {len(sure):,}, and {LEAST_ANSWERS} are needed."
    elif better is None:
        yield "No setting that was tried does better in one respect and worse in none."
    else:
        told = f"--threshold {better.threshold:g} --guard {better.guard}"
        yield f"On these answers {told} does better in one respect and worse in none."


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
