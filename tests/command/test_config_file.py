"""Settings from files: found where they should be, read strictly, and overruled in the right order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.cli import main
from dedup.command import config_file
from dedup.command.options import OPTIONS
from dedup.model.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def written(directory: Path, text: str, name: str = config_file.FILE_NAME) -> Path:
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
        config_file.load(path)
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
    given += ["--html", "keep"]
    main(["--show-config", *corpus.split(), *given])
    path = written(home, capsys.readouterr().out, "copy.toml")
    values = config_file.load(path).values
    assert (values["include"], values["exclude"]) == (('*."x"', "é*"), ("d/",))
    assert (values["max_document"], values["workers"]) == (1536, 2)
    assert (values["boilerplate"], values["within"], values["max_memory"]) == (9, "page.site", 4 << 30)
    elsewhere = {"master", "remote", "spark_conf"}
    assert {option.dest for option in OPTIONS.values() if option.in_file} == set(values) | elsewhere


def test_what_show_config_prints_of_spark_says_the_same(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = "--scope corpus --engine spark --master local[2] --spark-conf a.b=c --spark-conf d=e=f"
    main(["--show-config", *given.split()])
    path = written(home, capsys.readouterr().out, "copy.toml")
    values = config_file.load(path).values
    assert [values[name] for name in ("engine", "master", "spark_conf")] == ["spark", "local[2]", ("a.b=c", "d=e=f")]


def test_the_nearest_file_with_the_table_counts(home: Path) -> None:
    outer = written(home, "[tool.dedup]\nmin-words = 3\n")
    inner = home / "a" / "b"
    written(home / "a", "[project]\nname = 'dedup-of-others'\n")
    inner.mkdir()
    assert outer == config_file.load(start=inner).path
    nearer = written(home / "a", "[tool.dedup]\nmin-words = 4\n")
    found = config_file.load(start=inner)
    assert (nearer, {"min_words": 4}) == (found.path, found.values)


def test_the_search_ends_at_the_root_of_the_repository(home: Path) -> None:
    written(home.parent, "[tool.dedup]\nmin-words = 3\n")
    assert config_file.Config() == config_file.load(start=home)


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


@pytest.mark.parametrize("key", [option.name for option in OPTIONS.values() if not option.in_file] + ["in_place"])
def test_what_names_files_or_actions_is_refused_in_a_file(key: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"[tool.dedup]\n{key} = true\n")
    assert f"{key!r} is not taken from a configuration file" in refused(path)


FOR_NAMED_FILES = {
    "engine": "engine = 'spark'",
    "master": "master = 'spark://elsewhere:7077'",
    "remote": "remote = 'sc://elsewhere:15002'",
    "spark_conf": "spark_conf = ['spark.driver.extraJavaOptions=-javaagent:x.jar']",
    "guard": "guard = 'off'",
    "guard = 'numbers'": "guard = 'numbers'",
    "keep": "keep = 'none'\nboilerplate = 2",
    "format": "format = 'text'",
    "empty": "empty = 'drop'",
    "html": "html = 'text'",
}


@pytest.mark.parametrize("line", FOR_NAMED_FILES.values())
def test_what_runs_code_sends_text_or_gives_up_a_promise_is_not_taken_from_a_file_that_was_found(
    line: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error names the file, the key and the way out; the same file is obeyed when it is named."""
    written(home, f"[tool.dedup]\n{line}\n")
    assert main(["--show-config"]) == 2
    out = capsys.readouterr()
    key = line.partition(" = ")[0].replace("_", "-")
    assert out.out == ""
    assert out.err.startswith("dedup: pyproject.toml: ")
    assert key in out.err.split("in [tool.dedup] is not taken from a file that was only found")[0]
    assert f"--{key}" in out.err
    assert "--config pyproject.toml" in out.err
    engine = "local" if key == "html" else "spark"
    value, _ = shown(capsys, "--scope", "corpus", "--engine", engine, "--config", "pyproject.toml")[key]
    assert value.strip("[]'\"") == line.splitlines()[0].split(" = ", 1)[1].strip("[]'")


def test_every_option_that_reaches_code_or_the_network_is_for_named_files() -> None:
    """Whoever adds an option decides about it: it is listed here, or said to be harmless in a file that was found."""
    harmless = {
        *("split", "threshold", "min_words", "exact", "scope", "boilerplate", "within", "max_memory", "field"),
        "delimiter",
        *("encoding", "include", "exclude", "max_document", "on_error", "max_removed", "workers"),
    }
    named = {option.dest for option in OPTIONS.values() if option.source == "named" or option.unsafe}
    assert named == {key for key in FOR_NAMED_FILES if " " not in key}
    assert {option.dest for option in OPTIONS.values() if option.in_file} - named == harmless


def test_a_file_that_was_found_starts_no_cluster(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even looked for: the run ends before anything is read."""
    written(home, "[tool.dedup]\nscope = 'corpus'\nengine = 'spark'\nspark-conf = ['a=b']\n")
    (home / "a.jsonl").write_text("{}\n", encoding="utf-8")
    assert main(["--check", "a.jsonl"]) == 2
    assert "'engine' in [tool.dedup] is not taken from a file that was only found" in capsys.readouterr().err


def test_the_environment_may_say_what_a_found_file_may_not(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEDUP_GUARD", "off")
    written(home, "[tool.dedup]\nmin-words = 4\nguard = 'strict'\n")
    assert shown(capsys)["guard"] == ('"off"', "DEDUP_GUARD")
    written(home, "[tool.dedup]\nremote = 'sc://x'\n")
    monkeypatch.setenv("DEDUP_CONFIG", "pyproject.toml")
    assert shown(capsys, "--scope", "corpus", "--engine", "spark")["remote"][0] == '"sc://x"'


def test_show_config_prints_nothing_that_steers_a_terminal(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences, overrides of direction and line ends, in values and in the name of the file."""
    value = "a\x1b]0;x\x07\x7f\x9b2J\u202e\U000e0041\n"
    name = "c\x1b[2J\nthreshold = 0\u202e.toml"
    quoted = value.replace("\x1b", "\\u001b").replace("\x07", "\\u0007").replace("\x7f", "\\u007f").replace("\n", "\\n")
    written(home, f'[tool.dedup]\nfield = "{quoted}"\n', name)
    assert main(["--config", name, "--show-config", "--include", "b\x1b[0m\udcff"]) == 0
    printed = capsys.readouterr().out
    assert not {"\x1b", "\x07", "\x7f", "\x9b", "\u202e", "\U000e0041", "\udcff"} & set(printed)
    assert not any(line.startswith(("threshold = 0.0", "threshold = 0\\")) for line in printed.split("\n"))
    again = written(home, printed.replace("\\udcff", ""), "again.toml")
    assert config_file.load(again).values["field"] == value
    assert config_file.load(again).values["include"] == ("b\x1b[0m",)


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
    assert config_file.FILE_NAME in refused(path)


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
    assert size == config_file.parse_size(text)


@pytest.mark.parametrize("text", ["", "M", "-1", "1e9", "0", "0.1", "1X", "1,5M", "٣"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a size|less than one byte"):
        config_file.parse_size(text)


@given(st.integers(1, 1 << 50))
def test_a_size_is_written_as_it_is_read(size: int) -> None:
    assert size == config_file.parse_size(config_file.format_size(size))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"min-words = {'9' * 5000}", "a number has too many digits to be read"),
        (f"max-document = {'9' * 400}", "must be a size, and is more than any file can have"),
        (f"workers = {'9' * 400}", "must be at most 4096, not a number beyond all bounds"),
        ("min-words = 10_000_000_000_000_000", "must be at most 1e+15, not 10000000000000000"),
        ("threshold = nan", "must be from 0 to 1, not nan"),
        ("max-removed = -inf", "must be from 0 to 1, not -inf"),
        ("min-words = inf", "must be a whole number, not the number inf"),
    ],
)
def test_numbers_beyond_all_bounds_are_refused(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(f"[tool.dedup]\n{line}\n", encoding="utf-8")
    assert said in refused(path)
