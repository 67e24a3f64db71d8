"""What the command says of itself, and what it costs to ask."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dedup.command.help import render
from dedup.command.options import GROUPS, OPTIONS, SHELLS
from dedup.formats.names import USUAL
from dedup.model.job import Cluster, Job
from dedup.model.settings import FEWEST_COPIES, Settings
from dedup.native.kernels import describe
from tests.support import update_docs
from tests.support.cli_process import REPEATED, environment

if TYPE_CHECKING:
    from tests.support.cli_process import Command

FOREIGN = {"click", "datasketch", "numpy", "rapidfuzz", "rich", "scipy"}


@pytest.mark.parametrize("args", [("--help",), ("-h",), ("--check", "--help", "nowhere.txt")])
def test_the_help_is_the_same_however_it_is_asked_for(dedup: Command, args: tuple[str, ...]) -> None:
    done = dedup(*args)
    assert (0, render(), "") == (done.code, done.stdout.decode(), done.stderr)


@pytest.mark.parametrize("page", sorted({*update_docs.BLOCKS, *update_docs.WHOLE}))
def test_the_docs_show_what_the_program_says(page: str) -> None:
    """If this fails: python tests/support/update_docs.py."""
    if page == "api.md":
        pytest.importorskip("griffe")
    assert update_docs.updated(page) == (update_docs.DOCS / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_the_help_keeps_to_its_width_and_is_never_wider_than_80(width: int) -> None:
    wide = [line for line in render(width).splitlines() if len(line) > max(48, min(width, 80))]
    assert wide == []


def test_each_option_is_explained_once() -> None:
    text = render()
    for option in OPTIONS.values():
        assert sum(f"{line.strip()} ".startswith(f"{option.flags} ") for line in text.splitlines()) == 1, option.name
        assert option.help.endswith("."), option.name
    assert len(OPTIONS) == sum(len(group) for _, group in GROUPS)


def test_examples_come_first_and_exit_statuses_last() -> None:
    text = render()
    assert text.index("Examples:") < text.index("What is removed:") < text.index("Exit status:")
    assert "130" in text.splitlines()[-1]


def test_defaults_in_the_table_are_those_of_the_job() -> None:
    told = {name.replace("-", "_"): option.default for name, option in OPTIONS.items() if option.source == "config"}
    names = {"text_field": "field"}
    settings = {field.name: getattr(Settings(), field.name) for field in dataclasses.fields(Settings)}
    job = {names.get(field.name, field.name): getattr(Job(), field.name) for field in dataclasses.fields(Job)}
    assert (Job().cluster, Job().include) == (None, None)
    job |= {
        "include": USUAL,
        "engine": "local",
        "master": Cluster().master,
        "remote": Cluster().remote,
        "spark_conf": Cluster().conf,
    }
    assert told == {name: {**job, **settings}[name] for name in told}
    assert set(settings) <= set(told)
    assert OPTIONS["boilerplate"].least == FEWEST_COPIES


@pytest.mark.parametrize(
    ("args", "absent"),
    [
        (["--help"], FOREIGN | {"json", "inspect", "dataclasses", "importlib.metadata", "tomllib", "multiprocessing"}),
        (["--show-config"], FOREIGN - {"click"} | {"importlib.metadata", "multiprocessing"}),
        (["--check", "-"], {"datasketch", "scipy", "rich", "importlib.metadata", "multiprocessing"}),
    ],
)
def test_nothing_is_imported_that_is_not_needed(args: list[str], absent: set[str], tmp_path: Path) -> None:
    """Start-up time is a promise; what is imported is what it depends on."""
    code = f"import sys; from dedup.cli import main; main({args!r}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=b"One.\n\nTwo.\n",
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env=environment({"DEDUP_ISOLATED": "1", "DEDUP_QUIET": "1"}),
    )
    loaded = set(done.stderr.decode().split())
    assert "dedup.cli" in loaded
    assert set() == absent & loaded


@pytest.mark.parametrize("args", [[], ["--scope", "corpus", "--workers", "1"]])
def test_numpy_loads_no_masked_arrays(args: list[str], tmp_path: Path) -> None:
    """Some of its functions load them only to see that an array is none, in each process: a tenth of a second."""
    told = "It was at most -5 degrees when the ferry to Sund left the harbour on Monday morning, the crew said."
    texts = [f"{told}\n\n{told.replace('crew', 'office')}\n\n{told}\n", f"Weather\n\n{told}\n\nMore later."] * 2
    records = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    code = f"import sys; from dedup.cli import main; main({args!r}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=records,
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env=environment({"DEDUP_ISOLATED": "1", "DEDUP_QUIET": "1"}),
    )
    assert len(done.stdout) < len(records)
    loaded = done.stderr.decode().split()
    assert "numpy" in loaded
    assert "numpy.ma" not in loaded


def test_importing_the_library_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import dedup; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert {"dedup"} == {name for name in done.stdout.split() if name.split(".")[0] in {"dedup", *FOREIGN}}


def test_version(dedup: Command) -> None:
    done = dedup("--version")
    assert (0, f"dedup {importlib.metadata.version('paradedup')} ({describe()})\n", "") == (
        done.code,
        done.stdout.decode(),
        done.stderr,
    )


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_scripts_are_what_the_shell_can_read(dedup: Command, shell: str, tmp_path: Path) -> None:
    done = dedup("--completion", shell)
    assert (done.code, done.stderr) == (0, "")
    assert f"_DEDUP_COMPLETE={shell}_complete" in done.stdout.decode()
    if program := shutil.which(shell):
        script = tmp_path / "script"
        script.write_bytes(done.stdout)
        subprocess.run([program, "-n", script], check=True)


def test_completion_completes_options_and_choices(dedup: Command) -> None:
    def complete(words: str) -> str:
        env = {"_DEDUP_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        return dedup(env=env).stdout.decode()

    assert complete("dedup --thre") == "plain,--threshold\n"
    assert complete("dedup --guard ") == "plain,strict\nplain,numbers\nplain,off\n"


def test_the_installed_command_is_the_module(dedup: Command, tmp_path: Path) -> None:
    """The `dedup` fixture runs ``python -m dedup``; the script beside the interpreter does the same."""
    script = Path(sysconfig.get_path("scripts"), "dedup")
    if not script.exists():
        pytest.skip("the command is not installed")
    done = subprocess.run([script], input=REPEATED.encode(), capture_output=True, check=False, cwd=tmp_path)
    again = dedup(stdin=REPEATED.encode())
    assert (again.code, again.stdout, again.stderr) == (done.returncode, done.stdout, done.stderr.decode())


def test_with_nothing_to_read_a_terminal_gets_a_short_help(dedup: Command) -> None:
    done = dedup.on_terminal(stdin=None)
    assert done.code == 2
    assert done.stderr.startswith("Usage: dedup [OPTIONS] [INPUT]...")
    assert "'dedup --help' lists all options." in done.stderr
    assert done.stdout == b""
