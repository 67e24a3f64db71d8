"""What `action.yml` runs on GitHub: install dedup, check, and hand over what was found.

Inputs come as variables ``INPUT_NAME``, what happened in the file that ``GITHUB_EVENT_PATH`` names. Only the standard
library is needed. None of what the inputs or the event say is given to a shell.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

INPUTS = (
    *("paths", "scope", "baseline", "since", "args", "annotate", "summary", "fail"),
    *("working-directory", "version"),
)
REPORTS = {"json": "report.json", "markdown": "report.md", "sarif": "report.sarif", "junit": "report.junit.xml"}
COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
VERSION = re.compile(r"[0-9][0-9A-Za-z.+!-]*")
FOUND, ERROR = 1, 2


class ActionError(Exception):
    """An error that can be mended in the workflow."""


def read_inputs() -> dict[str, str]:
    """Return the inputs of the action by their names; one that is not given is empty."""
    return {name: os.environ.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip() for name in INPUTS}


def is_true(inputs: dict[str, str], name: str) -> bool:
    """Return True if an input says so.

    Raises:
        ActionError: it says neither that nor the contrary.
    """
    if inputs[name] not in ("true", "false"):
        raise ActionError(f"{name} is {inputs[name]!r}; it is to be true or false")
    return inputs[name] == "true"


def base_of(event: dict[str, object], name: str) -> str:
    """Return the commit that an event began from; empty if there is none, so that everything is to be checked."""

    def at(*keys: str) -> str:
        found: object = event
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found if isinstance(found, str) and COMMIT.fullmatch(found) and found.strip("0") else ""

    if name in ("pull_request", "pull_request_target"):
        return at("pull_request", "base", "sha")
    if name == "merge_group":
        return at("merge_group", "base_sha")
    return at("before") if name == "push" else ""


def since_of(inputs: dict[str, str]) -> str:
    """Return the revision since which files are to be checked; empty: all files."""
    if inputs["since"] != "auto":
        return inputs["since"]
    path = os.environ.get("GITHUB_EVENT_PATH", "")
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError) as error:
        raise ActionError(f"the event cannot be read ({error})") from None
    return base_of(event if isinstance(event, dict) else {}, os.environ.get("GITHUB_EVENT_NAME", ""))


def arguments(inputs: dict[str, str], reports: Path) -> list[str]:
    """Return the arguments that dedup is to be run with."""
    chosen = ["--check", f"--scope={inputs['scope'] or 'document'}"]
    if is_true(inputs, "annotate"):
        chosen.append("--annotate=github")
    chosen += [f"--report={reports / name}" for name in REPORTS.values()]
    if inputs["baseline"]:
        chosen.append(f"--baseline={inputs['baseline']}")
    elif since := since_of(inputs):
        chosen.append(f"--since={since}")
    chosen += [line for line in map(str.strip, inputs["args"].splitlines()) if line]
    return [*chosen, "--", *(line for line in map(str.strip, inputs["paths"].splitlines()) if line)]


def installed(inputs: dict[str, str]) -> str:
    """Install dedup apart from all else, and return the path of the command.

    Raises:
        ActionError: it cannot be installed.
    """
    version = inputs["version"]
    if version == "none":
        return "dedup"
    if version and not VERSION.fullmatch(version):
        raise ActionError(f"version is {version!r}, which is none")
    directory = Path(os.environ.get("RUNNER_TEMP") or tempfile.gettempdir()) / "dedup-environment"
    venv.create(directory, with_pip=True, clear=True)
    scripts = directory / ("Scripts" if os.name == "nt" else "bin")
    what = f"paradedup=={version}" if version else str(Path(__file__).resolve().parent.parent)
    command = [str(scripts / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", what]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - the version is checked
        raise ActionError(f"{what} could not be installed")
    return str(scripts / "dedup")


def run_check(command: list[str], directory: str) -> tuple[int, bytes]:
    """Run dedup; return its exit code, and what it wrote to standard output.

    Until it has ended, no line of the log is a command to the runner: messages may quote names of files.
    """
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    try:
        done = subprocess.run(command, cwd=directory or None, stdout=subprocess.PIPE, check=False)  # noqa: S603
    except OSError as error:
        raise ActionError(f"dedup cannot be run ({error})") from None
    finally:
        print(f"::{token}::", flush=True)
    return done.returncode, done.stdout


def append(variable: str, data: str) -> None:
    """Append to the file that a variable of the runner names, if it does."""
    if path := os.environ.get(variable):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(data)


def tell_outputs(code: int, reports: Path) -> None:
    """Set the outputs of the step; those of a run that has failed are without figures and reports."""
    outputs = {"exit-code": str(code), "found": str(code == FOUND).lower(), "repeats": ""}
    for name, file in REPORTS.items():
        path = reports / file
        outputs[name] = str(path) if path.exists() else ""
    if outputs["json"]:
        report = json.loads(Path(outputs["json"]).read_text(encoding="ascii"))
        baseline = report["baseline"]
        outputs["repeats"] = str(report["counts"]["removed"] if baseline is None else baseline["new"])
    end = f"end-{secrets.token_hex(16)}"  # a value is ended by this line alone
    append("GITHUB_OUTPUT", "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, value in outputs.items()))


def main() -> int:
    """Do all of it, and return the exit code of the step."""
    inputs = read_inputs()
    try:
        fails, summarised = is_true(inputs, "fail"), is_true(inputs, "summary")
        reports = Path(tempfile.mkdtemp(prefix="dedup-", dir=os.environ.get("RUNNER_TEMP") or None))
        options = arguments(inputs, reports)
        code, told = run_check([installed(inputs), *options], inputs["working-directory"])
    except ActionError as error:
        message = str(error).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(f"::error title=dedup::{message}")
        return ERROR
    sys.stdout.buffer.write(told)
    sys.stdout.buffer.flush()
    summary = reports / REPORTS["markdown"]
    if summarised and summary.exists():
        append("GITHUB_STEP_SUMMARY", summary.read_text(encoding="utf-8"))
    tell_outputs(code, reports)
    return 0 if code == FOUND and not fails else code


if __name__ == "__main__":
    sys.exit(main())
