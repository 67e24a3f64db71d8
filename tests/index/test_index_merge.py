"""Indexes that are put together have the days of all, and know what each of them knew."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.cli_inprocess import run
from tests.support.indexes import add, assert_sound, built, done, looked_after, made_days, removals, texts_left

if TYPE_CHECKING:
    from pathlib import Path

SAID = "The council agreed on Monday to close the old bridge for repairs that take until the spring."
ALIKE = "On Monday the council agreed to close the old bridge, for repairs that take until the spring."


@pytest.mark.parametrize("seed", range(3))
def test_disjoint_days_are_as_if_added_in_that_order(tmp_path: Path, seed: int) -> None:
    """Where no day of one index repeats another one's, the next day's output and log are the same bytes."""
    first, second = made_days(70 + seed, 3, 8), made_days(90 + seed, 3, 8)
    a, b, whole, c = (tmp_path / name / "news.index" for name in "abwc")
    for index in (a, b, whole, c):
        index.parent.mkdir()
    assert built(a, first[:2]) + built(b, second[:2], 3) == built(whole, first[:2] + second[:2])
    done("compact", b)
    assert "has 4 days of 2 indexes" in done("merge", a, b, "-o", c)
    assert_sound(c)
    new = first[2] + second[2] + second[0]
    day = add(whole, "day5", new)
    assert add(c, "day5", new) == day
    assert {
        witness["document"]["day"]
        for entry in removals(day)
        for witness in entry["witnesses"]
        if "day" in witness.get("document", {})
    } >= {
        "day1.jsonl",
        "day3.jsonl",
    }
    assert_sound(c)


def test_what_several_have_goes_for_the_first(tmp_path: Path) -> None:
    """Each output has its own copy; the earlier index's is the one that others go for."""
    a, b, c = (tmp_path / name for name in "abc")
    for index, name in ((a, "spring"), (b, "summer")):
        assert (
            texts_left(add(index, name, [f"News of the {name} from all over the town were few this year.", SAID]))[1]
            == SAID
        )
    done("merge", b, a, "-o", c)
    assert_sound(c)
    day = add(c, "autumn", [f"Weather.\n\n{SAID}", ALIKE])
    assert texts_left(day) == ["Weather.", ""]
    assert {entry["witnesses"][0]["document"]["day"] for entry in removals(day)} == {"summer.jsonl"}
    done("compact", c)
    assert_sound(c)
    assert "forgot 1 day: 1 (summer.jsonl)" in done("forget", "--day", "1", c)
    day = add(c, "winter", [f"Weather.\n\n{SAID}", ALIKE])
    assert {entry["witnesses"][0]["document"]["day"] for entry in removals(day)} == {"spring.jsonl"}


def test_forgotten_days_stay_forgotten(tmp_path: Path) -> None:
    """What went for one of them counts as unknown in the new index, too: no day takes its number."""
    a, b, c = (tmp_path / name for name in "abc")
    built(a, [["Nothing of interest was said on that day by anyone in the whole town."]])
    built(b, [[SAID], [f"Weather.\n\n{SAID}"]], 2)
    done("forget", "--day", "1", b)
    done("merge", a, b, "-o", c)
    assert [day["number"] for day in json.loads(looked_after("stats", "--json", c).stdout)["days"]] == [1, 3]
    assert_sound(c)
    assert texts_left(add(c, "day4", [SAID])) == [SAID]
    other = tmp_path / "other"
    done("merge", b, "-o", other)
    assert texts_left(add(other, "day4", [SAID])) == [SAID]


def test_indexes_of_other_settings_are_refused(tmp_path: Path) -> None:
    """They would not mean the same."""
    a, b, c = (tmp_path / name for name in "abc")
    built(a, [[SAID]])
    (tmp_path / "day.jsonl").write_text(json.dumps({"text": ALIKE}) + "\n", encoding="utf-8")
    options = ["--isolated", "-q", "--threshold", "0.9", "--index", str(b), "-o", str(tmp_path / "out")]
    assert run([*options, str(tmp_path / "day.jsonl")]).code == 0
    found = looked_after("merge", a, b, "-o", c)
    assert found.code == 2
    assert f"{b}: was made with other settings than {a} (threshold); nothing was written" in found.stderr.decode()
    assert not c.exists()


def test_a_day_of_two_indexes_is_refused(tmp_path: Path) -> None:
    """It would be counted twice; the same index twice is that, too."""
    a, b, c = (tmp_path / name for name in "abc")
    built(a, [[SAID]])
    built(b, [["Nothing of interest was said on that day by anyone in the whole town."], [SAID]])
    found = looked_after("merge", a, b, "-o", c)
    assert found.code == 2
    assert f"its day 2 has the same content as day 1 of {a}" in found.stderr.decode()
    assert looked_after("merge", a, a, "-o", c).code == 2
    assert not c.exists()
    done("forget", "--day", "2", b)
    assert "would get 2 days of 2 indexes" in done("merge", "--dry-run", a, b, "-o", c)
    assert not c.exists()
    done("merge", a, b, "-o", c)


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    """The new index is one that was not there."""
    a, b = (tmp_path / name for name in "ab")
    built(a, [[SAID]])
    for target in (a, tmp_path):
        found = looked_after("merge", a, "-o", target)
        assert found.code == 2
        assert b"nothing" in found.stderr
    assert looked_after("merge", a).code == 2
    b.mkdir()
    done("merge", a, "-o", b)
    assert_sound(b)
    assert_sound(a)


def test_a_damaged_index_is_not_copied(tmp_path: Path) -> None:
    """Whichever file it is: nothing is left of the new one but its directory."""
    a, b, c = (tmp_path / name for name in "abc")
    built(a, [[f"{SAID} And it was said once more.", ALIKE, "Weather.\n\n" + SAID]])
    built(b, [["Nothing of interest was said on that day by anyone in the whole town."]])
    for path in sorted((a / "segments").glob("*/*")):
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]) if data else b"x")
        found = looked_after("merge", b, a, "-o", c)
        assert found.code == 2
        assert path.name in found.stderr.decode()
        assert list((c / "segments").iterdir()) == []
        path.write_bytes(data)
    done("merge", b, a, "-o", c)
    assert_sound(c)
