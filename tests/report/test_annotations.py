"""Annotations on standard output: as the services read them, bounded, and safe whatever the text is."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.model.explanation import Explanation, Standing
from dedup.report.annotations import MOST_SHOWN, github, gitlab
from tests.support.cli_inprocess import run
from tests.support.cli_process import OTHER, SENTENCE

if TYPE_CHECKING:
    from tests.support.cli_process import Command

COMMAND = re.compile(r"^::(?P<name>[a-z-]+)(?: (?P<properties>[^:]*))?::(?P<data>.*)$")
LONG = "Another sentence about the harbour that is long enough to be judged alone on any day."
CODE_QUALITY = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "description": "As GitLab documents what it reads of a report of Code Quality.",
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "pattern": "^dedup/"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}, "end": {"type": "integer"}},
                    },
                },
            },
        },
    },
}


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)


def found(number: int = 1, text: str = SENTENCE, file: str = "a.txt", **more: Any) -> Explanation:
    at, beside = Standing(file, number + 1, 1), Standing(file, 1)
    return Explanation(at, file, True, "exact", text, text, beside, 1.0, 1.0, **more)  # noqa: FBT003 - it goes


def command_of(line: str) -> tuple[str, dict[str, str], str]:
    """Read a workflow command as GitHub's runner does."""
    match = COMMAND.fullmatch(line)
    assert match is not None, line

    def unescaped(text: str) -> str:
        for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            text = text.replace(escaped, plain)
        return text

    pairs = [pair.partition("=") for pair in (match["properties"] or "").split(",") if pair]
    properties = {name: unescaped(value) for name, _, value in pairs}
    return match["name"], properties, match["data"].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def quality(text: str) -> list[dict[str, Any]]:
    jsonschema = pytest.importorskip("jsonschema")
    report: list[dict[str, Any]] = json.loads(text)
    jsonschema.validate(report, CODE_QUALITY)
    assert len({one["fingerprint"] for one in report}) == len(report)
    return report


def test_github_is_told_of_each_repeat() -> None:
    """By its file and lines, in order; messages go elsewhere."""
    Path("x, y:z%.txt").write_text(f"{SENTENCE}\n{LONG}\n{SENTENCE}\n", encoding="utf-8")
    done = run(["--check", "--annotate", "github", "x, y:z%.txt"])
    assert done.code == 1
    [line] = done.stdout.decode().splitlines()
    name, properties, data = command_of(line)
    assert name == "warning"
    assert properties == {"file": "x, y:z%.txt", "line": "3", "endLine": "3", "title": "dedup: Exact repeat"}
    assert data == f"This paragraph repeats x, y:z%.txt:1. {SENTENCE}"
    assert done.stderr.startswith(b"1 file, ")


def test_gitlab_is_told_of_each_repeat() -> None:
    """And a repeat is the same one where lines are put in above it, and another one than its twin."""
    Path("a.txt").write_text(f"{SENTENCE}\n{LONG}\n{SENTENCE}\n{OTHER}\n{SENTENCE}\n", encoding="utf-8")
    done = run(["-q", "--dry-run", "--annotate", "gitlab", "./a.txt"])
    assert done.code == 0
    before = quality(done.stdout.decode())
    assert [one["location"] for one in before] == [
        {"path": "a.txt", "lines": {"begin": 3, "end": 3}},
        {"path": "a.txt", "lines": {"begin": 5, "end": 5}},
    ]
    Path("a.txt").write_text("A title\n" + Path("a.txt").read_text(encoding="utf-8"), encoding="utf-8")
    after = quality(run(["-q", "--dry-run", "--annotate", "gitlab", "a.txt"]).stdout.decode())
    assert [one["fingerprint"] for one in after] == [one["fingerprint"] for one in before]
    assert [one["location"]["lines"]["begin"] for one in after] == [4, 6]


def test_what_is_clean_is_told_as_such() -> None:
    """Nothing to GitHub, and an empty report to GitLab, which would miss one."""
    Path("a.txt").write_text(f"{SENTENCE}\n", encoding="utf-8")
    assert run(["-q", "--check", "--annotate", "github", "a.txt"]).stdout == b""
    assert quality(run(["-q", "--check", "--annotate", "gitlab", "a.txt"]).stdout.decode()) == []


def test_github_is_told_of_as_many_as_it_shows() -> None:
    lines = "".join(github([found(number) for number in range(25)], 40)).splitlines()
    commands = [command_of(line) for line in lines]
    assert [name for name, _, _ in commands] == ["warning"] * MOST_SHOWN + ["notice"]
    assert commands[-1][2].startswith("30 more repeats")


ODD = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(
    ["\r\n::error::x", "::set-output name=a::b", "%0A::x::", "a,line=1,b", "##[command]x", "\x1b]0;x\x07", "\u2028::x"]
)


@given(ODD, ODD)
def test_hostile_text_neither_ends_a_command_nor_begins_one(text: str, file: str) -> None:
    """A line for each finding, whatever is in it, and nothing that steers a terminal."""
    told = "".join(github([found(1, text, file)], 1))
    assert told.count("\n") == 1
    [line] = told.encode("utf-8").decode("utf-8").splitlines()
    name, properties, _ = command_of(line)
    assert (name, set(properties)) == ("warning", {"file", "line", "title"})
    assert properties["line"] == "2"
    assert not re.search("[\x00-\x1f\x7f-\x9f]", line)
    [entry] = quality("".join(gitlab([found(1, text, file or "x")])))
    assert not re.search("[\x00-\x1f\x7f-\x9f]", entry["description"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--annotate", "github"], "--annotate is for --check and --dry-run"),
        (["--diff", "--annotate", "github"], "--annotate is for --check and --dry-run"),
        (["--check", "--stats", "-", "--annotate", "gitlab"], "--stats - and --annotate both write to standard output"),
        (["--check", "--annotate", "jenkins"], "'jenkins' is not one of 'github', 'gitlab'"),
    ],
)
def test_nothing_else_goes_to_standard_output(options: list[str], said: str) -> None:
    Path("a.txt").write_text(f"{SENTENCE}\n", encoding="utf-8")
    done = run([*options, "a.txt"])
    assert (done.code, done.stdout) == (2, b"")
    assert said in done.stderr.decode()


def start(dedup: Command, directory: Path, stdout: Any) -> subprocess.Popen[bytes]:
    """Start a check that has something to annotate."""
    (directory / "a.txt").write_text(f"{SENTENCE}\n{LONG}\n{SENTENCE}\n", encoding="utf-8")
    command = ("-q", "--check", "--annotate", "github", str(directory / "a.txt"))
    return dedup.start(*command, stdout=stdout, stderr=subprocess.PIPE)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
def test_a_full_disk_is_an_error(dedup: Command, tmp_path: Path) -> None:
    """One line says that the annotations are not complete."""
    with Path("/dev/full").open("wb") as full:
        process = start(dedup, tmp_path, full)
        _, told = process.communicate()
    assert process.returncode == 2
    assert b"the annotations are not complete" in told
    assert told.count(b"\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="pipes as POSIX has them")
def test_a_reader_that_has_gone_away_changes_nothing(dedup: Command, tmp_path: Path) -> None:
    """What was found stands, and nobody complains."""
    reader, writer = os.pipe()
    os.close(reader)
    process = start(dedup, tmp_path, writer)
    os.close(writer)
    _, told = process.communicate()
    assert (process.returncode, told) == (1, b"")
