"""After segments were merged, every look-up finds what it found before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dedup.index import sorted_tables
from dedup.index.columns import global_ids
from dedup.index.lookups import Lookups
from dedup.index.store import IndexStore
from tests.support.cli_inprocess import run
from tests.support.indexes import add, assert_sound, built, copied, done, looked_after, removals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.support.indexes import Day


def segments(index: Path) -> list[str]:
    return sorted(path.name for path in (index / "segments").iterdir())


def test_the_next_day_is_the_same(index: Path, articles: list[list[str]]) -> None:
    """Its output and its log do not tell whether segments were merged."""
    other = copied(index, "other")
    assert "4 segments merged into one (4 days)" in done("compact", other)
    assert len(segments(other)) == 1
    assert_sound(other)
    assert add(index, "day5", articles[4]) == add(other, "day5", articles[4])
    done("compact", other)
    assert_sound(other)


def test_merged_in_small_pieces_it_is_the_same(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many entries are put together at a time makes no difference."""
    other = copied(index, "other")
    done("compact", index)
    monkeypatch.setattr(sorted_tables, "PIECE", 3)
    monkeypatch.setattr("dedup.index.compaction.PIECE", 2)
    done("compact", other)
    (one,), (two,) = (list((each / "segments").iterdir()) for each in (index, other))
    assert {path.name: path.read_bytes() for path in one.iterdir()} == {
        path.name: path.read_bytes() for path in two.iterdir()
    }


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_day_that_is_there_is_given_again(
    index: Path, articles: list[list[str]], left: list[Day], number: int
) -> None:
    """A day is compared with those before it alone, though its segment has later ones, too."""
    done("compact", index)
    source = index.parent / f"day{number}.jsonl"
    before = segments(index)
    assert source.exists() is False
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in articles[number - 1]), encoding="utf-8")
    output, log = index.parent / "out", index.parent / "log"
    options = ["--isolated", "--workers", "1", "--index", str(index), "-o", str(output), "--removed", str(log)]
    found = run([*options, str(source)])
    assert f"(day {number})" in found.stderr.decode()
    assert (output.read_bytes(), log.read_bytes()) == left[number - 1]
    assert segments(index) == before


def looked_up(lookups: Lookups, store: IndexStore, before: int) -> Iterator[object]:
    """Yield what every look-up finds for all that an index has."""
    every = [store.segment(entry) for entry in store.manifest.segments]

    def column(name: str) -> NDArray[np.uint64]:
        return np.concatenate([segment.column(name) for segment in every])

    digests = column("digests")
    known = lookups.known(digests)
    yield from (known.id, known.witness, known.verdict)
    yield lookups.first_of_keys(column("kept_key"))
    for band in range(32):
        yield from lookups.bucket(band, np.unique(np.concatenate([segment.band(band)[0] for segment in every])))
    hashes = np.unique(column("run_hash"))
    for turn in range(1, lookups.rounds + 2):
        yield lookups.runs(hashes, turn)
    ids = [global_ids(day.number, np.arange(day.paragraphs)) for day in store.manifest.days if day.number < before]
    some = np.concatenate([np.empty(0, np.int64), *ids])
    documents = lookups.documents(some)
    yield from documents._replace(documents=documents.documents[["line", "paragraphs"]])  # files count in the segment
    short = documents.flags & 1 > 0
    yield lookups.in_place_of(some[short])
    kept = np.unique(known.id[(known.id >= 0) & (known.witness < 0)])
    keys, features = lookups.features(kept)
    yield from (keys, *features, lookups.texts(kept), lookups.rounds)


@pytest.mark.parametrize("before", [1, 2, 3, 4, 5])
def test_look_ups_find_what_the_days_before_have(index: Path, before: int) -> None:
    """Days of the same number and later ones are not seen, be they in the same segment or not."""
    other = copied(index, "other")
    done("compact", other)
    apart, together = (IndexStore(each, writes=False) for each in (index, other))
    days = [apart.segment(entry) for entry in apart.manifest.segments[: before - 1]]
    expected = list(looked_up(Lookups(days), apart, before))
    for store in (apart, together):
        for one, two in zip(expected, looked_up(store.lookups(before), apart, before), strict=True):
            assert np.array_equal(one, two) if isinstance(one, np.ndarray) else one == two  # type: ignore[arg-type]
        store.close()


def test_one_segment_is_left_alone(index: Path) -> None:
    """There is nothing to be done twice."""
    done("compact", index)
    before = segments(index)
    assert "there is nothing to merge: 4 days in 1 segment" in done("compact", index)
    assert segments(index) == before


def test_a_dry_run_changes_nothing(index: Path) -> None:
    """It says how much there is to be merged."""
    before = {path: path.read_bytes() for path in index.rglob("*") if path.is_file()}
    assert "4 segments (4 days," in done("compact", "--dry-run", index)
    assert {path: path.read_bytes() for path in index.rglob("*") if path.is_file()} == before


def test_what_is_read_stays_until_it_is_not(index: Path) -> None:
    """Old segments are there as long as a reader may look at them, and no longer than the next writer."""
    reader = IndexStore(index, writes=False)
    assert "the old files stay until nobody reads them" in done("compact", index)
    assert len(segments(index)) == 5
    assert len(reader.lookups().known(np.zeros((1, 2), np.uint64)).id) == 1
    for entry in reader.manifest.segments:
        assert len(reader.segment(entry).column("digests"))
    reader.close()
    assert "there is nothing to merge" in done("compact", index)
    assert len(segments(index)) == 1


def test_a_second_writer_is_refused(index: Path) -> None:
    """Nothing is written while another one does."""
    writer = IndexStore(index, writes=True)
    for command in (("compact",), ("forget", "--day", "1")):
        found = looked_after(*command, index)
        assert found.code == 2
        assert b"another run is writing to this index" in found.stderr
    writer.close()


def test_a_damaged_segment_is_not_merged(index: Path) -> None:
    """What is damaged does not get a new sum."""
    file = sorted(index.glob("segments/*/spans.npy"))[1]
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    before = segments(index)
    found = looked_after("compact", index)
    assert found.code == 2
    assert b"spans.npy: has other bytes than were written" in found.stderr
    assert b"--day 2" in found.stderr
    assert segments(index) == before


def test_copies_of_three_days_go_for_the_first(tmp_path: Path) -> None:
    """What the manifest says of files holds in the merged segment: witnesses are told where they stand."""
    said = "The council agreed on Monday to close the old bridge for repairs that take until the spring."
    index = tmp_path / "news.index"
    built(index, [[said], ["Nothing of interest was said on that day by anyone in town."], [said]])
    done("compact", index)
    (removal,) = removals(add(index, "day4", ["Weather.", said]))
    assert removal["witnesses"][0]["document"] == {"day": "day1.jsonl", "file": "day1.jsonl", "line": 1}


def test_a_run_tells_that_look_ups_are_slow(
    index: Path, articles: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is merged unless it is asked for; that it is time to ask is said."""
    source = index.parent / "day5.jsonl"
    source.write_text(json.dumps({"text": articles[4][0]}) + "\n", encoding="utf-8")
    arguments = ["--isolated", "--workers", "1", "--check", "--index", str(index), str(source)]
    monkeypatch.setattr("dedup.engines.local.indexed_day.SLOW", 5)
    assert b"compact" not in run(arguments).stderr
    monkeypatch.setattr("dedup.engines.local.indexed_day.SLOW", 4)
    told = run(arguments).stderr.decode()
    assert "the index is in 4 segments: look-ups take twice as long as in one, or longer; " in told
    assert f"compact it with: dedup-index compact {index}." in told
    done("compact", index)
    assert b"compact" not in run(arguments).stderr


def test_an_index_without_bands_is_merged(tmp_path: Path, articles: list[list[str]]) -> None:
    """Where only what is equal goes, there are no bands; a day may also keep nothing, or have no documents."""
    index = tmp_path / "news.index"
    source, output = tmp_path / "day.jsonl", tmp_path / "out"
    outputs = []
    for texts in (articles[0], [articles[0][1]], ["Weather."], [], articles[1]):
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
        found = run(
            ["--isolated", "-q", "--workers", "1", "--exact", "--index", str(index), "-o", str(output), str(source)]
        )
        assert (found.code, found.stderr) == (0, b"")
        outputs.append(output.read_bytes())
    assert_sound(index)
    done("compact", index)
    assert_sound(index)
    done("forget", "--day", "2-5", index)
    assert_sound(index)
    for number, texts in enumerate((articles[0], [articles[0][1]], ["Weather."], [], articles[1])):
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
        run(["--isolated", "-q", "--workers", "1", "--exact", "--index", str(index), "-o", str(output), str(source)])
        assert output.read_bytes() == outputs[number]
