"""Scope ``corpus``: near-duplicates that stay because they say something new, for whoever asks why."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.model.differences import Difference
from dedup.model.errors import InternalError
from dedup.model.settings import Settings
from dedup.resolve.corpus import kept_near
from dedup.resolve.corpus.leaders import Leaders
from dedup.resolve.document.pair import find_new_words
from dedup.verdict.batch.verify import ALIGNED, NOT, Verdicts
from tests.promises.test_corpus import CORPUS, corpora, kept, written
from tests.support import oracle
from tests.support.fake_kernel import Recorder, run_bytes
from tests.verdict.test_evidence import BRIDGE, DENIED, MAYOR, NUMBERED, SHOPS, SPELT

if TYPE_CHECKING:
    from dedup.model.explanation import Explanation
    from dedup.model.outcome import Outcome
    from tests.promises.test_corpus import Line
    from tests.support.cli_process import Command

ELBE = SHOPS.replace("river", "Elbe")
TEXTS = [BRIDGE, f"{MAYOR}\n{SPELT}", NUMBERED, SHOPS, f"{DENIED}\n{ELBE}", NUMBERED, SHOPS.upper()]


def _lines(*texts: str) -> bytes:
    return b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts)


def _explained(data: bytes, settings: Settings = CORPUS, workers: int = 1) -> tuple[bytes, Outcome, Recorder]:
    return run_bytes(data, settings=settings, format="jsonl", explain=True, workers=workers)


def _stay(told: Recorder) -> list[Explanation]:
    return [one for one in told.explanations if not one.removed]


# --- as people see it -------------------------------------------------------------------------------------------------


def test_verbose_shows_what_stays_for_being_new(dedup: Command) -> None:
    """With the words that are new, of what kind they are, and what they are beside; and how many there are."""
    done = dedup("--isolated", "--scope", "corpus", "-v", "-", stdin=_lines(*TEXTS))
    assert done.code == 0
    assert "<stdin>:2: removed, a near-duplicate (similarity 0.95, coverage 0.95; differs in spelling)\n" in done.stderr
    assert "<stdin>:3: kept, it says something new: a number (similarity 0.92, coverage 0.95)\n" in done.stderr
    assert "until the end of [+2031+].\n    beside: <stdin>:1: The council closed" in done.stderr
    assert "<stdin>:5: kept, it says something new: a negation or the like (" in done.stderr
    assert "both sides of the [+Elbe+] fear" in done.stderr
    assert " 3 near-duplicates say something new (numbers in 1, negations or the like in 1, words in 1)." in done.stderr
    plain = dedup("--isolated", "--scope", "corpus", "-", stdin=_lines(*TEXTS))
    assert plain.stdout == done.stdout
    assert "new" not in plain.stderr


def test_what_is_like_a_reference_says_so(dedup: Command) -> None:
    """A reference stays, and nobody asks why; what is read beside it may be new."""
    (dedup.directory / "ref.jsonl").write_bytes(_lines(BRIDGE, NUMBERED))
    flags = ("--isolated", "--scope", "corpus", "-v", "--against", "ref.jsonl")
    done = dedup(*flags, "-", stdin=_lines(SHOPS, DENIED))
    assert "<stdin>:2: kept, it says something new" in done.stderr
    assert "    beside: ref.jsonl:1: The council" in done.stderr
    assert done.stderr.count("something new") == 2  # and the summary


def test_more_than_can_be_shown_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones are explained; how many more there are is told, and all are in the figures."""
    data = _lines(BRIDGE, *(BRIDGE.replace("next summer", f"{year}") for year in range(2030, 2037)), DENIED)
    whole = _explained(data)
    assert (len(_stay(whole[2])), whole[1].counts.kept_near) == (8, 8)
    assert whole[1].counts.new == {"number": 7, "turn": 1}
    monkeypatch.setattr(kept_near, "SHOWN", 3)
    out, outcome, told = _explained(data)
    assert out == whole[0]
    assert _stay(told) == _stay(whole[2])[:3]
    assert outcome.counts.kept_near == 8
    assert outcome.counts.new["number"] == 7
    (note,) = (note for note in told.notes if "near-duplicates" in note)
    assert note.startswith("the first 3 near-duplicates that say something new are explained; 5 more")


def test_nobody_looks_where_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs nothing but where it is wanted."""
    monkeypatch.setattr(Leaders, "near_kept_pairs", None)
    _, outcome, _ = run_bytes(_lines(*TEXTS), settings=CORPUS, format="jsonl")
    assert (outcome.counts.kept_near, outcome.counts.new) == (0, Counter())
    *_, told = run_bytes(_lines(*TEXTS), settings=CORPUS, format="jsonl", explain=True)
    assert [type(problem) for problem in told.problems] == [InternalError]


def test_a_marked_corpus_is_explained_as_well() -> None:
    """Nothing goes then, and the reasons are the same."""
    data = _lines(*TEXTS)
    _, _, told = run_bytes(data, settings=CORPUS, format="jsonl", explain=True, mark=True)
    assert told.explanations == _explained(data)[2].explanations


def test_what_goes_everywhere_is_no_neighbour() -> None:
    """Boilerplate goes: nothing stays for being new beside it."""
    data = _lines(BRIDGE, BRIDGE, BRIDGE, NUMBERED)
    assert [one.text for one in _stay(_explained(data)[2])] == [NUMBERED]
    settings = Settings(scope="corpus", keep="none", boilerplate=3)
    assert not _stay(_explained(data, settings)[2])


# --- as it must be for any corpus -------------------------------------------------------------------------------------


@given(corpora(), kept)
def test_asking_changes_nothing_and_each_answer_is_true(corpus: list[Line], settings: Settings) -> None:
    """The same text comes out; each that is told stays, beside one that stays, like it and without what is new."""
    data = written(corpus)
    out, outcome, told = _explained(data, settings)
    assert out == run_bytes(data, settings=settings, format="jsonl")[0]
    stay = _stay(told)
    assert len(stay) == outcome.counts.kept_near
    left = [json.loads(line.decode("utf-8", "surrogateescape"))["text"] for line in out.splitlines() if line.strip()]
    for one in stay:
        assert any(one.text in text for text in left)
        assert any(one.witness in text for text in left)
        assert one.similarity >= settings.threshold - 1e-6
        assert one.similarity == pytest.approx(oracle.similarity(oracle.words(one.witness), oracle.words(one.text)))
        assert one.kinds
        assert one.new
    assert sum(outcome.counts.new.values()) == sum(len(one.kinds) for one in stay)
    if settings.guard == "off" or settings.exact:
        assert not stay


def test_workers_make_no_difference() -> None:
    """Whoever compares and whoever writes: the same is told."""
    data = _lines(*(text.replace("town", f"town {i % 3}") for i in range(40) for text in TEXTS))
    one, two = (_explained(data, workers=workers) for workers in (1, 2))
    assert one[0] == two[0]
    assert one[2].explanations == two[2].explanations
    assert one[1].counts == two[1].counts
    assert _stay(one[2])


@given(st.data())
def test_each_stays_beside_the_one_most_like_it(data: st.DataObject) -> None:
    """Of all that were found to be that similar, and stay; of two alike, the one that was thought of first."""
    number = data.draw(st.integers(2, 12))
    every = [(later, earlier) for later in range(number) for earlier in range(later)]
    pairs = data.draw(st.lists(st.sampled_from(every), unique=True))
    alike = {pair: data.draw(st.sampled_from([0.0, 0.5, 0.75, 0.875, 1.0])) for pair in every}
    covers = {pair: data.draw(st.booleans()) and alike[pair] > 0.5 for pair in every}
    leaders = Leaders(number)
    leaders.set_candidates(*(np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1)))
    asked = []
    while len((found := leaders.next_pairs())[0]):
        some = list(zip(*(side.tolist() for side in found), strict=True))
        asked += some
        share = np.array([alike[pair] for pair in some], np.float32)
        how = np.array([ALIGNED if covers[pair] else NOT for pair in some], np.int8)
        kind = np.array([1 + 16 * later + earlier for later, earlier in some], np.int16)
        leaders.record(Verdicts(how, share, share, kind))
    stays = leaders.status == 1
    later, earlier, verdicts = leaders.near_kept_pairs(stays, 0.75)
    assert later.tolist() == sorted(set(later.tolist()))
    best: dict[int, float] = {}
    for pair in asked:
        if not covers[pair] and alike[pair] >= 0.75 and stays[list(pair)].all():
            best[pair[0]] = max(best.get(pair[0], 0), alike[pair])
    assert dict(zip(later.tolist(), verdicts.similarity.tolist(), strict=True)) == best
    assert verdicts.kind.tolist() == [1 + 16 * one + other for one, other in zip(later, earlier, strict=True)]


def test_two_texts_by_themselves() -> None:
    """All that is new has its place in the paragraph, whatever lines the two have."""
    one = f"{BRIDGE}\nIt is the oldest one."
    other = one.replace("council", "mayor").replace("oldest", "2nd")
    found = find_new_words(one, other, Settings())
    assert [other[start:end] for start, end in found.spans] == ["mayor", "2nd"]
    assert not found.verdict.covered
    assert found.verdict.kind == Difference.NUMBER | Difference.WORDS
    assert find_new_words(one, one, Settings()).spans == ()
