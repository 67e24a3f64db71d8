"""What was decided about a corpus, as DataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.engines.spark.stages.faults import Faults
    from dedup.engines.spark.stages.frames import CheckpointStore


REMOVAL = (
    "struct<paragraph:int,start:int,end:int,witness_document:bigint,witness_paragraph:int,witness_start:int,"
    "witness_end:int,similarity:float,coverage:float,block:int,documents:int,reason:tinyint,how:tinyint,"
    "differs:smallint,witness_text:binary>"
)


class Decisions(NamedTuple):
    """What was decided about a corpus.

    Attributes:
        removals: document (bigint) and removals (array of `REMOVAL`, by paragraph): a row for each document from which
            something goes. Starts and ends are characters of the document; see
            `dedup.resolve.corpus.removals.removal_type` for the others. `witness_text` is there where it was asked for
            and is not the paragraph's own.
        counts: documents, references, paragraphs, fixed (paragraphs of references), removed, comparisons (all
            candidates, and what took their place), unexamined, rounds, largest (component), different (paragraphs).
        recall: what the choice of bands is expected to find, as a sentence.
        store: what is kept until `release` is called.
        faults: what kernels raised, stage by stage: with a document, which stays, or with two, of which a paragraph is
            compared with one of the other, and both stay.
    """

    removals: DataFrame
    counts: dict[str, int]
    recall: str
    store: CheckpointStore
    faults: list[Faults]

    def release(self) -> None:
        """Let go of what is kept on the executors; `removals` is not to be used any more."""
        self.store.release()
