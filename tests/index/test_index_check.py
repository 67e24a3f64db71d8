"""`dedup-index check` finds what is damaged, and `stats` tells what is there."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.cli_inprocess import run
from tests.support.indexes import assert_sound, change_column, copied, done, looked_after, write_manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.support.indexes import Day


def files(index: Path) -> list[Path]:
    return [*sorted((index / "segments").glob("*/*")), index / "dedup-index.json"]


def damage(index: Path, *options: str) -> str:
    """Return what is said about an index that is damaged."""
    found = looked_after("check", *options, index)
    told = found.stderr.decode()
    assert (found.code, found.stdout) == (1, b""), told
    assert "Traceback" not in told
    return told


def test_nothing_is_damaged(index: Path) -> None:
    """What was written is sound, in one segment or in several; with days that were forgotten, too."""
    assert "4 segments, 4 days: nothing is damaged" in done("check", index)
    assert_sound(index)
    done("forget", "--day", "1", index)
    assert_sound(index)
    done("compact", index)
    assert_sound(index)
    done("forget", "--day", "2-4", index)
    assert "0 segments, 0 days: nothing is damaged" in done("check", index)


def test_a_flipped_bit_is_found_in_every_file(index: Path) -> None:
    """Whichever bit it is: at the beginning, in the middle and at the end of each file."""
    for number, path in enumerate(files(index)):
        data = path.read_bytes()
        place = (0, len(data) // 2, len(data) - 1)[number % 3] if data else None
        if place is None:
            continue
        path.write_bytes(data[:place] + bytes([data[place] ^ (1 << number % 8)]) + data[place + 1 :])
        told = damage(index)
        assert path.name in told
        assert "Hint: " in told
        path.write_bytes(data)
    assert_sound(index)


@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_of_the_manifest_is_found(index: Path, bit: int) -> None:
    """It says what belongs to the index, and has a sum of its own."""
    path = index / "dedup-index.json"
    data = path.read_bytes()
    for place in range(bit, len(data), 97):
        path.write_bytes(data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :])
        found = looked_after("check", index)
        assert found.code in (1, 2), data[place - 20 : place + 20]
        assert b"Traceback" not in found.stderr


def test_a_truncated_and_a_missing_file_are_found(index: Path) -> None:
    """Each is told with its place, and with how to go on without that day."""
    for number, path in enumerate(files(index)[:-1]):
        data = path.read_bytes()
        if number % 2 and data:
            path.write_bytes(data[:-1])
        else:
            path.unlink()
        told = damage(index)
        assert f"{path.name}: " in told
        assert "dedup-index forget DIR --day " in told
        path.write_bytes(data)
    shutil.rmtree(files(index)[0].parent)
    assert damage(index).count("is not there") == len({path.name for path in files(index)[:-1]})


def test_what_is_damaged_can_be_forgotten(index: Path) -> None:
    """The way out that is told leads out."""
    path = files(index)[0]
    path.write_bytes(path.read_bytes() + b"more")
    assert "forget its day with: dedup-index forget DIR --day 1" in damage(index)
    done("forget", "--day", "1", index)
    assert_sound(index)
    done("compact", index)
    path = files(index)[0]
    path.write_bytes(path.read_bytes() + b"more")
    assert "--day 2-4" in damage(index)
    done("forget", "--day", "2-4", index)
    assert_sound(index)


def test_a_manifest_of_another_day_is_found(index: Path) -> None:
    """An old one names segments that were merged; one of another index has other files."""
    old = (index / "dedup-index.json").read_bytes()
    done("compact", index)
    (index / "dedup-index.json").write_bytes(old)
    assert "is not there" in damage(index)
    for text in (b"", b"{}", b"[1]", b"null", old[:-200], b"\xff" + old):
        (index / "dedup-index.json").write_bytes(text)
        assert "the manifest of the index is damaged" in damage(index)


def test_a_manifest_that_says_nonsense_is_found(index: Path) -> None:
    """Days out of order, a segment twice, a file that is not named."""
    whole = json.loads((index / "dedup-index.json").read_bytes())

    def changed(change: Callable[[dict[str, Any]], object]) -> str:
        manifest = json.loads(json.dumps(whole))
        change(manifest)
        write_manifest(index, manifest)
        return damage(index)

    assert "out of order" in changed(lambda m: m["segments"].reverse())
    assert "out of order" in changed(lambda m: m.update(next_day=4))
    assert "is not in the manifest" in changed(lambda m: m["segments"][0]["files"].pop("gone.npy"))
    assert "the manifest says" in changed(lambda m: m["segments"][1]["days"][0].update(kept=1))
    assert "the manifest says" in changed(lambda m: m["segments"][1]["days"][0].update(removed=1))
    assert "documents.npy" in changed(lambda m: m["segments"][1]["days"][0].update(documents=1))
    assert "documents.npy" in changed(lambda m: m["segments"][1]["days"][0].update(files=[]))
    assert "is damaged" in changed(lambda m: m["segments"][1].pop("days"))


def swapped(column: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate((column[1:2], column[:1], column[2:]))


def with_first(value: object) -> Callable[[NDArray[Any]], NDArray[Any]]:
    def change(column: NDArray[Any]) -> NDArray[Any]:
        column[0] = value
        return column

    return change


def with_last(value: object) -> Callable[[NDArray[Any]], NDArray[Any]]:
    def change(column: NDArray[Any]) -> NDArray[Any]:
        column[-1] = value
        return column

    return change


CHANGES: list[tuple[str, Callable[[NDArray[Any]], NDArray[Any]]]] = [
    ("documents", lambda c: c[:-1]),
    ("documents", with_first((0, 1, -1))),
    ("digests", lambda c: c[:-1]),
    ("digests", lambda c: c[::-1]),
    ("spans", with_first((5, 3))),
    ("flags", with_first(9)),
    ("flags", lambda c: c * 0),
    ("gone", lambda c: c * 0),
    ("gone_paragraph", swapped),
    ("gone_paragraph", lambda c: c[1:]),
    ("gone_witness", lambda c: c * 0),
    ("gone_witness", lambda c: c + (1 << 45)),
    ("class_digest", swapped),
    ("class_digest", lambda c: c + 1),
    ("class_paragraph", swapped),
    ("class_paragraph", with_first(1 << 30)),
    ("want_paragraph", lambda c: c + 1),
    ("want_witness", lambda c: c * 0 - 1),
    ("want_witness", lambda c: c * 0 + (1 << 40) + 1_000_000),
    ("want_verdict", lambda c: c[:0]),
    ("kept_paragraph", with_last(1 << 30)),
    ("kept_paragraph", swapped),
    ("kept_key", lambda c: c ^ 1),
    ("kept_numbers", lambda c: c ^ 1),
    ("kept_bits", lambda c: c ^ 1),
    ("kept_words", lambda c: c + 1),
    ("kept_words", lambda c: c.astype(np.float64)),
    ("kept_size", swapped),
    ("by_key", swapped),
    ("by_key", with_first(1 << 20)),
    ("by_key", lambda c: np.repeat(c[:1], len(c))),
    ("band_key", lambda c: c[::-1]),
    ("band_key", lambda c: np.full(len(c), 5)),
    ("band_key", lambda c: c[:-32]),
    ("band_kept", lambda c: c * 0),
    ("block_first", with_first(1)),
    ("block_first", lambda c: np.concatenate((c, [1_000_000]))),
    ("block_at", lambda c: c + 1),
    ("block_at", with_last(3)),
    ("run_hash", lambda c: c[::-1]),
    ("run_hash", lambda c: c + 1),
    ("run_paragraphs", with_first((1, 0, 2))),
    ("run_paragraphs", lambda c: c + (1 << 30)),
    ("run_rounds", lambda c: c * 0),
]


@pytest.mark.parametrize("number", range(len(CHANGES)), ids=lambda n: f"{CHANGES[n][0]}-{n}")
def test_a_column_that_was_written_wrong_is_found(index: Path, number: int) -> None:
    """Sums agree, and what columns say does not: each is told, and nothing else goes wrong."""
    name, change = CHANGES[number]
    file = change_column(index, 1, name, change)
    told = damage(index)
    assert str(file.parent) in told
    assert "internal error" not in told


def test_only_a_deep_check_looks_at_all_keys(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample is looked at otherwise, and every text in any case."""
    monkeypatch.setattr("dedup.index.checking._SAMPLE", 2)
    change_column(index, 0, "kept_numbers", lambda column: with_last(column[-1] + 1)(column))
    assert looked_after("check", index).code == 0
    assert "kept_numbers.npy: is not what its texts give" in damage(index, "--deep")


def test_look_ups_tell_of_damage(index: Path, articles: list[list[str]]) -> None:
    """A run over a damaged index ends with a line that names the check."""
    for path in index.glob("segments/*/class_digest.npy"):
        path.write_bytes(path.read_bytes()[:-4])
    source = index.parent / "day.jsonl"
    source.write_text(json.dumps({"text": articles[4][0] + articles[4][1]}) + "\n", encoding="utf-8")
    found = run(["--isolated", "--workers", "1", "--index", str(index), "-o", str(index.parent / "out"), str(source)])
    assert found.code == 2
    assert b"Hint: see what is damaged with: dedup-index check" in found.stderr


def test_what_is_no_index_is_not_looked_at(tmp_path: Path) -> None:
    """A missing directory, another one, a file."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_bytes(b"Dear.")
    (tmp_path / "empty").mkdir()
    for name in ("nowhere", "other", "empty", "other/letter.txt"):
        for command in ("check", "stats", "compact", "forget --day 1"):
            found = looked_after(*command.split(), tmp_path / name)
            assert found.code == 2, (name, command)
            assert len(found.stderr.splitlines()) == 1
            assert str(tmp_path / name).encode() in found.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["empty", "letter.txt", "other"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_not_damaged(index: Path) -> None:
    """Whoever may not read a file cannot tell whether it is damaged."""
    files(index)[0].chmod(0)
    assert looked_after("check", index).code == 2


def test_a_newer_format_is_not_damaged(index: Path) -> None:
    """It is for a newer program to look at."""
    write_manifest(index, {**json.loads((index / "dedup-index.json").read_bytes()), "dedup_index": 99})
    found = looked_after("check", index)
    assert found.code == 2
    assert b"format 99" in found.stderr


def test_what_killed_runs_left_is_not_damage(index: Path) -> None:
    """It is told, and goes when something writes to the index."""
    (index / "segments" / "000009-0000dead").mkdir()
    (index / "segments" / "000009-0000dead" / "digests.npy").write_bytes(b"half")
    assert "1 more, no part of it" in done("check", index)
    assert "4 bytes are no part of it" in looked_after("stats", index).stdout.decode()
    done("compact", index)
    assert not (index / "segments" / "000009-0000dead").exists()


def test_the_figures_are_those_of_the_files(index: Path, left: list[Day]) -> None:
    """Bytes are those on disk; what is counted is what the logs have."""
    found = looked_after("stats", "--json", index)
    assert (found.code, found.stderr) == (0, b"")
    figures = json.loads(found.stdout)
    sizes = [path.stat().st_size for path in files(index)[:-1]]
    assert figures["bytes"] == sum(sizes) == sum(figures["columns"].values())
    assert [day["number"] for day in figures["days"]] == [1, 2, 3, 4]
    assert [day["removed"] for day in figures["days"]] == [day.log.count(b'"reason"') for day in left]
    assert figures["removed"] == sum(day["removed"] for day in figures["days"])
    share = figures["bytes_per_paragraph"]
    assert abs((share["text"] + share["other"]) * figures["paragraphs"] - figures["bytes"]) < figures["paragraphs"]
    assert figures["settings"]["threshold"] == 0.8
    text = looked_after("stats", index).stdout.decode()
    assert "4 days in 4 segments" in text
    assert "day4.jsonl" in text
    assert "texts.zst" in text


def test_names_cannot_steer_a_terminal(index: Path) -> None:
    """A name of an input may hold anything."""
    manifest = json.loads((index / "dedup-index.json").read_bytes())
    manifest["segments"][0]["days"][0]["name"] = "day\x1b]0;x\x07\udcff"
    write_manifest(index, manifest)
    assert b"\x1b" not in looked_after("stats", index).stdout
    assert json.loads(looked_after("stats", "--json", index).stdout)["days"][0]["name"] == "day\x1b]0;x\x07\udcff"
    assert "\x1b" not in done("forget", "--day", "1", index)


def test_an_index_without_days_has_figures(index: Path) -> None:
    """All days may be forgotten."""
    done("forget", "--day", "1-4", index)
    assert "0 days in 0 segments, 0 bytes" in looked_after("stats", index).stdout.decode()
    assert json.loads(looked_after("stats", "--json", index).stdout)["bytes_per_paragraph"] == {
        "text": None,
        "other": None,
    }
    assert copied(index, "other").exists()
