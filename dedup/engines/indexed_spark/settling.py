"""The removals of a day, judged by Spark's tasks, which have the texts, for what the driver decides, round by round."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.engines.indexed_spark.local_frames import in_frames, table_of
from dedup.engines.removal.second_pass import BATCH
from dedup.engines.removal.settle import Settled, settled_documents
from dedup.engines.removal.task_decisions import Document
from dedup.engines.spark.stages.frames import batch_of, over
from dedup.formats.edits import LocatedDocument
from dedup.formats.files.encoding import Codec
from dedup.formats.parts import Part, PartResult, Record, Work
from dedup.formats.registry import WHOLE_DOCUMENT
from dedup.resolve.corpus.kept_near import NearDuplicates
from dedup.resolve.corpus.removals import UNJUDGED
from dedup.text.arrays import batches as cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    from dedup.engines.local.spool import Spool
    from dedup.engines.spark.rows import Numbered
    from dedup.model.settings import Settings
    from dedup.text.arrays import Ints

_ASKED = "document bigint, number int, spans binary, removals binary"
"""A document of which removals are to be judged: its number on Spark and in the spool, spans (int32), and removals
(`dedup.resolve.corpus.removals.removal_type`) with paragraphs counted from its first one."""
_JUDGED = "number int, states binary, asked binary"
"""What became of those of them that had not been judged (uint8, bool); null where a kernel raised."""
_TOGETHER = 1 << 18
"""Removals that are sent in one frame."""


class Judge:
    """Judges the removals of a day; see `dedup.engines.local.settling.settled_removals`.

    Args:
        numbered: the lines of the day.
        work: how they are read, and what counts as superfluous.
        spool: has the spans.
        document: number of each document of the spool, as Spark has it.
    """

    def __init__(self, numbered: Numbered, work: Work, spool: Spool, document: Ints) -> None:
        self._numbered = numbered
        self._work = work
        self._spool = spool
        self._document = document
        counts = spool.whole("documents")["paragraphs"]
        self.begins = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))

    def __call__(self, removals: NDArray[np.void]) -> list[Settled]:
        """Return what became of all removals; what is known of one stays as it is."""
        found = Settled(removals["state"].copy(), np.ones(len(removals), bool))
        fresh = removals["state"] == UNJUDGED
        owner = np.searchsorted(self.begins, removals["paragraph"], side="right") - 1
        wanted = np.unique(owner[fresh])
        edges = np.stack([np.searchsorted(owner, wanted, side=side) for side in ("left", "right")], axis=1)
        if not len(wanted):
            return [found]
        where = dict(zip(wanted.tolist(), edges.tolist(), strict=True))
        kernel = over(_settled, self._work.settings, removals.dtype)
        judged = self._joined(removals, wanted, edges).mapInArrow(kernel, _JUDGED)
        for row in judged.toLocalIterator(prefetchPartitions=True):
            low, high = where[row["number"]]
            here = low + np.flatnonzero(fresh[low:high])
            if row["states"] is not None:
                found.states[here] = np.frombuffer(row["states"], np.uint8)
                found.asked[here] = np.frombuffer(row["asked"], bool)
        return [found]

    def _joined(self, removals: NDArray[np.void], wanted: Ints, edges: Ints) -> DataFrame:
        """Return the texts of some documents with their removals, given where these are among all."""
        from pyspark.sql import functions as f

        from dedup.engines.spark.records import documents  # only with the extra

        def asked(some: slice) -> pa.Table:
            rows = [
                self._asked(removals[low:high], at) for at, (low, high) in zip(wanted[some], edges[some], strict=True)
            ]
            spans, packed = zip(*rows, strict=True)
            here = wanted[some]
            columns = {"document": self._document[here], "number": here, "spans": spans, "removals": packed}
            return table_of(_ASKED, **columns)

        pieces = cut((edges[:, 1] - edges[:, 0]).tolist(), _TOGETHER)
        rows = self._numbered.rows
        frame, is_small = in_frames(rows.sparkSession, map(asked, pieces), _ASKED)
        # Where few are asked for, these are sent to the lines, which stay where they are; others are not even read.
        frame = f.broadcast(frame) if is_small else frame
        rows = rows.join(frame.select("document"), "document", "left_semi")
        texts = documents(self._numbered._replace(rows=rows), self._work, only_found=True)
        return texts.select("document", "text").join(frame, "document")

    def _asked(self, removals: NDArray[np.void], number: int) -> tuple[bytes, bytes]:
        """Return the spans of a document, and its removals counted from its first paragraph."""
        begin, end = int(self.begins[number]), int(self.begins[number + 1])
        own = removals.copy()
        own["paragraph"] -= begin
        witness = removals["witness"]
        own["witness"] = np.where((witness >= begin) & (witness < end), witness - begin, -1)
        spans = np.ascontiguousarray(self._spool.read("spans", begin, end - begin), "<i4")
        return spans.tobytes(), own.tobytes()


def _settled(
    settings: Settings, dtype: np.dtype[np.void], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Judge the removals of documents; runs in a task."""
    work = Work(settings, (), Codec("utf-8"), 0)
    near = NearDuplicates.empty().shown
    for batch in batches:
        found: list[Document] = []
        names = ("text", "spans", "removals")
        for text, spans, removals in zip(*(batch.column(name).to_pylist() for name in names), strict=True):
            record = Record(0, 0, 1, text.decode("utf-8", "surrogatepass"))
            located = LocatedDocument(Part(0, WHOLE_DOCUMENT), PartResult(), record)
            there, asked = np.frombuffer(spans, "<i4").reshape(-1, 2), np.frombuffer(removals, dtype).copy()
            found.append(Document(located, 0, there, asked, 0, (), near, ()))
        settled: list[Settled | None] = []
        for some in cut([len(one.located.record.text) for one in found], BATCH):
            settled += settled_documents(work, found[some])
        states, again = (
            [None if one is None else one[part].tobytes() for one in settled] for part in range(len(Settled._fields))
        )
        yield batch_of(_JUDGED, number=batch.column("number"), states=states, asked=again)
