"""Only what has changed (``--since``): as git tells, whatever the files are called."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dedup.formats.files import git_changes
from dedup.formats.files.git_changes import changed_since
from dedup.model.errors import InputError, UsageError
from tests.support.cli_inprocess import Done, run
from tests.support.cli_process import OTHER, SENTENCE

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
LONG = "Another sentence about the harbour that is long enough to be judged alone on any day."
TWICE = f"{SENTENCE}\n{LONG}\n{SENTENCE}\n"


def git(*arguments: str) -> str:
    """Run git in the current directory, as nobody in particular."""
    who = ("-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false", "-c", "gc.auto=0")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *who, *arguments], capture_output=True, text=True, errors="surrogateescape", check=True, env=environment
    )
    return done.stdout


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository of three articles, two of which repeat something."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    git("init", "-q", "-b", "main")
    Path("sub").mkdir()
    Path("a.txt").write_text(TWICE)
    Path("sub/b.txt").write_text(TWICE.replace("council", "ministry"))
    Path("c.txt").write_text(f"{OTHER}\n")
    git("add", ".")
    git("commit", "-q", "-m", "begin")


def check(*options: str) -> Done:
    return run(["--check", "--workers", "1", *options])


def test_only_changed_files_are_checked(tmp_path: Path) -> None:
    """Tracked ones that differ and ones that nobody tracks; what repeats in others is not told."""
    done = check("--since", "HEAD", ".")
    assert (done.code, done.stderr.startswith(b"0 files, 0 paragraphs")) == (0, True)
    Path("c.txt").write_text(f"{OTHER}\n{LONG}\n")
    done = check("--since", "HEAD", ".")
    assert (done.code, done.stderr.startswith(b"1 file, 2 paragraphs")) == (0, True)
    Path("new.txt").write_text(TWICE)
    Path(".gitignore").write_text("ignored.txt\n")
    Path("ignored.txt").write_text(TWICE)
    done = check("-v", "--since", "HEAD", ".")
    assert done.code == 1
    assert done.stderr.count(b"removed,") == 1
    assert b"new.txt:3: removed" in done.stderr
    assert check(".").stderr.count(b"4 files") == 0
    assert check("--since", "HEAD", "sub").code == 0
    assert check("--since", "HEAD", str(tmp_path / "new.txt")).code == 1


def test_with_scope_corpus_the_others_are_references() -> None:
    """What a changed file repeats of one that has not changed fails; what repeats among those does not."""
    scope = ("--scope", "corpus")
    assert check(*scope, ".").code == 1
    done = check(*scope, "--since", "HEAD", ".")
    assert (done.code, done.stderr.startswith(b"0 files")) == (0, True)
    Path("c.txt").write_text(f"{OTHER}\nSomething of its own.\n")
    done = check(*scope, "--since", "HEAD", ".")
    assert (done.code, b"2 documents read as references" in done.stderr) == (0, True)
    Path("d.txt").write_text(f"{LONG}\n")
    done = check("-v", *scope, "--since", "HEAD", ".")
    assert done.code == 1
    assert b"d.txt:1: removed" in done.stderr
    assert done.stderr.count(b"removed,") == 1
    # Wherever it stands among the inputs.
    Path("d.txt").rename("0.txt")
    done = check("-v", *scope, "--since", "HEAD", ".")
    assert b"0.txt:1: removed" in done.stderr


def test_it_is_what_the_branch_has_changed() -> None:
    """Not what has changed on the other one meanwhile; a name alone is no change, and what is gone is none."""
    git("switch", "-q", "-c", "topic")
    git("mv", "a.txt", "moved.txt")
    git("rm", "-q", "c.txt")
    git("commit", "-q", "-m", "mine")
    git("switch", "-q", "main")
    Path("sub/b.txt").write_text(TWICE)
    git("commit", "-q", "-a", "-m", "theirs")
    git("switch", "-q", "topic")
    assert list(changed_since("main")) == []
    Path("moved.txt").write_text(TWICE + OTHER)
    git("commit", "-q", "-a", "-m", "more")
    assert [Path(name).name for name in changed_since("main")] == ["moved.txt"]
    assert check("--since", "main", ".").code == 1


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these refuse such names")
def test_names_are_bytes() -> None:
    """Line ends, quotation marks, dashes, and bytes that are no UTF-8."""
    names = [b"a\nb.txt", b'"q".txt', b"-x.txt", b"caf\xe9.txt", b" .txt", b"t\tt.txt", "東.txt".encode()]
    for name in names:
        Path(os.fsdecode(name)).write_text(TWICE)
    assert {os.fsencode(Path(name).name) for name in changed_since("HEAD")} == set(names)
    done = check("--since", "HEAD", ".")
    assert done.code == 1
    assert done.stderr.startswith(b"7 files, 21 paragraphs")


def test_in_place_changes_only_what_has_changed() -> None:
    Path("c.txt").write_text(TWICE)
    assert run(["-q", "--in-place", "--since", "HEAD", "."]).code == 0
    assert Path("c.txt").read_text() == f"{SENTENCE}\n{LONG}\n"
    assert Path("a.txt").read_text() == TWICE


def test_from_a_directory_within() -> None:
    """Names are the repository's, wherever the command runs; a link to a file is the file."""
    Path("sub/d.txt").write_text(TWICE)
    os.chdir("sub")
    assert check("--since", "HEAD", "d.txt").code == 1
    assert check("--since", "HEAD", "..").code == 1
    Path("link.txt").symlink_to("b.txt")
    assert check("--since", "HEAD", "link.txt", "b.txt").code == 0


@pytest.mark.parametrize("revision", ["", "-x", "--output=x", "no-such-thing", "HEAD..HEAD", "HEAD:a.txt"])
def test_what_is_no_revision_is_refused(revision: str, tmp_path: Path) -> None:
    """In one line; git is given nothing that looks like an option."""
    done = check(f"--since={revision}", ".")
    assert (done.code, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    told = b"which is no revision" if revision[:1] in ("", "-") else b"git knows no such revision"
    assert told in done.stderr
    assert not (tmp_path / "x").exists()


def test_where_git_cannot_tell(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No repository, no history in common, no git, or one that takes for ever: one line each."""
    git("checkout", "-q", "--orphan", "other")
    git("commit", "-q", "-m", "apart")
    assert b"nothing that it and HEAD have in common" in check("--since", "main", ".").stderr
    with monkeypatch.context() as patch:
        patch.setattr(git_changes, "PATIENCE", 0.0)
        with pytest.raises(InputError, match="git took more than"):
            list(changed_since("HEAD"))
    with monkeypatch.context() as patch:
        patch.setenv("PATH", os.devnull)
        assert b"--since asks git, and there is none" in check("--since", "HEAD", ".").stderr
    outside = tmp_path_factory.mktemp("outside")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(outside.parent))
    monkeypatch.chdir(outside)
    done = check("--since", "HEAD", ".")
    assert (done.code, done.stderr.count(b"\n")) == (2, 1)
    assert b"this directory is in no git repository" in done.stderr
    with pytest.raises(UsageError):
        list(changed_since("HEAD"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--since", "HEAD", "."], "--since is for --check, --diff, --dry-run and --in-place"),
        (["--check", "--since", "HEAD"], "--since is for files, and standard input is none"),
        (["--check", "--since", "HEAD", "https://x.example/a.jsonl"], "--since is for files of a git repository"),
        (["--restore", "a.txt", "--in-place", "--since", "HEAD", "c.txt"], "--restore and --since do not go together"),
    ],
)
def test_what_makes_no_sense_is_refused(options: list[str], said: str) -> None:
    done = run(options)
    assert done.code == 2
    assert said in done.stderr.decode()


def test_what_git_would_run_is_not_run() -> None:
    """A repository may name programs that git would run to compare files."""
    git("config", "diff.external", "touch ran; false")
    git("config", "core.fsmonitor", "touch ran; false")
    Path("c.txt").write_text(TWICE)
    assert [Path(name).name for name in changed_since("HEAD")] == ["c.txt"]
    assert not Path("ran").exists()
