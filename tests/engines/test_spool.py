"""The spool of a run over a corpus: what is damaged is not believed, and nothing of anyone else's is touched."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.engines.local import work_directory
from dedup.engines.local.journal import line_type
from dedup.engines.local.spool import Spool
from dedup.model.errors import OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.cli_process import Command

posix = pytest.mark.skipif(os.name == "nt", reason="links and rights as POSIX has them")
COLUMNS: dict[str, np.dtype[Any]] = {
    "documents": np.dtype("<i4"),
    "spans": np.dtype(("<i4", (2,))),
    "texts": np.dtype("u1"),
}
IDENTITY = {"settings": "some", "version": 1}
WIDTH = line_type(len(COLUMNS)).itemsize


def task(number: int) -> dict[str, Any]:
    """Return what a task adds; some tasks add nothing to a column."""
    count = (number * 7) % 5
    return {
        "documents": np.arange(number, number + count, dtype="<i4"),
        "spans": np.full((count, 2), number + 1, "<i4"),
        "texts": bytes([number + 1]) * (100 * number % 300),
    }


def filled(directory: Path, tasks: int = 6, identity: dict[str, Any] | None = None) -> Path:
    """Leave a spool of some tasks as a run does that ends early, and return where its files are."""
    spool = Spool(directory, identity or IDENTITY, COLUMNS)
    for number in range(tasks):
        spool.append(task(number), number + 50)
    spool.close()
    return directory / work_directory.NEST


def matches(spool: Spool) -> int:
    """Check that every task that is there is as it was written, and return how many there are."""
    for number in range(spool.tasks):
        assert spool.check(number) == number + 50
    expected = [task(number) for number in range(spool.tasks)]
    for name, dtype in COLUMNS.items():
        raw = b"".join(bytes(one[name]) if isinstance(one[name], bytes) else one[name].tobytes() for one in expected)
        assert spool.whole(name).tobytes() == raw, name
        assert spool.total(name) == len(raw) // dtype.itemsize
    return spool.tasks


def reopened(directory: Path) -> tuple[int, int]:
    """Open a spool again, check all that is there, and fill it up: return the tasks found, and the damaged ones."""
    spool = Spool(directory, IDENTITY, COLUMNS)
    found, damaged = matches(spool), spool.damaged
    for number in range(found, 6):
        spool.append(task(number), number + 50)
    assert matches(spool) == 6
    spool.close()
    again = Spool(directory, IDENTITY, COLUMNS)
    assert (matches(again), again.damaged) == (6, 0)
    again.discard()
    return found, damaged


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    """All tasks, none of them damaged; a complete run leaves nothing."""
    filled(tmp_path / "work")
    assert reopened(tmp_path / "work") == (6, 0)
    assert not (tmp_path / "work").exists()


def _zeroed(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    path.write_bytes(data)


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 16
    path.write_bytes(data)


def _swapped(path: Path) -> None:
    other = path.parent / ("texts" if path.name != "texts" else "spans")
    mine, theirs = path.read_bytes(), other.read_bytes()
    path.write_bytes(theirs)
    other.write_bytes(mine)


def _foreign(path: Path) -> None:
    """Put the file of another run of the same settings in its place."""
    spool = Spool(path.parents[1] / "other", IDENTITY, COLUMNS)
    for number in range(6):
        spool.append({**task(number), "texts": b"x" * (100 * number % 300)}, number + 50)
    spool.close()
    shutil.copy(path.parents[1] / "other" / work_directory.NEST / path.name, path)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: os.truncate(path, path.stat().st_size * 2 // 3),
    "emptied": lambda path: os.truncate(path, 0),
    "deleted": lambda path: path.unlink(),
    "zeroed": _zeroed,
    "flipped": _flipped,
    "swapped": _swapped,
}


@pytest.mark.parametrize("name", [*COLUMNS, "journal"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_seen_and_done_again(name: str, damage: str, tmp_path: Path) -> None:
    """Whatever happens to a file: no more is believed than is as it was written."""
    place = filled(tmp_path / "work") / name
    DAMAGES[damage](place)
    found, damaged = reopened(tmp_path / "work")
    assert found < 6
    if name != "journal":
        assert found + damaged == 6


def test_files_of_another_spool_are_not_believed(tmp_path: Path) -> None:
    """Neither its journal nor a column: the journal names the directory that it belongs to."""
    for name in ("journal", "texts"):
        place = filled(tmp_path / name)
        _foreign(place / name)
        found, damaged = reopened(tmp_path / name)
        assert found < 6
        assert damaged > 0
        shutil.rmtree(tmp_path / "other", ignore_errors=True)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_byte_that_changes_is_noticed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """One byte of what the journal covers, or of the journal itself, at any place."""
    top = tmp_path_factory.mktemp("spool")
    place = filled(top / "work")
    path = place / data.draw(st.sampled_from(["documents", "spans", "texts", "journal"]))
    raw = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(raw)
    found, damaged = reopened(top / "work")
    assert found + damaged == 6
    assert damaged > 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 6 * WIDTH), st.binary(max_size=WIDTH - 1))
def test_a_journal_that_ends_anywhere(tmp_path_factory: pytest.TempPathFactory, size: int, torn: bytes) -> None:
    """As a killed run leaves it: whole lines count, the rest is no damage but was never done."""
    top = tmp_path_factory.mktemp("spool")
    journal = filled(top / "work") / "journal"
    size = size // WIDTH * WIDTH
    journal.write_bytes(journal.read_bytes()[:size] + torn)
    assert reopened(top / "work") == (size // WIDTH, 0)


def test_data_is_on_disk_before_its_line_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every column is synced before a line about it is written, and the line after that."""
    spool = Spool(tmp_path / "work", IDENTITY, COLUMNS)
    names = {spool._files[name].fileno(): name for name in spool._files}
    steps: list[str] = []
    sync, write = os.fsync, Spool._write

    def synced(descriptor: int) -> None:
        steps.append(f"sync {names[descriptor]}")
        sync(descriptor)

    def written(self: Spool, name: str, raw: bytes) -> None:
        steps.append(f"write {name}")
        write(self, name, raw)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Spool, "_write", written)
    spool.append(task(3), 53)
    spool.close()
    assert steps == [
        *(f"write {name}" for name in COLUMNS),
        *(f"sync {name}" for name in COLUMNS),
        "write journal",
        "sync journal",
    ]


def test_a_temporary_spool_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files and its directory; what anyone else put into it stays."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = Spool(None, IDENTITY, COLUMNS)
    spool.append(task(2), 52)
    spool.close()
    assert not list(tmp_path.iterdir())
    spool = Spool(None, IDENTITY, COLUMNS)
    (spool.directory / "mine.txt").write_text("x", encoding="utf-8")
    spool.close()
    assert [path.name for path in spool.directory.iterdir()] == ["mine.txt"]


# --- directories of others --------------------------------------------------------------------------------------------


def snapshot(top: Path) -> dict[str, bytes]:
    """Return all files below a directory."""
    return {str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()}


USERS = (
    "documents",
    "input-2024.csv",
    "array-mine.txt",
    "lock",
    "journal",
    "run.json",
    "texts",
    "input-1",
    "array-bits.npy",
)


def test_files_of_the_names_that_a_spool_has_are_not_touched(tmp_path: Path) -> None:
    """A directory of the user's own is refused, whatever its files are called."""
    for name in USERS:
        top = tmp_path / f"of-{name}"
        top.mkdir()
        (top / name).write_text("the user's own", encoding="utf-8")
        with pytest.raises(UsageError, match="is not empty, and holds no earlier run; nothing in it was touched"):
            Spool(top, IDENTITY, COLUMNS)
        assert snapshot(top) == {name: b"the user's own"}


def test_files_beside_and_among_those_of_a_run_stay(tmp_path: Path) -> None:
    """Put there while a run was ended: they are there when it is complete."""
    place = filled(tmp_path / "work")
    for name in USERS:
        (place.parent / name).write_text("beside", encoding="utf-8")
    for name in ("input-2024.csv", "array-mine.txt", "thesis"):
        (place / name).write_text("among", encoding="utf-8")
    spool = Spool(tmp_path / "work", IDENTITY, COLUMNS)
    assert matches(spool) == 6
    spool.keep("bits", np.arange(3))
    spool.discard()
    beside = dict.fromkeys(USERS, b"beside")
    among = {f"{work_directory.NEST}/{name}": b"among" for name in ("input-2024.csv", "array-mine.txt", "thesis")}
    assert snapshot(tmp_path / "work") == beside | among


@pytest.mark.parametrize("name", ["lock", "notes.txt", "journal", "documents"])
def test_a_subdirectory_of_that_name_without_a_marker_is_refused(name: str, tmp_path: Path) -> None:
    place = tmp_path / "work" / work_directory.NEST
    place.mkdir(parents=True, mode=0o700)
    (place / name).write_text("x", encoding="utf-8")
    with pytest.raises(
        UsageError, match=r"was not made by dedup: it has no dedup-spool\.json; nothing in it was touched"
    ):
        Spool(tmp_path / "work", IDENTITY, COLUMNS)
    assert snapshot(place) == {name: b"x"}


def test_a_run_killed_before_its_marker_is_gone_on_from(tmp_path: Path) -> None:
    """There is nothing but a lock and half a marker."""
    place = tmp_path / "work" / work_directory.NEST
    place.mkdir(parents=True, mode=0o700)
    (place / "dedup-spool.lock").touch()
    (place / "dedup-spool.new").write_text('{"form', encoding="utf-8")
    assert reopened(tmp_path / "work") == (0, 0)


MARKERS: dict[str, Callable[[dict[str, Any]], object]] = {
    "another format": lambda marker: {**marker, "format": "other"},
    "another version": lambda marker: {**marker, "version": 1},
    "no token": lambda marker: {**marker, "token": None},
    "no run": lambda marker: {**marker, "run": []},
    "a list": lambda marker: [marker],
}


@pytest.mark.parametrize("change", MARKERS)
def test_a_marker_of_another_version_is_refused(change: str, tmp_path: Path) -> None:
    place = filled(tmp_path / "work")
    marker = place / work_directory.MARKER
    marker.write_text(json.dumps(MARKERS[change](json.loads(marker.read_text()))), encoding="utf-8")
    before = snapshot(place)
    with pytest.raises(UsageError, match="was not written by this version of dedup; nothing in it was touched"):
        Spool(tmp_path / "work", IDENTITY, COLUMNS)
    assert snapshot(place) == before


@pytest.mark.parametrize("text", [b"", b"\0" * 200, b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_marker_that_cannot_be_read_is_refused(text: bytes, tmp_path: Path) -> None:
    place = filled(tmp_path / "work")
    (place / work_directory.MARKER).write_bytes(text)
    with pytest.raises(UsageError, match="was not written by this version of dedup"):
        Spool(tmp_path / "work", IDENTITY, COLUMNS)


def test_a_run_with_other_settings_or_columns_is_refused(tmp_path: Path) -> None:
    filled(tmp_path / "work")
    before = snapshot(tmp_path)
    with pytest.raises(UsageError, match="holds a run with other settings; nothing"):
        Spool(tmp_path / "work", {**IDENTITY, "settings": "others"}, COLUMNS)
    with pytest.raises(UsageError, match="holds a run with other columns; nothing"):
        Spool(tmp_path / "work", IDENTITY, {**COLUMNS, "texts": np.dtype("<u2")})
    assert snapshot(tmp_path) == before


# --- links and rights -------------------------------------------------------------------------------------------------


@posix
def test_no_link_in_a_work_directory_is_followed(tmp_path: Path) -> None:
    """Neither the subdirectory nor a file in it leads elsewhere; a second name of a file is refused, too."""
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "precious").write_text("precious", encoding="utf-8")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / work_directory.NEST).symlink_to(victim)
    with pytest.raises(UsageError, match="is a link, or belongs to another user"):
        Spool(tmp_path / "linked", IDENTITY, COLUMNS)
    for number, name in enumerate(("texts", "journal", "dedup-spool.lock", "dedup-spool.new")):
        for link in (os.symlink, os.link):
            top = tmp_path / f"work-{number}-{link.__name__}"
            place = filled(top)
            if name.endswith("new"):
                (place / work_directory.MARKER).unlink()
                for path in place.iterdir():
                    path.unlink()
            (place / name).unlink(missing_ok=True)
            link(victim / "precious", place / name)
            with pytest.raises(OutputError, match="no output was written"):
                Spool(top, IDENTITY, COLUMNS)
            shutil.rmtree(top)
    assert snapshot(victim) == {"precious": b"precious"}


@posix
def test_links_that_are_in_the_way_are_not_deleted(tmp_path: Path) -> None:
    """Named like a file of the run's: the run ends, the link stays."""
    place = filled(tmp_path / "work")
    (place / "array-bits.npy").symlink_to(tmp_path)
    spool = Spool(tmp_path / "work", IDENTITY, COLUMNS)
    spool.discard()
    assert [path.name for path in place.iterdir()] == ["array-bits.npy"]


@posix
def test_a_subdirectory_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    place = filled(tmp_path / "work")
    place.chmod(0o770)
    with pytest.raises(UsageError, match="or can be written by others; nothing in it was touched"):
        Spool(tmp_path / "work", IDENTITY, COLUMNS)


@posix
def test_files_of_a_run_are_private(tmp_path: Path) -> None:
    """They hold the text."""
    place = filled(tmp_path / "work")
    assert place.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in place.iterdir())


# --- what was killed --------------------------------------------------------------------------------------------------


@posix
def test_temporary_directories_of_killed_runs_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are marked and not locked; a run that lives, and what was not made by this program, stay."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    living = Spool(None, IDENTITY, COLUMNS)
    living.append(task(2), 52)
    stale = tmp_path / "dedup-corpus-stale"
    shutil.copytree(living.directory, stale)
    stale.chmod(0o700)
    (stale / "array-pairs-3.npy").write_bytes(b"x")
    (stale / "input-1").write_bytes(b"x")
    shared = tmp_path / "dedup-corpus-shared"
    shutil.copytree(stale, shared)
    shared.chmod(0o777)
    kept = tmp_path / "dedup-corpus-kept"
    shutil.copytree(stale, kept)
    (kept / "mine.txt").write_bytes(b"mine")
    foreign = tmp_path / "dedup-corpus-foreign"
    foreign.mkdir(mode=0o700)
    (foreign / "texts").write_bytes(b"mine")
    (foreign / "dedup-spool.lock").touch()
    (tmp_path / "dedup-corpus-link").symlink_to(foreign)
    (tmp_path / "dedup-corpus-file").write_bytes(b"mine")
    before = snapshot(shared), snapshot(foreign), snapshot(living.directory)
    Spool(None, IDENTITY, COLUMNS).close()
    assert not stale.exists()
    assert (snapshot(shared), snapshot(foreign), snapshot(living.directory)) == before
    assert [path.name for path in kept.iterdir()] == ["mine.txt"]
    assert (tmp_path / "dedup-corpus-file").read_bytes() == b"mine"
    living.close()
    assert not living.directory.exists()


def test_a_user_s_files_survive_a_run_on_the_command_line(dedup: Command) -> None:
    """Refused with 2 and a hint, where it used to delete them and end with 0."""
    mine = dedup.directory / "mine"
    mine.mkdir()
    for name in USERS:
        (mine / name).write_text("the user's own", encoding="utf-8")
    done = dedup("--isolated", "--scope", "corpus", "--work-dir", "mine", stdin=b'{"text": "a"}\n')
    assert done.code == 2
    assert "mine: is not empty, and holds no earlier run; nothing in it was touched. Hint: name a new" in done.stderr
    assert snapshot(mine) == dict.fromkeys(USERS, b"the user's own")
