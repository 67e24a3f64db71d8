"""What a worker does in scope ``document``: it reads the documents of a task, has them judged, and edits them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dedup.formats.edits import LocatedDocument, carry_out, read_documents
from dedup.formats.parts import PartResult
from dedup.model.containment import attempt
from dedup.model.outcome import Counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.formats.parts import Part, Work

_FEWEST = 1 << 17
"""Bytes of a task below which it is read as Python reads: a single article needs no tables for the kernels."""


def process(work: Work, task: Sequence[Part]) -> list[PartResult]:
    """Do one task: all its documents are judged in one call of the kernel.

    Returns:
        What came of each part, in their order.
    """
    # What the native kernels do at once is only quicker: where that raises, it is done the other way.
    screened = None if work.only_check_input else attempt(lambda: read_screened(work, task), lambda _: None)
    results, found = screened or read_documents(work, task)
    if work.only_check_input or not found:
        return results
    from dedup.resolve.document.decide import decide  # numpy and the kernels: only where there is something to judge

    carry_out(work, found, decide([one.record.text for one in found], work.settings, explain=work.explain))
    return results


class _Screened(NamedTuple):
    """What came of each part so far, and the documents that are to be decided about."""

    results: list[PartResult]
    found: list[LocatedDocument]


def read_screened(work: Work, task: Sequence[Part]) -> _Screened | None:
    """Read a task of plain JSON lines, and of its documents only those that may hold something twice.

    Returns:
        None where the task holds anything else, or the native kernels are not there.
    """
    if not any(part.numbered for part in task) or sum(len(part.data) for part in task) < _FEWEST:
        return None
    from dedup.formats.encoded_records import read_encoded
    from dedup.resolve.document.screen import screen

    read = read_encoded(work, task)
    if read is None:
        return None
    screened = screen(read.texts, work.settings)
    results: list[PartResult] = []
    found: list[LocatedDocument] = []
    first = 0
    for part, number in zip(task, read.counts, strict=True):
        some = slice(first, first + number)
        worth = screened.worth[some]
        settled = int(screened.paragraphs[some][~worth].sum())
        result = PartResult(counts=Counts(documents=number, paragraphs=settled))
        results.append(result)
        if work.measure:
            from dedup.formats.measuring import measure  # most runs measure nothing

            lines, edges = read.places[some][~worth][:, 0].tolist(), read.texts.edges[some][~worth].tolist()
            for line, (start, end) in zip(lines, edges, strict=True):
                text = read.texts.data[start:end].decode("utf-8", "surrogatepass")
                measure(result, part.place(line), text, text)
        for line, start, end in read.places[some][worth].tolist():
            assert part.format is not None  # noqa: S101 - it holds a document
            found.append(LocatedDocument(part, result, part.format.record(part, start, end, line, work)))
        first += number
    return _Screened(results, found)
