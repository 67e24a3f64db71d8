"""Which findings of a run a baseline has, and what the next baseline is to have."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING

from dedup.report.baseline import baseline_file
from dedup.report.baseline.baseline_file import Entry
from dedup.report.findings.text_fingerprint import digest_of, normalised
from dedup.report.summary import plural
from dedup.report.terminal import sanitise

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.model.explanation import Explanation, Standing

_EXCERPT = 60
"""Characters of a text that are quoted."""
_CACHED = 1 << 12
"""Texts whose fingerprints are remembered: all that repeats is told again and again."""


class Baseline(AbstractContextManager["Baseline"]):
    """Tells what is new from what is accepted, finding by finding.

    A text takes part in a repeat if it is removed somewhere, or stays in place of one that is. A baseline has, for each
    such text, its fingerprint and in how many places it stands; where more are found, the last ones are new. Which of
    several copies stays therefore makes no difference, and neither does what the files are called.

    Memory: an entry for each such text, and a digest for each place in which one stays in another document's stead.

    Args:
        path: the file.
        scope: what paragraphs are compared with; a baseline is for one scope.
        update: the file is to be written, and accepts everything.

    Attributes:
        new: removals that the baseline does not have.
        accepted: those that it has.

    Raises:
        InputError: the baseline cannot be relied on; see `baseline_file.read`.
        OutputError: it cannot be written; see `baseline_file.opened`.
    """

    def __init__(self, path: Path, scope: str, *, update: bool = False) -> None:
        self.path = path
        self._scope = scope
        self._file = baseline_file.opened(path) if update else None
        self._allowed = None if update else baseline_file.read(path, scope)
        self.new = self.accepted = 0
        self._found: dict[str, Entry] = {}
        self._document = ""
        self._here: set[int] = set()
        """Numbers of the paragraphs that stay in the present document, and were counted."""
        self._staying: set[bytes] = set()
        """Places in other documents that were counted."""
        self._names: dict[str, tuple[str, str]] = {}

    def judge(self, found: Explanation) -> Explanation:
        """Return a finding with whether the baseline has it; one that stays as it is."""
        if not found.removed:
            return found
        if found.documents is None:  # of boilerplate the witness goes, too, and is told by itself
            self._count_witness(found)
        name, number = self._count(found.text)
        accepted = self._allowed is None or number <= self._allowed.get(name, 0)
        self.accepted += accepted
        self.new += not accepted
        return replace(found, accepted=accepted)

    def _count_witness(self, found: Explanation) -> None:
        """Count the place of what stays, once."""
        place = _document(found.beside, by_line=found.elsewhere or found.numbered)
        if self._scope == "document":
            # All of a document comes in a row, and has its witnesses in itself.
            if place != self._document:
                self._document, self._here = place, set()
            if found.beside.paragraph in self._here:
                return
            self._here.add(found.beside.paragraph)
        else:
            whole = f"{place}\n{found.beside.paragraph}".encode("utf-8", "surrogatepass")
            digest = hashlib.blake2b(whole, digest_size=16).digest()
            if digest in self._staying:
                return
            self._staying.add(digest)
        self._count(found.witness)

    def _count(self, text: str) -> tuple[str, int]:
        """Count a place of a text; return its fingerprint, and how many places there are so far."""
        known = self._names.get(text)
        if known is None:
            plain = normalised(text)
            excerpt = sanitise(plain if len(plain) <= _EXCERPT else f"{plain[:_EXCERPT].rstrip()} …")
            known = digest_of(plain), excerpt
            if len(self._names) >= _CACHED:
                self._names.clear()
            self._names[text] = known
        name, excerpt = known
        entry = self._found.get(name)
        self._found[name] = Entry(1, excerpt) if entry is None else Entry(entry.places + 1, entry.excerpt)
        return name, self._found[name].places

    def end(self, *, complete: bool) -> str:
        """Write the baseline where it is to be written, and return what there is to say of it; no full stop.

        Args:
            complete: all inputs were read. Else nothing is written: what could not be read would be lost from it.

        Raises:
            OutputError: it cannot be written; the old one is there.
        """
        if self._file is not None:
            return self._updated(complete=complete)
        said = f"{self.accepted:,} of {plural(self.accepted + self.new, 'repeat')} accepted by {self.path}"
        said += f", {self.new:,} new"
        if self.new:
            said += " (where a text has more places than are accepted, the last ones are told)"
        gone = self._gone() if complete else 0
        if gone:
            are = "is" if gone == 1 else "are"
            said += f"; {plural(gone, 'place')} that it accepts {are} there no longer: --update-baseline takes them out"
        return said

    def _gone(self) -> int:
        """Return in how many places less than accepted texts stand."""
        found = self._found
        return sum(
            max(0, places - (found[name].places if name in found else 0))
            for name, places in (self._allowed or {}).items()
        )

    def _updated(self, *, complete: bool) -> str:
        assert self._file is not None  # noqa: S101 - it is asked for
        if not complete:
            return f"{self.path} was not written, as not all of the inputs could be read"
        for line in baseline_file.lines(self._found, self._scope):
            self._file.write(line)
        self._file.commit()
        places = sum(entry.places for entry in self._found.values())
        texts = plural(len(self._found), "repeated text")
        return f"{self.path} now accepts {texts} in {plural(places, 'place')}"

    def __exit__(self, *_: object) -> None:
        """Leave the old baseline where a new one was not written to its end."""
        if self._file is not None:
            self._file.abort()


def _document(at: Standing, *, by_line: bool) -> str:
    return f"{at.file}\n{at.line if by_line else None}"
