"""The component for GitLab CI: what it interpolates is declared, and its script does what it is to do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.docs.test_commands import ROOT
from tests.support.cli_process import OTHER, SENTENCE

yaml = pytest.importorskip("yaml")
SOURCE = ROOT / "templates" / "dedup.yml"
USED = re.compile(r"\$\[\[ inputs\.([a-z-]+) \]\]")
LONG = "Another sentence about the harbour that is long enough to be judged alone on any day."
TWICE = f"{SENTENCE}\n{LONG}\n{SENTENCE}\n"
posix = pytest.mark.skipif(os.name == "nt" or not shutil.which("sh"), reason="a script for sh")


def component() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the declaration of the inputs, and the job."""
    head, body = yaml.safe_load_all(SOURCE.read_text(encoding="utf-8"))
    [job] = body.values()
    return head["spec"]["inputs"], job


def test_what_is_interpolated_is_declared() -> None:
    """Each input is used once, and none of them stands in a script."""
    inputs, job = component()
    used = USED.findall(re.sub(r"^#.*$", "", SOURCE.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert sorted(used) == sorted(inputs)
    assert all(entry["description"] and isinstance(entry["default"], str) for entry in inputs.values())
    assert not USED.search(json.dumps([job["script"], job["before_script"]]))
    for name, value in job["variables"].items():
        assert name == "GIT_DEPTH" or (USED.fullmatch(value["value"]) and value["expand"] is False), name
    names = set(re.findall(r"CHECK_[A-Z]+", json.dumps([job["script"], job["before_script"]])))
    assert names == set(job["variables"]) - {"GIT_DEPTH"}


def step(directory: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Run the script with inputs, as a job of GitLab does."""
    inputs, job = component()
    values = {name: given.get(name.replace("-", "_"), entry["default"]) for name, entry in inputs.items()}
    variables = {
        name: USED.sub(lambda match: values[match[1]], value["value"])
        for name, value in job["variables"].items()
        if isinstance(value, dict)
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("DEDUP_", "GITHUB_", "GIT_", "CI_"))}
    kept["PATH"] = str(Path(sys.executable).parent) + os.pathsep + kept["PATH"]
    kept |= variables | {"CI_PROJECT_DIR": str(directory)}
    if "base" in given:
        kept["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = given["base"]
    [script] = job["script"]
    return subprocess.run(
        ["sh", "-e", "-c", script], cwd=directory, env=kept, capture_output=True, text=True, check=False
    )


@posix
def test_a_repeat_is_reported(tmp_path: Path) -> None:
    """As Code Quality and as a test that failed, where the job says that they are; and the job fails."""
    (tmp_path / "a.txt").write_text(TWICE)
    done = step(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    _, job = component()
    reports = job["artifacts"]["reports"]
    assert job["artifacts"]["when"] == "always"
    [entry] = json.loads((tmp_path / reports["codequality"]).read_text())
    assert entry["location"] == {"path": "a.txt", "lines": {"begin": 3, "end": 3}}
    assert "<failure " in (tmp_path / reports["junit"]).read_text()
    (tmp_path / "a.txt").write_text(f"{SENTENCE}\n")
    assert step(tmp_path).returncode == 0
    assert json.loads((tmp_path / reports["codequality"]).read_text()) == []


@posix
def test_inputs_are_arguments_and_never_commands(tmp_path: Path) -> None:
    name = "a $(touch ran) `touch ran`; *.txt"
    for file in (name, "-v", "b.txt"):
        (tmp_path / file).write_text(TWICE)
    done = step(tmp_path, paths=f"{name}\n-v", args="--exclude\n$(touch ran)\n--min-words=3")
    assert done.returncode == 1
    assert "2 files, " in done.stderr
    assert not (tmp_path / "ran").exists()


@posix
@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_since_auto_is_the_base_of_the_merge_request(tmp_path: Path) -> None:
    """Elsewhere, and with a baseline, all files are checked."""
    from tests.ci.test_github_action import commit

    (tmp_path / "old.txt").write_text(TWICE)
    base = commit(tmp_path, "begin")
    (tmp_path / "new.txt").write_text(f"{OTHER}\n")
    commit(tmp_path, "more")
    assert step(tmp_path, since="auto", base=base).returncode == 0
    assert step(tmp_path, since="auto").returncode == 1
    assert step(tmp_path, args="--baseline=b\n--update-baseline").returncode == 0
    assert step(tmp_path, since="auto", base=base, baseline="b").returncode == 0
