"""Check a removal log against its input, independently: was everything that went really still there?

    python benchmarks/verify_log.py corpus.jsonl log.jsonl
    python benchmarks/verify_log.py corpus.jsonl log.jsonl.gz --against reference.jsonl --show 50

For each removal: its text stands where the log says; each witness stands where the log says and is not itself removed
(but for boilerplate, of which no copy stays); both are equal, equal but for case, form, spacing and punctuation, or
similar, as the log says; and no number is lost, unless the run had ``--guard off``. Texts are compared by
`lib/independent.py`; only what a paragraph is comes from the program. Ends with 1 if anything fails.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import sys
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.lib import independent
from benchmarks.lib.pairs import field_of
from dedup.text import paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator

CACHED = 2000
"""Documents that are kept cut into paragraphs."""
SLACK = 0.03
"""By so much a similarity may differ because words are told apart in another way; counted, not failed."""

Key = tuple[str, int]


class Finding(NamedTuple):
    """Something that is to be reported.

    Attributes:
        kind: what.
        failed: whether the log is wrong; else it is only for reading.
        entry: the removal.
        said: the details.
    """

    kind: str
    failed: bool
    entry: dict[str, Any]
    said: str = ""


class Inputs:
    """The documents that a log speaks of.

    Args:
        paths: the input, then what else witnesses may stand in.
        field: where the text is in a record.
        split: what a paragraph is.
    """

    def __init__(self, paths: list[Path], field: str, split: Any) -> None:
        self._paths = paths
        self._field = field
        self._split = split
        self._lines: dict[Path, array[int]] = {}
        self._documents: collections.OrderedDict[Key, list[str]] = collections.OrderedDict()

    def paragraphs(self, key: Key) -> list[str]:
        """Return the paragraphs of a document; none if there is no such document."""
        if key in self._documents:
            self._documents.move_to_end(key)
            return self._documents[key]
        text = self._text(self._path(key[0]), key[1])
        found = [text[start:end] for start, end in paragraphs.split(text, self._split)]
        self._documents[key] = found
        if len(self._documents) > CACHED:
            self._documents.popitem(last=False)
        return found

    def _path(self, name: str) -> Path:
        """Return the file of that name; the first one if there is only one."""
        named = [path for path in self._paths if str(path) == name or str(path).endswith("/" + name)]
        named = named or [path for path in self._paths if path.name == Path(name).name]
        return named[0] if named else self._paths[0]

    def _text(self, path: Path, line: int) -> str:
        if line == 0:
            return path.read_bytes().decode("utf-8", "surrogateescape")
        if path not in self._lines:
            self._lines[path] = _places(path)
        places = self._lines[path]
        if line >= len(places):
            return ""
        with path.open("rb") as file:
            file.seek(places[line - 1])
            return str(field_of(json.loads(file.read(places[line] - places[line - 1])), self._field))


def _places(path: Path) -> array[int]:
    """Return where each line of a file begins, and where the last one ends."""
    places = array("q", [0])
    with path.open("rb") as file:
        for line in file:
            places.append(places[-1] + len(line))
    return places


class Check:
    """Goes through a log.

    Args:
        inputs: the documents.
        log: the removal log.
        threshold: how similar paragraphs have to be.
        numbers: no number may be lost.
        strict: the run had the strict guard.
    """

    def __init__(self, inputs: Inputs, log: Path, threshold: float, *, numbers: bool, strict: bool) -> None:
        self._inputs = inputs
        self._log = log
        self._threshold = threshold
        self._numbers = numbers
        self._strict = strict
        self._gone: dict[Key, set[int]] = collections.defaultdict(set)
        self.counts: collections.Counter[str] = collections.Counter()

    def run(self) -> Iterator[Finding]:
        """Yield everything that is to be reported."""
        end = None
        for entry in entries(self._log):
            end = entry.get("end", end)
            if "paragraph" in entry and "held" not in entry:
                numbers = self._gone[key_of(entry["document"])]
                if entry["paragraph"] in numbers:
                    yield Finding("removed twice", failed=True, entry=entry)
                numbers.add(entry["paragraph"])
        if end != sum(map(len, self._gone.values())):
            yield Finding("the log is not whole", failed=True, entry={}, said=f"its last line says {end}")
        for entry in entries(self._log):
            if "paragraph" in entry and "held" not in entry:
                self.counts[f"{entry['reason']}, {entry['compared']}"] += 1
                yield from self._removal(entry)

    def _removal(self, entry: dict[str, Any]) -> Iterator[Finding]:
        own = key_of(entry["document"])
        if self._at(own, entry["paragraph"]) != entry["text"]:
            yield Finding("the paragraph does not stand there", failed=True, entry=entry)
        if not entry["witnesses"]:
            yield Finding("no witness", failed=True, entry=entry)
        for witness in entry["witnesses"]:
            key = key_of(witness["document"]) if "document" in witness else own
            if self._at(key, witness["paragraph"]) != witness.get("text", entry["text"]):
                yield Finding("the witness does not stand there", failed=True, entry=entry)
            gone = witness["paragraph"] in self._gone.get(key, ())
            if gone and entry["reason"] != "boilerplate":
                yield Finding("the witness is removed itself", failed=True, entry=entry)
            if key == own and witness["paragraph"] == entry["paragraph"]:
                yield Finding("its own witness", failed=True, entry=entry)
        yield from self._compared(entry)

    def _at(self, key: Key, paragraph: int) -> str | None:
        found = self._inputs.paragraphs(key)
        return found[paragraph] if paragraph < len(found) else None

    def _compared(self, entry: dict[str, Any]) -> Iterator[Finding]:
        text, theirs = entry["text"], "\n".join(each.get("text", entry["text"]) for each in entry["witnesses"])
        if entry["compared"] == "identical":
            if theirs != text:
                yield Finding("not identical", failed=True, entry=entry)
            return
        if entry["compared"] == "folded":
            yield from _folded(text, theirs, entry)
        else:
            yield from self._aligned(text, theirs, entry)
        lost, otherwise = independent.numbers_missing(text, theirs)
        if otherwise:
            yield Finding("a number is written otherwise", failed=False, entry=entry, said=" ".join(otherwise))
        if lost:
            kind = "a number is lost" if self._numbers else "a number is lost (guard off)"
            yield Finding(kind, failed=self._numbers, entry=entry, said=" ".join(lost))

    def _aligned(self, text: str, theirs: str, entry: dict[str, Any]) -> Iterator[Finding]:
        ours, witness = independent.tokens(text), independent.tokens(theirs)
        same = independent.common(ours, witness)
        best = max(2 * same / max(len(ours) + len(witness), 1), same / max(len(ours), 1))
        # With the strict guard, words in another spelling make up for what is missing.
        least = self._threshold if not self._strict else 1.5 * self._threshold - 0.5
        if best < self._threshold:
            near = best >= least - SLACK
            kind = "a little below the threshold" if near else "not similar"
            yield Finding(kind, failed=not near, entry=entry, said=f"{best:.3f}")


def _folded(text: str, theirs: str, entry: dict[str, Any]) -> Iterator[Finding]:
    if independent.written(text) == independent.written(theirs):
        return
    loose = independent.loosely_written(text) == independent.loosely_written(theirs)
    yield Finding("equal only without marks" if loose else "not equal", failed=not loose, entry=entry)


def key_of(document: dict[str, Any]) -> Key:
    """Return the file and the line of a document; 0 for a file that is one document."""
    return document["file"], document.get("line", 0)


def entries(log: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a log."""
    with gzip.open(log, "rb") if log.suffix == ".gz" else log.open("rb") as file:
        for line in file:
            yield json.loads(line)


def verify(log: Path, paths: list[Path], threshold: float | None = None, guard: str | None = None) -> Check:
    """Return the check of a log, to be run.

    Args:
        log: the removal log.
        paths: the input, then what else witnesses may stand in.
        threshold: instead of the log's own.
        guard: likewise.
    """
    header = next(entries(log))
    options = header["options"]
    inputs = Inputs(paths, header["field"], options["split"])
    numbers = (guard or options["guard"]) != "off"
    strict = (guard or options["guard"]) == "strict"
    return Check(inputs, log, options["threshold"] if threshold is None else threshold, numbers=numbers, strict=strict)


def main() -> None:
    """Check and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path)
    parser.add_argument("log", type=Path)
    parser.add_argument("--against", type=Path, action="append", default=[], help="where else witnesses may stand")
    parser.add_argument("--threshold", type=float, help="instead of the log's own")
    parser.add_argument("--guard", choices=("strict", "numbers", "off"), help="instead of the log's own")
    parser.add_argument("--show", type=int, default=10, help="findings shown of each kind [10]")
    options = parser.parse_args()
    check = verify(options.log, [options.input, *options.against], options.threshold, options.guard)
    found: collections.Counter[tuple[bool, str]] = collections.Counter()
    for finding in check.run():
        found[finding.failed, finding.kind] += 1
        if found[finding.failed, finding.kind] <= options.show:
            _show(finding)
    print(f"{sum(check.counts.values())} removals checked")
    for kind, number in check.counts.most_common():
        print(f"  {number:9} {kind}")
    for (failed, kind), number in sorted(found.items(), reverse=True):
        print(f"  {number:9} {'FAILED' if failed else 'to be read'}: {kind}")
    failures = sum(number for (failed, _), number in found.items() if failed)
    print(f"{failures} failures")
    sys.exit(1 if failures else 0)


def _show(finding: Finding) -> None:
    entry = finding.entry
    where = f"{entry['document']['file']}:{entry['document'].get('line', '')}#{entry['paragraph']}" if entry else ""
    print(f"{'FAILED' if finding.failed else 'to be read'}  {finding.kind}  {finding.said}  {where}")
    for text in [entry.get("text", ""), *(each.get("text", "(the same)") for each in entry.get("witnesses", []))]:
        print(f"    {' '.join(text.split())[:300]}")


if __name__ == "__main__":
    main()
