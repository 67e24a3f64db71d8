"""What every removal has to stand up to: a comparison that knows nothing of the program's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dedup.language.wordlists import FUNCTION
from dedup.model.decisions import Compared
from dedup.text.paragraphs import split
from tests.support import oracle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.model.decisions import Decision
    from dedup.model.settings import Settings


def assert_witnessed(text: str, decision: Decision, settings: Settings) -> None:
    """Check that the witnesses of a document's removals stay, stand before, and say all that goes for them."""
    spans = split(text, settings.split)
    gone = {removal.paragraph for removal in decision.removals}
    for removal in decision.removals:
        assert removal.witnesses
        assert list(removal.witnesses) == sorted(removal.witnesses, key=lambda w: w.paragraph)
        for witness in removal.witnesses:
            assert witness.paragraph < removal.paragraph
            assert witness.paragraph not in gone
            assert (witness.start, witness.end) == spans[witness.paragraph]
        own = text[removal.start : removal.end]
        theirs = [text[w.start : w.end] for w in removal.witnesses]
        ours, others = oracle.words(own), [word for body in theirs for word in oracle.words(body)]
        if removal.compared is Compared.ALIGNED:
            assert removal.similarity == pytest.approx(oracle.similarity(ours, others))
            assert removal.coverage == pytest.approx(oracle.common(ours, others) / len(ours))
            assert_covered(others, ours, settings)
            # Two paragraphs that were joined say together just the same.
            assert removal.differs or settings.guard != "strict" or (len(theirs) > 1 and removal.similarity == 1)
        else:
            assert not removal.differs
            assert len(theirs) == 1
            assert (removal.similarity, removal.coverage) == (1.0, 1.0)
            assert ours == others
            # A rule or a bar holds no word; its indentation is not looked at.
            assert removal.compared is Compared.FOLDED or own == theirs[0] or not ours


def assert_covered(witness: Sequence[str], paragraph: Sequence[str], settings: Settings) -> None:
    """Check that a paragraph that was aligned has no number, and under the strict guard no word, that is new."""
    assert settings.guard == "off" or not oracle.lost_numbers(witness, paragraph)
    assert settings.guard != "strict" or not oracle.lost_words(witness, paragraph, FUNCTION)
    assert not settings.exact
