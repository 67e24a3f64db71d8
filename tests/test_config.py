"""Settings from files: found where they should be, read strictly, and overruled in the right order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import config
from dedup.cli import main
from dedup.errors import ConfigError
from dedup.options import OPTIONS

if TYPE_CHECKING:
    from pathlib import Path


def written(directory: Path, text: str, name: str = config.FILE_NAME) -> Path:
    """Write a configuration and return its path."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def shown(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, tuple[str, str]]:
    """Return what --show-config says: key → (value, origin)."""
    code = main([*args, "--show-config"])
    out = capsys.readouterr()
    assert (code, out.err) == (0, "")
    lines = [line for line in out.out.splitlines() if " = " in line]
    return {key: (value, origin) for line in lines for key, _, rest in [line.partition(" = ")]
            for value, _, origin in [rest.partition("  # ")]}  # fmt: skip


def refused(path: Path) -> str:
    """Return the error that a file gives."""
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    return str(caught.value)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a directory that is the root of a repository."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    monkeypatch.chdir(root)
    for option in OPTIONS.values():
        monkeypatch.delenv(option.env, raising=False)
    return root


def test_flags_beat_the_environment_beats_the_file_beats_the_default(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(capsys)["min-words"] == ("8", "default")
    written(home, "[tool.dedup]\nmin-words = 7\n")
    assert ("7", str(home / "pyproject.toml")) == shown(capsys)["min-words"]
    monkeypatch.setenv("DEDUP_MIN_WORDS", "6")
    assert shown(capsys)["min-words"] == ("6", "DEDUP_MIN_WORDS")
    assert shown(capsys, "--min-words", "5")["min-words"] == ("5", "command line")


def test_a_switch_that_the_file_turns_on_is_turned_off_on_the_command_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(home, "[tool.dedup]\nexact = true\n")
    assert shown(capsys)["exact"][0] == "true"
    assert shown(capsys, "--no-exact")["exact"] == ("false", "command line")


def test_what_show_config_prints_is_a_configuration_that_says_the_same(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = "--scope corpus --keep none --boilerplate 9 --within page.site --max-memory 4G --max-removed 0.5"
    given = ["--include", '*."x"', "--include", "é*", "--exclude", "d/", "--max-document", "1536", "--workers", "2"]
    main(["--show-config", *corpus.split(), *given])
    path = written(home, capsys.readouterr().out, "copy.toml")
    values = config.load(path).values
    assert (values["include"], values["exclude"]) == (('*."x"', "é*"), ("d/",))
    assert (values["max_document"], values["workers"]) == (1536, 2)
    assert (values["boilerplate"], values["within"], values["max_memory"]) == (9, "page.site", 4 << 30)
    elsewhere = {"master", "remote", "spark_conf"}
    assert {option.dest for option in OPTIONS.values() if option.source == "config"} == set(values) | elsewhere


def test_what_show_config_prints_of_spark_says_the_same(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = "--scope corpus --engine spark --master local[2] --spark-conf a.b=c --spark-conf d=e=f"
    main(["--show-config", *given.split()])
    path = written(home, capsys.readouterr().out, "copy.toml")
    values = config.load(path).values
    assert [values[name] for name in ("engine", "master", "spark_conf")] == ["spark", "local[2]", ("a.b=c", "d=e=f")]


def test_the_nearest_file_with_the_table_counts(home: Path) -> None:
    outer = written(home, "[tool.dedup]\nmin-words = 3\n")
    inner = home / "a" / "b"
    written(home / "a", "[project]\nname = 'dedup-of-others'\n")
    inner.mkdir()
    assert outer == config.load(start=inner).path
    nearer = written(home / "a", "[tool.dedup]\nmin-words = 4\n")
    found = config.load(start=inner)
    assert (nearer, {"min_words": 4}) == (found.path, found.values)


def test_the_search_ends_at_the_root_of_the_repository(home: Path) -> None:
    written(home.parent, "[tool.dedup]\nmin-words = 3\n")
    assert config.Config() == config.load(start=home)


def test_a_named_file_is_read_instead_and_isolated_reads_none(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(home, "[tool.dedup]\nmin-words = 3\n")
    written(home, "[tool.dedup]\nmin-words = 4\n", "other.toml")
    assert shown(capsys, "--config", "other.toml")["min-words"][0] == "4"
    assert shown(capsys, "--isolated")["min-words"][0] == "8"


def test_the_environment_can_name_the_file_or_forbid_it(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written(home, "[tool.dedup]\nmin-words = 4\n", "other.toml")
    monkeypatch.setenv("DEDUP_CONFIG", "other.toml")
    assert shown(capsys)["min-words"][0] == "4"
    monkeypatch.setenv("DEDUP_ISOLATED", "1")
    assert shown(capsys)["min-words"][0] == "8"


def test_an_unknown_key_ends_the_run_and_names_the_likely_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(home, "[tool.dedup]\ntreshold = 0.9\n")
    assert main(["-"]) == 2
    out = capsys.readouterr()
    expected = "dedup: pyproject.toml: unknown key 'treshold' in [tool.dedup]. Hint: Did you mean 'threshold'?\n"
    assert ("", expected) == (out.out, out.err)


def test_a_broken_file_does_not_stand_in_the_way_of_help(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(home, "[tool.dedup]\ntreshold = 0.9\n")
    assert main(["--check", "--help"]) == 0
    assert main(["--version"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "key", [option.name for option in OPTIONS.values() if option.source != "config"] + ["in_place"]
)
def test_what_names_files_or_actions_is_refused_in_a_file(key: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"[tool.dedup]\n{key} = true\n")
    assert f"{key!r} is not taken from a configuration file" in refused(path)


def test_inputs_are_refused_in_a_file(tmp_path: Path) -> None:
    assert "unknown key 'inputs'" in refused(written(tmp_path, "[tool.dedup]\ninputs = ['a']\n"))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("threshold = '0.9'", "'threshold' in [tool.dedup] must be a number, not the string '0.9'"),
        ("threshold = true", "'threshold' in [tool.dedup] must be a number, not true"),
        ("threshold = 1.5", "'threshold' in [tool.dedup] must be from 0 to 1, not 1.5"),
        ("threshold = nan", "'threshold' in [tool.dedup] must be from 0 to 1, not nan"),
        ("min-words = 2.5", "'min-words' in [tool.dedup] must be a whole number, not the number 2.5"),
        ("min_words = 0", "'min_words' in [tool.dedup] must be at least 1, not 0"),
        ("exact = 1", "'exact' in [tool.dedup] must be true or false, not the number 1"),
        ("guard = 'loose'", "'guard' in [tool.dedup] must be 'strict' or 'numbers' or 'off', not 'loose'"),
        ("split = ['line']", "'split' in [tool.dedup] must be a string, not a list"),
        ("include = '*.txt'", "'include' in [tool.dedup] must be a list of strings, not the string '*.txt'"),
        ("include = ['*.txt', 1]", "'include' in [tool.dedup] must be a list of strings, not a list"),
        ("include = []", "'include' in [tool.dedup] must be a list of strings, not a list"),
        ("max-document = '1X'", "'max-document' in [tool.dedup] must be a size: '1X' is not a size"),
        ("max-document = 1.5", "'max-document' in [tool.dedup] must be a size such as '512M', not the number 1.5"),
        ("max-document = 0", "'max-document' in [tool.dedup] must be a size: '0' is less than one byte"),
        ("workers = 0", "'workers' in [tool.dedup] must be at least 1, not 0"),
        ("field = {a = 1}", "'field' in [tool.dedup] must be a string, not a table"),
        ("min-words = 3\nmin_words = 4", "'min-words' is given twice in [tool.dedup]"),
        ("min-words = ", "this is not TOML: "),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(line: str, complaint: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"[tool.dedup]\n{line}\n")
    assert complaint in refused(path)
    assert config.FILE_NAME in refused(path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[project]\nname = 'x'\n", "there is no table [tool.dedup]"),
        ("[tool]\ndedup = 3\n", "tool.dedup is not a table"),
        ("tool = 'dedup'\n", "there is no table [tool.dedup]"),
    ],
)
def test_a_named_file_without_the_table_is_refused(text: str, complaint: str, tmp_path: Path) -> None:
    assert complaint in refused(written(tmp_path, text))


def test_a_named_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "cannot be read: no such file or directory" in refused(tmp_path / "none.toml")


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_bytes(b"[tool.dedup]\nfield = '\xff'\n")
    assert "this is not TOML" in refused(path)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1", 1),
        ("512K", 512 << 10),
        ("1.5M", 3 << 19),
        ("1G", 1 << 30),
        ("2gib", 2 << 30),
        ("3 MB", 3 << 20),
        ("1T", 1 << 40),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert size == config.parse_size(text)


@pytest.mark.parametrize("text", ["", "M", "-1", "1e9", "0", "0.1", "1X", "1,5M", "٣"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a size|less than one byte"):
        config.parse_size(text)


@given(st.integers(1, 1 << 50))
def test_a_size_is_written_as_it_is_read(size: int) -> None:
    assert size == config.parse_size(config.format_size(size))
