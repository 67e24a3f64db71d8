"""`dedup-index` as a command: help, completion, errors in a line, signals, closed pipes, and what a kill leaves."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dedup.command import index_help
from dedup.command.options import SHELLS
from dedup.index.store import IndexStore
from tests.command.test_help import FOREIGN
from tests.support.cli_process import Command, environment
from tests.support.indexes import assert_sound, done, looked_after

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = Path("/dev/full")
MODULE = (sys.executable, "-m", "dedup.index_cli")


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """Return the command as a process."""
    found = Command(tmp_path, command=MODULE)
    yield found
    found.end()


@pytest.mark.parametrize("name", [None, *index_help.COMMANDS])
def test_the_help_is_the_same_however_it_is_asked_for(command: Command, name: str | None) -> None:
    """Quickly, when it is asked for alone, and by the parser."""
    before = [] if name is None else [name]
    expected = index_help.render(name)
    for options in (["--help"], ["-h"], ["--help", "nowhere"] if name else ["--help", "--version"]):
        ended = command(*before, *options)
        assert (0, expected, "") == (ended.code, ended.stdout.decode(), ended.stderr)


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("name", [None, *index_help.COMMANDS])
def test_the_help_keeps_to_its_width(name: str | None, width: int) -> None:
    """However wide the terminal is."""
    lines = index_help.render(name, width).splitlines()
    wide = [line for line in lines if len(line) > max(52, min(width, 80)) and not line.startswith("  dedup-index ")]
    assert wide == []


def test_every_command_is_in_the_help() -> None:
    """With what it does in one line; its own page has its options."""
    text = index_help.render()
    for command in index_help.COMMANDS.values():
        assert f"  {command.name} " in text
        page = index_help.render(command.name)
        for option in command.options:
            assert option.flags in page
            assert option.help.endswith(".")


@pytest.mark.parametrize("args", [["--help"], ["stats", "--help"], ["--version"], ["forget", "--day", "x", "nowhere"]])
def test_nothing_is_imported_that_is_not_needed(args: list[str], tmp_path: Path) -> None:
    """Start-up time is a promise; what is imported is what it depends on."""
    code = f"import sys; from dedup.index_cli import main; main({args!r}); print(*sys.modules, file=sys.stderr)"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=tmp_path, env=environment()
    )
    loaded = set(ended.stderr.decode().split())
    assert "dedup.index_cli" in loaded
    assert (FOREIGN - {"click"}) & loaded == set()
    if "--help" in args:
        assert "click" not in loaded


def test_it_is_installed_as_a_command() -> None:
    """The entry point leads to what ``python -m`` runs."""
    entries = importlib.metadata.entry_points(group="console_scripts")
    if "dedup-index" not in entries.names:
        pytest.skip("the project was installed before it had the command")
    assert entries["dedup-index"].value == "dedup.index_cli:main"


def test_the_version_is_told(command: Command) -> None:
    """As that of the whole project."""
    ended = command("--version")
    assert (ended.code, ended.stdout.decode()) == (0, f"dedup-index {importlib.metadata.version('paradedup')}\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_scripts_are_for_this_command(shell: str) -> None:
    """They have a variable and a function of their own."""
    found = looked_after("--completion", shell)
    assert found.code == 0
    assert b"_DEDUP_INDEX_COMPLETE" in found.stdout
    assert b"dedup-index" in found.stdout


def test_commands_and_options_are_completed(command: Command) -> None:
    """In the way of bash."""
    env = {"_DEDUP_INDEX_COMPLETE": "bash_complete", "COMP_WORDS": "dedup-index ", "COMP_CWORD": "1"}
    ended = command(env=env)
    assert {line.rpartition(",")[2] for line in ended.stdout.decode().split()} == set(index_help.COMMANDS)
    env |= {"COMP_WORDS": "dedup-index forget --", "COMP_CWORD": "2"}
    ended = command(env=env)
    assert "plain,--before" in ended.stdout.decode().split()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["statistics", "x"], "no such command 'statistics'"),
        (["stats"], "missing argument 'DIR'"),
        (["stats", "a", "b"], "unexpected extra argument"),
        (["check", "--depe", "x"], "no such option: '--depe'. Hint: Did you mean '--deep'?"),
        (["--nothing"], "no such option: '--nothing'. Hint: 'dedup-index --help' lists the commands."),
        (["compact", "--json", "x"], "Hint: 'dedup-index compact --help' lists the options."),
        (["merge", "x"], "there is no place for the new index"),
        (["forget", "--day"], "option '--day' requires an argument"),
        (["--completion", "csh"], "--completion: 'csh' is not one of 'bash', 'zsh', 'fish'"),
        (["stats", "nowhere"], "nowhere: there is no index here yet"),
    ],
)
def test_errors_are_told_in_a_line(command: Command, arguments: list[str], said: str) -> None:
    """With the place and the way out; nothing else is written."""
    ended = command(*arguments)
    assert (ended.code, ended.stdout) == (2, b"")
    assert ended.stderr.startswith("dedup-index: ")
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_without_arguments_the_help_is_shown(command: Command) -> None:
    """As an error: nothing was done."""
    ended = command()
    assert (ended.code, ended.stdout, ended.stderr) == (2, b"", index_help.render())


@pytest.mark.skipif(not shutil.which("bash"), reason="a shell closes the pipe")
def test_a_closed_pipe_is_no_error(index: Path) -> None:
    """Whoever read the figures has enough."""
    line = f"{sys.executable} -m dedup.index_cli stats --json '{index}' | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", line], capture_output=True, check=True, env=environment())
    assert (ended.stdout, ended.stderr) == (b"0\n", b"")
    line = f"{sys.executable} -m dedup.index_cli stats '{index}' >&-"
    ended = subprocess.run(["bash", "-c", line], capture_output=True, check=False, env=environment())
    assert ended.returncode == 2
    assert b"standard output is closed" in ended.stderr


KILLED = """
import os, signal, sys
number, how, arguments = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
import dedup.index.store, dedup.formats.files.atomic
from dedup.index_cli import main
real = os.fsync, os.replace
def once(call):
    def counted(*given):
        global number
        number -= 1
        if number == 0:
            os.kill(os.getpid(), getattr(signal, how))
        return call(*given)
    return counted
os.fsync, os.replace = map(once, real)
sys.exit(main(arguments))
"""


def stopped(at: int, how: str, *arguments: str | Path) -> tuple[int, str]:
    """Run the command until it syncs or renames something for the so-manieth time; return its exit status."""
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(at), how, *map(str, arguments)],
        capture_output=True,
        check=False,
        env=environment(),
    )
    return ended.returncode, ended.stderr.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT"])
@pytest.mark.parametrize("at", [1, 17, 29, 30, 31, 32])
def test_an_index_that_is_being_merged_survives(index: Path, at: int, how: str) -> None:
    """Before it is renamed the manifest is the old one, and after that the new one; both are whole."""
    code, told = stopped(at, how, "compact", index)
    assert code == (-signal.SIGKILL if how == "SIGKILL" else 130)
    assert "Traceback" not in told
    assert_sound(index)
    store = IndexStore(index, writes=False)
    assert [day.number for day in store.manifest.days] == [1, 2, 3, 4]
    if how == "SIGINT":
        assert told == "dedup-index: interrupted. No file was left half written.\n"
        assert len(store.manifest.segments) == 1 or store.unnamed() == []
    store.close()
    done("compact", index)
    assert len(list((index / "segments").iterdir())) == 1
    assert_sound(index)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize("at", [5, 31, 32])
def test_an_index_that_forgets_survives(index: Path, at: int) -> None:
    """A day is there or not, and can be forgotten again."""
    done("compact", index)
    code, _ = stopped(at, "SIGKILL", "forget", "--day", "2", index)
    assert_sound(index)
    if code:
        numbers = [day["number"] for day in json.loads(looked_after("stats", "--json", index).stdout)["days"]]
        if 2 in numbers:
            done("forget", "--day", "2", index)
        done("compact", index)
    assert_sound(index)
    assert len(list((index / "segments").iterdir())) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize("at", [5, 64, 125])
def test_indexes_that_are_put_together_survive(index: Path, at: int) -> None:
    """The new one is not there, and can be made anew."""
    target = index.parent / "all.index"
    code, _ = stopped(at, "SIGKILL", "merge", index, "-o", target)
    assert_sound(index)
    if code:
        assert not (target / "dedup-index.json").exists()
        done("merge", index, "-o", target)
    assert_sound(target)
    assert len(list((target / "segments").iterdir())) == 4


@pytest.mark.skipif(not FULL.exists(), reason="needs a device without room")
def test_figures_that_find_no_room_are_an_error(index: Path) -> None:
    """A device that is full takes nothing."""
    with FULL.open("wb") as full:
        ended = subprocess.run(
            [*MODULE, "stats", str(index)], stdout=full, stderr=subprocess.PIPE, check=False, env=environment()
        )
    assert ended.returncode == 2
    assert b"Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_there_is_no_room_for_a_new_segment(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index stays as it was, and nothing half written is left."""
    before = sorted((index / "segments").iterdir())

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    for arguments in (("compact", str(index)), ("merge", str(index), "-o", str(index.parent / "new"))):
        with monkeypatch.context() as patch:
            patch.setattr("dedup.index.store.os.fsync", full)
            found = looked_after(*arguments)
        assert found.code == 2
        assert b"the index cannot be written (No space left on device)" in found.stderr
        assert sorted((index / "segments").iterdir()) == before
    assert not list((index.parent / "new" / "segments").iterdir())
    assert_sound(index)
