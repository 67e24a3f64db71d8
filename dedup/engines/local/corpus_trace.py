"""What a run over a corpus knows of its paragraphs and forgets otherwise, to explain one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.text.arrays import among

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.resolve.corpus.leaders import Leaders
    from dedup.text.arrays import Ints
    from dedup.verdict.batch.verify import Verdicts


class Candidates(NamedTuple):
    """The candidates of one paragraph, best first: their numbers in the corpus, and what came of comparing them."""

    paragraphs: Ints
    verdicts: Verdicts


class CorpusTrace:
    """Takes down what is decided between the passes. It keeps the candidate pairs, which take memory till the end.

    Attributes:
        retained: paragraphs that would go, and stay for what stays beside them; their numbers in the corpus, ascending.
    """

    def __init__(self) -> None:
        self.retained = np.empty(0, np.int64)
        self._first = np.empty(0, np.int64)
        self._leaders: Leaders | None = None

    def clustered(self, first: NDArray[np.int64], leaders: Leaders) -> None:
        """Take what was found about the different paragraphs; `first`: number of the first one of each."""
        self._first, self._leaders = first, leaders

    def settled(self, retained: NDArray[np.void]) -> None:
        """Take the removals that are not carried out in the end."""
        self.retained = np.unique(retained["paragraph"].astype(np.int64))

    def is_retained(self, paragraph: int) -> bool:
        """Return True if a paragraph stays for what stays beside it."""
        return bool(among(np.array([paragraph]), self.retained)[0])

    def candidates(self, owner: int) -> Candidates | None:
        """Return the candidates of a paragraph, by the number of the first one of its bytes; None: it had none to ask.

        With an index, those of earlier days are not known here, and the result is None, too.
        """
        place = np.flatnonzero(self._first == owner)
        if self._leaders is None or not len(place):
            return None
        earlier, verdicts = self._leaders.candidates_of(int(place[0]))
        return Candidates(self._first[earlier], verdicts)
