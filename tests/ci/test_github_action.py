"""The action for GitHub: its inputs are those of its script, which is run with events that were made."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dedup.report.reporter import without_commands
from tests.docs.test_commands import ROOT
from tests.support.cli_inprocess import run
from tests.support.cli_process import OTHER, SENTENCE

SCRIPT = ROOT / "tools" / "github_action.py"
LONG = "Another sentence about the harbour that is long enough to be judged alone on any day."
TWICE = f"{SENTENCE}\n{LONG}\n{SENTENCE}\n"
DEFAULTS = {"SCOPE": "document", "ANNOTATE": "true", "SUMMARY": "true", "FAIL": "true", "VERSION": "none", "PATHS": "."}
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


class Runner:
    """What GitHub's runner gives to a step."""

    def __init__(self, directory: Path) -> None:
        self.workspace = directory / "work"
        self.temporary = directory / "temp"
        self.summary, self.output, self.event = (directory / name for name in ("summary", "output", "event.json"))
        for path in (self.workspace, self.temporary):
            path.mkdir()

    def step(self, event: dict[str, Any] | None = None, name: str = "push", /, **inputs: str) -> Any:
        """Run the script; return what `subprocess.run` does."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("DEDUP_", "GITHUB_", "GIT_"))}
        kept["PATH"] = str(Path(sys.executable).parent) + os.pathsep + kept["PATH"]
        self.event.write_text(json.dumps(event or {}), encoding="utf-8")
        given = {f"INPUT_{key}": value for key, value in {**DEFAULTS, **inputs}.items()}
        runner = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_EVENT_PATH": str(self.event),
            "GITHUB_EVENT_NAME": name,
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_OUTPUT": str(self.output),
            "RUNNER_TEMP": str(self.temporary),
        }
        self.output.unlink(missing_ok=True)
        return subprocess.run(
            [sys.executable, str(SCRIPT)],
            cwd=self.workspace,
            env={**kept, **given, **runner},
            capture_output=True,
            text=True,
            check=False,
        )

    def outputs(self) -> dict[str, str]:
        """Read the outputs as the runner does."""
        found = re.findall(r"^([a-z-]+)<<(.+)\n(.*)\n\2\n", self.output.read_text(encoding="utf-8"), re.MULTILINE)
        return {name: value for name, _, value in found}


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_inputs_and_outputs_of_the_action_are_those_of_its_script() -> None:
    """Each input reaches the script by a variable, and each output is one that it sets."""
    yaml = pytest.importorskip("yaml")
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    [step] = action["runs"]["steps"]
    given = {f"INPUT_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}" for name in action["inputs"]}
    assert step["env"] == given
    assert "${{" not in step["run"]
    assert step["run"].split('"')[1].removeprefix("$GITHUB_ACTION_PATH/") == SCRIPT.relative_to(ROOT).as_posix()
    script = runpy.run_path(str(SCRIPT))
    assert set(script["INPUTS"]) == set(action["inputs"])
    assert set(action["outputs"]) == {"exit-code", "found", "repeats", *script["REPORTS"]}
    for name, output in action["outputs"].items():
        assert output["value"] == f"${{{{ steps.{step['id']}.outputs.{name} }}}}"
    for entry in action["inputs"].values():
        assert entry["description"]
        assert isinstance(entry["default"], str)


def test_a_repeat_is_told_everywhere(runner: Runner) -> None:
    """Beside its line, in the summary of the job, and in the outputs; then the step fails."""
    (runner.workspace / "a.txt").write_text(TWICE)
    done = runner.step()
    assert done.returncode == 1
    commands = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert [line.split("::")[1].split(" ")[0] for line in commands][-1] == "warning"
    assert "file=a.txt,line=3," in commands[-1]
    assert commands[0].removeprefix("::stop-commands::") == commands[1].strip(":")
    assert "### dedup: 1 paragraph would be removed" in runner.summary.read_text(encoding="utf-8")
    outputs = runner.outputs()
    assert (outputs["exit-code"], outputs["found"], outputs["repeats"]) == ("1", "true", "1")
    for name in ("json", "markdown", "sarif", "junit"):
        assert Path(outputs[name]).stat().st_size
    assert "1 file, 3 paragraphs" in done.stderr


def test_where_nothing_repeats_the_step_passes(runner: Runner) -> None:
    (runner.workspace / "a.txt").write_text(f"{SENTENCE}\n")
    done = runner.step()
    assert done.returncode == 0
    assert "::warning" not in done.stdout
    assert (runner.outputs()["found"], runner.outputs()["repeats"]) == ("false", "0")


def test_it_need_not_fail_nor_tell(runner: Runner) -> None:
    (runner.workspace / "a.txt").write_text(TWICE)
    done = runner.step(FAIL="false", ANNOTATE="false", SUMMARY="false")
    assert done.returncode == 0
    assert "::warning" not in done.stdout
    assert not runner.summary.exists()
    assert runner.outputs()["exit-code"] == "1"


def test_an_error_fails_in_any_case(runner: Runner) -> None:
    done = runner.step(FAIL="false", PATHS="missing.txt")
    assert done.returncode == 2
    assert (runner.outputs()["exit-code"], runner.outputs()["found"]) == ("2", "false")


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"FAIL": "yes"}, "fail is 'yes'; it is to be true or false"),
        ({"VERSION": "1.0; touch ran"}, "version is '1.0; touch ran', which is none"),
        ({"VERSION": "-r requirements.txt"}, "which is none"),
    ],
)
def test_an_input_that_makes_no_sense_is_an_error(runner: Runner, inputs: dict[str, str], said: str) -> None:
    done = runner.step(**inputs)
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1].startswith("::error title=dedup::")
    assert said in done.stdout


def test_inputs_are_arguments_and_never_commands(runner: Runner) -> None:
    """Whatever is in them, a line is one argument; a path is a path."""
    name = "a $(touch ran) `touch ran`; touch ran & -v.txt"
    (runner.workspace / name).write_text(TWICE)
    (runner.workspace / "-v").write_text(TWICE)
    done = runner.step(PATHS=f"{name}\n-v\n", ARGS="--min-words=3\n--exclude\n$(touch ran)\n", SCOPE="document")
    assert done.returncode == 1
    assert runner.outputs()["repeats"] == "2"
    assert not (runner.workspace / "ran").exists()
    assert runner.step(SCOPE="document --help").returncode == 2


def commit(directory: Path, message: str) -> str:
    """Commit all that is there; return the commit."""
    who = ["-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", message], ["rev-parse", "HEAD"]):
        done = subprocess.run(["git", *command], cwd=directory, env=environment, capture_output=True, check=True)
    return done.stdout.decode().strip()


@needs_git
@pytest.mark.parametrize("name", ["pull_request", "push", "merge_group"])
def test_since_auto_is_where_the_event_began(runner: Runner, name: str) -> None:
    """Only what has changed since is checked; a branch that is new is checked as a whole."""
    (runner.workspace / "old.txt").write_text(TWICE)
    base = commit(runner.workspace, "begin")
    (runner.workspace / "new.txt").write_text(f"{OTHER}\n")
    head = commit(runner.workspace, "more")
    events: dict[str, dict[str, Any]] = {
        "pull_request": {"pull_request": {"base": {"sha": base}, "head": {"sha": head}}},
        "push": {"before": base, "after": head},
        "merge_group": {"merge_group": {"base_sha": base}},
    }
    done = runner.step(events[name], name, SINCE="auto")
    assert done.returncode == 0, done.stderr
    assert "1 file, 1 paragraph" in done.stderr
    assert runner.step({"before": "0" * 40}, "push", SINCE="auto").returncode == 1
    assert runner.step({}, "workflow_dispatch", SINCE="auto").returncode == 1
    done = runner.step({"before": "1" * 40}, "push", SINCE="auto")
    assert (done.returncode, "fetch-depth: 0" in done.stderr) == (2, True)


def test_a_baseline_is_taken_and_since_is_not(runner: Runner) -> None:
    """With a baseline all files are checked, whatever has changed."""
    (runner.workspace / "a.txt").write_text(TWICE)
    baseline = runner.workspace / ".dedup-baseline"
    update = ["--check", "--baseline", str(baseline), "--update-baseline", str(runner.workspace / "a.txt")]
    assert run(update).code == 0
    assert runner.step(BASELINE=".dedup-baseline", SINCE="auto").returncode == 0
    (runner.workspace / "b.txt").write_text(TWICE)
    done = runner.step(BASELINE=".dedup-baseline")
    assert (done.returncode, runner.outputs()["repeats"]) == (1, "1")
    assert done.stdout.count("::warning ") == 1


def test_messages_are_no_commands(runner: Runner) -> None:
    """What is quoted of a text is quoted as such, where GitHub reads it."""
    (runner.workspace / "a.txt").write_text(f"::error::{SENTENCE}\n{LONG}\n::error::{SENTENCE}\n")
    done = runner.step(ARGS="-v")
    assert done.returncode == 1
    assert "    \\x3a:error::The council" in done.stderr
    assert not any(line.lstrip().startswith("::") for line in done.stderr.splitlines())
    assert without_commands("a ::b\n\t ::c\n##[d] ##[e]\n") == "a ::b\n\t \\x3a:c\n#\\x23[d] #\\x23[e]\n"
