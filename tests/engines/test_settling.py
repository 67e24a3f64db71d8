"""What stays for its neighbours is decided about again: a second run removes nothing."""

from __future__ import annotations

import io
import json
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.engines.local import settling
from dedup.engines.local.clustering import Clustering
from dedup.engines.local.settling import settled_removals
from dedup.engines.local.spool import Spool
from dedup.engines.local.stages import CorpusStages
from dedup.engines.removal.settle import Settled
from dedup.engines.run import restore
from dedup.model.errors import DedupError
from dedup.model.settings import Settings
from dedup.resolve.corpus.distinct import DistinctParagraphs
from dedup.resolve.corpus.removals import GOES, HELD, RETAINED, UNJUDGED, UNSETTLED, Classes, removal_type
from dedup.verdict.batch.verify import ALIGNED, FOLDED, NOT, Verdicts
from tests.support.fake_kernel import Recorder, run_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

CORPUS = Settings(scope="corpus")
BODY = (
    "The council met on Monday evening, heard what the owners of the mill had to say about the weir, walked down to "
    "the river with lanterns, measured how high the water stood, and went home late."
)
HINDI = "पुराना पुल सर्दियों से पहले ठीक किया जाएगा, नदी किनारे के घर।"
CASES = {
    "short ones beside repetitions of one document": [
        [BODY, "Regards.", BODY, "Regards.", "## Minutes", BODY, "Regards.", "Regards.", "## Minutes"]
    ],
    "a short one beside a near-duplicate of what stands in a row": [
        [HINDI, HINDI, "नगर समाचार विशेष"],
        [HINDI.replace("नदी", "नदी नदी"), "नगर समाचार विशेष"],
    ],
}


def written(documents: list[list[str]]) -> bytes:
    """Return documents of some paragraphs as JSON lines."""
    return b"".join(json.dumps({"text": "\n".join(texts)}).encode() + b"\n" for texts in documents)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("settings", [CORPUS, Settings(scope="corpus", split="line", threshold=0.9, guard="numbers")])
def test_a_second_run_removes_nothing(name: str, settings: Settings, tmp_path: Path) -> None:
    """Whatever was retained in the first one, which can be undone."""
    data, log = written(CASES[name]), tmp_path / "log.jsonl"
    out, first, _ = run_bytes(data, settings=settings, format="jsonl", removed=log)
    again, second, _ = run_bytes(out, settings=settings, format="jsonl")
    assert again == out
    assert second.counts.removed == 0
    assert first.counts.removed > 0
    back = io.BytesIO()
    restore("-", log, None, Recorder(), stdin=io.BytesIO(out), stdout=back)
    assert back.getvalue() == data


@pytest.mark.parametrize("name", CASES)
def test_removals_are_out_of_memory_while_all_is_decided_again(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one for each paragraph that goes, and to decide takes as much memory as it took the first time."""
    kept: list[weakref.ref[Any]] = []
    decided: list[bool] = []
    keep, decide_again = Spool.keep, CorpusStages.decide_again

    def watched(self: Spool, name: str, array: Any) -> None:
        if name == "removals":
            kept.append(weakref.ref(array))
        keep(self, name, array)

    def watching(self: CorpusStages, *args: Any) -> Any:
        decided.append(all(array() is None for array in kept))
        return decide_again(self, *args)

    monkeypatch.setattr(Spool, "keep", watched)
    monkeypatch.setattr(CorpusStages, "decide_again", watching)
    run_bytes(written(CASES[name]), settings=CORPUS, format="jsonl")
    assert kept
    assert decided == [True] * len(kept)


# Rounds ---------------------------------------------------------------------------------------------------------------


def removals(*rows: tuple[int, int], how: int = 0, block: int = -1) -> NDArray[np.void]:
    """Return removals of paragraphs for witnesses."""
    out = np.zeros(len(rows), removal_type(100))
    out["paragraph"], out["witness"] = np.array(rows, int).reshape(-1, 2).T
    out["how"], out["block"] = how, block
    return out


def judging(*states: list[int], asked: bool = True) -> Callable[[NDArray[np.void]], list[Settled]]:
    """Return what says of all removals what became of them, round by round."""
    turns = iter(states)

    def judge(rows: NDArray[np.void]) -> list[Settled]:
        found = np.array(next(turns), np.uint8)
        assert len(found) == len(rows)
        return [Settled(found, np.full(len(found), asked))]

    return judge


def settled(
    rows: NDArray[np.void],
    judge: Callable[[NDArray[np.void]], list[Settled]],
    again: Callable[[NDArray[np.int64]], NDArray[np.void]],
) -> NDArray[np.void]:
    """Settle the removals of two documents of ten paragraphs."""
    return settled_removals(rows, np.array([0, 10, 20]), judge, again, lambda rows: rows.copy)


def test_another_run_is_asked_for_where_all_goes() -> None:
    """What is left then may stand in other rows; where nothing does, one round is enough."""
    rows = removals((11, 1), (12, 2))
    seen: list[list[int]] = []

    def again(gone: NDArray[np.int64]) -> NDArray[np.void]:
        seen.append(gone.tolist())
        return removals((14, 3)) if len(gone) < 3 else removals()

    out = settled(rows, judging([GOES, GOES], [GOES, GOES, GOES]), again)
    assert out[["paragraph", "state"]].tolist() == [(11, GOES), (12, GOES), (14, GOES)]
    assert seen == [[11, 12], [11, 12, 14]]
    assert settled(removals((11, 1)), judging([GOES]), lambda _: removals())["state"].tolist() == [GOES]


def test_one_round_is_enough_where_another_run_would_ask_for_the_same() -> None:
    """What stays is dropped, what is held back is told."""
    rows = removals((11, 1), (12, 2), (13, 3))
    seen: list[list[int]] = []

    def again(gone: NDArray[np.int64]) -> NDArray[np.void]:
        seen.append(gone.tolist())
        return removals((12, 2), (13, 3))

    out = settled(rows, judging([GOES, RETAINED, HELD]), again)
    assert seen == [[11]]
    assert out[["paragraph", "state"]].tolist() == [(11, GOES), (13, HELD)]


def test_a_document_in_which_another_run_would_ask_for_others_is_judged_again() -> None:
    """Others keep what became of theirs; the blocks of a document are numbered on."""
    rows = np.concatenate((removals((4, 1), (5, 1)), removals((11, 1), block=0), removals((12, 2))))
    wanted = iter([np.concatenate((removals((5, 1)), removals((12, 2), (14, 3), block=0))), removals((5, 1))])
    judge = judging([GOES, RETAINED, GOES, RETAINED], [GOES, RETAINED, GOES, GOES, GOES])
    out = settled(rows, judge, lambda _: next(wanted))
    assert out[["paragraph", "state", "block"]].tolist() == [
        (4, GOES, -1),
        (11, GOES, 0),
        (12, GOES, 1),
        (14, GOES, 1),
    ]


def test_a_witness_that_goes_later_for_the_same_bytes_is_followed() -> None:
    """What went for it goes for what stays in its place: the bytes are the same, or it was compared with it."""
    rows = removals((11, 5), (12, 2))
    wanted = iter([np.concatenate((removals((5, 3)), removals((12, 2)))), removals((12, 2))])
    out = settled(rows, judging([GOES, RETAINED], [GOES, GOES, RETAINED]), lambda _: next(wanted))
    assert out[["paragraph", "witness"]].tolist() == [(5, 3), (11, 3)]


def test_what_does_not_converge_later_stays_as_it_was() -> None:
    """In a document from which something has gone; one from which nothing has is told of as a whole."""
    rows = removals((4, 1), (11, 1), (12, 2), (13, 3))
    again = removals((4, 1), (12, 2), (13, 3), (14, 3))
    judge = judging([UNSETTLED, GOES, HELD, RETAINED], [UNSETTLED, GOES, UNSETTLED, UNSETTLED, UNSETTLED], asked=True)
    out = settled(rows, judge, lambda _: again.copy())
    assert out[["paragraph", "state"]].tolist() == [(4, UNSETTLED), (11, GOES), (12, HELD)]


def test_rounds_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many of them, whatever another run would ask for."""
    monkeypatch.setattr(settling, "ROUNDS", 2)
    fresh = iter(range(14, 20))
    judge = judging([GOES, RETAINED], [GOES, GOES])
    out = settled(removals((11, 1), (12, 2)), judge, lambda _: removals((next(fresh), 2)))
    assert out["paragraph"].tolist() == [11, 14]


def test_rounds_end_where_nothing_more_goes() -> None:
    """What another run would ask for then is known."""
    wanted = iter([removals((14, 2))])
    judge = judging([GOES, RETAINED], [GOES, RETAINED])
    assert settled(removals((11, 1), (12, 2)), judge, lambda _: next(wanted))["paragraph"].tolist() == [11]


def test_what_raises_is_left_to_be_judged_when_it_is_written() -> None:
    """There it is told."""
    out = settled(removals((11, 1)), judging([UNJUDGED]), lambda _: removals((11, 1)))
    assert out["state"].tolist() == [UNJUDGED]


# What is left ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=30), st.integers(0, 3))
def test_what_is_left_is_a_corpus_of_its_own(paragraphs: list[tuple[int, bool]], fixed: int) -> None:
    """With the first of those of the same bytes that are left speaking for all of them."""
    fixed = min(fixed, len(paragraphs))
    kinds = [kind for kind, _ in paragraphs]
    gone = [i for i, (_, goes) in enumerate(paragraphs) if goes and i >= fixed]
    document = np.arange(len(kinds), dtype=np.int32) // 3
    owner = np.array([kinds.index(kind) for kind in kinds], np.int32)
    first = np.unique(owner)
    corpus = DistinctParagraphs(document, owner, first.astype(np.int64), first.astype(np.int64) + 100, fixed)
    rest, numbers, spoken = corpus.without(np.array(gone, np.int64))
    left = [i for i in range(len(kinds)) if i not in gone]
    own = [kinds[i] for i in left]
    assert numbers.tolist() == left
    assert rest.document.tolist() == [i // 3 for i in left]
    assert rest.owner.tolist() == [own.index(kind) for kind in own]
    assert rest.paragraph.tolist() == sorted({own.index(kind) for kind in own})
    assert rest.place.tolist() == [kinds.index(own[i]) + 100 for i in rest.paragraph.tolist()]
    assert rest.fixed == fixed
    assert [spoken[kinds.index(kind)] for kind in set(kinds)] == [
        own.index(kind) if kind in own else -1 for kind in set(kinds)
    ]


def test_removals_of_what_is_left_are_those_of_the_corpus() -> None:
    """Paragraphs, witnesses, and where these stand."""
    nothing = np.empty(0, np.int64)
    corpus = DistinctParagraphs(np.repeat(np.arange(2, dtype=np.int32), 10), np.arange(20), nothing, nothing, 0)
    rest = corpus.without(np.array([0, 11]))
    out = rest.in_corpus(removals((10, 3), (12, 9)), corpus)
    assert out[["paragraph", "witness"]].tolist() == [(12, 4), (14, 10)]
    assert out["source"].tolist() == [4, 1 << 32]


def test_the_different_paragraphs_are_decided_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In further rounds no pair is compared, and no bucket is looked through."""
    rounds = [0]
    decide_again = CorpusStages.decide_again

    def watching(self: CorpusStages, *args: Any) -> Any:
        rounds[0] += 1
        with monkeypatch.context() as patch:
            for name in ("cluster", "candidates", "beside", "_verified"):
                patch.setattr(Clustering, name, None)
            return decide_again(self, *args)

    monkeypatch.setattr(CorpusStages, "decide_again", watching)
    for documents in CASES.values():
        *_, told = run_bytes(written(documents), settings=CORPUS, format="jsonl")
        assert not told.problems
    assert rounds[0] > len(CASES)


def test_what_was_decided_holds_for_what_is_left() -> None:
    """Of those that are left each goes for the same one; of whom that is gone, none does."""
    verdicts = Verdicts(
        np.array([NOT, ALIGNED, NOT, FOLDED], np.int8),
        np.array([0, 0.5, 0, 1], np.float32),
        np.array([0, 1, 0, 1], np.float32),
        np.arange(4, dtype=np.int16),
    )
    classes = Classes(np.array([4, 6, 8, 9]), np.array([-1, 0, -1, 2], np.int32), verdicts)
    left = classes.among(np.array([3, 5, -1, 7]))
    assert left.first.tolist() == [3, 5, 7]
    assert left.witness.tolist() == [-1, 0, -1]
    assert left.verdicts.how.tolist() == [NOT, ALIGNED, FOLDED]
    left = classes.among(np.array([-1, 5, 6, 7]))
    assert left.witness.tolist() == [-1, -1, 1]
    assert left.verdicts.kind.tolist() == [1, 2, 3]


def test_a_limit_counts_what_goes() -> None:
    """Not what stays for its neighbours: the second paragraph may be announced by the first one."""
    texts = [BODY, f"What follows has been said before:\n\n{BODY}", "Something of its own that nobody else has said."]
    data = written([[text] for text in texts])
    out, outcome, _ = run_bytes(data, settings=CORPUS, format="jsonl", max_removed=0.1)
    assert out == data
    assert outcome.counts.removed == 0
    with pytest.raises(DedupError, match="1 of 5 paragraphs would go"):
        run_bytes(data + written([[BODY]]), settings=CORPUS, format="jsonl", max_removed=0.1)
