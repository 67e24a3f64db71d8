"""Every golden case: the bytes, the second run, `--check`, `--diff`, and the way back through the removal log."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli_inprocess import run
from tests.support.golden import Case, CaseError, difference, load, update
from tests.support.log_schema import checked

ROOT = Path(__file__).resolve().parent.parent.parent
CASES = [load(path) for path in sorted((ROOT / "fixtures" / "golden").glob("*.txt"))]
FEWEST = 60

BY_PROCESS = ("news-body-after-lead", "jsonl-records", "byte-order-mark")


def _parameters() -> list[object]:
    gap = pytest.mark.xfail
    return [
        pytest.param(case, id=case.name, marks=[gap(reason=case.known_gap, strict=True)] if case.known_gap else [])
        for case in CASES
    ]


each_case = pytest.mark.parametrize("case", _parameters())


def _arguments(case: Case, *more: str) -> list[str]:
    return ["--isolated", "--quiet", *case.flags, *more]


def _same(expected: bytes, actual: bytes, what: str) -> None:
    if expected != actual:
        pytest.fail(f"{what}\n{difference(expected, actual)}", pytrace=False)


def test_there_are_cases_of_every_kind() -> None:
    """Many cases, and not all of one kind: some change, some stay, some say why."""
    assert len(CASES) >= FEWEST
    assert len({case.name for case in CASES}) == len(CASES)
    assert sum(case.output == case.input for case in CASES) >= FEWEST // 4
    assert sum(case.output != case.input for case in CASES) >= FEWEST // 4
    assert all(case.note for case in CASES), "a case says why its output is right"


@each_case
def test_output(case: Case, request: pytest.FixtureRequest) -> None:
    """The output is what the case says, byte for byte."""
    done = run(_arguments(case), case.input)
    if request.config.getoption("--update-golden"):
        update(case, done.stdout)
        return
    _same(case.output, done.stdout, f"{case.path.name} ({case.note})")
    assert done.code == case.exit_code, done.stderr.decode(errors="replace")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_second_run_removes_nothing(case: Case) -> None:
    """What was cleaned is clean."""
    once = run(_arguments(case), case.input).stdout
    twice = run(_arguments(case), once).stdout
    _same(once, twice, "the second run took out more")


@pytest.mark.parametrize("case", [case for case in CASES if not case.exit_code and not case.known_gap], ids=str)
def test_check_agrees_with_cleaning(case: Case) -> None:
    """`--check` ends with 1 exactly where cleaning changes something, and writes nothing."""
    cleaned = run(_arguments(case), case.input).stdout
    checked = run(_arguments(case, "--check"), case.input)
    assert checked.code == (1 if cleaned != case.input else 0)
    assert checked.stdout == b""


@pytest.mark.parametrize("case", [case for case in CASES if not case.exit_code and not case.known_gap], ids=str)
def test_log_gives_the_input_back(case: Case, tmp_path: Path) -> None:
    """The cleaned text and the removal log, which is as its schema has it, give the input, byte for byte."""
    log = tmp_path / "log.jsonl"
    cleaned = run(_arguments(case, "--removed", str(log)), case.input).stdout
    checked(log.read_bytes())
    restored = run(_arguments(case, "--restore", str(log)), cleaned)
    assert restored.code == 0, restored.stderr.decode(errors="replace")
    _same(case.input, restored.stdout, "restoring does not give the input")


@pytest.mark.parametrize("name", BY_PROCESS)
def test_the_command_itself_gives_the_same(name: str) -> None:
    """A process of its own, with real pipes, gives what the call inside of this one gives."""
    case = next(case for case in CASES if case.name == name)
    command = [sys.executable, "-m", "dedup", *_arguments(case)]
    done = subprocess.run(command, input=case.input, capture_output=True, check=False)
    assert done.returncode == case.exit_code, done.stderr.decode(errors="replace")
    _same(case.output, done.stdout, name)


def test_update_writes_what_was_found(tmp_path: Path) -> None:
    """An updated file, loaded again, holds the new output, and its input is what it was."""
    for case in CASES:
        copy = tmp_path / case.path.name
        copy.write_bytes(case.path.read_bytes())
        original = load(copy)
        update(original, case.output)
        again = load(copy)
        assert (again.input, again.output, again.flags) == (case.input, case.output, case.flags)
        update(original, case.input)
        assert load(copy).output == case.input


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("no headers\n", "missing"),
        ("#~ flags:\n#~ input\nx\n", "output"),
        ("#~ flag:\n#~ input\nx\n#~ output\nx\n", "unknown header"),
        ("#~ flags:\n#~ input\nx\n#~ output: unchanged\nx\n", "no text"),
    ],
)
def test_case_that_breaks_the_format_is_refused(text: str, what: str, tmp_path: Path) -> None:
    """A misspelt header does not silently make a case into another one."""
    path = tmp_path / "case.txt"
    path.write_text(text)
    with pytest.raises(CaseError, match=what):
        load(path)


def test_update_is_refused_where_nobody_looks() -> None:
    """On a build machine `--update-golden` is an error: somebody has to read what changes."""
    command = [sys.executable, "-m", "pytest", "--update-golden", "--collect-only", "-q", str(Path(__file__))]
    environment = {**os.environ, "CI": "true"}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--update-golden" in done.stdout + done.stderr
