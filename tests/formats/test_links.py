"""Symbolic links: followed where they are named and where is read; nothing is written through one that leads out."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from dedup.engines.run import restore
from dedup.formats.files import atomic
from dedup.model.errors import DedupError, ExitCode, OutputError, RestoreError
from tests.support.fake_kernel import Recorder, run_files

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.usefixtures("marked_kernel"),
    pytest.mark.skipif(os.name == "nt", reason="links need rights there"),
]
DIRTY, CLEAN = b"first\n% gone\nlast\n", b"first\nlast\n"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """Make a directory that nobody names."""
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "a.txt").write_bytes(DIRTY)
    (tmp_path / "victim" / "other.txt").write_bytes(b"precious\n")
    return tmp_path / "victim"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Make a directory of two files, one of them further down."""
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_bytes(DIRTY)
    (tmp_path / "in" / "sub" / "b.txt").write_bytes(DIRTY)
    return tmp_path / "in"


def untouched(victim: Path) -> bool:
    """Return True if the directory that nobody names is as it was."""
    files = {path.name: path.read_bytes() for path in victim.iterdir()}
    return files == {"a.txt": DIRTY, "other.txt": b"precious\n"}


def test_links_below_an_input_are_read(tree: Path, victim: Path, tmp_path: Path) -> None:
    """Files and directories elsewhere are read through them; the output has files, not links."""
    (tree / "c.txt").symlink_to(victim / "a.txt")
    (tree / "d").symlink_to(victim)
    _, outcome, _ = run_files(tree, output=tmp_path / "out")
    assert outcome.exit_code == ExitCode.OK
    assert (tmp_path / "out" / "c.txt").read_bytes() == (tmp_path / "out" / "d" / "a.txt").read_bytes() == CLEAN
    assert not any(path.is_symlink() for path in (tmp_path / "out").rglob("*"))
    assert untouched(victim)


def test_in_place_writes_through_no_link_that_leads_out_of_what_is_named(tree: Path, victim: Path) -> None:
    """It is reported and counted, and the rest is done."""
    (tree / "c.txt").symlink_to(victim / "a.txt")
    (tree / "d").symlink_to(victim)
    (tree / "e.txt").symlink_to("sub/b.txt")
    _, outcome, recorder = run_files(tree, in_place=True)
    assert outcome.exit_code == ExitCode.ERROR
    assert len(recorder.problems) == 2
    for problem in recorder.problems:
        assert "a link that leads out of what was named" in problem.what
        assert "it was not changed" in problem.what
        assert problem.hint == "name that file itself to have it written over"
    assert untouched(victim)
    assert (tree / "a.txt").read_bytes() == (tree / "sub" / "b.txt").read_bytes() == CLEAN
    assert (tree / "e.txt").is_symlink()


def test_in_place_writes_through_what_is_named(tree: Path, victim: Path, tmp_path: Path) -> None:
    """A link to a file, a link to a directory, and a file that is named as well as linked to; links stay."""
    (tmp_path / "link.txt").symlink_to(victim / "a.txt")
    (tmp_path / "linked").symlink_to(tree)
    (tree / "c.txt").symlink_to(victim / "a.txt")
    _, outcome, recorder = run_files(tmp_path / "link.txt", tmp_path / "linked", in_place=True)
    assert (outcome.exit_code, recorder.problems) == (ExitCode.OK, [])
    assert (victim / "a.txt").read_bytes() == (tree / "sub" / "b.txt").read_bytes() == CLEAN
    assert (tmp_path / "link.txt").is_symlink()
    assert (tree / "c.txt").is_symlink()


@pytest.mark.parametrize(
    ("link", "to"), [("sub", "victim"), ("a.txt", "victim/other.txt"), ("a.txt", "victim/new.txt")]
)
def test_no_link_below_an_output_directory_leads_out_of_it(
    link: str, to: str, tree: Path, victim: Path, tmp_path: Path
) -> None:
    """Told before anything is written: a directory, a file, and a file that is not there yet."""
    out = tmp_path / "out"
    out.mkdir()
    (out / link).symlink_to(tmp_path / to)
    with pytest.raises(OutputError, match=r"a link leads from here to .* was not written") as caught:
        run_files(tree, output=out, removed=tmp_path / "log")
    assert caught.value.hint
    assert untouched(victim)
    assert [path.name for path in out.iterdir()] == [link]
    assert not (tmp_path / "log").exists()


def test_links_within_an_output_directory_are_written_through(tree: Path, tmp_path: Path) -> None:
    """So is one that is named as the output."""
    out = tmp_path / "out"
    (out / "real").mkdir(parents=True)
    (out / "sub").symlink_to("real")
    (tmp_path / "link").symlink_to(out)
    run_files(tree, output=tmp_path / "link")
    assert (out / "real" / "b.txt").read_bytes() == (out / "a.txt").read_bytes() == CLEAN
    assert (out / "sub").is_symlink()


@pytest.mark.parametrize("moment", ["open", "finish"])
def test_a_link_that_is_made_meanwhile_is_found(
    moment: str, tree: Path, victim: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory of the output is replaced by a link before the file is opened, or while it is written."""
    out = tmp_path / "out"
    (out / "sub").mkdir(parents=True)

    def swap() -> None:
        if (out / "sub").is_dir() and not (out / "sub").is_symlink():
            (out / "sub").rename(tmp_path / "away")
            (out / "sub").symlink_to(victim)

    if moment == "open":
        (tree / "0.txt").write_bytes(CLEAN)
        commit = atomic.AtomicFile.commit

        def committed(self: atomic.AtomicFile) -> None:
            commit(self)
            swap()

        monkeypatch.setattr(atomic.AtomicFile, "commit", committed)
    else:
        finish = atomic.AtomicFile.finish

        def finished(self: atomic.AtomicFile) -> None:
            finish(self)
            if self.path.name == "b.txt":
                swap()

        monkeypatch.setattr(atomic.AtomicFile, "finish", finished)
    with pytest.raises(OutputError, match="a link leads from here to"):
        run_files(tree, output=out)
    assert untouched(victim)


def _cleaned(tree: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Clean a tree and return where the log and the result are."""
    log, cleaned = tmp_path / "log", tmp_path / "cleaned"
    run_files(tree, output=cleaned, removed=log)
    return log, cleaned


@pytest.mark.parametrize(
    ("link", "to"), [("sub", "victim"), ("a.txt", "victim/other.txt"), ("plain.txt", "victim/new")]
)
def test_no_link_leads_out_of_a_tree_that_is_restored_to(
    link: str, to: str, tree: Path, victim: Path, tmp_path: Path
) -> None:
    """Nothing is written, not even the files that lie within."""
    (tree / "plain.txt").write_bytes(CLEAN)
    log, cleaned = _cleaned(tree, tmp_path)
    back = tmp_path / "back"
    back.mkdir()
    (back / link).symlink_to(tmp_path / to)
    with pytest.raises(OutputError, match="a link leads from here to"):
        restore(str(cleaned), log, back, Recorder())
    assert untouched(victim)
    assert [path.name for path in back.iterdir()] == [link]


def test_no_link_leads_out_of_a_tree_that_is_restored_in_place(tree: Path, victim: Path, tmp_path: Path) -> None:
    """Not even to a file that is just what was cleaned."""
    log, cleaned = _cleaned(tree, tmp_path)
    (victim / "a.txt").write_bytes(CLEAN)
    (cleaned / "a.txt").unlink()
    (cleaned / "a.txt").symlink_to(victim / "a.txt")
    with pytest.raises(OutputError, match="a link leads from here to"):
        restore(str(cleaned), log, None, Recorder(), in_place=True)
    assert (victim / "a.txt").read_bytes() == CLEAN
    assert (cleaned / "sub" / "b.txt").read_bytes() == CLEAN


def test_a_file_that_is_restored_into_a_directory_follows_no_link_out_of_it(
    tree: Path, victim: Path, tmp_path: Path
) -> None:
    log, cleaned = _cleaned(tree / "a.txt", tmp_path)
    back = tmp_path / "back"
    back.mkdir()
    (back / "cleaned").symlink_to(victim / "other.txt")
    with pytest.raises(OutputError, match="a link leads from here to"):
        restore(str(cleaned), log, back, Recorder())
    assert untouched(victim)


NAMES: list[Any] = [
    *("../victim/other.txt", "/etc/passwd", "a/../../x", "..", ".", "", "sub/..", "a\0b", "//x/y", 7, None, ["a"]),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_log_names_no_file_outside(name: Any, tree: Path, victim: Path, tmp_path: Path) -> None:
    """Neither by ``..`` nor from the root; whatever the name is, nothing is written outside, and nothing at all."""
    log, cleaned = _cleaned(tree, tmp_path)
    lines = [json.loads(line) for line in log.read_bytes().splitlines()]
    for line in lines:
        for key in ("open", "close"):
            if line.get(key) == "a.txt":
                line[key] = name
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for output, in_place in ((tmp_path / "back", False), (None, True)):
        with pytest.raises(DedupError) as caught:
            restore(str(cleaned), log, output, Recorder(), in_place=in_place)
        assert isinstance(caught.value, RestoreError)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert untouched(victim)
