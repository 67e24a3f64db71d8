"""The other tools: which there are, how each is run, and what it left of a sample."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

SCRIPT = Path(__file__).with_name("run_tool.py")


class Rule(NamedTuple):
    """What a tool does with paragraphs.

    Attributes:
        title: what tables call it.
        package: the package that has to be installed; empty for a program that is found on the path.
        name: the rule in ``run_tool.py``, or the program.
        arguments: its arguments.
        records: it reads JSON lines, not plain lines.
        slow: measured on a slice only.
    """

    title: str
    package: str
    name: str
    arguments: tuple[str, ...] = ()
    records: bool = False
    slow: bool = False


RULES = (
    Rule("datasketch loop, 2 words, 0.8", "datasketch", "datasketch", ("--width", "2"), slow=True),
    Rule("datasketch loop, 3 words, 0.8", "datasketch", "datasketch", ("--width", "3"), slow=True),
    Rule("datasketch loop, 5 words, 0.8", "datasketch", "datasketch", ("--width", "5"), slow=True),
    Rule("rensa as in its README, words, 0.8", "rensa", "rensa"),
    Rule("rensa, 2 words, 0.8", "rensa", "rensa-shingles", ("--width", "2")),
    Rule("rensa rho (its fastest), words, 0.8", "rensa", "rensa-rho"),
    Rule(
        "text-dedup MinHash as in its README, 5 words, 0.7",
        "text-dedup",
        "text-dedup",
        ("--threshold", "0.7"),
        records=True,
        slow=True,
    ),
    Rule("dolma Bloom filter, paragraphs", "dolma", "dolma", records=True),
)
"""Tools that compare more than bytes, or could."""

LINES = (
    Rule("`mawk '!s[$0]++'`", "", "mawk", ("!s[$0]++",)),
    Rule("`gawk '!s[$0]++'`", "", "gawk", ("!s[$0]++",)),
    Rule("`LC_ALL=C sort -u`", "", "sort", ("-u",)),
)
"""Programs that compare lines byte by byte."""


class Peers:
    """The tools that are installed.

    Args:
        environment: a virtual environment with some of the packages; None if there is none.
    """

    def __init__(self, environment: Path | None) -> None:
        found = [
            environment / folder / name
            for folder, name in (("bin", "python"), ("Scripts", "python.exe"))
            if environment is not None and (environment / folder / name).exists()
        ]
        self._python = str(found[0]) if found else sys.executable
        self.versions: dict[str, str] = json.loads(self._run(["versions", "-"]).stdout)

    def _run(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        command = [self._python, str(SCRIPT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)

    def missing(self, rule: Rule) -> str:
        """Return why a rule cannot be run; nothing if it can."""
        there = rule.package in self.versions if rule.package else shutil.which(rule.name) is not None
        return "" if there else "not installed"

    def titled(self, rule: Rule) -> str:
        """Return the rule's title with the tool's version."""
        found = self.versions.get(rule.package)
        if found is None:
            return rule.title
        first, _, rest = rule.title.partition(rule.package)
        return f"{first}{rule.package} {found}{rest}"

    def command(self, rule: Rule, source: Path) -> list[str]:
        """Return the command that prints what the rule leaves of a file."""
        if rule.package:
            return [self._python, str(SCRIPT), rule.name, str(source), *rule.arguments]
        program = shutil.which(rule.name) or rule.name
        command = [program, *rule.arguments, str(source)]
        return ["env", "LC_ALL=C", *command] if rule.name == "sort" else command

    def kept(self, rule: Rule, source: Path, folder: Path) -> list[int] | str:
        """Return the numbers of a file's paragraphs that the rule leaves, or why nobody knows."""
        if missing := self.missing(rule):
            return missing
        kept = folder / "kept.txt"
        done = self._run([rule.name, str(source), *rule.arguments, "--kept", str(kept)])
        if done.returncode:
            print(f"{rule.title}: {done.stderr.strip()[-300:]}", file=sys.stderr)
            return "failed"
        return [int(number) for number in kept.read_text(encoding="ascii").split()]
