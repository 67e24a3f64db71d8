"""What was decided about a corpus, as DataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dedup.engines.spark.stages.frames import document_of, index_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.engines.spark.stages.corpus import Corpus
    from dedup.engines.spark.stages.faults import Faults
    from dedup.engines.spark.stages.frames import CheckpointStore


REMOVAL = (
    "struct<paragraph:int,start:int,end:int,witness_document:bigint,witness_paragraph:int,witness_start:int,"
    "witness_end:int,similarity:float,coverage:float,block:int,documents:int,reason:tinyint,how:tinyint,"
    "differs:smallint,state:tinyint,witness_text:binary>"
)


class Decisions(NamedTuple):
    """What was decided about a corpus.

    Attributes:
        removals: document (bigint) and removals (array of `REMOVAL`, by paragraph): a row for each document from which
            something goes. Starts and ends are characters of the document; see
            `dedup.resolve.corpus.removals.removal_type` for the others. `witness_text` is there where it was asked for
            and is not the paragraph's own.
        counts: documents, references, paragraphs, fixed (paragraphs of references), removed, comparisons (all
            candidates of all rounds), unexamined, rounds (of clustering), different (paragraphs).
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


def by_document(removals: DataFrame, corpus: Corpus, classes: DataFrame, *, told: bool) -> DataFrame:
    """Return the removals of each document, with the places of paragraphs and witnesses."""
    from pyspark.sql import functions as f

    own = corpus.places.select("paragraph", "start", "end")
    theirs = corpus.places.select(
        f.col("paragraph").alias("witness"),
        f.col("start").alias("witness_start"),
        f.col("end").alias("witness_end"),
        *(("high", "low") if told else ()),
    )
    placed = removals.join(own, "paragraph").join(theirs, "witness")
    text = f.lit(None).cast("binary")
    if told:
        texts = corpus.rows.select(f.col("paragraph").alias("owner"), f.col("text").alias("witness_text"))
        owners = classes.select("high", "low", f.col("paragraph").alias("owner"))
        differs = placed.filter("how > 0").select("paragraph", "high", "low")
        told_of = differs.join(owners, ["high", "low"]).join(texts, "owner").select("paragraph", "witness_text")
        placed = placed.join(told_of, "paragraph", "left")
        text = f.col("witness_text")
    entry = f.struct(
        index_of(f.col("paragraph")).alias("paragraph"),
        "start",
        "end",
        document_of(f.col("witness")).alias("witness_document"),
        index_of(f.col("witness")).alias("witness_paragraph"),
        *(
            "witness_start",
            "witness_end",
            "similarity",
            "coverage",
            "block",
            "documents",
            "reason",
            "how",
            "differs",
            "state",
        ),
        text.alias("witness_text"),
    )
    by = placed.select(document_of(f.col("paragraph")).alias("document"), entry.alias("removal"))
    return by.groupBy("document").agg(f.sort_array(f.collect_list("removal")).alias("removals"))
