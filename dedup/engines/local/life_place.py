"""Which paragraph is asked about: ``FILE``, ``FILE:LINE`` or ``FILE:LINE:N``, among the inputs of a run."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from dedup.model.errors import UsageError
from dedup.model.job import STDIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.formats.files.discover import Source

_NUMBERS = re.compile(r"(:\d{1,18})?(:\d{1,18})?$", re.ASCII)
_HINT = "name it as messages name it, after the options: dedup --explain FILE:LINE INPUT…"


class Asked(NamedTuple):
    """What is asked about.

    Attributes:
        given: as it was written.
        sources: numbers of the inputs of this name.
        line: a line of the text, or the record's; None: all of the file.
        paragraph: number of the paragraph in its record, from 1; None: all.
    """

    given: str
    sources: frozenset[int]
    line: int | None = None
    paragraph: int | None = None


def asked_about(given: str, sources: Sequence[Source]) -> Asked:
    """Find what is asked about among the inputs.

    Raises:
        UsageError: no input has this name, or lines are not counted so.
    """
    for name, numbers in readings(given):
        found = frozenset(i for i, source in enumerate(sources) if _is_called(source, name))
        if found:
            if 0 in numbers:
                raise UsageError("--explain: lines and paragraphs are counted from 1", place=given)
            return Asked(given, found, *numbers)
    raise UsageError("--explain names a file that is not among the inputs", place=given, hint=_HINT)


def readings(given: str) -> Iterator[tuple[str, list[int]]]:
    """Yield the name of a file and the numbers behind it, in each way in which these can be read; the longest first."""
    found = _NUMBERS.search(given)
    ends = [group for group in (found.groups() if found else ()) if group]
    for number in range(len(ends) + 1):
        behind = ends[len(ends) - number :]
        name = given[: len(given) - len("".join(behind))]
        if name:
            yield name, [int(one[1:]) for one in behind]


def _is_called(source: Source, name: str) -> bool:
    if name == source.name or (name == STDIN and source.path is None and source.remote is None):
        return True
    if source.path is None:
        return False
    try:
        return os.path.abspath(source.path) == os.path.abspath(name)  # noqa: PTH100 - names a file as given, links and all
    except (OSError, ValueError):
        return False
