"""The hooks for pre-commit: run by it, in a repository of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.test_commands import ROOT
from tests.support.cli_process import SENTENCE

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
BESIDE = Path(sys.executable).parent
TOOL = shutil.which("pre-commit", path=str(BESIDE))
LONG = "Another sentence about the harbour that is long enough to be judged alone on any day."
TWICE = f"{SENTENCE}\n{LONG}\n{SENTENCE}\n"
pytestmark = pytest.mark.skipif(TOOL is None or shutil.which("git") is None, reason="needs pre-commit, and git")


def called(*command: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run a command apart from what is configured on this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DEDUP_", "GIT_"))}
    kept |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PRE_COMMIT_COLOR": "never"}
    kept |= {"PRE_COMMIT_HOME": str(directory.parent / "home"), "PATH": f"{BESIDE}{os.pathsep}{kept['PATH']}"}
    return subprocess.run(command, cwd=directory, env=kept, capture_output=True, text=True, check=False)


def repository(directory: Path, files: dict[str, str]) -> Path:
    """Make a repository with these files, committed."""
    directory.mkdir()
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")
    who = ("-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "begin")):
        done = called("git", *command, directory=directory)
        assert done.returncode == 0, done.stderr
    return directory


@pytest.fixture
def hooks(tmp_path: Path) -> Path:
    """A repository with the hooks, which take the command that is under test instead of installing one."""
    text = MANIFEST.read_text(encoding="utf-8")
    assert text.count("language: python\n") == 2
    return repository(tmp_path / "hooks", {MANIFEST.name: text.replace("language: python", "language: system")})


def tried(hooks: Path, hook: str, directory: Path, *more: str) -> subprocess.CompletedProcess[str]:
    assert TOOL is not None
    return called(TOOL, "try-repo", str(hooks), hook, *more, directory=directory)


def test_the_manifest_is_one() -> None:
    assert TOOL is not None
    done = subprocess.run([TOOL, "validate-manifest", str(MANIFEST)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert re.findall(r"^- id: (.*)$", MANIFEST.read_text(encoding="utf-8"), re.MULTILINE) == ["dedup", "dedup-fix"]


def test_a_repeat_fails_and_is_explained(tmp_path: Path, hooks: Path) -> None:
    """In text, Markdown and JSON lines, whatever the files are called; other files are not looked at."""
    files = {"a.txt": f"{SENTENCE}\n", "-v.md": TWICE, "b.py": f"# {SENTENCE}\n# {LONG}\n# {SENTENCE}\n"}
    work = repository(tmp_path / "work", files)
    done = tried(hooks, "dedup", work, "--all-files")
    assert done.returncode == 1
    assert "-v.md:3: removed, an exact repeat" in done.stdout
    assert "2 files, 4 paragraphs" in done.stdout
    assert (work / "-v.md").read_text() == TWICE
    assert tried(hooks, "dedup", work, "--files", "a.txt").returncode == 0
    done = tried(hooks, "dedup", work, "--files", "b.py")
    assert (done.returncode, "Skipped" in done.stdout) == (0, True)


def test_the_other_one_mends_it(tmp_path: Path, hooks: Path) -> None:
    """It fails the first time, as hooks that change files do, and then there is nothing left to do."""
    work = repository(tmp_path / "work", {"a.txt": TWICE})
    done = tried(hooks, "dedup-fix", work, "--all-files")
    assert (done.returncode, "files were modified by this hook" in done.stdout) == (1, True)
    assert (work / "a.txt").read_text() == f"{SENTENCE}\n{LONG}\n"
    assert tried(hooks, "dedup-fix", work, "--all-files").returncode == 0
