"""Lives of paragraphs in scope ``document``: what was decided about one document, by itself, and what by."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from dedup.engines.local.lives import Facts, Told, Why, best_first
from dedup.engines.local.other_settings import Fates
from dedup.model.life import Candidate
from dedup.resolve.document.decide import decide_traced
from dedup.resolve.document.examined import examine
from dedup.text.paragraphs import split

if TYPE_CHECKING:
    from dedup.formats.edits import LocatedDocument
    from dedup.formats.parts import Work
    from dedup.model.decisions import Decision
    from dedup.model.explanation import Standing
    from dedup.resolve.document.trace import Trace


def told_document(work: Work, located: LocatedDocument) -> Told:
    """Decide about a document as the run does, and return what its lives are told from."""
    text = located.record.text
    decision, traces = decide_traced(text, work.settings)
    facts = _DocumentFacts(work, located, decision, traces)
    fates = Fates(text, work.settings, facts.spans, {one.paragraph for one in decision.removals})
    facts.told = Told(work, located, facts.spans, decision, facts.of, lambda number, _: fates.changes(number))
    return facts.told


class _DocumentFacts:
    """What is known of the paragraphs of one document.

    The last round tells why the paragraphs stay that do; the first one in which a paragraph goes, what it was compared
    with.
    """

    told: Told

    def __init__(self, work: Work, located: LocatedDocument, decision: Decision, traces: list[Trace]) -> None:
        self._settings = work.settings
        self._decision = decision
        text = located.record.text
        self.spans = split(text, work.settings.split)
        gone = {one.paragraph for one in decision.removals}
        self._went_for = Counter(w.paragraph for one in decision.removals for w in one.witnesses)
        left = [number for number in range(len(self.spans)) if number not in gone]
        whole = {number: number for number in range(len(self.spans))}
        self._first = (traces[0], whole) if traces else None
        last = traces[-1] if traces else None
        if last is not None and last.article.text == decision.apply(text) and len(last.article) == len(left):
            self._last: tuple[Trace, dict[int, int]] | None = last, dict(enumerate(left))
        else:
            self._last = self._first

    @cached_property
    def _places(self) -> dict[int, int]:
        """Number of a paragraph → its number in the last round."""
        return {} if self._last is None else {number: place for place, number in self._last[1].items()}

    def of(self, number: int) -> Facts:
        """Return what is known of a paragraph."""
        went = any(one.paragraph == number for one in self._decision.removals)
        if self._last is None:
            return Facts(Why("only"), [], 0, 0)
        round_ = self._first if went or number not in self._places else self._last
        assert round_ is not None  # noqa: S101 - there is a last one
        trace, numbers = round_
        place = number if round_ is self._first else self._places[number]
        candidates, more = self._candidates(trace, numbers, place)
        why = Why("") if went else self._why(trace, numbers, place, candidates)
        return Facts(why, candidates, more, self._went_for[number])

    def _candidates(self, trace: Trace, numbers: dict[int, int], place: int) -> tuple[list[Candidate], int]:
        """Return what a paragraph was compared with, or might have been: the same words first, then by votes."""
        article = trace.article
        same = [i for i in article.places(place) if i < place and article.sizes[place]]
        others = [i for i in article.candidates.get(place, []) if i not in same]
        some, more = best_first([*same[:1], *others])
        return [self._candidate(trace, numbers, place, i) for i in some], more + max(len(same) - 1, 0)

    def _candidate(self, trace: Trace, numbers: dict[int, int], place: int, earlier: int) -> Candidate:
        article, number = trace.article, numbers[earlier]
        same = article.key(earlier) == article.key(place) and article.compare_exactly(earlier, place) is not None
        apart = "" if trace.matcher is None or same else trace.matcher.why_apart(earlier, place)
        text, other = article.text_of(place), article.text_of(earlier)
        return Candidate(
            at=self.told.standing(number),
            text=other,
            same=same,
            votes=trace.votes.get((place, earlier)),
            went=any(one.paragraph == number for one in self._decision.removals),
            apart=apart,
            pair=None if same else examine(other, text, self._settings),
            compared=article.is_eligible(place) and not self._settings.exact and not apart,
        )

    def _why(self, trace: Trace, numbers: dict[int, int], place: int, candidates: list[Candidate]) -> Why:
        """Return why a paragraph stays."""
        article = trace.article
        stays = trace.stays.get(place)
        if not article.sizes[place]:
            return Why("wordless")
        if stays is not None:
            return Why(stays.why, stays.detail, self._beside(numbers[stays.link.sources[0]]))
        if not article.is_first_occurrence(place):
            return Why("rest" if article.is_eligible(place) else "short", "", self._beside(numbers[article.key(place)]))
        return self._unlike(candidates, is_long=article.is_eligible(place)) if candidates else Why("unique")

    def _unlike(self, candidates: list[Candidate], *, is_long: bool) -> Why:
        """Return why a paragraph stays that was compared with others, or might have been."""
        nearest = max(candidates, key=lambda one: one.pair.similarity if one.pair else 0.0)
        covering = [one for one in candidates if one.pair is not None and one.pair.covered]
        reason, detail = "unlike", ""
        if not is_long:
            reason = "short"
        elif self._settings.exact:
            reason = "exact"
        elif covering:
            detail = next((one.apart for one in covering if one.apart), "")
            reason = "apart" if detail else "rest"
        return Why(reason, detail, (nearest.at, nearest.text))

    def _beside(self, number: int) -> tuple[Standing, str]:
        return self.told.standing(number), self.told.text(number)
