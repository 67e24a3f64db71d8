"""What a stratified sample says of all decisions, with an interval that says how sure that is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Z = 1.959963984540054
"""Standard deviations of a normal distribution on either side of its mean between which 95 % of it are."""


class Stratum(NamedTuple):
    """Answers about one stratum."""

    number: int
    """Decisions in it."""
    answers: int
    hits: int
    """Of the answers: those that are counted."""


class Estimate(NamedTuple):
    """An estimated share of all decisions in the strata with an answer."""

    share: float
    low: float
    high: float
    answers: int
    strata: int
    number: int
    """Decisions that it is about."""
    left_out: int
    """Decisions in strata without any answer: it says nothing of them."""


def estimate(strata: Iterable[Stratum]) -> Estimate | None:
    """Estimate the share of hits among all decisions; None without any answer.

    The share is the mean of the strata's shares, weighted by their sizes (the stratified estimator). The interval is
    Wilson's for 95 %, with an effective number of answers in place of their number, the smaller one of two: that which
    weights alone would leave (Kish: ``1 / sum(W² / n)``), and that which gives the stratified estimator's own variance
    (``p (1 - p) / sum(W² p_h (1 - p_h) / n)``). Where each decision has the same chance to be drawn, this is Wilson's
    interval. No correction is made for having asked about a large part of all: the interval is then too wide, not too
    narrow.
    """
    every = list(strata)
    some = [one for one in every if one.answers]
    number = sum(one.number for one in some)
    if not number:
        return None
    weights = [one.number / number for one in some]
    shares = [one.hits / one.answers for one in some]
    share = sum(w * p for w, p in zip(weights, shares, strict=True))
    effective = 1 / sum(w * w / one.answers for w, one in zip(weights, some, strict=True))
    variance = sum(w * w * p * (1 - p) / one.answers for w, p, one in zip(weights, shares, some, strict=True))
    if variance > 0:
        effective = min(effective, share * (1 - share) / variance)
    low, high = wilson(share, effective)
    answers = sum(one.answers for one in some)
    return Estimate(share, low, high, answers, len(some), number, sum(one.number for one in every) - number)


def wilson(share: float, number: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval for a share of so many answers."""
    square = Z * Z / number
    middle = (share + square / 2) / (1 + square)
    half = Z * math.sqrt(share * (1 - share) / number + square / (4 * number)) / (1 + square)
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))
