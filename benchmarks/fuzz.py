"""Look for inputs that break a promise: small corpora made for trouble, cleaned in many ways, promises as oracles.

    python benchmarks/fuzz.py                               until it is interrupted, with a seed of its own
    python benchmarks/fuzz.py --documents 200000            until so many documents were cleaned
    python benchmarks/fuzz.py --minutes 5 --seed 7          for so long
    python benchmarks/fuzz.py --case 7/1203                 one case again, thoroughly

A case that breaks a promise is made as small as it gets and is written to a directory: the input, the options, and what
was seen. It ends with 1 if there was one.

A second run may find something to remove where the first one said that it held paragraphs back, or that a document did
not settle: such cases are counted; with ``--strict`` they are failures, too.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import shlex
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.fuzz_cases import Case, made
from benchmarks.fuzz_checks import BrokenPromiseError, Checker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

THOROUGH = 10
"""One case of so many is asked everything, also what takes processes of its own."""
PATIENCE = 120.0
"""Seconds for making a case small."""


def broken(checker: Checker, case: Case) -> BrokenPromiseError | None:
    """Return the promise that a case breaks; None where it breaks none."""
    try:
        checker.check(case)
    except BrokenPromiseError as error:
        return error
    except Exception as error:  # noqa: BLE001 - whatever a run raises is a crash
        return BrokenPromiseError("no crash", f"{type(error).__name__}: {error}")
    return None


class _Smaller:
    """Makes a case small that fails.

    Args:
        fails: whether another case fails in the same way.
        seconds: for looking.
    """

    def __init__(self, fails: Callable[[Case], bool], seconds: float) -> None:
        self._fails = fails
        self._end = time.monotonic() + seconds

    def of(self, case: Case) -> Case:
        """Return a case with as few documents, options and lines as can be found in time."""
        case = case.of(self._less(case.documents, case.of))
        whole = case
        case = case.of(case.documents, self._less(case.references, lambda some: whole.of(whole.documents, some)))
        needed = ("--scope", "--keep", "--boilerplate")
        for name in [option for option in case.options if option.startswith("--") and option not in needed]:
            tried = _without(case, name)
            if time.monotonic() < self._end and self._fails(tried):
                case = tried
        for place in range(len(case.documents)):
            case = self._shorter(case, place)
        return case

    def _less(self, parts: Sequence[bytes], of: Callable[[Sequence[bytes]], Case]) -> list[bytes]:
        """Return fewer parts of which a case still fails: delta debugging (Zeller and Hildebrandt 2002)."""
        left, step = list(parts), max(1, len(parts) // 2)
        while step and left:
            at, before = 0, len(left)
            while at < len(left):
                if time.monotonic() > self._end:
                    return left
                tried = left[:at] + left[at + step :]
                if self._fails(of(tried)):
                    left = tried
                else:
                    at += step
            if step > 1 or len(left) == before:
                step //= 2
        return left

    def _shorter(self, case: Case, place: int) -> Case:
        """Return a case with fewer lines in a document; of a record they are those of its text, written plainly."""
        document = case.documents[place]
        text = document
        if case.lines:
            try:
                text = json.loads(document)["text"].encode("utf-8", "surrogatepass")
            except (ValueError, TypeError, KeyError, AttributeError):
                return case
        pieces = text.splitlines(keepends=True)

        def of(some: Sequence[bytes]) -> Case:
            left = b"".join(some)
            if case.lines:
                record = json.loads(document) | {"text": left.decode("utf-8", "surrogatepass")}
                left = json.dumps(record).encode() + b"\n"
            return case.of([*case.documents[:place], left, *case.documents[place + 1 :]])

        kept = self._less(pieces, of)
        return of(kept) if len(kept) < len(pieces) else case


def _without(case: Case, name: str) -> Case:
    """Return a case without one of its options."""
    options = list(case.options)
    at = options.index(name)
    del options[at : at + (1 if name == "--exact" else 2)]
    return replace(case, options=tuple(options))


def smaller(case: Case, fails: Callable[[Case], bool], seconds: float = PATIENCE) -> Case:
    """Return a case that fails in the same way, with as few documents, options and lines as can be found in time."""
    return _Smaller(fails, seconds).of(case)


def write(case: Case, error: BrokenPromiseError, directory: Path) -> Path:
    """Write a case so that it can be looked at and run again; return where it is."""
    place = directory / f"{case.name.replace('/', '-')}-{error.promise.replace(' ', '-')}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    names = "in.jsonl" if case.lines else "in"
    if case.lines:
        (place / names).write_bytes(b"".join(case.documents))
    else:
        (place / names).mkdir()
        for number, document in enumerate(case.documents):
            (place / names / f"{number:05}.txt").write_bytes(document)
    against = ""
    if case.references:
        (place / "ref.jsonl").write_bytes(b"".join(case.references))
        against = " --against ref.jsonl"
    told = f"dedup {shlex.join(case.options)}{against} {names}\n\n{error}\n\ncase {case.name}\n"
    (place / "told.txt").write_text(told, encoding="utf-8", errors="backslashreplace")
    return place


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--documents", type=int, default=None, help="stop after so many documents")
    parser.add_argument("--minutes", type=float, default=None, help="stop after so long")
    parser.add_argument("--seed", type=int, default=None, help="what the cases follow from (default: a new one)")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--case", default=None, metavar="SEED/NUMBER", help="one case, thoroughly")
    parser.add_argument("--strict", action="store_true", help="a second run has to find nothing, whatever was told")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"), help="where failures are written")
    parser.add_argument("--most", type=int, default=20, help="stop after so many failures")
    given = parser.parse_args()
    # In memory where that is possible: most of the time of small files is spent on making sure that they are on disk.
    shared = Path("/dev/shm")  # noqa: S108 - what is made there is a directory of its own
    where = str(shared) if shared.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="dedup-fuzz-", dir=where) as scratch:
        tempfile.tempdir = scratch
        try:
            return _Session(given, Path(scratch)).run()
        finally:
            tempfile.tempdir = None


class _Session:
    """The cases of one call of the command."""

    def __init__(self, given: argparse.Namespace, scratch: Path) -> None:
        self._given = given
        self._scratch = scratch
        self._failures: Counter[str] = Counter()

    def run(self) -> int:
        given = self._given
        if given.case is not None:
            seed, number = map(int, given.case.split("/"))
            self._one(made(seed, number), thorough=True)
            return self._ended(1, 1)
        seed = secrets.randbelow(1 << 32) if given.seed is None else given.seed
        print(f"seed {seed}", flush=True)
        end = None if given.minutes is None else time.monotonic() + 60 * given.minutes
        number, documents, removed, told = given.first, 0, 0, 0
        with contextlib.suppress(KeyboardInterrupt):
            while (given.documents is None or documents < given.documents) and (end is None or time.monotonic() < end):
                case = made(seed, number)
                checker = self._one(case, thorough=number % THOROUGH == THOROUGH - 1)
                number += 1
                documents += len(case.documents)
                removed += checker.removed
                told += checker.told
                if self._failures.total() >= given.most:
                    break
        print(f"{removed:,} paragraphs went; {told} second runs found what the first one had told of", flush=True)
        return self._ended(number - given.first, documents)

    def _one(self, case: Case, *, thorough: bool) -> Checker:
        checker = Checker(self._scratch / "case", thorough=thorough, strict=self._given.strict)
        if (error := broken(checker, case)) is not None:
            again = Checker(self._scratch / "smaller", thorough=thorough, strict=self._given.strict)

            def fails(other: Case) -> bool:
                found = broken(again, other)
                return found is not None and found.promise == error.promise

            small = smaller(case, fails) if self._failures[error.promise] < 5 else case
            place = write(small, broken(again, small) or error, self._given.keep)
            self._failures[error.promise] += 1
            print(f"case {case.name} breaks {str(error)[:300]}\n    smaller: {place}", flush=True)
        return checker

    def _ended(self, cases: int, documents: int) -> int:
        found = ", ".join(f"{name} {number}" for name, number in sorted(self._failures.items())) or "none"
        print(f"{cases:,} cases, {documents:,} documents; promises broken: {found}", flush=True)
        return int(bool(self._failures))


if __name__ == "__main__":
    sys.exit(main())
