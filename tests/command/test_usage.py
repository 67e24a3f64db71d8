"""What the command refuses before it touches a file, and how it says so."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dedup.cli import main
from dedup.command import parser
from dedup.command.options import OPTIONS
from dedup.model.errors import DedupError, InputError, UsageError
from dedup.model.job import Job
from dedup.model.settings import Settings
from tests.support.fake_kernel import run_files

if TYPE_CHECKING:
    from dedup.command.option import Option

HELP = "Hint: 'dedup --help' lists the options.\n"


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def refusal(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    """Return what the command writes to standard error when it refuses."""
    code = main(args)
    written = capsys.readouterr()
    assert (code, written.out) == (2, "")
    assert "Traceback" not in written.err
    return written.err


def request(*args: str) -> parser.Request:
    """Return what the arguments ask for."""
    command = parser.build()
    with command.make_context("dedup", list(args)) as context:
        asked = command.invoke(context)
    assert isinstance(asked, parser.Request)
    return asked


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--treshold", "1"], "dedup: no such option: '--treshold'. Hint: Did you mean '--threshold'?\n"),
        (["--jsonl"], "dedup: no such option: '--jsonl'. Hint: Did you mean '--format jsonl'?\n"),
        (["--json"], "dedup: no such option: '--json'. Hint: Did you mean '--format jsonl'?\n"),
        (["--version-x"], "dedup: no such option: '--version-x'. Hint: Did you mean '--version'?\n"),
        (["--zzzz"], f"dedup: no such option: '--zzzz'. {HELP}"),
        (["-Z"], f"dedup: no such option: '-Z'. {HELP}"),
        (["--threshold", "much"], f"dedup: --threshold: must be a number, not the string 'much'. {HELP}"),
        (["--threshold", "1.5"], f"dedup: --threshold: must be from 0 to 1, not 1.5. {HELP}"),
        (["--threshold", "nan"], f"dedup: --threshold: must be from 0 to 1, not nan. {HELP}"),
        (["--min-words", "0"], f"dedup: --min-words: must be at least 1, not 0. {HELP}"),
        (["--min-words", "2.5"], f"dedup: --min-words: must be a whole number, not the string '2.5'. {HELP}"),
        (["--workers", "0"], f"dedup: --workers: must be at least 1, not 0. {HELP}"),
        (["--guard", "loose"], f"dedup: --guard: 'loose' is not one of 'strict', 'numbers', 'off'. {HELP}"),
        (["--scope", "web"], f"dedup: --scope: 'web' is not one of 'document', 'corpus'. {HELP}"),
        (["--boilerplate", "1"], f"dedup: --boilerplate: must be at least 2, not 1. {HELP}"),
        (["--max-removed", "30"], f"dedup: --max-removed: must be from 0 to 1, not 30.0. {HELP}"),
        (
            ["--max-document", "3Q"],
            f"dedup: --max-document: must be a size: '3Q' is not a size such as 512M or 1G. {HELP}",
        ),
        (["--field"], f"dedup: option '--field' requires an argument. {HELP}"),
    ],
)
def test_a_bad_option_is_named_with_a_hint(args: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert message == refusal(capsys, *args)


CONTRADICTIONS = [
    (["--in-place", "-o", "x"], "--in-place and --output"),
    (["--in-place", "--check"], "--in-place and --check"),
    (["--in-place", "--diff"], "--in-place and --diff"),
    (["-o", "x", "--check"], "--output and --check"),
    (["-o", "x", "--diff"], "--output and --diff"),
    (["-n", "--check"], "--dry-run and --check"),
    (["-n", "--diff"], "--dry-run and --diff"),
    (["-n", "--removed", "log"], "--dry-run and --removed"),
    (["--restore", "log", "--check"], "--restore and --check"),
    (["--restore", "log", "--diff"], "--restore and --diff"),
    (["--restore", "log", "-n"], "--restore and --dry-run"),
    (["--restore", "log", "--removed", "log"], "--restore and --removed"),
    (["--restore", "log", "--mark"], "--restore and --mark"),
    (["--restore", "log", "--scope", "corpus", "--against", "x"], "--restore and --against"),
    (["--mark", "--removed", "log"], "--mark and --removed"),
    (["--mark", "--check"], "--mark and --check"),
    (["--mark", "--diff"], "--mark and --diff"),
    (["--config", "x.toml", "--isolated"], "--config and --isolated"),
]


@pytest.mark.parametrize(("args", "names"), CONTRADICTIONS)
def test_options_that_contradict_each_other_are_refused_with_a_hint(
    args: list[str], names: str, capsys: pytest.CaptureFixture[str]
) -> None:
    message = refusal(capsys, *args, "in.txt")
    assert message.startswith(f"dedup: {names} ")
    assert " Hint: " in message


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["--in-place"], "--in-place needs files"),
        (["--in-place", "a.txt", "-"], "--in-place needs files"),
        (["-", "a.txt", "-"], "'-' is given more than once"),
        (["--exit-zero", "a.txt"], "--exit-zero is for --check and --diff"),
        (["--restore", "log", "a", "b"], "--restore takes one INPUT"),
        (["--removed", "-", "a"], "the removal log cannot be '-'"),
        (["--output", "", "a"], "--output is an empty name"),
        (["--config", "", "a"], "--config is an empty name"),
        ([""], "an INPUT is an empty name"),
        (["--scope", "corpus", "--against", "", "a"], "--against is an empty name"),
        (["--scope", "corpus", "--against", "-", "a"], "a reference cannot be '-'"),
        (["--scope", "corpus", "--work-dir", "", "a"], "--work-dir is an empty name"),
    ],
)
def test_inputs_and_outputs_that_make_no_sense_are_refused(
    args: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refusal(capsys, *args).startswith(f"dedup: {what}")


def test_a_bad_value_from_the_environment_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEDUP_THRESHOLD", "high")
    assert refusal(capsys, "a.txt").startswith("dedup: DEDUP_THRESHOLD: must be a number")


@pytest.mark.parametrize("name", ["OUTPUT", "IN_PLACE", "REMOVED", "RESTORE", "CHECK", "DIFF", "DRY_RUN", "INPUTS"])
def test_the_environment_says_nothing_of_what_is_done_with_files(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"DEDUP_{name}", "1")
    assert Job(inputs=("a.txt",)) == request("a.txt").job


def test_no_arguments_ask_for_the_defaults() -> None:
    asked = request()
    assert Job() == asked.job
    assert asked == parser.Request(job=Job(), effective=asked.effective)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--check"], {"mode": "check"}),
        (["--diff"], {"mode": "diff"}),
        (["--check", "--diff"], {"mode": "diff"}),
        (["-n", "--in-place", "a"], {"mode": "dry-run", "in_place": False, "inputs": ("a",)}),
        (["-n", "-o", "x", "a"], {"mode": "dry-run", "output": None}),
        (["-o", "-"], {"output": None}),
        (["-o", "x", "a"], {"output": Path("x"), "inputs": ("a",)}),
        (["--removed", "log"], {"removed": Path("log")}),
        (["--include", "*.a", "--include", "*.b"], {"include": ("*.a", "*.b")}),
        (["--field", "page.body", "--format", "jsonl"], {"text_field": "page.body", "format": "jsonl"}),
        (["--max-document", "1.5K", "--workers", "3"], {"max_document": 1536, "workers": 3}),
        (["--encoding", "latin-1", "--on-error", "fail"], {"encoding": "latin-1", "on_error": "fail"}),
        (["--stdin-name", "x.txt", "-v"], {"stdin_name": "x.txt", "explain": True}),
        (["--", "--check"], {"inputs": ("--check",)}),
        (["--mark"], {"mark": True, "mode": "clean"}),
        (["--empty", "null", "--max-removed", "0.25"], {"empty": "null", "max_removed": 0.25}),
        (
            ["--scope", "corpus", "--against", "a", "--against", "b", "--max-memory", "2G", "--work-dir", "w"],
            {"against": ("a", "b"), "max_memory": 2 << 30, "work_dir": Path("w")},
        ),
    ],
)
def test_options_become_the_job(args: list[str], expected: dict[str, Any]) -> None:
    job = request(*args).job
    assert expected == {name: getattr(job, name) for name in expected}


def test_settings_reach_the_settings() -> None:
    settings = request(
        "--split", "blank", "--threshold", "0.5", "--guard", "off", "--min-words", "3", "--exact"
    ).job.settings
    assert (
        settings.split,
        settings.threshold,
        settings.guard,
        settings.min_words,
        settings.exact,
    ) == ("blank", 0.5, "off", 3, True)


def test_settings_of_a_corpus_reach_the_settings() -> None:
    settings = request("--scope", "corpus", "--keep", "none", "--boilerplate", "5", "--within", "HOST").job.settings
    assert (settings.scope, settings.keep, settings.boilerplate, settings.within) == ("corpus", "none", 5, "HOST")


# What is refused on the command line, what the message is about, and the same as a job of the library.
NEEDS: list[tuple[list[str], str, dict[str, Any], dict[str, Any]]] = [
    (["--keep", "longest"], "--keep is for --scope corpus", {"keep": "longest"}, {}),
    (["--boilerplate", "5"], "--boilerplate is for --scope corpus", {"boilerplate": 5}, {}),
    (["--within", "HOST"], "--within is for --scope corpus", {"within": "HOST"}, {}),
    (["--against", "x"], "--against is for --scope corpus", {}, {"against": ("x",)}),
    (["--max-memory", "1G"], "--max-memory is for --scope corpus", {}, {"max_memory": 1 << 30}),
    (["--work-dir", "x"], "--work-dir is for --scope corpus", {}, {"work_dir": Path("x")}),
    (["--scope", "corpus", "--keep", "none"], "--keep none needs", {"scope": "corpus", "keep": "none"}, {}),
    (
        ["--scope", "corpus", "--boilerplate", "5"],
        "--boilerplate is for --keep none",
        {"scope": "corpus", "boilerplate": 5},
        {},
    ),
    (["--mark", "--empty", "drop"], "--empty does not go with --mark", {}, {"mark": True, "empty": "drop"}),
    (["--mark", "--check"], "--mark and --check", {}, {"mark": True, "mode": "check"}),
    (["--mark", "--removed", "l"], "--mark and --removed", {}, {"mark": True, "removed": Path("l")}),
    (["--mark", "--format", "text"], "--mark is for JSON lines", {}, {"mark": True, "format": "text"}),
    (["--check", "--max-removed", "0.5"], "--max-removed is for runs", {}, {"mode": "check", "max_removed": 0.5}),
    (["--max-removed", "nan"], "--max-removed: must be", {}, {"max_removed": math.nan}),
    (["--scope", "corpus", "--within", "a..b"], "within is 'a..b'", {"scope": "corpus", "within": "a..b"}, {}),
    (["--scope", "corpus", "--against", "-"], "a reference", {"scope": "corpus"}, {"against": ("-",)}),
]


@pytest.mark.parametrize(("args", "what", "settings", "job"), NEEDS)
def test_what_says_nothing_alone_is_refused_of_the_command_and_of_a_job(
    args: list[str], what: str, settings: dict[str, Any], job: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("in.jsonl").write_bytes(b'{"text": "a"}\n')
    message = refusal(capsys, *args, "in.jsonl")
    assert message.startswith(f"dedup: {what}")
    assert " Hint: " in message
    with pytest.raises(UsageError) as caught:
        run_files("in.jsonl", settings=Settings(**settings), **job)
    assert caught.value.hint
    assert not Path("l").exists()


def test_configuration_for_a_corpus_serves_for_an_article_too() -> None:
    Path("pyproject.toml").write_text(
        '[tool.dedup]\nkeep = "none"\nboilerplate = 5\nwithin = "HOST"\nmax-memory = "1G"\nmax-removed = 0.5\n'
        'empty = "drop"\n',
        encoding="utf-8",
    )
    named = ("--config", "pyproject.toml")
    job = request(*named, "--check").job
    assert (job.settings, job.max_memory, job.max_removed) == (Settings(), None, None)
    assert request(*named, "--mark").job.empty == "keep"
    job = request(*named, "--scope", "corpus").job
    assert job.settings == Settings(scope="corpus", keep="none", boilerplate=5, within="HOST")
    assert (job.max_memory, job.max_removed, job.empty) == (1 << 30, 0.5, "drop")
    settings = request(*named, "--scope", "corpus", "--keep", "first").job.settings
    assert settings == Settings(scope="corpus", within="HOST")


def test_references_are_files_of_their_own() -> None:
    corpus = Settings(scope="corpus")
    Path("in.jsonl").write_bytes(b'{"text": "a"}\n')
    with pytest.raises(UsageError, match="an input and a reference"):
        run_files("in.jsonl", settings=corpus, against=("in.jsonl",))
    with pytest.raises(InputError, match="nothing was written"):
        run_files("in.jsonl", settings=corpus, against=("nowhere.jsonl",))
    Path("ref.jsonl").write_bytes(b'{"text": "a"}\n')
    with pytest.raises(UsageError, match="was not changed"):
        run_files("in.jsonl", settings=corpus, against=("ref.jsonl",), output=Path("ref.jsonl"))
    assert Path("ref.jsonl").read_bytes() == b'{"text": "a"}\n'


def test_work_directory_lies_outside_of_what_is_read() -> None:
    corpus = Settings(scope="corpus")
    Path("in").mkdir()
    with pytest.raises(UsageError, match="the work directory lies in"):
        run_files("in", settings=corpus, work_dir=Path("in", "work"))
    Path("file").write_bytes(b"")
    with pytest.raises(UsageError, match="is not a directory"):
        run_files("in", settings=corpus, work_dir=Path("file"))


def test_every_refusal_is_one_of_ours() -> None:
    with pytest.raises(DedupError):
        request("-", "-")


_NUMERIC = [option for option in OPTIONS.values() if option.kind in ("float", "int", "size")]
_DIGITS = "9" * 400
_BAD = (
    "nan",
    "inf",
    "-inf",
    "1e400",
    _DIGITS,
    "9" * 5000,
    f"{_DIGITS}.5K",
    "-1",
    "\u0663",
    "\u0663M",
    "1_0",
    "\u00bd",
    "",
)


@pytest.mark.parametrize("option", _NUMERIC, ids=lambda option: option.name)
@pytest.mark.parametrize("value", _BAD, ids=lambda value: value[:9])
@pytest.mark.parametrize("place", ["line", "environment"])
def test_a_number_that_is_none_or_beyond_all_bounds_is_refused(
    option: Option, value: str, place: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """One short line that names the option and says what it takes, wherever the value comes from."""
    args = ["--isolated", "--scope", "corpus", "--keep", "none", "--boilerplate", "3", os.devnull]
    if place == "line":
        args.insert(-1, f"--{option.name}={value}")
    else:
        if not value or option.source == "line":
            return  # an empty variable is as good as none, and some options have none
        if option.name == "boilerplate":
            del args[5:7]
        monkeypatch.setenv(option.env, value)
    assert main(args) == 2
    told = capfd.readouterr().err
    name = f"--{option.name}" if place == "line" else option.env
    assert told.startswith(f"dedup: {name}: must be ")
    assert told.count("\n") == 1
    assert len(told) < 250
