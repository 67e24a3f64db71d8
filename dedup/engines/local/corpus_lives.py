"""Lives of paragraphs in scope ``corpus``: what was decided about them among all others, and what by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.engines.local.lives import Facts, Told, Why, best_first
from dedup.engines.local.other_settings import pair_changes
from dedup.engines.removal.second_pass import decide_documents
from dedup.formats.edits import LocatedDocument, read_documents
from dedup.formats.parts import PartResult
from dedup.model.explanation import Standing
from dedup.model.life import Candidate
from dedup.resolve.corpus.removals import GOES
from dedup.resolve.document.examined import examine
from dedup.verdict.batch.verify import FOLDED, NOT

if TYPE_CHECKING:
    from dedup.engines.local.corpus_run import TwoPassRun
    from dedup.engines.local.corpus_trace import CorpusTrace
    from dedup.engines.local.life_place import Asked
    from dedup.engines.local.spool_columns import CorpusDecision
    from dedup.engines.removal.task_decisions import TaskDecisions
    from dedup.formats.parts import Part, Record, Work
    from dedup.model.decisions import Decision
    from dedup.model.errors import DedupError
    from dedup.model.life import Change, PairLife


class Found(NamedTuple):
    """A document that is asked about."""

    part: int
    """Within the task."""
    record: Record
    number: int
    """Within the task."""
    spans: list[tuple[int, int]]
    decision: Decision


class FoundInTask(NamedTuple):
    """What came of one task.

    Attributes:
        documents: how many it has.
        found: those that are asked about.
        problems: what could not be read of them.
    """

    documents: int
    found: list[Found]
    problems: list[DedupError]


def find_in_task(asked: Asked, work: Work, task: tuple[list[Part], TaskDecisions]) -> list[FoundInTask]:
    """Return what a task has of the documents that are asked about; runs in workers."""
    parts, decided = task
    number = len(decided.documents)
    if not any(part.source in asked.sources for part in parts):
        return [FoundInTask(number, [], [])]
    decisions = decide_documents(work, task)
    places = {
        (place, start): i
        for i, (place, start) in enumerate(
            zip(decided.documents["part"].tolist(), decided.documents["start"].tolist(), strict=True)
        )
    }
    edges = np.concatenate(([0], np.cumsum(decided.documents["paragraphs"]))).tolist()
    found, problems = [], []
    for place, part in enumerate(parts):
        if part.source not in asked.sources:
            continue
        [result], here = read_documents(work, [part])
        problems += result.problems
        for one in here:
            i = places.get((place, one.record.start))
            if i is None or (part.numbered and asked.line not in (None, one.record.line)):
                continue
            spans = [(start, end) for start, end in decided.spans[edges[i] : edges[i + 1]].tolist()]
            found.append(Found(place, one.record, i, spans, decisions[i]))
    return [FoundInTask(number, found, problems)]


def told_of_corpus(
    corpus_run: TwoPassRun, decided: CorpusDecision, work: Work, located: tuple[Part, Found], number: int
) -> Told:
    """Return what the lives of a document are told from; `number`: of the document, of all."""
    part, found = located
    document = LocatedDocument(part, PartResult(), found.record)
    assert corpus_run.trace is not None  # noqa: S101 - set by the caller
    facts = _CorpusFacts(corpus_run, decided, corpus_run.trace, work, int(decided.begins[number]))
    facts.told = Told(work, document, found.spans, found.decision, facts.of, facts.changes)
    return facts.told


class _CorpusFacts:
    """What is known of the paragraphs of one document.

    Args:
        first: number of its first paragraph in the corpus.
    """

    told: Told

    def __init__(
        self, corpus_run: TwoPassRun, decided: CorpusDecision, trace: CorpusTrace, work: Work, first: int
    ) -> None:
        self._run = corpus_run
        self._decided = decided
        self._trace = trace
        self._settings = work.settings
        self._first = first

    def of(self, number: int) -> Facts:
        """Return what is known of a paragraph."""
        paragraph = self._first + number
        removals = self._decided.removals
        went_for_it = int(np.count_nonzero((removals["witness"] == paragraph) & (removals["state"] == GOES)))
        candidates, more = self._candidates(number)
        return Facts(self._why(number, candidates), candidates, more, went_for_it)

    def _candidates(self, number: int) -> tuple[list[Candidate], int]:
        owner = int(self._decided.corpus.owner[self._first + number])
        known = self._trace.candidates(owner)
        if known is None:
            return [], 0
        some, more = best_first(range(len(known.paragraphs)))
        chosen = np.array(some, np.int64)
        text = self.told.text(number)
        gone = self._decided.removals["paragraph"][self._decided.removals["state"] == GOES]
        out = []
        places = self._run.located(known.paragraphs[chosen])
        for i, place in zip(chosen.tolist(), places, strict=True):
            other, how = place.text or "", int(known.verdicts.how[i])
            same = how == FOLDED or other == text
            out.append(
                Candidate(
                    at=Standing(place.name, place.line, place.paragraph),
                    text=other,
                    same=same,
                    votes=None,
                    went=bool(np.isin(known.paragraphs[i], gone)),
                    apart="",
                    pair=None if same else examine(other, text, self._settings),
                    compared=how >= NOT,
                )
            )
        return out, more

    def _why(self, number: int, candidates: list[Candidate]) -> Why:
        """Return why a paragraph stays."""
        paragraph, corpus = self._first + number, self._decided.corpus
        owner = int(corpus.owner[paragraph])
        copies = int(np.count_nonzero(corpus.owner == owner)) - 1
        if self._trace.is_retained(paragraph):
            return Why("neighbours")
        if owner == paragraph and copies:
            return Why("source", str(copies))
        if self._is_short(number):
            return Why("short" if any(map(str.isalnum, self.told.text(number))) else "wordless")
        if not candidates:
            return Why("unique" if owner == paragraph else "rest")
        return self._unlike(candidates)

    def _unlike(self, candidates: list[Candidate]) -> Why:
        """Return why a paragraph stays that was compared with others."""
        best = max(candidates, key=lambda one: 2.0 if one.same else one.pair.similarity if one.pair else 0.0)
        covered = any(one.same or (one.pair is not None and one.pair.covered) for one in candidates)
        is_near = best.pair is not None and best.pair.similarity >= self._settings.threshold
        return Why("rest" if covered else "new" if is_near else "unlike", "", (best.at, best.text))

    def _is_short(self, number: int) -> bool:
        """Return True if a paragraph has too few words to go by itself."""
        owner = int(self._decided.corpus.owner[self._first + number])
        place = np.searchsorted(self._decided.corpus.paragraph, owner)
        row = self._decided.corpus.place[place : place + 1]
        here = len(row) and int(self._decided.corpus.paragraph[place]) == owner
        return not here or int(self._run.words_at(row)[0]) < self._settings.min_words

    def changes(self, number: int, pair: PairLife | None) -> tuple[tuple[Change, ...], bool]:
        """Return what would change the fate of a paragraph, as far as it and its witness go."""
        decision = self.told.decision
        gone = {one.paragraph: one.witnesses[0] for one in decision.removals if one.witnesses}
        near = {one.paragraph: one.witness for one in decision.kept_near}
        witness = gone.get(number) or near.get(number)
        if witness is None or pair is None:
            return (), False
        beside = self.told.text(witness.paragraph) if witness.elsewhere is None else witness.elsewhere.text
        went = number in gone
        return pair_changes(beside, self.told.text(number), self._settings, went=went), True
