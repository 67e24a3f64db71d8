"""The documents of a library call as one corpus: spilled to temporary files and read twice."""

from __future__ import annotations

import pickle
import sys
import tempfile
import warnings
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.engines.local.corpus_run import TwoPassRun
from dedup.engines.removal.second_pass import decide_documents
from dedup.formats.files.discover import Source
from dedup.formats.files.encoding import Codec
from dedup.formats.inputs import Inputs
from dedup.formats.parts import PartResult, Work, tasks
from dedup.formats.plan import IOPlan
from dedup.formats.registry import RECORDS, record_of
from dedup.model.containment import Fault
from dedup.model.errors import InputError, OutputError
from dedup.model.job import Job
from dedup.model.outcome import NullEvents
from dedup.model.results import REFERENCES

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from io import RawIOBase
    from typing import Any, BinaryIO

    from dedup.model.decisions import Decision
    from dedup.model.settings import Settings

_TEXT, _GROUP = "text", "group"
_PIECE = 1 << 20
"""Bytes that are written in one go."""


class PickleSpool:
    """Spills objects to a temporary file, and reads them back in order.

    Args:
        stack: removes the file at the end.
    """

    def __init__(self, stack: ExitStack) -> None:
        self._file: BinaryIO = stack.enter_context(tempfile.TemporaryFile(prefix="dedup-"))  # noqa: SIM115 - it is one
        self._number = 0

    def add(self, one: Any) -> None:
        """Keep one.

        Raises:
            InputError: it cannot be pickled.
            OutputError: there is no room.
        """
        try:
            pickle.dump(one, self._file, pickle.HIGHEST_PROTOCOL)
        except OSError as error:
            raise _no_room(error) from error
        except Exception as error:  # whatever an object raises that cannot be pickled
            what = f"it cannot be kept while the others are read: {error}"
            raise InputError(what, hint="give the records as a list") from error
        self._number += 1

    def read_back(self) -> Iterator[Any]:
        """Yield all that was kept, in order."""
        self._file.seek(0)
        for _ in range(self._number):
            yield pickle.load(self._file)  # noqa: S301 - written above, into a file that no other program can open


def clean_corpus(
    documents: Iterable[tuple[str, str | None]],
    references: Iterable[tuple[str, str | None]],
    settings: Settings,
    *,
    explain: bool,
    workers: int,
) -> Generator[tuple[str, Decision], None, None]:
    """Decide on documents as one corpus; yields the text of each, and what was decided.

    All are read, and kept in a temporary file, before the first one is yielded. Close the iterator if it is not read to
    its end: that removes the files and ends the workers.

    Args:
        documents: the text of each, and what `Settings.within` asks for.
        references: of what comes before them, stays, and is not yielded.
        settings: of scope ``corpus``.
        explain: also collect the near-duplicates that stay; the first ones of the corpus, see
            `dedup.resolve.corpus.kept_near`.
        workers: processes; 1: all is done in this one.

    Raises:
        OutputError: there is no room for temporary files.
        DedupError: a worker died.
    """
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dedup-")))
        before = _written(references, directory, REFERENCES)
        source = _written(documents, directory, "documents")
        chosen = settings if settings.within is None else replace(settings, within=_GROUP)
        job = Job(settings=chosen, format=RECORDS.name, explain=explain, max_document=sys.maxsize, workers=workers)
        # With a log: witnesses are told.
        work = Work(chosen, (_TEXT,), Codec("utf-8"), job.max_document, log=True, explain=explain)
        layout = IOPlan([source], per_file=False, destinations=[], references=[before] if before.size else [])
        corpus_run = TwoPassRun(job, layout, work, NullEvents(), stack=stack, stdin=None)
        corpus_run.prepare()
        pairs = dict(corpus_run.faults())
        if (fault := pairs.get(-1)) is not None:  # about no document by itself
            warnings.warn(fault.what, RuntimeWarning, stacklevel=2)
        inputs = Inputs([source], job, work.codec, joined=True)
        found = corpus_run.results(tasks(inputs.parts()), decide_documents)
        stack.callback(found.close)
        number = 0
        for task, decided in found:
            each = iter(decided)
            for part in task:
                if part.format is not None:
                    for record in part.format.records(part, work, PartResult()):
                        decision = next(each)
                        if number in pairs and decision.fault is None:
                            decision = replace(decision, fault=Fault(pairs[number].raised, pairs[number].trace))
                        number += 1
                        yield record.text, decision


def _written(documents: Iterable[tuple[str, str | None]], directory: Path, name: str) -> Source:
    """Write documents as records."""
    path, waiting = directory / f"{name}{RECORDS.suffixes[0]}", bytearray()
    with path.open("wb", buffering=0) as file:
        for text, group in documents:
            waiting += record_of({_TEXT: text} if group is None else {_TEXT: text, _GROUP: group})
            if len(waiting) >= _PIECE:
                _put(file, waiting)
        _put(file, waiting)
    return Source(path, name, name, path.stat().st_size)


def _put(file: RawIOBase, waiting: bytearray) -> None:
    """Write the buffer. Errors of the caller's iterable are not handled here."""
    try:
        while waiting:
            del waiting[: file.write(waiting)]
    except OSError as error:
        raise _no_room(error) from error


def _no_room(error: OSError) -> OutputError:
    what = f"the documents cannot be kept while they are read ({error.strerror})"
    return OutputError(what, place=tempfile.gettempdir(), hint="free some room, or name a directory with TMPDIR")
