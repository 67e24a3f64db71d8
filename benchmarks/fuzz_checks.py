"""What `dedup` promises, asked of cases of `benchmarks/fuzz.py`: what its runs have to agree in."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

from dedup.text.paragraphs import split
from tests.support.cli_inprocess import Done, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from benchmarks.fuzz_cases import Case
    from dedup.model.settings import Split

TOLD = ("did not settle", "held back")
"""What a summary says where the program gave up on something: a second run may then find something to remove."""
_SUMMARY = re.compile(
    r"([\d,]+) files?(?:, ([\d,]+) documents?)?, ([\d,]+) paragraphs?: ([\d,]+) (?:kept|to keep), "
    r"([\d,]+) (?:removed|to remove)(?: \(([^)]*)\))?"
)
_DECIDING = ("--split", "--threshold", "--guard", "--min-words", "--scope", "--keep", "--boilerplate", "--within")


class BrokenPromiseError(Exception):
    """A promise does not hold.

    Attributes:
        promise: its name.
        what: what was seen.
    """

    def __init__(self, promise: str, what: str) -> None:
        super().__init__(f"{promise}: {what}")
        self.promise, self.what = promise, what


@dataclass(frozen=True)
class Summary:
    """The figures of a run."""

    paragraphs: int
    kept: int
    removed: int
    reasons: int
    """Sum of what went, reason by reason."""
    told: tuple[str, ...]
    """What the program says it gave up on; see `TOLD`."""


class Checker:
    """Runs a case and asks for the promises.

    Args:
        directory: where its files are put; what is in it is removed.
        thorough: ask everything, also what takes processes of its own.
        strict: a second run has to find nothing, whatever the first one told.
    """

    def __init__(self, directory: Path, *, thorough: bool = False, strict: bool = False) -> None:
        self._directory = directory
        self._thorough = thorough
        self._strict = strict
        self.told = False
        """A second run of the last case found something, and the first one had told that it might."""
        self.removed = 0
        """Paragraphs that went in the last case."""

    def check(self, case: Case) -> None:
        """Ask for all promises.

        Raises:
            BrokenPromiseError: one does not hold.
        """
        self.told, self.removed = False, 0
        self._case = case
        self._begin()
        first = self._cleaned(self._source, "out", "--removed", self._path("log"))
        self._original, self._output = self._tree(self._source), self._tree("out")
        self._entries = [json.loads(line) for line in (self._directory / "log").read_bytes().splitlines()]
        self._removals = [entry for entry in self._entries if next(iter(entry)) == "document"]
        summary = self._summary(first)
        self.removed = summary.removed
        self._ask("sums", len(self._removals) == summary.removed, "the log and the summary do not agree")
        self._witnesses()
        self._restored()
        self._idempotent(summary)
        self._checked(summary)
        if case.lines:
            self._marked()
        if self._thorough:
            self._in_other_pieces()
            self._cleaned(self._source, "two", "--removed", self._path("log2"), workers=2)
            self._same("two", "log2", "workers")
            self._process()
        if case.lines and not case.pack:
            self._library()

    def _begin(self) -> None:
        shutil.rmtree(self._directory, ignore_errors=True)
        self._directory.mkdir(parents=True)
        case = self._case
        if case.lines:
            self._source = f"in.jsonl{case.pack}"
            data = b"".join(case.documents)
            (self._directory / self._source).write_bytes(gzip.compress(data) if case.pack else data)
        else:
            self._source = "in"
            (self._directory / "in").mkdir()
            for number, document in enumerate(case.documents):
                (self._directory / "in" / f"{number:05}.txt").write_bytes(document)
        self._more: list[str] = []
        if case.references:
            (self._directory / "ref.jsonl").write_bytes(b"".join(case.references))
            self._more = ["--against", self._path("ref.jsonl")]

    def _path(self, name: str) -> str:
        return str(self._directory / name)

    def _arguments(self, source: str, *more: str, workers: int = 1) -> list[str]:
        options = [*self._case.options, *self._more]
        if not self._case.lines:
            options += ["--format", "text", "--binary-as-text"]
        return ["--isolated", "--no-progress", "--workers", str(workers), *options, *more, self._path(source)]

    def _cleaned(self, source: str, output: str, *more: str, workers: int = 1) -> Done:
        target = self._path(output + (f".jsonl{self._case.pack}" if self._case.lines else ""))
        return self._run(self._arguments(source, "-o", target, *more, workers=workers))

    def _run(self, arguments: Sequence[str], runner: Callable[[Sequence[str]], Done] = run) -> Done:
        done = runner(arguments)
        told = done.stderr.decode("utf-8", "replace")
        harm = "Traceback" in told or "internal error" in told or "this is a bug" in told or done.code not in (0, 1, 2)
        self._ask("no crash", not harm, f"exit {done.code}: {told[-2000:]}")
        # A record without text is told, and ends with 2; anything else that does has no summary.
        self._ask("no error", done.code != 2 or _SUMMARY.search(told) is not None, f"{told[-2000:]}")
        return done

    def _ask(self, promise: str, holds: bool, what: str) -> None:  # noqa: FBT001 - what is asked
        if not holds:
            raise BrokenPromiseError(promise, what)

    def _summary(self, done: Done) -> Summary:
        text = done.stderr.decode("utf-8", "replace")
        found = list(_SUMMARY.finditer(text))
        self._ask("sums", bool(found), f"no summary: {text[-500:]}")
        _, _, paragraphs, kept, removed, reasons = found[-1].groups()
        each = map(_number, re.findall(r"([\d,]+) [a-z]", reasons or ""))
        told = tuple(name for name in TOLD if name in text[found[-1].start() :])
        summary = Summary(_number(paragraphs), _number(kept), _number(removed), sum(each), told)
        agree = summary.paragraphs == summary.kept + summary.removed and summary.removed == summary.reasons
        self._ask("sums", agree, f"{found[-1].group()}")
        return summary

    def _tree(self, name: str) -> dict[str, bytes]:
        """Return the bytes of each file, unpacked."""
        path = self._directory / name
        if self._case.lines and not path.exists():
            path = self._directory / f"{name}.jsonl{self._case.pack}"
        files = [path] if path.is_file() else sorted(path.iterdir())
        out = {}
        for file in files:
            data = file.read_bytes()
            out[file.name if path.is_dir() else "-"] = gzip.decompress(data) if file.suffix == ".gz" and data else data
        return out

    def _paragraph(self, entry: dict[str, Any]) -> tuple[str, int, int]:
        document = entry["document"]
        return document["file"], document.get("line", 1), entry["paragraph"]

    def _witnesses(self) -> None:
        """Ask that each witness stays, and that it stands where the log says, as far as spans are told."""
        gone = {self._paragraph(entry): entry for entry in self._removals}
        self._ask("witness", len(gone) == len(self._removals), "a paragraph went twice")
        self._spelt: dict[tuple[str, int], list[str]] = {}
        for entry in self._removals:
            self._ask("witness", bool(entry["witnesses"]), f"no witness: {entry}")
            self._stands(entry["document"], entry["paragraph"], entry["text"])
            for witness in entry["witnesses"]:
                there = {"document": witness.get("document", entry["document"]), "paragraph": witness["paragraph"]}
                stays = self._paragraph(there) not in gone or entry["reason"] == "boilerplate"
                self._ask("witness", stays, f"a witness went: {entry}")
                self._stands(there["document"], witness["paragraph"], witness.get("text", entry["text"]))
                if entry["compared"] == "identical":
                    self._ask("witness", witness.get("text", entry["text"]) == entry["text"], f"not the same: {entry}")
            if not self._case.corpus and not self._case.lines:
                data = self._original[entry["document"]["file"].rpartition("/")[2]]
                raw = data[entry["span"]["start"] : entry["span"]["end"]]
                self._ask("bytes", raw.decode("utf-8", "surrogateescape") == entry["text"], f"not there: {entry}")

    def _stands(self, document: dict[str, Any], paragraph: int, text: str) -> None:
        """Ask that a paragraph stands where the log says; `-` and files that were unpacked alike."""
        name, line = document["file"].rpartition("/")[2], document.get("line", 1)
        if (name, line) not in self._spelt:
            if not self._case.lines and name in self._original:
                whole = self._original[name].decode("utf-8", "surrogateescape")
            elif not self._case.lines:  # told to be text, as all of the run
                whole = b"".join(self._case.references).decode("utf-8", "surrogateescape")
            else:
                data = b"".join(self._case.references) if name == "ref.jsonl" else self._original["-"]
                data = data.removeprefix(b"\xef\xbb\xbf") if line == 1 else data
                whole = json.loads(data.split(b"\n")[line - 1].decode("utf-8", "surrogateescape"))["text"]
            spans = split(whole, cast("Split", self._case.value("--split") or "auto"))
            self._spelt[name, line] = [whole[start:end] for start, end in spans]
        found = self._spelt[name, line]
        holds = paragraph < len(found) and found[paragraph] == text
        self._ask("witness", holds, f"not where the log says: {document}, paragraph {paragraph}: {text!r}")

    def _restored(self) -> None:
        end = f".jsonl{self._case.pack}" if self._case.lines else ""
        target = self._path(f"back{end}")
        done = run(["--isolated", "--quiet", "--restore", self._path("log"), "-o", target, self._path(f"out{end}")])
        self._ask("restorable", done.code == 0, done.stderr.decode("utf-8", "replace")[-1000:])
        back = self._tree("back")
        differ = [name for name in self._original if back.get(name) != self._original[name]]
        self._ask("restorable", not differ, f"not the bytes that were there: {differ[:3]}")

    def _idempotent(self, first: Summary) -> None:
        if "--empty" in self._case.options and self._case.value("--empty") == "null":
            return  # a text that is null is none any more
        source = "out" + (f".jsonl{self._case.pack}" if self._case.lines else "")
        again = self._summary(self._cleaned(source, "again", "--removed", self._path("log3")))
        if again.removed:
            found = [json.loads(line) for line in (self._directory / "log3").read_bytes().splitlines()]
            what = f"{again.removed} more went, first {[one for one in found if next(iter(one)) == 'document'][:2]}"
            self._ask("idempotent", bool(first.told) and not self._strict, what)
            self.told = True

    def _checked(self, first: Summary) -> None:
        done = self._run(self._arguments(self._source, "--check"))
        summary = self._summary(done)
        self._ask("check agrees", summary.removed == first.removed, f"{summary.removed} instead of {first.removed}")
        self._ask("check agrees", done.code == 2 or done.code == int(summary.removed > 0), f"exit {done.code}")

    def _marked(self) -> None:
        if any(option in self._case.options for option in ("--empty",)):
            return
        self._cleaned(self._source, "marked", "--mark")
        marked = [
            json.loads(line.decode("utf-8", "surrogateescape")).get("dedup", [])
            for line in self._tree("marked")["-"].split(b"\n")
            if b'"dedup"' in line
        ]
        self._ask("mark agrees", sum(map(len, marked)) == len(self._removals), "other removals than the log")

    def _same(self, output: str, log: str, promise: str) -> None:
        self._ask("deterministic", self._tree(output) == self._output, f"other bytes: {promise}")
        same = (self._directory / log).read_bytes() == (self._directory / "log").read_bytes()
        self._ask("deterministic", same, f"another log: {promise}")

    def _in_other_pieces(self) -> None:
        """Ask that nothing depends on how the work is cut."""
        size = 500
        with ExitStack() as stack:
            for name, value in (
                ("dedup.formats.jsonl.TASK_BYTES", size),
                ("dedup.formats.parts._TASK_ENOUGH", size),
                ("dedup.text.long_texts.BATCH", size),
                ("dedup.engines.removal.second_pass.BATCH", size),
                ("dedup.engines.local.stages._MOST_PAIRS", 3),
                ("dedup.engines.local.stages._FEWEST_PAIRS", 2),
            ):
                stack.enter_context(patch(name, value))
            self._cleaned(self._source, "pieces", "--removed", self._path("log4"))
            self._same("pieces", "log4", "pieces")
            # Where nobody is to be told, documents are cut in another way.
            self._cleaned(self._source, "plain")
            self._ask("deterministic", self._tree("plain") == self._output, "other bytes: without a log")

    def _process(self) -> None:
        def process(arguments: Sequence[str]) -> Done:
            done = subprocess.run([sys.executable, "-m", "dedup", *arguments], capture_output=True, check=False)
            return Done(done.returncode, done.stdout, done.stderr)

        end = f".jsonl{self._case.pack}" if self._case.lines else ""
        self._run(self._arguments(self._source, "-o", self._path(f"process{end}")), process)
        self._ask("deterministic", self._tree("process") == self._output, "other bytes: in a process of its own")

    def _library(self) -> None:
        """Ask that the library gives the same texts as the command."""
        from dedup import clean_documents  # only where it is asked

        options: dict[str, Any] = {"exact": "--exact" in self._case.options}
        for name in _DECIDING:
            if (value := self._case.value(name)) is not None:
                number = name in ("--min-words", "--boilerplate")
                options[name[2:].replace("-", "_")] = (
                    int(value) if number else float(value) if name == "--threshold" else value
                )
        if "within" in options or "--empty" in self._case.options:
            return
        before, after = _texts(self._original["-"]), _texts(self._output["-"])
        against = _texts(b"".join(self._case.references))
        if against:
            options["against"] = against
        left = [done.text for done in clean_documents(before, **options)]
        self._ask("library agrees", left == after, "other texts than the command")


def _number(figures: str) -> int:
    return int(figures.replace(",", ""))


def _texts(data: bytes) -> list[str]:
    """Return the texts of the records that have one."""
    out = []
    for number, line in enumerate(data.split(b"\n")):
        try:
            record = json.loads(
                (line.removeprefix(b"\xef\xbb\xbf") if not number else line).decode("utf-8", "surrogateescape")
            )
        except ValueError:
            continue
        if isinstance(record, dict) and isinstance(record.get("text"), str):
            out.append(record["text"])
    return out
