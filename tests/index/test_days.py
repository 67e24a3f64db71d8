"""Days cleaned one after the other over an index come to what cleaning all of them at once comes to: the same bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.candidates import buckets
from dedup.engines.local import settling
from dedup.fingerprint import banding
from dedup.index import lookups
from dedup.model.settings import Settings
from dedup.native.kernels import VARIABLE
from tests.support import strategies
from tests.support.day_runs import LONG, ROWS, all_at_once, day_by_day, difference, drawn, files_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

seeds = st.integers(0, 2**32)
forms = st.sampled_from(["jsonl", "jsonl", "several", "text", "mixed"])
SOME = settings(max_examples=max(settings().max_examples // 2, 1))
FEW = settings(max_examples=max(settings().max_examples // 5, 1))
"""Each example takes a run for each day."""
A, B, C, D, E, F, G, H, K, M, N, P, Q, R, S, T, U = ROWS[:17]
"""Short paragraphs of which three in a row say enough to go."""
X = LONG[5]
"""A paragraph that goes by itself wherever it stands again, so that what stands around it meets."""


@st.composite
def asked(draw: st.DrawFn) -> Settings:
    """Draw settings that an index goes with, the defaults more often than others."""
    found = draw(strategies.settings())
    return Settings(
        scope="corpus",
        split=found.split,
        threshold=found.threshold,
        guard=found.guard,
        min_words=found.min_words,
        exact=found.exact,
    )


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Return a place for runs, which is emptied before each."""
    return tmp_path / "runs"


@pytest.fixture(scope="module", autouse=True)
def _few_bands() -> Iterator[None]:
    """Have eight bands in place of 32: each of them is looked through in the same way, and takes its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(banding, "_USUAL", 32)
        yield


def same(days: list[list[str]], tmp: pytest.TempPathFactory, form: str = "jsonl", **options: Any) -> None:
    """See that both ways leave the same outputs and the same logs."""
    assert difference(days, tmp.getbasetemp() / "days", form, **options) is None


@SOME
@given(seeds, asked(), forms)
def test_days_come_to_what_all_at_once_come_to(
    tmp_path_factory: pytest.TempPathFactory, seed: int, found: Settings, form: str
) -> None:
    """Whatever repeats, however it is cut into days and files, and by whatever settings."""
    same(drawn(seed), tmp_path_factory, form, settings=found)


@FEW
@given(seeds, st.sampled_from([1, 2]), st.sampled_from([None, 1]), forms)
def test_workers_and_memory_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: int, workers: int, memory: int | None, form: str
) -> None:
    """One process or two, and little memory."""
    same(drawn(seed), tmp_path_factory, form, workers=workers, max_memory=memory)


@FEW
@given(seeds, st.sampled_from([{"mark": True}, {"in_place": True}, {"empty": "drop"}, {"empty": "null"}]))
def test_whatever_becomes_of_the_texts(
    tmp_path_factory: pytest.TempPathFactory, seed: int, options: dict[str, Any]
) -> None:
    """Marks, files in their own place, and records whose texts are left empty."""
    same(drawn(seed), tmp_path_factory, "several", **options)


@FEW
@given(seeds)
def test_crowded_buckets_name_the_same_candidates(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """Where of a bucket only the first one and the last ones are compared, earlier days have those, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, "0")  # what is replaced is the Python
        for module in (buckets, lookups):
            patch.setattr(module, "FIRST", 1)
            patch.setattr(module, "LAST", 1)
        patch.setattr(buckets, "MOST", 2)
        same(drawn(seed), tmp_path_factory)


@FEW
@given(seeds, st.sampled_from([2, 3]))
def test_rounds_that_are_cut_off_are_cut_off_alike(
    tmp_path_factory: pytest.TempPathFactory, seed: int, rounds: int
) -> None:
    """Where the rounds end before nothing more would go, they end there on every day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settling, "ROUNDS", rounds)
        same(drawn(seed), tmp_path_factory)


@FEW
@given(seeds)
def test_one_output_after_the_other_is_the_one_output(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """The files of all days, joined, are what one file of all of them becomes."""
    days = drawn(seed)
    directory = tmp_path_factory.mktemp("joined")
    one = all_at_once([[text for day in days for text in day]], directory / "one")
    found = day_by_day(days, directory / "days")
    joined = [line for name in sorted(found.files) for line in found.files[name].splitlines()]
    (whole,) = one.files.values()
    # The number of each record begins anew with each file.
    assert [line.split(b", ", 1)[1] for line in joined] == [line.split(b", ", 1)[1] for line in whole.splitlines()]


CASES: dict[str, list[list[list[str]]]] = {
    "a first paragraph of a later day": [[[f"x {LONG[1]}"]], [[LONG[4]]], [[LONG[4]], ["x"]]],
    "a document without text, and days without documents": [[[], [LONG[3]]], [], [[LONG[3]], []]],
    "what goes in a second round stood in a row only then": [
        [[D, E, F, X]],
        [[A, B, D, E, F, X, C]],
        [[A, B, C]],
        [[A, B, C, LONG[6]]],
    ],
    "a witness that goes in a later round": [[[D, E, F, X]], [[A, B, C]], [[A, B, D, E, F, X, C]], [[B, C, D]]],
    "a third round that nothing leads to in the second one": [
        [[C, D, E, X, K, M, N, X]],
        [[F, G, K, M, N, X, C]],
        [[A, B, F, G, C, X, H]],
        [[A, B, C]],
        [[LONG[6], A, B, C, "x"]],
    ],
    "what stood in a row until the second round, and stands in one elsewhere from the third one on": [
        [[C, D, E, X, K, M, N, X, P, Q, R, X]],
        [[A, B, C, D, E]],
        [[F, G, K, M, N, X, C]],
        [[S, T, P, Q, R, X, C]],
        [[A, B, F, G, C, X, H]],
        [[A, B, S, T, C, X, U]],
    ],
    "half of a character": [[["\udc80 " + LONG[4]]], [[LONG[4] + " \udc80"]], [[LONG[4]]]],
}
"""The paragraphs of each document of each day."""


def days_of(name: str) -> list[list[str]]:
    """Return the texts of a case."""
    return [["\n\n".join(paragraphs) for paragraphs in day] for day in CASES[name]]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("form", ["jsonl", "text"])
def test_cases(name: str, form: str, directory: Path) -> None:
    """What once went otherwise, or is rare."""
    assert difference(days_of(name), directory, form) is None


def test_something_goes_for_earlier_days(directory: Path) -> None:
    """The cases are none in which nothing happens: the second round is there, and so is the day of a witness."""
    days = days_of("what goes in a second round stood in a row only then")
    found = day_by_day(days, directory)
    left = [json.loads(found.files[f"{day:02}-00.jsonl"])["text"].split("\n\n") for day in range(4)]
    assert left == [[D, E, F, X], [A, B, C], [""], [C, LONG[6]]]
    log = (directory / "day-2" / "log").read_bytes()
    assert b'"document": {"day": "01-00.jsonl", "file": "01-00.jsonl", "line": 1}' in log


def test_the_same_day_again_is_cleaned_against_the_days_before_it(directory: Path) -> None:
    """It comes to the same bytes, be it done again at once or much later, and the index stays as it is."""
    days = days_of("what goes in a second round stood in a row only then")
    index = directory / "index"
    first = day_by_day(days, directory / "first", index=index)
    before = {path: path.read_bytes() for path in index.rglob("*") if path.is_file()}
    again = day_by_day(days, directory / "again", index=index)
    assert (again.files, again.log) == (first.files, first.log)
    assert len(again.told) == len(days)
    assert all("has been in the index since" in told for told in again.told)
    assert {path: path.read_bytes() for path in index.rglob("*") if path.is_file()} == before


def test_files_are_what_their_form_says() -> None:
    """A day without documents has a file nevertheless."""
    assert files_of(1, [], "text") == {"01-00.txt": b""}
    assert files_of(0, ["a", "b", "c"], "several").keys() == {"00-00.jsonl", "00-01.jsonl"}
