"""Which files are read, and which outputs are refused."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest

from dedup.engines.run import run
from dedup.formats.files.discover import discover
from dedup.formats.names import USUAL
from dedup.model.errors import DedupError, ExitCode, OutputError, UsageError
from dedup.model.job import Job
from tests.support.fake_kernel import Recorder, run_bytes, run_files

if TYPE_CHECKING:
    from pathlib import Path

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX")
DIRTY, CLEAN = b"a\n% b\n", b"a\n"


pytestmark = pytest.mark.usefixtures("marked_kernel")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "in"
    for name in ("b.txt", "a.TXT", "a/z.md", "a/y.jsonl.gz", "a.d/x.txt", ".hidden.txt", "c.rst", "a/.git/k.txt"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(DIRTY)
    return top


def _found(*inputs: object, include: tuple[str, ...] = USUAL) -> tuple[list[str], list[DedupError]]:
    problems: list[DedupError] = []
    found = discover(tuple(map(str, inputs)), include, "<stdin>", problems.append)
    return [source.relative for source in found.sources], problems


def test_directory_is_read_sorted_and_whole(tree: Path) -> None:
    names = ["a/y.jsonl.gz", "a/z.md", "a.TXT", "a.d/x.txt", "b.txt"]
    assert _found(tree) == (names, [])
    assert _found(tree / "a" / ".git") == (["k.txt"], [])
    assert _found(tree, include=("*.rst",)) == (["c.rst"], [])


def test_named_files_are_read_whatever_their_name(tree: Path) -> None:
    names, problems = _found(tree / "c.rst", tree / "a", "-")
    assert names == ["c.rst", "a/y.jsonl.gz", "a/z.md", "<stdin>"]
    assert not problems


def test_missing_and_empty_are_reported(tree: Path) -> None:
    (tree / "empty").mkdir()
    names, problems = _found(tree / "none", tree / "empty", tree / "b.txt")
    assert names == ["b.txt"]
    assert [error.what for error in problems] == [
        "no such file or directory",
        f"no file matches {', '.join(USUAL)}",
    ]
    with pytest.raises(UsageError, match="twice"):
        _found("-", "-")


@posix
def test_links_are_followed_but_not_in_circles(tree: Path) -> None:
    (tree / "a" / "up").symlink_to(tree)
    (tree / "a" / "self").symlink_to("self")
    (tree / "dangling.txt").symlink_to("nowhere")
    (tree / "other").symlink_to("a.d")
    os.mkfifo(tree / "pipe.txt")
    names, problems = _found(tree)
    assert "other/x.txt" in names
    assert len(names) == 6
    assert ["back" in p.what or "no such" in p.what or "regular" in p.what for p in problems] == [True] * 3


def test_tree_goes_to_a_tree(tree: Path, tmp_path: Path) -> None:
    (tree / "a" / "y.jsonl.gz").write_bytes(gzip.compress(b'{"text": "a\\n% b"}\n'))
    (tree / "b.txt").write_bytes(CLEAN)
    (tree / "void.txt").write_bytes(b"")
    out, outcome, _ = run_files(tree, output=tmp_path / "out")
    assert out == b""
    assert outcome.exit_code == ExitCode.OK
    written = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert written == {*_found(tree)[0]}
    assert (tmp_path / "out" / "a.TXT").read_bytes() == (tmp_path / "out" / "b.txt").read_bytes() == CLEAN
    assert gzip.decompress((tmp_path / "out" / "a" / "y.jsonl.gz").read_bytes()) == b'{"text": "a"}\n'


def test_one_bad_file_among_many_is_reported_and_the_rest_goes_on(tree: Path, tmp_path: Path) -> None:
    (tree / "a" / "y.jsonl.gz").write_bytes(gzip.compress(b'{"text": "a"}\n' * 1000)[:-20])
    _, outcome, recorder = run_files(tree, tmp_path / "none.txt", output=tmp_path / "out")
    assert outcome.exit_code == ExitCode.ERROR
    assert outcome.counts.errors == len(recorder.problems) == 2
    assert outcome.counts.files == 4
    assert not (tmp_path / "out" / "in" / "a" / "y.jsonl.gz").exists()
    assert (tmp_path / "out" / "in" / "b.txt").read_bytes() == CLEAN


def test_files_go_by_name_into_a_directory(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    run_files(tree / "b.txt", tree / "c.rst", output=tmp_path / "out")
    assert (tmp_path / "out" / "c.rst").read_bytes() == CLEAN
    with pytest.raises(OutputError, match="would both be written"):
        run_files(tree / "b.txt", tree / "b.txt", output=tmp_path / "out")


def test_files_go_one_after_the_other_into_one(tmp_path: Path) -> None:
    """A missing last line end is put between two texts, and only there."""
    parts = [b"a", b"", b"b\n% x\n", b"c\n% d", b"e"]
    files = [tmp_path / f"{number}.txt" for number in range(len(parts))]
    for file, data in zip(files, parts, strict=True):
        file.write_bytes(data)
    out, _, _ = run_files(*files)
    assert out == b"a\nb\nc\ne"
    run_files(*files, output=tmp_path / "out.gz")
    assert gzip.decompress((tmp_path / "out.gz").read_bytes()) == out


def test_in_place_writes_only_what_changes(tree: Path) -> None:
    (tree / "b.txt").write_bytes(CLEAN)
    packed = tree / "a" / "y.jsonl.gz"
    packed.write_bytes(gzip.compress(b'{"text": "a\\n% b"}\n'))
    before = (tree / "b.txt").stat()
    _, outcome, _ = run_files(tree, in_place=True)
    assert outcome.exit_code == ExitCode.OK
    assert (tree / "b.txt").stat().st_ino == before.st_ino
    assert (tree / "a" / "z.md").read_bytes() == CLEAN
    assert gzip.decompress(packed.read_bytes()) == b'{"text": "a"}\n'
    assert (tree / "c.rst").read_bytes() == DIRTY


@posix
def test_in_place_reports_a_protected_file_and_does_the_rest(tree: Path) -> None:
    (tree / "b.txt").chmod(0o444)
    _, outcome, recorder = run_files(tree / "b.txt", tree / "c.rst", in_place=True)
    assert outcome.exit_code == ExitCode.ERROR
    assert "was not changed" in recorder.problems[0].what
    assert (tree / "b.txt").read_bytes() == DIRTY
    assert (tree / "c.rst").read_bytes() == CLEAN


def test_outputs_that_are_inputs_are_refused(tree: Path, tmp_path: Path) -> None:
    file, link = tree / "b.txt", tmp_path / "link.txt"
    os.link(file, link)
    for options in (
        {"output": file},
        {"output": link},
        {"output": tree},
        {"removed": file},
        {"output": tmp_path / "x", "removed": tmp_path / "x"},
        {"in_place": True, "output": tmp_path / "x"},
        {"in_place": True, "mode": "check"},
        {"mode": "diff", "output": tmp_path / "x"},
        {"workers": 0},
    ):
        with pytest.raises(UsageError):
            run_files(file, **options)
    for options in ({"output": tree / "out"}, {"output": tree}):
        with pytest.raises(UsageError):
            run_files(tree, **options)
    with pytest.raises(UsageError):
        run_bytes(b"", output=tmp_path)
    with pytest.raises(OutputError):
        run_files(tree, output=link)
    assert file.read_bytes() == DIRTY
    assert not (tmp_path / "x").exists()


def test_standard_streams_that_are_the_same_file_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(DIRTY)
    with file.open("rb") as stdin, file.open("ab") as stdout:
        for job in (
            Job(),
            Job(mode="diff"),
            Job((str(file),)),
            Job((str(tmp_path / "b.txt"),), removed=file),
            Job((str(tmp_path / "b.txt"),), mode="diff", removed=file),
        ):
            with pytest.raises(UsageError, match="the same file"):
                run(job, Recorder(), stdin=stdin, stdout=stdout)
    assert file.read_bytes() == DIRTY


def test_directory_that_is_not_there_yet_takes_files_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(DIRTY)
    run_files(tmp_path / "a.txt", output=tmp_path / "new" / "out", into_directory=True)
    assert (tmp_path / "new" / "out" / "a.txt").read_bytes() == CLEAN


@posix
def test_in_place_replaces_files_only(tree: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    _, outcome, recorder = run_files(tmp_path / "pipe", os.devnull, tree / "b.txt", in_place=True)
    assert outcome.exit_code == ExitCode.ERROR
    assert ["not a regular file" in problem.what for problem in recorder.problems] == [True, True]
    assert (tree / "b.txt").read_bytes() == CLEAN


def test_output_stays_as_it_was_when_no_input_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"old")
    (tmp_path / "log").write_bytes(b"old")
    _, outcome, _ = run_files(tmp_path / "none", output=tmp_path / "out", removed=tmp_path / "log")
    assert outcome.exit_code == ExitCode.ERROR
    assert (tmp_path / "out").read_bytes() == (tmp_path / "log").read_bytes() == b"old"


def test_fail_writes_nothing_at_all(tree: Path, tmp_path: Path) -> None:
    (tree / "z.jsonl").write_bytes(b'{"text": "a"}\nno\n')
    with pytest.raises(DedupError) as caught:
        run_files(tree, output=tmp_path / "out", removed=tmp_path / "log", on_error="fail")
    assert caught.value.place.endswith(":1")  # what calls itself JSON lines and is plain text
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "log").exists()
    with pytest.raises(DedupError):
        run_files(tree, in_place=True, on_error="fail")
    assert (tree / "b.txt").read_bytes() == DIRTY


def test_progress_counts_stored_bytes(tree: Path) -> None:
    recorder = run_files(tree / "b.txt", tree / "c.rst")[2]
    assert recorder.steps[-1] == (2 * len(DIRTY), 2 * len(DIRTY))
