"""What is left of a corpus is decided about in the same run: a second one removes nothing."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.model.settings import Settings
from dedup.resolve.corpus.same_keys import SameKeys
from tests.support.fake_kernel import run_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

CORPUS = Settings(scope="corpus")
BODY = "Winter reading hall by the harbour mill keeps seven stone market garden tables for the older school letters"


def _records(documents: Sequence[Sequence[str]]) -> bytes:
    return b"".join(json.dumps({"text": "\n\n".join(texts)}).encode() + b"\n" for texts in documents)


def _twice(data: bytes, settings: Settings = CORPUS) -> tuple[int, int]:
    """Return how many paragraphs go in a run, and in one over what it leaves."""
    out, first, _ = run_bytes(data, settings=settings, format="jsonl")
    _, second, _ = run_bytes(out, settings=settings, format="jsonl")
    return first.counts.removed, second.counts.removed


def test_what_went_for_the_same_words_and_stays_is_compared_with_the_others() -> None:
    """Of one key one speaks for all; where it goes for what another does not go for, that one is looked at itself."""
    shorter = BODY.rsplit(" ", 2)[0]
    documents = [[f"{BODY}."], [f"30. {BODY}."], [f"30! {BODY}."], [f"30! {shorter}."]]
    assert _twice(_records(documents)) == (2, 0)


def test_of_the_same_words_that_stay_after_all_one_stays() -> None:
    """Where two of one key were gone for one that goes, and nothing else covers them, the second goes for the first."""
    documents = [[f"{BODY}."], [f"30. {BODY}."], [f"30! {BODY}."], [f"30! {BODY}!"]]
    assert _twice(_records(documents)) == (2, 0)


_SETTINGS = [
    CORPUS,
    Settings(scope="corpus", exact=True),
    Settings(scope="corpus", keep="longest"),
    Settings(scope="corpus", keep="richest", min_words=3),
    Settings(scope="corpus", guard="numbers", threshold=0.6),
]


@st.composite
def _alike(draw: st.DrawFn) -> list[list[str]]:
    """Draw documents in which nearly everything is like something else."""
    chance = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - not for secrets
    words, pool = BODY.split(), [BODY]
    out = []
    for _ in range(draw(st.integers(3, 25))):
        some = chance.choice(pool).split()
        at = chance.randrange(len(some))
        what = chance.choice(["same", "dropped", "more", "marker", "signs", "title", "cut"])
        if what == "dropped" and len(some) > 8:
            del some[at]
        elif what == "more":
            some.insert(at, chance.choice(words))
        elif what == "marker":
            some.insert(0, f"{chance.randint(1, 3)}{chance.choice('.!)')}")
        elif what == "signs":
            some[-1] = some[-1].rstrip(".!?") + chance.choice(".!?")
        elif what == "title":
            some[at] = some[at].title()
        elif what == "cut":
            del some[max(9, at) :]
        pool.append(" ".join(some))
        out.append([pool[-1], *(chance.choices(pool, k=1) if chance.random() < 0.3 else [])])
    return out


@given(_alike(), st.sampled_from(_SETTINGS))
def test_a_second_run_over_what_is_alike_removes_nothing(documents: list[list[str]], settings: Settings) -> None:
    """However many paragraphs of few words are like one another, what is left stays."""
    assert _twice(_records(documents), settings)[1] == 0


@given(st.lists(st.integers(0, 6), max_size=40), st.data())
def test_each_is_paired_with_the_first_of_its_key_that_is_kept_before_it(keys: list[int], data: st.DataObject) -> None:
    """Others of the same key make no difference."""
    kept = np.array([data.draw(st.booleans()) for _ in keys], bool)
    later, earlier = SameKeys(np.array(keys, np.uint64)).pairs(kept)
    firsts: dict[int, int] = {}
    wanted = set()
    for place, key in enumerate(keys):
        if key in firsts:
            wanted.add((place, firsts[key]))
        elif kept[place]:
            firsts[key] = place
    assert set(zip(later.tolist(), earlier.tolist(), strict=True)) == wanted
