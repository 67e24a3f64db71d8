"""Days that were forgotten leave nothing behind, and nothing goes for what stood on them."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dedup.index.columns import DAY_BITS, global_ids
from dedup.index.manifest import read_manifest, write_manifest
from dedup.index.store import IndexStore
from tests.support.indexes import (
    Day,
    add,
    assert_sound,
    built,
    copied,
    done,
    looked_after,
    made_days,
    removals,
    texts_left,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FAR = "The council agreed on Monday to close the old bridge for repairs that take until the spring."
NEAR = "The council agreed on Monday to close the old bridge for repairs that take until the spring"
ALIKE = "On Monday the council agreed to close the old bridge, for repairs that take until the spring."
OTHER = "Shops on both sides of the river fear for their trade and ask the town for a ferry in the meantime."
MENU = "Home news\nSports and games\nWeather and traffic today\nJobs for you\nLetters to us\nAbout this paper"


@pytest.mark.parametrize("merged", [False, True], ids=["apart", "merged"])
def test_the_last_days_done_again_are_the_same(
    index: Path, articles: list[list[str]], left: list[Day], *, merged: bool
) -> None:
    """The index is as it was before them: outputs and logs have the same bytes."""
    if merged:
        done("compact", index)
    assert "forgot 2 days: 3 (day3.jsonl), 4 (day4.jsonl); 2 left" in done("forget", "--day", "3-4", index)
    assert_sound(index)
    assert built(index, articles[2:4], 3) == left[2:]
    figures = json.loads(looked_after("stats", "--json", index).stdout)
    assert [day["number"] for day in figures["days"]] == [1, 2, 5, 6]
    assert_sound(index)


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_a_merged_index_forgets_what_one_in_parts_does(index: Path, articles: list[list[str]], gone: int) -> None:
    """Merged before, merged after, and not at all: the next day is the same."""
    before, after = copied(index, "before"), copied(index, "after")
    done("compact", before)
    for each in (index, before, after):
        done("forget", "--day", str(gone), each)
    done("compact", after)
    for each in (index, before, after):
        assert_sound(each)
    assert add(index, "day5", articles[4]) == add(before, "day5", articles[4]) == add(after, "day5", articles[4])


def gone_from(day: Day) -> set[tuple[int | None, int]]:
    return {(entry["document"].get("line"), entry["paragraph"]) for entry in removals(day)}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("merged", [False, True], ids=["apart", "merged"])
def test_nothing_goes_for_what_is_left_in_no_output(tmp_path: Path, seed: int, *, merged: bool) -> None:
    """Each removal has a witness that stands in the output of a day that was not forgotten."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    days = made_days(40 + seed, 5, 10)
    index = tmp_path / "news.index"
    there = {f"day{number}.jsonl": day for number, day in enumerate(built(index, days[:3]), 1)}
    for number in (4, 5, 6):
        if merged:
            done("compact", index)
        manifest = read_manifest(index)
        assert manifest is not None
        gone = rng.choice(manifest.days[:-1] if number == 4 else manifest.days)
        done("forget", "--day", str(gone.number), index)
        del there[gone.name]
        assert_sound(index)
        texts = days[number - 1] if number < 6 else days[0] + days[1]
        new = add(index, f"day{number}", texts)
        there[f"day{number}.jsonl"] = new
        outputs = {name: gone_from(day) for name, day in there.items()}
        for entry in removals(new):
            for witness in entry["witnesses"]:
                place: dict[str, Any] = witness.get("document", entry["document"])
                name = place.get("day", f"day{number}.jsonl")
                assert name in there
                assert (place.get("line"), witness["paragraph"]) not in outputs[name]
    assert_sound(index)


def kept(index: Path, name: str, *texts: str) -> list[str]:
    """Return what a day keeps."""
    return texts_left(add(index, name, list(texts)))


@pytest.mark.parametrize("merged", [False, True], ids=["apart", "merged"])
@pytest.mark.parametrize("copy", [FAR, NEAR, ALIKE], ids=["same", "folded", "near"])
def test_what_only_a_forgotten_day_said_is_new(tmp_path: Path, copy: str, *, merged: bool) -> None:
    """A paragraph that went for it is in no output: the next one is kept, and others go for that."""
    index = tmp_path / "news.index"
    assert kept(index, "day1", FAR) == [FAR]
    assert kept(index, "day2", f"{OTHER}\n\n{copy}") == [OTHER]
    if merged:
        done("compact", index)
    done("forget", "--day", "1", index)
    # The second day's document is looked at, as it has the other paragraph; what it lacks is not found there.
    assert kept(index, "day3", f"Rain.\n\n{OTHER}\n\n{copy}") == [f"Rain.\n\n{copy}"]
    if merged:
        done("compact", index)
    day = add(index, "day4", [f"Weather.\n\n{OTHER}\n\n{copy}", FAR])
    assert texts_left(day) == ["Weather.", ""]
    told = {entry["text"]: entry["witnesses"][0]["document"]["day"] for entry in removals(day)}
    assert told == {OTHER: "day2.jsonl", copy: "day3.jsonl", FAR: "day3.jsonl"}
    assert_sound(index)


@pytest.mark.parametrize("merged", [False, True], ids=["apart", "merged"])
def test_short_paragraphs_are_new_as_well(tmp_path: Path, *, merged: bool) -> None:
    """A menu that went for one of a forgotten day is looked for in later days, and in none that lacks it."""
    index = tmp_path / "news.index"
    assert kept(index, "day1", f"{OTHER}\n{MENU}") == [f"{OTHER}\n{MENU}"]
    assert kept(index, "day2", f"{FAR}\n{MENU}") == [FAR]
    if merged:
        done("compact", index)
    done("forget", "--day", "1", index)
    # A document of the second day is looked at, as it has the other paragraph; the menu is not found there.
    assert kept(index, "day3", f"Rain.\n{FAR}\n{MENU}") == [f"Rain.\n{MENU}"]
    day = add(index, "day4", [f"Sun.\n{FAR}\n{MENU}"])
    assert texts_left(day) == ["Sun."]
    witnesses = {witness["document"]["day"] for entry in removals(day) for witness in entry["witnesses"]}
    assert witnesses == {"day2.jsonl", "day3.jsonl"}


def test_days_are_chosen_by_their_time(index: Path) -> None:
    """A date is the first moment of a day, in UTC or as it says."""
    manifest = read_manifest(index)
    assert manifest is not None
    times = [
        "2026-01-30T10:00:00+00:00",
        "2026-01-31T00:00:00+00:00",
        "2026-01-31T12:00:00+00:00",
        "2026-02-01T00:00:00+00:00",
    ]
    segments = tuple(
        replace(entry, days=(replace(entry.days[0], time=time),))
        for entry, time in zip(manifest.segments, times, strict=True)
    )
    write_manifest(index, replace(manifest, segments=segments))
    for date, number in (
        ("2026-01-30", 0),
        ("2026-01-31", 1),
        ("2026-01-31T00:00:01Z", 2),
        ("2026-01-31T13:00:00+01:00", 2),
        ("2026-01-31T13:30:00+01:00", 3),
        ("2026-02-02", 4),
    ):
        told = done("forget", "--dry-run", "--before", date, index)
        assert ("no day is as old as that" if not number else f"would forget {number} day") in told
    assert "forgot 3 days" in done("forget", "--before", "2026-01-31T00:00:01Z", "--day", "4", index)
    assert_sound(index)


def test_numbers_are_never_given_again(index: Path, articles: list[list[str]]) -> None:
    """Whatever was forgotten, the next day has a number of its own; nothing of the others is left."""
    done("forget", "--day", "1-4", index)
    assert list((index / "segments").iterdir()) == []
    add(index, "day5", articles[4])
    assert [day["number"] for day in json.loads(looked_after("stats", "--json", index).stdout)["days"]] == [5]
    fresh = index.parent / "fresh" / "news.index"
    fresh.parent.mkdir()
    assert (
        add(index.parent / "fresh" / "news.index", "day5", articles[4]).output
        == (index.parent / "day5.out.jsonl").read_bytes()
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--day", "9"], "day 9 is not in the index; nothing was forgotten"),
        (["--day", "6-9"], "days 6 to 9 are not in the index"),
        (["--day", "0"], "--day: '0' is no number of a day"),
        (["--day", "4-2"], "'4-2' is no number of a day"),
        (["--day", "one"], "'one' is no number of a day"),
        (["--before", "yesterday"], "--before: 'yesterday' is no date"),
        ([], "nothing says which days to forget"),
        (["--day", "1", "--day", "9"], "day 9 is not in the index; nothing was forgotten"),
    ],
)
def test_days_that_are_not_there_are_refused(index: Path, arguments: list[str], said: str) -> None:
    """Nothing is forgotten where something is wrong."""
    before = (index / "dedup-index.json").read_bytes()
    found = looked_after("forget", *arguments, index)
    assert found.code == 2
    assert said in found.stderr.decode()
    assert (index / "dedup-index.json").read_bytes() == before


def test_look_ups_leave_out_what_went_for_a_forgotten_day(tmp_path: Path) -> None:
    """Runs that have gone for it are not found, and hide no later ones; nothing is said to stay in their place."""
    index = tmp_path / "news.index"
    add(index, "day1", [f"{OTHER}\n{MENU}"])
    add(index, "day2", [f"{FAR}\n{MENU}"])

    def found() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        store = IndexStore(index, writes=False)
        entry = next(entry for entry in store.manifest.segments if entry.days[0].number == 2)
        segment, lookups = store.segment(entry), store.lookups()
        ids = global_ids(2, segment.column("gone_paragraph"))
        runs, stays = lookups.runs(np.unique(segment.column("run_hash")), 1), lookups.in_place_of(ids)
        store.close()
        return runs >> DAY_BITS, stays

    days, stays = found()
    assert (days == 1).all()
    assert len(days)
    assert (stays >> DAY_BITS == 1).all()
    done("forget", "--day", "1", index)
    days, stays = found()
    assert (days == -1).all()
    assert (stays == -1).all()
    add(index, "day3", [f"Rain.\n{MENU}"])
    assert (found()[0] == 3).all()
